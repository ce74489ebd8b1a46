//! Reasons: why a check was decided as it was, in one line.

use std::fmt::{self, Display};

use serde::Serialize;

use crate::query::check::Decision;
use crate::query::principal::Principal;
use crate::snapshot::cell::Cell;
use crate::snapshot::relation::Relation;
use crate::vocabulary::facts::Record;
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::level::{DEPARTMENT, Level, OPEN, OWN, SUB};
use crate::vocabulary::name::on_one_line;
use crate::vocabulary::permission::Permission;

/// A reason as a word for programs, in `snake_case` as data. A word never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReasonCode {
    /// Allowed: the level is `all`, which reaches every record.
    All,
    /// Allowed: it is a toggle, and the user has it.
    Toggle,
    /// Allowed: the record is the user's own.
    Own,
    /// Allowed: the record has no owner, and such a record of this type is everybody's own.
    Unowned,
    /// Allowed: an owner is in a department of the user.
    Department,
    /// Allowed: an owner is in a department below one of the user.
    Below,
    /// Allowed: the record is available to everyone.
    Open,
    /// Allowed: the record is shared with the user.
    Shared,
    /// Denied: there is no such user.
    UnknownUser,
    /// Denied: the user is inactive.
    Inactive,
    /// Denied: the permission was looked up in another schema.
    OtherSchema,
    /// Denied: the record is of another type than the permission is about.
    OtherType,
    /// Denied: nothing gives the user the permission.
    NoGrant,
    /// Denied: the level does not reach the record.
    OutOfReach,
}

/// A decision with its reason, in one line for a person.
///
/// ```
/// # use orgscope::document::{Action, Document, ResourceType, Section, User};
/// # use orgscope::{AnyRecord, Facts, Level, Policy, Snapshot};
/// # let mailbox = ResourceType::new("mailbox").action(Action::new("view").floor(Level::Own));
/// # let document = Document::new().section(Section::new("webmail").resource(mailbox)).user(User::new("bo"));
/// # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
/// # let view = snapshot.schema().permission_named("mailbox.view")?;
/// let anns = AnyRecord::new("mailbox", Facts::owned_by("ann"));
/// let reason = snapshot.principal("bo").reason(view, &anns);
/// assert_eq!(reason.to_string(), "deny: `mailbox.view` is `own`, which does not reach the record");
/// assert_eq!(reason.code(), orgscope::explain::ReasonCode::OutOfReach);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It serialises as `decision`, `code` and `text`:
///
/// ```
/// # use orgscope::{Document, Level, Policy, Snapshot};
/// # use orgscope::document::{Action, ResourceType, Section};
/// # let section = Section::new("webmail").resource(ResourceType::new("mailbox").action(Action::toggle("connect")));
/// # let snapshot = Snapshot::compile(&Policy::from_document(Document::new().section(section))?);
/// let connect = snapshot.schema().toggle("mailbox.connect")?;
/// assert_eq!(
///     serde_json::to_string(&snapshot.principal("zoe").reason(connect, &()))?,
///     r#"{"decision":"deny","code":"unknown_user","text":"there is no such user"}"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    decision: Decision,
    code: ReasonCode,
    text: String,
}

impl Reason {
    /// The decision, the same as that of the check.
    pub fn decision(&self) -> Decision {
        self.decision
    }

    /// The reason, as a word for programs. If a required permission is denied, it is the reason for that.
    pub fn code(&self) -> ReasonCode {
        self.code
    }
}

impl Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.decision.is_allow() { "allow" } else { "deny" };
        write!(f, "{verdict}: {}", self.text)
    }
}

impl Principal<'_> {
    /// Explains in one line why this user may, or may not, do this to this record. [`explain`](Self::explain) gives all
    /// details.
    pub fn reason<R: Record>(&self, permission: Permission<R>, record: &R) -> Reason {
        let Permission { action, schema, .. } = permission;
        let expected = self.resource_type(action, schema);
        let (code, text) = match (self.why_nothing(expected.is_some()), expected) {
            (Some(why), _) => why,
            (None, Some(expected)) if record.dynamic_type().is_some_and(|found| found != expected) => {
                let text = format!(
                    "the record is of type `{}`, and `{}` takes records of type `{expected}`",
                    on_one_line(record.dynamic_type().unwrap_or_default().to_owned()),
                    self.snapshot.schema().action_name(action),
                );
                (ReasonCode::OtherType, text)
            }
            (None, _) => record.with_facts(|facts| {
                let pooled = facts.owners.as_slice().is_empty() && self.snapshot.rights.is_pool(action);
                self.why(action, self.relation(action, facts), pooled)
            }),
        };
        let decision = self.check(permission, record);
        Reason { decision, code, text }
    }

    /// The reason why the user is denied everything, if they are.
    fn why_nothing(&self, is_our_schema: bool) -> Option<(ReasonCode, String)> {
        let (code, text) = match (self.id(), self.is_active(), is_our_schema) {
            (None, ..) => (ReasonCode::UnknownUser, "there is no such user"),
            (_, false, _) => (ReasonCode::Inactive, "the user is inactive"),
            (_, _, false) => {
                (ReasonCode::OtherSchema, "the permission was looked up in another schema: look it up again")
            }
            _ => return None,
        };
        Some((code, text.to_owned()))
    }

    /// The reason of the first action that denies: the one asked about, or one that it requires, directly or not.
    fn why(&self, asked: ActionIndex, relation: Relation, pooled: bool) -> (ReasonCode, String) {
        let schema = self.snapshot.schema();
        let (asked_name, code) = (schema.action_name(asked), |action| self.code_of(action, relation, pooled));
        let needed = self.snapshot.schema().needed(asked);
        let denied = needed.into_iter().find(|action| !self.alone(*action).admits(relation));
        let Some(action) = denied else {
            let code = code(asked);
            return (code, self.tells(asked, code));
        };
        let (name, code) = (schema.action_name(action), code(action));
        let text = self.tells(action, code);
        (code, if action == asked { text } else { format!("`{asked_name}` requires `{name}`, and {text}") })
    }

    /// The cell of an action by itself, without its requirements.
    pub(crate) fn alone(&self, action: ActionIndex) -> Cell {
        let rules = self.snapshot.schema().action(action);
        Cell::of(self.asker.level(action), rules.shared)
    }

    /// The reason why an action by itself, without its requirements, allows or denies.
    pub(crate) fn code_of(&self, action: ActionIndex, relation: Relation, pooled: bool) -> ReasonCode {
        let level = self.asker.level(action);
        let met = level.parts() & relation.parts();
        if !self.alone(action).admits(relation) {
            if level == Level::Deny { ReasonCode::NoGrant } else { ReasonCode::OutOfReach }
        } else if self.snapshot.schema().action(action).toggle {
            ReasonCode::Toggle
        } else if level == Level::All {
            ReasonCode::All
        } else if met & OWN != 0 {
            if pooled { ReasonCode::Unowned } else { ReasonCode::Own }
        } else if met & DEPARTMENT != 0 {
            ReasonCode::Department
        } else if met & SUB != 0 {
            ReasonCode::Below
        } else if met & OPEN != 0 {
            ReasonCode::Open
        } else {
            ReasonCode::Shared
        }
    }

    fn tells(&self, action: ActionIndex, code: ReasonCode) -> String {
        let name = self.snapshot.schema().action_name(action);
        let level = self.asker.level(action);
        let because = match code {
            ReasonCode::NoGrant => return format!("no role of the user gives `{name}`"),
            ReasonCode::Toggle => return format!("`{name}` is `allow`"),
            ReasonCode::All => "which reaches every record",
            ReasonCode::Unowned => "and a record that nobody owns is everybody's own here",
            ReasonCode::Own => "and the record is the user's own",
            ReasonCode::Department => "and an owner is in a department of the user",
            ReasonCode::Below => "and an owner is in a department below one of the user",
            ReasonCode::Open => "and the record is available to everyone",
            ReasonCode::Shared => "and the record is shared with the user",
            _ => "which does not reach the record",
        };
        format!("`{name}` is `{level}`, {because}")
    }
}
