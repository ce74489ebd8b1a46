//! Standings: what the roles of a user depend on, departments aside.

use crate::policy::sorted;
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::{DepartmentSlot, GroupNumber, StandingSlot};

/// The subjects other than departments that a user belongs to. Most users share their standing with many others.
///
/// A standing names groups and not their roles. So an assignment to all supervisors or to everyone changes no user, and
/// one to a group changes its members only if the group had no role before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "each is a subject of its own, and any of them may go together")]
pub(crate) struct Standing {
    /// Inactive users have the default standing: every other field is empty too.
    pub(crate) active: bool,
    pub(crate) employee: bool,
    pub(crate) supervisor: bool,
    pub(crate) deputy: bool,
    pub(crate) administrator: bool,
    /// The user's groups that have a role; sorted.
    pub(crate) groups: Box<[GroupNumber]>,
    /// The user's id, if a role is assigned to them by name.
    pub(crate) direct: Option<UserId>,
    /// The departments that the user heads, if they have others too, and some role is measured from what its
    /// supervisors head.
    pub(crate) heads: Option<Box<[DepartmentSlot]>>,
    /// The same as deputy.
    pub(crate) deputies: Option<Box<[DepartmentSlot]>>,
}

impl Standing {
    /// The slot of the standing of inactive users, which is the default.
    pub(crate) const NOBODY: StandingSlot = StandingSlot(0);

    /// The number of plain standings: those without groups, without a role by name, and without departments.
    pub(crate) const PLAIN: usize = 1 << Self::MARKS;
    const MARKS: usize = 5;

    /// The number of this standing if it is plain.
    pub(crate) fn plain_number(&self) -> Option<usize> {
        let marks: [bool; Self::MARKS] = [self.active, self.employee, self.supervisor, self.deputy, self.administrator];
        let is_plain =
            self.groups.is_empty() && self.direct.is_none() && self.heads.is_none() && self.deputies.is_none();
        is_plain.then(|| marks.into_iter().fold(0, |number, mark| number << 1 | usize::from(mark)))
    }

    /// Adds a group that now has a role, or removes one that has none any more.
    pub(crate) fn set_group(&mut self, group: GroupNumber, has_role: bool) {
        self.groups = sorted::with(&self.groups, &group, has_role);
    }
}
