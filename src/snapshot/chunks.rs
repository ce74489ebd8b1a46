//! A list in chunks that snapshots share: who changes an element copies its chunk.

use std::sync::Arc;

use crate::snapshot::memory::shared;

/// A list that is cheap to clone and cheap to change.
///
/// How many elements a chunk holds is up to what they are: few enough that copying a chunk is cheap, so many that the list of
/// chunks is. Numbers are copied a hundred times faster than what is counted or may be text.
pub(crate) struct Chunks<T, const CHUNK: usize> {
    /// Full, all of them.
    chunks: Vec<Arc<[T]>>,
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
        let mut chunks = Vec::new();
        loop {
            let chunk: Vec<T> = items.by_ref().take(CHUNK).collect();
            if chunk.len() < CHUNK {
                return Self { chunks, rest: Arc::new(chunk) };
            }
            chunks.push(chunk.into());
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
        self.chunks.iter().flat_map(|chunk| chunk.iter()).chain(self.rest.iter())
    }

    /// The bytes of the elements, without what they lead to.
    pub(crate) fn memory_usage(&self) -> usize {
        let chunks = self.chunks.iter().map(shared).sum::<usize>() + self.chunks.capacity() * size_of::<Arc<[T]>>();
        chunks + self.rest.capacity() * size_of::<T>()
    }

    /// The elements of a chunk, or the rest.
    #[inline]
    pub(crate) fn chunk(&self, chunk: usize) -> Option<&[T]> {
        match self.chunks.get(chunk) {
            Some(chunk) => Some(chunk),
            None => (chunk == self.chunks.len()).then_some(&self.rest),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.chunks.len() * CHUNK + self.rest.len()
    }
}

impl<T: Clone, const CHUNK: usize> Chunks<T, CHUNK> {
    /// Puts an element in its place, which is there already or the next one.
    pub(crate) fn set(&mut self, place: u32, item: T) {
        let (chunk, within) = (place as usize / CHUNK, place as usize % CHUNK);
        if let Some(chunk) = self.chunks.get_mut(chunk) {
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
            self.chunks.push(std::mem::take(rest).into());
        }
    }
}
