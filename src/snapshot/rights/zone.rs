//! Zones: the departments whose records an assignment with a place reaches.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::snapshot::people::{Below, Tree};
use crate::vocabulary::index::{DepartmentNumber, DepartmentSlot};

/// Departments as disjoint ranges of numbers, sorted. A department alone is a range of one; with all below it, its whole
/// range.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Zone(Arc<[Below]>);

impl Zone {
    /// These departments, each alone or with all below it.
    pub(super) fn of(departments: &[(DepartmentSlot, bool)], tree: &Tree) -> Self {
        let range = |(department, with_below): &(DepartmentSlot, bool)| {
            let below = tree.below(*department);
            if *with_below { below } else { Below { count: 1, ..below } }
        };
        let ranges: SmallVec<[Below; 2]> = departments.iter().map(range).collect();
        Self(Below::outermost(ranges)[..].into())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn ranges(&self) -> &[Below] {
        &self.0
    }

    pub(crate) fn contains(&self, number: DepartmentNumber) -> bool {
        Below::any_contains(&self.0, number)
    }
}
