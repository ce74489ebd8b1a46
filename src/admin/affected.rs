//! The users whose answers a batch may have changed.

use std::collections::BTreeSet;
use std::fmt::{self, Debug};
use std::sync::{Arc, OnceLock};

use crate::policy::Policy;
use crate::policy::fact::{Change, Fact};
use crate::policy::org::User;
use crate::snapshot::Snapshot;
use crate::vocabulary::id::{DepartmentId, RoleId, UserId, UserRef};
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

/// The users whose answers a batch may have changed: those for whom an application must forget answers that it keeps.
///
/// Users outside the set get the same answers as before, to any question. The set may contain users whose answers did
/// not change. It is kept as kinds of people, with the policies before and after, and not as a list: so it costs what
/// the batch costs, however many users it contains. The first question gathers the subjects of the roles that the batch
/// touched; asking about one user costs their departments and those above them.
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
    /// The subjects of the kinds, and those of their roles before or after. Gathered when first asked for: a role may
    /// be assigned to many.
    gathered: OnceLock<BTreeSet<Subject>>,
}

/// Kinds of people.
#[derive(Clone, Debug, Default)]
struct Kinds {
    /// Users in one of these.
    subjects: BTreeSet<Subject>,
    /// Users who have one of these.
    roles: BTreeSet<RoleId>,
    /// Users who are anchored in one of these or above: they reach the records of those who are there.
    reaching: BTreeSet<DepartmentId>,
}

impl Affected {
    pub(crate) fn by(before: &Snapshot, after: &Snapshot, facts: &[Fact]) -> Self {
        let mut kinds = Kinds::default();
        for fact in facts {
            kinds.add(fact);
        }
        Self::of(before, after, kinds)
    }

    pub(crate) fn everybody(before: &Snapshot, after: &Snapshot) -> Self {
        Self::of(before, after, Kinds { subjects: [Subject::Everyone].into_iter().collect(), ..Kinds::default() })
    }

    fn of(before: &Snapshot, after: &Snapshot, kinds: Kinds) -> Self {
        Self { before: before.shared_policy(), after: after.shared_policy(), kinds, gathered: OnceLock::new() }
    }

    /// Whether this user's answers may have changed.
    pub fn contains<'a>(&self, user: impl Into<UserRef<'a>>) -> bool {
        let user = UserId::from(user.into());
        self.contains_in(&self.before, &user) || self.contains_in(&self.after, &user)
    }

    /// Whether no answer of anybody changed.
    pub fn is_empty(&self) -> bool {
        self.subjects().is_empty() && self.kinds.reaching.is_empty()
    }

    /// All of them that were known before or are known now, in canonical order. A look at each user of the company.
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
    fn add(&mut self, fact: &Fact) {
        match fact {
            Fact::Department(change) if change.differs(|state| &state.parent) => {
                let states = [&change.before, &change.after].into_iter().flatten();
                self.reaching.extend(states.filter_map(|state| state.parent.clone()));
                // Nobody is in a department that comes or goes, but it may own records.
                if !change.comes_or_goes() {
                    self.subjects.insert(Subject::DepartmentSub(change.key.clone()));
                }
            }
            Fact::User(change) if change.differs(|state| (state.active, state.admin)) => self.user(&change.key),
            Fact::Post(Change { key: (user, department, post), .. }) => {
                self.user(user);
                // Their membership decides who can see their records.
                if *post == Post::Member {
                    self.reaching.insert(department.clone());
                }
            }
            Fact::Member(Change { key: (user, _), .. }) => self.user(user),
            Fact::Cell(Change { key: (role, _), .. }) => _ = self.roles.insert(role.clone()),
            Fact::Assignment(Change { key: (_, subject), .. }) => _ = self.subjects.insert(subject.clone()),
            // Names and visibility change no answer; the rest is in other facts.
            Fact::Department(_) | Fact::User(_) | Fact::Group(_) | Fact::Role(_) => {}
        }
    }

    fn user(&mut self, id: &UserId) {
        self.subjects.insert(Subject::User(id.clone()));
    }
}
