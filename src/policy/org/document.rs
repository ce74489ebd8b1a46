//! Reads the company from a document, and writes it to one.

use std::fmt::Display;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::collections::counted::Counted;
use crate::collections::index::Index;
use crate::collections::persistent::{Map, Set};
use crate::document;
use crate::policy::dated::{Dated, Entries, MemberKey, PostKey};
use crate::policy::labels::{PersonLabels, ThingLabels};
use crate::policy::org::anchors::Anchors;
use crate::policy::org::forest::Forest;
use crate::policy::org::{Department, Group, Org, User};
use crate::policy::rules::{self, Invalid, Kind};
use crate::policy::tenure::{entry, known_tenure};
use crate::policy::validate::{Problems, check_id, repeated};
use crate::vocabulary::id::{DepartmentId, GroupId, UserId};
use crate::vocabulary::index::{DepartmentSlot, GroupNumber, Idx, UserSlot};
use crate::vocabulary::period::{Period, Tenure};
use crate::vocabulary::post::Post;

/// The departments read so far, for users to look theirs up.
struct Read {
    departments: Vec<Department>,
    by_id: Index<DepartmentSlot>,
}

impl Org {
    /// What has a period is added to `dated`, and holds at no instant yet.
    pub(crate) fn from_document(written: document::Org, dated: &mut Entries, problems: &mut Problems) -> Self {
        let (forest, read) = read_departments(written.departments, problems);
        let mut users = read_users(written.users, &read, &mut dated.posts, problems);
        let groups = read_groups(written.groups, &mut users, &mut dated.members, problems);

        let ids = read.departments.iter().map(|department| department.id.clone());
        let mut by_id: Vec<_> = ids.zip(slots()).collect();
        by_id.sort_unstable();
        let mut people = vec![0; read.departments.len()];
        for department in users.iter().flat_map(|(_, user)| user.anchors()) {
            people[position(department)] += 1;
        }
        let mut group_ids: Vec<_> = groups.iter().map(|(id, group)| (group.number, id.clone())).collect();
        group_ids.sort_unstable();
        let people = slots().zip(people).filter(|(_, people)| *people > 0);
        let departments = slots().zip(read.departments.into_iter().map(Arc::new));
        Self {
            forest: Arc::new(forest),
            departments: Map::of_sorted(departments),
            people: Map::of_sorted(people),
            by_id: Map::of_sorted(by_id),
            users: Map::of_sorted(users),
            groups: Map::of_sorted(groups),
            free_groups: Set::default(),
            group_ids: Map::of_sorted(group_ids),
            department_labels: ThingLabels::default(),
            user_labels: PersonLabels::default(),
            group_labels: ThingLabels::default(),
        }
    }

    pub(crate) fn to_document(&self, dated: &Dated) -> document::Org {
        let posts = |id: &UserId, user: &User, post| {
            let all = self.stated_posts(id, user, post, dated);
            all.map(|(department, tenure)| entry(department.clone(), tenure)).collect()
        };
        let department = |(id, slot): (&DepartmentId, DepartmentSlot)| document::Department {
            id: id.clone(),
            name: self.department_at(slot).name.clone(),
            parent: self.parent(slot).map(|parent| self.department_id(parent).clone()),
        };
        let user = |(id, user): (&UserId, &User)| document::User {
            id: id.clone(),
            name: user.name(),
            departments: posts(id, user, Post::Member),
            heads: posts(id, user, Post::Head),
            deputy_of: posts(id, user, Post::Deputy),
            active: (!user.active).then_some(false),
            admin: user.admin,
        };
        let group = |(id, group): (&GroupId, &Arc<Group>)| document::Group {
            id: id.clone(),
            name: group.name.clone(),
            members: group.stated_members(dated).map(|(user, tenure)| entry(user.clone(), tenure)).collect(),
        };
        document::Org {
            departments: self.departments().map(department).collect(),
            users: self.users.iter().map(user).collect(),
            groups: self.groups.iter().map(group).collect(),
        }
    }
}

/// The slots of departments, in the order of the document.
fn slots() -> impl Iterator<Item = DepartmentSlot> {
    (DepartmentSlot::FIRST.index()..).map(DepartmentSlot::new)
}

/// The position of a department among those of the document.
fn position(department: DepartmentSlot) -> usize {
    department.index() - DepartmentSlot::FIRST.index()
}

fn read_departments(written: Vec<document::Department>, problems: &mut Problems) -> (Forest, Read) {
    let repeated = repeated(written.iter().map(|department| &department.id));
    let mut forest = Forest::with_capacity(written.len());
    let first = written.iter().map(|department| &department.id).zip(slots());
    let first = first.filter(|(_, slot)| !repeated.contains_key(&position(*slot)));
    let mut read = Read { departments: Vec::with_capacity(written.len()), by_id: Index::of(first) };
    let mut parents = Vec::with_capacity(written.len());
    for (d, department) in written.into_iter().enumerate() {
        forest.add();
        let id = department.id;
        check_id(format_args!("org.departments[{d}].id"), &id, problems);
        if let Some(other) = repeated.get(&d) {
            let taken = Invalid::taken(Kind::Department, &id, Some(format!("org.departments[{other}]")));
            problems.add(format_args!("org.departments[{d}].id"), &taken);
        }
        read.departments.push(Department { id, name: department.name });
        parents.push(department.parent);
    }
    for (slot, (d, parent)) in slots().zip(parents.into_iter().enumerate()) {
        let Some(parent) = parent else { continue };
        if let Some(parent) = read.known_department(format_args!("org.departments[{d}].parent"), &parent, problems) {
            forest.set_parent(slot, Some(parent));
        }
    }
    for cycle in forest.cycles() {
        let members = cycle.iter().map(|department| read.id(*department));
        problems
            .add(format_args!("org.departments[{}].parent", position(cycle[0])), &rules::cycle("departments", members));
    }
    (forest, read)
}

/// The users, in canonical order.
fn read_users(
    written: Vec<document::User>,
    read: &Read,
    dated: &mut Vec<(PostKey, Period)>,
    problems: &mut Problems,
) -> Vec<(UserId, User)> {
    let repeated = repeated(written.iter().map(|user| &user.id));
    let mut users = Vec::with_capacity(written.len());
    for (u, user) in written.into_iter().enumerate() {
        let id = user.id;
        check_id(format_args!("org.users[{u}].id"), &id, problems);
        if let Some(other) = repeated.get(&u) {
            let taken = Invalid::taken(Kind::User, &id, Some(format!("org.users[{other}]")));
            problems.add(format_args!("org.users[{u}].id"), &taken);
        }
        let mut posts: SmallVec<[(Post, DepartmentSlot); 4]> = SmallVec::new();
        for (post, list, entries) in [
            (Post::Member, "departments", &user.departments),
            (Post::Head, "heads", &user.heads),
            (Post::Deputy, "deputy_of", &user.deputy_of),
        ] {
            let known = read.known_departments(format_args!("org.users[{u}].{list}"), list, entries, problems);
            for (department, tenure) in known {
                match tenure {
                    Tenure::During(period) => dated.push(((id.clone(), department, post), period)),
                    Tenure::Always | Tenure::Never => posts.push((post, department)),
                }
            }
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
    // Sorts stably. If two users have one id, which is reported, the first is kept, because an index needs distinct
    // ids.
    users.sort_by(|(a, _), (b, _)| a.cmp(b));
    users.dedup_by(|(a, _), (b, _)| a == b);
    users
}

/// Reads the groups, in canonical order, and records them in their members.
fn read_groups(
    written: Vec<document::Group>,
    users: &mut [(UserId, User)],
    dated: &mut Vec<(MemberKey, Period)>,
    problems: &mut Problems,
) -> Vec<(GroupId, Arc<Group>)> {
    // Without groups, the index of all users is not needed.
    if written.is_empty() {
        return Vec::new();
    }
    let repeated_ids = repeated(written.iter().map(|group| &group.id));
    let mut groups = Vec::with_capacity(written.len());
    let places = Index::of(users.iter().enumerate().map(|(user, (id, _))| (id, UserSlot::new(user))));
    let mut memberships: Vec<(UserSlot, GroupNumber)> = Vec::new();
    for (g, group) in written.into_iter().enumerate() {
        let number = GroupNumber::new(g);
        let id = group.id;
        check_id(format_args!("org.groups[{g}].id"), &id, problems);
        if let Some(other) = repeated_ids.get(&g) {
            let taken = Invalid::taken(Kind::Group, &id, Some(format!("org.groups[{other}]")));
            problems.add(format_args!("org.groups[{g}].id"), &taken);
        }
        let repeated = repeated(group.members.iter().map(|entry| &entry.id));
        let mut members = Vec::with_capacity(group.members.len());
        for (m, document::Entry { id: member, dates }) in group.members.into_iter().enumerate() {
            let path = format_args!("org.groups[{g}].members[{m}]");
            let id_path = if dates.is_some() { ".id" } else { "" };
            let tenure = known_tenure(dates.as_deref(), |within, invalid| {
                problems.add(format_args!("{path}{within}"), &invalid);
            });
            let Some(place) = places.get(member.borrowed()) else {
                problems.add(format_args!("{path}{id_path}"), &Invalid::unknown(Kind::User, &member));
                continue;
            };
            if repeated.contains_key(&m) {
                problems.add(path, &Invalid::repeated(&member, "members"));
            }
            match tenure {
                Some(Tenure::During(period)) => dated.push(((member, number), period)),
                Some(Tenure::Always) => {
                    memberships.push((place, number));
                    members.push(member);
                }
                Some(Tenure::Never) | None => {}
            }
        }
        members.sort_unstable();
        groups.push((id, Arc::new(Group { number, name: group.name, members: Set::of_sorted(members) })));
    }
    // Users are scattered in memory: visiting them group by group made validation take an eighth longer.
    let memberships = Counted::of(users.len(), memberships.iter().copied());
    for (place, (_, user)) in users.iter_mut().enumerate() {
        user.groups = SmallVec::from_slice(memberships.get(place));
    }
    groups.sort_by(|(a, _), (b, _)| a.cmp(b));
    groups
}

impl Read {
    fn id(&self, department: DepartmentSlot) -> &DepartmentId {
        &self.departments[position(department)].id
    }

    fn known_departments(
        &self,
        path: impl Display,
        list: &'static str,
        entries: &[document::Entry<DepartmentId>],
        problems: &mut Problems,
    ) -> SmallVec<[(DepartmentSlot, Tenure); 2]> {
        let mut known = SmallVec::new();
        for (d, document::Entry { id, dates }) in entries.iter().enumerate() {
            let within = if dates.is_some() { ".id" } else { "" };
            let department = self.known_department(format_args!("{path}[{d}]{within}"), id, problems);
            let tenure = known_tenure(dates.as_deref(), |within, invalid| {
                problems.add(format_args!("{path}[{d}]{within}"), &invalid);
            });
            // One whose period is invalid may still be listed twice.
            known.extend(department.map(|department| (department, tenure.unwrap_or(Tenure::Never))));
        }
        known.sort_unstable_by_key(|(department, _)| *department);
        if known.windows(2).any(|pair: &[(DepartmentSlot, Tenure)]| pair[0].0 == pair[1].0) {
            let ids = entries.iter().map(|entry| &entry.id).enumerate();
            let known = ids.filter(|(_, id)| self.by_id.get(id.borrowed()).is_some());
            let (places, known): (Vec<usize>, Vec<&DepartmentId>) = known.unzip();
            let repeated = repeated(known.iter().copied());
            for (place, (d, id)) in places.into_iter().zip(known).enumerate() {
                if repeated.contains_key(&place) {
                    problems.add(format_args!("{path}[{d}]"), &Invalid::repeated(id, list));
                }
            }
        }
        known
    }

    fn known_department(
        &self,
        path: impl Display,
        id: &DepartmentId,
        problems: &mut Problems,
    ) -> Option<DepartmentSlot> {
        let department = self.by_id.get(id.borrowed());
        if department.is_none() {
            problems.add(path, &Invalid::unknown(Kind::Department, id));
        }
        department
    }
}
