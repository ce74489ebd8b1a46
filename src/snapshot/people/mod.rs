//! People: the users, their departments, and so the relation between a principal and a record.
//!
//! A change of the company affects this half of a snapshot. The grants of roles are in the other half,
//! [`rights`](super::rights).
//!
//! ```text
//! id "nina" ──users──► Home   slot 3, member of department slot 4         Nina as an owner
//! slot 3 ────entries─► Entry  standing 1, anchored in department slot 4   Nina as a principal
//! department slot 4 ──tree──► number 1, range 1..=1
//! standing 1: active, an employee
//! ```
//!
//! Making a principal reads the index, the entry and the tree. Relating it to an owner reads the index and the tree.

mod compile;
mod entries;
mod entry;
mod follow;
mod quick;
mod relation;
mod roster;
mod several;
mod source;
mod standing;
pub(crate) mod target;
mod tree;

use std::ops::Range;
use std::sync::Arc;

use crate::collections::chunks::Chunks;
use crate::collections::index::Index;
use crate::collections::interner::Interned;
use crate::collections::persistent::Set;
use crate::vocabulary::id::{GroupId, UserId, UserRef};
use crate::vocabulary::index::{DepartmentNumber, DepartmentSlot, GroupNumber, ListSlot, StandingSlot, UserSlot};

pub(crate) use entry::{Anchored, Departments, Entry, Home, SEVERAL};
pub(crate) use source::{Entries, Source};
pub(crate) use standing::Standing;
pub(crate) use tree::{Below, Tree};

use entry::ENTRIES;
use roster::Roster;
use several::DepartmentList;

/// The sizes of chunks of ids and of groups. Both hold reference counts, which cost more to copy than entries.
const IDS: usize = 128;
const GROUPS: usize = 32;

/// The users, departments and groups of one state, as numbers.
#[derive(Clone)]
pub(crate) struct People {
    tree: Tree,
    departments: Index<DepartmentSlot>,
    users: Index<Home>,
    /// By the slot of the user, as are the ids. A free slot has the entry of nobody.
    entries: Chunks<UserSlot, Entry, ENTRIES>,
    ids: Chunks<UserSlot, UserId, IDS>,
    free: Set<UserSlot>,
    /// The lists of departments of users who are in several.
    lists: Interned<ListSlot, DepartmentList>,
    standings: Interned<StandingSlot, Arc<Standing>>,
    /// How many standings and lists there may be before so many are of no user any more that it pays to compile all
    /// people again.
    most: [usize; 2],
    groups: Index<GroupNumber>,
    /// The members of each group, sorted, by its number. A group that was removed has none.
    members: Chunks<GroupNumber, Arc<[UserSlot]>, GROUPS>,
    /// The reverse index, from departments to users. No check reads it.
    roster: Arc<Roster>,
}

/// A principal, as relations depend on it.
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

    /// The user with this id, as an owner of records.
    #[inline]
    pub(crate) fn home(&self, user: UserRef<'_>) -> Home {
        self.users.get(user).unwrap_or(Home::UNKNOWN)
    }

    pub(crate) fn slot_of(&self, user: UserRef<'_>) -> Option<UserSlot> {
        self.users.get(user).map(|home| home.user)
    }

    /// The entry of the user in a slot: [`Entry::NOBODY`] if it is free, `None` if there is no such slot.
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

    /// The indexes of all slots, including free ones.
    pub(crate) fn slots(&self) -> Range<usize> {
        0..self.entries.len()
    }

    pub(crate) fn standing(&self, entry: Entry) -> Option<&Standing> {
        self.standings.get(entry.standing).map(|standing| &**standing)
    }

    /// The departments where the users of an entry are anchored.
    pub(crate) fn anchors(&self, entry: Entry) -> impl Iterator<Item = DepartmentSlot> {
        self.each(entry.anchors)
    }

    /// The departments, unpacked.
    pub(crate) fn each(&self, departments: Departments) -> impl Iterator<Item = DepartmentSlot> {
        let (one, list) = match departments.slot() {
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

    /// The users that the two do not share. It includes all whose homes differ. Both must be of one lineage.
    pub(crate) fn unshared_users(&self, other: &Self) -> Vec<UserId> {
        self.users.unshared(&other.users)
    }

    /// The slots whose users or entries differ. Both must be of one lineage.
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

    /// Whether both share the members of all groups. A `false` says nothing.
    pub(crate) fn has_the_groups_of(&self, other: &Self) -> bool {
        self.members.ptr_eq(&other.members)
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
