//! From ids to what a check wants to know of them.

use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::vocabulary::id::{Id, Value};

/// How many ids a shard holds on average.
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
    pub(crate) fn of<'a, Kind: 'a>(ids: &[(&'a Id<Kind>, T)]) -> Self {
        let integers = ids.iter().filter_map(|(id, value)| Some((id.as_integer()?, *value)));
        let texts = ids.iter().filter_map(|(id, value)| Some((id.shared_text()?.clone(), *value)));
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
        self.integers.len + self.texts.len
    }
}

/// Tables with open addressing: a key stands in the place that its hash says, or in the next free one after it.
///
/// Key and value stand together, with no tag or other list to look at first: a look-up that is in no cache reads memory once.
/// (`hashbrown`, which reads its tags first, made a check of a million users half as slow again.) The hash has a random
/// seed, because ids come from outside: with a fixed one, ids could be chosen that all meet in one place.
#[derive(Clone)]
struct Shards<Key, T> {
    hasher: RandomState,
    /// All of one length, a power of two, so that a hash leads to a place at once.
    shards: Arc<[Shard<Key, T>]>,
    len: usize,
}

type Shard<Key, T> = Arc<[Option<(Key, T)>]>;

impl<Key: Hash + Eq + Clone, T: Copy> Shards<Key, T> {
    fn of(entries: impl Iterator<Item = (Key, T)> + Clone) -> Self {
        let (hasher, len) = (RandomState::default(), entries.clone().count());
        let count = len.div_ceil(SHARD).max(1);
        let mut size = (len / count * 3 / 2).next_power_of_two().max(2);
        // A shard that happens to be full: hardly ever needed, but what is in no place is not found.
        loop {
            let mut shards = vec![vec![None; size]; count];
            let mut put = |(key, value): (Key, T)| {
                let hash = hasher.hash_one(&key);
                let shard = &mut shards[shard(hash, count)];
                free_place(shard, hash).map(|place| shard[place] = Some((key, value))).is_some()
            };
            if entries.clone().all(&mut put) {
                return Self { hasher, shards: shards.into_iter().map(Arc::from).collect(), len };
            }
            size *= 2;
        }
    }

    #[inline]
    fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<T>
    where
        Key: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key);
        let shard = self.shards.get(shard(hash, self.shards.len()))?;
        let mut place = home(hash, shard);
        loop {
            match shard.get(place)? {
                Some((other, value)) if other.borrow() == key => return Some(*value),
                Some(_) => place = next(place, shard),
                None => return None,
            }
        }
    }

    fn place<Q: Hash + Eq + ?Sized>(shard: &Shard<Key, T>, hash: u64, key: &Q) -> Option<usize>
    where
        Key: Borrow<Q>,
    {
        let places = probes(hash, shard).take_while(|place| shard[*place].is_some());
        let mut same = places.filter(|place| shard[*place].as_ref().is_some_and(|(other, _)| other.borrow() == key));
        same.next()
    }

    fn set(&mut self, key: Key, value: T) {
        let hash = self.hasher.hash_one(&key);
        let number = shard(hash, self.shards.len());
        let known = Self::place(&self.shards[number], hash, &key);
        // Three quarters full, the shards are made anew; and one that happens to be full before that makes it so.
        let room = (self.len + 1) * 4 <= self.shards.len() * self.shards[0].len() * 3;
        let free = free_place(&self.shards[number], hash).filter(|_| room);
        if let Some(place) = known.or(free) {
            let shard = &mut Arc::make_mut(&mut self.shards)[number];
            Arc::make_mut(shard)[place] = Some((key, value));
            self.len += usize::from(known.is_none());
        } else {
            let all = self.shards.iter().flat_map(|shard| shard.iter().flatten()).cloned();
            *self = Self::of(all.chain([(key, value)]));
        }
    }

    fn remove<Q: Hash + Eq + ?Sized>(&mut self, key: &Q)
    where
        Key: Borrow<Q>,
    {
        let hash = self.hasher.hash_one(key);
        let number = shard(hash, self.shards.len());
        let before = &self.shards[number];
        let Some(place) = Self::place(before, hash, key) else { return };
        // Others may stand where they do because this one was in their way, so the shard is filled anew.
        let mut after = vec![None; before.len()];
        for (_, entry) in before.iter().enumerate().filter(|(other, _)| *other != place) {
            if let Some(entry) = entry
                && let Some(place) = free_place(&after, self.hasher.hash_one(&entry.0))
            {
                after[place] = Some(entry.clone());
            }
        }
        Arc::make_mut(&mut self.shards)[number] = after.into();
        self.len -= 1;
    }
}

/// The shard of a hash, by bits of it that do not choose the place within.
#[inline]
fn shard(hash: u64, count: usize) -> usize {
    let bits = hash >> 32;
    // Below `count`, so it fits wherever `count` does.
    ((bits * count as u64) >> 32) as usize
}

/// The place within a shard of a hash.
#[inline]
fn home<T>(hash: u64, shard: &[T]) -> usize {
    // Only the lowest bits count, so none that matters is cut.
    #[allow(clippy::cast_possible_truncation, reason = "only the lowest bits count, so none that matters is cut")]
    let hash = hash as usize;
    hash & (shard.len() - 1)
}

#[inline]
fn next<T>(place: usize, shard: &[T]) -> usize {
    (place + 1) & (shard.len() - 1)
}

/// The places of a shard in the order in which a hash asks for them.
fn probes<T>(hash: u64, shard: &[T]) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(home(hash, shard)), |place| Some(next(*place, shard))).take(shard.len())
}

fn free_place<T>(shard: &[Option<T>], hash: u64) -> Option<usize> {
    probes(hash, shard).find(|place| shard[*place].is_none())
}
