//! Permissions as tokens: looked up once by name, then as cheap as a number.

use std::fmt::{self, Debug};
use std::marker::PhantomData;

use crate::vocabulary::facts::{AnyRecord, Record};
use crate::vocabulary::index::{ActionIndex, Idx};

/// What a token remembers of the schema that it was looked up in: equal schemas have equal fingerprints.
pub(crate) type Fingerprint = u64;

/// A permission on records of type `R`, for example `contact.read`; with `()` as its record a toggle, for example
/// `mailbox.connect`, which is allowed or denied as such.
///
/// It is looked up by name once, at start-up, where a misspelling is an error; from then on it is two numbers. It
/// belongs to the schema that it came from and to every schema equal to that one; asked of another, it denies.
///
/// Without a type of the application, `Permission` stands for [`AnyRecord`], whose type is compared at run time.
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
/// while the same with a contact does:
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
/// A toggle is asked about `()`:
///
/// ```
/// # use orgscope::{Permission, Principal};
/// fn connect(anna: Principal<'_>, connect: Permission<()>) -> bool {
///     anna.check(connect, &()).is_allow()
/// }
/// ```
///
/// never about a record:
///
/// ```compile_fail,E0308
/// # use orgscope::{AnyRecord, Permission, Principal};
/// fn connect(anna: Principal<'_>, connect: Permission<()>, mailbox: &AnyRecord<'_>) -> bool {
///     anna.check(connect, mailbox).is_allow()
/// }
/// ```
///
/// and a permission on records never without one:
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

// What a derive would say, but without asking anything of `R`, which no token holds.
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

/// A permission found by its name alone: with records, or a toggle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnyPermission {
    /// It is asked about a record.
    Levelled(Permission),
    /// It has no record: it is asked about `()`.
    Toggle(Permission<()>),
}

impl AnyPermission {
    /// The action, and the schema that it is an action of.
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
