//! Who may do this to this record?

use crate::query::check::Decision;
use crate::query::principal::Principal;
use crate::snapshot::Snapshot;
use crate::vocabulary::facts::Record;
use crate::vocabulary::id::UserId;
use crate::vocabulary::permission::{Permission, Toggle};

impl Snapshot {
    /// The users who may do this to this record: exactly those whose check allows, administrators included, in canonical
    /// order. One check for each user of the company.
    pub fn who_can<'s, R: Record>(&'s self, permission: Permission<R>, record: &R) -> impl Iterator<Item = &'s UserId> {
        self.those(move |user| user.check(permission, record))
    }

    /// The users who may do this, for a permission that has no record, in canonical order.
    pub fn who_can_toggle(&self, toggle: Toggle) -> impl Iterator<Item = &UserId> {
        self.those(move |user| user.check_toggle(toggle))
    }

    fn those(&self, ask: impl Fn(Principal<'_>) -> Decision) -> impl Iterator<Item = &UserId> {
        let everybody = self.slots().map(|user| self.principal_at(user));
        let allowed = everybody.filter(|user| ask(*user).is_allow());
        let mut those: Vec<&UserId> = allowed.filter_map(|user| user.id()).collect();
        // They come in canonical order already, but for users added since the company was compiled as a whole.
        those.sort();
        those.into_iter()
    }
}
