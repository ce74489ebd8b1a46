//! The compiled form of one user: as the owner of a record, and as a principal.

use std::num::NonZeroU32;

use crate::snapshot::people::standing::Standing;
use crate::snapshot::people::tree::Below;
use crate::vocabulary::index::{DepartmentNumber, DepartmentSlot, Idx, ListSlot, StandingSlot, UserSlot};

/// Marks a number that stands for a list of several departments.
pub(crate) const SEVERAL: u32 = 1 << 31;

/// The owner of a record, as a check needs it. The index of ids stores it, so the look-up of an id gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    pub(crate) user: UserSlot,
    /// The departments where the user is a member.
    pub(crate) member: Departments,
}

impl Home {
    /// The home of an unknown owner.
    pub(crate) const UNKNOWN: Self = Self { user: UserSlot::UNKNOWN, member: Departments::NONE };
}

/// The size of a chunk of entries.
pub(crate) const ENTRIES: usize = 1024;

/// A principal, as rights depend on it. Users with equal entries have the same roles and departments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Entry {
    pub(crate) standing: StandingSlot,
    /// The departments where the user is a member, head or deputy.
    pub(crate) anchors: Departments,
}

impl Entry {
    /// The entry of inactive users, and of slots without a user.
    pub(crate) const NOBODY: Self = Self { standing: Standing::NOBODY, anchors: Departments::NONE };
}

/// Sorts by departments, then by standing. So users of one department are adjacent.
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
/// Nearly all users are in one department, whose slot is stored right here. The number is never zero, so that an empty
/// slot of the index needs no mark of its own.
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

    /// The department, or [`DepartmentSlot::NOWHERE`]. If there are several, the error is their list.
    #[inline]
    pub(crate) fn slot(self) -> Result<DepartmentSlot, ListSlot> {
        list_of(self.0.get()).map_or(Ok(DepartmentSlot::of_number(self.0.get())), Err)
    }

    /// The department if there is one, otherwise a meaningless slot. Takes no branch.
    #[inline]
    pub(crate) fn one_or_any(self) -> DepartmentSlot {
        DepartmentSlot::of_number(self.0.get() & !SEVERAL)
    }

    /// A number that differs for different departments. It has the bit [`SEVERAL`] if it stands for a list.
    #[inline]
    pub(crate) fn key(self) -> u32 {
        self.0.get()
    }

    /// The departments with the next key.
    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// The list that a marked number stands for.
fn list_of(number: u32) -> Option<ListSlot> {
    (number & SEVERAL != 0).then(|| ListSlot::of_number(number & !SEVERAL))
}

/// The anchors of a principal, packed into eight bytes: the range of one department and all below it, nothing, or a
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

    /// The range of the one department. If there are several, the error is their list.
    pub(crate) fn range(self) -> Result<Below, ListSlot> {
        list_of(self.first).map_or(Ok(self.one()), Err)
    }

    /// The range of the one department. If there are several, it is a range that no department is in or equal to.
    #[inline]
    pub(crate) fn one(self) -> Below {
        Below { first: DepartmentNumber::of_number(self.first), count: self.count }
    }

    /// A number with the bit [`SEVERAL`] if the anchors are a list. Its other bits have no meaning.
    #[inline]
    pub(crate) fn mark(self) -> u32 {
        self.first
    }
}

// The index relies on the size of an entry, and `slot` on `NONE` being the number of `NOWHERE`.
const _: () = assert!(size_of::<Option<(i64, Home)>>() == 16 && Departments::NONE.0.get() == DepartmentSlot::NOWHERE.0);
