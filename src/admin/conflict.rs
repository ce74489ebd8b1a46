//! Conflicts: topics that changed since the editor looked, and that a command depends on.
//!
//! The topics that each accepted batch changed are remembered. A command depends on the topics that it names and on
//! those that its verdict rests on: the levels of the actor, the people in their reach, the cells of a role that is
//! assigned. If one of these topics changed since the revision that the editor saw, the batch is refused, whatever its
//! verdict would be now. A command that its actor may not issue depends only on what decides that. So a conflict
//! reveals nothing that the actor could not learn without it.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use crate::admin::guard::about::{Named, To, known};
use crate::admin::guard::cover::measured_from;
use crate::policy::Policy;
use crate::policy::assignment::Assignment;
use crate::policy::fact::{Change, Fact, RoleState};
use crate::policy::org::{Org, User};
use crate::policy::rules::AssignedTo;
use crate::policy::schema::Schema;
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::index::{ActionIndex, SectionIndex};
use crate::vocabulary::place::Place;
use crate::vocabulary::subject::Subject;

/// The smallest thing that two editors can disagree about.
///
/// If a batch changed several topics, the first in declaration order is reported: "role deleted" says more than "cell
/// changed".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Topic {
    /// Its existence, name and parent.
    Department(DepartmentId),
    /// The people and departments in it.
    Content(DepartmentId),
    /// Their existence, name, activity, posts and groups.
    User(UserId),
    /// Its existence and name.
    Group(GroupId),
    Members(GroupId),
    /// Its existence.
    Role(SectionIndex, RoleId),
    /// Its name and visibility.
    Label(RoleId),
    /// The role of the section that has this name, in lower case.
    RoleName(SectionIndex, String),
    Cell(RoleId, ActionIndex),
    Assignment(SectionIndex, RoleId, Assignment),
}

impl Topic {
    /// The topic, for a message.
    pub(crate) fn describe(&self, schema: &Schema) -> String {
        match self {
            Self::Department(id) => format!("department `{id}`"),
            Self::Content(id) => format!("the content of department `{id}`"),
            Self::User(id) => format!("user `{id}`"),
            Self::Group(id) => format!("group `{id}`"),
            Self::Members(id) => format!("the members of group `{id}`"),
            Self::Role(_, id) => format!("role `{id}`"),
            Self::Label(id) => format!("the name or visibility of role `{id}`"),
            Self::RoleName(_, name) => format!("the role with the name `{name}`"),
            Self::Cell(role, action) => format!("`{}` of role `{role}`", schema.action_name(*action)),
            Self::Assignment(_, role, Assignment { subject, place }) => {
                format!("the assignment of role `{role}` to {}", AssignedTo(subject, place.as_ref()))
            }
        }
    }
}

/// The topics that the facts of one command change, on the policy after it.
pub(crate) fn topics(facts: &[Fact], after: &Policy) -> BTreeSet<Topic> {
    // The facts still know the section of a role that is removed.
    let gone = facts.iter().find_map(|fact| match fact {
        Fact::Role(Change { before: Some(state), after: None, .. }) => Some(state.section),
        _ => None,
    });
    let section = |role: &RoleId| after.roles.get(role).map(|role| role.section).or(gone).unwrap_or_default();
    let mut topics = BTreeSet::new();
    for fact in facts {
        match fact {
            Fact::Department(change) => {
                topics.insert(Topic::Department(change.key.clone()));
                if change.differs(|state| &state.parent) {
                    let states = [&change.before, &change.after].into_iter().flatten();
                    topics.extend(states.filter_map(|state| state.parent.clone()).map(Topic::Content));
                }
            }
            Fact::User(change) => _ = topics.insert(Topic::User(change.key.clone())),
            Fact::Post(Change { key: (user, department, _), .. }) => {
                topics.extend([Topic::User(user.clone()), Topic::Content(department.clone())]);
            }
            Fact::Group(change) => _ = topics.insert(Topic::Group(change.key.clone())),
            Fact::Member(Change { key: (user, group), .. }) => {
                topics.extend([Topic::User(user.clone()), Topic::Members(group.clone())]);
            }
            Fact::Role(change) => add_role(&mut topics, change),
            Fact::Cell(Change { key: (role, case), .. }) => {
                topics.insert(Topic::Cell(role.clone(), case.action));
            }
            Fact::Assignment(Change { key: (role, assignment), .. }) => {
                topics.insert(Topic::Assignment(section(role), role.clone(), assignment.clone()));
            }
        }
    }
    topics
}

fn add_role(topics: &mut BTreeSet<Topic>, change: &Change<RoleId, Option<RoleState>>) {
    let id = &change.key;
    let states = || [&change.before, &change.after].into_iter().flatten();
    topics.insert(Topic::Label(id.clone()));
    if change.comes_or_goes() {
        topics.extend(states().map(|state| Topic::Role(state.section, id.clone())));
    }
    if change.differs(|state| &state.name) {
        topics.extend(states().map(|state| Topic::RoleName(state.section, state.name.to_lowercase())));
    }
}

/// The dependency of a verdict: topics, or all topics of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Aspect<'a> {
    Department(&'a DepartmentId),
    Content(&'a DepartmentId),
    User(&'a UserId),
    Group(&'a GroupId),
    Members(&'a GroupId),
    Role(&'a RoleId),
    /// The set of roles of a section.
    RolesOf(SectionIndex),
    Label(&'a RoleId),
    RoleName(SectionIndex, String),
    Cell(&'a RoleId, ActionIndex),
    CellsOf(&'a RoleId),
    CellsFor(ActionIndex),
    Assignment(&'a RoleId, Cow<'a, Assignment>),
    AssignmentsOf(&'a RoleId),
    AssignmentsTo(Subject),
    /// All assignments in whose place a department stands.
    AssignmentsIn(&'a DepartmentId),
}

/// The departments that a command names as the place of an assignment.
fn listed(to: To<'_>) -> &[DepartmentId] {
    to.place.and_then(known).map_or(&[], Place::listed)
}

/// The topics that the verdict on a command depends on.
#[derive(Debug)]
pub(crate) struct Basis<'p> {
    policy: &'p Policy,
    aspects: HashSet<Aspect<'p>>,
    own: Vec<OwnLevels>,
}

/// The levels of a user for some actions of a section.
#[derive(Debug)]
struct OwnLevels {
    /// The subjects that contain the user, through which roles reach them.
    subjects: HashSet<Subject>,
    section: SectionIndex,
    actions: HashSet<ActionIndex>,
}

impl<'p> Basis<'p> {
    /// An empty basis, in the state that a command is applied to.
    pub(crate) fn new(policy: &'p Policy) -> Self {
        Self { policy, aspects: HashSet::new(), own: Vec::new() }
    }

    /// Adds something that a command names.
    pub(crate) fn add(&mut self, named: Named<'p>) {
        let schema = &self.policy.schema;
        let subject = |subject: Subject| Aspect::AssignmentsTo(subject);
        match named {
            Named::Department(id) => _ = self.aspects.insert(Aspect::Department(id)),
            Named::Line(id) => self.add_line(id),
            Named::Content(id) => {
                let assigned = [Subject::Department(id.clone()), Subject::DepartmentSub(id.clone())];
                self.aspects.extend([Aspect::Content(id), Aspect::AssignmentsIn(id)]);
                self.aspects.extend(assigned.map(subject));
            }
            Named::User(id) => self.rests_on_user(id),
            Named::Group(id) => _ = self.aspects.insert(Aspect::Group(id)),
            Named::Members(id) => {
                self.aspects.extend([Aspect::Members(id), subject(Subject::Group(id.clone()))]);
            }
            Named::AssignmentsTo(id) => _ = self.aspects.insert(subject(Subject::User(id.clone()))),
            Named::Role(id) => self.rests_on_role(id),
            Named::Label(id) => _ = self.aspects.insert(Aspect::Label(id)),
            Named::RoleName(within, name) => {
                let section = within.section(self.policy).ok();
                self.aspects.extend(section.map(|section| Aspect::RoleName(section, name.to_lowercase())));
            }
            Named::Cell(role, permission) => {
                let action = schema.action_named(permission);
                self.aspects.extend(action.map(|action| Aspect::Cell(role, action)));
            }
            Named::CellsOf(role) => self.rests_on_cells_of(role),
            Named::AssignmentsOf(role) => _ = self.aspects.insert(Aspect::AssignmentsOf(role)),
            Named::Assignment(role, To { to, place }) => {
                let assignment = known(to).map(|subject| Assignment {
                    subject: subject.clone(),
                    place: place.and_then(known).map(Place::sorted),
                });
                self.aspects.extend(assignment.map(|assignment| Aspect::Assignment(role, Cow::Owned(assignment))));
            }
            Named::Parties(to) => {
                if let Some(subject) = known(to.to) {
                    self.add_subject(subject);
                }
                self.aspects.extend(listed(to).iter().map(Aspect::Department));
            }
            Named::RolesOf(section) => self.aspects.extend(schema.section_named(section).map(Aspect::RolesOf)),
            Named::CellsFor(permission) => {
                self.aspects.extend(schema.action_named(permission).map(Aspect::CellsFor));
            }
        }
    }

    fn add_subject(&mut self, subject: &'p Subject) {
        match subject {
            Subject::User(id) => self.rests_on_user(id),
            Subject::Department(id) | Subject::DepartmentSub(id) => _ = self.aspects.insert(Aspect::Department(id)),
            Subject::Group(id) => self.aspects.extend([Aspect::Group(id), Aspect::Members(id)]),
            Subject::Supervisors
            | Subject::Deputies
            | Subject::Employees
            | Subject::Administrators
            | Subject::Everyone => {}
        }
    }

    /// Adds the existence, activity and administration of this user.
    pub(crate) fn rests_on_user(&mut self, id: &'p UserId) {
        self.aspects.insert(Aspect::User(id));
    }

    /// Adds the existence of this role.
    pub(crate) fn rests_on_role(&mut self, id: &'p RoleId) {
        self.aspects.insert(Aspect::Role(id));
    }

    pub(crate) fn rests_on_cells_of(&mut self, role: &'p RoleId) {
        self.aspects.insert(Aspect::CellsOf(role));
    }

    /// Adds the levels that this user has for these actions of a section.
    pub(crate) fn rests_on_levels_of(
        &mut self,
        id: &'p UserId,
        section: SectionIndex,
        actions: impl IntoIterator<Item = ActionIndex>,
    ) {
        self.rests_on_user(id);
        let subjects: HashSet<Subject> = self.policy.subjects_ever(id).into_iter().collect();
        // The departments where the user is at any instant, and all above: what is given is judged at later ones too.
        let org: &'p Org = &self.policy.org;
        let lines = subjects.iter().filter_map(|subject| match subject {
            Subject::DepartmentSub(id) => org.department(id),
            _ => None,
        });
        self.aspects.extend(lines.map(|department| Aspect::Department(org.department_id(department))));
        self.own.push(OwnLevels { subjects, section, actions: actions.into_iter().collect() });
    }

    /// Adds the topics that decide whether a levelled permission reaches the subjects of this role.
    pub(crate) fn rests_on_reach_of_role(&mut self, id: &'p RoleId) {
        self.aspects.insert(Aspect::AssignmentsOf(id));
        for (to, _) in self.policy.stated_assignments(id) {
            self.rests_on_reach_of(&to.subject);
            to.place.as_ref().map_or(&[][..], Place::listed).iter().for_each(|department| self.add_line(department));
        }
    }

    /// Adds the topics that decide whether a levelled permission reaches the subject and the place of an assignment.
    pub(crate) fn rests_on_reach_of_written(&mut self, to: To<'p>) {
        if let Some(subject) = known(to.to) {
            self.rests_on_reach_of(subject);
        }
        for department in listed(to) {
            self.add_line(department);
        }
    }

    /// Adds the topics that decide where this role gives its cells: its assignments, and the departments above their
    /// places.
    pub(crate) fn rests_on_places_of_role(&mut self, id: &'p RoleId) {
        self.aspects.insert(Aspect::AssignmentsOf(id));
        for (to, _) in self.policy.stated_assignments(id) {
            self.rests_on_place(&to.subject, to.place.as_ref());
        }
    }

    /// Adds the departments above the place of an assignment.
    pub(crate) fn rests_on_place_of_written(&mut self, to: To<'p>) {
        if let Some(subject) = known(to.to) {
            self.rests_on_place(subject, to.place.and_then(known));
        }
    }

    fn rests_on_place(&mut self, subject: &Subject, place: Option<&Place>) {
        measured_from(subject, place).unwrap_or_default().iter().for_each(|department| self.add_line(department));
    }

    fn rests_on_reach_of(&mut self, subject: &'p Subject) {
        self.add_subject(subject);
        match subject {
            Subject::User(id) => self.add_lines_of(id),
            Subject::Department(id) | Subject::DepartmentSub(id) => self.add_line(id),
            Subject::Group(id) => {
                for (member, _) in self.policy.stated_members(id) {
                    self.rests_on_user(member);
                    self.add_lines_of(member);
                }
            }
            Subject::Supervisors
            | Subject::Deputies
            | Subject::Employees
            | Subject::Administrators
            | Subject::Everyone => {}
        }
    }

    /// Adds the departments of a user and all above. If the user moved, the user is a changed topic anyway. A
    /// department that moved is still on the path up from the user.
    fn add_lines_of(&mut self, id: &UserId) {
        let org: &'p Org = &self.policy.org;
        let above = org.users().get(id).into_iter().flat_map(User::anchors);
        let above = above.flat_map(|department| org.with_those_above(department));
        self.aspects.extend(above.map(|department| Aspect::Department(org.department_id(department))));
    }

    fn add_line(&mut self, id: &DepartmentId) {
        let org: &'p Org = &self.policy.org;
        let above = org.department(id).into_iter().flat_map(|department| org.with_those_above(department));
        self.aspects.extend(above.map(|department| Aspect::Department(org.department_id(department))));
    }

    pub(crate) fn holds(&self, topic: &Topic) -> bool {
        let has = |aspect: Aspect<'_>| self.aspects.contains(&aspect);
        match topic {
            Topic::Department(id) => has(Aspect::Department(id)),
            Topic::Content(id) => has(Aspect::Content(id)),
            Topic::User(id) => has(Aspect::User(id)),
            Topic::Group(id) => has(Aspect::Group(id)),
            Topic::Members(id) => has(Aspect::Members(id)),
            Topic::Role(section, id) => has(Aspect::Role(id)) || has(Aspect::RolesOf(*section)),
            Topic::Label(id) => has(Aspect::Label(id)),
            Topic::RoleName(section, name) => has(Aspect::RoleName(*section, name.clone())),
            Topic::Cell(role, action) => {
                has(Aspect::Cell(role, *action))
                    || has(Aspect::CellsOf(role))
                    || has(Aspect::CellsFor(*action))
                    || self.own.iter().any(|own| own.actions.contains(action) && self.come_by(own, role))
            }
            Topic::Assignment(section, role, assignment) => {
                let Assignment { subject, place } = assignment;
                has(Aspect::Assignment(role, Cow::Borrowed(assignment)))
                    || has(Aspect::AssignmentsOf(role))
                    || has(Aspect::AssignmentsTo(subject.clone()))
                    || place.iter().flat_map(Place::listed).any(|department| has(Aspect::AssignmentsIn(department)))
                    || self.own.iter().any(|own| own.section == *section && own.subjects.contains(subject))
            }
        }
    }

    /// Whether this role gives levels to the user.
    fn come_by(&self, own: &OwnLevels, role: &RoleId) -> bool {
        self.policy.stated_assignments(role).any(|(to, _)| own.subjects.contains(&to.subject))
    }
}
