//! The grants of a user for an action, assignment by assignment.

use std::collections::BTreeSet;

use smallvec::SmallVec;

use crate::policy::Policy;
use crate::policy::assigned::Given;
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::{ActionIndex, Case, DepartmentSlot};
use crate::vocabulary::level::Level;
use crate::vocabulary::subject::Subject;
use crate::vocabulary::time::Time;

/// What an assignment gives a user for an action.
#[derive(Clone, Debug)]
pub(crate) struct AssignedGrant {
    /// The level, in a place as it counts there.
    pub(crate) level: Level,
    /// The departments that it is measured from, if the assignment has a place. A toggle is not measured, and has none.
    pub(crate) place: Option<SmallVec<[DepartmentSlot; 2]>>,
}

impl Policy {
    /// The cases of an action: that of all other records, and those of variants that some role names.
    pub(crate) fn cases(&self, action: ActionIndex) -> impl Iterator<Item = Case> {
        let named = self.schema.variants_of(action).filter(|variant| self.named.contains(*variant));
        std::iter::once(None).chain(named.map(Some)).map(move |variant| Case::new(action, variant))
    }

    /// What each assignment that contains this user gives for a case of an action. Nothing for an unknown user.
    pub(crate) fn assigned_grants(&self, id: &UserId, case: Case) -> Vec<AssignedGrant> {
        self.assigned_grants_at(id, case, self.instant())
    }

    /// The same at another instant.
    pub(crate) fn assigned_grants_at(&self, id: &UserId, case: Case, instant: Option<Time>) -> Vec<AssignedGrant> {
        let Some(user) = self.user_at(id, instant) else { return Vec::new() };
        let is_toggle = self.schema.action(case.action).toggle;
        let subjects: BTreeSet<Subject> = self.org.subjects_with(id, &user).collect();
        let given = subjects
            .iter()
            .flat_map(|subject| self.given_at(subject, instant).into_owned().into_iter().map(move |it| (subject, it)));
        let grant = |(subject, Given { role, place }): (&Subject, Given)| {
            let level = self.roles.get(&role).map_or(Level::Deny, |role| role.level(case));
            match place.as_ref().filter(|_| !is_toggle) {
                None => AssignedGrant { level, place: None },
                Some(place) => AssignedGrant {
                    level: self.schema.level_in_place(case.action, level),
                    place: Some(self.org.departments_of(place, subject, &user)),
                },
            }
        };
        given.map(grant).collect()
    }
}
