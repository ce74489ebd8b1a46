//! A hash table in shards that states share: changing an entry copies its shard, and not the whole table.

use std::sync::Arc;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::collections::counted::Counted;
use crate::collections::heap_bytes;
use crate::vocabulary::index::{Idx, ShardIndex};

/// The least capacity of a shard, a power of two.
const LEAST: usize = 16;

/// Entries by their hashes, in about as many shards as each has entries: a change copies one shard and the list of
/// shards.
///
/// The caller computes the hashes, so an entry stores only what is compared.
#[derive(Clone)]
pub(crate) struct Shards<T> {
    tables: Arc<[Arc<HashTable<T>>]>,
    len: usize,
    /// With so many entries, the next one makes more tables.
    full: usize,
}

impl<T: Clone> Shards<T> {
    /// Builds a table of distinct entries with their hashes.
    pub(crate) fn of(entries: &[(u64, T)], rehash: impl Fn(&T) -> u64) -> Self {
        // Fills two thirds of a shard's capacity, which is the root of the number of entries, or up to twice that.
        let size = LEAST.max((entries.len().isqrt() + 1).next_power_of_two());
        let count = (entries.len() * 3).div_ceil(size * 2).max(1);
        // Shard by shard, so that a table is filled while it is in the caches.
        let shard = |(place, (hash, _)): (usize, &(u64, T))| (ShardIndex::new(shard(*hash, count)), place);
        let places = Counted::of(count, entries.iter().enumerate().map(shard));
        let table = |number| {
            let places = places.get(number);
            let mut table = HashTable::with_capacity(places.len());
            for (hash, entry) in places.iter().map(|place| &entries[*place]) {
                table.insert_unique(*hash, entry.clone(), &rehash);
            }
            Arc::new(table)
        };
        Self { tables: (0..count).map(table).collect(), len: entries.len(), full: 2 * entries.len().max(LEAST) }
    }

    /// Inserts an entry, or replaces the one that it is equal to.
    pub(crate) fn set(&mut self, hash: u64, entry: T, is_it: impl Fn(&T) -> bool, rehash: impl Fn(&T) -> u64) {
        if self.is_full() && self.get(hash, &is_it).is_none() {
            let all: Vec<_> = self.iter().map(|entry| (rehash(entry), entry.clone())).collect();
            *self = Self::of(&all, &rehash);
        }
        match self.table_mut(hash).entry(hash, is_it, rehash) {
            Entry::Occupied(mut there) => *there.get_mut() = entry,
            Entry::Vacant(place) => {
                place.insert(entry);
                self.len += 1;
            }
        }
    }

    pub(crate) fn remove(&mut self, hash: u64, is_it: impl Fn(&T) -> bool) {
        if self.get(hash, &is_it).is_none() {
            return;
        }
        if let Ok(there) = self.table_mut(hash).find_entry(hash, is_it) {
            there.remove();
            self.len -= 1;
        }
    }

    fn table_mut(&mut self, hash: u64) -> &mut HashTable<T> {
        let number = shard(hash, self.tables.len());
        Arc::make_mut(&mut Arc::make_mut(&mut self.tables)[number])
    }
}

impl<T> Shards<T> {
    #[inline]
    pub(crate) fn get(&self, hash: u64, is_it: impl Fn(&T) -> bool) -> Option<&T> {
        self.tables[shard(hash, self.tables.len())].find(hash, is_it)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.tables.iter().flat_map(|table| table.iter())
    }

    /// The entries of the shards that the other does not share.
    pub(crate) fn unshared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a T> {
        let theirs = |number: usize| other.tables.get(number);
        let is_shared = move |number, table| theirs(number).is_some_and(|theirs| Arc::ptr_eq(table, theirs));
        let tables = self.tables.iter().enumerate().filter(move |(number, table)| !is_shared(*number, table));
        tables.flat_map(|(_, table)| table.iter())
    }

    /// Whether the entries have doubled since the tables were made, so that the next one makes more of them.
    pub(crate) fn is_full(&self) -> bool {
        self.len >= self.full
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn memory_usage(&self) -> usize {
        let table =
            |table: &Arc<HashTable<T>>| size_of::<usize>() * 2 + size_of_val(&**table) + table.allocation_size();
        heap_bytes(&self.tables) + self.tables.iter().map(table).sum::<usize>()
    }
}

/// The shard of a hash. A shard uses the lowest bits and the seven highest, so this uses others.
#[inline]
fn shard(hash: u64, count: usize) -> usize {
    // Below `count`, so it fits wherever `count` does.
    (((hash >> 16 & 0xffff_ffff) * count as u64) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::Shards;

    /// The hash of a number, for a test: any bits may decide the shard.
    fn hash(number: u32) -> u64 {
        u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn a_new_entry_copies_one_table_at_any_size() {
        for count in [40, 700, 5_000, 20_000, 270_000] {
            let entries: Vec<_> = (0..count).map(|number| (hash(number), number)).collect();
            let before = Shards::of(&entries, |number| hash(*number));
            let mut after = before.clone();
            after.set(hash(count), count, |other| *other == count, |number| hash(*number));
            let copied = after.unshared(&before).count();
            assert!(copied < 20 + 3 * entries.len().isqrt(), "{copied} of {count}");
        }
    }
}
