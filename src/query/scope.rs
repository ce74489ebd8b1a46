//! The set of records that a user may do something to.

use std::fmt::{self, Debug};

use crate::query::principal::Principal;
use crate::snapshot::cell::Cell;
use crate::snapshot::relation::Relation;
use crate::snapshot::rights::zone::Zone;
use crate::vocabulary::facts::{Facts, Record};
use crate::vocabulary::id::VariantRef;
use crate::vocabulary::index::{ActionIndex, Case, CellIndex};
use crate::vocabulary::permission::{Fingerprint, Permission};
use crate::vocabulary::subject::OwnerRef;

/// The set of records that one user may do one thing to, in one state of the company.
///
/// [`check`](Principal::check) decides whether a record is in it. The library does not hold the records, so it can test
/// a record but not list them.
pub struct Scope<'s, R> {
    pub(crate) principal: Principal<'s>,
    pub(crate) permission: Permission<R>,
    pub(crate) cell: Cell,
}

impl<'s> Principal<'s> {
    /// The set of records that this user may do this to.
    #[inline]
    pub fn scope<R>(&self, permission: Permission<R>) -> Scope<'s, R> {
        Scope { principal: *self, permission, cell: self.cell(permission.action, permission.schema) }
    }

    /// The cell of an action for records whose variant has none of its own, or an empty one if the token is of another
    /// schema.
    #[inline]
    pub(crate) fn cell(&self, action: ActionIndex, schema: Fingerprint) -> Cell {
        self.cell_of(action, schema).unwrap_or(Cell::NONE)
    }

    /// The same, or `None` if the token is of another schema.
    #[inline]
    pub(crate) fn cell_of(&self, action: ActionIndex, schema: Fingerprint) -> Option<Cell> {
        if schema == self.snapshot.fingerprint() { self.asker.cell(CellIndex::default_of(action)) } else { None }
    }

    /// The cells of an action for records of all variants.
    pub(crate) fn cells(&self, action: ActionIndex) -> impl Iterator<Item = Cell> + use<'s> {
        let (grid, row) = (&self.snapshot.rights.grid, self.asker.row);
        grid.columns(action).filter_map(move |column| row.cell(grid.at(action, column)))
    }

    /// The cell that decides on a record with this variant.
    #[inline]
    pub(crate) fn cell_at(&self, action: ActionIndex, variant: Option<VariantRef<'_>>) -> CellIndex {
        self.snapshot.rights.grid.cell(action, variant)
    }

    /// The case of an action that decides on a record with these facts: that of its variant, if some role names it.
    pub(crate) fn case(&self, action: ActionIndex, facts: &Facts<'_>) -> Case {
        let grid = &self.snapshot.rights.grid;
        grid.case(action, grid.column(action, facts.variant))
    }

    /// The cell of a case.
    pub(crate) fn cell_in(&self, case: Case) -> CellIndex {
        self.snapshot.rights.grid.cell_of(case)
    }

    /// Whether a cell admits the user to a record. A scope passes its own cell. A check calls this directly, because
    /// making a scope would copy the user.
    #[inline]
    pub(crate) fn reaches<R: Record>(&self, permission: Permission<R>, cell: Cell, record: &R) -> bool {
        if !R::HAS_FACTS {
            // A toggle is not measured, so no place adds to its cell, and knows no variants.
            return cell.admits(Relation::default());
        }
        let expected = || self.resource_type(permission.action, permission.schema);
        let is_other_type = record.dynamic_type().is_some_and(|found| Some(found) != expected());
        if cell.is_marked() {
            return !is_other_type && self.reaches_by_more(permission.action, record);
        }
        !is_other_type
            && record.with_few_facts(
                |owner, open, _| self.snapshot.people.admits(cell, &self.asker.position, owner, open),
                |facts| cell.admits(self.relation(permission.action, facts)),
            )
    }

    /// Whether the cell of a record's variant, or assignments with a place, admit the user to it. Not inlined: that would
    /// take a check by any other cell six instructions of a hundred.
    #[inline(never)]
    fn reaches_by_more<R: Record>(&self, action: ActionIndex, record: &R) -> bool {
        record.with_few_facts(
            |owner, open, variant| {
                let at = self.cell_at(action, variant);
                let cell = self.asker.cell(at).unwrap_or(Cell::NONE);
                if cell.is_placed() {
                    return self.reaches_in_places(at, owner, open);
                }
                self.snapshot.people.admits(cell.unmarked(), &self.asker.position, owner, open)
            },
            |facts| self.admits_of(action, facts),
        )
    }

    /// The same for a cell that assignments with a place add to.
    #[cold]
    fn reaches_in_places(&self, at: CellIndex, owner: OwnerRef<'_>, open: bool) -> bool {
        let people = &self.snapshot.people;
        let owner = people.owned(owner);
        let relation = people.relation_to_owned(&self.asker.position, owner).and_open(open);
        self.asker.row.admits(at, relation, |zone| people.is_within(zone.ranges(), owner))
    }

    /// Whether an action is allowed for a record with these facts.
    fn admits_of(&self, action: ActionIndex, facts: &Facts<'_>) -> bool {
        let at = self.cell_at(action, facts.variant);
        self.asker.row.admits(at, self.relation(action, facts), |zone| self.is_within(zone, facts))
    }

    /// Whether actions of the same type as this one are allowed for a record with these facts. How the user and the record
    /// are related is worked out once for all of them.
    pub(crate) fn admits_by<'f>(
        &'f self,
        action: ActionIndex,
        facts: &'f Facts<'_>,
    ) -> impl Fn(ActionIndex) -> bool + 'f {
        let grid = &self.snapshot.rights.grid;
        let (relation, column) = (self.relation(action, facts), grid.column(action, facts.variant));
        move |action| self.asker.row.admits(grid.at(action, column), relation, |zone| self.is_within(zone, facts))
    }

    /// Whether a permission, whose token may be of another schema, is allowed for a record with these facts.
    pub(crate) fn admits_here<R>(&self, permission: Permission<R>, facts: &Facts<'_>) -> bool {
        permission.schema == self.snapshot.fingerprint() && self.admits_of(permission.action, facts)
    }

    /// Whether an owner of the record is in a zone.
    pub(crate) fn is_within(&self, zone: &Zone, facts: &Facts<'_>) -> bool {
        self.snapshot.people.is_owned_within(zone.ranges(), facts)
    }

    /// The relation of the user to a record of this action's type.
    #[cold]
    pub(crate) fn relation(&self, action: ActionIndex, facts: &Facts<'_>) -> Relation {
        self.snapshot.people.relation(&self.asker.position, facts, || self.snapshot.rights.is_pool(action))
    }

    /// The resource type of an action, or `None` if its token is of another schema.
    pub(crate) fn resource_type(&self, action: ActionIndex, fingerprint: Fingerprint) -> Option<&'s str> {
        let schema = self.snapshot.schema();
        (fingerprint == schema.fingerprint()).then(|| schema.resource_of(action).name.as_str())
    }
}

impl<R: Record> Scope<'_, R> {
    /// Whether the record is in the set. Costs the same as [`check`](Principal::check), without the look-up of the
    /// permission.
    #[inline]
    pub fn contains(&self, record: &R) -> bool {
        self.principal.reaches(self.permission, self.cell, record)
    }

    /// The records that are in the set, in their order.
    pub fn filter<'r>(self, records: impl IntoIterator<Item = &'r R>) -> impl Iterator<Item = &'r R>
    where
        R: 'r,
    {
        records.into_iter().filter(move |record| self.contains(record))
    }
}

impl<R> Scope<'_, R> {
    /// Whether a record of the right type with these facts is in the set.
    pub(crate) fn contains_facts(&self, facts: &Facts<'_>) -> bool {
        self.principal.admits_here(self.permission, facts)
    }
}

impl<R> Clone for Scope<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for Scope<'_, R> {}

impl<R> Debug for Scope<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("user", &self.principal.id()).field("cell", &self.cell).finish_non_exhaustive()
    }
}
