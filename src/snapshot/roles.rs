//! Who has which role, compiled: everything that a row is made of.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::policy::Policy;
use crate::policy::role::Role;
use crate::snapshot::index::Index;
use crate::snapshot::interner::Interner;
use crate::snapshot::part::{GroupSlot, Part};
use crate::snapshot::tree::{DepartmentSlot, Tree, slot};
use crate::snapshot::{UserSlot, place};
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::ActionIndex;
use crate::vocabulary::subject::Subject;

/// The place of a role among all roles, in canonical order.
pub(crate) type RoleSlot = u32;
/// The place of a set of roles that some departments bring.
pub(crate) type ClassSlot = u32;

type Map<Key> = HashMap<Key, Vec<RoleSlot>, RandomState>;

/// What each role grants above `deny`.
pub(crate) type Grants = Vec<Arc<[(ActionIndex, Level)]>>;

pub(crate) fn grants(policy: &Policy) -> Grants {
    policy.roles.values().map(grants_of).collect()
}

pub(crate) fn grants_of(role: &Role) -> Arc<[(ActionIndex, Level)]> {
    role.grants.iter().map(|(action, level)| (*action, *level)).collect()
}

/// The assignments, by whom they reach.
#[derive(Default)]
pub(crate) struct Assigned {
    everyone: Vec<RoleSlot>,
    employees: Vec<RoleSlot>,
    supervisors: Vec<RoleSlot>,
    deputies: Vec<RoleSlot>,
    administrators: Vec<RoleSlot>,
    groups: Map<GroupSlot>,
    users: Map<UserSlot>,
    /// To a department alone.
    departments: Map<DepartmentSlot>,
    /// To a department and those below it.
    subs: Map<DepartmentSlot>,
}

impl Assigned {
    pub(crate) fn of(policy: &Policy, users: &Index<super::entry::Home>, groups: &Index<GroupSlot>) -> Self {
        let mut assigned = Self::default();
        for (role, rules) in policy.roles.values().enumerate() {
            let role = place(role);
            for subject in &rules.assigned_to {
                let department = |id| policy.org.department(id).map(slot);
                match subject {
                    Subject::Everyone => assigned.everyone.push(role),
                    Subject::Employees => assigned.employees.push(role),
                    Subject::Supervisors => assigned.supervisors.push(role),
                    Subject::Deputies => assigned.deputies.push(role),
                    Subject::Administrators => assigned.administrators.push(role),
                    Subject::Group(id) => add(&mut assigned.groups, groups.get(id.borrowed()), role),
                    Subject::User(id) => add(&mut assigned.users, users.get(id.borrowed()).map(|home| home.user), role),
                    Subject::Department(id) => add(&mut assigned.departments, department(id), role),
                    Subject::DepartmentSub(id) => add(&mut assigned.subs, department(id), role),
                }
            }
        }
        assigned
    }

    /// Whether some role is assigned to this group.
    pub(crate) fn has_group(&self, group: GroupSlot) -> bool {
        self.groups.contains_key(&group)
    }

    /// Whether departments bring the same roles by these assignments.
    pub(crate) fn brings_the_same(&self, other: &Self) -> bool {
        self.departments == other.departments && self.subs == other.subs
    }

    /// Whether some role is assigned to just this user.
    pub(crate) fn has_direct(&self, user: UserSlot) -> bool {
        self.users.contains_key(&user)
    }

    /// The roles of a user, but for those that departments bring. One may come more than once.
    pub(crate) fn of_part<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = RoleSlot> + 'a {
        let given = [
            (true, &self.everyone),
            (part.employee, &self.employees),
            (part.supervisor, &self.supervisors),
            (part.deputy, &self.deputies),
            (part.administrator, &self.administrators),
        ];
        let given = given.into_iter().filter(|(met, _)| *met).flat_map(|(_, roles)| roles);
        let groups = part.groups.iter().filter_map(|group| self.groups.get(group)).flatten();
        let direct = part.direct.iter().filter_map(|user| self.users.get(user)).flatten();
        given.chain(groups).chain(direct).copied()
    }
}

fn add<Key: std::hash::Hash + Eq>(map: &mut Map<Key>, key: Option<Key>, role: RoleSlot) {
    if let Some(key) = key {
        map.entry(key).or_default().push(role);
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
    /// Sorted.
    roles: Arc<[RoleSlot]>,
}

impl Classes {
    /// The class without roles. It is above itself.
    const EMPTY: ClassSlot = 0;

    /// Linear in the departments; only those that a role is assigned to cost more than a copy.
    pub(crate) fn of(assigned: &Assigned, tree: &Tree) -> Self {
        let mut interner = Interner::default();
        let empty = interner.place(Class { above: Self::EMPTY, roles: Arc::from([]) });
        let mut of = vec![empty; tree.slots()];
        // Around the current department, those that bring something to the ones below: where the range ends, and what.
        let mut around: Vec<(u32, ClassSlot)> = Vec::new();
        let mut from_above: HashSet<RoleSlot, RandomState> = HashSet::default();
        for (number, slot) in tree.preorder().iter().enumerate() {
            while let Some((_, left)) = around.pop_if(|(end, _)| *end as usize <= number) {
                for role in &*interner.items[left as usize].roles {
                    from_above.remove(role);
                }
            }
            let mut class = around.last().map_or(empty, |(_, class)| *class);
            // What comes from above anyway is brought once, so a walk upwards meets each role once.
            let mut and_new = |class: &mut ClassSlot, roles: Vec<RoleSlot>| {
                if !roles.is_empty() {
                    *class = interner.place(Class { above: *class, roles: roles.into() });
                }
            };
            if let Some(roles) = assigned.subs.get(slot) {
                let new: Vec<RoleSlot> = roles.iter().copied().filter(|role| from_above.insert(*role)).collect();
                if !new.is_empty() {
                    and_new(&mut class, new);
                    let below = tree.below(*slot);
                    around.push((below.first + below.count, class));
                }
            }
            if let Some(roles) = assigned.departments.get(slot) {
                and_new(&mut class, roles.iter().copied().filter(|role| !from_above.contains(role)).collect());
            }
            of[*slot as usize] = class;
        }
        Self { of, classes: interner.items }
    }

    #[inline]
    pub(crate) fn class(&self, department: DepartmentSlot) -> ClassSlot {
        self.of.get(department as usize).copied().unwrap_or(Self::EMPTY)
    }

    /// The roles that a department brings, each once.
    pub(crate) fn roles(&self, department: DepartmentSlot) -> impl Iterator<Item = RoleSlot> {
        let upwards = std::iter::successors(Some(self.class(department)), |class| {
            (*class != Self::EMPTY).then(|| self.classes[*class as usize].above)
        });
        upwards.flat_map(|class| self.classes[class as usize].roles.iter().copied())
    }
}
