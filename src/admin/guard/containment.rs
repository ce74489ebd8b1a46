//! Containment: a delegate gives nothing that they do not have.

use std::collections::BTreeSet;

use crate::admin::guard::Delegate;
use crate::admin::guard::about::{Edit, Raises};
use crate::admin::guard::cover::Uncovered;
use crate::admin::refusal::Rule;
use crate::policy::Policy;
use crate::policy::assignment::Assignment;
use crate::policy::fact::{Change, Fact};
use crate::vocabulary::id::RoleId;
use crate::vocabulary::index::{ActionIndex, Case};
use crate::vocabulary::level::Level;
use crate::vocabulary::mode::Delegation;
use crate::vocabulary::period::Tenure;
use crate::vocabulary::time::Time;

impl Delegate<'_> {
    /// Checks that the grants of the delegate cover all cells that a command raises or assigns.
    ///
    /// It compares the cells before and after, those of each variant by itself: a cell is raised if its new level is not
    /// within the old one.
    pub(super) fn grants_at_most_own(&self, edit: &Edit<'_>, facts: &[Fact], after: &Policy) -> Result<(), Box<Rule>> {
        match edit.raises {
            Raises::Nothing => Ok(()),
            Raises::Assigned(role) => {
                let given = facts.iter().filter_map(|fact| match fact {
                    Fact::Assignment(Change { key: (_, to), before, after }) => {
                        Some((to, self.instants(*before, *after)))
                    }
                    _ => None,
                });
                let role_after = after.roles.get(role);
                let cases = || role_after.into_iter().flat_map(|role| role.actions()).flat_map(|it| after.cases(it));
                given.into_iter().try_for_each(|(to, instants)| {
                    cases().try_for_each(|case| {
                        let level = role_after.map_or(Level::Deny, |role| role.level(case));
                        self.may_give(role, case, level, to, &instants)
                    })
                })
            }
            Raises::Cells(_) | Raises::New(_) => {
                let changed = facts.iter().filter_map(|fact| match fact {
                    Fact::Cell(Change { key: (role, case), .. }) => Some((role, case.action)),
                    _ => None,
                });
                let changed: BTreeSet<(&RoleId, ActionIndex)> = changed.collect();
                changed.into_iter().try_for_each(|(role, action)| self.may_raise(role, action, after))
            }
        }
    }

    /// Checks that the cells of a role for an action may be raised as they are, for all its assignments.
    fn may_raise(&self, role: &RoleId, action: ActionIndex, after: &Policy) -> Result<(), Box<Rule>> {
        if !self.is_contained(action) {
            return Ok(());
        }
        let level = |policy: &Policy, case| policy.roles.get(role).map_or(Level::Deny, |role| role.level(case));
        // All variants that any role named before are among them, unless the change took the last level away.
        let cases: BTreeSet<Case> = self.policy().cases(action).chain(after.cases(action)).collect();
        for case in cases {
            let (before, level) = (level(self.policy(), case), level(after, case));
            if before.includes(level) {
                continue;
            }
            let own = self.grants(case).anywhere();
            if !own.includes(level) {
                let (uncovered, now) =
                    (Uncovered { needed: level, own, in_places: false, at: None }, self.policy().instant());
                return Err(self.exceeds(role, case, level, uncovered, now, false));
            }
            for (to, tenure) in after.stated_assignments(role) {
                for instant in self.instants(Tenure::Never, tenure) {
                    let covered = self.grants_at(case, instant).cover(level, to);
                    covered.map_err(|uncovered| self.exceeds(role, case, level, uncovered, instant, false))?;
                }
            }
        }
        Ok(())
    }

    /// Checks that a cell of a role may be given to an assignment, at each of these instants.
    fn may_give(
        &self,
        role: &RoleId,
        case: Case,
        level: Level,
        to: &Assignment,
        instants: &[Option<Time>],
    ) -> Result<(), Box<Rule>> {
        if !self.is_contained(case.action) {
            return Ok(());
        }
        instants.iter().try_for_each(|instant| {
            let covered = self.grants_at(case, *instant).cover(level, to);
            covered.map_err(|uncovered| self.exceeds(role, case, level, uncovered, *instant, true))
        })
    }

    fn exceeds(
        &self,
        role: &RoleId,
        case: Case,
        level: Level,
        Uncovered { needed, own, in_places, at }: Uncovered<'_>,
        instant: Option<Time>,
        assigned: bool,
    ) -> Box<Rule> {
        let (schema, action) = (self.snapshot.schema(), case.action);
        Box::new(Rule::OwnLevel {
            user: self.user.clone(),
            role: role.clone(),
            permission: schema.action_name(action),
            variant: schema.variant_name(case).map(str::to_owned),
            level: schema.grant_of(action, level),
            needed: schema.grant_of(action, needed),
            own: schema.grant_of(action, own),
            in_places,
            at: at.cloned(),
            from: instant.filter(|_| instant != self.policy().instant()),
            assigned,
            delegation: self.policy().delegation,
        })
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
