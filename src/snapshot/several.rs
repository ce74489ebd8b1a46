//! The departments of a user who has several.

use std::mem::size_of_val;

use smallvec::SmallVec;

use crate::snapshot::tree::DepartmentSlot;

/// Sorted slots of departments, of which there are at least two: four by four, since four are compared at once, without a
/// question about how many there are that a processor could guess wrong.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Several(SmallVec<[Four; 1]>);

/// Up to four departments, and zeros, which are no slots, in the place of those that are not there.
pub(crate) type Four = [DepartmentSlot; 4];

/// As a whole, and not one by one: they are copied with those that they stand together with.
impl Clone for Several {
    fn clone(&self) -> Self {
        Self(SmallVec::from_slice(&self.0))
    }
}

impl Several {
    pub(crate) fn of(departments: &[DepartmentSlot]) -> Self {
        let four = |departments: &[DepartmentSlot]| std::array::from_fn(|at| departments.get(at).copied().unwrap_or(0));
        Self(departments.chunks(4).map(four).collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = DepartmentSlot> + Clone {
        self.0.iter().flatten().copied().filter(|department| *department != 0)
    }

    pub(crate) fn fours(&self) -> &[Four] {
        &self.0
    }

    /// The bytes that do not stand here itself.
    pub(crate) fn memory_usage(&self) -> usize {
        if self.0.spilled() { size_of_val(&self.0[..]) } else { 0 }
    }
}
