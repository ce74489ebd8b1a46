//! Equal things, kept once.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;
use indexmap::IndexSet;

use crate::collections::chunks::Chunks;
use crate::collections::place_number;
use crate::collections::shards::Shards;

/// How many are copied for each that comes.
const ITEMS: usize = 32;

/// Distinct things with their places. It only ever gains, so that a place means the same for good.
///
/// Found by their hash, and compared as they are. In a persistent map, where each level copies things that are shared, one that
/// came took longer than all the rest of a command.
pub(crate) struct Interned<T> {
    hasher: RandomState,
    places: Shards<u32>,
    items: Chunks<T, ITEMS>,
}

impl<T> Clone for Interned<T> {
    fn clone(&self) -> Self {
        Self { hasher: self.hasher.clone(), places: self.places.clone(), items: self.items.clone() }
    }
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self { hasher: RandomState::default(), places: Shards::of(&[], |_| 0), items: Chunks::default() }
    }
}

impl<T> Interned<T> {
    /// Many things at once, with the places that they have in the set. One by one, each would copy what it is shared with.
    pub(crate) fn of<Item: Hash + Eq>(items: IndexSet<Item, RandomState>) -> Self
    where
        T: From<Item>,
    {
        let hasher = items.hasher().clone();
        let places: Vec<_> = items.iter().map(|item| hasher.hash_one(item)).zip(0..).collect();
        let places = Shards::of(&places, |place| hasher.hash_one(&items[*place as usize]));
        Self { hasher, places, items: Chunks::of(items.into_iter().map(T::from)) }
    }

    #[inline]
    pub(crate) fn get(&self, place: u32) -> Option<&T> {
        self.items.get(place)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter()
    }

    /// The bytes of the things and of where they are found, without what they lead to.
    pub(crate) fn memory_usage(&self) -> usize {
        self.items.memory_usage() + self.places.memory_usage()
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }
}

impl<T: Clone> Interned<T> {
    /// The place of this thing: the same for an equal one, the next one for a new one.
    pub(crate) fn place<Item: Hash + Eq>(&mut self, item: Item) -> u32
    where
        T: Borrow<Item> + From<Item>,
    {
        let Self { hasher, places, items } = self;
        let hash = hasher.hash_one(&item);
        let is_it = |place: &u32| items.get(*place).is_some_and(|other| *other.borrow() == item);
        if let Some(place) = places.get(hash, is_it) {
            return *place;
        }
        let place = place_number(items.len());
        items.set(place, item.into());
        let rehash = |place: &u32| items.get(*place).map_or(0, |item| hasher.hash_one(item.borrow()));
        places.set(hash, place, |_| false, rehash);
        place
    }
}
