//! The posts of a user in a department.

/// The post of a user in a department.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Post {
    Member,
    /// A department may have several.
    Head,
    Deputy,
}
