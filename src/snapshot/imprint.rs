//! A fingerprint of where people are: the departments with their numbers, and the members of each.
//!
//! Mirror tables carry it, and so does every condition that asks them. It is kept in databases, so it depends on the
//! company alone, and all processes agree on it. It is made of SHA-256 of bytes that are written down here: nobody can
//! choose ids or memberships so that two companies have the same one.
//!
//! Members are in a [`Merkle`] tree, so a change costs a few hashes. Other designs do not serve:
//!
//! - A sum of hashes of rows follows a change most cheaply. But anybody can search for rows whose sum is zero: four
//!   memberships for 64 bits in seconds. Only sums or products of thousands of bits are beyond that (`LtHash`,
//!   `MuHash`). They hash each row to that many bits, which is dozens of SHA-256 for each user at first.
//! - A secret key would have to come from a database, and errors that name states would give it away bit by bit.
//! - The hash of the last entry of the log that moved somebody costs nothing. But then equal companies differ: one that
//!   was read from a document, and one that came there by another way.
//! - With fewer than 256 bits, two batches that lead to the same state could be found by trying many.
//!
//! A process without a mirror pays nothing: the fingerprint is made when it is first asked for, which is linear. From
//! then on each state makes its own from that of the state before, if it is asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use sha2::{Digest as _, Sha256};
use smallvec::SmallVec;

use crate::collections::merkle::{Change, Digest, Items, Merkle};
use crate::policy::org::Org;
use crate::snapshot::people::{Departments, Home, People};
use crate::snapshot::touched::Touched;
use crate::vocabulary::id::{DepartmentId, Id, UserId};
use crate::vocabulary::index::{Idx, UserSlot};

/// The fingerprint of one state, or what it can be made from.
#[derive(Clone, Default)]
pub(crate) struct Imprint {
    /// Whether the fingerprint of any state of this lineage was asked for.
    is_used: Arc<AtomicBool>,
    before: Option<Arc<Before>>,
    found: OnceLock<Arc<Found>>,
}

/// The fingerprint of the state before, and the changes since.
struct Before {
    found: Arc<Found>,
    /// The slots are those before.
    users: Vec<(UserId, Option<UserSlot>)>,
    tree: bool,
}

struct Found {
    text: String,
    departments: Digest,
    members: Merkle<UserSlot>,
}

impl Imprint {
    /// The fingerprint: 64 hexadecimal digits.
    pub(crate) fn text(&self, people: &People, org: &Org) -> &str {
        &self.found(people, org).text
    }

    fn found(&self, people: &People, org: &Org) -> &Arc<Found> {
        self.is_used.store(true, Ordering::Relaxed);
        self.found.get_or_init(|| Arc::new(Found::of(people, org, self.before.as_deref())))
    }

    /// The fingerprint of the state after this one. The people and the company are those of this one.
    pub(crate) fn follow(&self, people: &People, org: &Org, touched: &Touched<'_>) -> Self {
        if touched.users.is_empty() && touched.departments.is_empty() {
            return self.clone();
        }
        let before = self.is_used.load(Ordering::Relaxed).then(|| {
            let users = touched.users.iter().map(|id| (UserId::clone(id), people.slot_of(id.borrowed())));
            let (users, tree) = (users.collect(), !touched.departments.is_empty());
            Arc::new(Before { found: self.found(people, org).clone(), users, tree })
        });
        Self { is_used: self.is_used.clone(), before, found: OnceLock::new() }
    }

    pub(crate) fn memory_usage(&self) -> usize {
        self.found.get().map_or(0, |found| found.members.memory_usage())
    }
}

impl Found {
    fn of(people: &People, org: &Org, before: Option<&Before>) -> Self {
        let mut rows = Rows { people, org, all: None };
        let (departments, members) = match before {
            None => {
                let users = people.slots().map(UserSlot::new);
                rows.all = Some(Gathered::of(users.clone(), |user, row| rows.write(user, row)));
                let users = users.filter_map(|user| Some(rows.change(people.user_at(user)?, None)));
                let members = Merkle::of(users.filter(|change| change.after.is_some()).collect(), &rows);
                (rows.departments(), members)
            }
            Some(Before { found, users, tree }) => {
                let changes = users.iter().map(|(id, slot)| rows.change(id, *slot)).collect();
                let departments = if *tree { rows.departments() } else { found.departments };
                (departments, found.members.with(changes, &rows))
            }
        };
        let both = Sha256::new_with_prefix(b"c").chain_update(departments).chain_update(members.digest());
        let text = both.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
            text.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])));
            text
        });
        Self { text, departments, members }
    }
}

/// The hashed rows. Another form would be another fingerprint of every company.
struct Rows<'s> {
    people: &'s People,
    org: &'s Org,
    /// Those of all users by their slots, if all are needed: in the order of hashes, users are far from each other in
    /// memory.
    all: Option<Gathered>,
}

impl Rows<'_> {
    fn change(&self, id: &UserId, before: Option<UserSlot>) -> Change<UserSlot> {
        let Home { user, member } = self.people.home(id.borrowed());
        Change { path: path(id), before, after: (member != Departments::NONE).then_some(user) }
    }

    /// The row of a user: the id, the number of their departments, and these in the order of their ids.
    fn write(&self, user: UserSlot, row: &mut Vec<u8>) {
        let Some(id) = self.people.user_at(user) else { return };
        let departments = self.people.each(self.people.home(id.borrowed()).member);
        let departments = departments.map(|department| self.org.department_id(department));
        let mut departments: SmallVec<[&DepartmentId; 4]> = departments.collect();
        departments.sort_unstable();
        write_id(row, id);
        write_number(row, departments.len() as u64);
        departments.into_iter().for_each(|department| write_id(row, department));
    }

    /// The departments in the order of their numbers, each with the number of it and those below.
    fn departments(&self) -> Digest {
        let tree = self.people.tree();
        let mut rows = vec![b'd'];
        for department in tree.preorder() {
            write_id(&mut rows, self.org.department_id(*department));
            write_number(&mut rows, tree.below(*department).count.into());
        }
        Sha256::digest(&rows).into()
    }
}

/// Members in the order of their rows.
impl Items<UserSlot> for Rows<'_> {
    fn path(&self, user: UserSlot) -> u64 {
        self.people.id(user).map_or(0, path)
    }

    fn digest(&self, users: &[UserSlot]) -> Digest {
        let these;
        let mut rows: Vec<&[u8]> = if let Some(all) = &self.all {
            users.iter().map(|user| all.row(user.index())).collect()
        } else {
            these = Gathered::of(users.iter().copied(), |user, row| self.write(user, row));
            (0..users.len()).map(|position| these.row(position)).collect()
        };
        rows.sort_unstable();
        rows.iter().fold(Sha256::new_with_prefix(b"m"), Sha256::chain_update).finalize().into()
    }
}

/// Rows, one after another.
#[derive(Default)]
struct Gathered {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Gathered {
    fn of(users: impl Iterator<Item = UserSlot>, write: impl Fn(UserSlot, &mut Vec<u8>)) -> Self {
        let mut all = Self::default();
        for user in users {
            write(user, &mut all.bytes);
            all.ends.push(all.bytes.len());
        }
        all
    }

    fn row(&self, position: usize) -> &[u8] {
        let start = if position == 0 { 0 } else { self.ends[position - 1] };
        &self.bytes[start..self.ends[position]]
    }
}

fn path(user: &UserId) -> u64 {
    let mut row = vec![b'u'];
    write_id(&mut row, user);
    Sha256::digest(&row).iter().take(8).fold(0, |path, byte| path << 8 | u64::from(*byte))
}

/// Eight bytes, the least first.
fn write_number(row: &mut Vec<u8>, number: u64) {
    row.extend_from_slice(&number.to_le_bytes());
}

/// An integer is `i` and the number; text is `t`, its length in bytes and its UTF-8. So no id is the beginning of
/// another.
fn write_id<Kind>(row: &mut Vec<u8>, id: &Id<Kind>) {
    if let Some(integer) = id.as_integer() {
        row.push(b'i');
        return write_number(row, integer.cast_unsigned());
    }
    let text = id.as_text().unwrap_or_default();
    row.push(b't');
    write_number(row, text.len() as u64);
    row.extend_from_slice(text.as_bytes());
}
