//! Results that readers have computed, by key. Readers share them without a lock, and no reader waits for another.

use crate::collections::sync::{AtomicU64, OnceBox, Ordering, SLOTS};

/// A table whose entries are never removed.
///
/// An entry is found by open addressing. A reader that finds none claims a free slot for the key and then fills it. A
/// reader that finds the key before its value computes the value too; the first one stored is kept. If all slots near a
/// key's own are taken, the look-up goes on in a larger table.
#[derive(Debug)]
pub(crate) struct Memo<T> {
    first: Table<T>,
}

#[derive(Debug)]
struct Table<T> {
    slots: Box<[Slot<T>]>,
    next: OnceBox<Table<T>>,
}

#[derive(Debug)]
struct Slot<T> {
    /// Zero while the slot is free.
    key: AtomicU64,
    value: OnceBox<T>,
}

/// The growth of each next table.
const GROWTH: usize = 8;
/// The number of slots that are searched for a key, starting with its own.
const NEIGHBOURHOOD: usize = 8;

impl<T> Default for Memo<T> {
    fn default() -> Self {
        Self { first: Table::new(SLOTS) }
    }
}

impl<T> Memo<T> {
    /// Returns the value of a key, computed by `make` if it is missing. The key is not zero, and always comes with the
    /// same hash.
    #[inline]
    pub(crate) fn get(&self, key: u64, hash: u64, make: impl Fn() -> T) -> &T {
        let mut table = &self.first;
        // Ends, because each next table is larger, and it is practically impossible that more keys than a neighbourhood
        // holds have hashes with the same 32 bits.
        loop {
            if let Some(slot) = table.slot(key, hash) {
                return slot.value.get_or_init(|| Box::new(make()));
            }
            table = table.next.get_or_init(|| Box::new(Table::new(table.slots.len() * GROWTH)));
        }
    }
}

impl<T> Table<T> {
    fn new(slots: usize) -> Self {
        let free = || Slot { key: AtomicU64::new(0), value: OnceBox::new() };
        Self { slots: std::iter::repeat_with(free).take(slots).collect(), next: OnceBox::new() }
    }

    /// The slot of a key, claimed for it if it had none; `None` if its neighbourhood is full.
    #[inline]
    fn slot(&self, key: u64, hash: u64) -> Option<&Slot<T>> {
        let mask = self.slots.len() - 1;
        let home = usize::try_from(hash & u64::from(u32::MAX)).unwrap_or(0);
        (0..NEIGHBOURHOOD).map(|step| &self.slots[(home + step) & mask]).find(|slot| slot.is_for(key))
    }
}

impl<T> Slot<T> {
    /// Whether the slot is this key's, or free and now claimed for it.
    #[inline]
    fn is_for(&self, key: u64) -> bool {
        // The value is published by `OnceBox`; the key alone says nothing about other memory.
        match self.key.load(Ordering::Relaxed) {
            0 => self.claim(key),
            now => now == key,
        }
    }

    #[cold]
    fn claim(&self, key: u64) -> bool {
        let claimed = self.key.compare_exchange(0, key, Ordering::Relaxed, Ordering::Relaxed);
        claimed.map_or_else(|now| now == key, |_| true)
    }
}

/// Tries every order of two threads, and every order of three that interrupts a thread at most twice. Run with
/// `RUSTFLAGS="--cfg loom" cargo test --release --lib memo` and a target directory of its own.
#[cfg(all(loom, test))]
mod tests {
    use loom::sync::Arc;
    use loom::sync::atomic::AtomicUsize;
    use loom::thread;

    use super::{Memo, Ordering};

    /// Looks up keys in several threads, each key with its hash. Checks the value of each.
    fn ask(threads: &'static [&'static [(u64, u64)]]) {
        let mut model = loom::model::Builder::new();
        // With three threads all orders are too many; with two, all are tried.
        model.preemption_bound = (threads.len() > 2).then_some(2);
        model.check(move || {
            let (memo, made) = (Arc::new(Memo::<u64>::default()), Arc::new(AtomicUsize::new(0)));
            let ask = |keys: &'static [(u64, u64)]| {
                let (memo, made) = (memo.clone(), made.clone());
                move || {
                    for (key, hash) in keys {
                        let make = || {
                            made.fetch_add(1, Ordering::Relaxed);
                            key * 100
                        };
                        assert_eq!(*memo.get(*key, *hash, make), key * 100, "a key has its own value");
                    }
                }
            };
            let others: Vec<_> = threads[1..].iter().map(|keys| thread::spawn(ask(keys))).collect();
            ask(threads[0])();
            others.into_iter().for_each(|thread| thread.join().expect("INVARIANT: a thread ends"));
            // A value that was found once is not computed again.
            let before = made.load(Ordering::Relaxed);
            ask(threads[0])();
            assert_eq!(made.load(Ordering::Relaxed), before);
        });
    }

    #[test]
    fn two_threads_ask_for_one_key() {
        ask(&[&[(1, 0)], &[(1, 0)]]);
    }

    #[test]
    fn two_threads_ask_for_two_keys_of_one_place() {
        ask(&[&[(1, 0)], &[(2, 0)]]);
    }

    #[test]
    fn two_threads_ask_for_the_same_keys_in_another_order() {
        ask(&[&[(1, 0), (2, 1)], &[(2, 1), (1, 0)]]);
    }

    #[test]
    fn three_threads_fill_a_table_and_make_the_next() {
        ask(&[&[(1, 0)], &[(2, 0)], &[(3, 0)]]);
    }
}
