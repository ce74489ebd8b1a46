//! Departments as preorder numbers: each department is followed by all that are below it, so "below" is a range.

use petgraph::stable_graph::NodeIndex;

use crate::policy::org::Org;

/// The place of a department in the arrays of a tree.
pub(crate) type DepartmentSlot = u32;

/// The numbering.
///
/// Everything compiled names a department by its slot, which it keeps for life; only here the slot has a number. So a
/// department that moves changes numbers here and nothing else.
#[derive(Default)]
pub(crate) struct Tree {
    /// By slot.
    numbers: Vec<u32>,
    /// By slot: how many departments there are below and including it.
    sizes: Vec<u32>,
    /// The slots in the order of their numbers.
    preorder: Vec<DepartmentSlot>,
}

/// A department and those below it, as numbers: the first, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Below {
    pub(crate) first: u32,
    pub(crate) count: u32,
}

impl Tree {
    /// The slot of no department. Its number is one that no range holds.
    pub(crate) const NOWHERE: DepartmentSlot = 0;
    const NO_NUMBER: u32 = u32::MAX;

    /// Numbers all departments. Without recursion: a chain may be as long as it likes.
    pub(crate) fn of(org: &Org) -> Self {
        let slots = org.department_bound() + 1;
        let mut tree = Self {
            numbers: vec![Self::NO_NUMBER; slots],
            sizes: vec![0; slots],
            preorder: Vec::with_capacity(org.department_count()),
        };
        let mut waiting: Vec<NodeIndex> = org.roots().collect();
        while let Some(department) = waiting.pop() {
            let slot = slot(department);
            tree.numbers[slot as usize] = super::place(tree.preorder.len());
            tree.preorder.push(slot);
            waiting.extend(org.children(department));
        }
        // Backwards, so that all below a department are counted before it is.
        for number in (0..tree.preorder.len()).rev() {
            let slot = tree.preorder[number];
            tree.sizes[slot as usize] += 1;
            if let Some(parent) = org.parent(department(slot)) {
                tree.sizes[self::slot(parent) as usize] += tree.sizes[slot as usize];
            }
        }
        tree
    }

    /// The number of a department; of none, one that no range holds.
    #[inline]
    pub(crate) fn number(&self, slot: DepartmentSlot) -> u32 {
        self.numbers.get(slot as usize).copied().unwrap_or(Self::NO_NUMBER)
    }

    /// The numbers of a department and of all below it.
    #[inline]
    pub(crate) fn below(&self, slot: DepartmentSlot) -> Below {
        Below { first: self.number(slot), count: self.sizes.get(slot as usize).copied().unwrap_or(0) }
    }

    /// The slots, each after the one above it.
    pub(crate) fn preorder(&self) -> &[DepartmentSlot] {
        &self.preorder
    }

    /// One more than the greatest slot.
    pub(crate) fn slots(&self) -> usize {
        self.numbers.len()
    }
}

impl Below {
    /// What who is anchored nowhere reaches: nothing, not even what is nowhere.
    pub(crate) const NOTHING: Self = Self { first: Tree::NO_NUMBER - 1, count: 0 };

    #[inline]
    pub(crate) fn contains(self, number: u32) -> bool {
        number.wrapping_sub(self.first) < self.count
    }
}

/// The slot of a department of the model.
pub(crate) fn slot(department: NodeIndex) -> DepartmentSlot {
    super::place(department.index()) + 1
}

fn department(slot: DepartmentSlot) -> NodeIndex {
    NodeIndex::new(slot as usize - 1)
}
