//! The departments of a user who is in several.

use std::array;
use std::mem::size_of_val;

use smallvec::SmallVec;

use crate::vocabulary::index::DepartmentSlot;

/// Sorted slots of at least two departments, in groups of four. Four are compared at once, without a branch on their
/// number that a processor could mispredict.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct DepartmentList(SmallVec<[Four; 1]>);

/// Up to four departments. If there are fewer, the last one is repeated, so that comparing all four gives the same
/// answer.
pub(crate) type Four = [DepartmentSlot; 4];

/// Copies the slice as a whole: a derive would clone each item.
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

    /// The bytes that are not stored inline.
    pub(crate) fn memory_usage(&self) -> usize {
        if self.0.spilled() { size_of_val(&self.0[..]) } else { 0 }
    }
}
