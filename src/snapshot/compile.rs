//! From the validated model to the compiled form, as a whole.

use std::sync::Arc;

use smallvec::SmallVec;

use crate::policy::Policy;
use crate::policy::org::User;
use crate::policy::persistent::Set;
use crate::snapshot::chunks::Chunks;
use crate::snapshot::classes::Classes;
use crate::snapshot::entry::{Entry, Home, Places};
use crate::snapshot::index::Index;
use crate::snapshot::interner::Interned;
use crate::snapshot::lineage::Lineage;
use crate::snapshot::part::Part;
use crate::snapshot::roster::Roster;
use crate::snapshot::several::Several;
use crate::snapshot::tree::{Tree, slot};
use crate::snapshot::{ENTRIES, GroupSlot, Snapshot, UserSlot};
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
        let departments: Vec<_> = org.departments().map(|(id, node)| (id, slot(node))).collect();
        let departments = Index::of(&departments);

        // In the order of their ids, as are the users.
        let mut direct = assigned.direct().peekable();
        let groups: Vec<_> = org.groups().keys().zip(0..).collect();
        let has_role: Vec<bool> = groups.iter().map(|(id, _)| assigned.has_group(id)).collect();
        let sizes = org.groups().values().map(|group| group.members.len());
        let mut members: Vec<Vec<UserSlot>> = sizes.map(Vec::with_capacity).collect();
        let groups: Index<GroupSlot> = Index::of(&groups);
        let (mut parts, mut several) = (Interned::default(), Interned::default());
        parts.place(Part::default());
        let mut users = Vec::with_capacity(org.users().len());
        let mut entries = Vec::with_capacity(org.users().len());
        for (slot, (id, user)) in (0..).zip(org.users().iter()) {
            let mut with_roles = Vec::new();
            for group in &user.groups {
                let Some(place) = groups.get(group.borrowed()) else { continue };
                members[place as usize].push(slot);
                if has_role[place as usize] {
                    with_roles.push(group.clone());
                }
            }
            let mut places = |departments| several.place(departments);
            users.push((id, home(slot, user, &mut places)));
            let part = |part| parts.place(part);
            entries.push(entry(user, with_roles.into(), direct.next_if_eq(&id), part, &mut places));
        }
        debug_assert!(direct.next().is_none(), "INVARIANT: a role is assigned to users who are there");
        drop(direct);
        let index = Index::of(&users);
        // By slot, so sorted as users come.
        let members = Chunks::of(&members, |members| Arc::from(&members[..]));
        let entries: Chunks<Entry, ENTRIES> = Chunks::of(&entries, |entry| *entry);

        let actions = 0..super::place(schema.actions().len());
        let pool = |action: ActionIndex| schema.resource_of(action).unowned == Unowned::Pool;
        Self {
            revision: 0,
            lineage: Lineage::default(),
            roster: Arc::new(Roster::of(&entries, &parts, &several, super::place(tree.slots()))),
            schema: schema.clone(),
            fingerprint: schema.fingerprint(),
            pools: actions.map(pool).collect(),
            departments,
            entries: Arc::new(entries),
            ids: Arc::new(Chunks::of(&users, |(id, _)| (*id).clone())),
            users: index,
            free: Set::default(),
            several,
            parts,
            groups,
            members: Arc::new(members),
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
    Entry { part, anchors: places(user.anchors().map(slot), place) }
}

fn places(mut departments: impl Iterator<Item = u32>, mut place: impl FnMut(Several) -> u32) -> Places {
    // Nearly everybody has one.
    let Some(first) = departments.next() else { return Places::NONE };
    let Some(second) = departments.next() else { return Places::one(first) };
    let mut all: SmallVec<[u32; 8]> = [first, second].into_iter().chain(departments).collect();
    all.sort_unstable();
    all.dedup();
    if all.len() == 1 { Places::one(first) } else { Places::several(place(Several::of(&all))) }
}
