//! From commands to facts: the facts that a command changes, or why it is invalid on the current state.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::document::{self, Command, Dates, Entry, Word};
use crate::policy::Policy;
use crate::policy::assigned::Given;
use crate::policy::assignment::Assignment;
use crate::policy::fact::{Change, DepartmentState, Fact, GroupState, RoleState, UserState};
use crate::policy::near::with_hint_at_parent;
use crate::policy::org::User;
use crate::policy::role::Role;
use crate::policy::rules::{self, Content, Invalid, Kind, new_id, spelled, spelled_place};
use crate::policy::tenure::tenure;
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::index::{Case, SectionIndex};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::period::{Period, Tenure};
use crate::vocabulary::place::Place;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;
use crate::vocabulary::time::Time;

type Facts = Result<Vec<Fact>, Invalid>;

/// The one whose command it is. Only the host application prunes locked roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Host,
    User,
}

impl Policy {
    /// Applies a command and returns the facts that changed. Changes nothing if the command is invalid.
    ///
    /// What a command changes does not depend on the instant, so that a log can be replayed at any.
    pub(crate) fn change(&mut self, command: &Command, by: By) -> Facts {
        let facts = self.facts(command, by).map_err(|invalid| match (command, self.with_hint(invalid)) {
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

    /// Checks what a command requires of the instant of the state.
    pub(crate) fn check_instant(&self, command: &Command) -> Result<(), Invalid> {
        let Command::Prune { ended_by } = command else { return Ok(()) };
        let (ended_by, instant) = (ended_by.known().map_err(Invalid::Time)?, self.instant());
        if instant.is_none_or(|instant| ended_by > instant) {
            return Err(Invalid::PruneLater { ended_by, instant });
        }
        Ok(())
    }

    /// The facts that a command changes; empty if everything is already so.
    fn facts(&self, command: &Command, by: By) -> Facts {
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
            Command::JoinDepartment { user, department, from, until } => {
                self.set_member_of_department(user, department, written_tenure(from.as_ref(), until.as_ref())?)
            }
            Command::LeaveDepartment { user, department } => {
                self.set_member_of_department(user, department, Tenure::Never)
            }
            Command::SetHead { user, department, head, from, until } => {
                self.set_post(user, department, Post::Head, tenure_if(*head, "head", from.as_ref(), until.as_ref())?)
            }
            Command::SetDeputy { user, department, deputy, from, until } => self.set_post(
                user,
                department,
                Post::Deputy,
                tenure_if(*deputy, "deputy", from.as_ref(), until.as_ref())?,
            ),
            Command::AddGroup(group) => self.add_group(group),
            Command::RenameGroup { id, name } => {
                self.org.known_group(id)?;
                let before = self.org.groups().get(id).map(|group| GroupState { name: group.name.clone() });
                let after = Some(GroupState { name: name.clone() });
                Ok(Change::of(id.clone(), before, after).map(Fact::Group).into_iter().collect())
            }
            Command::RemoveGroup { id } => self.remove_group(id),
            Command::JoinGroup { user, group, from, until } => {
                self.set_member_of_group(user, group, written_tenure(from.as_ref(), until.as_ref())?)
            }
            Command::LeaveGroup { user, group } => self.set_member_of_group(user, group, Tenure::Never),
            Command::CreateRole(role) => self.create_role(role),
            Command::CloneRole { from, id, name } => self.clone_role(from, id, name),
            Command::RenameRole { id, name } => {
                let section = self.known_role(id)?.section;
                self.check_role_name(section, name, Some(id))?;
                self.change_role(id, |state| state.name.clone_from(name))
            }
            Command::DeleteRole { id } => self.delete_role(id),
            Command::SetHidden { role, hidden } => self.change_role(role, |state| state.hidden = *hidden),
            Command::SetLevel { role, permission, variant, level } => {
                let section = self.known_role(role)?.section;
                let cells =
                    self.cells(section, std::slice::from_ref(permission), variant.as_deref(), level.as_ref())?;
                self.set_levels([role], &cells, false)
            }
            Command::SetLevelForAllRoles { section, permissions, variant, level } => {
                let section = self.schema.known_section(section, true)?;
                // A misspelt level is invalid even if the list of permissions is empty.
                level.as_ref().map(rules::grant).transpose()?;
                if level.is_none() {
                    return Err(Invalid::NullLevel);
                }
                let cells = self.cells(section, permissions, variant.as_deref(), level.as_ref())?;
                let theirs = self.roles.iter().filter(|(_, role)| role.section == section && !role.locked);
                self.set_levels(theirs.map(|(id, _)| id), &cells, variant.is_none())
            }
            Command::Assign { role, subject, place, from, until } => {
                self.assign(role, &written(subject, place.as_ref(), Dates::of(from.clone(), until.clone())))
            }
            Command::Unassign { role, subject, place } => self.unassign(role, &written(subject, place.as_ref(), None)),
            Command::Prune { ended_by } => Ok(self.prune(ended_by.known().map_err(Invalid::Time)?, by)),
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
        if self.dated.has_people(department) {
            let mut posts = self.dated.posts().filter(|((_, of, _), _)| *of == department);
            let user = posts.next().map(|((user, ..), _)| user.clone());
            return not_empty(user.map_or(Content::People, |user| Content::PeopleAtOtherTimes { user }));
        }
        if let Some((role, to)) = self.assigned.in_place(id).first() {
            return not_empty(Content::Places { role: role.clone(), subject: to.subject.clone() });
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
    fn posts(&self, user: &UserId, post: Post, list: &'static str, departments: &[Entry<DepartmentId>]) -> Facts {
        let mut met = HashSet::with_capacity(departments.len());
        let fact = |Entry { id, dates, .. }: &Entry<DepartmentId>| {
            if !met.insert(self.org.known_department(id)?) {
                return Err(Invalid::repeated(id, list));
            }
            let after = tenure(dates.as_deref())?;
            Ok(Fact::Post(Change { key: (user.clone(), id.clone(), post), before: Tenure::Never, after }))
        };
        departments.iter().map(fact).collect()
    }

    fn remove_user(&self, id: &UserId) -> Facts {
        let user = self.known_user(id)?;
        let mut facts = self.end_assignments(&[Subject::User(id.clone())]);
        // Reversed, so that undoing the command adds them in canonical order.
        let dated = self.dated.groups_of(id).map(|(group, period)| (group, Tenure::During(period)));
        let mut groups: BTreeMap<&GroupId, Tenure> =
            self.org.groups_of(user).map(|group| (group, Tenure::Always)).collect();
        groups.extend(dated.filter_map(|(group, tenure)| Some((self.org.group_id(group)?, tenure))));
        let leaves = |(group, before): (&GroupId, Tenure)| {
            Fact::Member(Change { key: (id.clone(), group.clone()), before, after: Tenure::Never })
        };
        facts.extend(groups.into_iter().rev().map(leaves));
        for post in [Post::Deputy, Post::Head, Post::Member] {
            let departments: Vec<(&DepartmentId, Tenure)> =
                self.org.stated_posts(id, user, post, &self.dated).collect();
            let loses = |(department, before): (&DepartmentId, Tenure)| {
                Fact::Post(Change { key: (id.clone(), department.clone(), post), before, after: Tenure::Never })
            };
            facts.extend(departments.into_iter().rev().map(loses));
        }
        facts.push(Fact::User(Change { key: id.clone(), before: Some(user.state()), after: None }));
        Ok(facts)
    }

    fn post(&self, id: &UserId, department: &DepartmentId, post: Post) -> Result<Tenure, Invalid> {
        let user = self.known_user(id)?;
        Ok(self.tenure_of_post(id, user, self.org.known_department(department)?, post))
    }

    fn set_member_of_department(&self, user: &UserId, department: &DepartmentId, after: Tenure) -> Facts {
        check_membership(self.post(user, department, Post::Member)?, after, user, || {
            format!("department `{department}`")
        })?;
        self.set_post(user, department, Post::Member, after)
    }

    fn set_post(&self, user: &UserId, department: &DepartmentId, post: Post, after: Tenure) -> Facts {
        let before = self.post(user, department, post)?;
        let key = (user.clone(), department.clone(), post);
        Ok(Change::of(key, before, after).map(Fact::Post).into_iter().collect())
    }
}

/// Checks that a user joins only what they are not a member of in that period, and leaves only what they are.
fn check_membership(before: Tenure, after: Tenure, user: &UserId, of: impl Fn() -> String) -> Result<(), Invalid> {
    if before != after {
        return Ok(());
    }
    Err(match after {
        Tenure::Never => Invalid::NotMember { user: user.clone(), of: of() },
        Tenure::Always | Tenure::During(_) => {
            Invalid::AlreadyMember { user: user.clone(), of: of(), period: after.period() }
        }
    })
}

/// The tenure that a command gives.
fn written_tenure(from: Option<&Word<Time>>, until: Option<&Word<Time>>) -> Result<Tenure, Invalid> {
    tenure(Dates::of(from.cloned(), until.cloned()).as_deref())
}

/// The tenure that a command gives, or ends, which takes no period.
fn tenure_if(
    there: bool,
    field: &'static str,
    from: Option<&Word<Time>>,
    until: Option<&Word<Time>>,
) -> Result<Tenure, Invalid> {
    match written_tenure(from, until)? {
        tenure if there => Ok(tenure),
        Tenure::During(_) => Err(Invalid::PeriodOfNothing { field }),
        Tenure::Never | Tenure::Always => Ok(Tenure::Never),
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
        for Entry { id: member, dates, .. } in members {
            self.known_user(member)?;
            if !met.insert(member) {
                return Err(Invalid::repeated(member, "members"));
            }
            let after = tenure(dates.as_deref())?;
            facts.push(Fact::Member(Change { key: (member.clone(), id.clone()), before: Tenure::Never, after }));
        }
        Ok(facts)
    }

    fn remove_group(&self, id: &GroupId) -> Facts {
        self.org.known_group(id)?;
        let mut facts = self.end_assignments(&[Subject::Group(id.clone())]);
        let from = facts.len();
        let mut name = None;
        if let Some(group) = self.org.groups().get(id) {
            let leaves = |(user, before): (&UserId, Tenure)| {
                Fact::Member(Change { key: (user.clone(), id.clone()), before, after: Tenure::Never })
            };
            facts.extend(group.stated_members(&self.dated).map(leaves));
            name.clone_from(&group.name);
        }
        facts[from..].reverse();
        facts.push(Fact::Group(Change { key: id.clone(), before: Some(GroupState { name }), after: None }));
        Ok(facts)
    }

    fn set_member_of_group(&self, user: &UserId, group: &GroupId, after: Tenure) -> Facts {
        self.known_user(user)?;
        self.org.known_group(group)?;
        let before = self.org.groups().get(group).map_or(Tenure::Never, |group| self.tenure_of_member(user, group));
        check_membership(before, after, user, || format!("group `{group}`"))?;
        Ok(vec![Fact::Member(Change { key: (user.clone(), group.clone()), before, after })])
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
    fn role_comes(
        &self,
        id: &RoleId,
        state: RoleState,
        cells: &[(Case, Level)],
        to: Vec<(Assignment, Tenure)>,
    ) -> Facts {
        new_id(Kind::Role, id, self.roles.contains_key(id), self.roles.len())?;
        self.check_role_name(state.section, &state.name, None)?;
        let mut facts = vec![Fact::Role(Change { key: id.clone(), before: None, after: Some(state) })];
        let cell = |(case, level): &(Case, Level)| {
            Fact::Cell(Change { key: (id.clone(), *case), before: None, after: Some(*level) })
        };
        facts.extend(cells.iter().map(cell));
        let assigned = |(to, after): (Assignment, Tenure)| {
            Fact::Assignment(Change { key: (id.clone(), to), before: Tenure::Never, after })
        };
        facts.extend(to.into_iter().map(assigned));
        Ok(facts)
    }

    fn create_role(&self, role: &document::Role) -> Facts {
        let document::Role { id, section, name, hidden, locked, grants, assigned_to } = role;
        let section = self.schema.known_section(section, true)?;
        let mut cells = Vec::with_capacity(grants.len());
        for (permission, levels) in grants {
            let action = self.schema.action_of(section, permission)?;
            cells.extend(self.schema.levels(action, levels)?);
        }
        cells.sort_unstable_by_key(|(case, _)| *case);
        let mut assignments = Vec::with_capacity(assigned_to.len());
        let mut met = HashSet::with_capacity(assigned_to.len());
        for written in assigned_to {
            let (assignment, tenure) = self.org.assignment(written)?;
            if !met.insert(assignment.clone()) {
                return Err(assignment.repeated());
            }
            assignments.push((assignment, tenure));
        }
        let state = RoleState { section, name: name.clone(), hidden: *hidden, locked: *locked };
        self.role_comes(id, state, &cells, assignments)
    }

    fn clone_role(&self, from: &RoleId, id: &RoleId, name: &str) -> Facts {
        let from = self.known_role(from)?;
        let cells: Vec<_> = from.grants.iter().map(|(case, level)| (*case, *level)).collect();
        let state = RoleState { section: from.section, name: name.to_owned(), hidden: false, locked: false };
        self.role_comes(id, state, &cells, Vec::new())
    }

    fn delete_role(&self, id: &RoleId) -> Facts {
        let role = self.known_role(id)?;
        let mut facts: Vec<Fact> =
            self.stated_assignments(id).map(|(to, before)| end(id, to.clone(), before)).collect();
        let cell = |(case, level): (&Case, &Level)| {
            Fact::Cell(Change { key: (id.clone(), *case), before: Some(*level), after: None })
        };
        facts.extend(role.grants.iter().map(cell));
        facts.reverse();
        facts.push(Fact::Role(Change { key: id.clone(), before: Some(role.state()), after: None }));
        Ok(facts)
    }

    /// The same level for permissions of a section, in one case of each. `None` for a variant without a level of its own,
    /// and for `deny` beside the levels of variants.
    fn cells(
        &self,
        section: SectionIndex,
        permissions: &[String],
        variant: Option<&str>,
        word: Option<&Word<Grant>>,
    ) -> Result<Vec<(Case, Option<Level>)>, Invalid> {
        if variant.is_none() && word.is_none() {
            return Err(Invalid::NullLevel);
        }
        let mut cells = Vec::with_capacity(permissions.len());
        for permission in permissions {
            let action = self.schema.action_of(section, permission)?;
            let case = match variant {
                None => Case::default_of(action),
                Some(variant) => self.schema.known_case(action, variant, true)?,
            };
            let level = word.map(|word| self.schema.known_level(action, word)).transpose()?;
            cells.push((case, level.filter(|level| case.variant.is_some() || *level != Level::Deny)));
        }
        cells.sort_unstable_by_key(|(case, _)| *case);
        cells.dedup();
        Ok(cells)
    }

    /// Sets these levels in some roles and, if `alike`, takes away those of variants.
    fn set_levels<'r>(
        &self,
        roles: impl IntoIterator<Item = &'r RoleId>,
        cells: &[(Case, Option<Level>)],
        alike: bool,
    ) -> Facts {
        let mut facts = Vec::new();
        for id in roles {
            let role = self.known_role(id)?;
            let set = |case: Case, level| Change::of((id.clone(), case), role.own_level(case), level).map(Fact::Cell);
            for (case, level) in cells {
                facts.extend(set(*case, *level));
                let variants = role.levels_of(case.action).filter(|(case, _)| alike && case.variant.is_some());
                facts.extend(variants.filter_map(|(case, _)| set(case, None)));
            }
        }
        Ok(facts)
    }

    fn assign(&self, id: &RoleId, written: &document::Assignment) -> Facts {
        spelled(&written.to)?;
        let role = self.known_role(id)?;
        let (assignment, after) = self.org.assignment(written)?;
        let before = self.tenure_of_assignment(id, role, &assignment);
        if before == after {
            let Assignment { subject, place } = assignment;
            return Err(Invalid::AlreadyAssigned { role: id.to_string(), subject, place, period: after.period() });
        }
        Ok(vec![Fact::Assignment(Change { key: (id.clone(), assignment), before, after })])
    }

    fn unassign(&self, id: &RoleId, written: &document::Assignment) -> Facts {
        let subject = spelled(&written.to)?.clone();
        let place = written.place.as_ref().map(spelled_place).transpose()?.map(Place::sorted);
        let assignment = Assignment { subject, place };
        let before = self.tenure_of_assignment(id, self.known_role(id)?, &assignment);
        if !before.is_there() {
            let Assignment { subject, place } = assignment;
            return Err(Invalid::NotAssigned { role: id.to_string(), subject, place });
        }
        Ok(vec![end(id, assignment, before)])
    }

    /// The facts that end all assignments to these subjects.
    fn end_assignments(&self, subjects: &[Subject]) -> Vec<Fact> {
        let mut ended: BTreeMap<(&RoleId, Assignment), Tenure> = BTreeMap::new();
        for subject in subjects {
            for Given { role, place } in self.assigned.given(subject) {
                let to = Assignment { subject: subject.clone(), place: place.clone() };
                ended.insert((role, to), Tenure::Always);
            }
            let dated = self.dated.assignments_to(subject);
            ended.extend(dated.map(|(role, to, period)| ((role, to.clone()), Tenure::During(period))));
        }
        // Reversed, so that undoing the command adds them in canonical order.
        ended.into_iter().rev().map(|((role, to), before)| end(role, to, before)).collect()
    }

    /// The facts that remove what has ended by an instant, those of locked roles only if the host does.
    fn prune(&self, ended_by: Time, by: By) -> Vec<Fact> {
        let has_ended = |period: Period| period.end().is_some_and(|end| end <= ended_by);
        let mut facts = Vec::new();
        for (role, to, period) in self.dated.assignments().filter(|(.., period)| has_ended(*period)) {
            if by == By::Host || self.roles.get(role).is_some_and(|role| !role.locked) {
                facts.push(end(role, to.clone(), Tenure::During(period)));
            }
        }
        for ((user, group), period) in self.dated.members().filter(|(_, period)| has_ended(*period)) {
            let Some(group) = self.org.group_id(*group) else { continue };
            let key = (user.clone(), group.clone());
            facts.push(Fact::Member(Change { key, before: Tenure::During(period), after: Tenure::Never }));
        }
        for ((user, department, post), period) in self.dated.posts().filter(|(_, period)| has_ended(*period)) {
            let key = (user.clone(), self.org.department_id(*department).clone(), *post);
            facts.push(Fact::Post(Change { key, before: Tenure::During(period), after: Tenure::Never }));
        }
        facts
    }
}

fn end(role: &RoleId, assignment: Assignment, before: Tenure) -> Fact {
    Fact::Assignment(Change { key: (role.clone(), assignment), before, after: Tenure::Never })
}

/// The assignment that a command names.
fn written(to: &Word<Subject>, place: Option<&Word<Place>>, dates: Option<Box<Dates>>) -> document::Assignment {
    document::Assignment { to: to.clone(), place: place.cloned(), dates }
}
