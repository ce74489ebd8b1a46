//! Permissions as tokens: looked up once by name, then as cheap as a number.

use std::fmt::{self, Debug};
use std::marker::PhantomData;

use crate::vocabulary::facts::{AnyRecord, Record};
use crate::vocabulary::index::{ActionIndex, Idx};

/// A hash of the schema that a token was looked up in. Equal schemas have equal fingerprints in one build of the
/// application, and may have others in another build: a fingerprint never leaves the process.
pub(crate) type Fingerprint = u64;

/// A permission on records of type `R`, for example `contact.read`; or, with `()` as `R`, a toggle, which has no
/// record, for example `mailbox.connect`.
///
/// Look it up by name once, at start-up, where a misspelling is an error. From then on it is two numbers. It is valid
/// for the schema that it came from and for every equal schema; with another schema, a check denies.
///
/// `Permission` without a type parameter is for [`AnyRecord`], whose type is compared at run time.
///
/// ```
/// use orgscope::document::{Action, Document, ResourceType, Section};
/// use orgscope::{Facts, Handle, Policy, Resource};
///
/// # struct Contact { assigned_to: i64 }
/// # impl Resource for Contact {
/// #     const TYPE: &'static str = "contact";
/// #     fn facts(&self) -> Facts<'_> { Facts::owned_by(self.assigned_to) }
/// # }
/// let contact = ResourceType::new("contact").action(Action::new("read"));
/// let document = Document::new().section(Section::new("crm").resource(contact));
/// let authz = Handle::new(Policy::from_document(document)?);
///
/// let read = authz.permission::<Contact>("read")?;
/// let misspelt = authz.permission::<Contact>("raed").unwrap_err();
/// assert_eq!(misspelt.to_string(), "`contact` has no action `raed`: its actions are `read`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A record of another type does not compile:
///
/// ```compile_fail,E0308
/// # use orgscope::{Facts, Permission, Principal, Resource};
/// struct Contact;
/// struct Mailbox;
/// # impl Resource for Contact { const TYPE: &'static str = "contact"; fn facts(&self) -> Facts<'_> { Facts::unowned() } }
/// # impl Resource for Mailbox { const TYPE: &'static str = "mailbox"; fn facts(&self) -> Facts<'_> { Facts::unowned() } }
/// fn read(anna: Principal<'_>, read: Permission<Contact>, mailbox: &Mailbox) -> bool {
///     anna.check(read, mailbox).is_allow()
/// }
/// ```
///
/// A contact does:
///
/// ```
/// # use orgscope::{Facts, Permission, Principal, Resource};
/// struct Contact;
/// # impl Resource for Contact { const TYPE: &'static str = "contact"; fn facts(&self) -> Facts<'_> { Facts::unowned() } }
/// fn read(anna: Principal<'_>, read: Permission<Contact>, contact: &Contact) -> bool {
///     anna.check(read, contact).is_allow()
/// }
/// ```
///
/// The record of a toggle is `()`:
///
/// ```
/// # use orgscope::{Permission, Principal};
/// fn connect(anna: Principal<'_>, connect: Permission<()>) -> bool {
///     anna.check(connect, &()).is_allow()
/// }
/// ```
///
/// Any other record does not compile:
///
/// ```compile_fail,E0308
/// # use orgscope::{AnyRecord, Permission, Principal};
/// fn connect(anna: Principal<'_>, connect: Permission<()>, mailbox: &AnyRecord<'_>) -> bool {
///     anna.check(connect, mailbox).is_allow()
/// }
/// ```
///
/// Nor does `()` for a permission on records:
///
/// ```compile_fail,E0308
/// # use orgscope::{Permission, Principal};
/// fn read(anna: Principal<'_>, read: Permission) -> bool {
///     anna.check(read, &()).is_allow()
/// }
/// ```
pub struct Permission<R = AnyRecord<'static>> {
    pub(crate) action: ActionIndex,
    pub(crate) schema: Fingerprint,
    record: PhantomData<fn() -> R>,
}

impl<R> Permission<R> {
    pub(crate) const fn new(action: ActionIndex, schema: Fingerprint) -> Self {
        Self { action, schema, record: PhantomData }
    }
}

// Written by hand, because a derive would bound `R`, which a token does not contain.
impl<R> Clone for Permission<R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for Permission<R> {}
impl<R> PartialEq for Permission<R> {
    fn eq(&self, other: &Self) -> bool {
        (self.action, self.schema) == (other.action, other.schema)
    }
}
impl<R> Eq for Permission<R> {}
impl<R> Debug for Permission<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permission({} of schema {:016x})", self.action.index(), self.schema)
    }
}

/// A permission that was looked up by name alone: levelled, or a toggle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyPermission {
    /// A permission on records.
    Levelled(Permission),
    /// A toggle.
    Toggle(Permission<()>),
}

impl AnyPermission {
    /// The action, and the fingerprint of its schema.
    pub(crate) const fn action(self) -> (ActionIndex, Fingerprint) {
        match self {
            Self::Levelled(permission) => (permission.action, permission.schema),
            Self::Toggle(toggle) => (toggle.action, toggle.schema),
        }
    }
}

impl<R: Record> From<Permission<R>> for AnyPermission {
    fn from(permission: Permission<R>) -> Self {
        let Permission { action, schema, .. } = permission;
        if R::HAS_FACTS {
            Self::Levelled(Permission::new(action, schema))
        } else {
            Self::Toggle(Permission::new(action, schema))
        }
    }
}
