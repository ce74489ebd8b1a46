//! Facts applied to the model.

use std::sync::Arc;

use crate::policy::Policy;
use crate::policy::fact::{Change, DepartmentState, Fact, RoleState};
use crate::policy::role::Role;
use crate::vocabulary::id::{DepartmentId, RoleId};

impl Policy {
    /// Changes the model as a fact says. The fact must fit: the model holds its `before`.
    pub(crate) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Department(change) => self.apply_department(change),
            Fact::User(Change { key, after, .. }) => self.org.set_user(key, after.as_ref()),
            Fact::Post(Change { key: (user, department, post), after, .. }) => {
                if let Some(department) = self.org.department(department) {
                    self.org.set_post(user, department, *post, *after);
                }
            }
            Fact::Group(Change { key, after, .. }) => self.org.set_group(key, after.as_ref()),
            Fact::Member(Change { key: (user, group), after, .. }) => self.org.set_member(user, group, *after),
            Fact::Role(change) => self.apply_role(change),
            Fact::Cell(Change { key: (role, action), after, .. }) => {
                if let Some(role) = self.role_mut(role) {
                    role.set(*action, *after);
                }
            }
            Fact::Assignment(Change { key: (id, assignment), after, .. }) => {
                if let Some(role) = self.role_mut(id) {
                    if *after {
                        role.assigned_to.insert(assignment.clone())
                    } else {
                        role.assigned_to.remove(assignment)
                    };
                }
                self.assigned.set_role(assignment, id, *after);
            }
        }
    }

    fn apply_department(&mut self, change: &Change<DepartmentId, Option<DepartmentState>>) {
        let id = &change.key;
        let (department, Some(state)) = (self.org.department(id), &change.after) else {
            return self.org.remove_department(id);
        };
        let parent = state.parent.as_ref().and_then(|parent| self.org.department(parent));
        match department {
            None => self.org.add_department(id.clone(), state.name.clone(), parent),
            Some(department) => {
                if change.differs(|state| &state.parent) {
                    self.org.set_parent(department, parent);
                }
                if change.differs(|state| &state.name) {
                    self.org.rename_department(department, state.name.clone());
                }
            }
        }
    }

    fn apply_role(&mut self, change: &Change<RoleId, Option<RoleState>>) {
        let Change { key: id, before, after } = change;
        let name = |state: &Option<RoleState>| state.as_ref().map(|state| state.name.clone());
        self.role_labels.change(name(before).as_deref(), name(after).as_deref());
        if let Some(before) = before {
            self.names.remove(&(before.section, before.name.to_lowercase()));
        }
        let Some(after) = after else {
            self.roles.remove(id);
            return;
        };
        self.names.insert((after.section, after.name.to_lowercase()), id.clone());
        match self.role_mut(id) {
            Some(role) => (role.name, role.hidden) = (after.name.clone(), after.hidden),
            None => _ = self.roles.insert(id.clone(), Arc::new(Role::new(after))),
        }
    }
}
