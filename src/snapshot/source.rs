//! The users of a subject, and those who may have a level: where to look for users instead of looking at all.

use std::sync::Arc;

use crate::policy::Policy;
use crate::policy::role::Role;
use crate::snapshot::tree::{DepartmentSlot, slot};
use crate::snapshot::{Snapshot, UserSlot};
use crate::vocabulary::id::DepartmentId;
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::ActionIndex;
use crate::vocabulary::subject::Subject;

/// The users that a role may be assigned to, resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    Everyone,
    Employees,
    Supervisors,
    Deputies,
    Administrators,
    Department(DepartmentSlot),
    DepartmentSub(DepartmentSlot),
    Users(Arc<[UserSlot]>),
}

impl Snapshot {
    /// The users of a subject; none if it names what is not there.
    pub(crate) fn source(&self, subject: &Subject) -> Option<Source> {
        let department = |id: &DepartmentId| self.policy().org.department(id).map(slot);
        Some(match subject {
            Subject::Everyone => Source::Everyone,
            Subject::Employees => Source::Employees,
            Subject::Supervisors => Source::Supervisors,
            Subject::Deputies => Source::Deputies,
            Subject::Administrators => Source::Administrators,
            Subject::Department(id) => Source::Department(department(id)?),
            Subject::DepartmentSub(id) => Source::DepartmentSub(department(id)?),
            Subject::User(id) => Source::Users(Arc::from([self.home(id.borrowed()).user])),
            Subject::Group(id) => Source::Users(self.members(id)?),
        })
    }

    /// Where all users are to be found who have one of these levels for an action from some single ground: the floor, the
    /// administrator's bypass, or a role. Since levels are unions, who has a part of a level has it from a single ground.
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
            sources.extend(role.assigned_to.iter().filter_map(|subject| self.source(subject)));
        }
        if sources.contains(&Source::Everyone) {
            return vec![Source::Everyone];
        }
        sources
    }
}
