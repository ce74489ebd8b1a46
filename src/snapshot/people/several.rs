//! The departments of a user who has several.

use std::array;
use std::mem::size_of_val;

use smallvec::SmallVec;

use crate::vocabulary::index::DepartmentSlot;

/// Sorted slots of at least two departments, in fours: four are compared at once, without a branch on how many there
/// are that a processor could guess wrong.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct DepartmentList(SmallVec<[Four; 1]>);

/// Up to four departments. Fewer are filled up with the last of them, so that comparing all four gives the same answer.
pub(crate) type Four = [DepartmentSlot; 4];

/// Copied as a whole, and not one by one.
impl Clone for DepartmentList {
    fn clone(&self) -> Self {
        Self(SmallVec::from_slice(&self.0))
    }
}

impl DepartmentList {
    pub(crate) fn of(departments: &[DepartmentSlot]) -> Self {
        let four = |departments: &[DepartmentSlot]| array::from_fn(|at| departments[at.min(departments.len() - 1)]);
        Self(departments.chunks(4).map(four).collect())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = DepartmentSlot> + Clone {
        let all = self.0.as_flattened();
        let others = all.windows(2).filter(|pair| pair[0] != pair[1]).map(|pair| pair[1]);
        all.first().copied().into_iter().chain(others)
    }

    pub(crate) fn fours(&self) -> &[Four] {
        &self.0
    }

    /// The bytes that are not in the list itself.
    pub(crate) fn memory_usage(&self) -> usize {
        if self.0.spilled() { size_of_val(&self.0[..]) } else { 0 }
    }
}
