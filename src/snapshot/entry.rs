//! What is compiled of a user.

use std::num::NonZeroU32;

use crate::snapshot::UserSlot;
use crate::snapshot::part::Part;
use crate::snapshot::tree::{DepartmentSlot, Tree};

/// Marks a number as the place of a [`Several`](crate::snapshot::several::Several).
pub(crate) const SEVERAL: u32 = 1 << 31;

/// What a check needs of the owner of a record. It is what the index says of an id, so it comes with the look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    pub(crate) user: UserSlot,
    pub(crate) member: Places,
}

impl Home {
    /// The home of somebody who is not there: no user has this slot.
    pub(crate) const UNKNOWN: Self = Self { user: UserSlot::MAX, member: Places::NONE };
}

/// What the one who asks brings along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    /// Which [`Part`].
    pub(crate) part: u32,
    /// Where the user is anchored: as member, head or deputy.
    pub(crate) anchors: Places,
}

impl Entry {
    /// Of who may not ask.
    pub(crate) const NOBODY: Self = Self { part: Part::NOBODYS, anchors: Places::NONE };
}

/// Departments: none, one, or the place of several.
///
/// Nearly all users are in one department, which stands here itself. The rest is looked up on the side. Never zero, so that
/// a place of the index that is free needs no mark of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Places(NonZeroU32);

impl Places {
    pub(crate) const NONE: Self = Self(NonZeroU32::MIN);

    pub(crate) fn one(department: DepartmentSlot) -> Self {
        Self::of(department)
    }

    pub(crate) fn several(place: u32) -> Self {
        Self::of(place | SEVERAL)
    }

    fn of(number: u32) -> Self {
        NonZeroU32::new(number).map_or(Self::NONE, Self)
    }

    /// The department, or [`Tree::NOWHERE`]; the place of several as an error.
    #[inline]
    pub(crate) fn slot(self) -> Result<DepartmentSlot, u32> {
        Self::place_of_several(self.0.get()).map_or(Ok(self.0.get()), Err)
    }

    /// The department, if it is one; of several, any. It asks no question.
    #[inline]
    pub(crate) fn one_or_any(self) -> DepartmentSlot {
        self.0.get() & !SEVERAL
    }

    /// The place of several, if this number, of a department or of places, stands for them.
    pub(crate) fn place_of_several(number: u32) -> Option<u32> {
        (number & SEVERAL != 0).then_some(number & !SEVERAL)
    }

    /// A number that no other places have; of none, that of [`Tree::NOWHERE`].
    pub(crate) fn key(self) -> u32 {
        self.0.get()
    }

    /// The places that come next by their numbers.
    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

// What the index relies on to stay small, and `NONE` to be nowhere.
const _: () = assert!(size_of::<Option<(i64, Home)>>() == 16 && Places::NONE.0.get() == Tree::NOWHERE);
