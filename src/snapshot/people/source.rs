//! Where users are to be found.

use std::sync::Arc;

use crate::snapshot::people::entry::Entry;
use crate::vocabulary::index::{DepartmentSlot, UserSlot};

/// The users that a role may be assigned to, resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    Everyone,
    Employees,
    Supervisors,
    Deputies,
    Administrators,
    Department(DepartmentSlot),
    DepartmentSub(DepartmentSlot),
    Users(Arc<[UserSlot]>),
}

/// Entries, found one by one; with how many users each has, where that is known without counting.
pub(crate) type Entries<'s> = Box<dyn Iterator<Item = (Entry, Option<usize>)> + Send + Sync + 's>;
