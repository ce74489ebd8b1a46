//! Cells: one permission of the users with one set of roles.

use crate::snapshot::entry::SEVERAL;
use crate::snapshot::relation::Relation;
use crate::vocabulary::level::{ALL, Level};

/// One permission of one row: which relations to a record are enough for it.
///
/// There are 32 relations, so a cell is 32 bits, one for each. The floor, the roles, the administrator's bypass, shares
/// and requirements are all in there: a check of any permission is one look at one bit. A toggle, whose level is `all` or
/// `deny`, has all bits or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    relations: u32,
    /// [`SEVERAL`] if it is of any account how departments are related, else zero.
    departments: u32,
}

impl Cell {
    pub(crate) const NONE: Self = Self { relations: 0, departments: 0 };

    fn new(enough: impl Fn(Relation) -> bool) -> Self {
        let relations =
            Relation::each().filter(|relation| enough(*relation)).fold(0, |cell, relation| cell | relation.bit());
        let asks = Relation::each().any(|relation| enough(relation) != enough(relation.without_departments()));
        Self { relations, departments: if asks { SEVERAL } else { 0 } }
    }

    /// What a level reaches, by itself or, if `shared`, by a share.
    pub(crate) fn of(level: Level, shared: bool) -> Self {
        Self::new(|relation| {
            let reached = level.parts() & (relation.parts() | ALL) != 0;
            reached || (shared && level != Level::Deny && relation.is_shared())
        })
    }

    /// What both allow.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::new(|relation| self.admits(relation) && other.admits(relation))
    }

    /// Whether this relation is enough.
    #[inline]
    pub(crate) fn admits(self, relation: Relation) -> bool {
        self.relations & relation.bit() != 0
    }

    /// Whether one of these [`Places`](crate::snapshot::entry::Places) is of several departments, and that is of account. A
    /// question that a processor can't foresee costs as much as a read of memory, so there is one and not three.
    #[inline]
    pub(crate) fn asks_for_several(self, places: u32) -> bool {
        self.departments & places != 0
    }
}
