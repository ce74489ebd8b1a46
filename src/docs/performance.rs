//! What it costs, how it grows, and what to do in a hot loop.
//!
//! # How it grows
//!
//! | | grows with |
//! |---|---|
//! | a check | the owners and shares of the record, and the departments of an owner or asker who has several. Not with the company, the roles or the schema |
//! | [`principal`](crate::Snapshot::principal) | nothing: a few look-ups. The first of all users who may do the same also makes their row, from their roles and the schema |
//! | [`Scope::contains`](crate::Scope::contains) | as a check |
//! | [`who_can`](crate::Snapshot::who_can) | the users of the company: a check of each |
//! | [`Policy::from_document`](crate::Policy::from_document), [`Snapshot::of`](crate::Snapshot::of) | the document |
//! | [`Handle::apply`](crate::Handle::apply) | what the batch changes; besides, with the departments if one comes, goes or moves, and with the assignments if those change |
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
//! 1.95, 22 November 2026) one run said:
//!
//! | | 1k users | 100k | 1M |
//! |---|---|---|---|
//! | two memory reads that no check can do without, and a bare look-up of the owner | 4.5 ns | 21 ns | 47 ns |
//! | a check | 17 ns | 82 ns | 150 ns |
//! | a check of a known owner | 11 ns | 37 ns | 77 ns |
//! | a check with the principal by id | 34 ns | 127 ns | 298 ns |
//! | compile, as a part of parsing the same document by `serde_json` | 1.1 | 1.8 | 1.5 |
//! | publish a user's move | 3 µs | 7 µs | 22 µs |
//! | publish a level | 3 µs | 5 µs | 8 µs |
//! | publish a move of a department with a tenth of the company | 8 µs | 0.2 ms | 2.8 ms |
//!
//! The goal for a check is 1.3 times the bare reads, and it is missed: a check is three to four times as much. Publishing
//! meets its goals (a user's move in a ten-thousandth of compiling, a tenth of the company in a fiftieth) from 100,000 users
//! on, give or take.
//!
//! `benches/peers` measures other engines beside this one; the README says how to run it.
