//! Why a check was decided as it was, in a line.

use std::fmt::{self, Display};

use crate::query::check::Decision;
use crate::query::principal::Principal;
use crate::snapshot::{Cell, Relation};
use crate::vocabulary::facts::Record;
use crate::vocabulary::level::{DEPARTMENT, Level, OPEN, OWN, SUB};
use crate::vocabulary::permission::{ActionIndex, Permission, Toggle};

/// A decision with its reason, one line for a person.
///
/// ```
/// # use orgscope::document::{Action, Document, Resource, Section, User};
/// # use orgscope::{AnyPermission, AnyRecord, Facts, Level, Policy, Snapshot};
/// # let mailbox = Resource::new("mailbox").action(Action::new("view").floor(Level::Own));
/// # let document = Document::new().section(Section::new("webmail").resource(mailbox)).user(User::new("bo"));
/// # let snapshot = Snapshot::of(&Policy::from_document(document)?);
/// # let AnyPermission::Levelled(view) = snapshot.schema().find("mailbox.view")? else { unreachable!() };
/// let anns = AnyRecord::new("mailbox", Facts::owned_by("ann"));
/// let reason = snapshot.principal("bo").reason(view, &anns);
/// assert_eq!(reason.to_string(), "deny: `mailbox.view` is `own`, which does not reach the record");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    decision: Decision,
    text: String,
}

impl Reason {
    /// The decision, the same that the check gives.
    pub fn decision(&self) -> Decision {
        self.decision
    }
}

impl Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.decision.is_allow() { "allow" } else { "deny" };
        write!(f, "{verdict}: {}", self.text)
    }
}

impl Principal<'_> {
    /// Why this user may, or may not, do this to this record.
    pub fn reason<R: Record>(&self, permission: Permission<R>, record: &R) -> Reason {
        let Permission { action, schema, .. } = permission;
        let expected = self.resource_type(action, schema);
        let text = match (self.why_nothing(expected.is_some()), expected) {
            (Some(text), _) => text,
            (None, Some(expected)) if record.dynamic_type().is_some_and(|found| found != expected) => format!(
                "the record is of type `{}`, and `{}` is asked about the type `{expected}`",
                record.dynamic_type().unwrap_or_default(),
                self.snapshot.schema().action_name(action),
            ),
            (None, _) => record.with_facts(|facts| {
                let pooled = facts.owners.as_slice().is_empty() && self.snapshot.is_pool(action);
                self.why(action, self.relation(action, facts), pooled)
            }),
        };
        let decision = self.check(permission, record);
        Reason { decision, text }
    }

    /// Why this user may, or may not, do this.
    pub fn reason_toggle(&self, toggle: Toggle) -> Reason {
        let ours = toggle.schema == self.snapshot.fingerprint();
        let text = self.why_nothing(ours).unwrap_or_else(|| self.why(toggle.action, Relation::default(), false));
        Reason { decision: self.check_toggle(toggle), text }
    }

    /// Why the user is denied whatever they ask, if they are.
    fn why_nothing(&self, is_our_schema: bool) -> Option<String> {
        let text = match (self.id(), self.is_active(), is_our_schema) {
            (None, ..) => "there is no such user",
            (_, false, _) => "the user is inactive",
            (_, _, false) => "the permission was looked up in another schema: look it up again",
            _ => return None,
        };
        Some(text.to_owned())
    }

    /// Names the first action that denies: the one asked about, else one that it requires, directly or not.
    fn why(&self, asked: ActionIndex, relation: Relation, pooled: bool) -> String {
        let schema = self.snapshot.schema();
        let mut waiting = vec![asked];
        let mut seen = vec![false; schema.actions().len()];
        while let Some(action) = waiting.pop() {
            if !self.alone(action).admits(relation) {
                let text = self.why_not(action);
                let (asked_name, name) = (schema.action_name(asked), schema.action_name(action));
                return if action == asked { text } else { format!("`{asked_name}` requires `{name}`, and {text}") };
            }
            let required = schema.action(action).requires.iter().copied();
            waiting.extend(required.filter(|action| !std::mem::replace(&mut seen[*action as usize], true)));
        }
        self.why_allowed(asked, relation, pooled)
    }

    /// What an action by itself allows, without what it requires.
    fn alone(&self, action: ActionIndex) -> Cell {
        let rules = self.snapshot.schema().action(action);
        Cell::of(self.asker.level(action), rules.shared)
    }

    fn why_not(&self, action: ActionIndex) -> String {
        let name = self.snapshot.schema().action_name(action);
        match self.asker.level(action) {
            Level::Deny => format!("no role of the user gives `{name}`"),
            level => format!("`{name}` is `{level}`, which does not reach the record"),
        }
    }

    fn why_allowed(&self, action: ActionIndex, relation: Relation, pooled: bool) -> String {
        let schema = self.snapshot.schema();
        let name = schema.action_name(action);
        let level = self.asker.level(action);
        if schema.action(action).toggle {
            return format!("`{name}` is `allow`");
        }
        let met = level.parts() & relation.parts();
        let because = if level == Level::All {
            "which reaches every record"
        } else if met & OWN != 0 && pooled {
            "and a record that nobody owns is everybody's own here"
        } else if met & OWN != 0 {
            "and the record is the user's own"
        } else if met & DEPARTMENT != 0 {
            "and the record belongs to a department of the user"
        } else if met & SUB != 0 {
            "and the record belongs to a department below one of the user"
        } else if met & OPEN != 0 {
            "and the record is available to everyone"
        } else {
            "and the record is shared with the user"
        };
        format!("`{name}` is `{level}`, {because}")
    }
}
