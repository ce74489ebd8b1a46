//! Periods, in which an assignment, a post or a membership holds.

use std::fmt::{self, Debug, Display};

use thiserror::Error;

use crate::vocabulary::time::Time;

/// The period in which an assignment, a post or a membership holds: from an instant on, until another, or both. The
/// first instant is in it, and the last one is not.
///
/// ```
/// use orgscope::{Period, Time};
///
/// let (first, last): (Time, Time) = ("2026-12-20T00:00:00+01:00".parse()?, "2027-01-07T00:00:00+01:00".parse()?);
/// let vacation = Period::between(first, last)?;
/// assert!(vacation.contains(first) && !vacation.contains(last));
/// assert_eq!(vacation.to_string(), "from 2026-12-19T23:00:00Z until 2027-01-06T23:00:00Z");
/// assert_eq!(Period::until(last).start(), None);
/// assert!(Period::between(last, first).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    /// The seconds of the first instant, or [`i64::MIN`]. A period takes 16 bytes like this, and 32 with options.
    from: i64,
    /// The seconds of the instant after the last, or [`i64::MAX`].
    until: i64,
}

/// The error for a period that ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the period is empty: `from` ({from}) must be before `until` ({until})")]
pub struct EmptyPeriod {
    from: Time,
    until: Time,
}

impl Period {
    /// From this instant on.
    pub fn starting(from: Time) -> Self {
        Self { from: from.seconds(), until: i64::MAX }
    }

    /// Until this instant, which is not in it.
    pub fn until(until: Time) -> Self {
        Self { from: i64::MIN, until: until.seconds() }
    }

    /// From an instant until another, which is not in it.
    ///
    /// # Errors
    ///
    /// When it does not begin before it ends.
    pub fn between(from: Time, until: Time) -> Result<Self, EmptyPeriod> {
        if from < until {
            Ok(Self { from: from.seconds(), until: until.seconds() })
        } else {
            Err(EmptyPeriod { from, until })
        }
    }

    /// The first instant, if it has one.
    pub fn start(self) -> Option<Time> {
        Time::from_seconds(self.from).ok()
    }

    /// The first instant after it, if it ends.
    pub fn end(self) -> Option<Time> {
        Time::from_seconds(self.until).ok()
    }

    /// Whether an instant is in it.
    pub fn contains(self, time: Time) -> bool {
        self.from <= time.seconds() && time.seconds() < self.until
    }

    /// Whether it holds at the instant of a state. None does as long as no instant has been told.
    pub(crate) fn holds_at(self, instant: Option<Time>) -> bool {
        instant.is_some_and(|instant| self.contains(instant))
    }

    /// Whether every instant of the other is in this one.
    pub(crate) fn includes(self, other: Self) -> bool {
        self.from <= other.from && other.until <= self.until
    }

    /// The first instant after this one at which it begins or ends. Without one, it begins at the first that is told.
    pub(crate) fn next_after(self, instant: Option<Time>) -> Option<Time> {
        let Some(instant) = instant else { return Some(self.start().unwrap_or(Time::MIN)) };
        [self.start(), self.end()].into_iter().flatten().find(|turn| *turn > instant)
    }
}

impl Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.start(), self.end()) {
            (Some(from), Some(until)) => write!(f, "from {from} until {until}"),
            (Some(from), None) => write!(f, "from {from}"),
            (None, Some(until)) => write!(f, "until {until}"),
            (None, None) => Ok(()),
        }
    }
}

impl Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// Whether something holds, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tenure {
    Never,
    Always,
    During(Period),
}

impl Tenure {
    pub(crate) fn is_there(self) -> bool {
        self != Self::Never
    }

    pub(crate) fn period(self) -> Option<Period> {
        match self {
            Self::During(period) => Some(period),
            Self::Never | Self::Always => None,
        }
    }

    /// Whether it holds at the instant of a state.
    pub(crate) fn holds_at(self, instant: Option<Time>) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::During(period) => period.holds_at(instant),
        }
    }
}

impl From<bool> for Tenure {
    fn from(there: bool) -> Self {
        if there { Self::Always } else { Self::Never }
    }
}
