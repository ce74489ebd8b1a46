//! What an accepted batch did.

use std::sync::Arc;

use serde::Serialize;

use crate::admin::affected::Affected;
use crate::admin::audit::AuditEntry;
use crate::document::Command;
use crate::snapshot::Snapshot;

/// What an accepted batch did: from which revision to which, how to undo it, the entry for the log, and whose answers it
/// may have changed.
///
/// As JSON it is `{"before": …, "after": …, "undo": […], "audit": {…}}`. It can't be read back, because whose answers the
/// batch may have changed is no part of that; the commands and the entry can:
///
/// ```
/// # use orgscope::document::{Action, Document, ResourceType, Section, User};
/// # use orgscope::{Handle, Level, Policy};
/// use orgscope::{AuditEntry, Command};
///
/// # let mailbox = ResourceType::new("mailbox").action(Action::new("view").floor(Level::Own));
/// # let document = Document::new().section(Section::new("webmail").resource(mailbox));
/// # let authz = Handle::new(Policy::from_document(document)?);
/// #[derive(serde::Deserialize)]
/// struct Stored {
///     undo: Vec<Command>,
///     audit: AuditEntry,
/// }
///
/// let receipt = authz.apply([Command::add_user(User::new("ann"))])?;
/// let stored: Stored = serde_json::from_str(&serde_json::to_string(&receipt)?)?;
/// assert_eq!(stored.audit, *receipt.audit());
/// authz.apply(stored.undo)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct Receipt {
    pub(crate) before: u64,
    pub(crate) after: u64,
    pub(crate) undo: Vec<Command>,
    pub(crate) audit: AuditEntry,
    #[serde(skip)]
    pub(crate) affected: Affected,
}

impl Receipt {
    /// The revision that the batch was applied to.
    pub fn before(&self) -> u64 {
        self.before
    }

    /// The revision that it led to: one more, also when it changed nothing.
    pub fn after(&self) -> u64 {
        self.after
    }

    /// The commands that lead back to the state before, in their order: one batch. The host application applies it, by force
    /// if it takes a section's only manager away; or a user does, as far as the rules let them.
    pub fn undo(&self) -> &[Command] {
        &self.undo
    }

    /// The entry for the log.
    pub fn audit(&self) -> &AuditEntry {
        &self.audit
    }

    /// Whose answers it may have changed.
    pub fn affected(&self) -> &Affected {
        &self.affected
    }
}

/// What a batch would do, if it were applied.
#[derive(Clone, Debug)]
#[must_use = "it says what would be, and changes nothing"]
pub struct DryRun {
    pub(crate) receipt: Receipt,
    pub(crate) snapshot: Arc<Snapshot>,
}

impl DryRun {
    /// The receipt that applying it now would give.
    pub fn receipt(&self) -> &Receipt {
        &self.receipt
    }

    /// The state that it would lead to, to ask what would be. Its revision is the next one, which another batch may get.
    pub fn snapshot(&self) -> &Arc<Snapshot> {
        &self.snapshot
    }
}
