//! Reach: a levelled permission to manage reaches only some subjects.

use crate::admin::guard::Delegate;
use crate::admin::guard::about::Edit;
use crate::admin::refusal::{Rule, Unreached};
use crate::collections::persistent::Set;
use crate::vocabulary::facts::Facts;
use crate::vocabulary::id::{GroupId, RoleId, UserId};
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::Permission;
use crate::vocabulary::subject::{Owner, Subject};

impl Delegate<'_> {
    /// Checks that all subjects that a command assigns or unassigns are within reach, and all subjects of the roles
    /// that it changes. A role without subjects may be changed.
    pub(super) fn stays_within_reach(&self, edit: &Edit<'_>) -> Result<(), Box<Rule>> {
        if !self.has_reach() || self.reaches_everything() {
            return Ok(());
        }
        edit.subjects().try_for_each(|(role, subject)| self.is_inside(role, subject))?;
        for (id, role) in edit.changed(self.policy()) {
            role.assigned_to.iter().try_for_each(|subject| self.is_inside(id, subject))?;
        }
        Ok(())
    }

    /// Whether nothing can be out of reach. This saves checking each subject: a role may have many, and a group many
    /// members.
    fn reaches_everything(&self) -> bool {
        self.takes(Level::All).is_ok()
    }

    /// Checks that managing is allowed for a record that only the subject owns, closed and not shared.
    fn is_inside(&self, role: &RoleId, subject: &Subject) -> Result<(), Box<Rule>> {
        let refused = |member: Option<&UserId>, why| {
            Box::new(Rule::Reach {
                user: self.user.clone(),
                role: role.clone(),
                subject: subject.clone(),
                member: member.cloned(),
                manage: self.snapshot.schema().action_name(self.manage),
                level: self.level(self.manage),
                why,
            })
        };
        match subject {
            Subject::User(id) => self.reaches(Owner::User(id.borrowed())),
            Subject::Department(id) => self.reaches(Owner::Department(id.borrowed())),
            Subject::DepartmentSub(id) => {
                self.reaches(Owner::Department(id.borrowed())).and_then(|()| self.takes(Level::DepartmentSub))
            }
            Subject::Group(id) => {
                let mut members = self.members(id).peekable();
                if members.peek().is_some() {
                    return members.try_for_each(|member| {
                        self.reaches(Owner::User(member.borrowed())).map_err(|why| refused(Some(member), why))
                    });
                }
                self.takes(Level::All)
            }
            Subject::Supervisors
            | Subject::Deputies
            | Subject::Employees
            | Subject::Administrators
            | Subject::Everyone => self.takes(Level::All),
        }
        .map_err(|why| refused(None, why))
    }

    fn members(&self, group: &GroupId) -> impl Iterator<Item = &UserId> {
        let members = self.policy().org.groups().get(group).map(|group| &group.members);
        members.into_iter().flat_map(Set::iter)
    }

    /// Checks that the levels of the permission and of all that it requires include this one.
    fn takes(&self, level: Level) -> Result<(), Unreached> {
        let schema = self.snapshot.schema();
        match schema.needed(self.manage).into_iter().find(|action| !self.level(*action).includes(level)) {
            None => Ok(()),
            Some(action) if action == self.manage => Err(Unreached::Takes(level)),
            Some(required) => Err(Unreached::Requires(schema.action_name(required))),
        }
    }

    /// Checks that managing is allowed for a record of this owner.
    fn reaches(&self, owner: Owner<&str>) -> Result<(), Unreached> {
        let (manage, facts) = (self.manage, Facts::owned_by(owner));
        let token: Permission = Permission::new(manage, self.snapshot.fingerprint());
        if self.principal.scope(token).contains_facts(&facts) {
            return Ok(());
        }
        let relation = self.principal.relation(manage, &facts);
        Err(match self.denied_requirement(relation) {
            Some(required) if self.principal.alone(manage).admits(relation) => Unreached::Requires(required),
            _ => Unreached::Level,
        })
    }
}
