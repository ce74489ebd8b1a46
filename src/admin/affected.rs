//! Whose answers a batch may have changed.

use std::collections::BTreeSet;
use std::fmt::{self, Debug};
use std::sync::{Arc, OnceLock};

use crate::document::{Command, Word};
use crate::policy::Policy;
use crate::policy::org::User;
use crate::vocabulary::id::{DepartmentId, RoleId, UserId, UserRef};
use crate::vocabulary::subject::Subject;

/// Whose answers a batch may have changed: what an application that keeps answers of its own must forget.
///
/// Nobody outside has any other answer than before, to any question. Somebody inside may well have the same. It is kept as
/// kinds of people, with the policies before and after, and not as a list: so it costs what the batch costs, however many it
/// contains. The first question gathers the subjects of the roles that it names; asking for one user costs their departments and
/// those above them.
///
/// ```
/// # use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User};
/// # use orgscope::{Command, Handle, Level, Policy, Subject};
/// # let contact = ResourceType::new("contact").action(Action::new("read"));
/// # let document = Document::new()
/// #     .section(Section::new("crm").resource(contact))
/// #     .department(Department::new("acme")).department(Department::new("sales").parent("acme"))
/// #     .user(User::new("carol").head_of("acme")).user(User::new("sam").head_of("sales")).user(User::new("nick").member_of("sales"))
/// #     .role(Role::new("head", "crm", "Head").grant("contact.read", Level::Own).assigned_to(Subject::Supervisors));
/// # let authz = Handle::new(Policy::from_document(document)?);
/// let receipt = authz.apply([Command::set_level("head", "contact.read", Level::Department)])?;
/// let affected: Vec<_> = receipt.affected().users().map(|user| user.to_string()).collect();
/// assert_eq!(affected, ["carol", "sam"]);
/// assert!(!receipt.affected().contains("nick"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Affected {
    before: Arc<Policy>,
    after: Arc<Policy>,
    kinds: Kinds,
    /// The subjects of the kinds, and those of their roles before or after. Gathered when first asked for: a role may be
    /// assigned to many.
    gathered: OnceLock<BTreeSet<Subject>>,
}

/// Kinds of people, gathered command by command.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kinds {
    /// Whom one of these contains.
    subjects: BTreeSet<Subject>,
    /// Whom one of these is assigned to.
    roles: BTreeSet<RoleId>,
    /// Who is anchored in one of these or above: they reach the records of those who are there.
    reaching: BTreeSet<DepartmentId>,
}

impl Affected {
    pub(crate) fn new(before: Arc<Policy>, after: Arc<Policy>, kinds: Kinds) -> Self {
        Self { before, after, kinds, gathered: OnceLock::new() }
    }

    /// Whether this user's answers may have changed.
    pub fn contains<'a>(&self, user: impl Into<UserRef<'a>>) -> bool {
        let user = UserId::from(user.into());
        self.contains_in(&self.before, &user) || self.contains_in(&self.after, &user)
    }

    /// Whether nobody's answers have changed.
    pub fn is_empty(&self) -> bool {
        self.subjects().is_empty() && self.kinds.reaching.is_empty()
    }

    /// All of them that were there before or are there now, in canonical order. A look at each user of the company.
    pub fn users(&self) -> impl Iterator<Item = &UserId> {
        let states = if self.is_empty() { &[][..] } else { &[&self.before, &self.after] };
        let users: BTreeSet<&UserId> = states.iter().flat_map(|state| state.org.users().keys()).collect();
        users.into_iter().filter(|user| self.contains(*user))
    }

    fn subjects(&self) -> &BTreeSet<Subject> {
        self.gathered.get_or_init(|| {
            let roles =
                self.kinds.roles.iter().flat_map(|id| [&self.before, &self.after].map(|state| state.roles.get(id)));
            let assigned = roles.flatten().flat_map(|role| role.assigned_to.iter());
            self.kinds.subjects.iter().chain(assigned).cloned().collect()
        })
    }

    fn contains_in(&self, state: &Policy, user: &UserId) -> bool {
        let (org, subjects) = (&state.org, self.subjects());
        let reaches = |department: &DepartmentId| {
            let anchors = || org.users().get(user).into_iter().flat_map(User::anchors);
            let above = org.department(department).into_iter().flat_map(|department| org.with_those_above(department));
            above.into_iter().any(|above| anchors().any(|anchor| anchor == above))
        };
        subjects.contains(&Subject::User(user.clone()))
            || (!subjects.is_empty() && org.subjects_of(user).any(|subject| subjects.contains(&subject)))
            || self.kinds.reaching.iter().any(reaches)
    }
}

impl Debug for Affected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Affected").field("kinds", &self.kinds).finish_non_exhaustive()
    }
}

impl Kinds {
    /// Adds whose answers a command may change: asked of it and of those that undo it, it names everybody.
    pub(crate) fn add(&mut self, command: &Command) {
        match command {
            Command::RenameDepartment { .. }
            | Command::RenameUser { .. }
            | Command::RenameGroup { .. }
            | Command::RenameRole { .. }
            | Command::SetHidden { .. }
            | Command::CloneRole { .. }
            // What undoes these names everybody: it adds with all members and places, and sets each cell.
            | Command::RemoveDepartment { .. }
            | Command::RemoveGroup { .. }
            | Command::SetLevelForAllRoles { .. } => {}
            // Nobody is in a department that comes or goes, but it may own records.
            Command::AddDepartment { parent, .. } => self.reaching.extend(parent.clone()),
            Command::MoveDepartment { id, parent } => {
                self.reaching.extend(parent.clone());
                self.subjects.insert(Subject::DepartmentSub(id.clone()));
            }
            // Who has them in sight depends on where they are a member.
            Command::AddUser { id, departments, .. } => {
                self.user(id);
                self.reaching.extend(departments.iter().cloned());
            }
            Command::JoinDepartment { user, department } | Command::LeaveDepartment { user, department } => {
                self.user(user);
                self.reaching.insert(department.clone());
            }
            Command::RemoveUser { id } => self.user(id),
            Command::SetActive { user, .. }
            | Command::SetHead { user, .. }
            | Command::SetDeputy { user, .. }
            | Command::JoinGroup { user, .. }
            | Command::LeaveGroup { user, .. }
            | Command::SetAdministrator { user, .. } => self.user(user),
            Command::AddGroup { members, .. } => members.iter().for_each(|member| self.user(member)),
            Command::CreateRole { assigned_to, .. } => assigned_to.iter().for_each(|subject| self.subject(subject)),
            Command::DeleteRole { id: role } | Command::SetLevel { role, .. } => _ = self.roles.insert(role.clone()),
            Command::Assign { subject, .. } | Command::Unassign { subject, .. } => self.subject(subject),
        }
    }

    fn user(&mut self, id: &UserId) {
        self.subjects.insert(Subject::User(id.clone()));
    }

    fn subject(&mut self, subject: &Word<Subject>) {
        if let Word::Known(subject) = subject {
            self.subjects.insert(subject.clone());
        }
    }
}
