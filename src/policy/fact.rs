//! Facts: what a change changes, each with what held before and what holds after.
//!
//! A command becomes facts, and everything else that follows from it is read off them: what undoes it, what it
//! conflicts with, whose answers it may change, what the next snapshot must follow, which rows of mirror tables change.

use std::collections::HashSet;
use std::sync::Arc;

use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::index::{ActionIndex, SectionIndex};
use crate::vocabulary::level::Level;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

/// One reversible change of the model.
///
/// The facts of a command stand in an order in which they can be applied, and backwards their inverses can: who comes,
/// comes before their posts; who goes, goes after everything that names them has ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fact {
    Department(Change<DepartmentId, Option<DepartmentState>>),
    User(Change<UserId, Option<UserState>>),
    /// Whether a user has a post in a department.
    Post(Change<(UserId, DepartmentId, Post), bool>),
    Group(Change<GroupId, Option<GroupState>>),
    /// Whether a user is a member of a group.
    Member(Change<(UserId, GroupId), bool>),
    Role(Change<RoleId, Option<RoleState>>),
    /// What a role grants for an action.
    Cell(Change<(RoleId, ActionIndex), Level>),
    /// Whether a role is assigned to a subject.
    Assignment(Change<(RoleId, Subject), bool>),
}

/// What a fact is about, with what held before and what holds after. They differ.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change<K, V> {
    pub(crate) key: K,
    pub(crate) before: V,
    pub(crate) after: V,
}

/// A department, but for who is in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DepartmentState {
    pub(crate) name: Option<String>,
    pub(crate) parent: Option<DepartmentId>,
}

/// A user, but for posts and groups.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UserState {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) active: bool,
    pub(crate) admin: bool,
}

/// A group, but for its members.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GroupState {
    pub(crate) name: Option<String>,
}

/// A role, but for its cells and assignments.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RoleState {
    pub(crate) section: SectionIndex,
    pub(crate) name: String,
    pub(crate) hidden: bool,
    pub(crate) locked: bool,
}

impl<K, V: PartialEq> Change<K, V> {
    /// The change of a value, unless it stays what it is.
    pub(crate) fn of(key: K, before: V, after: V) -> Option<Self> {
        (before != after).then_some(Self { key, before, after })
    }

    fn inverse(self) -> Self {
        Self { key: self.key, before: self.after, after: self.before }
    }
}

impl<K, S: PartialEq> Change<K, Option<S>> {
    /// Whether one part of the state differs, or there is no state before or after.
    pub(crate) fn differs<'s, T: PartialEq>(&'s self, part: impl Fn(&'s S) -> T) -> bool {
        self.before.as_ref().map(&part) != self.after.as_ref().map(part)
    }

    /// Whether it comes or goes.
    pub(crate) fn comes_or_goes(&self) -> bool {
        self.before.is_none() || self.after.is_none()
    }
}

impl Fact {
    /// The fact that leads back.
    fn inverse(self) -> Self {
        match self {
            Self::Department(change) => Self::Department(change.inverse()),
            Self::User(change) => Self::User(change.inverse()),
            Self::Post(change) => Self::Post(change.inverse()),
            Self::Group(change) => Self::Group(change.inverse()),
            Self::Member(change) => Self::Member(change.inverse()),
            Self::Role(change) => Self::Role(change.inverse()),
            Self::Cell(change) => Self::Cell(change.inverse()),
            Self::Assignment(change) => Self::Assignment(change.inverse()),
        }
    }

    fn role_that_comes_or_goes(&self) -> Option<&RoleId> {
        match self {
            Self::Role(change) if change.comes_or_goes() => Some(&change.key),
            _ => None,
        }
    }

    /// The user who joined or left a department.
    #[cfg(feature = "sql")]
    pub(crate) fn member_of_department(&self) -> Option<&UserId> {
        match self {
            Self::Post(Change { key: (user, _, Post::Member), .. }) => Some(user),
            _ => None,
        }
    }

    /// The user of whom something changed that a check may depend on.
    pub(crate) fn user(&self) -> Option<&UserId> {
        match self {
            Self::User(change) if change.differs(|user| (user.active, user.admin)) => Some(&change.key),
            Self::Post(Change { key: (user, ..), .. }) | Self::Member(Change { key: (user, _), .. }) => Some(user),
            Self::User(_)
            | Self::Department(_)
            | Self::Group(_)
            | Self::Role(_)
            | Self::Cell(_)
            | Self::Assignment(_) => None,
        }
    }
}

/// Whether users with the same standing and departments may have other rights after these facts than before: because of
/// roles, assignments or departments.
pub(crate) fn change_rows(facts: &[Fact]) -> bool {
    // The cells of a role that comes or goes matter only to its subjects, and its assignments are facts of their own.
    let whole: HashSet<&RoleId> = facts.iter().filter_map(Fact::role_that_comes_or_goes).collect();
    facts.iter().any(|fact| match fact {
        Fact::Department(change) => change.differs(|state| &state.parent),
        Fact::Cell(Change { key: (role, _), .. }) => !whole.contains(role),
        Fact::Assignment(_) => true,
        Fact::User(_) | Fact::Post(_) | Fact::Group(_) | Fact::Member(_) | Fact::Role(_) => false,
    })
}

/// The facts that lead back from these, the last first.
pub(crate) fn inverse(facts: &[Fact]) -> Vec<Fact> {
    facts.iter().rev().cloned().map(Fact::inverse).collect()
}
