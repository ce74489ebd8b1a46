//! Lists, tables and maps. One state of a company shares most of them with the next: changing an element copies a small
//! part around it. Results that readers compute are shared by all readers (`memo`). These types depend on ids
//! and periods, and on nothing else of the domain.

pub(crate) mod chunks;
pub(crate) mod counted;
pub(crate) mod index;
pub(crate) mod interner;
pub(crate) mod memo;
#[cfg(feature = "sql")]
pub(crate) mod merkle;
mod pages;
pub(crate) mod persistent;
mod shards;
pub(crate) mod sorted;
mod sync;
pub(crate) mod timetable;

use std::sync::Arc;

/// The bytes behind a shared slice, including its reference counts.
pub(crate) fn heap_bytes<T>(slice: &Arc<[T]>) -> usize {
    size_of::<usize>() * 2 + size_of_val::<[T]>(slice)
}
