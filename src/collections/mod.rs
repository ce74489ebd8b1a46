//! Lists, tables and maps. One state of a company shares most of them with the next: who changes an element copies what is
//! around it, and not the whole. What readers work out is shared by all of them (`memo`). They know ids, and nothing else of
//! companies.

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

/// A place as a number. The upper half of the numbers is for marks of those who keep them.
pub(crate) fn place_number(place: usize) -> u32 {
    let number = u32::try_from(place).ok().filter(|number| *number < 1 << 31);
    number.expect("INVARIANT: no memory holds a company of 2^31 users, departments or roles")
}

/// The bytes behind a shared slice, its counts included.
pub(crate) fn heap_bytes<T>(slice: &Arc<[T]>) -> usize {
    size_of::<usize>() * 2 + size_of_val::<[T]>(slice)
}
