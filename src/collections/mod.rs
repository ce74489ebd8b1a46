//! Lists, tables and maps. One state of a company shares most of them with the next: who changes an element copies what
//! is around it, and not the whole. What readers work out is shared by all of them (`memo`). They know ids, and nothing
//! else of companies.

pub(crate) mod chunks;
pub(crate) mod counted;
pub(crate) mod index;
pub(crate) mod interner;
pub(crate) mod memo;
mod pages;
pub(crate) mod persistent;
mod shards;
pub(crate) mod sorted;
mod sync;

use std::sync::Arc;

/// The bytes behind a shared slice, its counts included.
pub(crate) fn heap_bytes<T>(slice: &Arc<[T]>) -> usize {
    size_of::<usize>() * 2 + size_of_val::<[T]>(slice)
}
