//! Nobody hands out more than they have.

use crate::admin::guard::Delegate;
use crate::admin::guard::about::{Edit, Raises};
use crate::admin::refusal::Rule;
use crate::policy::Policy;
use crate::vocabulary::id::RoleId;
use crate::vocabulary::level::Level;
use crate::vocabulary::mode::Delegation;
use crate::vocabulary::permission::ActionIndex;

impl Delegate<'_> {
    /// Whether all cells that a command raises, or assigns, stay within the delegate's own levels.
    ///
    /// What it raises is read off its effect: a cell that holds a level that is not within the one before.
    pub(super) fn hands_out_no_more_than_own(&self, edit: &Edit<'_>, after: &Policy) -> Result<(), Box<Rule>> {
        match edit.raises {
            Raises::Nothing => Ok(()),
            Raises::Assigned(role) => self.raises(role, |_| Level::Deny, self.policy(), true),
            Raises::New(role, _) => self.raises(role, |_| Level::Deny, after, false),
            Raises::Cells(_) => edit.changed(self.policy()).into_iter().try_for_each(|(id, role)| {
                self.raises(id, |action| role.grants.get(&action).copied().unwrap_or_default(), after, false)
            }),
        }
    }

    /// Whether the cells of a role are within what they held before, or what the delegate has.
    fn raises(
        &self,
        id: &RoleId,
        before: impl Fn(ActionIndex) -> Level,
        after: &Policy,
        assigned: bool,
    ) -> Result<(), Box<Rule>> {
        let cells = after.roles.get(id).into_iter().flat_map(|role| &role.grants);
        for (action, level) in cells.filter(|(action, _)| self.is_contained(**action)) {
            let own = self.level(*action);
            if !before(*action).includes(*level) && !own.includes(*level) {
                let schema = self.snapshot.schema();
                return Err(Box::new(Rule::OwnLevel {
                    user: self.user.clone(),
                    role: id.clone(),
                    permission: schema.action_name(*action),
                    level: schema.grant_of(*action, *level),
                    own: schema.grant_of(*action, own),
                    assigned,
                    delegation: self.policy().delegation,
                }));
            }
        }
        Ok(())
    }

    /// Whether the rule is asked about this permission. Where delegation is open it still is about a levelled permission to
    /// manage, whose level is the reach: else who manages could raise their own.
    fn is_contained(&self, action: ActionIndex) -> bool {
        match self.policy().delegation {
            Delegation::Contained => true,
            Delegation::Open => action == self.manage && self.has_reach(),
        }
    }
}
