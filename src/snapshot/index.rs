//! From ids to what a check wants to know of them.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::vocabulary::id::{Id, Value};

/// How many ids a shard holds on average: three quarters of what a table of this size takes without growing.
const SHARD: usize = 1344;

/// The ids of one kind, each with a value, in shards that snapshots share: who changes an id copies its shard.
///
/// Integers and text have tables of their own, so that an integer is found by comparing integers. The value stands
/// beside the id: what a check needs of an owner comes with the look-up.
#[derive(Clone)]
pub(crate) struct Index<T> {
    integers: Shards<i64, T>,
    texts: Shards<Arc<str>, T>,
}

impl<T: Copy> Index<T> {
    pub(crate) fn of<'a, Kind: 'a>(ids: impl Iterator<Item = (&'a Id<Kind>, T)> + Clone) -> Self {
        let integers = ids.clone().filter_map(|(id, value)| Some((id.as_integer()?, value)));
        let texts = ids.filter_map(|(id, value)| Some((id.shared_text()?.clone(), value)));
        Self { integers: Shards::of(integers), texts: Shards::of(texts) }
    }

    #[inline]
    pub(crate) fn get<Kind>(&self, id: Id<Kind, &str>) -> Option<T> {
        match id.value() {
            Value::Integer(integer) => self.integers.get(&integer),
            Value::Text(text) => self.texts.get(text),
        }
    }

    pub(crate) fn set<Kind>(&mut self, id: &Id<Kind>, value: T) {
        if let Some(integer) = id.as_integer() {
            self.integers.set(integer, value);
        } else if let Some(text) = id.shared_text() {
            self.texts.set(text.clone(), value);
        }
    }

    pub(crate) fn remove<Kind>(&mut self, id: &Id<Kind>) {
        match id.value() {
            Value::Integer(integer) => self.integers.remove(&integer),
            Value::Text(text) => self.texts.remove(text),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.integers.len() + self.texts.len()
    }
}

/// Tables by the hash of the key. The hash has a random seed, because ids come from outside: with a fixed one, ids could be
/// chosen that all meet in one place. (`rustc-hash`, which has none, makes a bare look-up a tenth faster.)
#[derive(Clone)]
struct Shards<Key, T> {
    hasher: RandomState,
    tables: Vec<Arc<HashTable<(Key, T)>>>,
    len: usize,
}

impl<Key: Hash + Eq + Clone, T: Copy> Shards<Key, T> {
    fn of(entries: impl Iterator<Item = (Key, T)> + Clone) -> Self {
        let len = entries.clone().count();
        let hasher = RandomState::default();
        let count = (len / SHARD).max(1);
        let mut shards: Vec<HashTable<(Key, T)>> = (0..count).map(|_| HashTable::with_capacity(len / count)).collect();
        for entry in entries {
            let hash = hasher.hash_one(&entry.0);
            shards[shard(hash, count)].insert_unique(hash, entry, |entry| hasher.hash_one(&entry.0));
        }
        Self { hasher, tables: shards.into_iter().map(Arc::new).collect(), len }
    }

    #[inline]
    fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<T>
    where
        Key: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key);
        let shard = self.tables.get(shard(hash, self.tables.len()))?;
        shard.find(hash, |entry| entry.0.borrow() == key).map(|entry| entry.1)
    }

    fn set(&mut self, key: Key, value: T) {
        if self.len >= self.tables.len() * SHARD * 2 {
            let entries = self.tables.iter().flat_map(|shard| shard.iter().cloned());
            *self = Self::of(entries);
        }
        let hash = self.hasher.hash_one(&key);
        let count = self.tables.len();
        let table = Arc::make_mut(&mut self.tables[shard(hash, count)]);
        if let Some(entry) = table.find_mut(hash, |entry| entry.0 == key) {
            entry.1 = value;
        } else {
            table.insert_unique(hash, (key, value), |entry| self.hasher.hash_one(&entry.0));
            self.len += 1;
        }
    }

    fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q)
    where
        Key: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key);
        let count = self.tables.len();
        let table = Arc::make_mut(&mut self.tables[shard(hash, count)]);
        if let Ok(entry) = table.find_entry(hash, |entry| entry.0.borrow() == key) {
            entry.remove();
            self.len -= 1;
        }
    }

    fn len(&self) -> usize {
        self.len
    }
}

/// The shard of a hash, by bits that the tables use neither for the bucket (the lowest) nor for the tag (the highest).
#[inline]
fn shard(hash: u64, count: usize) -> usize {
    let bits = (hash >> 16) & u64::from(u32::MAX);
    // Below `count`, so it fits wherever `count` does.
    ((bits * count as u64) >> 32) as usize
}
