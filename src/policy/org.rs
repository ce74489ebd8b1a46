//! The company: the forest of departments, the users and the groups.

pub(crate) mod anchors;
pub(crate) mod cycle;
mod document;
mod forest;

use std::collections::BTreeSet;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::collections::persistent::{Map, Set};
use crate::policy::fact::{GroupState, UserState};
use crate::policy::labels::{PersonLabels, ThingLabels};
use crate::policy::org::anchors::Anchors;
use crate::policy::org::forest::Forest;
use crate::vocabulary::id::{DepartmentId, GroupId, UserId};
use crate::vocabulary::index::{DepartmentSlot, GroupNumber, Idx};
use crate::vocabulary::post::Post;

/// The company. Cheap to clone. The first change of the forest after a clone copies the forest, without ids and names.
#[derive(Clone, Debug, Default)]
pub(crate) struct Org {
    forest: Arc<Forest>,
    departments: Map<DepartmentSlot, Arc<Department>>,
    /// The number of members, heads and deputies of each department. A department without any is missing here; only
    /// such a one can be removed.
    people: Map<DepartmentSlot, usize>,
    by_id: Map<DepartmentId, DepartmentSlot>,
    /// Stored inline, not behind an `Arc`: compiling a large company is bound by cache misses here.
    users: Map<UserId, User>,
    groups: Map<GroupId, Arc<Group>>,
    /// The reverse of [`Group::number`].
    group_ids: Map<GroupNumber, GroupId>,
    /// The numbers below the bound that no group has.
    free_groups: Set<GroupNumber>,
    department_labels: ThingLabels,
    user_labels: PersonLabels,
    group_labels: ThingLabels,
}

#[derive(Clone, Debug)]
pub(crate) struct Department {
    pub(crate) id: DepartmentId,
    pub(crate) name: Option<String>,
}

/// A user. Cheap to clone, because changing one user copies their neighbours in the map's node.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) anchors: Anchors,
    /// The groups that the user is a member of, in the order of their numbers: the other side of [`Group::members`].
    /// Numbers instead of ids, because only few ids fit in here, and compiling a large company waited for those stored
    /// elsewhere.
    pub(crate) groups: SmallVec<[GroupNumber; 4]>,
    pub(crate) active: bool,
    pub(crate) admin: bool,
}

/// Copies lists as a whole. Copying them item by item, as a derive would, took a twentieth of all changes.
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
    pub(crate) fn anchors(&self) -> impl Iterator<Item = DepartmentSlot> + Clone {
        self.anchors.iter()
    }

    /// The departments where the user is a member. The user's records belong to these.
    pub(crate) fn departments(&self) -> impl Iterator<Item = DepartmentSlot> + Clone {
        self.anchors.by(Post::Member)
    }

    /// Whether the user has this post in any department.
    pub(crate) fn is(&self, post: Post) -> bool {
        self.anchors.by(post).next().is_some()
    }

    pub(crate) fn state(&self) -> UserState {
        UserState { name: self.name.clone(), active: self.active, admin: self.admin }
    }

    /// The name as it is in documents.
    pub(crate) fn name(&self) -> Option<String> {
        self.name.as_deref().map(str::to_owned)
    }

    pub(crate) fn set_group(&mut self, group: GroupNumber, member: bool) {
        match (self.groups.binary_search(&group), member) {
            (Err(position), true) => self.groups.insert(position, group),
            (Ok(position), false) => _ = self.groups.remove(position),
            (Ok(_), true) | (Err(_), false) => {}
        }
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

    /// The departments with these ids that exist.
    pub(crate) fn slots_of(&self, ids: &[DepartmentId]) -> SmallVec<[DepartmentSlot; 2]> {
        ids.iter().filter_map(|id| self.department(id)).collect()
    }

    pub(crate) fn groups(&self) -> &Map<GroupId, Arc<Group>> {
        &self.groups
    }

    /// One more than the greatest number of a group.
    pub(crate) fn group_bound(&self) -> usize {
        self.groups.len() + self.free_groups.len()
    }

    /// The id of a group, or `None` if it was removed.
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

    pub(crate) fn department(&self, id: &DepartmentId) -> Option<DepartmentSlot> {
        self.by_id.get(id).copied()
    }

    /// All departments, in canonical order.
    pub(crate) fn departments(&self) -> impl Iterator<Item = (&DepartmentId, DepartmentSlot)> {
        self.by_id.iter().map(|(id, department)| (id, *department))
    }

    pub(crate) fn department_at(&self, department: DepartmentSlot) -> &Department {
        self.departments.get(&department).expect("INVARIANT: each node of the forest is a department")
    }

    pub(crate) fn department_id(&self, department: DepartmentSlot) -> &DepartmentId {
        &self.department_at(department).id
    }

    /// The display name of a department.
    pub(crate) fn name_of(&self, department: DepartmentSlot) -> Option<&str> {
        self.department_at(department).name.as_deref()
    }

    /// The name of a user.
    pub(crate) fn name_of_user(&self, user: &UserId) -> Option<&str> {
        self.users.get(user)?.name.as_deref()
    }

    /// The name of a group.
    pub(crate) fn name_of_group(&self, group: &GroupId) -> Option<&str> {
        self.groups.get(group)?.name.as_deref()
    }

    /// Whether another department than this one has a name.
    pub(crate) fn has_other_department(&self, id: &DepartmentId, name: &str) -> bool {
        let own = self.department(id).and_then(|department| self.name_of(department));
        self.department_labels
            .has_another(name, own, || self.departments.values().filter_map(|department| department.name.as_deref()))
    }

    /// Whether another user than this one has a name, alone or before a remark.
    pub(crate) fn has_other_user(&self, id: &UserId, name: &str) -> bool {
        let all = || self.users.values().filter_map(|user| user.name.as_deref());
        self.user_labels.has_another(name, self.name_of_user(id), all)
    }

    /// Whether another group than this one has a name.
    pub(crate) fn has_other_group(&self, id: &GroupId, name: &str) -> bool {
        let all = || self.groups.values().filter_map(|group| group.name.as_deref());
        self.group_labels.has_another(name, self.name_of_group(id), all)
    }

    /// The department directly above.
    pub(crate) fn parent(&self, department: DepartmentSlot) -> Option<DepartmentSlot> {
        self.forest.parent(department)
    }

    /// The department and all above it, upwards. It ends, because a valid company has no cycle.
    pub(crate) fn with_those_above(&self, department: DepartmentSlot) -> impl Iterator<Item = DepartmentSlot> {
        std::iter::successors(Some(department), |department| self.parent(*department))
    }

    /// These departments and all above them, each once. Costs their number, even in a deep chain.
    pub(crate) fn all_above(&self, departments: impl IntoIterator<Item = DepartmentSlot>) -> BTreeSet<DepartmentSlot> {
        let mut all = BTreeSet::new();
        for department in departments {
            // Where one is known, those above it are.
            self.with_those_above(department).take_while(|above| all.insert(*above)).for_each(drop);
        }
        all
    }

    /// The departments that have no parent.
    pub(crate) fn roots(&self) -> impl Iterator<Item = DepartmentSlot> {
        self.forest.roots()
    }

    /// The departments directly below.
    pub(crate) fn children(&self, department: DepartmentSlot) -> impl Iterator<Item = DepartmentSlot> {
        self.forest.children(department)
    }

    pub(crate) fn department_count(&self) -> usize {
        self.forest.len()
    }

    /// One more than the greatest index of a department's slot.
    pub(crate) fn department_bound(&self) -> usize {
        self.forest.bound()
    }
}

// Changes. The caller has checked that they are valid.
impl Org {
    pub(crate) fn has_children(&self, department: DepartmentSlot) -> bool {
        self.children(department).next().is_some()
    }

    /// Whether the department has a member, head or deputy.
    pub(crate) fn has_people(&self, department: DepartmentSlot) -> bool {
        self.people.contains_key(&department)
    }

    pub(crate) fn add_department(&mut self, id: DepartmentId, name: Option<String>, parent: Option<DepartmentSlot>) {
        self.department_labels.change(None, name.as_deref());
        let department = Arc::make_mut(&mut self.forest).add();
        self.departments.insert(department, Arc::new(Department { id: id.clone(), name }));
        self.by_id.insert(id, department);
        self.set_parent(department, parent);
    }

    pub(crate) fn rename_department(&mut self, department: DepartmentSlot, name: Option<String>) {
        if let Some(department) = self.departments.get_mut(&department) {
            self.department_labels.change(department.name.as_deref(), name.as_deref());
            Arc::make_mut(department).name = name;
        }
    }

    pub(crate) fn set_parent(&mut self, department: DepartmentSlot, parent: Option<DepartmentSlot>) {
        Arc::make_mut(&mut self.forest).set_parent(department, parent);
    }

    pub(crate) fn remove_department(&mut self, id: &DepartmentId) {
        if let Some(department) = self.by_id.remove(id) {
            Arc::make_mut(&mut self.forest).remove(department);
            let gone = self.departments.remove(&department);
            self.department_labels.change(gone.and_then(|gone| gone.name.clone()).as_deref(), None);
        }
    }

    /// Adds a user without posts and groups, changes one, or removes one who has none any more.
    pub(crate) fn set_user(&mut self, id: &UserId, state: Option<&UserState>) {
        let Some(UserState { name, active, admin }) = state.cloned() else {
            let gone = self.users.remove(id).and_then(|user| user.name);
            self.user_labels.change(gone.as_deref(), None);
            return;
        };
        if let Some(user) = self.users.get_mut(id) {
            self.user_labels.change(user.name.as_deref(), name.as_deref());
            (user.name, user.active, user.admin) = (name, active, admin);
            return;
        }
        self.user_labels.change(None, name.as_deref());
        let (anchors, groups) = (Anchors::default(), SmallVec::new());
        self.users.insert(id.clone(), User { name, anchors, groups, active, admin });
    }

    fn take_place(&mut self, department: DepartmentSlot) {
        let people = self.people.get(&department).map_or(1, |people| people + 1);
        self.people.insert(department, people);
    }

    fn leave_place(&mut self, department: DepartmentSlot) {
        match self.people.get(&department) {
            Some(people) if *people > 1 => _ = self.people.insert(department, people - 1),
            _ => _ = self.people.remove(&department),
        }
    }

    /// Adds or removes a post of a user in a department.
    pub(crate) fn set_post(&mut self, id: &UserId, department: DepartmentSlot, post: Post, there: bool) {
        let Self { users, departments, .. } = self;
        let id_of = |department: DepartmentSlot| departments.get(&department).map(|department| &department.id);
        let came_or_went = users.get_mut(id).is_some_and(|user| user.anchors.set(department, post, there, id_of));
        match (came_or_went, there) {
            (true, true) => self.take_place(department),
            (true, false) => self.leave_place(department),
            (false, _) => {}
        }
    }

    /// Adds a group without members, changes one, or removes one that has none any more.
    pub(crate) fn set_group(&mut self, id: &GroupId, state: Option<&GroupState>) {
        let Some(GroupState { name }) = state.cloned() else {
            if let Some(group) = self.groups.remove(id) {
                self.group_ids.remove(&group.number);
                self.free_groups.insert(group.number);
                self.group_labels.change(group.name.as_deref(), None);
            }
            return;
        };
        if let Some(group) = self.groups.get_mut(id) {
            self.group_labels.change(group.name.as_deref(), name.as_deref());
            Arc::make_mut(group).name = name;
            return;
        }
        self.group_labels.change(None, name.as_deref());
        let free = self.free_groups.iter().next().copied();
        let number = free.unwrap_or_else(|| GroupNumber::new(self.group_bound()));
        self.free_groups.remove(&number);
        self.group_ids.insert(number, id.clone());
        self.groups.insert(id.clone(), Arc::new(Group { number, name, members: Set::default() }));
    }

    /// Adds a user to a group, or removes them from it.
    pub(crate) fn set_member(&mut self, user_id: &UserId, group_id: &GroupId, member: bool) {
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
