//! The relations of a record to a user, owner by owner and share by share.

use crate::policy::org::User;
use crate::query::explain::grounds::{assignment, places};
use crate::query::explain::record::{department_named, homes, owner_info, share_info};
use crate::query::explain::{Assignment, Tie};
use crate::query::principal::Principal;
use crate::vocabulary::facts::Facts;
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::subject::{Owner, OwnerRef, Share, ShareRef, Subject};

impl Principal<'_> {
    /// All relations of a record to the user.
    pub(super) fn ties(&self, action: ActionIndex, facts: &Facts<'_>) -> Vec<Tie> {
        let org = &self.snapshot.policy().org;
        let Some((id, user)) = self.id().and_then(|id| Some((id, org.users().get(id)?))) else { return Vec::new() };
        let mut ties = Vec::new();
        let owners = facts.owners.as_slice();
        if owners.iter().any(|owner| matches!(owner, Owner::User(owner) if UserId::from(*owner) == *id)) {
            ties.push(Tie::Own);
        }
        if owners.is_empty() && self.snapshot.rights.is_pool(action) {
            ties.push(Tie::Unowned);
        }
        for owner in owners {
            ties.extend(self.ties_to(id, user, owner));
        }
        if facts.open {
            ties.push(Tie::Open);
        }
        for share in facts.shared_with.as_slice() {
            ties.extend(self.tie_by_share(id, user, share));
        }
        ties
    }

    /// The places from which the user reaches the departments of another owner.
    fn ties_to(&self, id: &UserId, user: &User, owner: &OwnerRef<'_>) -> Vec<Tie> {
        let policy = self.snapshot.policy();
        let mut ties = Vec::new();
        if matches!(owner, Owner::User(owner) if UserId::from(*owner) == *id) {
            return ties;
        }
        for department in homes(policy, owner) {
            for above in policy.org.with_those_above(department) {
                for place in places(policy, user, &|anchor| anchor == above) {
                    let owner = owner_info(policy, owner);
                    ties.push(if above == department {
                        Tie::Department { owner, place }
                    } else {
                        Tie::Below { owner, department: department_named(policy, department), place }
                    });
                }
            }
        }
        ties
    }

    /// The tie by a share. It is found like an assignment to the same subject.
    fn tie_by_share(&self, id: &UserId, user: &User, share: &ShareRef<'_>) -> Option<Tie> {
        let policy = self.snapshot.policy();
        let share = share_info(policy, share);
        let subject = match share.with.clone() {
            Share::User(id) => Subject::User(id),
            Share::Department(id) => Subject::Department(id),
            Share::DepartmentSub(id) => Subject::DepartmentSub(id),
            Share::Group(id) => Subject::Group(id),
        };
        let Assignment { through, .. } = assignment(policy, id, user, &subject)?;
        Some(Tie::Shared { share, through })
    }
}
