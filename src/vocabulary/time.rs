//! Instants, in whole seconds.

use std::borrow::Cow;
use std::fmt::{self, Debug, Display};
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use jiff::civil::{DateTime, date};
use jiff::{SignedDuration, ToSpan};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};
use thiserror::Error;

use crate::vocabulary::word::Spelled;

/// An instant: a number of whole seconds since the beginning of 1970 in UTC, within the years 1 to 9999.
///
/// As text it is RFC 3339 with an offset, and is written back as UTC. A date without a time of day or a time without an
/// offset is an error: whoever writes "until 5 December" has to say where that day ends.
///
/// It converts from and to [`SystemTime`], and with the features `jiff` and `chrono` from and to the times of these crates;
/// a part of a second is dropped.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use orgscope::Time;
///
/// let christmas: Time = "2026-12-24T18:00:00+01:00".parse()?;
/// assert_eq!(christmas.to_string(), "2026-12-24T17:00:00Z");
/// assert_eq!(christmas.seconds(), 1_798_131_600);
/// assert_eq!(Time::try_from(SystemTime::UNIX_EPOCH + Duration::from_millis(1_798_131_600_999))?, christmas);
///
/// let error = "2026-12-24".parse::<Time>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`2026-12-24` is a date alone: add the time of day and the offset, as in `2026-12-24T00:00:00+01:00`"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// The error for a text or a number that is not a [`Time`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{given}` {problem}")]
pub struct InvalidTime {
    given: String,
    problem: Cow<'static, str>,
}

impl InvalidTime {
    pub(super) fn new(given: impl Display, problem: impl Into<Cow<'static, str>>) -> Self {
        Self { given: given.to_string(), problem: problem.into() }
    }

    /// The text or number.
    pub fn given(&self) -> &str {
        &self.given
    }
}

impl Time {
    /// The first second of the year 1.
    pub const MIN: Self = Self(-62_135_596_800);
    /// The last second of the year 9999.
    pub const MAX: Self = Self(253_402_300_799);

    /// The instant so many seconds after the beginning of 1970, or before it.
    ///
    /// # Errors
    ///
    /// When it is not within the years 1 to 9999.
    pub fn from_seconds(seconds: i64) -> Result<Self, InvalidTime> {
        if (Self::MIN.0..=Self::MAX.0).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(InvalidTime::new(seconds, "seconds since 1970 are not within the years 1 to 9999"))
        }
    }

    /// The seconds since the beginning of 1970, negative before it.
    pub const fn seconds(self) -> i64 {
        self.0
    }
}

/// The time without the part of a second.
impl TryFrom<SystemTime> for Time {
    type Error = InvalidTime;

    fn try_from(time: SystemTime) -> Result<Self, InvalidTime> {
        let seconds = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
            Err(before) => {
                let before = before.duration();
                let started = i64::from(before.subsec_nanos() > 0);
                i64::try_from(before.as_secs()).map_or(i64::MIN, |seconds| -seconds - started)
            }
        };
        Self::from_seconds(seconds)
    }
}

/// Fails for instants that the system can't express.
impl TryFrom<Time> for SystemTime {
    type Error = InvalidTime;

    fn try_from(time: Time) -> Result<Self, InvalidTime> {
        let since = Duration::from_secs(time.0.unsigned_abs());
        let epoch = SystemTime::UNIX_EPOCH;
        let found = if time.0 < 0 { epoch.checked_sub(since) } else { epoch.checked_add(since) };
        found.ok_or_else(|| InvalidTime::new(time, "is a time that the system can't express"))
    }
}

const EPOCH: DateTime = date(1970, 1, 1).at(0, 0, 0, 0);

impl Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = EPOCH.saturating_add(self.0.seconds());
        f.pad(&format!("{time}Z"))
    }
}

impl Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

/// The number of bytes of a time without its offset.
const LOCAL: usize = "2026-12-24T18:00:00".len();

impl FromStr for Time {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        let invalid = |problem: &'static str| Err(InvalidTime::new(text, problem));
        if is_shaped(text, "0000-00-00") {
            let problem = format!("is a date alone: add the time of day and the offset, as in `{text}T00:00:00+01:00`");
            return Err(InvalidTime::new(text, problem));
        }
        let Some((local, offset)) =
            text.split_at_checked(LOCAL).filter(|(local, _)| is_shaped(local, "0000-00-00T00:00:00"))
        else {
            return invalid("is not a time: write one like `2026-12-24T18:00:00+01:00` or `2026-12-24T17:00:00Z`");
        };
        if offset.is_empty() {
            return invalid("has no offset: add `Z` for UTC, or one like `+01:00`");
        }
        if offset.starts_with(['.', ',']) {
            return invalid("has a part of a second: write whole seconds");
        }
        if local.ends_with("60") {
            return invalid("has second 60: write a second up to 59");
        }
        let Some(offset) = seconds_of(offset) else {
            return invalid("has an invalid offset: write `Z` for UTC, or one from `-23:59` to `+23:59`");
        };
        let Ok(local) = local.parse::<DateTime>() else {
            return invalid("is a date or a time of day that does not exist");
        };
        let since: SignedDuration = local.duration_since(EPOCH);
        let seconds = since.as_secs() - offset;
        let in_range = Self::from_seconds(seconds);
        in_range.map_err(|_| InvalidTime::new(text, "is not within the years 1 to 9999 in UTC"))
    }
}

/// Whether a text has this shape, in which a zero stands for any digit.
fn is_shaped(text: &str, shape: &str) -> bool {
    let fits = |(found, expected): (u8, u8)| if expected == b'0' { found.is_ascii_digit() } else { found == expected };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

/// The seconds of an offset from UTC: `Z`, or `+hh:mm`.
fn seconds_of(offset: &str) -> Option<i64> {
    if offset == "Z" {
        return Some(0);
    }
    let sign = match offset.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let rest = offset.get(1..).filter(|rest| is_shaped(rest, "00:00"))?;
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

impl Spelled for Time {
    const EXPECTED: &'static str = "a time as text, like `2026-12-24T18:00:00+01:00`";
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TimeVisitor;

        impl Visitor<'_> for TimeVisitor {
            type Value = Time;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Time::EXPECTED)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Time, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(TimeVisitor)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::Time;

    #[test]
    fn text_is_read_and_written() {
        for (text, written, seconds) in [
            ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", 0),
            ("2026-12-01T00:00:00+01:00", "2026-11-30T23:00:00Z", 1_796_079_600),
            ("2000-02-29T23:59:59-23:59", "2000-03-01T23:58:59Z", 951_955_139),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", Time::MIN.0),
            ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", Time::MAX.0),
            ("9999-12-31T22:59:59-01:00", "9999-12-31T23:59:59Z", Time::MAX.0),
        ] {
            let time: Time = text.parse().unwrap();
            assert_eq!((time.to_string().as_str(), time.seconds()), (written, seconds), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_time_is_an_error_that_says_what_to_write() {
        let like = "is not a time: write one like `2026-12-24T18:00:00+01:00` or `2026-12-24T17:00:00Z`";
        let offset = "has an invalid offset: write `Z` for UTC, or one from `-23:59` to `+23:59`";
        let date = "is a date alone: add the time of day and the offset, as in `2026-12-24T00:00:00+01:00`";
        let exists = "is a date or a time of day that does not exist";
        let range = "is not within the years 1 to 9999 in UTC";
        for (text, problem) in [
            ("", like),
            ("tomorrow", like),
            ("2026-12-24 18:00:00Z", like),
            ("2026-12-24t18:00:00Z", like),
            ("2026-12-24T18:00Z", like),
            ("+2026-12-24T18:00:00Z", like),
            ("2026-12-24T18:00:0\u{661}Z", like),
            ("2026-12-24", date),
            ("2026-12-24T18:00:00", "has no offset: add `Z` for UTC, or one like `+01:00`"),
            ("2026-12-24T18:00:00.5Z", "has a part of a second: write whole seconds"),
            ("2026-12-24T18:00:60Z", "has second 60: write a second up to 59"),
            ("2026-12-24T18:00:00z", offset),
            ("2026-12-24T18:00:00+0100", offset),
            ("2026-12-24T18:00:00+24:00", offset),
            ("2026-12-24T18:00:00+01:60", offset),
            ("2026-12-24T18:00:00Z ", offset),
            ("2026-12-24T18:00:00\u{2212}01:00", offset),
            ("2026-02-29T00:00:00Z", exists),
            ("2026-12-24T24:00:00Z", exists),
            ("2026-12-24T18:60:00Z", exists),
            ("0001-01-01T00:00:00+00:01", range),
            ("9999-12-31T23:59:59-00:01", range),
            ("0000-12-31T23:59:59Z", range),
        ] {
            assert_eq!(text.parse::<Time>().unwrap_err().to_string(), format!("`{text}` {problem}"));
        }
    }

    #[test]
    fn the_ends_of_numbers_are_errors() {
        for seconds in [i64::MIN, Time::MIN.0 - 1, Time::MAX.0 + 1, i64::MAX] {
            let error = Time::from_seconds(seconds).unwrap_err();
            assert_eq!(error.to_string(), format!("`{seconds}` seconds since 1970 are not within the years 1 to 9999"));
        }
        assert_eq!(Time::from_seconds(Time::MIN.0), Ok(Time::MIN));
        assert_eq!(Time::from_seconds(Time::MAX.0), Ok(Time::MAX));
    }

    #[test]
    fn a_part_of_a_second_is_dropped_before_1970_too() {
        let epoch = SystemTime::UNIX_EPOCH;
        for (time, seconds) in [
            (epoch + Duration::from_millis(1999), 1),
            (epoch, 0),
            (epoch - Duration::from_millis(1), -1),
            (epoch - Duration::from_secs(1), -1),
            (epoch - Duration::from_millis(1001), -2),
        ] {
            let found = Time::try_from(time).unwrap();
            assert_eq!(found.seconds(), seconds);
            assert_eq!(Time::try_from(SystemTime::try_from(found).unwrap()), Ok(found));
        }
    }
}
