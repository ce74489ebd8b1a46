//! How a user and a record are related: five bits that decide every permission.

use crate::snapshot::entry::Places;
use crate::snapshot::several::Several;
use crate::snapshot::tree::Below;
use crate::snapshot::{Asker, Cell, Home, Snapshot, UserSlot};
use crate::vocabulary::facts::Facts;
use crate::vocabulary::id::UserRef;
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

    fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
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
    pub(crate) fn relation(&self, asker: &Asker<'_>, facts: &Facts<'_>, pool: impl Fn() -> bool) -> Relation {
        let owners = facts.owners.as_slice();
        let nobodys = Relation::default().and_if(owners.is_empty() && pool(), OWN);
        let owned = owners.iter().fold(nobodys, |all, owner| all.or(self.relation_to_owner(asker, *owner)));
        let shared = facts.shared_with.as_slice().iter().any(|share| self.is_shared_with(asker, *share));
        owned.and_open(facts.open).and_if(shared, SHARED)
    }

    fn relation_to_owner(&self, asker: &Asker<'_>, owner: Owner<&str>) -> Relation {
        match owner {
            Owner::User(owner) => self.relation_to(asker, self.home(owner)),
            Owner::Department(owner) => match self.departments.get(owner) {
                Some(department) => self.relation_to_numbers(asker, [self.tree.number(department)]),
                None => Relation::default(),
            },
        }
    }

    /// Whether a cell lets a user at the records of this one owner, shared with nobody.
    #[inline]
    pub(crate) fn admits(&self, cell: Cell, asker: &Asker<'_>, owner: Owner<&str>, open: bool) -> bool {
        let integer = if let Owner::User(user) = owner { user.as_integer() } else { None };
        let Some(integer) = integer else { return self.admits_other(cell, asker, owner, open) };
        match self.users.get_near(integer) {
            Some(home) if !depends_on_several(cell, asker, home) => self.admits_to_one(cell, asker, home, open),
            found => self.admits_integer(cell, asker, found, integer, open),
        }
    }

    /// The same of an owner whose id is this integer: of one who was found, and then it depends on several departments, or of
    /// one whose id stands apart from the others.
    ///
    /// The rare rest of a check, kept out of it: so `admits` is small enough to become a part of what asks it, which takes a
    /// tenth less.
    #[inline(never)]
    fn admits_integer(&self, cell: Cell, asker: &Asker<'_>, found: Option<Home>, integer: i64, open: bool) -> bool {
        match found {
            Some(owner) => self.admits_to_several(cell, *asker, owner, open),
            None => self.admits_to(cell, asker, self.home(UserRef::from(integer)), open),
        }
    }

    /// The same of an owner whose id is text, or who is a department.
    #[inline(never)]
    fn admits_other(&self, cell: Cell, asker: &Asker<'_>, owner: Owner<&str>, open: bool) -> bool {
        match owner {
            Owner::User(owner) => self.admits_to(cell, asker, self.home(owner), open),
            Owner::Department(_) => cell.admits(self.relation_to_owner(asker, owner).and_open(open)),
        }
    }

    /// The same of an owner who was looked up.
    #[inline]
    fn admits_to(&self, cell: Cell, asker: &Asker<'_>, owner: Home, open: bool) -> bool {
        if depends_on_several(cell, asker, owner) {
            return self.admits_to_several(cell, *asker, owner, open);
        }
        self.admits_to_one(cell, asker, owner, open)
    }

    /// The same where it does not [depend on several](depends_on_several).
    #[inline]
    fn admits_to_one(&self, cell: Cell, asker: &Asker<'_>, owner: Home, open: bool) -> bool {
        let number = self.tree.number(owner.member.one_or_any());
        cell.admits(asker.relation_by_one(owner.user, number, open))
    }

    /// The asker comes as a copy: a scope that is asked once would have to stand in memory for a reference.
    #[cold]
    fn admits_to_several(&self, cell: Cell, asker: Asker<'_>, owner: Home, open: bool) -> bool {
        cell.admits(self.relation_to(&asker, owner).and_open(open))
    }

    /// How a user is related to the records of an owner, whoever is in how many departments.
    fn relation_to(&self, asker: &Asker<'_>, owner: Home) -> Relation {
        let departments = match owner.member.slot() {
            Ok(department) => self.relation_to_numbers(asker, [self.tree.number(department)]),
            Err(several) => {
                let fours = self.several.get(several).into_iter().flat_map(Several::fours);
                let numbers = fours.map(|four| four.map(|department| self.tree.number(department)));
                numbers.fold(Relation::default(), |all, four| all.or(self.relation_to_numbers(asker, four)))
            }
        };
        departments.and_if(owner.user == asker.user, OWN)
    }

    /// How a user is related to the records of departments with these numbers.
    fn relation_to_numbers<const N: usize>(&self, asker: &Asker<'_>, numbers: [u32; N]) -> Relation {
        let to =
            |anchor: Below| numbers.iter().fold(Relation::default(), |all, number| all.or(anchor.relation_to(*number)));
        match self.several(asker.anchors.first) {
            None => to(asker.anchors),
            Some(several) => {
                let anchors = several.fours().iter().flatten().map(|department| self.tree.below(*department));
                anchors.fold(Relation::default(), |all, anchor| all.or(to(anchor)))
            }
        }
    }

    /// Whether a user is anchored among these departments.
    fn is_anchored_in(&self, asker: &Asker<'_>, these: Below) -> bool {
        match self.several(asker.anchors.first) {
            None => asker.anchors.count != 0 && these.contains(asker.anchors.first),
            Some(several) => several.iter().any(|department| these.contains(self.tree.number(department))),
        }
    }

    /// The departments that stand behind a number, if it is the place of several.
    fn several(&self, number: u32) -> Option<&Several> {
        self.several.get(Places::place_of_several(number)?)
    }

    fn is_shared_with(&self, asker: &Asker<'_>, share: Share<&str>) -> bool {
        match share {
            Share::User(with) => self.users.get(with).is_some_and(|home| home.user == asker.user),
            Share::Department(with) => self.departments.get(with).is_some_and(|department| {
                self.is_anchored_in(asker, Below { count: 1, ..self.tree.below(department) })
            }),
            Share::DepartmentSub(with) => self
                .departments
                .get(with)
                .is_some_and(|department| self.is_anchored_in(asker, self.tree.below(department))),
            Share::Group(with) => {
                let members = self.groups.get(with).and_then(|group| self.members.get(group));
                members.is_some_and(|members| members.binary_search(&asker.user).is_ok())
            }
        }
    }
}

/// Whether it is of account that the asker or the owner is in several departments.
///
/// Who is in several departments can't be foreseen, and a wrong guess waits for memory. So there is one question about asker
/// and owner together, and cells that don't depend on departments never answer yes: with a question about each, twice as many
/// guesses were wrong. Askers with the range around all their departments, and a look at several only for owners in there,
/// would guess wrong less than half as often; but to compare first takes all others a tenth longer. Marks of the numbers at or
/// below an asker's departments, looked at before those, saved a check a twentieth at best.
#[inline]
fn depends_on_several(cell: Cell, asker: &Asker<'_>, owner: Home) -> bool {
    cell.asks_for_several(owner.member.key() | asker.anchors.first)
}

impl Asker<'_> {
    /// How the user is related to a record of one owner whose department has this number, open or not. Wrong about departments if
    /// the asker or the owner is in several.
    #[inline]
    fn relation_by_one(&self, owner: UserSlot, number: u32, open: bool) -> Relation {
        self.anchors.relation_to(number).and_if(owner == self.user, OWN).and_open(open)
    }
}

impl Below {
    /// How who is anchored in the first of these departments is related to the records of one with this number.
    #[inline]
    fn relation_to(self, number: u32) -> Relation {
        Relation::default().and_if(number == self.first, DEPARTMENT).and_if(self.contains(number), SUB)
    }
}
