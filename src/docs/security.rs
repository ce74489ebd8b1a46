//! Security: the trusted parties, the guarantees, and the duties of the application.
//!
//! # Trusted parties
//!
//! | party | trusted with | restricted by |
//! |---|---|---|
//! | the application: all code that has the [`Handle`](crate::Handle) | everything: it says who the user is, what the facts of a record are, and what the policy is | validity, and lock-out unless it uses [`force`](crate::Editor::force) |
//! | the author of a document, or of a policy that [replaces](crate::Handle::replace) another | everything that the policy grants: review a document like code | [validity](crate::docs::semantics#documents) |
//! | an active administrator | the company, all roles but locked ones, and every permission with `admin_bypass` | no naming of administrators, no change of locked roles, no lock-out |
//! | a delegate: a user with the `manage` of a section | the roles of that section | the [three rules](crate::docs::administration#delegates), and lock-out |
//! | any other user | no change | |
//! | the sender of commands, as JSON or otherwise | nothing | the rules for the user on whose behalf the application applies them |
//! | a writer of the tables of records and shares | the facts of the records | nothing: the library believes the facts |
//! | a writer of mirror tables | the members that lists are made with | nothing: the recorded state reveals tables that are behind, but not forged rows |
//! | a writer of the stored log or its checkpoints | the state after the next restart: entries are replayed, and not judged again | the chain of hashes, if the last one is kept elsewhere |
//! | a reader of explanations, `who_can`, differences, catalogues, refusals, receipts or the log | the names and ids of people, departments, groups and roles | the choice of the application what to show to whom |
//!
//! # What is guaranteed
//!
//! The tests are files of `tests/it`, unless the table says otherwise. A counterexample is a vulnerability.
//!
//! | guarantee | tests |
//! |---|---|
//! | Every answer follows the rules. Checks, scopes, lists, predicates, `who_can` and the rights of a user are compared with a second implementation, which reads the rules literally, in all small companies and in random ones | `square`, `exhaustive`, `predicate`, `laws`, `large` |
//! | So do SQL conditions, in real databases | `sql/square`, and the package `tests/databases` |
//! | A list that asks of a column by the condition or the mask of its field answers the same whatever hidden cells hold | `sql/square`, `tests/databases` |
//! | All answers of a snapshot are made from one state, and no reader sees half a batch | `threads`; the table that threads share, in every order of two threads, by a model checker |
//! | A state reached by commands answers like one that is compiled afresh | `commands`, `large`, `turnover` |
//! | A check, a question or a listing never panics, never fails, and denies what is unknown | `layering`, `tokens`, `square` |
//! | A delegate gives nothing that they do not have, assigns within reach and touches no locked role | `escalation`, `refusals` |
//! | No batch leaves a section without a manager that had one, unless the host forces it | `lock_out` |
//! | At each instant, exactly what holds then counts; before one is told, nothing that has a period | `periods`, `worlds` |
//! | Nobody gives anything for longer than they have it, and no later instant is left without a manager | `escalation`, `lock_out` |
//! | A refused batch changes nothing, and a user without permission learns nothing from a conflict | `refusals`, `conflicts` |
//! | An entry of the log, or a checkpoint, that was altered, left out or repeated is not accepted | `log` |
//! | An SQL text holds no id: ids are parameters, and names of tables and columns are quoted | `sql/text` |
//! | Mirror tables that are behind, or half written, are an error and never a list | `sql/mirror`, and the package `tests/databases` |
//! | A list is complete or an error | `sql/text` |
//! | Documents, commands, ids and facts from outside cause no panic, and neither time nor memory out of proportion | `hostile`, `documents`, `errors`; the package `fuzz` |
//! | Ids are compared exactly: `7` and `"7"` are different, and so are texts that differ in case or Unicode form | `ids`, `sql/text` |
//! | There is no `unsafe` code in the crate | the compiler |
//!
//! # What the application has to do
//!
//! - **Authenticate.** The library believes the user's id. Take it from the session and never from the body of a request.
//! - **Act for users as users.** Apply what a user sends by [`as_user`](crate::Handle::as_user). [`Handle::apply`](crate::Handle::apply)
//!   acts as the host, whom no rule of delegation holds.
//! - **Pass true facts.** Read owners, shares, the open flag and the variant from the database. What is proposed in
//!   [`may_create`](crate::Principal::may_create), [`may_reassign`](crate::Principal::may_reassign) and
//!   [`may_move`](crate::Principal::may_move) is all that comes from the user; a single `check` of an action that creates or assigns does not look at each owner.
//! - **Check and act at once.** Between a check and the write, the record may be reassigned. Read the record, check and write in
//!   one transaction that locks it, or add the condition of the scope to the `UPDATE` itself.
//! - **Load one snapshot for each request**, so that its answers belong together, and load again for the next one: a request that
//!   runs for long, a subscription or a job keeps the rights of the moment at which it loaded.
//! - **Tell the time**, if anything has a [period](crate::docs::time): by a timer or at each request, from a clock that is right.
//!   Whoever sets the clock decides what has ended; it is never taken back.
//! - **Cache with care.** A kept answer is valid for one revision, and no longer than until the next change by time. Drop those of the users in
//!   [`Receipt::affected`](crate::Receipt::affected), in every process. A scope, a condition and a list are answers as well.
//! - **Keep processes in step.** Each has a handle of its own. Let them [follow](crate::Handle::follow) one log, and save a change
//!   [before it is published](crate::docs::lists#saving-a-change).
//! - **Never reuse an id.** Removing a user removes their posts, groups and assignments. The records that they own and the
//!   shares with them are in your database and stay theirs, and the next user of that id would get them. Deactivate users, or
//!   reassign their records first. The same goes for departments and groups.
//! - **Decide on one form of each id.** Ids are compared exactly, so `Ann` is not `ann`. Normalize before you ask.
//! - **Filter everything that counts.** Totals, exports, search, sorting and suggestions tell about records too: use the
//!   condition of the scope there as in the list.
//! - **Hide fields everywhere.** The library says which of them a user may read; a response hides them by
//!   [`Fields::show`](crate::Fields::show), record by record, and a list by a mask or a condition in
//!   [every place that names the column](crate::docs::lists#fields). Updates are refused by
//!   [`Fields::require`](crate::Fields::require). Declaring a field protects nothing by itself.
//! - **Show explanations only to users who may know their content.** They name people, departments and roles, and say what to change to get
//!   access. So do refusals, `who_can` and differences. Errors may suggest ids and names that exist. Other users get
//!   [`Denied::notice`](crate::Denied::notice); for a record that they may not know of, the same answer as for one that does not
//!   exist: see [`docs::explain`](crate::docs::explain#which-text-is-for-whom).
//! - **Log, and guard the log.** Denials are worth logging: [`Denied`](crate::Denied) says who, what and why. Entries of the log hold names and
//!   ids, and a replaced policy as a whole: personal data. Let nobody alter or delete them, and keep the last hash elsewhere.
//! - **Guard the tables.** Only the application writes to mirror tables, with rights of its own.
//! - **Limit what you read.** A document, a batch and a list of facts take time and memory in proportion to their size. The size
//!   that you accept from a user is yours to limit.
//!
//! Some things are not vulnerabilities: a policy that grants more than was meant ([lint](crate::docs::lint), `diff` and `matrix`
//! are there to find that), and time that differs with what a user may reach, which tells about the size of the company.
//!
//! # Bounds
//!
//! No bound changes an answer: what is beyond one is an error.
//!
//! | what | at most | beyond |
//! |---|---|---|
//! | departments, users, groups, roles, sections and actions of a policy, of each kind | 268,435,456 (2^28) | a problem `too_many` of the document, and a command that is `invalid` |
//! | members, posts, assignments, levels and requirements; owners and shares of a record; records of a world file | memory | |
//! | departments below each other, actions that require each other in a chain | memory: nothing recurses along them | |
//! | the length of an id, a name or a text | memory; an id is not empty | |
//! | an integer id | 64 bits with sign | an error of the form; in Rust, other types do not convert |
//! | levels of nesting in the text of a document | what the reader of the format allows (128 in `serde_json`); a document needs fewer than 20 | an error of the form |
//! | revisions | 9,223,372,036,854,775,807 | [`LogError::OutOfRange`](crate::log::LogError::OutOfRange), for a checkpoint that claims more |
//! | changes that [`if_unchanged_since`](crate::Editor::if_unchanged_since) knows | the latest 65,536 | an older revision is a conflict |
//! | ids that a condition lists inline | what the mapping says | an error of the condition |
//!
//! Some texts for people are bounded too, and say so: an error lists twelve names, the first 64 unknown ids of a document get
//! suggestions, and an explanation tries 64 changes and tells of eight.
//!
//! A [`Permission`](crate::Permission) recognises its schema by a hash of 64 bits, which guards against mistakes. Two schemas have
//! the same hash by a chance of one in 2^64. The author of a schema could search for a collision, but is trusted with more than
//! that.
//!
//! # Reporting
//!
//! Please report a vulnerability in private, by "Report a vulnerability" on the security page of the repository, and not in a
//! public issue. Say which version you use, and what is allowed that should be denied. A
//! [world file](crate::docs::semantics#world-files) that shows it is ideal: a document, records, and an expectation that fails
//! under `orgscope test`.
