//! The compiled form: what the machine reads. Dense arrays and numbers, no ids but for looking them up.
//!
//! - A department is its preorder number, so "below" is a range.
//! - A user is an [`Entry`](entry::Entry) of 16 bytes: a row, and the departments as numbers.
//! - Users with equal sets of roles share a row of [`Cell`](cell::Cell)s, one for each permission.
//! - A check finds how the user and the record are related, as five bits, and looks that up in a cell.

mod cell;
mod compile;
mod entry;
mod index;
mod relation;
mod tree;

use std::fmt::{self, Debug};
use std::sync::Arc;

pub(crate) use cell::Cell;
pub(crate) use relation::Relation;

use crate::policy::Policy;
use crate::policy::schema::Schema;
use crate::vocabulary::id::kind;
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::{ActionIndex, Fingerprint};
use cell::Rows;
use entry::{Entry, Several};
use index::Index;
use tree::Tree;

/// The place of a user among all users, in canonical order.
pub(crate) type UserIndex = u32;

/// A policy, compiled: one state of the company that every answer comes from.
///
/// It never changes. An application loads one for each request from its [`Handle`](crate::Handle), so that all answers
/// within the request agree.
///
/// ```
/// use orgscope::document::{Action, Document, Resource, Section, User};
/// use orgscope::{AnyPermission, AnyRecord, Facts, Level, Policy, Snapshot};
///
/// let mailbox = Resource::new("mailbox").action(Action::new("view").floor(Level::Own));
/// let document = Document::new().section(Section::new("webmail").resource(mailbox)).user(User::new("bo"));
/// let snapshot = Snapshot::of(&Policy::from_document(document)?);
///
/// let AnyPermission::Levelled(view) = snapshot.schema().find("mailbox.view")? else { unreachable!() };
/// let mine = AnyRecord::new("mailbox", Facts::owned_by("bo"));
/// assert!(snapshot.principal("bo").check(view, &mine).is_allow());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Snapshot {
    schema: Arc<Schema>,
    fingerprint: Fingerprint,
    /// Whether records without owner are everybody's own, for each action.
    pools: Vec<bool>,
    tree: Tree,
    departments: Index<kind::Department>,
    users: Index<kind::User>,
    entries: Vec<Entry>,
    /// Of the users with several departments.
    several: Vec<Several>,
    groups: Index<kind::Group>,
    /// The members of each group, sorted.
    members: Vec<Box<[UserIndex]>>,
    rows: Rows,
}

impl Snapshot {
    /// Compiles a policy. Linear in its size and, for each user, in the roles of the user.
    pub fn of(policy: &Policy) -> Self {
        compile::compile(policy)
    }

    /// The schema, where permissions are looked up.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    pub(crate) fn is_pool(&self, action: ActionIndex) -> bool {
        self.pools.get(action as usize).copied().unwrap_or(false)
    }

    pub(crate) fn users(&self) -> &Index<kind::User> {
        &self.users
    }

    /// The entry of a user; of nobody, if there is no such user.
    pub(crate) fn entry(&self, user: Option<UserIndex>) -> Entry {
        user.and_then(|user| self.entries.get(user as usize)).copied().unwrap_or(Entry::NOBODY)
    }

    /// Which relations to a record the users of this row may have for this action.
    pub(crate) fn cell(&self, entry: Entry, action: ActionIndex) -> Cell {
        self.rows.cell(entry.row, action)
    }

    pub(crate) fn level(&self, entry: Entry, action: ActionIndex) -> Level {
        self.rows.level(entry.row, action)
    }

    /// Whether the user of this entry may ask at all.
    pub(crate) fn may_ask(entry: Entry) -> bool {
        entry.row != cell::NOBODYS_ROW
    }
}

/// The sizes of its parts: a snapshot may hold a million users.
impl Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("users", &self.entries.len())
            .field("departments", &self.departments.len())
            .field("groups", &self.groups.len())
            .field("actions", &self.pools.len())
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}
