//! Explanations as data, and how repairs are found.
//!
//! An [`Explanation`](crate::Explanation) serialises to the form of the schema below. Programs should branch on `code`
//! ([`ReasonCode`](crate::explain::ReasonCode)), never on the texts: a code never changes its meaning, while a sentence may be
//! reworded.
//!
//! - `steps` are the permissions that had to be allowed: the one asked about, then those that it requires, directly or not.
//! - The `grounds` of a step give the user a level: the floor, a role, being an administrator. Those without a place, joined, are
//!   its `grant`. An assignment with a place has the departments that it is measured from, in `in`. A role whose `all` counts
//!   as less in a place is two grounds if it is also assigned without one.
//! - `place` of a step is where an owner of the record is, if the code is `in_place`. With `except_own`, a denial of an own record
//!   has the code `except_own`, whatever the grounds.
//! - `ties` say how the record is related to the user, whether a level covers that or not.
//!
//! - `until`, of what is allowed, is the instant at which it will be denied if nothing changes but the
//!   [time](crate::docs::time). `begins`, of what is denied, is the instant from which on it will be allowed, and `ended` the one
//!   until which it was. All are found by the decision itself, at up to 64 instants in each direction at which anything begins or
//!   ends that concerns the user or the owners.
//!
//! If the user may not ask or the question is invalid (`unknown_user`, `inactive`, `other_schema`, `other_type`), nothing was
//! evaluated and there are no steps.
//!
//! # Which text is for whom
//!
//! | | for | contains |
//! |---|---|---|
//! | [`Explanation`](crate::Explanation) | administrators, who may know all of it | owners, departments, roles, other people, and what would give access |
//! | the message of [`Denied`](crate::Denied), a [`Reason`](crate::Reason) | the log, support | the rule that decided, and with it whether the record is the user's own, and its variant |
//! | [`Denied::notice`](crate::Denied::notice) | the person who was denied | the missing permission, in the same words for every record |
//!
//! A handler requires two permissions in turn: to read the record, where a denial is answered as for a record that does not exist
//! (404), and then what was asked for, where it is 403 with the notice. Then a denial tells nobody of a record that they may not
//! know of. Asked for alone, `update` is denied with the same answer for a record that exists and is not theirs to read.
//!
//! ```
//! # use orgscope::document::{Action, Document, ResourceType, Role, Section, User};
//! # use orgscope::{AnyRecord, Denied, Facts, Level, Permission, Policy, Principal, Snapshot, Subject};
//! fn update(user: Principal<'_>, [read, update]: [Permission; 2], contact: &AnyRecord<'_>) -> (u16, String) {
//!     match (user.require(read, contact), user.require(update, contact)) {
//!         (Err(_), _) => (404, "there is no such contact".to_owned()),
//!         (_, Err(denied)) => (403, denied.notice()),
//!         _ => (200, "updated".to_owned()),
//!     }
//! }
//! # let contact = ResourceType::new("contact").action(Action::new("read")).action(Action::new("update").requires("read"));
//! # let document = Document::new().section(Section::new("crm").resource(contact)).user(User::new("ann"))
//! #     .role(Role::new("seller", "crm", "Seller").grant("contact.read", Level::OwnOpen).assigned_to(Subject::Everyone));
//! # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
//! # let (ann, schema) = (snapshot.principal("ann"), snapshot.schema());
//! # let permissions = [schema.permission_named("contact.read")?, schema.permission_named("contact.update")?];
//! # let of_bob = |open| AnyRecord::new("contact", Facts::owned_by("bob").open(open));
//! # assert_eq!(update(ann, permissions, &of_bob(true)).0, 403);
//! # assert_eq!(update(ann, permissions, &of_bob(false)).0, 404);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! With the feature `tracing` each denial of a `require` method is an event at the level `INFO` with the target `orgscope`, the name
//! `orgscope.denied`, and the fields `user.id`, `orgscope.permission` and `orgscope.reason`; each batch refused by
//! [`Editor::apply`](crate::Editor::apply) one named `orgscope.refused` with `user.id` and `orgscope.refusal`. With the feature
//! `metrics` the counters `orgscope.denials` (labels `permission` and `reason`) and `orgscope.refusals` (label `kind`) count them.
//! Questions, such as `check`, `may_create`, `explain` and dry runs, are neither.
//!
//! # Repairs
//!
//! A denial comes with the smallest changes that would allow it:
//!
//! - share the record with the user, reassign it to them, or make it available to everyone;
//! - raise a level of a role of the section, or assign such a role to the user;
//! - add the user to a department or a group;
//! - activate the user.
//!
//! Changes that only the host may make are not offered: to raise or assign a locked role, to name an administrator. Neither are
//! posts as head or deputy. A department or group that brings a locked role is offered, because joining it is not changing
//! the role.
//!
//! **Which are found.** The candidates follow from the levels and from how the user is related to the record. For each role and
//! permission, only the lowest sufficient levels are candidates. If no single change is enough, pairs are tried. Every
//! repair is tried before it is reported: on a state that is compiled apart, with the record changed if need be, the check must
//! allow.
//!
//! **Which are reported.** At most eight repairs are listed, smallest first. The size of a repair is the number of pairs
//! of a user and a permission that gain records, counted by the [difference](crate::diff::Diff) to the present state. A change
//! of the record alone has size zero. Of one kind and size, at most three are listed. `more_repairs` counts the rest.
//!
//! **Limits.** At most 64 candidates are tried, those first that are likely to be smallest. Among many pairs that do the same for
//! the user, some are skipped. In both cases `all_weighed` is false, and the first repair may not be the smallest.
//!
//! # The JSON schema
//!
//! ```json
#![doc = include_str!("explanation.schema.json")]
//! ```
