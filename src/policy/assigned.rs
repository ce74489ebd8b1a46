//! Reverse index of assignments: the roles of a subject.

use std::sync::Arc;

use crate::collections::persistent::Map;
use crate::policy::role::Roles;
use crate::policy::sorted;
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::subject::Subject;

/// The ids of roles, in canonical order.
pub(crate) type RoleIds = Arc<[RoleId]>;

/// The roles of each subject that has any. Cheap to clone.
///
/// A role that is assigned to `{"department+sub": 2}` and to `"supervisors"` is found in `subs` by department 2, and in
/// `supervisors`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assigned {
    everyone: RoleIds,
    employees: RoleIds,
    supervisors: RoleIds,
    deputies: RoleIds,
    administrators: RoleIds,
    groups: Map<GroupId, RoleIds>,
    users: Map<UserId, RoleIds>,
    /// By department, without those below it.
    departments: Map<DepartmentId, RoleIds>,
    /// By department, including those below it.
    subs: Map<DepartmentId, RoleIds>,
}

impl Assigned {
    pub(crate) fn of(roles: &Roles) -> Self {
        let mut all: Vec<(&Subject, &RoleId)> =
            roles.iter().flat_map(|(id, role)| role.assigned_to.iter().map(move |subject| (subject, id))).collect();
        all.sort_unstable();
        let mut assigned = Self::default();
        for of_one in all.chunk_by(|(a, _), (b, _)| a == b) {
            assigned.set(of_one[0].0, of_one.iter().map(|(_, role)| (*role).clone()).collect());
        }
        assigned
    }

    /// Adds or removes an assignment.
    pub(crate) fn set_role(&mut self, subject: &Subject, role: &RoleId, assigned: bool) {
        self.set(subject, sorted::with(self.roles(subject), role, assigned));
    }

    fn set(&mut self, subject: &Subject, roles: RoleIds) {
        fn set<K: Ord + Clone>(map: &mut Map<K, RoleIds>, key: &K, roles: RoleIds) {
            if roles.is_empty() {
                map.remove(key);
            } else {
                map.insert(key.clone(), roles);
            }
        }
        match subject {
            Subject::Everyone => self.everyone = roles,
            Subject::Employees => self.employees = roles,
            Subject::Supervisors => self.supervisors = roles,
            Subject::Deputies => self.deputies = roles,
            Subject::Administrators => self.administrators = roles,
            Subject::Group(id) => set(&mut self.groups, id, roles),
            Subject::User(id) => set(&mut self.users, id, roles),
            Subject::Department(id) => set(&mut self.departments, id, roles),
            Subject::DepartmentSub(id) => set(&mut self.subs, id, roles),
        }
    }

    /// The roles that are assigned to exactly this subject.
    pub(crate) fn roles(&self, subject: &Subject) -> &[RoleId] {
        let roles = match subject {
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
        roles.map_or(&[], |roles| roles)
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
    pub(crate) fn of_department(&self, department: &DepartmentId) -> [Option<&RoleIds>; 2] {
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
