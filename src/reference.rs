//! The naive resolver: the rules read literally, without regard to speed. It is the oracle of every test.
//!
//! It shares the vocabulary and the policy with the rest of the crate, but no decision code. The numbers in the
//! comments are those of the steps in [`docs::semantics`](crate::docs::semantics).

use crate::policy::Policy;
use crate::policy::org::User;
use crate::policy::role::Role;
use crate::vocabulary::facts::{Facts, Record};
use crate::vocabulary::id::{UserId, UserRef};
use crate::vocabulary::index::{ActionIndex, DepartmentSlot};
use crate::vocabulary::level::Level;
use crate::vocabulary::mode::Unowned;
use crate::vocabulary::permission::{AnyPermission, Permission};
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::{Owner, Share, Subject};

/// A resolver that reads the policy for each decision.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'p> {
    policy: &'p Policy,
}

impl<'p> Reference<'p> {
    /// A resolver for this policy.
    pub fn new(policy: &'p Policy) -> Self {
        Self { policy }
    }

    /// Whether this user may do this to this record. The record of a toggle is `()`.
    pub fn decide<'a, R: Record>(self, user: impl Into<UserRef<'a>>, permission: Permission<R>, record: &R) -> bool {
        let id = UserId::from(user.into());
        // 1. Unknown or inactive users, and permissions of another schema, are denied.
        let Some(user) = self.policy.org.users().get(&id) else { return false };
        if !user.active || permission.schema != self.policy.schema.fingerprint() {
            return false;
        }
        let expected = self.policy.schema.resource_of(permission.action).name.as_str();
        if record.dynamic_type().is_some_and(|found| found != expected) {
            return false;
        }
        record.with_facts(|facts| self.allows(&id, user, permission.action, facts))
    }

    /// The level that a user has for a permission, before requirements: `deny` for an unknown or inactive user. For a
    /// toggle, `all` stands for `allow`.
    pub fn level<'a>(self, user: impl Into<UserRef<'a>>, permission: impl Into<AnyPermission>) -> Level {
        let id = UserId::from(user.into());
        let active = self.policy.org.users().get(&id).filter(|user| user.active);
        let (action, _) = permission.into().action();
        active.map_or(Level::Deny, |user| self.level_of(&id, user, action))
    }

    fn level_of(self, id: &UserId, user: &User, action: ActionIndex) -> Level {
        let rules = self.policy.schema.action(action);
        // 2. An administrator has everything, if the action allows the bypass.
        if user.admin && rules.admin_bypass {
            return Level::All;
        }
        // 2. Otherwise the level is the floor, joined with the levels of all roles of the user.
        let mut level = rules.floor;
        for role in self.policy.roles.values().filter(|role| self.has(id, user, role)) {
            level = level.join(role.grants.get(&action).copied().unwrap_or(Level::Deny));
        }
        level
    }

    fn allows(self, id: &UserId, user: &User, action: ActionIndex, facts: &Facts<'_>) -> bool {
        let rules = self.policy.schema.action(action);
        let level = self.level_of(id, user, action);
        let allowed = if rules.toggle {
            // 3. A toggle is allowed by its level alone.
            level == Level::All
        } else {
            // 3. Otherwise the level must reach the record, or the record must be shared with the user.
            let pool = self.policy.schema.resource_of(action).unowned == Unowned::Pool;
            self.reaches(level, id, user, facts, pool)
                || (rules.shared && level != Level::Deny && self.is_shared_with(id, user, facts))
        };
        // 4. Everything that the action requires must be allowed too.
        allowed && rules.requires.iter().all(|required| self.allows(id, user, *required, facts))
    }

    fn reaches(self, level: Level, id: &UserId, user: &User, facts: &Facts<'_>, pool: bool) -> bool {
        if level == Level::All {
            return true;
        }
        let own = || {
            let pooled = pool && facts.owners.as_slice().is_empty();
            pooled
                || facts
                    .owners
                    .as_slice()
                    .iter()
                    .any(|owner| matches!(owner, Owner::User(owner) if UserId::from(*owner) == *id))
        };
        let department = || facts.owners.as_slice().iter().any(|owner| self.is_in(owner, |d| Self::is_anchor(user, d)));
        let below =
            || facts.owners.as_slice().iter().any(|owner| self.is_in(owner, |d| self.is_below_an_anchor(user, d)));
        (level.includes(Level::Own) && own())
            || (level.includes(Level::Department) && department())
            || (level.includes(Level::DepartmentSub) && below())
            || (level.includes(Level::OwnOpen) && facts.open)
    }

    /// Whether an owner is in one of these departments: as a member, or as the department itself.
    fn is_in(self, owner: &Owner<&str>, these: impl Fn(DepartmentSlot) -> bool) -> bool {
        match owner {
            Owner::User(owner) => {
                let owner = self.policy.org.users().get(&UserId::from(*owner));
                owner.is_some_and(|owner| owner.departments().any(&these))
            }
            Owner::Department(department) => self.policy.org.department(&(*department).into()).is_some_and(these),
        }
    }

    fn is_shared_with(self, id: &UserId, user: &User, facts: &Facts<'_>) -> bool {
        let org = &self.policy.org;
        facts.shared_with.as_slice().iter().any(|share| match *share {
            Share::User(user) => UserId::from(user) == *id,
            Share::Department(d) => org.department(&d.into()).is_some_and(|d| Self::is_anchor(user, d)),
            Share::DepartmentSub(d) => org.department(&d.into()).is_some_and(|d| self.has_anchor_below(user, d)),
            Share::Group(group) => org.groups().get(&group.into()).is_some_and(|group| group.members.contains(id)),
        })
    }

    fn has(self, id: &UserId, user: &User, role: &Role) -> bool {
        let org = &self.policy.org;
        role.assigned_to.iter().any(|subject| match subject {
            Subject::User(user) => user == id,
            Subject::Department(d) => org.department(d).is_some_and(|d| Self::is_anchor(user, d)),
            Subject::DepartmentSub(d) => org.department(d).is_some_and(|d| self.has_anchor_below(user, d)),
            Subject::Group(group) => org.groups().get(group).is_some_and(|group| group.members.contains(id)),
            Subject::Supervisors => user.is(Post::Head),
            Subject::Deputies => user.is(Post::Deputy),
            Subject::Employees => user.anchors().next().is_some(),
            Subject::Administrators => user.admin,
            Subject::Everyone => true,
        })
    }

    /// Whether the user is a member, head or deputy of the department.
    fn is_anchor(user: &User, department: DepartmentSlot) -> bool {
        user.anchors().any(|anchor| anchor == department)
    }

    /// Whether the user is a member, head or deputy of the department or of one that it is below.
    fn is_below_an_anchor(self, user: &User, department: DepartmentSlot) -> bool {
        self.policy.org.with_those_above(department).any(|above| Self::is_anchor(user, above))
    }

    /// Whether the user is a member, head or deputy of the department or of one below it.
    fn has_anchor_below(self, user: &User, department: DepartmentSlot) -> bool {
        user.anchors().any(|anchor| self.policy.org.with_those_above(anchor).any(|above| above == department))
    }
}
