//! A list in chunks that snapshots share: who changes an element copies its chunk.

use std::sync::Arc;

use crate::snapshot::memory::chunked;

/// How many elements a chunk holds. Small enough that copying one is cheap, large enough that the list of chunks is.
const CHUNK: usize = 4096;

/// A list that is cheap to clone and cheap to change.
pub(crate) struct Chunks<T> {
    chunks: Vec<Arc<Vec<T>>>,
}

impl<T> Clone for Chunks<T> {
    fn clone(&self) -> Self {
        Self { chunks: self.chunks.clone() }
    }
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T: Clone> FromIterator<T> for Chunks<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        let next = || {
            let chunk: Vec<T> = items.by_ref().take(CHUNK).collect();
            (!chunk.is_empty()).then(|| Arc::new(chunk))
        };
        Self { chunks: std::iter::from_fn(next).collect() }
    }
}

impl<T> Chunks<T> {
    #[inline]
    pub(crate) fn get(&self, place: u32) -> Option<&T> {
        let place = place as usize;
        self.chunks.get(place / CHUNK)?.get(place % CHUNK)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flat_map(|chunk| chunk.iter())
    }

    /// The bytes of the elements, without what they lead to.
    pub(crate) fn memory_usage(&self) -> usize {
        chunked(&self.chunks)
    }

    pub(crate) const CHUNK: usize = CHUNK;

    pub(crate) fn chunk(&self, chunk: usize) -> Option<&Arc<Vec<T>>> {
        self.chunks.get(chunk)
    }

    pub(crate) fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len())
    }
}

impl<T: Clone> Chunks<T> {
    /// Puts an element in its place, which is there already or the next one.
    pub(crate) fn set(&mut self, place: u32, item: T) {
        let (chunk, within) = (place as usize / CHUNK, place as usize % CHUNK);
        if chunk == self.chunks.len() {
            self.chunks.push(Arc::new(Vec::new()));
        }
        let chunk = Arc::make_mut(&mut self.chunks[chunk]);
        if within == chunk.len() {
            chunk.push(item);
        } else {
            chunk[within] = item;
        }
    }
}
