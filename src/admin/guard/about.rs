//! The area and the names of a command, for the rules and for conflicts. This is the second of the two matches over all
//! commands; the first, in `policy/change.rs`, computes what a command changes.

use std::collections::BTreeMap;
use std::slice;

use crate::document::{Assignment, Command, Department, Group, Levels, Place, Role as NewRole, Word};
use crate::policy::Policy;
use crate::policy::role::Role;
use crate::policy::rules::Invalid;
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::index::SectionIndex;
use crate::vocabulary::subject::Subject;

/// The area that a command changes, and the things that it names.
#[derive(Clone, Debug)]
pub(crate) struct About<'c> {
    /// The area, which decides who may issue the command.
    pub(crate) area: Area<'c>,
    /// The named things: a change of one of them is a conflict.
    pub(crate) named: Vec<Named<'c>>,
}

/// The area that a command changes. It decides who may issue the command.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Area<'c> {
    /// Changes that only the host application may make.
    Host,
    Company,
    Roles(Edit<'c>),
}

/// An edit of the roles of one section.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edit<'c> {
    pub(crate) within: Within<'c>,
    pub(crate) changes: Changes<'c>,
    /// The role that the command assigns or unassigns, with the subjects.
    pub(crate) assigns: Assigns<'c>,
    pub(crate) raises: Raises<'c>,
}

/// The role that a command assigns or unassigns, and to whom.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Assigns<'c> {
    Nothing,
    /// The assignments of a new role.
    New(&'c RoleId, &'c [Assignment]),
    One(&'c RoleId, To<'c>),
}

/// An assignment as a command names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct To<'c> {
    pub(crate) to: &'c Word<Subject>,
    pub(crate) place: Option<&'c Word<Place>>,
}

impl<'c> From<&'c Assignment> for To<'c> {
    fn from(Assignment { to, place, .. }: &'c Assignment) -> Self {
        Self { to, place: place.as_ref() }
    }
}

/// The source of the section.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Within<'c> {
    SectionOf(&'c RoleId),
    Section(&'c str),
}

/// The roles whose cells, name or visibility the command changes, or that it deletes. Not a role that it adds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Changes<'c> {
    Nothing,
    Role(&'c RoleId),
    /// All roles of the section except locked ones.
    EachRole,
}

/// The cells that the command may raise.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Raises<'c> {
    Nothing,
    /// The cells for these permissions, in the changed roles.
    Cells(&'c [String]),
    /// All cells of an added role, from `deny`.
    New(&'c BTreeMap<String, Levels>),
    /// All cells of an existing role, because its new holders may have had none of them.
    Assigned(&'c RoleId),
}

/// Something that a command names.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Named<'c> {
    Department(&'c DepartmentId),
    /// A department and all above it.
    Line(&'c DepartmentId),
    /// The people and departments in a department, and the assignments to it.
    Content(&'c DepartmentId),
    User(&'c UserId),
    Group(&'c GroupId),
    /// The members of a group, and the assignments to it.
    Members(&'c GroupId),
    /// All assignments to a user.
    AssignmentsTo(&'c UserId),
    /// The existence of a role.
    Role(&'c RoleId),
    /// The name and visibility of a role.
    Label(&'c RoleId),
    /// The role of the section that has this name.
    RoleName(Within<'c>, &'c str),
    Cell(&'c RoleId, &'c str),
    CellsOf(&'c RoleId),
    AssignmentsOf(&'c RoleId),
    Assignment(&'c RoleId, To<'c>),
    /// The subject of an assignment, and the departments of its place.
    Parties(To<'c>),
    /// The set of roles of a section.
    RolesOf(&'c str),
    /// The cells of all roles for a permission.
    CellsFor(&'c str),
}

impl<'c> About<'c> {
    pub(crate) fn of(command: &'c Command) -> Self {
        match command {
            Command::AddDepartment(Department { id, parent, .. }) => {
                company([Named::Department(id)].into_iter().chain(parent.iter().map(Named::Department)))
            }
            Command::RenameDepartment { id, .. } => company([Named::Department(id)]),
            Command::MoveDepartment { id, parent } => company(
                [Named::Department(id)]
                    .into_iter()
                    .chain(parent.iter().flat_map(|parent| [Named::Department(parent), Named::Line(parent)])),
            ),
            Command::RemoveDepartment { id } => company([Named::Department(id), Named::Content(id)]),
            Command::AddUser { id, departments, heads, deputy_of, .. } => {
                let posts = departments.iter().chain(heads).chain(deputy_of).map(|entry| Named::Department(&entry.id));
                company([Named::User(id)].into_iter().chain(posts))
            }
            Command::RenameUser { id: user, .. } | Command::SetActive { user, .. } => company([Named::User(user)]),
            Command::RemoveUser { id } => company([Named::User(id), Named::AssignmentsTo(id)]),
            Command::JoinDepartment { user, department, .. }
            | Command::LeaveDepartment { user, department }
            | Command::SetHead { user, department, .. }
            | Command::SetDeputy { user, department, .. } => {
                company([Named::User(user), Named::Department(department)])
            }
            Command::AddGroup(Group { id, members, .. }) => {
                company([Named::Group(id)].into_iter().chain(members.iter().map(|entry| Named::User(&entry.id))))
            }
            Command::RenameGroup { id, .. } => company([Named::Group(id)]),
            Command::RemoveGroup { id } => company([Named::Group(id), Named::Members(id)]),
            Command::JoinGroup { user, group, .. } | Command::LeaveGroup { user, group } => {
                company([Named::User(user), Named::Group(group)])
            }
            Command::Prune { .. } => company([]),
            Command::SetAdministrator { user, .. } => Self { area: Area::Host, named: vec![Named::User(user)] },
            Command::CreateRole(role) => creation(role),
            Command::CloneRole { from, id, name } => {
                let name = Named::RoleName(Within::SectionOf(from), name);
                // It raises nothing, because nobody has the clone yet.
                let edit = Edit { changes: Changes::Nothing, ..change_of(from, Raises::Nothing) };
                roles(edit, [Named::Role(from), Named::Role(id), name, Named::CellsOf(from)])
            }
            Command::RenameRole { id, name } => {
                let name = Named::RoleName(Within::SectionOf(id), name);
                roles(change_of(id, Raises::Nothing), [Named::Role(id), Named::Label(id), name])
            }
            Command::DeleteRole { id } => {
                let all = [Named::Role(id), Named::Label(id), Named::CellsOf(id), Named::AssignmentsOf(id)];
                roles(change_of(id, Raises::Nothing), all)
            }
            Command::SetHidden { role, .. } => {
                roles(change_of(role, Raises::Nothing), [Named::Role(role), Named::Label(role)])
            }
            Command::SetLevel { role, permission, .. } => {
                let edit = change_of(role, Raises::Cells(slice::from_ref(permission)));
                roles(edit, [Named::Role(role), Named::Cell(role, permission)])
            }
            Command::SetLevelForAllRoles { section, permissions, .. } => bulk(section, permissions),
            Command::Assign { role, subject: to, place, .. } => {
                assignment(role, To { to, place: place.as_ref() }, Raises::Assigned(role))
            }
            Command::Unassign { role, subject: to, place } => {
                assignment(role, To { to, place: place.as_ref() }, Raises::Nothing)
            }
        }
    }
}

fn company<'c>(named: impl IntoIterator<Item = Named<'c>>) -> About<'c> {
    About { area: Area::Company, named: named.into_iter().collect() }
}

fn roles<'c>(edit: Edit<'c>, named: impl IntoIterator<Item = Named<'c>>) -> About<'c> {
    About { area: Area::Roles(edit), named: named.into_iter().collect() }
}

fn change_of<'c>(role: &'c RoleId, raises: Raises<'c>) -> Edit<'c> {
    Edit { within: Within::SectionOf(role), changes: Changes::Role(role), assigns: Assigns::Nothing, raises }
}

fn creation(role: &NewRole) -> About<'_> {
    let NewRole { id, section, name, grants, locked, assigned_to, hidden: _ } = role;
    let within = Within::Section(section);
    let edit =
        Edit { within, changes: Changes::Nothing, assigns: Assigns::New(id, assigned_to), raises: Raises::New(grants) };
    let named = [Named::Role(id), Named::RoleName(within, name)].into_iter();
    let named = named.chain(assigned_to.iter().map(|to| Named::Parties(to.into()))).collect();
    About { area: if *locked { Area::Host } else { Area::Roles(edit) }, named }
}

/// "Custom permissions". It names the set of roles too, because the editor has not seen a role that was added
/// meanwhile.
fn bulk<'c>(section: &'c str, permissions: &'c [String]) -> About<'c> {
    let is_empty = permissions.is_empty();
    let edit = Edit {
        within: Within::Section(section),
        changes: if is_empty { Changes::Nothing } else { Changes::EachRole },
        assigns: Assigns::Nothing,
        raises: Raises::Cells(permissions),
    };
    let section = (!is_empty).then_some(Named::RolesOf(section));
    roles(edit, section.into_iter().chain(permissions.iter().map(|permission| Named::CellsFor(permission))))
}

fn assignment<'c>(role: &'c RoleId, to: To<'c>, raises: Raises<'c>) -> About<'c> {
    let edit =
        Edit { within: Within::SectionOf(role), changes: Changes::Nothing, assigns: Assigns::One(role, to), raises };
    roles(edit, [Named::Role(role), Named::Assignment(role, to), Named::Parties(to)])
}

impl Within<'_> {
    /// The section. Fails if it, or the role whose section it is, is unknown.
    pub(crate) fn section(&self, policy: &Policy) -> Result<SectionIndex, Invalid> {
        match self {
            Self::SectionOf(id) => policy.known_role(id).map(|role| role.section),
            Self::Section(name) => policy.schema.known_section(name, true),
        }
    }
}

impl<'c> Edit<'c> {
    /// The changed roles, in the state that the command is applied to.
    pub(crate) fn changed<'p>(&self, policy: &'p Policy) -> Vec<(&'p RoleId, &'p Role)>
    where
        'c: 'p,
    {
        match self.changes {
            Changes::Nothing => Vec::new(),
            Changes::Role(id) => policy.roles.get(id).map(|role| (id, &**role)).into_iter().collect(),
            Changes::EachRole => {
                let section = self.within.section(policy).ok();
                let theirs = policy.roles.iter().filter(|(_, role)| Some(role.section) == section && !role.locked);
                theirs.map(|(id, role)| (id, &**role)).collect()
            }
        }
    }

    /// The assignments that begin or end.
    pub(crate) fn assignments(&self) -> impl Iterator<Item = (&'c RoleId, To<'c>)> {
        let (new, one) = match self.assigns {
            Assigns::Nothing => (None, None),
            Assigns::New(role, assignments) => (Some((role, assignments)), None),
            Assigns::One(role, to) => (None, Some((role, to))),
        };
        let new = new.into_iter().flat_map(|(role, all)| all.iter().map(move |to| (role, To::from(to))));
        one.into_iter().chain(new)
    }

    /// The role that is named to be changed, assigned or unassigned.
    pub(crate) fn named_role(&self) -> Option<&'c RoleId> {
        match (self.changes, self.assigns) {
            (Changes::Role(id), _) | (_, Assigns::New(id, _) | Assigns::One(id, _)) => Some(id),
            (Changes::Nothing | Changes::EachRole, Assigns::Nothing) => None,
        }
    }
}

/// A subject or a place, unless it is misspelt.
pub(crate) fn known<T>(word: &Word<T>) -> Option<&T> {
    match word {
        Word::Known(known) => Some(known),
        Word::Unknown(_) => None,
    }
}
