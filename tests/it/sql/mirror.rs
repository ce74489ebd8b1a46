//! Mirror tables: what follows a change is what would be filled afresh, and what is behind never answers.

use orgscope::document::{Command, Department, Document, User};
use orgscope::sql::{Dialect, Ids, Mapping, Members, Mirror, Records};
use orgscope::{Handle, Policy, Snapshot};
use orgscope_testing::commands::command;
use orgscope_testing::random::{world, worlds};
use orgscope_testing::sql::mirror::{ask, company, what_is_behind_is_an_error};
use orgscope_testing::sql::{BEHIND, Database, Sqlite};
use proptest::collection::vec;
use proptest::prelude::*;

fn mirror(ids: Ids) -> (Sqlite, Mirror) {
    let (database, mirror) = (Sqlite::new(), Mirror::new(Dialect::Sqlite, "orgscope_", ids).unwrap());
    database.all(mirror.create()).unwrap();
    (database, mirror)
}

/// All that the tables hold, but for the revision.
fn rows(database: &Sqlite) -> Vec<String> {
    let tables = ["departments", "members", "state"].map(|table| format!("orgscope_{table}"));
    let columns =
        ["quote(id) || ' ' || first || ' ' || last", "quote(department_id) || ' ' || quote(user_id)", "state"];
    tables
        .iter()
        .zip(columns)
        .flat_map(|(table, row)| database.strings(&format!("SELECT {row} FROM {table} ORDER BY 1")))
        .collect()
}

proptest! {
    #![proptest_config(worlds(500))]

    #[test]
    fn what_follows_is_what_would_be_filled(world in world(), batches in vec(vec((any::<u8>(), any::<[u8; 4]>()), 1..8), 1..10)) {
        let handle = Handle::new(world.policy());
        let (followed, mirror) = self::mirror(Ids::Both);
        followed.all(mirror.fill(&handle.load()).unwrap()).unwrap();
        for batch in batches {
            let mut commands: Vec<Command> = batch.into_iter().map(|raw| command(raw, &world, &handle)).collect();
            let receipt = loop {
                match handle.as_host().force().apply(commands.clone()) {
                    Ok(receipt) => break receipt,
                    Err(refusal) => _ = commands.remove(refusal.command().unwrap()),
                }
            };
            prop_assert_eq!(followed.all(mirror.follow(&receipt).unwrap()), Ok(()));
            let (filled, mirror) = self::mirror(Ids::Both);
            filled.all(mirror.fill(&handle.load()).unwrap()).unwrap();
            prop_assert_eq!(rows(&followed), rows(&filled));
            // Another process, which only knows what was saved, agrees.
            let (elsewhere, mirror) = self::mirror(Ids::Both);
            let saved = Policy::from_document(handle.load().policy().to_document()).unwrap();
            elsewhere.all(mirror.fill(&Snapshot::compile(&saved)).unwrap()).unwrap();
            prop_assert_eq!(rows(&followed), rows(&elsewhere));
        }
    }
}

#[test]
fn sqlite_does_not_answer_from_what_is_behind() {
    what_is_behind_is_an_error(&Sqlite::new(), BEHIND, "NOT NULL constraint failed: orgscope_state.state");
}

/// Tables of another schema are made, filled and asked there.
#[test]
fn a_schema_has_its_own_tables_and_indexes() {
    let database = Sqlite::new();
    database.text("ATTACH ':memory:' AS crm").unwrap();
    let mirror = Mirror::new(Dialect::Sqlite, "crm.orgscope_", Ids::Integers).unwrap();
    let authz = company();
    database.all(mirror.create()).unwrap();
    database.all(mirror.fill(&authz.load()).unwrap()).unwrap();
    let receipt = authz.apply([Command::join_department(12, 1)]).unwrap();
    database.all(mirror.follow(&receipt).unwrap()).unwrap();
    database.text("CREATE TABLE contacts (owner_id BIGINT)").unwrap();
    database.text("INSERT INTO contacts (owner_id) VALUES (10), (11), (12), (13)").unwrap();
    let records = Records::new("contact", Ids::Integers).owner("owner_id");
    let mapping = Mapping::new(Dialect::Sqlite, records, Members::mirror(&mirror)).unwrap();
    assert_eq!(ask(&database, &mapping, &authz.load(), "contact.read"), Ok(vec![10, 11, 12]));
    let made = database.strings("SELECT name FROM crm.sqlite_schema WHERE sql LIKE 'CREATE INDEX%' ORDER BY name");
    assert_eq!(made, [r#"Text("orgscope_departments_first")"#, r#"Text("orgscope_members_user")"#]);
}

/// The state is in databases: a release that gives another one turns the conditions of those before it into errors. The
/// number was found by a program of a few lines that knows nothing but SipHash-2-4 and the form of the rows.
#[test]
fn a_company_has_the_same_state_in_every_release() {
    let document = Document::new()
        .department(Department::new("sales"))
        .department(Department::new(-7).parent("sales"))
        .user(User::new("zoë").member_of(-7))
        .user(User::new(17).member_of("sales").member_of(-7))
        .user(User::new("nobody").head_of("sales"));
    let snapshot = Snapshot::compile(&Policy::from_document(document).unwrap());
    let (database, mirror) = mirror(Ids::Both);
    database.all(mirror.fill(&snapshot).unwrap()).unwrap();
    assert_eq!(database.strings("SELECT state FROM orgscope_state"), ["Integer(-7758239350294660643)"]);
}

/// A department that takes the place that another one had, in one batch, is another department.
#[test]
fn a_place_that_is_used_again_is_another_departments() {
    let (database, mirror) = self::mirror(Ids::Integers);
    let authz = company();
    database.all(mirror.fill(&authz.load()).unwrap()).unwrap();
    let commands = [
        Command::LeaveDepartment { user: 12.into(), department: 2.into() },
        Command::RemoveDepartment { id: 2.into() },
        Command::add_department(Department::new(3)),
        Command::JoinDepartment { user: 12.into(), department: 3.into() },
    ];
    let receipt = authz.apply(&commands).unwrap();
    database.all(mirror.follow(&receipt).unwrap()).unwrap();
    let members = database.strings("SELECT department_id || ' ' || user_id FROM orgscope_members ORDER BY 1");
    assert_eq!(members, [r#"Text("1 11")"#, r#"Text("3 12")"#]);
}

/// One who joins a department of a company of twenty thousand is one row.
#[test]
fn only_rows_that_differ_are_written() {
    let mut document = Document::new();
    for department in 0..100 {
        document = document.department(Department::new(department));
    }
    for user in 0..20_000 {
        document = document.user(User::new(user).member_of(user % 100));
    }
    let authz = Handle::new(Policy::from_document(document).unwrap());
    let mirror = Mirror::new(Dialect::Sqlite, "orgscope_", Ids::Integers).unwrap();
    let receipt = authz.apply([Command::join_department(7, 50)]).unwrap();
    let statements = mirror.follow(&receipt).unwrap();
    let written: Vec<_> =
        statements.iter().map(|statement| (statement.text.as_str(), statement.params.len())).collect();
    assert_eq!(
        written,
        [
            (
                r#"UPDATE "orgscope_state" SET "state" = (CASE WHEN ("state" = ?) THEN CAST(? AS BIGINT) END), "revision" = ? WHERE "id" = 1"#,
                3
            ),
            (r#"INSERT INTO "orgscope_members" ("department_id", "user_id") VALUES (?, ?)"#, 2),
        ]
    );
    // The last department goes below the first: all between them have other numbers, and nobody is a member of another.
    let receipt = authz.apply([Command::move_department(99, Some(0.into()))]).unwrap();
    let statements = mirror.follow(&receipt).unwrap();
    assert!(statements.iter().all(|statement| !statement.text.contains("members")));
    assert_eq!(statements[1].params.len(), 100);
}
