//! Sources: sets of users to search instead of all users, by subject or by level.

use crate::policy::Policy;
use crate::policy::assignment::Assignment;
use crate::snapshot::Snapshot;
use crate::snapshot::people::Source;
use crate::vocabulary::id::DepartmentId;
use crate::vocabulary::index::Case;
use crate::vocabulary::level::Level;
use crate::vocabulary::place::Place;

/// What the levels of an assignment with a place are measured from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Measure<'a> {
    /// Departments of the user: all, or some of them.
    Own,
    /// These departments.
    Listed(&'a [DepartmentId]),
}

impl<'a> Measure<'a> {
    fn of(to: &'a Assignment) -> Option<Self> {
        match (to.place.as_ref()?, &to.subject) {
            (Place::Departments(ids), _) => Some(Self::Listed(ids)),
            (Place::Subject, _) => Some(Self::Own),
        }
    }
}

impl Snapshot {
    /// Sources that together hold all users who have one of these levels, measured from such a place if from any, for a
    /// case of an action from a single ground: the floor, the administrator's bypass, or a role. Since levels are unions, a user who
    /// has a part of a level has it from a single ground.
    pub(crate) fn sources_of(&self, case: Case, is_wanted: impl Fn(Level, Option<Measure<'_>>) -> bool) -> Vec<Source> {
        let Policy { schema, roles, .. } = self.policy();
        let rules = schema.action(case.action);
        if is_wanted(rules.floor, None) {
            return vec![Source::Everyone];
        }
        let bypass = rules.admin_bypass && is_wanted(Level::All, None);
        let mut sources: Vec<Source> = bypass.then_some(Source::Administrators).into_iter().collect();
        for role in roles.values() {
            let level = role.level(case);
            if level == Level::Deny {
                continue;
            }
            let is_wanted = |to: &&Assignment| match Measure::of(to) {
                None => is_wanted(level, None),
                measure => is_wanted(schema.level_in_place(case.action, level), measure),
            };
            let subjects = role.assigned_to.iter().filter(is_wanted).map(|to| &to.subject);
            sources.extend(subjects.filter_map(|subject| self.people.source(subject)));
        }
        if sources.contains(&Source::Everyone) {
            return vec![Source::Everyone];
        }
        sources
    }
}
