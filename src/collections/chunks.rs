//! A list in chunks that snapshots share: who changes an element copies its chunk.

use std::sync::Arc;

use crate::collections::shared;

/// How many chunks stand together.
const TOGETHER: usize = 64;

/// A list that is cheap to clone and cheap to change.
///
/// How many elements a chunk holds is up to what they are: few enough that copying a chunk is cheap. Many chunks stand
/// together, so that there may be many more: with one list of all, the copy of that list took as long as what smaller chunks
/// saved.
pub(crate) struct Chunks<T, const CHUNK: usize> {
    /// All full but for the last one, as are the chunks in it: a last chunk that stood elsewhere, where it could grow in place,
    /// would be one more question for each reader.
    lists: Arc<[List<T>]>,
}

type List<T> = Arc<[Arc<[T]>]>;

impl<T, const CHUNK: usize> Clone for Chunks<T, CHUNK> {
    fn clone(&self) -> Self {
        Self { lists: self.lists.clone() }
    }
}

impl<T, const CHUNK: usize> Default for Chunks<T, CHUNK> {
    fn default() -> Self {
        Self { lists: Arc::default() }
    }
}

impl<T, const CHUNK: usize> Chunks<T, CHUNK> {
    /// The list of these elements, in the order they come.
    pub(crate) fn of(mut items: impl ExactSizeIterator<Item = T>) -> Self {
        let mut lists = Vec::new();
        while items.len() > 0 {
            let chunks = items.len().div_ceil(CHUNK).min(TOGETHER);
            lists.push((0..chunks).map(|_| items.by_ref().take(CHUNK).collect()).collect());
        }
        Self { lists: lists.into() }
    }

    #[inline]
    pub(crate) fn get(&self, place: u32) -> Option<&T> {
        let place = place as usize;
        self.chunk(place / CHUNK)?.get(place % CHUNK)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.lists.iter().flat_map(|list| list.iter()).flat_map(|chunk| chunk.iter())
    }

    /// The bytes of the elements, without what they lead to.
    pub(crate) fn memory_usage(&self) -> usize {
        let chunks = self.lists.iter().flat_map(|list| list.iter());
        shared(&self.lists) + self.lists.iter().map(shared).sum::<usize>() + chunks.map(shared).sum::<usize>()
    }

    #[inline]
    pub(crate) fn chunk(&self, chunk: usize) -> Option<&[T]> {
        self.lists.get(chunk / TOGETHER)?.get(chunk % TOGETHER).map(|chunk| &**chunk)
    }

    /// Whether they are known to be one and the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.lists, &other.lists)
    }

    pub(crate) fn len(&self) -> usize {
        let Some((last, lists)) = self.lists.split_last() else { return 0 };
        let Some((rest, chunks)) = last.split_last() else { return 0 };
        (lists.len() * TOGETHER + chunks.len()) * CHUNK + rest.len()
    }
}

impl<T: Clone, const CHUNK: usize> Chunks<T, CHUNK> {
    /// Puts an element in its place, which is there already or the next one.
    pub(crate) fn set(&mut self, place: u32, item: T) {
        let (chunk, within) = (place as usize / CHUNK, place as usize % CHUNK);
        if chunk / TOGETHER == self.lists.len() {
            self.lists = and(&self.lists, [[item].into()].into());
            return;
        }
        let list = &mut Arc::make_mut(&mut self.lists)[chunk / TOGETHER];
        match list.get(chunk % TOGETHER).map(|chunk| chunk.len()) {
            Some(len) if within < len => {
                let chunk = &mut Arc::make_mut(list)[chunk % TOGETHER];
                Arc::make_mut(chunk)[within] = item;
            }
            Some(_) => {
                let chunk = &mut Arc::make_mut(list)[chunk % TOGETHER];
                *chunk = and(chunk, item);
            }
            None => *list = and(list, [item].into()),
        }
    }
}

/// The same elements, and one more.
fn and<T: Clone>(items: &[T], item: T) -> Arc<[T]> {
    items.iter().cloned().chain([item]).collect()
}
