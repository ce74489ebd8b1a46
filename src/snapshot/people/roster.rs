//! Reverse index from departments and standings to users.
//!
//! Users with the same [`Entry`] have the same roles and departments, so they differ only in records that they own and
//! in shares with them. Here they are adjacent, so that a question about all users is asked once for each entry.
//!
//! ```text
//! users     (department 2, standing 1) Nina, Tom │ (2, 3) Sam │ (4, 1) Ann │ (list 0, standing 1) Bo
//! leaders   supervisors: Sam │ supervisors and deputies: … │ administrators: …
//! lists     (department 2, list 0) (department 4, list 0)
//! ```
//!
//! The users anchored in department 2 are the stretch of department 2, and those of each list that it is in: Bo.

use std::sync::Arc;

use crate::collections::chunks::Chunks;
use crate::collections::counted::Counted;
use crate::collections::interner::Interned;
use crate::collections::sorted::Sorted;
use crate::snapshot::people::entry::{Departments, ENTRIES, Entry};
use crate::snapshot::people::several::DepartmentList;
use crate::snapshot::people::standing::Standing;
use crate::vocabulary::index::{DepartmentSlot, Idx, ListSlot, StandingSlot, UserSlot};

/// The active users. Takes four bytes for each; four more for heads, deputies and administrators; and eight for each
/// department in a list.
#[derive(Clone)]
pub(crate) struct Roster {
    /// By anchors, then by standing.
    pub(super) users: Sorted<UserSlot, (Entry, UserSlot), 4096>,
    /// Heads, deputies and administrators, by rank.
    pub(super) leaders: Sorted<UserSlot, (Rank, UserSlot), 1024>,
    /// The lists of several departments, by each department in them.
    pub(super) lists: Sorted<(DepartmentSlot, ListSlot), (DepartmentSlot, ListSlot), 512>,
}

/// A combination of the marks head, deputy and administrator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Rank(u8);

impl Rank {
    pub(super) const NONE: Self = Self(0);
    pub(super) const SUPERVISOR: Self = Self(1);
    pub(super) const DEPUTY: Self = Self(2);
    pub(super) const ADMINISTRATOR: Self = Self(4);

    fn of(standing: &Standing) -> Self {
        let marks = [
            (standing.supervisor, Self::SUPERVISOR),
            (standing.deputy, Self::DEPUTY),
            (standing.administrator, Self::ADMINISTRATOR),
        ];
        let theirs = marks.into_iter().filter(|(holds, _)| *holds);
        theirs.fold(Self::NONE, |rank, (_, mark)| Self(rank.0 | mark.0))
    }

    /// All ranks that include this one.
    pub(super) fn with(self) -> impl Iterator<Item = Self> {
        (1..8).map(Self).filter(move |rank| rank.0 & self.0 != 0)
    }
}

/// The data that the keys of users come from.
#[derive(Clone, Copy)]
pub(super) struct Keys<'a> {
    pub(super) entries: &'a Chunks<UserSlot, Entry, ENTRIES>,
    pub(super) standings: &'a Interned<StandingSlot, Arc<Standing>>,
}

impl Keys<'_> {
    pub(super) fn entry(&self, user: UserSlot) -> Entry {
        self.entries.get(user).copied().unwrap_or(Entry::NOBODY)
    }

    /// The key among all users.
    pub(super) fn user(&self, user: UserSlot) -> (Entry, UserSlot) {
        (self.entry(user), user)
    }

    pub(super) fn rank(&self, entry: Entry) -> Rank {
        self.standings.get(entry.standing).map_or(Rank::NONE, |standing| Rank::of(standing))
    }

    /// The key among the leaders.
    pub(super) fn leader(&self, user: UserSlot) -> (Rank, UserSlot) {
        (self.rank(self.entry(user)), user)
    }
}

impl Roster {
    /// The roster of a company whose departments have slots below `departments`.
    pub(crate) fn of(
        entries: &[Entry],
        standings: &Interned<StandingSlot, Arc<Standing>>,
        lists: &Interned<ListSlot, DepartmentList>,
        departments: usize,
    ) -> Self {
        let entry = |user: UserSlot| entries[user.index()];
        let ranks: Vec<Rank> = standings.iter().map(|standing| Rank::of(standing)).collect();
        let rank = |entry: Entry| ranks[entry.standing.index()];
        let position = |anchors: Departments| match anchors.slot() {
            Ok(department) => department,
            Err(list) => DepartmentSlot::new(departments + list.index()),
        };
        // These are in the order of slots. Sorting by standing and then by departments, both times stably, gives the
        // order of all three.
        let users = entries.iter().enumerate().map(|(user, entry)| (UserSlot::new(user), *entry));
        let users = users.filter(|(_, entry)| *entry != Entry::NOBODY);
        // They are few, so a comparison sort of a copy is fast enough.
        let leaders = users.clone().map(|(user, entry)| (rank(entry), user)).filter(|(rank, _)| *rank != Rank::NONE);
        let mut leaders: Vec<_> = leaders.collect();
        leaders.sort_by_key(|(rank, _)| *rank);
        let leaders: Vec<UserSlot> = leaders.into_iter().map(|(_, user)| user).collect();
        // Each with its departments, which are read here in order of slots, and not in the scattered order of
        // standings.
        let users =
            Counted::of(standings.len(), users.map(|(user, entry)| (entry.standing, (position(entry.anchors), user))));
        let users = Counted::of(departments + lists.len(), users.items().iter().copied());
        let in_lists = (0..lists.len()).flat_map(|list| in_list(lists, ListSlot::new(list)));
        let in_lists = Counted::of(departments, in_lists.map(|list| (list.0, list)));
        Self {
            users: Sorted::of(users.items(), |user| (entry(user), user)),
            leaders: Sorted::of(&leaders, |user| (rank(entry(user)), user)),
            lists: Sorted::of(in_lists.items(), |list| list),
        }
    }

    pub(crate) fn memory_usage(&self) -> usize {
        self.users.memory_usage() + self.leaders.memory_usage() + self.lists.memory_usage()
    }
}

/// The pairs of each department in a list with the list.
pub(super) fn in_list(
    lists: &Interned<ListSlot, DepartmentList>,
    list: ListSlot,
) -> impl Iterator<Item = (DepartmentSlot, ListSlot)> + Clone {
    lists.get(list).into_iter().flat_map(DepartmentList::iter).map(move |department| (department, list))
}
