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
    /// Constant for one owner, whatever the size of the company; linear in owners and shares. It grows with the departments of
    /// an owner who is in several, times those of such a user. It takes no lock and allocates nothing.
    ///
    /// ```
    /// use orgscope::document::{Action, Document, Resource, Role, Section, User};
    /// use orgscope::{AnyRecord, Decision, Facts, Level, Policy, Snapshot, Subject};
    ///
    /// let contact = Resource::new("contact").action(Action::new("read"));
    /// let role = Role::new("sales", "crm", "Sales").grant("contact.read", Level::Own).assigned_to(Subject::Everyone);
    /// let document = Document::new().section(Section::new("crm").resource(contact)).role(role).user(User::new("anna"));
    /// let snapshot = Snapshot::of(&Policy::from_document(document)?);
    ///
    /// let (read, anna) = (snapshot.schema().levelled("contact.read")?, snapshot.principal("anna"));
    /// assert_eq!(anna.check(read, &AnyRecord::new("contact", Facts::owned_by("anna"))), Decision::Allow);
    /// assert_eq!(anna.check(read, &AnyRecord::new("contact", Facts::owned_by("bo"))), Decision::Deny);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn check<R: Record>(&self, permission: Permission<R>, record: &R) -> Decision {
        self.check_in(self.snapshot, permission, record)
    }

    /// The same, given the state of the principal.
    #[inline]
    fn check_in<R: Record>(&self, state: &Snapshot, permission: Permission<R>, record: &R) -> Decision {
        let cell = self.cell_in(state, permission.action, permission.schema);
        Decision::of(cell.is_some_and(|cell| self.reaches(state, permission, cell, record)))
    }

    /// Apart, because a compiler makes one way of the two otherwise, in which the state comes from the principal again: then a
    /// batch takes as long as its checks one by one.
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

    /// A batch of checks: the answers in the order of the questions, all from one state of the company. Each is worked out when
    /// it is asked for, and costs what [`check`](Self::check) does.
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
    /// A batch of checks by many users: the answers in the order of the questions, each what [`Principal::check`] answers and
    /// worked out when it is asked for.
    ///
    /// It is for principals that were kept and are too many for the caches of a processor: then it takes a fifth to a half less
    /// than to ask them one by one, because owners are looked up here without waiting for the principals. For many questions of one
    /// user, [`Principal::check_each`] is as fast. A principal that was made from another snapshot, be it a clone of this one,
    /// gets the answer of its own, at the cost of a check.
    ///
    /// ```
    /// use orgscope::document::{Action, Document, Resource, Section, User};
    /// use orgscope::{AnyRecord, Decision, Facts, Level, Policy, Snapshot};
    ///
    /// let mailbox = Resource::new("mailbox").action(Action::new("view").floor(Level::Own));
    /// let document = Document::new()
    ///     .section(Section::new("webmail").resource(mailbox))
    ///     .user(User::new("anna"))
    ///     .user(User::new("bo"));
    /// let snapshot = Snapshot::of(&Policy::from_document(document)?);
    ///
    /// let view = snapshot.schema().levelled("mailbox.view")?;
    /// let annas = AnyRecord::new("mailbox", Facts::owned_by("anna"));
    /// let readers = ["anna", "bo"].map(|id| snapshot.principal(id));
    /// let may: Vec<Decision> = snapshot.check_each(readers.map(|who| (who, view, &annas))).collect();
    /// assert_eq!(may, [Decision::Allow, Decision::Deny]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
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
