//! A draft of the next state: a copy of the policy, which is cheap to make, changed command by command. A refused batch
//! drops its draft, so nothing must be rolled back.
//!
//! After two commands, of which the first changed one fact and the second changed three:
//!
//! ```text
//! facts     [f0] [f1 f2 f3]
//! ends      [1, 4]             the facts of command 1 are facts[1..4]
//! compiled  1                  `snapshot` includes f0 only; compile it again before asking it
//! ```

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::admin::actor::Actor;
use crate::admin::conflict::{Basis, Topic, topics};
use crate::admin::guard::about::About;
use crate::admin::guard::lock_out::{Lost, Managers, touches_administrator};
use crate::admin::guard::permitted::{self, Right};
use crate::admin::guard::{Delegate, leaves_locked_roles_alone};
use crate::admin::refusal::{Refusal, Rule};
use crate::document::Command;
use crate::policy::Policy;
use crate::policy::change::By;
use crate::policy::fact::{Fact, inverse};
use crate::policy::rules::Invalid;
use crate::policy::undo::commands;
use crate::snapshot::Snapshot;

/// A policy after some commands of a batch.
pub(crate) struct Draft {
    policy: Arc<Policy>,
    /// The facts that the commands changed.
    facts: Vec<Fact>,
    /// For each command, the number of facts after it.
    ends: Vec<usize>,
    topics: BTreeSet<Topic>,
    /// Compiled from an earlier state of `policy`: it includes the first `compiled` facts.
    snapshot: Arc<Snapshot>,
    compiled: usize,
}

/// The result of an accepted batch.
pub(crate) struct Accepted {
    pub(crate) policy: Arc<Policy>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) undo: Vec<Command>,
    pub(crate) topics: BTreeSet<Topic>,
    /// The state after the batch, if the verdict needed it compiled.
    pub(crate) compiled: Option<Arc<Snapshot>>,
    pub(crate) managers: Managers,
}

impl Draft {
    pub(crate) fn of(before: &Arc<Snapshot>) -> Self {
        Self {
            policy: before.shared_policy(),
            facts: Vec::new(),
            ends: Vec::new(),
            topics: BTreeSet::new(),
            snapshot: before.clone(),
            compiled: 0,
        }
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// The facts of each command.
    fn steps(&self) -> impl DoubleEndedIterator<Item = &[Fact]> + ExactSizeIterator {
        let start = |index: usize| index.checked_sub(1).map_or(0, |before| self.ends[before]);
        (0..self.ends.len()).map(move |index| &self.facts[start(index)..self.ends[index]])
    }

    /// The right by which an actor may issue a command.
    pub(crate) fn right<'c>(&mut self, by: &'c Actor, command: &'c Command) -> Result<Right<'c>, Box<Rule>> {
        let Actor::User(user) = by else { return Ok(Right::Host) };
        let policy = self.policy.clone();
        permitted::right(user, command, &policy, || self.compiled())
    }

    /// Applies one more command of an actor who may issue it, if the other rules allow it.
    pub(crate) fn step(&mut self, command: &Command, right: &Right<'_>) -> Result<(), Box<Rule>> {
        match right {
            Right::Host => self.judged(command, By::Host),
            Right::Administrator(edit) => {
                let unlocked = edit.map_or(Ok(()), |edit| leaves_locked_roles_alone(&edit, &self.policy));
                self.judged(command, By::User)?;
                unlocked
            }
            Right::Delegate { user, edit, manage, before } => {
                self.judged(command, By::User)?;
                let facts = self.steps().next_back().unwrap_or_default();
                Delegate::new(user, before, *manage).check(edit, facts, &self.policy)
            }
        }
    }

    fn judged(&mut self, command: &Command, by: By) -> Result<(), Box<Rule>> {
        let judged = self.policy.check_instant(command).and_then(|()| self.apply(command, by));
        judged.map_err(|invalid| Box::new(Rule::Invalid(invalid)))
    }

    /// Applies one more command without judging it.
    pub(crate) fn apply(&mut self, command: &Command, by: By) -> Result<(), Invalid> {
        let facts = Arc::make_mut(&mut self.policy).change(command, by)?;
        self.topics.extend(topics(&facts, &self.policy));
        self.facts.extend(facts);
        self.ends.push(self.facts.len());
        Ok(())
    }

    /// The state after the commands so far.
    fn compiled(&mut self) -> Arc<Snapshot> {
        let facts = &self.facts[self.compiled..];
        if !facts.is_empty() {
            self.snapshot = Arc::new(self.snapshot.try_to_follow(&self.policy, facts));
            self.compiled = self.facts.len();
        }
        self.snapshot.clone()
    }

    /// The basis of the verdict on a command: the things that it names, and those that the rules read. If the actor may not
    /// issue the command, only those that decide so.
    pub(crate) fn basis<'s>(
        &'s mut self,
        by: &'s Actor,
        command: &'s Command,
        right: Option<&'s Right<'s>>,
    ) -> Basis<'s> {
        let compiled = matches!(by, Actor::User(_)).then(|| self.compiled());
        let mut basis = Basis::new(&self.policy);
        let about = About::of(command);
        if let (Actor::User(user), Some(compiled)) = (by, compiled) {
            permitted::rests_on(user, &about, &compiled, &mut basis);
        }
        if right.is_some() {
            about.named.into_iter().for_each(|named| basis.add(named));
        }
        if let Some(Right::Delegate { user, edit, manage, before }) = right {
            Delegate::new(user, before, *manage).rests_on(edit, &self.policy, &mut basis);
        }
        basis
    }

    /// The managers after the batch, or a lock-out refusal.
    pub(crate) fn managers(
        &mut self,
        managers: &Managers,
        before: &Arc<Snapshot>,
        forced: bool,
    ) -> Result<Managers, Refusal> {
        let mut now = managers.follow(before, &self.policy, &self.facts);
        if forced || now.are_known() {
            return Ok(now);
        }
        let after = self.compiled();
        let Some(lost) = managers.locked_out(&mut now, before, &after) else { return Ok(now) };
        let section = after.schema().section(lost.section);
        let rule = Rule::LockOut {
            section: section.name.clone(),
            manage: section.manage.map(|manage| after.schema().action_name(manage)),
            in_part: lost.is_in_part(),
            from: lost.from,
        };
        // Looked at as it is when the section is lost.
        let after = lost.from.map_or_else(|| after.clone(), |from| Arc::new(after.at(from)));
        Err(match self.last_that_locked_out(lost, &now, after) {
            Some(command) => Refusal::of(command, rule),
            None => Refusal::of_all(rule),
        })
    }

    /// The last command that locked the section out: once it and all after it are undone, a user manages the section
    /// again. It undoes them one by one, from the last, and compiles a state only if the roles allow a manager.
    fn last_that_locked_out(&self, lost: Lost, managers: &Managers, after: Arc<Snapshot>) -> Option<usize> {
        let (mut policy, mut snapshot, mut undone) = (after.shared_policy(), after, Vec::new());
        for (index, facts) in self.steps().enumerate().rev() {
            let back = inverse(facts);
            for fact in &back {
                Arc::make_mut(&mut policy).apply(fact);
            }
            undone.extend(back);
            if touches_administrator(&policy, &undone) {
                return Some(index);
            }
            if undone.is_empty() || !lost.may_be_managed(&policy) {
                continue;
            }
            snapshot = Arc::new(snapshot.try_to_follow(&policy, &undone));
            undone.clear();
            if lost.is_managed(managers, &snapshot) {
                return Some(index);
            }
        }
        None
    }

    pub(crate) fn accepted(self, managers: Managers) -> Accepted {
        let undo = self.steps().rev().flat_map(|facts| commands(&inverse(facts), &self.policy.schema)).collect();
        let is_compiled = self.compiled == self.facts.len() && !self.facts.is_empty();
        let compiled = is_compiled.then_some(self.snapshot);
        Accepted { policy: self.policy, facts: self.facts, undo, topics: self.topics, compiled, managers }
    }
}
