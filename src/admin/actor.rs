//! Who changes things.

use std::fmt::{self, Display};

use serde::{Deserialize, Serialize};

use crate::vocabulary::id::UserId;

/// Who applied a batch: the host application itself, or a user on whose behalf it asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// The application, whom no rule but sense and lock-out holds back.
    Host,
    /// A user, as far as the rules let them.
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
