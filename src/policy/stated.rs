//! All posts, memberships and assignments with their tenures, whether they hold at the instant of the policy or not.

use smallvec::SmallVec;

use crate::policy::Policy;
use crate::policy::assignment::Assignment;
use crate::policy::dated::Dated;
use crate::policy::org::{Group, Org, User};
use crate::policy::role::{self, Role};
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::index::DepartmentSlot;
use crate::vocabulary::period::Tenure;
use crate::vocabulary::post::Post;

impl Policy {
    /// Whether a user has a post in a department, and when.
    pub(crate) fn tenure_of_post(&self, id: &UserId, user: &User, department: DepartmentSlot, post: Post) -> Tenure {
        let period = self.dated.post(id, department, post);
        period.map_or_else(|| user.anchors.have(department, post).into(), Tenure::During)
    }

    /// Whether a user is a member of a group, and when.
    pub(crate) fn tenure_of_member(&self, user: &UserId, group: &Group) -> Tenure {
        let period = self.dated.member(user, group.number);
        period.map_or_else(|| group.members.contains(user).into(), Tenure::During)
    }

    /// Whether a role has an assignment, and when.
    pub(crate) fn tenure_of_assignment(&self, id: &RoleId, role: &Role, to: &Assignment) -> Tenure {
        self.dated.assignment(id, to).map_or_else(|| role.assigned_to.contains(to).into(), Tenure::During)
    }

    /// All assignments of a role with their tenures, whether they hold or not, in canonical order.
    pub(crate) fn stated_assignments(&self, id: &RoleId) -> impl Iterator<Item = (&Assignment, Tenure)> {
        self.roles.get(id).into_iter().flat_map(|role| role::stated(id, role, &self.dated))
    }

    /// All members of a group with their tenures, whether they hold or not, in canonical order.
    pub(crate) fn stated_members(&self, group: &GroupId) -> impl Iterator<Item = (&UserId, Tenure)> {
        self.org.groups().get(group).into_iter().flat_map(|group| group.stated_members(&self.dated))
    }
}

impl Org {
    /// The departments where a user has a post, with the tenures, whether they hold or not, in canonical order.
    pub(crate) fn stated_posts<'o>(
        &'o self,
        id: &UserId,
        user: &User,
        post: Post,
        dated: &Dated,
    ) -> impl Iterator<Item = (&'o DepartmentId, Tenure)> + use<'o> {
        let with_periods = dated.posts_of(id).filter(|(_, has, _)| *has == post);
        let with_periods: SmallVec<[(DepartmentSlot, Tenure); 2]> =
            with_periods.map(|(department, _, period)| (department, Tenure::During(period))).collect();
        let has_period = |department: &DepartmentSlot| with_periods.iter().any(|(with, _)| with == department);
        let always = user.anchors.by(post).filter(|department| !has_period(department));
        let all = always.map(|department| (department, Tenure::Always)).chain(with_periods.iter().copied());
        let mut all: Vec<_> = all.map(|(department, tenure)| (self.department_id(department), tenure)).collect();
        all.sort_unstable_by_key(|(id, _)| *id);
        all.into_iter()
    }
}

impl Group {
    /// The members with their tenures, whether they hold or not, in canonical order.
    pub(crate) fn stated_members<'o>(
        &'o self,
        dated: &'o Dated,
    ) -> impl Iterator<Item = (&'o UserId, Tenure)> + use<'o> {
        let with_periods: Vec<_> =
            dated.members_of(self.number).map(|(user, period)| (user, Tenure::During(period))).collect();
        let has_period = |user: &UserId| with_periods.binary_search_by_key(&user, |(user, _)| user).is_ok();
        let mut all: Vec<_> =
            self.members.iter().filter(|user| !has_period(user)).map(|user| (user, Tenure::Always)).collect();
        all.extend(with_periods);
        all.sort_unstable_by_key(|(user, _)| *user);
        all.into_iter()
    }
}
