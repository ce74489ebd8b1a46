//! A list in chunks that states share: changing an element copies its chunk.
//!
//! With chunks of 4, and 2 chunks in a list instead of [`TOGETHER`], setting element 9 of 13 copies the marked parts,
//! and the list of lists:
//!
//! ```text
//! lists     [ 0 ] [ 1* ]
//! chunks    [0 1 2 3] [4 5 6 7]    [8 9 10 11]* [12]
//! ```
//!
//! The clone that was made before still has the old list 1 and the old chunk. It shares everything else.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::collections::heap_bytes;
use crate::vocabulary::index::Idx;

/// The number of chunks in a list. Cloning a list increments the counter of each chunk, which costs more than copying
/// the elements of one.
const TOGETHER: usize = 32;

/// A list that is cheap to clone and cheap to change.
///
/// The size of a chunk depends on the elements: copying one should be cheap. Chunks are grouped in lists, so that there
/// may be many of them: with a single list, copying that list took as long as smaller chunks saved.
pub(crate) struct Chunks<I, T, const CHUNK: usize> {
    /// All are full but for the last one, as are the chunks in it. Keeping the last chunk outside, where it could grow
    /// in place, would cost each reader one more comparison.
    lists: Arc<[List<T>]>,
    indexed_by: PhantomData<fn(I)>,
}

type List<T> = Arc<[Arc<[T]>]>;

impl<I, T, const CHUNK: usize> Clone for Chunks<I, T, CHUNK> {
    fn clone(&self) -> Self {
        Self { lists: self.lists.clone(), indexed_by: PhantomData }
    }
}

impl<I, T, const CHUNK: usize> Default for Chunks<I, T, CHUNK> {
    fn default() -> Self {
        Self { lists: Arc::default(), indexed_by: PhantomData }
    }
}

impl<I: Idx, T, const CHUNK: usize> Chunks<I, T, CHUNK> {
    /// Builds a list of these elements.
    pub(crate) fn of(mut items: impl ExactSizeIterator<Item = T>) -> Self {
        let mut lists = Vec::new();
        while items.len() > 0 {
            let chunks = items.len().div_ceil(CHUNK).min(TOGETHER);
            lists.push((0..chunks).map(|_| items.by_ref().take(CHUNK).collect()).collect());
        }
        Self { lists: lists.into(), indexed_by: PhantomData }
    }

    #[inline]
    pub(crate) fn get(&self, index: I) -> Option<&T> {
        let index = index.index();
        self.chunk(index / CHUNK)?.get(index % CHUNK)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.lists.iter().flat_map(|list| list.iter()).flat_map(|chunk| chunk.iter())
    }

    /// The bytes of the elements, without the memory that they point to.
    pub(crate) fn memory_usage(&self) -> usize {
        let chunks = self.lists.iter().flat_map(|list| list.iter());
        heap_bytes(&self.lists)
            + self.lists.iter().map(heap_bytes).sum::<usize>()
            + chunks.map(heap_bytes).sum::<usize>()
    }

    /// The indices of the chunks that the two do not share.
    pub(crate) fn unshared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = I> + 'a {
        let indices = move |chunk: usize| {
            let longest = [self, other].into_iter().filter_map(|list| list.chunk(chunk)).map(<[T]>::len).max();
            let first = chunk * CHUNK;
            (first..first + longest.unwrap_or(0)).map(I::new)
        };
        let differs = move |chunk: &usize| match (self.chunk(*chunk), other.chunk(*chunk)) {
            (Some(mine), Some(theirs)) => !std::ptr::eq(mine, theirs),
            _ => true,
        };
        (0..self.len().max(other.len()).div_ceil(CHUNK)).filter(differs).flat_map(indices)
    }

    #[inline]
    fn chunk(&self, chunk: usize) -> Option<&[T]> {
        self.lists.get(chunk / TOGETHER)?.get(chunk % TOGETHER).map(|chunk| &**chunk)
    }

    /// Whether both share all elements. A `false` says nothing.
    pub(crate) fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.lists, &other.lists)
    }

    pub(crate) fn len(&self) -> usize {
        let Some((last, lists)) = self.lists.split_last() else { return 0 };
        let Some((rest, chunks)) = last.split_last() else { return 0 };
        (lists.len() * TOGETHER + chunks.len()) * CHUNK + rest.len()
    }
}

impl<I: Idx, T: Clone, const CHUNK: usize> Chunks<I, T, CHUNK> {
    /// Sets the element at an existing index, or appends it at the next one.
    pub(crate) fn set(&mut self, index: I, item: T) {
        let index = index.index();
        debug_assert!(index <= self.len(), "INVARIANT: lists have no holes");
        let (chunk, within) = (index / CHUNK, index % CHUNK);
        if chunk / TOGETHER == self.lists.len() {
            self.lists = and(&self.lists, Arc::from([Arc::from([item])]));
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
            None => *list = and(list, Arc::from([item])),
        }
    }
}

/// Returns a copy with one more element.
fn and<T: Clone>(items: &[T], item: T) -> Arc<[T]> {
    items.iter().cloned().chain([item]).collect()
}

#[cfg(test)]
mod tests {
    use std::iter;

    use fastrand::Rng;

    use super::{Chunks, TOGETHER};
    use crate::vocabulary::index::{Idx, UserSlot};

    const CHUNK: usize = 4;

    /// Across chunks that are full or not, and across lists of them.
    #[test]
    fn a_list_that_knows_which_places_it_does_not_share() {
        let rng = &mut Rng::with_seed(5);
        for count in [0, 1, CHUNK - 1, CHUNK, CHUNK * TOGETHER - 1, CHUNK * TOGETHER, CHUNK * TOGETHER * 2 + 3] {
            let mut items: Vec<u32> = iter::repeat_with(|| rng.u32(..)).take(count).collect();
            let mut chunks: Chunks<UserSlot, u32, CHUNK> = Chunks::of(items.iter().copied());
            for _ in 0..3 * CHUNK {
                let (before, first) = (chunks.clone(), items.clone());
                assert!(chunks.ptr_eq(&before));
                // An existing index, or the next one.
                let place = if rng.bool() { items.len() } else { rng.usize(..=items.len()) };
                let item = rng.u32(..);
                if place == items.len() {
                    items.push(item);
                } else {
                    items[place] = item;
                }
                chunks.set(UserSlot::new(place), item);
                assert!(chunks.iter().eq(&items));
                assert_eq!(chunks.len(), items.len());
                assert!(items.iter().enumerate().all(|(at, item)| chunks.get(UserSlot::new(at)) == Some(item)));
                assert_eq!(chunks.get(UserSlot::new(items.len())), None);
                assert!(before.iter().eq(&first), "a clone stays as it was");
                let chunk = place / CHUNK * CHUNK;
                let copied: Vec<usize> = (chunk..items.len().min(chunk + CHUNK)).collect();
                let unshared: Vec<usize> = chunks.unshared(&before).map(UserSlot::index).collect();
                assert_eq!(unshared, copied);
                assert_eq!(before.unshared(&chunks).map(UserSlot::index).collect::<Vec<_>>(), copied);
            }
        }
    }
}
