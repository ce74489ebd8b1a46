//! Names for use in sentences. Control characters are escaped, so that a name never breaks a line.

use crate::vocabulary::id::{DepartmentId, GroupId, Id, RoleId, UserId};

/// The name of a user up to its first comma, because remarks follow it (`Sam, head of sales`); the id if there is none.
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

fn called(name: Option<&str>, or: impl Fn() -> String) -> String {
    on_one_line(name.filter(|name| !name.is_empty()).map_or_else(or, ToOwned::to_owned))
}

/// The name of a thing that has none: its id if that is text, otherwise its kind and its number.
fn named_by_id<Kind>(kind: &str, id: &Id<Kind>) -> String {
    if id.as_text().is_some() { id.to_string() } else { format!("{kind} {id}") }
}

/// Text with its control characters escaped, so that it is one line.
pub(crate) fn on_one_line(text: String) -> String {
    if !text.contains(char::is_control) {
        return text;
    }
    let escaped = |c: char| if c.is_control() { c.escape_default().collect() } else { String::from(c) };
    text.chars().map(escaped).collect()
}
