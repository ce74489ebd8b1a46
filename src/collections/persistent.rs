//! Ordered maps and sets that are cheap to clone: a clone shares everything with the original, and a change copies only
//! the path to the changed entry. So every state of a policy can be kept, and a change can be tried on a clone.

use std::borrow::Borrow;
use std::fmt::{self, Debug};

use immutable_chunkmap::map;

/// The number of entries in a node. With 16, compiling a million users takes a tenth longer, because it waits for each
/// node. With 64 it takes no less, and changing an entry copies a larger node.
const NODE: usize = 32;

/// A map in the order of its keys.
#[derive(Clone)]
pub(crate) struct Map<K: Ord + Clone, V: Clone>(map::Map<K, V, NODE>);

/// A set in order.
#[derive(Clone)]
pub(crate) struct Set<K: Ord + Clone>(Map<K, ()>);

impl<K: Ord + Clone, V: Clone> Map<K, V> {
    /// Builds a map of entries, which are usually in the order of their keys. Others take longer to insert.
    pub(crate) fn of_sorted(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut entries = entries.into_iter();
        let mut map = map::Map::new();
        loop {
            // One node at a time: appending all at once would rebuild each node again and again.
            let node: Vec<_> = entries.by_ref().take(NODE).collect();
            if node.is_empty() {
                return Self(map);
            }
            map = map.insert_many(node);
        }
    }

    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.get(key)
    }

    pub(crate) fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        self.0.get_full(key)
    }

    pub(crate) fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.0.get(key).is_some()
    }

    /// Returns the value of a key. Copies the path to it, even if the key is missing.
    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.get_mut_cow(key)
    }

    /// Sets the value of a key and returns the one before.
    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.0.insert_cow(key, value)
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        self.0.remove_cow(key)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.into_iter()
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl<K: Ord + Clone> Set<K> {
    /// Builds a set; see [`Map::of_sorted`].
    pub(crate) fn of_sorted(keys: impl IntoIterator<Item = K>) -> Self {
        Self(Map::of_sorted(keys.into_iter().map(|key| (key, ()))))
    }

    pub(crate) fn contains(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    /// Adds a key and returns whether it is new.
    pub(crate) fn insert(&mut self, key: K) -> bool {
        self.0.insert(key, ()).is_none()
    }

    /// Removes a key and returns whether it was there.
    pub(crate) fn remove(&mut self, key: &K) -> bool {
        self.0.remove(key).is_some()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &K> {
        self.0.keys()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl<K: Ord + Clone, V: Clone> Default for Map<K, V> {
    fn default() -> Self {
        Self(map::Map::new())
    }
}

impl<K: Ord + Clone> Default for Set<K> {
    fn default() -> Self {
        Self(Map::default())
    }
}

impl<K: Ord + Clone> FromIterator<K> for Set<K> {
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut set = Self::default();
        keys.into_iter().for_each(|key| {
            set.insert(key);
        });
        set
    }
}

impl<K: Ord + Clone + Debug, V: Clone + Debug> Debug for Map<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Clone + Debug> Debug for Set<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
