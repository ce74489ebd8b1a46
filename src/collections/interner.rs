//! An interner: equal items are stored once.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use indexmap::IndexSet;

use crate::collections::chunks::Chunks;
use crate::collections::shards::Shards;
use crate::vocabulary::index::Idx;

/// The size of a chunk: adding an item copies so many.
const ITEMS: usize = 32;

/// Distinct items with their slots. Items are only ever added, so a slot keeps its meaning for good.
///
/// Items are found by hash. In a persistent map, whose levels clone shared items, adding one took longer than the rest
/// of a command.
pub(crate) struct Interned<I, T> {
    hasher: RandomState,
    places: Shards<I>,
    items: Chunks<I, T, ITEMS>,
}

impl<I: Idx, T> Clone for Interned<I, T> {
    fn clone(&self) -> Self {
        Self { hasher: self.hasher.clone(), places: self.places.clone(), items: self.items.clone() }
    }
}

impl<I: Idx, T> Default for Interned<I, T> {
    fn default() -> Self {
        Self { hasher: RandomState::default(), places: Shards::of(&[], |_| 0), items: Chunks::default() }
    }
}

impl<I: Idx, T> Interned<I, T> {
    /// Interns many items at once. Each item gets its index in the set as its slot. Adding them one by one would copy a
    /// chunk for each.
    pub(crate) fn of<Item: Hash + Eq>(items: IndexSet<Item, RandomState>) -> Self
    where
        T: From<Item>,
    {
        let hasher = items.hasher().clone();
        let slots = (0..items.len()).map(I::new);
        let places: Vec<_> = items.iter().map(|item| hasher.hash_one(item)).zip(slots).collect();
        let places = Shards::of(&places, |slot| hasher.hash_one(&items[slot.index()]));
        Self { hasher, places, items: Chunks::of(items.into_iter().map(T::from)) }
    }

    #[inline]
    pub(crate) fn get(&self, slot: I) -> Option<&T> {
        self.items.get(slot)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter()
    }

    /// The bytes of the items and of the table, without the memory that items point to.
    pub(crate) fn memory_usage(&self) -> usize {
        self.items.memory_usage() + self.places.memory_usage()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }
}

impl<I: Idx, T: Clone> Interned<I, T> {
    /// The slot of this item. An item that is not there yet is added at the next slot.
    pub(crate) fn slot<Item: Hash + Eq>(&mut self, item: Item) -> I
    where
        T: Borrow<Item> + From<Item>,
    {
        let Self { hasher, places, items } = self;
        let hash = hasher.hash_one(&item);
        let is_it = |slot: &I| items.get(*slot).is_some_and(|other| *other.borrow() == item);
        if let Some(slot) = places.get(hash, is_it) {
            return *slot;
        }
        let place = I::new(items.len());
        items.set(place, item.into());
        let rehash = |slot: &I| items.get(*slot).map_or(0, |item| hasher.hash_one(item.borrow()));
        places.set(hash, place, |_| false, rehash);
        place
    }
}
