//! The actor of a change.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

use crate::vocabulary::id::UserId;

/// The actor of a batch: the host application itself, or a user on whose behalf it acts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Actor {
    /// The application itself: only validity and lock-out restrict it.
    Host,
    /// A user, within the rules of delegation.
    User(UserId),
}

impl Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("the host application"),
            Self::User(id) => write!(f, "user `{id}`"),
        }
    }
}
