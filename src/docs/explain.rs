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
//! it available to everyone; raise a level of a role of the section, assign them such a role; let them join a department or
//! group; activate them. What only the host may do is not among them: to raise or assign a locked role, and to make somebody
//! an administrator. But who joins a department or group that has a locked role has that role too, so that is among them.
//! Nor are places as head or deputy.
//!
//! Which changes are enough is worked out from the levels and from how the user is related to the record; of the levels of
//! one role for one permission, only the least that suffice. If no change is enough alone, pairs of them are looked at. Each
//! repair is tried before it is told: on a state that is compiled apart, with the record changed if need be, the check must
//! allow. Told are up to eight, those first that widen the fewest rights: pairs of a user and a permission whose set of
//! records grows, counted by the [difference](crate::Diff) to the state now. What changes only the record widens none. Of
//! those of one kind that widen as many, three are told. `more_repairs` says how many more would do.
//!
//! At most 64 are tried, those that are likely to widen the least. Of pairs of changes that do the same for the user, some
//! are passed over where there are many. Where either happened, `all_weighed` is false, and the first may not be the least.
//!
//! # The JSON schema
//!
//! ```json
#![doc = include_str!("explanation.schema.json")]
//! ```
