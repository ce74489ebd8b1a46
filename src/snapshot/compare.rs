//! What two snapshots share, so that a comparison looks only at the rest.

use std::collections::{BTreeSet, HashMap};

use crate::snapshot::entry::Entry;
use crate::snapshot::tree::Tree;
use crate::snapshot::{DepartmentSlot, Snapshot, UserSlot};
use crate::vocabulary::id::{UserId, UserRef};

impl Snapshot {
    /// Whether one of the two followed from the other, so that the same number means the same in both; but a slot that was
    /// free in between may be another's.
    pub(crate) fn is_kin(&self, other: &Self) -> bool {
        self.lineage.descends_from(&other.lineage, other.revision)
            || other.lineage.descends_from(&self.lineage, self.revision)
    }

    /// Of two that are kin: the slots whose users, or what is compiled of them, may differ.
    pub(crate) fn changed_slots(&self, other: &Self) -> Vec<UserSlot> {
        let mut slots: Vec<UserSlot> = self.entries.unshared(&other.entries).collect();
        slots.extend(self.ids.unshared(&other.ids));
        slots.retain(|slot| {
            self.entries.get(*slot) != other.entries.get(*slot) || self.ids.get(*slot) != other.ids.get(*slot)
        });
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// The users who may be members of other departments than in another state, those who are only in one of them included:
    /// at least all who are.
    ///
    /// Of two that are kin it walks what they do not share, which is little if one followed the other.
    pub(crate) fn changed_homes(&self, other: &Self) -> Vec<UserId> {
        if self.is_kin(other) && !self.has_slot_of_another(other) {
            return self.users.unshared(&other.users);
        }
        let (here, there) = (self.policy.org.users().keys(), other.policy.org.users().keys());
        here.chain(there).collect::<BTreeSet<_>>().into_iter().cloned().collect()
    }

    /// Whether some slot is one department's here and another's there, so that homes that look the same may not be.
    fn has_slot_of_another(&self, other: &Self) -> bool {
        if self.has_the_tree_of(other) {
            return false;
        }
        let there: HashMap<_, _> = other.policy.org.departments().map(|(id, node)| (node, id)).collect();
        self.policy.org.departments().any(|(id, node)| there.get(&node).is_some_and(|other| *other != id))
    }

    /// Whether the departments are the same, in the same places.
    pub(crate) fn has_the_tree_of(&self, other: &Self) -> bool {
        self.tree.ptr_eq(&other.tree)
    }

    /// Whether all groups have the same members.
    pub(crate) fn has_the_groups_of(&self, other: &Self) -> bool {
        self.members.ptr_eq(&other.members)
    }

    /// The user who stands in a slot, if somebody does.
    pub(crate) fn user_at(&self, slot: UserSlot) -> Option<&UserId> {
        self.ids.get(slot).filter(|id| self.slot_of(id.borrowed()) == Some(slot))
    }

    pub(crate) fn slot_of(&self, user: UserRef<'_>) -> Option<UserSlot> {
        self.users.get(user).map(|home| home.user)
    }

    /// Where the users of an entry are anchored.
    pub(crate) fn anchors(&self, entry: Entry) -> Vec<DepartmentSlot> {
        match entry.anchors.slot() {
            Ok(Tree::NOWHERE) => Vec::new(),
            Ok(department) => vec![department],
            Err(several) => self.several.get(several).map_or_else(Vec::new, |several| several.iter().collect()),
        }
    }

    pub(crate) fn number(&self, department: DepartmentSlot) -> u32 {
        self.tree.number(department)
    }

    /// All departments, each after the one above it.
    pub(crate) fn departments(&self) -> &[DepartmentSlot] {
        self.tree.preorder()
    }
}
