//! Every order in which two threads can meet in a memo, and every one of three that interrupts a thread at most twice:
//! `cargo test --release --manifest-path tests/loom/Cargo.toml`.

#![cfg(test)]

#[path = "../../../src/collections/memo.rs"]
mod memo;
mod sync;

use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;
use memo::Memo;

/// Asks for keys in threads of their own, each with its hash, and gives what each got and how often a value was made.
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
        others.into_iter().for_each(|thread| thread.join().unwrap());
        // What was found once is found again, and not made again.
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
