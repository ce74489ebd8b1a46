//! From commands to facts: the facts that a command changes, or why it is invalid on the current state.

use std::collections::HashSet;
use std::sync::Arc;

use crate::document::{self, Command, Word};
use crate::policy::Policy;
use crate::policy::assigned::Given;
use crate::policy::assignment::Assignment;
use crate::policy::fact::{Change, DepartmentState, Fact, GroupState, RoleState, UserState};
use crate::policy::near::with_hint_at_parent;
use crate::policy::org::User;
use crate::policy::role::Role;
use crate::policy::rules::{self, Content, Invalid, Kind, new_id, spelled, spelled_place};
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::index::{ActionIndex, SectionIndex};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::place::Place;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

type Facts = Result<Vec<Fact>, Invalid>;

impl Policy {
    /// Applies a command and returns the facts that changed. Changes nothing if the command is invalid.
    pub(crate) fn change(&mut self, command: &Command) -> Facts {
        let facts = self.facts(command).map_err(|invalid| match (command, self.with_hint(invalid)) {
            (Command::AddDepartment(_) | Command::MoveDepartment { .. }, invalid) => {
                with_hint_at_parent(invalid, "write `null` as `parent` for a department at the top")
            }
            (_, invalid) => invalid,
        })?;
        for fact in &facts {
            self.apply(fact);
        }
        Ok(facts)
    }

    /// The facts that a command changes; empty if everything is already so.
    fn facts(&self, command: &Command) -> Facts {
        match command {
            Command::AddDepartment(department) => self.add_department(department),
            Command::RenameDepartment { id, name } => self.change_department(id, |state| state.name.clone_from(name)),
            Command::MoveDepartment { id, parent } => self.move_department(id, parent.as_ref()),
            Command::RemoveDepartment { id } => self.remove_department(id),
            Command::AddUser { id, name, active, departments, heads, deputy_of } => {
                new_id(Kind::User, id, self.org.users().contains_key(id), self.org.users().len())?;
                let name = name.as_deref().map(Arc::from);
                let state = UserState { name, active: active.unwrap_or(true), admin: false };
                let comes = Change { key: id.clone(), before: None, after: Some(state) };
                let mut facts = vec![Fact::User(comes)];
                facts.extend(self.posts(id, Post::Member, "departments", departments)?);
                facts.extend(self.posts(id, Post::Head, "heads", heads)?);
                facts.extend(self.posts(id, Post::Deputy, "deputy_of", deputy_of)?);
                Ok(facts)
            }
            Command::RenameUser { id, name } => {
                self.change_user(id, |state| state.name = name.as_deref().map(Arc::from))
            }
            Command::SetActive { user, active } => self.change_user(user, |state| state.active = *active),
            Command::SetAdministrator { user, administrator } => {
                self.change_user(user, |state| state.admin = *administrator)
            }
            Command::RemoveUser { id } => self.remove_user(id),
            Command::JoinDepartment { user, department } => self.set_member_of_department(user, department, true),
            Command::LeaveDepartment { user, department } => self.set_member_of_department(user, department, false),
            Command::SetHead { user, department, head } => self.set_post(user, department, Post::Head, *head),
            Command::SetDeputy { user, department, deputy } => self.set_post(user, department, Post::Deputy, *deputy),
            Command::AddGroup(group) => self.add_group(group),
            Command::RenameGroup { id, name } => {
                self.org.known_group(id)?;
                let before = self.org.groups().get(id).map(|group| GroupState { name: group.name.clone() });
                let after = Some(GroupState { name: name.clone() });
                Ok(Change::of(id.clone(), before, after).map(Fact::Group).into_iter().collect())
            }
            Command::RemoveGroup { id } => self.remove_group(id),
            Command::JoinGroup { user, group } => self.set_member_of_group(user, group, true),
            Command::LeaveGroup { user, group } => self.set_member_of_group(user, group, false),
            Command::CreateRole(role) => self.create_role(role),
            Command::CloneRole { from, id, name } => self.clone_role(from, id, name),
            Command::RenameRole { id, name } => {
                let section = self.known_role(id)?.section;
                self.check_role_name(section, name, Some(id))?;
                self.change_role(id, |state| state.name.clone_from(name))
            }
            Command::DeleteRole { id } => self.delete_role(id),
            Command::SetHidden { role, hidden } => self.change_role(role, |state| state.hidden = *hidden),
            Command::SetLevel { role, permission, level } => {
                let section = self.known_role(role)?.section;
                self.set_levels([role], section, std::slice::from_ref(permission), level)
            }
            Command::SetLevelForAllRoles { section, permissions, level } => {
                let section = self.schema.known_section(section, true)?;
                // A misspelt level is invalid even if the list of permissions is empty.
                rules::grant(level)?;
                let theirs = self.roles.iter().filter(|(_, role)| role.section == section && !role.locked);
                self.set_levels(theirs.map(|(id, _)| id), section, permissions, level)
            }
            Command::Assign { role, subject, place } => self.assign(role, &written(subject, place.as_ref())),
            Command::Unassign { role, subject, place } => self.unassign(role, &written(subject, place.as_ref())),
        }
    }
}

// Departments.
impl Policy {
    fn department_state(&self, id: &DepartmentId) -> Result<DepartmentState, Invalid> {
        let department = self.org.known_department(id)?;
        Ok(DepartmentState {
            name: self.org.name_of(department).map(str::to_owned),
            parent: self.org.parent(department).map(|parent| self.org.department_id(parent).clone()),
        })
    }

    fn change_department(&self, id: &DepartmentId, change: impl FnOnce(&mut DepartmentState)) -> Facts {
        let before = self.department_state(id)?;
        let mut after = before.clone();
        change(&mut after);
        Ok(Change::of(id.clone(), Some(before), Some(after)).map(Fact::Department).into_iter().collect())
    }

    fn add_department(&self, added: &document::Department) -> Facts {
        let document::Department { id, name, parent } = added;
        new_id(Kind::Department, id, self.org.department(id).is_some(), self.org.department_count())?;
        parent.as_ref().map_or(Ok(()), |parent| self.org.known_department(parent).map(drop))?;
        let state = DepartmentState { name: name.clone(), parent: parent.clone() };
        Ok(vec![Fact::Department(Change { key: id.clone(), before: None, after: Some(state) })])
    }

    fn move_department(&self, id: &DepartmentId, parent: Option<&DepartmentId>) -> Facts {
        let department = self.org.known_department(id)?;
        if let Some(parent) = parent {
            let parent = self.org.known_department(parent)?;
            let mut line: Vec<&DepartmentId> = Vec::new();
            for above in self.org.with_those_above(parent) {
                if above == department {
                    line.push(id);
                    line.rotate_right(1);
                    return Err(rules::cycle("departments", line));
                }
                line.push(self.org.department_id(above));
            }
        }
        self.change_department(id, |state| state.parent = parent.cloned())
    }

    fn remove_department(&self, id: &DepartmentId) -> Facts {
        let department = self.org.known_department(id)?;
        let not_empty = |has| Err(Invalid::NotEmpty { department: id.clone(), has });
        if self.org.has_children(department) {
            return not_empty(Content::Departments);
        }
        if self.org.has_people(department) {
            return not_empty(Content::People);
        }
        if self.assigned.is_place(id) {
            return not_empty(Content::Places);
        }
        let mut facts = self.end_assignments(&[Subject::Department(id.clone()), Subject::DepartmentSub(id.clone())]);
        let state = self.department_state(id)?;
        facts.push(Fact::Department(Change { key: id.clone(), before: Some(state), after: None }));
        Ok(facts)
    }
}

// Users and their posts.
impl Policy {
    fn known_user(&self, id: &UserId) -> Result<&User, Invalid> {
        self.org.users().get(id).ok_or_else(|| Invalid::unknown(Kind::User, id))
    }

    fn change_user(&self, id: &UserId, change: impl FnOnce(&mut UserState)) -> Facts {
        let before = self.known_user(id)?.state();
        let mut after = before.clone();
        change(&mut after);
        Ok(Change::of(id.clone(), Some(before), Some(after)).map(Fact::User).into_iter().collect())
    }

    /// The posts of a new user.
    fn posts(&self, user: &UserId, post: Post, list: &'static str, departments: &[DepartmentId]) -> Facts {
        let mut met = HashSet::with_capacity(departments.len());
        let fact = |id: &DepartmentId| {
            if !met.insert(self.org.known_department(id)?) {
                return Err(Invalid::repeated(id, list));
            }
            Ok(Fact::Post(Change { key: (user.clone(), id.clone(), post), before: false, after: true }))
        };
        departments.iter().map(fact).collect()
    }

    fn remove_user(&self, id: &UserId) -> Facts {
        let user = self.known_user(id)?;
        let mut facts = self.end_assignments(&[Subject::User(id.clone())]);
        // Reversed, so that undoing the command adds them in canonical order.
        let groups: Vec<&GroupId> = self.org.groups_of(user).collect();
        let leaves =
            |group: &&GroupId| Fact::Member(Change { key: (id.clone(), (*group).clone()), before: true, after: false });
        facts.extend(groups.iter().rev().map(leaves));
        for post in [Post::Deputy, Post::Head, Post::Member] {
            let departments: Vec<&DepartmentId> =
                user.anchors.by(post).map(|department| self.org.department_id(department)).collect();
            let loses = |department: &&DepartmentId| {
                let key = (id.clone(), (*department).clone(), post);
                Fact::Post(Change { key, before: true, after: false })
            };
            facts.extend(departments.iter().rev().map(loses));
        }
        facts.push(Fact::User(Change { key: id.clone(), before: Some(user.state()), after: None }));
        Ok(facts)
    }

    fn has_post(&self, user: &UserId, department: &DepartmentId, post: Post) -> Result<bool, Invalid> {
        let user = self.known_user(user)?;
        Ok(user.anchors.have(self.org.known_department(department)?, post))
    }

    fn set_member_of_department(&self, user: &UserId, department: &DepartmentId, member: bool) -> Facts {
        check_membership(self.has_post(user, department, Post::Member)?, member, user, || {
            format!("department `{department}`")
        })?;
        self.set_post(user, department, Post::Member, member)
    }

    fn set_post(&self, user: &UserId, department: &DepartmentId, post: Post, there: bool) -> Facts {
        let before = self.has_post(user, department, post)?;
        let key = (user.clone(), department.clone(), post);
        Ok(Change::of(key, before, there).map(Fact::Post).into_iter().collect())
    }
}

/// Checks that a user joins only what they are not a member of, and leaves only what they are.
fn check_membership(is: bool, joins: bool, user: &UserId, of: impl Fn() -> String) -> Result<(), Invalid> {
    match (is, joins) {
        (true, true) => Err(Invalid::AlreadyMember { user: user.clone(), of: of() }),
        (false, false) => Err(Invalid::NotMember { user: user.clone(), of: of() }),
        _ => Ok(()),
    }
}

// Groups.
impl Policy {
    fn add_group(&self, added: &document::Group) -> Facts {
        let document::Group { id, name, members } = added;
        new_id(Kind::Group, id, self.org.groups().contains_key(id), self.org.groups().len())?;
        let state = GroupState { name: name.clone() };
        let mut facts = vec![Fact::Group(Change { key: id.clone(), before: None, after: Some(state) })];
        let mut met = HashSet::with_capacity(members.len());
        for member in members {
            self.known_user(member)?;
            if !met.insert(member) {
                return Err(Invalid::repeated(member, "members"));
            }
            facts.push(Fact::Member(Change { key: (member.clone(), id.clone()), before: false, after: true }));
        }
        Ok(facts)
    }

    fn remove_group(&self, id: &GroupId) -> Facts {
        self.org.known_group(id)?;
        let mut facts = self.end_assignments(&[Subject::Group(id.clone())]);
        let from = facts.len();
        let mut name = None;
        if let Some(group) = self.org.groups().get(id) {
            let leaves =
                |user: &UserId| Fact::Member(Change { key: (user.clone(), id.clone()), before: true, after: false });
            facts.extend(group.members.iter().map(leaves));
            name.clone_from(&group.name);
        }
        facts[from..].reverse();
        facts.push(Fact::Group(Change { key: id.clone(), before: Some(GroupState { name }), after: None }));
        Ok(facts)
    }

    fn set_member_of_group(&self, user: &UserId, group: &GroupId, member: bool) -> Facts {
        self.known_user(user)?;
        self.org.known_group(group)?;
        let before = self.org.groups().get(group).is_some_and(|group| group.members.contains(user));
        check_membership(before, member, user, || format!("group `{group}`"))?;
        Ok(vec![Fact::Member(Change { key: (user.clone(), group.clone()), before, after: member })])
    }
}

// Roles and assignments.
impl Policy {
    pub(crate) fn known_role(&self, id: &RoleId) -> Result<&Role, Invalid> {
        self.roles.get(id).map(Arc::as_ref).ok_or_else(|| Invalid::unknown(Kind::Role, id))
    }

    pub(crate) fn role_mut(&mut self, id: &RoleId) -> Option<&mut Role> {
        self.roles.get_mut(id).map(Arc::make_mut)
    }

    fn change_role(&self, id: &RoleId, change: impl FnOnce(&mut RoleState)) -> Facts {
        let before = self.known_role(id)?.state();
        let mut after = before.clone();
        change(&mut after);
        Ok(Change::of(id.clone(), Some(before), Some(after)).map(Fact::Role).into_iter().collect())
    }

    /// Checks that a name is free for a role of this section. A role may change the case of its own name.
    fn check_role_name(&self, section: SectionIndex, name: &str, own: Option<&RoleId>) -> Result<(), Invalid> {
        if name.is_empty() {
            return Err(Invalid::EmptyName);
        }
        match self.names.get(&(section, name.to_lowercase())) {
            Some(id) if Some(id) != own => Err(rules::role_name_taken(name, id)),
            _ => Ok(()),
        }
    }

    /// The facts of a new role.
    fn role_comes(&self, id: &RoleId, state: RoleState, cells: &[(ActionIndex, Level)], to: &[Assignment]) -> Facts {
        new_id(Kind::Role, id, self.roles.contains_key(id), self.roles.len())?;
        self.check_role_name(state.section, &state.name, None)?;
        let mut facts = vec![Fact::Role(Change { key: id.clone(), before: None, after: Some(state) })];
        let cell = |(action, level): &(ActionIndex, Level)| {
            Change::of((id.clone(), *action), Level::Deny, *level).map(Fact::Cell)
        };
        facts.extend(cells.iter().filter_map(cell));
        let assigned =
            |to: &Assignment| Fact::Assignment(Change { key: (id.clone(), to.clone()), before: false, after: true });
        facts.extend(to.iter().map(assigned));
        Ok(facts)
    }

    fn create_role(&self, role: &document::Role) -> Facts {
        let document::Role { id, section, name, hidden, locked, grants, assigned_to } = role;
        let section = self.schema.known_section(section, true)?;
        let mut cells = Vec::with_capacity(grants.len());
        for (permission, word) in grants {
            let action = self.schema.action_of(section, permission)?;
            cells.push((action, self.schema.known_level(action, word)?));
        }
        cells.sort_unstable_by_key(|(action, _)| *action);
        let mut assignments = Vec::with_capacity(assigned_to.len());
        let mut met = HashSet::with_capacity(assigned_to.len());
        for written in assigned_to {
            let assignment = self.org.assignment(written)?;
            if !met.insert(assignment.clone()) {
                return Err(assignment.repeated());
            }
            assignments.push(assignment);
        }
        let state = RoleState { section, name: name.clone(), hidden: *hidden, locked: *locked };
        self.role_comes(id, state, &cells, &assignments)
    }

    fn clone_role(&self, from: &RoleId, id: &RoleId, name: &str) -> Facts {
        let from = self.known_role(from)?;
        let cells: Vec<_> = from.grants.iter().map(|(action, level)| (*action, *level)).collect();
        let state = RoleState { section: from.section, name: name.to_owned(), hidden: false, locked: false };
        self.role_comes(id, state, &cells, &[])
    }

    fn delete_role(&self, id: &RoleId) -> Facts {
        let role = self.known_role(id)?;
        let ended =
            |to: &Assignment| Fact::Assignment(Change { key: (id.clone(), to.clone()), before: true, after: false });
        let mut facts: Vec<Fact> = role.assigned_to.iter().map(ended).collect();
        let cell = |(action, level): (&ActionIndex, &Level)| {
            Fact::Cell(Change { key: (id.clone(), *action), before: *level, after: Level::Deny })
        };
        facts.extend(role.grants.iter().map(cell));
        facts.reverse();
        facts.push(Fact::Role(Change { key: id.clone(), before: Some(role.state()), after: None }));
        Ok(facts)
    }

    /// Sets the same level for permissions of a section in some of its roles.
    fn set_levels<'r>(
        &self,
        roles: impl IntoIterator<Item = &'r RoleId>,
        section: SectionIndex,
        permissions: &[String],
        word: &Word<Grant>,
    ) -> Facts {
        let mut cells = Vec::with_capacity(permissions.len());
        for permission in permissions {
            let action = self.schema.action_of(section, permission)?;
            cells.push((action, self.schema.known_level(action, word)?));
        }
        cells.sort_unstable_by_key(|(action, _)| *action);
        cells.dedup();
        let mut facts = Vec::new();
        for id in roles {
            let role = self.known_role(id)?;
            let cell = |(action, level): &(ActionIndex, Level)| {
                Change::of((id.clone(), *action), role.level(*action), *level).map(Fact::Cell)
            };
            facts.extend(cells.iter().filter_map(cell));
        }
        Ok(facts)
    }

    fn assign(&self, id: &RoleId, written: &document::Assignment) -> Facts {
        spelled(&written.to)?;
        let role = self.known_role(id)?;
        let assignment = self.org.assignment(written)?;
        if role.assigned_to.contains(&assignment) {
            let Assignment { subject, place } = assignment;
            return Err(Invalid::AlreadyAssigned { role: id.to_string(), subject, place });
        }
        Ok(vec![Fact::Assignment(Change { key: (id.clone(), assignment), before: false, after: true })])
    }

    fn unassign(&self, id: &RoleId, written: &document::Assignment) -> Facts {
        let subject = spelled(&written.to)?.clone();
        let place = written.place.as_ref().map(spelled_place).transpose()?.map(Place::sorted);
        let assignment = Assignment { subject, place };
        if !self.known_role(id)?.assigned_to.contains(&assignment) {
            let Assignment { subject, place } = assignment;
            return Err(Invalid::NotAssigned { role: id.to_string(), subject, place });
        }
        Ok(vec![end(id, &assignment)])
    }

    /// The facts that end all assignments to these subjects.
    fn end_assignments(&self, subjects: &[Subject]) -> Vec<Fact> {
        let of_one = |subject: &Subject| {
            let subject = subject.clone();
            let given = self.assigned.given(&subject).iter();
            given
                .map(move |Given { role, place }| (role, Assignment { subject: subject.clone(), place: place.clone() }))
                .collect::<Vec<_>>()
        };
        let mut ended: Vec<(&RoleId, Assignment)> = subjects.iter().flat_map(of_one).collect();
        // Reversed, so that undoing the command adds them in canonical order.
        ended.sort_unstable_by(|a, b| b.cmp(a));
        ended.into_iter().map(|(role, assignment)| end(role, &assignment)).collect()
    }
}

fn end(role: &RoleId, assignment: &Assignment) -> Fact {
    Fact::Assignment(Change { key: (role.clone(), assignment.clone()), before: true, after: false })
}

/// The assignment that a command names.
fn written(to: &Word<Subject>, place: Option<&Word<Place>>) -> document::Assignment {
    document::Assignment { to: to.clone(), place: place.cloned() }
}
