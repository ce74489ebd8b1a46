//! The compiled form after a change: what is the same is shared with the snapshot before.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::collections::place_number;
use crate::document::Command;
use crate::policy::Policy;
use crate::policy::change::{Invalid, Touched};
use crate::policy::org::User;
use crate::snapshot::compile::{entry, home, members_of};
use crate::snapshot::entry::Entry;
use crate::snapshot::lineage::Lineage;
use crate::snapshot::part::Part;
use crate::snapshot::row::Rows;
use crate::snapshot::tree::{Tree, slot};
use crate::snapshot::{Snapshot, UserSlot};
use crate::vocabulary::id::{DepartmentId, GroupId, UserId};
use crate::vocabulary::subject::Subject;

/// What a batch touched, each once.
#[derive(Default)]
struct Changed<'t> {
    departments: BTreeSet<&'t DepartmentId>,
    groups: BTreeSet<&'t GroupId>,
    members: BTreeMap<&'t GroupId, BTreeSet<&'t UserId>>,
    users: BTreeSet<&'t UserId>,
    assigned: BTreeSet<&'t Subject>,
}

impl<'t> Changed<'t> {
    fn of(touched: &'t [Touched]) -> Self {
        let mut changed = Self::default();
        for touched in touched {
            match touched {
                Touched::Department(id) => _ = changed.departments.insert(id),
                Touched::Group(id) => _ = changed.groups.insert(id),
                Touched::Member(group, user) => _ = changed.members.entry(group).or_default().insert(user),
                Touched::User(id) => _ = changed.users.insert(id),
                Touched::Assigned(subject) => _ = changed.assigned.insert(subject),
                Touched::Levels => {}
            }
        }
        changed
    }
}

impl Snapshot {
    /// The state after these commands, if all make sense; otherwise the place of the first that makes none.
    pub(crate) fn what_if(&self, commands: &[Command]) -> Result<Self, (usize, Invalid)> {
        let mut policy = Policy::clone(&self.policy);
        let mut touched = Vec::new();
        for (place, command) in commands.iter().enumerate() {
            touched.extend(policy.change(command).map_err(|invalid| (place, invalid))?.touched);
        }
        Ok(self.try_to_follow(&Arc::new(policy), &touched))
    }

    /// What [`follow`](Self::follow) gives, for who only tries: it remembers rows of its own, in a line of its own, so any
    /// number of them may follow one snapshot.
    pub(crate) fn try_to_follow(&self, policy: &Arc<Policy>, touched: &[Touched]) -> Self {
        self.next(policy, touched, Arc::default(), self.lineage.fork(self.revision))
    }

    /// What [`follow`](Self::follow) gives, made from what was tried already, change by change.
    pub(crate) fn adopt(&self, tried: &Self, touched: &[Touched]) -> Self {
        let rows = if touched.iter().all(Touched::leaves_rows) { &self.rows } else { &tried.rows };
        Self { revision: self.revision + 1, lineage: self.lineage.clone(), rows: rows.clone(), ..tried.clone() }
    }

    /// The snapshot of a policy, given the one before and what has changed since.
    ///
    /// At most once may a snapshot be followed, or adopt what was tried, because both remember rows together and give out
    /// places in turn. It costs what the change touches; besides, a group that comes costs its members, one that gets its first
    /// role or loses its last one too, and who joins or leaves one a copy of their list. A department that moves, or gets or
    /// loses a role, costs a copy of what is known of each department in a few bytes; one that comes or goes, or several at
    /// once, cost all departments.
    pub(crate) fn follow(&self, policy: &Arc<Policy>, touched: &[Touched]) -> Self {
        let rows = if touched.iter().all(Touched::leaves_rows) { self.rows.clone() } else { Arc::default() };
        self.next(policy, touched, rows, self.lineage.clone())
    }

    /// The state after a change, with these rows, in this line.
    fn next(&self, policy: &Arc<Policy>, touched: &[Touched], rows: Arc<Rows>, lineage: Lineage) -> Self {
        let mut next = Self { revision: self.revision + 1, policy: policy.clone(), rows, lineage, ..self.clone() };
        let touched = Changed::of(touched);
        let org = &policy.org;
        let tree_changed = !touched.departments.is_empty();

        for id in &touched.departments {
            match org.department(id).map(slot) {
                slot if slot == self.departments.get(id.borrowed()) => {}
                Some(slot) => next.departments.set(id, slot),
                None => next.departments.remove(id),
            }
        }
        if tree_changed {
            let only = touched.departments.first().filter(|_| touched.departments.len() == 1);
            let moved = only.and_then(|id| org.department(id)).filter(|node| self.tree.below(slot(*node)).count > 0);
            next.tree = match moved {
                Some(department) => self.tree.moved(&self.policy.org, org, department),
                None => Tree::of(org),
            };
        }
        #[cfg(feature = "sql")]
        {
            let tree = tree_changed.then_some(&next.tree);
            next.imprint = self.imprint.follow(&self.policy.org, org, &touched.users, tree);
        }
        for subject in &touched.assigned {
            next.follow_assigned(self, subject);
        }
        let users: Vec<_> = touched.users.iter().map(|id| (*id, org.users().get(*id))).collect();
        // All ids first: a slot may be another user's than before.
        for (id, user) in &users {
            next.follow_home(id, *user);
        }
        for (id, user) in users {
            next.follow_entry(id, user);
        }
        next.list_several(self.several.len());
        for id in &touched.groups {
            next.follow_group(id);
        }
        // Who has just been listed as a whole is not brought up to date again.
        for (group, users) in touched.members.iter().filter(|(group, _)| !touched.groups.contains(*group)) {
            next.follow_members(self, group, users);
        }

        let bring = touched.assigned.iter().filter_map(|subject| match subject {
            Subject::Department(id) | Subject::DepartmentSub(id) => Some(id),
            _ => None,
        });
        let mut bring = bring.chain(touched.departments.iter().copied()).peekable();
        if bring.peek().is_some() {
            Arc::make_mut(&mut next.classes).follow(&policy.assigned, org, &next.tree, bring);
        }
        next
    }

    /// Brings up to date whom a subject is a part of: whether any role is assigned to the user, or to a group of theirs.
    fn follow_assigned(&mut self, before: &Self, subject: &Subject) {
        match subject {
            Subject::User(id) => {
                let direct = self.policy.assigned.has_direct(id).then_some(id);
                if let Some(user) = before.slot_of(id.borrowed()) {
                    let entry = self.entry(user);
                    let part = self.another_part(entry.part, |part| part.direct = direct.cloned());
                    self.set_entry(user, Entry { part, ..entry });
                }
            }
            Subject::Group(id) => {
                let has_role = self.policy.assigned.has_group(id);
                if has_role == before.policy.assigned.has_group(id) {
                    return;
                }
                let Some(group) = before.groups.get(id.borrowed()) else { return };
                // Many members share a part.
                let mut parts: HashMap<u32, u32, RandomState> = HashMap::default();
                for user in before.members(id).iter().flat_map(|members| members.iter()) {
                    let entry = self.entry(*user);
                    let another = || self.another_part(entry.part, |part| part.set_group(group, has_role));
                    let part = *parts.entry(entry.part).or_insert_with(another);
                    self.set_entry(*user, Entry { part, ..entry });
                }
            }
            _ => {}
        }
    }

    /// The place of another part than this, unless it is that of who may not ask.
    fn another_part(&mut self, place: u32, change: impl FnOnce(&mut Part)) -> u32 {
        let Some(part) = self.parts.get(place).filter(|part| part.active) else { return place };
        let mut part = Part::clone(part);
        change(&mut part);
        self.parts.place(part)
    }

    /// Brings the index up to date with a user who was added, changed or removed.
    fn follow_home(&mut self, id: &UserId, user: Option<&User>) {
        let before = self.users.get(id.borrowed());
        match (user, before) {
            (Some(user), _) => {
                let slot = before.map_or_else(|| self.new_slot(id), |home| home.user);
                let home = home(slot, user, |departments| self.several.place(departments));
                if before != Some(home) {
                    self.users.set(id, home);
                }
            }
            (None, Some(home)) => {
                self.users.remove(id);
                self.set_entry(home.user, Entry::NOBODY);
                self.free.insert(home.user);
            }
            (None, None) => {}
        }
    }

    fn new_slot(&mut self, id: &UserId) -> UserSlot {
        let free = self.free.iter().next().copied();
        let slot = free.unwrap_or_else(|| place_number(self.entries.len()));
        self.free.remove(&slot);
        self.ids.set(slot, id.clone());
        self.entries.set(slot, Entry::NOBODY);
        slot
    }

    /// Brings the entry of a user up to date, who has a slot by now.
    fn follow_entry(&mut self, id: &UserId, user: Option<&User>) {
        let (Some(user), Some(home)) = (user, self.users.get(id.borrowed())) else { return };
        let (parts, several) = (&mut self.parts, &mut self.several);
        let part = |part| parts.place(part);
        let Policy { org, assigned, .. } = &*self.policy;
        let has_role = |group| org.group_id(group).is_some_and(|group| assigned.has_group(group));
        let direct = assigned.has_direct(id).then_some(id);
        let entry = entry(user, home.member, has_role, direct, part, |departments| several.place(departments));
        self.set_entry(home.user, entry);
    }

    /// Brings a group up to date that was added or removed.
    fn follow_group(&mut self, id: &GroupId) {
        let members = &mut self.members;
        if let Some(number) = self.groups.get(id.borrowed()) {
            members.set(number, Arc::default());
            self.groups.remove(id);
        }
        if let Some(group) = self.policy.org.groups().get(id) {
            // Groups before it may come after it in this batch, or be gone by now.
            for number in place_number(members.len())..group.number {
                members.set(number, Arc::default());
            }
            members.set(group.number, members_of(&group.members, &self.users));
            self.groups.set(id, group.number);
        }
    }

    /// Brings the members of a group up to date with users who joined or left it.
    fn follow_members(&mut self, before: &Self, id: &GroupId, users: &BTreeSet<&UserId>) {
        let Some(group) = self.policy.org.groups().get(id) else { return };
        let slot_of = |state: &Self, user: &UserId| state.slot_of(user.borrowed());
        let mut left: Vec<UserSlot> = users.iter().filter_map(|user| slot_of(before, user)).collect();
        left.sort_unstable();
        let joined = users.iter().filter(|user| group.members.contains(user)).filter_map(|user| slot_of(self, user));
        let members = self.members.get(group.number).map_or(&[][..], |members| members);
        // Who leaves first: their slots may be those of who comes.
        let stay = members.iter().copied().filter(|member| left.binary_search(member).is_err());
        let mut members: Vec<UserSlot> = stay.chain(joined).collect();
        #[allow(clippy::stable_sort_primitive, reason = "only the stable one merges what is sorted already")]
        members.sort();
        self.members.set(group.number, members.into());
    }
}
