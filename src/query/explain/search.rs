//! The search for repairs. Arithmetic on levels and relations finds the changes that suffice; only those are tried.
//!
//! No change in the search takes anything away from the user, so two changes together do what each of them does. And a
//! union of levels reaches what one of them reaches: two raises of one permission never help if neither does.

use std::collections::{HashMap, HashSet};

use crate::policy::Policy;
use crate::policy::assignment::Assignment;
use crate::policy::org::User;
use crate::policy::role::Role;
use crate::policy::schema::Action;
use crate::query::explain::Asked;
use crate::query::explain::grounds::reach_from;
use crate::query::explain::record::{homes, homes_of};
use crate::query::principal::Principal;
use crate::snapshot::cell::Cell;
use crate::snapshot::relation::Relation;
use crate::snapshot::rights::zone::Zone;
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId};
use crate::vocabulary::index::{ActionIndex, Case, DepartmentSlot, SectionIndex};
use crate::vocabulary::level::{DEPARTMENT, Level, OPEN, OWN, SUB};
use crate::vocabulary::place::Place;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::{Share, ShareRef, Subject};

/// The most changes with the same effect that are combined in pairs.
const ALIKE: usize = 8;
/// The most changes that are considered as a way to a role that is then raised.
const CARRIERS: usize = 256;
/// The most departments of a record in which a role is offered.
const HOMES: usize = 4;

/// One change that may help the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Move<'a> {
    Activate,
    Share,
    Reassign,
    Open,
    Raise {
        role: &'a RoleId,
        case: Case,
        to: Level,
    },
    Assign(&'a RoleId),
    /// Assign it in a department alone.
    AssignIn(&'a RoleId, &'a DepartmentId),
    JoinDepartment(&'a DepartmentId),
    JoinGroup(&'a GroupId),
}

/// Moves that suffice together.
#[derive(Clone, Debug)]
pub(super) struct Enough<'a> {
    pub(super) moves: Vec<Move<'a>>,
    /// A guess at the number of rights that it widens, by which the candidates to try are chosen.
    pub(super) weight: usize,
}

/// The candidates found, and whether these are all.
#[derive(Debug, Default)]
pub(super) struct Options<'a> {
    pub(super) found: Vec<Enough<'a>>,
    pub(super) is_cut: bool,
}

/// The effect of a move for the user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Gain {
    /// Parts of a level that the record then satisfies.
    parts: u8,
    shared: bool,
    /// The levels that roles bring, for each denied permission; empty if they bring none.
    levels: Vec<Level>,
}

impl Gain {
    fn of(parts: u8) -> Self {
        Self { parts, ..Self::default() }
    }

    fn of_share() -> Self {
        Self { shared: true, ..Self::default() }
    }

    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    fn level(&self, place: usize) -> Level {
        self.levels.get(place).copied().unwrap_or(Level::Deny)
    }

    fn add(&mut self, other: &Self) {
        self.parts |= other.parts;
        self.shared |= other.shared;
        self.levels.resize(self.levels.len().max(other.levels.len()), Level::Deny);
        for (level, more) in self.levels.iter_mut().zip(&other.levels) {
            *level = level.join(*more);
        }
    }
}

/// The effect of joining a department or group.
#[derive(Clone, Debug, Default)]
struct Brought {
    gain: Gain,
    /// Whether it may bring a role that can be raised, or a place from which a higher level suffices.
    carries: bool,
    weight: usize,
}

impl Brought {
    /// A place from which a higher level may suffice.
    fn near(gain: Gain) -> Self {
        Self { gain, carries: true, weight: 0 }
    }

    fn add(&mut self, other: &Self) {
        self.gain.add(&other.gain);
        self.carries |= other.carries;
        self.weight += other.weight;
    }
}

/// A move that is not a raise, with its effect.
#[derive(Debug)]
struct Offer<'a> {
    what: Move<'a>,
    gain: Gain,
    weight: usize,
    carries: bool,
}

/// A permission that is denied by itself, not by a requirement.
struct Denied<'a> {
    case: Case,
    level: Level,
    rules: &'a Action,
}

pub(super) struct Search<'a> {
    asked: Asked<'a>,
    principal: Principal<'a>,
    user: &'a User,
    section: SectionIndex,
    denied: Vec<Denied<'a>>,
    relation: Relation,
    /// The departments that the record belongs to.
    homes: Vec<DepartmentSlot>,
    /// Every subject that contains the user.
    subjects: HashSet<Subject>,
    /// The roles that the user has.
    held: HashSet<&'a RoleId>,
    offers: Vec<Offer<'a>>,
}

impl<'a> Search<'a> {
    /// Prepares the search. `None` for an unknown user.
    pub(super) fn new(asked: Asked<'a>) -> Option<Self> {
        let Asked { snapshot, user: id, action, facts } = asked;
        let policy = snapshot.policy();
        let user = policy.org.users().get(id)?;
        let principal = snapshot.principal(id);
        let relation = facts.map_or(Relation::default(), |facts| principal.relation(action, facts));
        let needed = policy.schema.needed(action).into_iter();
        let is_within = |zone: &Zone| facts.is_some_and(|facts| principal.is_within(zone, facts));
        // The variant even if no role has a level for it yet: to raise that alone widens the least.
        let variant = facts.and_then(|facts| policy.schema.variant_with(action, facts.variant?));
        let needed = needed.map(|action| Case::new(action, variant.filter(|_| !policy.schema.action(action).toggle)));
        let denied = needed.filter(|case| !principal.admits_alone(*case, relation, is_within));
        let denied = denied.map(|case| Denied {
            case,
            level: principal.level_outside_zones(case),
            rules: policy.schema.action(case.action),
        });
        let denied = denied.collect();
        let subjects: HashSet<Subject> = policy.org.subjects_of(id).collect();
        let mut search = Self {
            asked,
            principal,
            user,
            section: policy.schema.resource_of(action).section,
            denied,
            relation,
            homes: facts.map_or_else(Vec::new, |facts| homes_of(policy, facts)),
            held: given_to(policy, &subjects),
            subjects,
            offers: Vec::new(),
        };
        if facts.is_some() {
            search.offer(Move::Share, Gain::of_share(), 0, false);
            search.offer(Move::Reassign, Gain::of(OWN), 0, false);
            search.offer(Move::Open, Gain::of(OPEN), 0, false);
        }
        search.offer_roles();
        search.offer_departments();
        search.offer_groups();
        Some(search)
    }

    fn offer(&mut self, what: Move<'a>, gain: Gain, weight: usize, carries: bool) {
        self.offers.push(Offer { what, gain, weight, carries });
    }

    // Offers.

    /// The roles of the section, locked ones included: a user who joins a department gets those as well.
    fn roles(&self) -> impl Iterator<Item = (&'a RoleId, &'a Role)> + use<'a> {
        let section = self.section;
        let roles = self.asked.snapshot.policy().roles.iter().map(|(id, role)| (id, &**role));
        roles.filter(move |(_, role)| role.section == section)
    }

    fn is_held(&self, role: &RoleId) -> bool {
        self.held.contains(role)
    }

    /// The part of a level for an action that counts for the record, by an assignment to a subject that the user is in, or
    /// would be: in a place that the record is in, everything is reached.
    fn counts(&self, action: ActionIndex, level: Level, to: &Assignment) -> Level {
        let Some(place) = &to.place else { return level };
        let policy = self.asked.snapshot.policy();
        let level = policy.schema.level_in_place(action, level);
        let place = match (place, &to.subject) {
            // A user who joins the department is then in it.
            (Place::Subject, Subject::Department(id) | Subject::DepartmentSub(id))
                if !self.subjects.contains(&to.subject) =>
            {
                policy.org.department(id).into_iter().collect()
            }
            _ => policy.org.departments_of(place, &to.subject, self.user),
        };
        match reach_from(policy, place, &self.homes) {
            Some(needed) if level.includes(needed) => Level::All,
            _ => level.without_departments(),
        }
    }

    /// The gain of a role for the user by an assignment.
    fn gain_of(&self, role: &Role, to: &Assignment) -> Gain {
        let levels = self.denied.iter().map(|denied| self.counts(denied.case.action, role.level(denied.case), to));
        let levels: Vec<Level> = levels.collect();
        let brings = levels.iter().any(|level| *level != Level::Deny);
        Gain { levels: if brings { levels } else { Vec::new() }, ..Gain::default() }
    }

    /// The effect of a role that comes with joining something.
    fn brought_by(&self, role: &Role, to: &Assignment) -> Brought {
        Brought { gain: self.gain_of(role, to), carries: !role.locked, weight: self.cells_above(role) }
    }

    /// The number of cells of a role that exceed the user's levels.
    fn cells_above(&self, role: &Role) -> usize {
        let has = |case: &Case| self.principal.asker.row.level(self.principal.cell_in(*case));
        role.grants.iter().filter(|(case, level)| !has(case).includes(**level)).count()
    }

    fn offer_roles(&mut self) {
        let org = &self.asked.snapshot.policy().org;
        let mut homes: Vec<&DepartmentId> = self.homes.iter().map(|home| org.department_id(*home)).collect();
        homes.sort_unstable();
        homes.dedup();
        homes.truncate(HOMES);
        let to_user = Assignment::from(Subject::User(self.asked.user.clone()));
        for (id, role) in self.roles().filter(|(_, role)| !role.locked) {
            // The narrower first: of changes that widen the same number of rights, the first is reported first.
            for home in &homes {
                let to = Assignment { place: Some(Place::departments([(*home).clone()])), ..to_user.clone() };
                let gain = self.gain_of(role, &to);
                if gain.levels.contains(&Level::All) && !role.assigned_to.contains(&to) {
                    self.offer(Move::AssignIn(id, home), gain, self.cells_above(role), false);
                }
            }
            if !self.is_held(id) {
                self.offer(Move::Assign(id), self.gain_of(role, &to_user), self.cells_above(role), true);
            }
        }
    }

    fn offer_groups(&mut self) {
        let mut brought: HashMap<GroupId, Brought> = HashMap::new();
        for share in self.shares() {
            if let Share::Group(id) = share {
                brought.entry((*id).into()).or_default().add(&Brought::near(Gain::of_share()));
            }
        }
        for (_, role) in self.roles() {
            for to in role.assigned_to.iter() {
                if let Subject::Group(id) = &to.subject {
                    brought.entry(id.clone()).or_default().add(&self.brought_by(role, to));
                }
            }
        }
        for (id, group) in self.asked.snapshot.policy().org.groups().iter() {
            if !group.members.contains(self.asked.user)
                && let Some(Brought { gain, carries, weight }) = brought.remove(id)
            {
                self.offer(Move::JoinGroup(id), gain, 1 + weight, carries);
            }
        }
    }

    fn shares(&self) -> &'a [ShareRef<'a>] {
        self.asked.facts.map_or(&[], |facts| facts.shared_with.as_slice())
    }

    /// Joining a department brings records of its members nearer, and brings its roles and what is shared with it.
    fn offer_departments(&mut self) {
        let policy = self.asked.snapshot.policy();
        let org = &policy.org;
        // By department: the effect of joining exactly it, and that of joining it or one below it.
        let mut here: HashMap<DepartmentSlot, Brought> = HashMap::new();
        let mut below: HashMap<DepartmentSlot, Brought> = HashMap::new();
        for owner in self.asked.facts.into_iter().flat_map(|facts| facts.owners.as_slice()) {
            for home in homes(policy, owner) {
                here.entry(home).or_default().add(&Brought::near(Gain::of(DEPARTMENT | SUB)));
                for above in org.with_those_above(home).skip(1) {
                    here.entry(above).or_default().add(&Brought::near(Gain::of(SUB)));
                }
            }
        }
        for share in self.shares() {
            let (to, id) = match share {
                Share::Department(id) => (&mut here, id),
                Share::DepartmentSub(id) => (&mut below, id),
                Share::User(_) | Share::Group(_) => continue,
            };
            if let Some(department) = org.department(&(*id).into()) {
                to.entry(department).or_default().add(&Brought::near(Gain::of_share()));
            }
        }
        let mut everywhere = Brought::default();
        for (_, role) in self.roles().filter(|(id, role)| !self.is_held(id) || role.has_place()) {
            for assignment in role.assigned_to.iter() {
                let brought = || self.brought_by(role, assignment);
                let (to, id) = match &assignment.subject {
                    Subject::Department(id) => (&mut here, id),
                    Subject::DepartmentSub(id) => (&mut below, id),
                    Subject::Employees => {
                        everywhere.add(&brought());
                        continue;
                    }
                    _ => continue,
                };
                if let Some(department) = org.department(id) {
                    to.entry(department).or_default().add(&brought());
                }
            }
        }
        // Downwards, so that each department inherits from those above it. What every department carries is considered
        // for one of them only.
        let mut is_carrier = std::mem::take(&mut everywhere.carries);
        let mut inherited = vec![everywhere];
        let mut waiting: Vec<(DepartmentSlot, usize)> = org.roots().map(|root| (root, 0)).collect();
        let mut gains: HashMap<DepartmentSlot, Brought> = HashMap::new();
        while let Some((department, above)) = waiting.pop() {
            let mut place = above;
            if let Some(more) = below.get(&department) {
                let mut brought = Brought { carries: false, ..inherited[above].clone() };
                brought.add(more);
                place = inherited.len();
                inherited.push(brought);
            }
            waiting.extend(org.children(department).map(|child| (child, place)));
            let mut brought = inherited[place].clone();
            // Below the department that carries a role, other departments add nothing to it.
            brought.carries &= place != above;
            brought.carries |= std::mem::take(&mut is_carrier);
            if let Some(more) = here.get(&department) {
                brought.add(more);
            }
            if brought.carries || !brought.gain.is_nothing() {
                gains.insert(department, brought);
            }
        }
        for (id, department) in org.departments() {
            if !self.user.anchors.have(department, Post::Member)
                && let Some(Brought { gain, carries, weight }) = gains.remove(&department)
            {
                // The people above also get to reach the user's records.
                self.offer(Move::JoinDepartment(id), gain, 4 + weight, carries);
            }
        }
    }

    // Sufficient moves.

    /// The indexes of permissions that are still denied after some gains; at most two are listed.
    fn short_of(&self, gains: &[&Gain]) -> Vec<usize> {
        let relation = self.relation_after(gains);
        let is_short = |(place, denied): (usize, &Denied)| {
            let level = gains.iter().fold(denied.level, |level, gain| level.join(gain.level(place)));
            (!Cell::of(level, denied.rules).admits(relation)).then_some(place)
        };
        self.denied.iter().enumerate().filter_map(is_short).take(2).collect()
    }

    fn relation_after(&self, gains: &[&Gain]) -> Relation {
        let parts = gains.iter().fold(self.relation.parts(), |parts, gain| parts | gain.parts);
        Relation::of(parts, self.relation.is_shared() || gains.iter().any(|gain| gain.shared))
    }

    /// The smallest raises of a role that make a denied permission admit the record after some gains.
    fn raises(&self, id: &'a RoleId, role: &Role, place: usize, gains: &[&Gain]) -> Vec<Move<'a>> {
        let schema = &self.asked.snapshot.policy().schema;
        let Denied { case, level, rules } = self.denied[place];
        let (action, relation) = (case.action, self.relation_after(gains));
        let now = role.level(case);
        // By the assignments that the user is in; if they are in none yet, by one without a place.
        let mine: Vec<&Assignment> = role.assigned_to.iter().filter(|to| self.subjects.contains(&to.subject)).collect();
        let by = |to: Level| match &mine[..] {
            [] => to,
            mine => mine.iter().fold(Level::Deny, |level, each| level.join(self.counts(action, to, each))),
        };
        let enough = |to: &Level| {
            *to > now
                && Cell::of(level.join(by(*to)), rules).admits(relation)
                && schema.level_of(action, schema.grant_of(action, *to)).is_ok()
        };
        let mut least: Vec<Level> = Vec::new();
        // Each level comes after those that it includes.
        for to in Level::EACH.into_iter().filter(enough) {
            if !least.iter().any(|less| to.includes(*less)) {
                least.push(to);
            }
        }
        least.into_iter().map(|to| Move::Raise { role: id, case, to }).collect()
    }

    /// An estimate of the number of people who have a role.
    fn holders(&self, role: &Role) -> usize {
        let snapshot = self.asked.snapshot;
        let count = |subject: &Subject| match subject {
            Subject::User(_) => 1,
            subject => snapshot.people.source(subject).map_or(0, |source| snapshot.people.work_of(&source)),
        };
        role.assigned_to.iter().map(|to| count(&to.subject)).sum()
    }

    /// The unlocked roles that the user has.
    fn held(&self) -> Vec<(&'a RoleId, &'a Role)> {
        self.roles().filter(|(id, role)| !role.locked && self.is_held(id)).collect()
    }

    /// Single moves that suffice.
    pub(super) fn singles(&self) -> Options<'a> {
        let mut options = Options::default();
        let offers = self.offers.iter().filter(|offer| self.short_of(&[&offer.gain]).is_empty());
        options.found.extend(offers.map(|offer| Enough { moves: vec![offer.what], weight: offer.weight }));
        if let [place] = self.short_of(&[])[..] {
            for (id, role) in self.held() {
                let weight = self.holders(role);
                let raises = self.raises(id, role, place, &[]).into_iter();
                options.found.extend(raises.map(|raise| Enough { moves: vec![raise], weight }));
            }
        }
        options
    }

    /// Pairs of moves that suffice, if no single one does.
    pub(super) fn pairs(&self) -> Options<'a> {
        let mut options = Options::default();
        self.pairs_of_offers(&mut options);
        self.carriers(&mut options);
        if let [one, other] = self.short_of(&[])[..]
            && self.denied.len() == 2
        {
            let raised = |place: usize| {
                let raises = self.held().into_iter();
                raises.flat_map(move |(id, role)| {
                    let weight = self.holders(role);
                    self.raises(id, role, place, &[]).into_iter().map(move |raise| (raise, weight))
                })
            };
            let others: Vec<_> = raised(other).collect();
            for (raise, weight) in raised(one) {
                let pairs = others.iter();
                options
                    .found
                    .extend(pairs.map(|(other, more)| Enough { moves: vec![raise, *other], weight: weight + more }));
            }
        }
        options
    }

    /// Pairs without a raise.
    fn pairs_of_offers(&self, options: &mut Options<'a>) {
        let mut alike: HashMap<(std::mem::Discriminant<Move<'_>>, &Gain), usize> = HashMap::new();
        let mut offers: Vec<&Offer<'a>> = Vec::new();
        for offer in self.offers.iter().filter(|offer| !offer.gain.is_nothing()) {
            let count = alike.entry((std::mem::discriminant(&offer.what), &offer.gain)).or_default();
            *count += 1;
            if *count <= ALIKE {
                offers.push(offer);
            } else {
                options.is_cut = true;
            }
        }
        for (o, one) in offers.iter().enumerate() {
            for other in &offers[o + 1..] {
                if self.short_of(&[&one.gain, &other.gain]).is_empty() {
                    options.found.push(Enough { moves: vec![one.what, other.what], weight: one.weight + other.weight });
                }
            }
        }
    }

    /// Pairs of a move and a raise of a role that the user has, or gets by the move.
    fn carriers(&self, options: &mut Options<'a>) {
        let held = self.held();
        let holders: HashMap<&RoleId, usize> = self.roles().map(|(id, role)| (id, self.holders(role))).collect();
        let mut looked_at = 0;
        for offer in &self.offers {
            let [place] = self.short_of(&[&offer.gain])[..] else { continue };
            let mut roles = held.clone();
            if offer.carries {
                looked_at += 1;
                if looked_at > CARRIERS {
                    options.is_cut = true;
                    continue;
                }
                roles.extend(self.roles_by(offer.what));
            } else if offer.gain.is_nothing() {
                continue;
            }
            for (id, role) in roles {
                let weight = offer.weight + holders.get(id).copied().unwrap_or_default();
                let raises = self.raises(id, role, place, &[&offer.gain]).into_iter();
                options.found.extend(raises.map(|raise| Enough { moves: vec![offer.what, raise], weight }));
            }
        }
    }

    /// The unlocked roles that a move brings.
    fn roles_by(&self, what: Move<'a>) -> Vec<(&'a RoleId, &'a Role)> {
        let org = &self.asked.snapshot.policy().org;
        let subjects: HashSet<Subject> = match what {
            Move::Assign(id) => {
                return self.roles().filter(|(role, _)| *role == id).collect();
            }
            Move::JoinGroup(id) => HashSet::from([Subject::Group(id.clone())]),
            Move::JoinDepartment(id) => {
                let department = org.department(id).into_iter();
                let upwards = department.flat_map(|department| org.with_those_above(department));
                let upwards = upwards.map(|above| Subject::DepartmentSub(org.department_id(above).clone()));
                upwards.chain([Subject::Department(id.clone()), Subject::Employees]).collect()
            }
            Move::Activate | Move::Share | Move::Reassign | Move::Open | Move::Raise { .. } | Move::AssignIn(..) => {
                return Vec::new();
            }
        };
        let given = given_to(self.asked.snapshot.policy(), &subjects);
        self.roles().filter(|(id, role)| !role.locked && given.contains(id) && !self.is_held(id)).collect()
    }
}

/// The roles that are assigned to one of these subjects.
fn given_to<'p>(policy: &'p Policy, subjects: &HashSet<Subject>) -> HashSet<&'p RoleId> {
    subjects.iter().flat_map(|subject| policy.assigned.given(subject)).map(|given| &given.role).collect()
}
