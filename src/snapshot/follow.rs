//! The state after a change. It shares everything unchanged with the state before.

use std::sync::Arc;

use crate::document::Command;
use crate::policy::Policy;
use crate::policy::change::By;
use crate::policy::fact::{Fact, change_rows, effects};
use crate::policy::rules::Invalid;
use crate::snapshot::Snapshot;
use crate::snapshot::lineage::Lineage;
use crate::snapshot::touched::Touched;
use crate::vocabulary::time::Time;

impl Snapshot {
    /// The state after these commands. Fails with the index of the first invalid command.
    pub(crate) fn what_if(&self, commands: &[Command]) -> Result<Self, (usize, Invalid)> {
        let mut policy = Policy::clone(&self.policy);
        let mut facts = Vec::new();
        for (index, command) in commands.iter().enumerate() {
            facts.extend(policy.change(command, By::User).map_err(|invalid| (index, invalid))?);
        }
        Ok(self.try_to_follow(&Arc::new(policy), &facts))
    }

    /// Like [`follow`](Self::follow), for a trial: with rows and a lineage of its own, so that any number of trials may
    /// branch off one snapshot.
    pub(crate) fn try_to_follow(&self, policy: &Arc<Policy>, facts: &[Fact]) -> Self {
        self.next(policy, facts, self.revision + 1, false, self.lineage.fork(self.step))
    }

    /// The state at a later instant, given the facts of what began and ended. It has the same revision, and is followed in
    /// its place.
    pub(crate) fn advance(&self, policy: &Arc<Policy>, facts: &[Fact]) -> Self {
        if self.people.is_overgrown() {
            return Self::compile_shared(policy.clone(), self.revision);
        }
        self.next(policy, facts, self.revision, true, self.lineage.clone())
    }

    /// The state at another instant, for a trial.
    pub(crate) fn at(&self, instant: Time) -> Self {
        let mut policy = self.shared_policy();
        let facts = Arc::make_mut(&mut policy).go(Some(instant));
        self.try_to_follow(&policy, &facts)
    }

    /// The same as [`follow`](Self::follow), made from a trial of the same facts.
    pub(crate) fn adopt(&self, tried: &Self, facts: &[Fact]) -> Self {
        if tried.people.is_overgrown() {
            return Self::compile_shared(tried.policy.clone(), self.revision + 1);
        }
        let facts = effects(facts, tried.policy.instant());
        let rights = if change_rows(&facts) { tried.rights.clone() } else { tried.rights.with_rows_of(&self.rights) };
        Self {
            revision: self.revision + 1,
            step: self.step + 1,
            lineage: self.lineage.clone(),
            policy: tried.policy.clone(),
            people: tried.people.clone(),
            rights,
            #[cfg(feature = "sql")]
            imprint: tried.imprint.clone(),
        }
    }

    /// The snapshot of a policy, given the snapshot before and the facts that changed since.
    ///
    /// A snapshot may be followed, or adopt a trial, at most once: the successor shares its rows, and assigns new slots
    /// as if it were the only successor. A writer's lock ensures this.
    ///
    /// It costs what the change touches. Besides, a group that is added, gets its first role or loses its last one
    /// costs its members, and joining or leaving one costs a copy of the list of its members. A department that moves,
    /// or gets or loses a role, costs a copy of a few bytes for each department; one that is added or removed, or
    /// several at once, cost all departments.
    ///
    /// What users share, such as a list of departments, is kept when the last of them gives it up. When too much of that
    /// has gathered, the policy is compiled afresh instead.
    pub(crate) fn follow(&self, policy: &Arc<Policy>, facts: &[Fact]) -> Self {
        if self.people.is_overgrown() {
            return Self::compile_shared(policy.clone(), self.revision + 1);
        }
        self.next(policy, facts, self.revision + 1, true, self.lineage.clone())
    }

    fn next(&self, policy: &Arc<Policy>, facts: &[Fact], revision: u64, keep_rows: bool, lineage: Lineage) -> Self {
        let facts = effects(facts, policy.instant());
        let touched = Touched::by(&facts);
        let people = self.people.follow(&self.policy, policy, &touched);
        let rights = self.rights.follow(policy, people.tree(), &touched, keep_rows);
        Self {
            revision,
            step: self.step + 1,
            lineage,
            policy: policy.clone(),
            people,
            rights,
            #[cfg(feature = "sql")]
            imprint: self.imprint.follow(&self.people, &self.policy.org, &touched),
        }
    }
}
