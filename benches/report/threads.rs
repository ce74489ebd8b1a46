//! Checks by one and by two threads, without changes and while a writer publishes a hundred edits a second.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use orgscope::Handle;
use orgscope::document::Command;

use crate::measure::{figure, row};
use crate::question::Question;
use orgscope_testing::company::Size;

pub(crate) const IN_PEACE: &str = "two threads / one {}, in peace";
pub(crate) const UNDER_EDITS: &str = "two threads / one {}, under 100 edits a second";

pub(crate) fn report(size: Size, handle: &Handle, questions: &[Question]) {
    let name = size.name();
    let (_, two) = rates(|_| arithmetic());
    figure(&format!("two threads / one {name}, arithmetic that shares nothing"), two);
    // Each thread with a company of its own: the most that the machine gives two threads that check.
    let policy = handle.load().policy().clone();
    let each = [Handle::new(policy.clone()), Handle::new(policy)];
    let (_, two) = rates(|thread| checks(&each[thread], questions, EACH));
    figure(&format!("two threads / one {name}, checks that share nothing"), two);
    let (_, two) = rates(|_| checks(handle, questions, 1));
    figure(&format!("two threads / one {name}, a snapshot loaded for each check"), two);
    let user = handle.load().policy().to_document().org.users[7].id.clone();
    for (what, edits, goal) in [(IN_PEACE, false, 1.9), (UNDER_EDITS, true, 1.8)] {
        let done = AtomicBool::new(false);
        let (one, two) = thread::scope(|scope| {
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
            let rates = rates(|_| checks(handle, questions, EACH));
            done.store(true, Ordering::Relaxed);
            rates
        });
        let asked = f64::from(u32::try_from(questions.len() * ROUNDS).expect("there are few"));
        let what = size.in_row(what);
        println!("# {what}: {:.1} million checks a second by one", asked * one / 1e6);
        row(&what, two, ">=", goal);
    }
}

/// The rate of some work in one thread, which gets its index, and the speed-up with two threads. These are medians of
/// turns in which two threads are measured between one and one, so that all run under the same load of the machine.
fn rates(work: impl Fn(usize) + Sync) -> (f64, f64) {
    let work = &work;
    let rate = |threads: u8| {
        let start = Instant::now();
        thread::scope(|scope| {
            for thread in 0..threads {
                scope.spawn(move || work(thread.into()));
            }
        });
        f64::from(threads) / start.elapsed().as_secs_f64()
    };
    let turns = (0..15).map(|_| {
        let (before, two, after) = (rate(1), rate(2), rate(1));
        (before, two / f64::midpoint(before, after))
    });
    let (ones, twos): (Vec<f64>, Vec<f64>) = turns.unzip();
    let median = |mut figures: Vec<f64>| {
        figures.sort_unstable_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    (median(ones), median(twos))
}

const ROUNDS: usize = 4;
/// The number of checks in a request.
const EACH: usize = 64;

/// Loads principals and snapshots as requests would, and checks.
fn checks(handle: &Handle, questions: &[Question], each: usize) {
    for request in (0..ROUNDS).flat_map(|_| questions.chunks(each)) {
        let snapshot = handle.load();
        let ask = |q: &&Question| snapshot.principal(q.id()).check(q.permission, &q.contact).is_allow();
        black_box(request.iter().filter(ask).count());
    }
}

/// Work that shares nothing and reads no memory: the most that the machine gives two threads.
fn arithmetic() {
    let mut number = 1_u64;
    for _ in 0..20_000_000 {
        number = black_box(number.wrapping_mul(6_364_136_223_846_793_005));
    }
}
