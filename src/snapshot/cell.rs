//! Rows of cells: what the users with one set of roles may do.

use crate::snapshot::relation::Relation;
use crate::vocabulary::level::{ALL, Level};
use crate::vocabulary::permission::ActionIndex;

/// The row of those who may do nothing: the unknown and the inactive.
pub(crate) const NOBODYS_ROW: u32 = 0;

/// One permission of one row: which relations to a record are enough for it.
///
/// There are 32 relations, so a cell is 32 bits, one for each. The floor, the roles, the administrator's bypass, shares
/// and requirements are all in there: a check of any permission is one look at one bit. A toggle has all bits or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell(u32);

impl Cell {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(u32::MAX);

    /// What a level reaches, by itself or, if `shared`, by a share.
    pub(crate) fn of(level: Level, shared: bool) -> Self {
        let enough = |relation: Relation| {
            let reached = level.parts() & (relation.parts() | ALL) != 0;
            reached || (shared && level != Level::Deny && relation.is_shared())
        };
        Self(Relation::each().filter(|relation| enough(*relation)).fold(0, |cell, relation| cell | relation.bit()))
    }

    /// What both allow.
    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether this relation is enough.
    #[inline]
    pub(crate) fn admits(self, relation: Relation) -> bool {
        self.0 & relation.bit() != 0
    }
}

/// All rows, one after the other.
pub(crate) struct Rows {
    width: usize,
    len: u32,
    cells: Vec<Cell>,
    /// The level of each cell, before shares and requirements. No check reads it.
    levels: Vec<Level>,
}

impl Rows {
    /// Rows of this many actions; the first is nobody's.
    pub(crate) fn new(width: usize) -> Self {
        Self { width, len: 1, cells: vec![Cell::NONE; width], levels: vec![Level::Deny; width] }
    }

    /// Adds a row, and says which it is.
    pub(crate) fn push(&mut self, levels: &[Level], cells: &[Cell]) -> u32 {
        let row = self.len;
        self.len += 1;
        self.levels.extend_from_slice(levels);
        self.cells.extend_from_slice(cells);
        row
    }

    #[inline]
    pub(crate) fn cell(&self, row: u32, action: ActionIndex) -> Cell {
        self.cells.get(self.at(row, action)).copied().unwrap_or(Cell::NONE)
    }

    pub(crate) fn level(&self, row: u32, action: ActionIndex) -> Level {
        self.levels.get(self.at(row, action)).copied().unwrap_or(Level::Deny)
    }

    #[inline]
    fn at(&self, row: u32, action: ActionIndex) -> usize {
        row as usize * self.width + action as usize
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> u32 {
        self.len
    }
}
