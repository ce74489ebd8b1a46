//! One number for all that says where people are: departments with their numbers, and who is a member of which.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hash};

use foldhash::quality::FixedState;

use crate::policy::org::Org;
use crate::snapshot::Snapshot;
use crate::snapshot::tree::{Tree, slot};
use crate::vocabulary::id::UserId;

/// Two states of a company have the same imprint if they have the same departments with the same numbers and the same members,
/// and else another but for a chance of one in 2⁶⁴.
///
/// It is the sum of the hashes of all rows, so a change costs what it changes. It depends on the company alone, and the hash has
/// a fixed seed: processes that run the same release agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Imprint {
    departments: u64,
    members: u64,
}

impl Imprint {
    /// Linear in the company.
    pub(crate) fn of(org: &Org, tree: &Tree) -> Self {
        let members = org.users().keys().map(|user| members(org, user));
        Self { departments: departments(org, tree), members: members.fold(0, u64::wrapping_add) }
    }

    /// The imprint after a change. It costs the users that were touched, and all departments if there is another tree.
    pub(crate) fn follow(self, before: &Org, after: &Org, touched: &BTreeSet<&UserId>, tree: Option<&Tree>) -> Self {
        let departments = tree.map_or(self.departments, |tree| departments(after, tree));
        let members = touched
            .iter()
            .fold(self.members, |sum, user| sum.wrapping_sub(members(before, user)).wrapping_add(members(after, user)));
        Self { departments, members }
    }

    pub(crate) fn number(self) -> i64 {
        hash((self.departments, self.members)).cast_signed()
    }
}

fn departments(org: &Org, tree: &Tree) -> u64 {
    let row = |(id, department)| {
        let below = tree.below(slot(department));
        hash((id, below.first, below.count))
    };
    org.departments().map(row).fold(0, u64::wrapping_add)
}

fn members(org: &Org, user: &UserId) -> u64 {
    let departments = org.users().get(user).into_iter().flat_map(|member| &member.departments);
    let rows = departments.map(|department| hash((user, org.department_id(*department))));
    rows.fold(0, u64::wrapping_add)
}

fn hash(row: impl Hash) -> u64 {
    FixedState::default().hash_one(row)
}

impl Snapshot {
    /// The number of the [`Imprint`] of this state.
    pub(crate) fn imprint(&self) -> i64 {
        self.imprint.number()
    }
}
