//! Cells that the model checker watches, in the place of those that the library uses.

pub(crate) use loom::sync::atomic::{AtomicU64, Ordering};

use loom::sync::atomic::AtomicPtr;

/// Two, so that three keys fill a table.
pub(crate) const SLOTS: usize = 2;

/// A cell that is written once; of two that are written at once the first stays.
#[derive(Debug)]
pub(crate) struct OnceBox<T>(AtomicPtr<T>);

impl<T> OnceBox<T> {
    pub(crate) fn new() -> Self {
        Self(AtomicPtr::new(std::ptr::null_mut()))
    }

    pub(crate) fn get_or_init(&self, make: impl FnOnce() -> Box<T>) -> &T {
        let mut value = self.0.load(Ordering::Acquire);
        if value.is_null() {
            let mine = Box::into_raw(make());
            match self.0.compare_exchange(std::ptr::null_mut(), mine, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => value = mine,
                Err(first) => {
                    // SAFETY: nobody else has seen it.
                    drop(unsafe { Box::from_raw(mine) });
                    value = first;
                }
            }
        }
        // SAFETY: it was written whole before it was published, and is freed only with the cell.
        unsafe { &*value }
    }
}

impl<T> Drop for OnceBox<T> {
    fn drop(&mut self) {
        let value = self.0.load(Ordering::Acquire);
        if !value.is_null() {
            // SAFETY: nobody borrows from a cell that is dropped.
            drop(unsafe { Box::from_raw(value) });
        }
    }
}
