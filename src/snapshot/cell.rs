//! The one definition of access: whether a cell admits a relation.
//!
//! A permission is allowed for a record if and only if [`Cell::admits`] says so: of the cell that the principal's
//! rights have for the permission, and of how the principal and the record are related. Every answer asks it, or reads
//! the same bits: checks, lists and predicates, who can, explanations, differences, the rules of administration.

use crate::snapshot::people::SEVERAL;
use crate::snapshot::relation::Relation;
use crate::vocabulary::level::{ALL, DEPARTMENT, Level, SUB};

/// One permission in one row of rights: which relations to a record are enough for it.
///
/// There are 32 relations, so a cell is 32 bits, one for each. The floor, the roles, the administrator's bypass, shares
/// and requirements are all in there: a check of any permission is one look at one bit. A toggle, whose level is `all`
/// or `deny`, has all bits or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    relations: u32,
    /// [`SEVERAL`] if the cell depends on departments, else 0. One mask test then decides whether the slow way for
    /// users in several departments is needed.
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

    /// Whether it matters that a user is in several departments. `marks` are numbers of departments or-ed together, in
    /// which [`SEVERAL`] marks a list.
    #[inline]
    pub(crate) fn depends_on_several(self, marks: u32) -> bool {
        self.departments & marks != 0
    }
}
