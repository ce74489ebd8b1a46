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
    /// How many members, heads and deputies it has, who is two of these counted twice. It is removed only when empty.
    places: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: Option<String>,
    /// Where the user is a member.
    pub(crate) departments: Departments,
    pub(crate) heads: Departments,
    pub(crate) deputy_of: Departments,
    /// The groups that the user is a member of; the other side of [`Group::members`].
    pub(crate) groups: BTreeSet<GroupId>,
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
    pub(crate) name: Option<String>,
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

    /// The department and all above it, upwards.
    pub(crate) fn with_those_above(&self, department: NodeIndex) -> impl Iterator<Item = NodeIndex> {
        std::iter::successors(Some(department), |department| self.parent(*department))
    }

    /// The departments that are below no other.
    pub(crate) fn roots(&self) -> impl Iterator<Item = NodeIndex> {
        self.tree.externals(Direction::Outgoing)
    }

    /// The departments directly below.
    pub(crate) fn children(&self, department: NodeIndex) -> impl Iterator<Item = NodeIndex> {
        self.tree.neighbors_directed(department, Direction::Incoming)
    }

    pub(crate) fn department_count(&self) -> usize {
        self.tree.node_count()
    }

    /// An upper bound of the indices of departments.
    pub(crate) fn department_bound(&self) -> usize {
        self.tree.node_bound()
    }
}

// Changes. Who calls them has checked that they make sense.
impl Org {
    pub(crate) fn has_children(&self, department: NodeIndex) -> bool {
        self.children(department).next().is_some()
    }

    /// Whether the department has a member, head or deputy.
    pub(crate) fn has_people(&self, department: NodeIndex) -> bool {
        self.tree[department].places > 0
    }

    pub(crate) fn add_department(&mut self, id: DepartmentId, name: Option<String>, parent: Option<NodeIndex>) {
        let department = self.tree.add_node(Department { id: id.clone(), name, places: 0 });
        self.by_id.insert(id, department);
        self.set_parent(department, parent);
    }

    pub(crate) fn department_name(&mut self, department: NodeIndex) -> &mut Option<String> {
        &mut self.tree[department].name
    }

    pub(crate) fn set_parent(&mut self, department: NodeIndex, parent: Option<NodeIndex>) {
        let edge = self.parent(department).and_then(|parent| self.tree.find_edge(department, parent));
        if let Some(edge) = edge {
            self.tree.remove_edge(edge);
        }
        if let Some(parent) = parent {
            self.tree.add_edge(department, parent, ());
        }
    }

    pub(crate) fn remove_department(&mut self, department: NodeIndex) {
        if let Some(removed) = self.tree.remove_node(department) {
            self.by_id.remove(&removed.id);
        }
    }

    pub(crate) fn user_mut(&mut self, id: &UserId) -> Option<&mut User> {
        self.users.get_mut(id)
    }

    pub(crate) fn add_user(&mut self, id: UserId, user: User) {
        user.anchors().for_each(|department| self.tree[department].places += 1);
        self.users.insert(id, user);
    }

    /// Removes a user from the company and from the groups. The user still says in which they were.
    pub(crate) fn remove_user(&mut self, id: &UserId) -> Option<User> {
        let user = self.users.remove(id)?;
        user.anchors().for_each(|department| self.tree[department].places -= 1);
        for group in &user.groups {
            if let Some(group) = self.groups.get_mut(group) {
                group.members.remove(id);
            }
        }
        Some(user)
    }

    /// Puts a user in a place, or takes them away. Whether that changes anything.
    pub(crate) fn set_place(
        &mut self,
        user_id: &UserId,
        department: NodeIndex,
        places: impl Fn(&mut User) -> &mut Departments,
        there: bool,
    ) -> bool {
        let Some(user) = self.users.get_mut(user_id) else { return false };
        // Taken out, because the order of departments is the order of their ids, which are here.
        let mut departments = std::mem::take(places(user));
        let changed = if there {
            self.insert_sorted(&mut departments, department)
        } else {
            let place = departments.iter().position(|each| *each == department);
            place.map(|place| departments.remove(place)).is_some()
        };
        if let Some(user) = self.users.get_mut(user_id) {
            *places(user) = departments;
        }
        let count = &mut self.tree[department].places;
        *count = if there { *count + usize::from(changed) } else { *count - usize::from(changed) };
        changed
    }

    /// Puts a department in its place in a canonical list, unless it is there.
    pub(crate) fn insert_sorted(&self, departments: &mut Departments, department: NodeIndex) -> bool {
        let id = self.department_id(department);
        match departments.binary_search_by_key(&id, |each| self.department_id(*each)) {
            Ok(_) => false,
            Err(place) => {
                departments.insert(place, department);
                true
            }
        }
    }

    pub(crate) fn group_mut(&mut self, id: &GroupId) -> Option<&mut Group> {
        self.groups.get_mut(id)
    }

    pub(crate) fn add_group(&mut self, id: GroupId, name: Option<String>, members: BTreeSet<UserId>) {
        for member in &members {
            if let Some(user) = self.users.get_mut(member) {
                user.groups.insert(id.clone());
            }
        }
        self.groups.insert(id, Group { name, members });
    }

    pub(crate) fn remove_group(&mut self, id: &GroupId) -> Option<Group> {
        let group = self.groups.remove(id)?;
        for member in &group.members {
            if let Some(user) = self.users.get_mut(member) {
                user.groups.remove(id);
            }
        }
        Some(group)
    }

    /// Puts a user in a group, or takes them out. Whether that changes anything.
    pub(crate) fn set_group_member(&mut self, user: &UserId, group: &GroupId, member: bool) -> bool {
        let (Some(groups), Some(members)) = (
            self.users.get_mut(user).map(|user| &mut user.groups),
            self.groups.get_mut(group).map(|group| &mut group.members),
        ) else {
            return false;
        };
        if member {
            groups.insert(group.clone());
            members.insert(user.clone())
        } else {
            groups.remove(group);
            members.remove(user)
        }
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
            let node = self.tree.add_node(Department { id: department.id.clone(), name: department.name, places: 0 });
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
                groups: BTreeSet::new(),
                active: user.active.unwrap_or(true),
                admin: user.admin,
            };
            user.anchors().for_each(|department| self.tree[department].places += 1);
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
                let Some(user) = self.users.get_mut(&member) else {
                    problems.add(path, format_args!("there is no user `{member}`"));
                    continue;
                };
                user.groups.insert(id.clone());
                if members.contains(&member) {
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
