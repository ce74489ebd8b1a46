//! What is compiled of a user.

use crate::snapshot::UserSlot;
use crate::snapshot::part::Part;
use crate::snapshot::tree::{DepartmentSlot, Tree};

/// Marks a number as the place of a [`Several`].
const SEVERAL: u32 = 1 << 31;

/// What a check needs of the owner of a record. It stands in the index beside the id, so it comes with the look-up.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
/// Nearly all users are in one department, which stands here itself. The rest is looked up on the side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Places(u32);

/// Sorted slots of departments, of which there are at least two.
pub(crate) type Several = Box<[DepartmentSlot]>;

impl Places {
    pub(crate) const NONE: Self = Self(Tree::NOWHERE);

    pub(crate) fn one(department: DepartmentSlot) -> Self {
        Self(department)
    }

    pub(crate) fn several(place: u32) -> Self {
        Self(place | SEVERAL)
    }

    /// The department, or `NOWHERE`; the place of several as an error.
    #[inline]
    pub(crate) fn slot(self) -> Result<DepartmentSlot, u32> {
        if self.0 & SEVERAL == 0 { Ok(self.0) } else { Err(self.0 & !SEVERAL) }
    }

    /// A number that no other places have.
    pub(crate) fn key(self) -> u32 {
        self.0
    }
}
