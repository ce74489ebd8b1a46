//! The current snapshot, shared by all threads of an application.

mod current;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::admin::actor::Actor;
use crate::admin::audit::AuditEntry;
use crate::admin::digest::Digest;
use crate::admin::log::{self, Checkpoint, RestoreError, Restored};
use crate::admin::receipt::{DryRun, Receipt};
use crate::admin::refusal::Refusal;
use crate::admin::{Batch, Desk};
use crate::document::Command;
use crate::policy::Policy;
use crate::policy::schema::UnknownPermission;
use crate::snapshot::Snapshot;
use crate::vocabulary::facts::Resource;
use crate::vocabulary::id::UserId;
use crate::vocabulary::permission::Permission;
use current::Current;

/// Holds the current [`Snapshot`], and replaces it as a whole. Readers never lock and never wait; writers wait for each
/// other.
///
/// ```
/// use orgscope::document::{Action, Command, Document, ResourceType, Role, Section, User};
/// use orgscope::{Grant, Handle, Policy, Subject};
///
/// let settings = ResourceType::new("settings").action(Action::toggle("manage"));
/// let document = Document::new()
///     .section(Section::new("crm").resource(settings))
///     .user(User::new("ann"))
///     .role(Role::new("manager", "crm", "Manager").grant("settings.manage", Grant::Allow));
/// let authz = Handle::new(Policy::from_document(document)?);
/// let manage = authz.toggle("settings.manage")?;
///
/// let request = authz.load();
/// let receipt = authz.apply([Command::assign("manager", Subject::user("ann"))])?;
/// assert!(!request.principal("ann").check(manage, &()).is_allow(), "a request keeps its state");
/// assert!(authz.load().principal("ann").check(manage, &()).is_allow());
///
/// authz.apply(receipt.undo())?;
/// assert!(!authz.load().principal("ann").check(manage, &()).is_allow());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Handle {
    current: Current,
    /// What is remembered to make the next snapshot. Who writes holds its lock; who reads never asks for it.
    desk: Mutex<Desk>,
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
    /// Compiles a policy and holds it, as revision 0.
    pub fn new(policy: Policy) -> Self {
        Self::of(Restored { policy, revision: 0, log: Digest::START })
    }

    fn of(state: Restored) -> Self {
        let Restored { policy, revision, log } = state;
        let desk = Mutex::new(Desk::new(&policy, revision, log));
        Self { current: Current::new(Snapshot::compile_owned(policy).with_revision(revision)), desk }
    }

    /// The current snapshot. Load it once for each request, so that all answers within it come from one state.
    ///
    /// Two threads get two copies of one state, so that neither waits for the other's count of who holds it: states are
    /// compared by their [`revision`](Snapshot::revision), not by where they are. A copy is a few hundred bytes, made when a
    /// thread first loads a state; of more than 32 threads that ever were, some share one.
    pub fn load(&self) -> Arc<Snapshot> {
        self.current.load()
    }

    /// Applies a batch of commands by the host application, all or none, and publishes the state after it: short for
    /// [`as_host`](Self::as_host) without any options.
    ///
    /// # Errors
    ///
    /// When a command makes no sense on the state that it meets (an unknown or repeated id or name, a cycle, a department
    /// that is not empty, a level that is not allowed, something to join or assign that is there already, or to leave that is
    /// not), or when nobody could manage a section any more. Then nothing has changed.
    pub fn apply(&self, commands: impl AsRef<[Command]>) -> Result<Receipt, Refusal> {
        self.as_host().apply(commands)
    }

    /// To change things as the host application, whom no rule but sense and lock-out holds back.
    pub fn as_host(&self) -> Editor<'_> {
        Editor { handle: self, by: Actor::Host, at: None, seen: None, forced: false }
    }

    /// To change things as the host application, also if nobody can manage a section any more after that.
    pub fn by_force(&self) -> Editor<'_> {
        Editor { forced: true, ..self.as_host() }
    }

    /// To change things on behalf of a user, as far as the rules let them. The user may be unknown: then it is refused.
    pub fn as_user(&self, user: impl Into<UserId>) -> Editor<'_> {
        Editor { by: Actor::User(user.into()), ..self.as_host() }
    }

    /// Compiles another policy and puts it in the place of the current one. Snapshots that were loaded before stay as
    /// they are.
    ///
    /// This is no entry of the log: store a [`checkpoint`](Self::checkpoint) after it.
    pub fn replace(&self, policy: Policy) -> Reload {
        let next = Snapshot::compile_owned(policy);
        let fingerprint = next.fingerprint();
        let mut desk = self.write();
        let before = self.current.original();
        let revision = before.revision() + 1;
        *desk = Desk::new(next.policy(), revision, desk.log());
        self.current.store(Arc::new(next.with_revision(revision)));
        if before.fingerprint() == fingerprint { Reload::SameSchema } else { Reload::OtherSchema }
    }

    /// The current state, to be stored. Linear in its size.
    pub fn checkpoint(&self) -> Checkpoint {
        let (snapshot, log) = {
            let desk = self.write();
            (self.load(), desk.log())
        };
        Checkpoint::of(&snapshot, log)
    }

    /// Makes the state again that a checkpoint and the entries of the log after it lead to. The next revision and the next
    /// hash follow theirs.
    ///
    /// ```
    /// # use orgscope::document::{Action, Document, ResourceType, Section, User};
    /// # use orgscope::{Command, Handle, Level, Policy};
    /// # let mailbox = ResourceType::new("mailbox").action(Action::new("view").floor(Level::Own));
    /// # let document = Document::new().section(Section::new("webmail").resource(mailbox));
    /// # let authz = Handle::new(Policy::from_document(document)?);
    /// let stored = serde_json::to_string(&authz.checkpoint())?;
    /// let mut log = String::new();
    /// for name in ["ann", "bo"] {
    ///     let receipt = authz.apply([Command::add_user(User::new(name))])?;
    ///     log += &serde_json::to_string(receipt.audit())?;
    ///     log += "\n";
    /// }
    ///
    /// let entries = log.lines().map(serde_json::from_str).collect::<Result<Vec<_>, _>>()?;
    /// let again = Handle::restore(serde_json::from_str(&stored)?, entries)?;
    /// assert_eq!(again.checkpoint(), authz.checkpoint());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the checkpoint or an entry is not as it was stored, and when an entry is missing, comes again or makes no sense.
    /// Entries missing at the end can't be told from entries that never were: keep the last hash elsewhere.
    pub fn restore(
        checkpoint: Checkpoint,
        entries: impl IntoIterator<Item = AuditEntry>,
    ) -> Result<Self, RestoreError> {
        log::restore(checkpoint, entries).map(Self::of)
    }

    fn write(&self) -> MutexGuard<'_, Desk> {
        // No panic is known that could happen while the lock is held; after one, readers still have the last snapshot.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The permission for an action on the records of type `R`, in the current schema.
    ///
    /// # Errors
    ///
    /// When the schema has no such resource type or action, or the action is a toggle.
    pub fn permission<R: Resource>(&self, action: &str) -> Result<Permission<R>, UnknownPermission> {
        self.load().schema().permission(action)
    }

    /// The toggle with this name, for example `mailbox.connect`, in the current schema: a permission that is asked about `()`.
    ///
    /// # Errors
    ///
    /// When the schema has no such permission, or it is asked about a record.
    pub fn toggle(&self, name: &str) -> Result<Permission<()>, UnknownPermission> {
        self.load().schema().toggle(name)
    }
}

/// Changes a policy: as the host application, or on behalf of a user.
///
/// ```
/// # use orgscope::document::{Action, Document, ResourceType, Section, User};
/// # use orgscope::{Command, Handle, Level, Policy, RefusalKind};
/// # let mailbox = ResourceType::new("mailbox").action(Action::new("view").floor(Level::Own));
/// # let document = Document::new().section(Section::new("webmail").resource(mailbox))
/// #     .user(User::new("root").administrator()).user(User::new("ann"));
/// # let authz = Handle::new(Policy::from_document(document)?);
/// let add = [Command::add_user(User::new("bo"))];
///
/// // What would happen?
/// let refusal = authz.as_user("ann").dry_run(&add).unwrap_err();
/// assert_eq!(refusal.kind(), RefusalKind::NotPermitted);
/// let run = authz.as_user("root").dry_run(&add)?;
/// assert!(run.snapshot().principal("bo").is_active());
/// assert!(!authz.load().principal("bo").is_active());
///
/// // Let it happen, unless somebody has changed the same things since the page was made.
/// let page = authz.load();
/// let receipt = authz.as_user("root").if_unchanged_since(page.revision()).at("2026-11-22T08:00:00Z").apply(&add)?;
/// assert_eq!((receipt.before(), receipt.after()), (0, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "it changes nothing before `apply`"]
pub struct Editor<'h> {
    handle: &'h Handle,
    by: Actor,
    at: Option<String>,
    seen: Option<u64>,
    forced: bool,
}

impl Editor<'_> {
    /// The same, refused if what the batch is about has changed since this revision, which the editor saw: a cell, an
    /// assignment or a subject that it names, or that its verdict rests on. Without it, nothing that others did in the
    /// meantime is looked at.
    ///
    /// The latest 65,536 changed facts are remembered, of which one command may make several. A revision from before is refused
    /// as well.
    pub fn if_unchanged_since(self, revision: u64) -> Self {
        Self { seen: Some(revision), ..self }
    }

    /// The same, with a time for the log, in whatever form the application keeps times. The library reads no clock.
    pub fn at(self, time: impl Into<String>) -> Self {
        Self { at: Some(time.into()), ..self }
    }

    /// Applies a batch of commands, all or none, and publishes the state after it.
    ///
    /// Each command is judged on the state that those before it left. It costs what the batch changes: one user's change
    /// copies the parts of the lists that the user stands in, and the lists of these parts, three times as much in a company
    /// a thousand times as large; when an eighth has come whose ids are text or far from each other, their index is made anew.
    /// Besides, who joins or leaves a group costs a copy of its list, and a group that comes or goes, gets its first role or
    /// loses its last one, costs its members; a department that moves, or that a role is given to or taken from, costs those
    /// above and below it and a copy of a few bytes for each department; one that comes or goes costs all departments. (What no
    /// user needs any more is kept until [`replace`](Handle::replace); of a group that is gone, sixteen bytes until the policy is
    /// read from a document.) What the rules add stands in [`administration`](crate::docs::administration#what-it-costs).
    ///
    /// # Errors
    ///
    /// When the batch is refused. Then nothing has changed.
    pub fn apply(&self, commands: impl AsRef<[Command]>) -> Result<Receipt, Refusal> {
        let mut desk = self.handle.write();
        let DryRun { receipt, snapshot } =
            desk.apply(&self.handle.current.original(), self.batch(commands.as_ref()))?;
        self.handle.current.store(snapshot);
        Ok(receipt)
    }

    /// What [`apply`](Self::apply) would do: the same verdict and the same receipt, and nothing is published.
    ///
    /// # Errors
    ///
    /// When the batch would be refused.
    pub fn dry_run(&self, commands: impl AsRef<[Command]>) -> Result<DryRun, Refusal> {
        self.handle.write().dry_run(&self.handle.current.original(), self.batch(commands.as_ref()))
    }

    fn batch<'b>(&'b self, commands: &'b [Command]) -> Batch<'b> {
        Batch { commands, by: &self.by, at: self.at.as_deref(), seen: self.seen, forced: self.forced }
    }
}
