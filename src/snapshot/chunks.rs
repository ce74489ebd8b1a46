//! A list in chunks that snapshots share: who changes an element copies its chunk.

use std::sync::Arc;

use crate::snapshot::memory::shared;

/// How many chunks stand together.
const TOGETHER: usize = 64;

/// A list that is cheap to clone and cheap to change.
///
/// How many elements a chunk holds is up to what they are: few enough that copying a chunk is cheap. Many
/// chunks stand together, so that there may be many more: with one list of all, the copy of that list took as long as what
/// smaller chunks saved.
pub(crate) struct Chunks<T, const CHUNK: usize> {
    /// Full, all of them: the chunks, and all of these lists but the last.
    chunks: Vec<Arc<Vec<Arc<[T]>>>>,
    /// The elements after those, fewer than a chunk: the list grows here.
    rest: Arc<Vec<T>>,
}

impl<T, const CHUNK: usize> Clone for Chunks<T, CHUNK> {
    fn clone(&self) -> Self {
        Self { chunks: self.chunks.clone(), rest: self.rest.clone() }
    }
}

impl<T, const CHUNK: usize> Default for Chunks<T, CHUNK> {
    fn default() -> Self {
        Self { chunks: Vec::new(), rest: Arc::default() }
    }
}

impl<T: Clone, const CHUNK: usize> FromIterator<T> for Chunks<T, CHUNK> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        let mut list = Self::default();
        loop {
            let chunk: Vec<T> = items.by_ref().take(CHUNK).collect();
            if chunk.len() < CHUNK {
                return Self { rest: Arc::new(chunk), ..list };
            }
            list.push(chunk.into());
        }
    }
}

impl<T, const CHUNK: usize> Chunks<T, CHUNK> {
    #[inline]
    pub(crate) fn get(&self, place: u32) -> Option<&T> {
        let place = place as usize;
        self.chunk(place / CHUNK)?.get(place % CHUNK)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.full().flat_map(|chunk| chunk.iter()).chain(self.rest.iter())
    }

    /// The bytes of the elements, without what they lead to.
    pub(crate) fn memory_usage(&self) -> usize {
        let lists = self.chunks.iter().map(|list| size_of::<Vec<T>>() + list.capacity() * size_of::<Arc<[T]>>());
        let chunks = self.full().map(shared).sum::<usize>() + lists.sum::<usize>();
        chunks + self.rest.capacity() * size_of::<T>()
    }

    /// The elements of a chunk, or the rest.
    #[inline]
    pub(crate) fn chunk(&self, chunk: usize) -> Option<&[T]> {
        match self.chunks.get(chunk / TOGETHER).and_then(|list| list.get(chunk % TOGETHER)) {
            Some(chunk) => Some(chunk),
            None => (chunk == self.full_count()).then_some(&self.rest),
        }
    }

    fn full(&self) -> impl Iterator<Item = &Arc<[T]>> {
        self.chunks.iter().flat_map(|list| list.iter())
    }

    fn full_count(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * TOGETHER + last.len())
    }

    pub(crate) fn len(&self) -> usize {
        self.full_count() * CHUNK + self.rest.len()
    }

    /// Adds a chunk that is full.
    fn push(&mut self, chunk: Arc<[T]>) {
        match self.chunks.last_mut().filter(|last| last.len() < TOGETHER) {
            Some(last) => Arc::make_mut(last).push(chunk),
            None => self.chunks.push(Arc::new(vec![chunk])),
        }
    }
}

impl<T: Clone, const CHUNK: usize> Chunks<T, CHUNK> {
    /// Puts an element in its place, which is there already or the next one.
    pub(crate) fn set(&mut self, place: u32, item: T) {
        let (chunk, within) = (place as usize / CHUNK, place as usize % CHUNK);
        if chunk < self.full_count() {
            let chunk = &mut Arc::make_mut(&mut self.chunks[chunk / TOGETHER])[chunk % TOGETHER];
            Arc::make_mut(chunk)[within] = item;
            return;
        }
        let rest = Arc::make_mut(&mut self.rest);
        if within < rest.len() {
            rest[within] = item;
        } else {
            rest.push(item);
        }
        if rest.len() == CHUNK {
            let full = std::mem::take(rest).into();
            self.push(full);
        }
    }
}
