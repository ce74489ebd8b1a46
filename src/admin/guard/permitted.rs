//! Who may change what at all: the company, the roles of a section.

use crate::admin::refusal::Rule;
use crate::document::Command;
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::vocabulary::id::UserId;
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::{ActionIndex, AnyPermission};

/// What a user is to a command, as far as the company alone tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// An active administrator, who may give it.
    Administrator,
    /// An active user, who may give it if they manage this section. No section if the command names a role or a section
    /// that is not there.
    User { section: Option<usize> },
}

/// Who manages a section by its permission to manage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Manager {
    pub(crate) manage: ActionIndex,
}

/// What this user is to this command.
pub(crate) fn standing(user: &UserId, command: &Command, policy: &Policy) -> Result<Standing, Rule> {
    let is_administrator = is_active(user, policy)?;
    if is_the_hosts(command) {
        return Err(Rule::Host { user: user.clone() });
    }
    if is_administrator {
        return Ok(Standing::Administrator);
    }
    match subject_matter(command, policy) {
        About::Company => Err(Rule::Company { user: user.clone() }),
        About::Roles(section) => Ok(Standing::User { section }),
    }
}

/// Whether a user who must be there and active is an administrator.
pub(crate) fn is_active(user: &UserId, policy: &Policy) -> Result<bool, Rule> {
    match policy.org.users().get(user) {
        Some(known) if known.active => Ok(known.admin),
        _ => Err(Rule::ActiveUser { user: user.clone() }),
    }
}

/// Whether the host application alone may give this command.
fn is_the_hosts(command: &Command) -> bool {
    matches!(command, Command::SetAdministrator { .. } | Command::CreateRole { locked: true, .. })
}

/// What a command changes: the company, or the roles of a section, which may be unknown.
enum About {
    Company,
    Roles(Option<usize>),
}

fn subject_matter(command: &Command, policy: &Policy) -> About {
    let of_role = |role| policy.roles.get(role).map(|role| role.section);
    match command {
        Command::CreateRole { section, .. } | Command::SetLevelForAllRoles { section, .. } => {
            About::Roles(policy.schema.section_place(section))
        }
        Command::CloneRole { from: role, .. }
        | Command::RenameRole { id: role, .. }
        | Command::DeleteRole { id: role }
        | Command::SetHidden { role, .. }
        | Command::SetLevel { role, .. }
        | Command::Assign { role, .. }
        | Command::Unassign { role, .. } => About::Roles(of_role(role)),
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
        | Command::LeaveGroup { .. }
        | Command::SetAdministrator { .. } => About::Company,
    }
}

/// Whether this user may edit the roles of a section by its permission to manage.
///
/// Where the section is unknown, whoever manages any learns that the command makes no sense, and everybody else that they
/// manage none: then there is no manager and no refusal.
pub(crate) fn manager(user: &UserId, section: Option<usize>, snapshot: &Snapshot) -> Result<Option<Manager>, Rule> {
    let schema = snapshot.schema();
    let Some(section) = section else {
        let any = (0..schema.sections().len()).any(|section| manages(user, section, snapshot).is_some());
        let none = || Rule::Manage { user: user.clone(), section: None, manage: None };
        return if any { Ok(None) } else { Err(none()) };
    };
    manages(user, section, snapshot).map(Some).ok_or_else(|| {
        let section = schema.section_at(section);
        let manage = section.manage.map(|action| schema.action_name(action));
        Rule::Manage { user: user.clone(), section: Some(section.name.clone()), manage }
    })
}

fn manages(user: &UserId, section: usize, snapshot: &Snapshot) -> Option<Manager> {
    let schema = snapshot.schema();
    let manage = schema.section_at(section).manage?;
    let principal = snapshot.principal(user);
    let may = match schema.token(manage) {
        AnyPermission::Toggle(toggle) => principal.check_toggle(toggle).is_allow(),
        AnyPermission::Levelled(_) => principal.asker.level(manage) != Level::Deny,
    };
    may.then_some(Manager { manage })
}
