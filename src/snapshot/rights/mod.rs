//! Rights: the grants of the roles, and so the cell of a principal for a permission.
//!
//! A change of levels, or of the roles that departments bring, affects this half of a snapshot. The departments of
//! users are in the other half, [`people`](super::people).

mod classes;
pub(crate) mod grid;
pub(crate) mod placed;
mod row;
pub(crate) mod zone;

use std::sync::Arc;

use smallvec::SmallVec;

use crate::policy::Policy;
use crate::policy::schema::Schema;
use crate::snapshot::people::{Entry, People, Standing, Tree};
use crate::snapshot::touched::Touched;
use crate::vocabulary::id::RoleId;
use crate::vocabulary::index::{ActionIndex, DepartmentSlot, Idx};
use crate::vocabulary::mode::Unowned;
use crate::vocabulary::permission::Fingerprint;
use crate::vocabulary::place::Place;
use crate::vocabulary::subject::Subject;
use classes::Classes;
use grid::Grid;
pub(crate) use row::Row;
use row::{Measured, Rows};

/// The rights of all users in one state.
#[derive(Clone)]
pub(crate) struct Rights {
    pub(crate) schema: Arc<Schema>,
    pub(crate) fingerprint: Fingerprint,
    /// By action: whether records without an owner count as everybody's own.
    pools: Arc<[bool]>,
    classes: Arc<Classes>,
    pub(crate) grid: Arc<Grid>,
    /// Keyed by standing, and by class or list of departments: keys that keep their meaning. Dropped when roles,
    /// assignments or departments change.
    rows: Arc<Rows>,
    /// The row of unknown and inactive users.
    pub(crate) nobodys: Arc<Row>,
}

impl Rights {
    pub(crate) fn of(policy: &Policy, tree: &Tree) -> Self {
        let schema = &policy.schema;
        let actions = (0..schema.actions().len()).map(ActionIndex::new);
        let grid = Arc::new(Grid::of(policy));
        Self {
            schema: schema.clone(),
            fingerprint: schema.fingerprint(),
            pools: actions.map(|action| schema.resource_of(action).unowned == Unowned::Pool).collect(),
            classes: Arc::new(Classes::of(&policy.assigned, &policy.org, tree)),
            rows: Arc::default(),
            nobodys: Arc::new(Row::nobodys(&grid)),
            grid,
        }
    }

    /// The rights of a policy, given those of the policy before and what has changed since. Keeps the rows if
    /// `keep_rows` and if they are still true.
    pub(crate) fn follow(&self, after: &Policy, tree: &Tree, touched: &Touched<'_>, keep_rows: bool) -> Self {
        let fits = self.grid.fits(after);
        let rows = if fits && keep_rows && !touched.changes_rows { self.rows.clone() } else { Arc::default() };
        let mut next = Self { rows, ..self.clone() };
        if !fits {
            let grid = Grid::of(after);
            (next.nobodys, next.grid) = (Arc::new(Row::nobodys(&grid)), Arc::new(grid));
        }
        let bring = touched.assigned.iter().filter_map(|subject| match subject {
            Subject::Department(id) | Subject::DepartmentSub(id) => Some(id),
            _ => None,
        });
        let mut bring = bring.chain(touched.departments.iter().copied()).peekable();
        if bring.peek().is_some() {
            Arc::make_mut(&mut next.classes).follow(&after.assigned, &after.org, tree, bring);
        }
        next
    }

    /// The same rights with the rows of another state in which standings and lists have the same slots, unless its rows
    /// have other places.
    pub(crate) fn with_rows_of(&self, other: &Self) -> Self {
        let rows = if Arc::ptr_eq(&self.grid, &other.grid) { &other.rows } else { &self.rows };
        Self { rows: rows.clone(), ..self.clone() }
    }

    pub(crate) fn is_pool(&self, action: ActionIndex) -> bool {
        self.pools.get(action.index()).copied().unwrap_or(false)
    }

    pub(crate) fn action_count(&self) -> usize {
        self.pools.len()
    }

    /// The row of the users of an entry who are anchored in one department, or in none.
    #[inline]
    pub(crate) fn row_in(&self, entry: Entry, department: DepartmentSlot, make: impl Fn() -> Row) -> &Row {
        self.row(entry, self.classes.class(department).number(), make)
    }

    /// The row of the users of an entry who are anchored in several departments.
    #[inline]
    pub(crate) fn row_in_several(&self, entry: Entry, make: impl Fn() -> Row) -> &Row {
        // The key of a list is marked with `SEVERAL`, so it differs from the number of every class.
        self.row(entry, entry.anchors.key(), make)
    }

    #[inline]
    fn row(&self, entry: Entry, key: u32, make: impl Fn() -> Row) -> &Row {
        self.rows.get(u64::from(entry.standing.number()) << 32 | u64::from(key), make)
    }

    /// Computes the row of an entry from the roles of its users.
    #[cold]
    pub(crate) fn make_row(&self, entry: Entry, people: &People, policy: &Policy) -> Row {
        let anchors: SmallVec<[DepartmentSlot; 4]> = people.anchors(entry).collect();
        let tree = people.tree();
        let brought = anchors.iter().flat_map(|department| self.classes.brought(*department));
        let brought = brought.map(|brought| (&brought.role, brought.measured(&anchors, &policy.org, tree)));
        let standing = people.standing(entry);
        let given = standing.into_iter().flat_map(|standing| given_to(standing, policy));
        let is_administrator = standing.is_some_and(|standing| standing.administrator);
        Row::new(&self.schema, &self.grid, &policy.roles, given.chain(brought), is_administrator, tree)
    }

    pub(crate) fn memory_usage(&self) -> usize {
        self.classes.memory_usage() + size_of_val(&self.pools[..])
    }
}

/// The roles of a user that do not come through departments. A role may be repeated.
fn given_to<'a>(standing: &'a Standing, policy: &'a Policy) -> impl Iterator<Item = (&'a RoleId, Measured)> {
    let given = [
        (standing.active, Subject::Everyone, None),
        (standing.employee, Subject::Employees, None),
        (standing.supervisor, Subject::Supervisors, standing.heads.as_deref()),
        (standing.deputy, Subject::Deputies, standing.deputies.as_deref()),
        (standing.administrator, Subject::Administrators, None),
    ];
    let given = given.into_iter().filter_map(|(met, subject, by)| met.then_some((subject, by)));
    let groups = standing.groups.iter().filter_map(|group| policy.org.group_id(*group)).cloned().map(Subject::Group);
    let direct = standing.direct.iter().cloned().map(Subject::User);
    let all = given.chain(groups.chain(direct).map(|subject| (subject, None)));
    all.flat_map(move |(subject, by)| {
        let measured = move |place: &Option<Place>| match (place, by) {
            (None, _) => Measured::FromAnchors,
            (Some(Place::Departments(ids)), _) => Measured::From(policy.org.slots_of(ids)),
            (Some(Place::Subject), None) => Measured::FromPlace,
            (Some(Place::Subject), Some(by)) => Measured::From(SmallVec::from_slice(by)),
        };
        policy.assigned.given(&subject).iter().map(move |given| (&given.role, measured(&given.place)))
    })
}
