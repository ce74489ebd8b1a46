//! The relation of a principal to a record, for any number of departments.

use crate::snapshot::people::entry::{Anchored, Home};
use crate::snapshot::people::several::DepartmentList;
use crate::snapshot::people::tree::Below;
use crate::snapshot::people::{People, Position};
use crate::snapshot::relation::{Relation, SHARED};
use crate::vocabulary::facts::Facts;
use crate::vocabulary::index::{DepartmentNumber, DepartmentSlot};
use crate::vocabulary::level::{DEPARTMENT, OWN, SUB};
use crate::vocabulary::subject::{Owner, OwnerRef, Share, ShareRef};

/// An owner who was looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owned {
    By(Home),
    /// `None` for an unknown department.
    ByDepartment(Option<DepartmentSlot>),
}

impl People {
    /// The relation of a principal to a record with these facts. If `pool` holds, a record without an owner is
    /// everybody's own.
    ///
    /// Constant for one owner, linear in owners and shares, each of which is looked up by id. If an owner and the
    /// principal both have several departments, the cost is the product of their numbers.
    pub(crate) fn relation(&self, from: &Position, facts: &Facts<'_>, pool: impl Fn() -> bool) -> Relation {
        let owners = facts.owners.as_slice();
        let unowned = Relation::default().and_if(owners.is_empty() && pool(), OWN);
        let owned = owners.iter().fold(unowned, |all, owner| all.or(self.relation_to_owner(from, *owner)));
        let shared = facts.shared_with.as_slice().iter().any(|share| self.is_shared_with(from, *share));
        owned.and_open(facts.open).and_if(shared, SHARED)
    }

    pub(crate) fn relation_to_owner(&self, from: &Position, owner: OwnerRef<'_>) -> Relation {
        self.relation_to_owned(from, self.owned(owner))
    }

    /// The relation of a principal to the records of an owner who was looked up.
    pub(crate) fn relation_to(&self, from: &Position, owner: Home) -> Relation {
        let departments = match owner.member.slot() {
            Ok(department) => self.relation_to_numbers(from, [self.tree.number(department)]),
            Err(list) => {
                let fours = self.lists.get(list).into_iter().flat_map(DepartmentList::fours);
                let numbers = fours.map(|four| four.map(|department| self.tree.number(department)));
                numbers.fold(Relation::default(), |all, four| all.or(self.relation_to_numbers(from, four)))
            }
        };
        departments.and_if(owner.user == from.user, OWN)
    }

    /// The relation of a principal to the records of departments with these numbers.
    fn relation_to_numbers<const N: usize>(&self, from: &Position, numbers: [DepartmentNumber; N]) -> Relation {
        let to =
            |anchor: Below| numbers.iter().fold(Relation::default(), |all, number| all.or(anchor.relation_to(*number)));
        match from.anchored.range() {
            Ok(anchor) => to(anchor),
            Err(list) => {
                let fours = self.lists.get(list).into_iter().flat_map(DepartmentList::fours);
                let anchors = fours.flatten().map(|department| self.tree.below(*department));
                anchors.fold(Relation::default(), |all, anchor| all.or(to(anchor)))
            }
        }
    }

    /// Looks an owner up.
    pub(crate) fn owned(&self, owner: OwnerRef<'_>) -> Owned {
        match owner {
            Owner::User(owner) => Owned::By(self.home(owner)),
            Owner::Department(owner) => Owned::ByDepartment(self.departments.get(owner)),
        }
    }

    /// The relation of a principal to an owner who was looked up.
    pub(crate) fn relation_to_owned(&self, from: &Position, owner: Owned) -> Relation {
        match owner {
            Owned::By(home) => self.relation_to(from, home),
            Owned::ByDepartment(Some(department)) => self.relation_to_numbers(from, [self.tree.number(department)]),
            Owned::ByDepartment(None) => Relation::default(),
        }
    }

    /// Whether the owner of a record is in one of these departments, which are disjoint and sorted.
    pub(crate) fn is_within(&self, ranges: &[Below], owner: Owned) -> bool {
        let is_in = |department| Below::any_contains(ranges, self.number(department));
        match owner {
            Owned::By(home) => match home.member.slot() {
                Ok(department) => is_in(department),
                Err(_) => self.each(home.member).any(is_in),
            },
            Owned::ByDepartment(department) => department.is_some_and(is_in),
        }
    }

    /// Whether an owner of a record with these facts is in one of these departments, which are disjoint and sorted.
    pub(crate) fn is_owned_within(&self, ranges: &[Below], facts: &Facts<'_>) -> bool {
        facts.owners.as_slice().iter().any(|owner| self.is_within(ranges, self.owned(*owner)))
    }

    /// Whether a principal is anchored among these departments.
    fn is_anchored_in(&self, from: &Position, these: Below) -> bool {
        match from.anchored.range() {
            Ok(anchor) => from.anchored != Anchored::NOWHERE && these.contains(anchor.first),
            Err(list) => {
                let departments = self.lists.get(list).into_iter().flat_map(DepartmentList::iter);
                departments.into_iter().any(|department| these.contains(self.tree.number(department)))
            }
        }
    }

    fn is_shared_with(&self, from: &Position, share: ShareRef<'_>) -> bool {
        match share {
            Share::User(with) => self.users.get(with).is_some_and(|home| home.user == from.user),
            Share::Department(with) => self
                .departments
                .get(with)
                .is_some_and(|department| self.is_anchored_in(from, Below { count: 1, ..self.tree.below(department) })),
            Share::DepartmentSub(with) => self
                .departments
                .get(with)
                .is_some_and(|department| self.is_anchored_in(from, self.tree.below(department))),
            Share::Group(with) => {
                let members = self.groups.get(with).and_then(|group| self.members.get(group));
                members.is_some_and(|members| members.binary_search(&from.user).is_ok())
            }
        }
    }
}

impl Below {
    /// The relation of a principal who is anchored in the first of these departments to the records of the department
    /// with this number.
    #[inline]
    pub(crate) fn relation_to(self, number: DepartmentNumber) -> Relation {
        Relation::default().and_if(number == self.first, DEPARTMENT).and_if(self.contains(number), SUB)
    }
}
