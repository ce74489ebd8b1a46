//! Compiles people from the model from scratch.

use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexSet;
use smallvec::SmallVec;

use crate::collections::chunks::Chunks;
use crate::collections::counted::Counted;
use crate::collections::index::Index;
use crate::collections::interner::Interned;
use crate::collections::persistent::Set;
use crate::policy::assigned::Assigned;
use crate::policy::org::{Org, User};
use crate::snapshot::people::People;
use crate::snapshot::people::entry::{Departments, Entry, Home};
use crate::snapshot::people::roster::Roster;
use crate::snapshot::people::several::DepartmentList;
use crate::snapshot::people::standing::Standing;
use crate::snapshot::people::tree::Tree;
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::{DepartmentSlot, GroupNumber, Idx, ListSlot, StandingSlot, UserSlot};
use crate::vocabulary::post::Post;

impl People {
    /// Linear in the company.
    pub(crate) fn of(org: &Org, assigned: &Assigned) -> Self {
        let tree = Tree::of(org);
        let Users { ids, homes, entries, members, standings, lists } = Users::of(org, assigned);
        let (standings, lists) = (Interned::of(standings.distinct), Interned::of(lists));
        let roster = Roster::of(&entries, &standings, &lists, tree.slots());
        // The members of one group in the order of their slots, as users come.
        let members = Counted::of(org.group_bound(), members.iter().copied());
        // Compiling takes a tenth of a microsecond a user: spread over the changes that make an eighth as many standings
        // or lists, that is a microsecond each.
        let most = [standings.len(), lists.len()].map(|count| 2 * count + ids.len() / 8 + 256);
        Self {
            most,
            departments: Index::of(org.departments()),
            users: Index::of(ids.iter().zip(homes)),
            entries: Chunks::of(entries.into_iter()),
            ids: Chunks::of(ids.into_iter()),
            free: Set::default(),
            lists,
            standings,
            groups: Index::of(org.groups().iter().map(|(id, group)| (id, group.number))),
            members: Chunks::of((0..org.group_bound()).map(|group| members.get(group).into())),
            roster: Arc::new(roster),
            tree,
        }
    }
}

/// The compiled users: their data by slot, and the parts that many of them share.
struct Users {
    ids: Vec<UserId>,
    homes: Vec<Home>,
    entries: Vec<Entry>,
    members: Vec<(GroupNumber, UserSlot)>,
    standings: Standings,
    lists: IndexSet<DepartmentList, RandomState>,
}

impl Users {
    /// Compiles all users in one walk, because they are scattered in memory.
    fn of(org: &Org, assigned: &Assigned) -> Self {
        let count = org.users().len();
        let mut all = Self {
            ids: Vec::with_capacity(count),
            homes: Vec::with_capacity(count),
            entries: Vec::with_capacity(count),
            members: Vec::with_capacity(org.groups().values().map(|group| group.members.len()).sum()),
            standings: Standings::default(),
            lists: IndexSet::default(),
        };
        let mut with_roles = vec![false; org.group_bound()];
        for (id, group) in org.groups().iter() {
            with_roles[group.number.index()] = assigned.has_group(id);
        }
        let in_subject = |post| assigned.is_in_subject(post);
        // Both iterators are in the order of user ids.
        let mut direct = assigned.direct().peekable();
        for (position, (id, user)) in org.users().iter().enumerate() {
            let slot = UserSlot::new(position);
            all.members.extend(user.groups.iter().map(|group| (*group, slot)));
            let mut list = |list| ListSlot::new(all.lists.insert_full(list).0);
            let home = home(slot, user, &mut list);
            let has_role = |group: GroupNumber| with_roles[group.index()];
            let standing = |standing| all.standings.slot(standing);
            all.entries.push(entry(user, home.member, has_role, direct.next_if_eq(&id), in_subject, standing, list));
            all.homes.push(home);
            all.ids.push(id.clone());
        }
        debug_assert!(direct.next().is_none(), "INVARIANT: a role is assigned to users who are there");
        all
    }
}

/// The standings met so far.
struct Standings {
    distinct: IndexSet<Standing, RandomState>,
    /// The slots of plain standings by their numbers. Most standings are plain, and so need no hash.
    plain: [Option<StandingSlot>; Standing::PLAIN],
}

impl Default for Standings {
    /// Contains the standing of inactive users, which has the first slot.
    fn default() -> Self {
        Self { distinct: [Standing::default()].into_iter().collect(), plain: [None; Standing::PLAIN] }
    }
}

impl Standings {
    fn slot(&mut self, standing: Standing) -> StandingSlot {
        let number = standing.plain_number();
        let known = number.and_then(|number| self.plain[number]);
        known.unwrap_or_else(|| {
            let slot = StandingSlot::new(self.distinct.insert_full(standing).0);
            if let Some(number) = number {
                self.plain[number] = Some(slot);
            }
            slot
        })
    }
}

pub(super) fn home(slot: UserSlot, user: &User, list: impl FnMut(DepartmentList) -> ListSlot) -> Home {
    Home { user: slot, member: departments(user.departments(), list) }
}

/// The members of a group, sorted.
pub(super) fn members_of(members: &Set<UserId>, users: &Index<Home>) -> Arc<[UserSlot]> {
    let mut slots: Vec<UserSlot> =
        members.iter().filter_map(|member| users.get(member.borrowed())).map(|home| home.user).collect();
    slots.sort_unstable();
    slots.into()
}

/// The entry of a user: their anchors, which are the departments where they are a member if they lead none; the groups
/// of theirs that have a role; and their id, if a role is assigned to them by name.
pub(super) fn entry(
    user: &User,
    member: Departments,
    has_role: impl Fn(GroupNumber) -> bool,
    direct: Option<&UserId>,
    in_subject: impl Fn(Post) -> bool,
    standing: impl FnOnce(Standing) -> StandingSlot,
    list: impl FnMut(DepartmentList) -> ListSlot,
) -> Entry {
    if !user.active {
        return Entry::NOBODY;
    }
    let (supervisor, deputy) = (user.is(Post::Head), user.is(Post::Deputy));
    // Most users have no such group. Collecting nothing for each of them took a tenth of the time of compiling.
    let mut groups = user.groups.iter().copied().filter(|group| has_role(*group)).peekable();
    let led = |post| if in_subject(post) { led(user, post) } else { None };
    let standing = standing(Standing {
        active: true,
        employee: user.anchors().next().is_some(),
        supervisor,
        deputy,
        administrator: user.admin,
        groups: if groups.peek().is_some() { groups.collect() } else { Box::default() },
        direct: direct.cloned(),
        heads: led(Post::Head),
        deputies: led(Post::Deputy),
    });
    let anchors = if supervisor || deputy { departments(user.anchors(), list) } else { member };
    Entry { standing, anchors }
}

/// The departments that a user leads, if they lead any and are in others too.
pub(super) fn led(user: &User, post: Post) -> Option<Box<[DepartmentSlot]>> {
    let led: Box<[DepartmentSlot]> = user.anchors.by(post).collect();
    (!led.is_empty() && user.anchors().count() > led.len()).then_some(led)
}

/// Packs distinct departments.
fn departments(
    mut departments: impl Iterator<Item = DepartmentSlot>,
    mut list: impl FnMut(DepartmentList) -> ListSlot,
) -> Departments {
    // Nearly all users have one department.
    let Some(first) = departments.next() else { return Departments::NONE };
    let Some(second) = departments.next() else { return Departments::one(first) };
    let mut all: SmallVec<[DepartmentSlot; 8]> = [first, second].into_iter().chain(departments).collect();
    all.sort_unstable();
    Departments::several(list(DepartmentList::of(&all)))
}
