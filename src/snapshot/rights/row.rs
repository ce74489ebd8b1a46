//! Rows: the rights of users with the same roles, computed when first needed and then remembered.
//!
//! Ann and Sam are supervisors in different departments; Nina is a plain member:
//!
//! ```text
//! found     (standing of supervisors, class 0) ──► row ──► cells [contact.read: …, contact.edit: …]
//!           (standing of employees, class 0) ───► row ──► cells […]
//! shared    equal cells and levels are stored once, whatever the keys
//! ```
//!
//! A row is a function of its key as long as roles, assignments and departments stay the same, so it is never stale. A
//! change of these drops all rows.

use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use crate::collections::memo::Memo;
use crate::policy::role::{Role, Roles};
use crate::policy::schema::Schema;
use crate::snapshot::cell::Cell;
use crate::snapshot::people::Tree;
use crate::snapshot::relation::Relation;
use crate::snapshot::rights::placed::Placed;
use crate::snapshot::rights::zone::Zone;
use crate::vocabulary::id::RoleId;
use crate::vocabulary::index::{ActionIndex, DepartmentSlot, Idx};
use crate::vocabulary::level::Level;

/// The rights of users who have the same roles.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Shared by all rows with the same rights, so that few are hot and stay in the caches.
    cells: Arc<[Cell]>,
    /// The level of each cell, before shares and requirements, and without assignments that have a place. No check reads
    /// it.
    levels: Arc<[Level]>,
    /// What assignments with a place add, if there are any.
    placed: Option<Arc<Placed>>,
    may_ask: bool,
}

impl Row {
    /// The row of unknown and inactive users.
    pub(crate) fn nobodys(schema: &Schema) -> Self {
        let denied = schema.actions().iter().map(|_| (Cell::NONE, Level::Deny));
        let (cells, levels): (Vec<_>, Vec<_>) = denied.unzip();
        Self { cells: cells.into(), levels: levels.into(), placed: None, may_ask: false }
    }

    /// The row of an active user with these roles. A role may be repeated.
    pub(crate) fn new<'r>(
        schema: &Schema,
        all: &Roles,
        roles: impl Iterator<Item = (&'r RoleId, Measured)>,
        administrator: bool,
        tree: &Tree,
    ) -> Self {
        let mut levels: Vec<Level> = schema.actions().iter().map(|action| action.floor).collect();
        let mut placed: Vec<(&Role, Measured)> = Vec::new();
        for (role, measured) in roles.filter_map(|(role, measured)| Some((&**all.get(role)?, measured))) {
            if measured == Measured::FromAnchors {
                for (action, level) in &role.grants {
                    let own = &mut levels[action.index()];
                    *own = own.join(*level);
                }
            } else {
                placed.push((role, measured));
            }
        }
        if administrator {
            for (level, action) in levels.iter_mut().zip(schema.actions()) {
                *level = if action.admin_bypass { Level::All } else { *level };
            }
        }
        if placed.is_empty() {
            return Self { cells: cells(schema, &levels).into(), levels: levels.into(), placed: None, may_ask: true };
        }
        let placed = place(schema, &levels, &placed, tree);
        let cells = (0..levels.len()).map(|action| placed.cell(ActionIndex::new(action))).collect();
        Self { cells, levels: levels.into(), placed: Some(Arc::new(placed)), may_ask: true }
    }

    /// What assignments with a place add.
    pub(crate) fn placed(&self) -> Option<&Placed> {
        self.placed.as_deref()
    }

    /// Whether an action is allowed for a record with this relation, given whether the record is in a zone.
    pub(crate) fn admits(&self, action: ActionIndex, relation: Relation, is_within: impl Fn(&Zone) -> bool) -> bool {
        let Some(cell) = self.cell(action) else { return false };
        cell.admits(relation) || (cell.is_placed() && self.admits_there(action, relation, is_within))
    }

    /// The same if the cell does not admit the relation, and assignments with a place add to it.
    pub(crate) fn admits_there(
        &self,
        action: ActionIndex,
        relation: Relation,
        is_within: impl Fn(&Zone) -> bool,
    ) -> bool {
        let needs = self.placed.as_ref().map_or(&[][..], |placed| placed.needs(action));
        !needs.is_empty() && needs.iter().all(|need| need.admits(relation, &is_within))
    }

    pub(crate) fn may_ask(&self) -> bool {
        self.may_ask
    }

    /// A number that is equal for rows that share their rights, as long as both exist.
    pub(crate) fn rights(&self) -> usize {
        self.cells.as_ptr().addr()
    }

    #[inline]
    pub(crate) fn cell(&self, action: ActionIndex) -> Option<Cell> {
        self.cells.get(action.index()).copied()
    }

    /// The level for an action, without assignments that have a place.
    pub(crate) fn level(&self, action: ActionIndex) -> Level {
        self.levels.get(action.index()).copied().unwrap_or(Level::Deny)
    }

    /// The same, but `all` for a toggle that an assignment with a place gives: a toggle is not measured.
    pub(crate) fn level_with_toggles(&self, action: ActionIndex) -> Level {
        match self.level_outside_zones(action) {
            Level::All => Level::All,
            _ => self.level(action),
        }
    }

    /// Whether assignments with a place add to an action, or to what it requires.
    pub(crate) fn has_places(&self, action: ActionIndex) -> bool {
        let here = self.level_outside_zones(action);
        self.cell(action).is_some_and(Cell::is_placed) || (here != Level::All && here != self.level(action))
    }

    /// The level for records outside of all zones: with the parts of placed levels that do not depend on the place, and
    /// with places that are all departments of the user.
    pub(crate) fn level_outside_zones(&self, action: ActionIndex) -> Level {
        self.placed.as_ref().map_or_else(|| self.level(action), |placed| placed.level(action))
    }
}

/// Where the levels of a role are measured from for a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Measured {
    /// From all departments of the user, without a place.
    FromAnchors,
    /// From all departments of the user, which are the place.
    FromPlace,
    /// From these departments.
    From(SmallVec<[DepartmentSlot; 2]>),
}

/// The rights of a user with these levels, and with these roles in places.
fn place(schema: &Schema, levels: &[Level], placed: &[(&Role, Measured)], tree: &Tree) -> Placed {
    let mut levels = levels.to_vec();
    let mut departments: Vec<Vec<(DepartmentSlot, bool)>> = vec![Vec::new(); levels.len()];
    for (role, measured) in placed {
        for (action, level) in &role.grants {
            let level = schema.level_in_place(*action, *level);
            let own = &mut levels[action.index()];
            let Measured::From(place) = measured else {
                *own = own.join(level);
                continue;
            };
            *own = own.join(level.without_departments());
            let with_below = level.includes(Level::DepartmentSub);
            if level != Level::All && level.includes(Level::Department) {
                departments[action.index()].extend(place.iter().map(|department| (*department, with_below)));
            }
        }
    }
    let zone = |(level, departments): (&Level, &Vec<_>)| {
        // A place adds nothing to a level that reaches everything.
        if *level == Level::All { Zone::default() } else { Zone::of(departments, tree) }
    };
    let zones = levels.iter().zip(&departments).map(zone).collect();
    Placed::new(schema, levels, zones)
}

/// The cells for these levels, each cut down to what its requirements allow.
fn cells(schema: &Schema, levels: &[Level]) -> Vec<Cell> {
    let mut cells = vec![Cell::NONE; levels.len()];
    for action in schema.required_first() {
        let rules = schema.action(*action);
        let alone = Cell::of(levels[action.index()], rules);
        let required = rules.requires.iter().map(|required| cells[required.index()]);
        cells[action.index()] = required.fold(alone, Cell::and);
    }
    cells
}

/// The rows made so far. Readers make them without a lock, and no reader waits for another.
#[derive(Default)]
pub(crate) struct Rows {
    hasher: RandomState,
    /// By standing, and by class or list of departments.
    found: Memo<Arc<Row>>,
    /// By the hash of the rights. If two different rows have the same hash, the second is not shared.
    shared: Memo<Arc<Row>>,
}

impl Rows {
    /// The row of a key, which is not zero.
    #[inline]
    pub(crate) fn get(&self, key: u64, make: impl Fn() -> Row) -> &Row {
        self.found.get(key, self.hasher.hash_one(key), || self.shared(make()))
    }

    fn shared(&self, row: Row) -> Arc<Row> {
        let row = Arc::new(row);
        let hash = self.hasher.hash_one((&row.cells, &row.levels, &row.placed));
        let first = self.shared.get(hash.max(1), hash, || row.clone());
        if (&first.cells, &first.levels, &first.placed) == (&row.cells, &row.levels, &row.placed) {
            first.clone()
        } else {
            row
        }
    }
}
