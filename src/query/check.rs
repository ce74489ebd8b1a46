//! Checks: whether a user may do something to a record.

use serde::Serialize;

use crate::query::principal::Principal;
use crate::vocabulary::facts::Record;
use crate::vocabulary::permission::Permission;

/// The answer of a check.
///
/// A check has no errors: anything unknown is denied, and [`Principal::reason`] says why.
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

    #[inline]
    pub(crate) const fn of(allow: bool) -> Self {
        if allow { Self::Allow } else { Self::Deny }
    }
}

impl Principal<'_> {
    /// Decides whether this user may do this to this record. The record of a toggle is `()`. To refuse a request, call
    /// [`require`](Self::require), whose error says what was denied, and why.
    ///
    /// Constant for one owner, whatever the size of the company; linear in owners and shares. If an owner and the user
    /// both have several departments, the cost is the product of their numbers. It takes no lock and allocates nothing.
    ///
    /// ```
    /// use orgscope::document::{Action, Document, ResourceType, Role, Section, User};
    /// use orgscope::{AnyRecord, Decision, Facts, Level, Policy, Snapshot, Subject};
    ///
    /// let contact = ResourceType::new("contact").action(Action::new("read"));
    /// let role = Role::new("sales", "crm", "Sales").grant("contact.read", Level::Own).assigned_to(Subject::Everyone);
    /// let document = Document::new().section(Section::new("crm").resource(contact)).role(role).user(User::new("anna"));
    /// let snapshot = Snapshot::compile(&Policy::from_document(document)?);
    ///
    /// let (read, anna) = (snapshot.schema().permission_named("contact.read")?, snapshot.principal("anna"));
    /// assert_eq!(anna.check(read, &AnyRecord::new("contact", Facts::owned_by("anna"))), Decision::Allow);
    /// assert_eq!(anna.check(read, &AnyRecord::new("contact", Facts::owned_by("bo"))), Decision::Deny);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn check<R: Record>(&self, permission: Permission<R>, record: &R) -> Decision {
        let cell = self.cell_of(permission.action, permission.schema);
        Decision::of(cell.is_some_and(|cell| self.reaches(permission, cell, record)))
    }
}
