//! The guide: longer texts than fit beside one type.
//!
//! - [`semantics`]: the rules, for those who write policies.
//! - [`recipes`]: needs that many companies have, as documents to copy.
//! - [`time`]: periods, and an application that tells the instant.
//! - [`administration`]: changing a policy by commands, and who may.
//! - [`lists`]: lists in a database, and saving changes.
//! - [`explain`]: explanations as data.
//! - [`security`]: the trusted parties, the guarantees, and the duties of the application.
//! - [`lint`]: findings, and when they are reported.
//! - [`performance`]: what operations cost.
//! - [`internals`]: how it works inside, for those who read the source.

pub mod administration;
pub mod explain;
pub mod internals;
pub mod lint;
pub mod lists;
pub mod performance;
pub mod recipes;
pub mod security;
pub mod semantics;
pub mod time;
