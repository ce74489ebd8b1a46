//! Rows: what users with the same roles may do. Made when first asked for, then remembered.
//!
//! A row is made of everything that roles depend on, and a snapshot never changes, so a remembered row is never stale. It
//! is found by its whole key, and dies with the state of roles and departments that it was made from.

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use once_cell::race::OnceBox;

use crate::policy::schema::Schema;
use crate::snapshot::cell::Cell;
use crate::snapshot::roles::{Grants, RoleSlot};
use crate::snapshot::tree::Below;
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::ActionIndex;

/// What users who have the same roles, and who are anchored in the same several departments if in several, have in
/// common.
#[derive(Debug, Default)]
pub(crate) struct Row {
    cells: Vec<Cell>,
    /// The level of each cell, before shares and requirements. No check reads it.
    levels: Vec<Level>,
    /// Where the users are anchored, if in several departments.
    pub(crate) several: Option<Box<Ranges>>,
}

/// Several departments as sorted numbers.
#[derive(Debug, Default)]
pub(crate) struct Ranges {
    pub(crate) anchors: Box<[u32]>,
    /// The ranges below the anchors, without those that lie within another.
    pub(crate) below: Box<[Below]>,
}

impl Row {
    /// The row of who may do nothing: the unknown and the inactive.
    pub(crate) fn nobodys() -> &'static Self {
        static NOBODYS: Row = Row { cells: Vec::new(), levels: Vec::new(), several: None };
        &NOBODYS
    }

    /// The row of an active user with these roles, of which one may come more than once.
    pub(crate) fn new(
        schema: &Schema,
        grants: &Grants,
        roles: impl Iterator<Item = RoleSlot>,
        administrator: bool,
    ) -> Self {
        let mut levels: Vec<Level> = schema.actions().iter().map(|action| action.floor).collect();
        for (action, level) in roles.filter_map(|role| grants.get(role as usize)).flat_map(|grants| grants.iter()) {
            let own = &mut levels[*action as usize];
            *own = own.join(*level);
        }
        if administrator {
            for (level, action) in levels.iter_mut().zip(schema.actions()) {
                *level = if action.admin_bypass { Level::All } else { *level };
            }
        }
        Self { cells: cells(schema, &levels), levels, several: None }
    }

    #[inline]
    pub(crate) fn cell(&self, action: ActionIndex) -> Cell {
        self.cells.get(action as usize).copied().unwrap_or(Cell::NONE)
    }

    pub(crate) fn level(&self, action: ActionIndex) -> Level {
        self.levels.get(action as usize).copied().unwrap_or(Level::Deny)
    }
}

/// The cells for these levels, each cut down to what its requirements allow.
fn cells(schema: &Schema, levels: &[Level]) -> Vec<Cell> {
    let mut cells = vec![Cell::NONE; levels.len()];
    for action in schema.required_first() {
        let rules = schema.action(*action);
        let alone = match (rules.toggle, levels[*action as usize]) {
            (true, Level::All) => Cell::ALL,
            (true, _) => Cell::NONE,
            (false, level) => Cell::of(level, rules.shared),
        };
        let required = rules.requires.iter().map(|required| cells[*required as usize]);
        cells[*action as usize] = required.fold(alone, Cell::and);
    }
    cells
}

/// The rows made so far, by key. Readers make them; nobody locks, and nobody waits for another.
///
/// A row is found by open addressing. Who needs one that is not there claims a free slot for its key and then fills it;
/// whoever finds the key before the row is there makes the row too, and the first one stays. A full neighbourhood leads to
/// a larger table. Nothing is ever taken out.
#[derive(Debug)]
pub(crate) struct Rows {
    hasher: RandomState,
    first: Table,
}

#[derive(Debug)]
struct Table {
    slots: Box<[Slot]>,
    next: OnceBox<Table>,
}

#[derive(Debug, Default)]
struct Slot {
    /// Zero while the slot is free.
    key: AtomicU64,
    row: OnceBox<Row>,
}

/// How many slots a table has at first, and how many times more the next one has.
const SLOTS: usize = 1024;
const GROWTH: usize = 8;
/// How many slots a key may stand away from its own.
const NEIGHBOURHOOD: usize = 8;

impl Default for Rows {
    fn default() -> Self {
        Self { hasher: RandomState::default(), first: Table::new(SLOTS) }
    }
}

impl Rows {
    /// The row of a key, which is not zero.
    #[inline]
    pub(crate) fn get(&self, key: u64, make: impl Fn() -> Row) -> &Row {
        let hash = self.hasher.hash_one(key);
        let mut table = &self.first;
        loop {
            if let Some(slot) = table.slot(key, hash) {
                return slot.row.get_or_init(|| Box::new(make()));
            }
            table = table.next.get_or_init(|| Box::new(Table::new(table.slots.len() * GROWTH)));
        }
    }
}

impl Table {
    fn new(slots: usize) -> Self {
        Self { slots: std::iter::repeat_with(Slot::default).take(slots).collect(), next: OnceBox::new() }
    }

    /// The slot of a key, claimed for it if it had none; `None` if its neighbourhood is full.
    #[inline]
    fn slot(&self, key: u64, hash: u64) -> Option<&Slot> {
        let mask = self.slots.len() - 1;
        let home = usize::try_from(hash & u64::from(u32::MAX)).unwrap_or(0);
        (0..NEIGHBOURHOOD).map(|step| &self.slots[(home + step) & mask]).find(|slot| slot.is_for(key))
    }
}

impl Slot {
    /// Whether the slot is this key's, or free and now claimed for it.
    #[inline]
    fn is_for(&self, key: u64) -> bool {
        // The row is published by `OnceBox`; the key alone says nothing about other memory.
        match self.key.load(Ordering::Relaxed) {
            0 => self
                .key
                .compare_exchange(0, key, Ordering::Relaxed, Ordering::Relaxed)
                .map_or_else(|now| now == key, |_| true),
            now => now == key,
        }
    }
}
