//! Cells: one permission of the users with one set of roles.

use crate::snapshot::relation::Relation;
use crate::vocabulary::level::{ALL, Level};

/// One permission of one row: which relations to a record are enough for it.
///
/// There are 32 relations, so a cell is 32 bits, one for each. The floor, the roles, the administrator's bypass, shares
/// and requirements are all in there: a check of any permission is one look at one bit. A toggle, whose level is `all` or
/// `deny`, has all bits or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Cell(u32);

impl Cell {
    pub(crate) const NONE: Self = Self(0);

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
