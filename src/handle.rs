//! The current snapshot, shared by all threads of an application.

use std::convert::Infallible;
use std::fmt::{self, Debug};
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwap, Guard};

use crate::admin::actor::Actor;
use crate::admin::advance::Advance;
use crate::admin::audit::{AuditEntry, Done};
use crate::admin::digest::Digest;
use crate::admin::draft::Draft;
use crate::admin::ledger::{Batch, Ledger, Purpose};
use crate::admin::log::{self, Checkpoint, LogError, Restored};
use crate::admin::receipt::Receipt;
use crate::admin::refusal::{Refusal, Rule};
use crate::admin::transition::Transition;
use crate::document::Command;
use crate::policy::Policy;
use crate::policy::unknown::UnknownPermission;
use crate::snapshot::Snapshot;
use crate::telemetry;
use crate::vocabulary::facts::Resource;
use crate::vocabulary::id::UserId;
use crate::vocabulary::permission::Permission;
use crate::vocabulary::time::Time;

/// Holds the current [`Snapshot`], and replaces it as a whole. Readers never lock and never wait. Writers wait for each
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
pub struct Handle {
    current: ArcSwap<Current>,
    /// A writer takes this lock before it loads the current state, and holds it until the next state is published.
    /// Readers never take it.
    writer: Mutex<()>,
}

/// A state with its ledger, published together.
struct Current {
    snapshot: Arc<Snapshot>,
    ledger: Ledger,
}

/// A snapshot on loan from a [`Handle`]: dereferences to the [`Snapshot`].
///
/// It should live as long as a request. [`into_arc`](Self::into_arc) returns a snapshot to keep.
pub struct Loaded(Guard<Arc<Current>>);

impl Loaded {
    /// The snapshot, to be kept or sent elsewhere.
    ///
    /// An associated function, so that it hides no method of the snapshot.
    pub fn into_arc(this: Self) -> Arc<Snapshot> {
        let Self(current) = this;
        current.snapshot.clone()
    }
}

impl Deref for Loaded {
    type Target = Snapshot;

    #[inline]
    fn deref(&self) -> &Snapshot {
        &self.0.snapshot
    }
}

impl Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(&**self, f)
    }
}

impl Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("current", &self.load()).finish_non_exhaustive()
    }
}

impl Handle {
    /// Compiles a policy and holds it, as revision 0.
    pub fn new(policy: Policy) -> Self {
        Self::of(Restored { policy, revision: 0, log: Digest::START })
    }

    fn of(state: Restored) -> Self {
        let Restored { policy, revision, log } = state;
        let ledger = Ledger::new(&policy, revision, log);
        let snapshot = Arc::new(Snapshot::compile_shared(Arc::new(policy), revision));
        Self { current: ArcSwap::from_pointee(Current { snapshot, ledger }), writer: Mutex::new(()) }
    }

    /// The current snapshot. Load it once for each request, so that all answers within it come from one state.
    pub fn load(&self) -> Loaded {
        Loaded(self.current.load())
    }

    /// Applies a batch of commands as the host application, all or none, and publishes the state after it: short for
    /// [`as_host`](Self::as_host) without any options.
    ///
    /// # Errors
    ///
    /// When a command is invalid on the state that it is applied to, for example because an id is unknown or taken, a
    /// name is taken, departments would form a cycle, a department to remove is not empty, or a permission does not
    /// take a level. Also when nobody could manage a section any more. Then nothing has changed.
    pub fn apply(&self, commands: impl AsRef<[Command]>) -> Result<Receipt, Refusal> {
        self.as_host().apply(commands)
    }

    /// An editor that acts as the host application, restricted only by validity and lock-out.
    pub fn as_host(&self) -> Editor<'_> {
        Editor { handle: self, by: Actor::Host, at: None, seen: None, forced: false }
    }

    /// An editor that acts for a user, within the delegation rules. An unknown user is refused.
    pub fn as_user(&self, user: impl Into<UserId>) -> Editor<'_> {
        Editor { by: Actor::User(user.into()), ..self.as_host() }
    }

    /// Replaces the policy, as the host application: short for [`Editor::replace`] without any options.
    ///
    /// ```
    /// # use orgscope::document::{Action, Document, ResourceType, Section, User};
    /// # use orgscope::{Handle, Level, Policy};
    /// # let mailbox = ResourceType::new("mailbox").action(Action::new("view").floor(Level::Own));
    /// # let document = Document::new().section(Section::new("webmail").resource(mailbox));
    /// # let authz = Handle::new(Policy::from_document(document.clone())?);
    /// let receipt = authz.replace(Policy::from_document(document.user(User::new("ann")))?);
    /// assert!(receipt.keeps_permissions());
    /// assert!(authz.load().principal("ann").is_active());
    /// assert!(receipt.audit().document().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn replace(&self, policy: Policy) -> Receipt {
        let Ok(receipt) = self.write_replacement(policy, None, |_| Ok::<_, Infallible>(()));
        receipt
    }

    fn write_replacement<E>(
        &self,
        policy: Policy,
        at: Option<String>,
        judge: impl FnOnce(&Snapshot) -> Result<(), E>,
    ) -> Result<Receipt, E> {
        let document = Box::new(policy.to_document());
        let mut policy = policy;
        let _writing = self.write();
        let current = self.current.load();
        let before = current.snapshot.clone();
        judge(&before)?;
        policy.go(before.instant());
        let revision = before.revision() + 1;
        let done = Done::Document(document);
        let entry = AuditEntry::after(current.ledger.log(), revision, Actor::Host, at, before.instant(), false, done);
        Ok(self.publish_replacement(before, Arc::new(policy), entry))
    }

    fn publish_replacement(&self, before: Arc<Snapshot>, policy: Arc<Policy>, entry: AuditEntry) -> Receipt {
        let ledger = Ledger::new(&policy, entry.revision(), entry.hash());
        let after = Arc::new(Snapshot::compile_shared(policy, entry.revision()));
        self.publish(after.clone(), ledger);
        Receipt::new(Transition::of_everything(before, after), Vec::new(), entry)
    }

    /// Makes an instant that of the current state: what has a period begins or ends. The library reads no clock, so an
    /// application tells the time: by a timer, at [`next_change`](Advance::next_change), or before each request. As long
    /// as none has been told, nothing holds that has a period.
    ///
    /// An instant that is not later than that of the state changes nothing. It is not a change of the policy: there is no
    /// new revision, no entry of the log, and no rule that could refuse it. How to drive it is described in
    /// [`docs::time`](crate::docs::time).
    ///
    /// It costs what begins or ends between the two instants, as a batch that changes as much, and a look at each role that
    /// has assignments with periods. The first call looks at everything that has a period.
    ///
    /// ```
    /// use orgscope::document::{Action, Document, ResourceType, Role, Section, User};
    /// use orgscope::{Grant, Handle, Period, Policy, Subject, Time};
    ///
    /// let settings = ResourceType::new("settings").action(Action::toggle("manage"));
    /// let (march, april): (Time, Time) = ("2027-03-01T00:00:00Z".parse()?, "2027-04-01T00:00:00Z".parse()?);
    /// let role = Role::new("manager", "crm", "Manager").grant("settings.manage", Grant::Allow);
    /// let document = Document::new()
    ///     .section(Section::new("crm").resource(settings))
    ///     .user(User::new("ann"))
    ///     .role(role.assigned_to(Subject::user("ann").during(Period::between(march, april)?)));
    /// let authz = Handle::new(Policy::from_document(document)?);
    /// let manage = authz.toggle("settings.manage")?;
    /// assert!(!authz.load().principal("ann").check(manage, &()).is_allow());
    ///
    /// let advance = authz.advance(march);
    /// assert!(authz.load().principal("ann").check(manage, &()).is_allow());
    /// assert!(advance.affected().contains("ann"));
    /// assert_eq!(advance.next_change(), Some(april));
    ///
    /// authz.advance(april);
    /// assert!(!authz.load().principal("ann").check(manage, &()).is_allow());
    /// assert!(authz.advance(march).is_behind(), "time never goes back");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn advance(&self, instant: Time) -> Advance {
        let unchanged = |snapshot: &Arc<Snapshot>| {
            Advance::new(instant, Transition::of_facts(snapshot.clone(), snapshot.clone(), &[]))
        };
        // Most calls, if each request makes one: without the lock of writers.
        let current = self.current.load();
        if current.snapshot.instant() >= Some(instant) {
            return unchanged(&current.snapshot);
        }
        let _writing = self.write();
        let current = self.current.load();
        let before = current.snapshot.clone();
        if before.instant() >= Some(instant) {
            return unchanged(&before);
        }
        let mut policy = before.shared_policy();
        let facts = Arc::make_mut(&mut policy).go(Some(instant));
        let ledger = current.ledger.advance(&before, &policy, &facts);
        let after = Arc::new(before.advance(&policy, &facts));
        self.publish(after.clone(), ledger);
        Advance::new(instant, Transition::of_facts(before, after, &facts))
    }

    /// Applies an entry of the log that was accepted elsewhere: by another process that shares the log, or before a
    /// crash. It was judged then, so no rule is checked again. Publishing the state after it costs what the entry
    /// changes.
    ///
    /// ```
    /// # use orgscope::document::{Action, Document, ResourceType, Section, User};
    /// # use orgscope::{Command, Handle, Level, Policy};
    /// # let mailbox = ResourceType::new("mailbox").action(Action::new("view").floor(Level::Own));
    /// # let document = Document::new().section(Section::new("webmail").resource(mailbox));
    /// let (here, there) = (Handle::new(Policy::from_document(document)?), Handle::restore(
    ///     // Both start from the same state.
    /// #   Handle::new(Policy::from_document(Document::new().section(Section::new("webmail").resource(
    /// #       ResourceType::new("mailbox").action(Action::new("view").floor(Level::Own)))))?).checkpoint(), [])?);
    /// # /*
    ///     …
    /// # */
    /// let receipt = here.apply([Command::add_user(User::new("ann"))])?;
    /// there.follow(receipt.audit())?;
    /// assert_eq!(there.checkpoint(), here.checkpoint());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the entry is not the next one of this handle's log, because it was altered, its predecessor is missing, or
    /// it is repeated; or when it is invalid on the state. Then nothing has changed.
    pub fn follow(&self, entry: &AuditEntry) -> Result<Receipt, LogError> {
        let _writing = self.write();
        let current = self.current.load();
        let before = current.snapshot.clone();
        log::check_next(entry, before.revision(), current.ledger.log())?;
        if let Some(document) = entry.document() {
            let mut policy = Policy::from_document(document.clone())?;
            policy.go(before.instant());
            return Ok(self.publish_replacement(before, Arc::new(policy), entry.clone()));
        }
        let mut draft = Draft::of(&before);
        log::replay(entry, |command, by| draft.apply(command, by))?;
        let (receipt, ledger) = current.ledger.follow(&before, draft, entry.clone());
        self.publish(receipt.after().clone(), ledger);
        Ok(receipt)
    }

    /// The current state, to store it. Linear in its size.
    pub fn checkpoint(&self) -> Checkpoint {
        let current = self.current.load();
        Checkpoint::of(&current.snapshot, current.ledger.log())
    }

    /// Restores a handle from a checkpoint and the entries of the log after it. The next revision and the next hash
    /// follow theirs.
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
    /// When the checkpoint or an entry was altered since it was stored, and when an entry is missing, repeated or
    /// invalid. Missing entries at the end can't be detected: keep the last hash elsewhere.
    pub fn restore(checkpoint: Checkpoint, entries: impl IntoIterator<Item = AuditEntry>) -> Result<Self, LogError> {
        log::restore(checkpoint, entries).map(Self::of)
    }

    fn write(&self) -> MutexGuard<'_, ()> {
        // The lock keeps writers apart, because a snapshot may be followed only once. It holds no data that a panic could
        // leave half written: the last published state is still whole.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The caller holds the writer's lock.
    fn publish(&self, snapshot: Arc<Snapshot>, ledger: Ledger) {
        self.current.store(Arc::new(Current { snapshot, ledger }));
    }

    /// The permission for an action on the records of type `R`, in the current schema.
    ///
    /// # Errors
    ///
    /// When the schema has no such resource type or action, or the action is a toggle.
    pub fn permission<R: Resource>(&self, action: &str) -> Result<Permission<R>, UnknownPermission> {
        self.load().schema().permission(action)
    }

    /// The toggle with this name in the current schema, for example `mailbox.connect`: a permission whose record is
    /// `()`.
    ///
    /// # Errors
    ///
    /// When the schema has no such permission, or it is not a toggle.
    pub fn toggle(&self, name: &str) -> Result<Permission<()>, UnknownPermission> {
        self.load().schema().toggle(name)
    }
}

/// Changes a policy, as the host application or on behalf of a user.
///
/// ```
/// # use orgscope::document::{Action, Document, ResourceType, Section, User};
/// # use orgscope::rules::RefusalKind;
/// # use orgscope::{Command, Handle, Level, Policy};
/// # let mailbox = ResourceType::new("mailbox").action(Action::new("view").floor(Level::Own));
/// # let document = Document::new().section(Section::new("webmail").resource(mailbox))
/// #     .user(User::new("root").administrator()).user(User::new("ann"));
/// # let authz = Handle::new(Policy::from_document(document)?);
/// let add = [Command::add_user(User::new("bo"))];
///
/// // What would happen?
/// let refusal = authz.as_user("ann").dry_run(&add).unwrap_err();
/// assert_eq!(refusal.kind(), RefusalKind::NotPermitted);
/// let receipt = authz.as_user("root").dry_run(&add)?;
/// assert!(receipt.after().principal("bo").is_active());
/// assert!(!authz.load().principal("bo").is_active());
///
/// // Let it happen, unless somebody has changed the same things since the page was made.
/// let page = authz.load();
/// let editor = authz.as_user("root").if_unchanged_since(page.revision()).at("2026-11-22T08:00:00Z");
/// let receipt = editor.apply(&add)?;
/// assert_eq!(receipt.after().revision(), 1);
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
    /// Refuses a batch if something that it depends on has changed since this revision, which the editor saw: a cell,
    /// an assignment or a subject that the batch names or that its verdict depends on. Without this, changes by others
    /// in the meantime are not considered.
    ///
    /// The latest 65,536 changes are remembered; a command may make several. An older revision is refused too.
    pub fn if_unchanged_since(self, revision: u64) -> Self {
        Self { seen: Some(revision), ..self }
    }

    /// Adds a time for the log, in any form that the application uses. The library reads no clock.
    pub fn at(self, time: impl Into<String>) -> Self {
        Self { at: Some(time.into()), ..self }
    }

    /// Accepts a batch even if nobody can manage a section any more after it. Only the host application may do this:
    /// a forced batch of a user is refused.
    pub fn force(self) -> Self {
        Self { forced: true, ..self }
    }

    /// Applies a batch of commands, all or none, and publishes the state after it.
    ///
    /// Each command is judged on the state that those before it left. A batch costs what it changes, not the company:
    ///
    /// - A user's change copies the parts of the lists that the user is in, and the lists of these parts: three times as
    ///   much in a company a thousand times as large. When the users whose ids are text or far from each other have
    ///   doubled in number, their index is made anew.
    /// - Joining or leaving a group costs a copy of its list as well. A group that comes or goes, gets its first role or
    ///   loses its last one costs its members.
    /// - A department that moves, or gets or loses a role, costs those above and below it and a copy of a few bytes for
    ///   each department; one that comes or goes costs all departments.
    /// - Memory does not grow with the number of batches. When an eighth as many sets of roles or of departments as there
    ///   are users have been given up by their last user, one batch costs as much as compiling the company. Readers do not
    ///   notice.
    ///
    /// The cost of the rules is in [`administration`](crate::docs::administration#what-it-costs).
    ///
    /// # Errors
    ///
    /// When the batch is refused. Then nothing has changed.
    pub fn apply(&self, commands: impl AsRef<[Command]>) -> Result<Receipt, Refusal> {
        let _writing = self.handle.write();
        let current = self.handle.current.load();
        let judged = current.ledger.judge(&current.snapshot, self.batch(commands.as_ref()), Purpose::Publication);
        let (receipt, ledger) = judged.inspect_err(|refusal| self.report(refusal))?;
        self.handle.publish(receipt.after().clone(), ledger);
        Ok(receipt)
    }

    /// Reports a refusal. That of a dry run answers a question, and is not reported.
    fn report(&self, refusal: &Refusal) {
        let user = match &self.by {
            Actor::Host => None,
            Actor::User(user) => Some(user),
        };
        telemetry::refused(user, refusal.kind().as_str(), refusal);
    }

    /// Computes what [`apply`](Self::apply) would do: the same verdict and the same receipt, with the state that would
    /// follow, but nothing is published. Another batch may still get the revision. It takes no lock, so writers do not
    /// wait for it.
    ///
    /// # Errors
    ///
    /// When the batch would be refused.
    pub fn dry_run(&self, commands: impl AsRef<[Command]>) -> Result<Receipt, Refusal> {
        let current = self.handle.current.load();
        let judged = current.ledger.judge(&current.snapshot, self.batch(commands.as_ref()), Purpose::Trial);
        judged.map(|(receipt, _)| receipt)
    }

    /// Replaces the policy by another one and publishes it. The entry of the log holds the whole policy; lock-out is
    /// not checked, so [`force`](Self::force) changes nothing. Linear in the policy. Snapshots that were loaded before stay
    /// as they are.
    ///
    /// # Errors
    ///
    /// When the editor acts for a user: only the host application replaces a policy. And when anything has changed since
    /// the revision of [`if_unchanged_since`](Self::if_unchanged_since): a whole policy depends on everything.
    pub fn replace(&self, policy: Policy) -> Result<Receipt, Refusal> {
        if let Actor::User(user) = &self.by {
            let refusal = Refusal::of_all(Rule::Replace { user: user.clone() });
            self.report(&refusal);
            return Err(refusal);
        }
        let replaced = self.handle.write_replacement(policy, self.at.clone(), |before| {
            let now = before.revision();
            match self.seen.filter(|seen| *seen != now) {
                None => Ok(()),
                Some(seen) => {
                    let what = format!("the latest revision is {now}");
                    Err(Refusal::of_all(Rule::Conflict { seen, changed: None, what }))
                }
            }
        });
        replaced.inspect_err(|refusal| self.report(refusal))
    }

    fn batch<'b>(&'b self, commands: &'b [Command]) -> Batch<'b> {
        Batch { commands, by: &self.by, at: self.at.as_deref(), seen: self.seen, forced: self.forced }
    }
}
