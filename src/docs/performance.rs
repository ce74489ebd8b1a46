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
//! | [`diff`](crate::Snapshot::diff) | the sets of equal users whose roles or surroundings changed, if one state was published after the other; else the company |
//! | [`Policy::lint`](crate::Policy::lint) | each user's subjects times the roles assigned to them; besides, the pairs of roles of a section |
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
//! - Integer ids are found faster than text.
//!
//! # Figures
//!
//! `cargo bench --bench report` prints them as ratios within one run, each with its goal: companies of 1,000 to 1,000,000
//! users, of whom five in a hundred are in several departments, with 20 to 200 roles; users and owners at random over the
//! whole company, so that nothing is near in memory. On two cores of a cloud machine (x86-64, Rust 1.95, 22 November 2026) one
//! run said:
//!
//! | | 1k users | 100k | 1M |
//! |---|---|---|---|
//! | floor: two memory reads that no check can do without | 9.2 ns | 18 ns | 31 ns |
//! | floor and a bare look-up of the owner | 11 ns | 44 ns | 78 ns |
//! | a check | 36 ns | 201 ns | 266 ns |
//! | … as a multiple of the floor and a look-up (goal 1.3) | 3.3 | 4.6 | 3.4 |
//! | the least: the same by arrays that never change, as a multiple of that | 1.2 | 1.3 | 1.3 |
//! | a check of a known owner | 20 ns | 86 ns | 122 ns |
//! | … as a multiple of the floor (goal 2.5) | 2.2 | 4.7 | 3.9 |
//! | [`Scope::contains`](crate::Scope::contains), one user and many records | 29 ns | 85 ns | 163 ns |
//! | a check with the principal by id | 84 ns | 323 ns | 668 ns |
//! | a check of text owners, as a multiple of a bare look-up | 2.2 | 1.8 | 2.1 |
//! | a toggle | 10 ns | 26 ns | 34 ns |
//! | compile, as a part of parsing the same document by `serde_json` (goal 0.5) | 0.8 | 1.3 | 1.7 |
//! | publish a user's move | 12 µs | 24 µs | 56 µs |
//! | … as a part of compiling (goal 1/10,000) | 1/47 | 1/2,300 | 1/16,000 |
//! | publish a level | 8 µs | 7 µs | 7 µs |
//! | … as a part of compiling (goal 1/10,000) | 1/72 | 1/7,300 | 1/130,000 |
//! | publish a move of a department with a tenth of the company | 9 µs | 90 µs | 1.3 ms |
//! | … as a part of compiling (goal 1/50) | 1/64 | 1/600 | 1/710 |
//! | two threads as a multiple of one (goal 1.9) | 1.5 | 1.7 | 1.7 |
//! | … under 100 edits a second (goal 1.8) | 1.6 | 1.3 | 1.6 |
//! | … and each with a company of its own | 2.0 | 1.7 | 1.8 |
//! | … and arithmetic that shares nothing | 1.9 | 2.1 | 2.1 |
//! | bytes a user, one department each (goal 64) | | | 56.6 |
//!
//! The machine is shared: its speed changes within a run by a half. In others of the same day a check of a thousand users took
//! 21 to 36 ns, 2.6 to 4.4 times the floor with a look-up, of a hundred thousand 110 to 210 ns, 4.4 to 5.2 times, and of a
//! million 170 to 320 ns, 3.0 to 3.8 times; of a known owner 1.9 to 3.5 times the floor at a thousand, 4.1 to 5.4 and 3.5 to 4.1.
//!
//! So the goals for memory, and at a million users for publishing, are met. What is missed:
//!
//! - **A check** takes about 95 instructions, the floor with a look-up 35. The goal is out of reach: what never changes, knows
//!   nobody in several departments and no schema but one, and reads flat arrays, misses it too, and no check can do less than
//!   that. We take 2.3 to 4.2 times as much. What is paid for: tables in parts that snapshots share; departments by slots, so
//!   that they can move; rows apart, since there are many; people in several departments, five in a hundred, whom a processor
//!   guesses wrong when the memory that tells them comes late. A principal with the cells in it saves a step and is larger, and
//!   lost.
//! - **A check of a known owner** waits for the same. Without people in several departments as askers, which gives wrong
//!   answers, it takes 2.2, 4.2 and 3.2 times the floor where it takes 2.9, 5.5 and 3.8 with them, measured in turn: so they
//!   alone do not explain it. The rest are the row and the number of the owner's department, two steps that follow each other.
//! - **Compiling** writes 57 bytes a user and hashes each id. Of half a second for a million users the index takes a fifth and
//!   memory that the system hands out a sixth: these two alone are more than the goal.
//! - **Threads** share nothing but the count of who holds a snapshot, which each request writes twice: here, a request is 64
//!   checks. Two with a company each take 1.4 to 2.0 times as many as one, with one for both 1.4 to 1.8, and with a third that
//!   writes, on two cores, less. To keep the count a line of the cache away from what checks read made no difference.
//!
//! A level that is published drops the rows: the next question of each set of users with the same roles and departments makes
//! theirs again.
//!
//! `cargo bench --bench questions`, a million users and 100,000 departments:
//!
//! | | took | goal |
//! |---|---|---|
//! | who can read what 293 people may, as a part of a check of each user | 1/2,000; listed 1/1,600 | 1/1,000 |
//! | a difference of one cell that 23 users have, as a part of comparing all users | 1/10,000 | 1/100 |
//! | … of the role that all employees have, where 989,951 differ | 1/3 | 1/100 |
//! | an explanation of a denial, with its repairs | 0.4 s, at most 1 s | |
//!
//! Where nearly everybody differs, the sets of equal users are nearly as many as the departments, and each is compared and
//! named.
//!
//! `cargo bench --bench administration`, 100,000 users and 10,000 departments, ten thousand commands one by one, in six runs 27
//! to 54 µs a command by the state of the machine, which as a part of compiling that company (goal 1/1,000) is:
//!
//! | by | |
//! |---|---|
//! | the host | 1/1,160 to 1/1,290 |
//! | an administrator | 1/1,120 to 1/1,210 |
//! | a delegate | 1/1,270 to 1/1,450 |
//! | the host, where there is no administrator, and so each state is asked who manages unless only others changed | 1/1,000 to 1/1,160 |
//!
//! By kind, where compiling took 49 ms:
//!
//! | | a command |
//! |---|---|
//! | set a level; rename or activate a user | 10–17 µs |
//! | assign a role to a user or a department; make somebody a head; join a group; add a user | 33–46 µs |
//! | remove a user; join a department, mostly a second one | 65–68 µs |
//! | move a department | 0.15 ms |
//! | set a level for all roles | 0.24 ms |
//! | assign a role to a group that had none, whose members all change | 0.34 ms |
//!
//! A quarter of the time goes into the last, and most of the rest into copies of the parts of lists that are shared.
//!
//! `benches/peers` measures other engines beside this one; the README says how to run it. For 1,000 users, from ids to the
//! decision, one run of three (orgscope: 58 ns; 84 and 96 in the others, where the ratios were up to a half lower), as multiples
//! of orgscope:
//!
//! | | the engine finds how user and owner are related | the application does, and tells it | goal |
//! |---|---|---|---|
//! | cedar-policy | 110 with levels prepared, 2,700 with a policy for each role | 47 | 1,000 |
//! | casbin | 4,100 | 26 | 1,000 |
//! | regorus | 320 compiled, 1,700 interpreted | 21 | 1,000 |
//! | oso | 4,300 | 230 | 1,000 |
//! | karu | 230 | 4.7 | 100 |
//! | gatehouse | | 5.8 by hand, 12 by its builder | 20 |
//! | hash maps by hand | | 1.4; 0.4 with levels prepared and no change possible | 3 |
//!
//! An engine that is told everything but the last comparison has little left to do, and most goals are met only where it does the
//! work.
