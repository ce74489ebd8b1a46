//! Comparing rights with assignments that have a place.
//!
//! Such a right depends not only on the relation to the owner, but on whether the owner is in a zone, and one that the user
//! has no relation to may be in several. So owners are compared as probes: their rank, and the zones that they are in,
//! before and after. A record with several owners is the union of probes. Only the zones of one permission matter at a
//! time, and these are few.

use std::collections::BTreeSet;

use crate::query::diff::reach::{Met, NOTHING, Probe, Rank, SELF, relation};
use crate::snapshot::rights::Row;
use crate::snapshot::rights::zone::Zone;
use crate::vocabulary::index::ActionIndex;

/// A right of a user in one state.
#[derive(Clone, Copy)]
pub(super) struct Right<'r> {
    pub(super) row: Option<&'r Row>,
    pub(super) action: Option<ActionIndex>,
    /// Whether records without owner are everybody's own.
    pub(super) pool: bool,
}

/// Rank and zones of the owners of a record, before and after.
type Seen = [(Rank, Vec<bool>); 2];

/// Whether there are records that only the right after reaches, and records that only the right before reached.
pub(super) fn compare(before: Right<'_>, after: Right<'_>, probes: &[Probe], met: Met) -> (bool, bool) {
    let rights = [before, after];
    let zones = rights.map(Right::zones);
    let mut seen: BTreeSet<Seen> = probes
        .iter()
        .map(|probe| {
            [0, 1].map(|state| {
                let is_in = |zone: &&Zone| probe.departments[state].iter().any(|number| zone.contains(*number));
                (probe.ranks[state], zones[state].iter().map(is_in).collect())
            })
        })
        .collect();
    close(&mut seen);
    seen.insert([0, 1].map(|state| {
        let unowned = if rights[state].pool { SELF } else { NOTHING };
        (unowned, vec![false; zones[state].len()])
    }));
    let (mut gains, mut loses) = (false, false);
    for [old, new] in &seen {
        for (was_shared, is_shared) in met.shared() {
            for open in [false, true] {
                let old = rights[0].admits(&zones[0], old, was_shared, open);
                let new = rights[1].admits(&zones[1], new, is_shared, open);
                gains |= new && !old;
                loses |= old && !new;
            }
        }
    }
    (gains, loses)
}

/// Adds what records with several of the owners look like.
fn close(seen: &mut BTreeSet<Seen>) {
    loop {
        let all: Vec<Seen> = seen.iter().cloned().collect();
        for (place, one) in all.iter().enumerate() {
            for other in &all[place + 1..] {
                seen.insert([0, 1].map(|state| {
                    let ((rank, zones), (other_rank, others)) = (&one[state], &other[state]);
                    let both = zones.iter().zip(others).map(|(one, other)| *one || *other);
                    (*rank.max(other_rank), both.collect())
                }));
            }
        }
        if seen.len() == all.len() {
            return;
        }
    }
}

impl<'r> Right<'r> {
    /// The zones that the right depends on.
    fn zones(self) -> Vec<&'r Zone> {
        let placed = self.row.and_then(Row::placed).zip(self.action);
        let needs = placed.map_or(&[][..], |(placed, action)| placed.needs(action));
        needs.iter().map(|need| &need.zone).collect()
    }

    fn admits(self, zones: &[&Zone], (rank, met): &(Rank, Vec<bool>), shared: bool, open: bool) -> bool {
        let is_within = |zone: &Zone| zones.iter().zip(met).any(|(other, is_met)| *is_met && *other == zone);
        let relation = relation(*rank, shared).and_open(open);
        self.row.zip(self.action).is_some_and(|(row, action)| row.admits(action, relation, is_within))
    }
}
