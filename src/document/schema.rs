//! The schema as written: sections hold resource types, which hold actions.

use serde::{Deserialize, Serialize};

use crate::document::field::Field;
use crate::document::object::{read_objects, write_objects};
use crate::document::variant::Variant;
use crate::document::word::{
    Word, array, entries, flag, is_default, null_is_default, optional_array, optional_flag, optional_text, text,
    unique_entries,
};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::mode::Unowned;

read_objects! { Schema Section ResourceType Action }
write_objects! { Schema Section ResourceType Action }

/// The schema: all permissions that exist.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "a schema as an object")]
#[non_exhaustive]
pub struct Schema {
    /// The sections, in the order in which they are shown.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub sections: Vec<Section>,
}

/// A part of the application with roles of its own, for example `crm`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "a section as an object")]
#[non_exhaustive]
pub struct Section {
    /// The name, unique among the sections.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// The permission of this section that lets a user edit its roles.
    #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_default")]
    pub manage: Option<String>,
    /// The resource types, in the order in which they are shown.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub resources: Vec<ResourceType>,
}

impl Section {
    /// A section without resource types.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), manage: None, resources: Vec::new() }
    }

    /// Sets the permission that lets a user edit the roles of the section, for example `crm_settings.manage`.
    pub fn managed_by(mut self, permission: impl Into<String>) -> Self {
        self.manage = Some(permission.into());
        self
    }

    /// Adds a resource type.
    pub fn resource(mut self, resource: ResourceType) -> Self {
        self.resources.push(resource);
        self
    }
}

/// A type of records, for example `contact`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "a resource type as an object")]
#[non_exhaustive]
pub struct ResourceType {
    /// The name, unique in the whole document.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// The treatment of records without an owner.
    #[serde(default, deserialize_with = "null_is_default", skip_serializing_if = "is_default")]
    pub unowned: Word<Unowned>,
    /// The variants of its records: stages, pipelines, categories, in the order in which they are shown.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub variants: Vec<Variant>,
    /// The fields that actions of their own give access to, by name, in the order in which they are shown.
    #[serde(
        default,
        deserialize_with = "unique_entries",
        serialize_with = "entries",
        skip_serializing_if = "is_default"
    )]
    pub fields: Vec<(String, Field)>,
    /// The actions, in the order in which they are shown.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub actions: Vec<Action>,
}

impl ResourceType {
    /// A resource type without actions.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            unowned: Word::default(),
            variants: Vec::new(),
            fields: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// Makes the type a pool: a record without an owner counts as every user's own.
    pub fn pool(mut self) -> Self {
        self.unowned = Word::Known(Unowned::Pool);
        self
    }

    /// Adds a variant: a name, or a [`Variant`] with the values that mean it.
    pub fn variant(mut self, variant: impl Into<Variant>) -> Self {
        self.variants.push(variant.into());
        self
    }

    /// Adds a field.
    pub fn field(mut self, name: impl Into<String>, field: Field) -> Self {
        self.fields.push((name.into(), field));
        self
    }

    /// Adds an action.
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }
}

/// An action on records of a type or, as a toggle, without a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an action as an object")]
#[non_exhaustive]
pub struct Action {
    /// The name, unique in its resource type.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Whether the action is a toggle: it takes `allow` or `deny`, and has no record.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub toggle: bool,
    /// The levels that a role may set besides `deny`; the default is all eight.
    #[serde(default, deserialize_with = "optional_array", skip_serializing_if = "is_default")]
    pub levels: Option<Vec<Word<Level>>>,
    /// The level that every active user has, whatever the roles; the default is `deny`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub floor: Option<Word<Grant>>,
    /// The actions of the same type that must be allowed as well, on the same record.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub requires: Vec<String>,
    /// Whether a share of a record counts, for users whose level is not `deny`.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub shared: bool,
    /// Whether administrators have it without any role; the default is `true`.
    #[serde(default, deserialize_with = "optional_flag", skip_serializing_if = "is_default")]
    pub admin_bypass: Option<bool>,
    /// Whether it is denied for the user's own records, whatever the level: nobody approves their own request.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub except_own: bool,
}

impl Action {
    /// A levelled action that takes all eight levels.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            toggle: false,
            levels: None,
            floor: None,
            requires: Vec::new(),
            shared: false,
            admin_bypass: None,
            except_own: false,
        }
    }

    /// A toggle: an action that takes `allow` or `deny`, and has no record.
    pub fn toggle(name: impl Into<String>) -> Self {
        Self { toggle: true, ..Self::new(name) }
    }

    /// Restricts the levels that a role may set to these and `deny`.
    pub fn levels(mut self, levels: impl IntoIterator<Item = Level>) -> Self {
        self.levels = Some(levels.into_iter().map(Word::Known).collect());
        self
    }

    /// Sets the level that every active user has: a [`Level`], or [`Grant::Allow`] for a toggle.
    pub fn floor(mut self, floor: impl Into<Grant>) -> Self {
        self.floor = Some(Word::Known(floor.into()));
        self
    }

    /// Requires one more action of the same type.
    pub fn requires(mut self, action: impl Into<String>) -> Self {
        self.requires.push(action.into());
        self
    }

    /// Makes shares of a record count.
    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// Denies the action for the user's own records, whatever the level, and for administrators too.
    ///
    /// It knows the owners of a record and not their history. So a user who may reassign a record can approve it and
    /// take it back: guard the action that reassigns.
    pub fn except_own(mut self) -> Self {
        self.except_own = true;
        self
    }

    /// Removes the bypass: administrators have the action only by a role.
    pub fn without_admin_bypass(mut self) -> Self {
        self.admin_bypass = Some(false);
        self
    }
}
