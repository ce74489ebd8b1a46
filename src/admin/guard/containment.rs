//! Containment: a delegate gives nothing that they do not have.

use crate::admin::guard::Delegate;
use crate::admin::guard::about::{Edit, Raises};
use crate::admin::guard::cover::Uncovered;
use crate::admin::refusal::Rule;
use crate::policy::Policy;
use crate::policy::assignment::Assignment;
use crate::policy::fact::{Change, Fact};
use crate::vocabulary::id::RoleId;
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::level::Level;
use crate::vocabulary::mode::Delegation;
use crate::vocabulary::period::Tenure;
use crate::vocabulary::time::Time;

impl Delegate<'_> {
    /// Checks that the grants of the delegate cover all cells that a command raises or assigns.
    ///
    /// It compares the cells before and after: a cell is raised if its new level is not within the old one.
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
                let cells = after.roles.get(role).into_iter().flat_map(|role| &role.grants);
                let cells: Vec<(ActionIndex, Level)> = cells.map(|(action, level)| (*action, *level)).collect();
                given.into_iter().try_for_each(|(to, instants)| {
                    cells.iter().try_for_each(|(action, level)| self.may_give(role, *action, *level, to, &instants))
                })
            }
            Raises::Cells(_) | Raises::New(_) => facts.iter().try_for_each(|fact| match fact {
                Fact::Cell(Change { key: (role, action), before, after: level }) if !before.includes(*level) => {
                    self.may_raise(role, *action, *level, after.stated_assignments(role))
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

    /// Checks that a cell may be raised to this level, for these assignments of its role.
    fn may_raise<'a>(
        &self,
        role: &RoleId,
        action: ActionIndex,
        level: Level,
        to: impl Iterator<Item = (&'a Assignment, Tenure)>,
    ) -> Result<(), Box<Rule>> {
        if !self.is_contained(action) {
            return Ok(());
        }
        let grants = self.grants(action);
        let own = grants.anywhere();
        if !own.includes(level) {
            let (uncovered, now) =
                (Uncovered { needed: level, own, in_places: false, at: None }, self.policy().instant());
            return Err(self.exceeds(role, action, level, uncovered, now, false));
        }
        for (to, tenure) in to {
            for instant in self.instants(Tenure::Never, tenure) {
                let covered = self.grants_at(action, instant).cover(level, to);
                covered.map_err(|uncovered| self.exceeds(role, action, level, uncovered, instant, false))?;
            }
        }
        Ok(())
    }

    /// Checks that a cell of a role may be given to an assignment, at each of these instants.
    fn may_give(
        &self,
        role: &RoleId,
        action: ActionIndex,
        level: Level,
        to: &Assignment,
        instants: &[Option<Time>],
    ) -> Result<(), Box<Rule>> {
        if !self.is_contained(action) {
            return Ok(());
        }
        instants.iter().try_for_each(|instant| {
            let covered = self.grants_at(action, *instant).cover(level, to);
            covered.map_err(|uncovered| self.exceeds(role, action, level, uncovered, *instant, true))
        })
    }

    fn exceeds(
        &self,
        role: &RoleId,
        action: ActionIndex,
        level: Level,
        Uncovered { needed, own, in_places, at }: Uncovered<'_>,
        instant: Option<Time>,
        assigned: bool,
    ) -> Box<Rule> {
        let schema = self.snapshot.schema();
        Box::new(Rule::OwnLevel {
            user: self.user.clone(),
            role: role.clone(),
            permission: schema.action_name(action),
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
