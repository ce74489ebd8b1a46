//! Containment: a delegate grants at most their own level.

use crate::admin::guard::Delegate;
use crate::admin::guard::about::{Edit, Raises};
use crate::admin::refusal::Rule;
use crate::policy::Policy;
use crate::policy::fact::{Change, Fact};
use crate::vocabulary::id::RoleId;
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::level::Level;
use crate::vocabulary::mode::Delegation;

impl Delegate<'_> {
    /// Checks that all cells that a command raises or assigns stay within the delegate's own levels.
    ///
    /// It compares the cells before and after: a cell is raised if its new level is not within the old one.
    pub(super) fn grants_at_most_own(&self, edit: &Edit<'_>, facts: &[Fact], after: &Policy) -> Result<(), Box<Rule>> {
        match edit.raises {
            Raises::Nothing => Ok(()),
            Raises::Assigned(role) => {
                let cells = after.roles.get(role).into_iter().flat_map(|role| &role.grants);
                cells.into_iter().try_for_each(|(action, level)| self.may_grant(role, *action, *level, true))
            }
            Raises::Cells(_) | Raises::New(_) => facts.iter().try_for_each(|fact| match fact {
                Fact::Cell(Change { key: (role, action), before, after }) if !before.includes(*after) => {
                    self.may_grant(role, *action, *after, false)
                }
                Fact::Cell(_)
                | Fact::Department(_)
                | Fact::User(_)
                | Fact::Post(_)
                | Fact::Group(_)
                | Fact::Member(_)
                | Fact::Role(_)
                | Fact::Assignment(_) => Ok(()),
            }),
        }
    }

    /// Checks that the delegate's own level includes this one.
    fn may_grant(&self, role: &RoleId, action: ActionIndex, level: Level, assigned: bool) -> Result<(), Box<Rule>> {
        let own = self.level(action);
        if own.includes(level) || !self.is_contained(action) {
            return Ok(());
        }
        let schema = self.snapshot.schema();
        Err(Box::new(Rule::OwnLevel {
            user: self.user.clone(),
            role: role.clone(),
            permission: schema.action_name(action),
            level: schema.grant_of(action, level),
            own: schema.grant_of(action, own),
            assigned,
            delegation: self.policy().delegation,
        }))
    }

    /// Whether the rule applies to this permission. In open mode it still applies to a levelled permission to manage and
    /// to all that it requires, whose levels are the delegate's reach: otherwise a delegate could extend their own.
    fn is_contained(&self, action: ActionIndex) -> bool {
        match self.policy().delegation {
            Delegation::Contained => true,
            Delegation::Open => self.has_reach() && self.snapshot.schema().needed(self.manage).contains(&action),
        }
    }
}
