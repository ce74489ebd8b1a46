//! People: who the users are, where they are, and so how a principal is related to a record.
//!
//! A change of the company changes this half of a snapshot; what roles grant is in the other one,
//! [`rights`](super::rights).

mod compile;
mod entries;
mod entry;
mod follow;
#[cfg(feature = "sql")]
mod imprint;
mod quick;
mod relation;
mod roster;
mod several;
mod source;
mod standing;
mod tree;

use std::ops::Range;
use std::sync::Arc;

use crate::collections::chunks::Chunks;
use crate::collections::index::Index;
use crate::collections::interner::Interned;
use crate::collections::persistent::Set;
use crate::vocabulary::id::{GroupId, UserId, UserRef};
use crate::vocabulary::index::{DepartmentNumber, DepartmentSlot, GroupNumber, ListSlot, StandingSlot, UserSlot};

pub(crate) use entry::{Anchored, Entry, Home, SEVERAL};
pub(crate) use source::{Entries, Source};
pub(crate) use standing::Standing;
pub(crate) use tree::{Below, Tree};

use entry::ENTRIES;
use roster::Roster;
use several::DepartmentList;

/// How many ids and groups are copied together. They are counted, or may be text, which costs more to copy than
/// entries.
const IDS: usize = 128;
const GROUPS: usize = 32;

/// The users, departments and groups of one state, as numbers.
#[derive(Clone)]
pub(crate) struct People {
    tree: Tree,
    departments: Index<DepartmentSlot>,
    users: Index<Home>,
    /// By the slot of the user, as the ids. A free slot holds nobody.
    entries: Chunks<UserSlot, Entry, ENTRIES>,
    ids: Chunks<UserSlot, UserId, IDS>,
    free: Set<UserSlot>,
    /// The departments of users who have several.
    lists: Interned<ListSlot, DepartmentList>,
    standings: Interned<StandingSlot, Arc<Standing>>,
    /// How many standings and lists there may be before so many are of no user any more that it pays to compile all
    /// people again.
    most: [usize; 2],
    groups: Index<GroupNumber>,
    /// The members of each group, sorted, by its number; of one that was removed, nobody.
    members: Chunks<GroupNumber, Arc<[UserSlot]>, GROUPS>,
    /// The way back, from departments to users. No check reads it.
    roster: Arc<Roster>,
    /// What mirror tables are compared with.
    #[cfg(feature = "sql")]
    imprint: imprint::Imprint,
}

/// What relations depend on, of a principal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Position {
    pub(crate) user: UserSlot,
    pub(crate) anchored: Anchored,
}

impl Position {
    /// The position of an unknown user.
    pub(crate) const STRANGER: Self = Self { user: UserSlot::STRANGER, anchored: Anchored::NOWHERE };
}

impl People {
    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What is known of the user with this id as an owner of records.
    #[inline]
    pub(crate) fn home(&self, user: UserRef<'_>) -> Home {
        self.users.get(user).unwrap_or(Home::UNKNOWN)
    }

    pub(crate) fn slot_of(&self, user: UserRef<'_>) -> Option<UserSlot> {
        self.users.get(user).map(|home| home.user)
    }

    /// The entry of the user in a slot, or [`Entry::NOBODY`].
    #[inline]
    pub(crate) fn entry_at(&self, user: UserSlot) -> Option<Entry> {
        self.entries.get(user).copied()
    }

    pub(crate) fn id(&self, user: UserSlot) -> Option<&UserId> {
        self.ids.get(user)
    }

    /// The user in a slot, unless it is free.
    pub(crate) fn user_at(&self, slot: UserSlot) -> Option<&UserId> {
        self.ids.get(slot).filter(|id| self.slot_of(id.borrowed()) == Some(slot))
    }

    /// The slots of all users, free ones included.
    pub(crate) fn slots(&self) -> Range<usize> {
        0..self.entries.len()
    }

    pub(crate) fn standing(&self, entry: Entry) -> Option<&Standing> {
        self.standings.get(entry.standing).map(|standing| &**standing)
    }

    /// Where the users of an entry are anchored.
    pub(crate) fn anchors(&self, entry: Entry) -> impl Iterator<Item = DepartmentSlot> {
        let (one, list) = match entry.anchors.slot() {
            Ok(DepartmentSlot::NOWHERE) => (None, None),
            Ok(department) => (Some(department), None),
            Err(list) => (None, self.lists.get(list)),
        };
        one.into_iter().chain(list.into_iter().flat_map(DepartmentList::iter))
    }

    /// The members of a group, sorted.
    pub(crate) fn members(&self, group: &GroupId) -> Option<Arc<[UserSlot]>> {
        self.groups.get(group.borrowed()).and_then(|group| self.members.get(group)).cloned()
    }

    pub(crate) fn number(&self, department: DepartmentSlot) -> DepartmentNumber {
        self.tree.number(department)
    }

    /// The numbers of a department and of all below it.
    pub(crate) fn below(&self, department: DepartmentSlot) -> Below {
        self.tree.below(department)
    }

    pub(crate) fn count(&self) -> usize {
        self.users.len()
    }

    pub(crate) fn group_count(&self) -> usize {
        self.groups.len()
    }

    /// The users whom the two do not share: at least all whose home differs. Both are of one lineage.
    pub(crate) fn unshared_users(&self, other: &Self) -> Vec<UserId> {
        self.users.unshared(&other.users)
    }

    /// The slots whose users, or what is compiled of them, differ. Both are of one lineage.
    pub(crate) fn changed_slots(&self, other: &Self) -> Vec<UserSlot> {
        let mut slots: Vec<UserSlot> = self.entries.unshared(&other.entries).collect();
        slots.extend(self.ids.unshared(&other.ids));
        slots.retain(|slot| {
            self.entries.get(*slot) != other.entries.get(*slot) || self.ids.get(*slot) != other.ids.get(*slot)
        });
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// Whether all groups are known to have the same members.
    pub(crate) fn has_the_groups_of(&self, other: &Self) -> bool {
        self.members.ptr_eq(&other.members)
    }

    /// A number of where people are, for mirror tables: see [`imprint`].
    #[cfg(feature = "sql")]
    pub(crate) fn imprint(&self) -> i64 {
        self.imprint.number()
    }

    /// Whether much of what users shared is no user's any more.
    pub(crate) fn is_overgrown(&self) -> bool {
        let [standings, lists] = self.most;
        self.standings.len() > standings || self.lists.len() > lists
    }

    /// The bytes of all this, whether shared with another state or not.
    pub(crate) fn memory_usage(&self) -> usize {
        let lists = self.entries.memory_usage() + self.ids.memory_usage() + self.members.memory_usage();
        let members = self.members.iter().map(|members| size_of::<usize>() * 2 + size_of_val::<[_]>(members));
        lists
            + members.sum::<usize>()
            + self.users.memory_usage()
            + self.departments.memory_usage()
            + self.groups.memory_usage()
            + self.lists.memory_usage()
            + self.lists.iter().map(DepartmentList::memory_usage).sum::<usize>()
            + self.standings.memory_usage()
            + self.standings.len() * (size_of::<usize>() * 2 + size_of::<Standing>())
            + self.roster.memory_usage()
            + self.tree.memory_usage()
    }
}
