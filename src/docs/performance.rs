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
//! | [`Handle::apply`](crate::Handle::apply) | what the batch changes; besides, with the departments if one comes, goes or moves, or gets or loses a role. On behalf of a user also with the cells and subjects that the rules look at |
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
//! whole company, so that nothing is near in memory. On two cores of a cloud machine (x86-64, Rust 1.95, 22 November 2026)
//! that other work was busy on, one run said:
//!
//! | | 1k users | 100k | 1M |
//! |---|---|---|---|
//! | floor: two memory reads that no check can do without | 3.9 ns | 14 ns | 27 ns |
//! | floor and a bare look-up of the owner | 5.4 ns | 64 ns | 99 ns |
//! | a check | 24 ns | 247 ns | 288 ns |
//! | … as a multiple of the floor and a look-up (goal 1.3) | 4.5 | 3.8 | 2.9 |
//! | a check of a known owner | 12 ns | 101 ns | 152 ns |
//! | … as a multiple of the floor (goal 2.5) | 3.0 | 7.4 | 5.7 |
//! | a check with the principal by id | 81 ns | 386 ns | 713 ns |
//! | a toggle | 7 ns | 21 ns | 56 ns |
//! | compile, as a part of parsing the same document by `serde_json` (goal 0.5) | 0.8 | 1.0 | 1.3 |
//! | publish a user's move | 15 µs | 20 µs | 51 µs |
//! | … as a part of compiling (goal 1/10,000) | 1/30 | 1/3,200 | 1/20,000 |
//! | publish a level | 6 µs | 7 µs | 12 µs |
//! | … as a part of compiling (goal 1/10,000) | 1/72 | 1/9,000 | 1/83,000 |
//! | publish a move of a department with a tenth of the company | 14 µs | 0.5 ms | 14 ms |
//! | … as a part of compiling (goal 1/50) | 1/32 | 1/127 | 1/72 |
//! | bytes a user, one department each, without those of `who_can` (goal 64) | | | 52.5 |
//!
//! So the goals for publishing and for memory are met where they matter, and those for a check and for compiling are missed.
//! A check takes about 100 instructions, and the floor with a look-up 35; beyond the caches a processor overlaps fewer of the
//! longer ones.
//!
//! `benches/peers` measures other engines beside this one; the README says how to run it.
