//! The internals: the rooms, the flow of data through them, and the invariants.
//!
//! ```text
//! vocabulary  ←  document  ←  policy  ←  snapshot  ←  query       ←  admin        handle → all
//! words          untrusted     valid      compiled     one file       commands     the current
//!                serde types   model      arrays       a question     in, a state  snapshot
//!                                                                     out
//! ```
//!
//! Each room is a file or a folder in `src`, and uses only rooms to its left. No files use each other in a circle. A test
//! (`tests/it/layering`) reads the source to check both. Outside the line are `collections`, which uses the ids of
//! `vocabulary` and which `policy` and all rooms to the right of it may use; `presets`, made of documents; `world`,
//! made of documents and policies; `sql`, made of predicates and snapshots; `reference`, made of policies; and `telemetry`,
//! which `query` and `handle` tell what was denied.
//!
//! | room | what lives there | what never does |
//! |---|---|---|
//! | `vocabulary` | ids, levels, permissions, facts, subjects, places | any other room |
//! | `collections` | lists, tables and maps that one state shares with the next | what a company is; of the vocabulary it knows ids |
//! | `document` | serde types of documents and commands | rules about their content |
//! | `policy` | the validated model: `org` (the company; petgraph is in its `forest` and `cycle`, and nowhere else), `schema`, roles; `rules`: what is valid; `fact`: what a change changes | decisions, and what only a check needs |
//! | `snapshot` | the compiled form: `people` answers how a principal and a record are related, `rights` which cell holds, and in which zones more does | petgraph, serde |
//! | `query` | one file for each question | a second definition of access |
//! | `sql` | predicates as conditions on tables, and the tables of a mirror | a second definition of access |
//! | `admin` | a batch judged and worked out: the rules of the guard, one file each; receipts and the log | a second definition of access; clock, file or network |
//! | `world` | world files: a policy with records and expectations | what only tests need |
//! | `presets` | ready-made sections with their roles | code of its own |
//! | `handle` | the current snapshot | rules |
//! | `telemetry` | events and counts of denials and refusals, for the features of those names | anything without these features |
//! | `reference` | the rules read literally, the oracle of the tests | speed; decision code of the snapshot |
//!
//! # What must always hold
//!
//! - A `Policy` exists only if it is valid.
//! - A `Snapshot` never changes, and holds nothing that a check would have to wait for.
//! - The query path is total: no `Result`, no panic. The unknown is denied.
//! - There is one definition of access: `Cell::admits(Relation)`, in `snapshot/cell.rs`; and, for records in a place, the `Need`s
//!   of `snapshot/rights/placed.rs`, which choose between two cells. Every answer asks these, or reads the same bits. The fast way
//!   of a check, `snapshot/people/quick.rs`, finds the same relation with fewer instructions, and no other file knows of it.
//! - A change is described once, as facts. There are two exhaustive matches over `Command`: what it changes (`policy/change.rs`),
//!   and what it is about (`admin/guard/about.rs`).
//! - The rules of what is valid are defined once, in `policy/rules.rs`, for documents and for commands.
//! - Numbers of different kinds have different types (`vocabulary/index.rs`): the slot of a department, which it keeps, is not its
//!   number in preorder, which changes when others come and go.
//! - No recursion follows outside data, the reference aside: a chain of departments may be as long as it likes.
//! - The library reads no clock, file or network.
//!
//! # How a check works
//!
//! [`Snapshot`](crate::Snapshot) teaches it by an example. In the code:
//!
//! **People** (`snapshot/people`). Departments are numbered in preorder: a department is followed by all that are below it, so
//! "below" is one comparison. Everything names a department by its slot, and only the tree knows its number. So a department that
//! moves changes numbers in the tree, and nothing else. What the index says of an id is the slot of the user and the department that
//! they are a member of; a user in several departments has a list on the side.
//!
//! **Rights** (`snapshot/rights`). What the roles of a user depend on, departments aside, is their *standing*: whether they are
//! a head, a deputy, an administrator, and in which groups with roles. Standing and departments together lead to a *row*, which has
//! a cell for each permission. A row is made when it is first asked for, found by its whole key from then on, and its cells are
//! shared by all rows with the same rights.
//!
//! **A cell** has 32 bits. There are five ways in which a principal and a record can be related: the record is their own, of their
//! department, of one below, open, shared with them. That makes 32 combinations, and a cell has one bit for each, set if it
//! suffices. Floors, roles, the bypass of administrators, shares and requirements are all folded in when the row is made: each is
//! a question about the combination alone. The union of two roles is the union of their levels, and a requirement is the
//! intersection of two cells, which is exact where an intersection of levels would not be.
//!
//! Own records aside, which may be excepted, a record with one relation more is never reached less. So a cell has one shortest
//! form as "all of these, each any of those". That is the [`Predicate`](crate::Predicate), and a condition for a database is made
//! from the same bits.
//!
//! **Places** (`snapshot/rights/placed.rs`, `zone.rs`). An assignment with a place measures from other departments than the
//! user's. `own` and `open` are the same everywhere, so they join the level without a place; so does a place that is all of the
//! user's departments. What is left is a *zone*: departments, each alone or with all below it, as ranges of preorder numbers. In
//! it every record is reached, own ones aside if they are excepted. So a permission has a list of *needs*, one for each zone that
//! it or its requirements have: a cell for records outside of the zone, and a cell for those within. A record is allowed if every
//! need admits it. The cell of the permission is that for records outside of all zones, and a bit of it says whether more is
//! reached within: a check looks at the needs only if that bit is set and the cell alone does not suffice. Zones hold numbers, so they last
//! as long as rows do. `except_own` needs none of this: it clears the bits of own records in a cell.
//!
//! **Variants** (`snapshot/rights/grid.rs`). A row has a cell for each action, which stands for all records, and behind these a cell
//! for each action of a type in each of its variants *that some role names*: what is declared and not named costs nothing. A
//! cell beside which a variant decides otherwise is marked, by the same test that finds cells with needs, so a check by any other
//! cell does what it would without variants. Only a check by a marked cell looks the value of the record up. Roles settle their
//! level for the variant before they are joined, when the row is made.
//!
//! **Fields** (`query/fields.rs`) are names for actions. What is asked of a record is worked out once for all of its fields.
//!
//! # How a change is judged and published
//!
//! The path of one command, [`Command::join_department`](crate::Command::join_department) by a user, from the handle to
//! the rows of mirror tables. No room is entered twice except `snapshot`, which answers questions about the state
//! before and is then followed to the state after:
//!
//! 1. `handle`: [`Editor::apply`](crate::Editor::apply) takes the writer's lock, and the current state: a snapshot and its
//!    *ledger*, published together. (A dry run takes no lock. It judges the same state by the same ledger.)
//! 2. `admin/ledger.rs` runs the batch on a *draft*, a clone of the policy that costs nothing to make. A refusal drops it.
//! 3. `admin/guard/about.rs` says what the command is about (the company), and `permitted.rs` whether this user may change that.
//!    For a delegate, the state before the command is compiled, and their levels and reach are read off that `snapshot`.
//!    If the editor named a revision, `admin/conflict.rs` checks whether anything that the command names or that its
//!    verdict rests on has changed since.
//! 4. `policy/change.rs` turns the command into facts, or says by `policy/rules.rs` what is invalid: here one fact, *(user,
//!    department, member): before false, after true*. `policy/apply.rs` applies it to the draft.
//! 5. `admin/guard` checks the rules that need the facts: `containment.rs` looks at the cells that a command raised, not at what
//!    it said; `cover.rs` compares them with what the delegate has, place by place. At the end of the batch, `lock_out.rs` looks
//!    for a manager of each section.
//! 6. `snapshot/follow.rs` makes the next snapshot from the facts. It shares all that they do not touch: lists and indexes are in
//!    chunks, and a change copies the chunk; the tree is numbered again only if a department came, went or moved; rows are dropped
//!    only if roles, assignments or departments changed. If the rules had the last state compiled, that one is adopted.
//! 7. `admin/receipt.rs` holds both states and the facts: the commands that undo them, the entry for the log, the users who are
//!    affected. `handle` publishes the snapshot with the next ledger. Readers take it without a lock, and what they have loaded
//!    stays as it is.
//! 8. `sql/mirror.rs`, when the application calls it with the receipt, reads the users who joined or left a department off the
//!    facts, and writes only their rows.
//!
//! **A fact** is a key, what held before, and what holds after. Everything that follows from a change is a function of its facts:
//!
//! | consequence | where |
//! |---|---|
//! | what undoes it | `inverse` in `policy/fact.rs`, `commands` in `policy/undo.rs` |
//! | what it conflicts with | `topics` in `admin/conflict.rs` |
//! | whose answers it may change | `admin/affected.rs` |
//! | whether it may lock somebody out | `admin/guard/lock_out.rs` |
//! | what the next snapshot must follow | `snapshot/touched.rs` |
//! | which rows of mirror tables change | `sql/mirror.rs` |
//! | what a follower of the log applies | `Handle::follow`: the facts of the entry's commands |
//!
//! A new kind of change is a new fact, and its consequences are in these places. The compiler finds most of them, because
//! `apply`, `topics`, `affected` and `touched` list every fact; look at the others too.
//!
//! **Time** goes on by facts, too. What holds at the instant of a state is in the model as if nothing had a period, so no
//! question looks at periods, and a company without any pays nothing. What has a period stands in `policy/dated.rs` as well,
//! whether it holds or not, in tables whose chunks know when the next of their periods begins or ends
//! (`collections/timetable.rs`). [`Handle::advance`](crate::Handle::advance) takes what is due from there, changes the model by
//! facts of what begins and ends, and everything in the table above follows but the undo. A fact of a command says from which
//! period to which; `effects` in `policy/fact.rs` says what of it shows at the instant of the state. The rules that look ahead
//! ask `policy/moment.rs` about one user at another instant, or take the whole state there.
//!
//! **Slots.** Users, departments and groups keep their slots and numbers while they are there, and later ones may get them. A
//! standing names a group by its number. That is sound because a group cannot go before its roles are taken from it, and its
//! successor has none before one is assigned: either drops the rows. Equal lists of departments, and equal standings, are stored
//! once, and their slots are not given out again, so a row that was made for them stays true for all states that follow. When too
//! many of them belong to nobody any more, the next state is compiled afresh, and is of another lineage. What is only tried (a
//! dry run, a repair) branches off with rows of its own, unless it is published then.
//!
//! # How others are found
//!
//! Two users with the same standing and departments are equal, except for what names them: records that they own, and shares
//! with them by name. The roster lists the users in the order of departments and standings, so that equal users are adjacent. It
//! takes four bytes a user, in chunks that snapshots share.
//!
//! **`who_can`** asks one check for each set of equal users, as an unknown user with their standing and departments, and one for
//! each user whom the record names. The sets come from the departments of the owners and all above them, and from the roles
//! whose level reaches the record from anywhere. If there are fewer roles with any level for the action, or for one that it
//! requires, the sets come from those. A check decides about each set, so a source that is too wide costs time and never a wrong
//! answer.
//!
//! **`diff`** compares such sets as well. Two rights are equal if they agree on every pair of relations, before and after, that
//! some record can have. There are few such pairs: an owner is the user, in a department of the user, below one, or neither. If
//! one state was published after the other, users whose standing and departments are the same in both are compared only if a role
//! of theirs changed, somebody around them moved, or the tree changed. Otherwise all users are compared, by id.
//!
//! **A repair** is tried on a snapshot that branches off the current one and is never published.
//!
//! # How it is tested
//!
//! - **The oracle**: `reference` is compared with every answer, on random worlds: check, scope, list, who (counted and listed)
//!   and reason; explanations, with every repair applied; differences, by every record that the ids of two policies can form.
//! - **Exhaustive worlds**: all worlds with up to three departments, two users (members and heads anywhere), one record and two
//!   roles for everyone; all with two departments and one assignment, to each kind of subject in each place; and every pair of
//!   levels of two roles for a variant.
//! - **Predicates**, on the same random worlds: evaluated in memory, and in SQLite with members inline, in a table and in mirror
//!   tables, whose columns have collations that must not matter. Fewer worlds run in PostgreSQL and MariaDB.
//! - **Fields** in lists: whatever a query asks of a column, by the conditions that the library gives, it answers the same for two
//!   columns that differ only in the cells that the user may not read.
//! - **Mirror tables**, after random commands: tables that followed each change equal tables that are filled afresh, here and in
//!   another process. Tables that are out of date never answer. Nor do tables that are written halfway: lists are right, or errors,
//!   after every single statement, after an interruption, and between two connections that write in any order or at once.
//! - **Random commands**: after every batch, the published snapshot answers like one compiled afresh, and like the reference. An
//!   invalid batch changes nothing. Also with thousands of commands in a company of thousands.
//! - **Random batches by random actors**: no delegate gives what they lack or where they do not reach; nobody is locked out
//!   unless by force; a refusal changes no byte; undo gives the bytes before; the log gives the bytes of the present. Users
//!   who are not among the affected get every answer as before. A batch without conflict gets the verdict of the state that its
//!   actor saw. All of it by the reference, and by rules that the tests write once more.
//! - **Periods**: dated worlds at random instants, reached in any order of advances and batches, answer like the reference for
//!   the world in which only what holds is left, which the tests make of the document by themselves. Undo and replay give the
//!   same bytes at any instant, and mirror tables follow. Batches of delegates are judged by the rules at every instant at
//!   which anything turns, and so is lock-out.
//! - **Threads**: a model checker tries every order of two threads that meet in the table of rows, and most of three. With readers
//!   beside writers, every answer belongs to one state.
//! - **Laws**: the join is the union; one more role never takes away; order does not matter; moving a department changes only
//!   what is above and below it; a saved document keeps every answer.
//! - **Data**: a world file for each rule, in `tests/data/worlds`, and bad documents with their whole messages, in
//!   `tests/data/errors`.
