//! What changed since the editor looked, and whether a batch is about that.
//!
//! Of each accepted batch it is remembered which facts it changed. A command is about the facts that it names, and about
//! those that its verdict rests on: the levels of who asks, whom they reach, the cells of a role that is assigned. If one
//! of them changed since the revision that the editor saw, the batch is refused, whatever its verdict would be now.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fmt::{self, Display};

use crate::admin::guard::known;
use crate::document::{Command, Word};
use crate::policy::Policy;
use crate::policy::org::{Org, User};
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::subject::Subject;

/// One fact of a state: the least that two editors can disagree about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fact {
    /// Whether it is there, its name and its place.
    Department(DepartmentId),
    /// Who and what is in it.
    Within(DepartmentId),
    /// Whether they are there, their name, activity, places and groups.
    User(UserId),
    /// Whether it is there, and its name.
    Group(GroupId),
    Members(GroupId),
    /// Whether it is there.
    Role(RoleId),
    /// Its name, and whether it is hidden.
    Label(RoleId),
    /// Which role has this name, in lower case.
    Name(String),
    Cell(RoleId, String),
    Assignment(RoleId, Subject),
}

impl Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Department(id) => write!(f, "department `{id}`"),
            Self::Within(id) => write!(f, "what is in department `{id}`"),
            Self::User(id) => write!(f, "user `{id}`"),
            Self::Group(id) => write!(f, "group `{id}`"),
            Self::Members(id) => write!(f, "who is in group `{id}`"),
            Self::Role(id) => write!(f, "role `{id}`"),
            Self::Label(id) => write!(f, "the name or visibility of role `{id}`"),
            Self::Name(name) => write!(f, "who has the name `{name}`"),
            Self::Cell(role, permission) => write!(f, "`{permission}` of role `{role}`"),
            Self::Assignment(role, subject) => write!(f, "the assignment of role `{role}` to `{subject}`"),
        }
    }
}

/// How many facts are remembered.
const MOST_FACTS: usize = 1 << 16;

/// The facts that the latest batches changed.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// With the revision that changed them, the oldest first.
    changed: VecDeque<(u64, Fact)>,
    /// Nothing is known of what changed up to this revision.
    forgotten: u64,
}

impl History {
    /// Of a state at this revision, of which nothing older is known.
    pub(crate) fn since(revision: u64) -> Self {
        Self { changed: VecDeque::new(), forgotten: revision }
    }

    pub(crate) fn add(&mut self, revision: u64, facts: BTreeSet<Fact>) {
        // Backwards, as they are looked through: of several, the first is told, and that a role is gone says more than that
        // its cells are.
        self.changed.extend(facts.into_iter().rev().map(|fact| (revision, fact)));
        while self.changed.len() > MOST_FACTS
            && let Some((forgotten, _)) = self.changed.pop_front()
        {
            self.forgotten = forgotten;
        }
    }

    /// Whether it is known what changed since a revision.
    pub(crate) fn reaches_back_to(&self, revision: u64) -> bool {
        revision >= self.forgotten
    }

    /// The latest fact among these that changed since a revision, and when.
    pub(crate) fn changed_since(&self, seen: u64, ground: &Ground<'_>) -> Option<(u64, &Fact)> {
        let since = self.changed.iter().rev().take_while(|(revision, _)| *revision > seen);
        since.map(|(revision, fact)| (*revision, fact)).find(|(_, fact)| ground.holds(fact))
    }
}

/// The facts that a command changes, or those that it changed back: asked of a command and of all that undo it, it names
/// every one.
pub(crate) fn changed_by(command: &Command, facts: &mut BTreeSet<Fact>) {
    match command {
        Command::AddDepartment { id, parent, .. } | Command::MoveDepartment { id, parent } => {
            facts.insert(Fact::Department(id.clone()));
            facts.extend(parent.clone().map(Fact::Within));
        }
        Command::RenameDepartment { id, .. } | Command::RemoveDepartment { id } => {
            facts.insert(Fact::Department(id.clone()));
        }
        Command::AddUser { id, departments, heads, deputy_of, .. } => {
            facts.insert(Fact::User(id.clone()));
            facts.extend(departments.iter().chain(heads).chain(deputy_of).cloned().map(Fact::Within));
        }
        Command::RenameUser { id: user, .. }
        | Command::SetActive { user, .. }
        | Command::RemoveUser { id: user }
        | Command::SetAdministrator { user, .. } => {
            facts.insert(Fact::User(user.clone()));
        }
        Command::JoinDepartment { user, department }
        | Command::LeaveDepartment { user, department }
        | Command::SetHead { user, department, .. }
        | Command::SetDeputy { user, department, .. } => {
            facts.extend([Fact::User(user.clone()), Fact::Within(department.clone())]);
        }
        Command::AddGroup { id, members, .. } => {
            facts.extend([Fact::Group(id.clone()), Fact::Members(id.clone())]);
            facts.extend(members.iter().cloned().map(Fact::User));
        }
        Command::RenameGroup { id, .. } | Command::RemoveGroup { id } => {
            facts.insert(Fact::Group(id.clone()));
        }
        Command::JoinGroup { user, group } | Command::LeaveGroup { user, group } => {
            facts.extend([Fact::User(user.clone()), Fact::Members(group.clone())]);
        }
        Command::CreateRole { id, name, grants, assigned_to, .. } => {
            facts.extend([Fact::Role(id.clone()), Fact::Label(id.clone()), Fact::Name(name.to_lowercase())]);
            facts.extend(grants.keys().map(|permission| Fact::Cell(id.clone(), permission.clone())));
            facts.extend(assigned_to.iter().filter_map(known).map(|it| Fact::Assignment(id.clone(), it.clone())));
        }
        Command::CloneRole { id, name, .. } => {
            facts.extend([Fact::Role(id.clone()), Fact::Label(id.clone()), Fact::Name(name.to_lowercase())]);
        }
        Command::RenameRole { id, name } => {
            facts.extend([Fact::Label(id.clone()), Fact::Name(name.to_lowercase())]);
        }
        Command::DeleteRole { id } => {
            facts.extend([Fact::Role(id.clone()), Fact::Label(id.clone())]);
        }
        Command::SetHidden { role, .. } => {
            facts.insert(Fact::Label(role.clone()));
        }
        Command::SetLevel { role, permission, .. } => {
            facts.insert(Fact::Cell(role.clone(), permission.clone()));
        }
        // It is undone by a `set_level` for each cell that it changed.
        Command::SetLevelForAllRoles { .. } => {}
        Command::Assign { role, subject } | Command::Unassign { role, subject } => {
            facts.extend(known(subject).map(|subject| Fact::Assignment(role.clone(), subject.clone())));
        }
    }
}

/// The facts that a command is about.
#[derive(Debug)]
pub(crate) struct Ground<'p> {
    policy: &'p Policy,
    facts: HashSet<Fact>,
    /// All cells and all assignments of these roles.
    cells_of: HashSet<RoleId>,
    assignments_of: HashSet<RoleId>,
    /// The cells of all roles for these permissions.
    permissions: HashSet<String>,
    /// Who asks, for each section where the verdict rests on their levels.
    delegates: Vec<Delegate>,
}

/// A user whose levels for some permissions matter.
#[derive(Debug)]
struct Delegate {
    /// What contains them: roles come to them by these.
    subjects: HashSet<Subject>,
    section: usize,
    permissions: HashSet<String>,
}

impl<'p> Ground<'p> {
    /// What a command names, in the state that it meets.
    pub(crate) fn of(command: &Command, policy: &'p Policy) -> Self {
        let mut ground = Self {
            policy,
            facts: HashSet::new(),
            cells_of: HashSet::new(),
            assignments_of: HashSet::new(),
            permissions: HashSet::new(),
            delegates: Vec::new(),
        };
        ground.name(command);
        ground
    }

    fn name(&mut self, command: &Command) {
        match command {
            Command::AddDepartment { id, parent, .. } => {
                self.facts.insert(Fact::Department(id.clone()));
                self.facts.extend(parent.clone().map(Fact::Department));
            }
            Command::RenameDepartment { id, .. } => {
                self.facts.insert(Fact::Department(id.clone()));
            }
            Command::MoveDepartment { id, parent } => {
                self.facts.insert(Fact::Department(id.clone()));
                if let Some(parent) = parent {
                    self.facts.insert(Fact::Department(parent.clone()));
                    self.add_those_above(parent);
                }
            }
            Command::RemoveDepartment { id } => {
                self.facts.extend([Fact::Department(id.clone()), Fact::Within(id.clone())]);
            }
            Command::AddUser { id, departments, heads, deputy_of, .. } => {
                self.facts.insert(Fact::User(id.clone()));
                self.facts.extend(departments.iter().chain(heads).chain(deputy_of).cloned().map(Fact::Department));
            }
            Command::RenameUser { id: user, .. }
            | Command::SetActive { user, .. }
            | Command::RemoveUser { id: user }
            | Command::SetAdministrator { user, .. } => {
                self.facts.insert(Fact::User(user.clone()));
            }
            Command::JoinDepartment { user, department }
            | Command::LeaveDepartment { user, department }
            | Command::SetHead { user, department, .. }
            | Command::SetDeputy { user, department, .. } => {
                self.facts.extend([Fact::User(user.clone()), Fact::Department(department.clone())]);
            }
            Command::AddGroup { id, members, .. } => {
                self.facts.insert(Fact::Group(id.clone()));
                self.facts.extend(members.iter().cloned().map(Fact::User));
            }
            Command::RenameGroup { id, .. } => {
                self.facts.insert(Fact::Group(id.clone()));
            }
            Command::RemoveGroup { id } => {
                self.facts.extend([Fact::Group(id.clone()), Fact::Members(id.clone())]);
            }
            Command::JoinGroup { user, group } | Command::LeaveGroup { user, group } => {
                self.facts.extend([Fact::User(user.clone()), Fact::Group(group.clone())]);
            }
            Command::CreateRole { id, name, assigned_to, .. } => {
                self.facts.extend([Fact::Role(id.clone()), Fact::Name(name.to_lowercase())]);
                assigned_to.iter().filter_map(known).for_each(|subject| self.add_subject(subject));
            }
            Command::CloneRole { from, id, name } => {
                self.facts.extend([Fact::Role(from.clone()), Fact::Role(id.clone()), Fact::Name(name.to_lowercase())]);
                self.cells_of.insert(from.clone());
            }
            Command::RenameRole { id, name } => {
                self.facts.extend([Fact::Role(id.clone()), Fact::Label(id.clone()), Fact::Name(name.to_lowercase())]);
            }
            Command::DeleteRole { id } => {
                self.facts.extend([Fact::Role(id.clone()), Fact::Label(id.clone())]);
                self.cells_of.insert(id.clone());
                self.assignments_of.insert(id.clone());
            }
            Command::SetHidden { role, .. } => {
                self.facts.extend([Fact::Role(role.clone()), Fact::Label(role.clone())]);
            }
            Command::SetLevel { role, permission, .. } => {
                self.facts.extend([Fact::Role(role.clone()), Fact::Cell(role.clone(), permission.clone())]);
            }
            Command::SetLevelForAllRoles { permissions, .. } => self.permissions.extend(permissions.iter().cloned()),
            Command::Assign { role, subject } | Command::Unassign { role, subject } => {
                self.facts.insert(Fact::Role(role.clone()));
                if let Some(subject) = known(subject) {
                    self.facts.insert(Fact::Assignment(role.clone(), subject.clone()));
                    self.add_subject(subject);
                }
            }
        }
    }

    fn add_subject(&mut self, subject: &Subject) {
        match subject {
            Subject::User(id) => self.facts.extend([Fact::User(id.clone())]),
            Subject::Department(id) | Subject::DepartmentSub(id) => {
                self.facts.extend([Fact::Department(id.clone())]);
            }
            Subject::Group(id) => self.facts.extend([Fact::Group(id.clone()), Fact::Members(id.clone())]),
            Subject::Supervisors
            | Subject::Deputies
            | Subject::Employees
            | Subject::Administrators
            | Subject::Everyone => {}
        }
    }

    /// The verdict rests on whether this user is an active administrator.
    pub(crate) fn rests_on_user(&mut self, id: &UserId) {
        self.facts.insert(Fact::User(id.clone()));
    }

    /// It rests on the levels that this user has for these permissions of a section.
    pub(crate) fn rests_on_levels_of(
        &mut self,
        id: &UserId,
        section: usize,
        permissions: impl IntoIterator<Item = String>,
    ) {
        let org = &self.policy.org;
        self.rests_on_user(id);
        self.add_places_of(id);
        self.delegates.push(Delegate {
            subjects: org.subjects_of(id).collect(),
            section,
            permissions: permissions.into_iter().collect(),
        });
    }

    /// It rests on whether a levelled permission reaches whom this role is assigned to.
    pub(crate) fn rests_on_reach_of_role(&mut self, id: &RoleId) {
        self.assignments_of.insert(id.clone());
        let policy = self.policy;
        for subject in policy.roles.get(id).into_iter().flat_map(|role| role.assigned_to.iter()) {
            self.add_reach_of(subject);
        }
    }

    pub(crate) fn rests_on_reach_of(&mut self, subject: &Word<Subject>) {
        if let Some(subject) = known(subject) {
            self.add_reach_of(subject);
        }
    }

    fn add_reach_of(&mut self, subject: &Subject) {
        self.add_subject(subject);
        let policy = self.policy;
        match subject {
            Subject::User(id) => self.add_places_of(id),
            Subject::Department(id) | Subject::DepartmentSub(id) => self.add_those_above(id),
            Subject::Group(id) => {
                for member in policy.org.groups().get(id).into_iter().flat_map(|group| group.members.iter()) {
                    self.rests_on_user(member);
                    self.add_places_of(member);
                }
            }
            _ => {}
        }
    }

    pub(crate) fn rests_on_cells_of(&mut self, role: &RoleId) {
        self.cells_of.insert(role.clone());
    }

    /// Where a user is, upwards. The user has changed if they moved; and if a department moved, it is still in the line
    /// that leads up from where the user is.
    fn add_places_of(&mut self, id: &UserId) {
        let org = &self.policy.org;
        let above = org.users().get(id).into_iter().flat_map(User::anchors);
        let above = above.flat_map(|department| org.with_those_above(department));
        self.facts.extend(above.map(|department| Fact::Department(org.department_id(department).clone())));
    }

    fn add_those_above(&mut self, id: &DepartmentId) {
        let org: &Org = &self.policy.org;
        let above = org.department(id).into_iter().flat_map(|department| org.with_those_above(department));
        self.facts.extend(above.map(|department| Fact::Department(org.department_id(department).clone())));
    }

    fn holds(&self, fact: &Fact) -> bool {
        if self.facts.contains(fact) {
            return true;
        }
        match fact {
            Fact::Cell(role, permission) => {
                self.cells_of.contains(role)
                    || self.permissions.contains(permission)
                    || self
                        .delegates
                        .iter()
                        .any(|delegate| delegate.permissions.contains(permission) && self.has(delegate, role))
            }
            Fact::Assignment(role, subject) => {
                self.assignments_of.contains(role)
                    || self
                        .delegates
                        .iter()
                        .any(|delegate| delegate.subjects.contains(subject) && self.is_in_section(delegate, role))
            }
            _ => false,
        }
    }

    fn has(&self, delegate: &Delegate, role: &RoleId) -> bool {
        let role = self.policy.roles.get(role);
        role.is_some_and(|role| role.assigned_to.iter().any(|subject| delegate.subjects.contains(subject)))
    }

    /// A role that is gone may have been of any section.
    fn is_in_section(&self, delegate: &Delegate, role: &RoleId) -> bool {
        self.policy.roles.get(role).is_none_or(|role| role.section == delegate.section)
    }
}
