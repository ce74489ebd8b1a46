//! The one definition of access: whether a cell admits a relation.
//!
//! A permission is allowed for a record if and only if [`Cell::admits`] says so. The cell is the one that the
//! principal's rights have for the permission; the relation is that of the principal to the record. Every answer calls
//! it, or reads the same bits: checks, lists, predicates, `who_can`, explanations, differences, and the rules of
//! administration.
//!
//! The cell of the level `own+open`, for an action that shares extend, has a bit for each of the 32 relations:
//!
//! ```text
//! own, or anything with it     relation & 0b00001 != 0    admitted
//! open                         relation & 0b01000 != 0    admitted
//! shared with the principal    relation & 0b10000 != 0    admitted
//! only department or below     0b00010, 0b00100, 0b00110  not admitted
//! no relation                  0b00000                    not admitted
//! ```
//!
//! An assignment with a place measures from other departments than those of the user. Whether a record is in such a
//! place is not a relation, but it decides by which of two cells a relation is judged: see [`Need`](super::rights::Need).

use crate::policy::schema::Action;
use crate::snapshot::people::SEVERAL;
use crate::snapshot::relation::Relation;
use crate::vocabulary::level::{ALL, DEPARTMENT, Level, OWN, SUB};

/// One permission in one row of rights: which relations to a record are enough for it.
///
/// There are 32 relations, so a cell is 32 bits, one for each relation. The floor, the roles, the administrator's
/// bypass, shares and requirements are all folded in: a check of any permission reads one bit. A toggle, whose level is
/// `all` or `deny`, has all bits or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    relations: u32,
    /// [`SEVERAL`] if the cell depends on departments, else 0. One mask test then decides whether the slow way for
    /// users in several departments is needed. [`PLACED`] if assignments with a place add to it, and [`VARIED`] if some
    /// variant has another cell.
    departments: u32,
}

/// Marks a cell that is not all: some records in the place of an assignment are reached besides. A check by any other cell
/// pays for a test of this bit: two instructions of a hundred, while passing on what to do for places took five.
const PLACED: u32 = 1;

/// Marks a cell that stands for all records but those of some variants, which have cells of their own. One test is for
/// both marks.
const VARIED: u32 = 1 << 1;

impl Cell {
    pub(crate) const NONE: Self = Self { relations: 0, departments: 0 };
    /// The relations without `department` and `sub`, as bits.
    const ELSEWHERE: u32 = 0x0303_0303;

    fn new(relations: u32) -> Self {
        // A cell does not depend on departments if each relation is admitted or not whatever its two department bits
        // are: then the bits of `ELSEWHERE`, repeated for each of the four combinations, give the cell.
        let elsewhere = relations & Self::ELSEWHERE;
        let each = [0, DEPARTMENT, SUB, DEPARTMENT | SUB];
        let same = each.into_iter().fold(0, |cell, departments| cell | elsewhere << departments);
        Self { relations, departments: if relations == same { 0 } else { SEVERAL } }
    }

    /// The relations that a level reaches by the rules of an action: by itself or, if shares count, by a share; and not
    /// to an own record, if those are excepted.
    pub(crate) fn of(level: Level, rules: &Action) -> Self {
        let enough = |relation: Relation| {
            let reached = level.parts() & (relation.parts() | ALL) != 0;
            let shared = rules.shared && level != Level::Deny && relation.is_shared();
            (reached || shared) && !(rules.except_own && relation.parts() & OWN != 0)
        };
        Self::new(Relation::each().filter(|relation| enough(*relation)).fold(0, |cell, relation| cell | relation.bit()))
    }

    /// The relations that both admit.
    pub(crate) fn and(self, other: Self) -> Self {
        Self::new(self.relations & other.relations)
    }

    /// Whether this relation is enough.
    #[inline]
    pub(crate) fn admits(self, relation: Relation) -> bool {
        self.relations & relation.bit() != 0
    }

    /// The same cell, marked as one that assignments with a place add to.
    pub(crate) fn placed(self) -> Self {
        Self { departments: self.departments | PLACED, ..self }
    }

    /// Whether it admits nothing, in no place either.
    pub(crate) fn is_nothing(self) -> bool {
        self.relations == 0 && !self.is_placed()
    }

    /// Whether assignments with a place add to this cell.
    #[inline]
    pub(crate) fn is_placed(self) -> bool {
        self.departments & PLACED != 0
    }

    /// The same cell, marked as one beside which variants have their own.
    pub(crate) fn varied(self) -> Self {
        Self { departments: self.departments | VARIED, ..self }
    }

    /// Whether variants have cells of their own beside this one.
    #[inline]
    pub(crate) fn is_varied(self) -> bool {
        self.departments & VARIED != 0
    }

    /// The same cell without the mark of variants.
    pub(crate) fn unvaried(self) -> Self {
        Self { departments: self.departments & !VARIED, ..self }
    }

    /// The same cell without marks.
    pub(crate) fn unmarked(self) -> Self {
        Self { departments: self.departments & SEVERAL, ..self }
    }

    /// Whether this cell is not all that decides: it [is placed](Self::is_placed) or [varied](Self::is_varied).
    #[inline]
    pub(crate) fn is_marked(self) -> bool {
        self.departments & (PLACED | VARIED) != 0
    }

    /// Whether it matters that a user is in several departments. `marks` are department numbers or-ed together;
    /// [`SEVERAL`] is set in it if one of them is a list.
    #[inline]
    pub(crate) fn depends_on_several(self, marks: u32) -> bool {
        self.departments & marks != 0
    }
}
