//! The compiled form: what the machine reads. Numbers, and no ids but for looking them up.
//!
//! - A department has a preorder number, so "below" is a range. Everything else names it by a slot, so a department that
//!   moves changes its numbers and nothing else.
//! - What a check needs of an owner is what the index says of the id: the user's slot and department.
//! - What the one who asks brings along is a [`Part`], which many users share, and departments. Both together lead to a
//!   [`Row`] of [`Cell`]s, one for each permission, made when first asked for.
//! - A check finds how the user and the record are related, as five bits, and looks that up in a cell.
//!
//! A snapshot never changes. The one after a change shares with it all that is the same: lists and indices in chunks, the
//! tree, the rows.

mod cell;
mod classes;
mod compare;
mod compile;
mod entry;
mod follow;
#[cfg(feature = "sql")]
mod imprint;
mod lineage;
mod memory;
mod part;
mod relation;
mod roster;
mod row;
mod several;
mod source;
mod tree;

use std::fmt::{self, Debug};
use std::sync::Arc;

pub(crate) use cell::Cell;
pub(crate) use relation::{Relation, SHARED};

use smallvec::SmallVec;

use crate::collections::chunks::Chunks;
use crate::collections::index::Index;
use crate::collections::interner::Interned;
use crate::collections::persistent::Set;
use crate::collections::place_number;
use crate::policy::Policy;
use crate::policy::org::GroupNumber;
use crate::policy::schema::Schema;
use crate::vocabulary::id::{GroupId, UserId, UserRef};
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::{ActionIndex, Fingerprint};
use classes::Classes;
pub(crate) use entry::{Entry, Home};
use lineage::Lineage;
use part::Part;
pub(crate) use roster::Entries;
use roster::Roster;
pub(crate) use row::Row;
use row::Rows;
use several::Several;
pub(crate) use source::Source;
use tree::Tree;
pub(crate) use tree::{Below, DepartmentSlot, department, slot};

/// The place of a user, kept for life.
pub(crate) type UserSlot = u32;

/// How many entries, ids and groups are copied together. What is counted or may be text costs more to copy. With half as many
/// entries, and twice as many chunks together, a user's move takes 5 % longer at a million.
const ENTRIES: usize = 1024;
const IDS: usize = 128;
const GROUPS: usize = 32;

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
#[derive(Clone)]
pub struct Snapshot {
    revision: u64,
    lineage: Lineage,
    /// What this was compiled from: names, roles, and the ground of what-ifs. A check reads it only to make a row.
    policy: Arc<Policy>,
    schema: Arc<Schema>,
    fingerprint: Fingerprint,
    /// Whether records without owner are everybody's own, for each action.
    pools: Arc<[bool]>,
    tree: Tree,
    departments: Index<DepartmentSlot>,
    users: Index<Home>,
    /// By the slot of the user, as the ids. A slot that is free holds nobody.
    entries: Chunks<Entry, ENTRIES>,
    ids: Chunks<UserId, IDS>,
    /// The way back, from departments to users. No check reads it.
    roster: Arc<Roster>,
    free: Set<UserSlot>,
    /// The departments of users who have several.
    several: Interned<Several>,
    parts: Interned<Arc<Part>>,
    groups: Index<GroupNumber>,
    /// The members of each group, sorted, by its number; of one that is gone, nobody.
    members: Chunks<Arc<[UserSlot]>, GROUPS>,
    classes: Arc<Classes>,
    /// Made from parts, departments, assignments and roles, by keys that stay true; dropped when roles, assignments or
    /// departments change.
    rows: Arc<Rows>,
    /// The row of who may not ask.
    nobodys: Arc<Row>,
    /// What mirror tables are compared with.
    #[cfg(feature = "sql")]
    imprint: imprint::Imprint,
}

/// A user who asks, with all that a check needs of them.
///
/// Small, because principals may be many: with the cells here too, which saves a step, a check of a hundred thousand of them took
/// a tenth longer.
#[derive(Clone, Copy)]
pub(crate) struct Asker<'s> {
    pub(crate) user: UserSlot,
    /// Where the user is anchored, if in one department. If in several, their place.
    anchors: Below,
    /// What the user may do. It stands here, so that a check reads a cell without a step through memory far away. Who may not
    /// ask has a row too, so that no check asks who that is.
    row: &'s Row,
}

impl Snapshot {
    /// Which state of the company this is: one more for each batch of commands that was accepted, and for each policy that
    /// was put in the place of another. A snapshot that no [`Handle`](crate::Handle) published has zero.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    pub(crate) fn with_revision(self, revision: u64) -> Self {
        Self { revision, ..self }
    }

    /// The policy that this was compiled from.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The same, to be kept or changed.
    pub(crate) fn shared_policy(&self) -> Arc<Policy> {
        self.policy.clone()
    }

    /// The schema, where permissions are looked up.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    #[inline]
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    pub(crate) fn is_pool(&self, action: ActionIndex) -> bool {
        self.pools.get(action as usize).copied().unwrap_or(false)
    }

    /// The user with this id, who may be unknown.
    #[inline]
    pub(crate) fn asker(&self, user: UserRef<'_>) -> Asker<'_> {
        let Some(home) = self.users.get(user) else { return self.stranger() };
        self.asker_at(home.user)
    }

    /// Where the owner with this id lives, who may be unknown.
    #[inline]
    pub(crate) fn home(&self, owner: UserRef<'_>) -> Home {
        self.users.get(owner).unwrap_or(Home::UNKNOWN)
    }

    /// The members of a group, sorted.
    pub(crate) fn members(&self, group: &GroupId) -> Option<Arc<[UserSlot]>> {
        self.groups.get(group.borrowed()).and_then(|group| self.members.get(group)).cloned()
    }

    /// The slots of all users, those that are free included.
    pub(crate) fn slots(&self) -> std::ops::Range<UserSlot> {
        0..place_number(self.entries.len())
    }

    #[inline]
    pub(crate) fn asker_at(&self, user: UserSlot) -> Asker<'_> {
        let Some(entry) = self.entries.get(user) else { return self.stranger() };
        self.asker_with(user, *entry)
    }

    /// Anybody with this entry: who has its roles and its departments, and is nobody in particular.
    pub(crate) fn anybody(&self, entry: Entry) -> Asker<'_> {
        self.asker_with(Asker::STRANGER, entry)
    }

    #[inline]
    fn asker_with(&self, user: UserSlot, entry: Entry) -> Asker<'_> {
        if entry.part == Part::NOBODYS {
            return Asker { user, ..self.stranger() };
        }
        let (key, anchors) = match entry.anchors.slot() {
            Ok(department) => (self.classes.class(department), self.tree.below(department)),
            Err(_) => (entry.anchors.key(), Below::several(entry.anchors)),
        };
        let row = self.rows.get(u64::from(entry.part) << 32 | u64::from(key), || self.make_row(entry));
        Asker { user, anchors, row }
    }

    /// Somebody who is not there.
    fn stranger(&self) -> Asker<'_> {
        Asker { user: Asker::STRANGER, anchors: Below::NOTHING, row: &self.nobodys }
    }

    #[cold]
    fn make_row(&self, entry: Entry) -> Row {
        let nobody = Part::default();
        let part = self.parts.get(entry.part).map_or(&nobody, |part| part);
        let anchors: SmallVec<[DepartmentSlot; 4]> = match entry.anchors.slot() {
            Ok(department) => [department].into_iter().collect(),
            Err(several) => self.several.get(several).into_iter().flat_map(Several::iter).collect(),
        };
        let brought = anchors.iter().flat_map(|department| self.classes.roles(*department));
        let roles = part.roles(&self.policy).chain(brought);
        Row::new(&self.schema, &self.policy.roles, roles, part.administrator)
    }

    /// The id of a user who is there.
    pub(crate) fn id(&self, asker: &Asker<'_>) -> Option<&UserId> {
        self.ids.get(asker.user)
    }
}

impl<'s> Asker<'s> {
    /// The slot of somebody who is not there. No owner has it, see [`Home::UNKNOWN`].
    const STRANGER: UserSlot = UserSlot::MAX - 1;

    /// Whether the user may ask at all: is known, and active.
    pub(crate) fn may_ask(&self) -> bool {
        self.row.is_of_who_may_ask()
    }

    /// Whether the user is anchored anywhere.
    pub(crate) fn is_anchored(&self) -> bool {
        self.anchors != Below::NOTHING
    }

    #[inline]
    pub(crate) fn cell(&self, action: ActionIndex) -> Option<Cell> {
        self.row.cell(action)
    }

    /// What the user may do, if they may ask.
    pub(crate) fn row(&self) -> Option<&'s Row> {
        self.may_ask().then_some(self.row)
    }

    pub(crate) fn level(&self, action: ActionIndex) -> Level {
        self.row.level(action)
    }
}

/// The sizes of its parts: a snapshot may hold a million users.
impl Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("revision", &self.revision)
            .field("users", &self.users.len())
            .field("departments", &self.departments.len())
            .field("groups", &self.groups.len())
            .field("actions", &self.pools.len())
            .finish_non_exhaustive()
    }
}
