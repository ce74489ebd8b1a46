//! The step from one published state to the next: by a batch, by another policy, or by time that went on.

#[cfg(feature = "sql")]
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::admin::affected::Affected;
use crate::policy::fact::{Fact, effects};
use crate::snapshot::Snapshot;
#[cfg(feature = "sql")]
use crate::vocabulary::id::UserId;

/// The step from one published state to the next, which a [`Receipt`](crate::Receipt) of a batch and an
/// [`Advance`](crate::Advance) of time have in common. Mirror tables follow either.
#[derive(Clone, Debug)]
pub struct Transition {
    pub(crate) before: Arc<Snapshot>,
    pub(crate) after: Arc<Snapshot>,
    /// The changes that mirror tables follow.
    #[cfg(feature = "sql")]
    changed: Changed,
    pub(crate) affected: Affected,
}

/// What changed of what holds.
#[cfg(feature = "sql")]
#[derive(Clone, Debug)]
enum Changed {
    Facts(Arc<[Fact]>),
    /// The whole policy.
    Everything,
}

impl Transition {
    pub(crate) fn of_facts(before: Arc<Snapshot>, after: Arc<Snapshot>, facts: &[Fact]) -> Self {
        let facts = effects(facts, after.instant());
        let affected = Affected::by(&before, &after, &facts);
        Self {
            before,
            after,
            #[cfg(feature = "sql")]
            changed: Changed::Facts(facts.into()),
            affected,
        }
    }

    pub(crate) fn of_everything(before: Arc<Snapshot>, after: Arc<Snapshot>) -> Self {
        let affected = Affected::everybody(&before, &after);
        Self {
            before,
            after,
            #[cfg(feature = "sql")]
            changed: Changed::Everything,
            affected,
        }
    }

    /// The users who may be members of other departments than before: all whose membership changed, and perhaps some
    /// others.
    #[cfg(feature = "sql")]
    pub(crate) fn users_with_other_departments(&self) -> BTreeSet<&UserId> {
        match &self.changed {
            Changed::Facts(facts) => facts.iter().filter_map(Fact::member_of_department).collect(),
            Changed::Everything => {
                let states = [&self.before, &self.after].into_iter();
                states.flat_map(|state| state.policy().org.users().keys()).collect()
            }
        }
    }
}

impl AsRef<Self> for Transition {
    fn as_ref(&self) -> &Self {
        self
    }
}
