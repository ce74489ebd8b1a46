//! What is compiled of one user: as the owner of a record, and as a principal.

use std::num::NonZeroU32;

use crate::snapshot::people::standing::Standing;
use crate::snapshot::people::tree::Below;
use crate::vocabulary::index::{DepartmentNumber, DepartmentSlot, Idx, ListSlot, StandingSlot, UserSlot};

/// Marks a number as that of a list of several departments.
pub(crate) const SEVERAL: u32 = 1 << 31;

/// What a check needs of the owner of a record. It is what the index says of an id, so it comes with the look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    pub(crate) user: UserSlot,
    /// Where the user is a member.
    pub(crate) member: Departments,
}

impl Home {
    /// The home of an unknown owner.
    pub(crate) const UNKNOWN: Self = Self { user: UserSlot::UNKNOWN, member: Departments::NONE };
}

/// How many entries are copied together.
pub(crate) const ENTRIES: usize = 1024;

/// What the rights of a principal depend on. Users with equal entries have the same roles and departments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    pub(crate) standing: StandingSlot,
    /// Where the user is a member, head or deputy.
    pub(crate) anchors: Departments,
}

impl Entry {
    /// The entry of inactive users, and of slots without a user.
    pub(crate) const NOBODY: Self = Self { standing: Standing::NOBODY, anchors: Departments::NONE };
}

/// Users of one department stand together in this order, and among them users of one standing.
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.anchors.key(), self.standing).cmp(&(other.anchors.key(), other.standing))
    }
}

/// The departments of a user: none, one, or a list of several.
///
/// Nearly all users are in one department, whose slot is stored right here. It is never zero, so that an empty place of
/// the index needs no mark of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Departments(NonZeroU32);

impl Departments {
    /// The number of [`DepartmentSlot::NOWHERE`].
    pub(crate) const NONE: Self = Self(NonZeroU32::MIN);

    pub(crate) fn one(department: DepartmentSlot) -> Self {
        Self::of(department.number())
    }

    pub(crate) fn several(list: ListSlot) -> Self {
        Self::of(list.number() | SEVERAL)
    }

    fn of(number: u32) -> Self {
        NonZeroU32::new(number).map_or(Self::NONE, Self)
    }

    /// The department, or [`DepartmentSlot::NOWHERE`]; a list of several as an error.
    #[inline]
    pub(crate) fn slot(self) -> Result<DepartmentSlot, ListSlot> {
        list_of(self.0.get()).map_or(Ok(DepartmentSlot::of_number(self.0.get())), Err)
    }

    /// The department, if it is one; of several, any. It needs no branch.
    #[inline]
    pub(crate) fn one_or_any(self) -> DepartmentSlot {
        DepartmentSlot::of_number(self.0.get() & !SEVERAL)
    }

    /// A number that no other departments have, which [`SEVERAL`] marks if they are several.
    #[inline]
    pub(crate) fn key(self) -> u32 {
        self.0.get()
    }

    /// The departments with the next key.
    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The list that a marked number is that of.
fn list_of(number: u32) -> Option<ListSlot> {
    (number & SEVERAL != 0).then(|| ListSlot::of_number(number & !SEVERAL))
}

/// Where a principal is anchored, packed into eight bytes: the range of one department and all below it, nothing, or a
/// list of several departments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Anchored {
    first: u32,
    count: u32,
}

impl Anchored {
    pub(crate) const NOWHERE: Self = Self { first: Below::NOTHING.first.0, count: 0 };

    #[inline]
    pub(crate) fn at(department: Below) -> Self {
        Self { first: department.first.number(), count: department.count }
    }

    pub(crate) fn at_several(departments: Departments) -> Self {
        Self { first: departments.key(), count: 0 }
    }

    /// The range of the one department; a list of several as an error.
    pub(crate) fn range(self) -> Result<Below, ListSlot> {
        list_of(self.first).map_or(Ok(self.one()), Err)
    }

    /// The range of the one department. Of several it is not one that anything is in or equal to.
    #[inline]
    pub(crate) fn one(self) -> Below {
        Below { first: DepartmentNumber::of_number(self.first), count: self.count }
    }

    /// [`SEVERAL`] among other bits, if it is a list.
    #[inline]
    pub(crate) fn mark(self) -> u32 {
        self.first
    }
}

// What the index relies on to stay small, and `NONE` to be nowhere.
const _: () = assert!(size_of::<Option<(i64, Home)>>() == 16 && Departments::NONE.0.get() == DepartmentSlot::NOWHERE.0);
