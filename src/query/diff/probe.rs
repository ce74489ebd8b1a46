//! Comparing rights with assignments that have a place.
//!
//! Such a right depends not only on the relation to the owner, but on whether the owner is in a zone, and one that the user
//! has no relation to may be in several. So owners are compared as probes: their rank, and the zones that they are in,
//! before and after.
//!
//! A record with several owners is the union of probes. If one right denies some record and the other admits it, then some
//! need of the first fails for the record, and so for each of its owners. The union of all owners for whom that need fails
//! still fails it, and the other right admits the union if it admits a part. So one union for each need is enough; and
//! one without the user's own records, which may be excepted.

use smallvec::SmallVec;

use crate::query::diff::reach::{Met, NOTHING, Probe, Rank, SELF, relation};
use crate::snapshot::cell::Cell;
use crate::snapshot::rights::Row;
use crate::snapshot::rights::placed::Need;
use crate::snapshot::rights::zone::Zone;
use crate::vocabulary::index::CellIndex;

/// A right of a user in one state.
#[derive(Clone, Copy)]
pub(super) struct Right<'r> {
    pub(super) row: Option<&'r Row>,
    pub(super) at: Option<CellIndex>,
    /// Whether records without owner are everybody's own.
    pub(super) pool: bool,
}

/// The needs of a right, all of which must admit a record.
type Needs = SmallVec<[Need; 1]>;

/// The owners of a record in one state: the highest rank, and for each need whether an owner is in its zone.
#[derive(Clone)]
struct Seen {
    rank: Rank,
    within: SmallVec<[bool; 2]>,
}

/// Whether there are records that only the right after reaches, and records that only the right before reached.
pub(super) fn compare(before: Right<'_>, after: Right<'_>, probes: &[Probe], met: Met) -> (bool, bool) {
    let rights = [before, after];
    let needs = rights.map(Right::needs);
    let seen: Vec<[Seen; 2]> =
        probes.iter().map(|probe| [0, 1].map(|state| Seen::of(probe, state, &needs[state]))).collect();
    let unowned = [0, 1].map(|state| Seen::unowned(rights[state].pool, &needs[state]));
    let gained_by = |from: usize, to: usize| {
        met.shared().any(|(was_shared, is_shared)| {
            let shared = [was_shared, is_shared];
            [false, true].into_iter().any(|open| {
                let admits =
                    |seen: &[Seen; 2], state: usize| seen[state].is_admitted(&needs[state], shared[state], open);
                let is_gained = |seen: &[Seen; 2]| admits(seen, to) && !admits(seen, from);
                let by_need = |need: usize| {
                    let fails = |seen: &&[Seen; 2]| !seen[from].admits(need, &needs[from][need], shared[from], open);
                    let failing: Vec<&[Seen; 2]> = seen.iter().filter(fails).collect();
                    let others = failing.iter().filter(|seen| seen[to].rank != SELF);
                    let unions = [union(failing.iter().copied()), union(others.copied())];
                    unions.into_iter().flatten().any(|union| is_gained(&union))
                };
                is_gained(&unowned) || (0..needs[from].len()).any(by_need)
            })
        })
    };
    (gained_by(0, 1), gained_by(1, 0))
}

/// The owners of a record that all of these own.
fn union<'a>(all: impl Iterator<Item = &'a [Seen; 2]>) -> Option<[Seen; 2]> {
    all.cloned().reduce(|mut union, other| {
        for (seen, other) in union.iter_mut().zip(&other) {
            seen.rank = seen.rank.max(other.rank);
            seen.within.iter_mut().zip(&other.within).for_each(|(one, other)| *one |= *other);
        }
        union
    })
}

impl Right<'_> {
    /// What must hold for a record. A right without places is one need without a zone, and so is one that is not there.
    fn needs(self) -> Needs {
        let held = self.row.zip(self.at);
        let placed = held.and_then(|(row, at)| Some(row.placed()?.needs(at)));
        if let Some(needs) = placed.filter(|needs| !needs.is_empty()) {
            return needs.iter().cloned().collect();
        }
        let cell = held.and_then(|(row, at)| row.cell(at)).map_or(Cell::NONE, Cell::unmarked);
        SmallVec::from_iter([Need { here: cell, there: cell, zone: Zone::default() }])
    }
}

impl Seen {
    fn of(probe: &Probe, state: usize, needs: &[Need]) -> Self {
        let is_in = |need: &Need| probe.departments[state].iter().any(|number| need.zone.contains(*number));
        Self { rank: probe.ranks[state], within: needs.iter().map(is_in).collect() }
    }

    /// A record without owner.
    fn unowned(pool: bool, needs: &[Need]) -> Self {
        Self { rank: if pool { SELF } else { NOTHING }, within: needs.iter().map(|_| false).collect() }
    }

    /// Whether the need at this position admits the record.
    fn admits(&self, position: usize, need: &Need, shared: bool, open: bool) -> bool {
        let is_within = self.within.get(position).copied().unwrap_or_default();
        need.admits(relation(self.rank, shared).and_open(open), |_| is_within)
    }

    fn is_admitted(&self, needs: &[Need], shared: bool, open: bool) -> bool {
        needs.iter().enumerate().all(|(position, need)| self.admits(position, need, shared, open))
    }
}
