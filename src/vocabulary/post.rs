//! The posts of a user in a department.

/// The post of a user in a department.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Post {
    /// A member.
    Member,
    /// The head, or one of several.
    Head,
    /// A deputy.
    Deputy,
}
