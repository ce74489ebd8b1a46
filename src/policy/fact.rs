//! Facts: the smallest changes of the model, each with its state before and after.
//!
//! `{"set_level": {"role": "seller", "permission": "contact.read", "level": "all"}}` becomes one fact:
//!
//! ```text
//! Fact::Cell(Change { key: ("seller", contact.read), before: Some(department), after: Some(all) })
//! ```
//!
//! Its inverse swaps `before` and `after`. Removing a user becomes several facts, in this order: each assignment to the
//! user ends, each group and each post ends, then the user's own state goes from `Some` to `None`.
//!
//! Everything else that follows from a command is computed from its facts: what undoes it, what it conflicts with,
//! whose answers it may change, what the next snapshot must update, which rows of mirror tables change.
//!
//! What is dated changes by itself when time goes on. That makes facts too, of what begins and what ends, and everything but
//! undoing follows from them in the same way.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use crate::policy::assignment::Assignment;
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::index::{Case, SectionIndex};
use crate::vocabulary::level::Level;
use crate::vocabulary::period::Tenure;
use crate::vocabulary::post::Post;
use crate::vocabulary::time::Time;

/// One reversible change of the model.
///
/// The facts of a command are ordered so that they can be applied in this order, and their inverses in reverse. So a
/// user is added before their posts, and removed after everything that names them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fact {
    Department(Change<DepartmentId, Option<DepartmentState>>),
    User(Change<UserId, Option<UserState>>),
    /// Whether a user has a post in a department, and when.
    Post(Change<(UserId, DepartmentId, Post), Tenure>),
    Group(Change<GroupId, Option<GroupState>>),
    /// Whether a user is a member of a group, and when.
    Member(Change<(UserId, GroupId), Tenure>),
    Role(Change<RoleId, Option<RoleState>>),
    /// The level that a role has for just this case of an action, if it has one.
    Cell(Change<(RoleId, Case), Option<Level>>),
    /// Whether a role has an assignment, and when.
    Assignment(Change<(RoleId, Assignment), Tenure>),
}

/// A key with different values before and after.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change<K, V> {
    pub(crate) key: K,
    pub(crate) before: V,
    pub(crate) after: V,
}

/// A department, without its people.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DepartmentState {
    pub(crate) name: Option<String>,
    pub(crate) parent: Option<DepartmentId>,
}

/// A user, without posts and groups.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct UserState {
    pub(crate) name: Option<Arc<str>>,
    pub(crate) active: bool,
    pub(crate) admin: bool,
}

/// A group, without its members.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct GroupState {
    pub(crate) name: Option<String>,
}

/// A role, without its levels and assignments.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RoleState {
    pub(crate) section: SectionIndex,
    pub(crate) name: String,
    pub(crate) hidden: bool,
    pub(crate) locked: bool,
}

impl<K, V: PartialEq> Change<K, V> {
    /// A change, or `None` if both values are equal.
    pub(crate) fn of(key: K, before: V, after: V) -> Option<Self> {
        (before != after).then_some(Self { key, before, after })
    }

    fn inverse(self) -> Self {
        Self { key: self.key, before: self.after, after: self.before }
    }
}

impl<K, S: PartialEq> Change<K, Option<S>> {
    /// Whether this part of the state differs, or one of the states is missing.
    pub(crate) fn differs<'s, T: PartialEq>(&'s self, part: impl Fn(&'s S) -> T) -> bool {
        self.before.as_ref().map(&part) != self.after.as_ref().map(part)
    }

    /// Whether the key is added or removed.
    pub(crate) fn comes_or_goes(&self) -> bool {
        self.before.is_none() || self.after.is_none()
    }
}

impl<K: Clone> Change<K, Tenure> {
    /// The change of what holds at the instant of a state, if it changes.
    fn effect(&self, instant: Option<Time>) -> Option<Self> {
        let holds = |tenure: Tenure| Tenure::from(tenure.holds_at(instant));
        Self::of(self.key.clone(), holds(self.before), holds(self.after))
    }

    fn is_dated(&self) -> bool {
        [self.before, self.after].into_iter().any(|tenure| tenure.period().is_some())
    }
}

impl Fact {
    /// Whether it is about something that has a period, before or after.
    fn is_dated(&self) -> bool {
        match self {
            Self::Post(change) => change.is_dated(),
            Self::Member(change) => change.is_dated(),
            Self::Assignment(change) => change.is_dated(),
            Self::Department(_) | Self::User(_) | Self::Group(_) | Self::Role(_) | Self::Cell(_) => false,
        }
    }

    /// The fact as it shows at the instant of a state, if it shows.
    fn effect(&self, instant: Option<Time>) -> Option<Self> {
        match self {
            Self::Post(change) => change.effect(instant).map(Self::Post),
            Self::Member(change) => change.effect(instant).map(Self::Member),
            Self::Assignment(change) => change.effect(instant).map(Self::Assignment),
            Self::Department(_) | Self::User(_) | Self::Group(_) | Self::Role(_) | Self::Cell(_) => Some(self.clone()),
        }
    }

    /// The fact that undoes this one.
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
            Self::Role(change) => change.comes_or_goes().then_some(&change.key),
            Self::Department(_)
            | Self::User(_)
            | Self::Post(_)
            | Self::Group(_)
            | Self::Member(_)
            | Self::Cell(_)
            | Self::Assignment(_) => None,
        }
    }

    /// The user who joined or left a department.
    #[cfg(feature = "sql")]
    pub(crate) fn member_of_department(&self) -> Option<&UserId> {
        match self {
            Self::Post(Change { key: (user, _, post), .. }) => (*post == Post::Member).then_some(user),
            Self::Department(_)
            | Self::User(_)
            | Self::Group(_)
            | Self::Member(_)
            | Self::Role(_)
            | Self::Cell(_)
            | Self::Assignment(_) => None,
        }
    }

    /// The user whose posts, groups, activity or administration changed: the parts that a check may depend on.
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

/// Whether these facts may change the rights of users whose standing and departments stay the same: by roles,
/// assignments or departments.
pub(crate) fn change_rows(facts: &[Fact]) -> bool {
    // The levels of a role that is added or removed matter only to its subjects, and its assignments are facts too.
    let whole: HashSet<&RoleId> = facts.iter().filter_map(Fact::role_that_comes_or_goes).collect();
    facts.iter().any(|fact| match fact {
        Fact::Department(change) => change.differs(|state| &state.parent),
        Fact::Cell(Change { key: (role, _), .. }) => !whole.contains(role),
        Fact::Assignment(_) => true,
        Fact::User(_) | Fact::Post(_) | Fact::Group(_) | Fact::Member(_) | Fact::Role(_) => false,
    })
}

/// What these facts change of what holds at the instant of a state. In it, nothing has a period any more.
pub(crate) fn effects(facts: &[Fact], instant: Option<Time>) -> Cow<'_, [Fact]> {
    if facts.iter().any(Fact::is_dated) {
        facts.iter().filter_map(|fact| fact.effect(instant)).collect()
    } else {
        Cow::Borrowed(facts)
    }
}

/// The facts that undo these, in reverse order.
pub(crate) fn inverse(facts: &[Fact]) -> Vec<Fact> {
    facts.iter().rev().cloned().map(Fact::inverse).collect()
}
