//! The relation between a principal and a record: five bits that decide every permission.

use crate::vocabulary::level::{DEPARTMENT, OPEN, OWN, SUB};

/// The relations between a principal and a record: own, of a department, of one below, open, shared.
///
/// The first four are the parts of a [`Level`](crate::Level) that they satisfy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Relation(u8);

/// The bit of a share. In a level the same bit is the part `all`, which every record satisfies.
pub(crate) const SHARED: u8 = 1 << 4;

impl Relation {
    /// The relation that satisfies every part: to an own record that is open and shared. What denies it denies any.
    pub(crate) const CLOSEST: Self = Self(OWN | DEPARTMENT | SUB | OPEN | SHARED);

    /// The relation with these parts of a level, shared or not.
    pub(crate) fn of(parts: u8, shared: bool) -> Self {
        Self(parts & (OWN | DEPARTMENT | SUB | OPEN)).and_if(shared, SHARED)
    }

    /// All 32 relations.
    pub(crate) fn each() -> impl Iterator<Item = Self> {
        (0..32).map(Self)
    }

    /// The parts of a level that this relation satisfies, `all` aside.
    pub(crate) fn parts(self) -> u8 {
        self.0 & (OWN | DEPARTMENT | SUB | OPEN)
    }

    /// The bits of this relation: the satisfied parts, and [`SHARED`].
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    pub(crate) fn is_shared(self) -> bool {
        self.0 & SHARED != 0
    }

    /// The bit of this relation in a cell.
    #[inline]
    pub(crate) fn bit(self) -> u32 {
        1 << (self.0 & 31)
    }

    /// The same relation, to a record that may also be open.
    #[inline]
    pub(crate) fn and_open(self, open: bool) -> Self {
        self.and_if(open, OPEN)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline]
    pub(crate) fn and_if(self, holds: bool, part: u8) -> Self {
        Self(self.0 | (u8::from(holds) * part))
    }
}
