//! The right to make a change at all: of the company, or of the roles of a section.

use std::sync::Arc;

use crate::admin::conflict::Basis;
use crate::admin::guard::about::{About, Area, Edit, Within};
use crate::admin::guard::denied_requirement;
use crate::admin::refusal::Rule;
use crate::document::Command;
use crate::policy::Policy;
use crate::snapshot::Snapshot;
use crate::snapshot::relation::Relation;
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::{ActionIndex, SectionIndex};
use crate::vocabulary::permission::AnyPermission;

/// The right by which an actor issues a command.
#[derive(Debug)]
pub(crate) enum Right<'c> {
    Host,
    /// An active administrator, who edits roles, or the company if there is no edit.
    Administrator(Option<Edit<'c>>),
    /// An active user with the section's permission to manage, in the state that the command is applied to.
    Delegate {
        user: &'c UserId,
        edit: Edit<'c>,
        manage: ActionIndex,
        before: Arc<Snapshot>,
    },
}

/// The right by which this user issues this command, in the state that it is applied to.
pub(crate) fn right<'c>(
    user: &'c UserId,
    command: &'c Command,
    policy: &Policy,
    compiled: impl FnOnce() -> Arc<Snapshot>,
) -> Result<Right<'c>, Box<Rule>> {
    let is_administrator = is_active(user, policy)?;
    match (About::of(command).area, is_administrator) {
        (Area::Host, _) => Err(Rule::Host { user: user.clone() }.into()),
        (Area::Company, false) => Err(Rule::Company { user: user.clone() }.into()),
        (Area::Company, true) => Ok(Right::Administrator(None)),
        (Area::Roles(edit), true) => Ok(Right::Administrator(Some(edit))),
        (Area::Roles(edit), false) => {
            let before = compiled();
            let manage = manager(user, &edit, &before)?;
            Ok(Right::Delegate { user, edit, manage, before })
        }
    }
}

/// Whether a user is an administrator. Fails unless the user is known and active.
pub(crate) fn is_active(user: &UserId, policy: &Policy) -> Result<bool, Box<Rule>> {
    match policy.org.users().get(user) {
        Some(known) if known.active => Ok(known.admin),
        _ => Err(Rule::ActiveUser { user: user.clone() }.into()),
    }
}

/// The permission by which this user may edit the roles of a command's section.
///
/// If the section is unknown, a user who manages any section learns that the command is invalid. All others learn only
/// that they manage none.
fn manager(user: &UserId, edit: &Edit<'_>, snapshot: &Snapshot) -> Result<ActionIndex, Box<Rule>> {
    let section = match edit.within.section(snapshot.policy()) {
        Ok(section) => section,
        Err(why) if manages_any(user, snapshot) => return Err(Rule::Invalid(why).into()),
        Err(_) => {
            return Err(Rule::Manage { user: user.clone(), section: None, manage: None, requires: None }.into());
        }
    };
    manages(user, section, snapshot).ok_or_else(|| {
        let section = snapshot.schema().section(section);
        let manage = section.manage;
        Box::new(Rule::Manage {
            user: user.clone(),
            section: Some(section.name.clone()),
            manage: manage.map(|manage| snapshot.schema().action_name(manage)),
            requires: manage.and_then(|manage| missing(user, manage, snapshot)),
        })
    })
}

/// The denied requirement that keeps a user with the permission to manage from managing.
fn missing(user: &UserId, manage: ActionIndex, snapshot: &Snapshot) -> Option<String> {
    let (principal, closest) = (snapshot.principal(user), Relation::CLOSEST);
    // A user with any level reaches the closest record, which is their own, whatever the place.
    let mut cases = snapshot.policy().cases(manage);
    let case = cases.find(|case| principal.admits_alone(*case, closest, |_| false))?;
    denied_requirement(&principal, case, closest, |_| false)
}

fn manages_any(user: &UserId, snapshot: &Snapshot) -> bool {
    snapshot.schema().section_indices().any(|section| manages(user, section, snapshot).is_some())
}

/// The permission by which a user edits the roles of a section.
fn manages(user: &UserId, section: SectionIndex, snapshot: &Snapshot) -> Option<ActionIndex> {
    let schema = snapshot.schema();
    let manage = schema.section(section).manage?;
    let principal = snapshot.principal(user);
    let may = match schema.token(manage) {
        AnyPermission::Toggle(toggle) => principal.check(toggle, &()).is_allow(),
        // For some record: if for any, then for an open one that is their own, of some variant.
        AnyPermission::Levelled(_) => principal.cells(manage).any(|cell| cell.admits(Relation::CLOSEST)),
    };
    may.then_some(manage)
}

/// Adds what decides whether this user may issue this command.
///
/// A user who manages no section may not issue it, whatever it names. So the named things are left out, and a conflict
/// does not reveal whether they exist.
pub(crate) fn rests_on<'b>(user: &'b UserId, about: &About<'b>, snapshot: &Snapshot, basis: &mut Basis<'b>) {
    let policy = snapshot.policy();
    basis.rests_on_user(user);
    let (Ok(false), Area::Roles(edit)) = (is_active(user, policy), about.area) else { return };
    let mut sections: Vec<SectionIndex> = policy.schema.section_indices().collect();
    if manages_any(user, snapshot) {
        if let Within::SectionOf(role) = edit.within {
            basis.rests_on_role(role);
        }
        if let Ok(section) = edit.within.section(policy) {
            sections = vec![section];
        }
    }
    for section in sections {
        // Including everything that it may require.
        let manage = policy.schema.section(section).manage;
        let actions = manage.into_iter().flat_map(|manage| policy.schema.siblings(manage));
        basis.rests_on_levels_of(user, section, actions);
    }
}
