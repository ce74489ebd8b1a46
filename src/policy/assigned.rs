//! Reverse index of assignments: the roles of a subject, and the assignments in a place.

use std::sync::Arc;

use crate::collections::persistent::Map;
use crate::policy::assignment::Assignment;
use crate::policy::role::Roles;
use crate::policy::sorted;
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::place::Place;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

/// A role that some subject has, and the place of the assignment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Given {
    pub(crate) role: RoleId,
    pub(crate) place: Option<Place>,
}

impl Given {
    fn new(role: &RoleId, place: Option<&Place>) -> Self {
        Self { role: role.clone(), place: place.cloned() }
    }
}

/// What a subject is given, in canonical order.
pub(crate) type AllGiven = Arc<[Given]>;

/// The roles of each subject that has any. Cheap to clone.
///
/// A role that is assigned to `{"department+sub": 2}` and to `"supervisors"` is found in `subs` by department 2, and in
/// `supervisors`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assigned {
    everyone: AllGiven,
    employees: AllGiven,
    supervisors: AllGiven,
    deputies: AllGiven,
    administrators: AllGiven,
    groups: Map<GroupId, AllGiven>,
    users: Map<UserId, AllGiven>,
    /// By department, without those below it.
    departments: Map<DepartmentId, AllGiven>,
    /// By department, including those below it.
    subs: Map<DepartmentId, AllGiven>,
    /// The assignments in whose place a department stands, those that do not hold included.
    places: Map<DepartmentId, Arc<[(RoleId, Assignment)]>>,
}

/// Sets the list of a key. An empty list is not kept.
fn set<K: Ord + Clone, T>(map: &mut Map<K, Arc<[T]>>, key: &K, items: Arc<[T]>) {
    if items.is_empty() {
        map.remove(key);
    } else {
        map.insert(key.clone(), items);
    }
}

impl Assigned {
    /// The index of the assignments that hold, and of the places of these and of others.
    pub(crate) fn of<'r>(roles: &'r Roles, others: impl IntoIterator<Item = (&'r Assignment, &'r RoleId)>) -> Self {
        let of_roles =
            roles.iter().flat_map(|(id, role)| role.assigned_to.iter().map(move |assignment| (assignment, id)));
        let mut all: Vec<(&'r Assignment, &'r RoleId)> = of_roles.collect();
        all.sort_unstable_by_key(|(assignment, role)| (&assignment.subject, *role, &assignment.place));
        let mut assigned = Self::default();
        for of_one in all.chunk_by(|(a, _), (b, _)| a.subject == b.subject) {
            let given = |(assignment, role): &(&Assignment, &RoleId)| Given::new(role, assignment.place.as_ref());
            assigned.set(&of_one[0].0.subject, of_one.iter().map(given).collect());
        }
        let of_place = |(assignment, role): &(&'r Assignment, &'r RoleId)| {
            let (assignment, role) = (*assignment, *role);
            let departments = assignment.place.iter().flat_map(Place::listed);
            departments.map(move |department| (department, (role, assignment)))
        };
        all.extend(others);
        let mut in_places: Vec<(&DepartmentId, (&RoleId, &Assignment))> = all.iter().flat_map(of_place).collect();
        in_places.sort_unstable();
        for of_one in in_places.chunk_by(|(a, _), (b, _)| a == b) {
            let there = of_one.iter().map(|(_, (role, assignment))| ((*role).clone(), (*assignment).clone()));
            set(&mut assigned.places, of_one[0].0, there.collect());
        }
        assigned
    }

    /// Adds or removes an assignment that holds.
    pub(crate) fn set_role(&mut self, assignment: &Assignment, role: &RoleId, assigned: bool) {
        let Assignment { subject, place } = assignment;
        self.set(subject, sorted::with(self.given(subject), &Given::new(role, place.as_ref()), assigned));
    }

    /// Adds or removes an assignment in its place, whether it holds or not.
    pub(crate) fn set_place(&mut self, assignment: &Assignment, role: &RoleId, assigned: bool) {
        let key = (role.clone(), assignment.clone());
        for department in assignment.place.iter().flat_map(Place::listed) {
            let there = sorted::with(self.in_place(department), &key, assigned);
            set(&mut self.places, department, there);
        }
    }

    fn set(&mut self, subject: &Subject, given: AllGiven) {
        match subject {
            Subject::Everyone => self.everyone = given,
            Subject::Employees => self.employees = given,
            Subject::Supervisors => self.supervisors = given,
            Subject::Deputies => self.deputies = given,
            Subject::Administrators => self.administrators = given,
            Subject::Group(id) => set(&mut self.groups, id, given),
            Subject::User(id) => set(&mut self.users, id, given),
            Subject::Department(id) => set(&mut self.departments, id, given),
            Subject::DepartmentSub(id) => set(&mut self.subs, id, given),
        }
    }

    /// What is assigned to exactly this subject.
    pub(crate) fn given(&self, subject: &Subject) -> &[Given] {
        let given = match subject {
            Subject::Everyone => Some(&self.everyone),
            Subject::Employees => Some(&self.employees),
            Subject::Supervisors => Some(&self.supervisors),
            Subject::Deputies => Some(&self.deputies),
            Subject::Administrators => Some(&self.administrators),
            Subject::Group(id) => self.groups.get(id),
            Subject::User(id) => self.users.get(id),
            Subject::Department(id) => self.departments.get(id),
            Subject::DepartmentSub(id) => self.subs.get(id),
        };
        given.map_or(&[], |given| given)
    }

    /// The assignments in whose place this department stands, those that do not hold included.
    pub(crate) fn in_place(&self, department: &DepartmentId) -> &[(RoleId, Assignment)] {
        self.places.get(department).map_or(&[], |there| there)
    }

    /// Whether heads (or deputies) have a role whose levels are measured from the departments that they head.
    pub(crate) fn is_in_subject(&self, post: Post) -> bool {
        let given = match post {
            Post::Head => &self.supervisors,
            Post::Deputy => &self.deputies,
            Post::Member => return false,
        };
        given.iter().any(|given| given.place == Some(Place::Subject))
    }

    /// Whether a role is assigned to this group.
    pub(crate) fn has_group(&self, group: &GroupId) -> bool {
        self.groups.contains_key(group)
    }

    /// Whether a role is assigned to this user by name.
    pub(crate) fn has_direct(&self, user: &UserId) -> bool {
        self.users.contains_key(user)
    }

    /// The roles for a department and those below it, and the roles for the department alone.
    pub(crate) fn of_department(&self, department: &DepartmentId) -> [Option<&AllGiven>; 2] {
        [self.subs.get(department), self.departments.get(department)]
    }

    /// The departments that a role is assigned to. One may be repeated.
    pub(crate) fn departments(&self) -> impl Iterator<Item = &DepartmentId> {
        self.subs.keys().chain(self.departments.keys())
    }

    /// The users that a role is assigned to by name, in the order of their ids.
    pub(crate) fn direct(&self) -> impl Iterator<Item = &UserId> {
        self.users.keys()
    }
}
