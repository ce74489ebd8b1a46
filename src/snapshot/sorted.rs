//! A sorted list in chunks that snapshots share: who changes an element copies its chunk.

use std::sync::Arc;

/// A list in the order of a key that its owner knows: every search says by itself what comes before. A chunk holds `CHUNK`
/// elements at most; a full one is split in two.
#[derive(Clone)]
pub(crate) struct Sorted<T, const CHUNK: usize> {
    /// Shared as a whole too, because most changes are of other lists.
    chunks: Arc<Vec<Chunk<T>>>,
}

/// Elements, of which there is one at least.
#[derive(Clone)]
struct Chunk<T> {
    /// The last one, so that a search finds the chunk without a look into others.
    last: T,
    items: Arc<Vec<T>>,
}

impl<T: Copy> Chunk<T> {
    fn of(items: Vec<T>) -> Option<Self> {
        Some(Self { last: *items.last()?, items: Arc::new(items) })
    }

    /// Changes the elements. Whether one is left.
    fn change(&mut self, change: impl FnOnce(&mut Vec<T>)) -> bool {
        let items = Arc::make_mut(&mut self.items);
        change(items);
        self.last = items.last().copied().unwrap_or(self.last);
        !items.is_empty()
    }
}

/// A place between two elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spot {
    chunk: usize,
    within: usize,
}

impl<T, const CHUNK: usize> Default for Sorted<T, CHUNK> {
    fn default() -> Self {
        Self { chunks: Arc::default() }
    }
}

impl<T: Copy, const CHUNK: usize> Sorted<T, CHUNK> {
    /// The list of elements that are sorted already.
    pub(crate) fn of(sorted: &[T]) -> Self {
        // Half full, so that the first insertions split nothing.
        Self {
            chunks: sorted.chunks(CHUNK / 2).filter_map(|chunk| Chunk::of(chunk.to_vec())).collect::<Vec<_>>().into(),
        }
    }

    /// The bytes of the elements.
    pub(crate) fn memory_usage(&self) -> usize {
        let each = self.chunks.iter().map(|chunk| size_of::<Vec<T>>() + chunk.items.capacity() * size_of::<T>());
        each.sum::<usize>() + self.chunks.capacity() * size_of::<Chunk<T>>()
    }

    pub(crate) fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.items.len()).sum()
    }

    /// The first spot whose element, and all after it, do not come before what is searched for.
    pub(crate) fn find(&self, before: impl Fn(T) -> bool) -> Spot {
        let chunk = self.chunks.partition_point(|chunk| before(chunk.last));
        let within = self.chunks.get(chunk).map_or(0, |chunk| chunk.items.partition_point(|item| before(*item)));
        Spot { chunk, within }
    }

    /// The same, of a spot that is probably near to one before it.
    pub(crate) fn find_from(&self, from: Spot, before: impl Fn(T) -> bool) -> Spot {
        let Some(rest) = self.chunks.get(from.chunk).and_then(|chunk| chunk.items.get(from.within..)) else {
            return from;
        };
        if rest.last().is_some_and(|last| before(*last)) {
            return self.find(before);
        }
        Spot { within: from.within + count_before(rest, before), ..from }
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

    pub(crate) fn insert(&mut self, item: T, before: impl Fn(T) -> bool) {
        let Spot { mut chunk, mut within } = self.find(before);
        if chunk == self.chunks.len() {
            // After all others: at the end of the last chunk.
            match chunk.checked_sub(1) {
                Some(last) => (chunk, within) = (last, self.chunks[last].items.len()),
                None => return Arc::make_mut(&mut self.chunks).extend(Chunk::of(vec![item])),
            }
        }
        let chunks = Arc::make_mut(&mut self.chunks);
        let mut rest = Vec::new();
        chunks[chunk].change(|items| {
            items.insert(within, item);
            if items.len() > CHUNK {
                rest = items.split_off(items.len() / 2);
            }
        });
        if let Some(rest) = Chunk::of(rest) {
            chunks.insert(chunk + 1, rest);
        }
    }

    /// Removes the element after a spot.
    pub(crate) fn remove(&mut self, spot: Spot) {
        let chunks = Arc::make_mut(&mut self.chunks);
        let Some(chunk) = chunks.get_mut(spot.chunk) else { return };
        let is_left = chunk.change(|items| _ = items.remove(spot.within));
        if !is_left {
            chunks.remove(spot.chunk);
        }
    }

    /// Puts the element after a spot where it belongs by another key. Most often that is near.
    pub(crate) fn reorder(&mut self, spot: Spot, before: impl Fn(T) -> bool) {
        let Some(chunk) = Arc::make_mut(&mut self.chunks).get_mut(spot.chunk) else { return };
        let (within, end) = (spot.within, chunk.items.len() - 1);
        let Some(item) = chunk.items.get(within).copied() else { return };
        let (left, right) = (&chunk.items[..within], &chunk.items[within + 1..]);
        let place = match left.last() {
            Some(last) if !before(*last) => within - count_after(left, &before),
            _ => within + count_before(right, &before),
        };
        if place == 0 || place == end {
            // Perhaps it belongs to another chunk.
            self.remove(spot);
            self.insert(item, before);
        } else {
            chunk.change(|items| {
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
