//! Checks by one and by two threads, in peace and while a writer publishes a hundred edits a second.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use orgscope::Handle;
use orgscope::document::Command;

use crate::check::Question;
use crate::company::Size;
use crate::{figure, row};

pub(crate) fn report(size: Size, handle: &Handle, questions: &[Question]) {
    let name = size.name();
    let [one, two] = rates(|_| arithmetic());
    figure(&format!("two threads / one {name}, arithmetic that shares nothing"), two / one);
    // Each with a company of its own: what the machine gives two threads that check.
    let policy = handle.load().policy().clone();
    let each = [Handle::new(policy.clone()), Handle::new(policy)];
    let [one, two] = rates(|thread| checks(&each[thread], questions));
    figure(&format!("two threads / one {name}, checks that share nothing"), two / one);
    let user = handle.load().policy().to_document().org.users[7].id.clone();
    for (what, edits, goal) in [("in peace", false, 1.9), ("under 100 edits a second", true, 1.8)] {
        let done = AtomicBool::new(false);
        let rates = thread::scope(|scope| {
            if edits {
                scope.spawn(|| {
                    for active in [false, true].into_iter().cycle() {
                        if done.load(Ordering::Relaxed) {
                            break;
                        }
                        let command = Command::SetActive { user: user.clone(), active };
                        handle.apply(&[command]).expect("the command makes sense");
                        thread::sleep(Duration::from_millis(10));
                    }
                });
            }
            let rates = rates(|_| checks(handle, questions));
            done.store(true, Ordering::Relaxed);
            rates
        });
        let asked = f64::from(u32::try_from(questions.len() * ROUNDS).expect("there are few"));
        println!("# {name}: {:.1} million checks a second by one thread, {what}", asked * rates[0] / 1e6);
        row(&format!("two threads / one {name}, {what}"), rates[1] / rates[0], ">=", goal);
    }
}

/// How often a second one thread, and two together, do some work, told which thread they are. In turn, so that both are met by
/// the same weather; the best of each.
fn rates(work: impl Fn(usize) + Sync) -> [f64; 2] {
    let (mut best, work) = ([0.0_f64; 2], &work);
    for _ in 0..7 {
        for (best, threads) in best.iter_mut().zip(1_u8..) {
            let start = Instant::now();
            thread::scope(|scope| {
                for thread in 0..threads {
                    scope.spawn(move || work(thread.into()));
                }
            });
            *best = best.max(f64::from(threads) / start.elapsed().as_secs_f64());
        }
    }
    best
}

const ROUNDS: usize = 4;

/// Principals and snapshots loaded as requests would.
fn checks(handle: &Handle, questions: &[Question]) {
    for request in (0..ROUNDS).flat_map(|_| questions.chunks(64)) {
        let snapshot = handle.load();
        let ask = |q: &&Question| snapshot.principal(q.id()).check(q.permission, &q.contact).is_allow();
        black_box(request.iter().filter(ask).count());
    }
}

/// Work that shares nothing and reads no memory: what the machine gives two threads at most.
fn arithmetic() {
    let mut number = 1_u64;
    for _ in 0..20_000_000 {
        number = black_box(number.wrapping_mul(6_364_136_223_846_793_005));
    }
}
