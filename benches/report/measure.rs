//! Times and rows.

use std::time::{Duration, Instant};

use orgscope_testing::company::Size;

/// The number of requests in a pass, at random over the whole company.
pub(crate) const REQUESTS: usize = 1 << 17;
pub(crate) const PASSES: usize = 15;

pub(crate) fn row(name: &str, figure: f64, relation: &str, goal: f64) {
    let met = if relation == "<=" { figure <= goal } else { figure >= goal };
    println!("{name}\t{figure:.6}\t{relation} {goal}\t{}", if met { "met" } else { "missed" });
}

/// A figure with a limit in the largest company, if it has a goal.
pub(crate) fn row_of_largest(size: Size, name: &str, ratio: f64, goal: Option<f64>) {
    match goal.filter(|_| size == Size::LARGE) {
        Some(goal) => row(name, ratio, "<=", goal),
        None => figure(name, ratio),
    }
}

/// A figure without a goal.
pub(crate) fn figure(name: &str, figure: f64) {
    println!("{name}\t{figure:.6}\t-\t-");
}

pub(crate) fn nanos(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e9
}

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

pub(crate) fn time<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = run();
    (result, start.elapsed())
}
