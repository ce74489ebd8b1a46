//! How a user and a record are related: five bits that decide every permission.

use crate::snapshot::entry::Entry;
use crate::snapshot::{Snapshot, UserIndex};
use crate::vocabulary::facts::Facts;
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
}

impl Snapshot {
    /// How a user is related to a record of these facts. Where `pool` holds, a record without owner is everybody's own.
    ///
    /// Constant for one owner, linear in owners and shares; a look-up by id for each. A user with many departments adds
    /// a binary search.
    #[inline]
    pub(crate) fn relation(&self, user: Option<UserIndex>, entry: Entry, facts: &Facts<'_>, pool: bool) -> Relation {
        let mut relation = if facts.open { OPEN } else { 0 };
        if facts.owners.is_empty() && pool {
            relation |= OWN;
        }
        for owner in facts.owners.iter() {
            let (department, below) = match *owner {
                Owner::User(owner) => {
                    let owner = self.users.get(owner);
                    relation |= if owner.is_some() && owner == user { OWN } else { 0 };
                    entry.reaches(&self.entry(owner), &self.several)
                }
                Owner::Department(owner) => {
                    let department = self.departments.get(owner);
                    department.map_or((false, false), |number| entry.reaches_department(number, &self.several))
                }
            };
            relation |= if department { DEPARTMENT } else { 0 } | if below { SUB } else { 0 };
        }
        if facts.shared_with.iter().any(|share| self.is_shared_with(user, entry, *share)) {
            relation |= SHARED;
        }
        Relation(relation)
    }

    fn is_shared_with(&self, user: Option<UserIndex>, entry: Entry, share: Share<&str>) -> bool {
        let Some(user) = user else { return false };
        match share {
            Share::User(with) => self.users.get(with) == Some(user),
            Share::Department(with) => {
                let number = self.departments.get(with);
                number.is_some_and(|number| entry.is_anchored_within((number, number), &self.several))
            }
            Share::DepartmentSub(with) => {
                let number = self.departments.get(with);
                number.is_some_and(|number| entry.is_anchored_within(self.tree.below(number), &self.several))
            }
            Share::Group(with) => {
                self.groups.get(with).is_some_and(|group| self.members[group as usize].binary_search(&user).is_ok())
            }
        }
    }
}
