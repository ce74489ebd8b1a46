//! People, departments, groups and roles of a policy by their names, and lists of names.

use std::fmt::Display;

use crate::policy::Policy;
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::name::{department_called, group_called, role_called, user_called};

pub(crate) fn user_name(policy: &Policy, id: &UserId) -> String {
    user_called(id, policy.org.users().get(id).and_then(|user| user.name.as_deref()))
}

pub(crate) fn department_name(policy: &Policy, id: &DepartmentId) -> String {
    department_called(id, policy.org.department(id).and_then(|department| policy.org.name_of(department)))
}

pub(crate) fn group_name(policy: &Policy, id: &GroupId) -> String {
    group_called(id, policy.org.groups().get(id).and_then(|group| group.name.as_deref()))
}

pub(crate) fn role_name(policy: &Policy, id: &RoleId) -> String {
    role_called(id, policy.roles.get(id).map(|role| role.name.as_str()))
}

/// `a`, `a and b`, `a, b and c`; of many the first ones and how many more.
pub(crate) fn listed<T: Display>(items: &[T]) -> String {
    const MOST: usize = 6;
    let texts = |items: &[T]| items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match items {
        [] => "nobody".to_owned(),
        [one] => one.to_string(),
        many if many.len() > MOST => format!("{} and {} more", texts(&many[..MOST - 1]), many.len() - MOST + 1),
        [first @ .., last] => format!("{} and {last}", texts(first)),
    }
}
