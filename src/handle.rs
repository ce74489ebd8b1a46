//! The current snapshot, shared by all threads of an application.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use thiserror::Error;

use crate::document::Command;
use crate::policy::Policy;
use crate::policy::change::Invalid;
use crate::policy::schema::UnknownPermission;
use crate::snapshot::Snapshot;
use crate::vocabulary::facts::Resource;
use crate::vocabulary::permission::{Permission, Toggle};

/// Holds the current [`Snapshot`] and the policy behind it, and replaces both as a whole. Readers never lock and never
/// wait; writers wait for each other.
///
/// ```
/// use orgscope::document::{Action, Command, Document, Resource, Role, Section, User};
/// use orgscope::{Grant, Handle, Policy, Subject};
///
/// let settings = Resource::new("settings").action(Action::toggle("manage"));
/// let document = Document::new()
///     .section(Section::new("crm").resource(settings))
///     .user(User::new("ann"))
///     .role(Role::new("manager", "crm", "Manager").grant("settings.manage", Grant::Allow));
/// let authz = Handle::new(Policy::from_document(document)?);
/// let manage = authz.toggle("settings.manage")?;
///
/// let request = authz.load();
/// authz.apply(&[Command::assign("manager", Subject::user("ann"))])?;
/// assert!(!request.principal("ann").check_toggle(manage).is_allow(), "a request keeps its state");
/// assert!(authz.load().principal("ann").check_toggle(manage).is_allow());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Handle {
    current: ArcSwap<Snapshot>,
    /// Held by who writes, so that each state follows the one before; who reads never asks for it.
    writer: Mutex<()>,
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

/// Why a batch of commands was not applied. Nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("commands[{command}]: {why}")]
pub struct Refusal {
    command: usize,
    why: String,
}

impl Refusal {
    /// The place in the batch of the command that made no sense.
    pub fn command(&self) -> usize {
        self.command
    }
}

impl Handle {
    /// Compiles a policy and holds it.
    pub fn new(policy: Policy) -> Self {
        Self { current: ArcSwap::from_pointee(Snapshot::compile(policy)), writer: Mutex::new(()) }
    }

    /// The current snapshot. Load it once for each request, so that all answers within it come from one state.
    pub fn load(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Applies a batch of commands, all or none, and publishes the state after it.
    ///
    /// Each command is judged on the state that those before it left. It costs what the batch changes: one user's change
    /// copies the parts of the lists that the user stands in, however large the company is. Besides, a change of groups
    /// costs their members, one of departments all departments, and one of assignments all assignments. (What no user needs any more is kept until
    /// [`replace`](Self::replace).)
    ///
    /// # Errors
    ///
    /// When a command makes no sense on that state: an unknown or repeated id or name, a cycle, a department that is not
    /// empty, a level that is not allowed, something to join or assign that is there already, or to leave that is not.
    pub fn apply(&self, commands: &[Command]) -> Result<(), Refusal> {
        let _writing = self.write();
        let refusal = |(command, invalid): (usize, Invalid)| Refusal { command, why: invalid.to_string() };
        let next = self.current.load().after(commands).map_err(refusal)?;
        self.current.store(Arc::new(next));
        Ok(())
    }

    /// Compiles another policy and puts it in the place of the current one. Snapshots that were loaded before stay as
    /// they are.
    pub fn replace(&self, policy: Policy) -> Reload {
        let next = Snapshot::compile(policy);
        let fingerprint = next.fingerprint();
        let _writing = self.write();
        let revision = self.current.load().revision() + 1;
        let before = self.current.swap(Arc::new(next.with_revision(revision)));
        if before.fingerprint() == fingerprint { Reload::SameSchema } else { Reload::OtherSchema }
    }

    fn write(&self) -> MutexGuard<'_, ()> {
        // No panic is known that could happen while the lock is held; after one, readers still have the last snapshot.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
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
