//! What two snapshots share, so that a comparison looks only at the rest.

use std::collections::{BTreeSet, HashMap};

use crate::snapshot::Snapshot;
use crate::vocabulary::id::UserId;

impl Snapshot {
    /// Whether one of the two followed from the other, so that the same number means the same in both; but a slot that
    /// was free in between may be another's.
    pub(crate) fn is_kin(&self, other: &Self) -> bool {
        self.lineage.descends_from(&other.lineage, other.revision)
            || other.lineage.descends_from(&self.lineage, self.revision)
    }

    /// The users who may be members of other departments than in another state, those who are only in one of them
    /// included: at least all who are.
    ///
    /// Of two that are kin it walks what they do not share, which is little if one followed the other.
    pub(crate) fn changed_homes(&self, other: &Self) -> Vec<UserId> {
        if self.is_kin(other) && !self.has_slot_of_another(other) {
            return self.people.unshared_users(&other.people);
        }
        let (here, there) = (self.policy.org.users().keys(), other.policy.org.users().keys());
        here.chain(there).collect::<BTreeSet<_>>().into_iter().cloned().collect()
    }

    /// Whether some slot is one department's here and another's there, so that homes that look the same may not be.
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
