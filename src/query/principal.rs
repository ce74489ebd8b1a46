//! Principals.

use std::fmt::{self, Debug};

use crate::snapshot::{Asker, Snapshot};
use crate::vocabulary::id::{UserId, UserRef};
use crate::vocabulary::index::{Case, DepartmentSlot, UserSlot};
use crate::vocabulary::level::Grant;
use crate::vocabulary::permission::AnyPermission;

/// A user, seen through one snapshot.
///
/// A principal exists for every id, known or not. An unknown or inactive user is denied everything, with that reason.
#[derive(Clone, Copy)]
pub struct Principal<'s> {
    pub(crate) snapshot: &'s Snapshot,
    pub(crate) asker: Asker<'s>,
}

impl Snapshot {
    /// The user with this id, as a principal. It takes a few look-ups, whatever the size of the company. The first call
    /// for users of these roles, in this state of roles and departments, also makes the row that they share.
    pub fn principal<'a>(&self, user: impl Into<UserRef<'a>>) -> Principal<'_> {
        Principal { snapshot: self, asker: self.asker(user.into()) }
    }

    /// The user in this slot.
    pub(crate) fn principal_at(&self, user: UserSlot) -> Principal<'_> {
        Principal { snapshot: self, asker: self.asker_at(user) }
    }
}

impl<'s> Principal<'s> {
    /// The id, if the snapshot knows the user.
    pub fn id(&self) -> Option<&'s UserId> {
        self.snapshot.id(&self.asker)
    }

    /// The departments where the user is a member, head or deputy.
    pub(crate) fn anchors(&self) -> impl Iterator<Item = DepartmentSlot> + use<'s> {
        let people = &self.snapshot.people;
        people.entry_at(self.asker.position.user).into_iter().flat_map(|entry| people.anchors(entry))
    }

    /// Whether the user may ask at all: is known, and active.
    pub fn is_active(&self) -> bool {
        self.asker.may_ask()
    }

    /// The effective grant of the user for a permission, whatever the record.
    ///
    /// It is the floor joined with the levels of all roles that are assigned without a place, or everything by an administrator's
    /// bypass; `deny` if a requirement is denied for every record. It is for records whose variant has no level of its own:
    /// [`rights`](Self::rights) has those of variants and in places, too. For a toggle this is the answer of
    /// [`check`](Self::check). A level alone does not include requirements that depend on the record, nor shares.
    ///
    /// ```
    /// use orgscope::document::{Action, Document, ResourceType, Role, Section, User};
    /// use orgscope::{Grant, Level, Policy, Snapshot, Subject};
    ///
    /// let document = Document::new()
    ///     .section(Section::new("webmail").resource(
    ///         ResourceType::new("mailbox")
    ///             .action(Action::new("view").floor(Level::Own))
    ///             .action(Action::toggle("connect")),
    ///     ))
    ///     .user(User::new("ann"))
    ///     .role(Role::new("manager", "webmail", "Manager").grant("mailbox.connect", Grant::Allow)
    ///         .assigned_to(Subject::Everyone));
    /// let snapshot = Snapshot::compile(&Policy::from_document(document)?);
    ///
    /// let ann = snapshot.principal("ann");
    /// assert_eq!(ann.grant(snapshot.schema().any_permission("mailbox.view")?), Grant::Level(Level::Own));
    /// assert_eq!(ann.grant(snapshot.schema().any_permission("mailbox.connect")?), Grant::Allow);
    /// assert_eq!(snapshot.principal("zoe").grant(snapshot.schema().any_permission("mailbox.view")?), Grant::DENY);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn grant(&self, permission: impl Into<AnyPermission>) -> Grant {
        let (action, schema) = permission.into().action();
        let is_ours = schema == self.snapshot.fingerprint();
        if is_ours { self.grant_in(Case::default_of(action)) } else { Grant::DENY }
    }
}

impl Debug for Principal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal").field("id", &self.id()).field("active", &self.is_active()).finish_non_exhaustive()
    }
}
