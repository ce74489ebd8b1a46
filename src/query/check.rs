//! May this user do this to this record?

use serde::Serialize;
use thiserror::Error;

use crate::query::principal::Principal;
use crate::snapshot::{Relation, Snapshot};
use crate::vocabulary::facts::Record;
use crate::vocabulary::permission::{Permission, Toggle};

/// The answer of a check.
///
/// There are two. A check has no errors: what is unknown is denied, and [`Principal::reason`] says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[must_use = "a decision that nobody looks at protects nothing"]
pub enum Decision {
    /// The user may not.
    Deny,
    /// The user may.
    Allow,
}

impl Decision {
    /// Whether the user may.
    #[inline]
    pub const fn is_allow(self) -> bool {
        matches!(self, Self::Allow)
    }

    /// The decision as a result, for `?` in a handler.
    ///
    /// ```
    /// use orgscope::{Decision, Denied};
    ///
    /// fn handler(decision: Decision) -> Result<&'static str, Denied> {
    ///     decision.require()?;
    ///     Ok("the contact")
    /// }
    /// assert_eq!(handler(Decision::Allow), Ok("the contact"));
    /// assert_eq!(handler(Decision::Deny).unwrap_err().to_string(), "access is denied");
    /// ```
    ///
    /// # Errors
    ///
    /// When it is [`Deny`](Self::Deny).
    pub const fn require(self) -> Result<(), Denied> {
        match self {
            Self::Allow => Ok(()),
            Self::Deny => Err(Denied),
        }
    }

    #[inline]
    pub(crate) const fn of(allow: bool) -> Self {
        if allow { Self::Allow } else { Self::Deny }
    }
}

/// A denied decision as an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[error("access is denied")]
pub struct Denied;

impl Principal<'_> {
    /// May this user do this to this record?
    ///
    /// Constant for one owner in one department, whatever the size of the company; linear in owners, in the departments of
    /// an owner who has several, and in shares. It allocates nothing.
    #[inline]
    pub fn check<R: Record>(&self, permission: Permission<R>, record: &R) -> Decision {
        self.check_in(self.snapshot, permission, record)
    }

    /// The same, told the state of the principal.
    #[inline]
    fn check_in<R: Record>(&self, state: &Snapshot, permission: Permission<R>, record: &R) -> Decision {
        let cell = self.cell_in(state, permission.action, permission.schema);
        Decision::of(cell.is_some_and(|cell| self.reaches(state, permission, cell, record)))
    }

    /// Apart, so that a compiler does not make one way of the two, in which the state would come from the principal again.
    #[cold]
    #[inline(never)]
    fn check_elsewhere<R: Record>(&self, permission: Permission<R>, record: &R) -> Decision {
        self.check(permission, record)
    }

    /// May this user do this? For a permission that has no record.
    #[inline]
    pub fn check_toggle(&self, toggle: Toggle) -> Decision {
        // A toggle's cell has all bits or none, so any relation serves.
        Decision::of(self.cell(toggle.action, toggle.schema).admits(Relation::default()))
    }

    /// A batch of checks: the answers in the order of the questions, all from one state of the company.
    ///
    /// ```
    /// # use orgscope::{AnyRecord, Decision, Permission, Principal};
    /// fn buttons(anna: Principal<'_>, actions: [Permission; 3], record: &AnyRecord<'_>) -> Vec<Decision> {
    ///     anna.check_each(actions.map(|action| (action, record))).collect()
    /// }
    /// ```
    pub fn check_each<'r, R: Record + 'r>(
        self,
        questions: impl IntoIterator<Item = (Permission<R>, &'r R)>,
    ) -> impl Iterator<Item = Decision> {
        questions.into_iter().map(move |(permission, record)| self.check(permission, record))
    }
}

impl Snapshot {
    /// A batch of checks by many users: the answers in the order of the questions, each what [`Principal::check`] answers.
    ///
    /// Where principals come from all over the memory, it takes up to a third less than to ask one by one: an owner is looked up
    /// here while the principal is still on its way. One of another state is asked in its own.
    ///
    /// ```
    /// # use orgscope::{AnyRecord, Decision, Permission, Principal, Snapshot};
    /// fn to_notify<'s>(
    ///     snapshot: &'s Snapshot,
    ///     read: Permission,
    ///     news: &[(Principal<'s>, AnyRecord<'_>)],
    /// ) -> Vec<Decision> {
    ///     snapshot.check_each(news.iter().map(|(who, record)| (*who, read, record))).collect()
    /// }
    /// ```
    pub fn check_each<'r, R: Record + 'r>(
        &self,
        questions: impl IntoIterator<Item = (Principal<'r>, Permission<R>, &'r R)>,
    ) -> impl Iterator<Item = Decision> {
        questions.into_iter().map(|(principal, permission, record)| {
            if std::ptr::eq(self, principal.snapshot) {
                principal.check_in(self, permission, record)
            } else {
                principal.check_elsewhere(permission, record)
            }
        })
    }
}
