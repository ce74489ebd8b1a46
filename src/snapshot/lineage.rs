//! Lineages: the snapshots that may be compared number by number.

use std::sync::Arc;

/// The line of states that a snapshot belongs to. A slot means the same in a snapshot and in its successors.
///
/// ```text
/// line A    step 4 ── 5 ── 6 ── 7
/// line B           └─ 5             a trial: `left` is (A, 4)
/// ```
///
/// Step 5 of B descends from 4 of A, but not from 5 of A: there a slot may have been assigned to another user. Each state
/// of a line is a step, also one to which only time went on, which has the revision of the one before.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lineage {
    line: Arc<()>,
    /// The line that this one branched off, and the last step that they share.
    left: Option<(Arc<()>, u64)>,
}

impl Lineage {
    /// A new line that branches off this one at a step. Any number of lines may do so, independently of each other.
    pub(crate) fn fork(&self, step: u64) -> Self {
        Self { line: Arc::default(), left: Some((self.line.clone(), step)) }
    }

    /// Whether both are the same line.
    pub(crate) fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.line, &other.line)
    }

    /// Whether this is the other line, or one that branched off it at exactly this step.
    pub(crate) fn descends_from(&self, other: &Self, step: u64) -> bool {
        let left = self.left.as_ref().is_some_and(|(line, at)| Arc::ptr_eq(line, &other.line) && *at == step);
        left || self.ptr_eq(other)
    }
}
