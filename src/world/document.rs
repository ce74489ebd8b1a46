//! World files as written: a document with records and expectations, not yet validated.

use serde::Deserialize;

use crate::document::object::read_objects;
use crate::document::word::{Word, array, flag, null_is_default, optional_array, required_flag, text};
use crate::document::{Command, Document, Format, Org, Role, Schema};
use crate::vocabulary::facts::{AnyRecord, Facts};
use crate::vocabulary::id::{RecordId, UserId, VariantId};
use crate::vocabulary::mode::Delegation;
use crate::vocabulary::refusal::RefusalKind;
use crate::vocabulary::subject::{Owner, OwnerRef, Share};
use crate::vocabulary::time::Time;
use crate::world::expectation::Expectation;

read_objects! { WorldFields Record Expect Check List Who Stage }

/// A document with records and expectations.
///
/// ```
/// use orgscope::world::document::World;
///
/// let world: World = serde_json::from_str(r#"{
///     "format": 1,
///     "schema": { "sections": [ { "name": "webmail", "resources": [
///         { "name": "mailbox", "actions": [ { "name": "view", "floor": "own" } ] } ] } ] },
///     "org": { "users": [ { "id": "bo" } ] },
///     "records": [ { "id": "m1", "type": "mailbox", "owner": "bo" } ],
///     "expect": { "list": [ { "user": "bo", "action": "mailbox.view", "records": ["m1"] } ] }
/// }"#)?;
/// assert_eq!(world.records.len(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "WorldFields")]
#[non_exhaustive]
pub struct World {
    /// The document.
    pub document: Document,
    /// The instant of the first expectations. Without one, none has been told.
    pub at: Option<Word<Time>>,
    /// The records.
    pub records: Vec<Record>,
    pub(super) expect: Expect,
    pub(super) stages: Vec<Stage>,
}

impl From<Document> for World {
    fn from(document: Document) -> Self {
        Self { document, ..Self::default() }
    }
}

/// The fields of a world file. Those of a document are repeated, because flattening would lose paths in errors and
/// accept unknown fields.
#[derive(Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "a document as an object")]
struct WorldFields {
    format: Format,
    #[serde(default, deserialize_with = "null_is_default")]
    delegation: Word<Delegation>,
    schema: Schema,
    #[serde(default, deserialize_with = "null_is_default")]
    org: Org,
    #[serde(default, deserialize_with = "array")]
    roles: Vec<Role>,
    #[serde(default)]
    at: Option<Word<Time>>,
    #[serde(default, deserialize_with = "array")]
    records: Vec<Record>,
    #[serde(default, deserialize_with = "null_is_default")]
    expect: Expect,
    #[serde(default, deserialize_with = "array")]
    stages: Vec<Stage>,
}

impl From<WorldFields> for World {
    fn from(fields: WorldFields) -> Self {
        let WorldFields { format, delegation, schema, org, roles, at, records, expect, stages } = fields;
        Self { document: Document { format, delegation, schema, org, roles }, at, records, expect, stages }
    }
}

/// A record.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "a record as an object")]
#[non_exhaustive]
pub struct Record {
    /// The id, unique among the records of the file. A record inside a request needs none.
    pub id: Option<RecordId>,
    /// The resource type.
    #[serde(rename = "type", deserialize_with = "text")]
    pub resource: String,
    /// A single owner that is a user: short for `owners` with that user.
    pub owner: Option<UserId>,
    /// The owners. Excludes `owner`.
    #[serde(default, deserialize_with = "optional_array")]
    pub owners: Option<Vec<Owner>>,
    /// The flag "available to everyone".
    #[serde(default, deserialize_with = "flag")]
    pub open: bool,
    /// The subjects that the record is shared with.
    #[serde(default, deserialize_with = "array")]
    pub shared_with: Vec<Share>,
    /// The variant: the stage, pipeline or category that the record is in.
    pub variant: Option<VariantId>,
}

impl Record {
    /// The owners, from `owner` or `owners`.
    pub fn each_owner(&self) -> impl Iterator<Item = Owner> {
        self.owner.iter().cloned().map(Owner::User).chain(self.owners.iter().flatten().cloned())
    }

    /// The record as a check takes it.
    pub fn as_any(&self) -> AnyRecord<'_> {
        let users = self.owner.iter().map(OwnerRef::from);
        let owners = self.owners.iter().flatten().map(Owner::borrowed);
        let facts = Facts::owned_by_each(users.chain(owners)).open(self.open).variant(&self.variant);
        AnyRecord::new(&self.resource, facts.shared_with_each(&self.shared_with))
    }
}

/// Expectations: each entry is one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "expectations as an object")]
pub(super) struct Expect {
    /// Single checks.
    #[serde(default, deserialize_with = "array")]
    pub(super) check: Vec<Check>,
    /// The records that a user may do something to.
    #[serde(default, deserialize_with = "array")]
    pub(super) list: Vec<List>,
    /// The users who may do something to a record.
    #[serde(default, deserialize_with = "array")]
    pub(super) who: Vec<Who>,
}

/// The expected result of a check.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an expected check as an object")]
pub(super) struct Check {
    /// The user, possibly unknown.
    pub(super) user: UserId,
    /// The permission, for example `contact.read`.
    #[serde(deserialize_with = "text")]
    pub(super) action: String,
    /// The record; left out for a toggle.
    pub(super) record: Option<RecordId>,
    /// The expected answer.
    #[serde(deserialize_with = "required_flag")]
    pub(super) allow: bool,
}

/// The expected list of records that a user may do something to.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an expected list as an object")]
pub(super) struct List {
    /// The user, possibly unknown.
    pub(super) user: UserId,
    /// The permission, for example `contact.read`.
    #[serde(deserialize_with = "text")]
    pub(super) action: String,
    /// The expected answer: exactly these, in any order.
    #[serde(default, deserialize_with = "array")]
    pub(super) records: Vec<RecordId>,
}

/// The expected users who may do something to a record.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "an expected who as an object")]
pub(super) struct Who {
    /// The permission, for example `contact.read`.
    #[serde(deserialize_with = "text")]
    pub(super) action: String,
    /// The record; left out for a toggle.
    pub(super) record: Option<RecordId>,
    /// The expected answer: exactly these, in any order.
    #[serde(default, deserialize_with = "array")]
    pub(super) users: Vec<UserId>,
}

/// A batch of changes, with expectations.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields, expecting = "a stage as an object")]
pub(super) struct Stage {
    /// The user who makes the changes, possibly unknown; the host application if left out.
    #[serde(rename = "as")]
    pub(super) by: Option<UserId>,
    /// The instant from then on, told before the changes.
    #[serde(default)]
    pub(super) at: Option<Word<Time>>,
    /// Records that are added before the changes. Those with a known id replace the earlier ones.
    #[serde(default, deserialize_with = "array")]
    pub(super) records: Vec<Record>,
    /// The changes: one batch.
    #[serde(default, deserialize_with = "array")]
    pub(super) commands: Vec<Command>,
    /// The expected kind of refusal; if left out, the changes are expected to be applied.
    pub(super) refused: Option<Word<RefusalKind>>,
    /// The expectations after the changes.
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) expect: Expect,
}

impl Expect {
    /// The expectations with their paths, which begin with `within`.
    pub(super) fn each(self, within: &str) -> Vec<(String, Expectation)> {
        let Self { check, list, who } = self;
        let check = check.into_iter().enumerate().map(|(place, Check { user, action, record, allow })| {
            (format!("{within}expect.check[{place}]"), Expectation::Check { user, action, record, allow })
        });
        let list = list.into_iter().enumerate().map(|(place, List { user, action, records })| {
            (format!("{within}expect.list[{place}]"), Expectation::List { user, action, records })
        });
        let who = who.into_iter().enumerate().map(|(place, Who { action, record, users })| {
            (format!("{within}expect.who[{place}]"), Expectation::Who { action, record, users })
        });
        check.chain(list).chain(who).collect()
    }
}
