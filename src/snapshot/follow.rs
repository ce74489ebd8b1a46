//! The compiled form after a change: what is the same is shared with the snapshot before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::document::Command;
use crate::policy::Policy;
use crate::policy::change::{Invalid, Touched};
use crate::snapshot::compile::{entry, home, members_of};
use crate::snapshot::entry::Entry;
use crate::snapshot::roles::Classes;
use crate::snapshot::roster::Roster;
use crate::snapshot::tree::{Tree, slot};
use crate::snapshot::{Snapshot, UserSlot, place};
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::subject::Subject;

/// What a batch touched, each once.
#[derive(Default)]
struct Parts<'t> {
    departments: BTreeSet<&'t DepartmentId>,
    groups: BTreeSet<&'t GroupId>,
    members: BTreeMap<&'t GroupId, BTreeSet<&'t UserId>>,
    users: BTreeSet<&'t UserId>,
    assigned: BTreeSet<(&'t Subject, &'t RoleId)>,
    /// Whether what a role grants is otherwise than before.
    levels: bool,
}

impl<'t> Parts<'t> {
    fn of(touched: &'t [Touched]) -> Self {
        let mut parts = Self::default();
        for touched in touched {
            match touched {
                Touched::Department(id) => _ = parts.departments.insert(id),
                Touched::Group(id) => _ = parts.groups.insert(id),
                Touched::Member(group, user) => _ = parts.members.entry(group).or_default().insert(user),
                Touched::User(id) => _ = parts.users.insert(id),
                Touched::Assigned(role, subject) => _ = parts.assigned.insert((subject, role)),
                Touched::Levels => parts.levels = true,
            }
        }
        parts
    }
}

impl Snapshot {
    /// The state after these commands, if all make sense; otherwise the place of the first that makes none.
    pub(crate) fn what_if(&self, commands: &[Command]) -> Result<Self, (usize, Invalid)> {
        let mut policy = self.policy.clone();
        let mut touched = Vec::new();
        for (place, command) in commands.iter().enumerate() {
            touched.extend(policy.change(command).map_err(|invalid| (place, invalid))?.touched);
        }
        Ok(self.try_to_follow(policy, &touched))
    }

    /// What [`follow`](Self::follow) gives, for who only tries: it remembers rows of its own, in a line of its own, so any
    /// number of them may follow one snapshot.
    pub(crate) fn try_to_follow(&self, policy: Policy, touched: &[Touched]) -> Self {
        Self { rows: Arc::default(), lineage: self.lineage.fork(self.revision), ..self.clone() }.follow(policy, touched)
    }

    /// The snapshot of a policy, given the one before and what has changed since.
    ///
    /// At most one snapshot may follow another, because they remember rows together and give out places in turn.
    /// It costs what the change touches; besides, a group that comes costs its members, one that gets its first role or loses
    /// its last one too, who joins or leaves one a copy of their list, and a touched department costs all departments.
    pub(crate) fn follow(&self, policy: Policy, touched: &[Touched]) -> Self {
        let mut touched = Parts::of(touched);
        let mut next = Self { revision: self.revision + 1, policy, ..self.clone() };
        let org = next.policy.org.clone();
        let tree_changed = !touched.departments.is_empty();

        for id in &touched.departments {
            match org.department(id) {
                Some(node) => next.departments.set(id, slot(node)),
                None => next.departments.remove(id),
            }
        }
        if tree_changed {
            next.tree = Tree::of(&org);
        }
        #[cfg(feature = "sql")]
        {
            let tree = tree_changed.then_some(&next.tree);
            next.imprint = self.imprint.follow(&self.policy.org, &org, &touched.users, tree);
        }
        for (subject, role) in &touched.assigned {
            next.assigned.follow(&next.policy, role, subject);
            match subject {
                Subject::User(id) => _ = touched.users.insert(id),
                // Which groups have any role is a part of their members.
                Subject::Group(id) if self.assigned.has_group(id) != next.assigned.has_group(id) => {
                    touched
                        .users
                        .extend(self.policy.org.groups().get(id).iter().flat_map(|group| group.members.iter()));
                }
                _ => {}
            }
        }
        // All ids first: a slot may be another user's than before.
        for id in &touched.users {
            next.follow_home(id);
        }
        for id in &touched.users {
            next.follow_entry(id);
        }
        if !touched.users.is_empty() {
            let slots = |id: &&UserId| [self, &next].map(|state| state.slot_of(id.borrowed()));
            let slots: Vec<UserSlot> = touched.users.iter().flat_map(slots).flatten().collect();
            let mut roster = Roster::clone(&next.roster);
            roster.follow(self, &next, slots);
            next.roster = Arc::new(roster);
        }
        for id in &touched.groups {
            next.follow_group(id);
        }
        // Who has just been listed as a whole is not brought up to date again.
        for (group, users) in touched.members.iter().filter(|(group, _)| !touched.groups.contains(*group)) {
            next.follow_members(self, group, users);
        }

        let brought =
            |(subject, _): &(&Subject, &RoleId)| matches!(subject, Subject::Department(_) | Subject::DepartmentSub(_));
        if tree_changed || touched.assigned.iter().any(brought) {
            next.classes = Arc::new(Classes::of(&next.assigned, &org, &next.tree));
        }
        if tree_changed || touched.levels || !touched.assigned.is_empty() {
            next.rows = Arc::default();
        }
        next
    }

    /// Brings the index up to date with a user who was added, changed or removed.
    fn follow_home(&mut self, id: &UserId) {
        let before = self.users.get(id.borrowed());
        match (self.policy.org.users().get(id), before) {
            (Some(user), _) => {
                let user = user.clone();
                let slot = before.map_or_else(|| self.new_slot(id), |home| home.user);
                let home = home(slot, &user, |departments| self.several.place(departments));
                if before != Some(home) {
                    self.users.set(id, home);
                }
            }
            (None, Some(home)) => {
                self.users.remove(id);
                Arc::make_mut(&mut self.entries).set(home.user, Entry::NOBODY);
                self.free.insert(home.user);
            }
            (None, None) => {}
        }
    }

    fn new_slot(&mut self, id: &UserId) -> UserSlot {
        let free = self.free.iter().next().copied();
        let slot = free.unwrap_or_else(|| place(self.entries.len()));
        self.free.remove(&slot);
        Arc::make_mut(&mut self.ids).set(slot, id.clone());
        Arc::make_mut(&mut self.entries).set(slot, Entry::NOBODY);
        slot
    }

    /// Brings the entry of a user up to date, who has a slot by now.
    fn follow_entry(&mut self, id: &UserId) {
        let (Some(user), Some(home)) = (self.policy.org.users().get(id), self.users.get(id.borrowed())) else { return };
        let (parts, several) = (&mut self.parts, &mut self.several);
        let part = |part| parts.place(part);
        let groups = user.groups.iter().filter(|group| self.assigned.has_group(group)).cloned().collect();
        let direct = self.assigned.has_direct(id).then_some(id);
        let entry = entry(user, groups, direct, part, |departments| several.place(departments));
        if self.entries.get(home.user) != Some(&entry) {
            Arc::make_mut(&mut self.entries).set(home.user, entry);
        }
    }

    /// Brings a group up to date that was added or removed.
    fn follow_group(&mut self, id: &GroupId) {
        let before = self.groups.get(id.borrowed());
        let members = Arc::make_mut(&mut self.members);
        match (self.policy.org.groups().get(id), before) {
            (Some(group), _) => {
                let slot = before.unwrap_or_else(|| place(members.len()));
                members.set(slot, members_of(&group.members, &self.users));
                self.groups.set(id, slot);
            }
            (None, Some(slot)) => {
                members.set(slot, Arc::from([]));
                self.groups.remove(id);
            }
            (None, None) => {}
        }
    }

    /// Brings the members of a group up to date with users who joined or left it.
    fn follow_members(&mut self, before: &Self, id: &GroupId, users: &BTreeSet<&UserId>) {
        let (Some(group), Some(slot)) = (self.policy.org.groups().get(id), self.groups.get(id.borrowed())) else {
            return;
        };
        let slot_of = |state: &Self, user: &UserId| state.slot_of(user.borrowed());
        let mut left: Vec<UserSlot> = users.iter().filter_map(|user| slot_of(before, user)).collect();
        left.sort_unstable();
        let joined = users.iter().filter(|user| group.members.contains(user)).filter_map(|user| slot_of(self, user));
        let members = self.members.get(slot).map_or(&[][..], |members| members);
        // Who leaves first: their slots may be those of who comes.
        let stay = members.iter().copied().filter(|member| left.binary_search(member).is_err());
        let mut members: Vec<UserSlot> = stay.chain(joined).collect();
        #[allow(
            clippy::stable_sort_primitive,
            reason = "it merges what is sorted already, which the unstable one does not"
        )]
        members.sort();
        Arc::make_mut(&mut self.members).set(slot, members.into());
    }
}
