//! What changed since the editor looked, and whether a batch is about that.
//!
//! Of each accepted batch it is remembered which facts it changed. A command is about the facts that it names, and about
//! those that its verdict rests on: the levels of who asks, whom they reach, the cells of a role that is assigned. If one
//! of them changed since the revision that the editor saw, the batch is refused, whatever its verdict would be now. Of a
//! command that its actor may not give it counts only what that rests on, so that nobody learns from a conflict what they
//! could not learn without.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::fmt::{self, Display};

use crate::admin::guard::about::known;
use crate::document::{Command, Word};
use crate::policy::Policy;
use crate::policy::org::{Org, User};
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::subject::Subject;

/// One fact of a state: the least that two editors can disagree about.
///
/// Of several that one batch changed, a person is told the first in the order of these variants: that a role is gone says
/// more than that its cells are.
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
    /// Whether it is there, in this section.
    Role {
        section: usize,
        id: RoleId,
    },
    /// Its name, and whether it is hidden.
    Label(RoleId),
    /// Which role of the section has this name, in lower case.
    Name {
        section: usize,
        name: String,
    },
    Cell(RoleId, String),
    Assignment {
        section: usize,
        role: RoleId,
        subject: Subject,
    },
}

impl Fact {
    /// The name of a role; none if there is no such section, and so no such role.
    fn name(section: Option<usize>, name: &str) -> Option<Self> {
        section.map(|section| Self::Name { section, name: name.to_lowercase() })
    }
}

impl Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Department(id) => write!(f, "department `{id}`"),
            Self::Within(id) => write!(f, "what is in department `{id}`"),
            Self::User(id) => write!(f, "user `{id}`"),
            Self::Group(id) => write!(f, "group `{id}`"),
            Self::Members(id) => write!(f, "who is in group `{id}`"),
            Self::Role { id, .. } => write!(f, "role `{id}`"),
            Self::Label(id) => write!(f, "the name or visibility of role `{id}`"),
            Self::Name { name, .. } => write!(f, "who has the name `{name}`"),
            Self::Cell(role, permission) => write!(f, "`{permission}` of role `{role}`"),
            Self::Assignment { role, subject, .. } => write!(f, "the assignment of role `{role}` to `{subject}`"),
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
        // Backwards, as they are looked through: so the first is found first.
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
    pub(crate) fn changed_since(&self, seen: u64, basis: &Basis<'_>) -> Option<(u64, &Fact)> {
        let since = self.changed.iter().rev().take_while(|(revision, _)| *revision > seen);
        since.map(|(revision, fact)| (*revision, fact)).find(|(_, fact)| basis.holds(fact))
    }
}

fn section_of(policy: &Policy, role: &RoleId) -> Option<usize> {
    policy.roles.get(role).map(|role| role.section)
}

/// The facts that a command changes, or those that it changed back: asked of a command and of all that undo it, in the state
/// after it, it names every one.
pub(crate) fn changed_by(command: &Command, after: &Policy, facts: &mut BTreeSet<Fact>) {
    let made = |section: Option<usize>, id: &RoleId, name: &str| {
        let role = section.map(|section| Fact::Role { section, id: id.clone() });
        role.into_iter().chain([Fact::Label(id.clone())]).chain(Fact::name(section, name))
    };
    let assigned = |section: Option<usize>, role: &RoleId, subject: &Word<Subject>| {
        let (section, subject) = section.zip(known(subject).cloned())?;
        Some(Fact::Assignment { section, role: role.clone(), subject })
    };
    let section_of = |id: &RoleId| section_of(after, id);
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
        Command::CreateRole { id, section, name, grants, assigned_to, .. } => {
            let section = after.schema.section_place(section);
            facts.extend(made(section, id, name));
            facts.extend(grants.keys().map(|permission| Fact::Cell(id.clone(), permission.clone())));
            facts.extend(assigned_to.iter().filter_map(|subject| assigned(section, id, subject)));
        }
        Command::CloneRole { id, name, .. } => facts.extend(made(section_of(id), id, name)),
        Command::RenameRole { id, name } => {
            facts.insert(Fact::Label(id.clone()));
            facts.extend(Fact::name(section_of(id), name));
        }
        Command::SetHidden { role, .. } => {
            facts.insert(Fact::Label(role.clone()));
        }
        Command::SetLevel { role, permission, .. } => {
            facts.insert(Fact::Cell(role.clone(), permission.clone()));
        }
        // A role that is deleted is made again, or was made: there all is named. The other is undone by a `set_level` for each
        // cell that it changed.
        Command::DeleteRole { .. } | Command::SetLevelForAllRoles { .. } => {}
        Command::Assign { role, subject } | Command::Unassign { role, subject } => {
            facts.extend(assigned(section_of(role), role, subject));
        }
    }
}

/// The facts that a command is about.
#[derive(Debug)]
pub(crate) struct Basis<'p> {
    policy: &'p Policy,
    facts: HashSet<Fact>,
    /// Whether these roles are there.
    roles: HashSet<RoleId>,
    /// Which roles these sections have.
    sections: HashSet<usize>,
    /// All cells and all assignments of these roles.
    cells_of: HashSet<RoleId>,
    assignments_of: HashSet<RoleId>,
    assignments: HashSet<(RoleId, Subject)>,
    /// All assignments to these subjects.
    assignments_to: HashSet<Subject>,
    /// The cells of all roles for these permissions.
    permissions: HashSet<String>,
    own: Vec<OwnLevels>,
}

/// What a user has for some permissions of a section.
#[derive(Debug)]
struct OwnLevels {
    /// What contains them: roles come to them by these.
    subjects: HashSet<Subject>,
    section: usize,
    permissions: HashSet<String>,
}

impl<'p> Basis<'p> {
    /// Of nothing yet, in the state that a command meets.
    pub(crate) fn new(policy: &'p Policy) -> Self {
        Self {
            policy,
            facts: HashSet::new(),
            roles: HashSet::new(),
            sections: HashSet::new(),
            cells_of: HashSet::new(),
            assignments_of: HashSet::new(),
            assignments: HashSet::new(),
            assignments_to: HashSet::new(),
            permissions: HashSet::new(),
            own: Vec::new(),
        }
    }

    /// What a command names.
    pub(crate) fn name(&mut self, command: &Command) {
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
                self.assignments_to.extend([Subject::Department(id.clone()), Subject::DepartmentSub(id.clone())]);
            }
            Command::AddUser { id, departments, heads, deputy_of, .. } => {
                self.facts.insert(Fact::User(id.clone()));
                self.facts.extend(departments.iter().chain(heads).chain(deputy_of).cloned().map(Fact::Department));
            }
            Command::RenameUser { id: user, .. }
            | Command::SetActive { user, .. }
            | Command::SetAdministrator { user, .. } => {
                self.facts.insert(Fact::User(user.clone()));
            }
            Command::RemoveUser { id } => {
                self.facts.insert(Fact::User(id.clone()));
                self.assignments_to.insert(Subject::User(id.clone()));
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
                self.assignments_to.insert(Subject::Group(id.clone()));
            }
            Command::JoinGroup { user, group } | Command::LeaveGroup { user, group } => {
                self.facts.extend([Fact::User(user.clone()), Fact::Group(group.clone())]);
            }
            Command::CreateRole { id, section, name, assigned_to, .. } => {
                self.roles.insert(id.clone());
                self.facts.extend(Fact::name(self.policy.schema.section_place(section), name));
                assigned_to.iter().filter_map(known).for_each(|subject| self.add_subject(subject));
            }
            Command::CloneRole { from, id, name } => {
                self.roles.extend([from.clone(), id.clone()]);
                self.facts.extend(Fact::name(section_of(self.policy, from), name));
                self.cells_of.insert(from.clone());
            }
            Command::RenameRole { id, name } => {
                self.roles.insert(id.clone());
                self.facts.insert(Fact::Label(id.clone()));
                self.facts.extend(Fact::name(section_of(self.policy, id), name));
            }
            Command::DeleteRole { id } => {
                self.roles.insert(id.clone());
                self.facts.insert(Fact::Label(id.clone()));
                self.cells_of.insert(id.clone());
                self.assignments_of.insert(id.clone());
            }
            Command::SetHidden { role, .. } => {
                self.roles.insert(role.clone());
                self.facts.insert(Fact::Label(role.clone()));
            }
            Command::SetLevel { role, permission, .. } => {
                self.roles.insert(role.clone());
                self.facts.insert(Fact::Cell(role.clone(), permission.clone()));
            }
            // A role that came or went meanwhile is one that the editor did not see, or saw.
            Command::SetLevelForAllRoles { section, permissions, .. } if !permissions.is_empty() => {
                self.sections.extend(self.policy.schema.section_place(section));
                self.permissions.extend(permissions.iter().cloned());
            }
            Command::SetLevelForAllRoles { .. } => {}
            Command::Assign { role, subject } | Command::Unassign { role, subject } => {
                self.roles.insert(role.clone());
                if let Some(subject) = known(subject) {
                    self.assignments.insert((role.clone(), subject.clone()));
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

    /// It rests on whether this role is there.
    pub(crate) fn rests_on_role(&mut self, id: &RoleId) {
        self.roles.insert(id.clone());
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
        self.own.push(OwnLevels {
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
            self.rests_on_reach_of(subject);
        }
    }

    pub(crate) fn rests_on_reach_of(&mut self, subject: &Subject) {
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
            Subject::Supervisors
            | Subject::Deputies
            | Subject::Employees
            | Subject::Administrators
            | Subject::Everyone => {}
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
        let by_own = |holds: &dyn Fn(&OwnLevels) -> bool| self.own.iter().any(holds);
        match fact {
            Fact::Role { section, id } => self.roles.contains(id) || self.sections.contains(section),
            Fact::Cell(role, permission) => {
                self.facts.contains(fact)
                    || self.cells_of.contains(role)
                    || self.permissions.contains(permission)
                    || by_own(&|own| own.permissions.contains(permission) && self.come_by(own, role))
            }
            Fact::Assignment { section, role, subject } => {
                self.assignments.contains(&(role.clone(), subject.clone()))
                    || self.assignments_of.contains(role)
                    || self.assignments_to.contains(subject)
                    || by_own(&|own| own.section == *section && own.subjects.contains(subject))
            }
            Fact::Department(_)
            | Fact::Within(_)
            | Fact::User(_)
            | Fact::Group(_)
            | Fact::Members(_)
            | Fact::Label(_)
            | Fact::Name { .. } => self.facts.contains(fact),
        }
    }

    /// Whether levels come by this role.
    fn come_by(&self, own: &OwnLevels, role: &RoleId) -> bool {
        let role = self.policy.roles.get(role);
        role.is_some_and(|role| role.assigned_to.iter().any(|subject| own.subjects.contains(subject)))
    }
}
