//! A sorted list in chunks that states share: changing an element copies its chunk.
//!
//! With up to 4 elements in a chunk and 2 chunks in a list:
//!
//! ```text
//! lists     [last: g]                            [last: p]
//! chunks    [last: c | a b c] [last: g | d f g]  [last: p | m n p]
//! ```
//!
//! To insert `e`, a binary search by `last` finds the list and then the chunk, without looking up any element's key. A
//! search in the chunk finds the position. The insertion copies that chunk (`d e f g`), its list, and the list of
//! lists, if they are shared. A chunk or a list that becomes too long is split in two; one that becomes empty is
//! removed.

use std::sync::Arc;

/// A list of elements, each of which has a key of its own, in the order of the keys. The elements do not store their
/// keys: the owner looks them up, which is slow. A chunk holds at most `CHUNK` elements.
#[derive(Clone)]
pub(crate) struct Sorted<T, Key, const CHUNK: usize> {
    /// Shared as a whole too, because most changes of a state do not touch it.
    lists: Arc<Vec<List<T, Key>>>,
}

type List<T, Key> = Chunk<Chunk<T, Key>, Key>;

/// The maximum number of chunks in a list. With a single list, copying and dropping it took a third of a change of one
/// of a million users.
const TOGETHER: usize = 64;

/// One or more items: elements, or chunks of them.
#[derive(Clone)]
struct Chunk<T, Key> {
    /// The key of the last item, so that a search finds the chunk without looking up keys.
    last: Key,
    items: Arc<Vec<T>>,
}

impl<T: Clone, Key: Copy> Chunk<T, Key> {
    fn of(items: Vec<T>, key: impl Fn(&T) -> Key) -> Option<Self> {
        Some(Self { last: key(items.last()?), items: Arc::new(items) })
    }

    /// Changes the items and returns whether any is left.
    fn change(&mut self, key: impl Fn(&T) -> Key, change: impl FnOnce(&mut Vec<T>)) -> bool {
        let items = Arc::make_mut(&mut self.items);
        change(items);
        if let Some(last) = items.last() {
            self.last = key(last);
        }
        !items.is_empty()
    }

    /// Inserts an item at an index. If there are too many then, splits off the second half and returns it.
    fn insert(&mut self, place: usize, item: T, most: usize, key: impl Fn(&T) -> Key) -> Option<Self> {
        let mut rest = Vec::new();
        self.change(&key, |items| {
            items.insert(place, item);
            if items.len() > most {
                rest = items.split_off(items.len() / 2);
            }
        });
        Self::of(rest, key)
    }
}

/// The number of elements that are compared without a branch.
const MANY: usize = 64;

/// A position between two elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    list: usize,
    chunk: usize,
    within: usize,
}

impl<T: Copy + Eq, Key: Copy + Ord, const CHUNK: usize> Sorted<T, Key, CHUNK> {
    /// Builds a list of sorted elements.
    pub(crate) fn of(sorted: &[T], key: impl Fn(T) -> Key) -> Self {
        // Half full, so that the first insertions do not split anything.
        let chunks = sorted.chunks(CHUNK / 2).filter_map(|chunk| Chunk::of(chunk.to_vec(), |item| key(*item)));
        let chunks: Vec<_> = chunks.collect();
        let lists = chunks.chunks(TOGETHER / 2).filter_map(|chunks| Chunk::of(chunks.to_vec(), |chunk| chunk.last));
        Self { lists: lists.collect::<Vec<_>>().into() }
    }

    /// The bytes of the lists, including unused capacity.
    pub(crate) fn memory_usage(&self) -> usize {
        fn bytes<T>(items: &Vec<T>) -> usize {
            size_of::<Vec<T>>() + items.capacity() * size_of::<T>()
        }
        let each = self.lists.iter().map(|list| {
            bytes::<Chunk<T, Key>>(&list.items) + list.items.iter().map(|chunk| bytes(&chunk.items)).sum::<usize>()
        });
        bytes(&self.lists) + each.sum::<usize>()
    }

    pub(crate) fn len(&self) -> usize {
        self.lists.iter().flat_map(|list| list.items.iter()).map(|chunk| chunk.items.len()).sum()
    }

    /// The chunk of a spot.
    fn chunk(&self, spot: Spot) -> Option<&Chunk<T, Key>> {
        self.lists.get(spot.list)?.items.get(spot.chunk)
    }

    /// The start of the first chunk that does not end before the searched position; behind all lists if every chunk
    /// does.
    fn find_chunk(&self, before: impl Fn(Key) -> bool) -> Spot {
        let list = self.lists.partition_point(|list| before(list.last));
        let chunks = self.lists.get(list);
        let chunk = chunks.map_or(0, |list| list.items.partition_point(|chunk| before(chunk.last)));
        Spot { list, chunk, within: 0 }
    }

    /// The first spot whose element does not come before the searched position. `before` must hold for a prefix of the
    /// keys.
    pub(crate) fn find(&self, key: impl Fn(T) -> Key, before: impl Fn(Key) -> bool) -> Spot {
        let spot = self.find_chunk(&before);
        let within = self.chunk(spot).map_or(0, |chunk| chunk.items.partition_point(|item| before(key(*item))));
        Spot { within, ..spot }
    }

    /// Like [`find`](Self::find), but starts at a spot that is probably close before the result.
    pub(crate) fn find_from(&self, from: Spot, key: impl Fn(T) -> Key, before: impl Fn(Key) -> bool) -> Spot {
        let Some((chunk, rest)) = self.chunk(from).and_then(|it| Some((it, it.items.get(from.within..)?))) else {
            return from;
        };
        if before(chunk.last) {
            return self.find(key, before);
        }
        Spot { within: from.within + count_before(rest, |item| before(key(item))), ..from }
    }

    /// The spot of an element with this key. Comparing the element with all of a chunk takes a third of the time of
    /// looking up the few keys of a binary search.
    fn spot_of(&self, item: T, key: Key) -> Option<Spot> {
        let spot = self.find_chunk(|other| other < key);
        let items = &self.chunk(spot)?.items;
        // Many at once, and then one by one among these. Without a way out of the loop it compares eight at a time;
        // `contains` does so for plain numbers only, and took three times the instructions.
        let is_among = |many: &[T]| many.iter().filter(|other| **other == item).count() > 0;
        let many = items.chunks(MANY).position(is_among)?;
        let within = items[many * MANY..].iter().position(|other| *other == item)?;
        Some(Spot { within: many * MANY + within, ..spot })
    }

    /// The element after a spot.
    pub(crate) fn get(&self, spot: Spot) -> Option<T> {
        self.chunk(spot)?.items.get(spot.within).copied()
    }

    /// The elements between two spots.
    pub(crate) fn between(&self, from: Spot, to: Spot) -> impl Iterator<Item = T> {
        self.parts(from, to).flat_map(|part| part.iter().copied())
    }

    /// The number of elements between two spots.
    pub(crate) fn count(&self, from: Spot, to: Spot) -> usize {
        self.parts(from, to).map(<[T]>::len).sum()
    }

    /// The elements between two spots, chunk by chunk. They are usually in one chunk: with nested iterators, of lists
    /// and of chunks, counting users for `who_can` took half as long again.
    fn parts(&self, from: Spot, to: Spot) -> impl Iterator<Item = &[T]> {
        let mut next = (from <= to).then_some(from);
        std::iter::from_fn(move || {
            let spot = next?;
            let items = &self.chunk(spot)?.items;
            let is_last = (spot.list, spot.chunk) == (to.list, to.chunk);
            let beside = Spot { chunk: spot.chunk + 1, within: 0, ..spot };
            let in_next_list = || Spot { list: spot.list + 1, ..Spot::default() };
            next = (!is_last).then(|| self.chunk(beside).map_or_else(in_next_list, |_| beside));
            items.get(spot.within..if is_last { to.within } else { items.len() })
        })
    }

    pub(crate) fn insert(&mut self, item: T, key: impl Fn(T) -> Key) {
        let own = key(item);
        let mut spot = self.find(&key, |other| other < own);
        let key = |item: &T| key(*item);
        let lists = Arc::make_mut(&mut self.lists);
        if spot.list == lists.len() {
            // After all others, at the end of the last chunk.
            let Some(chunks) = lists.last().map(|list| &list.items) else {
                let chunk = Chunk::of(vec![item], key);
                return lists.extend(chunk.and_then(|chunk| Chunk::of(vec![chunk], |chunk| chunk.last)));
            };
            let within = chunks.last().map_or(0, |chunk| chunk.items.len());
            spot = Spot { list: lists.len() - 1, chunk: chunks.len() - 1, within };
        }
        let (list, mut rest) = (&mut lists[spot.list], None);
        list.change(|chunk| chunk.last, |chunks| rest = chunks[spot.chunk].insert(spot.within, item, CHUNK, key));
        let rest = rest.and_then(|rest| list.insert(spot.chunk + 1, rest, TOGETHER, |chunk| chunk.last));
        if let Some(rest) = rest {
            lists.insert(spot.list + 1, rest);
        }
    }

    /// Removes an element whose key was `before`. The other elements have their current keys.
    pub(crate) fn remove(&mut self, item: T, before: Key, key: impl Fn(T) -> Key) {
        if let Some(spot) = self.spot_of(item, before) {
            self.remove_at(spot, key);
        }
    }

    fn remove_at(&mut self, spot: Spot, key: impl Fn(T) -> Key) {
        let lists = Arc::make_mut(&mut self.lists);
        let is_left = lists[spot.list].change(
            |chunk| chunk.last,
            |chunks| {
                if !chunks[spot.chunk].change(|item| key(*item), |items| _ = items.remove(spot.within)) {
                    chunks.remove(spot.chunk);
                }
            },
        );
        if !is_left {
            lists.remove(spot.list);
        }
    }

    /// Moves an element whose key was `before` to where its current key belongs, which is usually near.
    pub(crate) fn reorder(&mut self, item: T, before: Key, key: impl Fn(T) -> Key) {
        let Some(spot) = self.spot_of(item, before) else { return };
        let Some(chunk) = self.chunk(spot) else { return };
        let own = key(item);
        let comes_before = |other| key(other) < own;
        let (within, end) = (spot.within, chunk.items.len() - 1);
        let (left, right) = (&chunk.items[..within], &chunk.items[within + 1..]);
        let place = match left.last() {
            Some(last) if !comes_before(*last) => within - count_after(left, comes_before),
            _ => within + count_before(right, comes_before),
        };
        if place == 0 || place == end || within == end {
            // It may belong to another chunk, or the chunk's `last` may change.
            self.remove_at(spot, &key);
            self.insert(item, key);
            return;
        }
        // The element was not the last of its chunk and will not be, so `last` stays.
        let list = &mut Arc::make_mut(&mut self.lists)[spot.list];
        let items = Arc::make_mut(&mut Arc::make_mut(&mut list.items)[spot.chunk].items);
        if place < within {
            items[place..=within].rotate_right(1);
        } else {
            items[within..=place].rotate_left(1);
        }
    }
}

/// The number of elements before the searched position, which is probably small: doubles a bound, then searches below
/// it.
fn count_before<T: Copy>(items: &[T], before: impl Fn(T) -> bool) -> usize {
    let mut bound = 1;
    while items.get(bound).is_some_and(|item| before(*item)) {
        bound *= 2;
    }
    let near = &items[..items.len().min(bound + 1)];
    near.partition_point(|item| before(*item))
}

/// The number of elements at the end that do not come before it, which is probably small.
fn count_after<T: Copy>(items: &[T], before: impl Fn(T) -> bool) -> usize {
    let mut bound = 1;
    while bound < items.len() && !before(items[items.len() - bound]) {
        bound *= 2;
    }
    let near = &items[items.len() - items.len().min(bound)..];
    near.len() - near.partition_point(|item| before(*item))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use fastrand::Rng;

    use super::{Sorted, Spot, TOGETHER};

    /// About six keys for each element.
    const KEYS: u32 = 2_000;

    /// Small chunks, so that many lists of them are made and dropped.
    type Small = Sorted<u32, (u32, u32), 4>;

    /// Checks that both hold the same elements, and that they are found, counted and walked from any spot to any other.
    fn assert_same(sorted: &Small, model: &BTreeSet<(u32, u32)>, keys: &[u32], rng: &mut Rng) {
        let key = |item: u32| (keys[item as usize], item);
        let all: Vec<(u32, u32)> = model.iter().copied().collect();
        assert_eq!(sorted.len(), all.len());
        for list in sorted.lists.iter() {
            assert_eq!(Some(list.last), list.items.last().map(|chunk| chunk.last));
            assert!(list.items.iter().all(|chunk| Some(chunk.last) == chunk.items.last().map(|item| key(*item))));
        }
        let end = sorted.find(key, |_| true);
        assert_eq!(sorted.between(Spot::default(), end).map(key).collect::<Vec<_>>(), all);
        let mut bounds = [(); 2].map(|()| (rng.u32(..KEYS), rng.u32(..600)));
        bounds.sort_unstable();
        let [from, to] = bounds.map(|bound| sorted.find(key, |other| other < bound));
        let expected: Vec<_> = model.range(bounds[0]..bounds[1]).copied().collect();
        assert_eq!(sorted.between(from, to).map(key).collect::<Vec<_>>(), expected);
        assert_eq!(sorted.count(from, to), expected.len());
        assert_eq!(sorted.find_from(from, key, |other| other < bounds[1]), to);
        assert_eq!(sorted.get(from).map(key), model.range(bounds[0]..).next().copied());
    }

    #[test]
    fn a_sorted_list_is_a_set_in_order_and_leaves_its_copies_alone() {
        let mut rng = Rng::with_seed(5);
        let mut keys: Vec<u32> = (0..600).map(|_| rng.u32(..KEYS)).collect();
        let there: Vec<u32> = (0..300).collect();
        let mut model: BTreeSet<_> = there.iter().map(|item| (keys[*item as usize], *item)).collect();
        let items: Vec<u32> = model.iter().map(|(_, item)| *item).collect();
        let mut sorted = Small::of(&items, |item| (keys[item as usize], item));
        let mut most_lists = 0;
        for round in 0..6_000 {
            // The list first grows, then shrinks to nothing, then grows again.
            let grows = !(2_000..4_500).contains(&round);
            let copy = (sorted.clone(), model.clone(), keys.clone());
            let one_of_them = model.iter().nth(rng.usize(..=model.len())).filter(|_| !grows);
            let item = one_of_them.map_or_else(|| rng.u32(..600), |(_, item)| *item);
            let before = (keys[item as usize], item);
            if model.remove(&before) {
                if rng.bool() {
                    // Moved far away, or near.
                    let near = (before.0 + rng.u32(..33)).saturating_sub(16).min(KEYS - 1);
                    keys[item as usize] = if rng.bool() { near } else { rng.u32(..KEYS) };
                    let key = |item: u32| (keys[item as usize], item);
                    sorted.reorder(item, before, key);
                    model.insert(key(item));
                } else if grows && rng.u8(..4) > 0 {
                    model.insert(before);
                } else {
                    sorted.remove(item, before, |item| (keys[item as usize], item));
                }
            } else if grows {
                sorted.insert(item, |item| (keys[item as usize], item));
                model.insert(before);
            }
            most_lists = most_lists.max(sorted.lists.len());
            assert!(sorted.lists.iter().all(|list| (1..=TOGETHER).contains(&list.items.len())));
            assert_same(&sorted, &model, &keys, &mut rng);
            let (sorted, model, keys) = copy;
            assert_same(&sorted, &model, &keys, &mut rng);
            if round == 4_499 {
                assert!(model.is_empty(), "it shrank to nothing");
                most_lists = 0;
            }
        }
        assert!(most_lists > 1, "a list was split");
    }
}
