//! TODO crate docs

pub mod docs;
pub mod document;
mod handle;
mod policy;
mod query;
#[doc(hidden)]
pub mod reference;
mod snapshot;
mod vocabulary;

pub use document::Document;
pub use handle::{Handle, Reload};
pub use policy::Policy;
pub use policy::schema::{Schema, UnknownPermission};
pub use policy::validate::{PolicyError, Problem};
pub use policy::world::{InvalidQuestion, Question, World};
pub use query::check::{Decision, Denied};
pub use query::principal::Principal;
pub use query::reason::Reason;
pub use query::scope::Scope;
pub use snapshot::Snapshot;
pub use vocabulary::facts::{AnyRecord, Facts, Record, Resource};
pub use vocabulary::id::{DepartmentId, DepartmentRef, GroupId, GroupRef, Id, RecordId, RoleId, UserId, UserRef, kind};
pub use vocabulary::level::{Grant, Level, UnknownGrant, UnknownLevel};
pub use vocabulary::mode::{Delegation, UnknownMode, Unowned};
pub use vocabulary::permission::{AnyPermission, Permission, Toggle};
pub use vocabulary::subject::{Owner, Share, Subject};
