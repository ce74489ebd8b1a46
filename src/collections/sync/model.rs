//! Cells that the model checker loom watches.

use std::sync::{OnceLock, atomic};

use loom::sync::atomic::AtomicUsize;
pub(crate) use loom::sync::atomic::{AtomicU64, Ordering};

/// Two, so that three keys fill a table.
pub(crate) const SLOTS: usize = 2;

/// The maximum number of threads in a model.
const THREADS: usize = 3;

/// A cell that is written once. If two values are written at the same time, the first is kept.
///
/// Like the cell of `once_cell`, it takes one load and one exchange, which loom sees. They publish the index of a value
/// instead of a pointer, so that no unsafe code is needed.
#[derive(Debug)]
pub(crate) struct OnceBox<T> {
    /// The index of the value plus one; zero while there is none.
    published: AtomicUsize,
    written: atomic::AtomicUsize,
    values: [OnceLock<Box<T>>; THREADS],
}

impl<T> OnceBox<T> {
    pub(crate) fn new() -> Self {
        Self {
            published: AtomicUsize::new(0),
            written: atomic::AtomicUsize::new(0),
            values: [const { OnceLock::new() }; THREADS],
        }
    }

    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> Box<T>) -> &T {
        let mut index = self.published.load(Ordering::Acquire);
        if index == 0 {
            let value = make();
            let mine = self.written.fetch_add(1, Ordering::Relaxed);
            self.values[mine].get_or_init(|| value);
            index = mine + 1;
            let exchange = self.published.compare_exchange(0, index, Ordering::AcqRel, Ordering::Acquire);
            index = exchange.map_or_else(|first| first, |_| index);
        }
        self.values[index - 1].get().expect("INVARIANT: a value is written before it is published")
    }
}
