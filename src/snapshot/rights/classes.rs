//! Roles that users get through a department: its own and inherited ones.
//!
//! Departments that bring the same roles share a class, and a class links to the one above instead of repeating it:
//!
//! ```text
//! 1 Company     Reader for department+sub 1    class 1: Reader
//! ├── 2 Sales   Seller for department 2         class 2: Seller, above it class 1
//! └── 3 IT                                      class 1
//! ```

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::fast::RandomState;
use smallvec::SmallVec;

use crate::collections::interner::Interned;
use crate::policy::assigned::{Assigned, Given};
use crate::policy::org::Org;
use crate::snapshot::people::{Below, Tree};
use crate::snapshot::rights::row::Measured;
use crate::vocabulary::id::{DepartmentId, RoleId};
use crate::vocabulary::index::{ClassSlot, DepartmentSlot, Idx};
use crate::vocabulary::place::Place;

/// The class of each department.
#[derive(Clone, Default)]
pub(crate) struct Classes {
    /// By the slot of the department. The value of a free slot has no meaning.
    of: Vec<ClassSlot>,
    /// By the slot of the department: whether a role is assigned to it. Few departments have one, and this saves the
    /// look-up for the rest.
    has_own: Vec<bool>,
    all: Interned<ClassSlot, Class>,
}

/// A role that people of a department get, and what its levels are measured from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Brought {
    pub(crate) role: RoleId,
    place: Option<From>,
}

/// The place of a role that a department brings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum From {
    /// These departments.
    Listed(Place),
    /// The departments of the user that are in this one or below it.
    Within(DepartmentSlot),
}

impl Brought {
    /// What a department brings, or one with all below it.
    fn by(given: &Given, department: (DepartmentSlot, &DepartmentId), with_below: bool) -> Self {
        let place = given.place.as_ref().map(|place| match place {
            Place::Subject if with_below => From::Within(department.0),
            Place::Subject => From::Listed(Place::departments([department.1.clone()])),
            listed => From::Listed(listed.clone()),
        });
        Self { role: given.role.clone(), place }
    }

    /// What the levels of the role are measured from for a user with these anchors.
    pub(super) fn measured(&self, anchors: &[DepartmentSlot], org: &Org, tree: &Tree) -> Measured {
        match &self.place {
            None => Measured::FromAnchors,
            Some(From::Listed(place)) => Measured::From(org.slots_of(place.listed())),
            Some(From::Within(_)) if anchors.len() == 1 => Measured::FromPlace,
            Some(From::Within(department)) => {
                let these = tree.below(*department);
                let within = anchors.iter().filter(|anchor| these.contains(tree.number(**anchor)));
                Measured::From(within.copied().collect())
            }
        }
    }
}

type AllBrought = Arc<[Brought]>;

/// A set of roles in addition to those of another class. So a long chain of departments that bring a role each stores
/// each role once, instead of once for every department below.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Class {
    above: ClassSlot,
    roles: AllBrought,
}

/// The maximum number of classes for each department. Above it, unused classes are dropped. At most two classes for
/// each department are in use: one for itself, and one for the departments below it.
const MOST: usize = 4;

impl Classes {
    /// The class without roles. It is its own `above`.
    const EMPTY: ClassSlot = ClassSlot(0);

    /// Linear in the departments. Only those with an assigned role cost more than a copy.
    pub(crate) fn of(assigned: &Assigned, org: &Org, tree: &Tree) -> Self {
        let mut classes = Self::default();
        classes.all.slot(Class { above: Self::EMPTY, roles: Arc::from([]) });
        classes.make_room(tree);
        for department in assigned.departments().filter_map(|id| org.department(id)) {
            classes.has_own[department.index()] = true;
        }
        classes.bring(assigned, org, tree, tree.preorder().iter().copied());
        classes
    }

    /// Updates the classes after departments were added or moved, or got or lost a role. The cost is that of the
    /// departments above and below these. It is that of all departments if these are many, and when unused classes are
    /// dropped.
    pub(crate) fn follow<'t>(
        &mut self,
        assigned: &Assigned,
        org: &Org,
        tree: &Tree,
        touched: impl Iterator<Item = &'t DepartmentId>,
    ) {
        if self.all.len() > MOST * tree.slots() {
            *self = Self::of(assigned, org, tree);
            return;
        }
        self.make_room(tree);
        let mut below = SmallVec::new();
        for (id, department) in touched.filter_map(|id| Some((id, org.department(id)?))) {
            self.has_own[department.index()] = assigned.of_department(id).iter().any(Option::is_some);
            below.push(tree.below(department));
        }
        let mut cost = 0;
        let mut parts = Vec::new();
        for these in Below::outermost(below) {
            let these = tree.within(these);
            let Some(outermost) = these.first() else { continue };
            let mut above: Vec<_> = org.with_those_above(*outermost).skip(1).collect();
            above.reverse();
            cost += above.len() + these.len();
            if cost > tree.slots() {
                // There are many, deep in the tree: walking up from each would visit the same departments again and
                // again.
                return self.bring(assigned, org, tree, tree.preorder().iter().copied());
            }
            parts.push((above, these));
        }
        for (above, these) in parts {
            self.bring(assigned, org, tree, above.into_iter().chain(these.iter().copied()));
        }
    }

    fn make_room(&mut self, tree: &Tree) {
        self.of.resize(tree.slots(), Self::EMPTY);
        self.has_own.resize(tree.slots(), false);
    }

    /// Updates these departments, each of which comes after all that are above it.
    fn bring(
        &mut self,
        assigned: &Assigned,
        org: &Org,
        tree: &Tree,
        departments: impl Iterator<Item = DepartmentSlot>,
    ) {
        // The departments above the current one that bring roles to those below them, with these roles and their class.
        // When the walk leaves the range of one, it is popped.
        let mut around: Vec<(Below, AllBrought, ClassSlot)> = Vec::new();
        let mut from_above: HashSet<Brought, RandomState> = HashSet::default();
        for slot in departments {
            while let Some((_, roles, _)) = around.pop_if(|(below, ..)| !below.contains(tree.number(slot))) {
                roles.iter().for_each(|role| _ = from_above.remove(role));
            }
            let mut class = around.last().map_or(Self::EMPTY, |(.., class)| *class);
            if self.has_own[slot.index()] {
                let department = (slot, org.department_id(slot));
                let [to_all_below, alone] = assigned.of_department(department.1);
                if let Some(given) = to_all_below {
                    let brought = given.iter().map(|given| Brought::by(given, department, true));
                    let new = new_roles(brought, &from_above);
                    class = self.class_of(class, &new);
                    from_above.extend(new.iter().cloned());
                    around.push((tree.below(slot), new, class));
                }
                if let Some(given) = alone {
                    let brought = given.iter().map(|given| Brought::by(given, department, false));
                    class = self.class_of(class, &new_roles(brought, &from_above));
                }
            }
            self.of[slot.index()] = class;
        }
    }

    /// The class of these roles in addition to another class.
    fn class_of(&mut self, above: ClassSlot, roles: &AllBrought) -> ClassSlot {
        if roles.is_empty() { above } else { self.all.slot(Class { above, roles: roles.clone() }) }
    }

    pub(crate) fn memory_usage(&self) -> usize {
        size_of_val(&self.of[..]) + size_of_val(&self.has_own[..]) + self.all.memory_usage()
    }

    #[inline]
    pub(crate) fn class(&self, department: DepartmentSlot) -> ClassSlot {
        self.of.get(department.index()).copied().unwrap_or(Self::EMPTY)
    }

    /// The roles that users get through a department, each once for each place.
    pub(crate) fn brought(&self, department: DepartmentSlot) -> impl Iterator<Item = &Brought> {
        let class = |class: &ClassSlot| if *class == Self::EMPTY { None } else { self.all.get(*class) };
        let own = class(&self.class(department));
        std::iter::successors(own, move |own| class(&own.above)).flat_map(|class| class.roles.iter())
    }
}

/// The roles that are not inherited anyway. So walking up the classes yields each role once.
fn new_roles(brought: impl Iterator<Item = Brought>, from_above: &HashSet<Brought, RandomState>) -> AllBrought {
    brought.filter(|brought| !from_above.contains(brought)).collect()
}
