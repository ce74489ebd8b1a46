//! Mirror tables: what follows a change is what would be filled afresh, and what is behind never answers.

use orgscope::document::{Command, Department, Document, User};
use orgscope::sql::{Dialect, Ids, Mapping, Members, Mirror, Records, Sql};
use orgscope::{AnyPermission, Handle, Level, Policy, Snapshot};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::commands::command;
use crate::random::{world, worlds};
use crate::sql::database::{BEHIND, Database, Sqlite};

fn mirror(ids: Ids) -> (Sqlite, Mirror) {
    let (database, mirror) = (Sqlite::new(), Mirror::new(Dialect::Sqlite, "orgscope_", ids).unwrap());
    for statement in mirror.create() {
        database.run(&statement).unwrap();
    }
    (database, mirror)
}

fn run_all(database: &impl Database, statements: impl IntoIterator<Item = Sql>) -> u64 {
    statements.into_iter().map(|statement| database.run(&statement).unwrap()).last().unwrap_or(1)
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
        run_all(&followed, mirror.fill(&handle.load()).unwrap());
        for batch in batches {
            let before = handle.load();
            let mut commands: Vec<Command> = batch.into_iter().map(|raw| command(raw, &world, &handle)).collect();
            while let Err(refusal) = handle.by_force().apply(commands.clone()) {
                commands.remove(refusal.command().unwrap());
            }
            prop_assert_eq!(run_all(&followed, mirror.follow(&before, &handle.load()).unwrap()), 1);
            let (filled, mirror) = self::mirror(Ids::Both);
            run_all(&filled, mirror.fill(&handle.load()).unwrap());
            prop_assert_eq!(rows(&followed), rows(&filled));
            // Another process, which only knows what was saved, agrees.
            let (elsewhere, mirror) = self::mirror(Ids::Both);
            let saved = Policy::from_document(handle.load().policy().to_document()).unwrap();
            run_all(&elsewhere, mirror.fill(&Snapshot::of(&saved)).unwrap());
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
    let AnyPermission::Levelled(permission) = snapshot.schema().find(name).unwrap() else { unreachable!() };
    let sql = mapping.sql(&snapshot.principal(10).scope(permission).predicate()).unwrap();
    let text = format!("SELECT owner_id FROM contacts WHERE {} ORDER BY owner_id", sql.text);
    database.integers(&Sql { text, ..sql })
}

/// What tables at another state do: every condition that asks them is an error, whatever it would have found.
pub(crate) fn what_is_behind_is_an_error(database: &impl Database, message: &str) {
    let dialect = database.dialect();
    let mirror = Mirror::new(dialect, "orgscope_", Ids::Integers).unwrap();
    for statement in mirror.create() {
        database.run(&statement).unwrap();
    }
    let flag = if dialect == Dialect::Sqlite { "INTEGER" } else { "BOOLEAN" };
    database
        .text(format!("CREATE TABLE contacts (owner_id BIGINT, owner_department_id BIGINT, is_open {flag})"))
        .unwrap();
    // Indexes, by which a query may find that it has no row before it looks at the mirror.
    database.text("CREATE INDEX by_owner ON contacts (owner_id)").unwrap();
    database.text("INSERT INTO contacts (owner_id) VALUES (10), (11), (12)").unwrap();
    let mapping = |records: Records| Mapping::new(dialect, records, Members::mirror(&mirror)).unwrap();
    let contacts = || Records::new(Ids::Integers).owner("owner_id").open("is_open");
    let mappings = [mapping(contacts()), mapping(contacts().owner_department("owner_department_id"))];
    let authz = company();
    let ask = |snapshot: &Snapshot, name: &str, expected: Result<&[i64], String>| {
        for mapping in &mappings {
            assert_eq!(ask(database, mapping, snapshot, name), expected.clone().map(<[i64]>::to_vec), "{name}");
        }
    };
    let behind = |at: &str| Err(format!("{message}{at}"));

    // Never filled.
    let first = authz.load();
    ask(&first, "contact.read", behind("no state: fill them"));
    ask(&first, "contact.list", behind("no state: fill them"));
    run_all(database, mirror.fill(&first).unwrap());
    ask(&first, "contact.read", Ok(&[10, 11]));
    ask(&first, "contact.list", Ok(&[10, 11]));

    // The company moves on; the tables do not.
    authz.apply(&[Command::JoinDepartment { user: 12.into(), department: 1.into() }]).unwrap();
    let second = authz.load();
    let state = database.integers(&Sql { text: "SELECT state FROM orgscope_state".into(), params: vec![] }).unwrap()[0];
    let at_first = || behind(&state.to_string());
    ask(&second, "contact.read", at_first());
    ask(&second, "contact.list", at_first());
    // What asks nobody's department needs no mirror.
    ask(&second, "contact.all", Ok(&[10, 11, 12]));
    ask(&second, "contact.own", Ok(&[10]));
    // Even if there is nothing to be found.
    database.text("DELETE FROM orgscope_members").unwrap();
    database.text("DELETE FROM orgscope_departments").unwrap();
    ask(&second, "contact.read", at_first());

    // Statements that do not start where the tables are leave them where they are, and say so.
    authz.apply(&[Command::LeaveDepartment { user: 12.into(), department: 2.into() }]).unwrap();
    let third = authz.load();
    assert_eq!(run_all(database, mirror.follow(&second, &third).unwrap()), 0);
    ask(&third, "contact.read", at_first());
    run_all(database, mirror.fill(&third).unwrap());
    ask(&third, "contact.read", Ok(&[10, 11, 12]));
    // And a snapshot of before is not answered with what is so now.
    let state = database.integers(&Sql { text: "SELECT state FROM orgscope_state".into(), params: vec![] }).unwrap()[0];
    ask(&second, "contact.read", behind(&state.to_string()));

    // A change that moves nobody needs no statements.
    authz.apply(&[Command::SetActive { user: 12.into(), active: false }]).unwrap();
    assert_eq!(mirror.follow(&third, &authz.load()), Ok(vec![]));
    ask(&authz.load(), "contact.read", Ok(&[10, 11, 12]));
}

#[test]
fn sqlite_does_not_answer_from_what_is_behind() {
    what_is_behind_is_an_error(&Sqlite::new(), BEHIND);
}

/// A department that takes the place that another one had, in one batch, is another department.
#[test]
fn a_place_that_is_used_again_is_another_departments() {
    let (database, mirror) = self::mirror(Ids::Integers);
    let authz = company();
    let before = authz.load();
    run_all(&database, mirror.fill(&before).unwrap());
    let commands = [
        Command::LeaveDepartment { user: 12.into(), department: 2.into() },
        Command::RemoveDepartment { id: 2.into() },
        Command::AddDepartment { id: 3.into(), name: None, parent: None },
        Command::JoinDepartment { user: 12.into(), department: 3.into() },
    ];
    authz.apply(&commands).unwrap();
    assert_eq!(run_all(&database, mirror.follow(&before, &authz.load()).unwrap()), 1);
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
            (r#"INSERT INTO "orgscope_members" ("department_id", "user_id") VALUES (?, ?)"#, 2),
            (r#"UPDATE "orgscope_state" SET "state" = ?, "revision" = ? WHERE "state" = ?"#, 3),
        ]
    );
    // The last department goes below the first: all between them have other numbers, and nobody is a member of another.
    let before = authz.load();
    authz.apply(&[Command::MoveDepartment { id: 99.into(), parent: Some(0.into()) }]).unwrap();
    let statements = mirror.follow(&before, &authz.load()).unwrap();
    assert!(statements.iter().all(|statement| !statement.text.contains("members")));
    assert_eq!(statements[0].params.len(), 100);
}
