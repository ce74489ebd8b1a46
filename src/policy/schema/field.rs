//! Fields: columns of a record that actions of their own give access to.

use crate::vocabulary::index::ActionIndex;

/// A field of the records of a type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// The action that lets a user read it; without one, reading the record does.
    pub(crate) read: Option<ActionIndex>,
    /// The action that lets a user write it; without one, updating the record does.
    pub(crate) write: Option<ActionIndex>,
}
