//! Where the permission to manage is levelled, a delegate's hands reach only as far as that.

use crate::admin::guard::{Delegate, edited, known};
use crate::admin::refusal::Rule;
use crate::document::Command;
use crate::policy::persistent::Set;
use crate::vocabulary::facts::Facts;
use crate::vocabulary::id::RoleId;
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::Permission;
use crate::vocabulary::subject::{Owner, Subject};

impl Delegate<'_> {
    /// Whether all subjects that a command assigns or unassigns are inside the reach, and all that have a role that it
    /// edits. A role that nobody has may be edited.
    pub(super) fn stays_within_reach(&self, command: &Command) -> Result<(), Rule> {
        if !self.has_reach() || self.reaches_everything() {
            return Ok(());
        }
        match command {
            Command::CreateRole { id, assigned_to, .. } => {
                self.each_is_inside(id, assigned_to.iter().filter_map(known))?;
            }
            Command::Assign { role, subject } | Command::Unassign { role, subject } => {
                self.each_is_inside(role, known(subject))?;
            }
            _ => {}
        }
        edited(command, self.policy())
            .into_iter()
            .try_for_each(|(id, role)| self.each_is_inside(id, role.assigned_to.iter()))
    }

    fn each_is_inside<'a>(&self, role: &RoleId, subjects: impl IntoIterator<Item = &'a Subject>) -> Result<(), Rule> {
        match subjects.into_iter().find(|subject| !self.is_inside(subject)) {
            None => Ok(()),
            Some(subject) => Err(Rule::Reach {
                user: self.user.clone(),
                role: role.clone(),
                subject: subject.clone(),
                manage: self.snapshot.schema().action_name(self.manage),
                level: self.level(self.manage),
            }),
        }
    }

    /// Whether nothing can be out of reach, so that nobody need be asked about: a role may have many subjects, and a group
    /// many members.
    fn reaches_everything(&self) -> bool {
        let requires = &self.snapshot.schema().action(self.manage).requires;
        self.level(self.manage) == Level::All && requires.is_empty()
    }

    /// Whether managing is allowed for a record whose only owner is the subject, closed and shared with nobody.
    fn is_inside(&self, subject: &Subject) -> bool {
        let manage: Permission = Permission::new(self.manage, self.snapshot.fingerprint());
        let scope = self.principal.scope(manage);
        let owned_by = |owner: Owner<&str>| scope.contains_facts(&Facts::owned_by(owner));
        let level = self.level(self.manage);
        match subject {
            Subject::User(id) => owned_by(Owner::User(id.borrowed())),
            Subject::Department(id) => owned_by(Owner::Department(id.borrowed())),
            Subject::DepartmentSub(id) => {
                level.includes(Level::DepartmentSub) && owned_by(Owner::Department(id.borrowed()))
            }
            Subject::Group(id) => {
                let members = self.policy().org.groups().get(id).map(|group| &group.members);
                let mut members = members.into_iter().flat_map(Set::iter).peekable();
                if members.peek().is_none() {
                    return level == Level::All;
                }
                members.all(|member| owned_by(Owner::User(member.borrowed())))
            }
            Subject::Supervisors
            | Subject::Deputies
            | Subject::Employees
            | Subject::Administrators
            | Subject::Everyone => level == Level::All,
        }
    }
}
