//! The departments of a user who has several.

use std::array;
use std::mem::size_of_val;

use smallvec::SmallVec;

use crate::snapshot::tree::DepartmentSlot;

/// Sorted slots of departments, of which there are at least two: four by four, since four are compared at once, without a
/// question about how many there are that a processor could guess wrong.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Several(SmallVec<[Four; 1]>);

/// Up to four departments, and the last of them again in the place of those that are not there: who compares them all learns the
/// same. With a slot of no department there, which had to be asked for, a check of a thousand users took a twentieth longer.
pub(crate) type Four = [DepartmentSlot; 4];

/// As a whole, and not one by one: they are copied with those that they stand together with.
impl Clone for Several {
    fn clone(&self) -> Self {
        Self(SmallVec::from_slice(&self.0))
    }
}

impl Several {
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

    /// The bytes that do not stand here itself.
    pub(crate) fn memory_usage(&self) -> usize {
        if self.0.spilled() { size_of_val(&self.0[..]) } else { 0 }
    }
}
