//! The log: a stored state, and the entries after it, make the state again.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::admin::audit::AuditEntry;
use crate::admin::digest::Digest;
use crate::document::Document;
use crate::policy::Policy;
use crate::policy::validate::PolicyError;
use crate::snapshot::Snapshot;

/// A whole state, to be stored: a document with its revision, the hash of the log up to there, and the hash of all that.
///
/// Together with the entries after it, it makes the present state again, byte for byte: see
/// [`Handle::restore`](crate::Handle::restore).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    revision: u64,
    log: Digest,
    document: Document,
    hash: Digest,
}

/// What the hash of a checkpoint is of.
#[derive(Serialize)]
struct Content<'c> {
    revision: u64,
    log: Digest,
    document: &'c Document,
}

/// Why a state can't be restored.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// The checkpoint is not as it was stored.
    #[error("the checkpoint of revision {revision} is not as it was stored: its hash is another")]
    AlteredCheckpoint {
        /// Its revision.
        revision: u64,
    },
    /// The checkpoint is of a revision that no state can come to, and after which none could come.
    #[error("the checkpoint is of revision {revision}: no state comes further than revision {last}", last = i64::MAX)]
    NoRevision {
        /// Its revision.
        revision: u64,
    },
    /// The document of the checkpoint is no policy.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Entries are missing.
    #[error("revision {expected} is missing from the log: after revision {} comes {found}", expected - 1)]
    Gap {
        /// The revision that should have come.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// An entry comes again, or is older than the checkpoint.
    #[error("revision {found} comes again in the log, where revision {expected} should come")]
    Repeated {
        /// The revision that should have come.
        expected: u64,
        /// The one that came.
        found: u64,
    },
    /// An entry is not as it was written, or followed another one when it was.
    #[error("the entry of revision {revision} is not as it was written, or did not follow the one before it")]
    Altered {
        /// Its revision.
        revision: u64,
    },
    /// An entry makes no sense on the state that it meets.
    #[error("the entry of revision {revision} makes no sense here: commands[{command}]: {why}")]
    Invalid {
        /// Its revision.
        revision: u64,
        /// The place of the command in it.
        command: usize,
        /// What is wrong with the command.
        why: String,
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

    /// The hash of the last entry of the log up to there.
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

/// A state made again from what was stored of it.
#[derive(Debug)]
pub(crate) struct Restored {
    pub(crate) policy: Policy,
    pub(crate) revision: u64,
    pub(crate) log: Digest,
}

/// Applies the entries after a checkpoint to it. They were judged when they were accepted, so no rule is asked again.
pub(crate) fn restore(
    checkpoint: Checkpoint,
    entries: impl IntoIterator<Item = AuditEntry>,
) -> Result<Restored, RestoreError> {
    let Checkpoint { revision, log, .. } = checkpoint;
    if checkpoint.hash != checkpoint.true_hash() {
        return Err(RestoreError::AlteredCheckpoint { revision });
    }
    // So it can be counted on from there, and written into databases.
    if i64::try_from(revision).is_err() {
        return Err(RestoreError::NoRevision { revision });
    }
    let mut restored = Restored { policy: Policy::from_document(checkpoint.document)?, revision, log };
    for entry in entries {
        restored.follow(&entry)?;
    }
    Ok(restored)
}

impl Restored {
    fn follow(&mut self, entry: &AuditEntry) -> Result<(), RestoreError> {
        let (expected, found) = (self.revision + 1, entry.revision());
        if found > expected {
            return Err(RestoreError::Gap { expected, found });
        }
        if found < expected {
            return Err(RestoreError::Repeated { expected, found });
        }
        if !entry.follows(self.log) {
            return Err(RestoreError::Altered { revision: found });
        }
        for (command, what) in entry.commands().iter().enumerate() {
            let invalid = |why: crate::policy::change::Invalid| RestoreError::Invalid {
                revision: found,
                command,
                why: why.to_string(),
            };
            self.policy.change(what).map_err(invalid)?;
        }
        (self.revision, self.log) = (found, entry.hash());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Checkpoint, Digest, RestoreError, restore};
    use crate::document::{Document, Section};
    use crate::policy::Policy;
    use crate::snapshot::Snapshot;

    #[test]
    fn a_revision_that_nothing_can_follow_is_no_state() {
        let policy = Policy::from_document(Document::new().section(Section::new("crm"))).unwrap();
        let of = |revision| Checkpoint::of(&Snapshot::compile(&policy).with_revision(revision), Digest::START);
        let last = u64::MAX >> 1;
        assert_eq!(restore(of(last), []).unwrap().revision, last);
        let error = restore(of(last + 1), []).unwrap_err();
        assert_eq!(error, RestoreError::NoRevision { revision: last + 1 });
        assert_eq!(
            error.to_string(),
            "the checkpoint is of revision 9223372036854775808: no state comes further than revision 9223372036854775807"
        );
    }
}
