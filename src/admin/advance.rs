//! Time that goes on.

use std::sync::Arc;

use crate::admin::affected::Affected;
use crate::admin::transition::Transition;
use crate::snapshot::Snapshot;
use crate::vocabulary::time::Time;

/// The effect of [`Handle::advance`](crate::Handle::advance): the states before and after it, and the users about whom
/// decisions may have changed, because something began or ended.
#[derive(Clone, Debug)]
pub struct Advance {
    told: Time,
    transition: Transition,
}

impl Advance {
    pub(crate) fn new(told: Time, transition: Transition) -> Self {
        Self { told, transition }
    }

    /// Whether the instant that was told is earlier than that of the state, so that nothing changed: time never goes back.
    /// That is so if another thread has told a later one meanwhile, or a clock was set back.
    pub fn is_behind(&self) -> bool {
        Some(self.told) < self.transition.after.instant()
    }

    /// The state before.
    pub fn before(&self) -> &Arc<Snapshot> {
        &self.transition.before
    }

    /// The state after: the same one if the instant that was told is not later than its own.
    pub fn after(&self) -> &Arc<Snapshot> {
        &self.transition.after
    }

    /// The users about whom decisions may have changed.
    pub fn affected(&self) -> &Affected {
        &self.transition.affected
    }

    /// The next instant at which anything begins or ends. Until then, answers stay the same if nobody changes the policy.
    pub fn next_change(&self) -> Option<Time> {
        self.transition.after.policy().next_change()
    }
}

/// For mirror tables, which follow it.
impl AsRef<Transition> for Advance {
    fn as_ref(&self) -> &Transition {
        &self.transition
    }
}
