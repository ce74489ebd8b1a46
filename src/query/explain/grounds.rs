//! The grounds of a level: the floor, the bypass, and each role with the subjects through which the user has it.

use crate::policy::Policy;
use crate::policy::assignment as policy;
use crate::policy::org::User;
use crate::policy::role::Role;
use crate::query::explain::record::{department_named, homes_of};
use crate::query::explain::{Assignment, Ground, Named, Place};
use crate::query::principal::Principal;
use crate::snapshot::cell::Cell;
use crate::snapshot::relation::Relation;
use crate::vocabulary::facts::Facts;
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::{Case, DepartmentSlot};
use crate::vocabulary::level::Level;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

impl Principal<'_> {
    /// The grounds of the user's level for a case, and whether each alone suffices for a record.
    pub(super) fn grounds(&self, case: Case, relation: Relation, facts: Option<&Facts<'_>>) -> Vec<Ground> {
        let policy = self.snapshot.policy();
        let Case { action, .. } = case;
        let rules = policy.schema.action(action);
        let suffices = |level: Level| Cell::of(level, rules).admits(relation);
        let homes: Vec<DepartmentSlot> = facts.map_or_else(Vec::new, |facts| homes_of(policy, facts));
        let grant = |level: Level| policy.schema.grant_of(action, level);
        let mut grounds = Vec::new();
        let Some((id, user)) = self.id().and_then(|id| Some((id, policy.org.users().get(id)?))) else { return grounds };
        if user.admin && rules.admin_bypass {
            grounds.push(Ground::Bypass { grant: grant(Level::All), suffices: suffices(Level::All) });
        }
        if rules.floor != Level::Deny {
            grounds.push(Ground::Floor { grant: grant(rules.floor), suffices: suffices(rules.floor) });
        }
        for (role_id, role) in policy.roles.iter() {
            let level = role.level(case);
            if level == Level::Deny {
                continue;
            }
            let suffices_by = |level: Level, assignment: &Assignment| {
                let Some(place) = &assignment.place else { return suffices(level) };
                let slots = place.iter().filter_map(|department| policy.org.department(&department.id));
                match reach_from(policy, slots, &homes) {
                    Some(needed) if level.includes(needed) => suffices(Level::All),
                    _ => suffices(level.without_departments()),
                }
            };
            let in_place = policy.schema.level_in_place(action, level);
            let all = assignments(policy, id, user, role);
            let (placed, unplaced): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|assignment| assignment.place.is_some() && in_place != level);
            for (level, assignments) in [(level, unplaced), (in_place, placed)] {
                if assignments.is_empty() {
                    continue;
                }
                let (name, called) = (Some(role.name.clone()), policy.role_name(role_id));
                grounds.push(Ground::Role {
                    role: Named { id: role_id.clone(), name, called },
                    grant: grant(level),
                    suffices: assignments.iter().any(|assignment| suffices_by(level, assignment)),
                    assignments,
                });
            }
        }
        grounds
    }
}

/// The assignments through which a user has a role.
pub(super) fn assignments(policy: &Policy, id: &UserId, user: &User, role: &Role) -> Vec<Assignment> {
    let placed = |to: &policy::Assignment| {
        let mut assignment = assignment(policy, id, user, &to.subject)?;
        let departments = to.place.as_ref().map(|place| policy.org.departments_of(place, &to.subject, user));
        assignment.place = departments.map(|departments| {
            departments.into_iter().map(|department| department_named(policy, department)).collect()
        });
        Some(assignment)
    };
    role.assigned_to.iter().filter_map(placed).collect()
}

/// The assignment by which a subject contains a user, if it does.
pub(super) fn assignment(policy: &Policy, id: &UserId, user: &User, subject: &Subject) -> Option<Assignment> {
    let org = &policy.org;
    let through = |wanted: &dyn Fn(DepartmentSlot) -> bool| {
        let places = places(policy, user, wanted);
        (!places.is_empty()).then_some(places)
    };
    let there = |holds: bool| holds.then(Vec::new);
    let department_name = |department| org.name_of(department).map(ToOwned::to_owned);
    let (through, name) = match subject {
        Subject::User(named) => (there(named == id), user.name()),
        Subject::Department(department) => {
            let department = org.department(department)?;
            (through(&|anchor| anchor == department), department_name(department))
        }
        Subject::DepartmentSub(department) => {
            let department = org.department(department)?;
            let is_below = |anchor| org.with_those_above(anchor).any(|above| above == department);
            (through(&is_below), department_name(department))
        }
        Subject::Group(group) => {
            let group = org.groups().get(group)?;
            (there(group.members.contains(id)), group.name.clone())
        }
        Subject::Supervisors => (through(&|anchor| user.anchors.have(anchor, Post::Head)).map(only(Post::Head)), None),
        Subject::Deputies => (through(&|anchor| user.anchors.have(anchor, Post::Deputy)).map(only(Post::Deputy)), None),
        Subject::Employees => (through(&|_| true), None),
        Subject::Administrators => (there(user.admin), None),
        Subject::Everyone => (there(true), None),
    };
    let through = through?;
    let called = match subject {
        Subject::User(id) => policy.user_name(id),
        Subject::Department(id) | Subject::DepartmentSub(id) => policy.department_name(id),
        Subject::Group(id) => policy.group_name(id),
        _ => String::new(),
    };
    Some(Assignment { subject: subject.clone(), place: None, name, called, through })
}

/// The level that reaches a record with these departments if it is measured from those: `department` or
/// `department+sub`, or `None` if neither does.
pub(super) fn reach_from(
    policy: &Policy,
    place: impl IntoIterator<Item = DepartmentSlot>,
    homes: &[DepartmentSlot],
) -> Option<Level> {
    let place: Vec<DepartmentSlot> = place.into_iter().collect();
    if homes.iter().any(|home| place.contains(home)) {
        return Some(Level::Department);
    }
    let is_below = |home: &DepartmentSlot| policy.org.with_those_above(*home).any(|above| place.contains(&above));
    homes.iter().any(is_below).then_some(Level::DepartmentSub)
}

/// Keeps only one post of each place.
fn only(post: Post) -> impl Fn(Vec<Place>) -> Vec<Place> {
    move |places| places.into_iter().map(|place| Place { posts: vec![post], ..place }).collect()
}

/// The places of a user in these departments, each department once, in the order of their ids.
pub(super) fn places(policy: &Policy, user: &User, wanted: &dyn Fn(DepartmentSlot) -> bool) -> Vec<Place> {
    let departments = user.anchors().filter(|anchor| wanted(*anchor));
    departments.map(|department| place(policy, user, department)).collect()
}

fn place(policy: &Policy, user: &User, department: DepartmentSlot) -> Place {
    let posts = [Post::Member, Post::Head, Post::Deputy].into_iter();
    let posts = posts.filter(|post| user.anchors.have(department, *post));
    Place { department: department_named(policy, department), posts: posts.collect() }
}
