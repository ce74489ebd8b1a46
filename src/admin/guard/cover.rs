//! Cover: whether what a delegate has includes what an assignment would be given.
//!
//! Without a place it is the level that is given, and not the departments: a delegate with `department` gives
//! `department` to people of any department. In a place, it is the records: a delegate gives `department` there only if
//! they reach the records of each of its departments.

use smallvec::SmallVec;

use crate::policy::Policy;
use crate::policy::assignment::Assignment;
use crate::policy::grants::AssignedGrant;
use crate::snapshot::people::Tree;
use crate::vocabulary::id::{DepartmentId, UserId};
use crate::vocabulary::index::{ActionIndex, Case, DepartmentSlot};
use crate::vocabulary::level::{DEPARTMENT, Level, OPEN, OWN, SUB};
use crate::vocabulary::place::Place;
use crate::vocabulary::subject::Subject;
use crate::vocabulary::time::Time;

/// The grants of a user for one case of an action: the floor, those of each assignment that they are in, and the bypass.
pub(crate) struct Grants<'s> {
    policy: &'s Policy,
    tree: &'s Tree,
    action: ActionIndex,
    all: Vec<Held>,
}

/// One grant, with the departments that it is measured from.
#[derive(Debug)]
struct Held {
    level: Level,
    has_place: bool,
    from: SmallVec<[DepartmentSlot; 2]>,
}

/// The part of a level that is not covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Uncovered<'a> {
    /// The level that is needed.
    pub(crate) needed: Level,
    /// The level that the user has.
    pub(crate) own: Level,
    /// Whether they have more, but only in places.
    pub(crate) in_places: bool,
    /// The department that it is asked at, if not everywhere.
    pub(crate) at: Option<&'a DepartmentId>,
}

impl<'s> Grants<'s> {
    /// The grants at an instant, which may be another than that of the policy.
    pub(crate) fn of(id: &UserId, case: Case, instant: Option<Time>, policy: &'s Policy, tree: &'s Tree) -> Self {
        let rules = policy.schema.action(case.action);
        let mut grants = Self { policy, tree, action: case.action, all: Vec::new() };
        let Some(user) = policy.user_at(id, instant).filter(|user| user.active) else { return grants };
        let anchors: SmallVec<[DepartmentSlot; 2]> = user.anchors().collect();
        grants.all.push(Held { level: rules.floor, has_place: false, from: anchors.clone() });
        if user.admin && rules.admin_bypass {
            grants.all.push(Held { level: Level::All, has_place: false, from: anchors.clone() });
        }
        let assigned = policy.assigned_grants_at(id, case, instant).into_iter();
        grants.all.extend(assigned.map(|AssignedGrant { level, place }| Held {
            level,
            has_place: place.is_some(),
            from: place.unwrap_or_else(|| anchors.clone()),
        }));
        grants
    }

    /// The join of all grants.
    pub(crate) fn anywhere(&self) -> Level {
        self.all.iter().fold(Level::Deny, |level, held| level.join(held.level))
    }

    /// The join of those without a place.
    pub(crate) fn everywhere(&self) -> Level {
        let unplaced = self.all.iter().filter(|held| !held.has_place);
        unplaced.fold(Level::Deny, |level, held| level.join(held.level))
    }

    /// Whether the user has some of it in places only.
    pub(crate) fn has_places(&self) -> bool {
        let counts = |held: &Held| held.has_place && held.level != Level::Deny;
        self.everywhere() != Level::All && self.all.iter().any(counts)
    }

    /// What the user has at a department: what does not depend on departments, and how far they reach there.
    fn at(&self, department: DepartmentSlot) -> Level {
        let number = self.tree.number(department);
        let parts = self.all.iter().fold(0, |parts, held| {
            let is_there = held.from.contains(&department);
            let is_below = || held.from.iter().any(|from| self.tree.below(*from).contains(number));
            let reached = match held.level {
                Level::All if !held.has_place => DEPARTMENT | SUB,
                level if level.includes(Level::DepartmentSub) && is_below() => DEPARTMENT | SUB,
                level if level.includes(Level::Department) && is_there => DEPARTMENT,
                _ => 0,
            };
            parts | reached | (held.level.parts() & (OWN | OPEN))
        });
        Level::least_with(parts)
    }

    /// Whether the user has `department+sub` at a department.
    pub(crate) fn has_sub_at(&self, department: &DepartmentId) -> bool {
        let department = self.policy.org.department(department);
        department.is_some_and(|department| self.at(department).includes(Level::DepartmentSub))
    }

    /// Checks that a level may be given to an assignment: that the user has it wherever the assignment has it.
    pub(crate) fn cover<'a>(&self, level: Level, to: &'a Assignment) -> Result<(), Uncovered<'a>> {
        let given = if to.place.is_some() { self.policy.schema.level_in_place(self.action, level) } else { level };
        let is_toggle = self.policy.schema.action(self.action).toggle;
        let departments = measured_from(&to.subject, to.place.as_ref());
        let Some(departments) = departments.filter(|_| !is_toggle) else {
            // For `own` and `open` any grant suffices, whatever its place.
            let own = Level::least_with(self.everywhere().parts() | (self.anywhere().parts() & (OWN | OPEN)));
            let in_places = !own.includes(self.anywhere());
            return if own.includes(given) {
                Ok(())
            } else {
                Err(Uncovered { needed: given, own, in_places, at: None })
            };
        };
        let given = match (&to.place, &to.subject) {
            // The user may be in any of the departments below.
            (Some(Place::Subject), Subject::DepartmentSub(_)) if given.parts() & DEPARTMENT != 0 => {
                Level::least_with(given.parts() | SUB)
            }
            _ => given,
        };
        for id in departments {
            let own = self.policy.org.department(id).map_or(Level::Deny, |department| self.at(department));
            if !own.includes(given) {
                return Err(Uncovered { needed: given, own, in_places: false, at: Some(id) });
            }
        }
        Ok(())
    }
}

/// The departments that a place stands for, if these are the same for whoever is in the subject; or the one that they are
/// in or below.
pub(crate) fn measured_from<'a>(subject: &'a Subject, place: Option<&'a Place>) -> Option<&'a [DepartmentId]> {
    match (place?, subject) {
        (Place::Departments(ids), _) => Some(ids),
        (Place::Subject, Subject::Department(id) | Subject::DepartmentSub(id)) => Some(std::slice::from_ref(id)),
        (Place::Subject, _) => None,
    }
}
