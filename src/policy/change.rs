//! What one command does to the model, whoever asks for it; and the commands that undo it.

use std::collections::HashSet;
use std::sync::Arc;

use petgraph::stable_graph::NodeIndex;
use smallvec::SmallVec;
use thiserror::Error;

use crate::collections::persistent::Set;
use crate::document::{Command, Word};
use crate::policy::Policy;
use crate::policy::anchors::Anchors;
use crate::policy::assignment::check_subject;
use crate::policy::org::User;
use crate::policy::role::Role;
use crate::vocabulary::id::{DepartmentId, GroupId, Id, RoleId, UserId};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::permission::ActionIndex;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

/// A command that makes no sense on the policy as it is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub(crate) struct Invalid(String);

/// What a command did.
#[derive(Debug, Default)]
pub(crate) struct Effect {
    /// The commands that undo it, in the order in which to apply them.
    pub(crate) undo: Vec<Command>,
    /// What is no longer as it was compiled.
    pub(crate) touched: Vec<Touched>,
}

/// A part of a policy that a command changed, in the eyes of who compiles it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Touched {
    /// A department: added, removed or moved.
    Department(DepartmentId),
    /// A group: added or removed.
    Group(GroupId),
    /// Whether a user is a member of a group.
    Member(GroupId, UserId),
    /// A user: added, removed, or otherwise than before: in places, groups, activity or administration.
    User(UserId),
    /// Whether some role is assigned to a subject.
    Assigned(Subject),
    /// What some role grants.
    Levels,
}

impl Touched {
    /// Whether all who have the same roles, in the same departments, may do the same as before.
    pub(crate) fn leaves_rows(&self) -> bool {
        match self {
            Self::Department(_) | Self::Assigned(..) | Self::Levels => false,
            Self::Group(_) | Self::Member(..) | Self::User(_) => true,
        }
    }
}

type Changed = Result<Effect, Invalid>;

impl Effect {
    fn of(undo: impl IntoIterator<Item = Command>, touched: impl IntoIterator<Item = Touched>) -> Self {
        Self { undo: undo.into_iter().collect(), touched: touched.into_iter().collect() }
    }

    /// Nothing is otherwise than before.
    fn none() -> Self {
        Self::default()
    }
}

fn invalid<T>(why: impl Into<String>) -> Result<T, Invalid> {
    Err(Invalid(why.into()))
}

fn unknown<Kind>(kind: &str, id: &Id<Kind>) -> Invalid {
    Invalid(format!("there is no {kind} `{id}`"))
}

/// An id that is to be new.
fn check_new<Kind>(kind: &str, id: &Id<Kind>, is_known: bool) -> Result<(), Invalid> {
    if id.is_empty() {
        invalid(format!("the id of the {kind} is empty: use an integer or a text of one character or more"))
    } else if is_known {
        invalid(format!("there is a {kind} `{id}` already"))
    } else {
        Ok(())
    }
}

fn known_subject(word: &Word<Subject>) -> Result<&Subject, Invalid> {
    match word {
        Word::Known(subject) => Ok(subject),
        Word::Unknown(word) => invalid(Subject::unknown(word).to_string()),
    }
}

impl Policy {
    /// Does what a command says, or nothing if it makes no sense here.
    pub(crate) fn change(&mut self, command: &Command) -> Changed {
        match command {
            Command::AddDepartment { id, name, parent } => self.add_department(id, name.as_ref(), parent.as_ref()),
            Command::RenameDepartment { id, name } => self.rename_department(id, name.as_ref()),
            Command::MoveDepartment { id, parent } => self.move_department(id, parent.as_ref()),
            Command::RemoveDepartment { id } => self.remove_department(id),
            Command::AddUser { id, name, active, departments, heads, deputy_of } => {
                let posts = [
                    self.posts(Post::Member, "departments", departments)?,
                    self.posts(Post::Head, "heads", heads)?,
                    self.posts(Post::Deputy, "deputy_of", deputy_of)?,
                ];
                let user = User {
                    name: name.as_deref().map(Arc::from),
                    anchors: Anchors::of(posts.into_iter().flatten(), |department| self.org.department_id(department)),
                    groups: SmallVec::new(),
                    active: active.unwrap_or(true),
                    admin: false,
                };
                self.add_user(id, user)
            }
            Command::RenameUser { id, name } => self.rename_user(id, name.as_ref()),
            Command::SetActive { user, active } => self.set_active(user, *active),
            Command::RemoveUser { id } => self.remove_user(id),
            Command::JoinDepartment { user, department } => self.set_member(user, department, true),
            Command::LeaveDepartment { user, department } => self.set_member(user, department, false),
            Command::SetHead { user, department, head } => self.set_head(user, department, *head),
            Command::SetDeputy { user, department, deputy } => self.set_deputy(user, department, *deputy),
            Command::AddGroup { id, name, members } => self.add_group(id, name.as_ref(), members),
            Command::RenameGroup { id, name } => self.rename_group(id, name.as_ref()),
            Command::RemoveGroup { id } => self.remove_group(id),
            Command::JoinGroup { user, group } => self.set_group_member(user, group, true),
            Command::LeaveGroup { user, group } => self.set_group_member(user, group, false),
            Command::SetAdministrator { user, administrator } => self.set_administrator(user, *administrator),
            Command::CreateRole { id, section, name, grants, hidden, locked, assigned_to } => {
                let section = self.section(section)?;
                let mut role = Role::new(section, name.clone(), *hidden, *locked);
                for (permission, word) in grants {
                    let action = self.action(section, permission)?;
                    role.set(action, self.level(action, word)?);
                }
                for word in assigned_to {
                    let subject = known_subject(word)?;
                    check_subject(subject, &self.org).map_err(Invalid)?;
                    if !role.assigned_to.insert(subject.clone()) {
                        return invalid(format!("`{subject}` stands in `assigned_to` twice"));
                    }
                }
                self.add_role(id, role)
            }
            Command::CloneRole { from, id, name } => {
                let from = self.role(from)?;
                let mut role = Role::new(from.section, name.clone(), false, false);
                role.grants.clone_from(&from.grants);
                self.add_role(id, role)
            }
            Command::RenameRole { id, name } => self.rename_role(id, name),
            Command::DeleteRole { id } => self.delete_role(id),
            Command::SetHidden { role, hidden } => self.set_hidden(role, *hidden),
            Command::SetLevel { role, permission, level } => self.set_level(role, permission, level),
            Command::SetLevelForAllRoles { section, permissions, level } => {
                self.set_level_for_all_roles(section, permissions, level)
            }
            Command::Assign { role, subject } => self.assign(role, known_subject(subject)?),
            Command::Unassign { role, subject } => self.unassign(role, known_subject(subject)?),
        }
    }
}

// Departments.
impl Policy {
    fn department(&self, id: &DepartmentId) -> Result<NodeIndex, Invalid> {
        self.org.department(id).ok_or_else(|| unknown("department", id))
    }

    fn parent_of(&self, id: Option<&DepartmentId>) -> Result<Option<NodeIndex>, Invalid> {
        id.map(|id| self.department(id)).transpose()
    }

    fn add_department(&mut self, id: &DepartmentId, name: Option<&String>, parent: Option<&DepartmentId>) -> Changed {
        check_new("department", id, self.org.department(id).is_some())?;
        let parent = self.parent_of(parent)?;
        self.org.add_department(id.clone(), name.cloned(), parent);
        Ok(Effect::of([Command::RemoveDepartment { id: id.clone() }], [Touched::Department(id.clone())]))
    }

    fn rename_department(&mut self, id: &DepartmentId, name: Option<&String>) -> Changed {
        let department = self.department(id)?;
        let before = self.org.rename_department(department, name.cloned());
        let undo = (before.as_ref() != name).then(|| Command::RenameDepartment { id: id.clone(), name: before });
        Ok(Effect::of(undo, []))
    }

    fn move_department(&mut self, id: &DepartmentId, parent: Option<&DepartmentId>) -> Changed {
        let department = self.department(id)?;
        let to = self.parent_of(parent)?;
        let before = self.org.parent(department);
        if to == before {
            return Ok(Effect::none());
        }
        if let Some(parent) = to
            && self.org.with_those_above(parent).any(|above| above == department)
        {
            let parent = self.org.department_id(parent);
            return invalid(format!("department `{parent}` is below `{id}`, or that itself: it can't be above it too"));
        }
        self.org.set_parent(department, to);
        let parent = before.map(|parent| self.org.department_id(parent).clone());
        Ok(Effect::of([Command::MoveDepartment { id: id.clone(), parent }], [Touched::Department(id.clone())]))
    }

    fn remove_department(&mut self, id: &DepartmentId) -> Changed {
        let department = self.department(id)?;
        if self.org.has_children(department) {
            return invalid(format!("department `{id}` has departments below it: move or remove them first"));
        }
        if self.org.has_people(department) {
            return invalid(format!("department `{id}` has members, heads or deputies: let them leave first"));
        }
        let parent = self.org.parent(department).map(|parent| self.org.department_id(parent).clone());
        let name = self.org.department_at(department).name.clone();
        let subjects = [Subject::Department(id.clone()), Subject::DepartmentSub(id.clone())];
        let (assignments, unassigned) = self.unassign_all(&subjects);
        self.org.remove_department(department);
        let add = Command::AddDepartment { id: id.clone(), name, parent };
        let touched = [Touched::Department(id.clone())].into_iter().chain(unassigned);
        Ok(Effect::of([add].into_iter().chain(assignments), touched))
    }
}

// Users and their places.
impl Policy {
    fn check_user(&self, id: &UserId) -> Result<(), Invalid> {
        if self.org.users().contains_key(id) { Ok(()) } else { Err(unknown("user", id)) }
    }

    fn user(&mut self, id: &UserId) -> Result<&mut User, Invalid> {
        self.org.user_mut(id).ok_or_else(|| unknown("user", id))
    }

    /// A post in each department of a list.
    fn posts(&self, post: Post, field: &str, ids: &[DepartmentId]) -> Result<Vec<(Post, NodeIndex)>, Invalid> {
        let mut met = HashSet::with_capacity(ids.len());
        let department = |id| {
            let department = self.department(id)?;
            if met.insert(department) {
                Ok((post, department))
            } else {
                invalid(format!("`{id}` stands in `{field}` twice"))
            }
        };
        ids.iter().map(department).collect()
    }

    fn add_user(&mut self, id: &UserId, user: User) -> Changed {
        check_new("user", id, self.org.users().contains_key(id))?;
        self.org.add_user(id.clone(), user);
        Ok(Effect::of([Command::RemoveUser { id: id.clone() }], [Touched::User(id.clone())]))
    }

    fn rename_user(&mut self, id: &UserId, name: Option<&String>) -> Changed {
        let name = name.map(|name| Arc::from(name.as_str()));
        let before = std::mem::replace(&mut self.user(id)?.name, name.clone());
        let undo = (before != name)
            .then(|| Command::RenameUser { id: id.clone(), name: before.as_deref().map(str::to_owned) });
        Ok(Effect::of(undo, []))
    }

    fn set_active(&mut self, id: &UserId, active: bool) -> Changed {
        let before = std::mem::replace(&mut self.user(id)?.active, active);
        if before == active {
            return Ok(Effect::none());
        }
        let undo = Command::SetActive { user: id.clone(), active: before };
        Ok(Effect::of([undo], [Touched::User(id.clone())]))
    }

    fn set_administrator(&mut self, id: &UserId, administrator: bool) -> Changed {
        let before = std::mem::replace(&mut self.user(id)?.admin, administrator);
        if before == administrator {
            return Ok(Effect::none());
        }
        let undo = Command::SetAdministrator { user: id.clone(), administrator: before };
        Ok(Effect::of([undo], [Touched::User(id.clone())]))
    }

    fn remove_user(&mut self, id: &UserId) -> Changed {
        let Some(user) = self.org.remove_user(id) else { return Err(unknown("user", id)) };
        let ids = |post| user.anchors.by(post).map(|department| self.org.department_id(department).clone()).collect();
        let add = Command::AddUser {
            id: id.clone(),
            name: user.name(),
            active: (!user.active).then_some(false),
            departments: ids(Post::Member),
            heads: ids(Post::Head),
            deputy_of: ids(Post::Deputy),
        };
        let administrator = user.admin.then(|| Command::SetAdministrator { user: id.clone(), administrator: true });
        let groups =
            self.org.groups_of(&user).map(|group| Command::JoinGroup { user: id.clone(), group: group.clone() });
        let undo: Vec<Command> = [add].into_iter().chain(administrator).chain(groups).collect();
        let (assignments, unassigned) = self.unassign_all(&[Subject::User(id.clone())]);
        let left = self.org.groups_of(&user).map(|group| Touched::Member(group.clone(), id.clone()));
        let touched = [Touched::User(id.clone())].into_iter().chain(left).chain(unassigned);
        Ok(Effect::of(undo.into_iter().chain(assignments), touched))
    }

    fn set_member(&mut self, user: &UserId, department: &DepartmentId, member: bool) -> Changed {
        if !self.set_post(user, department, Post::Member, member)? {
            return invalid(if member {
                format!("user `{user}` is a member of department `{department}` already")
            } else {
                format!("user `{user}` is no member of department `{department}`")
            });
        }
        let (user, department) = (user.clone(), department.clone());
        let touched = [Touched::User(user.clone())];
        let undo = if member {
            Command::LeaveDepartment { user, department }
        } else {
            Command::JoinDepartment { user, department }
        };
        Ok(Effect::of([undo], touched))
    }

    fn set_head(&mut self, user: &UserId, department: &DepartmentId, head: bool) -> Changed {
        if !self.set_post(user, department, Post::Head, head)? {
            return Ok(Effect::none());
        }
        let undo = Command::SetHead { user: user.clone(), department: department.clone(), head: !head };
        Ok(Effect::of([undo], [Touched::User(user.clone())]))
    }

    fn set_deputy(&mut self, user: &UserId, department: &DepartmentId, deputy: bool) -> Changed {
        if !self.set_post(user, department, Post::Deputy, deputy)? {
            return Ok(Effect::none());
        }
        let undo = Command::SetDeputy { user: user.clone(), department: department.clone(), deputy: !deputy };
        Ok(Effect::of([undo], [Touched::User(user.clone())]))
    }

    /// Gives a user a post in a department, or takes it. Whether that changes anything.
    fn set_post(&mut self, user: &UserId, department: &DepartmentId, post: Post, there: bool) -> Result<bool, Invalid> {
        self.check_user(user)?;
        let department = self.department(department)?;
        Ok(self.org.set_post(user, department, post, there))
    }
}

// Groups.
impl Policy {
    fn add_group(&mut self, id: &GroupId, name: Option<&String>, members: &[UserId]) -> Changed {
        check_new("group", id, self.org.groups().contains_key(id))?;
        let mut set = Set::default();
        for member in members {
            self.check_user(member)?;
            if !set.insert(member.clone()) {
                return invalid(format!("`{member}` stands in `members` twice"));
            }
        }
        let touched: Vec<Touched> =
            set.iter().cloned().map(Touched::User).chain([Touched::Group(id.clone())]).collect();
        self.org.add_group(id.clone(), name.cloned(), set);
        Ok(Effect::of([Command::RemoveGroup { id: id.clone() }], touched))
    }

    fn rename_group(&mut self, id: &GroupId, name: Option<&String>) -> Changed {
        let group = self.org.group_mut(id).ok_or_else(|| unknown("group", id))?;
        let before = std::mem::replace(&mut group.name, name.cloned());
        let undo = (before.as_ref() != name).then(|| Command::RenameGroup { id: id.clone(), name: before });
        Ok(Effect::of(undo, []))
    }

    fn remove_group(&mut self, id: &GroupId) -> Changed {
        let Some(group) = self.org.remove_group(id) else { return Err(unknown("group", id)) };
        let (assignments, unassigned) = self.unassign_all(&[Subject::Group(id.clone())]);
        let left = group.members.iter().cloned().map(Touched::User);
        let touched = left.chain([Touched::Group(id.clone())]).chain(unassigned);
        let members = group.members.iter().cloned().collect();
        let add = Command::AddGroup { id: id.clone(), name: group.name.clone(), members };
        Ok(Effect::of([add].into_iter().chain(assignments), touched))
    }

    fn set_group_member(&mut self, user: &UserId, group: &GroupId, member: bool) -> Changed {
        self.check_user(user)?;
        let before = self.org.groups().get(group).ok_or_else(|| unknown("group", group))?;
        if before.members.contains(user) == member {
            return invalid(if member {
                format!("user `{user}` is a member of group `{group}` already")
            } else {
                format!("user `{user}` is no member of group `{group}`")
            });
        }
        self.org.set_group_member(user, group, member);
        let (user, group) = (user.clone(), group.clone());
        let touched = [Touched::User(user.clone()), Touched::Member(group.clone(), user.clone())];
        let undo = if member { Command::LeaveGroup { user, group } } else { Command::JoinGroup { user, group } };
        Ok(Effect::of([undo], touched))
    }
}

// Roles and assignments.
impl Policy {
    pub(crate) fn role(&self, id: &RoleId) -> Result<&Role, Invalid> {
        self.roles.get(id).map(Arc::as_ref).ok_or_else(|| unknown("role", id))
    }

    fn role_mut(&mut self, id: &RoleId) -> Result<&mut Role, Invalid> {
        self.roles.get_mut(id).map(Arc::make_mut).ok_or_else(|| unknown("role", id))
    }

    pub(crate) fn section(&self, name: &str) -> Result<usize, Invalid> {
        self.schema.section_place(name).ok_or_else(|| Invalid(format!("there is no section `{name}`")))
    }

    /// The action of a permission of this section.
    fn action(&self, section: usize, permission: &str) -> Result<ActionIndex, Invalid> {
        let action = self.schema.action_named(permission).map_err(|error| Invalid(error.to_string()))?;
        if self.schema.resource_of(action).section != section {
            let section = &self.schema.section_at(section).name;
            return invalid(format!("`{permission}` is no permission of section `{section}`"));
        }
        Ok(action)
    }

    fn level(&self, action: ActionIndex, word: &Word<Grant>) -> Result<Level, Invalid> {
        let grant = word.known().map_err(|error| Invalid(error.to_string()))?;
        self.schema.level_of(action, grant).map_err(Invalid)
    }

    /// Whether a name may be given to a role of this section. Its own name is no other role's.
    fn check_role_name(&self, section: usize, name: &str, own: Option<&RoleId>) -> Result<(), Invalid> {
        if name.is_empty() {
            return invalid("the name of the role is empty");
        }
        match self.names.get(&(section, name.to_lowercase())) {
            Some(id) if Some(id) != own => {
                invalid(format!("`{name}` is the name of role `{id}` already, whatever the case"))
            }
            _ => Ok(()),
        }
    }

    fn add_role(&mut self, id: &RoleId, role: Role) -> Changed {
        check_new("role", id, self.roles.contains_key(id))?;
        self.check_role_name(role.section, &role.name, None)?;
        let subjects = role.assigned_to.clone();
        subjects.iter().for_each(|subject| self.assigned.set_role(subject, id, true));
        self.names.insert((role.section, role.name.to_lowercase()), id.clone());
        self.roles.insert(id.clone(), Arc::new(role));
        let touched = subjects.iter().map(|subject| Touched::Assigned(subject.clone()));
        Ok(Effect::of([Command::DeleteRole { id: id.clone() }], touched))
    }

    fn rename_role(&mut self, id: &RoleId, name: &str) -> Changed {
        let section = self.role(id)?.section;
        self.check_role_name(section, name, Some(id))?;
        let before = std::mem::replace(&mut self.role_mut(id)?.name, name.to_owned());
        self.names.remove(&(section, before.to_lowercase()));
        self.names.insert((section, name.to_lowercase()), id.clone());
        let undo = (before != name).then(|| Command::RenameRole { id: id.clone(), name: before });
        Ok(Effect::of(undo, []))
    }

    fn delete_role(&mut self, id: &RoleId) -> Changed {
        let Some(role) = self.roles.remove(id) else { return Err(unknown("role", id)) };
        self.names.remove(&(role.section, role.name.to_lowercase()));
        role.assigned_to.iter().for_each(|subject| self.assigned.set_role(subject, id, false));
        let touched = role.assigned_to.iter().map(|subject| Touched::Assigned(subject.clone()));
        let grant = |(action, level): (&ActionIndex, &Level)| {
            (self.schema.action_name(*action), Word::Known(self.schema.grant_of(*action, *level)))
        };
        let create = Command::CreateRole {
            id: id.clone(),
            section: self.schema.section_at(role.section).name.clone(),
            name: role.name.clone(),
            grants: role.grants.iter().map(grant).collect(),
            hidden: role.hidden,
            locked: role.locked,
            assigned_to: role.assigned_to.iter().cloned().map(Word::Known).collect(),
        };
        Ok(Effect::of([create], touched))
    }

    fn set_hidden(&mut self, id: &RoleId, hidden: bool) -> Changed {
        let before = std::mem::replace(&mut self.role_mut(id)?.hidden, hidden);
        let undo = (before != hidden).then(|| Command::SetHidden { role: id.clone(), hidden: before });
        Ok(Effect::of(undo, []))
    }

    fn set_level(&mut self, id: &RoleId, permission: &str, word: &Word<Grant>) -> Changed {
        let action = self.action(self.role(id)?.section, permission)?;
        let level = self.level(action, word)?;
        let before = self.role_mut(id)?.set(action, level);
        if before == level {
            return Ok(Effect::none());
        }
        Ok(Effect::of([self.level_before(id, action, before)], [Touched::Levels]))
    }

    fn set_level_for_all_roles(&mut self, section: &str, permissions: &[String], word: &Word<Grant>) -> Changed {
        let section = self.section(section)?;
        // A misspelt level is none, even if no permission is there to get it.
        word.known().map_err(|error| Invalid(error.to_string()))?;
        let mut cells = Vec::with_capacity(permissions.len());
        for permission in permissions {
            let action = self.action(section, permission)?;
            cells.push((action, self.level(action, word)?));
        }
        let mut before = Vec::new();
        let here = self.roles.iter().filter(|(_, role)| role.section == section && !role.locked);
        let here: Vec<RoleId> = here.map(|(id, _)| id.clone()).collect();
        for id in here {
            let role = self.role_mut(&id)?;
            for (action, level) in &cells {
                let own = role.set(*action, *level);
                if own != *level {
                    before.push((id.clone(), *action, own));
                }
            }
        }
        let touched = (!before.is_empty()).then_some(Touched::Levels);
        let undo = before.into_iter().map(|(id, action, level)| self.level_before(&id, action, level));
        Ok(Effect::of(undo.collect::<Vec<_>>(), touched))
    }

    fn level_before(&self, id: &RoleId, action: ActionIndex, level: Level) -> Command {
        Command::SetLevel {
            role: id.clone(),
            permission: self.schema.action_name(action),
            level: Word::Known(self.schema.grant_of(action, level)),
        }
    }

    fn assign(&mut self, id: &RoleId, subject: &Subject) -> Changed {
        self.role(id)?;
        check_subject(subject, &self.org).map_err(Invalid)?;
        if self.role(id)?.assigned_to.contains(subject) {
            return invalid(format!("role `{id}` is assigned to `{subject}` already"));
        }
        self.set_assigned(id, subject, true)?;
        let undo = Command::Unassign { role: id.clone(), subject: Word::Known(subject.clone()) };
        Ok(Effect::of([undo], [Touched::Assigned(subject.clone())]))
    }

    fn unassign(&mut self, id: &RoleId, subject: &Subject) -> Changed {
        if !self.role(id)?.assigned_to.contains(subject) {
            return invalid(format!("role `{id}` is not assigned to `{subject}`"));
        }
        self.set_assigned(id, subject, false)?;
        let undo = Command::Assign { role: id.clone(), subject: Word::Known(subject.clone()) };
        Ok(Effect::of([undo], [Touched::Assigned(subject.clone())]))
    }

    fn set_assigned(&mut self, id: &RoleId, subject: &Subject, assigned: bool) -> Result<(), Invalid> {
        let subjects = &mut self.role_mut(id)?.assigned_to;
        if assigned {
            subjects.insert(subject.clone())
        } else {
            subjects.remove(subject)
        };
        self.assigned.set_role(subject, id, assigned);
        Ok(())
    }

    /// Ends all assignments to these subjects. Gives the commands that bring them back, and what it touches.
    fn unassign_all(&mut self, subjects: &[Subject]) -> (Vec<Command>, Vec<Touched>) {
        let of_one = |subject| self.assigned.roles(subject).iter().map(move |role| (role.clone(), subject.clone()));
        let mut ended: Vec<(RoleId, Subject)> = subjects.iter().flat_map(of_one).collect();
        ended.sort_unstable();
        for (id, subject) in &ended {
            self.set_assigned(id, subject, false).expect("INVARIANT: only roles that are there are assigned");
        }
        let assign = |(role, subject): &(RoleId, Subject)| Command::assign(role.clone(), subject.clone());
        let undo = ended.iter().map(assign).collect();
        (undo, ended.into_iter().map(|(_, subject)| Touched::Assigned(subject)).collect())
    }
}
