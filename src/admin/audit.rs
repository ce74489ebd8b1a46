//! The audit trail: who changed what, when.

use serde::{Deserialize, Serialize};

use crate::admin::actor::Actor;
use crate::admin::digest::Digest;
use crate::document::{Command, is_default};

/// One accepted batch, as the log keeps it.
///
/// Entries are chained: the hash of each is that of the entry before and of this entry's JSON without its own hash. So
/// none can be changed, left out or put in between without changing the hashes of all after it. Who can rewrite the whole
/// log can rewrite the hashes too: keep the last one where they can't.
///
/// ```
/// # use orgscope::document::{Action, Document, ResourceType, Section, User};
/// # use orgscope::{Handle, Level, Policy};
/// use orgscope::{Actor, AuditEntry, Command, Digest};
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
#[serde(deny_unknown_fields)]
pub struct AuditEntry {
    revision: u64,
    by: Actor,
    #[serde(default, skip_serializing_if = "is_default")]
    at: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    forced: bool,
    commands: Vec<Command>,
    hash: Digest,
}

/// What the hash of an entry is of.
#[derive(Serialize)]
struct Content<'e> {
    revision: u64,
    by: &'e Actor,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<&'e str>,
    #[serde(skip_serializing_if = "is_default")]
    forced: bool,
    commands: &'e [Command],
}

impl AuditEntry {
    pub(crate) fn after(
        before: Digest,
        revision: u64,
        by: Actor,
        at: Option<String>,
        forced: bool,
        commands: &[Command],
    ) -> Self {
        let mut entry = Self { revision, by, at, forced, commands: commands.to_vec(), hash: Digest::START };
        entry.hash = entry.hash_after(before);
        entry
    }

    fn hash_after(&self, before: Digest) -> Digest {
        let Self { revision, by, at, forced, commands, hash: _ } = self;
        Digest::after(before, &Content { revision: *revision, by, at: at.as_deref(), forced: *forced, commands })
    }

    /// Whether this entry is what it was when it was written, and follows the one with that hash.
    pub fn follows(&self, before: Digest) -> bool {
        self.hash == self.hash_after(before)
    }

    /// The revision that the batch led to.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Who applied it.
    pub fn by(&self) -> &Actor {
        &self.by
    }

    /// When, as the application told.
    pub fn at(&self) -> Option<&str> {
        self.at.as_deref()
    }

    /// Whether the host application forced it.
    pub fn is_forced(&self) -> bool {
        self.forced
    }

    /// What it did.
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// The hash of this entry and of all before it.
    pub fn hash(&self) -> Digest {
        self.hash
    }
}
