//! A list in chunks that snapshots share: who changes an element copies its chunk.

use std::sync::Arc;

use crate::snapshot::memory::shared;

/// A list that is cheap to clone and cheap to change.
///
/// How many elements a chunk holds is up to what they are: few enough that copying a chunk is cheap, so many that the list of
/// chunks is. Numbers are copied a hundred times faster than what is counted or may be text.
pub(crate) struct Chunks<T, const CHUNK: usize> {
    /// All but the last one full.
    chunks: Vec<Arc<[T]>>,
}

impl<T, const CHUNK: usize> Clone for Chunks<T, CHUNK> {
    fn clone(&self) -> Self {
        Self { chunks: self.chunks.clone() }
    }
}

impl<T, const CHUNK: usize> Default for Chunks<T, CHUNK> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T: Clone, const CHUNK: usize> FromIterator<T> for Chunks<T, CHUNK> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        let next = || {
            let chunk: Vec<T> = items.by_ref().take(CHUNK).collect();
            (!chunk.is_empty()).then(|| chunk.into())
        };
        Self { chunks: std::iter::from_fn(next).collect() }
    }
}

impl<T, const CHUNK: usize> Chunks<T, CHUNK> {
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
        self.chunks.iter().map(shared).sum::<usize>() + self.chunks.capacity() * size_of::<Arc<[T]>>()
    }

    pub(crate) fn chunk(&self, chunk: usize) -> Option<&Arc<[T]>> {
        self.chunks.get(chunk)
    }

    pub(crate) fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len())
    }
}

impl<T: Clone, const CHUNK: usize> Chunks<T, CHUNK> {
    /// Puts an element in its place, which is there already or the next one.
    pub(crate) fn set(&mut self, place: u32, item: T) {
        let (chunk, within) = (place as usize / CHUNK, place as usize % CHUNK);
        match self.chunks.get_mut(chunk) {
            Some(items) if within < items.len() => Arc::make_mut(items)[within] = item,
            // A chunk is copied to gain an element, which it is anyway where it is shared.
            Some(items) => *items = items.iter().cloned().chain([item]).collect(),
            None => self.chunks.push(Arc::from([item])),
        }
    }
}
