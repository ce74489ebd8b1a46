//! The inside: the rooms, the way of the data through them, and what must always hold.
//!
//! ```text
//! vocabulary  ←  document  ←  policy  ←  snapshot  ←  query       ←  admin        handle → all
//! words          untrusted     valid      compiled     one file       commands     the current
//!                serde types   model      arrays       a question     in, a state  snapshot
//!                                                                     out
//! ```
//!
//! Each room is a file or a folder in `src`, and uses only rooms to its left. No files use each other in a circle. A test
//! (`tests/it/layering`) reads the source to check both. Beside the line stand `collections`, which uses the ids of
//! `vocabulary` and which `policy` and all rooms to the right of it may use; `presets`, made of documents; `world`, made of
//! documents and policies; `sql`, made of predicates and snapshots; and `reference`, made of policies.
//!
//! | room | what lives there | what never does |
//! |---|---|---|
//! | `vocabulary` | ids, levels, permissions, facts, subjects | any other room |
//! | `collections` | lists, tables and maps that one state shares with the next | what a company is; of the vocabulary it knows ids |
//! | `document` | serde types of documents and commands | rules about their content |
//! | `policy` | the validated model; the company as a graph (petgraph) | decisions, and what only a check needs |
//! | `snapshot` | the compiled form; compiling reads the graph once | serde, errors |
//! | `query` | one file for each question | a second definition of access |
//! | `sql` | predicates as conditions on tables, and the tables of a mirror | a second definition of access |
//! | `admin` | a batch judged and worked out: the rules, one file each; receipts and the log | a second definition of access; clock, file or network |
//! | `world` | world files: a policy with records, and with what is expected of it | what only tests need |
//! | `presets` | ready-made sections with their roles | code of its own |
//! | `handle` | the current snapshot | rules |
//! | `reference` | the rules read literally, the oracle of the tests | speed; decision code of the snapshot |
//!
//! # What must always hold
//!
//! - A `Policy` exists only if it is valid.
//! - A `Snapshot` never changes, and holds nothing that a check would have to wait for.
//! - The query path is total: no `Result`, no panic. The unknown is denied.
//! - Every answer goes through [`Scope`](crate::Scope), and every `Scope` through one cell.
//! - No recursion follows outside data, the reference aside: a chain of departments may be as long as it likes.
//! - The library reads no clock, file or network.
//!
//! # How a check works
//!
//! **Departments are numbers in preorder**: a department is followed by all that are below it, so "below" is one comparison.
//! Everything names a department by a slot that it keeps for life, and only the tree knows its number. So a department that
//! moves changes numbers in the tree, and nothing else.
//!
//! **Owners come with the look-up**: what the index says of an id is the slot of the user and the department that they are a
//! member of. Who is in several has a list on the side.
//!
//! **Who asks is a part and departments**: whether they are a head, a deputy, an administrator, in which groups with roles,
//! and where they are anchored. Both together lead to a row, which has a cell for each permission. A row is made when it is
//! first asked for, found by its whole key from then on, and shared by all who may do the same.
//!
//! **A cell has 32 bits.** There are five ways in which a user and a record can be related: the record is their own, of their
//! department, of one below, open, shared with them. That makes 32 combinations, and a cell has one bit for each, set if it
//! suffices. Floors, roles, the bypass of administrators, shares and requirements are all folded in when the row is made:
//! each is a question about the combination alone. The union of two roles is the union of their levels, and a requirement
//! is the intersection of two cells, which is exact where an intersection of levels would not be.
//!
//! A record with one relation more is never reached less, so a cell has one shortest form as "all of these, each any of those".
//! That is the [`Predicate`](crate::Predicate), and a condition for a database is made from the same bits.
//!
//! So a check of whatever permission is: look up the owner, compare numbers to get five bits, test one bit of one cell. Who is in
//! several departments is looked up on the side, and only if the cell depends on departments at all, which it remembers.
//!
//! # How a change is published
//!
//! The model is made of maps that share: a clone takes no time, and a change copies the path to what it changes. So a batch works
//! on a clone that a refusal drops, and every state can be kept, as the snapshot does that was compiled of it.
//!
//! A command changes the model and says what it touched. The next snapshot shares all that is not: lists and indices are
//! in chunks, and who changes an element copies its chunk; the tree is numbered again only when a department comes, goes or
//! moves; rows are dropped only when roles, assignments or departments change. The snapshot is put in the place of the one
//! before as a whole. Readers take the current one without a lock, and what they have taken stays as it is.
//!
//! Users and departments have places that they keep while they are there. The number of a group is never given to another one that
//! follows, so a part may name it. Equal sets of departments, and equal parts, are kept once, and their places are never given out
//! again: so a row that was made for them stays true, whoever else followed.
//! What is only tried (a dry run, a repair) is in a line of its own and remembers its own rows, unless it is published then.
//!
//! **The index** is our own. Integers that stand close together, as those that a database counts do, have pages by their number,
//! and are found without a hash; for the others, and for text, four ids with what a check needs of each fill one line of the
//! cache, in tables. Snapshots share pages and tables: one id that changes copies one of them and lists of them, so there are
//! about as many ids in a table as tables.
//!
//! **Each thread has a copy** of the current snapshot, a few hundred bytes that lead to what all share: who holds a snapshot is
//! counted, and two cores that write one count wait for each other.
//!
//! # How a change is judged
//!
//! A batch is worked out on a draft: the policy, cloned in no time, and changed command by command. Of each command the draft
//! keeps what undoes it and what it touched. Whatever is refused drops the draft, so nothing has to be rolled back.
//!
//! Who asks as a user is judged before each command. What an administrator may is known from the company alone. For others the
//! state that the command meets is compiled, which costs what the commands before it touched, and their levels and their
//! reach are asked of that, as any check would be. Containment looks at what a command did, not at what it says: at the cells
//! that hold more after it than before. If the last state had to be compiled, that is what is
//! published; else the published one is followed in one step.
//!
//! What a batch changed is read off its commands and those that undo them: which facts, for those who saw an older state, and
//! which kinds of people, for those who keep answers. Of a batch of commands both name everything that is otherwise.
//!
//! # How others are found
//!
//! Two users with the same part and departments are equal, except for what names them: records that they own, and shares
//! with them by name. The roster lists the users in the order of departments and parts, so that equal users are adjacent. It
//! takes four bytes a user, in chunks that snapshots share.
//!
//! **`who_can`** asks one check for each set of equal users, as an unknown user with their part and departments, and one for
//! each user whom the record names. The sets come from the departments of the owners and all above them, and from the roles
//! whose level reaches the record from anywhere. If there are fewer roles with any level for the action, or for one that it
//! requires, the sets come from those. A check decides about each set, so a source that is too wide costs time and never a wrong
//! answer.
//!
//! **`diff`** compares such sets as well. Two rights are equal if they agree on every pair of relations, before and after, that
//! some record can have. There are few such pairs: an owner is the user, in a department of the user, below one, or neither. If
//! one state was published after the other, users whose part and departments are the same in both are compared only if a role
//! of theirs changed, somebody around them moved, or the tree changed. Otherwise all users are compared, by id.
//!
//! **A repair** is tried on a snapshot that branches off the current one and is never published.
//!
//! # How it is tested
//!
//! - **The oracle**: `reference` is compared with every answer, on random worlds: check, scope, list, who (counted and listed)
//!   and reason; explanations, with every repair applied; differences, by every record that the ids of two policies can form.
//! - **Exhaustive worlds**: all worlds with up to three departments, two users (members and heads anywhere), one record and two
//!   roles for everyone.
//! - **Predicates**, on the same random worlds: evaluated in memory, and in SQLite with members inline, in a table and in mirror
//!   tables, whose columns have collations that must not matter. Fewer worlds run in PostgreSQL and MariaDB.
//! - **Mirror tables**, after random commands: tables that followed each change equal tables that are filled afresh, here and in
//!   another process. Tables that are out of date never answer.
//! - **Random commands**: after every batch, the published snapshot answers like one compiled afresh, and like the reference. An
//!   invalid batch changes nothing. Also with thousands of commands in a company of thousands.
//! - **Random batches by random actors**: no delegate gives what they lack or where they do not reach; nobody is locked out
//!   unless by force; a refusal changes no byte; undo gives the bytes before; the log gives the bytes of the present. Users
//!   who are not among the affected get every answer as before. A batch without conflict gets the verdict of the state that its
//!   actor saw. All of it by the reference, and by rules that the tests write once more.
//! - **Threads**: a model checker tries every order of two threads that meet in the table of rows, and most of three. With readers
//!   beside writers, every answer belongs to one state.
//! - **Laws**: the join is the union; one more role never takes away; order does not matter; moving a department changes only
//!   what is above and below it; a saved document keeps every answer.
//! - **Data**: a world file for each rule, in `tests/data/worlds`, and bad documents with their whole messages, in
//!   `tests/data/errors`.
