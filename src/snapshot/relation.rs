//! How a user and a record are related: five bits that decide every permission.

use crate::snapshot::anchors::Ranges;
use crate::snapshot::tree::Below;
use crate::snapshot::{Asker, Home, Row, Snapshot};
use crate::vocabulary::facts::{Facts, Few};
use crate::vocabulary::level::{DEPARTMENT, OPEN, OWN, SUB};
use crate::vocabulary::subject::{Owner, Share};

/// The relations between a user and a record: own, of a department, of one below, open, shared.
///
/// The first four are the parts of a [`Level`](crate::Level) that they satisfy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Relation(u8);

/// In the place of the part `all`, which every record satisfies.
pub(crate) const SHARED: u8 = 1 << 4;

impl Relation {
    /// The relation with these parts of a level, shared or not.
    pub(crate) fn of(parts: u8, shared: bool) -> Self {
        Self(parts & (OWN | DEPARTMENT | SUB | OPEN)).and_if(shared, SHARED)
    }

    /// All 32.
    pub(crate) fn each() -> impl Iterator<Item = Self> {
        (0..32).map(Self)
    }

    /// The parts of a level that it satisfies, `all` aside.
    pub(crate) fn parts(self) -> u8 {
        self.0 & (OWN | DEPARTMENT | SUB | OPEN)
    }

    /// The relations that hold, as bits: the parts that are satisfied, and [`SHARED`].
    pub(crate) fn bits(self) -> u8 {
        self.0
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
    /// Constant for one owner, linear in owners and shares; a look-up by id for each. It grows with the departments of an owner
    /// who has several, times those of such an asker.
    #[inline]
    pub(crate) fn relation(&self, asker: &Asker<'_>, facts: &Facts<'_>, pool: impl Fn() -> bool) -> Relation {
        // Only a list leaves by reference: facts that a reference led to would have to stand in memory.
        let owned = match &facts.owners {
            Few::One(owner) => self.relation_to_owner(asker, *owner),
            Few::None => Relation::default().and_if(pool(), OWN),
            Few::Several(owners) => self.relation_to_owners(asker, owners),
        };
        let shared = match &facts.shared_with {
            Few::None => false,
            Few::One(share) => self.is_shared_with(asker, *share),
            Few::Several(shares) => shares.iter().any(|share| self.is_shared_with(asker, *share)),
        };
        owned.and_open(facts.open).and_if(shared, SHARED)
    }

    /// The relations to all owners together.
    #[cold]
    fn relation_to_owners(&self, asker: &Asker<'_>, owners: &[Owner<&str>]) -> Relation {
        owners.iter().fold(Relation::default(), |all, owner| Relation(all.0 | self.relation_to_owner(asker, *owner).0))
    }

    #[inline]
    pub(crate) fn relation_to_owner(&self, asker: &Asker<'_>, owner: Owner<&str>) -> Relation {
        match owner {
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
            Share::Department(with) => self
                .departments
                .get(with)
                .is_some_and(|department| asker.is_within(Below { first: self.tree.number(department), count: 1 })),
            Share::DepartmentSub(with) => {
                self.departments.get(with).is_some_and(|department| asker.is_within(self.tree.below(department)))
            }
            Share::Group(with) => {
                let members = self.groups.get(with).and_then(|group| self.members.get(group));
                members.is_some_and(|members| members.binary_search(&asker.user).is_ok())
            }
        }
    }
}

impl Asker<'_> {
    /// Whether the user is anchored anywhere.
    pub(crate) fn is_anchored(&self) -> bool {
        self.one != Below::NOTHING || self.several().is_some()
    }

    /// Whether the user is anchored among these departments.
    fn is_within(&self, these: Below) -> bool {
        these.contains(self.one.first) || self.several().is_some_and(|several| several.is_within(these))
    }

    fn several(&self) -> Option<&Ranges> {
        self.row.and_then(Row::several)
    }

    /// How the user is related to the records of a department with this number.
    #[inline]
    fn relation_to_number(&self, number: u32) -> Relation {
        let (at, within) = match self.one {
            Below::NOTHING => self.several().map_or((false, false), |several| several.meet(number)),
            one => (number == one.first, one.contains(number)),
        };
        Relation::default().and_if(at, DEPARTMENT).and_if(within, SUB)
    }
}
