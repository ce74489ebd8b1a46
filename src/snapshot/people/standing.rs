//! What the roles of a user depend on, departments aside.

use crate::policy::sorted;
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::{GroupNumber, StandingSlot};

/// Which assignments meet a user, other than those to departments. Most users share one with many others.
///
/// It names groups and not the roles that they have. So an assignment to all supervisors or to everyone changes no
/// user, and one to a group changes its members only if the group had no role before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "each is a subject of its own, and any of them may go together")]
pub(crate) struct Standing {
    /// An inactive user has nothing else either.
    pub(crate) active: bool,
    pub(crate) employee: bool,
    pub(crate) supervisor: bool,
    pub(crate) deputy: bool,
    pub(crate) administrator: bool,
    /// The groups that some role is assigned to; sorted.
    pub(crate) groups: Box<[GroupNumber]>,
    /// The user, if some role is assigned to them by name.
    pub(crate) direct: Option<UserId>,
}

impl Standing {
    /// The slot of the standing of inactive users, which is the default.
    pub(crate) const NOBODY: StandingSlot = StandingSlot(0);

    /// How many standings there are of users who have no role by a group or by name.
    pub(crate) const PLAIN: usize = 1 << Self::MARKS;
    const MARKS: usize = 5;

    /// The number among these, if it is one of them.
    pub(crate) fn plain_number(&self) -> Option<usize> {
        let marks: [bool; Self::MARKS] = [self.active, self.employee, self.supervisor, self.deputy, self.administrator];
        let is_plain = self.groups.is_empty() && self.direct.is_none();
        is_plain.then(|| marks.into_iter().fold(0, |number, mark| number << 1 | usize::from(mark)))
    }

    /// Adds a group that the user is in and that has a role now, or drops one that has none any more.
    pub(crate) fn set_group(&mut self, group: GroupNumber, has_role: bool) {
        self.groups = sorted::with(&self.groups, &group, has_role);
    }
}
