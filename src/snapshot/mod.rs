//! The compiled form of a policy. Everything is a number; ids serve only to look numbers up.
//!
//! A snapshot has two halves. [`people`] answers how a principal and a record are related, [`rights`] which cell a
//! principal has for a permission. [`Cell::admits`](cell::Cell::admits) of the two is the one definition of access.
//!
//! A snapshot never changes. After a change, the next one shares everything unchanged with it: chunks of lists and
//! indexes, the tree, the rows. A worked example is at [`Snapshot`].

pub(crate) mod cell;
mod compare;
mod follow;
#[cfg(feature = "sql")]
mod imprint;
mod lineage;
pub(crate) mod people;
pub(crate) mod relation;
pub(crate) mod rights;
pub(crate) mod source;
mod touched;

use std::fmt::{self, Debug};
use std::sync::Arc;

use crate::policy::Policy;
use crate::policy::schema::Schema;
use crate::vocabulary::id::{UserId, UserRef};
use crate::vocabulary::index::{CellIndex, UserSlot};
use crate::vocabulary::permission::Fingerprint;
use crate::vocabulary::time::Time;
use cell::Cell;
use lineage::Lineage;
use people::{Anchored, Entry, People, Position, Standing};
use rights::{Rights, Row};

/// A policy, compiled: one state of the company that every answer comes from.
///
/// It never changes. An application loads one for each request from its [`Handle`](crate::Handle), so that all answers
/// within the request agree.
///
/// ```
/// use orgscope::document::{Action, Document, ResourceType, Section, User};
/// use orgscope::{AnyRecord, Facts, Level, Policy, Snapshot};
///
/// let mailbox = ResourceType::new("mailbox").action(Action::new("view").floor(Level::Own));
/// let document = Document::new().section(Section::new("webmail").resource(mailbox)).user(User::new("bo"));
/// let snapshot = Snapshot::compile(&Policy::from_document(document)?);
///
/// let view = snapshot.schema().permission_named("mailbox.view")?;
/// let mine = AnyRecord::new("mailbox", Facts::owned_by("bo"));
/// assert!(snapshot.principal("bo").check(view, &mine).is_allow());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # How it answers
///
/// Take a company of three departments and four people, and a role *Reader* that all supervisors have, which grants
/// `contact.read` up to `department+sub`:
///
/// ```text
/// 1 Company        Ann heads it
/// ├── 2 Sales      Sam heads it, Nina is a member
/// └── 3 Support    Tom is a member
/// ```
///
/// **People.** The departments are numbered in preorder, so that a department and all below it are a range: Company is
/// 0 and reaches 0 to 2, Sales is 1 and Support 2, each for itself. A user is two numbers in a table: where their
/// records are, and where they are anchored. May Ann read a contact of Nina's? Nina's records are at 1; Ann is anchored
/// at 0..=2. So the two are related by `sub` (1 is in the range), not by `department` (1 is not 0), and not by `own`.
/// There are five such relations, and they are five bits:
///
/// ```text
/// shared  open  sub  department  own
///      0     0    1           0    0     = relation 4 of 32
/// ```
///
/// **Rights.** The rights of a user follow from where they are anchored and from what else roles are given by: Ann and
/// Sam are both supervisors, and share a row, which has one cell for each permission. A cell is 32 bits, one for each
/// relation, set if that relation is enough. The level `department+sub` reaches whatever is `own`, of the `department`,
/// or of one below (`sub`):
///
/// ```text
/// relation           31 … 8  7 6 5 4 3 2 1 0
/// cell of `read`      …   0  1 1 1 1 1 1 1 0     without open and shared: all but relation 0
/// ```
///
/// **Access** is the bit of the relation in the cell. Bit 4 is set: Ann may read it. The floor, all roles, the
/// administrator's bypass, shares, and the requirements of the permission are in the same 32 bits, so every check of
/// every permission ends with reading one bit, and so does every other answer. The set of records behind a
/// [`Scope`](crate::Scope) is the cell; its [`Predicate`](crate::Predicate) spells out the bits;
/// [`who_can`](Self::who_can) checks one user for all who share standing and departments.
pub struct Snapshot {
    revision: u64,
    /// How many states of its line came before it, in which time may have gone on without a new revision.
    step: u64,
    lineage: Lineage,
    /// The source of this snapshot: names, roles, and the start of what-ifs. A check reads it only to make a row.
    policy: Arc<Policy>,
    pub(crate) people: People,
    pub(crate) rights: Rights,
    /// The fingerprint that mirror tables are compared with.
    #[cfg(feature = "sql")]
    imprint: imprint::Imprint,
}

/// A user, with all that a check needs of them.
///
/// Kept small, because there may be many principals: storing the cells here saves a read, but a check of a hundred
/// thousand principals took a tenth longer (`cargo bench --bench report`).
#[derive(Clone, Copy)]
pub(crate) struct Asker<'s> {
    pub(crate) position: Position,
    /// The rights of the user. Unknown and inactive users have a row too, so that a check needs no branch for them.
    pub(crate) row: &'s Row,
}

impl Snapshot {
    /// Compiles a policy. Linear in its size.
    pub fn compile(policy: &Policy) -> Self {
        Self::compile_shared(Arc::new(policy.clone()), 0)
    }

    pub(crate) fn compile_shared(policy: Arc<Policy>, revision: u64) -> Self {
        let people = People::of(&policy.org, &policy.assigned);
        let rights = Rights::of(&policy, people.tree());
        Self {
            revision,
            step: 0,
            lineage: Lineage::default(),
            policy,
            people,
            rights,
            #[cfg(feature = "sql")]
            imprint: imprint::Imprint::default(),
        }
    }

    /// The number of this state of the company: it grows by one with each accepted batch of commands, and with each
    /// policy that replaces another. A snapshot that no [`Handle`](crate::Handle) published has zero.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The instant that this state is for, or `None` if none has been told.
    pub fn instant(&self) -> Option<Time> {
        self.policy.instant()
    }

    /// The policy that this was compiled from.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The same policy, shared.
    pub(crate) fn shared_policy(&self) -> Arc<Policy> {
        self.policy.clone()
    }

    /// The schema, where permissions are looked up.
    pub fn schema(&self) -> &Schema {
        &self.rights.schema
    }

    #[inline]
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.rights.fingerprint
    }

    /// The fingerprint of the departments of all people, for mirror tables: see [`imprint`]. Linear in the company the
    /// first time, and in the changes since after that.
    #[cfg(feature = "sql")]
    pub(crate) fn imprint(&self) -> &str {
        self.imprint.text(&self.people, &self.policy.org)
    }

    /// The bytes of the compiled form: the index of ids, and the compiled users, departments and groups, including
    /// parts that are shared with another snapshot. It does not include the [`policy`](Self::policy), whose texts the
    /// ids share, nor the rows made so far: one for each set of rights, and a few words for each user who has a role by
    /// name, each set of groups with roles, and each department whose members asked.
    ///
    /// Linear in what users share, not in the users.
    pub fn memory_usage(&self) -> usize {
        #[cfg(feature = "sql")]
        let imprint = self.imprint.memory_usage();
        #[cfg(not(feature = "sql"))]
        let imprint = 0;
        self.people.memory_usage() + self.rights.memory_usage() + imprint + size_of::<Self>()
    }

    /// The user with this id, who may be unknown.
    #[inline]
    pub(crate) fn asker(&self, user: UserRef<'_>) -> Asker<'_> {
        let Some(user) = self.people.slot_of(user) else { return self.stranger() };
        self.asker_at(user)
    }

    #[inline]
    pub(crate) fn asker_at(&self, user: UserSlot) -> Asker<'_> {
        let Some(entry) = self.people.entry_at(user) else { return self.stranger() };
        self.asker_with(user, entry)
    }

    /// An unnamed principal with the roles and departments of this entry.
    pub(crate) fn anybody(&self, entry: Entry) -> Asker<'_> {
        self.asker_with(UserSlot::STRANGER, entry)
    }

    #[inline]
    fn asker_with(&self, user: UserSlot, entry: Entry) -> Asker<'_> {
        if entry.standing == Standing::NOBODY {
            return Asker { position: Position { user, ..Position::STRANGER }, row: &self.rights.nobodys };
        }
        let make = || self.rights.make_row(entry, &self.people, &self.policy);
        let (anchored, row) = match entry.anchors.slot() {
            Ok(department) => {
                (Anchored::at(self.people.below(department)), self.rights.row_in(entry, department, make))
            }
            Err(_) => (Anchored::at_several(entry.anchors), self.rights.row_in_several(entry, make)),
        };
        Asker { position: Position { user, anchored }, row }
    }

    /// An unknown user.
    fn stranger(&self) -> Asker<'_> {
        Asker { position: Position::STRANGER, row: &self.rights.nobodys }
    }

    /// The id of a user, unless they are unknown.
    pub(crate) fn id(&self, asker: &Asker<'_>) -> Option<&UserId> {
        self.people.id(asker.position.user)
    }
}

impl<'s> Asker<'s> {
    /// Whether the user may ask at all: is known, and active.
    pub(crate) fn may_ask(&self) -> bool {
        self.row.may_ask()
    }

    /// Whether the user is anchored anywhere.
    pub(crate) fn is_anchored(&self) -> bool {
        self.position.anchored != Anchored::NOWHERE
    }

    #[inline]
    pub(crate) fn cell(&self, at: CellIndex) -> Option<Cell> {
        self.row.cell(at)
    }

    /// The row of the user, or `None` if they may not ask.
    pub(crate) fn row(&self) -> Option<&'s Row> {
        self.may_ask().then_some(self.row)
    }
}

/// Shows the sizes of the parts only: a snapshot may hold a million users.
impl Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("revision", &self.revision)
            .field("users", &self.people.count())
            .field("departments", &self.people.tree().preorder().len())
            .field("groups", &self.people.group_count())
            .field("actions", &self.rights.action_count())
            .finish_non_exhaustive()
    }
}
