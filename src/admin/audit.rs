//! The audit trail: the changes, with their actors and times.

use serde::{Deserialize, Serialize};

use crate::admin::actor::Actor;
use crate::admin::digest::Digest;
use crate::document::{Command, Document, is_default};
use crate::vocabulary::time::Time;

/// An entry of the log: an accepted batch, or a policy that replaced another.
///
/// Entries are chained: the hash of each covers the hash of the entry before and the JSON of this entry without its own
/// hash. So none can be changed, left out or inserted without changing the hashes of all later entries. An attacker who
/// can rewrite the whole log can rewrite the hashes too: keep the last hash out of their reach.
///
/// ```
/// # use orgscope::document::{Action, Document, ResourceType, Section, User};
/// # use orgscope::{Handle, Level, Policy};
/// use orgscope::Command;
/// use orgscope::log::{Actor, AuditEntry, Digest};
///
/// # let mailbox = ResourceType::new("mailbox").action(Action::new("view").floor(Level::Own));
/// # let document = Document::new().section(Section::new("webmail").resource(mailbox)).user(User::new("root").administrator());
/// # let authz = Handle::new(Policy::from_document(document)?);
/// let receipt = authz.as_user("root").at("2026-11-22T08:00:00Z").apply([Command::add_user(User::new("ann"))])?;
/// let line = serde_json::to_string(receipt.audit())?;
/// assert!(line.starts_with(concat!(
///     r#"{"revision":1,"by":{"user":"root"},"at":"2026-11-22T08:00:00Z","#,
///     r#""commands":[{"add_user":{"id":"ann"}}],"hash":""#,
/// )));
/// let entry: AuditEntry = serde_json::from_str(&line)?;
/// assert_eq!(entry.by(), &Actor::User("root".into()));
/// assert!(entry.follows(Digest::START));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct AuditEntry {
    revision: u64,
    by: Actor,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instant: Option<Time>,
    #[serde(skip_serializing_if = "is_default")]
    forced: bool,
    #[serde(flatten)]
    done: Done,
    hash: Digest,
}

/// The change, which is one field of the entry in JSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Done {
    Commands(Vec<Command>),
    /// The policy was replaced by this one.
    Document(Box<Document>),
}

/// An entry as serde reads it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    revision: u64,
    by: Actor,
    #[serde(default)]
    at: Option<String>,
    #[serde(default)]
    instant: Option<Time>,
    #[serde(default)]
    forced: bool,
    #[serde(default)]
    commands: Option<Vec<Command>>,
    #[serde(default)]
    document: Option<Box<Document>>,
    hash: Digest,
}

impl TryFrom<Written> for AuditEntry {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { revision, by, at, instant, forced, commands, document, hash } = written;
        let done = match (commands, document) {
            (Some(commands), None) => Done::Commands(commands),
            (None, Some(document)) => Done::Document(document),
            _ => return Err("an entry of the log has either `commands` or a `document`"),
        };
        Ok(Self { revision, by, at, instant, forced, done, hash })
    }
}

/// The hashed part of an entry.
#[derive(Serialize)]
struct Content<'e> {
    revision: u64,
    by: &'e Actor,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instant: Option<Time>,
    #[serde(skip_serializing_if = "is_default")]
    forced: bool,
    #[serde(flatten)]
    done: &'e Done,
}

impl AuditEntry {
    pub(crate) fn after(
        before: Digest,
        revision: u64,
        by: Actor,
        at: Option<String>,
        instant: Option<Time>,
        forced: bool,
        done: Done,
    ) -> Self {
        let mut entry = Self { revision, by, at, instant, forced, done, hash: Digest::START };
        entry.hash = entry.hash_after(before);
        entry
    }

    fn hash_after(&self, before: Digest) -> Digest {
        let Self { revision, by, at, instant, forced, done, hash: _ } = self;
        let (revision, at, instant, forced) = (*revision, at.as_deref(), *instant, *forced);
        Digest::after(before, &Content { revision, by, at, instant, forced, done })
    }

    /// Whether this entry is unaltered, and follows the entry with the hash `before`.
    pub fn follows(&self, before: Digest) -> bool {
        self.hash == self.hash_after(before)
    }

    /// The revision that the batch led to.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The actor that made the change.
    pub fn by(&self) -> &Actor {
        &self.by
    }

    /// The time, as the application wrote it.
    pub fn at(&self) -> Option<&str> {
        self.at.as_deref()
    }

    /// The instant that the state was for when the change was judged, or `None` if none had been told.
    pub fn instant(&self) -> Option<Time> {
        self.instant
    }

    /// Whether the host application forced the change.
    pub fn is_forced(&self) -> bool {
        self.forced
    }

    /// The commands of the batch; empty if the policy was replaced.
    pub fn commands(&self) -> &[Command] {
        match &self.done {
            Done::Commands(commands) => commands,
            Done::Document(_) => &[],
        }
    }

    /// The policy that replaced the one before, or `None` for a batch of commands.
    pub fn document(&self) -> Option<&Document> {
        match &self.done {
            Done::Commands(_) => None,
            Done::Document(document) => Some(document),
        }
    }

    /// The hash of this entry and of all before it.
    pub fn hash(&self) -> Digest {
        self.hash
    }
}
