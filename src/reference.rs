//! The naive resolver: the rules read literally, without regard to speed. It is the oracle of every test.
//!
//! It shares the vocabulary and the policy with the rest of the crate, but no decision code. The numbers in the
//! comments are those of the steps in [`docs::semantics`](crate::docs::semantics).

use crate::policy::Policy;
use crate::policy::assignment::Assignment;
use crate::policy::org::User;
use crate::policy::schema::field::Field;
use crate::vocabulary::facts::{Facts, Record};
use crate::vocabulary::id::{UserId, UserRef, VariantId};
use crate::vocabulary::index::{ActionIndex, Case, DepartmentSlot, VariantIndex};
use crate::vocabulary::level::Level;
use crate::vocabulary::mode::Unowned;
use crate::vocabulary::permission::{AnyPermission, Permission};
use crate::vocabulary::place::Place;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::{Owner, OwnerRef, Share, Subject};

/// A resolver that reads the policy for each decision.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'p> {
    policy: &'p Policy,
}

/// A level, and the departments that it is measured from if not from all of the user.
struct Grant {
    level: Level,
    place: Option<Vec<DepartmentSlot>>,
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

    /// The fields of this record that a user may read beside what `read` reads.
    pub fn readable<'a, R: Record>(
        self,
        user: impl Into<UserRef<'a>>,
        read: Permission<R>,
        record: &R,
    ) -> Vec<&'p str> {
        self.fields(user.into(), read, record, |field| field.read)
    }

    /// The fields of this record that a user may write beside what `update` writes.
    pub fn writable<'a, R: Record>(
        self,
        user: impl Into<UserRef<'a>>,
        update: Permission<R>,
        record: &R,
    ) -> Vec<&'p str> {
        self.fields(user.into(), update, record, |field| field.write)
    }

    /// Fields add nothing to the decision: they say which action to ask. One that names none is asked about as the record.
    fn fields<R: Record>(
        self,
        user: UserRef<'_>,
        asked: Permission<R>,
        record: &R,
        named: impl Fn(&Field) -> Option<ActionIndex>,
    ) -> Vec<&'p str> {
        if asked.schema != self.policy.schema.fingerprint() {
            return vec![];
        }
        let declared = self.policy.schema.resource_of(asked.action).fields.iter();
        let asks = |field: &Field| Permission::new(named(field).unwrap_or(asked.action), asked.schema);
        declared.filter(|field| self.decide(user, asks(field), record)).map(|field| field.name.as_str()).collect()
    }

    /// The level that a user has for a permission, before requirements: the join of those without a place, for records
    /// without variant. `deny` for an unknown or inactive user. For a toggle, `all` stands for `allow`.
    pub fn level<'a>(self, user: impl Into<UserRef<'a>>, permission: impl Into<AnyPermission>) -> Level {
        self.level_for(user, permission, &Facts::unowned())
    }

    /// The same for the records of a variant.
    pub fn level_for<'a>(
        self,
        user: impl Into<UserRef<'a>>,
        permission: impl Into<AnyPermission>,
        facts: &Facts<'_>,
    ) -> Level {
        let id = UserId::from(user.into());
        let active = self.policy.org.users().get(&id).filter(|user| user.active);
        let (action, _) = permission.into().action();
        let everywhere =
            active.into_iter().flat_map(|user| self.grants(&id, user, action, self.variant(action, facts)));
        everywhere.filter(|grant| grant.place.is_none()).fold(Level::Deny, |level, grant| level.join(grant.level))
    }

    /// 2. The grants of a user: the floor, those of all assignments that they are in, and the administrator's bypass.
    fn grants(self, id: &UserId, user: &User, action: ActionIndex, variant: Option<VariantIndex>) -> Vec<Grant> {
        let rules = self.policy.schema.action(action);
        let mut grants = vec![Grant { level: rules.floor, place: None }];
        for role in self.policy.roles.values() {
            // Each role first settles its level for the variant of the record.
            let own = variant.and_then(|variant| role.grants.get(&Case { action, variant: Some(variant) }));
            let level =
                own.or_else(|| role.grants.get(&Case { action, variant: None })).copied().unwrap_or(Level::Deny);
            for Assignment { subject, place } in role.assigned_to.iter().filter(|to| self.is_in(id, user, &to.subject))
            {
                let place = place.as_ref().map(|place| match place {
                    Place::Departments(ids) => ids.iter().filter_map(|id| self.policy.org.department(id)).collect(),
                    Place::Subject => self.departments_by(user, subject),
                });
                let level = if place.is_some() { self.in_place(action, level) } else { level };
                grants.push(Grant { level, place });
            }
        }
        if user.admin && rules.admin_bypass {
            grants.push(Grant { level: Level::All, place: None });
        }
        grants
    }

    /// An assignment with a place never reaches everything.
    fn in_place(self, action: ActionIndex, level: Level) -> Level {
        let rules = self.policy.schema.action(action);
        let open = [Level::OwnOpen, Level::DepartmentOpen, Level::DepartmentSubOpen];
        match level {
            Level::All if !rules.toggle && open.iter().any(|level| rules.takes(*level)) => Level::DepartmentSubOpen,
            Level::All if !rules.toggle => Level::DepartmentSub,
            _ => level,
        }
    }

    /// The departments by which a user is in a subject.
    fn departments_by(self, user: &User, subject: &Subject) -> Vec<DepartmentSlot> {
        let org = &self.policy.org;
        match subject {
            Subject::Department(id) => org.department(id).into_iter().collect(),
            Subject::DepartmentSub(id) => {
                let is_in = |anchor: &DepartmentSlot| {
                    org.with_those_above(*anchor).any(|above| Some(above) == org.department(id))
                };
                user.anchors().filter(is_in).collect()
            }
            Subject::Supervisors => user.anchors.by(Post::Head).collect(),
            Subject::Deputies => user.anchors.by(Post::Deputy).collect(),
            Subject::User(_) | Subject::Group(_) | Subject::Employees | Subject::Administrators | Subject::Everyone => {
                user.anchors().collect()
            }
        }
    }

    fn allows(self, id: &UserId, user: &User, action: ActionIndex, facts: &Facts<'_>) -> bool {
        let rules = self.policy.schema.action(action);
        let grants = self.grants(id, user, action, self.variant(action, facts));
        let allowed = if rules.toggle {
            // 3. A toggle is allowed by its level alone.
            grants.iter().any(|grant| grant.level == Level::All)
        } else {
            // 3. Otherwise some grant must reach the record, or the record must be shared with the user.
            let pool = self.policy.schema.resource_of(action).unowned == Unowned::Pool;
            let is_own = Self::owns(id, facts, pool);
            let reached = grants.iter().any(|grant| self.reaches(grant, user, facts, is_own))
                || (rules.shared
                    && grants.iter().any(|grant| grant.level != Level::Deny)
                    && self.is_shared_with(id, user, facts));
            reached && !(rules.except_own && is_own)
        };
        // 4. Everything that the action requires must be allowed too.
        allowed && rules.requires.iter().all(|required| self.allows(id, user, *required, facts))
    }

    /// The variant of the record: that of its type whose values hold the record's. A toggle has no record.
    fn variant(self, action: ActionIndex, facts: &Facts<'_>) -> Option<VariantIndex> {
        let value = VariantId::from(facts.variant?);
        let variants = self.policy.schema.variants_of(action);
        variants.into_iter().find(|variant| self.policy.schema.variant(*variant).values.contains(&value))
    }

    /// Whether the record is the user's own.
    fn owns(id: &UserId, facts: &Facts<'_>, pool: bool) -> bool {
        let owners = facts.owners.as_slice();
        (pool && owners.is_empty())
            || owners.iter().any(|owner| matches!(owner, Owner::User(owner) if UserId::from(*owner) == *id))
    }

    fn reaches(self, grant: &Grant, user: &User, facts: &Facts<'_>, is_own: bool) -> bool {
        let level = grant.level;
        if level == Level::All {
            return true;
        }
        let is_place = |department: DepartmentSlot| match &grant.place {
            None => Self::is_anchor(user, department),
            Some(place) => place.contains(&department),
        };
        let owners = facts.owners.as_slice();
        let department = || owners.iter().any(|owner| self.belongs(owner, is_place));
        let below = || {
            let is_below = |department| self.policy.org.with_those_above(department).any(is_place);
            owners.iter().any(|owner| self.belongs(owner, is_below))
        };
        (level.includes(Level::Own) && is_own)
            || (level.includes(Level::Department) && department())
            || (level.includes(Level::DepartmentSub) && below())
            || (level.includes(Level::OwnOpen) && facts.open)
    }

    /// Whether an owner is in one of these departments: as a member, or as the department itself.
    fn belongs(self, owner: &OwnerRef<'_>, these: impl Fn(DepartmentSlot) -> bool) -> bool {
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

    /// Whether a user is in a subject.
    fn is_in(self, id: &UserId, user: &User, subject: &Subject) -> bool {
        let org = &self.policy.org;
        match subject {
            Subject::User(user) => user == id,
            Subject::Department(d) => org.department(d).is_some_and(|d| Self::is_anchor(user, d)),
            Subject::DepartmentSub(d) => org.department(d).is_some_and(|d| self.has_anchor_below(user, d)),
            Subject::Group(group) => org.groups().get(group).is_some_and(|group| group.members.contains(id)),
            Subject::Supervisors => user.is(Post::Head),
            Subject::Deputies => user.is(Post::Deputy),
            Subject::Employees => user.anchors().next().is_some(),
            Subject::Administrators => user.admin,
            Subject::Everyone => true,
        }
    }

    /// Whether the user is a member, head or deputy of the department.
    fn is_anchor(user: &User, department: DepartmentSlot) -> bool {
        user.anchors().any(|anchor| anchor == department)
    }

    /// Whether the user is a member, head or deputy of the department or of one below it.
    fn has_anchor_below(self, user: &User, department: DepartmentSlot) -> bool {
        user.anchors().any(|anchor| self.policy.org.with_those_above(anchor).any(|above| above == department))
    }
}
