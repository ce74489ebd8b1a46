//! The cells through which threads communicate. Under loom, a model checker's own cells replace them.

#[cfg(all(loom, test))]
mod model;

#[cfg(all(loom, test))]
pub(crate) use model::{AtomicU64, OnceBox, Ordering, SLOTS};
#[cfg(not(all(loom, test)))]
pub(crate) use {
    once_cell::race::OnceBox,
    std::sync::atomic::{AtomicU64, Ordering},
};

/// The number of slots of a memo's first table.
#[cfg(not(all(loom, test)))]
pub(crate) const SLOTS: usize = 512;
