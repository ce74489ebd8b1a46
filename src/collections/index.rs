//! A map from ids to values.
//!
//! ```text
//! ids            7, 8, 9, …, 5000        4_000_000_000_000        "ann"
//! looked up in   near, by position       integers, by hash        texts, by hash
//! ```

use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::collections::pages::Pages;
use crate::collections::shards::Shards;
use crate::vocabulary::id::{BorrowedText, Id, Value};

/// The ids of one kind, each with a value, in shards that states share: changing an id copies its shard.
///
/// Integers that are close to each other are stored in pages, by position. Other integers and text have a hash table
/// each, so that finding an integer compares integers only. The value is stored with the id, so a look-up gives both.
///
/// The hash has a random seed, because ids come from outside: with a fixed seed, somebody could choose ids that all
/// collide.
#[derive(Clone)]
pub(crate) struct Index<T> {
    /// The integers that are not in `integers`.
    near: Pages<T>,
    hasher: RandomState,
    integers: Shards<(i64, T)>,
    texts: Shards<(Arc<str>, T)>,
}

impl<T: Copy> Index<T> {
    /// Builds an index of distinct ids.
    pub(crate) fn of<'a, Kind: 'a>(ids: impl Iterator<Item = (&'a Id<Kind>, T)>) -> Self {
        let hasher = RandomState::default();
        let (mut integers, mut texts) = (Vec::new(), Vec::new());
        for (id, value) in ids {
            if let Some(integer) = id.as_integer() {
                integers.push((integer, value));
            } else if let Some(text) = id.shared_text() {
                texts.push((hasher.hash_one(&**text), (text.clone(), value)));
            }
        }
        let (near, integers) = grouped(&hasher, &integers);
        let texts = Shards::of(&texts, |(text, _)| hasher.hash_one(&**text));
        Self { near, hasher, integers, texts }
    }

    #[inline]
    pub(crate) fn get<Kind>(&self, id: Id<Kind, BorrowedText<'_>>) -> Option<T> {
        match id.value() {
            Value::Integer(integer) => self.near.get(integer).or_else(|| self.get_integer(integer)),
            Value::Text(text) => self.get_text(text),
        }
    }

    /// The value of an integer, if it is in a page.
    #[inline]
    pub(crate) fn get_near(&self, integer: i64) -> Option<T> {
        self.near.get(integer)
    }

    /// Not inlined, so that looking up an integer in a page stays small: a principal is found by id in a twentieth less
    /// time.
    #[inline(never)]
    fn get_integer(&self, integer: i64) -> Option<T> {
        let found = self.integers.get(self.hasher.hash_one(integer), |(other, _)| *other == integer);
        found.map(|(_, value)| *value)
    }

    fn get_text(&self, text: &str) -> Option<T> {
        let found = self.texts.get(self.hasher.hash_one(text), |(other, _)| **other == *text);
        found.map(|(_, value)| *value)
    }

    pub(crate) fn set<Kind>(&mut self, id: &Id<Kind>, value: T) {
        let hasher = &self.hasher;
        if let Some(integer) = id.as_integer() {
            let is_far = self.get_integer(integer).is_some();
            if !is_far && self.near.set(integer, value) {
                return;
            }
            // The table is full. If the company grew, its ids may be close together by now. Regrouping costs no more
            // than rebuilding the table, because the table holds at least as many ids as the pages.
            if !is_far && self.integers.is_full() && self.integers.len() >= self.near.len() {
                let all = self.near.iter().chain(self.integers.iter().copied()).chain([(integer, value)]);
                (self.near, self.integers) = grouped(hasher, &all.collect::<Vec<_>>());
                return;
            }
            let is_it = |(other, _): &(i64, T)| *other == integer;
            self.integers.set(hasher.hash_one(integer), (integer, value), is_it, |(id, _)| hasher.hash_one(id));
        } else if let Some(text) = id.shared_text() {
            let is_it = |(other, _): &(Arc<str>, T)| other == text;
            let rehash = |(text, _): &(Arc<str>, T)| hasher.hash_one(&**text);
            self.texts.set(hasher.hash_one(&**text), (text.clone(), value), is_it, rehash);
        }
    }

    pub(crate) fn remove<Kind>(&mut self, id: &Id<Kind>) {
        let hasher = &self.hasher;
        if let Some(integer) = id.as_integer() {
            if !self.near.remove(integer) {
                self.integers.remove(hasher.hash_one(integer), |(other, _)| *other == integer);
            }
        } else if let Some(text) = id.shared_text() {
            self.texts.remove(hasher.hash_one(&**text), |(other, _)| other == text);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.near.len() + self.integers.len() + self.texts.len()
    }

    pub(crate) fn memory_usage(&self) -> usize {
        self.near.memory_usage() + self.integers.memory_usage() + self.texts.memory_usage()
    }
}

/// Divides integers into those that are close together and the others.
fn grouped<T: Copy>(hasher: &RandomState, ids: &[(i64, T)]) -> (Pages<T>, Shards<(i64, T)>) {
    let near = Pages::of(ids);
    let far = ids.iter().filter(|(id, _)| near.get(*id).is_none());
    let far: Vec<_> = far.map(|(id, value)| (hasher.hash_one(id), (*id, *value))).collect();
    (near, Shards::of(&far, |(id, _)| hasher.hash_one(id)))
}

/// Differences between two indexes.
impl<T: Copy + PartialEq> Index<T> {
    /// The ids whose values differ, or that only one of the two has. Skips the pages and tables that both share.
    pub(crate) fn unshared<Kind>(&self, other: &Self) -> Vec<Id<Kind>> {
        let mut ids: Vec<Id<Kind>> = Vec::new();
        for (one, two) in [(self, other), (other, self)] {
            ids.extend(one.near.unshared(&two.near).map(Id::from));
            ids.extend(one.integers.unshared(&two.integers).map(|(id, _)| Id::from(*id)));
            ids.extend(one.texts.unshared(&two.texts).map(|(text, _)| Id::from(&**text)));
        }
        ids.retain(|id| self.get(id.borrowed()) != other.get(id.borrowed()));
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use fastrand::Rng;

    use super::Index;
    use crate::vocabulary::id::UserId;

    /// Ids that are close together from zero or from elsewhere, single ones, both extremes, and text.
    fn any_id(rng: &mut Rng, from: i64) -> UserId {
        match rng.u8(..20) {
            0 => UserId::from(*rng.choice(&[i64::MIN, i64::MIN + 1, -1, i64::MAX - 1, i64::MAX]).unwrap_or(&0)),
            1 => UserId::from(rng.i64(..)),
            2 => UserId::from(from.wrapping_add(100_000 + 97 * rng.i64(0..50))),
            3 => UserId::from(format!("user-{}", rng.u8(..20))),
            4..8 => UserId::from(from.wrapping_add(1_000 + rng.i64(0..20_000))),
            _ => UserId::from(from.wrapping_add(rng.i64(0..1_500))),
        }
    }

    #[test]
    fn an_index_is_a_map_that_knows_what_it_does_not_share() {
        let rng = &mut Rng::with_seed(11);
        for round in 0..60 {
            let from =
                *rng.choice(&[0, 1, -700, 10_000_000, i64::MIN, i64::MAX - 200_000, i64::MAX - 300]).unwrap_or(&0);
            let count = [0, 3, 300, 2_000][round % 4];
            let mut map: BTreeMap<UserId, u32> = (0..count).map(|value| (any_id(rng, from), value)).collect();
            let mut index = Index::of(map.iter().map(|(id, value)| (id, *value)));
            let (before, first) = (index.clone(), map.clone());
            for value in 0..1_500 {
                let id = any_id(rng, from);
                assert_eq!(index.get(id.borrowed()), map.get(&id).copied(), "{id:?} in round {round}");
                if rng.u8(..3) == 0 {
                    index.remove(&id);
                    map.remove(&id);
                } else {
                    index.set(&id, value);
                    map.insert(id, value);
                }
                assert_eq!(index.len(), map.len());
            }
            assert!(map.iter().all(|(id, value)| index.get(id.borrowed()) == Some(*value)));
            assert!(
                first.iter().all(|(id, value)| before.get(id.borrowed()) == Some(*value)),
                "a clone stays as it was"
            );
            let changed = first.keys().chain(map.keys()).filter(|id| first.get(id) != map.get(id)).cloned();
            let changed: Vec<UserId> = changed.collect::<BTreeSet<_>>().into_iter().collect();
            assert_eq!(index.unshared(&before), changed);
            assert_eq!(before.unshared(&index), changed);
        }
    }

    /// Grows one by one from empty, then shrinks to empty again.
    #[test]
    fn ids_that_a_database_counts_take_eight_bytes_each() {
        let ids: Vec<UserId> = (1_000_001..1_050_001_i64).map(UserId::from).collect();
        let all: Vec<_> = ids.iter().zip(0_u32..).collect();
        let (compiled, mut grown) = (Index::of(all.iter().copied()), Index::of::<()>([].into_iter()));
        let empty = grown.memory_usage();
        for (id, value) in &all {
            grown.set(id, *value);
        }
        for index in [&compiled, &grown] {
            assert!((400_000..440_000).contains(&index.memory_usage()), "{} bytes", index.memory_usage());
            assert_eq!(index.get(ids[49_999].borrowed()), Some(49_999));
        }
        for id in &ids {
            grown.remove(id);
        }
        assert!(grown.memory_usage() < empty + 10_000, "{} bytes", grown.memory_usage());
    }
}
