//! From ids to what a check wants to know of them.

use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::snapshot::shards::Shards;
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
            Value::Integer(integer) => self.integers.get(hash(&self.hasher, &integer), word(integer), |_| true),
            Value::Text(text) => {
                let hash = hash(&self.hasher, text);
                self.texts.get(hash, hash, |(other, _)| **other == *text)
            }
        }
    }

    pub(crate) fn set<Kind>(&mut self, id: &Id<Kind>, value: T) {
        let hasher = &self.hasher;
        if let Some(integer) = id.as_integer() {
            let rehash = |word: u64, (): &()| hash(hasher, &integer_of(word));
            self.integers.set((hash(hasher, &integer), word(integer), ()), value, |_| true, rehash);
        } else if let Some(text) = id.shared_text() {
            let hash = hash(hasher, &**text);
            self.texts.set((hash, hash, text.clone()), value, |(other, _)| other == text, |word, _| word);
        }
    }

    pub(crate) fn remove<Kind>(&mut self, id: &Id<Kind>) {
        let hasher = &self.hasher;
        if let Some(integer) = id.as_integer() {
            let rehash = |word: u64, (): &()| hash(hasher, &integer_of(word));
            self.integers.remove((hash(hasher, &integer), word(integer)), |_| true, rehash);
        } else if let Some(text) = id.shared_text() {
            let hash = hash(hasher, &**text);
            self.texts.remove((hash, hash), |(other, _)| other == text, |word, _| word);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.integers.len() + self.texts.len()
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
