//! The company as written: departments, users and groups.

use serde::{Deserialize, Serialize};

use crate::document::entry::Entry;
use crate::document::object::{read_objects, write_objects};
use crate::document::word::{array, flag, is_default, optional_flag, optional_text};
use crate::vocabulary::id::{DepartmentId, GroupId, UserId};
use crate::vocabulary::period::Period;

read_objects! { Org Department User Group }
write_objects! { Org Department User Group }

/// The company.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an org as an object")]
#[non_exhaustive]
pub struct Org {
    /// The departments: a forest.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub departments: Vec<Department>,
    /// The users.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub users: Vec<User>,
    /// The groups.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub groups: Vec<Group>,
}

/// A department: a root, or below one other department.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "a department as an object")]
#[non_exhaustive]
pub struct Department {
    /// The id, unique among the departments.
    pub id: DepartmentId,
    /// The display name.
    #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_default")]
    pub name: Option<String>,
    /// The department directly above, or none for a root.
    #[serde(default, skip_serializing_if = "is_default")]
    pub parent: Option<DepartmentId>,
}

impl Department {
    /// A root department without a name.
    pub fn new(id: impl Into<DepartmentId>) -> Self {
        Self { id: id.into(), name: None, parent: None }
    }

    /// Sets the name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the department directly above.
    pub fn parent(mut self, parent: impl Into<DepartmentId>) -> Self {
        self.parent = Some(parent.into());
        self
    }
}

/// A user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "a user as an object")]
#[non_exhaustive]
pub struct User {
    /// The id, unique among the users.
    pub id: UserId,
    /// The display name.
    #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_default")]
    pub name: Option<String>,
    /// The departments that the user is a member of, each with its period if it has one.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub departments: Vec<Entry<DepartmentId>>,
    /// The departments that the user is head of, whether a member or not.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub heads: Vec<Entry<DepartmentId>>,
    /// The departments that the user is deputy of, whether a member or not.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub deputy_of: Vec<Entry<DepartmentId>>,
    /// Whether the user is active; the default is `true`. An inactive user is denied everything.
    #[serde(default, deserialize_with = "optional_flag", skip_serializing_if = "is_default")]
    pub active: Option<bool>,
    /// Whether the host application marks the user as an administrator.
    #[serde(default, deserialize_with = "flag", skip_serializing_if = "is_default")]
    pub admin: bool,
}

impl User {
    /// An active user in no department.
    pub fn new(id: impl Into<UserId>) -> Self {
        Self {
            id: id.into(),
            name: None,
            departments: Vec::new(),
            heads: Vec::new(),
            deputy_of: Vec::new(),
            active: None,
            admin: false,
        }
    }

    /// Sets the name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Makes the user a member of one more department.
    pub fn member_of(mut self, department: impl Into<DepartmentId>) -> Self {
        self.departments.push(department.into().into());
        self
    }

    /// Makes the user a member of one more department in a period.
    pub fn member_of_during(mut self, department: impl Into<DepartmentId>, period: Period) -> Self {
        self.departments.push(Entry::during(department, period));
        self
    }

    /// Makes the user head of one more department.
    pub fn head_of(mut self, department: impl Into<DepartmentId>) -> Self {
        self.heads.push(department.into().into());
        self
    }

    /// Makes the user head of one more department in a period.
    pub fn head_of_during(mut self, department: impl Into<DepartmentId>, period: Period) -> Self {
        self.heads.push(Entry::during(department, period));
        self
    }

    /// Makes the user deputy of one more department.
    pub fn deputy_of(mut self, department: impl Into<DepartmentId>) -> Self {
        self.deputy_of.push(department.into().into());
        self
    }

    /// Makes the user deputy of one more department in a period.
    pub fn deputy_of_during(mut self, department: impl Into<DepartmentId>, period: Period) -> Self {
        self.deputy_of.push(Entry::during(department, period));
        self
    }

    /// Deactivates the user, who is denied everything from then on. Colleagues still see the user's records.
    pub fn inactive(mut self) -> Self {
        self.active = Some(false);
        self
    }

    /// Marks the user as an administrator.
    pub fn administrator(mut self) -> Self {
        self.admin = true;
        self
    }
}

/// A flat set of users: a workgroup, a project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "a group as an object")]
#[non_exhaustive]
pub struct Group {
    /// The id, unique among the groups.
    pub id: GroupId,
    /// The display name.
    #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_default")]
    pub name: Option<String>,
    /// The members.
    #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
    pub members: Vec<Entry<UserId>>,
}

impl Group {
    /// A group without members.
    pub fn new(id: impl Into<GroupId>) -> Self {
        Self { id: id.into(), name: None, members: Vec::new() }
    }

    /// Sets the name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Adds a member.
    pub fn member(mut self, user: impl Into<UserId>) -> Self {
        self.members.push(user.into().into());
        self
    }

    /// Adds a member in a period.
    pub fn member_during(mut self, user: impl Into<UserId>, period: Period) -> Self {
        self.members.push(Entry::during(user, period));
        self
    }
}
