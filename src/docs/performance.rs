//! What it costs, how it grows, and what to do in a hot loop.
//!
//! # How it grows
//!
//! | | grows with |
//! |---|---|
//! | a check | the owners and shares of the record, and the departments of an owner or asker who has several. Not with the company, the roles or the schema |
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
//! - Where the owners of a list come again and again, look each up once with
//!   [`known_owner`](crate::Snapshot::known_owner): the rest is a comparison of numbers.
//! - Where many users are asked in turn, ask the snapshot: [`check_each`](crate::Snapshot::check_each) finds the owner while the
//!   principal is still on its way from memory.
//! - Integers that stand close together, as a database counts them, are found fastest, without a hash; then other integers, then
//!   text.
//!
//! # Figures
//!
//! `cargo bench --bench report` prints them as ratios within one run, each with its goal: companies of 1,000 to 1,000,000
//! users, of whom five in a hundred are in several departments, with 20 to 200 roles; users and owners at random over the
//! whole company, so that nothing is near in memory. What is compared takes turns, and each runs once before it is measured. On
//! two cores of a cloud machine (AMD EPYC of the generation Zen 5, Rust 1.95, 23 November 2026) one run of three said:
//!
//! | | 1k users | 100k | 1M |
//! |---|---|---|---|
//! | floor: two memory reads that no check can do without | 1.0 ns | 1.7 ns | 11 ns |
//! | floor and a bare look-up of the owner | 2.2 ns | 5.6 ns | 33 ns |
//! | a check | 6.8 ns | 20 ns | 94 ns |
//! | … as a multiple of the floor and a look-up (goal 1.3) | 3.2 | 3.6 | 2.9 |
//! | … in a batch | 2.6 | 1.7 | 1.9 |
//! | … where everybody is in one department, as a part of a check | 0.74 | 0.55 | 0.89 |
//! | a check of a known owner | 4.3 ns | 8.6 ns | 55 ns |
//! | … as a multiple of the floor (goal 2.5) | 4.5 | 5.1 | 5.2 |
//! | … where everybody is in one department, as a part of that | 0.60 | 0.70 | 0.80 |
//! | growth of a check as a multiple of the floor's, from 1k (goal 1.2) | | | 1.22 |
//! | … in a batch | | | 0.98 |
//! | [`Scope::contains`](crate::Scope::contains), one user and many records | 3.7 ns | 4.4 ns | 27 ns |
//! | a check with the principal by id | 16 ns | 30 ns | 226 ns |
//! | a check of owners whose ids are scattered integers, as a multiple of a bare look-up | 6.3 | 4.3 | 8.3 |
//! | … of text owners | 2.3 | 2.7 | 2.5 |
//! | a toggle | 1.0 ns | 3.2 ns | 13 ns |
//! | from document to snapshot, as a multiple of parsing the document by `serde_json` | 3.0 | 3.2 | 3.6 |
//! | compile, as a part of parsing (goal 0.5 at 1M) | 0.46 | 0.34 | 0.48 |
//! | publish a user's move | 4.0 µs | 6.9 µs | 10 µs |
//! | … as a part of compiling (goal 1/10,000 at 1M) | 1/27 | 1/900 | 1/10,100 |
//! | publish a level | 2.6 µs | 2.9 µs | 3.2 µs |
//! | … as a part of compiling (goal 1/10,000 at 1M) | 1/42 | 1/2,200 | 1/32,000 |
//! | publish a move of a department with a tenth of the company | 2.8 µs | 26 µs | 0.27 ms |
//! | … as a part of compiling (goal 1/50 at 1M) | 1/38 | 1/240 | 1/390 |
//! | two threads as a multiple of one (goal 1.9) | 2.0 | 2.0 | 2.2 |
//! | … under 100 edits a second (goal 1.8) | 2.0 | 2.0 | 2.2 |
//! | … that load a snapshot for each check | 2.0 | 2.1 | 2.2 |
//! | … and each with a company of its own | 1.9 | 1.7 | 1.8 |
//! | … and arithmetic that shares nothing | 2.0 | 2.0 | 2.0 |
//! | bytes a user, one department each (goal 64) | | | 39.4 |
//!
//! The machine is shared: its speed changes within a run by a half, and how much of its caches is ours changes too. In the
//! other runs a check took 3.0 and 3.1 times the floor with a look-up at a thousand users, 3.6 and 3.5 at a hundred thousand,
//! 2.8 and 2.7 at a million, and in a batch 2.5 and 2.6, 1.9 and 2.3, 1.8 and 1.8; of a known owner 4.9 and 4.7, 5.8 and 7.7,
//! 5.2 and 5.3 times the floor; it grew 1.14 and 1.26 times as much as the floor, in a batch 0.92 and 0.99; compiling took 0.50
//! and 0.47 times what parsing does, and a user's move 1/10,600 of that; two threads got 1.1 to 2.7 times as much done, where
//! threads with a company each got 0.9 to 2.0. In earlier runs of nearly the same code it grew up to 1.7 times as much, when the
//! floor took less at a thousand users, compiling took 0.35 to 0.55, and a user's move was 1/9,100 to 1/14,500.
//!
//! So the goals for memory, for levels and for departments that are published are met, and that for growth in a batch; those
//! for a user's move, for compiling, for threads and for growth one by one in some runs and not in others. Those of a check and
//! of a known owner are missed.
//!
//! ## What a check pays for
//!
//! The same run measures checks that are written by hand and share no code with the library, promise by promise. The first has
//! arrays that never change, and finds owners by their ids without a hash. The last keeps all promises of a check, and is
//! asserted to answer each question as the library does. As multiples of the floor and a look-up:
//!
//! | | 1k users | 100k | 1M |
//! |---|---|---|---|
//! | of what never changes | 1.0 | 0.9 | 1.1 |
//! | … and finds owners by a hash | 2.0 | 1.6 | 1.8 |
//! | a principal is bound to its state, the schema is compared, the unknown is denied | 1.0 | 1.5 | 1.6 |
//! | and departments may move | 1.2 | 1.4 | 1.8 |
//! | and states share pages of owners | 1.5 | 1.6 | 2.0 |
//! | and people are in several departments: all promises | 2.6 | 2.1 | 2.5 |
//! | the library | 3.2 | 3.6 | 2.9 |
//! | all promises, and the state is at hand | 2.3 | 1.5 | 1.8 |
//! | the library in a batch | 2.6 | 1.7 | 1.9 |
//!
//! So the goal of 1.3 is met by what never changes and needs no hash; and from a hundred thousand users on by no check that
//! keeps the first promise, nor by one in a batch. In a batch the library takes a tenth more than what is written for these
//! questions alone. Each promise has its reason:
//!
//! - **A principal leads to its state**, so that no other is asked by mistake. But an owner can't be looked for before the
//!   principal has come from memory: two waits one after the other, where the floor has two at once. In a batch the state is at
//!   hand, so both come at once; and a request, which has one principal, waits for none. A principal is 32 bytes, where 16
//!   would do if it could be mistaken.
//! - **Departments move** without their people, who name them by slots; the numbers stand elsewhere.
//! - **Pages that states share** are three reads, one after the other, so that a user's move copies a page and not all owners.
//! - **People in several departments**, five in a hundred as owners and eight as askers, can't be foreseen by a processor. They
//!   matter to one of fifteen checks, in which it guesses wrong and looks up what it has not looked up before: a tenth of the
//!   time at a million users, and up to two fifths at a hundred thousand.
//! - **A check of a known owner** pays for the same but for the pages. By hand, what never changes takes 2.3, 3.0 and 3.3 times
//!   the floor, because who asks is 16 bytes and the rights come after: so from a hundred thousand users on the goal is out of
//!   reach.
//! - **Growth**: the check by hand with all promises grew 1.33 times as much as the floor.
//! - **Compiling**: at a million users half of it is the walk over them, who are far from each other in memory; a fifth goes
//!   into the roster, and a tenth into the index of ids.
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
//! The first was 1/2,000 while a check of each user took three times as long. Who can read is found in 70 µs, and that is what
//! somebody waits for.
//!
//! Where nearly everybody differs, the sets of equal users are nearly as many as the departments, and each is compared and
//! named.
//!
//! `cargo bench --bench administration`, 100,000 users and 10,000 departments, ten thousand commands one by one, in one run 13 to
//! 16 µs a command, which as a part of compiling that company (goal 1/1,000) is:
//!
//! | by | |
//! |---|---|
//! | the host | 1/540 |
//! | an administrator | 1/490 |
//! | a delegate | 1/580 |
//! | the host, where there is no administrator, and so each state is asked who manages unless only others changed | 1/490 |
//!
//! The goal is missed, and was met (1/1,240 to 1/1,620) while compiling took more than twice as long. A command takes less
//! than it did then. By kind, on the older machine, where the mean is 25 µs:
//!
//! | | a command |
//! |---|---|
//! | set a level; rename or activate a user | 7–11 µs |
//! | assign a role to a user or a department; make somebody a head; join a group; add a user | 21–26 µs |
//! | remove a user; join a department, mostly a second one | 30–32 µs |
//! | set a level for all roles; move a department | 0.12–0.13 ms |
//! | assign a role to a group that had none, whose members all change | 0.17 ms |
//!
//! A quarter of the time goes into the last, and most of the rest into copies of the parts of lists that are shared.
//!
//! `benches/peers` measures other engines beside this one; the README says how to run it. For 1,000 users, from ids to the
//! decision, in one run of three that differed by a twentieth at most (orgscope: 19 ns), as multiples of orgscope:
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
