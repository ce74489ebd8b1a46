//! The error for the name of a permission or field that the schema does not have.

use thiserror::Error;

/// The error for the name of a permission or of a field that the schema does not have, or that means the other kind of
/// permission. The message lists the known names.
///
/// ```
/// use orgscope::document::{Action, Document, ResourceType, Section};
/// use orgscope::Policy;
///
/// let contact = ResourceType::new("contact").action(Action::new("read"));
/// let policy = Policy::from_document(Document::new().section(Section::new("crm").resource(contact)))?;
/// let unknown = policy.schema().permission_named("contact.raed").unwrap_err();
/// assert_eq!(unknown.name(), "contact.raed");
/// assert_eq!(unknown.to_string(), "`contact` has no action `raed`: its actions are `read`");
/// # Ok::<(), orgscope::PolicyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{why}")]
pub struct UnknownPermission {
    name: String,
    why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Why {
    #[error("`{0}` is not a permission: write the resource type and the action, as in `contact.read`")]
    NoPermission(String),
    #[error("`{0}` is not a permission: write the resource type and the action as one key, in quotes: \"{0}.…\"")]
    Unquoted(String),
    #[error("there is no resource type `{resource}`: the resource types are {known}")]
    Resource { resource: String, known: String },
    #[error("`{resource}` has no action `{action}`: its actions are {known}")]
    Action { resource: String, action: String, known: String },
    #[error("`{resource}` has no field `{field}`: its fields are {known}")]
    Field { resource: String, field: String, known: String },
    #[error("`{0}` has no fields: list them in its type, under `fields`")]
    NoFields(String),
    #[error("`{0}` is a toggle and has no record: look a field up beside a permission on records")]
    FieldOfToggle(String),
    #[error(
        "the permission of the record that the field `{0}` is of was looked up in another schema: look it up again"
    )]
    OtherSchema(String),
    #[error("`{0}` is a toggle and has no record: look it up with `toggle`")]
    Toggle(String),
    #[error("`{0}` is not a toggle: look it up with `permission` or `permission_named`")]
    NoToggle(String),
}

impl UnknownPermission {
    pub(crate) fn new(name: &str, why: Why) -> Self {
        Self { name: name.to_owned(), why }
    }

    /// The name that was looked up, for example `contact.raed`; for a field, that of the field.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the schema has a permission of this name, but of the other kind: a toggle when one on records was looked
    /// up, or the other way round.
    pub fn is_other_kind(&self) -> bool {
        matches!(self.why, Why::Toggle(_) | Why::NoToggle(_))
    }
}
