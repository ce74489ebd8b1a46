//! How time alone turns a decision: until when it is allowed, or from when on, or until when it was.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::policy::Policy;
use crate::query::explain::Course;
use crate::query::principal::Principal;
use crate::vocabulary::facts::Facts;
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::permission::{AnyPermission, Permission};
use crate::vocabulary::subject::Owner;
use crate::vocabulary::time::Time;

/// The most instants that are looked at, in each direction.
const MOST: usize = 64;

impl Principal<'_> {
    /// How the decision about this record turns if nothing changes but the time.
    pub(super) fn course(&self, action: ActionIndex, facts: Option<&Facts<'_>>, is_allowed: bool) -> Course {
        let (policy, Some(user)) = (self.snapshot.policy(), self.id()) else { return Course::default() };
        let Some(now) = policy.instant().filter(|_| !policy.dated.is_empty()) else { return Course::default() };
        let owners = facts.map_or(&[][..], |facts| facts.owners.as_slice()).iter().filter_map(|owner| match owner {
            Owner::User(id) => Some(UserId::from(*id)),
            Owner::Department(_) => None,
        });
        let owners: BTreeSet<UserId> = owners.collect();
        let mut turns = policy.turns_of(user);
        for owner in &owners {
            let periods = policy.dated.posts_of(owner).map(|(.., period)| period);
            turns.extend(periods.flat_map(|period| [period.start(), period.end()]).flatten());
        }
        let allowed_at = |instant: Time| self.is_allowed_at(policy, user, &owners, action, facts, instant);
        let later = turns.iter().copied().filter(|turn| *turn > now).take(MOST);
        let turns_at = later.clone().find(|turn| allowed_at(*turn) != is_allowed);
        if is_allowed {
            return Course { until: turns_at, ..Course::default() };
        }
        // What holds between two turns holds at the first of them.
        let past: Vec<Time> = turns.iter().copied().filter(|turn| *turn <= now).rev().take(MOST).collect();
        let begins = past.iter().skip(1).copied().chain([Time::MIN]);
        let ended = past.iter().zip(begins).find(|(_, begin)| allowed_at(*begin)).map(|(end, _)| *end);
        Course { until: None, begins: turns_at, ended }
    }

    /// The decision at another instant, for which only what it depends on is changed.
    fn is_allowed_at(
        &self,
        policy: &Policy,
        user: &UserId,
        owners: &BTreeSet<UserId>,
        action: ActionIndex,
        facts: Option<&Facts<'_>>,
        instant: Time,
    ) -> bool {
        let (then, changed) = policy.at_for(user, owners, instant);
        let state = self.snapshot.try_to_follow(&Arc::new(then), &changed);
        let principal = state.principal(user);
        match (state.schema().token(action), facts) {
            (AnyPermission::Toggle(toggle), _) => principal.check(toggle, &()).is_allow(),
            (AnyPermission::Levelled(_), Some(facts)) => {
                let token: Permission = Permission::new(action, state.fingerprint());
                principal.admits_here(token, facts)
            }
            (AnyPermission::Levelled(_), None) => false,
        }
    }
}
