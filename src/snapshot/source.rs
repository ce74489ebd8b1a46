//! Sources: sets of users to search instead of all users, by subject or by level.

use std::sync::Arc;

use crate::policy::Policy;
use crate::policy::role::Role;
use crate::snapshot::Snapshot;
use crate::snapshot::people::Source;
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::level::Level;

impl Snapshot {
    /// Sources that together hold all users who have one of these levels for an action from a single ground: the floor,
    /// the administrator's bypass, or a role. Since levels are unions, a user who has a part of a level has it from a
    /// single ground.
    pub(crate) fn sources_of(&self, action: ActionIndex, is_wanted: impl Fn(Level) -> bool) -> Vec<Source> {
        let Policy { schema, roles, .. } = self.policy();
        let rules = schema.action(action);
        if is_wanted(rules.floor) {
            return vec![Source::Everyone];
        }
        let bypass = rules.admin_bypass && is_wanted(Level::All);
        let holds = |role: &&Arc<Role>| role.grants.get(&action).is_some_and(|level| is_wanted(*level));
        let mut sources: Vec<Source> = bypass.then_some(Source::Administrators).into_iter().collect();
        for role in roles.values().filter(holds) {
            sources.extend(role.assigned_to.iter().filter_map(|subject| self.people.source(subject)));
        }
        if sources.contains(&Source::Everyone) {
            return vec![Source::Everyone];
        }
        sources
    }
}
