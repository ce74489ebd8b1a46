//! The schema as written: sections hold resource types, which hold actions.

use serde::{Deserialize, Serialize};

use crate::document::object::{read_objects, write_objects};
use crate::document::word::{Word, flag, is_default, null_is_default, optional_flag, optional_text, text};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::mode::Unowned;

read_objects! { Schema Section ResourceType Action }
write_objects! { Schema Section ResourceType Action }

/// What can be permitted at all.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "a schema as an object")]
#[non_exhaustive]
pub struct Schema {
    /// The sections, in the order in which they are shown.
    #[serde(default, deserialize_with = "null_is_default", skip_serializing_if = "is_default")]
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
    #[serde(default, deserialize_with = "null_is_default", skip_serializing_if = "is_default")]
    pub resources: Vec<ResourceType>,
}

impl Section {
    /// A section without resource types.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), manage: None, resources: Vec::new() }
    }

    /// The same section, its roles edited by the holders of this permission, for example `crm_settings.manage`.
    pub fn managed_by(mut self, permission: impl Into<String>) -> Self {
        self.manage = Some(permission.into());
        self
    }

    /// The same section with one more resource type.
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
    /// Whom a record without owner belongs to.
    #[serde(default, deserialize_with = "null_is_default", skip_serializing_if = "is_default")]
    pub unowned: Word<Unowned>,
    /// The actions, in the order in which they are shown.
    #[serde(default, deserialize_with = "null_is_default", skip_serializing_if = "is_default")]
    pub actions: Vec<Action>,
}

impl ResourceType {
    /// A resource type without actions.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), unowned: Word::default(), actions: Vec::new() }
    }

    /// The same resource type, its records without owner being everybody's own.
    pub fn pool(mut self) -> Self {
        self.unowned = Word::Known(Unowned::Pool);
        self
    }

    /// The same resource type with one more action.
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }
}

/// Something that can be done to a record of a type, or, as a toggle, without any record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an action as an object")]
#[non_exhaustive]
pub struct Action {
    /// The name, unique in its resource type.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Whether it takes `allow` and `deny` and has no record.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub toggle: bool,
    /// The levels that a role may set, beside `deny`, which it always may; all eight when left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub levels: Option<Vec<Word<Level>>>,
    /// The level that every active user has, whatever the roles say; `deny` when left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub floor: Option<Word<Grant>>,
    /// The actions of the same type that must be allowed too, on the same record.
    #[serde(default, deserialize_with = "null_is_default", skip_serializing_if = "is_default")]
    pub requires: Vec<String>,
    /// Whether a record that is shared with a user counts, provided that the user's level is not `deny`.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub shared: bool,
    /// Whether administrators have it without any role; they do when left out.
    #[serde(default, deserialize_with = "optional_flag", skip_serializing_if = "is_default")]
    pub admin_bypass: Option<bool>,
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
        }
    }

    /// A toggle: it takes `allow` or `deny` and has no record.
    pub fn toggle(name: impl Into<String>) -> Self {
        Self { toggle: true, ..Self::new(name) }
    }

    /// The same action, for which a role may set only these levels and `deny`.
    pub fn levels(mut self, levels: impl IntoIterator<Item = Level>) -> Self {
        self.levels = Some(levels.into_iter().map(Word::Known).collect());
        self
    }

    /// The same action with a level that every active user has: a [`Level`], or [`Grant::Allow`] for a toggle.
    pub fn floor(mut self, floor: impl Into<Grant>) -> Self {
        self.floor = Some(Word::Known(floor.into()));
        self
    }

    /// The same action, requiring one more action of its type.
    pub fn requires(mut self, action: impl Into<String>) -> Self {
        self.requires.push(action.into());
        self
    }

    /// The same action, for which a share counts.
    pub fn shared(mut self) -> Self {
        self.shared = true;
        self
    }

    /// The same action, which administrators have only by a role.
    pub fn without_admin_bypass(mut self) -> Self {
        self.admin_bypass = Some(false);
        self
    }
}
