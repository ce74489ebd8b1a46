//! A sorted list in chunks that states share: who changes an element copies its chunk.

use std::sync::Arc;

/// A list in the order of keys, of which each element has its own. The owner knows them: a key is looked up far away. A
/// chunk holds `CHUNK` elements at most; a full one is split in two.
#[derive(Clone)]
pub(crate) struct Sorted<T, Key, const CHUNK: usize> {
    /// Shared as a whole too, because most changes leave it as it is.
    lists: Arc<Vec<List<T, Key>>>,
}

type List<T, Key> = Chunk<Chunk<T, Key>, Key>;

/// How many chunks stand together at most. With one list of all, a third of a change of one in a million users went
/// into the copy of that list, and into dropping it again.
const TOGETHER: usize = 64;

/// Items, of which there is one at least: elements, or chunks of them.
#[derive(Clone)]
struct Chunk<T, Key> {
    /// The key of the last one, so that a search finds the chunk without looking any up.
    last: Key,
    items: Arc<Vec<T>>,
}

impl<T: Clone, Key: Copy> Chunk<T, Key> {
    fn of(items: Vec<T>, key: impl Fn(&T) -> Key) -> Option<Self> {
        Some(Self { last: key(items.last()?), items: Arc::new(items) })
    }

    /// Changes the items. Whether one is left.
    fn change(&mut self, key: impl Fn(&T) -> Key, change: impl FnOnce(&mut Vec<T>)) -> bool {
        let items = Arc::make_mut(&mut self.items);
        change(items);
        if let Some(last) = items.last() {
            self.last = key(last);
        }
        !items.is_empty()
    }

    /// Puts an item in this place. If there are too many then, gives the second half of them.
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

/// How many elements are compared without a question.
const MANY: usize = 64;

/// A place between two elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    list: usize,
    chunk: usize,
    within: usize,
}

impl<T: Copy + Eq, Key: Copy + Ord, const CHUNK: usize> Sorted<T, Key, CHUNK> {
    /// The list of elements that are sorted already.
    pub(crate) fn of(sorted: &[T], key: impl Fn(T) -> Key) -> Self {
        // Half full, so that the first insertions split nothing.
        let chunks = sorted.chunks(CHUNK / 2).filter_map(|chunk| Chunk::of(chunk.to_vec(), |item| key(*item)));
        let chunks: Vec<_> = chunks.collect();
        let lists = chunks.chunks(TOGETHER / 2).filter_map(|chunks| Chunk::of(chunks.to_vec(), |chunk| chunk.last));
        Self { lists: lists.collect::<Vec<_>>().into() }
    }

    /// The bytes of the elements.
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

    /// The first spot whose chunk, and all after it, do not end before what is searched for.
    fn find_chunk(&self, before: impl Fn(Key) -> bool) -> Spot {
        let list = self.lists.partition_point(|list| before(list.last));
        let chunks = self.lists.get(list);
        let chunk = chunks.map_or(0, |list| list.items.partition_point(|chunk| before(chunk.last)));
        Spot { list, chunk, within: 0 }
    }

    /// The first spot whose element, and all after it, do not come before what is searched for.
    pub(crate) fn find(&self, key: impl Fn(T) -> Key, before: impl Fn(Key) -> bool) -> Spot {
        let spot = self.find_chunk(&before);
        let within = self.chunk(spot).map_or(0, |chunk| chunk.items.partition_point(|item| before(key(*item))));
        Spot { within, ..spot }
    }

    /// The same, of a spot that is probably near to one before it.
    pub(crate) fn find_from(&self, from: Spot, key: impl Fn(T) -> Key, before: impl Fn(Key) -> bool) -> Spot {
        let Some((chunk, rest)) = self.chunk(from).and_then(|it| Some((it, it.items.get(from.within..)?))) else {
            return from;
        };
        if before(chunk.last) {
            return self.find(key, before);
        }
        Spot { within: from.within + count_before(rest, |item| before(key(item))), ..from }
    }

    /// The spot before an element, which is there. To compare all of a chunk with it takes a third of the time that it
    /// takes to look up the keys of a few.
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

    /// How many elements stand between two spots.
    pub(crate) fn count(&self, from: Spot, to: Spot) -> usize {
        self.parts(from, to).map(<[T]>::len).sum()
    }

    /// The elements between two spots, chunk by chunk. Most often they are in one: with an iterator of lists, and one
    /// of chunks for each, to count those who may took half as long again.
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
            // After all others: at the end of the last chunk.
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

    /// Removes an element that had this key. The others have theirs.
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

    /// Puts an element that had this key where it belongs by its own. Most often that is near.
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
            // Perhaps it belongs to another chunk, or it is its key that the chunk ends with.
            self.remove_at(spot, &key);
            self.insert(item, key);
            return;
        }
        // It was not the last and is not now, so the chunk ends with the key that it had.
        let list = &mut Arc::make_mut(&mut self.lists)[spot.list];
        let items = Arc::make_mut(&mut Arc::make_mut(&mut list.items)[spot.chunk].items);
        if place < within {
            items[place..=within].rotate_right(1);
        } else {
            items[within..=place].rotate_left(1);
        }
    }
}

/// How many elements come before what is searched for, which are probably few.
fn count_before<T: Copy>(items: &[T], before: impl Fn(T) -> bool) -> usize {
    let mut bound = 1;
    while items.get(bound).is_some_and(|item| before(*item)) {
        bound *= 2;
    }
    let near = &items[..items.len().min(bound + 1)];
    near.partition_point(|item| before(*item))
}

/// How many elements at the end do not, which are probably few.
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

    /// About six for each element.
    const KEYS: u32 = 2_000;

    /// Small chunks, so that many lists of them come and go.
    type Small = Sorted<u32, (u32, u32), 4>;

    /// Whether both hold the same, and it is found, counted and walked through from any spot to any other.
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
            // First it grows, then it shrinks to nothing, then it grows again.
            let grows = !(2_000..4_500).contains(&round);
            let copy = (sorted.clone(), model.clone(), keys.clone());
            let one_of_them = model.iter().nth(rng.usize(..=model.len())).filter(|_| !grows);
            let item = one_of_them.map_or_else(|| rng.u32(..600), |(_, item)| *item);
            let before = (keys[item as usize], item);
            if model.remove(&before) {
                if rng.bool() {
                    // Elsewhere, or near.
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
