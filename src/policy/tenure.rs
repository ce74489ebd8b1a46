//! Tenures as documents and commands write them: always, or in a period.

use crate::document::{self, Dates, Word};
use crate::policy::rules::Invalid;
use crate::vocabulary::period::{Period, Tenure};
use crate::vocabulary::time::Time;

/// Whether something is always there or in a period, if that is valid. Otherwise passes on each problem, with its path
/// within the entry.
pub(crate) fn known_tenure(dates: Option<&Dates>, mut problem: impl FnMut(&str, Invalid)) -> Option<Tenure> {
    let Some(Dates { from, until }) = dates else { return Some(Tenure::Always) };
    let mut end = |word: &Option<Word<Time>>, path| match word.as_ref().map(Word::known) {
        None => Some(None),
        Some(Ok(time)) => Some(Some(time)),
        Some(Err(invalid)) => {
            problem(path, Invalid::Time(invalid));
            None
        }
    };
    let (from, until) = (end(from, ".from"), end(until, ".until"));
    let period = match (from?, until?) {
        (None, None) => return Some(Tenure::Always),
        (Some(from), None) => Period::starting(from),
        (None, Some(until)) => Period::until(until),
        (Some(from), Some(until)) => {
            Period::between(from, until).map_err(|empty| problem("", Invalid::EmptyPeriod(empty))).ok()?
        }
    };
    Some(Tenure::During(period))
}

/// The same for a command: the first problem is its error.
pub(crate) fn tenure(dates: Option<&Dates>) -> Result<Tenure, Invalid> {
    let mut first = None;
    let tenure = known_tenure(dates, |_, invalid| _ = first.get_or_insert(invalid));
    first.map_or_else(|| Ok(tenure.unwrap_or(Tenure::Always)), Err)
}

/// An entry as documents write it.
pub(crate) fn entry<I>(id: I, tenure: Tenure) -> document::Entry<I> {
    document::Entry { id, dates: tenure.period().map(Into::into) }
}
