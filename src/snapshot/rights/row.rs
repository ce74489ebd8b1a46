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

use crate::collections::memo::Memo;
use crate::policy::role::Roles;
use crate::policy::schema::Schema;
use crate::snapshot::cell::Cell;
use crate::vocabulary::id::RoleId;
use crate::vocabulary::index::{ActionIndex, Idx};
use crate::vocabulary::level::Level;

/// The rights of users who have the same roles.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Shared by all rows with the same rights, so that few are hot and stay in the caches.
    cells: Arc<[Cell]>,
    /// The level of each cell, before shares and requirements. No check reads it.
    levels: Arc<[Level]>,
    may_ask: bool,
}

impl Row {
    /// The row of unknown and inactive users.
    pub(crate) fn nobodys(schema: &Schema) -> Self {
        let denied = schema.actions().iter().map(|_| (Cell::NONE, Level::Deny));
        let (cells, levels): (Vec<_>, Vec<_>) = denied.unzip();
        Self { cells: cells.into(), levels: levels.into(), may_ask: false }
    }

    /// The row of an active user with these roles. A role may be repeated.
    pub(crate) fn new<'r>(
        schema: &Schema,
        all: &Roles,
        roles: impl Iterator<Item = &'r RoleId>,
        administrator: bool,
    ) -> Self {
        let mut levels: Vec<Level> = schema.actions().iter().map(|action| action.floor).collect();
        for (action, level) in roles.filter_map(|role| all.get(role)).flat_map(|role| &role.grants) {
            let own = &mut levels[action.index()];
            *own = own.join(*level);
        }
        if administrator {
            for (level, action) in levels.iter_mut().zip(schema.actions()) {
                *level = if action.admin_bypass { Level::All } else { *level };
            }
        }
        Self { cells: cells(schema, &levels).into(), levels: levels.into(), may_ask: true }
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

    pub(crate) fn level(&self, action: ActionIndex) -> Level {
        self.levels.get(action.index()).copied().unwrap_or(Level::Deny)
    }
}

/// The cells for these levels, each cut down to what its requirements allow.
fn cells(schema: &Schema, levels: &[Level]) -> Vec<Cell> {
    let mut cells = vec![Cell::NONE; levels.len()];
    for action in schema.required_first() {
        let rules = schema.action(*action);
        let alone = Cell::of(levels[action.index()], rules.shared);
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
    /// By the hash of cells and levels. If two different rows have the same hash, the second is not shared.
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
        let hash = self.hasher.hash_one((&row.cells, &row.levels));
        let first = self.shared.get(hash.max(1), hash, || row.clone());
        if (&first.cells, &first.levels) == (&row.cells, &row.levels) { first.clone() } else { row }
    }
}
