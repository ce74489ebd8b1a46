//! The company from a document, and as one.

use std::fmt::Display;
use std::sync::Arc;

use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use smallvec::SmallVec;

use crate::collections::counted::Counted;
use crate::collections::index::Index;
use crate::collections::persistent::{Map, Set};
use crate::document;
use crate::policy::anchors::Anchors;
use crate::policy::cycle::targets_first;
use crate::policy::org::{Department, Group, GroupNumber, Org, User};
use crate::policy::validate::{Problems, check_id, repeated};
use crate::vocabulary::id::{DepartmentId, GroupId, UserId};
use crate::vocabulary::post::Post;

/// What is read of the departments, before anything is shared: users find theirs here.
struct Read {
    departments: Vec<Department>,
    by_id: Index<NodeIndex>,
}

impl Org {
    pub(crate) fn from_document(written: document::Org, problems: &mut Problems) -> Self {
        let (forest, read) = read_departments(written.departments, problems);
        let mut users = read_users(written.users, &read, problems);
        let groups = read_groups(written.groups, &mut users, problems);

        let ids = read.departments.iter().map(|department| department.id.clone());
        let mut by_id: Vec<_> = ids.zip(nodes()).collect();
        by_id.sort_unstable();
        let mut people = vec![0; read.departments.len()];
        for department in users.iter().flat_map(|(_, user)| user.anchors()) {
            people[department.index()] += 1;
        }
        let mut group_ids: Vec<_> = groups.iter().map(|(id, group)| (group.number, id.clone())).collect();
        group_ids.sort_unstable();
        let people = nodes().zip(people).filter(|(_, people)| *people > 0);
        let departments = nodes().zip(read.departments.into_iter().map(Arc::new));
        Self {
            forest: Arc::new(forest),
            departments: Map::of_sorted(departments),
            people: Map::of_sorted(people),
            by_id: Map::of_sorted(by_id),
            users: Map::of_sorted(users),
            groups: Map::of_sorted(groups),
            next_group: group_ids.last().map_or(0, |(last, _)| last + 1),
            group_ids: Map::of_sorted(group_ids),
        }
    }

    pub(crate) fn to_document(&self) -> document::Org {
        let ids = |user: &User, post| user.anchors.by(post).map(|node| self.department_id(node).clone()).collect();
        let department = |(id, node): (&DepartmentId, NodeIndex)| document::Department {
            id: id.clone(),
            name: self.department_at(node).name.clone(),
            parent: self.parent(node).map(|parent| self.department_id(parent).clone()),
        };
        let user = |(id, user): (&UserId, &User)| document::User {
            id: id.clone(),
            name: user.name(),
            departments: ids(user, Post::Member),
            heads: ids(user, Post::Head),
            deputy_of: ids(user, Post::Deputy),
            active: (!user.active).then_some(false),
            admin: user.admin,
        };
        let group = |(id, group): (&GroupId, &Arc<Group>)| document::Group {
            id: id.clone(),
            name: group.name.clone(),
            members: group.members.iter().cloned().collect(),
        };
        document::Org {
            departments: self.departments().map(department).collect(),
            users: self.users.iter().map(user).collect(),
            groups: self.groups.iter().map(group).collect(),
        }
    }
}

/// The nodes of departments in the order in which they come.
fn nodes() -> impl Iterator<Item = NodeIndex> {
    (0..).map(NodeIndex::new)
}

fn read_departments(written: Vec<document::Department>, problems: &mut Problems) -> (StableDiGraph<(), ()>, Read) {
    let repeated = repeated(written.iter().map(|department| &department.id));
    let mut forest = StableDiGraph::with_capacity(written.len(), written.len());
    let first = written.iter().map(|department| &department.id).zip(nodes());
    let first = first.filter(|(_, node)| !repeated.contains_key(&node.index()));
    let mut read = Read { departments: Vec::with_capacity(written.len()), by_id: Index::of(first) };
    let mut parents = Vec::with_capacity(written.len());
    for (d, department) in written.into_iter().enumerate() {
        forest.add_node(());
        let id = department.id;
        check_id(format_args!("org.departments[{d}].id"), &id, problems);
        if let Some(other) = repeated.get(&d) {
            problems.add(
                format_args!("org.departments[{d}].id"),
                format_args!("`{id}` is already the id of `org.departments[{other}]`: each department has its own"),
            );
        }
        read.departments.push(Department { id, name: department.name });
        parents.push(department.parent);
    }
    for (d, parent) in parents.into_iter().enumerate() {
        let Some(parent) = parent else { continue };
        if let Some(parent) = read.known_department(format_args!("org.departments[{d}].parent"), &parent, problems) {
            forest.add_edge(NodeIndex::new(d), parent, ());
        }
    }
    for cycle in targets_first(&forest).err().unwrap_or_default() {
        let members = cycle.iter().chain(cycle.first());
        let members: Vec<_> = members.map(|department| format!("`{}`", read.id(*department))).collect();
        problems.add(
            format_args!("org.departments[{}].parent", cycle[0].index()),
            format_args!("these departments are below each other in a circle: {}", members.join(" → ")),
        );
    }
    (forest, read)
}

/// The users, in canonical order.
fn read_users(written: Vec<document::User>, read: &Read, problems: &mut Problems) -> Vec<(UserId, User)> {
    let repeated = repeated(written.iter().map(|user| &user.id));
    let mut users = Vec::with_capacity(written.len());
    for (u, user) in written.into_iter().enumerate() {
        let id = user.id;
        check_id(format_args!("org.users[{u}].id"), &id, problems);
        if let Some(other) = repeated.get(&u) {
            problems.add(
                format_args!("org.users[{u}].id"),
                format_args!("`{id}` is already the id of `org.users[{other}]`: each user has their own"),
            );
        }
        let mut posts: SmallVec<[(Post, NodeIndex); 4]> = SmallVec::new();
        for (post, field, ids) in [
            (Post::Member, "departments", &user.departments),
            (Post::Head, "heads", &user.heads),
            (Post::Deputy, "deputy_of", &user.deputy_of),
        ] {
            let known = read.known_departments(format_args!("org.users[{u}].{field}"), ids, problems);
            posts.extend(known.into_iter().map(|department| (post, department)));
        }
        let user = User {
            name: user.name.map(Arc::from),
            anchors: Anchors::of(posts, |department| read.id(department)),
            groups: SmallVec::new(),
            active: user.active.unwrap_or(true),
            admin: user.admin,
        };
        users.push((id, user));
    }
    // Stable, though of two users with one id none will be used. One of them stays, because an index is of distinct ids.
    users.sort_by(|(a, _), (b, _)| a.cmp(b));
    users.dedup_by(|(a, _), (b, _)| a == b);
    users
}

/// The groups, in canonical order. Their members learn of them.
fn read_groups(
    written: Vec<document::Group>,
    users: &mut [(UserId, User)],
    problems: &mut Problems,
) -> Vec<(GroupId, Arc<Group>)> {
    // Without groups there is no need of the index of all users.
    if written.is_empty() {
        return Vec::new();
    }
    let repeated_ids = repeated(written.iter().map(|group| &group.id));
    let mut groups = Vec::with_capacity(written.len());
    let places = Index::of(users.iter().map(|(id, _)| id).zip(0..));
    let mut memberships: Vec<(u32, GroupNumber)> = Vec::new();
    for (number, (g, group)) in (0..).zip(written.into_iter().enumerate()) {
        let id = group.id;
        check_id(format_args!("org.groups[{g}].id"), &id, problems);
        if let Some(other) = repeated_ids.get(&g) {
            problems.add(
                format_args!("org.groups[{g}].id"),
                format_args!("`{id}` is already the id of `org.groups[{other}]`: each group has its own"),
            );
        }
        let repeated = repeated(group.members.iter());
        let mut members = group.members;
        for (m, member) in members.iter().enumerate() {
            let path = format_args!("org.groups[{g}].members[{m}]");
            let Some(place) = places.get(member.borrowed()) else {
                problems.add(path, format_args!("there is no user `{member}`"));
                continue;
            };
            memberships.push((place, number));
            if repeated.contains_key(&m) {
                problems.add(path, format_args!("`{member}` stands here twice"));
            }
        }
        members.sort_unstable();
        groups.push((id, Arc::new(Group { number, name: group.name, members: Set::of_sorted(members) })));
    }
    // Users are far from each other in memory: told of one group after another, validating took an eighth longer.
    let memberships = Counted::of(users.len(), memberships.iter().copied());
    for (place, (_, user)) in users.iter_mut().enumerate() {
        user.groups = SmallVec::from_slice(memberships.get(place));
    }
    groups.sort_by(|(a, _), (b, _)| a.cmp(b));
    groups
}

impl Read {
    fn id(&self, department: NodeIndex) -> &DepartmentId {
        &self.departments[department.index()].id
    }

    fn known_departments(
        &self,
        path: impl Display,
        ids: &[DepartmentId],
        problems: &mut Problems,
    ) -> SmallVec<[NodeIndex; 2]> {
        let mut known = SmallVec::new();
        for (d, id) in ids.iter().enumerate() {
            known.extend(self.known_department(format_args!("{path}[{d}]"), id, problems));
        }
        known.sort_unstable();
        if known.windows(2).any(|pair| pair[0] == pair[1]) {
            let known = ids.iter().enumerate().filter(|(_, id)| self.by_id.get(id.borrowed()).is_some());
            let (places, known): (Vec<usize>, Vec<&DepartmentId>) = known.unzip();
            let repeated = repeated(known.iter().copied());
            for (place, (d, id)) in places.into_iter().zip(known).enumerate() {
                if repeated.contains_key(&place) {
                    problems.add(format_args!("{path}[{d}]"), format_args!("`{id}` stands here twice"));
                }
            }
        }
        known
    }

    fn known_department(&self, path: impl Display, id: &DepartmentId, problems: &mut Problems) -> Option<NodeIndex> {
        let department = self.by_id.get(id.borrowed());
        if department.is_none() {
            problems.add(path, format_args!("there is no department `{id}`"));
        }
        department
    }
}
