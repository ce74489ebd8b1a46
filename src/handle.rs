//! The current snapshot, shared by all threads of an application.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;

use crate::policy::Policy;
use crate::policy::schema::UnknownPermission;
use crate::snapshot::Snapshot;
use crate::vocabulary::facts::Resource;
use crate::vocabulary::permission::{Permission, Toggle};

/// Holds the current [`Snapshot`] and replaces it as a whole. Readers never lock and never wait.
///
/// ```
/// use orgscope::document::{Action, Document, Resource, Section, User};
/// use orgscope::{Handle, Policy, Reload};
///
/// let settings = Resource::new("settings").action(Action::toggle("manage"));
/// let document = Document::new().section(Section::new("crm").resource(settings));
/// let authz = Handle::new(Policy::from_document(document.clone())?);
/// let manage = authz.toggle("settings.manage")?;
///
/// let request = authz.load();
/// let reload = authz.replace(Policy::from_document(document.user(User::new("root").administrator()))?);
/// assert_eq!(reload, Reload::SameSchema);
/// assert!(!request.principal("root").check_toggle(manage).is_allow(), "a request keeps its state");
/// assert!(authz.load().principal("root").check_toggle(manage).is_allow());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Handle {
    current: ArcSwap<Snapshot>,
    /// What `current` is compiled from. Who writes holds its lock; who reads never asks for it.
    policy: Mutex<Arc<Policy>>,
}

/// Whether the tokens that an application holds still serve after a reload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "with another schema every token that was looked up before denies"]
pub enum Reload {
    /// The schema is the same: they do.
    SameSchema,
    /// The schema is another: they deny from now on, and must be looked up again.
    OtherSchema,
}

impl Handle {
    /// Compiles a policy and holds it.
    pub fn new(policy: Policy) -> Self {
        Self { current: ArcSwap::from_pointee(Snapshot::of(&policy)), policy: Mutex::new(Arc::new(policy)) }
    }

    /// The current snapshot. Load it once for each request, so that all answers within it come from one state.
    pub fn load(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Compiles another policy and puts it in the place of the current one. Snapshots that were loaded before stay as
    /// they are.
    pub fn replace(&self, policy: Policy) -> Reload {
        let next = Arc::new(Snapshot::of(&policy));
        let fingerprint = next.fingerprint();
        let mut written = self.policy.lock().unwrap_or_else(PoisonError::into_inner);
        *written = Arc::new(policy);
        let before = self.current.swap(next);
        if before.fingerprint() == fingerprint { Reload::SameSchema } else { Reload::OtherSchema }
    }

    /// The policy that the current snapshot is compiled from, for example to save it as a document.
    pub fn policy(&self) -> Arc<Policy> {
        self.policy.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The permission for an action on the records of type `R`, in the current schema.
    ///
    /// # Errors
    ///
    /// When the schema has no such resource type or action, or the action is a toggle.
    pub fn permission<R: Resource>(&self, action: &str) -> Result<Permission<R>, UnknownPermission> {
        self.load().schema().permission(action)
    }

    /// The toggle with this name, for example `mailbox.connect`, in the current schema.
    ///
    /// # Errors
    ///
    /// When the schema has no such permission, or it is asked about a record.
    pub fn toggle(&self, name: &str) -> Result<Toggle, UnknownPermission> {
        self.load().schema().toggle(name)
    }
}
