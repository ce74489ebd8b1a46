//! The relations of many principals to one record.

use smallvec::SmallVec;

use crate::policy::org::Org;
use crate::snapshot::people::several::DepartmentList;
use crate::snapshot::people::source::Source;
use crate::snapshot::people::tree::{Below, Tree};
use crate::snapshot::people::{People, Position};
use crate::snapshot::relation::{Relation, SHARED};
use crate::vocabulary::facts::Facts;
use crate::vocabulary::index::{DepartmentNumber, Idx, UserSlot};
use crate::vocabulary::level::OWN;
use crate::vocabulary::subject::{Owner, Share};

/// A record as slots and numbers, all sorted: so each principal costs the logarithm of the owners and shares, while
/// [`People::relation`], which sorts nothing, walks over all of them. Both give the same relation.
#[derive(Debug, Default)]
pub(crate) struct Target {
    /// The relation of everybody, whoever and wherever they are.
    everybody: Relation,
    owners: Vec<UserSlot>,
    /// The departments that the record belongs to.
    departments: Vec<DepartmentNumber>,
    /// The users whom it is shared with, by name or by a group.
    shared_with: Vec<UserSlot>,
    /// The departments that it is shared with: disjoint ranges.
    shared_in: SmallVec<[Below; 2]>,
}

impl People {
    /// Prepares a record. Costs its owners and shares with their departments and members.
    pub(crate) fn target(&self, facts: &Facts<'_>, is_pool: bool) -> Target {
        let mut all = Target::default();
        let (owners, shares) = (facts.owners.as_slice(), facts.shared_with.as_slice());
        all.everybody = Relation::default().and_if(owners.is_empty() && is_pool, OWN).and_open(facts.open);
        for owner in owners {
            match owner {
                Owner::User(id) => {
                    let home = self.home(*id);
                    all.owners.push(home.user);
                    all.departments.extend(self.each(home.member).map(|department| self.number(department)));
                }
                Owner::Department(id) => {
                    all.departments.extend(self.departments.get(*id).map(|department| self.number(department)));
                }
            }
        }
        for share in shares {
            match share {
                Share::User(id) => all.shared_with.extend(self.slot_of(*id)),
                Share::Group(id) => {
                    let members = self.groups.get(*id).and_then(|group| self.members.get(group));
                    all.shared_with.extend(members.iter().flat_map(|members| members.iter()));
                }
                Share::Department(id) => {
                    let below = self.departments.get(*id).map(|department| self.below(department));
                    all.shared_in.extend(below.map(|below| Below { count: 1, ..below }));
                }
                Share::DepartmentSub(id) => {
                    all.shared_in.extend(self.departments.get(*id).map(|department| self.below(department)));
                }
            }
        }
        all.owners.sort_unstable();
        all.departments.sort_unstable();
        all.shared_with.sort_unstable();
        all.shared_in = Below::outermost(all.shared_in);
        all
    }

    /// The relation of a principal to a prepared record.
    pub(crate) fn relation_to_target(&self, target: &Target, from: &Position) -> Relation {
        let relation = target.everybody.and_if(target.owners.binary_search(&from.user).is_ok(), OWN);
        let relation = relation.and_if(target.shared_with.binary_search(&from.user).is_ok(), SHARED);
        match from.anchored.range() {
            Ok(anchor) => relation.or(target.relation_from(anchor)),
            Err(list) => {
                let anchors = self.lists.get(list).into_iter().flat_map(DepartmentList::iter);
                anchors.fold(relation, |all, anchor| all.or(target.relation_from(self.below(anchor))))
            }
        }
    }
}

impl Target {
    /// The users whom the record names, sorted. Only their relation may differ from that of all who have the same
    /// departments.
    pub(crate) fn named(&self) -> Vec<UserSlot> {
        let mut named = [&self.owners[..], &self.shared_with].concat();
        named.sort_unstable();
        named.dedup();
        named
    }

    /// Whether the record belongs to one of these departments.
    pub(crate) fn is_within(&self, these: &[Below]) -> bool {
        these.iter().any(|range| {
            let first = self.departments.get(self.departments.partition_point(|number| *number < range.first));
            first.is_some_and(|number| range.contains(*number))
        })
    }

    /// The people from whose departments the record can be reached: those of its owners and all above, and those that it
    /// is shared with.
    pub(crate) fn around(&self, tree: &Tree, org: &Org) -> Vec<Source> {
        let owned = self.departments.iter().filter_map(|number| tree.preorder().get(number.index()));
        let shared = self.shared_in.iter().filter_map(|these| {
            let first = *tree.within(*these).first()?;
            Some(if these.count == 1 { Source::Department(first) } else { Source::DepartmentSub(first) })
        });
        org.all_above(owned.copied()).into_iter().map(Source::Department).chain(shared).collect()
    }

    /// The relation of everybody who is anchored in the first of these departments.
    fn relation_from(&self, anchor: Below) -> Relation {
        // If any is the anchor itself, this is; and if any is below it, this is.
        let first = self.departments.get(self.departments.partition_point(|number| *number < anchor.first));
        let owned = first.map_or_else(Relation::default, |number| anchor.relation_to(*number));
        owned.and_if(Below::any_contains(&self.shared_in, anchor.first), SHARED)
    }
}
