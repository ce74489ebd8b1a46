//! The way back: from departments and standings to the users.
//!
//! Users of one [`Entry`] are equal but for what is theirs alone: they have the same roles and the same departments. Here
//! they stand together, so a question about all users is asked once for each entry.

use std::sync::Arc;

use crate::collections::chunks::Chunks;
use crate::collections::counted::Counted;
use crate::collections::interner::Interned;
use crate::collections::place_number;
use crate::collections::sorted::{Sorted, Spot};
use crate::snapshot::entry::{Entry, Places};
use crate::snapshot::part::Part;
use crate::snapshot::several::Several;
use crate::snapshot::source::Source;
use crate::snapshot::tree::DepartmentSlot;
use crate::snapshot::{ENTRIES, Snapshot, UserSlot};

/// The users who may ask, four bytes for each; four more for heads, deputies and administrators, and eight for each
/// department of a list of several.
#[derive(Clone)]
pub(crate) struct Roster {
    /// By where they are anchored, then by part.
    users: Sorted<UserSlot, (Entry, UserSlot), 4096>,
    /// Heads, deputies and administrators, by which of these they are.
    leaders: Sorted<UserSlot, (u8, UserSlot), 1024>,
    /// The lists that a department stands in, by department.
    lists: Sorted<(DepartmentSlot, u32), (DepartmentSlot, u32), 512>,
}

/// Entries, found one by one; with how many users each has, where that is known without counting.
pub(crate) type Entries<'s> = Box<dyn Iterator<Item = (Entry, Option<usize>)> + Send + Sync + 's>;

const SUPERVISOR: u8 = 1;
const DEPUTY: u8 = 2;
const ADMINISTRATOR: u8 = 4;
const ALL: u8 = SUPERVISOR | DEPUTY | ADMINISTRATOR;

/// What the roster reads to sort users.
#[derive(Clone, Copy)]
struct Keys<'a> {
    entries: &'a Chunks<Entry, ENTRIES>,
    parts: &'a Interned<Arc<Part>>,
}

impl Keys<'_> {
    fn entry(&self, user: UserSlot) -> Entry {
        self.entries.get(user).copied().unwrap_or(Entry::NOBODY)
    }

    /// The place among all users.
    fn user(&self, user: UserSlot) -> (Entry, UserSlot) {
        (self.entry(user), user)
    }

    fn standing(&self, entry: Entry) -> u8 {
        self.parts.get(entry.part).map_or(0, |part| standing(part))
    }

    /// The place among the leaders.
    fn leader(&self, user: UserSlot) -> (u8, UserSlot) {
        (self.standing(self.entry(user)), user)
    }
}

fn standing(part: &Part) -> u8 {
    let marks = [(part.supervisor, SUPERVISOR), (part.deputy, DEPUTY), (part.administrator, ADMINISTRATOR)].into_iter();
    marks.filter(|(holds, _)| *holds).fold(0, |standing, (_, mark)| standing | mark)
}

/// In this order users of one department stand together, and in it those of one part.
impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.anchors.key(), self.part).cmp(&(other.anchors.key(), other.part))
    }
}

impl Roster {
    /// Of a company whose departments have slots below this.
    pub(crate) fn of(
        entries: &[Entry],
        parts: &Interned<Arc<Part>>,
        several: &Interned<Several>,
        departments: usize,
    ) -> Self {
        let entry = |user: UserSlot| entries[user as usize];
        let standings: Vec<u8> = parts.iter().map(|part| standing(part)).collect();
        let standing = |entry: Entry| standings[entry.part as usize];
        let place = |anchors: Places| anchors.slot().unwrap_or_else(|list| place_number(departments) + list);
        // In the order of their slots, so by part and then by places they are in the order of all three.
        let users = (0..).zip(entries.iter().copied()).filter(|(_, entry)| *entry != Entry::NOBODY);
        let leaders = users.clone().map(|(user, entry)| (standing(entry).into(), user));
        // Few, and so not walked to twice.
        let leaders: Vec<_> = leaders.filter(|(standing, _)| *standing != 0).collect();
        let leaders = Counted::of(usize::from(ALL) + 1, leaders.iter().copied());
        // With their places, which are read here, one after another, and not where the parts put them.
        let users = Counted::of(parts.len(), users.map(|(user, entry)| (entry.part, (place(entry.anchors), user))));
        let users = Counted::of(departments + several.len(), users.items().iter().copied());
        let lists = (0..place_number(several.len())).flat_map(|place| in_list(several, place));
        let lists = Counted::of(departments, lists.map(|list| (list.0, list)));
        Self {
            users: Sorted::of(users.items(), |user| (entry(user), user)),
            leaders: Sorted::of(leaders.items(), |user| (standing(entry(user)), user)),
            lists: Sorted::of(lists.items(), |list| list),
        }
    }

    pub(crate) fn memory_usage(&self) -> usize {
        self.users.memory_usage() + self.leaders.memory_usage() + self.lists.memory_usage()
    }
}

/// A list of departments, as pairs of each and its place.
fn in_list(several: &Interned<Several>, place: u32) -> impl Iterator<Item = (DepartmentSlot, u32)> + Clone {
    several.get(place).into_iter().flat_map(Several::iter).map(move |department| (department, place))
}

impl Snapshot {
    /// Gives a user another entry, and the place in the roster that goes with it.
    pub(crate) fn set_entry(&mut self, user: UserSlot, entry: Entry) {
        let before = self.entry(user);
        if before == entry {
            return;
        }
        self.entries.set(user, entry);
        // From here on the order is that of the new entry, and only this user is out of it.
        let keys = Keys { entries: &self.entries, parts: &self.parts };
        let Roster { users, leaders, .. } = Arc::make_mut(&mut self.roster);
        let key = |user| keys.user(user);
        match (before == Entry::NOBODY, entry == Entry::NOBODY) {
            (false, false) => users.reorder(user, (before, user), key),
            (false, true) => users.remove(user, (before, user), key),
            (true, _) => users.insert(user, key),
        }
        let (was, is) = (keys.standing(before), keys.standing(entry));
        let key = |user| keys.leader(user);
        if was != is && was != 0 {
            leaders.remove(user, (was, user), key);
        }
        if was != is && is != 0 {
            leaders.insert(user, key);
        }
    }

    /// Adds the lists of departments from this place on.
    pub(crate) fn list_several(&mut self, from: usize) {
        for place in place_number(from)..place_number(self.several.len()) {
            for each in in_list(&self.several, place) {
                Arc::make_mut(&mut self.roster).lists.insert(each, |list| list);
            }
        }
    }

    fn keys(&self) -> Keys<'_> {
        Keys { entries: &self.entries, parts: &self.parts }
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

    /// Where the users of an entry stand, who stand behind a spot.
    fn stretch(&self, entry: Entry, behind: Spot) -> (Spot, Spot) {
        let keys = self.keys();
        let (users, key) = (&self.roster.users, |user| keys.user(user));
        let from = users.find_from(behind, key, |other| other.0 < entry);
        (from, users.find_from(from, key, |other| other.0 <= entry))
    }

    /// The entries of users from one place to before another, each once.
    fn entries_between(&self, from: Places, to: Option<Places>) -> impl Iterator<Item = (Entry, Option<usize>)> {
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

    fn entries_in(&self, places: Places) -> impl Iterator<Item = (Entry, Option<usize>)> {
        self.entries_between(places, Some(places.next()))
    }

    /// The entries of users who are anchored in a department. The same entry comes once.
    fn entries_at(&self, department: DepartmentSlot) -> impl Iterator<Item = (Entry, Option<usize>)> {
        let from = self.roster.lists.find(|list| list, |list| list < (department, 0));
        let to = self.roster.lists.find_from(from, |list| list, |list| list.0 <= department);
        let lists = self.roster.lists.between(from, to).map(|(_, place)| Places::several(place));
        std::iter::once(Places::one(department)).chain(lists).flat_map(|places| self.entries_in(places))
    }

    /// The departments below and including one.
    pub(crate) fn departments_below(&self, department: DepartmentSlot) -> &[DepartmentSlot] {
        self.departments_in(self.tree.below(department))
    }

    /// The entries of the users of a source, of whom some may be no users who may ask. The same entry may come again and
    /// again.
    pub(crate) fn entries_of(&self, source: &Source) -> Entries<'_> {
        match source {
            Source::Everyone => Box::new(self.entries_between(Places::NONE, None)),
            Source::Employees => Box::new(self.entries_between(Places::NONE.next(), None)),
            Source::Supervisors => Box::new(self.leaders(SUPERVISOR)),
            Source::Deputies => Box::new(self.leaders(DEPUTY)),
            Source::Administrators => Box::new(self.leaders(ADMINISTRATOR)),
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

    fn leaders(&self, mark: u8) -> impl Iterator<Item = (Entry, Option<usize>)> {
        let standings = (0..=ALL).filter(move |standing| standing & mark != 0);
        standings.flat_map(move |standing| {
            let keys = self.keys();
            let (from, to) = self.standing(standing);
            self.roster.leaders.between(from, to).map(move |user| (keys.entry(user), None))
        })
    }

    /// Where the leaders of a standing stand.
    fn standing(&self, standing: u8) -> (Spot, Spot) {
        let keys = self.keys();
        let (leaders, key) = (&self.roster.leaders, |user| keys.leader(user));
        (leaders.find(key, |other| other.0 < standing), leaders.find(key, |other| other.0 <= standing))
    }

    /// About how much work the entries of a source are, found without listing them.
    pub(crate) fn work_of(&self, source: &Source) -> usize {
        let leaders = |mark: u8| {
            let standings = (0..=ALL).filter(|standing| standing & mark != 0);
            let stretches = standings.map(|standing| self.standing(standing));
            stretches.map(|(from, to)| self.roster.leaders.count(from, to)).sum()
        };
        match source {
            Source::Everyone | Source::Employees => self.roster.users.len(),
            Source::Supervisors => leaders(SUPERVISOR),
            Source::Deputies => leaders(DEPUTY),
            Source::Administrators => leaders(ADMINISTRATOR),
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
