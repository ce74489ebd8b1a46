//! Roles as written.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::document::assignment::Assignment;
use crate::document::levels::Levels;
use crate::document::object::{read_objects, write_objects};
use crate::document::word::{Word, array, flag, is_default, text, unique_keys};
use crate::vocabulary::id::RoleId;
use crate::vocabulary::level::Grant;

read_objects! { Role }
write_objects! { Role }

/// A role, with its grants and the subjects that it is assigned to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "a role as an object")]
#[non_exhaustive]
pub struct Role {
    /// The id, unique in the document.
    pub id: RoleId,
    /// The section whose permissions it grants.
    #[serde(deserialize_with = "text")]
    pub section: String,
    /// The display name, unique in its section, compared in lower case.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Whether lists of roles leave it out. This does not affect decisions.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub hidden: bool,
    /// Whether only the host application may change it.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub locked: bool,
    /// The level for each permission, for example `contact.read`. A permission that is left out is `deny`.
    #[serde(default, deserialize_with = "unique_keys", skip_serializing_if = "is_default")]
    pub grants: BTreeMap<String, Levels>,
    /// The subjects that it is assigned to, each with its place if it has one.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub assigned_to: Vec<Assignment>,
}

impl Role {
    /// A role that grants nothing and is not assigned.
    pub fn new(id: impl Into<RoleId>, section: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            section: section.into(),
            name: name.into(),
            hidden: false,
            locked: false,
            grants: BTreeMap::new(),
            assigned_to: Vec::new(),
        }
    }

    /// Sets the grant for one permission: a [`Level`](crate::Level), or [`Grant::Allow`] for a toggle.
    pub fn grant(mut self, permission: impl Into<String>, grant: impl Into<Grant>) -> Self {
        self.grants.insert(permission.into(), Levels::Alike(Word::Known(grant.into())));
        self
    }

    /// Sets the grant for one permission and the records of one variant, beside that for all others.
    ///
    /// ```
    /// use orgscope::Level;
    /// use orgscope::document::Role;
    ///
    /// let role = Role::new("seller", "crm", "Seller")
    ///     .grant("deal.update", Level::Department)
    ///     .grant_variant("deal.update", "won", Level::Deny);
    /// assert_eq!(serde_json::to_value(role)?["grants"], serde_json::json!({
    ///     "deal.update": { "default": "department", "won": "deny" }
    /// }));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn grant_variant(
        mut self,
        permission: impl Into<String>,
        variant: impl Into<String>,
        level: impl Into<Grant>,
    ) -> Self {
        let levels = self.grants.entry(permission.into()).or_default();
        levels.set(variant.into(), Word::Known(level.into()));
        self
    }

    /// Assigns the role to one more subject: a [`Subject`](crate::Subject), or one with a place.
    pub fn assigned_to(mut self, assignment: impl Into<Assignment>) -> Self {
        self.assigned_to.push(assignment.into());
        self
    }

    /// Leaves the role out of lists of roles.
    pub fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Locks the role: only the host application may change it.
    pub fn locked(mut self) -> Self {
        self.locked = true;
        self
    }
}
