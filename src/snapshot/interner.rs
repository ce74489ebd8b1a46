//! Equal things, kept once.

use std::collections::HashMap;
use std::hash::Hash;

use foldhash::fast::RandomState;

/// Gives every distinct thing a place.
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
        let place = super::place(self.items.len());
        self.items.push(item.clone());
        self.places.insert(item, place);
        place
    }
}
