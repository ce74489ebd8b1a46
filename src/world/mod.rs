//! World files: a policy with records and expectations. Tests, the command line, examples and bug reports all use this
//! format.
//!
//! serde reads a [`document::World`], which is validated into a [`World`].

pub mod document;
mod expectation;

use std::collections::BTreeMap;
use std::sync::Arc;

use thiserror::Error;

use crate::collections::persistent::Map;
use crate::document::Command;
use crate::policy::Policy;
use crate::policy::near::{names_near, near_id};
use crate::policy::rules::{Invalid, Kind};
use crate::policy::schema::Schema;
use crate::policy::unknown::UnknownPermission;
use crate::policy::validate::{PolicyError, Problems, check_id};
use crate::vocabulary::id::{RecordId, UserId};
use crate::vocabulary::permission::{AnyPermission, Permission};
use crate::vocabulary::refusal::RefusalKind;
use crate::vocabulary::subject::{Owner, Share};
use crate::vocabulary::time::Time;
use crate::world::document::Record;
pub use crate::world::expectation::Expectation;

/// A valid world file: a policy, records of its resource types, and expectations.
///
/// ```
/// use orgscope::Snapshot;
/// use orgscope::world::{Question, World};
///
/// let world = World::from_document(serde_json::from_str(r#"{
///     "format": 1,
///     "schema": { "sections": [ { "name": "webmail", "resources": [
///         { "name": "mailbox", "actions": [ { "name": "view", "floor": "own" } ] } ] } ] },
///     "org": { "users": [ { "id": "bo" } ] },
///     "records": [ { "id": "m1", "type": "mailbox", "owner": "bo" } ]
/// }"#)?)?;
/// let snapshot = Snapshot::compile(world.policy());
///
/// let Question::Levelled(view, record) = world.question("mailbox.view", Some(&"m1".into()))? else { unreachable!() };
/// assert!(snapshot.principal("bo").check(view, &record.as_any()).is_allow());
/// assert_eq!(world.question("mailbox.view", None).unwrap_err().to_string(), "`mailbox.view` is not a toggle: name a record");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct World {
    policy: Policy,
    /// In the order of the file. Stages share all records that they do not replace.
    records: Map<usize, Arc<Record>>,
    record_by_id: Map<RecordId, usize>,
    /// With their paths in the file.
    expect: Vec<(String, Expectation)>,
    stages: Vec<Stage>,
}

/// One stage of a world file: a batch of changes, and the records and expectations after it.
#[derive(Clone, Debug)]
pub struct Stage {
    by: Option<UserId>,
    at: Option<Time>,
    commands: Vec<Command>,
    refused: Option<RefusalKind>,
    world: World,
}

impl Stage {
    /// The user who makes the changes, or `None` for the host application.
    pub fn by(&self) -> Option<&UserId> {
        self.by.as_ref()
    }

    /// The instant to go on to before the changes, if it is another than before.
    pub fn at(&self) -> Option<Time> {
        self.at
    }

    /// The changes: one batch.
    pub fn commands(&self) -> &[Command] {
        &self.commands
    }

    /// The expected kind of refusal, or `None` if the changes are expected to be applied.
    pub fn refused(&self) -> Option<RefusalKind> {
        self.refused
    }

    /// The records at this stage, and the expectations after the changes. The policy is that of the whole file, before
    /// any change.
    pub fn world(&self) -> &World {
        &self.world
    }
}

/// A question about a world: a toggle, or a permission with one of the records.
#[derive(Clone, Copy, Debug)]
pub enum Question<'w> {
    /// A toggle.
    Toggle(Permission<()>),
    /// A permission, with a record of its type.
    Levelled(Permission, &'w Record),
}

/// The error for a question that is invalid in a world.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct InvalidQuestion(String);

impl From<UnknownPermission> for InvalidQuestion {
    fn from(error: UnknownPermission) -> Self {
        Self(error.to_string())
    }
}

impl World {
    /// Validates a world file.
    ///
    /// # Errors
    ///
    /// When anything in the file is invalid. The error holds all problems, each with its path.
    pub fn from_document(written: document::World) -> Result<Self, PolicyError> {
        let document::World { document, at, records, expect, stages } = written;
        let expect = expect.each("");
        let mut problems = Problems::default();
        let mut policy = Policy::read(document, &mut problems);
        let at = at.and_then(|at| problems.note("at", at.known().map_err(Invalid::Time)));
        policy.go(at);
        let record_by_id = check_records("records", &records, &policy.schema, &mut problems);
        let records = Map::of_sorted((0..).zip(records.into_iter().map(Arc::new)));
        let mut world =
            Self { policy, records, record_by_id: Map::of_sorted(record_by_id), expect, stages: Vec::new() };
        world.check_expectations(&mut problems);
        let mut latest_instant = at;
        for (s, stage) in stages.into_iter().enumerate() {
            let path = format!("stages[{s}].");
            let latest = world.stages.last().map_or(&world, Stage::world);
            let stage = latest.stage(&path, stage, &mut problems);
            if let (Some(at), Some(latest)) = (stage.at, latest_instant)
                && at < latest
            {
                let message =
                    format!("{at} is before {latest}, the instant of what comes before: time never goes back");
                problems.add_coded(format_args!("{path}at"), "time_goes_back", message);
            }
            latest_instant = stage.at.or(latest_instant);
            world.stages.push(stage);
        }
        problems.or(world)
    }

    /// Reads the next stage of a world that has these records so far.
    fn stage(&self, path: &str, written: document::Stage, problems: &mut Problems) -> Stage {
        let document::Stage { by, at, records, commands, refused, expect } = written;
        let at = at.and_then(|at| problems.note(format_args!("{path}at"), at.known().map_err(Invalid::Time)));
        let expect = expect.each(path);
        if let Some(by) = &by {
            check_id(format_args!("{path}as"), by, problems);
        }
        let refused = refused.and_then(|word| {
            let refused = word.known().map_err(Invalid::UnknownWord);
            let refused = problems.note(format_args!("{path}refused"), refused);
            if refused == Some(RefusalKind::Conflict) {
                problems.add_coded(
                    format_args!("{path}refused"),
                    "conflict_in_stage",
                    "no stage is refused for a `conflict`, because none names the revision that its author saw: \
                     expect another refusal",
                );
            }
            refused
        });
        check_records(&format!("{path}records"), &records, &self.policy.schema, problems);
        let (mut all, mut places) = (self.records.clone(), self.record_by_id.clone());
        for record in records {
            let Some(id) = record.id.clone() else { continue };
            let place = places.get(&id).copied().unwrap_or(all.len());
            all.insert(place, Arc::new(record));
            places.insert(id, place);
        }
        let world =
            Self { policy: self.policy.clone(), records: all, record_by_id: places, expect, stages: Vec::new() };
        world.check_expectations(problems);
        Stage { by, at, commands, refused, world }
    }

    /// The same world at another instant.
    #[must_use]
    pub fn at(mut self, instant: Time) -> Self {
        self.policy.go(Some(instant));
        self
    }

    /// The policy, at the instant of the file if it has one.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The records, in the order of the file.
    pub fn records(&self) -> impl Iterator<Item = &Record> {
        self.records.values().map(|record| &**record)
    }

    /// The expectations about the policy and the records, each with its path in the file, for example `expect.check[0]`.
    pub fn expectations(&self) -> impl ExactSizeIterator<Item = (&str, &Expectation)> {
        self.expect.iter().map(|(path, expectation)| (path.as_str(), expectation))
    }

    /// The stages: batches of changes, each with its expectations.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The question about a permission and a record by their names.
    ///
    /// # Errors
    ///
    /// When the action or the record is unknown, the record is of another type, or a record is missing or superfluous.
    pub fn question(&self, action: &str, record: Option<&RecordId>) -> Result<Question<'_>, InvalidQuestion> {
        self.question_of(action, record, true)
    }

    /// The same. Without `suggest`, an error costs no search for similar names.
    fn question_of(
        &self,
        action: &str,
        record: Option<&RecordId>,
        suggest: bool,
    ) -> Result<Question<'_>, InvalidQuestion> {
        let schema = &self.policy.schema;
        let permission = schema.token(schema.find_action(action, suggest)?);
        let place = |id: &RecordId| self.record_by_id.get(id).and_then(|place| self.records.get(place));
        let unknown = |id: &RecordId| {
            let near = || near_id(&id.to_string(), self.record_by_id.keys(), |id| place(id).is_some());
            Invalid::UnknownId { kind: Kind::Record, id: id.to_string(), hint: suggest.then(near).flatten() }
        };
        let found = |id| place(id).map(|record| &**record).ok_or_else(|| InvalidQuestion(unknown(id).to_string()));
        self.ask(action, permission, record.map(found).transpose()?)
    }

    /// Checks that the company has this user. An unknown user is not an error of a question, which has the answer "no".
    ///
    /// # Errors
    ///
    /// When there is no such user. The error may suggest another.
    pub fn check_user(&self, user: &UserId) -> Result<(), Invalid> {
        self.policy.org.known_user(user).map_err(|invalid| self.policy.with_hint(invalid))
    }

    /// The question about a record that is not in the file.
    ///
    /// # Errors
    ///
    /// When the action is unknown, or the record is invalid or of another type.
    pub fn question_about<'w>(&self, action: &str, record: &'w Record) -> Result<Question<'w>, InvalidQuestion> {
        let permission = self.policy.schema.any_permission(action)?;
        let mut problems = Problems::default();
        check_record("record", record, &self.policy.schema, &mut problems);
        problems.or(()).map_err(|error| InvalidQuestion(error.to_string().replace('\n', "; ")))?;
        self.ask(action, permission, Some(record))
    }

    fn ask<'w>(
        &self,
        action: &str,
        permission: AnyPermission,
        record: Option<&'w Record>,
    ) -> Result<Question<'w>, InvalidQuestion> {
        match (permission, record) {
            (AnyPermission::Toggle(toggle), None) => Ok(Question::Toggle(toggle)),
            (AnyPermission::Toggle(_), Some(_)) => {
                Err(InvalidQuestion(format!("`{action}` is a toggle and has no record: leave the record out")))
            }
            (AnyPermission::Levelled(_), None) => {
                Err(InvalidQuestion(format!("`{action}` is not a toggle: name a record")))
            }
            (AnyPermission::Levelled(permission), Some(record)) => {
                let expected = &self.policy.schema.resource_of(permission.action).name;
                if record.resource == *expected {
                    Ok(Question::Levelled(permission, record))
                } else {
                    let found = &record.resource;
                    Err(InvalidQuestion(format!(
                        "`{action}` takes records of type `{expected}`, and this one is of type `{found}`"
                    )))
                }
            }
        }
    }

    fn check_expectations(&self, problems: &mut Problems) {
        let ask = |problems: &mut Problems, path: &str, action: &str, record: Option<&RecordId>| {
            if let Err(error) = self.question_of(action, record, problems.are_few()) {
                problems.add_coded(path, "question", error);
            }
        };
        for (path, expectation) in &self.expect {
            match expectation {
                Expectation::Check { user, action, record, .. } => {
                    check_id(format_args!("{path}.user"), user, problems);
                    ask(problems, path, action, record.as_ref());
                }
                Expectation::List { user, action, records } => {
                    check_id(format_args!("{path}.user"), user, problems);
                    if let Err(error) = self.listable_of(action, problems.are_few()) {
                        problems.add_coded(path, "question", error);
                        continue;
                    }
                    for (r, record) in records.iter().enumerate() {
                        ask(problems, &format!("{path}.records[{r}]"), action, Some(record));
                    }
                }
                Expectation::Who { action, record, users } => {
                    for (u, user) in users.iter().enumerate() {
                        check_id(format_args!("{path}.users[{u}]"), user, problems);
                    }
                    ask(problems, path, action, record.as_ref());
                }
            }
        }
    }

    /// The permission with this name, for a list of records.
    ///
    /// # Errors
    ///
    /// When the action is unknown, or a toggle, which has no records.
    pub fn listable(&self, action: &str) -> Result<Permission, InvalidQuestion> {
        self.listable_of(action, true)
    }

    fn listable_of(&self, action: &str, suggest: bool) -> Result<Permission, InvalidQuestion> {
        let schema = &self.policy.schema;
        match schema.token(schema.find_action(action, suggest)?) {
            AnyPermission::Levelled(permission) => Ok(permission),
            AnyPermission::Toggle(_) => {
                Err(InvalidQuestion(format!("`{action}` is a toggle: only permissions on records can be listed")))
            }
        }
    }
}

/// Checks records and returns their positions by id.
fn check_records(
    list: &str,
    records: &[Record],
    schema: &Schema,
    problems: &mut Problems,
) -> BTreeMap<RecordId, usize> {
    let mut places = BTreeMap::new();
    for (r, record) in records.iter().enumerate() {
        let path = format!("{list}[{r}]");
        match &record.id {
            None => {
                problems.add_coded(format_args!("{path}.id"), "record_without_id", "the record has no `id`: add one");
            }
            Some(id) => {
                if let Some(other) = places.insert(id.clone(), r) {
                    let taken = Invalid::taken(Kind::Record, id, Some(format!("{list}[{other}]")));
                    problems.add(format_args!("{path}.id"), &taken);
                }
            }
        }
        check_record(&path, record, schema, problems);
    }
    places
}

fn check_record(path: &str, record: &Record, schema: &Schema, problems: &mut Problems) {
    if let Some(id) = &record.id {
        check_id(format_args!("{path}.id"), id, problems);
    }
    if schema.resource(&record.resource).is_none() {
        let name = record.resource.clone();
        let invalid = Invalid::UnknownResourceType {
            name,
            known: names_near(&record.resource, schema.resources(), problems.are_few()),
        };
        problems.add(format_args!("{path}.type"), &invalid);
    }
    if let Some(owner) = &record.owner {
        check_id(format_args!("{path}.owner"), owner, problems);
    }
    for (o, owner) in record.owners.iter().flatten().enumerate() {
        let path = format_args!("{path}.owners[{o}]");
        match owner {
            Owner::User(id) => check_id(path, id, problems),
            Owner::Department(id) => check_id(path, id, problems),
        }
    }
    for (s, share) in record.shared_with.iter().enumerate() {
        let path = format_args!("{path}.shared_with[{s}]");
        match share {
            Share::User(id) => check_id(path, id, problems),
            Share::Department(id) | Share::DepartmentSub(id) => check_id(path, id, problems),
            Share::Group(id) => check_id(path, id, problems),
        }
    }
    if let Some(variant) = &record.variant {
        check_id(format_args!("{path}.variant"), variant, problems);
    }
    if record.owner.is_some() && record.owners.is_some() {
        problems.add_coded(
            format_args!("{path}.owners"),
            "owner_and_owners",
            "use either `owner`, which is short for one owner that is a user, or `owners`, not both",
        );
    }
}
