//! A fingerprint of where people are: the departments with their numbers, and the members of each.
//!
//! Mirror tables carry it, and so does every condition that asks them. It is kept in databases, so it depends on the
//! company alone, and all processes agree on it. It is made of SHA-256 of bytes that are written down here: nobody can
//! choose ids or memberships so that two companies have the same one.
//!
//! Members are in a [`Merkle`] tree, so a change costs a few hashes. Other designs do not serve:
//!
//! - A sum of hashes of rows follows a change most cheaply. But anybody can search for rows whose sum is zero: four
//!   memberships for 64 bits in seconds. Only sums of thousands of bits are beyond that (`LtHash`, `MuHash`), and those
//!   take microseconds for each row: ten seconds for the first one of a million users.
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
use crate::policy::org::{Org, User};
use crate::snapshot::people::People;
use crate::snapshot::touched::Touched;
use crate::vocabulary::id::{DepartmentId, Id, UserId};
use crate::vocabulary::index::UserSlot;

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
        self.found.get_or_init(|| Arc::new(Found::of(&Rows { people, org }, self.before.as_deref())))
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
    fn of(rows: &Rows<'_>, before: Option<&Before>) -> Self {
        let (departments, members) = match before {
            None => {
                let all = rows.org.users().iter().map(|(id, user)| rows.change(id, None, Some(user)));
                (rows.departments(), Merkle::of(all.collect(), rows))
            }
            Some(Before { found, users, tree }) => {
                let changes = users.iter().map(|(id, slot)| rows.change(id, *slot, rows.org.users().get(id)));
                let departments = if *tree { rows.departments() } else { found.departments };
                (departments, found.members.with(changes.collect(), rows))
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
}

impl Rows<'_> {
    fn change(&self, id: &UserId, before: Option<UserSlot>, user: Option<&User>) -> Change<UserSlot> {
        let is_member = user.is_some_and(|user| user.departments().next().is_some());
        let after = if is_member { self.people.slot_of(id.borrowed()) } else { None };
        Change { path: path(id), before, after }
    }

    /// In the order of their numbers, each with how many it and those below are.
    fn departments(&self) -> Digest {
        let tree = self.people.tree();
        let row = |row: Row, department| {
            row.id(self.org.department_id(department).borrowed()).number(tree.below(department).count.into())
        };
        tree.preorder().iter().copied().fold(Row::of(b'd'), row).digest()
    }
}

/// Members in the order of their ids, each with the number of their departments, and these in the order of their ids.
impl Items<UserSlot> for Rows<'_> {
    fn path(&self, user: UserSlot) -> u64 {
        self.people.id(user).map_or(0, path)
    }

    fn digest(&self, users: &[UserSlot]) -> Digest {
        let known = |slot: &UserSlot| self.org.users().get_key_value(self.people.id(*slot)?);
        let mut users: Vec<(&UserId, &User)> = users.iter().filter_map(known).collect();
        users.sort_unstable_by_key(|(id, _)| *id);
        let row = |row: Row, (id, user): (&UserId, &User)| {
            let departments = user.departments().map(|department| self.org.department_id(department));
            let mut departments: SmallVec<[&DepartmentId; 4]> = departments.collect();
            departments.sort_unstable();
            let row = row.id(id.borrowed()).number(departments.len() as u64);
            departments.iter().fold(row, |row, department| row.id(department.borrowed()))
        };
        users.into_iter().fold(Row::of(b'm'), row).digest()
    }
}

fn path(user: &UserId) -> u64 {
    let digest = Row::of(b'u').id(user.borrowed()).digest();
    digest.iter().take(8).fold(0, |path, byte| path << 8 | u64::from(*byte))
}

/// Rows as bytes: a letter that says what they are, and their parts, none of which is the beginning of another.
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

    fn digest(&self) -> Digest {
        Sha256::digest(&self.0).into()
    }
}
