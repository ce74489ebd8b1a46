//! Denials as errors: who was denied what, and why.

use std::fmt::{self, Display};

use serde::Serialize;
use thiserror::Error;

use crate::query::check::Decision;
use crate::query::principal::Principal;
use crate::query::reason::{Because, ReasonCode};
use crate::telemetry;
use crate::vocabulary::facts::{Facts, Record};
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::permission::{Fingerprint, Permission};
use crate::vocabulary::subject::Owner;

/// The error for what a user may not do: who, which permission, and why.
///
/// Its message is for logs and administrators. For the person who was denied there is [`notice`](Self::notice), which tells
/// nothing of the record.
///
/// ```
/// # use orgscope::document::{Action, Document, ResourceType, Role, Section, User};
/// # use orgscope::{AnyRecord, Denied, Facts, Level, Permission, Policy, Principal, Snapshot, Subject};
/// # let contact = ResourceType::new("contact").action(Action::new("read")).action(Action::new("update").requires("read"));
/// # let document = Document::new().section(Section::new("crm").resource(contact)).user(User::new("ann"))
/// #     .role(Role::new("seller", "crm", "Seller").grant("contact.read", Level::Own).grant("contact.update", Level::All)
/// #         .assigned_to(Subject::Everyone));
/// # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
/// fn save(ann: Principal<'_>, update: Permission, contact: &AnyRecord<'_>) -> Result<&'static str, Denied> {
///     ann.require(update, contact)?;
///     Ok("saved")
/// }
///
/// let update = snapshot.schema().permission_named("contact.update")?;
/// let bobs = AnyRecord::new("contact", Facts::owned_by("bob"));
/// let denied = save(snapshot.principal("ann"), update, &bobs).unwrap_err();
/// assert_eq!(
///     denied.to_string(),
///     "`contact.update` is denied to user `ann`: `contact.update` requires `contact.read`, and `contact.read` is `own`, which \
///      does not reach the record"
/// );
/// assert_eq!((denied.code().as_str(), denied.denied_by()), ("out_of_reach", Some("contact.read")));
/// assert_eq!(denied.notice(), "you do not have the permission `contact.update` for this record");
/// assert_eq!(serde_json::to_value(&denied)?["code"], "out_of_reach");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[error("{0}")]
#[serde(transparent)]
pub struct Denied(Box<Parts>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Parts {
    user: Option<UserId>,
    permission: Option<String>,
    denied_by: Option<String>,
    checked: Checked,
    code: ReasonCode,
    text: String,
    /// Whether the user has the permission for any record.
    #[serde(skip)]
    is_held: bool,
}

/// The record that a check was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Checked {
    /// The record as it is or, if it is to be created, as it is proposed.
    Record,
    /// The record that is to be created, with this one of its owners alone.
    OwnerAlone(Owner),
    /// The record as it will be, with its new owners or in its new variant.
    AsItWillBe,
}

impl Principal<'_> {
    /// Requires that this user may do this to this record: a [`check`](Self::check), for `?` in a handler. The record of a
    /// toggle is `()`.
    ///
    /// It costs what the check costs, unless it denies. With the feature `tracing` or `metrics` each denial of this and of the
    /// other methods that require is an event, or counted: see [`docs::explain`](crate::docs::explain).
    ///
    /// # Errors
    ///
    /// When the user may not.
    #[inline]
    pub fn require<R: Record>(&self, permission: Permission<R>, record: &R) -> Result<(), Denied> {
        match self.check(permission, record) {
            Decision::Allow => Ok(()),
            Decision::Deny => Err(self.denied_record(permission, record)),
        }
    }

    #[cold]
    fn denied_record<R: Record>(&self, permission: Permission<R>, record: &R) -> Denied {
        let asked = (permission.action, permission.schema);
        record.with_facts(|facts| self.denied(asked, Checked::Record, record.dynamic_type(), facts))
    }

    /// The denial of an action for a record with these facts.
    #[cold]
    pub(crate) fn denied(
        &self,
        asked: (ActionIndex, Fingerprint),
        checked: Checked,
        dynamic_type: Option<&str>,
        facts: &Facts<'_>,
    ) -> Denied {
        let Because { code, text, denied_by } = self.because(asked, dynamic_type, facts);
        let (action, schema) = asked;
        let is_ours = schema == self.snapshot.fingerprint();
        let name = |action| is_ours.then(|| self.snapshot.schema().action_name(action));
        let is_held = is_ours && self.cells(action).any(|cell| !cell.is_nothing());
        let (user, permission, denied_by) = (self.id().cloned(), name(action), name(denied_by));
        telemetry::denied(user.as_ref(), permission.as_deref(), code.as_str());
        Denied(Box::new(Parts { user, permission, denied_by, checked, code, text, is_held }))
    }
}

impl Denied {
    /// The user, unless the snapshot does not know them.
    pub fn user(&self) -> Option<&UserId> {
        self.0.user.as_ref()
    }

    /// The permission that was asked about, for example `contact.update`; `None` if it is of another schema.
    pub fn permission(&self) -> Option<&str> {
        self.0.permission.as_deref()
    }

    /// The permission that is denied: the one asked about or, if that alone would be allowed, one that it requires, directly
    /// or not.
    pub fn denied_by(&self) -> Option<&str> {
        self.0.denied_by.as_deref()
    }

    /// The record that the check was about.
    pub fn checked(&self) -> &Checked {
        &self.0.checked
    }

    /// The reason, as a word for programs.
    pub fn code(&self) -> ReasonCode {
        self.0.code
    }

    /// A sentence for the person who was denied.
    ///
    /// It depends on what the user may do, and not on the record: it tells nothing of an owner, a department, a variant or
    /// other people, nor which of these decided.
    pub fn notice(&self) -> String {
        let Parts { permission, checked, code, is_held, .. } = &*self.0;
        let name = match (code, permission) {
            (ReasonCode::UnknownUser, _) => return "you are not known here".to_owned(),
            (ReasonCode::Inactive, _) => return "your account is inactive".to_owned(),
            (ReasonCode::OtherSchema | ReasonCode::OtherType, _) | (_, None) => {
                return "this cannot be decided at present".to_owned();
            }
            (_, Some(name)) => name,
        };
        let record = match checked {
            _ if !is_held => "",
            Checked::Record => " for this record",
            Checked::OwnerAlone(_) => " for each of these owners",
            Checked::AsItWillBe => " for this record as it would be",
        };
        format!("you do not have the permission `{name}`{record}")
    }
}

impl Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.permission {
            Some(name) => write!(f, "`{name}` is denied to ")?,
            None => f.write_str("a permission is denied to ")?,
        }
        match &self.user {
            Some(user) => write!(f, "user `{user}`")?,
            None => f.write_str("an unknown user")?,
        }
        match &self.checked {
            Checked::Record => {}
            Checked::OwnerAlone(Owner::User(owner)) => write!(f, " for the owner `{owner}` alone")?,
            Checked::OwnerAlone(Owner::Department(owner)) => write!(f, " for the owner department `{owner}` alone")?,
            Checked::AsItWillBe => f.write_str(" for the record as it will be")?,
        }
        write!(f, ": {}", self.text)
    }
}
