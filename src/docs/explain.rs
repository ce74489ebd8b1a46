//! Explanations as data, and how repairs are found.
//!
//! An [`Explanation`](crate::Explanation) serialises to the form below. Programs should branch on `code`
//! ([`Code`](crate::Code)), never on the texts: a code never changes its meaning, while sentences may be said better.
//!
//! A `step` is a permission that had to be allowed: the one asked about first, then those that it requires, directly or
//! not. Its `grounds` give the level, and joined they are its `grant`. The `ties` say how the record is related to the user,
//! whether some level covers that or not. Where the user may not ask, or the question makes no sense (`unknown_user`,
//! `inactive`, `other_schema`, `other_type`), nothing was considered and there are no steps.
//!
//! # Repairs
//!
//! A denial comes with the least changes that would allow it: share the record with the user, reassign it to them, make
//! it available to everyone; raise a level of a role that they have; assign them a role of the section; let them join a
//! department or group; activate them. What only the host may do is not among them: locked roles, and administrators.
//!
//! Each is tried before it is told: on a state that is compiled apart, with the record changed if need be, the check must
//! allow. At most 64 are tried (the three of the record, and the first 20, 20, 14 and 6 of the other kinds in the order
//! above); if none is enough alone, all pairs of 24 of them. Told are up to eight, those first that widen the fewest
//! rights: pairs of a user and a permission whose set of records grows, counted by the [difference](crate::Diff) to the
//! state now. What changes only the record widens none. Of those that widen as many, the order is the one above.
//!
//! # The JSON schema
//!
//! ```json
#![doc = include_str!("explanation.schema.json")]
//! ```
