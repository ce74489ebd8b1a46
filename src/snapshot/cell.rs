//! Cells: one permission of the users with one set of roles.

use crate::snapshot::entry::SEVERAL;
use crate::snapshot::relation::Relation;
use crate::vocabulary::level::{ALL, DEPARTMENT, Level, SUB};

/// One permission of one row: which relations to a record are enough for it.
///
/// There are 32 relations, so a cell is 32 bits, one for each. The floor, the roles, the administrator's bypass, shares
/// and requirements are all in there: a check of any permission is one look at one bit. A toggle, whose level is `all` or
/// `deny`, has all bits or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    relations: u32,
    /// [`SEVERAL`] if it is of any account how departments are related, else zero: so one question finds out whether that is so
    /// and somebody has several.
    departments: u32,
}

impl Cell {
    pub(crate) const NONE: Self = Self { relations: 0, departments: 0 };
    /// The relations in which no departments are related.
    const ELSEWHERE: u32 = 0x0303_0303;

    fn new(relations: u32) -> Self {
        let elsewhere = relations & Self::ELSEWHERE;
        let each = [0, DEPARTMENT, SUB, DEPARTMENT | SUB];
        let same = each.into_iter().fold(0, |cell, departments| cell | elsewhere << departments);
        Self { relations, departments: if relations == same { 0 } else { SEVERAL } }
    }

    /// What a level reaches, by itself or, if `shared`, by a share.
    pub(crate) fn of(level: Level, shared: bool) -> Self {
        let enough = |relation: Relation| {
            let reached = level.parts() & (relation.parts() | ALL) != 0;
            reached || (shared && level != Level::Deny && relation.is_shared())
        };
        Self::new(Relation::each().filter(|relation| enough(*relation)).fold(0, |cell, relation| cell | relation.bit()))
    }

    /// What both allow.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::new(self.relations & other.relations)
    }

    /// Whether this relation is enough.
    #[inline]
    pub(crate) fn admits(self, relation: Relation) -> bool {
        self.relations & relation.bit() != 0
    }

    /// Whether somebody's several departments are of account. It takes the bits of places and of numbers together, in which
    /// [`SEVERAL`] marks a place of several.
    #[inline]
    pub(crate) fn asks_for_several(self, marks: u32) -> bool {
        self.departments & marks != 0
    }
}
