//! Locked roles: only the host application changes or assigns them. Anybody may clone them.

use crate::admin::guard::about::Edit;
use crate::admin::refusal::Rule;
use crate::policy::Policy;

/// Checks that a user's command neither changes nor assigns a locked role. "Custom permissions" skip locked roles.
pub(crate) fn leaves_locked_roles_alone(edit: &Edit<'_>, before: &Policy) -> Result<(), Box<Rule>> {
    match edit.named_role() {
        Some(role) if before.roles.get(role).is_some_and(|role| role.locked) => {
            Err(Rule::Locked { role: role.clone() }.into())
        }
        _ => Ok(()),
    }
}
