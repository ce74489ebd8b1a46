//! One number for where people are: the departments with their numbers, and the members of each.

use std::collections::BTreeSet;

use siphasher::sip::SipHasher24;
use smallvec::SmallVec;

use crate::policy::org::{Org, User};
use crate::snapshot::people::tree::Tree;
use crate::vocabulary::id::{Id, UserId};
use crate::vocabulary::index::Idx;

/// Two states of a company have the same imprint if they have the same departments with the same numbers and the same
/// members; any other two have the same one by accident once in 2⁶⁴.
///
/// It is the sum of the hashes of all rows, so a change costs what it changes. It is kept in databases, so it depends
/// on the company alone: the rows are hashed as bytes that are written down here, by `SipHash` with a key that
/// everybody knows. So it does not protect against somebody who makes up ids until two companies have the same one.
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
        Row::of(b'c').number(self.departments).number(self.members).hash().cast_signed()
    }
}

fn departments(org: &Org, tree: &Tree) -> u64 {
    let row = |(id, department): (&Id<_>, _)| {
        let below = tree.below(department);
        Row::of(b'd').id(id.borrowed()).number(below.first.number().into()).number(below.count.into()).hash()
    };
    org.departments().map(row).fold(0, u64::wrapping_add)
}

fn members(org: &Org, user: &UserId) -> u64 {
    let departments = org.users().get(user).into_iter().flat_map(User::departments);
    let row = |department| Row::of(b'm').id(user.borrowed()).id(org.department_id(department).borrowed()).hash();
    departments.map(row).fold(0, u64::wrapping_add)
}

/// A row as bytes: a letter that says what it is, and its parts. Another form would be another imprint of every
/// company.
struct Row(SmallVec<[u8; 64]>);

impl Row {
    fn of(what: u8) -> Self {
        Self(SmallVec::from_slice(&[what]))
    }

    /// Eight bytes, the least first.
    fn number(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    /// An integer is `i` and the number; text is `t`, its length in bytes and its UTF-8.
    fn id<Kind>(mut self, id: Id<Kind, &str>) -> Self {
        if let Some(integer) = id.as_integer() {
            self.0.push(b'i');
            return self.number(integer.cast_unsigned());
        }
        let text = id.as_text().unwrap_or_default();
        self.0.push(b't');
        let mut row = self.number(text.len() as u64);
        row.0.extend_from_slice(text.as_bytes());
        row
    }

    fn hash(&self) -> u64 {
        SipHasher24::new_with_keys(0, 0).hash(&self.0)
    }
}
