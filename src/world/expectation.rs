//! The expectations of a world file.

use crate::vocabulary::id::{RecordId, UserId};

/// An expectation of a world file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Expectation {
    /// The result of a check.
    #[non_exhaustive]
    Check {
        /// The user, possibly unknown.
        user: UserId,
        /// The permission, for example `contact.read`.
        action: String,
        /// The record; none for a toggle.
        record: Option<RecordId>,
        /// The expected answer.
        allow: bool,
    },
    /// The records that a user may do something to.
    #[non_exhaustive]
    List {
        /// The user, possibly unknown.
        user: UserId,
        /// The permission, for example `contact.read`.
        action: String,
        /// The expected answer: exactly these, in any order.
        records: Vec<RecordId>,
    },
    /// The users who may do something to a record.
    #[non_exhaustive]
    Who {
        /// The permission, for example `contact.read`.
        action: String,
        /// The record; none for a toggle.
        record: Option<RecordId>,
        /// The expected answer: exactly these, in any order.
        users: Vec<UserId>,
    },
}
