//! The problems of a document: all at once, each with its path.

use std::collections::HashMap;
use std::fmt::{self, Display};

use serde::Serialize;
use thiserror::Error;

use crate::policy::rules::Invalid;
use crate::vocabulary::id::Id;
use crate::vocabulary::name::on_one_line;

/// A problem in a document, with its path: an error of [`Policy::from_document`](crate::Policy::from_document), or a
/// finding of [`Policy::lint`](crate::Policy::lint).
///
/// It serialises with all that it says:
///
/// ```
/// use orgscope::Policy;
/// use orgscope::document::{Document, User};
///
/// let error = Policy::from_document(Document::new().user(User::new("ann").member_of("sails"))).unwrap_err();
/// assert_eq!(
///     serde_json::to_string(error.problems())?,
///     r#"[{"path":"org.users[0].departments[0]","code":"unknown_id","severity":"error","message":"there is no department `sails`"}]"#
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    path: String,
    code: &'static str,
    severity: Severity,
    message: String,
}

/// The severity of a [`Problem`], the least first. It depends on the code alone.
///
/// ```
/// use orgscope::error::Severity;
///
/// assert!(Severity::Note < Severity::Warning);
/// assert_eq!(Severity::Warning.to_string(), "warning");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Severity {
    /// A finding: something has no effect, and every answer stays the same without it.
    Note,
    /// A finding: some access may be wider or narrower than was meant.
    Warning,
    /// An error: the document is invalid.
    Error,
}

impl Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

impl Problem {
    pub(crate) fn new(path: impl Display, (code, severity): (&'static str, Severity), message: impl Display) -> Self {
        Self { path: on_one_line(path.to_string()), code, severity, message: on_one_line(message.to_string()) }
    }

    /// A stable word for programs that names the kind of problem. Messages may change.
    /// [`docs::lint`](crate::docs::lint) lists those of findings.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Whether it is an error, or how much a finding matters.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The path, for example `roles[2].grants["contact.read"]`. The path of a finding uses ids instead of positions:
    /// `roles[id="seller"].assigned_to`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A sentence that describes the problem and what was expected.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// The error of an invalid document: all of its problems, one per line.
///
/// ```
/// use orgscope::document::{Department, Document, User};
/// use orgscope::Policy;
///
/// let document = Document::new()
///     .department(Department::new("sales").parent("acme"))
///     .user(User::new("ann").member_of("sails"));
/// assert_eq!(
///     Policy::from_document(document).unwrap_err().to_string(),
///     "org.departments[0].parent: there is no department `acme`\n\
///      org.users[0].departments[0]: there is no department `sails`",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", lines(problems))]
pub struct PolicyError {
    problems: Vec<Problem>,
}

impl PolicyError {
    /// The problems; never empty.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}

/// The problems found so far.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    found: Vec<Problem>,
    /// The first unknown ids among them, by position. Suggestions are added when everything has been read.
    unknown: Vec<(usize, Invalid)>,
}

/// The most unknown ids of a document that get suggestions.
const MOST_HINTS: usize = 64;

impl Problems {
    /// Adds a problem. Callers pass the path as [`format_args!`], so that a document without problems formats nothing.
    pub(crate) fn add(&mut self, path: impl Display, invalid: &Invalid) {
        if matches!(invalid, Invalid::UnknownId { .. }) && self.unknown.len() < MOST_HINTS {
            self.unknown.push((self.found.len(), invalid.clone()));
        }
        self.add_coded(path, invalid.code(), invalid);
    }

    pub(crate) fn add_coded(&mut self, path: impl Display, code: &'static str, message: impl Display) {
        self.found.push(Problem::new(path, (code, Severity::Error), message));
    }

    /// The value that was read. If it is invalid, adds the problem and returns `None`.
    pub(crate) fn note<T>(&mut self, path: impl Display, read: Result<T, Invalid>) -> Option<T> {
        read.map_err(|invalid| self.add(path, &invalid)).ok()
    }

    /// `value`, unless there was a problem.
    pub(crate) fn or<T>(self, value: T) -> Result<T, PolicyError> {
        if self.found.is_empty() { Ok(value) } else { Err(PolicyError { problems: self.found }) }
    }

    /// Adds suggestions to the unknown ids, given the path of each.
    pub(crate) fn hint(&mut self, hinted: impl Fn(Invalid, &str) -> Invalid) {
        for (place, invalid) in self.unknown.drain(..) {
            let problem = &mut self.found[place];
            problem.message = on_one_line(hinted(invalid, &problem.path).to_string());
        }
    }

    /// Whether there are so few that the next may search for a suggestion.
    pub(crate) fn are_few(&self) -> bool {
        self.found.len() < MOST_HINTS
    }
}

/// Checks that an id is not the empty text.
pub(crate) fn check_id<Kind>(path: impl Display, id: &Id<Kind>, problems: &mut Problems) {
    if id.is_empty() {
        problems.add(path, &Invalid::EmptyId);
    }
}

/// The indexes of repeated ids, each with the index where the id occurs first. A list in canonical order has no
/// repeated id, which one pass shows.
pub(crate) fn repeated<'a, T: Ord + 'a>(ids: impl Iterator<Item = &'a T> + Clone) -> HashMap<usize, usize> {
    if ids.clone().is_sorted_by(|a, b| a < b) {
        return HashMap::new();
    }
    let mut sorted: Vec<(&T, usize)> = ids.zip(0..).collect();
    sorted.sort_unstable();
    let same = sorted.chunk_by(|(a, _), (b, _)| a == b);
    same.flat_map(|same| same[1..].iter().map(|(_, place)| (*place, same[0].1))).collect()
}

/// The number of names that a message lists. A document may hold any number of names and problems.
pub(crate) const MOST_NAMES: usize = 12;

/// Names for a message: `` `a`, `b`, `c` ``, or the first of many, or `none`.
pub(crate) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter();
    let first: Vec<&str> = names.by_ref().take(MOST_NAMES).collect();
    first_names(&first, names.count())
}

/// The first names for a message, and how many more there are.
pub(crate) fn first_names(first: &[&str], more: usize) -> String {
    let first: Vec<String> = first.iter().map(|name| format!("`{name}`")).collect();
    match (first.is_empty(), more) {
        (true, _) => "none".to_owned(),
        (false, 0) => first.join(", "),
        (false, more) => format!("{} and {more} more", first.join(", ")),
    }
}
