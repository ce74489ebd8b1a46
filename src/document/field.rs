//! Fields of a resource type as written.

use serde::{Deserialize, Serialize};

use crate::document::object::{read_objects, write_objects};
use crate::document::word::{is_default, optional_text};

read_objects! { Field }
write_objects! { Field }

/// A field of a record that actions of their own give access to, for example an amount that not everybody sees.
///
/// It adds nothing to decisions: it says which action to ask about which column. A field that leaves one out is as
/// readable, or as writable, as the record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "a field as an object")]
#[non_exhaustive]
pub struct Field {
    /// The levelled action of the same type that lets a user read the field.
    #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_default")]
    pub read: Option<String>,
    /// The levelled action of the same type that lets a user write the field.
    #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_default")]
    pub write: Option<String>,
}

impl Field {
    /// A field that this action lets a user read.
    pub fn read_by(action: impl Into<String>) -> Self {
        Self { read: Some(action.into()), write: None }
    }

    /// A field that this action lets a user write.
    pub fn written_by(action: impl Into<String>) -> Self {
        Self { read: None, write: Some(action.into()) }
    }

    /// Sets the action that lets a user write the field.
    pub fn and_written_by(mut self, action: impl Into<String>) -> Self {
        self.write = Some(action.into());
        self
    }
}
