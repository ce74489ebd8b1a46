//! What a command is about, as the rules see it.
//!
//! It is the one list of commands that they read: a new command does not compile before it says here what it changes, gives
//! and raises.

use std::collections::BTreeMap;
use std::slice;

use crate::document::{Command, Word};
use crate::policy::Policy;
use crate::policy::change::Invalid;
use crate::policy::role::Role;
use crate::vocabulary::id::RoleId;
use crate::vocabulary::level::Grant;
use crate::vocabulary::subject::Subject;

/// Who may give a command depends on what it is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum About<'c> {
    /// What the host application alone changes.
    Host,
    Company,
    Roles(Edit<'c>),
}

/// What a command does to the roles of one section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edit<'c> {
    pub(crate) within: Within<'c>,
    pub(crate) changes: Changes<'c>,
    /// The role that it gives to subjects, or takes from them.
    pub(crate) assigns: Option<(&'c RoleId, &'c [Word<Subject>])>,
    pub(crate) raises: Raises<'c>,
}

/// What tells the section.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Within<'c> {
    SectionOf(&'c RoleId),
    Section(&'c str),
}

/// The roles whose cells, name or visibility it changes, or that it deletes; not one that it makes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Changes<'c> {
    Nothing,
    Role(&'c RoleId),
    /// All roles of the section but the locked ones.
    EachRole,
}

/// The cells that it may raise.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Raises<'c> {
    Nothing,
    /// These, of the roles that it changes.
    Cells(&'c [String]),
    /// All of a role that it makes, from `deny`.
    New(&'c RoleId, &'c BTreeMap<String, Word<Grant>>),
    /// All of a role that is there already: who gets it may have had none of them.
    Assigned(&'c RoleId),
}

impl<'c> About<'c> {
    pub(crate) fn of(command: &'c Command) -> Self {
        let role = |role, changes, raises| {
            Self::Roles(Edit { within: Within::SectionOf(role), changes, assigns: None, raises })
        };
        match command {
            Command::AddDepartment { .. }
            | Command::RenameDepartment { .. }
            | Command::MoveDepartment { .. }
            | Command::RemoveDepartment { .. }
            | Command::AddUser { .. }
            | Command::RenameUser { .. }
            | Command::SetActive { .. }
            | Command::RemoveUser { .. }
            | Command::JoinDepartment { .. }
            | Command::LeaveDepartment { .. }
            | Command::SetHead { .. }
            | Command::SetDeputy { .. }
            | Command::AddGroup { .. }
            | Command::RenameGroup { .. }
            | Command::RemoveGroup { .. }
            | Command::JoinGroup { .. }
            | Command::LeaveGroup { .. } => Self::Company,
            Command::SetAdministrator { .. } | Command::CreateRole { locked: true, .. } => Self::Host,
            Command::CreateRole { id, section, grants, assigned_to, locked: false, name: _, hidden: _ } => {
                Self::Roles(Edit {
                    within: Within::Section(section),
                    changes: Changes::Nothing,
                    assigns: Some((id, assigned_to)),
                    raises: Raises::New(id, grants),
                })
            }
            // It raises nothing, as nobody has the clone yet.
            Command::CloneRole { from, id: _, name: _ } => role(from, Changes::Nothing, Raises::Nothing),
            Command::RenameRole { id, .. } | Command::DeleteRole { id } | Command::SetHidden { role: id, .. } => {
                role(id, Changes::Role(id), Raises::Nothing)
            }
            Command::SetLevel { role: id, permission, level: _ } => {
                role(id, Changes::Role(id), Raises::Cells(slice::from_ref(permission)))
            }
            Command::SetLevelForAllRoles { section, permissions, level: _ } => Self::Roles(Edit {
                within: Within::Section(section),
                changes: if permissions.is_empty() { Changes::Nothing } else { Changes::EachRole },
                assigns: None,
                raises: Raises::Cells(permissions),
            }),
            Command::Assign { role: id, subject } => Self::Roles(Edit {
                within: Within::SectionOf(id),
                changes: Changes::Nothing,
                assigns: Some((id, slice::from_ref(subject))),
                raises: Raises::Assigned(id),
            }),
            Command::Unassign { role: id, subject } => Self::Roles(Edit {
                within: Within::SectionOf(id),
                changes: Changes::Nothing,
                assigns: Some((id, slice::from_ref(subject))),
                raises: Raises::Nothing,
            }),
        }
    }
}

impl<'c> Edit<'c> {
    /// The section, unless there is no such one or no such role.
    pub(crate) fn section(&self, policy: &Policy) -> Result<usize, Invalid> {
        match self.within {
            Within::SectionOf(id) => policy.role(id).map(|role| role.section),
            Within::Section(name) => policy.section(name),
        }
    }

    /// The roles that it changes, in the state that it meets.
    pub(crate) fn changed<'p>(&self, policy: &'p Policy) -> Vec<(&'p RoleId, &'p Role)>
    where
        'c: 'p,
    {
        match self.changes {
            Changes::Nothing => Vec::new(),
            Changes::Role(id) => policy.roles.get(id).map(|role| (id, &**role)).into_iter().collect(),
            Changes::EachRole => {
                let section = self.section(policy).ok();
                let theirs = policy.roles.iter().filter(|(_, role)| Some(role.section) == section && !role.locked);
                theirs.map(|(id, role)| (id, &**role)).collect()
            }
        }
    }

    /// The subjects that it gives a role to, or takes it from, but for misspelt ones.
    pub(crate) fn subjects(&self) -> impl Iterator<Item = (&'c RoleId, &'c Subject)> {
        let (role, words) = self.assigns.unzip();
        role.into_iter().flat_map(move |role| words.into_iter().flatten().filter_map(known).map(move |it| (role, it)))
    }

    /// The role that it names to be changed, given or taken.
    pub(crate) fn named(&self) -> Option<&'c RoleId> {
        match (self.changes, self.assigns) {
            (Changes::Role(id), _) | (_, Some((id, _))) => Some(id),
            (Changes::Nothing | Changes::EachRole, None) => None,
        }
    }
}

/// A subject, unless it is misspelt.
pub(crate) fn known(word: &Word<Subject>) -> Option<&Subject> {
    match word {
        Word::Known(subject) => Some(subject),
        Word::Unknown(_) => None,
    }
}
