//! What a user may change: one file for each rule.
//!
//! Each command is judged on the state that it meets, which is the one that those before it left. The rules are asked in
//! the order of the refusals: may the user change such things at all, does the command make sense (that is up to
//! [`change`](crate::policy::change)), does it leave locked roles alone, does it stay within reach, does it hand out no more
//! than the user has. Lock-out is judged at the end of a batch. They all read what a command does from
//! [`Edit`](about::Edit), and so does what a verdict rests on.
//!
//! The levels and decisions that the rules ask for are those that everybody gets: of a [`Principal`], from its scopes.

pub(crate) mod about;
mod containment;
pub(crate) mod lock_out;
mod locked;
pub(crate) mod permitted;
mod reach;

use crate::admin::conflict::Basis;
use crate::admin::guard::about::{Edit, Raises};
use crate::admin::refusal::Rule;
use crate::policy::Policy;
use crate::query::principal::Principal;
use crate::snapshot::{Relation, Snapshot};
use crate::vocabulary::id::UserId;
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::ActionIndex;

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
    pub(crate) fn new(user: &'s UserId, snapshot: &'s Snapshot, manage: ActionIndex) -> Self {
        Self { user, principal: snapshot.principal(user), snapshot, manage }
    }

    /// Whether a delegate may give this command, which makes sense and leads to that policy.
    pub(crate) fn check(&self, edit: &Edit<'_>, after: &Policy) -> Result<(), Box<Rule>> {
        leaves_locked_roles_alone(edit, self.policy())?;
        self.stays_within_reach(edit)?;
        self.hands_out_no_more_than_own(edit, after)
    }

    /// What the rules look at: the delegate's levels for the cells that are raised or assigned, the cells of a role that is
    /// assigned, and whom the permission to manage must reach. On whether the user manages, rests the right to give the
    /// command at all.
    pub(crate) fn rests_on(&self, edit: &Edit<'_>, basis: &mut Basis<'_>) {
        let (policy, schema) = (self.policy(), self.snapshot.schema());
        let permissions: Vec<String> = match edit.raises {
            Raises::Nothing => Vec::new(),
            Raises::Cells(permissions) => permissions.to_vec(),
            Raises::New(_, grants) => grants.keys().cloned().collect(),
            Raises::Assigned(role) => {
                basis.rests_on_cells_of(role);
                let cells = policy.roles.get(role).into_iter().flat_map(|role| role.grants.keys());
                cells.map(|action| schema.action_name(*action)).collect()
            }
        };
        basis.rests_on_levels_of(self.user, schema.resource_of(self.manage).section, permissions);
        if self.has_reach() {
            edit.changed(policy).into_iter().for_each(|(role, _)| basis.rests_on_reach_of_role(role));
            edit.subjects().for_each(|(_, subject)| basis.rests_on_reach_of(subject));
        }
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

    fn denied_requirement(&self, relation: Relation) -> Option<String> {
        denied_requirement(&self.principal, self.manage, relation)
    }
}

/// The first permission that the one to manage requires, directly or not, and that is denied.
fn denied_requirement(principal: &Principal<'_>, manage: ActionIndex, relation: Relation) -> Option<String> {
    let needed = principal.snapshot.schema().needed(manage).into_iter().filter(|action| *action != manage);
    let mut denied = needed.filter(|action| !principal.alone(*action).admits(relation));
    denied.next().map(|action| principal.snapshot.schema().action_name(action))
}
