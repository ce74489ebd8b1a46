//! The company: the forest of departments, the users and the groups.

mod document;

use std::sync::Arc;

use petgraph::Direction;
use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use petgraph::visit::{EdgeRef, NodeIndexable};
use smallvec::SmallVec;

use crate::collections::persistent::{Map, Set};
use crate::policy::anchors::Anchors;
use crate::policy::sorted;
use crate::vocabulary::id::{DepartmentId, GroupId, UserId};
use crate::vocabulary::post::Post;

/// The number of a group. No other group had it in any state that this one came from, so what is compiled of users may name it.
pub(crate) type GroupNumber = u32;

/// The company. Cheap to clone; but the first change of the forest after that copies the forest, without the ids and names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Org {
    /// Each department with an edge to its parent.
    forest: Arc<StableDiGraph<(), ()>>,
    departments: Map<NodeIndex, Arc<Department>>,
    /// How many members, heads and deputies a department has. A department without any does not stand here, and only such a
    /// one can be removed.
    people: Map<NodeIndex, usize>,
    by_id: Map<DepartmentId, NodeIndex>,
    /// By themselves, and not behind a pointer: who compiles a large company waits most for the memory that they are in.
    users: Map<UserId, User>,
    groups: Map<GroupId, Arc<Group>>,
    /// The way back from a number.
    group_ids: Map<GroupNumber, GroupId>,
    /// The number of the next group that comes.
    next_group: GroupNumber,
}

#[derive(Clone, Debug)]
pub(crate) struct Department {
    pub(crate) id: DepartmentId,
    pub(crate) name: Option<String>,
}

/// A user. Cheap to clone, because a change of one copies their neighbours.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) anchors: Anchors,
    /// The groups that the user is a member of, in the order of their numbers; the other side of [`Group::members`]. Not by ids,
    /// of which so few have room here that compiling a large company waited for those that stood elsewhere.
    pub(crate) groups: SmallVec<[GroupNumber; 4]>,
    pub(crate) active: bool,
    pub(crate) admin: bool,
}

/// Lists are copied as a whole. One by one, as they would be otherwise, that took a twentieth of all changes.
impl Clone for User {
    fn clone(&self) -> Self {
        let Self { name, anchors, groups, active, admin } = self;
        Self {
            name: name.clone(),
            anchors: anchors.clone(),
            groups: SmallVec::from_slice(groups),
            active: *active,
            admin: *admin,
        }
    }
}

impl User {
    /// The departments where the user is a member, head or deputy.
    pub(crate) fn anchors(&self) -> impl Iterator<Item = NodeIndex> + Clone {
        self.anchors.iter()
    }

    /// The departments where the user is a member, which their records belong to.
    pub(crate) fn departments(&self) -> impl Iterator<Item = NodeIndex> + Clone {
        self.anchors.by(Post::Member)
    }

    /// Whether the user has this post somewhere.
    pub(crate) fn is(&self, post: Post) -> bool {
        self.anchors.by(post).next().is_some()
    }

    /// The name, as data tells it.
    pub(crate) fn name(&self) -> Option<String> {
        self.name.as_deref().map(str::to_owned)
    }

    fn set_group(&mut self, group: GroupNumber, member: bool) {
        self.groups = sorted::with(&self.groups, &group, member);
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) number: GroupNumber,
    pub(crate) name: Option<String>,
    pub(crate) members: Set<UserId>,
}

impl Org {
    pub(crate) fn users(&self) -> &Map<UserId, User> {
        &self.users
    }

    pub(crate) fn groups(&self) -> &Map<GroupId, Arc<Group>> {
        &self.groups
    }

    /// An upper bound of the numbers of groups.
    pub(crate) fn group_bound(&self) -> usize {
        self.next_group as usize
    }

    /// The id of a group, which may be there no more.
    pub(crate) fn group_id(&self, group: GroupNumber) -> Option<&GroupId> {
        self.group_ids.get(&group)
    }

    /// The groups that a user is a member of, in canonical order.
    pub(crate) fn groups_of(&self, user: &User) -> impl Iterator<Item = &GroupId> + use<'_> {
        let mut groups: SmallVec<[&GroupId; 4]> =
            user.groups.iter().filter_map(|group| self.group_id(*group)).collect();
        groups.sort_unstable();
        groups.into_iter()
    }

    pub(crate) fn department(&self, id: &DepartmentId) -> Option<NodeIndex> {
        self.by_id.get(id).copied()
    }

    /// All departments, in canonical order.
    pub(crate) fn departments(&self) -> impl Iterator<Item = (&DepartmentId, NodeIndex)> {
        self.by_id.iter().map(|(id, department)| (id, *department))
    }

    pub(crate) fn department_at(&self, department: NodeIndex) -> &Department {
        self.departments.get(&department).expect("INVARIANT: each node of the forest is a department")
    }

    pub(crate) fn department_id(&self, department: NodeIndex) -> &DepartmentId {
        &self.department_at(department).id
    }

    /// What people call a department.
    pub(crate) fn name_of(&self, department: NodeIndex) -> Option<&str> {
        self.department_at(department).name.as_deref()
    }

    /// The department directly above.
    pub(crate) fn parent(&self, department: NodeIndex) -> Option<NodeIndex> {
        self.forest.neighbors_directed(department, Direction::Outgoing).next()
    }

    /// The department and all above it, upwards.
    pub(crate) fn with_those_above(&self, department: NodeIndex) -> impl Iterator<Item = NodeIndex> {
        std::iter::successors(Some(department), |department| self.parent(*department))
    }

    /// The departments that are below no other.
    pub(crate) fn roots(&self) -> impl Iterator<Item = NodeIndex> {
        self.forest.externals(Direction::Outgoing)
    }

    /// The departments directly below.
    pub(crate) fn children(&self, department: NodeIndex) -> impl Iterator<Item = NodeIndex> {
        self.forest.neighbors_directed(department, Direction::Incoming)
    }

    pub(crate) fn department_count(&self) -> usize {
        self.forest.node_count()
    }

    /// An upper bound of the indices of departments.
    pub(crate) fn department_bound(&self) -> usize {
        self.forest.node_bound()
    }
}

// Changes. Who calls them has checked that they make sense.
impl Org {
    pub(crate) fn has_children(&self, department: NodeIndex) -> bool {
        self.children(department).next().is_some()
    }

    /// Whether the department has a member, head or deputy.
    pub(crate) fn has_people(&self, department: NodeIndex) -> bool {
        self.people.contains_key(&department)
    }

    pub(crate) fn add_department(&mut self, id: DepartmentId, name: Option<String>, parent: Option<NodeIndex>) {
        let department = Arc::make_mut(&mut self.forest).add_node(());
        self.departments.insert(department, Arc::new(Department { id: id.clone(), name }));
        self.by_id.insert(id, department);
        self.set_parent(department, parent);
    }

    /// Renames a department, and gives the name before.
    pub(crate) fn rename_department(&mut self, department: NodeIndex, name: Option<String>) -> Option<String> {
        let department = self.departments.get_mut(&department)?;
        std::mem::replace(&mut Arc::make_mut(department).name, name)
    }

    pub(crate) fn set_parent(&mut self, department: NodeIndex, parent: Option<NodeIndex>) {
        let forest = Arc::make_mut(&mut self.forest);
        let edge = forest.edges_directed(department, Direction::Outgoing).next().map(|edge| edge.id());
        if let Some(edge) = edge {
            forest.remove_edge(edge);
        }
        if let Some(parent) = parent {
            forest.add_edge(department, parent, ());
        }
    }

    pub(crate) fn remove_department(&mut self, department: NodeIndex) {
        if let Some(removed) = self.departments.remove(&department) {
            Arc::make_mut(&mut self.forest).remove_node(department);
            self.by_id.remove(&removed.id);
        }
    }

    pub(crate) fn user_mut(&mut self, id: &UserId) -> Option<&mut User> {
        self.users.get_mut(id)
    }

    pub(crate) fn add_user(&mut self, id: UserId, user: User) {
        user.anchors().for_each(|department| self.take_place(department));
        self.users.insert(id, user);
    }

    /// Removes a user from the company and from the groups. The user still says in which they were.
    pub(crate) fn remove_user(&mut self, id: &UserId) -> Option<User> {
        let user = self.users.remove(id)?;
        user.anchors().for_each(|department| self.leave_place(department));
        for group in &user.groups {
            if let Some(group) = self.group_ids.get(group).and_then(|group| self.groups.get_mut(group)) {
                Arc::make_mut(group).members.remove(id);
            }
        }
        Some(user)
    }

    fn take_place(&mut self, department: NodeIndex) {
        let people = self.people.get(&department).map_or(1, |people| people + 1);
        self.people.insert(department, people);
    }

    fn leave_place(&mut self, department: NodeIndex) {
        match self.people.get(&department) {
            Some(people) if *people > 1 => _ = self.people.insert(department, people - 1),
            _ => _ = self.people.remove(&department),
        }
    }

    /// Gives a user a post in a department, or takes it. Whether that changes anything.
    pub(crate) fn set_post(&mut self, id: &UserId, department: NodeIndex, post: Post, there: bool) -> bool {
        let Self { users, departments, .. } = self;
        // Looked at first, because who changes a user copies their neighbours.
        if users.get(id).is_none_or(|user| user.anchors.have(department, post) == there) {
            return false;
        }
        let id_of = |department: NodeIndex| departments.get(&department).map(|department| &department.id);
        let came_or_went = users.get_mut(id).is_some_and(|user| user.anchors.set(department, post, there, id_of));
        match (came_or_went, there) {
            (true, true) => self.take_place(department),
            (true, false) => self.leave_place(department),
            (false, _) => {}
        }
        true
    }

    pub(crate) fn group_mut(&mut self, id: &GroupId) -> Option<&mut Group> {
        self.groups.get_mut(id).map(Arc::make_mut)
    }

    pub(crate) fn add_group(&mut self, id: GroupId, name: Option<String>, members: Set<UserId>) {
        let number = self.next_group;
        self.next_group = number.checked_add(1).expect("INVARIANT: no company lives to have 2^32 groups");
        for member in members.iter() {
            if let Some(user) = self.user_mut(member) {
                user.set_group(number, true);
            }
        }
        self.group_ids.insert(number, id.clone());
        self.groups.insert(id, Arc::new(Group { number, name, members }));
    }

    pub(crate) fn remove_group(&mut self, id: &GroupId) -> Option<Arc<Group>> {
        let group = self.groups.remove(id)?;
        self.group_ids.remove(&group.number);
        for member in group.members.iter() {
            if let Some(user) = self.user_mut(member) {
                user.set_group(group.number, false);
            }
        }
        Some(group)
    }

    /// Puts a user in a group, or takes them out.
    pub(crate) fn set_group_member(&mut self, user_id: &UserId, group_id: &GroupId, member: bool) {
        let (Some(user), Some(group)) = (self.users.get_mut(user_id), self.groups.get_mut(group_id)) else { return };
        user.set_group(group.number, member);
        let members = &mut Arc::make_mut(group).members;
        if member {
            members.insert(user_id.clone())
        } else {
            members.remove(user_id)
        };
    }
}
