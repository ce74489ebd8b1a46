//! Who may see what, from the org chart.
//!
//! orgscope is an authorization library for applications whose records belong to people. People sit in departments, and
//! departments in departments. A role says, for each action on each type of record, how far it reaches: everybody's
//! records, those of my department and below, those of my department, my own, or none. Roles are assigned to users,
//! departments, groups, or to every supervisor, and a user with several roles has the most that any of them gives.
//!
//! The library answers whether a user may do something to a record, and for which records that holds. There is one
//! definition of access, and every answer is made from it, so a list and a check cannot disagree. A check is one
//! look-up and a few comparisons of numbers, however large the company is. It takes no lock, allocates nothing once the
//! rights of the user are computed, and never fails: what is unknown is denied, with a reason.
//!
//! ```
//! use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User};
//! use orgscope::{Facts, Handle, Level, Policy, Resource, Subject};
//!
//! // A type of the application names its resource type and its owner.
//! struct Contact { assigned_to: i64, open: bool }
//!
//! impl Resource for Contact {
//!     const TYPE: &'static str = "contact";
//!     fn facts(&self) -> Facts<'_> { Facts::owned_by(self.assigned_to).open(self.open) }
//! }
//!
//! // A policy is loaded from a document: from a file or a database, or built in code.
//! let document = Document::new()
//!     .section(Section::new("crm").resource(ResourceType::new("contact").action(Action::new("read"))))
//!     .department(Department::new("sales"))
//!     .user(User::new(17).member_of("sales").head_of("sales"))
//!     .user(User::new(31).member_of("sales"))
//!     .role(Role::new("head", "crm", "Head").grant("contact.read", Level::Department).assigned_to(Subject::Supervisors))
//!     .role(Role::new("seller", "crm", "Seller").grant("contact.read", Level::Own).assigned_to(Subject::Employees));
//! let authz = Handle::new(Policy::from_document(document)?);
//!
//! // A misspelt action fails here, at start-up.
//! let read = authz.permission::<Contact>("read")?;
//!
//! // In a handler: one snapshot for the whole request, so that all its answers come from one state.
//! let snapshot = authz.load();
//! let (anna, bill) = (snapshot.principal(17), snapshot.principal(31));
//! let contact = Contact { assigned_to: 31, open: false };
//! anna.require(read, &contact)?;
//!
//! // The same decision as a set, for lists.
//! let contacts = [contact, Contact { assigned_to: 17, open: true }];
//! assert_eq!(anna.scope(read).filter(&contacts).count(), 2);
//! assert_eq!(bill.scope(read).filter(&contacts).count(), 1);
//!
//! // Why not, and who else.
//! let reason = bill.reason(read, &contacts[1]);
//! assert_eq!(reason.to_string(), "deny: `contact.read` is `own`, which does not reach the record");
//! assert_eq!(snapshot.who_can(read, &contacts[0]).count(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The nouns
//!
//! | | |
//! |---|---|
//! | [`Document`] | a policy as data, not yet validated: serde types |
//! | [`Policy`] | the validated model: [schema](Schema), company, roles and assignments |
//! | [`Snapshot`] | a compiled policy, which never changes |
//! | [`Handle`] | the current snapshot, shared by all threads |
//! | [`Level`] | how far a permission reaches |
//! | [`Permission`] | a token for `contact.read` or `mailbox.connect`, looked up once |
//! | [`Resource`], [`Facts`] | a type of record in the application, and what the library needs to know about a record |
//! | [`Principal`] | a user whose rights are asked about |
//! | [`Scope`] | the set of records that a principal may do something to |
//! | [`Fields`] | the fields of a record that a principal may read, or write |
//! | [`Predicate`] | the same set as conditions on the facts of a record, for a database |
//! | [`Command`] | a change as data |
//! | [`Editor`] | applies changes, as the host application or on behalf of a user |
//! | [`Receipt`], [`Refusal`] | the result of an accepted batch, or the rule that a refused one breaks |
//! | [`AuditEntry`](log::AuditEntry), [`Checkpoint`](log::Checkpoint) | the log: accepted batches, and stored states to replay them from |
//! | [`Catalogue`](catalogue::Catalogue) | the roles as an administration page shows them |
//! | [`Decision`], [`Reason`] | the answer of a check, and why |
//! | [`Explanation`] | every step of a decision, and for a denial the smallest changes that would allow it |
//! | [`WhoCan`], [`Rights`] | the users who may do something, and everything that one user may do |
//! | [`Diff`](diff::Diff) | who gains and who loses what between two states |
//! | [`Problem`](error::Problem) | an error of a document, or what [`Policy::lint`] finds: valid, and probably not meant |
//! | [`World`](world::World) | a document with records and expectations: the format of tests and bug reports |
//!
//! # The guide
//!
//! - [`docs::semantics`]: the rules.
//! - [`docs::time`]: periods, and an application that tells the instant.
//! - [`docs::administration`]: commands, delegation, the log.
//! - [`docs::lists`]: lists in a database.
//! - [`docs::explain`]: explanations as data.
//! - [`docs::lint`]: findings, and when they are reported.
//! - [`docs::security`]: the trusted parties, the guarantees, and the duties of the application.
//! - [`docs::performance`]: what operations cost.
//! - [`docs::internals`]: how it works inside.
//!
//! # What it is not
//!
//! - Not a store: the records stay in the application's database.
//! - Not authentication: the application knows who the user is.
//! - Not a policy language: there are no attributes, conditions or scripts. If access depends on the amount of a deal or the
//!   time of day, use an engine with a policy language.
//! - No negative permissions: `deny` is the bottom of the ladder, and any other role's grant wins.
//!
//! # Features
//!
//! - `sql`: scopes as conditions on the tables of SQLite, PostgreSQL and MySQL, by sea-query. Without it, an application
//!   evaluates the [`Predicate`] itself.
//! - `cli`: the binary `orgscope`, which validates, tests and queries world files in JSON, TOML and YAML, and the dependencies
//!   that only the binary needs.
//! - `uuid`: ids from UUIDs, in facts without a copy, and columns of UUIDs.
//! - `tracing`, `metrics`: an event, or a count, for [each denial and refusal](docs::explain#which-text-is-for-whom).
//! - `jiff`, `chrono`: a [`Time`] from and to the times of these crates.
//! - `reference`: the rules read literally and slowly, which tests compare answers with. No application needs it.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod admin;
mod collections;
pub mod docs;
pub mod document;
mod handle;
mod policy;
pub mod presets;
mod query;
#[cfg(feature = "reference")]
#[doc(hidden)]
pub mod reference;
mod snapshot;
#[cfg(feature = "sql")]
pub mod sql;
mod telemetry;
mod vocabulary;
pub mod world;

pub use admin::advance::Advance;
pub use admin::receipt::Receipt;
pub use admin::refusal::Refusal;
pub use document::{Command, Document};
pub use handle::{Editor, Handle, Loaded};
pub use policy::Policy;
pub use policy::schema::Schema;
pub use policy::validate::PolicyError;
pub use query::check::Decision;
pub use query::denied::Denied;
pub use query::explain::Explanation;
pub use query::fields::{DeniedFields, Fields};
pub use query::predicate::Predicate;
pub use query::principal::Principal;
pub use query::reason::Reason;
pub use query::scope::Scope;
pub use query::shown::Shown;
pub use query::what::Rights;
pub use query::who::WhoCan;
pub use snapshot::Snapshot;
pub use vocabulary::facts::{AnyRecord, Facts, Record, Resource};
pub use vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
pub use vocabulary::level::{Grant, Level};
pub use vocabulary::period::Period;
pub use vocabulary::permission::Permission;
pub use vocabulary::subject::{Owner, Share, Subject};
pub use vocabulary::time::Time;

/// Ids of any kind, ids that borrow their text, and the ids of records and variants. The other ids are at the root.
pub mod id {
    pub use crate::vocabulary::facts::VariantValue;
    pub use crate::vocabulary::id::{
        BorrowedText, DepartmentRef, GroupRef, Id, IdTooLarge, InvalidId, RecordId, UserRef, VariantId, VariantRef,
    };
    pub use crate::vocabulary::subject::{OwnerRef, ShareRef};
}

/// Permissions found by name alone.
pub mod permission {
    pub use crate::vocabulary::permission::AnyPermission;
}

/// The parts of a [`Predicate`].
pub mod predicate {
    pub use crate::query::predicate::{AnyOf, Audience, Case, Departments, Term, Variants};
}

/// What one user may do, and the roles of each section as an administration page shows them.
pub mod catalogue {
    pub use crate::query::catalogue::{AssignmentEntry, Catalogue, RoleEntry, SectionRoles};
    pub use crate::query::what::{InPlace, InVariant};
}

/// The difference between two states.
pub mod diff {
    pub use crate::query::diff::{Diff, DiffGroup, RightChange};
}

/// Errors of words and names, and the problems of a [`PolicyError`].
pub mod error {
    pub use crate::policy::unknown::UnknownPermission;
    pub use crate::policy::validate::{Problem, Severity};
    pub use crate::vocabulary::period::EmptyPeriod;
    pub use crate::vocabulary::time::InvalidTime;
    pub use crate::vocabulary::word::UnknownWord;
}

/// The parts of a [`Receipt`] and a [`Refusal`].
pub mod rules {
    pub use crate::admin::affected::Affected;
    pub use crate::admin::refusal::{Rule, Unreached};
    pub use crate::admin::transition::Transition;
    pub use crate::policy::rules::{Content, Invalid, Kind};
    pub use crate::vocabulary::refusal::RefusalKind;
}

/// The log: accepted batches, and stored states to replay them from.
pub mod log {
    pub use crate::admin::actor::Actor;
    pub use crate::admin::audit::AuditEntry;
    pub use crate::admin::digest::Digest;
    pub use crate::admin::log::{Checkpoint, LogError};
}

/// The parts of an [`Explanation`] and a [`Reason`].
pub mod explain {
    pub use crate::query::denied::Checked;
    pub use crate::query::explain::{Change, Repair};
    pub use crate::query::reason::ReasonCode;
}

/// Compiles and runs the programs of the README, one of which needs SQL.
#[cfg(all(doctest, feature = "sql"))]
#[doc = include_str!("../README.md")]
struct Readme;
