//! The set of records that a user may do something to. Every other answer comes from it.

use std::fmt::{self, Debug};
use std::marker::PhantomData;

use crate::query::principal::Principal;
use crate::snapshot::{Asker, Cell, Relation, Snapshot};
use crate::vocabulary::facts::{Facts, Record};
use crate::vocabulary::permission::{ActionIndex, Fingerprint, Permission};

/// The set of records that one user may do one thing to, in one state of the company.
///
/// It is the one definition of access: [`check`](Principal::check) asks whether the record is in it. The records are
/// not in the library, so the set is known by what it contains, not by its members.
pub struct Scope<'s, R> {
    snapshot: &'s Snapshot,
    asker: Asker<'s>,
    action: ActionIndex,
    schema: Fingerprint,
    cell: Cell,
    pool: bool,
    record: PhantomData<fn() -> R>,
}

impl<'s> Principal<'s> {
    /// The records that this user may do this to.
    #[inline]
    pub fn scope<R>(&self, permission: Permission<R>) -> Scope<'s, R> {
        Scope {
            snapshot: self.snapshot,
            asker: self.asker,
            action: permission.action,
            schema: permission.schema,
            cell: self.cell(permission.action, permission.schema),
            pool: self.snapshot.is_pool(permission.action),
            record: PhantomData,
        }
    }

    /// The cell of an action, or an empty one if the token is of another schema.
    #[inline]
    pub(crate) fn cell(&self, action: ActionIndex, schema: Fingerprint) -> Cell {
        if schema == self.snapshot.fingerprint() { self.asker.row.cell(action) } else { Cell::NONE }
    }
}

impl<R: Record> Scope<'_, R> {
    /// Whether the record is in the set. Costs what [`check`](Principal::check) does, less the look at the permission.
    #[inline]
    pub fn contains(&self, record: &R) -> bool {
        let is_other_type = record.dynamic_type().is_some_and(|found| Some(found) != self.resource_type());
        !is_other_type && record.with_facts(|facts| self.contains_facts(facts))
    }

    /// Those of these records that are in the set, in their order.
    pub fn list<'r>(self, records: impl IntoIterator<Item = &'r R>) -> impl Iterator<Item = &'r R>
    where
        R: 'r,
    {
        records.into_iter().filter(move |record| self.contains(record))
    }
}

impl<R> Scope<'_, R> {
    /// Whether a record of the right type with these facts is in the set.
    #[inline]
    pub(crate) fn contains_facts(&self, facts: &Facts<'_>) -> bool {
        self.cell.admits(self.relation(facts))
    }

    pub(crate) fn relation(&self, facts: &Facts<'_>) -> Relation {
        self.snapshot.relation(&self.asker, facts, self.pool)
    }

    /// The type of the records in it; none if the token is of another schema.
    pub(crate) fn resource_type(&self) -> Option<&str> {
        let schema = self.snapshot.schema();
        (self.schema == schema.fingerprint()).then(|| schema.resource_of(self.action).name.as_str())
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
        let user = Principal { snapshot: self.snapshot, asker: self.asker };
        f.debug_struct("Scope").field("user", &user.id()).field("cell", &self.cell).finish_non_exhaustive()
    }
}
