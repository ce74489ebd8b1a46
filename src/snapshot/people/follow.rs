//! People after a change. Everything unchanged is shared with the state before.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::policy::Policy;
use crate::policy::org::User;
use crate::snapshot::people::People;
use crate::snapshot::people::compile::{entry, home, led, members_of};
use crate::snapshot::people::entry::Entry;
use crate::snapshot::people::standing::Standing;
use crate::snapshot::people::tree::Tree;
use crate::snapshot::touched::Touched;
use crate::vocabulary::id::{GroupId, UserId};
use crate::vocabulary::index::{Idx, StandingSlot, UserSlot};
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

impl People {
    /// The people of a policy, given those of the policy before and what has changed since.
    pub(crate) fn follow(&self, before: &Policy, after: &Policy, touched: &Touched<'_>) -> Self {
        let mut next = self.clone();
        next.follow_departments(before, after, touched);
        for subject in &touched.assigned {
            next.follow_assigned(self, before, after, subject);
        }
        let users: Vec<_> = touched.users.iter().map(|id| (*id, after.org.users().get(*id))).collect();
        // All homes first: an entry is set by slot, and a slot may have got another user.
        for (id, user) in &users {
            next.follow_home(id, *user);
        }
        for (id, user) in users {
            next.follow_entry(after, id, user);
        }
        next.add_lists(self.lists.len());
        next.follow_groups(after, touched);
        // A group that has just been listed as a whole is up to date.
        for (group, users) in touched.members.iter().filter(|(group, _)| !touched.groups.contains(*group)) {
            next.follow_members(self, after, group, users);
        }
        next
    }

    fn follow_departments(&mut self, before: &Policy, after: &Policy, touched: &Touched<'_>) {
        if touched.departments.is_empty() {
            return;
        }
        for id in &touched.departments {
            match after.org.department(id) {
                slot if slot == self.departments.get(id.borrowed()) => {}
                Some(slot) => self.departments.set(id, slot),
                None => self.departments.remove(id),
            }
        }
        let only = touched.departments.first().filter(|_| touched.departments.len() == 1);
        let moved = only.and_then(|id| after.org.department(id)).filter(|slot| self.tree.below(*slot).count > 0);
        self.tree = match moved {
            Some(department) => self.tree.moved(&before.org, &after.org, department),
            None => Tree::of(&after.org),
        };
    }

    /// Updates the standings of a subject's users: whether a role is assigned to the user, or to a group of theirs.
    fn follow_assigned(&mut self, before: &Self, old: &Policy, new: &Policy, subject: &Subject) {
        match subject {
            Subject::User(id) => {
                let direct = new.assigned.has_direct(id).then_some(id);
                if let Some(user) = before.slot_of(id.borrowed()) {
                    let entry = self.entry(user);
                    let standing = self.change_standing(entry.standing, |standing| standing.direct = direct.cloned());
                    self.set_entry(user, Entry { standing, ..entry });
                }
            }
            Subject::Group(id) => {
                let has_role = new.assigned.has_group(id);
                if has_role == old.assigned.has_group(id) {
                    return;
                }
                let Some(group) = before.groups.get(id.borrowed()) else { return };
                // Many members share a standing.
                let mut standings: HashMap<StandingSlot, StandingSlot, RandomState> = HashMap::default();
                for user in before.members(id).iter().flat_map(|members| members.iter()) {
                    let entry = self.entry(*user);
                    let change =
                        || self.change_standing(entry.standing, |standing| standing.set_group(group, has_role));
                    let standing = *standings.entry(entry.standing).or_insert_with(change);
                    self.set_entry(*user, Entry { standing, ..entry });
                }
            }
            Subject::Supervisors => self.follow_led(old, new, Post::Head),
            Subject::Deputies => self.follow_led(old, new, Post::Deputy),
            _ => {}
        }
    }

    /// Updates the standings of all who lead departments, after the first role that is measured from these was assigned,
    /// or the last one unassigned.
    fn follow_led(&mut self, old: &Policy, new: &Policy, post: Post) {
        let in_subject = new.assigned.is_in_subject(post);
        if in_subject == old.assigned.is_in_subject(post) {
            return;
        }
        for slot in self.leading(post) {
            let user = self.id(slot).and_then(|id| old.org.users().get(id));
            let led = user.filter(|_| in_subject).and_then(|user| led(user, post));
            let entry = self.entry(slot);
            let standing = self.change_standing(entry.standing, |standing| match post {
                Post::Head => standing.heads = led,
                _ => standing.deputies = led,
            });
            self.set_entry(slot, Entry { standing, ..entry });
        }
    }

    /// The slot of a standing after a change. The standing of inactive users never changes.
    fn change_standing(&mut self, slot: StandingSlot, change: impl FnOnce(&mut Standing)) -> StandingSlot {
        let Some(standing) = self.standings.get(slot).filter(|standing| standing.active) else { return slot };
        let mut standing = Standing::clone(standing);
        change(&mut standing);
        self.standings.slot(standing)
    }

    /// Updates the index for a user who was added, changed or removed.
    fn follow_home(&mut self, id: &UserId, user: Option<&User>) {
        let before = self.users.get(id.borrowed());
        match (user, before) {
            (Some(user), _) => {
                let slot = before.map_or_else(|| self.new_slot(id), |home| home.user);
                let home = home(slot, user, |list| self.lists.slot(list));
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
        let slot = free.unwrap_or_else(|| UserSlot::new(self.entries.len()));
        self.free.remove(&slot);
        self.ids.set(slot, id.clone());
        self.entries.set(slot, Entry::NOBODY);
        slot
    }

    /// Updates the entry of a user whose home is up to date.
    fn follow_entry(&mut self, policy: &Policy, id: &UserId, user: Option<&User>) {
        let (Some(user), Some(home)) = (user, self.users.get(id.borrowed())) else { return };
        let Policy { org, assigned, .. } = policy;
        let (standings, lists) = (&mut self.standings, &mut self.lists);
        let has_role = |group| org.group_id(group).is_some_and(|group| assigned.has_group(group));
        let direct = assigned.has_direct(id).then_some(id);
        let standing = |standing| standings.slot(standing);
        let in_subject = |post| assigned.is_in_subject(post);
        let entry = entry(user, home.member, has_role, direct, in_subject, standing, |list| lists.slot(list));
        self.set_entry(home.user, entry);
    }

    /// Brings the groups up to date that were added or removed.
    fn follow_groups(&mut self, policy: &Policy, touched: &Touched<'_>) {
        // Those that went first: one that came may have got the number of one of them.
        for id in &touched.groups {
            if let Some(number) = self.groups.get(id.borrowed()) {
                self.members.set(number, Arc::default());
                self.groups.remove(id);
            }
        }
        for (id, group) in touched.groups.iter().filter_map(|id| Some((*id, policy.org.groups().get(*id)?))) {
            // The numbers between may be those of groups that come later in this loop.
            for number in self.members.len()..group.number.index() {
                self.members.set(Idx::new(number), Arc::default());
            }
            self.members.set(group.number, members_of(&group.members, &self.users));
            self.groups.set(id, group.number);
        }
    }

    /// Updates the members of a group after users joined or left it.
    fn follow_members(&mut self, before: &Self, policy: &Policy, id: &GroupId, users: &BTreeSet<&UserId>) {
        let Some(group) = policy.org.groups().get(id) else { return };
        let slot_of = |state: &Self, user: &UserId| state.slot_of(user.borrowed());
        let mut left: Vec<UserSlot> = users.iter().filter_map(|user| slot_of(before, user)).collect();
        left.sort_unstable();
        let joined = users.iter().filter(|user| group.members.contains(user)).filter_map(|user| slot_of(self, user));
        let members = self.members.get(group.number).map_or(&[][..], |members| members);
        // Removes leavers first: a joiner may have reused a leaver's slot.
        let stay = members.iter().copied().filter(|member| left.binary_search(member).is_err());
        let mut members: Vec<UserSlot> = stay.chain(joined).collect();
        #[allow(clippy::stable_sort_primitive, reason = "only the stable one merges what is sorted already")]
        members.sort();
        self.members.set(group.number, members.into());
    }
}
