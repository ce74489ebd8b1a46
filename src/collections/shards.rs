//! Tables that are read once for a look-up, and shared with the next state but for the one that changes.

use std::iter;
use std::sync::Arc;

use crate::collections::counted::Counted;
use crate::collections::{heap_bytes, place_number};

/// How many ids stand together.
const BUCKET: usize = 4;

/// How many buckets a table has at least: a power of two.
const LEAST: usize = 16;

/// A table in which an id stands in the bucket that its hash says, or in the next one that has room.
///
/// Integers with their values fill a line of the cache for each bucket, and all of a bucket are compared at once: a look-up
/// reads memory once, and asks no question that a processor could guess wrong for many. Of the designs that lost, tables of
/// `hashbrown` read their tags first, so memory twice; and one id after another, compared one by one, was guessed wrong
/// for every third.
///
/// Who changes an id copies its shard and the list of shards, so each has about as many ids as there are shards: of a hundred
/// thousand in shards four times as large, a command that changes one took a tenth longer.
#[derive(Clone)]
pub(crate) struct Shards<Key, T> {
    /// All of one length, a power of two.
    tables: Arc<[Table<Key, T>]>,
    len: usize,
}

/// What is hashed, with its hash and a word that is compared before it.
pub(crate) type Hashed<Key> = (u64, u64, Key);

type Table<Key, T> = Arc<[Bucket<Key, T>]>;

/// Places are taken from the first on. Aligned, because one that begins within a line of the cache reads two: of a hundred
/// thousand ids a check takes a tenth longer.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Bucket<Key, T> {
    words: [u64; BUCKET],
    entries: [Option<(Key, T)>; BUCKET],
}

impl<Key, T> Bucket<Key, T> {
    const EMPTY: Self = Self { words: [0; BUCKET], entries: [const { None }; BUCKET] };

    /// A bit for each place with this word; a place that is free may have it too.
    #[inline]
    fn places(&self, word: u64) -> u32 {
        let mut places = 0;
        for (place, other) in self.words.iter().enumerate() {
            places |= u32::from(*other == word) << place;
        }
        places
    }

    #[inline]
    fn is_full(&self) -> bool {
        self.entries[BUCKET - 1].is_some()
    }
}

impl<Key: Clone, T: Copy> Shards<Key, T> {
    /// Of distinct keys: many equal ones would want one bucket, and tables so large that it holds them.
    pub(crate) fn of(entries: &[(Hashed<Key>, T)]) -> Self {
        // In a table the root of all, or up to twice that; two thirds full.
        let most = entries.len().isqrt() * 2;
        let mut size = 1 << (most * 3 / 2 / BUCKET).max(LEAST).ilog2();
        let count = (entries.len() * 3).div_ceil(size * BUCKET * 2).max(1);
        // Shard by shard, so that a table is filled while it is in the caches: of a million ids, all at once takes three times
        // as long.
        let shard = |(place, ((hash, ..), _)): (usize, &(Hashed<Key>, T))| (place_number(shard(*hash, count)), place);
        let places = Counted::of(count, entries.iter().enumerate().map(shard));
        loop {
            let table = |number: usize| {
                let mut table = vec![Bucket::EMPTY; size];
                let mut ids = places.get(number).iter().map(|place| entries[*place].clone());
                let fits = ids.all(|((hash, word, key), value)| put(&mut table, hash, word, (key, value)));
                fits.then(|| table.into())
            };
            if let Some(tables) = (0..count).map(table).collect() {
                return Self { tables, len: entries.len() };
            }
            // One table was full: hardly ever, because a hash spreads ids evenly.
            size *= 2;
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn memory_usage(&self) -> usize {
        heap_bytes(&self.tables) + self.tables.iter().map(heap_bytes).sum::<usize>()
    }

    #[inline]
    pub(crate) fn get(&self, hash: u64, word: u64, is_it: impl Fn(&(Key, T)) -> bool) -> Option<T> {
        let table = self.tables.get(shard(hash, self.tables.len()))?;
        let first = home(hash, table);
        let mut at = first;
        loop {
            let bucket = table.get(at)?;
            let mut places = bucket.places(word);
            while places != 0 {
                match &bucket.entries[places.trailing_zeros() as usize % BUCKET] {
                    Some(entry) if is_it(entry) => return Some(entry.1),
                    Some(_) => places &= places - 1,
                    None => return None,
                }
            }
            if !bucket.is_full() {
                return None;
            }
            at = next(at, table);
            // A table may be full to the last place.
            if at == first {
                return None;
            }
        }
    }

    pub(crate) fn set(
        &mut self,
        (hash, word, key): Hashed<Key>,
        value: T,
        is_it: impl Fn(&(Key, T)) -> bool,
        rehash: impl Fn(u64, &Key) -> u64,
    ) {
        let number = shard(hash, self.tables.len());
        if let Some((bucket, place)) = find(&self.tables[number], hash, word, is_it) {
            let table = Arc::make_mut(&mut Arc::make_mut(&mut self.tables)[number]);
            table[bucket].entries[place] = Some((key, value));
            return;
        }
        let room = !self.is_full();
        let table = Arc::make_mut(&mut Arc::make_mut(&mut self.tables)[number]);
        if room && put(table, hash, word, (key.clone(), value)) {
            self.len += 1;
            return;
        }
        let mut all: Vec<_> = self.tables.iter().flat_map(|table| entries(table, &rehash)).collect();
        all.push(((hash, word, key), value));
        *self = Self::of(&all);
    }

    pub(crate) fn remove(
        &mut self,
        (hash, word): (u64, u64),
        is_it: impl Fn(&(Key, T)) -> bool,
        rehash: impl Fn(u64, &Key) -> u64,
    ) {
        let number = shard(hash, self.tables.len());
        let Some((mut at, _)) = find(&self.tables[number], hash, word, &is_it) else { return };
        let table = Arc::make_mut(&mut Arc::make_mut(&mut self.tables)[number]);
        // Others may stand further on because this one was in their way: up to the first bucket with room, all are put in
        // again.
        let mut again = Vec::new();
        loop {
            let bucket = std::mem::replace(&mut table[at], Bucket::EMPTY);
            let was_full = bucket.is_full();
            again.extend(iter::zip(bucket.words, bucket.entries).filter_map(|(word, entry)| Some((word, entry?))));
            if !was_full {
                break;
            }
            at = next(at, table);
        }
        for (other, entry) in again {
            if other != word || !is_it(&entry) {
                put(table, rehash(other, &entry.0), other, entry);
            }
        }
        self.len -= 1;
    }
}

impl<Key, T> Shards<Key, T> {
    /// Whether one more is one too many, so that larger tables are due.
    pub(crate) fn is_full(&self) -> bool {
        let places = self.tables.len() * self.tables[0].len() * BUCKET;
        (self.len + 1) * 4 > places * 3
    }

    /// The words, with their values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, T)>
    where
        T: Copy,
    {
        let buckets = self.tables.iter().flat_map(|table| table.iter());
        buckets
            .flat_map(|bucket| iter::zip(bucket.words, bucket.entries.iter().flatten()))
            .map(|(word, (_, value))| (word, *value))
    }

    /// What stands in the tables that the other does not share.
    pub(crate) fn unshared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (u64, &'a Key)> {
        let shares =
            |number: usize| other.tables.get(number).is_some_and(|table| Arc::ptr_eq(table, &self.tables[number]));
        let tables = (0..self.tables.len()).filter(move |number| !shares(*number));
        let buckets = tables.flat_map(|number| self.tables[number].iter());
        buckets
            .flat_map(|bucket| bucket.words.iter().zip(bucket.entries.iter().flatten()))
            .map(|(word, (key, _))| (*word, key))
    }
}

/// The shard of a hash, by bits of it that do not choose the bucket.
#[inline]
fn shard(hash: u64, count: usize) -> usize {
    // Below `count`, so it fits wherever `count` does.
    (((hash >> 32) * count as u64) >> 32) as usize
}

/// The bucket where a look-up begins.
#[inline]
fn home<T>(hash: u64, table: &[T]) -> usize {
    (hash & 0xffff_ffff) as usize & (table.len() - 1)
}

#[inline]
fn next<T>(at: usize, table: &[T]) -> usize {
    (at + 1) & (table.len() - 1)
}

/// The buckets of a table in the order in which a look-up reads them.
fn probes<T>(hash: u64, table: &[T]) -> impl Iterator<Item = usize> {
    iter::successors(Some(home(hash, table)), |at| Some(next(*at, table))).take(table.len())
}

/// Puts an entry in its place. Whether there was one.
fn put<Key, T>(table: &mut [Bucket<Key, T>], hash: u64, word: u64, entry: (Key, T)) -> bool {
    let Some(at) = probes(hash, table).find(|at| !table[*at].is_full()) else { return false };
    let bucket = &mut table[at];
    let place = bucket.entries.iter().position(Option::is_none).unwrap_or(0);
    (bucket.words[place], bucket.entries[place]) = (word, Some(entry));
    true
}

/// The bucket and the place of an id.
fn find<Key, T>(
    table: &[Bucket<Key, T>],
    hash: u64,
    word: u64,
    is_it: impl Fn(&(Key, T)) -> bool,
) -> Option<(usize, usize)> {
    for at in probes(hash, table) {
        let bucket = &table[at];
        let is_there =
            |place: &usize| bucket.words[*place] == word && bucket.entries[*place].as_ref().is_some_and(&is_it);
        match (0..BUCKET).find(is_there) {
            Some(place) => return Some((at, place)),
            None if bucket.is_full() => {}
            None => return None,
        }
    }
    None
}

fn entries<Key: Clone, T: Copy>(
    table: &[Bucket<Key, T>],
    rehash: impl Fn(u64, &Key) -> u64,
) -> impl Iterator<Item = (Hashed<Key>, T)> {
    let all = table.iter().flat_map(|bucket| bucket.words.iter().zip(bucket.entries.iter().flatten()));
    all.map(move |(word, (key, value))| ((rehash(*word, key), *word, key.clone()), *value))
}

#[cfg(test)]
mod tests {
    use super::Shards;

    /// Ids that meet in few tables, while the others are empty: one is filled to its last place before there are more.
    #[test]
    fn a_full_table_is_searched_to_its_end_and_no_further() {
        const FEW: u64 = 3;
        const FIRST: u64 = 1_008;
        let spread = |n: u64| ((n % FEW) * (u64::MAX / FEW)) | n;
        let first: Vec<_> = (0..FIRST).map(|n| ((spread(n), n, ()), n)).collect();
        let mut shards: Shards<(), u64> = Shards::of(&first);
        for n in 0..1_200 {
            let (hash, word) = (0, 1_000_000 + n);
            assert_eq!(shards.get(hash, word, |_| true), None);
            shards.set((hash, word, ()), n, |_| true, |word, ()| if word < 1_000_000 { spread(word) } else { 0 });
            assert_eq!(shards.get(hash, word, |_| true), Some(n));
        }
        for n in (0..1_200).step_by(3) {
            shards.remove((0, 1_000_000 + n), |_| true, |word, ()| if word < 1_000_000 { spread(word) } else { 0 });
        }
        for n in 0..1_200 {
            assert_eq!(shards.get(0, 1_000_000 + n, |_| true), (n % 3 != 0).then_some(n));
        }
        assert_eq!(shards.len(), 1_008 + 1_200 - 400);
        assert!((0..FIRST).all(|n| shards.get(spread(n), n, |_| true) == Some(n)));
    }
}
