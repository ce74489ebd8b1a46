//! The comparison of two states: the users to compare, and the differences for them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use crate::document::Levels;
use crate::policy::role::Role;
use crate::policy::schema::Schema;
use crate::query::diff::probe::{self, Right};
use crate::query::diff::reach::{Asked, Met, Mover, Probe, Surroundings};
use crate::query::diff::{Diff, Found, RightChange};
use crate::snapshot::Snapshot;
use crate::snapshot::cell::Cell;
use crate::snapshot::people::{Entry, Source};
use crate::snapshot::relation::Relation;
use crate::snapshot::rights::Row;
use crate::snapshot::rights::placed::Placed;
use crate::vocabulary::id::{GroupId, RoleId, UserId, VariantId};
use crate::vocabulary::index::{ActionIndex, CellIndex, Idx, UserSlot};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::mode::Unowned;

impl Snapshot {
    /// Compares this state with another, and finds who gains and who loses what.
    ///
    /// It compares users with equal roles and departments together, and skips what the two states share. If one was
    /// published after the other by the same [`Handle`](crate::Handle), the cost grows with the users whose roles or
    /// surroundings changed. Otherwise it grows with the company.
    ///
    /// ```
    /// # use orgscope::document::{Action, Command, Department, Document, ResourceType, Role, Section, User};
    /// # use orgscope::{Handle, Level, Policy, Subject};
    /// # let contact = ResourceType::new("contact").action(Action::new("read"));
    /// # let document = Document::new()
    /// #     .section(Section::new("crm").resource(contact))
    /// #     .department(Department::new(1).name("Support"))
    /// #     .department(Department::new(2).parent(1))
    /// #     .user(User::new("ann").name("Ann").member_of(1))
    /// #     .user(User::new("bob").name("Bob").member_of(1))
    /// #     .user(User::new("eve").name("Eve"))
    /// #     .role(Role::new("helper", "crm", "Helper").grant("contact.read", Level::Own).assigned_to(Subject::Everyone));
    /// let authz = Handle::new(Policy::from_document(document)?);
    /// let before = authz.load();
    /// authz.apply(&[Command::set_level("helper", "contact.read", Level::DepartmentSub)])?;
    ///
    /// let diff = before.diff(&authz.load()).to_string();
    /// // Eve is in no department, and `department+sub` reaches no more than her own records either.
    /// assert_eq!(diff, "Ann and Bob: contact.read own → department+sub");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn diff<'s>(&'s self, after: &'s Snapshot) -> Diff<'s> {
        compare(self, after)
    }
}

/// A permission of one or both schemas. A toggle in one schema and a levelled permission of the same name in the other
/// are two.
struct Pair {
    name: String,
    toggle: bool,
    /// The pair of the same name and the other kind, which only the schema before has.
    other_kind: Option<usize>,
    /// Whether records without an owner count as everybody's own, before and after.
    pool: (bool, bool),
    /// The variants of records that some role names in one of the states, and before them all other records.
    cases: Vec<PairCase>,
}

/// Records whose variant leads to the same cells.
#[derive(PartialEq, Eq)]
struct PairCase {
    /// The name of the variant, or `default`.
    variant: String,
    /// A value of the variant.
    value: Option<VariantId>,
    before: Option<CellIndex>,
    after: Option<CellIndex>,
}

fn pairs(old: &Snapshot, new: &Snapshot) -> Vec<Pair> {
    let (before, after) = (old.schema(), new.schema());
    let actions = |schema: &Schema| (0..schema.actions().len()).map(ActionIndex::new);
    let pool = |schema: &Schema, name: &str| {
        let resource = name.split('.').next().unwrap_or_default();
        schema.resource(resource).is_some_and(|resource| resource.unowned == Unowned::Pool)
    };
    let pair = |name: String, toggle: bool, of_before: Option<ActionIndex>, of_after: Option<ActionIndex>| {
        let pool = (pool(before, &name), pool(after, &name));
        let cases = cases(&name, toggle, (old, of_before), (new, of_after));
        Pair { name, toggle, other_kind: None, pool, cases }
    };
    let mut pairs = Vec::new();
    for action in actions(before) {
        let (name, toggle) = (before.action_name(action), before.action(action).toggle);
        let same = after.action_named(&name).filter(|other| after.action(*other).toggle == toggle);
        pairs.push(pair(name, toggle, Some(action), same));
    }
    for action in actions(after) {
        let (name, toggle) = (after.action_name(action), after.action(action).toggle);
        let is_new = before.action_named(&name).is_none_or(|other| before.action(other).toggle != toggle);
        if is_new {
            // The pairs of the schema before are in its order.
            let other_kind = before.action_named(&name).map(Idx::index);
            pairs.push(Pair { other_kind, ..pair(name, toggle, None, Some(action)) });
        }
    }
    pairs
}

/// The variants that decide about an action in one of the states, by their values. Of those with the same name and cells
/// one stands for all.
fn cases(
    permission: &str,
    toggle: bool,
    before: (&Snapshot, Option<ActionIndex>),
    after: (&Snapshot, Option<ActionIndex>),
) -> Vec<PairCase> {
    let cell = |(snapshot, action): (&Snapshot, Option<ActionIndex>), value: Option<&VariantId>| {
        action.map(|action| snapshot.rights.grid.cell(action, value.map(VariantId::borrowed)))
    };
    let values = |(snapshot, action): (&Snapshot, Option<ActionIndex>)| {
        let grid = &snapshot.rights.grid;
        let named = action.map(|action| grid.columns(action).filter_map(move |column| grid.variant(action, column)));
        let values = named.into_iter().flatten().flat_map(|variant| snapshot.schema().variant(variant).values.clone());
        values.collect::<Vec<_>>()
    };
    let resource = permission.split('.').next().unwrap_or_default();
    // `None` if the schema has no such type.
    let name = |(snapshot, _): (&Snapshot, Option<ActionIndex>), value: &VariantId| {
        let schema = snapshot.schema();
        let variant = schema.resource(resource).map(|_| schema.variant_in(resource, value.borrowed()))?;
        Some(variant.map_or(Levels::DEFAULT, |variant| &schema.variant(variant).name).to_owned())
    };
    let of = |variant: String, value: Option<VariantId>| {
        let (before, after) = (cell(before, value.as_ref()), cell(after, value.as_ref()));
        PairCase { variant, value, before, after }
    };
    let mut cases = vec![of(Levels::DEFAULT.to_owned(), None)];
    if toggle {
        return cases;
    }
    for value in values(before).into_iter().chain(values(after)) {
        let variant = match (name(before, &value), name(after, &value)) {
            (Some(old), Some(new)) if old != new => format!("{old}/{new}"),
            (old, new) => new.or(old).unwrap_or_default(),
        };
        let found = of(variant, Some(value));
        let same = |other: &PairCase| {
            (&other.variant, other.before, other.after) == (&found.variant, found.before, found.after)
        };
        if !cases.iter().any(same) {
            cases.push(found);
        }
    }
    cases
}

/// The index of a group of users who have the same changes.
type GroupPlace = usize;

/// All that the changes of a user depend on: the rights of the two rows, which both snapshots keep alive, the pairs that the
/// user meets and, if one of the rows has places, all of the user's surroundings.
type Likeness = (usize, usize, Met, Option<Asked>);

struct Engine<'s> {
    before: &'s Snapshot,
    after: &'s Snapshot,
    pairs: Vec<Pair>,
    surroundings: Surroundings<'s>,
    known: HashMap<Likeness, Option<GroupPlace>, RandomState>,
    by_changes: HashMap<Vec<RightChange>, GroupPlace>,
    groups: Vec<Found>,
}

fn compare<'s>(before: &'s Snapshot, after: &'s Snapshot) -> Diff<'s> {
    let kin = before.is_kin(after);
    let movers = movers(before, after);
    let regrouped = regrouped(before, after);
    let one_by_one = one_by_one(before, after, kin, movers.iter().map(|(user, _)| user).chain(regrouped.keys()));
    let sources = if kin { sources(before, after, &movers) } else { Vec::new() };
    let mut engine = Engine {
        before,
        after,
        pairs: pairs(before, after),
        surroundings: Surroundings::new(before, after, movers),
        known: HashMap::default(),
        by_changes: HashMap::new(),
        groups: Vec::new(),
    };
    let mut apart: HashMap<Entry, Vec<UserId>, RandomState> = HashMap::default();
    for user in one_by_one {
        let entry =
            |snapshot: &Snapshot| snapshot.people.slot_of(user.borrowed()).map(|slot| snapshot.people.entry(slot));
        let (old, new) = (entry(before), entry(after));
        let shares = regrouped.get(&user).copied().unwrap_or_default();
        if let Some(group) = engine.group(old, new, Some(&user), shares) {
            engine.groups[group].count += 1;
            engine.groups[group].users.push(user.clone());
        }
        if let (true, Some(new)) = (kin, new) {
            apart.entry(new).or_default().push(user);
        }
    }
    let each_once = matches!(sources[..], [Source::Everyone | Source::Employees | Source::Department(_)]);
    let mut seen: HashSet<Entry, RandomState> = HashSet::default();
    for (entry, known) in sources.iter().flat_map(|source| after.people.entries_of(source)) {
        if !each_once && !seen.insert(entry) {
            continue;
        }
        let apart = apart.get(&entry).map_or(&[][..], |users| users);
        let count = known.unwrap_or_else(|| after.people.count_of(entry)).saturating_sub(apart.len());
        if count > 0
            && let Some(group) = engine.group(Some(entry), Some(entry), None, (false, false))
        {
            let group = &mut engine.groups[group];
            group.count += count;
            group.entries.push(entry);
            group.apart.extend_from_slice(apart);
        }
    }
    let mut groups = engine.groups;
    for group in &mut groups {
        group.users.sort_unstable();
        group.apart.sort_unstable();
        group.entries.sort_unstable();
    }
    // The largest first. Groups of the same size are in the order of their changes.
    let order = |group: &Found| {
        let changes = group.changes.iter().map(|change| {
            let held = change.held().map(|(grant, in_places)| (grant.as_str(), in_places));
            (change.permission.clone(), change.variants.clone(), held, change.gains, change.loses)
        });
        (usize::MAX - group.count, changes.collect::<Vec<_>>())
    };
    groups.sort_by_cached_key(order);
    Diff { before, after, groups }
}

/// The users whose membership of departments differs, with their departments before and after.
fn movers(before: &Snapshot, after: &Snapshot) -> Vec<(UserId, Mover)> {
    let (old, new) = (&before.policy().org, &after.policy().org);
    let moved = before.changed_homes(after).into_iter().filter_map(|id| {
        let departments = |snapshot: &Snapshot| {
            let user = snapshot.policy().org.users().get(&id);
            user.map_or_else(Vec::new, |user| user.departments().collect())
        };
        let (left, joined) = (departments(before), departments(after));
        // Both lists are in the order of department ids.
        let same = left.len() == joined.len()
            && left.iter().zip(&joined).all(|(left, joined)| old.department_id(*left) == new.department_id(*joined));
        let mover = (!same).then_some(Mover { before: left, after: joined })?;
        Some((id, mover))
    });
    moved.collect()
}

/// The users who are in other groups than before: whether they left any, and whether they joined any.
fn regrouped(before: &Snapshot, after: &Snapshot) -> BTreeMap<UserId, (bool, bool)> {
    let mut regrouped: BTreeMap<UserId, (bool, bool)> = BTreeMap::new();
    if before.people.has_the_groups_of(&after.people) {
        return regrouped;
    }
    let kin = before.is_kin(after);
    let (old, new) = (before.policy().org.groups(), after.policy().org.groups());
    let groups: BTreeSet<&GroupId> = old.keys().chain(new.keys()).collect();
    for group in groups {
        let same = |(old, new): (Arc<[UserSlot]>, Arc<[UserSlot]>)| kin && Arc::ptr_eq(&old, &new);
        if before.people.members(group).zip(after.people.members(group)).is_some_and(same) {
            continue;
        }
        let (old, new) = (old.get(group), new.get(group));
        for user in old.iter().flat_map(|group| group.members.iter()) {
            if new.is_none_or(|group| !group.members.contains(user)) {
                regrouped.entry(user.clone()).or_default().0 = true;
            }
        }
        for user in new.iter().flat_map(|group| group.members.iter()) {
            if old.is_none_or(|group| !group.members.contains(user)) {
                regrouped.entry(user.clone()).or_default().1 = true;
            }
        }
    }
    regrouped
}

/// The users to compare one by one. If the two states are not kin, these are all users. Otherwise they are the users
/// whose compiled form differs, and those who moved.
fn one_by_one<'a>(
    before: &'a Snapshot,
    after: &'a Snapshot,
    kin: bool,
    moved: impl Iterator<Item = &'a UserId>,
) -> BTreeSet<UserId> {
    if !kin {
        let users = |snapshot: &'_ Snapshot| snapshot.policy().org.users().keys().cloned().collect::<Vec<_>>();
        return users(before).into_iter().chain(users(after)).collect();
    }
    let changed = before.people.changed_slots(&after.people).into_iter();
    let changed = changed.flat_map(|slot| [before.people.user_at(slot), after.people.user_at(slot)]).flatten();
    changed.chain(moved).cloned().collect()
}

/// For states that are kin: sources of all users whose compiled form is the same, and for whom something may differ
/// anyway.
fn sources(before: &Snapshot, after: &Snapshot, movers: &[(UserId, Mover)]) -> Vec<Source> {
    if !before.has_the_tree_of(after) {
        return vec![Source::Everyone];
    }
    let (old, new) = (&before.policy().roles, &after.policy().roles);
    let roles: BTreeSet<&RoleId> = old.keys().chain(new.keys()).collect();
    let mut sources: HashSet<Source> = HashSet::new();
    for role in roles {
        let (old, new) = (old.get(role), new.get(role));
        let same =
            |old: &Role, new: &Role| old.grants == new.grants && old.assigned_to.iter().eq(new.assigned_to.iter());
        if !old.zip(new).is_some_and(|(old, new)| Arc::ptr_eq(old, new) || same(old, new)) {
            let subjects =
                [old, new].into_iter().flatten().flat_map(|role| role.assigned_to.iter()).map(|to| &to.subject);
            sources.extend(subjects.filter_map(|subject| after.people.source(subject)));
        }
    }
    if sources.contains(&Source::Everyone) {
        return vec![Source::Everyone];
    }
    let org = &after.policy().org;
    let moved = movers.iter().flat_map(|(_, mover)| mover.before.iter().chain(&mover.after).copied());
    let around = org.all_above(moved);
    for department in &around {
        let in_place = after.policy().assigned.in_place(org.department_id(*department)).iter();
        sources.extend(in_place.filter_map(|(_, to)| after.people.source(&to.subject)));
    }
    sources.extend(around.into_iter().map(Source::Department));
    if sources.contains(&Source::Everyone) {
        return vec![Source::Everyone];
    }
    sources.into_iter().collect()
}

impl Engine<'_> {
    /// The group of a user with these entries, or `None` if nothing changes. The user is given if compared one by one.
    fn group(
        &mut self,
        before: Option<Entry>,
        after: Option<Entry>,
        user: Option<&UserId>,
        shares: (bool, bool),
    ) -> Option<GroupPlace> {
        let (old, new) = (before.map(|e| self.before.anybody(e)), after.map(|e| self.after.anybody(e)));
        let (old, new) = (old.and_then(|asker| asker.row()), new.and_then(|asker| asker.row()));
        let met = self.surroundings.met(before, after, user).and_shares(shares.0, shares.1);
        let rights = |row: Option<&Row>| row.map_or(0, Row::rights);
        let placed = [old, new].map(|row| row.and_then(Row::placed));
        let has_places = placed.iter().any(Option::is_some);
        let asked = has_places.then(|| self.surroundings.asked(before, after, user));
        let key = (rights(old), rights(new), met, asked);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let probes = if has_places {
            let ranges = placed.map(|placed| placed.map_or_else(SmallVec::new, Placed::ranges));
            self.surroundings.probes(before, after, user, [&ranges[0], &ranges[1]])
        } else {
            Vec::new()
        };
        let changes = self.changes(old, new, met, &probes);
        let group = self.place_of(changes);
        self.known.insert(key, group);
        group
    }

    /// The group with these changes, or `None` if there are none.
    fn place_of(&mut self, changes: Vec<RightChange>) -> Option<GroupPlace> {
        (!changes.is_empty()).then(|| {
            let next = self.groups.len();
            let place = *self.by_changes.entry(changes.clone()).or_insert(next);
            if place == next {
                self.groups.push(Found {
                    changes,
                    entries: Vec::new(),
                    users: Vec::new(),
                    count: 0,
                    apart: Vec::new(),
                });
            }
            place
        })
    }

    /// The changes of a user. The probes are needed only for rows with places.
    fn changes(&self, before: Option<&Row>, after: Option<&Row>, met: Met, probes: &[Probe]) -> Vec<RightChange> {
        let mut all: Vec<RightChange> = Vec::new();
        for pair in &self.pairs {
            let changes = pair.changes(before, after, met, probes);
            // The same name may be a toggle in one schema and levelled in the other.
            let Some(other) = pair.other_kind.map(|other| &self.pairs[other]) else {
                all.extend(changes);
                continue;
            };
            let lost = all.extract_if(.., |change| change.permission == pair.name).collect();
            all.extend(if pair.toggle { merged(lost, changes, other) } else { merged(changes, lost, pair) });
        }
        all
    }
}

/// The changes of a permission that is levelled in one schema and a toggle in the other, in which all records are alike.
fn merged(mut levelled: Vec<RightChange>, toggle: Vec<RightChange>, pair: &Pair) -> Vec<RightChange> {
    let Some(toggle) = toggle.into_iter().next() else { return levelled };
    let is_told = |variant: &String| levelled.iter().any(|change| change.variants.contains(variant));
    let is_rest =
        |case: &&PairCase| !is_told(&case.variant) && !levelled.iter().any(|change| change.variants.is_empty());
    let rest: Vec<&PairCase> = pair.cases.iter().filter(is_rest).collect();
    let mut alone = toggle.clone();
    if !levelled.is_empty() {
        alone.value = rest.first().and_then(|case| case.value.clone());
        alone.variants = rest.iter().map(|case| case.variant.clone()).collect();
    }
    let is_whole = levelled.is_empty() || !rest.is_empty();
    for change in &mut levelled {
        if toggle.loses {
            (change.before, change.before_in_places, change.loses) = (toggle.before, toggle.before_in_places, true);
        } else {
            (change.after, change.after_in_places, change.gains) = (toggle.after, toggle.after_in_places, true);
        }
    }
    levelled.extend(is_whole.then_some(alone));
    levelled
}

impl Pair {
    /// The changes of a user for one permission.
    fn changes(&self, before: Option<&Row>, after: Option<&Row>, met: Met, probes: &[Probe]) -> Vec<RightChange> {
        let mut changes: Vec<RightChange> = Vec::new();
        let mut unchanged = 0;
        for case in &self.cases {
            let Some(change) = self.change_of(case, before, after, met, probes) else {
                unchanged += 1;
                continue;
            };
            let alike = |other: &&mut RightChange| {
                (other.held(), other.gains, other.loses) == (change.held(), change.gains, change.loses)
            };
            match changes.iter_mut().find(alike) {
                Some(other) => other.variants.extend(change.variants),
                None => changes.push(change),
            }
        }
        if let ([all], 0) = (&mut changes[..], unchanged) {
            (all.variants, all.value) = (Vec::new(), None);
        }
        changes
    }

    /// The change of a user for one permission and the records of some variants, if there is one.
    fn change_of(
        &self,
        case: &PairCase,
        before: Option<&Row>,
        after: Option<&Row>,
        met: Met,
        probes: &[Probe],
    ) -> Option<RightChange> {
        let cell = |row: Option<&Row>, at: Option<CellIndex>| {
            row.zip(at).and_then(|(row, at)| row.cell(at)).map_or(Cell::NONE, Cell::unvaried)
        };
        let (old, new) = (cell(before, case.before), cell(after, case.after));
        let (gains, loses) = if old.is_placed() || new.is_placed() {
            let right = |row, at, pool| Right { row, at, pool };
            let (old, new) = (right(before, case.before, self.pool.0), right(after, case.after, self.pool.1));
            probe::compare(old, new, probes, met)
        } else {
            self.compare(old, new, met)
        };
        if !gains && !loses {
            return None;
        }
        let grant = |row: Option<&Row>, cell: Cell, at: Option<CellIndex>| {
            let held = row.zip(at).filter(|_| cell != Cell::NONE);
            held.map_or(Grant::DENY, |(row, at)| {
                let level = row.level_with_toggles(at);
                if self.toggle && level == Level::All { Grant::Allow } else { Grant::Level(level) }
            })
        };
        let in_places = |row: Option<&Row>, cell: Cell, at: Option<CellIndex>| {
            cell != Cell::NONE && row.zip(at).is_some_and(|(row, at)| row.has_places(at))
        };
        Some(RightChange {
            permission: self.name.clone(),
            variants: vec![case.variant.clone()],
            value: case.value.clone(),
            before: grant(before, old, case.before),
            after: grant(after, new, case.after),
            before_in_places: in_places(before, old, case.before),
            after_in_places: in_places(after, new, case.after),
            gains,
            loses,
        })
    }

    /// Whether there are records that only the cell after admits, and records that only the cell before admits.
    fn compare(&self, before: Cell, after: Cell, met: Met) -> (bool, bool) {
        if self.toggle {
            let relation = Relation::default();
            let (before, after) = (before.admits(relation), after.admits(relation));
            return (after && !before, before && !after);
        }
        if before == after && (before == Cell::NONE || met.is_unmoved() && self.pool.0 == self.pool.1) {
            return (false, false);
        }
        let compared = met.relations(self.pool).map(|(old, new)| (before.admits(old), after.admits(new)));
        compared.fold((false, false), |(gains, loses), (old, new)| (gains || new && !old, loses || old && !new))
    }
}
