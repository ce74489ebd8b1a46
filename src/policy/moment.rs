//! Users at other instants than that of the policy, for the rules that look ahead.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::policy::Policy;
use crate::policy::assigned::Given;
use crate::policy::assignment::Assignment;
use crate::policy::fact::{Change, Fact};
use crate::policy::org::User;
use crate::vocabulary::id::UserId;
use crate::vocabulary::period::{Period, Tenure};
use crate::vocabulary::subject::Subject;
use crate::vocabulary::time::Time;

impl Policy {
    /// A user with the posts and groups that they have at an instant.
    pub(crate) fn user_at(&self, id: &UserId, instant: Option<Time>) -> Option<User> {
        self.user_with(id, |period| period.holds_at(instant))
    }

    fn user_with(&self, id: &UserId, holds: impl Fn(Period) -> bool) -> Option<User> {
        let mut user = self.org.users().get(id)?.clone();
        for (department, post, period) in self.dated.posts_of(id) {
            let id_of = |department| self.org.department_id(department);
            user.anchors.set(department, post, holds(period), id_of);
        }
        for (group, period) in self.dated.groups_of(id) {
            user.set_group(group, holds(period));
        }
        Some(user)
    }

    /// What is assigned to exactly this subject at an instant.
    pub(crate) fn given_at(&self, subject: &Subject, instant: Option<Time>) -> Cow<'_, [Given]> {
        let now = self.assigned.given(subject);
        if instant == self.instant() {
            return Cow::Borrowed(now);
        }
        let has_period = |Given { role, place }: &Given| {
            let to = Assignment { subject: subject.clone(), place: place.clone() };
            self.dated.assignment(role, &to).is_some()
        };
        let always = now.iter().filter(|given| !has_period(given)).cloned();
        let then = self.dated.assignments_to(subject).filter(|(.., period)| period.holds_at(instant));
        always.chain(then.map(|(role, to, _)| Given { role: role.clone(), place: to.place.clone() })).collect()
    }

    /// The policy with all that decides about a user and records of these owners as it is at an instant, and the facts that
    /// lead there. All else stays as it is now, so it costs what is dated about them.
    pub(crate) fn at_for(&self, id: &UserId, owners: &BTreeSet<UserId>, instant: Time) -> (Self, Vec<Fact>) {
        let now = self.instant();
        let turned = |period: Period| {
            let (before, after) = (period.holds_at(now), period.contains(instant));
            (before != after).then(|| (Tenure::from(before), Tenure::from(after)))
        };
        let mut facts = Vec::new();
        let users: BTreeSet<&UserId> = owners.iter().chain([id]).collect();
        for user in users {
            for (department, post, period) in self.dated.posts_of(user) {
                let Some((before, after)) = turned(period) else { continue };
                let key = (user.clone(), self.org.department_id(department).clone(), post);
                facts.extend(Change::of(key, before, after).map(Fact::Post));
            }
        }
        for (group, period) in self.dated.groups_of(id) {
            let (Some((before, after)), Some(group)) = (turned(period), self.org.group_id(group)) else { continue };
            facts.extend(Change::of((id.clone(), group.clone()), before, after).map(Fact::Member));
        }
        for subject in self.subjects_ever(id) {
            for (role, to, period) in self.dated.assignments_to(&subject) {
                let Some((before, after)) = turned(period) else { continue };
                facts.extend(Change::of((role.clone(), to.clone()), before, after).map(Fact::Assignment));
            }
        }
        let mut policy = self.clone();
        policy.hold_all(&facts);
        (policy, facts)
    }

    /// Every subject that contains a user at any instant.
    pub(crate) fn subjects_ever(&self, id: &UserId) -> BTreeSet<Subject> {
        let ever = self.user_with(id, |_| true);
        ever.map_or_else(BTreeSet::new, |ever| self.org.subjects_with(id, &ever).collect())
    }

    /// The instants at which anything begins or ends that decides what a user is given.
    pub(crate) fn turns_of(&self, id: &UserId) -> BTreeSet<Time> {
        if self.dated.is_empty() {
            return BTreeSet::new();
        }
        let posts = self.dated.posts_of(id).map(|(.., period)| period);
        let groups = self.dated.groups_of(id).map(|(_, period)| period);
        let subjects = self.subjects_ever(id);
        let given = subjects.iter().flat_map(|subject| self.dated.assignments_to(subject)).map(|(.., period)| period);
        posts.chain(groups).chain(given).flat_map(|period| [period.start(), period.end()]).flatten().collect()
    }
}
