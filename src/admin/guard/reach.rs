//! Reach: a levelled permission to manage reaches only some subjects.

use crate::admin::guard::Delegate;
use crate::admin::guard::about::{Edit, known};
use crate::admin::guard::denied_requirement;
use crate::admin::refusal::{Rule, Unreached};
use crate::policy::role;
use crate::snapshot::rights::zone::Zone;
use crate::vocabulary::facts::Facts;
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::index::{ActionIndex, Case};
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::Permission;
use crate::vocabulary::place::Place;
use crate::vocabulary::subject::{Owner, OwnerRef, Subject};

impl Delegate<'_> {
    /// Checks that all subjects that a command assigns or unassigns are within reach, and all subjects of the roles
    /// that it changes. A role without subjects may be changed.
    pub(super) fn stays_within_reach(&self, edit: &Edit<'_>) -> Result<(), Box<Rule>> {
        if !self.has_reach() || self.reaches_everything() {
            return Ok(());
        }
        edit.assignments().try_for_each(|(role, to)| {
            let (Some(subject), place) = (known(to.to), to.place.and_then(known)) else { return Ok(()) };
            self.is_inside(role, subject, place)
        })?;
        for (id, role) in edit.changed(self.policy()) {
            let mut all = role::stated(id, role, &self.policy().dated);
            all.try_for_each(|(to, _)| self.is_inside(id, &to.subject, to.place.as_ref()))?;
        }
        Ok(())
    }

    /// Whether nothing can be out of reach. This saves checking each subject: a role may have many, and a group many
    /// members.
    fn reaches_everything(&self) -> bool {
        self.takes(Level::All).is_ok()
    }

    /// Checks that managing is allowed for a record that only the subject owns, closed and not shared, and for each
    /// department of a place and all below it.
    fn is_inside(&self, role: &RoleId, subject: &Subject, place: Option<&Place>) -> Result<(), Box<Rule>> {
        let refused = |member: Option<&UserId>, department: Option<&DepartmentId>, why| {
            Box::new(Rule::Reach {
                user: self.user.clone(),
                role: role.clone(),
                subject: subject.clone(),
                member: member.cloned(),
                department: department.cloned(),
                manage: self.snapshot.schema().action_name(self.manage),
                level: self.level(self.manage),
                in_places: self.grants(Case::default_of(self.manage)).has_places(),
                why,
            })
        };
        match subject {
            Subject::User(id) => self.reaches(Owner::User(id.borrowed())),
            Subject::Department(id) => self.reaches(Owner::Department(id.borrowed())),
            Subject::DepartmentSub(id) => self.reaches_below(id),
            Subject::Group(id) => {
                for member in self.members(id) {
                    let reached = self.reaches(Owner::User(member.borrowed()));
                    reached.map_err(|why| refused(Some(member), None, why))?;
                }
                if self.members(id).next().is_none() { self.takes(Level::All) } else { Ok(()) }
            }
            Subject::Supervisors
            | Subject::Deputies
            | Subject::Employees
            | Subject::Administrators
            | Subject::Everyone => self.takes(Level::All),
        }
        .map_err(|why| refused(None, None, why))?;
        place.map_or(&[][..], Place::listed).iter().try_for_each(|department| {
            self.reaches_below(department).map_err(|why| refused(None, Some(department), why))
        })
    }

    /// Checks that managing is allowed for a department and for all below it.
    fn reaches_below(&self, department: &DepartmentId) -> Result<(), Unreached> {
        self.reaches(Owner::Department(department.borrowed()))?;
        let schema = self.snapshot.schema();
        let lacks = |action: &ActionIndex| !self.grants(Case::default_of(*action)).has_sub_at(department);
        match schema.needed(self.manage).into_iter().find(lacks) {
            None => Ok(()),
            Some(action) if action == self.manage => Err(Unreached::Takes(Level::DepartmentSub)),
            Some(required) => Err(Unreached::Requires(schema.action_name(required))),
        }
    }

    /// The members of a group, whatever the periods.
    fn members(&self, group: &GroupId) -> impl Iterator<Item = &UserId> {
        self.policy().stated_members(group).map(|(user, _)| user)
    }

    /// Checks that the levels of the permission and of all that it requires include this one, for all variants.
    fn takes(&self, level: Level) -> Result<(), Unreached> {
        let (schema, policy) = (self.snapshot.schema(), self.policy());
        let takes = |case: Case| self.grants(case).everywhere().includes(level);
        match schema.needed(self.manage).into_iter().find(|action| !policy.cases(*action).all(takes)) {
            None => Ok(()),
            Some(action) if action == self.manage => Err(Unreached::Takes(level)),
            Some(required) => Err(Unreached::Requires(schema.action_name(required))),
        }
    }

    /// Checks that managing is allowed for a record of this owner.
    fn reaches(&self, owner: OwnerRef<'_>) -> Result<(), Unreached> {
        let (manage, facts) = (self.manage, Facts::owned_by(owner));
        let token: Permission = Permission::new(manage, self.snapshot.fingerprint());
        if self.principal.admits_here(token, &facts) {
            return Ok(());
        }
        let (relation, manage) = (self.principal.relation(manage, &facts), Case::default_of(manage));
        let is_within = |zone: &Zone| self.principal.is_within(zone, &facts);
        Err(match denied_requirement(&self.principal, manage, relation, is_within) {
            Some(required) if self.principal.admits_alone(manage, relation, is_within) => Unreached::Requires(required),
            _ => Unreached::Level,
        })
    }
}
