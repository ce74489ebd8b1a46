//! From the validated model to the compiled form.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::policy::Policy;
use crate::policy::org::User;
use crate::policy::role::Role;
use crate::policy::schema::Schema;
use crate::snapshot::cell::{Cell, NOBODYS_ROW, Rows};
use crate::snapshot::entry::{Entry, Several};
use crate::snapshot::index::{Index, place};
use crate::snapshot::tree::{Numbering, Tree};
use crate::snapshot::{Snapshot, UserIndex};
use crate::vocabulary::id::kind;
use crate::vocabulary::level::Level;
use crate::vocabulary::mode::Unowned;
use crate::vocabulary::subject::Subject;

/// The place of a role among all roles, in canonical order.
type RoleIndex = u32;

pub(crate) fn compile(policy: &Policy) -> Snapshot {
    let Policy { schema, org, roles, .. } = policy;
    let numbering = Numbering::of(org);
    let tree = Tree::of(org, &numbering);
    let departments = Index::of(numbering.preorder.iter().map(|department| org.department_id(*department)));
    let users = Index::of(org.users().keys());
    let groups = Index::of(org.groups().keys());
    let members: Vec<Box<[UserIndex]>> = org
        .groups()
        .values()
        .map(|group| group.members.iter().filter_map(|member| users.get(member.borrowed())).collect())
        .collect();

    let roles: Vec<&Role> = roles.values().collect();
    let assigned = Assigned::of(&roles, &tree, &departments, &users, &groups, &members);
    let mut interner = Interner::new(schema, &roles);
    let mut direct = assigned.direct.iter().peekable();
    let mut several = Vec::new();
    let mut set = Vec::new();
    let mut entries = Vec::with_capacity(users.len());
    for (index, user) in org.users().values().enumerate() {
        set.clear();
        while let Some((_, role)) = direct.next_if(|(owner, _)| *owner as usize == index) {
            set.push(*role);
        }
        let departments = departments_of(user, &numbering, &tree);
        assigned.collect(user, &departments.anchors, &mut set);
        let row = if user.active { interner.row(&mut set, user.admin) } else { NOBODYS_ROW };
        entries.push(Entry::new(row, departments, &mut several));
    }

    let actions = 0..place(schema.actions().len());
    Snapshot {
        schema: schema.clone(),
        fingerprint: schema.fingerprint(),
        pools: actions.map(|action| schema.resource_of(action).unowned == Unowned::Pool).collect(),
        tree,
        departments,
        users,
        entries,
        several,
        groups,
        members,
        rows: interner.rows,
    }
}

fn departments_of(user: &User, numbering: &Numbering, tree: &Tree) -> Several {
    let mut members: Vec<u32> = user.departments.iter().map(|department| numbering.number(*department)).collect();
    members.sort_unstable();
    let mut anchors: Vec<u32> = user.anchors().map(|department| numbering.number(department)).collect();
    anchors.sort_unstable();
    anchors.dedup();
    // Ranges of a tree lie within each other or apart, and in this order the outer one comes first.
    let mut below: Vec<(u32, u32)> = Vec::with_capacity(1);
    for anchor in &anchors {
        if below.last().is_none_or(|(_, last)| last < anchor) {
            below.push(tree.below(*anchor));
        }
    }
    Several { members: members.into(), anchors: anchors.into(), below: below.into() }
}

/// The assignments, by whom they reach.
#[derive(Default)]
struct Assigned {
    /// To single users, by themselves or in a group; sorted by user.
    direct: Vec<(UserIndex, RoleIndex)>,
    /// To a department, for each of them.
    here: Vec<Vec<RoleIndex>>,
    /// To a department and below, for each of them.
    sub: Vec<Vec<RoleIndex>>,
    /// For each department, the nearest one above it that `sub` has roles for.
    above: Vec<Option<u32>>,
    supervisors: Vec<RoleIndex>,
    deputies: Vec<RoleIndex>,
    employees: Vec<RoleIndex>,
    administrators: Vec<RoleIndex>,
    everyone: Vec<RoleIndex>,
}

impl Assigned {
    fn of(
        roles: &[&Role],
        tree: &Tree,
        departments: &Index<kind::Department>,
        users: &Index<kind::User>,
        groups: &Index<kind::Group>,
        members: &[Box<[UserIndex]>],
    ) -> Self {
        let mut assigned = Self {
            here: vec![Vec::new(); departments.len()],
            sub: vec![Vec::new(); departments.len()],
            ..Self::default()
        };
        for (role, assigned_to) in roles.iter().enumerate().map(|(role, rules)| (place(role), &rules.assigned_to)) {
            for subject in assigned_to {
                match subject {
                    Subject::User(id) => assigned.direct.extend(users.get(id.borrowed()).map(|user| (user, role))),
                    Subject::Group(id) => {
                        let members = groups.get(id.borrowed()).map_or(&[][..], |group| &members[group as usize]);
                        assigned.direct.extend(members.iter().map(|user| (*user, role)));
                    }
                    Subject::Department(id) => {
                        departments.get(id.borrowed()).into_iter().for_each(|d| assigned.here[d as usize].push(role));
                    }
                    Subject::DepartmentSub(id) => {
                        departments.get(id.borrowed()).into_iter().for_each(|d| assigned.sub[d as usize].push(role));
                    }
                    Subject::Supervisors => assigned.supervisors.push(role),
                    Subject::Deputies => assigned.deputies.push(role),
                    Subject::Employees => assigned.employees.push(role),
                    Subject::Administrators => assigned.administrators.push(role),
                    Subject::Everyone => assigned.everyone.push(role),
                }
            }
        }
        assigned.direct.sort_unstable();
        assigned.above = nearest_above(tree, &mut assigned.sub);
        assigned
    }

    /// Adds the roles of a user with these anchors, but for the direct ones. A role may come more than once.
    fn collect(&self, user: &User, anchors: &[u32], set: &mut Vec<RoleIndex>) {
        set.extend(&self.everyone);
        if user.admin {
            set.extend(&self.administrators);
        }
        if !user.heads.is_empty() {
            set.extend(&self.supervisors);
        }
        if !user.deputy_of.is_empty() {
            set.extend(&self.deputies);
        }
        if !anchors.is_empty() {
            set.extend(&self.employees);
        }
        for anchor in anchors {
            set.extend(&self.here[*anchor as usize]);
            let mut next = Some(*anchor);
            while let Some(department) = next {
                set.extend(&self.sub[department as usize]);
                next = self.above[department as usize];
            }
        }
    }
}

/// For each department, the nearest one above it that has any of these roles, less those that come from above anyway. A
/// walk up then meets each role once, and only departments that count, in a chain of whatever length.
fn nearest_above(tree: &Tree, sub: &mut [Vec<RoleIndex>]) -> Vec<Option<u32>> {
    let mut around: Vec<u32> = Vec::new();
    let mut from_above: HashSet<RoleIndex, RandomState> = HashSet::default();
    let mut above = Vec::with_capacity(sub.len());
    for number in 0..place(sub.len()) {
        while let Some(left) = around.pop_if(|department| tree.below(*department).1 < number) {
            for role in &sub[left as usize] {
                from_above.remove(role);
            }
        }
        above.push(around.last().copied());
        let roles = &mut sub[number as usize];
        roles.retain(|role| from_above.insert(*role));
        if !roles.is_empty() {
            around.push(number);
        }
    }
    above
}

/// Makes rows, one for each distinct set of roles.
struct Interner<'a> {
    schema: &'a Schema,
    roles: &'a [&'a Role],
    /// By the sorted set of roles, and [`ADMINISTRATOR`] behind them.
    by_set: HashMap<Box<[RoleIndex]>, u32, RandomState>,
    rows: Rows,
}

/// Stands behind the roles of an administrator, whose levels the bypass raises. No role has this place.
const ADMINISTRATOR: RoleIndex = RoleIndex::MAX;

impl<'a> Interner<'a> {
    fn new(schema: &'a Schema, roles: &'a [&'a Role]) -> Self {
        Self { schema, roles, by_set: HashMap::default(), rows: Rows::new(schema.actions().len()) }
    }

    /// The row of an active user with these roles, which need not be sorted or different.
    fn row(&mut self, set: &mut Vec<RoleIndex>, admin: bool) -> u32 {
        set.sort_unstable();
        set.dedup();
        if admin {
            set.push(ADMINISTRATOR);
        }
        if let Some(row) = self.by_set.get(set.as_slice()) {
            return *row;
        }
        let levels = self.levels(set, admin);
        let row = self.rows.push(&levels, &self.cells(&levels));
        self.by_set.insert(set.as_slice().into(), row);
        row
    }

    /// The levels of an active user: the floor, joined with those of the roles; all of it by the bypass.
    fn levels(&self, set: &[RoleIndex], admin: bool) -> Vec<Level> {
        let mut levels: Vec<Level> = self.schema.actions().iter().map(|action| action.floor).collect();
        for role in set.iter().filter_map(|role| self.roles.get(*role as usize)) {
            for (action, level) in &role.grants {
                let own = &mut levels[*action as usize];
                *own = own.join(*level);
            }
        }
        if admin {
            for (level, action) in levels.iter_mut().zip(self.schema.actions()) {
                *level = if action.admin_bypass { Level::All } else { *level };
            }
        }
        levels
    }

    /// The cells for these levels, each cut down to what its requirements allow.
    fn cells(&self, levels: &[Level]) -> Vec<Cell> {
        let mut cells = vec![Cell::NONE; levels.len()];
        for action in self.schema.required_first() {
            let rules = self.schema.action(*action);
            let level = levels[*action as usize];
            let alone = match (rules.toggle, level) {
                (true, Level::All) => Cell::ALL,
                (true, _) => Cell::NONE,
                (false, level) => Cell::of(level, rules.shared),
            };
            let required = rules.requires.iter().map(|required| cells[*required as usize]);
            cells[*action as usize] = required.fold(alone, Cell::and);
        }
        cells
    }
}
