//! From the validated model to the compiled form, as a whole.

use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexSet;
use smallvec::SmallVec;

use crate::collections::chunks::Chunks;
use crate::collections::counted::Counted;
use crate::collections::index::Index;
use crate::collections::interner::Interned;
use crate::collections::persistent::Set;
use crate::collections::place_number;
use crate::policy::Policy;
use crate::policy::assigned::Assigned;
use crate::policy::org::{GroupNumber, Org, User};
use crate::snapshot::classes::Classes;
use crate::snapshot::entry::{Entry, Home, Places};
use crate::snapshot::lineage::Lineage;
use crate::snapshot::part::Part;
use crate::snapshot::roster::Roster;
use crate::snapshot::row::Row;
use crate::snapshot::several::Several;
use crate::snapshot::tree::{Tree, slot};
use crate::snapshot::{Snapshot, UserSlot};
use crate::vocabulary::id::UserId;
use crate::vocabulary::mode::Unowned;
use crate::vocabulary::permission::ActionIndex;
use crate::vocabulary::post::Post;

impl Snapshot {
    /// Compiles a policy. Linear in its size, and in the groups that came and went since it was read.
    pub fn compile(policy: &Policy) -> Self {
        Self::compile_owned(policy.clone())
    }

    pub(crate) fn compile_owned(policy: Policy) -> Self {
        let Policy { schema, org, assigned, .. } = &policy;
        let tree = Tree::of(org);
        let Users { ids, homes, entries, members, parts, several } = Users::of(org, assigned);
        let (parts, several) = (Interned::of(parts.distinct), Interned::of(several));
        let users = Index::of(ids.iter().zip(homes));
        let roster = Roster::of(&entries, &parts, &several, tree.slots());
        // Of one group in the order of their slots, as users come.
        let members = Counted::of(org.group_bound(), members.iter().copied());

        let actions = 0..place_number(schema.actions().len());
        let pool = |action: ActionIndex| schema.resource_of(action).unowned == Unowned::Pool;
        Self {
            revision: 0,
            lineage: Lineage::default(),
            roster: Arc::new(roster),
            schema: schema.clone(),
            fingerprint: schema.fingerprint(),
            pools: actions.map(pool).collect(),
            departments: Index::of(org.departments().map(|(id, node)| (id, slot(node)))),
            entries: Chunks::of(entries.into_iter()),
            ids: Chunks::of(ids.into_iter()),
            users,
            free: Set::default(),
            several,
            parts,
            groups: Index::of(org.groups().iter().map(|(id, group)| (id, group.number))),
            members: Chunks::of((0..org.group_bound()).map(|group| members.get(group).into())),
            classes: Arc::new(Classes::of(assigned, org, &tree)),
            #[cfg(feature = "sql")]
            imprint: super::imprint::Imprint::of(org, &tree),
            tree,
            rows: Arc::default(),
            nobodys: Arc::new(Row::nobodys(&policy.schema)),
            policy: Arc::new(policy),
        }
    }
}

/// What is compiled of all users: what each has, by slot, and what many share.
struct Users {
    ids: Vec<UserId>,
    homes: Vec<Home>,
    entries: Vec<Entry>,
    members: Vec<(GroupNumber, UserSlot)>,
    parts: Parts,
    several: IndexSet<Several, RandomState>,
}

impl Users {
    /// All in one walk, because they are far from each other in memory.
    fn of(org: &Org, assigned: &Assigned) -> Self {
        let count = org.users().len();
        let mut all = Self {
            ids: Vec::with_capacity(count),
            homes: Vec::with_capacity(count),
            entries: Vec::with_capacity(count),
            members: Vec::with_capacity(org.groups().values().map(|group| group.members.len()).sum()),
            parts: Parts::default(),
            several: IndexSet::default(),
        };
        let mut with_roles = vec![false; org.group_bound()];
        for (id, group) in org.groups().iter() {
            with_roles[group.number as usize] = assigned.has_group(id);
        }
        // In the order of their ids, as are the users.
        let mut direct = assigned.direct().peekable();
        for (slot, (id, user)) in (0..).zip(org.users().iter()) {
            all.members.extend(user.groups.iter().map(|group| (*group, slot)));
            let mut place = |departments| place_number(all.several.insert_full(departments).0);
            let home = home(slot, user, &mut place);
            let has_role = |group: GroupNumber| with_roles[group as usize];
            let part = |part| all.parts.place(part);
            all.entries.push(entry(user, home.member, has_role, direct.next_if_eq(&id), part, place));
            all.homes.push(home);
            all.ids.push(id.clone());
        }
        debug_assert!(direct.next().is_none(), "INVARIANT: a role is assigned to users who are there");
        all
    }
}

/// The parts met so far.
struct Parts {
    distinct: IndexSet<Part, RandomState>,
    /// The places of the plain ones by their numbers. Most parts are plain, and so are not hashed.
    plain: [Option<u32>; Part::PLAIN],
}

impl Default for Parts {
    /// With the part of those who may not ask in its place, which is the first.
    fn default() -> Self {
        Self { distinct: [Part::default()].into_iter().collect(), plain: [None; Part::PLAIN] }
    }
}

impl Parts {
    fn place(&mut self, part: Part) -> u32 {
        let number = part.number();
        let known = number.and_then(|number| self.plain[number]);
        known.unwrap_or_else(|| {
            let place = place_number(self.distinct.insert_full(part).0);
            if let Some(number) = number {
                self.plain[number] = Some(place);
            }
            place
        })
    }
}

pub(crate) fn home(slot: UserSlot, user: &User, place: impl FnMut(Several) -> u32) -> Home {
    Home { user: slot, member: places(user.departments().map(self::slot), place) }
}

/// The members of a group, sorted.
pub(crate) fn members_of(members: &Set<UserId>, users: &Index<Home>) -> Arc<[UserSlot]> {
    let mut slots: Vec<UserSlot> =
        members.iter().filter_map(|member| users.get(member.borrowed())).map(|home| home.user).collect();
    slots.sort_unstable();
    slots.into()
}

/// What a user brings along: where they are anchored, which is where they are a member if they lead nothing; of their groups
/// those that some role is assigned to; and their id, if some role is assigned to just them.
pub(crate) fn entry(
    user: &User,
    member: Places,
    has_role: impl Fn(GroupNumber) -> bool,
    direct: Option<&UserId>,
    part: impl FnOnce(Part) -> u32,
    place: impl FnMut(Several) -> u32,
) -> Entry {
    if !user.active {
        return Entry::NOBODY;
    }
    let (supervisor, deputy) = (user.is(Post::Head), user.is(Post::Deputy));
    // Most have none: to collect it anyway is a tenth of compiling.
    let mut groups = user.groups.iter().copied().filter(|group| has_role(*group)).peekable();
    let part = part(Part {
        active: true,
        employee: user.anchors().next().is_some(),
        supervisor,
        deputy,
        administrator: user.admin,
        groups: if groups.peek().is_some() { groups.collect() } else { Box::default() },
        direct: direct.cloned(),
    });
    Entry { part, anchors: if supervisor || deputy { places(user.anchors().map(slot), place) } else { member } }
}

/// Of departments that come once each.
fn places(mut departments: impl Iterator<Item = u32>, mut place: impl FnMut(Several) -> u32) -> Places {
    // Nearly everybody has one department.
    let Some(first) = departments.next() else { return Places::NONE };
    let Some(other) = departments.next() else { return Places::one(first) };
    let mut all: SmallVec<[u32; 8]> = [first, other].into_iter().chain(departments).collect();
    all.sort_unstable();
    Places::several(place(Several::of(&all)))
}
