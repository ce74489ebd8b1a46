//! The cells in which threads meet. A model checker has cells of its own in their place.

#[cfg(all(loom, test))]
mod model;

#[cfg(all(loom, test))]
pub(crate) use model::{AtomicU64, OnceBox, Ordering, SLOTS};
#[cfg(not(all(loom, test)))]
pub(crate) use {
    once_cell::race::OnceBox,
    std::sync::atomic::{AtomicU64, Ordering},
};

/// How many slots a memo has at first.
#[cfg(not(all(loom, test)))]
pub(crate) const SLOTS: usize = 512;
