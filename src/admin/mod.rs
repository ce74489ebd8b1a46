//! Commands in, a new state out: or a refusal, and nothing has changed.
//!
//! A batch is worked out on a draft: a copy of the policy that is cheap to make, changed command by command. Whatever is
//! refused drops the draft.

pub(crate) mod actor;
pub(crate) mod affected;
pub(crate) mod audit;
pub(crate) mod catalogue;
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
use crate::admin::conflict::{Fact, Ground, History, changed_by};
use crate::admin::digest::Digest;
use crate::admin::guard::lock_out::Managers;
use crate::admin::guard::permitted::{self, Standing};
use crate::admin::guard::{Delegate, leaves_locked_roles_alone, rests_on};
use crate::admin::receipt::{DryRun, Receipt};
use crate::admin::refusal::{Refusal, Rule};
use crate::document::Command;
use crate::policy::Policy;
use crate::policy::change::{Change, Touched};
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
    policy: Policy,
    touched: Vec<Touched>,
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
        let mut accepted = self.judge(before, batch)?;
        let after = before.try_to_follow(accepted.policy.clone(), &accepted.touched);
        Ok(self.run(before, batch, &mut accepted, after))
    }

    /// Judges a batch and works out what it leads to, which is to be published.
    pub(crate) fn apply(&mut self, before: &Arc<Snapshot>, batch: Batch<'_>) -> Result<DryRun, Refusal> {
        let mut accepted = self.judge(before, batch)?;
        let after = before.follow(accepted.policy.clone(), &accepted.touched);
        let run = self.run(before, batch, &mut accepted, after);
        self.managers = accepted.managers;
        self.history.add(run.receipt.after, accepted.changed);
        self.log = run.receipt.audit.hash();
        Ok(run)
    }

    fn run(&self, before: &Arc<Snapshot>, batch: Batch<'_>, accepted: &mut Accepted, after: Snapshot) -> DryRun {
        let (revision, after) = (after.revision(), Arc::new(after));
        let at = batch.at.map(str::to_owned);
        let receipt = Receipt {
            before: before.revision(),
            after: revision,
            undo: std::mem::take(&mut accepted.undo),
            audit: AuditEntry::after(self.log, revision, batch.by.clone(), at, batch.forced, batch.commands),
            affected: Affected::new(
                before.policy().clone(),
                after.policy().clone(),
                std::mem::take(&mut accepted.kinds),
            ),
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
            if let Some(seen) = since {
                let ground = draft.ground(batch.by, command);
                if let Some((changed, fact)) = self.history.changed_since(seen, &ground) {
                    return Err(Refusal::of(place, Rule::changed_since(seen, changed, fact)));
                }
            }
            draft.step(batch.by, command).map_err(|rule| Refusal::of(place, rule))?;
        }
        let managers = draft.managers(&self.managers, before, batch.forced)?;
        let Draft { policy, touched, undo, changed, kinds, .. } = draft;
        let undo = undo.into_iter().rev().flatten().collect();
        Ok(Accepted { policy, touched, undo, kinds, changed, managers })
    }

    /// The revision that the editor saw, if it is not the present one.
    fn seen(&self, before: &Snapshot, batch: Batch<'_>) -> Result<Option<u64>, Refusal> {
        let now = before.revision();
        let Some(seen) = batch.seen.filter(|seen| *seen != now) else { return Ok(None) };
        let unknown = |what: String| Err(Refusal::of_all(Rule::Unchanged { seen, changed: None, what }));
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
    policy: Policy,
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
            policy: before.policy().clone(),
            touched: Vec::new(),
            snapshot: before.clone(),
            compiled: 0,
            is_behind: false,
            undo: Vec::new(),
            changed: BTreeSet::new(),
            kinds: Kinds::default(),
        }
    }

    /// Applies one more command, if its actor may.
    fn step(&mut self, by: &Actor, command: &Command) -> Result<(), Rule> {
        let Actor::User(user) = by else { return self.change(command) };
        match permitted::standing(user, command, &self.policy)? {
            Standing::Administrator => {
                let unlocked = leaves_locked_roles_alone(command, &self.policy);
                self.change(command)?;
                unlocked
            }
            Standing::User { section } => {
                let before = self.compiled();
                let manager = permitted::manager(user, section, &before)?;
                self.change(command)?;
                match manager {
                    Some(manager) => Delegate::new(user, &before, manager).check(command, &self.policy),
                    // Not to be met: what names no role and no section makes no sense.
                    None => Err(Rule::Manage { user: user.clone(), section: None, manage: None }),
                }
            }
        }
    }

    fn change(&mut self, command: &Command) -> Result<(), Rule> {
        let Change { undo, touched } = self.policy.change(command).map_err(|why| Rule::Sense(why.to_string()))?;
        if !undo.is_empty() {
            for command in undo.iter().chain([command]) {
                changed_by(command, &mut self.changed);
                self.kinds.add(command, &self.policy);
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
            self.snapshot = Arc::new(self.snapshot.try_to_follow(self.policy.clone(), touched));
            self.compiled = self.touched.len();
        }
        self.snapshot.clone()
    }

    /// What a command is about, and what its verdict rests on.
    fn ground(&mut self, by: &Actor, command: &Command) -> Ground<'_> {
        let mut ground = Ground::of(command, &self.policy);
        let Actor::User(user) = by else { return ground };
        ground.rests_on_user(user);
        if let Ok(Standing::User { section }) = permitted::standing(user, command, &self.policy) {
            // Where the section is unknown, it matters whether they manage any.
            let all = 0..self.policy.schema.sections().len();
            for section in section.map_or(all, |section| section..section + 1) {
                rests_on(user, section, command, &self.policy, &mut ground);
            }
        }
        ground
    }

    /// Who manages the state at the end; or which section nobody would.
    fn managers(&mut self, managers: &Managers, before: &Arc<Snapshot>, forced: bool) -> Result<Managers, Refusal> {
        let mut now = managers.follow(before.policy(), &self.policy, &self.touched);
        if forced || now.administrators > 0 {
            return Ok(now);
        }
        let after = self.compiled();
        let Some(section) = managers.locked_out(&mut now, before, &after) else { return Ok(now) };
        let rule = Rule::LockOut { section: after.schema().section_at(section).name.clone() };
        Err(match self.last_that_locked_out(section, managers, before, now) {
            Some(command) => Refusal::of(command, rule),
            None => Refusal::of_all(rule),
        })
    }

    /// The last command without which, and without those after it, somebody could manage the section: they are undone one
    /// by one, backwards, until somebody can.
    fn last_that_locked_out(
        &mut self,
        section: usize,
        managers: &Managers,
        before: &Snapshot,
        mut now: Managers,
    ) -> Option<usize> {
        for (place, undo) in self.undo.iter().enumerate().rev() {
            let mut touched = Vec::new();
            for command in undo {
                touched.extend(self.policy.change(command).ok()?.touched);
            }
            let earlier = self.snapshot.try_to_follow(self.policy.clone(), &touched);
            now = now.follow(self.snapshot.policy(), &self.policy, &touched);
            if now.can_manage(section, managers, before, &earlier) {
                return Some(place);
            }
            self.snapshot = Arc::new(earlier);
        }
        None
    }
}
