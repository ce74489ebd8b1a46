//! The parts of the compiled form that the facts of a batch touch.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::fact::{Change, Fact, change_rows};
use crate::vocabulary::id::{DepartmentId, GroupId, UserId};
use crate::vocabulary::subject::Subject;

/// Everything that the next snapshot has to update, each once.
#[derive(Default)]
pub(crate) struct Touched<'f> {
    /// The departments that were added, removed or moved.
    pub(crate) departments: BTreeSet<&'f DepartmentId>,
    /// The users who were added or removed, or whose posts, groups, activity or administration changed.
    pub(crate) users: BTreeSet<&'f UserId>,
    /// The groups that were added or removed.
    pub(crate) groups: BTreeSet<&'f GroupId>,
    /// The users who joined or left a group.
    pub(crate) members: BTreeMap<&'f GroupId, BTreeSet<&'f UserId>>,
    /// The subjects that gained or lost a role.
    pub(crate) assigned: BTreeSet<&'f Subject>,
    /// Whether users with the same standing and departments may have other rights than before.
    pub(crate) changes_rows: bool,
}

impl<'f> Touched<'f> {
    pub(crate) fn by(facts: &'f [Fact]) -> Self {
        let mut touched = Self { changes_rows: change_rows(facts), ..Self::default() };
        for fact in facts {
            touched.users.extend(fact.user());
            match fact {
                Fact::Department(change) if change.differs(|state| &state.parent) => {
                    touched.departments.insert(&change.key);
                }
                Fact::Group(change) if change.comes_or_goes() => _ = touched.groups.insert(&change.key),
                Fact::Member(Change { key: (user, group), .. }) => {
                    touched.members.entry(group).or_default().insert(user);
                }
                Fact::Assignment(Change { key: (_, to), .. }) => _ = touched.assigned.insert(&to.subject),
                Fact::Department(_)
                | Fact::Group(_)
                | Fact::User(_)
                | Fact::Post(_)
                | Fact::Role(_)
                | Fact::Cell(_) => {}
            }
        }
        touched
    }
}
