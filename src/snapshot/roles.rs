//! Who has which role, compiled: everything that a row is made of.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::policy::Policy;
use crate::policy::org::Org;
use crate::policy::persistent::Map;
use crate::snapshot::interner::Interner;
use crate::snapshot::part::Part;
use crate::snapshot::tree::{DepartmentSlot, Tree, slot};
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::subject::Subject;

/// Roles, in canonical order.
pub(crate) type RoleIds = Arc<[RoleId]>;
/// The place of a set of roles that some departments bring.
pub(crate) type ClassSlot = u32;

/// The assignments, by whom they reach. Whom none reaches does not stand here.
#[derive(Clone, Default)]
pub(crate) struct Assigned {
    everyone: RoleIds,
    employees: RoleIds,
    supervisors: RoleIds,
    deputies: RoleIds,
    administrators: RoleIds,
    groups: Map<GroupId, RoleIds>,
    users: Map<UserId, RoleIds>,
    /// To a department alone.
    departments: Map<DepartmentId, RoleIds>,
    /// To a department and those below it.
    subs: Map<DepartmentId, RoleIds>,
}

impl Assigned {
    pub(crate) fn of(policy: &Policy) -> Self {
        let mut all: Vec<(&Subject, &RoleId)> = policy
            .roles
            .iter()
            .flat_map(|(id, role)| role.assigned_to.iter().map(move |subject| (subject, id)))
            .collect();
        all.sort_unstable();
        let mut assigned = Self::default();
        for of_one in all.chunk_by(|(a, _), (b, _)| a == b) {
            assigned.set(of_one[0].0, of_one.iter().map(|(_, role)| (*role).clone()).collect());
        }
        assigned
    }

    /// Brings the roles of one subject up to date with an assignment that was made or ended.
    pub(crate) fn follow(&mut self, policy: &Policy, role: &RoleId, subject: &Subject) {
        let has = policy.roles.get(role).is_some_and(|role| role.assigned_to.contains(subject));
        let mut roles = self.roles(subject).to_vec();
        match (roles.binary_search(role), has) {
            (Ok(place), false) => _ = roles.remove(place),
            (Err(place), true) => roles.insert(place, role.clone()),
            _ => return,
        }
        self.set(subject, roles.into());
    }

    fn set(&mut self, subject: &Subject, roles: RoleIds) {
        fn set<K: Ord + Clone>(map: &mut Map<K, RoleIds>, key: &K, roles: RoleIds) {
            if roles.is_empty() {
                map.remove(key);
            } else {
                map.insert(key.clone(), roles);
            }
        }
        match subject {
            Subject::Everyone => self.everyone = roles,
            Subject::Employees => self.employees = roles,
            Subject::Supervisors => self.supervisors = roles,
            Subject::Deputies => self.deputies = roles,
            Subject::Administrators => self.administrators = roles,
            Subject::Group(id) => set(&mut self.groups, id, roles),
            Subject::User(id) => set(&mut self.users, id, roles),
            Subject::Department(id) => set(&mut self.departments, id, roles),
            Subject::DepartmentSub(id) => set(&mut self.subs, id, roles),
        }
    }

    /// The roles that are assigned to just this subject.
    pub(crate) fn roles(&self, subject: &Subject) -> &[RoleId] {
        let roles = match subject {
            Subject::Everyone => Some(&self.everyone),
            Subject::Employees => Some(&self.employees),
            Subject::Supervisors => Some(&self.supervisors),
            Subject::Deputies => Some(&self.deputies),
            Subject::Administrators => Some(&self.administrators),
            Subject::Group(id) => self.groups.get(id),
            Subject::User(id) => self.users.get(id),
            Subject::Department(id) => self.departments.get(id),
            Subject::DepartmentSub(id) => self.subs.get(id),
        };
        roles.map_or(&[], |roles| roles)
    }

    /// Whether some role is assigned to this group.
    pub(crate) fn has_group(&self, group: &GroupId) -> bool {
        self.groups.contains_key(group)
    }

    /// Whether some role is assigned to just this user.
    pub(crate) fn has_direct(&self, user: &UserId) -> bool {
        self.users.contains_key(user)
    }

    /// Those that some role is assigned to.
    pub(crate) fn direct(&self) -> impl Iterator<Item = &UserId> {
        self.users.keys()
    }

    /// The roles of a user, but for those that departments bring. One may come more than once.
    pub(crate) fn of_part<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = &'a RoleId> {
        let given = [
            (part.active, &self.everyone),
            (part.employee, &self.employees),
            (part.supervisor, &self.supervisors),
            (part.deputy, &self.deputies),
            (part.administrator, &self.administrators),
        ];
        let given = given.into_iter().filter_map(|(met, roles)| met.then_some(roles));
        let groups = part.groups.iter().filter_map(|group| self.groups.get(group));
        let direct = part.direct.iter().filter_map(|user| self.users.get(user));
        given.chain(groups).chain(direct).flat_map(|roles| roles.iter())
    }
}

/// The roles that a department brings to who is anchored in it. Departments that bring the same share a class.
#[derive(Default)]
pub(crate) struct Classes {
    /// By the slot of the department; of none, the empty class.
    of: Vec<ClassSlot>,
    classes: Vec<Class>,
}

/// Roles, beside those of another class. So a long chain of departments that bring a role each costs what they bring,
/// and not what all above them bring again.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Class {
    above: ClassSlot,
    roles: RoleIds,
}

impl Classes {
    /// The class without roles. It is above itself.
    const EMPTY: ClassSlot = 0;

    /// Linear in the departments; only those that a role is assigned to cost more than a copy.
    pub(crate) fn of(assigned: &Assigned, org: &Org, tree: &Tree) -> Self {
        fn by_slot<'a>(
            map: &'a Map<DepartmentId, RoleIds>,
            org: &Org,
        ) -> HashMap<DepartmentSlot, &'a RoleIds, RandomState> {
            map.iter().filter_map(|(id, roles)| Some((slot(org.department(id)?), roles))).collect()
        }
        let (departments, subs) = (by_slot(&assigned.departments, org), by_slot(&assigned.subs, org));
        let mut interner = Interner::default();
        let empty = interner.place(Class { above: Self::EMPTY, roles: Arc::from([]) });
        let mut of = vec![empty; tree.slots()];
        // Few departments have any role of their own: for the rest there is nothing to look up.
        let mut has_own = vec![false; tree.slots()];
        for slot in departments.keys().chain(subs.keys()) {
            has_own[*slot as usize] = true;
        }
        // Around the current department, those that bring something to the ones below: where the range ends, and what.
        let mut around: Vec<(u32, ClassSlot)> = Vec::new();
        let mut from_above: HashSet<RoleId, RandomState> = HashSet::default();
        for (number, slot) in (0..).zip(tree.preorder()) {
            while let Some((_, left)) = around.pop_if(|(end, _)| *end <= number) {
                for role in &*interner.items[left as usize].roles {
                    from_above.remove(role);
                }
            }
            let mut class = around.last().map_or(empty, |(_, class)| *class);
            if !has_own[*slot as usize] {
                of[*slot as usize] = class;
                continue;
            }
            // What comes from above anyway is brought once, so a walk upwards meets each role once.
            let mut and_new = |class: &mut ClassSlot, roles: RoleIds| {
                if !roles.is_empty() {
                    *class = interner.place(Class { above: *class, roles });
                }
            };
            if let Some(roles) = subs.get(slot) {
                let new: RoleIds = roles.iter().filter(|role| from_above.insert((*role).clone())).cloned().collect();
                if !new.is_empty() {
                    and_new(&mut class, new);
                    let below = tree.below(*slot);
                    around.push((below.first + below.count, class));
                }
            }
            if let Some(roles) = departments.get(slot) {
                and_new(&mut class, roles.iter().filter(|role| !from_above.contains(*role)).cloned().collect());
            }
            of[*slot as usize] = class;
        }
        Self { of, classes: interner.items }
    }

    pub(crate) fn memory_usage(&self) -> usize {
        size_of_val(&self.of[..]) + size_of_val(&self.classes[..])
    }

    #[inline]
    pub(crate) fn class(&self, department: DepartmentSlot) -> ClassSlot {
        self.of.get(department as usize).copied().unwrap_or(Self::EMPTY)
    }

    /// The roles that a department brings, each once.
    pub(crate) fn roles(&self, department: DepartmentSlot) -> impl Iterator<Item = &RoleId> {
        let upwards = std::iter::successors(Some(self.class(department)), |class| {
            (*class != Self::EMPTY).then(|| self.classes[*class as usize].above)
        });
        upwards.flat_map(|class| self.classes[class as usize].roles.iter())
    }
}
