//! Changes as data: one command for each thing that an administrator can do.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use crate::document::object::write_objects;
use crate::document::org::{Department, Group, User};
use crate::document::role::Role;
use crate::document::word::{Word, is_default, null_is_default, optional_flag, optional_text, required_flag, text};
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::level::Grant;
use crate::vocabulary::subject::Subject;

/// One change. As JSON it is an object with one key, the command's name; a file of commands is an array of them.
///
/// A field that may be left out may be `null` too. Every other field must be written, those that may be `null` as well:
/// `{"move_department": {"id": 2, "parent": null}}` makes a root of department 2.
///
/// ```
/// use orgscope::document::Command;
/// use orgscope::Subject;
///
/// let command: Command = serde_json::from_str(r#"{"assign": {"role": "seller", "subject": {"user": 31}}}"#)?;
/// assert_eq!(command, Command::assign("seller", Subject::user(31)));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Command {
    /// Adds a department.
    AddDepartment(Department),
    /// Gives a department another name, or none.
    RenameDepartment {
        /// The department.
        id: DepartmentId,
        /// The name.
        #[serde(deserialize_with = "optional_text")]
        name: Option<String>,
    },
    /// Puts a department, with all that is below it, below another.
    MoveDepartment {
        /// The department.
        id: DepartmentId,
        /// The department directly above, or none for a root.
        #[serde(deserialize_with = "nullable")]
        parent: Option<DepartmentId>,
    },
    /// Removes a department that has no child, member, head or deputy.
    RemoveDepartment {
        /// The department.
        id: DepartmentId,
    },
    /// Adds a user.
    AddUser {
        /// Their id, which no other user has.
        id: UserId,
        /// What people call them.
        #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_default")]
        name: Option<String>,
        /// Whether they may ask; they may when left out.
        #[serde(default, deserialize_with = "optional_flag", skip_serializing_if = "is_default")]
        active: Option<bool>,
        /// The departments that they are a member of.
        #[serde(default, deserialize_with = "null_is_default", skip_serializing_if = "is_default")]
        departments: Vec<DepartmentId>,
        /// The departments that they are head of.
        #[serde(default, deserialize_with = "null_is_default", skip_serializing_if = "is_default")]
        heads: Vec<DepartmentId>,
        /// The departments that they are deputy of.
        #[serde(default, deserialize_with = "null_is_default", skip_serializing_if = "is_default")]
        deputy_of: Vec<DepartmentId>,
    },
    /// Gives a user another name, or none.
    RenameUser {
        /// The user.
        id: UserId,
        /// The name.
        #[serde(deserialize_with = "optional_text")]
        name: Option<String>,
    },
    /// Activates or deactivates a user.
    SetActive {
        /// The user.
        user: UserId,
        /// Whether they may ask.
        #[serde(deserialize_with = "required_flag")]
        active: bool,
    },
    /// Removes a user, with their places in departments and groups and the assignments to them.
    RemoveUser {
        /// The user.
        id: UserId,
    },
    /// Makes a user a member of a department.
    JoinDepartment {
        /// The user.
        user: UserId,
        /// The department.
        department: DepartmentId,
    },
    /// Ends a membership.
    LeaveDepartment {
        /// The user.
        user: UserId,
        /// The department.
        department: DepartmentId,
    },
    /// Makes a user head of a department, or no head of it.
    SetHead {
        /// The user.
        user: UserId,
        /// The department.
        department: DepartmentId,
        /// Whether they are head of it.
        #[serde(deserialize_with = "required_flag")]
        head: bool,
    },
    /// Makes a user deputy of a department, or no deputy of it.
    SetDeputy {
        /// The user.
        user: UserId,
        /// The department.
        department: DepartmentId,
        /// Whether they are deputy of it.
        #[serde(deserialize_with = "required_flag")]
        deputy: bool,
    },
    /// Adds a group.
    AddGroup(Group),
    /// Gives a group another name, or none.
    RenameGroup {
        /// The group.
        id: GroupId,
        /// The name.
        #[serde(deserialize_with = "optional_text")]
        name: Option<String>,
    },
    /// Removes a group, with the assignments to it.
    RemoveGroup {
        /// The group.
        id: GroupId,
    },
    /// Makes a user a member of a group.
    JoinGroup {
        /// The user.
        user: UserId,
        /// The group.
        group: GroupId,
    },
    /// Ends a membership.
    LeaveGroup {
        /// The user.
        user: UserId,
        /// The group.
        group: GroupId,
    },
    /// Marks a user as an administrator, or not.
    SetAdministrator {
        /// The user.
        user: UserId,
        /// Whether they are one.
        #[serde(deserialize_with = "required_flag")]
        administrator: bool,
    },
    /// Adds a role.
    CreateRole(Role),
    /// Adds a role that grants what another does, assigned to nobody, neither hidden nor locked.
    CloneRole {
        /// The role to take the levels from.
        from: RoleId,
        /// The id of the new one.
        id: RoleId,
        /// The name of the new one.
        #[serde(deserialize_with = "text")]
        name: String,
    },
    /// Gives a role another name.
    RenameRole {
        /// The role.
        id: RoleId,
        /// The name.
        #[serde(deserialize_with = "text")]
        name: String,
    },
    /// Removes a role with its assignments.
    DeleteRole {
        /// The role.
        id: RoleId,
    },
    /// Hides a role from lists, or shows it.
    SetHidden {
        /// The role.
        role: RoleId,
        /// Whether it is hidden.
        #[serde(deserialize_with = "required_flag")]
        hidden: bool,
    },
    /// Sets what a role grants for one permission.
    SetLevel {
        /// The role.
        role: RoleId,
        /// The permission, for example `contact.read`.
        #[serde(deserialize_with = "text")]
        permission: String,
        /// The level, or `allow` or `deny` for a toggle.
        level: Word<Grant>,
    },
    /// Sets the same level for some permissions in all roles of a section but the locked ones.
    SetLevelForAllRoles {
        /// The section.
        #[serde(deserialize_with = "text")]
        section: String,
        /// The permissions.
        permissions: Vec<String>,
        /// The level, or `allow` or `deny` for toggles.
        level: Word<Grant>,
    },
    /// Assigns a role to a subject.
    Assign {
        /// The role.
        role: RoleId,
        /// Who gets it.
        subject: Word<Subject>,
    },
    /// Ends an assignment.
    Unassign {
        /// The role.
        role: RoleId,
        /// Who had it.
        subject: Word<Subject>,
    },
}

// The constructors, in the order of the variants. What is added is built as in a document.
impl Command {
    /// Adds a department.
    pub fn add_department(department: Department) -> Self {
        Self::AddDepartment(department)
    }

    /// Gives a department another name, or none.
    pub fn rename_department(id: impl Into<DepartmentId>, name: Option<&str>) -> Self {
        Self::RenameDepartment { id: id.into(), name: name.map(str::to_owned) }
    }

    /// Puts a department below another, or makes it a root.
    pub fn move_department(id: impl Into<DepartmentId>, parent: Option<DepartmentId>) -> Self {
        Self::MoveDepartment { id: id.into(), parent }
    }

    /// Removes a department that is empty.
    pub fn remove_department(id: impl Into<DepartmentId>) -> Self {
        Self::RemoveDepartment { id: id.into() }
    }

    /// Adds a user. Whether they are an administrator is not part of it: that is [`set_administrator`](Self::set_administrator).
    pub fn add_user(user: User) -> Self {
        let User { id, name, departments, heads, deputy_of, active, admin: _ } = user;
        Self::AddUser { id, name, active, departments, heads, deputy_of }
    }

    /// Gives a user another name, or none.
    pub fn rename_user(id: impl Into<UserId>, name: Option<&str>) -> Self {
        Self::RenameUser { id: id.into(), name: name.map(str::to_owned) }
    }

    /// Activates or deactivates a user.
    pub fn set_active(user: impl Into<UserId>, active: bool) -> Self {
        Self::SetActive { user: user.into(), active }
    }

    /// Removes a user.
    pub fn remove_user(id: impl Into<UserId>) -> Self {
        Self::RemoveUser { id: id.into() }
    }

    /// Makes a user a member of a department.
    pub fn join_department(user: impl Into<UserId>, department: impl Into<DepartmentId>) -> Self {
        Self::JoinDepartment { user: user.into(), department: department.into() }
    }

    /// Ends a membership.
    pub fn leave_department(user: impl Into<UserId>, department: impl Into<DepartmentId>) -> Self {
        Self::LeaveDepartment { user: user.into(), department: department.into() }
    }

    /// Makes a user head of a department, or no head of it.
    pub fn set_head(user: impl Into<UserId>, department: impl Into<DepartmentId>, head: bool) -> Self {
        Self::SetHead { user: user.into(), department: department.into(), head }
    }

    /// Makes a user deputy of a department, or no deputy of it.
    pub fn set_deputy(user: impl Into<UserId>, department: impl Into<DepartmentId>, deputy: bool) -> Self {
        Self::SetDeputy { user: user.into(), department: department.into(), deputy }
    }

    /// Adds a group.
    pub fn add_group(group: Group) -> Self {
        Self::AddGroup(group)
    }

    /// Gives a group another name, or none.
    pub fn rename_group(id: impl Into<GroupId>, name: Option<&str>) -> Self {
        Self::RenameGroup { id: id.into(), name: name.map(str::to_owned) }
    }

    /// Removes a group.
    pub fn remove_group(id: impl Into<GroupId>) -> Self {
        Self::RemoveGroup { id: id.into() }
    }

    /// Makes a user a member of a group.
    pub fn join_group(user: impl Into<UserId>, group: impl Into<GroupId>) -> Self {
        Self::JoinGroup { user: user.into(), group: group.into() }
    }

    /// Ends a membership of a group.
    pub fn leave_group(user: impl Into<UserId>, group: impl Into<GroupId>) -> Self {
        Self::LeaveGroup { user: user.into(), group: group.into() }
    }

    /// Marks a user as an administrator, or not.
    pub fn set_administrator(user: impl Into<UserId>, administrator: bool) -> Self {
        Self::SetAdministrator { user: user.into(), administrator }
    }

    /// Adds a role.
    pub fn create_role(role: Role) -> Self {
        Self::CreateRole(role)
    }

    /// Adds a role that grants what another does, assigned to nobody.
    pub fn clone_role(from: impl Into<RoleId>, id: impl Into<RoleId>, name: impl Into<String>) -> Self {
        Self::CloneRole { from: from.into(), id: id.into(), name: name.into() }
    }

    /// Gives a role another name.
    pub fn rename_role(id: impl Into<RoleId>, name: impl Into<String>) -> Self {
        Self::RenameRole { id: id.into(), name: name.into() }
    }

    /// Removes a role with its assignments.
    pub fn delete_role(id: impl Into<RoleId>) -> Self {
        Self::DeleteRole { id: id.into() }
    }

    /// Hides a role from lists, or shows it.
    pub fn set_hidden(role: impl Into<RoleId>, hidden: bool) -> Self {
        Self::SetHidden { role: role.into(), hidden }
    }

    /// Sets what a role grants for one permission.
    pub fn set_level(role: impl Into<RoleId>, permission: impl Into<String>, level: impl Into<Grant>) -> Self {
        Self::SetLevel { role: role.into(), permission: permission.into(), level: Word::Known(level.into()) }
    }

    /// Sets the same level for some permissions in all roles of a section but the locked ones.
    pub fn set_level_for_all_roles(
        section: impl Into<String>,
        permissions: impl IntoIterator<Item: Into<String>>,
        level: impl Into<Grant>,
    ) -> Self {
        let permissions = permissions.into_iter().map(Into::into).collect();
        Self::SetLevelForAllRoles { section: section.into(), permissions, level: Word::Known(level.into()) }
    }

    /// Assigns a role to a subject.
    pub fn assign(role: impl Into<RoleId>, subject: Subject) -> Self {
        Self::Assign { role: role.into(), subject: Word::Known(subject) }
    }

    /// Ends an assignment.
    pub fn unassign(role: impl Into<RoleId>, subject: Subject) -> Self {
        Self::Unassign { role: role.into(), subject: Word::Known(subject) }
    }
}

write_objects! { Command }

impl<'de> Deserialize<'de> for Command {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CommandVisitor;

        impl<'de> Visitor<'de> for CommandVisitor {
            type Value = Command;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Command, A::Error> {
                let command = Command::deserialize(MapAccessDeserializer::new(Named(&mut entries)))?;
                match entries.next_key::<String>()? {
                    None => Ok(command),
                    Some(key) => {
                        Err(A::Error::invalid_value(Unexpected::Other(&format!("the second key `{key}`")), &self))
                    }
                }
            }
        }

        deserializer.deserialize_map(CommandVisitor)
    }
}

/// What is told who writes anything else.
const EXPECTED: &str = "a command: an object with one key, the command's name";

/// The entries of an object that is to have a first one.
struct Named<'e, A>(&'e mut A);

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Named<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let key = self.0.next_key_seed(seed)?;
        key.map(Some).ok_or_else(|| A::Error::invalid_value(Unexpected::Other("an empty object"), &EXPECTED))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.0.next_value_seed(seed)
    }
}

/// Reads a field that may be `null` and must be written.
fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}
