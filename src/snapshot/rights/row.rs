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
use crate::snapshot::rights::grid::Grid;
use crate::snapshot::rights::placed::Placed;
use crate::snapshot::rights::zone::Zone;
use crate::vocabulary::id::RoleId;
use crate::vocabulary::index::{CellIndex, DepartmentSlot, Idx};
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
    pub(crate) fn nobodys(grid: &Grid) -> Self {
        let denied = grid.actions().iter().map(|_| (Cell::NONE, Level::Deny));
        let (cells, levels): (Vec<_>, Vec<_>) = denied.unzip();
        Self { cells: cells.into(), levels: levels.into(), placed: None, may_ask: false }
    }

    /// The row of an active user with these roles. A role may be repeated.
    pub(crate) fn new<'r>(
        schema: &Schema,
        grid: &Grid,
        all: &Roles,
        roles: impl Iterator<Item = (&'r RoleId, Measured)>,
        administrator: bool,
        tree: &Tree,
    ) -> Self {
        let each = || grid.actions().iter().map(|action| schema.action(*action));
        let mut levels: Vec<Level> = each().map(|action| action.floor).collect();
        let mut placed: Vec<(&Role, Measured)> = Vec::new();
        for (role, measured) in roles.filter_map(|(role, measured)| Some((&**all.get(role)?, measured))) {
            if measured == Measured::FromAnchors {
                grid.levels_of(role, |at, _, level| levels[at.index()] = levels[at.index()].join(level));
            } else {
                placed.push((role, measured));
            }
        }
        if administrator {
            for (level, action) in levels.iter_mut().zip(each()) {
                *level = if action.admin_bypass { Level::All } else { *level };
            }
        }
        let placed = (!placed.is_empty()).then(|| place(schema, grid, &levels, &placed, tree));
        let mut cells = match &placed {
            None => cells(schema, grid, &levels),
            Some(placed) => (0..levels.len()).map(|at| placed.cell(CellIndex::new(at))).collect(),
        };
        mark_varied(grid, &mut cells, placed.as_ref());
        Self { cells: cells.into(), levels: levels.into(), placed: placed.map(Arc::new), may_ask: true }
    }

    /// What assignments with a place add.
    pub(crate) fn placed(&self) -> Option<&Placed> {
        self.placed.as_deref()
    }

    /// Whether a cell allows a record with this relation, given whether the record is in a zone.
    pub(crate) fn admits(&self, at: CellIndex, relation: Relation, is_within: impl Fn(&Zone) -> bool) -> bool {
        let Some(cell) = self.cell(at) else { return false };
        cell.admits(relation) || (cell.is_placed() && self.admits_there(at, relation, is_within))
    }

    /// The same if the cell does not admit the relation, and assignments with a place add to it.
    pub(crate) fn admits_there(&self, at: CellIndex, relation: Relation, is_within: impl Fn(&Zone) -> bool) -> bool {
        let needs = self.placed.as_ref().map_or(&[][..], |placed| placed.needs(at));
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
    pub(crate) fn cell(&self, at: CellIndex) -> Option<Cell> {
        self.cells.get(at.index()).copied()
    }

    /// The level of a cell, without assignments that have a place.
    pub(crate) fn level(&self, at: CellIndex) -> Level {
        self.levels.get(at.index()).copied().unwrap_or(Level::Deny)
    }

    /// The same, but `all` for a toggle that an assignment with a place gives: a toggle is not measured.
    pub(crate) fn level_with_toggles(&self, at: CellIndex) -> Level {
        match self.level_outside_zones(at) {
            Level::All => Level::All,
            _ => self.level(at),
        }
    }

    /// Whether assignments with a place add to a cell, or to what it requires.
    pub(crate) fn has_places(&self, at: CellIndex) -> bool {
        let here = self.level_outside_zones(at);
        self.cell(at).is_some_and(Cell::is_placed) || (here != Level::All && here != self.level(at))
    }

    /// The level for records outside of all zones: with the parts of placed levels that do not depend on the place, and
    /// with places that are all departments of the user.
    pub(crate) fn level_outside_zones(&self, at: CellIndex) -> Level {
        self.placed.as_ref().map_or_else(|| self.level(at), |placed| placed.level(at))
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
fn place(schema: &Schema, grid: &Grid, levels: &[Level], placed: &[(&Role, Measured)], tree: &Tree) -> Placed {
    let mut levels = levels.to_vec();
    let mut departments: Vec<Vec<(DepartmentSlot, bool)>> = vec![Vec::new(); levels.len()];
    for (role, measured) in placed {
        grid.levels_of(role, |at, action, level| {
            let level = schema.level_in_place(action, level);
            let own = &mut levels[at.index()];
            let Measured::From(place) = measured else {
                *own = own.join(level);
                return;
            };
            *own = own.join(level.without_departments());
            let with_below = level.includes(Level::DepartmentSub);
            if level != Level::All && level.includes(Level::Department) {
                departments[at.index()].extend(place.iter().map(|department| (*department, with_below)));
            }
        });
    }
    let zone = |(level, departments): (&Level, &Vec<_>)| {
        // A place adds nothing to a level that reaches everything.
        if *level == Level::All { Zone::default() } else { Zone::of(departments, tree) }
    };
    let zones = levels.iter().zip(&departments).map(zone).collect();
    Placed::new(schema, grid, levels, zones)
}

/// The cells for these levels, each cut down to what its requirements allow.
fn cells(schema: &Schema, grid: &Grid, levels: &[Level]) -> Vec<Cell> {
    let mut cells = vec![Cell::NONE; levels.len()];
    for (action, column) in grid.required_first(schema) {
        let (rules, at) = (schema.action(action), grid.at(action, column));
        let alone = Cell::of(levels[at.index()], rules);
        let required = rules.requires.iter().map(|required| cells[grid.at(*required, column).index()]);
        cells[at.index()] = required.fold(alone, Cell::and);
    }
    cells
}

/// Marks the cell of each action beside which a variant has one that decides otherwise.
fn mark_varied(grid: &Grid, cells: &mut [Cell], placed: Option<&Placed>) {
    let decision = |cells: &[Cell], at: CellIndex| (cells[at.index()], placed.map(|placed| placed.needs(at)));
    for action in grid.with_variants() {
        let default = CellIndex::default_of(action);
        let mut others = grid.columns(action).map(|column| grid.at(action, column));
        if others.any(|at| decision(cells, at) != decision(cells, default)) {
            cells[default.index()] = cells[default.index()].varied();
        }
    }
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
