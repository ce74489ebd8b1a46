//! The cost of each operation, how it grows, and advice for hot loops.
//!
//! # How costs grow
//!
//! | operation | cost |
//! |---|---|
//! | a check, [`Scope::contains`](crate::Scope::contains) | the owners and shares of the record, and the departments of an owner or principal who is in several. Independent of the company, the roles and the schema |
//! | [`Snapshot::principal`](crate::Snapshot::principal) | a few look-ups. The first principal of those with equal rights also computes their row, from their roles and the schema |
//! | [`Snapshot::who_can`](crate::Snapshot::who_can) | the departments around the record, the roles that reach it, and the users found; counting grows with sets of equal users instead |
//! | [`Principal::explain`](crate::Principal::explain) | the roles and departments of the user and the owners of the record; a denial also looks at all roles, departments and groups, and tries up to 64 changes. The first after loading reads all names once |
//! | [`Snapshot::diff`](crate::Snapshot::diff) | the sets of equal users that changed, if one state was published after the other; otherwise the company |
//! | [`Policy::lint`](crate::Policy::lint) | the company; and, for each set of roles that users have, its cells that other roles make up for in another way than in the set before |
//! | [`Policy::from_document`](crate::Policy::from_document), [`Snapshot::compile`](crate::Snapshot::compile), [`Snapshot::catalogue`](crate::Snapshot::catalogue), [`Handle::checkpoint`](crate::Handle::checkpoint) | the whole company |
//! | [`Handle::apply`](crate::Handle::apply) | what the batch changes; see [`Editor::apply`](crate::Editor::apply) |
//! | [`Handle::advance`](crate::Handle::advance) | what begins or ends between the two instants, and a look at each role with dated assignments; not what else is dated, nor the company |
//!
//! Assignments with a place are part of a row. A check of a permission that has none costs two instructions more for them.
//! For one that has some, a record that the rest does not reach is looked up among the departments of the places: the owners,
//! times the logarithm of the ranges. Users who are in different departments by the place `subject` have rows of their own.
//! `except_own` costs a check nothing.
//!
//! A check takes no lock and, once the row exists, allocates nothing. Any number of threads may query one snapshot.
//!
//! # In a hot loop
//!
//! - Look up permissions once, at start-up. Load the snapshot once per request. Create the principal once per user.
//! - For a list in memory, create the [`Scope`](crate::Scope) once and test each record with it.
//! - Prefer integers that are dense, as a database counts them: they are found without hashing. Other integers come next,
//!   then text.
//!
//! # Figures
//!
//! Compare ratios within one run; times depend on the machine. These are medians of three runs on two cores of a cloud machine
//! (AMD EPYC, Zen 5, Rust 1.95, 23 November 2026). The machine is shared, so even ratios differ by up to a half between runs.
//!
//! ## Checks and publishing
//!
//! `cargo bench -p orgscope-benches --bench report` measures companies of 1,000 to 1,000,000 users with 20 to 200 roles. Five
//! users in a hundred are in several departments. Users and owners come at random from the whole company, so nothing is in the
//! cache by luck.
//!
//! | | 1k users | 100k | 1M |
//! |---|---|---|---|
//! | a check, by a principal | 6.3 ns | 14 ns | 79 ns |
//! | … as a multiple of a check by hand that keeps the same promises | 1.1 | 1.3 | 1.1 |
//! | a check, by the id of a user | 15 ns | 27 ns | 156 ns |
//! | [`Scope::contains`](crate::Scope::contains), one user and many records | 3.6 ns | 4.1 ns | 14 ns |
//! | a toggle | 0.9 ns | 2.6 ns | 10 ns |
//! | parse a document by `serde_json`, validate and compile it, as a multiple of parsing alone | 3.1 | 3.3 | 3.8 |
//! | compile, as a part of parsing (goal 0.5 at 1M) | 0.44 | 0.35 | 0.51 |
//! | publish: a user moves | 4.6 µs | 5.9 µs | 9.4 µs |
//! | … as a part of compiling (goal 1/10,000 at 1M) | 1/28 | 1/1,050 | 1/10,400 |
//! | publish: a level changes | 3.7 µs | 2.7 µs | 2.9 µs |
//! | publish: a department with a tenth of the company moves | 3.6 µs | 27 µs | 0.25 ms |
//! | two threads, as a multiple of one (goal 1.9) | 2.0 | 2.0 | 2.2 |
//! | … with 100 changes published per second (goal 1.8) | 2.0 | 2.0 | 2.3 |
//! | bytes per user, one department each (goal 64) | | | 39.3 |
//!
//! Conclusions:
//!
//! - **Memory decides, not arithmetic.** At a thousand users everything is in the cache. At a million a check waits for
//!   memory twice: for the principal, and then for the owner, which can be looked up only in the principal's own state. A
//!   request has one principal, which is in the cache after its first check.
//! - **Several departments cost most of the rest.** A processor can't predict which user has several. They matter to one
//!   check in fifteen and take a quarter of the time up to 100,000 users, a seventh at a million.
//! - **Publishing costs what changes**, not the company. A user's move copies a few pages of the lists that the user is in;
//!   half of its time goes into counting references to the pages that are shared with the state before.
//! - **A changed level drops the rows.** The next question of each set of equal users computes theirs again.
//!
//! ## Changes by command
//!
//! `--bench administration` gives ten thousand commands one by one to a company of 100,000 users and 10,000
//! departments. A command takes 11 to 14 µs, which is 1/520 to 1/640 of compiling that company (goal 1/1,000); it makes
//! little difference whether the host, an administrator or a delegate gives it. By kind, given by the host:
//!
//! | | a command |
//! |---|---|
//! | set a level; rename or activate a user; make somebody a head | 3–6 µs |
//! | assign a role to a user or a department; clone or rename a role; join a group; add a user | 9–12 µs |
//! | remove a user; join a department, mostly a second one | 17 µs |
//! | move a department | 26 µs |
//! | set a level for all roles | 66 µs |
//! | assign a role to a group that had none, so that all its members change | 86 µs |
//!
//! ## Time
//!
//! `--bench time` measures a company of 1,000,000 users, each with a role by an assignment of their own, all of them dated. What
//! holds is compiled as if nothing had a period, so a check costs the same as without.
//!
//! | | |
//! |---|---|
//! | an advance at which one assignment ends, as a multiple of a batch that unassigns one | 1.02 |
//! | … at which 10,000 end in one second, as a multiple of a batch that unassigns as many | 0.68 |
//! | an advance to an instant that is not later | 81 ns |
//! | bytes more for an assignment with a period than for one without | 63.9 |
//!
//! Instants are whole seconds, so an application may tell the time before each request: it makes at most one state a second.
//!
//! ## Other questions
//!
//! `--bench questions` measures a company of 1,000,000 users and 100,000 departments:
//!
//! | | |
//! |---|---|
//! | [`who_can`](crate::Snapshot::who_can), for a record that 293 users may read | 70 µs; 1/510 of checking every user (goal 1/1,000) |
//! | [`diff`](crate::Snapshot::diff), one cell that 23 users have | 1/2,400 of comparing all users (goal 1/100) |
//! | … one cell that all employees have, so that 989,951 users differ | 1.2 times as long as comparing all users |
//! | [`explain`](crate::Principal::explain), a denial with its repairs | 0.24 s, at most 0.7 s |
//! | [`user_name`](crate::Policy::user_name) | once 1/11 of the time to load and compile; then below a microsecond, also after changes |
//!
//! So a page may wait for `who_can` and for a difference before it saves. Show an explanation on demand.
//!
//! ## Other engines
//!
//! `benches/peers` measures other engines with the same company and the same requests; CONTRIBUTING.md says how to run it.
//! For 1,000 users, from ids to the decision, as multiples of orgscope (17 ns):
//!
//! | | the engine relates user and owner | the application does, and passes the result |
//! |---|---|---|
//! | cedar-policy | 200 with levels prepared, 4,100 with a policy for each role | 82 |
//! | casbin | 6,200 | 27 |
//! | regorus | 540 compiled, 2,000 interpreted | 33 |
//! | oso | 5,300 | 400 |
//! | karu | 240 | 4.9 |
//! | gatehouse | | 7.5 by hand, 21 by its builder |
//! | hash maps by hand | | 1.8; 0.4 with levels prepared and no change possible |
//!
//! An engine that gets everything but the last comparison from the application has little left to do; the left column is
//! what replaces orgscope.
