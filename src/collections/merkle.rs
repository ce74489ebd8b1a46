//! A set with a digest: equal sets have equal digests, however they came about, and no two others are known to.
//!
//! The items are in a tree by the hash of what names them, two bits at each level. A part with few items is a leaf, so
//! the shape follows from the set alone, and whoever chooses names can't choose it. A change makes the leaves of what
//! changed anew, and the way to them.

use std::array;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

pub(crate) type Digest = [u8; 32];

/// The most items of a leaf. They are hashed together when one changes; many of them take less memory each.
const LEAF: usize = 64;

/// The most levels: a path has as many pairs of bits.
const LEVELS: u32 = u64::BITS / 2;

/// Answers about the items of a set.
pub(crate) trait Items<K> {
    /// The beginning of a hash of what names an item.
    fn path(&self, item: K) -> u64;

    /// A digest of items and all that belongs to them. It does not depend on their order.
    fn digest(&self, items: &[K]) -> Digest;
}

/// An item that came or went, has something else that belongs to it, or another key for the same name.
#[derive(Clone, Copy)]
pub(crate) struct Change<K> {
    pub(crate) path: u64,
    /// The key before, also if it was not in the set.
    pub(crate) before: Option<K>,
    /// The key after, if it is in the set then.
    pub(crate) after: Option<K>,
}

/// The set, by keys that stand for its items. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Merkle<K>(Option<Arc<Node<K>>>);

struct Node<K> {
    digest: Digest,
    kind: Kind<K>,
}

enum Kind<K> {
    Leaf(Box<[K]>),
    /// The number of items below, and the parts by the next two bits.
    Fork(usize, [Merkle<K>; 4]),
}

impl<K> Merkle<K> {
    const EMPTY: Self = Self(None);

    /// Zeros for an empty set.
    pub(crate) fn digest(&self) -> Digest {
        self.0.as_ref().map_or(Digest::default(), |node| node.digest)
    }

    fn len(&self) -> usize {
        match self.0.as_deref() {
            Some(Node { kind: Kind::Fork(len, _), .. }) => *len,
            _ => self.leaf().len(),
        }
    }

    /// The items of a leaf.
    fn leaf(&self) -> &[K] {
        match self.0.as_deref() {
            Some(Node { kind: Kind::Leaf(items), .. }) => items,
            _ => &[],
        }
    }

    pub(crate) fn memory_usage(&self) -> usize {
        let Some(node) = self.0.as_deref() else { return 0 };
        let below = match &node.kind {
            Kind::Leaf(items) => size_of_val::<[K]>(items),
            Kind::Fork(_, below) => below.iter().map(Self::memory_usage).sum(),
        };
        size_of::<usize>() * 2 + size_of::<Node<K>>() + below
    }
}

impl<K: Copy + PartialEq> Merkle<K> {
    /// The set of these changes alone. It costs sorting and hashing them.
    pub(crate) fn of(changes: Vec<Change<K>>, items: &impl Items<K>) -> Self {
        Self::EMPTY.with(changes, items)
    }

    /// The set after changes of different items. Each costs a leaf and the levels above it.
    pub(crate) fn with(&self, mut changes: Vec<Change<K>>, items: &impl Items<K>) -> Self {
        changes.sort_unstable_by_key(|change| change.path);
        self.part(0, &changes, items)
    }

    /// The recursion ends: it goes as deep as a path is long.
    fn part(&self, level: u32, changes: &[Change<K>], items: &impl Items<K>) -> Self {
        if changes.is_empty() {
            return self.clone();
        }
        if let Some(Node { kind: Kind::Fork(_, below), .. }) = self.0.as_deref() {
            return Self::fork(below, level, changes, items);
        }
        let goes = |item: &K| changes.iter().any(|change| change.before == Some(*item));
        let stay: Vec<K> = self.leaf().iter().copied().filter(|item| !goes(item)).collect();
        let come = changes.iter().filter_map(|change| change.after);
        if stay.len() + come.clone().count() <= LEAF || level == LEVELS {
            return Self::new_leaf(stay.into_iter().chain(come).collect(), items);
        }
        let nothing = [Self::EMPTY; 4];
        if stay.is_empty() {
            return Self::fork(&nothing, level, changes, items);
        }
        let stay = stay.into_iter().map(|item| Change { path: items.path(item), before: None, after: Some(item) });
        let mut all: Vec<Change<K>> = changes.iter().copied().chain(stay).collect();
        all.sort_unstable_by_key(|change| change.path);
        Self::fork(&nothing, level, &all, items)
    }

    fn fork(below: &[Self; 4], level: u32, changes: &[Change<K>], items: &impl Items<K>) -> Self {
        let shift = u64::BITS - 2 * (level + 1);
        let mut rest = changes;
        let below: [Self; 4] = array::from_fn(|part| {
            let these = rest.partition_point(|change| (change.path >> shift & 3) as usize <= part);
            let (these, after) = rest.split_at(these);
            rest = after;
            below[part].part(level + 1, these, items)
        });
        let len = below.iter().map(Self::len).sum();
        if len <= LEAF {
            return Self::new_leaf(below.iter().flat_map(Self::leaf).copied().collect(), items);
        }
        let hash = below.iter().fold(Sha256::new_with_prefix(b"f"), |hash, part| hash.chain_update(part.digest()));
        Self(Some(Arc::new(Node { digest: hash.finalize().into(), kind: Kind::Fork(len, below) })))
    }

    fn new_leaf(all: Box<[K]>, items: &impl Items<K>) -> Self {
        if all.is_empty() {
            return Self::EMPTY;
        }
        Self(Some(Arc::new(Node { digest: items.digest(&all), kind: Kind::Leaf(all) })))
    }
}
