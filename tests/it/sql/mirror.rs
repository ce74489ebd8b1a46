//! Mirror tables: what follows a change is what would be filled afresh, and what is behind never answers.

use orgscope::document::{Command, Department, Document, User};
use orgscope::sql::{Dialect, Ids, Mapping, Members, Mirror, Records, Sql};
use orgscope::{Handle, Level, Policy, Snapshot};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::commands::command;
use crate::random::{world, worlds};
use crate::sql::database::{BEHIND, Database, Sqlite};

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
    #![proptest_config(ProptestConfig { cases: worlds().cases / 4, ..worlds() })]

    #[test]
    fn what_follows_is_what_would_be_filled(world in world(), batches in vec(vec((any::<u8>(), any::<[u8; 4]>()), 1..8), 1..10)) {
        let handle = Handle::new(world.policy());
        let (followed, mirror) = self::mirror(Ids::Both);
        followed.all(mirror.fill(&handle.load()).unwrap()).unwrap();
        for batch in batches {
            let before = handle.load();
            let mut commands: Vec<Command> = batch.into_iter().map(|raw| command(raw, &world, &handle)).collect();
            while let Err(refusal) = handle.by_force().apply(commands.clone()) {
                commands.remove(refusal.command().unwrap());
            }
            prop_assert_eq!(followed.all(mirror.follow(&before, &handle.load()).unwrap()), Ok(()));
            let (filled, mirror) = self::mirror(Ids::Both);
            filled.all(mirror.fill(&handle.load()).unwrap()).unwrap();
            prop_assert_eq!(rows(&followed), rows(&filled));
            // Another process, which only knows what was saved, agrees.
            let (elsewhere, mirror) = self::mirror(Ids::Both);
            let saved = Policy::from_document(handle.load().policy().to_document()).unwrap();
            elsewhere.all(mirror.fill(&Snapshot::of(&saved)).unwrap()).unwrap();
            prop_assert_eq!(rows(&followed), rows(&elsewhere));
        }
    }
}

/// A company where ann, head of 1, reaches what bo owns: a contact of his and one of cy, whose department is 2.
fn company() -> Handle {
    use orgscope::document::{Action, Resource, Section};
    let contact = Resource::new("contact")
        .action(Action::new("read").floor(Level::DepartmentSub))
        .action(Action::new("list").floor(Level::DepartmentOpen))
        .action(Action::new("all").floor(Level::All))
        .action(Action::new("own").floor(Level::Own));
    let document = Document::new()
        .section(Section::new("crm").resource(contact))
        .department(Department::new(1))
        .department(Department::new(2))
        .user(User::new(10).head_of(1))
        .user(User::new(11).member_of(1))
        .user(User::new(12).member_of(2));
    Handle::new(Policy::from_document(document).unwrap())
}

/// The contacts of 10, 11 and 12 that 10 may do this to.
fn ask(database: &impl Database, mapping: &Mapping, snapshot: &Snapshot, name: &str) -> Result<Vec<i64>, String> {
    let permission = snapshot.schema().levelled(name).unwrap();
    let sql = mapping.sql(&snapshot.principal(10).scope(permission).predicate()).unwrap();
    let text = format!("SELECT owner_id FROM contacts WHERE {} ORDER BY owner_id", sql.text);
    database.integers(&Sql { text, ..sql })
}

/// What tables at another state do: every condition that asks them is an error, whatever it would have found; and so are
/// statements that start elsewhere, by an error of the database for a state that is NULL.
pub(crate) fn what_is_behind_is_an_error(database: &impl Database, message: &str, null: &str) {
    let dialect = database.dialect();
    let mirror = Mirror::new(dialect, "orgscope_", Ids::Integers).unwrap();
    database.all(mirror.create()).unwrap();
    let flag = if dialect == Dialect::Sqlite { "INTEGER" } else { "BOOLEAN" };
    database
        .text(format!("CREATE TABLE contacts (owner_id BIGINT, owner_department_id BIGINT, is_open {flag})"))
        .unwrap();
    // Indexes, by which a query may find that it has no row before it looks at the mirror.
    database.text("CREATE INDEX by_owner ON contacts (owner_id)").unwrap();
    database.text("INSERT INTO contacts (owner_id) VALUES (10), (11), (12)").unwrap();
    let mapping = |records: Records| Mapping::new(dialect, records, Members::mirror(&mirror)).unwrap();
    let contacts = || Records::new("contact", Ids::Integers).owner("owner_id").open("is_open");
    let mappings = [mapping(contacts()), mapping(contacts().owner_department("owner_department_id"))];
    let ask = |snapshot: &Snapshot, name: &str, expected: Result<&[i64], String>| {
        for mapping in &mappings {
            assert_eq!(ask(database, mapping, snapshot, name), expected.clone().map(<[i64]>::to_vec), "{name}");
        }
    };
    let behind = |at: &str| Err(database.behind(message, at));
    let authz = company();
    let after = |commands: &[Command]| {
        authz.apply(commands).unwrap();
        authz.load()
    };
    let (join, leave) = (
        |department: i64| Command::JoinDepartment { user: 12.into(), department: department.into() },
        |department: i64| Command::LeaveDepartment { user: 12.into(), department: department.into() },
    );
    let first = authz.load();
    let second = after(&[leave(2)]);
    let third = after(&[join(1)]);

    // Never filled: what follows finds no state, and makes none.
    ask(&first, "contact.read", behind("no state: fill them"));
    ask(&first, "contact.list", behind("no state: fill them"));
    assert_eq!(database.run(&mirror.follow(&first, &second).unwrap()[0]), Ok(0));
    ask(&second, "contact.read", behind("no state: fill them"));
    database.all(mirror.fill(&first).unwrap()).unwrap();
    ask(&first, "contact.read", Ok(&[10, 11]));
    ask(&first, "contact.list", Ok(&[10, 11]));

    // The company moves on; the tables do not.
    let state = || {
        let sql = Sql { text: "SELECT state FROM orgscope_state".into(), params: vec![] };
        database.integers(&sql).unwrap()[0].to_string()
    };
    let at_first = state();
    ask(&second, "contact.read", behind(&at_first));
    ask(&second, "contact.list", behind(&at_first));
    // What asks nobody's department needs no mirror.
    ask(&second, "contact.all", Ok(&[10, 11, 12]));
    ask(&second, "contact.own", Ok(&[10]));

    // Statements that do not start where the tables are change nothing: 12 is not yet in department 1.
    assert_eq!(database.all(mirror.follow(&second, &third).unwrap()), Err(null.to_owned()));
    ask(&first, "contact.read", Ok(&[10, 11]));
    ask(&third, "contact.read", behind(&at_first));
    // Those that do are one after the other.
    database.all(mirror.follow(&first, &second).unwrap()).unwrap();
    ask(&second, "contact.read", Ok(&[10, 11]));
    database.all(mirror.follow(&second, &third).unwrap()).unwrap();
    ask(&third, "contact.read", Ok(&[10, 11, 12]));
    // And a snapshot of before is not answered with what is so now.
    ask(&second, "contact.read", behind(&state()));

    // A department that comes renumbers those after it.
    let fourth = after(&[
        leave(1),
        Command::AddDepartment { id: 3.into(), name: None, parent: Some(1.into()) },
        Command::AddDepartment { id: 4.into(), name: None, parent: Some(3.into()) },
        join(4),
    ]);
    database.all(mirror.follow(&third, &fourth).unwrap()).unwrap();
    ask(&fourth, "contact.read", Ok(&[10, 11, 12]));

    // A change that moves nobody needs no statements.
    let fifth = after(&[Command::SetActive { user: 12.into(), active: false }]);
    assert_eq!(mirror.follow(&fourth, &fifth), Ok(vec![]));
    ask(&fifth, "contact.read", Ok(&[10, 11, 12]));

    // It is an error even if there is nothing to be found.
    database.text("DELETE FROM orgscope_members").unwrap();
    database.text("DELETE FROM orgscope_departments").unwrap();
    ask(&third, "contact.read", behind(&state()));
    // And filling mends it all.
    database.all(mirror.fill(&fifth).unwrap()).unwrap();
    ask(&fifth, "contact.read", Ok(&[10, 11, 12]));
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
    let before = authz.load();
    database.all(mirror.create()).unwrap();
    database.all(mirror.fill(&before).unwrap()).unwrap();
    authz.apply(&[Command::JoinDepartment { user: 12.into(), department: 1.into() }]).unwrap();
    database.all(mirror.follow(&before, &authz.load()).unwrap()).unwrap();
    database.text("CREATE TABLE contacts (owner_id BIGINT)").unwrap();
    database.text("INSERT INTO contacts (owner_id) VALUES (10), (11), (12), (13)").unwrap();
    let records = Records::new("contact", Ids::Integers).owner("owner_id");
    let mapping = Mapping::new(Dialect::Sqlite, records, Members::mirror(&mirror)).unwrap();
    assert_eq!(ask(&database, &mapping, &authz.load(), "contact.read"), Ok(vec![10, 11, 12]));
    let made = database.strings("SELECT name FROM crm.sqlite_schema WHERE sql LIKE 'CREATE INDEX%' ORDER BY name");
    assert_eq!(made, [r#"Text("orgscope_departments_first")"#, r#"Text("orgscope_members_user")"#]);
}

/// The state is in databases: a release that gives another one turns the conditions of those before it into errors. The number
/// was found by a program of a few lines that knows nothing but SipHash-2-4 and the form of the rows.
#[test]
fn a_company_has_the_same_state_in_every_release() {
    let document = Document::new()
        .department(Department::new("sales"))
        .department(Department::new(-7).parent("sales"))
        .user(User::new("zoë").member_of(-7))
        .user(User::new(17).member_of("sales").member_of(-7))
        .user(User::new("nobody").head_of("sales"));
    let snapshot = Snapshot::of(&Policy::from_document(document).unwrap());
    let (database, mirror) = mirror(Ids::Both);
    database.all(mirror.fill(&snapshot).unwrap()).unwrap();
    assert_eq!(database.strings("SELECT state FROM orgscope_state"), ["Integer(-7758239350294660643)"]);
}

/// A department that takes the place that another one had, in one batch, is another department.
#[test]
fn a_place_that_is_used_again_is_another_departments() {
    let (database, mirror) = self::mirror(Ids::Integers);
    let authz = company();
    let before = authz.load();
    database.all(mirror.fill(&before).unwrap()).unwrap();
    let commands = [
        Command::LeaveDepartment { user: 12.into(), department: 2.into() },
        Command::RemoveDepartment { id: 2.into() },
        Command::AddDepartment { id: 3.into(), name: None, parent: None },
        Command::JoinDepartment { user: 12.into(), department: 3.into() },
    ];
    authz.apply(&commands).unwrap();
    database.all(mirror.follow(&before, &authz.load()).unwrap()).unwrap();
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
    let before = authz.load();
    authz.apply(&[Command::JoinDepartment { user: 7.into(), department: 50.into() }]).unwrap();
    let statements = mirror.follow(&before, &authz.load()).unwrap();
    let written: Vec<_> =
        statements.iter().map(|statement| (statement.text.as_str(), statement.params.len())).collect();
    assert_eq!(
        written,
        [
            (
                r#"UPDATE "orgscope_state" SET "state" = CASE WHEN "state" = ? THEN CAST(? AS BIGINT) END, "revision" = ? WHERE "id" = 1"#,
                3
            ),
            (r#"INSERT INTO "orgscope_members" ("department_id", "user_id") VALUES (?, ?)"#, 2),
        ]
    );
    // The last department goes below the first: all between them have other numbers, and nobody is a member of another.
    let before = authz.load();
    authz.apply(&[Command::MoveDepartment { id: 99.into(), parent: Some(0.into()) }]).unwrap();
    let statements = mirror.follow(&before, &authz.load()).unwrap();
    assert!(statements.iter().all(|statement| !statement.text.contains("members")));
    assert_eq!(statements[1].params.len(), 100);
}
