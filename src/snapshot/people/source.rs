//! Sets of users to search.

use std::sync::Arc;

use crate::snapshot::people::entry::Entry;
use crate::vocabulary::index::{DepartmentSlot, UserSlot};

/// The users of a subject, with its id looked up.
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

/// Entries, found one by one, each with the number of its users if that is known without counting.
pub(crate) type Entries<'s> = Box<dyn Iterator<Item = (Entry, Option<usize>)> + Send + Sync + 's>;
