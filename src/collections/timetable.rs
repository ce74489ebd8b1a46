//! A map from keys to periods that finds what begins or ends between two instants without looking at the rest.
//!
//! The entries are in chunks, and the chunks in lists, which states share. Each chunk and each list knows the next
//! instant at which one of its periods begins or ends. With up to 3 entries in a chunk and 2 chunks in a list, at 10
//! o'clock:
//!
//! ```text
//! lists     [next: 12]                                [next: never]
//! chunks    [next: 12 | a 8–12, b 11–14] [next: 15 | …]   [next: never | p 7–9, q 6–10]
//! ```
//!
//! To go on to 13 o'clock, it looks at the first list, there at the first chunk, and finds `a` and `b`.

use std::sync::Arc;

use crate::vocabulary::period::Period;
use crate::vocabulary::time::Time;

/// The most entries of a chunk, and the most chunks of a list.
const MOST: usize = 64;

/// A map in the order of its keys, for one instant. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Timetable<K> {
    lists: Arc<Vec<List<K>>>,
}

type List<K> = Part<Chunk<K>>;
type Chunk<K> = Part<(K, Period)>;

/// Entries, or chunks of them.
#[derive(Clone, Debug)]
struct Part<T> {
    next: Option<Time>,
    items: Arc<Vec<T>>,
}

/// An entry, or several in the order of their keys.
trait Timed<K> {
    fn last(&self) -> Option<&K>;

    /// The next instant at which a period begins or ends.
    fn next(&self, instant: Option<Time>) -> Option<Time>;
}

impl<K> Timed<K> for (K, Period) {
    fn last(&self) -> Option<&K> {
        Some(&self.0)
    }

    fn next(&self, instant: Option<Time>) -> Option<Time> {
        self.1.next_after(instant)
    }
}

impl<K, T: Timed<K>> Timed<K> for Part<T> {
    fn last(&self) -> Option<&K> {
        self.items.last()?.last()
    }

    fn next(&self, _: Option<Time>) -> Option<Time> {
        self.next
    }
}

impl<T> Part<T> {
    fn of<K>(items: Vec<T>, instant: Option<Time>) -> Self
    where
        T: Timed<K>,
    {
        Self { next: first(&items, instant), items: Arc::new(items) }
    }
}

fn first<K, T: Timed<K>>(items: &[T], instant: Option<Time>) -> Option<Time> {
    items.iter().filter_map(|item| item.next(instant)).min()
}

/// The place of the first item that ends with this key or a later one.
fn place<K: Ord, T: Timed<K>>(items: &[T], key: &K) -> usize {
    items.partition_point(|item| item.last() < Some(key))
}

/// Changes the part that has a key, or would have it.
fn change<K: Ord, T: Timed<K> + Clone>(
    parts: &mut Vec<Part<T>>,
    key: &K,
    instant: Option<Time>,
    change: impl FnOnce(&mut Vec<T>),
) {
    if parts.is_empty() {
        parts.push(Part { next: None, items: Arc::default() });
    }
    let at = place(parts, key).min(parts.len() - 1);
    let items = Arc::make_mut(&mut parts[at].items);
    change(items);
    let rest = if items.len() > MOST { items.split_off(items.len() / 2) } else { Vec::new() };
    parts[at].next = first(&parts[at].items, instant);
    if !rest.is_empty() {
        parts.insert(at + 1, Part::of(rest, instant));
    } else if parts[at].items.is_empty() {
        parts.remove(at);
    }
}

impl<K: Ord + Clone> Timetable<K> {
    /// Builds a map of entries in the order of their keys.
    pub(crate) fn of_sorted(entries: impl IntoIterator<Item = (K, Period)>, instant: Option<Time>) -> Self {
        let mut entries = entries.into_iter().peekable();
        let mut lists = Vec::new();
        while entries.peek().is_some() {
            let mut chunks = Vec::new();
            while chunks.len() < MOST && entries.peek().is_some() {
                chunks.push(Part::of(entries.by_ref().take(MOST).collect(), instant));
            }
            lists.push(Part::of(chunks, instant));
        }
        Self { lists: Arc::new(lists) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    pub(crate) fn get(&self, key: &K) -> Option<Period> {
        self.starting_at(key).next().filter(|(found, _)| *found == key).map(|(_, period)| period)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, Period)> {
        let chunks = self.lists.iter().flat_map(|list| list.items.iter());
        chunks.flat_map(|chunk| chunk.items.iter()).map(|(key, period)| (key, *period))
    }

    /// The entries with this key or a later one.
    pub(crate) fn starting_at<'t>(&'t self, key: &K) -> impl Iterator<Item = (&'t K, Period)> + use<'t, K> {
        let at_list = place(&self.lists, key);
        let (here, later) = self.lists[at_list..].split_at(usize::from(at_list < self.lists.len()));
        let chunks = here.first().map_or(&[][..], |list| &list.items[place(&list.items, key)..]);
        let before = chunks.first().map_or(0, |chunk| place(&chunk.items, key));
        let chunks = chunks.iter().chain(later.iter().flat_map(|list| list.items.iter()));
        chunks.flat_map(|chunk| chunk.items.iter()).skip(before).map(|(key, period)| (key, *period))
    }

    /// Sets the period of a key, or removes the key.
    pub(crate) fn set(&mut self, key: &K, period: Option<Period>, instant: Option<Time>) {
        change(Arc::make_mut(&mut self.lists), key, instant, |chunks| {
            change(chunks, key, instant, |entries| {
                match (entries.binary_search_by(|(other, _)| other.cmp(key)), period) {
                    (Ok(at), Some(period)) => entries[at].1 = period,
                    (Ok(at), None) => _ = entries.remove(at),
                    (Err(at), Some(period)) => entries.insert(at, (key.clone(), period)),
                    (Err(_), None) => {}
                }
            });
        });
    }

    /// The next instant at which a period begins or ends.
    pub(crate) fn next(&self) -> Option<Time> {
        first(&self.lists, None)
    }

    /// Goes from one instant to another. Passes on the entries whose periods begin or end between the two, and perhaps
    /// others.
    pub(crate) fn go(&mut self, from: Option<Time>, to: Option<Time>, mut each: impl FnMut(&K, Period)) {
        // Back in time everything is looked at.
        let is_due = |next: Option<Time>| to < from || next.is_some_and(|next| Some(next) <= to);
        if !is_due(self.next()) && to >= from {
            return;
        }
        for list in Arc::make_mut(&mut self.lists).iter_mut().filter(|list| is_due(list.next)) {
            for chunk in Arc::make_mut(&mut list.items).iter_mut().filter(|chunk| is_due(chunk.next)) {
                chunk.items.iter().for_each(|(key, period)| each(key, *period));
                chunk.next = first(&chunk.items, to);
            }
            list.next = first(&list.items, to);
        }
    }
}

impl<K> Default for Timetable<K> {
    fn default() -> Self {
        Self { lists: Arc::default() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Timetable;
    use crate::vocabulary::period::Period;
    use crate::vocabulary::time::Time;

    fn time(seconds: i64) -> Time {
        Time::from_seconds(seconds).unwrap()
    }

    fn random_period(rng: &mut fastrand::Rng) -> Period {
        let from = rng.i64(0..1000);
        match rng.u8(0..3) {
            0 => Period::starting(time(from)),
            1 => Period::until(time(from)),
            _ => Period::between(time(from), time(from + rng.i64(1..50))).unwrap(),
        }
    }

    /// Compared with a plain map that is looked at as a whole.
    #[test]
    fn it_is_a_map_that_finds_what_begins_and_ends() {
        let mut rng = fastrand::Rng::with_seed(7);
        for size in [1, 10, 65, 2600] {
            let mut plain: BTreeMap<i64, Period> = BTreeMap::new();
            for _ in 0..rng.i64(0..size) {
                plain.insert(rng.i64(0..size), random_period(&mut rng));
            }
            let mut instant: Option<Time> = None;
            let mut table = Timetable::of_sorted(plain.iter().map(|(key, period)| (*key, *period)), instant);
            for _ in 0..400 {
                match rng.u8(0..4) {
                    0 => {
                        let (key, period) = (rng.i64(0..size), random_period(&mut rng));
                        plain.insert(key, period);
                        table.set(&key, Some(period), instant);
                    }
                    1 => {
                        let key = rng.i64(0..size);
                        plain.remove(&key);
                        table.set(&key, None, instant);
                    }
                    _ => {
                        let to = if rng.u8(0..20) == 0 {
                            Some(rng.i64(-1..1060)).filter(|to| *to >= 0).map(time)
                        } else {
                            Some(time(instant.map_or(0, Time::seconds) + rng.i64(0..9)))
                        };
                        let mut found = BTreeMap::new();
                        table.go(instant, to, |key, period| {
                            if period.holds_at(instant) != period.holds_at(to) {
                                assert!(found.insert(*key, period).is_none());
                            }
                        });
                        let changed =
                            plain.iter().filter(|(_, period)| period.holds_at(instant) != period.holds_at(to));
                        assert!(changed.eq(&found));
                        instant = to;
                    }
                }
                assert!(table.iter().eq(plain.iter().map(|(key, period)| (key, *period))));
                assert_eq!(table.next(), plain.values().filter_map(|period| period.next_after(instant)).min());
                let key = rng.i64(-1..=size);
                assert_eq!(table.get(&key), plain.get(&key).copied());
                assert!(table.starting_at(&key).eq(plain.range(key..).map(|(key, period)| (key, *period))));
                assert_eq!(table.is_empty(), plain.is_empty());
            }
        }
    }
}
