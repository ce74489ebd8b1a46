//! Facts applied to the model, and time that goes on in it.

use std::sync::Arc;

use crate::policy::Policy;
use crate::policy::fact::{Change, DepartmentState, Fact, RoleState};
use crate::policy::role::Role;
use crate::vocabulary::id::{DepartmentId, RoleId};
use crate::vocabulary::period::Tenure;
use crate::vocabulary::time::Time;

impl Policy {
    /// Changes the model as a fact says. The fact must fit: the model holds its `before`.
    pub(crate) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::Post(Change { key: (user, department, post), after, .. }) => {
                if let Some(department) = self.org.department(department) {
                    self.dated.set_post(user, department, *post, *after);
                }
            }
            Fact::Member(Change { key: (user, group), after, .. }) => {
                if let Some(group) = self.org.groups().get(group) {
                    self.dated.set_member(user, group.number, *after);
                }
            }
            Fact::Assignment(Change { key: (role, assignment), before, after }) => {
                self.dated.set_assignment(role, assignment, *after);
                if before.is_there() != after.is_there() {
                    self.assigned.set_place(assignment, role, after.is_there());
                }
            }
            Fact::Department(_) | Fact::User(_) | Fact::Group(_) | Fact::Role(_) | Fact::Cell(_) => {}
        }
        let instant = self.instant();
        self.hold(fact, |tenure| tenure.holds_at(instant));
    }

    /// Goes on to another instant, and returns the facts of what begins or ends there. Before the first, and back in time,
    /// it looks at everything that has a period; else only at what turns.
    pub(crate) fn go(&mut self, to: Option<Time>) -> Vec<Fact> {
        let turned = self.dated.go(to);
        let mut facts = Vec::new();
        let tenures = |holds: bool| (Tenure::from(!holds), Tenure::from(holds));
        for ((user, department, post), holds) in turned.posts {
            let (before, after) = tenures(holds);
            let key = (user, self.org.department_id(department).clone(), post);
            facts.push(Fact::Post(Change { key, before, after }));
        }
        for ((user, group), holds) in turned.members {
            let (before, after) = tenures(holds);
            let Some(group) = self.org.group_id(group) else { continue };
            facts.push(Fact::Member(Change { key: (user, group.clone()), before, after }));
        }
        for (key, holds) in turned.assignments {
            let (before, after) = tenures(holds);
            facts.push(Fact::Assignment(Change { key, before, after }));
        }
        self.hold_all(&facts);
        facts
    }

    /// Changes what holds, without a word about periods.
    pub(crate) fn hold_all(&mut self, facts: &[Fact]) {
        for fact in facts {
            self.hold(fact, Tenure::is_there);
        }
    }

    /// Changes what holds at the instant of the state.
    fn hold(&mut self, fact: &Fact, holds: impl Fn(Tenure) -> bool) {
        match fact {
            Fact::Department(change) => self.apply_department(change),
            Fact::User(Change { key, after, .. }) => self.org.set_user(key, after.as_ref()),
            Fact::Post(Change { key: (user, department, post), after, .. }) => {
                if let Some(department) = self.org.department(department) {
                    self.org.set_post(user, department, *post, holds(*after));
                }
            }
            Fact::Group(Change { key, after, .. }) => self.org.set_group(key, after.as_ref()),
            Fact::Member(Change { key: (user, group), after, .. }) => self.org.set_member(user, group, holds(*after)),
            Fact::Role(change) => self.apply_role(change),
            Fact::Cell(Change { key: (role, case), before, after }) => {
                if let Some(role) = self.role_mut(role) {
                    role.set(*case, *after);
                }
                if let Some(variant) = case.variant {
                    self.named.change(variant, before.is_some(), after.is_some());
                }
            }
            Fact::Assignment(Change { key: (id, assignment), before, after }) if holds(*before) != holds(*after) => {
                let holds = holds(*after);
                if let Some(role) = self.role_mut(id) {
                    if holds {
                        role.assigned_to.insert(assignment.clone())
                    } else {
                        role.assigned_to.remove(assignment)
                    };
                }
                self.assigned.set_role(assignment, id, holds);
            }
            Fact::Assignment(_) => {}
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
