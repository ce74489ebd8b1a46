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
//! | [`explain`](crate::Principal::explain) | the roles and departments of the user and the owners of the record; a denial tries up to 64 changes, or 276 pairs of them, each at the cost of publishing it |
//! | [`diff`](crate::Snapshot::diff) | the sets of equal users whose roles or surroundings changed, if one state was published after the other; else the company |
//! | [`Policy::lint`](crate::Policy::lint) | the assignments times the users |
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
//! `cargo bench --bench report` prints them as ratios within one run, each with its goal, in about a minute: companies of
//! 1,000 to 1,000,000 users, of whom five in a hundred are in several departments, with 20 to 200 roles; users and owners at
//! random over the whole company, so that nothing is near in memory. On two shared cores of a cloud machine (x86-64, Rust
//! 1.95, 22 November 2026), whose times differ by a factor of two from run to run, one run said:
//!
//! | | 1k users | 100k | 1M |
//! |---|---|---|---|
//! | floor: two memory reads that no check can do without | 6.7 ns | 14 ns | 29 ns |
//! | floor and a bare look-up of the owner | 9.4 ns | 34 ns | 70 ns |
//! | a check | 32 ns | 141 ns | 244 ns |
//! | … as a multiple of the floor and a look-up (goal 1.3) | 3.4 | 4.2 | 3.5 |
//! | a check of a known owner | 20 ns | 67 ns | 111 ns |
//! | … as a multiple of the floor (goal 2.5) | 3.0 | 4.6 | 3.8 |
//! | a check with the principal by id | 66 ns | 246 ns | 538 ns |
//! | compile, as a part of parsing the same document by `serde_json` (goal 0.5) | 1.1 | 1.6 | 2.4 |
//! | publish a user's move | 6 µs | 13 µs | 40 µs |
//! | … as a part of compiling (goal 1/10,000) | 1/130 | 1/6,200 | 1/28,000 |
//! | publish a level | 6 µs | 10 µs | 15 µs |
//! | … as a part of compiling (goal 1/10,000) | 1/110 | 1/8,300 | 1/72,000 |
//! | publish a move of a department with a tenth of the company | 14 µs | 0.4 ms | 4.5 ms |
//! | … as a part of compiling (goal 1/50) | 1/50 | 1/206 | 1/248 |
//!
//! So the goals for publishing are met where they matter, and those for a check are missed: about a third of its time goes
//! to people in several departments, whom a processor does not foresee, and most of the rest to instructions around the
//! reads.
//!
//! `benches/peers` measures other engines beside this one; the README says how to run it.
