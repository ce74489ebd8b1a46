//! The company: the forest of departments, the users and the groups.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Display;

use petgraph::Direction;
use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use petgraph::visit::NodeIndexable;
use smallvec::SmallVec;

use crate::document;
use crate::policy::cycle::targets_first;
use crate::policy::validate::Problems;
use crate::vocabulary::id::{DepartmentId, GroupId, Id, UserId};

/// Departments, in canonical order of their ids.
pub(crate) type Departments = SmallVec<[NodeIndex; 2]>;

/// The company.
#[derive(Clone, Debug, Default)]
pub(crate) struct Org {
    /// The departments, each with an edge to its parent.
    tree: StableDiGraph<Department, ()>,
    by_id: HashMap<DepartmentId, NodeIndex>,
    users: BTreeMap<UserId, User>,
    groups: BTreeMap<GroupId, Group>,
}

#[derive(Clone, Debug)]
struct Department {
    id: DepartmentId,
    name: Option<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    name: Option<String>,
    /// Where the user is a member.
    pub(crate) departments: Departments,
    pub(crate) heads: Departments,
    pub(crate) deputy_of: Departments,
    pub(crate) active: bool,
    pub(crate) admin: bool,
}

impl User {
    /// The departments where the user is a member, head or deputy; one may come more than once.
    pub(crate) fn anchors(&self) -> impl Iterator<Item = NodeIndex> {
        self.departments.iter().chain(&self.heads).chain(&self.deputy_of).copied()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Group {
    name: Option<String>,
    pub(crate) members: BTreeSet<UserId>,
}

impl Org {
    pub(crate) fn users(&self) -> &BTreeMap<UserId, User> {
        &self.users
    }

    pub(crate) fn groups(&self) -> &BTreeMap<GroupId, Group> {
        &self.groups
    }

    pub(crate) fn department(&self, id: &DepartmentId) -> Option<NodeIndex> {
        self.by_id.get(id).copied()
    }

    /// All departments, in canonical order.
    pub(crate) fn departments(&self) -> Vec<NodeIndex> {
        let mut departments: Vec<_> = self.tree.node_indices().collect();
        departments.sort_unstable_by_key(|department| &self.tree[*department].id);
        departments
    }

    pub(crate) fn department_id(&self, department: NodeIndex) -> &DepartmentId {
        &self.tree[department].id
    }

    /// The department directly above.
    pub(crate) fn parent(&self, department: NodeIndex) -> Option<NodeIndex> {
        self.tree.neighbors_directed(department, Direction::Outgoing).next()
    }

    /// An upper bound of the indices of departments.
    pub(crate) fn department_bound(&self) -> usize {
        self.tree.node_bound()
    }
}

// From and to the document.
impl Org {
    pub(crate) fn from_document(written: document::Org, problems: &mut Problems) -> Self {
        let mut org = Self::default();
        org.add_departments(written.departments, problems);
        org.add_users(written.users, problems);
        org.add_groups(written.groups, problems);
        org
    }

    fn add_departments(&mut self, written: Vec<document::Department>, problems: &mut Problems) {
        let mut parents = Vec::with_capacity(written.len());
        for (d, department) in written.into_iter().enumerate() {
            let node = self.tree.add_node(Department { id: department.id.clone(), name: department.name });
            check_id(format_args!("org.departments[{d}].id"), &department.id, problems);
            if let Some(other) = self.by_id.get(&department.id) {
                let (id, other) = (&department.id, other.index());
                problems.add(
                    format_args!("org.departments[{d}].id"),
                    format_args!("`{id}` is already the id of `org.departments[{other}]`: each department has its own"),
                );
            } else {
                self.by_id.insert(department.id, node);
            }
            parents.push(department.parent);
        }
        for (d, parent) in parents.into_iter().enumerate() {
            let Some(parent) = parent else { continue };
            if let Some(parent) = self.known_department(format_args!("org.departments[{d}].parent"), &parent, problems)
            {
                self.tree.add_edge(NodeIndex::new(d), parent, ());
            }
        }
        for cycle in targets_first(&self.tree).err().unwrap_or_default() {
            let members = cycle.iter().chain(cycle.first());
            let members: Vec<_> = members.map(|department| format!("`{}`", self.department_id(*department))).collect();
            problems.add(
                format_args!("org.departments[{}].parent", cycle[0].index()),
                format_args!("these departments are below each other in a circle: {}", members.join(" → ")),
            );
        }
    }

    fn add_users(&mut self, written: Vec<document::User>, problems: &mut Problems) {
        let mut places = HashMap::with_capacity(written.len());
        let mut users = Vec::with_capacity(written.len());
        for (u, user) in written.into_iter().enumerate() {
            let id = user.id;
            check_id(format_args!("org.users[{u}].id"), &id, problems);
            if let Some(other) = places.insert(id.clone(), u) {
                problems.add(
                    format_args!("org.users[{u}].id"),
                    format_args!("`{id}` is already the id of `org.users[{other}]`: each user has their own"),
                );
            }
            let mut known = |field: &str, ids: &[DepartmentId]| {
                self.known_departments(format_args!("org.users[{u}].{field}"), ids, problems)
            };
            let user = User {
                name: user.name,
                departments: known("departments", &user.departments),
                heads: known("heads", &user.heads),
                deputy_of: known("deputy_of", &user.deputy_of),
                active: user.active.unwrap_or(true),
                admin: user.admin,
            };
            users.push((id, user));
        }
        self.users = users.into_iter().collect();
    }

    fn add_groups(&mut self, written: Vec<document::Group>, problems: &mut Problems) {
        let mut places = HashMap::with_capacity(written.len());
        for (g, group) in written.into_iter().enumerate() {
            let id = group.id;
            check_id(format_args!("org.groups[{g}].id"), &id, problems);
            if let Some(other) = places.insert(id.clone(), g) {
                problems.add(
                    format_args!("org.groups[{g}].id"),
                    format_args!("`{id}` is already the id of `org.groups[{other}]`: each group has its own"),
                );
            }
            let mut members = BTreeSet::new();
            for (m, member) in group.members.into_iter().enumerate() {
                let path = format_args!("org.groups[{g}].members[{m}]");
                if !self.users.contains_key(&member) {
                    problems.add(path, format_args!("there is no user `{member}`"));
                } else if members.contains(&member) {
                    problems.add(path, format_args!("`{member}` stands here twice"));
                }
                members.insert(member);
            }
            self.groups.insert(id, Group { name: group.name, members });
        }
    }

    fn known_departments(&self, path: impl Display, ids: &[DepartmentId], problems: &mut Problems) -> Departments {
        let mut known = Departments::new();
        for (d, id) in ids.iter().enumerate() {
            known.extend(self.known_department(format_args!("{path}[{d}]"), id, problems));
        }
        known.sort_unstable_by_key(|department| self.department_id(*department));
        if known.windows(2).any(|pair| pair[0] == pair[1]) {
            let mut seen = BTreeSet::new();
            for (d, id) in ids.iter().enumerate() {
                if self.by_id.contains_key(id) && !seen.insert(id) {
                    problems.add(format_args!("{path}[{d}]"), format_args!("`{id}` stands here twice"));
                }
            }
        }
        known
    }

    fn known_department(&self, path: impl Display, id: &DepartmentId, problems: &mut Problems) -> Option<NodeIndex> {
        let department = self.department(id);
        if department.is_none() {
            problems.add(path, format_args!("there is no department `{id}`"));
        }
        department
    }

    pub(crate) fn to_document(&self) -> document::Org {
        let ids =
            |departments: &Departments| departments.iter().map(|node| self.department_id(*node).clone()).collect();
        let department = |node: NodeIndex| document::Department {
            id: self.department_id(node).clone(),
            name: self.tree[node].name.clone(),
            parent: self.parent(node).map(|parent| self.department_id(parent).clone()),
        };
        let user = |(id, user): (&UserId, &User)| document::User {
            id: id.clone(),
            name: user.name.clone(),
            departments: ids(&user.departments),
            heads: ids(&user.heads),
            deputy_of: ids(&user.deputy_of),
            active: (!user.active).then_some(false),
            admin: user.admin,
        };
        let group = |(id, group): (&GroupId, &Group)| document::Group {
            id: id.clone(),
            name: group.name.clone(),
            members: group.members.iter().cloned().collect(),
        };
        document::Org {
            departments: self.departments().into_iter().map(department).collect(),
            users: self.users.iter().map(user).collect(),
            groups: self.groups.iter().map(group).collect(),
        }
    }
}

/// An id must hold something. Only text can be empty.
pub(crate) fn check_id<Kind>(path: impl Display, id: &Id<Kind>, problems: &mut Problems) {
    if id.is_empty() {
        problems.add(path, "the id is empty: use an integer or a text of one character or more");
    }
}
