//! Random worlds in an application's tables: a condition must find the records that a check allows.

use orgscope::document::{Place, Word};
use orgscope::id::Id;
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::sql::{Dialect, IdKinds, Ids, Mapping, Members, Mirror, OwnerTable, Param, Records, ShareTable, Sql};
use orgscope::{DepartmentId, Handle, Owner, Policy, Share, Snapshot, Subject, UserId};
use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest::test_runner::TestRunner;

use crate::dated::{HOURS, dated, hour, plain};
use crate::random::{Record, World, world};
use crate::sql::Database;
use crate::square::permissions;

/// Creates an application's tables in a dialect. Those of SQLite have collations that must not matter.
pub fn create(database: &impl Database, ids: Ids, mirror: &Mirror) {
    let id = database.type_of(ids);
    let stage = database.type_of(variants_of(ids));
    let (no_case, trimmed) = match database.dialect() {
        Dialect::Sqlite => ("COLLATE NOCASE", "COLLATE RTRIM"),
        _ => ("", ""),
    };
    let flag = if database.dialect() == Dialect::Sqlite { "" } else { "BOOLEAN" };
    for text in [
        format!(
            "CREATE TABLE records (n BIGINT, type TEXT, one BIGINT, id {id} {no_case}, owner_id {id} {no_case}, \
             owner_department_id {id} {trimmed}, is_open {flag}, stage {stage} {no_case})"
        ),
        format!("CREATE TABLE owners (record_id {id} {trimmed}, user_id {id} {no_case}, department_id {id} {no_case})"),
        format!(
            "CREATE TABLE shares (record_id {id} {no_case}, user_id {id} {no_case}, department_id {id} {trimmed}, \
             department_sub_id {id} {no_case}, group_id {id} {no_case})"
        ),
        format!("CREATE TABLE members (user_id {id} {no_case}, department_id {id} {trimmed})"),
    ] {
        database.text(text).unwrap();
    }
    database.all(mirror.create()).unwrap();
}

/// Inserts a row. Missing values are NULL.
fn insert(database: &impl Database, table: &str, row: &[(&str, Option<Param>)]) {
    let set: Vec<_> = row.iter().filter_map(|(column, value)| Some((*column, value.clone()?))).collect();
    let columns: Vec<&str> = set.iter().map(|(column, _)| *column).collect();
    let marks: Vec<String> = (1..=set.len()).map(|nth| database.placeholder(nth)).collect();
    let text = format!("INSERT INTO {table} ({}) VALUES ({})", columns.join(", "), marks.join(", "));
    database.run(&Sql { text, params: set.into_iter().map(|(_, value)| value).collect() }).unwrap();
}

/// An id as a parameter, or `None` if a column of such ids can't hold it.
fn param<Kind>(ids: Ids, id: &Id<Kind>) -> Option<Param> {
    match (ids, id.as_integer(), id.as_text()) {
        (Ids::Uuids, _, text) => {
            let uuid = uuid::Uuid::try_parse(text?).ok()?;
            (uuid.to_string() == text?).then_some(Param::Uuid(uuid))
        }
        (Ids::Integers | Ids::Both, Some(integer), _) => Some(Param::Integer(integer)),
        (Ids::Text | Ids::Both, _, Some(text)) => Some(Param::Text(text.to_owned())),
        _ => None,
    }
}

fn owner(ids: Ids, owner: &Owner) -> [(&'static str, Option<Param>); 2] {
    match owner {
        Owner::User(id) => [("user_id", param(ids, id)), ("department_id", None)],
        Owner::Department(id) => [("user_id", None), ("department_id", param(ids, id))],
    }
}

fn share(ids: Ids, share: &Share) -> (&'static str, Option<Param>) {
    match share {
        Share::User(id) => ("user_id", param(ids, id)),
        Share::Department(id) => ("department_id", param(ids, id)),
        Share::DepartmentSub(id) => ("department_sub_id", param(ids, id)),
        Share::Group(id) => ("group_id", param(ids, id)),
    }
}

/// The ids of variants in tables with such ids.
fn variants_of(ids: Ids) -> Ids {
    if ids == Ids::Uuids { Ids::Text } else { ids }
}

/// A UUID for an id, the same for the same one.
fn as_uuid<Kind>(id: &Id<Kind>) -> uuid::Uuid {
    let bytes = id.to_string().bytes().chain([u8::from(id.as_integer().is_some())]).collect::<Vec<_>>();
    uuid::Uuid::from_u128(bytes.into_iter().fold(7, |sum: u128, byte| sum.wrapping_mul(1_000_003) + u128::from(byte)))
}

/// The same world with UUIDs for most users: of those that are one, some are written in capitals, and so are none.
fn with_users_of(ids: Ids, mut world: World) -> World {
    if ids != Ids::Uuids {
        return world;
    }
    let change = |id: &mut UserId| {
        *id = match id.as_integer() {
            Some(4) => as_uuid(id).to_string().to_uppercase().into(),
            Some(6) => return,
            _ => as_uuid(id).into(),
        };
    };
    world.document.org.users.iter_mut().for_each(|user| change(&mut user.id));
    world.document.org.groups.iter_mut().flat_map(|group| &mut group.members).for_each(|member| change(&mut member.id));
    for assignment in world.document.roles.iter_mut().flat_map(|role| &mut role.assigned_to) {
        if let Word::Known(Subject::User(id)) = &mut assignment.to {
            change(id);
        }
    }
    for record in &mut world.records {
        for owner in &mut record.owners {
            if let Owner::User(id) = owner {
                change(id);
            }
        }
        for share in &mut record.shared_with {
            if let Share::User(id) = share {
                change(id);
            }
        }
    }
    world
}

/// Whether columns of such ids can hold the facts of a record.
fn can_hold(ids: Ids, record: &Record) -> bool {
    let owners = record.owners.iter().all(|each| owner(ids, each).iter().any(|(_, value)| value.is_some()));
    let variant = record.variant.as_ref().is_none_or(|variant| param(variants_of(ids), variant).is_some());
    owners && variant && record.shared_with.iter().all(|each| share(ids, each).1.is_some())
}

/// The id of a record, as careless as those of users.
fn record_id(ids: Ids, nth: usize) -> Param {
    let texts = ["1", "a", "A", "a ", "o'neil", "%", "\"q\"", "ä", "\u{1F600}", "null"];
    match ids {
        Ids::Integers => Param::Integer(i64::try_from(nth).unwrap()),
        Ids::Uuids => Param::Uuid(uuid::Uuid::from_u128(nth as u128)),
        Ids::Both if nth % 2 == 1 => Param::Integer(1 + i64::try_from(nth / 2).unwrap()),
        _ => Param::Text(format!("{}{}", texts[nth % texts.len()], "+".repeat(nth / texts.len()))),
    }
}

/// Whether one column of users and one of departments can hold the owners.
fn has_one_of_each(record: &Record) -> bool {
    let users = record.owners.iter().filter(|owner| matches!(owner, Owner::User(_))).count();
    users <= 1 && record.owners.len() - users <= 1
}

/// Writes the records into both forms of the tables, and the members of departments into theirs, and fills the mirror.
pub fn fill(database: &impl Database, ids: Ids, world: &World, snapshot: &Snapshot, mirror: &Mirror) {
    fill_own(database, ids, world, snapshot);
    database.all(mirror.fill(snapshot).unwrap()).unwrap();
}

/// The tables of the application, with the members at the instant of a state.
fn fill_own(database: &impl Database, ids: Ids, world: &World, snapshot: &Snapshot) {
    for table in ["records", "owners", "shares", "members"] {
        database.text(format!("DELETE FROM {table}")).unwrap();
    }
    let truth = if database.dialect() == Dialect::Sqlite { "1" } else { "TRUE" };
    let untruth = if database.dialect() == Dialect::Sqlite { "0" } else { "FALSE" };
    for (nth, record) in world.records.iter().enumerate().filter(|(_, record)| can_hold(ids, record)) {
        let n = i64::try_from(nth).unwrap();
        let id = Some(record_id(ids, nth));
        let mut row = vec![("n", Some(Param::Integer(n))), ("type", Some(Param::Text(record.resource.clone())))];
        row.extend([("id", id.clone()), ("one", Some(Param::Integer(has_one_of_each(record).into())))]);
        row.push(("stage", record.variant.as_ref().and_then(|variant| param(variants_of(ids), variant))));
        if has_one_of_each(record) {
            for each in &record.owners {
                let [(_, user), (_, department)] = owner(ids, each);
                row.extend(
                    [("owner_id", user), ("owner_department_id", department)].into_iter().filter(|(_, v)| v.is_some()),
                );
            }
        }
        insert(database, "records", &row);
        // A flag that is not set is sometimes 0 and sometimes NULL.
        if record.open || nth % 2 == 0 {
            let flag = if record.open { truth } else { untruth };
            database.text(format!("UPDATE records SET is_open = {flag} WHERE n = {n}")).unwrap();
        }
        for each in &record.owners {
            let [user, department] = owner(ids, each);
            insert(database, "owners", &[("record_id", id.clone()), user, department]);
        }
        for each in &record.shared_with {
            insert(database, "shares", &[("record_id", id.clone()), share(ids, each)]);
        }
        // A row without an owner.
        if nth % 3 == 0 {
            insert(database, "owners", &[("record_id", id)]);
        }
    }
    // A row without a record must not matter.
    database.text("INSERT INTO owners (record_id) VALUES (NULL)").unwrap();
    for user in plain(&world.document, snapshot.instant()).org.users {
        for department in &user.departments {
            let row = [("user_id", param(ids, &user.id)), ("department_id", param(ids, &department.id))];
            if row.iter().all(|(_, value)| value.is_some()) {
                insert(database, "members", &row);
            }
        }
    }
}

/// The mappings of all tables: owners in columns or in a table, members inline, in a table, or in the mirror.
pub fn mappings(resource: &str, dialect: Dialect, ids: Ids, mirror: &Mirror) -> Vec<(bool, Mapping)> {
    let records = || {
        let records = Records::new(resource, IdKinds::from(ids)).open("is_open").shares(ShareTable::new("shares"));
        records.variant("stage", variants_of(ids))
    };
    let owners = OwnerTable { department: Some("department_id".to_owned()), ..OwnerTable::new("owners") };
    let members = || {
        [Members::inline(1000), Members::table("members", "user_id", "department_id", 1000), Members::mirror(mirror)]
    };
    let columns = members().map(|members| {
        let records = records().table("records").owner("owner_id").owner_department("owner_department_id");
        (true, Mapping::new(dialect, records, members).unwrap())
    });
    let table =
        members().map(|members| (false, Mapping::new(dialect, records().owners(owners.clone()), members).unwrap()));
    columns.into_iter().chain(table).collect()
}

/// The records of a type that a condition finds, by their indexes.
pub fn found(database: &impl Database, resource: &str, one: bool, sql: &Sql) -> Result<Vec<i64>, String> {
    // The application's own query around it, with its parameters after those of the condition.
    let nth = sql.params.len();
    let (kind, ones) = (database.placeholder(nth + 1), database.placeholder(nth + 2));
    let text = format!("SELECT n FROM records WHERE {} AND type = {kind} AND one >= {ones} ORDER BY n", sql.text);
    let own = [Param::Text(resource.to_owned()), Param::Integer(one.into())];
    database.integers(&Sql { text, params: sql.params.iter().cloned().chain(own).collect() })
}

/// The same world with departments that typed columns can hold. Users, groups, owners and shares stay mixed.
pub fn with_departments_of(ids: Ids, mut world: World) -> World {
    let uniform = |id: &mut DepartmentId| match ids {
        Ids::Uuids => *id = as_uuid(id).into(),
        Ids::Text => {
            if let Some(integer) = id.as_integer() {
                *id = format!("#{integer}").into();
            }
        }
        Ids::Integers => {
            if let Some(text) = id.as_text() {
                *id = (1000 + text.bytes().fold(0, |sum, byte| sum * 7 + i64::from(byte))).into();
            }
        }
        _ => {}
    };
    for department in &mut world.document.org.departments {
        uniform(&mut department.id);
        department.parent.iter_mut().for_each(uniform);
    }
    for user in &mut world.document.org.users {
        let posts = [&mut user.departments, &mut user.heads, &mut user.deputy_of].into_iter().flatten();
        posts.map(|post| &mut post.id).for_each(uniform);
    }
    for assignment in world.document.roles.iter_mut().flat_map(|role| &mut role.assigned_to) {
        if let Word::Known(Subject::Department(id) | Subject::DepartmentSub(id)) = &mut assignment.to {
            uniform(id);
        }
        if let Some(Word::Known(Place::Departments(ids))) = &mut assignment.place {
            let mut listed = ids.to_vec();
            listed.iter_mut().for_each(uniform);
            *ids = listed.into();
        }
    }
    for record in &mut world.records {
        for owner in &mut record.owners {
            if let Owner::Department(id) = owner {
                uniform(id);
            }
        }
        for share in &mut record.shared_with {
            if let Share::Department(id) | Share::DepartmentSub(id) = share {
                uniform(id);
            }
        }
    }
    world
}

/// A question to a database, with the right answer.
#[derive(Debug)]
pub struct Question {
    resource: String,
    /// Whether the owners are in columns of the record.
    one: bool,
    what: String,
    sql: Sql,
    expected: Vec<i64>,
}

impl Question {
    /// The records that the database finds, by their numbers.
    pub fn found(&self, database: &impl Database) -> Result<Vec<i64>, String> {
        found(database, &self.resource, self.one, &self.sql)
    }

    /// Whether these are the records that the reference finds.
    pub fn check(&self, found: &[i64]) {
        assert_eq!(found, self.expected, "{} {:?}", self.what, self.sql);
    }

    /// Whether the condition asks the mirror.
    pub fn asks_mirror(&self) -> bool {
        self.sql.text.contains("orgscope_state")
    }
}

/// All questions about a state of a world, with what the reference answers if only what holds then is there.
pub fn questions(dialect: Dialect, ids: Ids, world: &World, snapshot: &Snapshot, mirror: &Mirror) -> Vec<Question> {
    let policy = Policy::from_document(plain(&snapshot.policy().to_document(), snapshot.instant())).unwrap();
    let reference = Reference::new(&policy);
    let mut questions = Vec::new();
    for permission in permissions(&policy) {
        let AnyPermission::Levelled(levelled) = permission else { continue };
        let name = policy.schema().name(permission).unwrap();
        let (resource, _) = name.split_once('.').unwrap();
        let mappings = mappings(resource, dialect, ids, mirror);
        for user in world.askers() {
            let scope = snapshot.principal(&user).scope(levelled);
            let predicate = scope.predicate();
            let stored = |one: bool| {
                let records = (0..).zip(&world.records).filter(|(_, record)| can_hold(ids, record));
                records.filter(move |(_, record)| record.resource == resource && (!one || has_one_of_each(record)))
            };
            let expected = |one: bool| -> Vec<i64> {
                let decide = |record: &Record| {
                    let allow = reference.decide(&user, levelled, &record.as_any());
                    assert_eq!(scope.contains(&record.as_any()), allow);
                    allow
                };
                stored(one).filter(|(_, record)| decide(record)).map(|(nth, _)| nth).collect()
            };
            for (one, mapping) in &mappings {
                let (sql, expected) = (mapping.sql(&predicate).unwrap(), expected(*one));
                let what = format!("{user:?} {name} {predicate}");
                questions.push(Question { resource: resource.to_owned(), one: *one, what, sql, expected });
            }
        }
    }
    questions
}

/// Compares all lists of a world in a database with the checks, at the latest of these hours if there are any. The
/// mirror is filled before the first, and follows from one to the next. Returns the number of lists.
fn agree(database: &impl Database, ids: Ids, world: &World, hours: &[i64], mirror: &Mirror) -> usize {
    let authz = Handle::new(world.policy());
    database.all(mirror.fill(&authz.load()).unwrap()).unwrap();
    for at in hours {
        database.all(mirror.follow(authz.advance(hour(*at))).unwrap()).unwrap();
    }
    let snapshot = authz.load();
    fill_own(database, ids, world, &snapshot);
    let questions = questions(database.dialect(), ids, world, &snapshot, mirror);
    for question in &questions {
        let found = question.found(database).unwrap_or_else(|error| panic!("{error}: {question:?}"));
        question.check(&found);
        // The text contains no id.
        let text = &question.sql.text;
        assert!(!text.contains("neil") && !text.contains('\u{1F600}'), "{question:?}");
    }
    questions.len()
}

/// A world without periods and any instant, or one with periods and some hours.
pub fn world_at() -> impl Strategy<Value = (World, Vec<i64>)> {
    let times = prop::option::of((any::<u64>(), prop::collection::vec(0..HOURS + 5, 0..3)));
    (world(), times).prop_map(|(world, times)| match times {
        Some((seed, hours)) => (dated(world, seed), hours),
        None => (world, vec![]),
    })
}

/// Compares all lists of random worlds in a database with the checks.
pub fn square(database: &impl Database, ids: Ids, config: Config) {
    let mirror = Mirror::new(database.dialect(), "orgscope_", ids).unwrap();
    create(database, ids, &mirror);
    let database = std::panic::AssertUnwindSafe(database);
    let counted = std::cell::Cell::new(0);
    TestRunner::new(config)
        .run(&world_at(), |(world, hours)| {
            let world = with_users_of(ids, with_departments_of(ids, world));
            counted.set(counted.get() + agree(*database, ids, &world, &hours, &mirror));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(counted.get() > 0);
}
