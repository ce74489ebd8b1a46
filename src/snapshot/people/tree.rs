//! Departments as preorder numbers: each department is followed by all that are below it, so "below" is a range.
//!
//! ```text
//! number   0 Company ─ 1 Sales ─ 2 Sales South ─ 3 Support
//! range    0..=3       1..=2     2..=2           3..=3
//! ```
//!
//! Is Sales South below Sales? 2 is in 1..=2: yes. If Sales moves below Support, the numbers 1 to 3 are rotated:
//! Support is 1, Sales 2, Sales South 3. Slots stay as they are.

use std::cmp::Reverse;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::collections::heap_bytes;
use crate::policy::org::Org;
use crate::vocabulary::index::{DepartmentNumber, DepartmentSlot, Idx};

/// The numbering of all departments.
///
/// All other compiled data names a department by its slot. Only the tree knows its number, so moving a department
/// changes numbers here and nothing else. Siblings are numbered in the order of their ids, so numbers depend on the
/// company alone and not on its history: all processes that know it agree on them, and they can be written into mirror
/// tables.
#[derive(Clone)]
pub(crate) struct Tree {
    /// By slot. Owners are looked up in this array only, which is a third of the bytes of both.
    numbers: Arc<[DepartmentNumber]>,
    /// By slot. It repeats the numbers, so that a principal in several departments waits for one memory access for each
    /// department instead of two.
    ranges: Arc<[Below]>,
    preorder: Arc<[DepartmentSlot]>,
}

/// A department and those below it, as a range of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Below {
    pub(crate) first: DepartmentNumber,
    pub(crate) count: u32,
}

impl Tree {
    /// Numbers all departments. It does not recurse, because a chain may be of any length.
    pub(crate) fn of(org: &Org) -> Self {
        let (mut numbers, mut ranges) =
            (vec![DepartmentNumber::NONE; org.department_bound()], vec![Below::NOTHING; org.department_bound()]);
        let mut preorder = Vec::with_capacity(org.department_count());
        let mut waiting: Vec<DepartmentSlot> = org.roots().collect();
        in_canonical_order(org, &mut waiting);
        while let Some(slot) = waiting.pop() {
            let number = DepartmentNumber::new(preorder.len());
            numbers[slot.index()] = number;
            ranges[slot.index()].first = number;
            preorder.push(slot);
            let above = waiting.len();
            waiting.extend(org.children(slot));
            in_canonical_order(org, &mut waiting[above..]);
        }
        // Backwards, so that all below a department are counted before it is.
        for slot in preorder.iter().rev() {
            ranges[slot.index()].count += 1;
            if let Some(parent) = org.parent(*slot) {
                ranges[parent.index()].count += ranges[slot.index()].count;
            }
        }
        Self { numbers: numbers.into(), ranges: ranges.into(), preorder: preorder.into() }
    }

    /// The numbering after a department moved with all below it: the same as `Tree::of` for the new forest. Costs a
    /// copy, and new numbers for the departments between the old position and the new one.
    pub(crate) fn moved(&self, before: &Org, after: &Org, department: DepartmentSlot) -> Self {
        let these = self.below(department).positions();
        let count = self.below(department).count;
        let mut next = self.clone();
        let ranges = Arc::make_mut(&mut next.ranges);
        for above in before.with_those_above(department).skip(1) {
            ranges[above.index()].count -= count;
        }
        for above in after.with_those_above(department).skip(1) {
            ranges[above.index()].count += count;
        }
        let (numbers, preorder) = (Arc::make_mut(&mut next.numbers), Arc::make_mut(&mut next.preorder));
        let to = self.position_among_siblings(after, department);
        let shifted = if to <= these.start {
            preorder[to..these.end].rotate_right(these.len());
            to..these.end
        } else {
            preorder[these.start..to].rotate_left(these.len());
            these.start..to
        };
        for position in shifted {
            let (slot, number) = (preorder[position], DepartmentNumber::new(position));
            numbers[slot.index()] = number;
            ranges[slot.index()].first = number;
        }
        next
    }

    /// The position before the move that a department is to be inserted at: that of its next sibling, or the end of its
    /// new parent's range.
    fn position_among_siblings(&self, after: &Org, department: DepartmentSlot) -> usize {
        let mut siblings: Vec<DepartmentSlot> = match after.parent(department) {
            Some(parent) => after.children(parent).collect(),
            None => after.roots().collect(),
        };
        in_canonical_order(after, &mut siblings);
        let next = siblings.iter().rev().skip_while(|sibling| **sibling != department).nth(1);
        match (next, after.parent(department)) {
            (Some(next), _) => self.number(*next).index(),
            (None, Some(parent)) => self.below(parent).positions().end,
            (None, None) => self.preorder.len(),
        }
    }

    /// Whether both share one numbering. A `false` says nothing.
    pub(crate) fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.numbers, &other.numbers)
    }

    /// The number of a department, or [`DepartmentNumber::NONE`].
    #[inline]
    pub(crate) fn number(&self, slot: DepartmentSlot) -> DepartmentNumber {
        self.numbers.get(slot.index()).copied().unwrap_or(DepartmentNumber::NONE)
    }

    /// The numbers of a department and of all below it, or [`Below::NOTHING`].
    #[inline]
    pub(crate) fn below(&self, slot: DepartmentSlot) -> Below {
        self.ranges.get(slot.index()).copied().unwrap_or(Below::NOTHING)
    }

    /// The slots in the order of their numbers: each after the one above it.
    pub(crate) fn preorder(&self) -> &[DepartmentSlot] {
        &self.preorder
    }

    /// The slots with these numbers, in their order.
    pub(crate) fn within(&self, these: Below) -> &[DepartmentSlot] {
        self.preorder.get(these.positions()).unwrap_or_default()
    }

    pub(crate) fn memory_usage(&self) -> usize {
        heap_bytes(&self.numbers) + heap_bytes(&self.ranges) + heap_bytes(&self.preorder)
    }

    /// The bound of slot indexes, including free slots.
    pub(crate) fn slots(&self) -> usize {
        self.numbers.len()
    }
}

impl Below {
    /// The range of a user without departments. No department has the number `first`, and neither has an unknown one.
    pub(crate) const NOTHING: Self = Self { first: DepartmentNumber(DepartmentNumber::NONE.0 - 1), count: 0 };

    #[inline]
    pub(crate) fn contains(self, number: DepartmentNumber) -> bool {
        number.number().wrapping_sub(self.first.number()) < self.count
    }

    /// Whether all departments of another range are in this one.
    pub(crate) fn covers(self, other: Self) -> bool {
        let (own, inner) = (self.positions(), other.positions());
        own.start <= inner.start && inner.end <= own.end
    }

    pub(crate) fn positions(self) -> std::ops::Range<usize> {
        self.first.index()..self.first.index() + self.count as usize
    }

    #[cfg(feature = "sql")]
    pub(crate) fn first_and_last(self) -> (i64, i64) {
        let first = i64::from(self.first.number());
        (first, first + i64::from(self.count) - 1)
    }

    /// Whether one of these [outermost](Self::outermost) ranges contains a number.
    pub(crate) fn any_contains(outermost: &[Self], number: DepartmentNumber) -> bool {
        let before = outermost.partition_point(|below| below.first <= number);
        outermost[..before].last().is_some_and(|below| below.contains(number))
    }

    /// Whether all departments of some ranges are in these [outermost](Self::outermost) ranges.
    pub(crate) fn all_covered(outermost: &[Self], ranges: &[Self]) -> bool {
        ranges.iter().all(|these| {
            let before = outermost.partition_point(|below| below.first <= these.first);
            outermost[..before].last().is_some_and(|below| below.covers(*these))
        })
    }

    /// Sorts ranges, and removes those that lie within another.
    pub(crate) fn outermost(mut ranges: SmallVec<[Self; 2]>) -> SmallVec<[Self; 2]> {
        // Ranges of a tree are nested or disjoint, and in this order the outer one comes first.
        ranges.sort_unstable_by_key(|below| (below.first, Reverse(below.count)));
        ranges.dedup_by(|inner, outer| outer.contains(inner.first));
        ranges
    }
}

/// Sorts siblings by id in descending order, because they are popped from the end.
fn in_canonical_order(org: &Org, departments: &mut [DepartmentSlot]) {
    departments.sort_unstable_by(|a, b| org.department_id(*b).cmp(org.department_id(*a)));
}
