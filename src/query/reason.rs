//! Reasons: why a check was decided as it was, in one line.

use std::fmt::{self, Display};

use serde::{Serialize, Serializer};

use crate::query::check::Decision;
use crate::query::principal::Principal;
use crate::snapshot::cell::Cell;
use crate::snapshot::people::Below;
use crate::snapshot::relation::Relation;
use crate::snapshot::rights::zone::Zone;
use crate::vocabulary::facts::{Facts, Record};
use crate::vocabulary::index::{ActionIndex, Case};
use crate::vocabulary::level::{DEPARTMENT, Level, OPEN, OWN, SUB};
use crate::vocabulary::name::on_one_line;
use crate::vocabulary::permission::{Fingerprint, Permission};

/// A reason as a word for programs, in `snake_case` as data. A word never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    /// Allowed: an owner is in the place of an assignment, or below it.
    InPlace,
    /// Denied: the record is the user's own, and nobody may do this to their own records.
    ExceptOwn,
    /// Denied: nothing gives the user the permission.
    NoGrant,
    /// Denied: the level does not reach the record.
    OutOfReach,
}

impl ReasonCode {
    /// The word in data and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Toggle => "toggle",
            Self::Own => "own",
            Self::Unowned => "unowned",
            Self::Department => "department",
            Self::Below => "below",
            Self::Open => "open",
            Self::Shared => "shared",
            Self::UnknownUser => "unknown_user",
            Self::Inactive => "inactive",
            Self::OtherSchema => "other_schema",
            Self::OtherType => "other_type",
            Self::InPlace => "in_place",
            Self::ExceptOwn => "except_own",
            Self::NoGrant => "no_grant",
            Self::OutOfReach => "out_of_reach",
        }
    }
}

impl Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for ReasonCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
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

/// The parts of a reason, and the action that denies: the one asked about, or one that it requires.
pub(crate) struct Because {
    pub(crate) code: ReasonCode,
    pub(crate) text: String,
    pub(crate) denied_by: ActionIndex,
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
        let asked = (permission.action, permission.schema);
        let Because { code, text, .. } = record.with_facts(|facts| self.because(asked, record.dynamic_type(), facts));
        let decision = self.check(permission, record);
        Reason { decision, code, text }
    }

    /// Why an action is allowed, or denied, for a record with these facts, whose type is given if it has to be compared.
    pub(crate) fn because(
        &self,
        (action, schema): (ActionIndex, Fingerprint),
        dynamic_type: Option<&str>,
        facts: &Facts<'_>,
    ) -> Because {
        let expected = self.resource_type(action, schema);
        let nothing = |(code, text)| Because { code, text, denied_by: action };
        match (self.why_nothing(expected.is_some()), expected) {
            (Some(why), _) => nothing(why),
            (None, Some(expected)) if dynamic_type.is_some_and(|found| found != expected) => {
                let text = format!(
                    "the record is of type `{}`, and `{}` takes records of type `{expected}`",
                    on_one_line(dynamic_type.unwrap_or_default().to_owned()),
                    self.snapshot.schema().action_name(action),
                );
                nothing((ReasonCode::OtherType, text))
            }
            (None, _) => self.why(action, facts),
        }
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
    fn why(&self, asked: ActionIndex, facts: &Facts<'_>) -> Because {
        let schema = self.snapshot.schema();
        let (relation, asked) = (self.relation(asked, facts), self.case(asked, facts));
        let (asked_name, code) = (schema.action_name(asked.action), |case| self.code_of(case, relation, Some(facts)));
        let needed = schema.needed(asked.action);
        let is_within = |zone: &Zone| self.is_within(zone, facts);
        let mut needed = needed.into_iter().map(|action| Case { action, ..asked });
        let Some(denied) = needed.find(|case| !self.admits_alone(*case, relation, is_within)) else {
            let code = code(asked);
            return Because { code, text: self.tells(asked, code, relation, facts), denied_by: asked.action };
        };
        let (name, code) = (schema.action_name(denied.action), code(denied));
        let text = self.tells(denied, code, relation, facts);
        let text = if denied == asked { text } else { format!("`{asked_name}` requires `{name}`, and {text}") };
        Because { code, text, denied_by: denied.action }
    }

    /// Whether a case of an action by itself, without its requirements, is allowed for a record with this relation.
    pub(crate) fn admits_alone(&self, case: Case, relation: Relation, is_within: impl FnOnce(&Zone) -> bool) -> bool {
        let rules = self.snapshot.schema().action(case.action);
        let admits = |level: Level| Cell::of(level, rules).admits(relation);
        admits(self.level_outside_zones(case)) || (admits(Level::All) && self.zone(case).is_some_and(is_within))
    }

    /// The level of a case by itself for records outside of all zones.
    pub(crate) fn level_outside_zones(&self, case: Case) -> Level {
        self.asker.row.level_outside_zones(self.cell_in(case))
    }

    /// The departments where assignments with a place give a case by itself.
    pub(crate) fn zone(&self, case: Case) -> Option<&Zone> {
        self.asker.row.placed()?.zone(self.cell_in(case))
    }

    /// The reason why an action by itself, without its requirements, allows or denies.
    pub(crate) fn code_of(&self, case: Case, relation: Relation, facts: Option<&Facts<'_>>) -> ReasonCode {
        let level = self.level_outside_zones(case);
        let rules = self.snapshot.schema().action(case.action);
        let met = level.parts() & relation.parts();
        let pooled = facts.is_some_and(|facts| facts.owners.as_slice().is_empty());
        if !Cell::of(level, rules).admits(relation) {
            let is_within = |zone: &Zone| facts.is_some_and(|facts| self.is_within(zone, facts));
            if self.admits_alone(case, relation, is_within) {
                ReasonCode::InPlace
            } else if level == Level::Deny {
                ReasonCode::NoGrant
            } else if rules.except_own && relation.parts() & OWN != 0 {
                ReasonCode::ExceptOwn
            } else {
                ReasonCode::OutOfReach
            }
        } else if rules.toggle {
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

    /// The part of a zone that an owner is in, for a message.
    pub(crate) fn place_of(&self, case: Case, facts: Option<&Facts<'_>>) -> String {
        let people = &self.snapshot.people;
        let ranges = self.zone(case).map_or(&[][..], Zone::ranges);
        let is_met =
            |range: &&Below| facts.is_some_and(|facts| people.is_owned_within(std::slice::from_ref(*range), facts));
        let met = ranges.iter().find(is_met);
        let Some((range, first)) = met.and_then(|range| Some((range, people.tree().within(*range).first()?))) else {
            return String::new();
        };
        let policy = self.snapshot.policy();
        let name = policy.department_name(policy.org.department_id(*first));
        if range.count > 1 { format!("{name} and below") } else { name }
    }

    fn tells(&self, case: Case, code: ReasonCode, relation: Relation, facts: &Facts<'_>) -> String {
        let schema = self.snapshot.schema();
        let name = schema.name_of_case(case);
        let (level, places) = self.held(case);
        let because = match code {
            ReasonCode::NoGrant => return format!("no role of the user gives {name}"),
            ReasonCode::Toggle => return format!("{name} is `allow`"),
            ReasonCode::InPlace => {
                return format!("{name} is granted in {}, and an owner is there", self.place_of(case, Some(facts)));
            }
            ReasonCode::ExceptOwn => {
                let is_pooled = facts.owners.as_slice().is_empty();
                let whose = if is_pooled { "nobody's, so everybody's own" } else { "the user's own" };
                return format!("{name} is denied for own records, and this is {whose}");
            }
            ReasonCode::OutOfReach if level == Level::Deny => {
                return format!("{name} is granted only in places, none of which reaches the record");
            }
            ReasonCode::OutOfReach if !places.is_empty() => {
                return format!("{name} is `{level}`, and more in places, none of which reaches the record");
            }
            ReasonCode::All => "which reaches every record",
            ReasonCode::Unowned => "and a record that nobody owns is everybody's own here",
            ReasonCode::Own => "and the record is the user's own",
            ReasonCode::Department => "and an owner is in a department of the user",
            ReasonCode::Below => "and an owner is in a department below one of the user",
            ReasonCode::Open => "and the record is available to everyone",
            ReasonCode::Shared => "and the record is shared with the user",
            _ => "which does not reach the record",
        };
        // Any grant reaches own records, wherever it is measured from.
        if code != ReasonCode::OutOfReach && !Cell::of(level, schema.action(case.action)).admits(relation) {
            return format!("{name} is granted in places, {because}");
        }
        format!("{name} is `{level}`, {because}")
    }
}
