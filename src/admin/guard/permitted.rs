//! Who may change what at all: the company, the roles of a section.

use std::sync::Arc;

use crate::admin::conflict::Basis;
use crate::admin::guard::about::{About, Edit, Within};
use crate::admin::guard::denied_requirement;
use crate::admin::refusal::Rule;
use crate::document::Command;
use crate::policy::Policy;
use crate::snapshot::{Relation, Snapshot};
use crate::vocabulary::id::UserId;
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::{ActionIndex, AnyPermission};

/// What lets somebody give a command.
#[derive(Debug)]
pub(crate) enum Right<'c> {
    Host,
    /// An active administrator. It is an edit of roles, or about the company.
    Administrator(Option<Edit<'c>>),
    /// An active user who has the section's permission to manage, in the state that the command meets.
    Delegate {
        user: &'c UserId,
        edit: Edit<'c>,
        manage: ActionIndex,
        before: Arc<Snapshot>,
    },
}

/// What lets this user give this command, in the state that it meets.
pub(crate) fn right<'c>(
    user: &'c UserId,
    command: &'c Command,
    policy: &Policy,
    compiled: impl FnOnce() -> Arc<Snapshot>,
) -> Result<Right<'c>, Box<Rule>> {
    let is_administrator = is_active(user, policy)?;
    match (About::of(command), is_administrator) {
        (About::Host, _) => Err(Rule::Host { user: user.clone() }.into()),
        (About::Company, false) => Err(Rule::Company { user: user.clone() }.into()),
        (About::Company, true) => Ok(Right::Administrator(None)),
        (About::Roles(edit), true) => Ok(Right::Administrator(Some(edit))),
        (About::Roles(edit), false) => {
            let before = compiled();
            let manage = manager(user, &edit, &before)?;
            Ok(Right::Delegate { user, edit, manage, before })
        }
    }
}

/// Whether a user who must be there and active is an administrator.
pub(crate) fn is_active(user: &UserId, policy: &Policy) -> Result<bool, Box<Rule>> {
    match policy.org.users().get(user) {
        Some(known) if known.active => Ok(known.admin),
        _ => Err(Rule::ActiveUser { user: user.clone() }.into()),
    }
}

/// The permission by which this user may give a command to the roles of its section.
///
/// Where the section is unknown, whoever manages any learns that the command makes no sense, and everybody else that they
/// manage none.
fn manager(user: &UserId, edit: &Edit<'_>, snapshot: &Snapshot) -> Result<ActionIndex, Box<Rule>> {
    let section = match edit.section(snapshot.policy()) {
        Ok(section) => section,
        Err(why) if manages_any(user, snapshot) => return Err(Rule::Invalid(why.to_string()).into()),
        Err(_) => {
            return Err(Rule::Manage { user: user.clone(), section: None, manage: None, requires: None }.into());
        }
    };
    manages(user, section, snapshot).ok_or_else(|| {
        let section = snapshot.schema().section_at(section);
        let manage = section.manage;
        Box::new(Rule::Manage {
            user: user.clone(),
            section: Some(section.name.clone()),
            manage: manage.map(|manage| snapshot.schema().action_name(manage)),
            requires: manage.and_then(|manage| missing(user, manage, snapshot)),
        })
    })
}

/// What keeps a user who has the permission to manage from managing: one that it requires.
fn missing(user: &UserId, manage: ActionIndex, snapshot: &Snapshot) -> Option<String> {
    let (principal, nothing) = (snapshot.principal(user), Relation::default());
    let has_it = principal.alone(manage).admits(nothing);
    has_it.then(|| denied_requirement(&principal, manage, nothing)).flatten()
}

fn manages_any(user: &UserId, snapshot: &Snapshot) -> bool {
    (0..snapshot.schema().sections().len()).any(|section| manages(user, section, snapshot).is_some())
}

/// The permission by which a user edits the roles of a section.
fn manages(user: &UserId, section: usize, snapshot: &Snapshot) -> Option<ActionIndex> {
    let schema = snapshot.schema();
    let manage = schema.section_at(section).manage?;
    let principal = snapshot.principal(user);
    let may = match schema.token(manage) {
        AnyPermission::Toggle(toggle) => principal.check(toggle, &()).is_allow(),
        AnyPermission::Levelled(_) => principal.asker.level(manage) != Level::Deny,
    };
    may.then_some(manage)
}

/// What it rests on whether this user may give this command.
///
/// Who edits the roles of no section may not, whatever the command names: so what it names does not count, and they do not
/// learn from a conflict what there is.
pub(crate) fn rests_on(user: &UserId, command: &Command, snapshot: &Snapshot, basis: &mut Basis<'_>) {
    let policy = snapshot.policy();
    basis.rests_on_user(user);
    let (Ok(false), About::Roles(edit)) = (is_active(user, policy), About::of(command)) else { return };
    let mut sections = 0..policy.schema.sections().len();
    if manages_any(user, snapshot) {
        if let Within::SectionOf(role) = edit.within {
            basis.rests_on_role(role);
        }
        if let Ok(section) = edit.section(policy) {
            sections = section..section + 1;
        }
    }
    for section in sections {
        // With all that it may require.
        let manage = policy.schema.section_at(section).manage;
        let permissions = manage.into_iter().flat_map(|manage| policy.schema.siblings(manage));
        basis.rests_on_levels_of(user, section, permissions.map(|action| policy.schema.action_name(action)));
    }
}
