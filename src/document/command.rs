//! Commands: changes as data.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use crate::document::assignment::Assignment;
use crate::document::entry::{Dates, Entry};
use crate::document::object::{ObjectOnly, write_objects};
use crate::document::org::{Department, Group, User};
use crate::document::role::Role;
use crate::document::word::{
    Word, array, is_default, optional_flag, optional_text, required_array, required_flag, text,
};
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::period::Period;
use crate::vocabulary::place::Place;
use crate::vocabulary::subject::Subject;
use crate::vocabulary::time::Time;

/// A change as data. In JSON it is an object with one key, the name of the command; a file of commands is an array of
/// them.
///
/// An optional field may be left out or `null`. All others are required, even if they may be `null`:
/// `{"move_department": {"id": 2, "parent": null}}` makes department 2 a root.
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
#[serde(
    remote = "Self",
    rename_all = "snake_case",
    deny_unknown_fields,
    expecting = "the fields of a command as an object"
)]
#[non_exhaustive]
pub enum Command {
    /// Adds a department.
    AddDepartment(Department),
    /// Sets the name of a department, or removes it with `None`.
    RenameDepartment {
        /// The department.
        id: DepartmentId,
        /// The name.
        #[serde(deserialize_with = "optional_text")]
        name: Option<String>,
    },
    /// Moves a department, with all departments below it, below another.
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
        /// The id, unique among the users.
        id: UserId,
        /// The display name.
        #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_default")]
        name: Option<String>,
        /// Whether the user is active; the default is `true`.
        #[serde(default, deserialize_with = "optional_flag", skip_serializing_if = "is_default")]
        active: Option<bool>,
        /// The departments that the user is a member of.
        #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
        departments: Vec<Entry<DepartmentId>>,
        /// The departments that the user is head of.
        #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
        heads: Vec<Entry<DepartmentId>>,
        /// The departments that the user is deputy of.
        #[serde(default, deserialize_with = "array", skip_serializing_if = "is_default")]
        deputy_of: Vec<Entry<DepartmentId>>,
    },
    /// Sets the name of a user, or removes it with `None`.
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
        /// Whether the user is active.
        #[serde(deserialize_with = "required_flag")]
        active: bool,
    },
    /// Removes a user, with all memberships and posts, and the assignments to the user.
    RemoveUser {
        /// The user.
        id: UserId,
    },
    /// Makes a user a member of a department, or changes the period of that.
    JoinDepartment {
        /// The user.
        user: UserId,
        /// The department.
        department: DepartmentId,
        /// The first instant at which it holds.
        #[serde(default, skip_serializing_if = "is_default")]
        from: Option<Word<Time>>,
        /// The first instant at which it does not hold any more.
        #[serde(default, skip_serializing_if = "is_default")]
        until: Option<Word<Time>>,
    },
    /// Ends the membership of a user in a department.
    LeaveDepartment {
        /// The user.
        user: UserId,
        /// The department.
        department: DepartmentId,
    },
    /// Makes a user head of a department, or ends that.
    SetHead {
        /// The user.
        user: UserId,
        /// The department.
        department: DepartmentId,
        /// Whether the user is head of it.
        #[serde(deserialize_with = "required_flag")]
        head: bool,
        /// The first instant at which it holds.
        #[serde(default, skip_serializing_if = "is_default")]
        from: Option<Word<Time>>,
        /// The first instant at which it does not hold any more.
        #[serde(default, skip_serializing_if = "is_default")]
        until: Option<Word<Time>>,
    },
    /// Makes a user deputy of a department, or ends that.
    SetDeputy {
        /// The user.
        user: UserId,
        /// The department.
        department: DepartmentId,
        /// Whether the user is deputy of it.
        #[serde(deserialize_with = "required_flag")]
        deputy: bool,
        /// The first instant at which it holds.
        #[serde(default, skip_serializing_if = "is_default")]
        from: Option<Word<Time>>,
        /// The first instant at which it does not hold any more.
        #[serde(default, skip_serializing_if = "is_default")]
        until: Option<Word<Time>>,
    },
    /// Adds a group.
    AddGroup(Group),
    /// Sets the name of a group, or removes it with `None`.
    RenameGroup {
        /// The group.
        id: GroupId,
        /// The name.
        #[serde(deserialize_with = "optional_text")]
        name: Option<String>,
    },
    /// Removes a group with its memberships and the assignments to it.
    RemoveGroup {
        /// The group.
        id: GroupId,
    },
    /// Makes a user a member of a group, or changes the period of that.
    JoinGroup {
        /// The user.
        user: UserId,
        /// The group.
        group: GroupId,
        /// The first instant at which it holds.
        #[serde(default, skip_serializing_if = "is_default")]
        from: Option<Word<Time>>,
        /// The first instant at which it does not hold any more.
        #[serde(default, skip_serializing_if = "is_default")]
        until: Option<Word<Time>>,
    },
    /// Ends the membership of a user in a group.
    LeaveGroup {
        /// The user.
        user: UserId,
        /// The group.
        group: GroupId,
    },
    /// Marks a user as an administrator, or ends that.
    SetAdministrator {
        /// The user.
        user: UserId,
        /// Whether the user is an administrator.
        #[serde(deserialize_with = "required_flag")]
        administrator: bool,
    },
    /// Adds a role.
    CreateRole(Role),
    /// Adds a role with the levels of another. It is not assigned, not hidden and not locked.
    CloneRole {
        /// The role to copy the levels from.
        from: RoleId,
        /// The id of the new role.
        id: RoleId,
        /// The name of the new role.
        #[serde(deserialize_with = "text")]
        name: String,
    },
    /// Sets the name of a role.
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
    /// Sets the grant of a role for one permission: of all records whose variant has no level of its own, or of one
    /// variant.
    SetLevel {
        /// The role.
        role: RoleId,
        /// The permission, for example `contact.read`.
        #[serde(deserialize_with = "text")]
        permission: String,
        /// The variant whose level is set, by its name.
        #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_default")]
        variant: Option<String>,
        /// The level, or `allow` or `deny` for a toggle. `None` takes a variant's own level away.
        #[serde(deserialize_with = "nullable")]
        level: Option<Word<Grant>>,
    },
    /// Sets one level for several permissions in all roles of a section, except locked roles: for all records, so that
    /// variants lose their own levels, or for those of one variant.
    SetLevelForAllRoles {
        /// The section.
        #[serde(deserialize_with = "text")]
        section: String,
        /// The permissions.
        #[serde(deserialize_with = "required_array")]
        permissions: Vec<String>,
        /// The variant whose level is set, by its name.
        #[serde(default, deserialize_with = "optional_text", skip_serializing_if = "is_default")]
        variant: Option<String>,
        /// The level, or `allow` or `deny` for toggles. `None` is invalid here.
        #[serde(deserialize_with = "nullable")]
        level: Option<Word<Grant>>,
    },
    /// Assigns a role to a subject, or changes the period of an assignment.
    Assign {
        /// The role.
        role: RoleId,
        /// The subject that gets it.
        subject: Word<Subject>,
        /// The place of the assignment, `in` in documents.
        #[serde(rename = "in", default, skip_serializing_if = "is_default")]
        place: Option<Word<Place>>,
        /// The first instant at which it holds.
        #[serde(default, skip_serializing_if = "is_default")]
        from: Option<Word<Time>>,
        /// The first instant at which it does not hold any more.
        #[serde(default, skip_serializing_if = "is_default")]
        until: Option<Word<Time>>,
    },
    /// Ends an assignment.
    Unassign {
        /// The role.
        role: RoleId,
        /// The subject that loses it.
        subject: Word<Subject>,
        /// The place of the assignment, `in` in documents.
        #[serde(rename = "in", default, skip_serializing_if = "is_default")]
        place: Option<Word<Place>>,
    },
    /// Removes the assignments, posts and memberships that have ended by an instant. The host application removes those of
    /// locked roles too.
    Prune {
        /// The instant, which is not after that of the state.
        ended_by: Word<Time>,
    },
}

// Constructors, in the order of the variants. Those that add something take it as documents write it.
impl Command {
    /// Adds a department.
    pub fn add_department(department: Department) -> Self {
        Self::AddDepartment(department)
    }

    /// Sets the name of a department, or removes it with `None`.
    pub fn rename_department<'a>(id: impl Into<DepartmentId>, name: impl Into<Option<&'a str>>) -> Self {
        Self::RenameDepartment { id: id.into(), name: name.into().map(str::to_owned) }
    }

    /// Moves a department below another, or makes it a root.
    ///
    /// ```
    /// use orgscope::{Command, DepartmentId};
    ///
    /// let below = Command::move_department("north", DepartmentId::from("sales"));
    /// assert_eq!(below, Command::move_department("north", Some("sales".into())));
    /// let root = Command::move_department("north", None);
    /// # assert_ne!(below, root);
    /// ```
    pub fn move_department(id: impl Into<DepartmentId>, parent: impl Into<Option<DepartmentId>>) -> Self {
        Self::MoveDepartment { id: id.into(), parent: parent.into() }
    }

    /// Removes a department that has no child, member, head or deputy.
    pub fn remove_department(id: impl Into<DepartmentId>) -> Self {
        Self::RemoveDepartment { id: id.into() }
    }

    /// Adds a user. `admin` is ignored: use [`set_administrator`](Self::set_administrator).
    pub fn add_user(user: User) -> Self {
        let User { id, name, departments, heads, deputy_of, active, admin: _ } = user;
        Self::AddUser { id, name, active, departments, heads, deputy_of }
    }

    /// Sets the name of a user, or removes it with `None`.
    pub fn rename_user<'a>(id: impl Into<UserId>, name: impl Into<Option<&'a str>>) -> Self {
        Self::RenameUser { id: id.into(), name: name.into().map(str::to_owned) }
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
        Self::JoinDepartment { user: user.into(), department: department.into(), from: None, until: None }
    }

    /// Makes a user a member of a department in a period, or changes the period of that.
    pub fn join_department_during(
        user: impl Into<UserId>,
        department: impl Into<DepartmentId>,
        period: Period,
    ) -> Self {
        let (from, until) = ends(period);
        Self::JoinDepartment { user: user.into(), department: department.into(), from, until }
    }

    /// Ends the membership of a user in a department.
    pub fn leave_department(user: impl Into<UserId>, department: impl Into<DepartmentId>) -> Self {
        Self::LeaveDepartment { user: user.into(), department: department.into() }
    }

    /// Makes a user head of a department, or ends that.
    pub fn set_head(user: impl Into<UserId>, department: impl Into<DepartmentId>, head: bool) -> Self {
        Self::SetHead { user: user.into(), department: department.into(), head, from: None, until: None }
    }

    /// Makes a user head of a department in a period, or changes the period of that.
    pub fn set_head_during(user: impl Into<UserId>, department: impl Into<DepartmentId>, period: Period) -> Self {
        let (from, until) = ends(period);
        Self::SetHead { user: user.into(), department: department.into(), head: true, from, until }
    }

    /// Makes a user deputy of a department, or ends that.
    pub fn set_deputy(user: impl Into<UserId>, department: impl Into<DepartmentId>, deputy: bool) -> Self {
        Self::SetDeputy { user: user.into(), department: department.into(), deputy, from: None, until: None }
    }

    /// Makes a user deputy of a department in a period, or changes the period of that.
    pub fn set_deputy_during(user: impl Into<UserId>, department: impl Into<DepartmentId>, period: Period) -> Self {
        let (from, until) = ends(period);
        Self::SetDeputy { user: user.into(), department: department.into(), deputy: true, from, until }
    }

    /// Adds a group.
    pub fn add_group(group: Group) -> Self {
        Self::AddGroup(group)
    }

    /// Sets the name of a group, or removes it with `None`.
    pub fn rename_group<'a>(id: impl Into<GroupId>, name: impl Into<Option<&'a str>>) -> Self {
        Self::RenameGroup { id: id.into(), name: name.into().map(str::to_owned) }
    }

    /// Removes a group.
    pub fn remove_group(id: impl Into<GroupId>) -> Self {
        Self::RemoveGroup { id: id.into() }
    }

    /// Makes a user a member of a group.
    pub fn join_group(user: impl Into<UserId>, group: impl Into<GroupId>) -> Self {
        Self::JoinGroup { user: user.into(), group: group.into(), from: None, until: None }
    }

    /// Makes a user a member of a group in a period, or changes the period of that.
    pub fn join_group_during(user: impl Into<UserId>, group: impl Into<GroupId>, period: Period) -> Self {
        let (from, until) = ends(period);
        Self::JoinGroup { user: user.into(), group: group.into(), from, until }
    }

    /// Ends the membership of a user in a group.
    pub fn leave_group(user: impl Into<UserId>, group: impl Into<GroupId>) -> Self {
        Self::LeaveGroup { user: user.into(), group: group.into() }
    }

    /// Marks a user as an administrator, or ends that.
    pub fn set_administrator(user: impl Into<UserId>, administrator: bool) -> Self {
        Self::SetAdministrator { user: user.into(), administrator }
    }

    /// Adds a role.
    pub fn create_role(role: Role) -> Self {
        Self::CreateRole(role)
    }

    /// Adds a role with the levels of another, not assigned.
    pub fn clone_role(from: impl Into<RoleId>, id: impl Into<RoleId>, name: impl Into<String>) -> Self {
        Self::CloneRole { from: from.into(), id: id.into(), name: name.into() }
    }

    /// Sets the name of a role.
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

    /// Sets the grant of a role for one permission.
    pub fn set_level(role: impl Into<RoleId>, permission: impl Into<String>, level: impl Into<Grant>) -> Self {
        let level = Some(Word::Known(level.into()));
        Self::SetLevel { role: role.into(), permission: permission.into(), variant: None, level }
    }

    /// Sets the level of a role for one permission and the records of one variant, or takes it away with `None`, so that
    /// the level of all other records counts.
    ///
    /// ```
    /// use orgscope::{Command, Level};
    ///
    /// let closed = Command::set_level_of_variant("seller", "deal.update", "won", Level::Deny);
    /// let as_others = Command::set_level_of_variant("seller", "deal.update", "won", None);
    /// # assert_ne!(closed, as_others);
    /// ```
    pub fn set_level_of_variant(
        role: impl Into<RoleId>,
        permission: impl Into<String>,
        variant: impl Into<String>,
        level: impl Into<Option<Level>>,
    ) -> Self {
        let level = level.into().map(|level| Word::Known(level.into()));
        Self::SetLevel { role: role.into(), permission: permission.into(), variant: Some(variant.into()), level }
    }

    /// Sets one level for several permissions in all roles of a section, except locked roles.
    pub fn set_level_for_all_roles(
        section: impl Into<String>,
        permissions: impl IntoIterator<Item: Into<String>>,
        level: impl Into<Grant>,
    ) -> Self {
        let permissions = permissions.into_iter().map(Into::into).collect();
        let level = Some(Word::Known(level.into()));
        Self::SetLevelForAllRoles { section: section.into(), permissions, variant: None, level }
    }

    /// Assigns a role to a subject, or to one in a place or in a period. Assigning it again in another period, or without
    /// one, changes the period.
    pub fn assign(role: impl Into<RoleId>, assignment: impl Into<Assignment>) -> Self {
        let Assignment { to, place, dates } = assignment.into();
        let (from, until) = Dates::fields(dates);
        Self::Assign { role: role.into(), subject: to, place, from, until }
    }

    /// Ends an assignment. One with a place is another assignment than one without; whatever its period is, it ends.
    pub fn unassign(role: impl Into<RoleId>, assignment: impl Into<Assignment>) -> Self {
        let Assignment { to, place, dates: _ } = assignment.into();
        Self::Unassign { role: role.into(), subject: to, place }
    }

    /// Removes the assignments, posts and memberships that have ended by an instant.
    pub fn prune(ended_by: Time) -> Self {
        Self::Prune { ended_by: Word::Known(ended_by) }
    }
}

/// The ends of a period, as fields of a command.
fn ends(period: Period) -> (Option<Word<Time>>, Option<Word<Time>>) {
    (period.start().map(Word::Known), period.end().map(Word::Known))
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

        ObjectOnly(deserializer).deserialize_any(CommandVisitor)
    }
}

/// The `expected` part of the error message.
const EXPECTED: &str = "a command: an object with one key, the command's name";

/// Reads the entries of an object that must not be empty.
struct Named<'e, A>(&'e mut A);

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Named<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let key = self.0.next_key_seed(seed)?;
        key.map(Some).ok_or_else(|| A::Error::invalid_value(Unexpected::Other("an empty object"), &EXPECTED))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.0.next_value_seed(Fields(seed))
    }
}

/// Reads the fields of a command from an object only.
struct Fields<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Fields<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(ObjectOnly(deserializer))
    }
}

/// Reads a field that is required and may be `null`.
fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}
