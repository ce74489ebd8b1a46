//! The users about whom a batch may have changed a decision.

use std::collections::{BTreeSet, HashSet};
use std::fmt::{self, Debug};
use std::sync::{Arc, OnceLock};

use crate::policy::Policy;
use crate::policy::fact::{Change, Fact};
use crate::policy::org::{Org, User};
use crate::snapshot::Snapshot;
use crate::vocabulary::id::{DepartmentId, RoleId, UserId, UserRef};
use crate::vocabulary::index::{DepartmentSlot, GroupNumber};
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

/// The users about whom a batch may have changed a decision. An application must drop the answers that it keeps for them.
///
/// For users outside the set every decision stays the same, and so does every list. Names, and with them explanations,
/// may differ. The set may contain users about whom no decision has changed. It is kept as kinds of people, with the policies before and after, and not as a list: so it costs what
/// the batch costs, however many users it contains. The first question gathers what the batch touched: the assignments of
/// roles, the departments above those that people joined or left, and those below a department that moved or has a role.
/// From then on, asking about one user costs their departments and groups.
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
    /// Gathered when first asked for: a role may be assigned to many.
    gathered: OnceLock<Gathered>,
}

/// The subjects of the kinds, and those of their roles before or after; and where their people are.
#[derive(Clone)]
struct Gathered {
    subjects: BTreeSet<Subject>,
    /// Those of the subjects that have no id.
    dynamic: Vec<Subject>,
    before: Places,
    after: Places,
}

/// The departments and groups whose people are affected, in one state.
#[derive(Clone)]
struct Places {
    departments: HashSet<DepartmentSlot>,
    groups: HashSet<GroupNumber>,
}

/// Kinds of people about whom decisions may have changed.
#[derive(Clone, Debug, Default)]
struct Kinds {
    /// Users who are in one of these.
    subjects: BTreeSet<Subject>,
    /// Users who have one of these.
    roles: BTreeSet<RoleId>,
    /// Users who are anchored in one of these departments or above, and so reach the records of the people there.
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

    /// Whether a decision about this user may have changed.
    pub fn contains<'a>(&self, user: impl Into<UserRef<'a>>) -> bool {
        let (user, gathered) = (UserId::from(user.into()), self.gathered());
        gathered.names(&user)
            || self.states().any(|(org, places)| org.users().get(&user).is_some_and(|user| gathered.hold(user, places)))
    }

    /// Whether the set is empty: no decision has changed.
    pub fn is_empty(&self) -> bool {
        self.kinds.reaching.is_empty() && self.gathered().subjects.is_empty()
    }

    /// All of them that were known before or are known now, in canonical order. Looks at each user of the company, unless
    /// the batch touched nothing but users.
    pub fn users(&self) -> impl Iterator<Item = &UserId> {
        let gathered = self.gathered();
        let mut users: BTreeSet<&UserId> = BTreeSet::new();
        for (org, places) in self.states() {
            let named = gathered.subjects.iter().filter_map(|subject| match subject {
                Subject::User(user) => Some(user).filter(|user| org.users().contains_key(user)),
                _ => None,
            });
            users.extend(named);
            if !gathered.dynamic.is_empty() || !places.are_empty() {
                let there = org.users().iter().filter(|(_, user)| gathered.hold(user, places));
                users.extend(there.map(|(id, _)| id));
            }
        }
        users.into_iter()
    }

    fn states(&self) -> impl Iterator<Item = (&Org, &Places)> {
        let gathered = self.gathered();
        [(&self.before.org, &gathered.before), (&self.after.org, &gathered.after)].into_iter()
    }

    fn gathered(&self) -> &Gathered {
        self.gathered.get_or_init(|| {
            let states = [&self.before, &self.after];
            let roles = self.kinds.roles.iter().flat_map(|id| states.map(|state| state.roles.get(id)));
            let assigned = roles.flatten().flat_map(|role| role.assigned_to.iter()).map(|to| &to.subject);
            // Whoever reaches the records of a place there also reaches those of its people.
            let around = states.map(|state| {
                let reaching = self.kinds.reaching.iter().filter_map(|id| state.org.department(id));
                let around = state.org.all_above(reaching).into_iter();
                around.flat_map(|department| state.assigned.in_place(state.org.department_id(department)))
            });
            let in_places = around.into_iter().flatten().map(|(_, to)| &to.subject);
            let subjects = self.kinds.subjects.iter().chain(assigned).chain(in_places);
            let subjects: BTreeSet<Subject> = subjects.cloned().collect();
            let [before, after] = states.map(|state| Places::of(&state.org, &subjects, &self.kinds.reaching));
            Gathered {
                dynamic: subjects.iter().filter(|subject| subject.is_dynamic()).cloned().collect(),
                subjects,
                before,
                after,
            }
        })
    }
}

impl Gathered {
    fn names(&self, user: &UserId) -> bool {
        self.subjects.contains(&Subject::User(user.clone()))
    }

    /// Whether a user is affected for something else than their id.
    fn hold(&self, user: &User, places: &Places) -> bool {
        (!self.dynamic.is_empty() && user.dynamic_subjects().any(|subject| self.dynamic.contains(&subject)))
            || user.anchors().any(|department| places.departments.contains(&department))
            || user.groups.iter().any(|group| places.groups.contains(group))
    }
}

impl Places {
    /// Each department is walked over at most three times, however many were touched.
    fn of(org: &Org, subjects: &BTreeSet<Subject>, reaching: &BTreeSet<DepartmentId>) -> Self {
        let (mut alone, mut open, mut groups) = (Vec::new(), Vec::new(), HashSet::new());
        for subject in subjects {
            match subject {
                Subject::Department(id) => alone.extend(org.department(id)),
                Subject::DepartmentSub(id) => open.extend(org.department(id)),
                Subject::Group(id) => groups.extend(org.groups().get(id).map(|group| group.number)),
                _ => {}
            }
        }
        // First those whose departments below are affected too: where one is known, so are those below it.
        let mut departments = HashSet::new();
        while let Some(department) = open.pop() {
            if departments.insert(department) {
                open.extend(org.children(department));
            }
        }
        departments.extend(org.all_above(reaching.iter().filter_map(|id| org.department(id))));
        departments.extend(alone);
        Self { departments, groups }
    }

    fn are_empty(&self) -> bool {
        self.departments.is_empty() && self.groups.is_empty()
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
                // A department that is added or removed is empty of people, but it may own records.
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
            Fact::Assignment(Change { key: (_, to), .. }) => _ = self.subjects.insert(to.subject.clone()),
            // Names and visibility do not change decisions. All else is covered by other facts.
            Fact::Department(_) | Fact::User(_) | Fact::Group(_) | Fact::Role(_) => {}
        }
    }

    fn user(&mut self, id: &UserId) {
        self.subjects.insert(Subject::User(id.clone()));
    }
}
