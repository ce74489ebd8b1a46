//! From ids to what a check wants to know of them.

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::snapshot::memory::shared;
use crate::vocabulary::id::{Id, Value};

/// The ids of one kind, each with a value, in shards that snapshots share: who changes an id copies its shard.
///
/// Integers and text have tables of their own, so that an integer is found by comparing integers. The value stands
/// beside the id: what a check needs of an owner comes with the look-up.
///
/// The hash has a random seed, because ids come from outside: with a fixed one, ids could be chosen that all meet in one
/// place.
#[derive(Clone)]
pub(crate) struct Index<T> {
    hasher: RandomState,
    /// Compared as they are.
    integers: Shards<(), T>,
    /// Compared by their hash, then as they are.
    texts: Shards<Arc<str>, T>,
}

impl<T: Copy> Index<T> {
    pub(crate) fn of<Kind>(ids: &[(&Id<Kind>, T)]) -> Self {
        let hasher = RandomState::default();
        let integer = |integer| (hash(&hasher, &integer), word(integer), ());
        let integers = ids.iter().filter_map(|(id, value)| Some((integer(id.as_integer()?), *value)));
        let text = |text: &Arc<str>| {
            let hash = hash(&hasher, &**text);
            (hash, hash, text.clone())
        };
        let texts = ids.iter().filter_map(|(id, value)| Some((text(id.shared_text()?), *value)));
        let (integers, texts) = (Shards::of(&integers.collect::<Vec<_>>()), Shards::of(&texts.collect::<Vec<_>>()));
        Self { hasher, integers, texts }
    }

    #[inline]
    pub(crate) fn get<Kind>(&self, id: Id<Kind, &str>) -> Option<T> {
        match id.value() {
            Value::Integer(integer) => self.integers.get(hash(&self.hasher, &integer), word(integer), |()| true),
            Value::Text(text) => {
                let hash = hash(&self.hasher, text);
                self.texts.get(hash, hash, |other| **other == *text)
            }
        }
    }

    pub(crate) fn set<Kind>(&mut self, id: &Id<Kind>, value: T) {
        let hasher = &self.hasher;
        if let Some(integer) = id.as_integer() {
            let rehash = |word: u64, (): &()| hash(hasher, &integer_of(word));
            self.integers.set((hash(hasher, &integer), word(integer), ()), value, |()| true, rehash);
        } else if let Some(text) = id.shared_text() {
            let hash = hash(hasher, &**text);
            self.texts.set((hash, hash, text.clone()), value, |other| other == text, |word, _| word);
        }
    }

    pub(crate) fn remove<Kind>(&mut self, id: &Id<Kind>) {
        let hasher = &self.hasher;
        if let Some(integer) = id.as_integer() {
            let rehash = |word: u64, (): &()| hash(hasher, &integer_of(word));
            self.integers.remove((hash(hasher, &integer), word(integer)), |()| true, rehash);
        } else if let Some(text) = id.shared_text() {
            let hash = hash(hasher, &**text);
            self.texts.remove((hash, hash), |other| other == text, |word, _| word);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.integers.len + self.texts.len
    }

    pub(crate) fn memory_usage(&self) -> usize {
        self.integers.memory_usage() + self.texts.memory_usage()
    }
}

#[inline]
fn hash<T: Hash + ?Sized>(hasher: &RandomState, id: &T) -> u64 {
    hasher.hash_one(id)
}

#[inline]
fn word(integer: i64) -> u64 {
    integer.cast_unsigned()
}

fn integer_of(word: u64) -> i64 {
    word.cast_signed()
}

/// How many ids a shard holds on average, two thirds of what it has places for.
const SHARD: usize = 1344;
/// How many ids stand together.
const BUCKET: usize = 4;

/// A table in which an id stands in the bucket that its hash says, or in the next one that has room.
///
/// Integers with their values fill a line of the cache for each bucket, and all of a bucket are compared at once: a look-up
/// reads memory once, and asks no question that a processor could guess wrong for many. Of the designs that lost, tables of
/// `hashbrown` read their tags first, so memory twice; and one id after another, compared one by one, was guessed wrong
/// for every third.
#[derive(Clone)]
struct Shards<Key, T> {
    /// All of one length, a power of two.
    tables: Arc<[Table<Key, T>]>,
    len: usize,
}

type Table<Key, T> = Arc<[Bucket<Key, T>]>;

/// Places are taken from the first on. Aligned, because one that begins within a line of the cache reads two: of a hundred
/// thousand ids a check takes a tenth longer.
#[derive(Clone)]
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
    /// Of ids with their hash and the word that is compared.
    fn of(entries: &[((u64, u64, Key), T)]) -> Self {
        let count = entries.len().div_ceil(SHARD).max(1);
        // Shard by shard, so that a table is filled while it is in the caches: of a million ids, all at once takes three times
        // as long.
        let mut starts = vec![0; count + 1];
        for ((hash, ..), _) in entries {
            starts[shard(*hash, count) + 1] += 1;
        }
        for number in 0..count {
            starts[number + 1] += starts[number];
        }
        let (mut ends, mut order) = (starts.clone(), vec![0; entries.len()]);
        for (place, ((hash, ..), _)) in entries.iter().enumerate() {
            let end = &mut ends[shard(*hash, count)];
            order[*end] = place;
            *end += 1;
        }
        let mut size = (entries.len() / count * 3 / 2).div_ceil(BUCKET).next_power_of_two();
        loop {
            let table = |number: usize| {
                let mut table = vec![Bucket::EMPTY; size];
                let mut ids = order[starts[number]..starts[number + 1]].iter().map(|place| entries[*place].clone());
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

    fn memory_usage(&self) -> usize {
        shared(&self.tables) + self.tables.iter().map(shared).sum::<usize>()
    }

    #[inline]
    fn get(&self, hash: u64, word: u64, is_it: impl Fn(&Key) -> bool) -> Option<T> {
        let table = self.tables.get(shard(hash, self.tables.len()))?;
        let mut at = home(hash, table);
        loop {
            let bucket = table.get(at)?;
            let mut places = bucket.places(word);
            while places != 0 {
                match &bucket.entries[places.trailing_zeros() as usize % BUCKET] {
                    Some((key, value)) if is_it(key) => return Some(*value),
                    Some(_) => places &= places - 1,
                    None => return None,
                }
            }
            if !bucket.is_full() {
                return None;
            }
            at = next(at, table);
        }
    }

    fn set(
        &mut self,
        (hash, word, key): (u64, u64, Key),
        value: T,
        is_it: impl Fn(&Key) -> bool,
        rehash: impl Fn(u64, &Key) -> u64,
    ) {
        let number = shard(hash, self.tables.len());
        if let Some((bucket, place)) = find(&self.tables[number], hash, word, is_it) {
            let table = Arc::make_mut(&mut Arc::make_mut(&mut self.tables)[number]);
            table[bucket].entries[place] = Some((key, value));
            return;
        }
        let places = self.tables.len() * self.tables[0].len() * BUCKET;
        let room = (self.len + 1) * 4 <= places * 3;
        let table = Arc::make_mut(&mut Arc::make_mut(&mut self.tables)[number]);
        if room && put(table, hash, word, (key.clone(), value)) {
            self.len += 1;
            return;
        }
        let mut all: Vec<_> = self.tables.iter().flat_map(|table| entries(table, &rehash)).collect();
        all.push(((hash, word, key), value));
        *self = Self::of(&all);
    }

    fn remove(&mut self, (hash, word): (u64, u64), is_it: impl Fn(&Key) -> bool, rehash: impl Fn(u64, &Key) -> u64) {
        let number = shard(hash, self.tables.len());
        let before = &self.tables[number];
        if find(before, hash, word, &is_it).is_none() {
            return;
        }
        // Others may stand where they do because this one was in their way, so the table is filled anew.
        let mut after = vec![Bucket::EMPTY; before.len()];
        for ((hash, other, key), value) in entries(before, &rehash) {
            if other != word || !is_it(&key) {
                put(&mut after, hash, other, (key, value));
            }
        }
        Arc::make_mut(&mut self.tables)[number] = after.into();
        self.len -= 1;
    }
}

/// What of two indices is not the same.
impl<T: Copy + PartialEq> Index<T> {
    /// The ids whose values differ, or that only one of the two has. Tables that they share are not looked at.
    pub(crate) fn unshared<Kind>(&self, other: &Self) -> Vec<Id<Kind>> {
        let mut ids: Vec<Id<Kind>> = Vec::new();
        for (one, two) in [(self, other), (other, self)] {
            ids.extend(one.integers.unshared(&two.integers).map(|(word, ())| Id::from(integer_of(word))));
            ids.extend(one.texts.unshared(&two.texts).map(|(_, text)| Id::from(&**text)));
        }
        ids.retain(|id| self.get(id.borrowed()) != other.get(id.borrowed()));
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

impl<Key, T> Shards<Key, T> {
    /// What stands in the tables that the other does not share.
    fn unshared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (u64, &'a Key)> {
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
#[allow(clippy::cast_possible_truncation, reason = "only the lowest bits choose the bucket")]
fn home<T>(hash: u64, table: &[T]) -> usize {
    hash as usize & (table.len() - 1)
}

#[inline]
fn next<T>(at: usize, table: &[T]) -> usize {
    (at + 1) & (table.len() - 1)
}

/// The buckets of a table in the order in which a look-up reads them.
fn probes<T>(hash: u64, table: &[T]) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(home(hash, table)), |at| Some(next(*at, table))).take(table.len())
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
    is_it: impl Fn(&Key) -> bool,
) -> Option<(usize, usize)> {
    for at in probes(hash, table) {
        let bucket = &table[at];
        let is_there = |place: &usize| {
            bucket.words[*place] == word && bucket.entries[*place].as_ref().is_some_and(|(key, _)| is_it(key))
        };
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
) -> impl Iterator<Item = ((u64, u64, Key), T)> {
    let all = table.iter().flat_map(|bucket| bucket.words.iter().zip(bucket.entries.iter().flatten()));
    all.map(move |(word, (key, value))| ((rehash(*word, key), *word, key.clone()), *value))
}
