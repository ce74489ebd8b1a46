//! The reverse index: from departments and standings to the users.
//!
//! Users of one [`Entry`] are equal but for what is theirs alone: they have the same roles and the same departments.
//! Here they stand together, so a question about all users is asked once for each entry.

use std::sync::Arc;

use crate::collections::chunks::Chunks;
use crate::collections::counted::Counted;
use crate::collections::interner::Interned;
use crate::collections::sorted::Sorted;
use crate::snapshot::people::entry::{Departments, ENTRIES, Entry};
use crate::snapshot::people::several::DepartmentList;
use crate::snapshot::people::standing::Standing;
use crate::vocabulary::index::{DepartmentSlot, Idx, ListSlot, StandingSlot, UserSlot};

/// The active users, four bytes for each; four more for heads, deputies and administrators, and eight for each
/// department of a list of several.
#[derive(Clone)]
pub(crate) struct Roster {
    /// By where they are anchored, then by standing.
    pub(super) users: Sorted<UserSlot, (Entry, UserSlot), 4096>,
    /// Heads, deputies and administrators, by which of these they are.
    pub(super) leaders: Sorted<UserSlot, (Rank, UserSlot), 1024>,
    /// The lists that a department is in, by department.
    pub(super) lists: Sorted<(DepartmentSlot, ListSlot), (DepartmentSlot, ListSlot), 512>,
}

/// Which of these a user is: head, deputy, administrator.
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

    /// All ranks that this one is a part of.
    pub(super) fn with(self) -> impl Iterator<Item = Self> {
        (1..8).map(Self).filter(move |rank| rank.0 & self.0 != 0)
    }
}

/// What the roster reads to sort users.
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
        // In the order of their slots; so by standing and then by departments they are in the order of all three.
        let users = entries.iter().enumerate().map(|(user, entry)| (UserSlot::new(user), *entry));
        let users = users.filter(|(_, entry)| *entry != Entry::NOBODY);
        // Few, and so they are collected to be walked through twice.
        let leaders = users.clone().map(|(user, entry)| (rank(entry), user)).filter(|(rank, _)| *rank != Rank::NONE);
        let mut leaders: Vec<_> = leaders.collect();
        leaders.sort_by_key(|(rank, _)| *rank);
        let leaders: Vec<UserSlot> = leaders.into_iter().map(|(_, user)| user).collect();
        // With their departments, which are read here, one after another, and not in the order that the standings lead
        // to.
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

/// A list of departments, as pairs of each with the list.
pub(super) fn in_list(
    lists: &Interned<ListSlot, DepartmentList>,
    list: ListSlot,
) -> impl Iterator<Item = (DepartmentSlot, ListSlot)> + Clone {
    lists.get(list).into_iter().flat_map(DepartmentList::iter).map(move |department| (department, list))
}
