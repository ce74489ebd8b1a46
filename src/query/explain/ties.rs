//! How a record is related to a user, owner by owner and share by share.

use petgraph::stable_graph::NodeIndex;

use crate::policy::org::User;
use crate::query::explain::grounds::places;
use crate::query::explain::{Named, Place, Tie, department_named, owned_share, owner_told};
use crate::query::principal::Principal;
use crate::vocabulary::facts::Facts;
use crate::vocabulary::id::UserId;
use crate::vocabulary::permission::ActionIndex;
use crate::vocabulary::subject::{Owner, Share};

impl Principal<'_> {
    /// All ways in which a record is related to the user.
    pub(super) fn ties(&self, action: ActionIndex, facts: &Facts<'_>) -> Vec<Tie> {
        let org = &self.snapshot.policy().org;
        let Some((id, user)) = self.id().and_then(|id| Some((id, org.users().get(id)?))) else { return Vec::new() };
        let mut ties = Vec::new();
        let owners = facts.owners.as_slice();
        if owners.iter().any(|owner| matches!(owner, Owner::User(owner) if UserId::from(*owner) == *id)) {
            ties.push(Tie::Own);
        }
        if owners.is_empty() && self.snapshot.is_pool(action) {
            ties.push(Tie::Unowned);
        }
        for owner in owners {
            ties.extend(self.ties_to(user, owner));
        }
        if facts.open {
            ties.push(Tie::Open);
        }
        for share in facts.shared_with.as_slice() {
            ties.extend(self.tie_by_share(id, user, share));
        }
        ties
    }

    /// The places from which the user reaches the departments of an owner.
    fn ties_to(&self, user: &User, owner: &Owner<&str>) -> Vec<Tie> {
        let policy = self.snapshot.policy();
        let org = &policy.org;
        let departments: Vec<NodeIndex> = match owner {
            Owner::User(id) => org.users().get(&(*id).into()).map_or_else(Vec::new, |owner| owner.departments.to_vec()),
            Owner::Department(id) => org.department(&(*id).into()).into_iter().collect(),
        };
        let mut ties = Vec::new();
        for department in departments {
            for above in org.with_those_above(department) {
                for place in places(policy, user, &|anchor| anchor == above) {
                    let owner = owner_told(policy, owner);
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

    fn tie_by_share(&self, id: &UserId, user: &User, share: &Share<&str>) -> Option<Tie> {
        let policy = self.snapshot.policy();
        let org = &policy.org;
        let named = |department| department_named(policy, department);
        let tie = |name: Option<String>, through: Vec<Place>| Tie::Shared { with: owned_share(share), name, through };
        match share {
            Share::User(with) => (UserId::from(*with) == *id).then(|| tie(user.name(), Vec::new())),
            Share::Department(with) => {
                let department = org.department(&(*with).into())?;
                let through = places(policy, user, &|anchor| anchor == department);
                let Named { name, .. } = named(department);
                (!through.is_empty()).then(|| tie(name, through))
            }
            Share::DepartmentSub(with) => {
                let department = org.department(&(*with).into())?;
                let is_below = |anchor| org.with_those_above(anchor).any(|above| above == department);
                let through = places(policy, user, &is_below);
                let Named { name, .. } = named(department);
                (!through.is_empty()).then(|| tie(name, through))
            }
            Share::Group(with) => {
                let group = org.groups().get(&(*with).into())?;
                group.members.contains(id).then(|| tie(group.name.clone(), Vec::new()))
            }
        }
    }
}
