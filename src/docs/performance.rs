//! What it costs, how it grows, and what to do in a hot loop.
//!
//! # How it grows
//!
//! | | grows with |
//! |---|---|
//! | a check | the owners and shares of the record, and the departments of an owner who has several, times those of such an asker. Not with the company, the roles or the schema |
//! | [`principal`](crate::Snapshot::principal) | nothing: a few look-ups. The first of all users who may do the same also makes their row, from their roles and the schema |
//! | [`Scope::contains`](crate::Scope::contains) | as a check |
//! | [`who_can`](crate::Snapshot::who_can) | the departments around the record, the roles that reach it and the users who have those; counting, with sets of equal users |
//! | [`explain`](crate::Principal::explain) | the roles and departments of the user and the owners of the record; a denial looks at all roles, departments and groups, and tries up to 64 changes or pairs of them, each at the cost of publishing it |
//! | [`diff`](crate::Snapshot::diff) | the sets of equal users whose roles or surroundings changed, if one state was published after the other; else the company, and above and below each department that people are in |
//! | [`Policy::lint`](crate::Policy::lint) | each user's subjects, all departments above them too, times the roles assigned to them; besides, the pairs of roles of a section |
//! | [`Policy::from_document`](crate::Policy::from_document), [`Snapshot::of`](crate::Snapshot::of) | the document |
//! | [`Handle::apply`](crate::Handle::apply) | what the batch changes; besides, with the departments if one comes or goes, and by a few bytes of each if one moves or gets or loses a role. On behalf of a user also with the cells and subjects that the rules look at |
//! | [`Snapshot::catalogue`](crate::Snapshot::catalogue), [`Handle::checkpoint`](crate::Handle::checkpoint) | the company |
//!
//! A check takes no lock and, once the row is made, no memory. Any number of threads may ask one snapshot.
//!
//! # In a hot loop
//!
//! - Look up permissions once, at start-up; load the snapshot once for a request; make the principal once for a user.
//! - For a list, make the [`Scope`](crate::Scope) once, and ask it.
//! - Integers that stand close together, as a database counts them, are found fastest, without a hash; then other integers, then
//!   text.
//!
//! # Figures
//!
//! `cargo bench --bench report` prints them as ratios within one run, each with its goal. The goals were set before the first
//! line was written, by a prototype and by what memory takes; that some are out of reach is measured below. The companies have
//! 1,000 to 1,000,000 users, of whom five in a hundred are in several departments, and 20 to 200 roles; users and owners come at
//! random from the whole company, so that nothing is near in memory. What is compared takes turns, and each runs once before it
//! is measured. On two cores of a cloud machine (AMD EPYC of the generation Zen 5, Rust 1.95, 23 November 2026) the medians of
//! three runs were:
//!
//! | | 1k users | 100k | 1M |
//! |---|---|---|---|
//! | floor: two memory reads that no check can do without | 0.9 ns | 1.6 ns | 9.3 ns |
//! | floor and a bare look-up of the owner | 2.1 ns | 4.9 ns | 29 ns |
//! | a check | 6.3 ns | 14 ns | 79 ns |
//! | … as a multiple of the floor and a look-up (goal 1.3) | 2.9 | 2.9 | 2.7 |
//! | … where everybody is in one department, as a part of a check | 0.74 | 0.72 | 0.86 |
//! | growth of a check as a multiple of the floor's, from 1k (goal 1.2) | | | 1.28 |
//! | [`Scope::contains`](crate::Scope::contains), one user and many records | 3.6 ns | 4.1 ns | 14 ns |
//! | a check with the principal by id | 15 ns | 27 ns | 156 ns |
//! | a check of owners whose ids are scattered integers, as a multiple of a bare look-up | 6.5 | 4.8 | 10 |
//! | … of text owners | 2.5 | 2.8 | 2.6 |
//! | a toggle | 0.9 ns | 2.6 ns | 10 ns |
//! | parsing a document by `serde_json`, validating and compiling it, as a multiple of parsing alone | 3.1 | 3.3 | 3.8 |
//! | compile, as a part of parsing (goal 0.5 at 1M) | 0.44 | 0.35 | 0.51 |
//! | publish a user's move | 4.6 µs | 5.9 µs | 9.4 µs |
//! | … as a part of compiling (goal 1/10,000 at 1M) | 1/28 | 1/1,050 | 1/10,400 |
//! | publish a level | 3.7 µs | 2.7 µs | 2.9 µs |
//! | … as a part of compiling (goal 1/10,000 at 1M) | 1/39 | 1/2,300 | 1/33,000 |
//! | publish a move of a department with a tenth of the company | 3.6 µs | 27 µs | 0.25 ms |
//! | … as a part of compiling (goal 1/50 at 1M) | 1/37 | 1/230 | 1/380 |
//! | two threads as a multiple of one (goal 1.9) | 2.0 | 2.0 | 2.2 |
//! | … under 100 edits a second (goal 1.8) | 2.0 | 2.0 | 2.3 |
//! | … that load a snapshot for each check | 2.0 | 2.0 | 2.1 |
//! | … and each with a company of its own | 1.9 | 1.7 | 1.6 |
//! | … and arithmetic that shares nothing | 2.0 | 2.0 | 2.0 |
//! | bytes a user, one department each (goal 64) | | | 39.3 |
//!
//! The machine is shared: its speed changes within a run by a half, and how much of its caches is ours changes too. In these
//! runs and five more a check took 2.9 to 3.1 times the floor with a look-up at a thousand users, 2.6 to 3.9 at a hundred
//! thousand and 2.5 to 3.0 at a million. It grew 0.9 to 1.7 times as much as the floor, which at a thousand users took 0.7 to
//! 1.2 ns. Compiling took 0.35 to 0.52 of parsing, and publishing a user's move 1/9,800 to 1/10,500 of compiling. Two threads did 1.0 to 2.4 times as much as one, where threads with a company each did 0.9 to 2.0.
//!
//! So the goals for memory, for levels and for departments that are published are met; those for a user's move, for compiling
//! and for threads in most runs, and that for growth in few. That of a check is missed.
//!
//! ## What a check pays for
//!
//! The same runs measure checks that are written by hand, promise by promise. They share no code with the library's check, know
//! one owner for each record, whose id counts from one, and no shares. The first has arrays that never change, and finds owners
//! by their ids without a hash. Those that keep all promises are asserted to answer each question as the library does. As
//! multiples of the floor and a look-up by a hash, which the first does without:
//!
//! | | 1k users | 100k | 1M |
//! |---|---|---|---|
//! | of what never changes | 1.0 | 0.9 | 1.0 |
//! | … bound to a state: no other is asked by mistake, the schema is compared, the unknown is denied | 1.0 | 1.8 | 1.5 |
//! | … and departments may move | 1.3 | 1.5 | 1.7 |
//! | … and states share owners, on pages | 1.6 | 1.7 | 2.0 |
//! | … and people are in several departments: all promises | 2.6 | 2.2 | 2.4 |
//! | the library | 2.9 | 2.9 | 2.7 |
//! | of what never changes, by a hash | 2.1 | 1.7 | 1.8 |
//!
//! So the goal of 1.3 is met by what never changes and needs no hash; and from a hundred thousand users on by no check whose
//! principal is bound to its state. Each promise has its reason:
//!
//! - **A principal leads to its state**, so that no other is asked by mistake. But an owner can't be looked for before the
//!   principal has come from memory: two waits one after the other, where the floor has two at once. A request has one
//!   principal, which is near from its first check on. A principal is 32 bytes, where 16 would do if it did not name its
//!   state.
//! - **Departments move** without their people, who name them by slots; the numbers stand elsewhere.
//! - **Pages that states share** are three reads, one after the other, so that a user's move copies a page and not all owners.
//! - **People in several departments**, five in a hundred as owners and eight as askers, can't be foreseen by a processor. They
//!   matter to one of fifteen checks, in which it guesses wrong and looks up what it has not looked up before: over a
//!   quarter of the time up to a hundred thousand users, and a seventh at a million.
//! - **Growth**: the check by hand with all promises grew 1.34 times as much as the floor.
//! - **Compiling**: at a million users half of it is the walk over them, who are far from each other in memory; a fifth goes
//!   into the roster, and a tenth into the index of ids.
//! - **A user's move** copies a page of owners, one of entries, two of the roster and a path of the policy. About half of its
//!   time counts what they share with the state before.
//!
//! A level that is published drops the rows: the next question of each set of users with the same roles and departments makes
//! theirs again.
//!
//! `cargo bench --bench questions`, a million users and 100,000 departments:
//!
//! | | took | goal |
//! |---|---|---|
//! | who can read what 293 people may, as a part of a check of each user | 1/510; listed 1/410 | 1/1,000 |
//! | a difference of one cell that 23 users have, as a part of comparing all users | 1/2,400 | 1/100 |
//! | … of the role that all employees have, where 989,951 differ | 1.2 times as long | 1/100 |
//! | an explanation of a denial, with its repairs | 0.24 s, at most 0.7 s | |
//!
//! Who can read is found in 70 µs, and that is what somebody waits for.
//!
//! Where nearly everybody differs, the sets of equal users are nearly as many as the departments, and each is compared and
//! named.
//!
//! `cargo bench --bench administration`, 100,000 users and 10,000 departments, ten thousand commands one by one: 11 to 14 µs a
//! command, which as a part of compiling that company (goal 1/1,000) is:
//!
//! | by | |
//! |---|---|
//! | the host | 1/560 |
//! | an administrator | 1/550 |
//! | a delegate | 1/640 |
//! | the host, where there is no administrator, and so each state is asked who manages unless only others changed | 1/520 |
//!
//! The goal is missed: compiling that company takes 7 ms. By kind, the medians of the host's:
//!
//! | | a command |
//! |---|---|
//! | set a level; rename or activate a user; make somebody a head | 3–6 µs |
//! | assign a role to a user or a department; clone or rename a role; join a group; add a user | 9–12 µs |
//! | remove a user; join a department, mostly a second one | 17 µs |
//! | move a department | 26 µs |
//! | set a level for all roles | 66 µs |
//! | assign a role to a group, whose members all change if it had none | 86 µs |
//!
//! A quarter of the time goes into the last, and most of the rest into copies of the parts of lists that are shared.
//!
//! `benches/peers` measures other engines beside this one; the README says how to run it. For 1,000 users, from ids to the
//! decision, in one run of three that differed by a twentieth at most (orgscope: 17 ns), as multiples of orgscope:
//!
//! | | the engine finds how user and owner are related | the application does, and tells it | goal |
//! |---|---|---|---|
//! | cedar-policy | 200 with levels prepared, 4,100 with a policy for each role | 82 | 1,000 |
//! | casbin | 6,200 | 27 | 1,000 |
//! | regorus | 540 compiled, 2,000 interpreted | 33 | 1,000 |
//! | oso | 5,300 | 400 | 1,000 |
//! | karu | 240 | 4.9 | 100 |
//! | gatehouse | | 7.5 by hand, 21 by its builder | 20 |
//! | hash maps by hand | | 1.8; 0.4 with levels prepared and no change possible | 3 |
//!
//! An engine that is told everything but the last comparison has little left to do, and most goals are met only where it does the
//! work. Where it is told, the fastest check by hand, of 8 ns, misses them too, though nothing may change and no promise is kept:
//! by it oso takes 900 times as long, gatehouse 17 times, karu 11 times.
