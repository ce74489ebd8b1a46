//! The set of records that a user may do something to.

use std::fmt::{self, Debug};

use crate::query::principal::Principal;
use crate::snapshot::cell::Cell;
use crate::snapshot::relation::Relation;
use crate::snapshot::rights::zone::Zone;
use crate::vocabulary::facts::{Facts, Record};
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::permission::{Fingerprint, Permission};

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

    /// The cell of an action, or an empty one if the token is of another schema.
    #[inline]
    pub(crate) fn cell(&self, action: ActionIndex, schema: Fingerprint) -> Cell {
        self.cell_of(action, schema).unwrap_or(Cell::NONE)
    }

    /// The cell of an action, or `None` if the token is of another schema.
    #[inline]
    pub(crate) fn cell_of(&self, action: ActionIndex, schema: Fingerprint) -> Option<Cell> {
        if schema == self.snapshot.fingerprint() { self.asker.cell(action) } else { None }
    }

    /// Whether a cell admits the user to a record. A scope passes its own cell. A check calls this directly, because
    /// making a scope would copy the user.
    #[inline]
    pub(crate) fn reaches<R: Record>(&self, permission: Permission<R>, cell: Cell, record: &R) -> bool {
        if !R::HAS_FACTS {
            // A toggle is not measured, so no place adds to its cell.
            return cell.admits(Relation::default());
        }
        let expected = || self.resource_type(permission.action, permission.schema);
        let is_other_type = record.dynamic_type().is_some_and(|found| Some(found) != expected());
        if cell.is_placed() {
            return !is_other_type && self.reaches_in_places(permission.action, cell, record);
        }
        !is_other_type
            && record.with_few_facts(
                |owner, open| self.snapshot.people.admits(cell, &self.asker.position, owner, open),
                |facts| cell.admits(self.relation(permission.action, facts)),
            )
    }

    /// Whether a cell, or assignments with a place, admit the user to a record.
    #[cold]
    fn reaches_in_places<R: Record>(&self, action: ActionIndex, cell: Cell, record: &R) -> bool {
        record.with_few_facts(
            |owner, open| {
                let people = &self.snapshot.people;
                let owner = people.owned(owner);
                let relation = people.relation_to_owned(&self.asker.position, owner).and_open(open);
                let is_within = |zone: &Zone| people.is_within(zone.ranges(), owner);
                cell.admits(relation) || self.asker.row.admits_there(action, relation, is_within)
            },
            |facts| self.admits_of(action, cell, facts),
        )
    }

    /// Whether the cell of an action admits the user to a record with these facts, or assignments with a place do.
    fn admits_of(&self, action: ActionIndex, cell: Cell, facts: &Facts<'_>) -> bool {
        let relation = self.relation(action, facts);
        let there = || self.asker.row.admits_there(action, relation, |zone| self.is_within(zone, facts));
        cell.admits(relation) || (cell.is_placed() && there())
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
        self.principal.admits_of(self.permission.action, self.cell, facts)
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
