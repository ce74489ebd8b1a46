//! Commands in, a new state out: or a refusal, and nothing has changed.
//!
//! A batch is worked out on a draft: a copy of the policy that is cheap to make, changed command by command. Whatever is
//! refused drops the draft.

pub(crate) mod actor;
pub(crate) mod affected;
pub(crate) mod audit;
mod conflict;
pub(crate) mod digest;
mod guard;
pub(crate) mod log;
pub(crate) mod receipt;
pub(crate) mod refusal;

use std::collections::BTreeSet;
use std::fmt::{self, Debug};
use std::sync::Arc;

use crate::admin::actor::Actor;
use crate::admin::affected::{Affected, Kinds};
use crate::admin::audit::AuditEntry;
use crate::admin::conflict::{Basis, Fact, History, changed_by};
use crate::admin::digest::Digest;
use crate::admin::guard::lock_out::{Lost, Managers, touches_administrator};
use crate::admin::guard::permitted::{self, Right};
use crate::admin::guard::{Delegate, leaves_locked_roles_alone};
use crate::admin::receipt::{DryRun, Receipt};
use crate::admin::refusal::{Refusal, Rule};
use crate::document::Command;
use crate::policy::Policy;
use crate::policy::change::{Effect, Touched};
use crate::snapshot::Snapshot;

/// What who writes remembers from one batch to the next.
pub(crate) struct Desk {
    managers: Managers,
    history: History,
    /// The hash of the last entry of the log.
    log: Digest,
}

/// A batch, and who asks for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch<'b> {
    pub(crate) commands: &'b [Command],
    pub(crate) by: &'b Actor,
    pub(crate) at: Option<&'b str>,
    /// The revision that the editor saw.
    pub(crate) seen: Option<u64>,
    pub(crate) forced: bool,
}

/// A batch that may be applied, worked out.
struct Accepted {
    policy: Arc<Policy>,
    touched: Vec<Touched>,
    /// The state after it, if it had to be compiled for the verdict.
    compiled: Option<Arc<Snapshot>>,
    undo: Vec<Command>,
    kinds: Kinds,
    changed: BTreeSet<Fact>,
    managers: Managers,
}

impl Desk {
    /// Of a state of which nothing older is known.
    pub(crate) fn new(policy: &Policy, revision: u64, log: Digest) -> Self {
        Self { managers: Managers::of(policy), history: History::since(revision), log }
    }

    pub(crate) fn log(&self) -> Digest {
        self.log
    }

    /// Judges a batch and works out what it leads to, and remembers nothing of it.
    pub(crate) fn dry_run(&self, before: &Arc<Snapshot>, batch: Batch<'_>) -> Result<DryRun, Refusal> {
        let Accepted { policy, touched, undo, kinds, .. } = self.judge(before, batch)?;
        let after = before.try_to_follow(&policy, &touched);
        Ok(self.run(before, batch, undo, kinds, after))
    }

    /// Judges a batch and works out what it leads to, which is to be published.
    pub(crate) fn apply(&mut self, before: &Arc<Snapshot>, batch: Batch<'_>) -> Result<DryRun, Refusal> {
        let Accepted { policy, touched, compiled, undo, kinds, changed, managers } = self.judge(before, batch)?;
        let after = match compiled {
            Some(tried) => before.adopt(&tried, &touched),
            None => before.follow(&policy, &touched),
        };
        let run = self.run(before, batch, undo, kinds, after);
        self.managers = managers;
        self.history.add(run.receipt.after, changed);
        self.log = run.receipt.audit.hash();
        Ok(run)
    }

    fn run(
        &self,
        before: &Arc<Snapshot>,
        batch: Batch<'_>,
        undo: Vec<Command>,
        kinds: Kinds,
        after: Snapshot,
    ) -> DryRun {
        let (revision, after) = (after.revision(), Arc::new(after));
        let at = batch.at.map(str::to_owned);
        let receipt = Receipt {
            before: before.revision(),
            after: revision,
            undo,
            audit: AuditEntry::after(self.log, revision, batch.by.clone(), at, batch.forced, batch.commands),
            affected: Affected::new(before.shared_policy(), after.shared_policy(), kinds),
        };
        DryRun { receipt, snapshot: after }
    }

    fn judge(&self, before: &Arc<Snapshot>, batch: Batch<'_>) -> Result<Accepted, Refusal> {
        let since = self.seen(before, batch)?;
        if let (Actor::User(user), []) = (batch.by, batch.commands) {
            permitted::is_active(user, before.policy()).map_err(Refusal::of_all)?;
        }
        let mut draft = Draft::of(before);
        for (place, command) in batch.commands.iter().enumerate() {
            let right = draft.right(batch.by, command);
            if let Some(seen) = since {
                let basis = draft.basis(batch.by, command, right.as_ref().ok());
                if let Some((changed, fact)) = self.history.changed_since(seen, &basis) {
                    return Err(Refusal::of(place, Rule::changed_since(seen, changed, fact)));
                }
            }
            let step = right.and_then(|right| draft.step(command, &right));
            step.map_err(|rule| Refusal::of(place, rule))?;
        }
        let managers = draft.managers(&self.managers, before, batch.forced)?;
        let Draft { policy, touched, snapshot, is_behind, undo, changed, kinds, .. } = draft;
        let compiled = (!is_behind).then_some(snapshot);
        let undo = undo.into_iter().rev().flatten().collect();
        Ok(Accepted { policy, touched, compiled, undo, kinds, changed, managers })
    }

    /// The revision that the editor saw, if it is not the present one.
    fn seen(&self, before: &Snapshot, batch: Batch<'_>) -> Result<Option<u64>, Refusal> {
        let now = before.revision();
        let Some(seen) = batch.seen.filter(|seen| *seen != now) else { return Ok(None) };
        let unknown = |what: String| Err(Refusal::of_all(Rule::Conflict { seen, changed: None, what }));
        if seen > now {
            return unknown(format!("the latest revision is {now}"));
        }
        if !self.history.reaches_back_to(seen) {
            return unknown("what changed since then is not known any more".to_owned());
        }
        Ok(Some(seen))
    }
}

impl Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("log", &self.log).finish_non_exhaustive()
    }
}

/// A state in the making.
struct Draft {
    policy: Arc<Policy>,
    touched: Vec<Touched>,
    /// Of the policy as it was when so much was touched, and some commands ago.
    snapshot: Arc<Snapshot>,
    compiled: usize,
    is_behind: bool,
    /// For each command.
    undo: Vec<Vec<Command>>,
    changed: BTreeSet<Fact>,
    kinds: Kinds,
}

impl Draft {
    fn of(before: &Arc<Snapshot>) -> Self {
        Self {
            policy: before.shared_policy(),
            touched: Vec::new(),
            snapshot: before.clone(),
            compiled: 0,
            is_behind: false,
            undo: Vec::new(),
            changed: BTreeSet::new(),
            kinds: Kinds::default(),
        }
    }

    /// What lets an actor give a command.
    fn right<'c>(&mut self, by: &'c Actor, command: &'c Command) -> Result<Right<'c>, Box<Rule>> {
        let Actor::User(user) = by else { return Ok(Right::Host) };
        let policy = self.policy.clone();
        permitted::right(user, command, &policy, || self.compiled())
    }

    /// Applies one more command of somebody who may give it, if the other rules let them.
    fn step(&mut self, command: &Command, right: &Right<'_>) -> Result<(), Box<Rule>> {
        match right {
            Right::Host => self.change(command),
            Right::Administrator(edit) => {
                let unlocked = edit.map_or(Ok(()), |edit| leaves_locked_roles_alone(&edit, &self.policy));
                self.change(command)?;
                unlocked
            }
            Right::Delegate { user, edit, manage, before } => {
                self.change(command)?;
                Delegate::new(user, before, *manage).check(edit, &self.policy)
            }
        }
    }

    fn change(&mut self, command: &Command) -> Result<(), Box<Rule>> {
        let Effect { undo, touched } =
            Arc::make_mut(&mut self.policy).change(command).map_err(|why| Box::new(Rule::Invalid(why.to_string())))?;
        if !undo.is_empty() {
            for command in undo.iter().chain([command]) {
                changed_by(command, &self.policy, &mut self.changed);
                self.kinds.add(command);
            }
        }
        self.undo.push(undo);
        self.touched.extend(touched);
        self.is_behind = true;
        Ok(())
    }

    /// The state that the commands so far led to.
    fn compiled(&mut self) -> Arc<Snapshot> {
        if std::mem::take(&mut self.is_behind) {
            let touched = &self.touched[self.compiled..];
            self.snapshot = Arc::new(self.snapshot.try_to_follow(&self.policy, touched));
            self.compiled = self.touched.len();
        }
        self.snapshot.clone()
    }

    /// What a command is about, and what its verdict rests on. Without the right to give it, it is what the right rests on.
    fn basis(&mut self, by: &Actor, command: &Command, right: Option<&Right<'_>>) -> Basis<'_> {
        let compiled = matches!(by, Actor::User(_)).then(|| self.compiled());
        let mut basis = Basis::new(&self.policy);
        if let (Actor::User(user), Some(compiled)) = (by, compiled) {
            permitted::rests_on(user, command, &compiled, &mut basis);
        }
        if right.is_some() {
            basis.name(command);
        }
        if let Some(Right::Delegate { user, edit, manage, before }) = right {
            Delegate::new(user, before, *manage).rests_on(edit, &mut basis);
        }
        basis
    }

    /// Who manages the state at the end; or which section nobody would.
    fn managers(&mut self, managers: &Managers, before: &Arc<Snapshot>, forced: bool) -> Result<Managers, Refusal> {
        let mut now = managers.follow(before, &self.policy, &self.touched);
        if forced || now.are_known() {
            return Ok(now);
        }
        let after = self.compiled();
        let Some(lost) = managers.locked_out(&mut now, before, &after) else { return Ok(now) };
        let section = after.schema().section_at(lost.section);
        let rule = Rule::LockOut {
            section: section.name.clone(),
            manage: section.manage.map(|manage| after.schema().action_name(manage)),
            in_part: lost.is_in_part(),
        };
        Err(match self.last_that_locked_out(&lost, &now) {
            Some(command) => Refusal::of(command, rule),
            None => Refusal::of_all(rule),
        })
    }

    /// The last command without which, and without those after it, somebody could manage the section: they are undone one
    /// by one, backwards, until somebody can. What is undone is compiled only where the roles would let somebody.
    fn last_that_locked_out(&mut self, lost: &Lost, managers: &Managers) -> Option<usize> {
        let mut touched = Vec::new();
        for (place, undo) in self.undo.iter().enumerate().rev() {
            for command in undo {
                touched.extend(Arc::make_mut(&mut self.policy).change(command).ok()?.touched);
            }
            if touches_administrator(&self.policy, &touched) {
                return Some(place);
            }
            if touched.is_empty() || !lost.may_be_managed(&self.policy) {
                continue;
            }
            self.snapshot = Arc::new(self.snapshot.try_to_follow(&self.policy, &touched));
            touched.clear();
            if lost.is_managed(managers, &self.snapshot) {
                return Some(place);
            }
        }
        None
    }
}
