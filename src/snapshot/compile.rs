//! From the validated model to the compiled form, as a whole.

use std::sync::Arc;

use foldhash::fast::RandomState;
use indexmap::IndexSet;
use smallvec::SmallVec;

use crate::policy::Policy;
use crate::policy::org::User;
use crate::policy::persistent::Set;
use crate::snapshot::chunks::Chunks;
use crate::snapshot::classes::Classes;
use crate::snapshot::counted::Counted;
use crate::snapshot::entry::{Entry, Home, Places};
use crate::snapshot::index::Index;
use crate::snapshot::interner::Interned;
use crate::snapshot::lineage::Lineage;
use crate::snapshot::part::Part;
use crate::snapshot::roster::Roster;
use crate::snapshot::several::Several;
use crate::snapshot::tree::{Tree, slot};
use crate::snapshot::{GroupSlot, Snapshot, UserSlot};
use crate::vocabulary::id::{GroupId, UserId};
use crate::vocabulary::mode::Unowned;
use crate::vocabulary::permission::ActionIndex;

impl Snapshot {
    /// Compiles a policy. Linear in its size.
    pub fn of(policy: &Policy) -> Self {
        Self::compile(policy.clone())
    }

    pub(crate) fn compile(policy: Policy) -> Self {
        let Policy { schema, org, assigned, .. } = &policy;
        let tree = Tree::of(org);
        let groups: Index<GroupSlot> = Index::of(org.groups().keys().zip(0..));
        let has_role: Vec<bool> = org.groups().keys().map(|id| assigned.has_group(id)).collect();
        let count = org.groups().values().map(|group| group.members.len()).sum();
        let mut members: Vec<(GroupSlot, UserSlot)> = Vec::with_capacity(count);
        // In the order of their ids, as are the users.
        let mut direct = assigned.direct().peekable();
        let mut several: IndexSet<Several, RandomState> = IndexSet::default();
        let mut parts: IndexSet<Part, RandomState> = IndexSet::from_iter([Part::default()]);
        let mut plain = [None; Part::PLAIN];
        let count = org.users().len();
        let (mut ids, mut homes, mut entries) =
            (Vec::with_capacity(count), Vec::with_capacity(count), Vec::with_capacity(count));
        for (slot, (id, user)) in (0..).zip(org.users().iter()) {
            let mut with_roles = Vec::new();
            for group in &user.groups {
                let Some(place) = groups.get(group.borrowed()) else { continue };
                members.push((place, slot));
                if has_role[place as usize] {
                    with_roles.push(group.clone());
                }
            }
            let mut places = |departments| super::place(several.insert_full(departments).0);
            let home = home(slot, user, &mut places);
            ids.push(id.clone());
            homes.push(home);
            let part = |part: Part| match part.number() {
                Some(number) => *plain[number].get_or_insert_with(|| super::place(parts.insert_full(part).0)),
                None => super::place(parts.insert_full(part).0),
            };
            entries.push(entry(user, home.member, with_roles.into(), direct.next_if_eq(&id), part, places));
        }
        debug_assert!(direct.next().is_none(), "INVARIANT: a role is assigned to users who are there");
        drop(direct);
        let (parts, several): (Interned<Arc<Part>>, _) = (Interned::of(parts), Interned::of(several));
        let users = Index::of(ids.iter().zip(homes));
        let roster = Roster::of(&entries, &parts, &several, tree.slots());
        // Of one group in the order of their slots, as users come.
        let members = Counted::of(&members, org.groups().len(), |(group, _)| group);
        let of_group = |group| members.get(group).iter().map(|(_, user)| *user).collect();

        let actions = 0..super::place(schema.actions().len());
        let pool = |action: ActionIndex| schema.resource_of(action).unowned == Unowned::Pool;
        Self {
            revision: 0,
            lineage: Lineage::default(),
            roster: Arc::new(roster),
            schema: schema.clone(),
            fingerprint: schema.fingerprint(),
            pools: actions.map(pool).collect(),
            departments: Index::of(org.departments().map(|(id, node)| (id, slot(node)))),
            entries: Arc::new(Chunks::of(entries.into_iter())),
            ids: Arc::new(Chunks::of(ids.into_iter())),
            users,
            free: Set::default(),
            several,
            parts,
            groups,
            members: Arc::new(Chunks::of((0..org.groups().len()).map(of_group))),
            classes: Arc::new(Classes::of(assigned, org, &tree)),
            #[cfg(feature = "sql")]
            imprint: super::imprint::Imprint::of(org, &tree),
            tree,
            rows: Arc::default(),
            policy,
        }
    }
}

pub(crate) fn home(slot: UserSlot, user: &User, place: impl FnMut(Several) -> u32) -> Home {
    Home { user: slot, member: places(user.departments.iter().map(|department| self::slot(*department)), place) }
}

/// The members of a group, sorted.
pub(crate) fn members_of(members: &Set<UserId>, users: &Index<Home>) -> Arc<[UserSlot]> {
    let mut slots: Vec<UserSlot> =
        members.iter().filter_map(|member| users.get(member.borrowed())).map(|home| home.user).collect();
    slots.sort_unstable();
    slots.into()
}

/// What a user brings along: of their groups those that some role is assigned to, and their id, if some role is assigned to
/// just them.
pub(crate) fn entry(
    user: &User,
    member: Places,
    groups: Box<[GroupId]>,
    direct: Option<&UserId>,
    part: impl FnOnce(Part) -> u32,
    place: impl FnMut(Several) -> u32,
) -> Entry {
    if !user.active {
        return Entry::NOBODY;
    }
    let part = part(Part {
        active: true,
        employee: user.anchors().next().is_some(),
        supervisor: !user.heads.is_empty(),
        deputy: !user.deputy_of.is_empty(),
        administrator: user.admin,
        groups,
        direct: direct.cloned(),
    });
    let leads = !user.heads.is_empty() || !user.deputy_of.is_empty();
    Entry { part, anchors: if leads { places(user.anchors().map(slot), place) } else { member } }
}

fn places(mut departments: impl Iterator<Item = u32>, mut place: impl FnMut(Several) -> u32) -> Places {
    // Nearly everybody has one, and who leads it is in it.
    let Some(first) = departments.next() else { return Places::NONE };
    let Some(other) = departments.find(|department| *department != first) else { return Places::one(first) };
    let mut all: SmallVec<[u32; 8]> = [first, other].into_iter().chain(departments).collect();
    all.sort_unstable();
    all.dedup();
    Places::several(place(Several::of(&all)))
}
