//! Locked roles are the host application's alone. Anybody may clone them.

use crate::admin::guard::about::Edit;
use crate::admin::refusal::Rule;
use crate::policy::Policy;

/// Whether a user's command neither changes nor assigns a locked role. "Custom permissions" pass them over.
pub(crate) fn leaves_locked_roles_alone(edit: &Edit<'_>, before: &Policy) -> Result<(), Box<Rule>> {
    match edit.named_role() {
        Some(role) if before.roles.get(role).is_some_and(|role| role.locked) => {
            Err(Rule::Locked { role: role.clone() }.into())
        }
        _ => Ok(()),
    }
}
