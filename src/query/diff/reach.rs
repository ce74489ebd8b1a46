//! The relations of a user to all conceivable records, in two states at once.
//!
//! A right is a set of records. Whether a record is in it depends on the user's relation to its owners, on the flag,
//! and on its shares. So two rights are equal if they agree on every pair of relations, before and after, that some
//! record has. There are few such pairs.
//!
//! Owners are ranked: oneself, a member of one's department, of one below, none of these. A rank satisfies everything
//! that a lower one satisfies. Therefore comparing single owners is enough for records with several, and a department
//! as owner stands for all its members, unless they moved.
//!
//! Ann heads Sales, and Bo moves from Sales to Support. For Ann, Bo is the pair (near, nothing): rights that need
//! `department` lose his records. Her own records are (self, self), and those of all others stay on the diagonal too.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use crate::query::diff::moves::{Moved, moves};
use crate::snapshot::Snapshot;
use crate::snapshot::people::{Below, Entry};
use crate::snapshot::relation::Relation;
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::{DepartmentNumber, DepartmentSlot, Idx};
use crate::vocabulary::level::{DEPARTMENT, OWN, SUB};

/// The rank of an owner: nothing, below, near (of the department), oneself.
pub(super) type Rank = u8;
pub(super) const NOTHING: Rank = 0;
const BELOW: Rank = 1;
const NEAR: Rank = 2;
pub(super) const SELF: Rank = 3;

/// The pairs of ranks, and of being shared with, that a user meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Met {
    /// A bit for each pair of ranks.
    owners: u16,
    /// A bit for each pair of being shared with the user, before and after.
    shares: u8,
}

impl Met {
    /// The pairs that every user meets: an unknown owner, and oneself; a share with somebody else, and with oneself.
    const ALWAYS: Self = Self { owners: 1 | 1 << (SELF * 4 + SELF), shares: 0b1001 };
    const OFF_DIAGONAL: Self = Self { owners: !(1 | 1 << 5 | 1 << 10 | 1 << 15), shares: 0b0110 };

    fn add_owner(&mut self, before: Rank, after: Rank) {
        self.owners |= 1 << (before * 4 + after);
    }

    /// Adds shares that contain the user only before, or only after.
    pub(super) fn and_shares(self, lost: bool, gained: bool) -> Self {
        Self { shares: self.shares | u8::from(gained) << 1 | u8::from(lost) << 2, ..self }
    }

    /// Whether the user's relation to every record stays the same.
    pub(super) fn is_unmoved(self) -> bool {
        self.owners & Self::OFF_DIAGONAL.owners == 0 && self.shares & Self::OFF_DIAGONAL.shares == 0
    }

    /// Whether a record is shared with the user, before and after: all pairs that some record has.
    pub(super) fn shared(self) -> impl Iterator<Item = (bool, bool)> {
        (0..4u8).filter(move |bit| self.shares & 1 << bit != 0).map(|bit| (bit & 2 != 0, bit & 1 != 0))
    }

    /// All pairs of relations that some record has, before and after. `pool` says for each state whether a record
    /// without owner is everybody's own.
    pub(super) fn relations(self, pool: (bool, bool)) -> impl Iterator<Item = (Relation, Relation)> {
        let ranks = (0..16u8).filter(move |bit| self.owners & 1 << bit != 0).map(|bit| (bit / 4, bit % 4));
        let unowned = |pool: bool| if pool { SELF } else { NOTHING };
        let ranks = ranks.chain([(unowned(pool.0), unowned(pool.1))]);
        ranks.flat_map(move |(before, after)| {
            self.shared().flat_map(move |shared| {
                [false, true]
                    .map(|open| (relation(before, shared.0).and_open(open), relation(after, shared.1).and_open(open)))
            })
        })
    }
}

pub(super) fn relation(rank: Rank, shared: bool) -> Relation {
    let parts = match rank {
        NOTHING => 0,
        BELOW => SUB,
        NEAR => DEPARTMENT | SUB,
        _ => OWN,
    };
    Relation::of(parts, shared)
}

/// The departments where a user is anchored, and all below them, as numbers.
struct Cone {
    /// Sorted.
    anchors: Vec<DepartmentNumber>,
    /// Without ranges that lie within another.
    below: SmallVec<[Below; 2]>,
}

impl Cone {
    fn of(snapshot: &Snapshot, anchors: &[DepartmentSlot]) -> Self {
        let below: SmallVec<[Below; 2]> = anchors.iter().map(|slot| snapshot.people.below(*slot)).collect();
        let mut anchors: Vec<DepartmentNumber> = below.iter().map(|below| below.first).collect();
        anchors.sort_unstable();
        Self { anchors, below: Below::outermost(below) }
    }

    /// The number of these departments.
    fn count(&self) -> usize {
        self.below.iter().map(|below| below.count as usize).sum()
    }

    fn rank(&self, number: DepartmentNumber) -> Rank {
        if self.anchors.binary_search(&number).is_ok() {
            NEAR
        } else if Below::any_contains(&self.below, number) {
            BELOW
        } else {
            NOTHING
        }
    }
}

/// An owner of a record, as a user meets them in two states.
#[derive(Clone, Debug, Default)]
pub(super) struct Probe {
    pub(super) ranks: [Rank; 2],
    /// The departments of the owner.
    pub(super) departments: [Vec<DepartmentNumber>; 2],
}

/// The departments of an owner who moved. Users with the same departments before and after are one mover.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mover {
    pub(super) before: Vec<DepartmentSlot>,
    pub(super) after: Vec<DepartmentSlot>,
}

/// The key of a user's surroundings: the anchors before and after, and the index of the user's own mover.
pub(super) type Asked = (Option<u32>, Option<u32>, Option<usize>);

/// The surroundings of all users in two states.
pub(super) struct Surroundings<'s> {
    before: &'s Snapshot,
    after: &'s Snapshot,
    same_tree: bool,
    /// By slot after: the slot of the same department before. `None` if all slots are the same.
    names: Option<Vec<DepartmentSlot>>,
    movers: Vec<Mover>,
    /// The users who are alone in their mover: to them, its records are only their own.
    alone: HashMap<UserId, usize>,
    /// The departments of movers, before and after: sorted pairs of the department's number and the mover's index.
    left: Vec<(DepartmentNumber, usize)>,
    joined: Vec<(DepartmentNumber, usize)>,
    /// What changed around each department, by slot after. Found when first asked for.
    moves: OnceCell<Vec<Moved>>,
    known: HashMap<Asked, Met, RandomState>,
}

impl<'s> Surroundings<'s> {
    pub(super) fn new(before: &'s Snapshot, after: &'s Snapshot, moved: Vec<(UserId, Mover)>) -> Self {
        let same_tree = before.has_the_tree_of(after);
        let mut users: BTreeMap<Mover, Vec<UserId>> = BTreeMap::new();
        for (user, mover) in moved {
            users.entry(mover).or_default().push(user);
        }
        let each = users.values().enumerate();
        let alone =
            each.filter(|(_, users)| users.len() == 1).filter_map(|(m, users)| Some((users.first()?.clone(), m)));
        let alone = alone.collect();
        let movers: Vec<Mover> = users.into_keys().collect();
        let places = |snapshot: &Snapshot, of: fn(&Mover) -> &[DepartmentSlot]| {
            let each = movers.iter().enumerate();
            let each = each.flat_map(|(m, mover)| of(mover).iter().map(move |slot| (snapshot.people.number(*slot), m)));
            let mut places: Vec<(DepartmentNumber, usize)> = each.collect();
            places.sort_unstable();
            places
        };
        let (left, joined) = (places(before, |mover| &mover.before), places(after, |mover| &mover.after));
        let names = (!same_tree).then(|| names(before, after));
        Self {
            before,
            after,
            same_tree,
            names,
            movers,
            alone,
            left,
            joined,
            moves: OnceCell::new(),
            known: HashMap::default(),
        }
    }

    /// What the surroundings of a user with these entries depend on. The user is given if they may have moved themselves.
    pub(super) fn asked(&self, before: Option<Entry>, after: Option<Entry>, user: Option<&UserId>) -> Asked {
        let places = |entry: Option<Entry>| entry.map(|entry| entry.anchors.key());
        (places(before), places(after), user.and_then(|user| self.alone.get(user)).copied())
    }

    /// The pairs that a user with these entries meets. The user is given if they may have moved themselves.
    pub(super) fn met(&mut self, before: Option<Entry>, after: Option<Entry>, user: Option<&UserId>) -> Met {
        let key = self.asked(before, after, user);
        if let Some(met) = self.known.get(&key) {
            return *met;
        }
        let met = self.find(before, after, key.2);
        self.known.insert(key, met);
        met
    }

    fn find(&self, before: Option<Entry>, after: Option<Entry>, themselves: Option<usize>) -> Met {
        let anchors = |snapshot: &Snapshot, entry: Option<Entry>| {
            entry.map_or_else(Vec::new, |entry| snapshot.people.anchors(entry).collect())
        };
        let (old, new) = (anchors(self.before, before), anchors(self.after, after));
        let cones = (Cone::of(self.before, &old), Cone::of(self.after, &new));
        let mut met = Met::ALWAYS;
        if self.same_tree && old == new {
            if !old.is_empty() {
                met.add_owner(NEAR, NEAR);
            }
            if cones.0.count() > old.len() {
                met.add_owner(BELOW, BELOW);
            }
        } else if let ([old], [new]) = (&old[..], &new[..])
            && *old == self.name(*new)
        {
            met = self.by_moves(met, *new);
        } else {
            met = self.by_departments(met, &old, &new);
        }
        self.by_movers(met, &cones, themselves)
    }

    /// Adds what [`by_departments`](Self::by_departments) adds, for one anchor that stays the same department.
    fn by_moves(&self, mut met: Met, department: DepartmentSlot) -> Met {
        let trees = (self.before.people.tree(), self.after.people.tree());
        let moves = self.moves.get_or_init(|| moves(trees.0, trees.1, |slot| self.name(slot)));
        let Moved { stays, left, came, above: (lost, gained) } = moves[department.index()];
        met.add_owner(NEAR, NEAR);
        for (is_there, before, after) in [(stays, BELOW, BELOW), (left, BELOW, NOTHING), (came, NOTHING, BELOW)] {
            if is_there {
                met.add_owner(before, after);
            }
        }
        met.and_shares(lost, gained)
    }

    /// Adds the pairs of departments as owners, and as subjects of shares. Costs what is below and above them.
    fn by_departments(&self, mut met: Met, old: &[DepartmentSlot], new: &[DepartmentSlot]) -> Met {
        let mut ranks: HashMap<DepartmentSlot, (Rank, Rank)> = HashMap::new();
        for anchor in old {
            for below in self.before.people.departments_below(*anchor) {
                let rank = if below == anchor { NEAR } else { BELOW };
                let known = &mut ranks.entry(*below).or_default().0;
                *known = rank.max(*known);
            }
        }
        for anchor in new {
            for below in self.after.people.departments_below(*anchor) {
                let rank = if below == anchor { NEAR } else { BELOW };
                let known = &mut ranks.entry(self.name(*below)).or_default().1;
                *known = rank.max(*known);
            }
        }
        for (before, after) in ranks.values() {
            met.add_owner(*before, *after);
        }

        let itself: (BTreeSet<DepartmentSlot>, BTreeSet<DepartmentSlot>) =
            (old.iter().copied().collect(), new.iter().map(|slot| self.name(*slot)).collect());
        let above =
            |snapshot: &Snapshot, slots: &[DepartmentSlot]| snapshot.policy().org.all_above(slots.iter().copied());
        let with_above =
            (above(self.before, old), above(self.after, new).into_iter().map(|slot| self.name(slot)).collect());
        for (before, after) in [itself, with_above] {
            met = met.and_shares(!before.is_subset(&after), !after.is_subset(&before));
        }
        met
    }

    /// Adds the pairs of movers in these departments as owners, except the user's own mover.
    fn by_movers(&self, mut met: Met, (before, after): &(Cone, Cone), themselves: Option<usize>) -> Met {
        for mover in self.movers_within(&before.below, &after.below, themselves) {
            let highest = |snapshot: &Snapshot, cone: &Cone, slots: &[DepartmentSlot]| {
                let ranks = slots.iter().map(|slot| cone.rank(snapshot.people.number(*slot)));
                ranks.max().unwrap_or(NOTHING)
            };
            let Mover { before: left, after: joined } = &self.movers[mover];
            met.add_owner(highest(self.before, before, left), highest(self.after, after, joined));
        }
        met
    }

    /// The owners that a user with these entries meets, for whom these zones matter too. Costs the departments below those
    /// of the user and in the zones, and the movers there.
    pub(super) fn probes(
        &self,
        before: Option<Entry>,
        after: Option<Entry>,
        user: Option<&UserId>,
        zones: [&[Below]; 2],
    ) -> Vec<Probe> {
        let states = [(self.before, before), (self.after, after)];
        let cones = states.map(|(snapshot, entry)| {
            let anchors = entry.map_or_else(Vec::new, |entry| snapshot.people.anchors(entry).collect());
            Cone::of(snapshot, &anchors)
        });
        let mut departments: HashMap<DepartmentSlot, Probe> = HashMap::new();
        for state in [0, 1] {
            let (snapshot, _) = states[state];
            for slot in
                cones[state].below.iter().chain(zones[state]).flat_map(|range| snapshot.people.tree().within(*range))
            {
                let name = if state == 1 { self.name(*slot) } else { *slot };
                let (probe, number) = (departments.entry(name).or_default(), snapshot.people.number(*slot));
                (probe.ranks[state], probe.departments[state]) = (cones[state].rank(number), vec![number]);
            }
        }
        let themselves = user.and_then(|user| self.alone.get(user)).copied();
        let movers =
            self.movers.iter().enumerate().filter(|(mover, _)| Some(*mover) != themselves).map(|(_, mover)| {
                let slots = [&mover.before, &mover.after];
                let departments = [0, 1].map(|state| {
                    let number = |slot: &DepartmentSlot| states[state].0.people.number(*slot);
                    slots[state].iter().map(number).collect::<Vec<DepartmentNumber>>()
                });
                let rank = |state: usize| departments[state].iter().map(|number| cones[state].rank(*number)).max();
                Probe { ranks: [0, 1].map(|state| rank(state).unwrap_or(NOTHING)), departments }
            });
        let themselves = Probe { ranks: [SELF, SELF], ..Probe::default() };
        [Probe::default(), themselves].into_iter().chain(departments.into_values()).chain(movers).collect()
    }

    /// The movers who were in the first of these departments or are in the second, except the user's own.
    fn movers_within(&self, before: &[Below], after: &[Below], themselves: Option<usize>) -> Vec<usize> {
        let mut around: Vec<usize> = within(&self.left, before).chain(within(&self.joined, after)).collect();
        around.sort_unstable();
        around.dedup();
        around.retain(|mover| Some(*mover) != themselves);
        around
    }

    /// The slot before of the department with this slot after. For a new department, a slot that none had.
    fn name(&self, slot: DepartmentSlot) -> DepartmentSlot {
        self.names.as_ref().and_then(|names| names.get(slot.index()).copied()).unwrap_or(slot)
    }
}

/// The movers in these departments.
fn within<'a>(places: &'a [(DepartmentNumber, usize)], ranges: &'a [Below]) -> impl Iterator<Item = usize> + 'a {
    ranges.iter().flat_map(|below| {
        let these = below.positions();
        let from = places.partition_point(|(number, _)| number.index() < these.start);
        let to = places.partition_point(|(number, _)| number.index() < these.end);
        places.get(from..to).unwrap_or_default().iter().map(|(_, mover)| *mover)
    })
}

/// By slot after: the slot of the department with the same id before. For a new department, a slot that none had.
fn names(before: &Snapshot, after: &Snapshot) -> Vec<DepartmentSlot> {
    let (old, new) = (&before.policy().org, &after.policy().org);
    let unknown = old.department_bound();
    let mut names: Vec<DepartmentSlot> =
        (0..new.department_bound()).map(|slot| DepartmentSlot::new(slot + unknown)).collect();
    for (id, slot) in new.departments() {
        if let Some(earlier) = old.department(id) {
            names[slot.index()] = earlier;
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;

    use super::{Met, Surroundings};
    use crate::Policy;
    use crate::document::{Department, Document};
    use crate::snapshot::Snapshot;

    /// Some of seven departments, each below one with a smaller number after a shuffle, or below none.
    fn company(rng: &mut Rng) -> Snapshot {
        let mut ids: Vec<i64> = (0..7).filter(|_| rng.u8(..6) > 0).collect();
        rng.shuffle(&mut ids);
        let departments = ids.iter().enumerate().map(|(position, id)| {
            let parent = ids[..position].get(rng.usize(..=position));
            parent.into_iter().fold(Department::new(*id), |department, parent| department.parent(*parent))
        });
        let document = departments.fold(Document::new(), Document::department);
        Snapshot::compile(&Policy::from_document(document).unwrap())
    }

    #[test]
    fn one_walk_over_both_trees_finds_what_their_lists_say() {
        let mut rng = Rng::with_seed(7);
        for round in 0..2_000 {
            let (before, after) = (company(&mut rng), company(&mut rng));
            let surroundings = Surroundings::new(&before, &after, Vec::new());
            let (old, new) = (&before.policy().org, &after.policy().org);
            for (id, slot) in new.departments() {
                let Some(earlier) = old.department(id) else { continue };
                let expected = surroundings.by_departments(Met::ALWAYS, &[earlier], &[slot]);
                assert_eq!(surroundings.by_moves(Met::ALWAYS, slot), expected, "department {id} in round {round}");
            }
        }
    }
}
