//! The company and its roles as an application would hold them, read from the document. Every peer loads this.
//!
//! Nothing here depends on a question. Whatever depends on the company alone (the roles of a user, the levels of a set
//! of roles) may be prepared; orgscope prepares it too.

use std::collections::HashMap;
use std::iter;

use orgscope::document::{Action, Document, User, Word};
use orgscope::{DepartmentId, Grant, Level, Subject, UserId};
use orgscope_testing::company;

/// The parts of a level, or the relation of a user to a record, as bits.
pub(crate) type Parts = u8;
pub(crate) const OWN: Parts = 1;
pub(crate) const DEPARTMENT: Parts = 1 << 1;
pub(crate) const BELOW: Parts = 1 << 2;
pub(crate) const OPEN: Parts = 1 << 3;
/// A relation that everybody has to every record.
pub(crate) const ALL: Parts = 1 << 4;

/// The parts with their names in the peers' policies.
pub(crate) const PARTS: [(Parts, &str); 5] =
    [(ALL, "all"), (OWN, "own"), (DEPARTMENT, "department"), (BELOW, "below"), (OPEN, "open")];

pub(crate) struct Org {
    /// The names of permissions, by their index in requests.
    pub(crate) permissions: Vec<String>,
    /// The required permission. No permission of the schema requires two, and no requirement has one itself.
    pub(crate) requires: Vec<Option<usize>>,
    pub(crate) roles: Vec<Grants>,
    /// The levels of sets of roles: the parts for each permission.
    pub(crate) rows: Vec<Vec<Parts>>,
    /// The parent of each department.
    pub(crate) parents: Vec<Option<usize>>,
    pub(crate) users: Vec<Person>,
}

/// A role, with its parts for each permission.
pub(crate) struct Grants {
    pub(crate) name: String,
    pub(crate) parts: Vec<Parts>,
}

pub(crate) struct Person {
    pub(crate) id: i64,
    /// The roles; empty for inactive users.
    pub(crate) roles: Vec<usize>,
    pub(crate) row: usize,
    /// The departments where the person is a member. Their records belong to these.
    pub(crate) departments: Vec<usize>,
    /// The departments where the person is a member, head or deputy.
    pub(crate) anchors: Vec<usize>,
}

impl Org {
    pub(crate) fn read(document: &Document) -> Self {
        let names = company::permissions();
        let departments: Departments<'_> =
            iter::zip(document.org.departments.iter().map(|department| &department.id), 0..).collect();
        let parent = |id: &Option<DepartmentId>| id.as_ref().map(|id| departments[id]);
        let parents: Vec<_> = document.org.departments.iter().map(|department| parent(&department.parent)).collect();
        let permissions: Vec<_> = names.iter().map(|(on, action)| format!("{on}.{action}")).collect();
        let actions: Vec<_> = names.iter().map(|(on, action)| rules(document, on, action)).collect();
        let requires = iter::zip(&names, &actions).map(|((on, _), action)| {
            action.requires.first().and_then(|required| names.iter().position(|name| *name == (*on, required.as_str())))
        });

        // Floors and the bypass of administrators are roles for the peers.
        let floors = actions.iter().map(|action| action.floor.as_ref().map_or(0, parts)).collect();
        let bypass =
            actions.iter().map(|action| if action.admin_bypass == Some(false) { 0 } else { parts_of(Level::All) });
        let mut roles = vec![
            Grants { name: "everybody".to_owned(), parts: floors },
            Grants { name: "bypass".to_owned(), parts: bypass.collect() },
        ];
        roles.extend(document.roles.iter().map(|role| Grants {
            name: role.id.to_string(),
            parts: permissions.iter().map(|name| role.grants.get(name).map_or(0, parts)).collect(),
        }));
        let holders = Holders::of(document, &departments);
        let mut rows = HashMap::new();
        let users = document.org.users.iter();
        let users = users.map(|user| Person::read(user, &departments, &parents, &holders, &mut rows)).collect();
        let rows = joined(rows, &roles);
        Self { requires: requires.collect(), permissions, roles, rows, parents, users }
    }

    /// The department and those above it.
    pub(crate) fn upwards(&self, department: usize) -> impl Iterator<Item = usize> {
        upwards(&self.parents, department)
    }
}

type Departments<'d> = HashMap<&'d DepartmentId, usize>;

impl Person {
    fn read(
        user: &User,
        departments: &Departments<'_>,
        parents: &[Option<usize>],
        holders: &Holders<'_>,
        rows: &mut HashMap<Vec<usize>, usize>,
    ) -> Self {
        let numbers = |ids: &[DepartmentId]| ids.iter().map(|id| departments[id]).collect::<Vec<_>>();
        let members = numbers(&user.departments);
        let mut anchors = [members.clone(), numbers(&user.heads), numbers(&user.deputy_of)].concat();
        anchors.sort_unstable();
        anchors.dedup();
        let roles = if user.active == Some(false) { Vec::new() } else { holders.roles(user, &anchors, parents) };
        let next = rows.len();
        let row = *rows.entry(roles.clone()).or_insert(next);
        let id = user.id.as_integer().expect("the peers are asked about integer ids");
        Self { id, roles, row, departments: members, anchors }
    }
}

/// The roles by subject.
#[derive(Default)]
struct Holders<'d> {
    users: HashMap<&'d UserId, Vec<usize>>,
    departments: HashMap<usize, Vec<usize>>,
    below: HashMap<usize, Vec<usize>>,
    others: Vec<(&'d Subject, usize)>,
}

const EVERYBODY: usize = 0;
const BYPASS: usize = 1;
const FIRST: usize = 2;

impl<'d> Holders<'d> {
    fn of(document: &'d Document, departments: &Departments<'_>) -> Self {
        let members: HashMap<_, _> = document.org.groups.iter().map(|group| (&group.id, &group.members)).collect();
        let mut holders = Self::default();
        for (number, role) in (FIRST..).zip(&document.roles) {
            for subject in role.assigned_to.iter().map(|assignment| &assignment.to).filter_map(known) {
                match subject {
                    Subject::User(id) => holders.users.entry(id).or_default().push(number),
                    Subject::Group(id) => {
                        members[id].iter().for_each(|id| holders.users.entry(id).or_default().push(number));
                    }
                    Subject::Department(id) => holders.departments.entry(departments[id]).or_default().push(number),
                    Subject::DepartmentSub(id) => holders.below.entry(departments[id]).or_default().push(number),
                    other => holders.others.push((other, number)),
                }
            }
        }
        holders
    }

    /// The roles of an active user, sorted.
    fn roles(&self, user: &User, anchors: &[usize], parents: &[Option<usize>]) -> Vec<usize> {
        let has = |subject: &Subject| match subject {
            Subject::Supervisors => !user.heads.is_empty(),
            Subject::Deputies => !user.deputy_of.is_empty(),
            Subject::Employees => !anchors.is_empty(),
            Subject::Administrators => user.admin,
            _ => true,
        };
        let mut roles = vec![EVERYBODY];
        roles.extend(user.admin.then_some(BYPASS));
        roles.extend(self.others.iter().filter(|(subject, _)| has(subject)).map(|(_, role)| role));
        roles.extend(self.users.get(&user.id).into_iter().flatten());
        roles.extend(anchors.iter().filter_map(|anchor| self.departments.get(anchor)).flatten());
        let above = anchors.iter().flat_map(|anchor| upwards(parents, *anchor));
        roles.extend(above.filter_map(|department| self.below.get(&department)).flatten());
        roles.sort_unstable();
        roles.dedup();
        roles
    }
}

fn upwards(parents: &[Option<usize>], department: usize) -> impl Iterator<Item = usize> {
    iter::successors(Some(department), |department| parents[*department])
}

/// The joined levels of each set of roles.
fn joined(rows: HashMap<Vec<usize>, usize>, roles: &[Grants]) -> Vec<Vec<Parts>> {
    let mut joined = vec![vec![0; roles[EVERYBODY].parts.len()]; rows.len()];
    for (set, row) in rows {
        for role in set {
            iter::zip(&mut joined[row], &roles[role].parts).for_each(|(all, parts)| *all |= parts);
        }
    }
    joined
}

fn rules<'d>(document: &'d Document, on: &str, action: &str) -> &'d Action {
    let resources = document.schema.sections.iter().flat_map(|section| &section.resources);
    let mut actions = resources.filter(|resource| resource.name == on).flat_map(|resource| &resource.actions);
    actions.find(|found| found.name == action).expect("the requests ask for what is in the schema")
}

/// The generator writes only known words.
fn known<T>(word: &Word<T>) -> Option<&T> {
    match word {
        Word::Known(known) => Some(known),
        Word::Unknown(_) => None,
    }
}

fn parts(grant: &Word<Grant>) -> Parts {
    match known(grant) {
        Some(Grant::Level(level)) => parts_of(*level),
        _ => 0,
    }
}

fn parts_of(level: Level) -> Parts {
    if level == Level::All {
        return ALL;
    }
    let part = |part, bit| if level.includes(part) { bit } else { 0 };
    part(Level::Own, OWN)
        | part(Level::Department, DEPARTMENT)
        | part(Level::DepartmentSub, BELOW)
        | part(Level::OwnOpen, OPEN)
}
