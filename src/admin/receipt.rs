//! Receipts of accepted batches.

use std::sync::Arc;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::admin::affected::Affected;
use crate::admin::audit::AuditEntry;
use crate::admin::transition::Transition;
use crate::document::Command;
use crate::snapshot::Snapshot;

/// The effect of an accepted batch, applied or tried: the states before and after it, the commands that undo it, its
/// entry for the log, and the users about whom it may have changed a decision.
///
/// It holds both states, so drop it once they are no longer needed. As JSON it is `{"before": …, "after": …, "undo":
/// […], "audit": {…}}`, with revisions for the states. It can't be read back, but the commands and the entry can:
///
/// ```
/// # use orgscope::document::{Action, Document, ResourceType, Section, User};
/// # use orgscope::{Handle, Level, Policy};
/// use orgscope::Command;
/// use orgscope::log::AuditEntry;
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
#[derive(Clone, Debug)]
pub struct Receipt {
    transition: Transition,
    undo: Vec<Command>,
    audit: AuditEntry,
}

impl Receipt {
    pub(crate) fn new(transition: Transition, undo: Vec<Command>, audit: AuditEntry) -> Self {
        Self { transition, undo, audit }
    }

    /// The state that the batch was applied to.
    pub fn before(&self) -> &Arc<Snapshot> {
        &self.transition.before
    }

    /// The state after the batch. Its revision is one more than that of the state before, even if nothing changed.
    pub fn after(&self) -> &Arc<Snapshot> {
        &self.transition.after
    }

    /// The commands that undo the batch, in order, as one batch. The host application applies them, by force if they
    /// take a section's only manager away; or a user does, within the delegation rules.
    ///
    /// Empty for a [replaced](crate::Handle::replace) policy: to go back, replace it by the policy of the state before.
    pub fn undo(&self) -> &[Command] {
        &self.undo
    }

    /// The entry for the log.
    pub fn audit(&self) -> &AuditEntry {
        &self.audit
    }

    /// The users about whom the batch may have changed a decision.
    pub fn affected(&self) -> &Affected {
        &self.transition.affected
    }

    /// Whether permissions that were looked up before are still valid. If the schema changed, they deny, and must be
    /// looked up again.
    pub fn keeps_permissions(&self) -> bool {
        self.transition.before.fingerprint() == self.transition.after.fingerprint()
    }
}

/// For mirror tables, which follow it.
impl AsRef<Transition> for Receipt {
    fn as_ref(&self) -> &Transition {
        &self.transition
    }
}

impl Serialize for Receipt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Receipt", 4)?;
        fields.serialize_field("before", &self.transition.before.revision())?;
        fields.serialize_field("after", &self.transition.after.revision())?;
        fields.serialize_field("undo", &self.undo)?;
        fields.serialize_field("audit", &self.audit)?;
        fields.end()
    }
}
