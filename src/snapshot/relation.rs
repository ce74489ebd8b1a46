//! How a user and a record are related: five bits that decide every permission.

use crate::snapshot::row::Ranges;
use crate::snapshot::tree::Below;
use crate::snapshot::{Asker, Home, Snapshot};
use crate::vocabulary::facts::{Facts, Few};
use crate::vocabulary::level::{DEPARTMENT, OPEN, OWN, SUB};
use crate::vocabulary::subject::{Owner, Share};

/// The relations between a user and a record: own, of a department, of one below, open, shared.
///
/// The first four are the parts of a [`Level`](crate::Level) that they satisfy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Relation(u8);

/// In the place of the part `all`, which every record satisfies.
const SHARED: u8 = 1 << 4;

impl Relation {
    /// All 32.
    pub(crate) fn each() -> impl Iterator<Item = Self> {
        (0..32).map(Self)
    }

    /// The parts of a level that it satisfies, `all` aside.
    pub(crate) fn parts(self) -> u8 {
        self.0 & (OWN | DEPARTMENT | SUB | OPEN)
    }

    pub(crate) fn is_shared(self) -> bool {
        self.0 & SHARED != 0
    }

    /// Its bit in a cell.
    #[inline]
    pub(crate) fn bit(self) -> u32 {
        1 << (self.0 & 31)
    }

    /// The same, of a record that is open or not.
    #[inline]
    pub(crate) fn and_open(self, open: bool) -> Self {
        self.and_if(open, OPEN)
    }

    #[inline]
    fn and_if(self, holds: bool, part: u8) -> Self {
        Self(self.0 | (u8::from(holds) * part))
    }
}

impl Snapshot {
    /// How a user is related to a record of these facts. Where `pool` holds, a record without owner is everybody's own.
    ///
    /// Constant for one owner, linear in owners and shares; a look-up by id for each. Several departments add a binary
    /// search.
    #[inline]
    pub(crate) fn relation(&self, asker: &Asker<'_>, facts: &Facts<'_>, pool: impl Fn() -> bool) -> Relation {
        let owned = match &facts.owners {
            Few::One(owner) => self.relation_to_owner(asker, owner),
            owners => self.relation_to_owners(asker, owners.as_slice(), pool),
        };
        let shared = match &facts.shared_with {
            Few::None => false,
            shares => shares.as_slice().iter().any(|share| self.is_shared_with(asker, *share)),
        };
        owned.and_open(facts.open).and_if(shared, SHARED)
    }

    /// The relations to all owners together.
    fn relation_to_owners(&self, asker: &Asker<'_>, owners: &[Owner<&str>], pool: impl Fn() -> bool) -> Relation {
        if owners.is_empty() {
            return Relation::default().and_if(pool(), OWN);
        }
        owners.iter().fold(Relation::default(), |all, owner| Relation(all.0 | self.relation_to_owner(asker, owner).0))
    }

    #[inline]
    fn relation_to_owner(&self, asker: &Asker<'_>, owner: &Owner<&str>) -> Relation {
        match *owner {
            Owner::User(owner) => self.relation_to(asker, self.home(owner)),
            Owner::Department(owner) => match self.departments.get(owner) {
                Some(department) => asker.relation_to_number(self.tree.number(department)),
                None => Relation::default(),
            },
        }
    }

    /// How a user is related to the records of an owner who lives here.
    #[inline]
    pub(crate) fn relation_to(&self, asker: &Asker<'_>, owner: Home) -> Relation {
        let departments = match owner.member.slot() {
            Ok(department) => asker.relation_to_number(self.tree.number(department)),
            Err(several) => self.relation_to_several(asker, several),
        };
        departments.and_if(owner.user == asker.user, OWN)
    }

    #[cold]
    fn relation_to_several(&self, asker: &Asker<'_>, several: u32) -> Relation {
        let departments = self.several.get(several).map_or(&[][..], |departments| departments);
        departments.iter().fold(Relation::default(), |relation, department| {
            Relation(relation.0 | asker.relation_to_number(self.tree.number(*department)).0)
        })
    }

    #[cold]
    fn is_shared_with(&self, asker: &Asker<'_>, share: Share<&str>) -> bool {
        match share {
            Share::User(with) => self.users.get(with).is_some_and(|home| home.user == asker.user),
            Share::Department(with) => self.departments.get(with).is_some_and(|department| {
                asker.is_anchored_within(Below { first: self.tree.number(department), count: 1 })
            }),
            Share::DepartmentSub(with) => self
                .departments
                .get(with)
                .is_some_and(|department| asker.is_anchored_within(self.tree.below(department))),
            Share::Group(with) => {
                let members = self.groups.get(with).and_then(|group| self.members.get(group));
                members.is_some_and(|members| members.binary_search(&asker.user).is_ok())
            }
        }
    }
}

impl Asker<'_> {
    /// Where the user is anchored, if in several departments.
    fn several(&self) -> Option<&Ranges> {
        self.found.and_then(|found| found.several.as_ref())
    }

    /// How the user is related to the records of a department with this number.
    #[inline]
    fn relation_to_number(&self, number: u32) -> Relation {
        if self.below == Below::NOTHING {
            return self.relation_of_several(number);
        }
        Relation::default().and_if(number == self.below.first, DEPARTMENT).and_if(self.below.contains(number), SUB)
    }

    /// The same for a user who is not anchored in one department.
    #[cold]
    fn relation_of_several(&self, number: u32) -> Relation {
        self.several().map_or(Relation::default(), |ranges| ranges.relation_to_number(number))
    }

    /// Whether the user is anchored in one of these departments.
    fn is_anchored_within(&self, these: Below) -> bool {
        let Some(ranges) = self.several() else { return these.contains(self.below.first) };
        let at = ranges.anchors.partition_point(|anchor| *anchor < these.first);
        ranges.anchors.get(at).is_some_and(|anchor| these.contains(*anchor))
    }
}

impl Ranges {
    /// The departments with these numbers and what is below them.
    pub(crate) fn of(mut departments: Vec<Below>) -> Self {
        // Ranges of a tree lie within each other or apart, and in this order the outer one comes first.
        departments.sort_unstable_by_key(|department| department.first);
        let mut below: Vec<Below> = Vec::new();
        for department in &departments {
            if below.last().is_none_or(|outer| !outer.contains(department.first)) {
                below.push(*department);
            }
        }
        Self { anchors: departments.iter().map(|department| department.first).collect(), below: below.into() }
    }

    fn relation_to_number(&self, number: u32) -> Relation {
        let at = self.below.partition_point(|below| below.first <= number);
        let below = at.checked_sub(1).is_some_and(|at| self.below[at].contains(number));
        Relation::default().and_if(self.anchors.binary_search(&number).is_ok(), DEPARTMENT).and_if(below, SUB)
    }
}
