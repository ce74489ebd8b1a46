//! Measures an engine: whether it takes part, whether it decides like the reference, and its time.

use std::fmt::{self, Display};
use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::engine::{Company, Encoding, Engine, Question};

/// The limits of an encoding, for any size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    load: Duration,
    /// In bytes.
    memory: u64,
    pass: Duration,
}

impl Budget {
    pub(crate) const USUAL: Self =
        Self { load: Duration::from_secs(60), memory: 4 << 30, pass: Duration::from_secs(10) };
}

impl Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { load, memory, pass } = self;
        write!(f, "{load:?} and {} GiB to load, {pass:?} for a pass", memory >> 30)
    }
}

/// The questions with the decisions of the reference.
pub(crate) struct Questions {
    pub(crate) asked: Vec<Question>,
    pub(crate) expected: Vec<bool>,
}

/// An encoding that is loaded and decides like the reference.
pub(crate) struct Entrant {
    pub(crate) encoding: Encoding,
    engine: Box<dyn Engine>,
    load: Duration,
    memory: u64,
    passes: Vec<Duration>,
}

/// The reason why an encoding does not take part.
pub(crate) enum Refusal {
    /// It can't run at this size, for this reason.
    Stopped(String),
    /// Its decision differs from the reference.
    Disagrees(String),
}

impl Entrant {
    /// Loads an encoding, and asks it every question once.
    pub(crate) fn enter(
        encoding: Encoding,
        company: &Company,
        questions: &Questions,
        budget: Budget,
    ) -> Result<Self, Refusal> {
        let (before, start) = (resident_memory(), Instant::now());
        let engine =
            (encoding.load)(company).map_err(|error| Refusal::Stopped(format!("it does not load: {error}")))?;
        let (load, memory) = (start.elapsed(), resident_memory().saturating_sub(before));
        let mut entrant = Self { encoding, engine, load, memory, passes: Vec::new() };
        entrant.compare(questions, budget.pass)?;
        match entrant.excess(1, budget) {
            Some(excess) => Err(Refusal::Stopped(excess)),
            None => Ok(entrant),
        }
    }

    fn compare(&mut self, questions: &Questions, limit: Duration) -> Result<(), Refusal> {
        let start = Instant::now();
        for (done, (question, expected)) in questions.asked.iter().zip(&questions.expected).enumerate() {
            if self.engine.decide(question) != *expected {
                let Encoding { engine, name, .. } = self.encoding;
                return Err(Refusal::Disagrees(format!(
                    "{engine} ({name}) says {} where the reference says {expected}: {question:?}",
                    !expected
                )));
            }
            if start.elapsed() > limit {
                return Err(Refusal::Stopped(format!("{} checks took {limit:?}", done + 1)));
            }
        }
        Ok(())
    }

    /// The part of the budget that it would exceed in a company so many times as large, if its needs grow with it.
    pub(crate) fn excess(&self, times: u32, budget: Budget) -> Option<String> {
        let (load, memory) = (self.load * times, self.memory * u64::from(times));
        let measured = if times == 1 { "" } else { ", reckoned from the size before" };
        if load > budget.load {
            Some(format!("{:.0} s to load{measured}", load.as_secs_f64()))
        } else if memory > budget.memory {
            Some(format!("{} MiB of memory{measured}", memory >> 20))
        } else {
            None
        }
    }

    /// Asks all questions, repeatedly until the time is long enough for the clock.
    pub(crate) fn pass(&mut self, questions: &Questions) {
        const LEAST: Duration = Duration::from_millis(20);
        let (start, mut rounds) = (Instant::now(), 0);
        while rounds == 0 || start.elapsed() < LEAST {
            black_box(self.engine.pass(&questions.asked));
            rounds += 1;
        }
        self.passes.push(start.elapsed() / rounds);
    }

    /// Nanoseconds for a check: the median of the passes.
    pub(crate) fn figure(&self, questions: &Questions) -> f64 {
        let mut passes = self.passes.clone();
        passes.sort_unstable();
        let median = passes.get(passes.len() / 2).copied().unwrap_or_default();
        median.as_secs_f64() * 1e9 / questions.asked.len() as f64
    }

    /// The time and memory of loading, for the table.
    pub(crate) fn cost(&self) -> (f64, u64) {
        (self.load.as_secs_f64(), self.memory >> 20)
    }
}

/// The memory of the process in bytes; 0 if the system does not report it.
fn resident_memory() -> u64 {
    const PAGE: u64 = 4096;
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * PAGE
}
