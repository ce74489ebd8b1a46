//! State that the writer keeps between batches, and the judgement of a batch.

use std::sync::Arc;

use crate::admin::actor::Actor;
use crate::admin::audit::{AuditEntry, Done};
use crate::admin::digest::Digest;
use crate::admin::draft::{Accepted, Draft};
use crate::admin::guard::lock_out::Managers;
use crate::admin::guard::permitted;
use crate::admin::history::History;
use crate::admin::receipt::Receipt;
use crate::admin::refusal::{Refusal, Rule};
use crate::admin::transition::Transition;
use crate::document::Command;
use crate::policy::Policy;
use crate::policy::fact::Fact;
use crate::snapshot::Snapshot;

/// Facts about a state that its snapshot does not hold: managers, recent changes, and the end of the log.
///
/// Each accepted batch leads from one pair of snapshot and ledger to the next:
///
/// ```text
/// (snapshot 7, ledger 7) ── judge(batch) ──► receipt (snapshot 8, undo, audit entry), ledger 8
/// ```
///
/// `managers` may save the search for a manager at the end of batch 8, `history` gets the topics that batch 8 changed,
/// and `log` becomes the hash of its entry.
///
/// Cheap to clone. Published with the snapshot, so that a dry run can judge without a lock.
#[derive(Clone, Debug)]
pub(crate) struct Ledger {
    managers: Managers,
    history: History,
    /// The hash of the last entry of the log.
    log: Digest,
}

/// A batch of commands, with its actor and options.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch<'b> {
    pub(crate) commands: &'b [Command],
    pub(crate) by: &'b Actor,
    pub(crate) at: Option<&'b str>,
    /// The revision that the editor saw.
    pub(crate) seen: Option<u64>,
    pub(crate) forced: bool,
}

/// The use of the state after a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Trial,
    Publication,
}

impl Ledger {
    /// The ledger of a state without known history. Linear in the users.
    pub(crate) fn new(policy: &Policy, revision: u64, log: Digest) -> Self {
        Self { managers: Managers::of(policy), history: History::since(revision), log }
    }

    pub(crate) fn log(&self) -> Digest {
        self.log
    }

    /// Judges a batch. Returns the receipt with the state after it, and the ledger of that state.
    pub(crate) fn judge(
        &self,
        before: &Arc<Snapshot>,
        batch: Batch<'_>,
        purpose: Purpose,
    ) -> Result<(Receipt, Self), Refusal> {
        let Accepted { policy, facts, undo, topics, compiled, managers } = self.accept(before, batch)?;
        let after = match (purpose, compiled) {
            // Not the state that was compiled for the verdict: that may have branched off more than once, and would not
            // be kin of the state before.
            (Purpose::Trial, _) => Arc::new(before.try_to_follow(&policy, &facts)),
            (Purpose::Publication, Some(tried)) => Arc::new(before.adopt(&tried, &facts)),
            (Purpose::Publication, None) => Arc::new(before.follow(&policy, &facts)),
        };
        let done = Done::Commands(batch.commands.to_vec());
        let entry = AuditEntry::after(
            self.log,
            before.revision() + 1,
            batch.by.clone(),
            batch.at.map(str::to_owned),
            before.instant(),
            batch.forced,
            done,
        );
        let next = Self { managers, history: self.history.after(entry.revision(), topics), log: entry.hash() };
        Ok((Receipt::new(Transition::of_facts(before.clone(), after, &facts), undo, entry), next))
    }

    /// The ledger after time went on, by which these facts began and ended.
    pub(crate) fn advance(&self, before: &Snapshot, after: &Policy, facts: &[Fact]) -> Self {
        Self { managers: self.managers.follow(before, after, facts), ..self.clone() }
    }

    /// The receipt and the ledger of an entry of the log, which was already judged.
    pub(crate) fn follow(&self, before: &Arc<Snapshot>, draft: Draft, entry: AuditEntry) -> (Receipt, Self) {
        let managers = self.managers.follow(before, draft.policy(), draft.facts());
        let Accepted { policy, facts, undo, topics, managers, .. } = draft.accepted(managers);
        let after = Arc::new(before.follow(&policy, &facts));
        let next = Self { managers, history: self.history.after(entry.revision(), topics), log: entry.hash() };
        (Receipt::new(Transition::of_facts(before.clone(), after, &facts), undo, entry), next)
    }

    fn accept(&self, before: &Arc<Snapshot>, batch: Batch<'_>) -> Result<Accepted, Refusal> {
        if let (Actor::User(user), true) = (batch.by, batch.forced) {
            return Err(Refusal::of_all(Rule::Force { user: user.clone() }));
        }
        let since = self.seen(before, batch)?;
        if let (Actor::User(user), []) = (batch.by, batch.commands) {
            permitted::is_active(user, before.policy()).map_err(Refusal::of_all)?;
        }
        let mut draft = Draft::of(before);
        for (index, command) in batch.commands.iter().enumerate() {
            let refused = |rule| Refusal::of(index, rule);
            let right = draft.right(batch.by, command);
            if let Some(seen) = since {
                let basis = draft.basis(batch.by, command, right.as_ref().ok());
                if let Some((changed, topic)) = self.history.changed_since(seen, &basis) {
                    let what = topic.describe(before.schema());
                    return Err(refused(Box::new(Rule::Conflict { seen, changed: Some(changed), what })));
                }
            }
            let step = right.and_then(|right| draft.step(command, &right));
            step.map_err(refused)?;
        }
        let managers = draft.managers(&self.managers, before, batch.forced)?;
        Ok(draft.accepted(managers))
    }

    /// The revision that the editor saw, if it is not the current one.
    fn seen(&self, before: &Snapshot, batch: Batch<'_>) -> Result<Option<u64>, Refusal> {
        let now = before.revision();
        let Some(seen) = batch.seen.filter(|seen| *seen != now) else { return Ok(None) };
        let unknown = |what: String| Err(Refusal::of_all(Rule::Conflict { seen, changed: None, what }));
        if seen > now {
            return unknown(format!("the latest revision is {now}"));
        }
        if !self.history.reaches_back_to(seen) {
            return unknown("what changed since then is no longer known".to_owned());
        }
        Ok(Some(seen))
    }
}
