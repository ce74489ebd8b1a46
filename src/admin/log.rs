//! The log: a stored state and the entries after it restore the current state.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::admin::actor::Actor;
use crate::admin::audit::AuditEntry;
use crate::admin::digest::Digest;
use crate::document::{Command, Document};
use crate::policy::Policy;
use crate::policy::change::By;
use crate::policy::rules::Invalid;
use crate::policy::validate::PolicyError;
use crate::snapshot::Snapshot;

/// A whole state to store: a document with its revision, the hash of the log so far, and a hash of all of this.
///
/// With the entries after it, it restores the current state byte for byte: see
/// [`Handle::restore`](crate::Handle::restore).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    revision: u64,
    log: Digest,
    document: Document,
    hash: Digest,
}

/// The hashed part of a checkpoint.
#[derive(Serialize)]
struct Content<'c> {
    revision: u64,
    log: Digest,
    document: &'c Document,
}

/// The error for an entry of the log or a stored state that is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LogError {
    /// The checkpoint was altered since it was stored.
    #[error("the checkpoint of revision {revision} was altered since it was stored: its hash does not match")]
    AlteredCheckpoint {
        /// Its revision.
        revision: u64,
    },
    /// The revision of the checkpoint is one that no state can have.
    #[error("revision {revision} of the checkpoint is out of range: the last revision is {last}", last = i64::MAX)]
    OutOfRange {
        /// Its revision.
        revision: u64,
    },
    /// A document is invalid.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Entries are missing.
    #[error("revision {expected} is missing from the log: after revision {} comes {found}", expected - 1)]
    Gap {
        /// The expected revision.
        expected: u64,
        /// The revision of the entry.
        found: u64,
    },
    /// An entry is repeated, or is older than the state.
    #[error("revision {found} comes again in the log, where revision {expected} should come")]
    Repeated {
        /// The expected revision.
        expected: u64,
        /// The revision of the entry.
        found: u64,
    },
    /// An entry was altered, or does not follow the entry before it.
    #[error("the entry of revision {revision} was altered since it was written, or did not follow the one before it")]
    Altered {
        /// Its revision.
        revision: u64,
    },
    /// A command of an entry is invalid on the state that it is applied to.
    #[error("cannot replay revision {revision}: commands[{command}]: {invalid}")]
    Invalid {
        /// The revision of the entry.
        revision: u64,
        /// The index of the command in it.
        command: usize,
        /// The rule that it breaks.
        invalid: Invalid,
    },
}

impl Checkpoint {
    pub(crate) fn of(snapshot: &Snapshot, log: Digest) -> Self {
        let (revision, document) = (snapshot.revision(), snapshot.policy().to_document());
        let mut checkpoint = Self { revision, log, document, hash: Digest::START };
        checkpoint.hash = checkpoint.true_hash();
        checkpoint
    }

    fn true_hash(&self) -> Digest {
        let Self { revision, log, document, hash: _ } = self;
        Digest::after(Digest::START, &Content { revision: *revision, log: *log, document })
    }

    /// The revision of the state.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The hash of the last entry of the log so far.
    pub fn log(&self) -> Digest {
        self.log
    }

    /// The state, as a canonical document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The hash of the whole state.
    pub fn hash(&self) -> Digest {
        self.hash
    }
}

/// A state that was read or replayed.
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) policy: Policy,
    pub(crate) revision: u64,
    pub(crate) log: Digest,
}

/// Applies the entries after a checkpoint to it. They were judged when they were accepted, so no rule is checked again.
pub(crate) fn restore(
    checkpoint: Checkpoint,
    entries: impl IntoIterator<Item = AuditEntry>,
) -> Result<Restored, LogError> {
    let Checkpoint { revision, log, .. } = checkpoint;
    if checkpoint.hash != checkpoint.true_hash() {
        return Err(LogError::AlteredCheckpoint { revision });
    }
    // So later revisions can be counted, and stored in databases.
    if i64::try_from(revision).is_err() {
        return Err(LogError::OutOfRange { revision });
    }
    let mut restored = Restored { policy: Policy::from_document(checkpoint.document)?, revision, log };
    for entry in entries {
        check_next(&entry, restored.revision, restored.log)?;
        match entry.document() {
            Some(document) => restored.policy = Policy::from_document(document.clone())?,
            None => replay(&entry, |command, by| restored.policy.change(command, by).map(drop))?,
        }
        (restored.revision, restored.log) = (entry.revision(), entry.hash());
    }
    Ok(restored)
}

/// Checks that an entry is the next one in a log that ends at this revision with this hash.
pub(crate) fn check_next(entry: &AuditEntry, revision: u64, log: Digest) -> Result<(), LogError> {
    let (expected, found) = (revision + 1, entry.revision());
    match found.cmp(&expected) {
        Ordering::Greater => Err(LogError::Gap { expected, found }),
        Ordering::Less => Err(LogError::Repeated { expected, found }),
        Ordering::Equal if !entry.follows(log) => Err(LogError::Altered { revision: found }),
        Ordering::Equal => Ok(()),
    }
}

/// Applies the commands of an entry.
pub(crate) fn replay(
    entry: &AuditEntry,
    mut apply: impl FnMut(&Command, By) -> Result<(), Invalid>,
) -> Result<(), LogError> {
    let by = if *entry.by() == Actor::Host { By::Host } else { By::User };
    for (index, command) in entry.commands().iter().enumerate() {
        let failed = |invalid| LogError::Invalid { revision: entry.revision(), command: index, invalid };
        apply(command, by).map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Checkpoint, Digest, LogError, restore};
    use crate::document::{Document, Section};
    use crate::policy::Policy;
    use crate::snapshot::Snapshot;

    #[test]
    fn a_revision_that_nothing_can_follow_is_out_of_range() {
        let policy = Policy::from_document(Document::new().section(Section::new("crm"))).unwrap();
        let of = |revision| Checkpoint::of(&Snapshot::compile_shared(policy.clone().into(), revision), Digest::START);
        let last = u64::MAX >> 1;
        assert_eq!(restore(of(last), []).unwrap().revision, last);
        let error = restore(of(last + 1), []).unwrap_err();
        assert_eq!(error, LogError::OutOfRange { revision: last + 1 });
        assert_eq!(
            error.to_string(),
            "revision 9223372036854775808 of the checkpoint is out of range: the last revision is 9223372036854775807"
        );
    }
}
