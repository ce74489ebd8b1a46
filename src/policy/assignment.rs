//! Assignments: a subject that has a role, and the place that its levels are measured from.

use crate::document;
use crate::document::Word;
use crate::policy::rules::Invalid;
use crate::vocabulary::period::Period;
use crate::vocabulary::place::Place;
use crate::vocabulary::subject::Subject;

/// A valid assignment of some role. The order is that of canonical documents.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Assignment {
    pub(crate) subject: Subject,
    /// The departments of a list are sorted, and none stands twice.
    pub(crate) place: Option<Place>,
}

impl Assignment {
    /// The error for the same assignment twice.
    pub(crate) fn repeated(&self) -> Invalid {
        let Self { subject, place } = self.clone();
        Invalid::RepeatedAssignment { subject, place }
    }
}

impl From<Subject> for Assignment {
    fn from(subject: Subject) -> Self {
        Self { subject, place: None }
    }
}

impl Assignment {
    /// The assignment as documents write it.
    pub(crate) fn written(self, period: Option<Period>) -> document::Assignment {
        let Self { subject, place } = self;
        document::Assignment { to: Word::Known(subject), place: place.map(Word::Known), dates: period.map(Into::into) }
    }
}
