//! What has a period, and the instant of a state.
//!
//! The rest of the model holds what holds at that instant, as if nothing had a period: so no question has to look at
//! periods, and a company without any pays nothing. What has a period stands here as well, whether it holds or not:
//!
//! ```text
//! document           tove: trainee until 15 December       kit: night shift from 31 December
//! dated              tove: trainee until 15 December       kit: night shift from 31 December
//! roles              on 10 December    trainee: [tove]     night shift: []
//! ```
//!
//! To go on to another instant changes the rest of the model by facts, as commands do.

use crate::collections::persistent::{Map, Set};
use crate::collections::timetable::Timetable;
use crate::policy::assignment::Assignment;
use crate::vocabulary::id::{RoleId, UserId};
use crate::vocabulary::index::{DepartmentSlot, GroupNumber};
use crate::vocabulary::period::{Period, Tenure};
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;
use crate::vocabulary::time::Time;

/// A user's post in a department.
pub(crate) type PostKey = (UserId, DepartmentSlot, Post);
/// A user's membership of a group.
pub(crate) type MemberKey = (UserId, GroupNumber);

/// Everything that has a period, and the instant of the state. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dated {
    /// Without an instant, nothing holds that has a period.
    instant: Option<Time>,
    posts: Timetable<PostKey>,
    members: Timetable<MemberKey>,
    /// By role, so that a role is not repeated for each of its assignments.
    assignments: Map<RoleId, Timetable<Assignment>>,
    /// The number of posts in each department that has any here.
    people: Map<DepartmentSlot, usize>,
    /// The members of each group that has any here.
    of_groups: Map<GroupNumber, Set<UserId>>,
}

/// What has a period in a document.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    pub(crate) posts: Vec<(PostKey, Period)>,
    pub(crate) members: Vec<(MemberKey, Period)>,
    pub(crate) assignments: Vec<((RoleId, Assignment), Period)>,
}

impl Dated {
    pub(crate) fn of(entries: Entries) -> Self {
        let Entries { mut posts, mut members, mut assignments } = entries;
        posts.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        members.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        assignments.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let mut dated = Self::default();
        for ((_, department, _), _) in &posts {
            dated.count(*department, true);
        }
        for ((user, group), _) in &members {
            dated.list(user, *group, true);
        }
        let of_roles = assignments.chunk_by(|((a, _), _), ((b, _), _)| a == b).map(|of_one| {
            let entries = of_one.iter().map(|((_, to), period)| (to.clone(), *period));
            (of_one[0].0.0.clone(), Timetable::of_sorted(entries, None))
        });
        dated.assignments = Map::of_sorted(of_roles.collect::<Vec<_>>());
        dated.posts = Timetable::of_sorted(posts, None);
        dated.members = Timetable::of_sorted(members, None);
        dated
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.posts.is_empty() && self.members.is_empty() && self.assignments.len() == 0
    }

    pub(crate) fn instant(&self) -> Option<Time> {
        self.instant
    }

    /// The next instant at which anything begins or ends.
    pub(crate) fn next(&self) -> Option<Time> {
        let assignments = self.assignments.values().filter_map(Timetable::next);
        [self.posts.next(), self.members.next()].into_iter().flatten().chain(assignments).min()
    }

    /// Goes on to another instant. Returns what begins or ends there, as keys and whether they hold then.
    pub(crate) fn go(&mut self, to: Option<Time>) -> Turned {
        let from = self.instant;
        let turns = |period: Period| Some(period.holds_at(to)).filter(|holds| *holds != period.holds_at(from));
        let mut turned = Turned::default();
        self.posts.go(from, to, |key, period| turned.posts.extend(turns(period).map(|holds| (key.clone(), holds))));
        self.members.go(from, to, |key, period| turned.members.extend(turns(period).map(|holds| (key.clone(), holds))));
        let is_due = |table: &Timetable<Assignment>| to < from || table.next().is_some_and(|next| Some(next) <= to);
        let due: Vec<RoleId> =
            self.assignments.iter().filter(|(_, table)| is_due(table)).map(|(role, _)| role.clone()).collect();
        for role in due {
            let Some(table) = self.assignments.get_mut(&role) else { continue };
            table.go(from, to, |key, period| {
                turned.assignments.extend(turns(period).map(|holds| ((role.clone(), key.clone()), holds)));
            });
        }
        self.instant = to;
        turned
    }

    /// The period of a post, if it has one.
    pub(crate) fn post(&self, user: &UserId, department: DepartmentSlot, post: Post) -> Option<Period> {
        if self.posts.is_empty() { None } else { self.posts.get(&(user.clone(), department, post)) }
    }

    /// The posts of a user that have periods.
    pub(crate) fn posts_of(&self, user: &UserId) -> impl Iterator<Item = (DepartmentSlot, Post, Period)> + use<'_> {
        let first = (user.clone(), DepartmentSlot::NOWHERE, Post::Member);
        let theirs = self.posts.starting_at(&first).take_while(move |((user, ..), _)| *user == first.0);
        theirs.map(|((_, department, post), period)| (*department, *post, period))
    }

    /// Whether a post in the department has a period.
    pub(crate) fn has_people(&self, department: DepartmentSlot) -> bool {
        self.people.contains_key(&department)
    }

    /// The period of a membership, if it has one.
    pub(crate) fn member(&self, user: &UserId, group: GroupNumber) -> Option<Period> {
        if self.members.is_empty() { None } else { self.members.get(&(user.clone(), group)) }
    }

    /// The memberships of a user that have periods.
    pub(crate) fn groups_of(&self, user: &UserId) -> impl Iterator<Item = (GroupNumber, Period)> + use<'_> {
        let first = (user.clone(), GroupNumber::default());
        let theirs = self.members.starting_at(&first).take_while(move |((user, _), _)| *user == first.0);
        theirs.map(|((_, group), period)| (*group, period))
    }

    /// The members of a group whose memberships have periods, in canonical order.
    pub(crate) fn members_of(&self, group: GroupNumber) -> impl Iterator<Item = (&UserId, Period)> {
        let members = self.of_groups.get(&group).into_iter().flat_map(Set::iter);
        members.filter_map(move |user| Some((user, self.member(user, group)?)))
    }

    /// The period of an assignment, if it has one.
    pub(crate) fn assignment(&self, role: &RoleId, to: &Assignment) -> Option<Period> {
        self.assignments.get(role)?.get(to)
    }

    /// The assignments of a role that have periods, in canonical order.
    pub(crate) fn assignments_of(&self, role: &RoleId) -> impl Iterator<Item = (&Assignment, Period)> {
        self.assignments.get(role).into_iter().flat_map(Timetable::iter)
    }

    /// The assignments to a subject that have periods, by role.
    pub(crate) fn assignments_to(&self, subject: &Subject) -> impl Iterator<Item = (&RoleId, &Assignment, Period)> {
        let first = Assignment::from(subject.clone());
        self.assignments.iter().flat_map(move |(role, table)| {
            let subject = first.subject.clone();
            let theirs = table.starting_at(&first).take_while(move |(to, _)| to.subject == subject);
            theirs.map(move |(to, period)| (role, to, period))
        })
    }

    /// All posts that have periods.
    pub(crate) fn posts(&self) -> impl Iterator<Item = (&PostKey, Period)> {
        self.posts.iter()
    }

    /// All memberships that have periods.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&MemberKey, Period)> {
        self.members.iter()
    }

    /// All assignments that have periods, by role.
    pub(crate) fn assignments(&self) -> impl Iterator<Item = (&RoleId, &Assignment, Period)> {
        let of_role = |(role, table)| Timetable::iter(table).map(move |(to, period)| (role, to, period));
        self.assignments.iter().flat_map(of_role)
    }
}

/// What begins or ends: keys, and whether they hold from then on.
#[derive(Debug, Default)]
pub(crate) struct Turned {
    pub(crate) posts: Vec<(PostKey, bool)>,
    pub(crate) members: Vec<(MemberKey, bool)>,
    pub(crate) assignments: Vec<((RoleId, Assignment), bool)>,
}

// Changes.
impl Dated {
    pub(crate) fn set_post(&mut self, user: &UserId, department: DepartmentSlot, post: Post, tenure: Tenure) {
        let (before, after) = (self.post(user, department, post), tenure.period());
        if before == after {
            return;
        }
        if before.is_some() != after.is_some() {
            self.count(department, after.is_some());
        }
        self.posts.set(&(user.clone(), department, post), after, self.instant);
    }

    fn count(&mut self, department: DepartmentSlot, comes: bool) {
        match (self.people.get(&department).copied().unwrap_or_default(), comes) {
            (people, true) => _ = self.people.insert(department, people + 1),
            (people @ 2.., false) => _ = self.people.insert(department, people - 1),
            (_, false) => _ = self.people.remove(&department),
        }
    }

    pub(crate) fn set_member(&mut self, user: &UserId, group: GroupNumber, tenure: Tenure) {
        let (before, after) = (self.member(user, group), tenure.period());
        if before == after {
            return;
        }
        if before.is_some() != after.is_some() {
            self.list(user, group, after.is_some());
        }
        self.members.set(&(user.clone(), group), after, self.instant);
    }

    fn list(&mut self, user: &UserId, group: GroupNumber, comes: bool) {
        let mut members = self.of_groups.get(&group).cloned().unwrap_or_default();
        if comes {
            members.insert(user.clone())
        } else {
            members.remove(user)
        };
        if members.len() == 0 {
            self.of_groups.remove(&group)
        } else {
            self.of_groups.insert(group, members)
        };
    }

    pub(crate) fn set_assignment(&mut self, role: &RoleId, to: &Assignment, tenure: Tenure) {
        let after = tenure.period();
        if self.assignment(role, to) == after {
            return;
        }
        if !self.assignments.contains_key(role) {
            self.assignments.insert(role.clone(), Timetable::default());
        }
        let Some(table) = self.assignments.get_mut(role) else { return };
        table.set(to, after, self.instant);
        if table.is_empty() {
            self.assignments.remove(role);
        }
    }
}
