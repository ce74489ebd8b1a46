//! A sorted list in chunks that snapshots share: who changes an element copies its chunk.

use std::sync::Arc;

/// A list in the order of keys, of which each element has its own. The owner knows them: a key is looked up far away. A chunk
/// holds `CHUNK` elements at most; a full one is split in two.
#[derive(Clone)]
pub(crate) struct Sorted<T, Key, const CHUNK: usize> {
    /// Shared as a whole too, because most changes are of other lists.
    chunks: Arc<Vec<Chunk<T, Key>>>,
}

/// Elements, of which there is one at least.
#[derive(Clone)]
struct Chunk<T, Key> {
    /// The key of the last one, so that a search finds the chunk without looking any up.
    last: Key,
    items: Arc<Vec<T>>,
}

impl<T: Copy + Eq, Key> Chunk<T, Key> {
    fn of(items: Vec<T>, key: impl Fn(T) -> Key) -> Option<Self> {
        Some(Self { last: key(*items.last()?), items: Arc::new(items) })
    }

    /// Changes the elements, but no key of one that stays the last. Whether one is left.
    fn change(&mut self, key: impl Fn(T) -> Key, change: impl FnOnce(&mut Vec<T>)) -> bool {
        let items = Arc::make_mut(&mut self.items);
        let before = items.last().copied();
        change(items);
        if let Some(last) = items.last().filter(|last| Some(**last) != before) {
            self.last = key(*last);
        }
        !items.is_empty()
    }
}

/// How many elements are compared without a question.
const MANY: usize = 64;

/// A place between two elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spot {
    chunk: usize,
    within: usize,
}

impl<T, Key, const CHUNK: usize> Default for Sorted<T, Key, CHUNK> {
    fn default() -> Self {
        Self { chunks: Arc::default() }
    }
}

impl<T: Copy + Eq, Key: Copy + Ord, const CHUNK: usize> Sorted<T, Key, CHUNK> {
    /// The list of elements that are sorted already.
    pub(crate) fn of(sorted: &[T], key: impl Fn(T) -> Key) -> Self {
        // Half full, so that the first insertions split nothing.
        let chunks = sorted.chunks(CHUNK / 2).filter_map(|chunk| Chunk::of(chunk.to_vec(), &key));
        Self { chunks: chunks.collect::<Vec<_>>().into() }
    }

    /// The bytes of the elements.
    pub(crate) fn memory_usage(&self) -> usize {
        let each = self.chunks.iter().map(|chunk| size_of::<Vec<T>>() + chunk.items.capacity() * size_of::<T>());
        each.sum::<usize>() + self.chunks.capacity() * size_of::<Chunk<T, Key>>()
    }

    pub(crate) fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.items.len()).sum()
    }

    /// The first spot whose element, and all after it, do not come before what is searched for.
    pub(crate) fn find(&self, key: impl Fn(T) -> Key, before: impl Fn(Key) -> bool) -> Spot {
        let chunk = self.chunks.partition_point(|chunk| before(chunk.last));
        let within = self.chunks.get(chunk).map_or(0, |chunk| chunk.items.partition_point(|item| before(key(*item))));
        Spot { chunk, within }
    }

    /// The same, of a spot that is probably near to one before it.
    pub(crate) fn find_from(&self, from: Spot, key: impl Fn(T) -> Key, before: impl Fn(Key) -> bool) -> Spot {
        let Some((chunk, rest)) = self.chunks.get(from.chunk).and_then(|it| Some((it, it.items.get(from.within..)?)))
        else {
            return from;
        };
        if before(chunk.last) {
            return self.find(key, before);
        }
        Spot { within: from.within + count_before(rest, |item| before(key(item))), ..from }
    }

    /// The spot before an element, which is there. To compare all of a chunk with it takes a third of the time that it takes to
    /// look up the keys of a few.
    fn spot_of(&self, item: T, key: Key) -> Option<Spot> {
        let chunk = self.chunks.partition_point(|chunk| chunk.last < key);
        let items = &self.chunks.get(chunk)?.items;
        // Many at once, and then one by one among these.
        let many = items.chunks(MANY).position(|many| many.contains(&item))?;
        let within = items[many * MANY..].iter().position(|other| *other == item)?;
        Some(Spot { chunk, within: many * MANY + within })
    }

    /// The element after a spot.
    pub(crate) fn get(&self, spot: Spot) -> Option<T> {
        self.chunks.get(spot.chunk)?.items.get(spot.within).copied()
    }

    /// The elements between two spots.
    pub(crate) fn between(&self, from: Spot, to: Spot) -> impl Iterator<Item = T> {
        (from.chunk..=to.chunk).flat_map(move |chunk| self.part(chunk, from, to).iter().copied())
    }

    /// How many elements stand between two spots.
    pub(crate) fn count(&self, from: Spot, to: Spot) -> usize {
        (from.chunk..=to.chunk).map(|chunk| self.part(chunk, from, to).len()).sum()
    }

    /// What of a chunk lies between two spots.
    fn part(&self, chunk: usize, from: Spot, to: Spot) -> &[T] {
        let Some(Chunk { items, .. }) = self.chunks.get(chunk) else { return &[] };
        let start = if chunk == from.chunk { from.within } else { 0 };
        let end = if chunk == to.chunk { to.within } else { items.len() };
        items.get(start..end).unwrap_or_default()
    }

    pub(crate) fn insert(&mut self, item: T, key: impl Fn(T) -> Key) {
        let own = key(item);
        let Spot { mut chunk, mut within } = self.find(&key, |other| other < own);
        if chunk == self.chunks.len() {
            // After all others: at the end of the last chunk.
            match chunk.checked_sub(1) {
                Some(last) => (chunk, within) = (last, self.chunks[last].items.len()),
                None => return Arc::make_mut(&mut self.chunks).extend(Chunk::of(vec![item], key)),
            }
        }
        let chunks = Arc::make_mut(&mut self.chunks);
        let mut rest = Vec::new();
        chunks[chunk].change(&key, |items| {
            items.insert(within, item);
            if items.len() > CHUNK {
                rest = items.split_off(items.len() / 2);
            }
        });
        if let Some(rest) = Chunk::of(rest, key) {
            chunks.insert(chunk + 1, rest);
        }
    }

    /// Removes an element that had this key. The others have theirs.
    pub(crate) fn remove(&mut self, item: T, before: Key, key: impl Fn(T) -> Key) {
        if let Some(spot) = self.spot_of(item, before) {
            self.remove_at(spot, key);
        }
    }

    fn remove_at(&mut self, spot: Spot, key: impl Fn(T) -> Key) {
        let chunks = Arc::make_mut(&mut self.chunks);
        let is_left = chunks[spot.chunk].change(key, |items| _ = items.remove(spot.within));
        if !is_left {
            chunks.remove(spot.chunk);
        }
    }

    /// Puts an element that had this key where it belongs by its own. Most often that is near.
    pub(crate) fn reorder(&mut self, item: T, before: Key, key: impl Fn(T) -> Key) {
        let Some(spot) = self.spot_of(item, before) else { return };
        let own = key(item);
        let comes_before = |other| key(other) < own;
        let chunk = &mut Arc::make_mut(&mut self.chunks)[spot.chunk];
        let (within, end) = (spot.within, chunk.items.len() - 1);
        let (left, right) = (&chunk.items[..within], &chunk.items[within + 1..]);
        let place = match left.last() {
            Some(last) if !comes_before(*last) => within - count_after(left, comes_before),
            _ => within + count_before(right, comes_before),
        };
        if place == 0 || place == end {
            // Perhaps it belongs to another chunk.
            self.remove_at(spot, &key);
            self.insert(item, key);
        } else {
            chunk.change(&key, |items| {
                if place < within {
                    items[place..=within].rotate_right(1);
                } else {
                    items[within..=place].rotate_left(1);
                }
            });
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
