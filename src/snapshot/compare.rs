//! Comparing two snapshots by the parts that they do not share.

use std::collections::{BTreeSet, HashMap};

use crate::snapshot::Snapshot;
use crate::vocabulary::id::UserId;

impl Snapshot {
    /// Whether one of the two followed from the other, so that numbers mean the same in both. A slot that was free in
    /// between may belong to another user or department, though.
    pub(crate) fn is_kin(&self, other: &Self) -> bool {
        self.lineage.descends_from(&other.lineage, other.step) || other.lineage.descends_from(&self.lineage, self.step)
    }

    /// The users who may be members of other departments than in the other state, including those who are in only one
    /// of the two. Complete, but some of them may be unchanged.
    ///
    /// If the two are kin, this walks only what they do not share, which is little if one closely followed the other.
    pub(crate) fn changed_homes(&self, other: &Self) -> Vec<UserId> {
        if self.is_kin(other) && !self.has_slot_of_another(other) {
            return self.people.unshared_users(&other.people);
        }
        let (here, there) = (self.policy.org.users().keys(), other.policy.org.users().keys());
        here.chain(there).collect::<BTreeSet<_>>().into_iter().cloned().collect()
    }

    /// Whether some slot belongs to different departments in the two, so that equal homes may not mean the same.
    fn has_slot_of_another(&self, other: &Self) -> bool {
        if self.has_the_tree_of(other) {
            return false;
        }
        let there: HashMap<_, _> = other.policy.org.departments().map(|(id, slot)| (slot, id)).collect();
        self.policy.org.departments().any(|(id, slot)| there.get(&slot).is_some_and(|other| *other != id))
    }

    /// Whether the departments are known to be the same, in the same order.
    pub(crate) fn has_the_tree_of(&self, other: &Self) -> bool {
        self.people.tree().ptr_eq(other.people.tree())
    }
}
