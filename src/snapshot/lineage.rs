//! Which snapshots may be compared number by number.

use std::sync::Arc;

/// The line of states that a snapshot belongs to. Slots mean the same in a snapshot and in those that followed it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lineage {
    line: Arc<()>,
    /// The line that this one left, and the revision that it left it at.
    left: Option<(Arc<()>, u64)>,
}

impl Lineage {
    /// A line of its own that leaves this one here: others may follow it, who know nothing of each other.
    pub(crate) fn fork(&self, revision: u64) -> Self {
        Self { line: Arc::default(), left: Some((self.line.clone(), revision)) }
    }

    /// Whether they are one line.
    pub(crate) fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.line, &other.line)
    }

    /// Whether the snapshot of this line descends from one of another line at a revision.
    pub(crate) fn descends_from(&self, other: &Self, revision: u64) -> bool {
        let left = self.left.as_ref().is_some_and(|(line, at)| Arc::ptr_eq(line, &other.line) && *at == revision);
        left || self.ptr_eq(other)
    }
}
