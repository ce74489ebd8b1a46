//! Equal things, kept once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::policy::persistent::Map;
use crate::snapshot::chunks::Chunks;
use crate::snapshot::place;

/// Distinct things with their places. It only ever gains, because rows are remembered by these places.
pub(crate) struct Interned<T: Ord> {
    /// Each thing shared, because a new one copies a part of both: of things as they are that took most of the time of a
    /// change.
    places: Map<Arc<T>, u32>,
    items: Arc<Chunks<Arc<T>>>,
}

impl<T: Ord> Clone for Interned<T> {
    fn clone(&self) -> Self {
        Self { places: self.places.clone(), items: self.items.clone() }
    }
}

impl<T: Ord> Interned<T> {
    #[inline]
    pub(crate) fn get(&self, place: u32) -> Option<&T> {
        self.items.get(place).map(|item| &**item)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter().map(|item| &**item)
    }

    /// The bytes of the things and of where they are found, without what they lead to.
    pub(crate) fn memory_usage(&self) -> usize {
        let each = size_of::<T>() + 2 * size_of::<usize>() + size_of::<(Arc<T>, u32)>();
        self.items.memory_usage() + self.places.len() * each
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// The place of this thing: the same for an equal one, the next one for a new one.
    pub(crate) fn place(&mut self, item: T) -> u32 {
        if let Some(place) = self.places.get(&item) {
            return *place;
        }
        let (place, item) = (place(self.items.len()), Arc::new(item));
        Arc::make_mut(&mut self.items).set(place, item.clone());
        self.places.insert(item, place);
        place
    }
}

/// The same, by hash: for the many of a whole company.
pub(crate) struct Interner<T> {
    places: HashMap<T, u32, RandomState>,
    /// By place.
    pub(crate) items: Vec<T>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { places: HashMap::default(), items: Vec::new() }
    }
}

impl<T: Hash + Eq + Clone> Interner<T> {
    /// The place of this thing: the same for an equal one, the next one for a new one.
    pub(crate) fn place(&mut self, item: T) -> u32 {
        if let Some(place) = self.places.get(&item) {
            return *place;
        }
        let place = place(self.items.len());
        self.items.push(item.clone());
        self.places.insert(item, place);
        place
    }
}

impl<T: Ord> From<Interner<T>> for Interned<T> {
    fn from(interner: Interner<T>) -> Self {
        let items: Vec<Arc<T>> = interner.items.into_iter().map(Arc::new).collect();
        let mut places: Vec<(Arc<T>, u32)> = items.iter().cloned().zip(0..).collect();
        places.sort_unstable();
        Self { places: Map::of_sorted(places), items: Arc::new(items.into_iter().collect()) }
    }
}
