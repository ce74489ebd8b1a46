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
//! | floor: two memory reads that no check can do without | 6.0 ns | 18 ns | 25 ns |
//! | floor and a bare look-up of the owner | 6.5 ns | 41 ns | 55 ns |
//! | a check | 21 ns | 213 ns | 167 ns |
//! | … as a multiple of the floor and a look-up (goal 1.3) | 3.2 | 5.2 | 3.0 |
//! | the least: the same by arrays that never change, as a multiple of that | 1.2 | 1.3 | 1.4 |
//! | a check of a known owner | 13 ns | 88 ns | 88 ns |
//! | … as a multiple of the floor (goal 2.5) | 2.1 | 5.0 | 3.5 |
//! | [`Scope::contains`](crate::Scope::contains), one user and many records | 19 ns | 104 ns | 95 ns |
//! | a check with the principal by id | 43 ns | 376 ns | 377 ns |
//! | a check of text owners, as a multiple of a bare look-up | 1.7 | 1.9 | 2.3 |
//! | a toggle | 9.4 ns | 29 ns | 24 ns |
//! | compile, as a part of parsing the same document by `serde_json` (goal 0.5) | 0.9 | 1.2 | 1.6 |
//! | publish a user's move | 13 µs | 19 µs | 40 µs |
//! | … as a part of compiling (goal 1/10,000) | 1/24 | 1/1,700 | 1/15,000 |
//! | publish a level | 5 µs | 6 µs | 5 µs |
//! | … as a part of compiling (goal 1/10,000) | 1/69 | 1/5,700 | 1/110,000 |
//! | publish a move of a department with a tenth of the company | 5 µs | 55 µs | 0.9 ms |
//! | … as a part of compiling (goal 1/50) | 1/65 | 1/600 | 1/680 |
//! | two threads as a multiple of one (goal 1.9) | 1.7 | 1.5 | 1.9 |
//! | … under 100 edits a second (goal 1.8) | 1.7 | 1.5 | 1.8 |
//! | … and arithmetic that shares nothing | 2.0 | 2.0 | 1.8 |
//! | bytes a user, one department each (goal 64) | | | 56.7 |
//!
//! The machine is shared: its speed changes within a run by a half, and in this one it was slow while it measured 100,000 users.
//! In others of the same day a check of these took 120 to 210 ns, 4 to 5 times the floor with a look-up, and of a million 170
//! to 310 ns, 3.0 to 3.8 times; of a known owner 2.1 to 3.2 times the floor at a thousand, 4.7 to 5.2 and 3.5 to 4.1.
//!
//! So the goals for memory, and at a million users for publishing, are met. What is missed:
//!
//! - **A check** takes about 95 instructions, the floor with a look-up 35. The goal is out of reach: what never changes, knows
//!   nobody in several departments and no schema but one, and reads flat arrays, misses it too, and no check can do less than
//!   that. We take 2.2 to 4.2 times as much. What is paid for: tables in parts that snapshots share; departments by slots, so
//!   that they can move; rows apart, since there are many; people in several departments, five in a hundred, whom a processor
//!   guesses wrong when the memory that tells them comes late. A principal with the cells in it saves a step and is larger, and
//!   lost.
//! - **A check of a known owner** waits for the same. Without people in several departments as askers, which gives wrong
//!   answers, it takes 2.2, 4.2 and 3.2 times the floor where it takes 2.9, 5.5 and 3.8 with them, measured in turn: so they
//!   alone do not explain it. The rest are the row and the number of the owner's department, two steps that follow each other.
//! - **Compiling** writes 57 bytes a user and hashes each id. Of half a second for a million users the index takes a fifth and
//!   memory that the system hands out a sixth: these two alone are more than the goal.
//! - **Threads** share nothing but the count of who holds a snapshot, and the two cores of this machine are no two: arithmetic
//!   alone does not reach the goal. Runs differ by a quarter.
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
//! `cargo bench --bench administration`, 100,000 users and 10,000 departments, ten thousand commands one by one: 36 to 60 µs a
//! command by the host, by the state of the machine, which is 1/850 to 1/880 of compiling that company (goal 1/1,000); 1/820 to
//! 1/850 by an administrator, 1/1,060 to 1/1,100 by a delegate, 1/620 to 1/640 where there is no administrator and each state is
//! asked who manages. By kind, where compiling took 37 ms:
//!
//! | | a command |
//! |---|---|
//! | set a level; rename or activate a user | 9–22 µs |
//! | assign a role to a user or a department; make somebody a head; join a group | 33–39 µs |
//! | add or remove a user; join a department, mostly a second one | 59–86 µs |
//! | move a department | 0.15 ms |
//! | set a level for all roles | 0.2 ms |
//! | assign a role to a group that had none, whose members all change | 0.36 ms |
//!
//! A quarter of the time goes into the last, and most of the rest into copies of the parts of lists that are shared.
//!
//! `benches/peers` measures other engines beside this one; the README says how to run it. For 1,000 users, from ids to the
//! decision, one run (orgscope: 56 ns), as multiples of orgscope:
//!
//! | | the engine finds how user and owner are related | the application does, and tells it | goal |
//! |---|---|---|---|
//! | cedar-policy | 120 with levels prepared, 3,200 with a policy for each role | 51 | 1,000 |
//! | casbin | 4,400 | 17 | 1,000 |
//! | regorus | 420 compiled, 1,500 interpreted | 25 | 1,000 |
//! | oso | 4,700 | 320 | 1,000 |
//! | karu | 140 | 3.7 | 100 |
//! | gatehouse | | 4.4 by hand, 14 by its builder | 20 |
//! | hash maps by hand | | 1.9; 0.5 with levels prepared and no change possible | 3 |
//!
//! An engine that is told everything but the last comparison has little left to do, and most goals are met only where it does the
//! work.
