//! Locked roles are the host application's alone. Anybody may clone them.

use crate::admin::refusal::Rule;
use crate::document::Command;
use crate::policy::Policy;

/// Whether a command of a user neither edits nor assigns a locked role. "Custom permissions" pass them over.
pub(crate) fn leaves_locked_roles_alone(command: &Command, before: &Policy) -> Result<(), Rule> {
    let (Command::RenameRole { id: named, .. }
    | Command::DeleteRole { id: named }
    | Command::SetHidden { role: named, .. }
    | Command::SetLevel { role: named, .. }
    | Command::Assign { role: named, .. }
    | Command::Unassign { role: named, .. }) = command
    else {
        return Ok(());
    };
    match before.roles.get(named) {
        Some(role) if role.locked => Err(Rule::Locked { role: named.clone() }),
        _ => Ok(()),
    }
}
