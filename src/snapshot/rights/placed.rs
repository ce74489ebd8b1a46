//! What assignments with a place add to the rights of a user.
//!
//! Eva heads Sports and sits in Culture, and supervisors read `department+sub` of what they head. By her own departments
//! she reads her own articles only, and in the zone of Sports and below she reads all:
//!
//! ```text
//! need of `read`    zone Sports and below    here: own    there: every record
//! need of `edit`    the same, and that of `read`, which it requires; equal zones are one need
//! ```

use smallvec::SmallVec;

use crate::policy::schema::Schema;
use crate::snapshot::cell::Cell;
use crate::snapshot::people::Below;
use crate::snapshot::relation::Relation;
use crate::snapshot::rights::grid::Grid;
use crate::snapshot::rights::zone::Zone;
use crate::vocabulary::index::{CellIndex, Idx};
use crate::vocabulary::level::Level;

/// The rights of users who have assignments with a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Placed {
    /// By cell: the level from the user's own departments, together with what does not depend on the place: the parts
    /// `own` and `open` of a level, and a place that is the user's own departments.
    levels: Box<[Level]>,
    /// By cell: the departments in which every record is reached besides.
    zones: Box<[Zone]>,
    /// By cell: what must hold for a record, requirements included.
    needs: Box<[Needs]>,
}

type Needs = SmallVec<[Need; 1]>;

/// A condition of an action: which cell judges a relation depends on whether the record is in a zone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Need {
    /// For records of which no owner is in the zone.
    pub(crate) here: Cell,
    /// For all others. It admits whatever the cell `here` admits.
    pub(crate) there: Cell,
    pub(crate) zone: Zone,
}

impl Placed {
    pub(super) fn new(schema: &Schema, grid: &Grid, levels: Vec<Level>, zones: Vec<Zone>) -> Self {
        let mut needs = vec![Needs::new(); levels.len()];
        for (action, column) in grid.required_first(schema) {
            let (rules, at) = (schema.action(action), grid.at(action, column));
            let level = levels[at.index()];
            let zone = zones[at.index()].clone();
            let here = Cell::of(level, rules);
            let there = if zone.is_empty() { here } else { Cell::of(Level::All, rules) };
            let mut all = Needs::new();
            add(&mut all, Need { here, there, zone });
            for required in &rules.requires {
                needs[grid.at(*required, column).index()].iter().for_each(|need| add(&mut all, need.clone()));
            }
            // What one of them denies for every record is denied, wherever the others would allow it.
            if let Some(never) = all.iter().position(|need| need.here == Cell::NONE && need.zone.is_empty()) {
                all = SmallVec::from_iter([all.swap_remove(never)]);
            }
            needs[at.index()] = all;
        }
        Self { levels: levels.into(), zones: zones.into(), needs: needs.into() }
    }

    pub(crate) fn needs(&self, at: CellIndex) -> &[Need] {
        self.needs.get(at.index()).map_or(&[], |needs| needs)
    }

    /// The cell for records outside of all zones, marked if more is reached within them.
    pub(super) fn cell(&self, at: CellIndex) -> Cell {
        let all = |of: fn(&Need) -> Cell| self.needs(at).iter().map(of).reduce(Cell::and).unwrap_or(Cell::NONE);
        let (here, there) = (all(|need| need.here), all(|need| need.there));
        if here == there { here } else { here.placed() }
    }

    pub(super) fn level(&self, at: CellIndex) -> Level {
        self.levels.get(at.index()).copied().unwrap_or(Level::Deny)
    }

    /// The numbers of all departments in zones.
    pub(crate) fn ranges(&self) -> SmallVec<[Below; 2]> {
        Below::outermost(self.zones.iter().flat_map(Zone::ranges).copied().collect())
    }

    /// The zone of a cell by itself, without its requirements.
    pub(crate) fn zone(&self, at: CellIndex) -> Option<&Zone> {
        self.zones.get(at.index()).filter(|zone| !zone.is_empty())
    }
}

/// Adds a need. Needs of equal zones are one.
fn add(needs: &mut Needs, need: Need) {
    match needs.iter_mut().find(|other| other.zone == need.zone) {
        Some(other) => (other.here, other.there) = (other.here.and(need.here), other.there.and(need.there)),
        None => needs.push(need),
    }
}

impl Need {
    pub(crate) fn admits(&self, relation: Relation, is_within: impl FnOnce(&Zone) -> bool) -> bool {
        self.here.admits(relation) || (self.there.admits(relation) && is_within(&self.zone))
    }
}
