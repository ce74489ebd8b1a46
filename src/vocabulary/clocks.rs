//! Times of the crates jiff and chrono.

use crate::vocabulary::time::{InvalidTime, Time};

/// The time without the part of a second.
///
/// ```
/// use orgscope::Time;
///
/// let christmas: jiff::Timestamp = "2026-12-24T18:00:00.5+01:00".parse()?;
/// assert_eq!(Time::try_from(christmas)?.to_string(), "2026-12-24T17:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "jiff")]
impl TryFrom<jiff::Timestamp> for Time {
    type Error = InvalidTime;

    fn try_from(time: jiff::Timestamp) -> Result<Self, InvalidTime> {
        // Both parts are negative before 1970.
        let started = i64::from(time.subsec_nanosecond() < 0);
        Self::from_seconds(time.as_second() - started)
    }
}

/// Fails for the last hours of the year 9999, which jiff can't express.
#[cfg(feature = "jiff")]
impl TryFrom<Time> for jiff::Timestamp {
    type Error = InvalidTime;

    fn try_from(time: Time) -> Result<Self, InvalidTime> {
        Self::from_second(time.seconds()).map_err(|_| InvalidTime::new(time, "is a time that jiff can't express"))
    }
}

/// The time without the part of a second.
///
/// ```
/// use chrono::{DateTime, Utc};
/// use orgscope::Time;
///
/// let christmas: DateTime<Utc> = "2026-12-24T18:00:00.5+01:00".parse()?;
/// let time = Time::try_from(christmas)?;
/// assert_eq!(time.to_string(), "2026-12-24T17:00:00Z");
/// assert_eq!(DateTime::from(time).to_rfc3339(), "2026-12-24T17:00:00+00:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(feature = "chrono")]
impl TryFrom<chrono::DateTime<chrono::Utc>> for Time {
    type Error = InvalidTime;

    fn try_from(time: chrono::DateTime<chrono::Utc>) -> Result<Self, InvalidTime> {
        Self::from_seconds(time.timestamp())
    }
}

#[cfg(feature = "chrono")]
impl From<Time> for chrono::DateTime<chrono::Utc> {
    fn from(time: Time) -> Self {
        // It knows more years.
        Self::from_timestamp(time.seconds(), 0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Time;

    /// Nanoseconds, and the second that they are in.
    const PARTS: [(i64, i64); 6] = [
        (1_999_999_999, 1),
        (0, 0),
        (-1, -1),
        (-1_000_000_000, -1),
        (-1_000_000_001, -2),
        (-86_400_000_000_001, -86_401),
    ];

    fn out_of_range(seconds: i64) -> String {
        format!("`{seconds}` seconds since 1970 are not within the years 1 to 9999")
    }

    #[cfg(feature = "jiff")]
    #[test]
    fn jiff_has_parts_of_seconds_and_fewer_hours() {
        use jiff::Timestamp;

        for (nanoseconds, seconds) in PARTS {
            let time = Time::try_from(Timestamp::from_nanosecond(nanoseconds.into()).unwrap()).unwrap();
            assert_eq!(time.seconds(), seconds);
            assert_eq!(Timestamp::try_from(time).unwrap().as_second(), seconds);
        }
        let before = Time::MIN.seconds() - 1;
        let error = Time::try_from(Timestamp::from_second(before).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), out_of_range(before));
        assert_eq!(Timestamp::try_from(Time::MIN).unwrap().as_second(), Time::MIN.seconds());
        let error = Timestamp::try_from(Time::MAX).unwrap_err();
        assert_eq!(error.to_string(), "`9999-12-31T23:59:59Z` is a time that jiff can't express");
    }

    #[cfg(feature = "chrono")]
    #[test]
    fn chrono_has_parts_of_seconds_and_more_years() {
        use chrono::{DateTime, Utc};

        for (nanoseconds, seconds) in PARTS {
            let time = Time::try_from(DateTime::<Utc>::from_timestamp_nanos(nanoseconds)).unwrap();
            assert_eq!(time.seconds(), seconds);
            assert_eq!(DateTime::from(time).timestamp(), seconds);
        }
        for (time, beyond) in [(Time::MIN, -1), (Time::MAX, 1)] {
            assert_eq!(Time::try_from(DateTime::from(time)), Ok(time));
            let beyond = time.seconds() + beyond;
            let error = Time::try_from(DateTime::<Utc>::from_timestamp(beyond, 0).unwrap()).unwrap_err();
            assert_eq!(error.to_string(), out_of_range(beyond));
        }
    }
}
