//! Documents as data from outside, not yet validated.
//!
//! serde reads a [`Document`] from any self-describing format (JSON is the reference). It can also be built in code:
//!
//! ```
//! use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User};
//! use orgscope::{Level, Policy, Subject};
//!
//! let document = Document::new()
//!     .section(Section::new("crm").resource(
//!         ResourceType::new("contact")
//!             .action(Action::new("read").shared())
//!             .action(Action::new("update").requires("read")),
//!     ))
//!     .department(Department::new("sales").name("Sales"))
//!     .user(User::new("nina").member_of("sales").head_of("sales"))
//!     .user(User::new("nick").member_of("sales"))
//!     .role(
//!         Role::new("seller", "crm", "Seller")
//!             .grant("contact.read", Level::Department)
//!             .grant("contact.update", Level::Own)
//!             .assigned_to(Subject::Employees),
//!     );
//! let policy = Policy::from_document(document)?;
//! # Ok::<(), orgscope::PolicyError>(())
//! ```
//!
//! [`Document`] and [`Command`] are at the root of the crate as well.
//!
//! These types check only the form. [`Policy::from_document`](crate::Policy::from_document) checks the content, and
//! reports all problems at once.

mod assignment;
mod command;
mod entry;
mod field;
mod levels;
pub(crate) mod object;
mod org;
mod role;
mod schema;
mod variant;
pub(crate) mod word;

use std::fmt;

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};

pub use crate::vocabulary::mode::{Delegation, Unowned};
pub use crate::vocabulary::place::Place;
pub use assignment::Assignment;
pub use command::Command;
pub use entry::{Dates, Entry};
pub use field::Field;
pub use levels::Levels;
pub use org::{Department, Group, Org, User};
pub use role::Role;
pub use schema::{Action, ResourceType, Schema, Section};
pub use variant::Variant;
pub use word::Word;

use object::{read_objects, write_objects};
use word::{array, null_is_default};
pub(crate) use word::{entries, is_default, text};

/// A whole policy document: the schema, the company and the roles.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "a document as an object")]
#[non_exhaustive]
pub struct Document {
    /// The version of the format.
    pub(crate) format: Format,
    /// The limit of what delegates may grant.
    #[serde(default, deserialize_with = "null_is_default", skip_serializing_if = "is_default")]
    pub delegation: Word<Delegation>,
    /// Sections, resource types and actions.
    pub schema: Schema,
    /// Departments, users and groups.
    #[serde(default, deserialize_with = "null_is_default", skip_serializing_if = "is_default")]
    pub org: Org,
    /// Roles with their grants and assignments.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub roles: Vec<Role>,
}

read_objects! { Document }
write_objects! { Document }

impl Document {
    /// An empty document of the current format.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how much delegates may grant.
    pub fn delegation(mut self, delegation: Delegation) -> Self {
        self.delegation = Word::Known(delegation);
        self
    }

    /// Adds a section.
    pub fn section(mut self, section: Section) -> Self {
        self.schema.sections.push(section);
        self
    }

    /// Adds a department.
    pub fn department(mut self, department: Department) -> Self {
        self.org.departments.push(department);
        self
    }

    /// Adds a user.
    pub fn user(mut self, user: User) -> Self {
        self.org.users.push(user);
        self
    }

    /// Adds a group.
    pub fn group(mut self, group: Group) -> Self {
        self.org.groups.push(group);
        self
    }

    /// Adds a role.
    pub fn role(mut self, role: Role) -> Self {
        self.roles.push(role);
        self
    }

    /// Adds everything that another document declares, except its mode of delegation. A name or an id that both declare
    /// is repeated, which [`Policy::from_document`](crate::Policy::from_document) reports.
    pub fn merge(mut self, other: Self) -> Self {
        let Self { format: Format, delegation: _, schema, org, roles } = other;
        self.schema.sections.extend(schema.sections);
        self.org.departments.extend(org.departments);
        self.org.users.extend(org.users);
        self.org.groups.extend(org.groups);
        self.roles.extend(roles);
        self
    }
}

/// The version of the document format. The only one is `1`; the error for a newer one says to update.
///
/// Public for the binary, which reads this field alone to tell a newer format from a broken file.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Format;

impl Format {
    const NUMBER: u64 = 1;
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(Self::NUMBER)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FormatVisitor;

        impl Visitor<'_> for FormatVisitor {
            type Value = Format;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "the number {}", Format::NUMBER)
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Format, E> {
                match number {
                    Format::NUMBER => Ok(Format),
                    0 => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
                    newer => Err(E::custom(format_args!(
                        "update orgscope: this version reads format `{}` and this is format `{newer}`",
                        Format::NUMBER
                    ))),
                }
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Format, E> {
                u64::try_from(number)
                    .map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
                    .and_then(|number| self.visit_u64(number))
            }
        }

        deserializer.deserialize_any(FormatVisitor)
    }
}
