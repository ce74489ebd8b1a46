//! Owners looked up once, for lists in which they come again and again.

use std::fmt::{self, Debug};

use crate::query::scope::Scope;
use crate::snapshot::{Located, Snapshot};
use crate::vocabulary::id::UserRef;

/// An owner who was looked up in one state: what a check needs of them, without the id.
///
/// A list of fifty thousand contacts has some hundred owners. Looking each up once makes the rest of the list a
/// comparison of numbers.
///
/// ```
/// # use orgscope::document::{Action, Document, Resource, Section, User};
/// # use orgscope::{Level, Policy, Snapshot};
/// # let contact = Resource::new("contact").action(Action::new("read").floor(Level::OwnOpen));
/// # let document = Document::new().section(Section::new("crm").resource(contact)).user(User::new("ann")).user(User::new("bo"));
/// # let snapshot = Snapshot::of(&Policy::from_document(document)?);
/// # let read = snapshot.schema().levelled("contact.read")?;
/// let scope = snapshot.principal("ann").scope(read);
/// let (ann, bo) = (snapshot.known_owner("ann"), snapshot.known_owner("bo"));
/// let contacts = [(ann, false), (bo, false), (bo, true)];
///
/// let hers = contacts.iter().filter(|(owner, open)| scope.contains_owned_by(owner, *open));
/// assert_eq!(hers.count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct KnownOwner<'s> {
    snapshot: &'s Snapshot,
    owner: Located,
}

impl Snapshot {
    /// Looks up the user with this id as an owner, who may be unknown.
    pub fn known_owner<'a>(&self, user: impl Into<UserRef<'a>>) -> KnownOwner<'_> {
        KnownOwner { snapshot: self, owner: self.located(self.home(user.into())) }
    }
}

impl<R> Scope<'_, R> {
    /// Whether a record of this one owner, shared with nobody, is in the set. The owner must be looked up in the same state: in
    /// this snapshot, a clone of it, or what another thread loaded before the next change. One of another state is not reached.
    #[inline]
    pub fn contains_owned_by(&self, owner: &KnownOwner<'_>, open: bool) -> bool {
        let snapshot = self.principal.snapshot;
        snapshot.is_state_of(owner.snapshot)
            && snapshot.admits_to_located(self.cell, &self.principal.asker, owner.owner, open)
    }
}

impl Debug for KnownOwner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownOwner").field("owner", &self.owner).finish_non_exhaustive()
    }
}
