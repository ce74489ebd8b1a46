//! Queries of the roster: the entries of a subject's users, and the users of an entry.

use std::sync::Arc;

use crate::collections::sorted::Spot;
use crate::snapshot::people::People;
use crate::snapshot::people::entry::{Departments, Entry};
use crate::snapshot::people::roster::{Keys, Rank, Roster, in_list};
use crate::snapshot::people::source::{Entries, Source};
use crate::vocabulary::index::{DepartmentSlot, Idx, ListSlot, UserSlot};
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

impl People {
    /// The users of a subject, or `None` if its id is unknown.
    pub(crate) fn source(&self, subject: &Subject) -> Option<Source> {
        Some(match subject {
            Subject::Everyone => Source::Everyone,
            Subject::Employees => Source::Employees,
            Subject::Supervisors => Source::Supervisors,
            Subject::Deputies => Source::Deputies,
            Subject::Administrators => Source::Administrators,
            Subject::Department(id) => Source::Department(self.departments.get(id.borrowed())?),
            Subject::DepartmentSub(id) => Source::DepartmentSub(self.departments.get(id.borrowed())?),
            Subject::User(id) => Source::Users(Arc::from([self.home(id.borrowed()).user])),
            Subject::Group(id) => Source::Users(self.members(id)?),
        })
    }

    /// Changes the entry of a user, and moves the user in the roster.
    pub(super) fn set_entry(&mut self, user: UserSlot, entry: Entry) {
        let before = self.entry(user);
        if before == entry {
            return;
        }
        self.entries.set(user, entry);
        // From here on keys are those of the new entry, and only this user is in the wrong position.
        let keys = Keys { entries: &self.entries, standings: &self.standings };
        let Roster { users, leaders, .. } = Arc::make_mut(&mut self.roster);
        let key = |user| keys.user(user);
        match (before == Entry::NOBODY, entry == Entry::NOBODY) {
            (false, false) => users.reorder(user, (before, user), key),
            (false, true) => users.remove(user, (before, user), key),
            (true, _) => users.insert(user, key),
        }
        let (was, is) = (keys.rank(before), keys.rank(entry));
        let key = |user| keys.leader(user);
        if was != is && was != Rank::NONE {
            leaders.remove(user, (was, user), key);
        }
        if was != is && is != Rank::NONE {
            leaders.insert(user, key);
        }
    }

    /// Adds to the roster the lists of departments from this index on.
    pub(super) fn add_lists(&mut self, from: usize) {
        for list in from..self.lists.len() {
            for each in in_list(&self.lists, ListSlot::new(list)) {
                Arc::make_mut(&mut self.roster).lists.insert(each, |list| list);
            }
        }
    }

    fn keys(&self) -> Keys<'_> {
        Keys { entries: &self.entries, standings: &self.standings }
    }

    /// The users of an entry.
    pub(crate) fn users_of(&self, entry: Entry) -> impl Iterator<Item = UserSlot> {
        let (from, to) = self.stretch(entry, Spot::default());
        self.roster.users.between(from, to)
    }

    pub(crate) fn count_of(&self, entry: Entry) -> usize {
        let (from, to) = self.stretch(entry, Spot::default());
        self.roster.users.count(from, to)
    }

    /// The range of an entry's users, searched from a spot at or before it.
    fn stretch(&self, entry: Entry, behind: Spot) -> (Spot, Spot) {
        let keys = self.keys();
        let (users, key) = (&self.roster.users, |user| keys.user(user));
        let from = users.find_from(behind, key, |other| other.0 < entry);
        (from, users.find_from(from, key, |other| other.0 <= entry))
    }

    /// The entries of users whose departments are from `from` to before `to`, each once, with the number of its users.
    fn entries_between(
        &self,
        from: Departments,
        to: Option<Departments>,
    ) -> impl Iterator<Item = (Entry, Option<usize>)> {
        let keys = self.keys();
        let key = move |user| keys.user(user);
        let mut spot = self.roster.users.find(key, |other| other.0.anchors.key() < from.key());
        std::iter::from_fn(move || {
            let entry = self.entry(self.roster.users.get(spot)?);
            if to.is_some_and(|to| entry.anchors.key() >= to.key()) {
                return None;
            }
            let first = spot;
            spot = self.roster.users.find_from(spot, key, |other| other.0 <= entry);
            Some((entry, Some(self.roster.users.count(first, spot))))
        })
    }

    fn entries_in(&self, anchors: Departments) -> impl Iterator<Item = (Entry, Option<usize>)> {
        self.entries_between(anchors, Some(anchors.next()))
    }

    /// The entries of users who are anchored in a department. Users of several departments have one of their lists as
    /// anchors, so each list that the department is in is searched too.
    fn entries_at(&self, department: DepartmentSlot) -> impl Iterator<Item = (Entry, Option<usize>)> {
        let from = self.roster.lists.find(|list| list, |list| list < (department, ListSlot::default()));
        let to = self.roster.lists.find_from(from, |list| list, |list| list.0 <= department);
        let lists = self.roster.lists.between(from, to).map(|(_, list)| Departments::several(list));
        std::iter::once(Departments::one(department)).chain(lists).flat_map(|anchors| self.entries_in(anchors))
    }

    /// The departments below and including one.
    pub(crate) fn departments_below(&self, department: DepartmentSlot) -> &[DepartmentSlot] {
        self.tree.within(self.tree.below(department))
    }

    /// The entries of the users of a source, including [`Entry::NOBODY`] if some are inactive. An entry may be
    /// repeated.
    pub(crate) fn entries_of(&self, source: &Source) -> Entries<'_> {
        match source {
            Source::Everyone => Box::new(self.entries_between(Departments::NONE, None)),
            Source::Employees => Box::new(self.entries_between(Departments::NONE.next(), None)),
            Source::Supervisors => Box::new(self.leaders(Rank::SUPERVISOR)),
            Source::Deputies => Box::new(self.leaders(Rank::DEPUTY)),
            Source::Administrators => Box::new(self.leaders(Rank::ADMINISTRATOR)),
            Source::Department(department) => Box::new(self.entries_at(*department)),
            Source::DepartmentSub(department) => {
                let below = self.departments_below(*department).iter();
                Box::new(below.flat_map(|department| self.entries_at(*department)))
            }
            Source::Users(users) => {
                let users = users.clone();
                Box::new((0..users.len()).map(move |user| (self.entry(users[user]), None)))
            }
        }
    }

    fn leaders(&self, mark: Rank) -> impl Iterator<Item = (Entry, Option<usize>)> {
        mark.with().flat_map(move |rank| {
            let keys = self.keys();
            let (from, to) = self.leaders_of_rank(rank);
            self.roster.leaders.between(from, to).map(move |user| (keys.entry(user), None))
        })
    }

    /// The active users who are head (or deputy) of some department.
    pub(super) fn leading(&self, post: Post) -> Vec<UserSlot> {
        let mark = if post == Post::Head { Rank::SUPERVISOR } else { Rank::DEPUTY };
        let of_rank = |rank| {
            let (from, to) = self.leaders_of_rank(rank);
            self.roster.leaders.between(from, to)
        };
        mark.with().flat_map(of_rank).collect()
    }

    /// The range of the leaders of a rank.
    fn leaders_of_rank(&self, rank: Rank) -> (Spot, Spot) {
        let keys = self.keys();
        let (leaders, key) = (&self.roster.leaders, |user| keys.leader(user));
        (leaders.find(key, |other| other.0 < rank), leaders.find(key, |other| other.0 <= rank))
    }

    /// An estimate of the work of listing the entries of a source, without listing them.
    pub(crate) fn work_of(&self, source: &Source) -> usize {
        let leaders = |mark: Rank| {
            let stretches = mark.with().map(|rank| self.leaders_of_rank(rank));
            stretches.map(|(from, to)| self.roster.leaders.count(from, to)).sum()
        };
        match source {
            Source::Everyone | Source::Employees => self.roster.users.len(),
            Source::Supervisors => leaders(Rank::SUPERVISOR),
            Source::Deputies => leaders(Rank::DEPUTY),
            Source::Administrators => leaders(Rank::ADMINISTRATOR),
            // A department has few entries, whatever its size.
            Source::Department(_) => 8,
            Source::DepartmentSub(department) => 8 * self.departments_below(*department).len(),
            Source::Users(users) => users.len(),
        }
    }

    pub(crate) fn entry(&self, user: UserSlot) -> Entry {
        self.keys().entry(user)
    }
}
