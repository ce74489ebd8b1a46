//! The set of a scope in a normal form, to find its records in a database or in a search index.

use std::fmt::{self, Debug, Display};

use smallvec::SmallVec;

use crate::policy::org::{Org, User};
use crate::query::principal::Principal;
use crate::query::scope::Scope;
use crate::snapshot::Snapshot;
use crate::snapshot::cell::Cell;
use crate::snapshot::people::Below;
use crate::snapshot::relation::{Relation, SHARED};
use crate::snapshot::rights::grid::Column;
use crate::snapshot::rights::placed::Need;
use crate::snapshot::rights::zone::Zone;
use crate::vocabulary::facts::Facts;
use crate::vocabulary::id::{DepartmentId, GroupId, Id, UserId, VariantId, write_json_string};
use crate::vocabulary::index::{ActionIndex, CellIndex};
use crate::vocabulary::level::{DEPARTMENT, OPEN, OWN, SUB};

/// The records that one user may do one thing to, as conditions on their facts: in each [`Case`] *all of* these, each *any
/// of* those.
///
/// It describes a [`Scope`], and comes from the same bits that a check reads, so the two cannot disagree. It is the
/// shortest form for any level: no condition follows from another, and none names the department beside "department and
/// below". A requirement of the action is one more condition.
///
/// A record is in the set if its variant is in one of the cases, and it meets all conditions of that. Where the answer
/// does not depend on the variant there is one case, for any. Without a condition the set is
/// [everything](Self::is_everything); without a case it is [nothing](Self::is_nothing).
///
/// Applications whose records are in a database pass it to a `Mapping` of the feature `sql`. Those with an engine of
/// their own walk it.
///
/// Constant, whatever the size of the company; for a user with assignments in places, it grows with the departments of
/// these, and with the variants that roles name. Lists of departments and people are made only when they are read.
///
/// ```
/// use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User};
/// use orgscope::predicate::Term;
/// use orgscope::{Level, Policy, Snapshot, Subject};
///
/// let contact = ResourceType::new("contact").action(Action::new("read")).action(Action::new("update").requires("read"));
/// let document = Document::new()
///     .section(Section::new("crm").resource(contact))
///     .department(Department::new("sales"))
///     .user(User::new("ann").member_of("sales"))
///     .role(Role::new("seller", "crm", "Seller").assigned_to(Subject::Employees)
///         .grant("contact.read", Level::Department).grant("contact.update", Level::OwnOpen));
/// let snapshot = Snapshot::compile(&Policy::from_document(document)?);
/// let update = snapshot.schema().permission_named("contact.update")?;
///
/// let predicate = snapshot.principal("ann").scope(update).predicate();
/// assert_eq!(
///     predicate.to_string(),
///     "(owner is ann or open) and (owner is ann or owner in department sales or owner is department sales)"
/// );
/// let case = predicate.cases().next().expect("ann may update something");
/// let conditions: Vec<usize> = case.all_of().map(|any_of| any_of.terms().count()).collect();
/// assert_eq!(conditions, [2, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Predicate<'s> {
    pub(crate) principal: Principal<'s>,
    pub(crate) action: ActionIndex,
    /// `None` for a permission of another schema.
    resource: Option<&'s str>,
    pub(crate) cases: Cases<'s>,
}

/// The conditions of all records, each for some columns of variants. All are different.
pub(crate) type Cases<'s> = SmallVec<[Conditions<'s>; 1]>;

/// Conditions for the records of some variants.
#[derive(Clone, Debug)]
pub(crate) struct Conditions<'s> {
    pub(crate) columns: SmallVec<[Column; 2]>,
    pub(crate) clauses: Clauses<'s>,
}

/// A case of a [`Predicate`]: the conditions for the records of some variants. A record is in one case at most.
#[derive(Clone)]
pub struct Case<'s> {
    asked: Option<Asked<'s>>,
    variants: Variants<'s>,
    clauses: Clauses<'s>,
}

/// The variants that a [`Case`] is about, by the values of the records' fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variants<'s> {
    /// Whatever the variant is.
    Any,
    /// One of these values.
    In(Vec<&'s VariantId>),
    /// Any other value than these, or none.
    NotIn(Vec<&'s VariantId>),
}

/// Conditions, all of which a record must meet.
pub(crate) type Clauses<'s> = SmallVec<[Clause<'s>; 4]>;

/// A condition of a record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Clause<'s> {
    /// One of these relations, or an owner in the zone.
    Any { relations: u8, zone: Option<&'s Zone> },
    /// The principal is not an owner.
    NotOwner,
    /// It has an owner.
    Owned,
}

/// A condition of a [`Case`]: any of its terms suffices.
#[derive(Clone, Copy)]
pub struct AnyOf<'s> {
    /// `None` for a user whom the snapshot does not know; then there are no terms.
    asked: Option<Asked<'s>>,
    clause: Clause<'s>,
}

/// A way to satisfy a condition. If a record has several owners, one of them must fit.
///
/// A later version may have more. An application that evaluates terms itself makes an unknown one an error: to skip it
/// would leave records out of a list.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Term<'s> {
    /// This user owns the record.
    Owner(&'s UserId),
    /// The record has no owner. An unknown owner is still an owner.
    Unowned,
    /// A member of one of these departments owns the record.
    OwnerIn(Departments<'s>),
    /// One of these departments owns the record.
    DepartmentOwner(Departments<'s>),
    /// The record is "available to everyone".
    Open,
    /// The record is shared with one of these.
    SharedWith(Audience<'s>),
    /// This user does not own the record, whoever does. A condition of its own: the permission is denied for own records.
    NotOwner(&'s UserId),
    /// The record has an owner. A condition of its own: without one it would be everybody's own.
    Owned,
}

/// The departments that a term names: those of a user, those of a place, or both.
#[derive(Clone, Copy)]
pub struct Departments<'s> {
    asked: Asked<'s>,
    /// Whether it includes those of the user and, if so, all below them.
    own: Option<bool>,
    /// Departments where an assignment with a place reaches.
    zone: Option<&'s Zone>,
}

/// The subjects that contain a user: a record that is shared with one of them is shared with the user.
#[derive(Clone, Copy)]
pub struct Audience<'s> {
    asked: Asked<'s>,
}

/// A principal whom the snapshot knows.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'s> {
    pub(crate) snapshot: &'s Snapshot,
    pub(crate) id: &'s UserId,
    pub(crate) user: &'s User,
    /// Whether a record without an owner is everybody's own.
    pub(crate) pool: bool,
}

impl<'s, R> Scope<'s, R> {
    /// The set in its normal form. Constant, whatever the size of the company, but for the departments of places.
    pub fn predicate(&self) -> Predicate<'s> {
        let action = self.permission.action;
        let mut possible = OWN | DEPARTMENT | SUB | OPEN | SHARED;
        if !self.principal.asker.is_anchored() {
            possible &= !(DEPARTMENT | SUB);
        }
        let resource = self.principal.resource_type(action, self.permission.schema);
        let cases = resource.map_or_else(Cases::new, |_| cases(&self.principal, action, (0, possible, true)));
        Predicate { principal: self.principal, action, resource, cases }
    }
}

/// The conditions of a principal for an action: of variants with the same ones together, and none where nothing is
/// allowed.
pub(crate) fn cases<'s>(principal: &Principal<'s>, action: ActionIndex, bounds: (u8, u8, bool)) -> Cases<'s> {
    let grid = &principal.snapshot.rights.grid;
    let varied = principal.asker.cell(CellIndex::default_of(action)).is_some_and(Cell::is_varied);
    let mut cases = Cases::new();
    for column in grid.columns(action).take(if varied { usize::MAX } else { 1 }) {
        let clauses = clauses(principal, action, grid.at(action, column), bounds);
        match cases.iter_mut().find(|other| are_alike(principal, &other.clauses, &clauses)) {
            Some(same) => same.columns.push(column),
            None => cases.push(Conditions { columns: SmallVec::from_iter([column]), clauses }),
        }
    }
    let is_everything = cases.len() == 1;
    cases.retain(|case| !case.clauses.iter().any(Clause::is_nothing));
    if let [all] = &mut cases[..]
        && is_everything
    {
        all.columns.clear();
    }
    cases
}

/// Whether conditions mean the same: departments of the user and those of a place may be the same ones.
fn are_alike<'s>(principal: &Principal<'s>, one: &Clauses<'s>, other: &Clauses<'s>) -> bool {
    let meanings = |clauses: &Clauses<'s>| -> SmallVec<[(Clause<'s>, Ranges); 4]> {
        clauses.iter().map(|clause| meaning(principal, *clause)).collect()
    };
    let has_zone = |clause: &Clause<'_>| matches!(clause, Clause::Any { zone: Some(_), .. });
    one == other
        || (one.len() == other.len() && one.iter().chain(other).any(has_zone) && {
            let (one, other) = (meanings(one), meanings(other));
            one.iter().all(|each| other.contains(each)) && other.iter().all(|each| one.contains(each))
        })
}

/// A condition apart from departments, and all departments that it names.
fn meaning<'s>(principal: &Principal<'s>, clause: Clause<'s>) -> (Clause<'s>, Ranges) {
    let Clause::Any { relations, zone } = clause else { return (clause, Ranges::new()) };
    let mut ranges = of_user(principal, relations);
    ranges.extend(zone.into_iter().flat_map(|zone| zone.ranges().iter().copied()));
    (Clause::Any { relations: relations & !(DEPARTMENT | SUB), zone: None }, Below::outermost(ranges))
}

/// The departments of the user that these relations reach.
fn of_user(principal: &Principal<'_>, relations: u8) -> Ranges {
    let (with_below, any) = (relations & SUB != 0, relations & (DEPARTMENT | SUB) != 0);
    let people = &principal.snapshot.people;
    let ranges = principal.anchors().filter(|_| any).map(|anchor| people.below(anchor));
    Below::outermost(ranges.map(|below| if with_below { below } else { Below { count: 1, ..below } }).collect())
}

/// The shortest conditions that together describe what a principal may do by one of their cells: for records that have all
/// `certain` relations and only `possible` ones, and that have owners in departments only if that is said.
///
/// With assignments that have a place there is a condition for each need: what its cell `here` says, or an owner in its
/// zone. If own records are excepted, they are not considered further.
fn clauses<'s>(
    principal: &Principal<'s>,
    action: ActionIndex,
    at: CellIndex,
    (certain, possible, in_departments): (u8, u8, bool),
) -> Clauses<'s> {
    let snapshot = principal.snapshot;
    let nothing = || Clauses::from_slice(&[Clause::Any { relations: 0, zone: None }]);
    let cell = principal.asker.cell(at).unwrap_or(Cell::NONE);
    let excepts_own = !cell.is_nothing() && snapshot.schema().needed_except_own(action);
    if excepts_own && certain & OWN != 0 {
        return nothing();
    }
    let others = if excepts_own { possible & !OWN } else { possible };
    let needs = principal.asker.row.placed().filter(|_| cell.is_placed()).map_or(&[][..], |placed| placed.needs(at));
    let mut clauses = match needs {
        [] => gaps(cell, certain, others).into_iter().map(|relations| Clause::Any { relations, zone: None }).collect(),
        needs => in_places(principal, needs, (certain, others, in_departments)),
    };
    if clauses.iter().any(Clause::is_nothing) {
        return nothing();
    }
    if excepts_own && possible & OWN != 0 {
        clauses.push(Clause::NotOwner);
        if snapshot.rights.is_pool(action) {
            clauses.push(Clause::Owned);
        }
    }
    clauses
}

/// The conditions of needs. None follows from another, and none names departments twice.
fn in_places<'s>(
    principal: &Principal<'s>,
    needs: &'s [Need],
    (certain, possible, in_departments): (u8, u8, bool),
) -> Clauses<'s> {
    // Each with all departments that it names.
    let mut found: Vec<(u8, Option<&Zone>, Ranges)> = Vec::new();
    for need in needs {
        let zone = Some(&need.zone).filter(|zone| in_departments && !zone.is_empty());
        for relations in gaps(need.here, certain, possible) {
            let own = of_user(principal, relations);
            found.push(match zone {
                Some(zone) if !Below::all_covered(&own, zone.ranges()) => {
                    let relations = if Below::all_covered(zone.ranges(), &own) {
                        relations & !(DEPARTMENT | SUB)
                    } else {
                        relations
                    };
                    let all = own.iter().chain(zone.ranges()).copied().collect();
                    (relations, Some(zone), Below::outermost(all))
                }
                _ => (relations, None, own),
            });
        }
    }
    let implies = |one: usize, other: usize| {
        let ((relations, _, departments), (more, _, wider)) = (&found[one], &found[other]);
        relations & !(DEPARTMENT | SUB) & !more == 0 && Below::all_covered(wider, departments)
    };
    // Of two that say the same, the first stays.
    let is_needed =
        |one: &usize| !(0..found.len()).any(|by| by != *one && implies(by, *one) && (by < *one || !implies(*one, by)));
    let needed = (0..found.len()).filter(is_needed);
    needed.map(|one| Clause::Any { relations: found[one].0, zone: found[one].1 }).collect()
}

type Ranges = SmallVec<[Below; 2]>;

impl Clause<'_> {
    fn is_nothing(&self) -> bool {
        matches!(self, Self::Any { relations: 0, zone: None })
    }
}

/// Sets of relations such that a cell admits a record exactly if the record has one of each set: the fewest and smallest
/// sets, for records that have all `certain` relations and only `possible` ones.
///
/// Apart from own records, which may be excepted, a cell is monotone: an additional relation never takes access away. So
/// a record is denied exactly if its relations are a subset of a maximal denied set. This gives one set for each of
/// these: all the relations that it lacks. All are needed, and none can be smaller.
///
/// For the cell of `department`, without shares, the relations `own` and `department` are each enough. The only maximal
/// denied set is {`sub`, `open`, `shared`}, and the condition is "`own` or `department`".
fn gaps(cell: Cell, certain: u8, possible: u8) -> SmallVec<[u8; 4]> {
    // A member of the department is a member of "department or below", so `DEPARTMENT` implies `SUB`.
    let can_be =
        |bits: u8| bits & certain == certain && bits & !possible == 0 && (bits & DEPARTMENT == 0 || bits & SUB != 0);
    let gaps: SmallVec<[u8; 24]> = Relation::each()
        .filter(|relation| !cell.admits(*relation))
        .map(Relation::bits)
        .filter(|bits| can_be(*bits))
        .collect();
    let is_below_another = |gap: u8| gaps.iter().any(|other| *other != gap && other & gap == gap);
    let widest = gaps.iter().filter(|gap| !is_below_another(**gap));
    widest.map(|gap| without_implied(possible & !gap)).collect()
}

/// A condition that names "department and below" need not name the department.
fn without_implied(relations: u8) -> u8 {
    if relations & SUB == 0 { relations } else { relations & !DEPARTMENT }
}

impl<'s> Predicate<'s> {
    /// The resource type of the records, or `None` if the permission is of another schema: then the set is
    /// [nothing](Self::is_nothing).
    pub fn resource(&self) -> Option<&'s str> {
        self.resource
    }

    /// Whether no record is in the set.
    pub fn is_nothing(&self) -> bool {
        self.cases.is_empty()
    }

    /// Whether every record of the type is in the set.
    pub fn is_everything(&self) -> bool {
        matches!(&self.cases[..], [all] if all.columns.is_empty() && all.clauses.is_empty())
    }

    /// The cases, any of which suffices. For everything there is one without conditions; for nothing there is none.
    pub fn cases(&self) -> impl Iterator<Item = Case<'s>> {
        let asked = self.asked();
        self.cases.iter().map(move |case| Case {
            asked,
            variants: self.principal.variants(self.action, &case.columns),
            clauses: case.clauses.clone(),
        })
    }

    /// Whether a record of the right type with these facts is in the set: the answer of
    /// [`Scope::contains`](crate::Scope::contains), by way of the conditions.
    pub fn matches(&self, facts: &Facts<'_>) -> bool {
        let met = self.principal.relation(self.action, facts).bits();
        let column = self.principal.snapshot.rights.grid.column(self.action, facts.variant);
        let case = self.cases.iter().find(|case| case.columns.is_empty() || case.columns.contains(&column));
        case.is_some_and(|case| {
            case.clauses.iter().all(|clause| match clause {
                Clause::Any { relations, zone } => {
                    relations & met != 0 || zone.is_some_and(|zone| self.principal.is_within(zone, facts))
                }
                // In a pool, a record without owner is everybody's own.
                Clause::NotOwner | Clause::Owned => met & OWN == 0,
            })
        })
    }

    /// The principal, if the snapshot knows them.
    pub(crate) fn asked(&self) -> Option<Asked<'s>> {
        let (snapshot, id) = (self.principal.snapshot, self.principal.id()?);
        let user = snapshot.policy().org.users().get(id)?;
        Some(Asked { snapshot, id, user, pool: snapshot.rights.is_pool(self.action) })
    }
}

impl<'s> Principal<'s> {
    /// The variants of these columns of an action, or any if none are given.
    pub(crate) fn variants(&self, action: ActionIndex, columns: &[Column]) -> Variants<'s> {
        let (grid, schema) = (&self.snapshot.rights.grid, self.snapshot.schema());
        let values = |is_meant: &dyn Fn(Column) -> bool| {
            let columns = grid.columns(action).filter(|column| column.is_some() && is_meant(*column));
            let variants = columns.filter_map(|column| grid.variant(action, column));
            let mut values: Vec<&VariantId> = variants.flat_map(|variant| &schema.variant(variant).values).collect();
            values.sort_unstable();
            values
        };
        if columns.is_empty() {
            Variants::Any
        } else if columns.contains(&None) {
            Variants::NotIn(values(&|column| !columns.contains(&column)))
        } else {
            Variants::In(values(&|column| columns.contains(&column)))
        }
    }
}

impl<'s> Case<'s> {
    /// The variants that it is about.
    pub fn variants(&self) -> &Variants<'s> {
        &self.variants
    }

    /// The conditions, all of which must hold.
    pub fn all_of(&self) -> impl Iterator<Item = AnyOf<'s>> {
        let asked = self.asked;
        let clauses = self.clauses.clone().into_iter();
        clauses.map(move |clause| AnyOf { asked, clause })
    }
}

impl<'s> AnyOf<'s> {
    /// The terms, any of which suffices.
    pub fn terms(&self) -> impl Iterator<Item = Term<'s>> {
        let (relations, zone) = match self.clause {
            Clause::Any { relations, zone } => (relations, zone),
            Clause::NotOwner | Clause::Owned => (0, None),
        };
        let has = move |part: u8| relations & part != 0;
        let clause = self.clause;
        self.asked.into_iter().flat_map(move |asked| {
            let departments = Departments::new(asked, relations, zone);
            let terms = [
                has(OWN).then_some(Term::Owner(asked.id)),
                (has(OWN) && asked.pool).then_some(Term::Unowned),
                departments.map(Term::OwnerIn),
                departments.map(Term::DepartmentOwner),
                has(OPEN).then_some(Term::Open),
                has(SHARED).then_some(Term::SharedWith(Audience { asked })),
                matches!(clause, Clause::NotOwner).then_some(Term::NotOwner(asked.id)),
                matches!(clause, Clause::Owned).then_some(Term::Owned),
            ];
            terms.into_iter().flatten()
        })
    }
}

impl<'s> Departments<'s> {
    /// The departments that these relations and this zone name, if they name any.
    pub(crate) fn new(asked: Asked<'s>, relations: u8, zone: Option<&'s Zone>) -> Option<Self> {
        let own = (relations & (DEPARTMENT | SUB) != 0).then_some(relations & SUB != 0);
        (own.is_some() || zone.is_some()).then_some(Self { asked, own, zone })
    }

    /// The departments at the top, each with whether all below it are included: those where the user is a member, head or
    /// deputy, in canonical order, and then those of places.
    pub fn roots(&self) -> impl Iterator<Item = (&'s DepartmentId, bool)> {
        let Asked { snapshot, .. } = self.asked;
        let own = self.own.map(|with_below| self.asked.anchors().into_iter().map(move |anchor| (anchor, with_below)));
        let zone = self.zone.into_iter().flat_map(Zone::ranges).filter_map(move |range| {
            let first = snapshot.people.tree().within(*range).first()?;
            Some((org(snapshot).department_id(*first), range.count > 1))
        });
        own.into_iter().flatten().chain(zone)
    }

    /// All included departments, each once. Linear in them.
    pub fn each(&self) -> impl Iterator<Item = &'s DepartmentId> {
        let Asked { snapshot, .. } = self.asked;
        let departments: Vec<&DepartmentId> = if self.are_anchors() {
            self.asked.anchors().into_iter().collect()
        } else {
            let ranges = self.ranges().into_iter();
            let slots = ranges.flat_map(|these| snapshot.people.tree().within(these));
            slots.map(|slot| org(snapshot).department_id(*slot)).collect()
        };
        departments.into_iter()
    }

    /// The members of all included departments, in canonical order. Linear in the users of the company.
    pub fn members(&self) -> impl Iterator<Item = &'s UserId> {
        let Asked { snapshot, .. } = self.asked;
        let ranges = self.ranges();
        let is_meant = move |department| Below::any_contains(&ranges, snapshot.people.number(department));
        let users = org(snapshot).users().iter();
        users.filter(move |(_, user)| user.departments().any(&is_meant)).map(|(id, _)| id)
    }

    /// Whether these are just the departments of the user, without those below.
    pub(crate) fn are_anchors(&self) -> bool {
        self.own == Some(false) && self.zone.is_none()
    }

    /// Whether the departments of the user are among them.
    #[cfg(feature = "sql")]
    pub(crate) fn include_anchors(&self) -> bool {
        self.own.is_some()
    }

    /// The numbers of all included departments, without ranges that lie within another.
    pub(crate) fn ranges(&self) -> SmallVec<[Below; 2]> {
        let own = self.own.map(|with_below| self.asked.ranges(with_below)).into_iter().flatten();
        Below::outermost(own.chain(self.zone.into_iter().flat_map(Zone::ranges).copied()).collect())
    }
}

impl<'s> Audience<'s> {
    #[cfg(feature = "sql")]
    pub(crate) fn new(asked: Asked<'s>) -> Self {
        Self { asked }
    }

    /// The user.
    pub fn user(&self) -> &'s UserId {
        self.asked.id
    }

    /// The departments that contain the user as a member, head or deputy, in canonical order.
    pub fn departments(&self) -> impl Iterator<Item = &'s DepartmentId> {
        self.asked.anchors().into_iter()
    }

    /// The departments and all above them, each once: sharing with a department and those below reaches the user
    /// through any of these.
    pub fn departments_and_above(&self) -> impl Iterator<Item = &'s DepartmentId> {
        let org = org(self.asked.snapshot);
        let mut departments: Vec<&DepartmentId> = Vec::new();
        for anchor in self.asked.user.anchors() {
            departments.extend(org.with_those_above(anchor).map(|department| org.department_id(department)));
        }
        departments.sort_unstable();
        departments.dedup();
        departments.into_iter()
    }

    /// The groups of the user, in canonical order.
    pub fn groups(&self) -> impl Iterator<Item = &'s GroupId> {
        org(self.asked.snapshot).groups_of(self.asked.user)
    }
}

fn org(snapshot: &Snapshot) -> &Org {
    &snapshot.policy().org
}

impl<'s> Asked<'s> {
    /// The departments where the user is a member, head or deputy, each once, in canonical order.
    pub(crate) fn anchors(&self) -> SmallVec<[&'s DepartmentId; 2]> {
        let org = org(self.snapshot);
        self.user.anchors().map(|anchor| org.department_id(anchor)).collect()
    }

    /// The numbers of these departments, and of all below them if that is said.
    fn ranges(&self, with_below: bool) -> impl Iterator<Item = Below> {
        let below = self.user.anchors().map(|anchor| self.snapshot.people.below(anchor));
        below.map(move |below| if with_below { below } else { Below { count: 1, ..below } })
    }
}

/// Writes `everything`, `nothing`, or the cases.
impl Display for Predicate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_nothing() {
            return f.write_str("nothing");
        }
        for (nth, case) in self.cases().enumerate() {
            if nth > 0 {
                f.write_str(" or ")?;
            }
            if self.cases.len() > 1 { write!(f, "({case})")? } else { write!(f, "{case}")? }
        }
        Ok(())
    }
}

/// Writes `everything`, or the variants and the conditions.
impl Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_any = self.variants == Variants::Any;
        match (is_any, &self.clauses[..]) {
            (true, []) => return f.write_str("everything"),
            (true, _) => {}
            (false, []) => return write!(f, "{}", self.variants),
            (false, _) => write!(f, "{} and ", self.variants)?,
        }
        for (nth, any_of) in self.all_of().enumerate() {
            if nth > 0 {
                f.write_str(" and ")?;
            }
            if (self.clauses.len() > 1 || !is_any) && any_of.terms().nth(1).is_some() {
                write!(f, "({any_of})")?;
            } else {
                write!(f, "{any_of}")?;
            }
        }
        Ok(())
    }
}

impl Display for Variants<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, values) = match self {
            Self::Any => return f.write_str("any variant"),
            Self::In(values) => ("variant in", values),
            Self::NotIn(values) => ("variant not in", values),
        };
        for (nth, value) in values.iter().enumerate() {
            let before = if nth == 0 { format!("{verb} (") } else { ", ".to_owned() };
            write!(f, "{before}{}", Word(value))?;
        }
        f.write_str(")")
    }
}

impl Display for AnyOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, term) in self.terms().enumerate() {
            if nth > 0 {
                f.write_str(" or ")?;
            }
            write!(f, "{term}")?;
        }
        Ok(())
    }
}

impl Display for Term<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner(user) => write!(f, "owner is {}", Word(user)),
            Self::Unowned => f.write_str("no owner"),
            Self::OwnerIn(departments) => write!(f, "owner in {departments}"),
            Self::DepartmentOwner(departments) => write!(f, "owner is {departments}"),
            Self::Open => f.write_str("open"),
            Self::SharedWith(audience) => write!(f, "shared with {audience}"),
            Self::NotOwner(user) => write!(f, "owner is not {}", Word(user)),
            Self::Owned => f.write_str("some owner"),
        }
    }
}

impl Display for Departments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (root, with_below)) in self.roots().enumerate() {
            f.write_str(if nth > 0 { " or department " } else { "department " })?;
            write!(f, "{}", Word(root))?;
            f.write_str(if with_below { " or below" } else { "" })?;
        }
        Ok(())
    }
}

/// Writes the user only; the subjects that contain them are implied.
impl Display for Audience<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Word(self.asked.id))
    }
}

/// Writes an id within a sentence: in quotes, unless it is one word without brackets.
struct Word<'i, Kind>(&'i Id<Kind>);

impl<Kind> Display for Word<'_, Kind> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.0.to_string();
        let is_word = id.starts_with('"') || !id.contains(|each: char| each.is_whitespace() || "()".contains(each));
        if is_word { f.write_str(&id) } else { write_json_string(f, &id) }
    }
}

impl Debug for Predicate<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Predicate({self})")
    }
}

impl Debug for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Case({self})")
    }
}

impl Debug for AnyOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AnyOf({self})")
    }
}

impl Debug for Departments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Departments({self})")
    }
}

impl Debug for Audience<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Audience({self})")
    }
}
