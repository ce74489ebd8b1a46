//! What a user may change: one file for each rule.
//!
//! Each command is judged on the state that it meets, which is the one that those before it left. The rules are asked in
//! the order of the refusals: may the user change such things at all, does the command make sense (that is up to
//! [`change`](crate::policy::change)), does it leave locked roles alone, does it stay within reach, does it hand out no more
//! than the user has. Lock-out is judged at the end of a batch.
//!
//! The levels and decisions that the rules ask for are those that everybody gets: of a [`Principal`], from its scopes.

mod containment;
pub(crate) mod lock_out;
mod locked;
pub(crate) mod permitted;
mod reach;

use crate::admin::conflict::Ground;
use crate::admin::guard::permitted::Manager;
use crate::admin::refusal::Rule;
use crate::document::{Command, Word};
use crate::policy::Policy;
use crate::policy::role::Role;
use crate::query::principal::Principal;
use crate::snapshot::Snapshot;
use crate::vocabulary::id::{RoleId, UserId};
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::ActionIndex;
use crate::vocabulary::subject::Subject;

pub(crate) use locked::leaves_locked_roles_alone;

/// A user who edits the roles of one section by its permission to manage, in the state that a command meets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delegate<'s> {
    user: &'s UserId,
    principal: Principal<'s>,
    snapshot: &'s Snapshot,
    manage: ActionIndex,
}

impl<'s> Delegate<'s> {
    pub(crate) fn new(user: &'s UserId, snapshot: &'s Snapshot, manager: Manager) -> Self {
        Self { user, principal: snapshot.principal(user), snapshot, manage: manager.manage }
    }

    /// Whether a delegate may give this command, which makes sense and leads to that policy.
    pub(crate) fn check(&self, command: &Command, after: &Policy) -> Result<(), Rule> {
        leaves_locked_roles_alone(command, self.policy())?;
        self.stays_within_reach(command)?;
        self.hands_out_no_more_than_own(command, after)
    }

    fn policy(&self) -> &'s Policy {
        self.snapshot.policy()
    }

    /// The delegate's level for a permission, before requirements.
    fn level(&self, action: ActionIndex) -> Level {
        self.principal.asker.level(action)
    }

    /// Whether the permission to manage is levelled, and so has a reach.
    fn has_reach(&self) -> bool {
        !self.policy().schema.action(self.manage).toggle
    }
}

/// What the rules for a delegate look at, for a command to a section's roles: the delegate's levels for the permission to
/// manage, with all that it may require, and for the cells that are raised or assigned; whom the section's permission must
/// reach; and the cells of a role that is assigned.
pub(crate) fn rests_on(user: &UserId, section: usize, command: &Command, policy: &Policy, ground: &mut Ground<'_>) {
    let schema = &policy.schema;
    let Some(manage) = schema.section_at(section).manage else { return ground.rests_on_user(user) };
    let mut permissions: Vec<String> = schema.siblings(manage).map(|action| schema.action_name(action)).collect();
    match command {
        Command::SetLevel { permission, .. } => permissions.push(permission.clone()),
        Command::SetLevelForAllRoles { permissions: all, .. } => permissions.extend(all.iter().cloned()),
        Command::CreateRole { grants, .. } => permissions.extend(grants.keys().cloned()),
        Command::Assign { role, .. } => {
            ground.rests_on_cells_of(role);
            let cells = policy.roles.get(role).into_iter().flat_map(|role| role.grants.keys());
            permissions.extend(cells.map(|action| schema.action_name(*action)));
        }
        _ => {}
    }
    ground.rests_on_levels_of(user, section, permissions);
    if schema.action(manage).toggle {
        return;
    }
    for (role, _) in edited(command, policy) {
        ground.rests_on_reach_of_role(role);
    }
    match command {
        Command::CreateRole { assigned_to, .. } => {
            for subject in assigned_to {
                ground.rests_on_reach_of(subject);
            }
        }
        Command::Assign { subject, .. } | Command::Unassign { subject, .. } => ground.rests_on_reach_of(subject),
        _ => {}
    }
}

/// A subject, unless it is misspelt.
pub(crate) fn known(word: &Word<Subject>) -> Option<&Subject> {
    match word {
        Word::Known(subject) => Some(subject),
        Word::Unknown(_) => None,
    }
}

/// The roles whose cells, name or visibility a command edits, or that it deletes; not those that it makes.
pub(crate) fn edited<'a>(command: &'a Command, policy: &'a Policy) -> Vec<(&'a RoleId, &'a Role)> {
    match command {
        Command::RenameRole { id: role, .. }
        | Command::DeleteRole { id: role }
        | Command::SetHidden { role, .. }
        | Command::SetLevel { role, .. } => policy.roles.get(role).map(|rules| (role, &**rules)).into_iter().collect(),
        Command::SetLevelForAllRoles { section, permissions, .. } if !permissions.is_empty() => {
            let section = policy.schema.section_place(section);
            let theirs = policy.roles.iter().filter(|(_, role)| Some(role.section) == section && !role.locked);
            theirs.map(|(id, role)| (id, &**role)).collect()
        }
        _ => Vec::new(),
    }
}
