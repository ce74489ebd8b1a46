//! People, departments, groups and roles by their names, and lists of names.

use std::fmt::Display;

use crate::policy::Policy;
use crate::vocabulary::id::{DepartmentId, GroupId, Id, RoleId, UserId};
use crate::vocabulary::name::{in_sentence, named_by_id, trimmed, without_remark};

/// The two policies that sentences are about. Names come from the first that knows the id, and must be unique in both.
#[derive(Clone, Copy)]
pub(crate) struct Names<'p>(pub(crate) [&'p Policy; 2]);

/// Names as explanations, differences and pictures use them, on one line.
///
/// - A name that several of the same kind have is followed by the id: `Marketing (108)`.
/// - Of a person's name, only the part before the first comma is used, because remarks follow it, unless others have that
///   name too: `Sam, head of sales` is `Sam`, but `Müller, Anna` beside `Müller, Jan` stays whole.
/// - A name with a comma, a semicolon, a colon, a quote, the word `and`, or a closing bracket at its end is quoted, so that
///   it can't be mistaken for several names, or for a name with an id.
/// - Without a name, or for an unknown id, it is the id: `user 7`.
///
/// The first call after a policy is loaded reads all names of the kind once. Changes keep that up to date.
impl Policy {
    /// The name of a user in sentences.
    ///
    /// ```
    /// use orgscope::document::{Document, User};
    /// use orgscope::Policy;
    ///
    /// let policy = Policy::from_document(
    ///     Document::new()
    ///         .user(User::new(1).name("Sam, head of sales"))
    ///         .user(User::new(2).name("Li Wei"))
    ///         .user(User::new(3).name("Li Wei"))
    ///         .user(User::new(4)),
    /// )?;
    /// let names = [1, 2, 3, 4].map(|id| policy.user_name(&id.into()));
    /// assert_eq!(names, ["Sam", "Li Wei (2)", "Li Wei (3)", "user 4"]);
    /// # Ok::<(), orgscope::PolicyError>(())
    /// ```
    pub fn user_name(&self, id: &UserId) -> String {
        Names([self, self]).user(id)
    }

    /// The name of a department in sentences.
    pub fn department_name(&self, id: &DepartmentId) -> String {
        Names([self, self]).department(id)
    }

    /// The name of a group in sentences.
    pub fn group_name(&self, id: &GroupId) -> String {
        let name = self.org.name_of_group(id).and_then(trimmed);
        let nameless = |other: &GroupId| {
            self.org.groups().contains_key(other) && self.org.name_of_group(other).and_then(trimmed).is_none()
        };
        called(id, "", name, |name| self.org.has_other_group(id, name) || is_id_of("", name, id, nameless))
    }

    /// The name of a role in sentences.
    pub fn role_name(&self, id: &RoleId) -> String {
        let name = self.roles.get(id).and_then(|role| trimmed(&role.name));
        called(id, "", name, |name| self.has_other_role(id, name))
    }
}

impl Names<'_> {
    pub(crate) fn user(self, id: &UserId) -> String {
        let name = self.0.iter().find_map(|policy| policy.org.users().get(id)).and_then(|user| user.name.as_deref());
        let is_taken = |name: &str| {
            self.0.iter().any(|policy| {
                let org = &policy.org;
                let nameless = |other: &UserId| {
                    org.users().contains_key(other) && org.name_of_user(other).and_then(trimmed).is_none()
                };
                org.has_other_user(id, name) || is_id_of("user", name, id, nameless)
            })
        };
        match name.and_then(without_remark) {
            Some(short) if !is_taken(short) => in_sentence(short),
            _ => called(id, "user", name.and_then(trimmed), is_taken),
        }
    }

    pub(crate) fn department(self, id: &DepartmentId) -> String {
        let known = self.0.iter().find_map(|policy| Some((policy, policy.org.department(id)?)));
        let name = known.and_then(|(policy, department)| trimmed(policy.org.name_of(department)?));
        called(id, "department", name, |name| {
            self.0.iter().any(|policy| {
                let org = &policy.org;
                let nameless = |other: &DepartmentId| {
                    org.department(other).is_some_and(|department| org.name_of(department).and_then(trimmed).is_none())
                };
                org.has_other_department(id, name) || is_id_of("department", name, id, nameless)
            })
        })
    }
}

/// The name alone, the name with the id if the name is taken, or the id.
fn called<K>(id: &Id<K>, kind: &str, name: Option<&str>, is_taken: impl Fn(&str) -> bool) -> String {
    match name {
        None => named_by_id(kind, id),
        Some(name) if is_taken(name) => format!("{} ({id})", in_sentence(name)),
        Some(name) => in_sentence(name),
    }
}

/// Whether a name reads like the id of something else that has no name.
fn is_id_of<K>(kind: &str, name: &str, id: &Id<K>, is_nameless: impl Fn(&Id<K>) -> bool) -> bool {
    let number = name.strip_prefix(kind).and_then(|rest| rest.strip_prefix(' '));
    let mut ids = [Some(name), number].into_iter().flatten().filter_map(|text| text.parse::<Id<K>>().ok());
    ids.any(|other| other != *id && is_nameless(&other) && named_by_id(kind, &other) == name)
}

/// `a`, `a and b`, `a, b and c`; of many the first ones and how many more. Where one of them has an `and` of its own, a
/// comma stands before the last: `a and b, and c`.
pub(crate) fn listed<T: Display>(items: &[T]) -> String {
    const MOST: usize = 6;
    let mut texts: Vec<String> = items.iter().map(ToString::to_string).collect();
    if texts.len() > MOST {
        let more = texts.len() - MOST + 1;
        texts.truncate(MOST - 1);
        texts.push(format!("{more} more"));
    }
    // Quoted text is a name.
    let is_list = |text: &String| text.split('"').step_by(2).any(|text| text.contains(" and "));
    let last_joint = if texts.iter().any(is_list) { ", and " } else { " and " };
    match &texts[..] {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => first.join(", ") + last_joint + last,
    }
}
