//! Differences between two policies: who gains and who loses what.

mod engine;
mod moves;
mod probe;
mod reach;
mod text;

use std::collections::BTreeSet;

use serde::{Serialize, Serializer};

use crate::snapshot::Snapshot;
use crate::snapshot::people::Entry;
use crate::vocabulary::id::{UserId, VariantId};
use crate::vocabulary::level::Grant;

/// The difference between two policies: the users whose rights differ, grouped by their changes.
///
/// A user's right to do something is a set of records, among all conceivable records with the ids of either policy:
/// without owner, with unknown, with one or several owners, open or not, shared or not. A right is in the difference
/// exactly if the two sets differ. This includes a right whose level stays while the departments that it reaches
/// change, and a right of a user, or for an action, that only one of the policies has: in the other it is denied. A
/// right whose level changes but that reaches the same is not included, for example `department+sub` instead of
/// `department` if there are no departments below.
///
/// As text it has a line for each group or for each of its changes; equal changes of one resource type share a line. It
/// serialises as `{"format": 1, "groups": [{"count": 1, "users": [17], "changes": [{"permission": "contact.read",
/// "before": "own", "after": "all", "gains": true, "loses": false}]}]}`.
#[derive(Clone, Debug)]
pub struct Diff<'s> {
    before: &'s Snapshot,
    after: &'s Snapshot,
    groups: Vec<Found>,
}

/// A group of users with the same changes.
#[derive(Clone, Debug)]
struct Found {
    changes: Vec<RightChange>,
    /// Entries whose users are in this group, except those in `apart`.
    entries: Vec<Entry>,
    /// The users of this group who were compared one by one.
    users: Vec<UserId>,
    count: usize,
    /// The users of `entries` who were compared one by one, whatever their group.
    apart: Vec<UserId>,
}

/// A group of users with the same changes.
#[derive(Clone, Copy, Debug)]
pub struct DiffGroup<'d> {
    diff: &'d Diff<'d>,
    found: &'d Found,
}

/// The change of one right. There is one for each permission that differs; for a type with variants, if its records do
/// not all change alike, one for each way in which some do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "any of them may go together")]
pub struct RightChange {
    /// The permission, for example `contact.read`.
    pub permission: String,
    /// The variants whose records change so, by name; `default` stands for all records of other variants and of none.
    /// Values that mean another variant in the other schema are named by both: `new/won`. Empty if all records change
    /// alike.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<String>,
    /// A value of the first of these variants.
    #[serde(skip)]
    pub(crate) value: Option<VariantId>,
    /// The effective grant before, without assignments that have a place.
    pub before: Grant,
    /// The effective grant after, without assignments that have a place.
    pub after: Grant,
    /// Whether assignments with a place added to it before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub before_in_places: bool,
    /// Whether assignments with a place add to it after.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub after_in_places: bool,
    /// Whether there are records that only the right after it reaches.
    pub gains: bool,
    /// Whether there are records that only the right before it reached.
    pub loses: bool,
}

impl RightChange {
    /// What was held before and is held after: each a grant, and whether places add to it.
    fn held(&self) -> [(Grant, bool); 2] {
        [(self.before, self.before_in_places), (self.after, self.after_in_places)]
    }
}

impl Diff<'_> {
    /// Whether all rights of all users are the same in both.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The users whose rights differ, grouped by their changes, the largest group first.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = DiffGroup<'_>> {
        self.groups.iter().map(|found| DiffGroup { diff: self, found })
    }

    /// The number of rights (pairs of a user and a permission) that reach new records.
    pub fn widened(&self) -> usize {
        let widened = |found: &Found| {
            let wider = found.changes.iter().filter(|change| change.gains);
            wider.map(|change| &change.permission).collect::<BTreeSet<_>>().len() * found.count
        };
        self.groups.iter().map(widened).sum()
    }
}

impl<'d> DiffGroup<'d> {
    /// The number of users. Constant.
    pub fn count(&self) -> usize {
        self.found.count
    }

    /// The users, in canonical order.
    pub fn users(&self) -> Vec<&'d UserId> {
        let after = self.diff.after;
        let slots = self.found.entries.iter().flat_map(|entry| after.people.users_of(*entry));
        let ids = slots.filter_map(|slot| after.people.user_at(slot));
        let mut users: Vec<&UserId> = ids.filter(|id| self.found.apart.binary_search(id).is_err()).collect();
        users.extend(&self.found.users);
        users.sort_unstable();
        users
    }

    /// Their changes, in the order of the schema.
    pub fn changes(&self) -> &'d [RightChange] {
        &self.found.changes
    }

    /// The changes in runs: consecutive changes that differ only in the action of one resource type. As text each run
    /// is a line, or follows the people on their line if it is the only one.
    pub fn runs(&self) -> impl Iterator<Item = &'d [RightChange]> {
        self.changes().chunk_by(|one, other| {
            let alike = |change: &RightChange| {
                let resource = change.permission.split('.').next().unwrap_or_default().to_owned();
                (resource, change.variants.clone(), change.held(), change.gains, change.loses)
            };
            alike(one) == alike(other)
        })
    }
}

impl Serialize for Diff<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'d> {
            format: u32,
            groups: Vec<DiffGroup<'d>>,
        }

        Written { format: 1, groups: self.groups().collect() }.serialize(serializer)
    }
}

impl Serialize for DiffGroup<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'d> {
            count: usize,
            users: Vec<&'d UserId>,
            changes: &'d [RightChange],
        }

        Written { count: self.count(), users: self.users(), changes: self.changes() }.serialize(serializer)
    }
}
