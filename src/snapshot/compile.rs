//! From the validated model to the compiled form, as a whole or after a change.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::policy::Policy;
use crate::policy::change::Touched;
use crate::policy::org::User;
use crate::snapshot::chunks::Chunks;
use crate::snapshot::entry::{Entry, Home, Places, Several};
use crate::snapshot::index::Index;
use crate::snapshot::interner::Interner;
use crate::snapshot::part::{GroupSlot, Part};
use crate::snapshot::roles::{Assigned, Classes, grants, grants_of};
use crate::snapshot::tree::{Tree, slot};
use crate::snapshot::{Snapshot, UserSlot, place};
use crate::vocabulary::id::{GroupId, RoleId, UserId};
use crate::vocabulary::mode::Unowned;
use crate::vocabulary::permission::ActionIndex;

/// What a writer remembers from one snapshot to the next.
///
/// Parts and lists of departments only ever gain, because rows are remembered by their places.
pub(crate) struct Compiler {
    parts: Interner<Part>,
    several: Interner<Several>,
    /// The slots of users who are gone.
    free: Vec<UserSlot>,
    groups: GroupSlot,
}

impl Compiler {
    /// Compiles a policy as a whole.
    pub(crate) fn compile(policy: &Policy) -> (Self, Snapshot) {
        let Policy { schema, org, .. } = policy;
        let mut compiler =
            Self { parts: Interner::default(), several: Interner::default(), free: Vec::new(), groups: 0 };
        compiler.parts.place(Part::nobodys());

        let tree = Tree::of(org);
        let departments = org.departments();
        let departments = Index::of(departments.iter().map(|node| (org.department_id(*node), slot(*node))));
        compiler.groups = place(org.groups().len());
        let groups = Index::of(org.groups().keys().zip(0..));

        // Users by number first, because assignments name them so; then what depends on the assignments.
        let homes: Vec<Home> = (0..).zip(org.users().values()).map(|(slot, user)| compiler.home(slot, user)).collect();
        let users = Index::of(org.users().keys().zip(homes.iter().copied()));
        let members = org.groups().values().map(|group| members_of(&group.members, &users));
        let members: Chunks<Arc<[UserSlot]>> = members.collect();
        let assigned = Assigned::of(policy, &users, &groups);
        let entries = (0..).zip(org.users().values());
        let entries: Chunks<Entry> =
            entries.map(|(slot, user)| compiler.entry(slot, user, &assigned, &groups)).collect();

        let actions = 0..place(schema.actions().len());
        let pool = |action: ActionIndex| schema.resource_of(action).unowned == Unowned::Pool;
        let snapshot = Snapshot {
            revision: 0,
            policy: Arc::new(policy.clone()),
            schema: schema.clone(),
            fingerprint: schema.fingerprint(),
            pools: actions.map(pool).collect(),
            departments: Arc::new(departments),
            users: Arc::new(users),
            entries: Arc::new(entries),
            ids: Arc::new(org.users().keys().cloned().collect()),
            several: Arc::new(compiler.several.items.iter().cloned().collect()),
            parts: Arc::new(compiler.parts.items.iter().cloned().collect()),
            groups: Arc::new(groups),
            members: Arc::new(members),
            grants: grants(policy),
            classes: Arc::new(Classes::of(&assigned, &tree)),
            assigned: Arc::new(assigned),
            tree: Arc::new(tree),
            rows: Arc::default(),
        };
        (compiler, snapshot)
    }

    /// The snapshot of a policy, given the one before and what has changed since.
    ///
    /// It costs what the change touches; besides, a touched group costs its members, a touched department all departments,
    /// and touched assignments all assignments.
    pub(crate) fn follow(&mut self, before: &Snapshot, policy: &Policy, touched: &[Touched]) -> Snapshot {
        let mut next = Snapshot { revision: before.revision + 1, policy: Arc::new(policy.clone()), ..before.clone() };
        let has = |which: fn(&Touched) -> bool| touched.iter().any(which);
        let tree_changed = has(|touched| matches!(touched, Touched::Department(_)));
        let roles_changed = has(|touched| matches!(touched, Touched::Role(_) | Touched::Assignments));
        if tree_changed {
            next.tree = Arc::new(Tree::of(&policy.org));
        }
        for touched in touched {
            match touched {
                Touched::Department(id) => match policy.org.department(id) {
                    Some(node) => Arc::make_mut(&mut next.departments).set(id, slot(node)),
                    None => Arc::make_mut(&mut next.departments).remove(id),
                },
                Touched::Group(id) if policy.org.groups().contains_key(id) => {
                    if next.groups.get(id.borrowed()).is_none() {
                        Arc::make_mut(&mut next.groups).set(id, self.groups);
                        self.groups += 1;
                    }
                }
                Touched::Group(id) => {
                    if let Some(slot) = next.groups.get(id.borrowed()) {
                        Arc::make_mut(&mut next.members).set(slot, Arc::from([]));
                        Arc::make_mut(&mut next.groups).remove(id);
                    }
                }
                Touched::User(id) => self.follow_home(&mut next, policy, id),
                Touched::Member(_) | Touched::Role(_) | Touched::Assignments => {}
            }
        }
        // Each group once, when all users have their slots: a slot may be another user's than before.
        let groups: BTreeSet<&GroupId> = touched
            .iter()
            .filter_map(|touched| match touched {
                Touched::Group(id) | Touched::Member(id) => Some(id),
                _ => None,
            })
            .collect();
        for id in groups {
            if let (Some(group), Some(slot)) = (policy.org.groups().get(id), next.groups.get(id.borrowed())) {
                Arc::make_mut(&mut next.members).set(slot, members_of(&group.members, &next.users));
            }
        }
        if has(|touched| *touched == Touched::Assignments) {
            next.grants = grants(policy);
            next.assigned = Arc::new(Assigned::of(policy, &next.users, &next.groups));
        }
        let roles: BTreeSet<&RoleId> = touched
            .iter()
            .filter_map(|touched| match touched {
                Touched::Role(id) => Some(id),
                _ => None,
            })
            .collect();
        if !roles.is_empty() {
            let all = policy.roles.iter().zip(&mut next.grants);
            for ((_, role), grants) in all.filter(|((id, _), _)| roles.contains(id)) {
                *grants = grants_of(role);
            }
        }
        for touched in touched {
            if let Touched::User(id) = touched {
                self.follow_entry(&mut next, policy, id);
            }
        }
        self.hand_over(&mut next);
        if tree_changed || !next.assigned.brings_the_same(&before.assigned) {
            next.classes = Arc::new(Classes::of(&next.assigned, &next.tree));
        }
        if tree_changed || roles_changed {
            next.rows = Arc::default();
        }
        next
    }
}

/// The members of a group, sorted.
fn members_of(members: &BTreeSet<UserId>, users: &Index<Home>) -> Arc<[UserSlot]> {
    let mut slots: Vec<UserSlot> =
        members.iter().filter_map(|member| users.get(member.borrowed())).map(|home| home.user).collect();
    slots.sort_unstable();
    slots.into()
}

// Users.
impl Compiler {
    fn home(&mut self, user_slot: UserSlot, user: &User) -> Home {
        let member = user.departments.iter().map(|department| slot(*department));
        Home { user: user_slot, member: self.places(member.collect()) }
    }

    fn entry(&mut self, user_slot: UserSlot, user: &User, assigned: &Assigned, groups: &Index<GroupSlot>) -> Entry {
        if !user.active {
            return Entry::NOBODY;
        }
        let mut member_of: Vec<GroupSlot> = user
            .groups
            .iter()
            .filter_map(|group| groups.get(group.borrowed()))
            .filter(|group| assigned.has_group(*group))
            .collect();
        member_of.sort_unstable();
        let part = self.parts.place(Part {
            employee: user.anchors().next().is_some(),
            supervisor: !user.heads.is_empty(),
            deputy: !user.deputy_of.is_empty(),
            administrator: user.admin,
            groups: member_of.into(),
            direct: assigned.has_direct(user_slot).then_some(user_slot),
        });
        Entry { part, anchors: self.places(user.anchors().map(slot).collect()) }
    }

    fn places(&mut self, mut departments: smallvec::SmallVec<[u32; 4]>) -> Places {
        departments.sort_unstable();
        departments.dedup();
        match *departments {
            [] => Places::NONE,
            [department] => Places::one(department),
            _ => Places::several(self.several.place(departments.as_slice().into())),
        }
    }

    /// Brings the index up to date with a user who was added, changed or removed.
    fn follow_home(&mut self, next: &mut Snapshot, policy: &Policy, id: &UserId) {
        let before = next.users.get(id.borrowed());
        let Some(user) = policy.org.users().get(id) else {
            if let Some(home) = before {
                Arc::make_mut(&mut next.users).remove(id);
                Arc::make_mut(&mut next.entries).set(home.user, Entry::NOBODY);
                self.free.push(home.user);
            }
            return;
        };
        let slot = before.map_or_else(|| self.new_slot(next, id), |home| home.user);
        let home = self.home(slot, user);
        if before != Some(home) {
            Arc::make_mut(&mut next.users).set(id, home);
        }
    }

    fn new_slot(&mut self, next: &mut Snapshot, id: &UserId) -> UserSlot {
        let slot = self.free.pop().unwrap_or_else(|| place(next.entries.len()));
        Arc::make_mut(&mut next.ids).set(slot, id.clone());
        Arc::make_mut(&mut next.entries).set(slot, Entry::NOBODY);
        slot
    }

    /// Brings the entry of a user up to date, who has a slot by now.
    fn follow_entry(&mut self, next: &mut Snapshot, policy: &Policy, id: &UserId) {
        let (Some(user), Some(home)) = (policy.org.users().get(id), next.users.get(id.borrowed())) else { return };
        let entry = self.entry(home.user, user, &next.assigned, &next.groups);
        if next.entries.get(home.user) != Some(&entry) {
            Arc::make_mut(&mut next.entries).set(home.user, entry);
        }
    }

    /// Hands the parts and lists that are new since the last time over to a snapshot.
    fn hand_over(&self, next: &mut Snapshot) {
        for place in next.parts.len()..self.parts.items.len() {
            Arc::make_mut(&mut next.parts).set(super::place(place), self.parts.items[place].clone());
        }
        for place in next.several.len()..self.several.items.len() {
            Arc::make_mut(&mut next.several).set(super::place(place), self.several.items[place].clone());
        }
    }
}
