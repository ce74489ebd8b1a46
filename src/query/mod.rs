//! The questions, one file each. All go through [`Scope`](scope::Scope): there is no second definition of access.

pub(crate) mod check;
pub(crate) mod known_owner;
pub(crate) mod ownership;
pub(crate) mod predicate;
pub(crate) mod principal;
pub(crate) mod reason;
pub(crate) mod scope;
#[cfg(feature = "sql")]
pub mod sql;
pub(crate) mod who;
