//! What the roles of a user depend on, departments aside.

use crate::policy::org::GroupNumber;
use crate::policy::{Policy, sorted};
use crate::vocabulary::id::{RoleId, UserId};
use crate::vocabulary::subject::Subject;

/// Which assignments meet a user, but for those to departments. Most users share one with many others.
///
/// It names groups and not the roles that they have, so an assignment to all supervisors or to everyone changes no user,
/// and one to a group only if the group had no role before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "each is a subject of its own, and any of them may go together")]
pub(crate) struct Part {
    /// Of who may not ask, nobody has anything, and this is false.
    pub(crate) active: bool,
    pub(crate) employee: bool,
    pub(crate) supervisor: bool,
    pub(crate) deputy: bool,
    pub(crate) administrator: bool,
    /// Those that some role is assigned to; sorted.
    pub(crate) groups: Box<[GroupNumber]>,
    /// The user, if some role is assigned to just them.
    pub(crate) direct: Option<UserId>,
}

impl Part {
    /// The place of the part of those who may not ask, which is the default.
    pub(crate) const NOBODYS: u32 = 0;

    /// How many parts there are of users who have no role by a group or by themselves.
    pub(crate) const PLAIN: usize = 1 << Self::MARKS;
    const MARKS: usize = 5;

    /// The number among these, if it is one of them.
    pub(crate) fn number(&self) -> Option<usize> {
        let marks: [bool; Self::MARKS] = [self.active, self.employee, self.supervisor, self.deputy, self.administrator];
        let is_plain = self.groups.is_empty() && self.direct.is_none();
        is_plain.then(|| marks.into_iter().fold(0, |number, mark| number << 1 | usize::from(mark)))
    }

    /// Says whether a role is assigned to a group that the user is in.
    pub(crate) fn set_group(&mut self, group: GroupNumber, has_role: bool) {
        self.groups = sorted::with(&self.groups, &group, has_role);
    }

    /// The roles of a user, but for those that departments bring. One may come more than once.
    pub(crate) fn roles<'a>(&'a self, policy: &'a Policy) -> impl Iterator<Item = &'a RoleId> {
        let given = [
            (self.active, Subject::Everyone),
            (self.employee, Subject::Employees),
            (self.supervisor, Subject::Supervisors),
            (self.deputy, Subject::Deputies),
            (self.administrator, Subject::Administrators),
        ];
        let given = given.into_iter().filter_map(|(met, subject)| met.then_some(subject));
        let groups = self.groups.iter().filter_map(|group| policy.org.group_id(*group)).cloned().map(Subject::Group);
        let direct = self.direct.iter().cloned().map(Subject::User);
        given.chain(groups).chain(direct).flat_map(|subject| policy.assigned.roles(&subject))
    }
}
