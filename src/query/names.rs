//! What people, departments, groups and roles are called in sentences. Control characters are escaped: whatever a name
//! holds, it stays on its line.

use std::fmt::Display;

use crate::policy::Policy;
use crate::policy::validate::on_one_line;
use crate::vocabulary::id::{DepartmentId, GroupId, Id, RoleId, UserId};

/// What somebody with this name is called: the name up to its first comma, behind which stand remarks
/// (`Sam, head of sales`); who has none by the id.
pub(crate) fn user_called(id: &UserId, name: Option<&str>) -> String {
    called(name.and_then(|name| name.split(',').next()).map(str::trim), || named_by_id("user", id))
}

pub(crate) fn department_called(id: &DepartmentId, name: Option<&str>) -> String {
    called(name, || named_by_id("department", id))
}

pub(crate) fn group_called(id: &GroupId, name: Option<&str>) -> String {
    called(name, || id.to_string())
}

pub(crate) fn role_called(id: &RoleId, name: Option<&str>) -> String {
    called(name, || id.to_string())
}

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

fn called(name: Option<&str>, or: impl Fn() -> String) -> String {
    on_one_line(name.filter(|name| !name.is_empty()).map_or_else(or, ToOwned::to_owned))
}

/// What has no name: its id if that is text, else what it is with its number.
fn named_by_id<Kind>(kind: &str, id: &Id<Kind>) -> String {
    if id.as_text().is_some() { id.to_string() } else { format!("{kind} {id}") }
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
