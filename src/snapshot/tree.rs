//! Departments as preorder numbers: each department is followed by all that are below it, so "below" is a range.

use std::sync::Arc;

use petgraph::stable_graph::NodeIndex;
use smallvec::SmallVec;

use crate::collections::{heap_bytes, place_number};
use crate::policy::org::Org;
use crate::snapshot::Snapshot;
use crate::snapshot::entry::{Places, SEVERAL};

/// The place of a department in the arrays of a tree.
pub(crate) type DepartmentSlot = u32;

/// The slot of the first department. Zero is no slot, and one is [`Tree::NOWHERE`].
const FIRST: DepartmentSlot = 2;

/// The numbering.
///
/// Everything compiled names a department by its slot, which it keeps for life; only here the slot has a number. So a
/// department that moves changes numbers here and nothing else.
#[derive(Clone)]
pub(crate) struct Tree {
    /// By slot. Owners are looked up here alone, in a third of the bytes of both.
    numbers: Arc<[u32]>,
    /// By slot, with the same numbers. Askers in several departments wait for one read of memory for each, and not for two as they
    /// would if only the counts stood here.
    ranges: Arc<[Below]>,
    /// The slots in the order of their numbers.
    preorder: Arc<[DepartmentSlot]>,
}

/// A department and those below it, as numbers: the first, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Below {
    pub(crate) first: u32,
    pub(crate) count: u32,
}

impl Tree {
    /// The slot of no department. Its number is one that no range holds.
    pub(crate) const NOWHERE: DepartmentSlot = 1;
    const NO_NUMBER: u32 = SEVERAL - 1;

    /// Numbers all departments. Without recursion: a chain may be as long as it likes.
    pub(crate) fn of(org: &Org) -> Self {
        let slots = org.department_bound() + FIRST as usize;
        let (mut numbers, mut ranges) = (vec![Self::NO_NUMBER; slots], vec![Below::NOTHING; slots]);
        let mut preorder = Vec::with_capacity(org.department_count());
        let mut waiting: Vec<NodeIndex> = org.roots().collect();
        in_canonical_order(org, &mut waiting);
        while let Some(department) = waiting.pop() {
            let slot = slot(department);
            let number = place_number(preorder.len());
            numbers[slot as usize] = number;
            ranges[slot as usize].first = number;
            preorder.push(slot);
            let above = waiting.len();
            waiting.extend(org.children(department));
            in_canonical_order(org, &mut waiting[above..]);
        }
        // Backwards, so that all below a department are counted before it is.
        for slot in preorder.iter().rev() {
            ranges[*slot as usize].count += 1;
            if let Some(parent) = org.parent(department(*slot)) {
                ranges[self::slot(parent) as usize].count += ranges[*slot as usize].count;
            }
        }
        Self { numbers: numbers.into(), ranges: ranges.into(), preorder: preorder.into() }
    }

    /// The numbering after a department, and all below it, went elsewhere. With a canonical order it is what `Tree::of` gives
    /// for the forest after that. It costs a copy, and new numbers for those between the old place and the new one.
    pub(crate) fn moved(&self, before: &Org, after: &Org, department: NodeIndex) -> Self {
        let these = self.below(slot(department));
        let (first, end) = (these.first as usize, these.first as usize + these.count as usize);
        let mut next = self.clone();
        let ranges = Arc::make_mut(&mut next.ranges);
        for above in before.with_those_above(department).skip(1) {
            ranges[slot(above) as usize].count -= these.count;
        }
        for above in after.with_those_above(department).skip(1) {
            ranges[slot(above) as usize].count += these.count;
        }
        let (numbers, preorder) = (Arc::make_mut(&mut next.numbers), Arc::make_mut(&mut next.preorder));
        let to = self.place_among_siblings(after, department) as usize;
        let shifted = if to <= first {
            preorder[to..end].rotate_right(end - first);
            to..end
        } else {
            preorder[first..to].rotate_left(end - first);
            first..to
        };
        for place in shifted {
            let (slot, number) = (preorder[place] as usize, place_number(place));
            numbers[slot] = number;
            ranges[slot].first = number;
        }
        next
    }

    /// The number, before it moved, of what a department is to stand before: of the next of its siblings, or of whoever comes
    /// after all of them.
    fn place_among_siblings(&self, after: &Org, department: NodeIndex) -> u32 {
        let mut siblings: Vec<NodeIndex> = match after.parent(department) {
            Some(parent) => after.children(parent).collect(),
            None => after.roots().collect(),
        };
        in_canonical_order(after, &mut siblings);
        let next = siblings.iter().rev().skip_while(|sibling| **sibling != department).nth(1);
        match (next, after.parent(department)) {
            (Some(next), _) => self.number(slot(*next)),
            (None, Some(parent)) => self.number(slot(parent)) + self.below(slot(parent)).count,
            (None, None) => place_number(self.preorder.len()),
        }
    }

    /// Whether they are known to be one and the same.
    pub(crate) fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.numbers, &other.numbers)
    }

    /// The number of a department; of none, one that no range holds.
    #[inline]
    pub(crate) fn number(&self, slot: DepartmentSlot) -> u32 {
        self.numbers.get(slot as usize).copied().unwrap_or(Self::NO_NUMBER)
    }

    /// The numbers of a department and of all below it; of none, nothing.
    #[inline]
    pub(crate) fn below(&self, slot: DepartmentSlot) -> Below {
        self.ranges.get(slot as usize).copied().unwrap_or(Below::NOTHING)
    }

    /// The slots, each after the one above it.
    pub(crate) fn preorder(&self) -> &[DepartmentSlot] {
        &self.preorder
    }

    /// The slots with these numbers, in their order.
    pub(crate) fn within(&self, these: Below) -> &[DepartmentSlot] {
        let (first, end) = (these.first as usize, these.first as usize + these.count as usize);
        self.preorder.get(first..end).unwrap_or_default()
    }

    pub(crate) fn memory_usage(&self) -> usize {
        heap_bytes(&self.numbers) + heap_bytes(&self.ranges) + heap_bytes(&self.preorder)
    }

    /// One more than the greatest slot.
    pub(crate) fn slots(&self) -> usize {
        self.numbers.len()
    }
}

impl Below {
    /// What who is anchored nowhere reaches: nothing. Nothing has the number of its first, not even what is nowhere.
    pub(crate) const NOTHING: Self = Self { first: Tree::NO_NUMBER - 1, count: 0 };

    /// In the place of several departments, which are looked up on the side.
    pub(crate) fn several(these: Places) -> Self {
        Self { first: these.key(), count: 0 }
    }

    #[inline]
    pub(crate) fn contains(self, number: u32) -> bool {
        number.wrapping_sub(self.first) < self.count
    }

    /// The same departments, sorted, without ranges that lie within another.
    pub(crate) fn outermost(mut ranges: SmallVec<[Self; 2]>) -> SmallVec<[Self; 2]> {
        // Ranges of a tree lie within each other or apart, and in this order the outer one comes first.
        ranges.sort_unstable_by_key(|below| below.first);
        ranges.dedup_by(|inner, outer| outer.contains(inner.first));
        ranges
    }
}

/// Brings departments beside each other into the order of their ids, the first one last. So numbers depend on the company
/// alone and not on how it came about, and all processes that know it agree on them. Only what is written into mirror tables
/// needs that.
fn in_canonical_order(org: &Org, departments: &mut [NodeIndex]) {
    if cfg!(feature = "sql") {
        departments.sort_unstable_by(|a, b| org.department_id(*b).cmp(org.department_id(*a)));
    }
}

impl Snapshot {
    /// The numbers of a department and of all below it.
    pub(crate) fn below(&self, department: NodeIndex) -> Below {
        self.tree.below(slot(department))
    }

    /// The departments with these numbers, in their order.
    pub(crate) fn departments_in(&self, these: Below) -> &[DepartmentSlot] {
        self.tree.within(these)
    }
}

/// The slot of a department of the model.
pub(crate) fn slot(department: NodeIndex) -> DepartmentSlot {
    place_number(department.index()) + FIRST
}

/// The department of the model that has this slot, the other way round.
pub(crate) fn department(slot: DepartmentSlot) -> NodeIndex {
    NodeIndex::new((slot - FIRST) as usize)
}
