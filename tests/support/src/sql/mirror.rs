//! Mirror tables that are behind the snapshot never answer.

use orgscope::document::{Command, Department, Document, User};
use orgscope::sql::{Dialect, Ids, Mapping, Members, Mirror, Records, Sql};
use orgscope::{Handle, Level, Policy, Snapshot};

use crate::sql::Database;

/// A company where 10, head of department 1, reaches the contact of 11, a member there. The one of 12 is in department
/// 2.
pub fn company() -> Handle {
    use orgscope::document::{Action, ResourceType, Section};
    let contact = ResourceType::new("contact")
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

/// The owners, of 10, 11 and 12, whose contacts 10 may do this to.
pub fn ask(database: &impl Database, mapping: &Mapping, snapshot: &Snapshot, name: &str) -> Result<Vec<i64>, String> {
    let permission = snapshot.schema().permission_named(name).unwrap();
    let sql = mapping.sql(&snapshot.principal(10).scope(permission).predicate()).unwrap();
    let text = format!("SELECT owner_id FROM contacts WHERE {} ORDER BY owner_id", sql.text);
    database.integers(&Sql { text, ..sql })
}

/// Tables at another state must not answer: every condition that reads them is an error, whatever it would have found.
/// Statements for another state fail too, because the database refuses a state that is NULL.
pub fn what_is_behind_is_an_error(database: &impl Database, message: &str, null: &str) {
    let dialect = database.dialect();
    let mirror = Mirror::new(dialect, "orgscope_", Ids::Integers).unwrap();
    database.all(mirror.create()).unwrap();
    let flag = if dialect == Dialect::Sqlite { "INTEGER" } else { "BOOLEAN" };
    database
        .text(format!("CREATE TABLE contacts (owner_id BIGINT, owner_department_id BIGINT, is_open {flag})"))
        .unwrap();
    // With these indexes a query may find no row before it looks at the mirror.
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
    let after = |commands: &[Command]| authz.apply(commands).unwrap();
    let (join, leave) = (
        |department: i64| Command::JoinDepartment { user: 12.into(), department: department.into() },
        |department: i64| Command::LeaveDepartment { user: 12.into(), department: department.into() },
    );
    let to_second = after(&[leave(2)]);
    let to_third = after(&[join(1)]);
    let (first, second, third) = (to_second.before(), to_second.after(), to_third.after());

    // Never filled: statements that follow a change find no state, and make none.
    ask(first, "contact.read", behind("no state: fill them"));
    ask(first, "contact.list", behind("no state: fill them"));
    assert_eq!(database.run(&mirror.follow(&to_second).unwrap()[0]), Ok(0));
    ask(second, "contact.read", behind("no state: fill them"));
    database.all(mirror.fill(first).unwrap()).unwrap();
    ask(first, "contact.read", Ok(&[10, 11]));
    ask(first, "contact.list", Ok(&[10, 11]));

    // The company changes; the tables do not.
    let state = || {
        let sql = Sql { text: "SELECT state FROM orgscope_state".into(), params: vec![] };
        database.integers(&sql).unwrap()[0].to_string()
    };
    let at_first = state();
    ask(second, "contact.read", behind(&at_first));
    ask(second, "contact.list", behind(&at_first));
    // A condition without departments needs no mirror.
    ask(second, "contact.all", Ok(&[10, 11, 12]));
    ask(second, "contact.own", Ok(&[10]));

    // Statements for another state change nothing: 12 is not yet in department 1.
    assert_eq!(database.all(mirror.follow(&to_third).unwrap()), Err(null.to_owned()));
    ask(first, "contact.read", Ok(&[10, 11]));
    ask(third, "contact.read", behind(&at_first));
    // Statements in order succeed.
    database.all(mirror.follow(&to_second).unwrap()).unwrap();
    ask(second, "contact.read", Ok(&[10, 11]));
    database.all(mirror.follow(&to_third).unwrap()).unwrap();
    ask(third, "contact.read", Ok(&[10, 11, 12]));
    // A snapshot from before is not answered with the current state.
    ask(second, "contact.read", behind(&state()));

    // A new department renumbers those after it.
    let to_fourth = after(&[
        leave(1),
        Command::add_department(Department::new(3).parent(1)),
        Command::add_department(Department::new(4).parent(3)),
        join(4),
    ]);
    database.all(mirror.follow(&to_fourth).unwrap()).unwrap();
    ask(to_fourth.after(), "contact.read", Ok(&[10, 11, 12]));

    // A change that moves nobody needs no statements.
    let to_fifth = after(&[Command::SetActive { user: 12.into(), active: false }]);
    assert_eq!(mirror.follow(&to_fifth), Ok(vec![]));
    ask(to_fifth.after(), "contact.read", Ok(&[10, 11, 12]));

    // It is an error even if nothing could be found.
    database.text("DELETE FROM orgscope_members").unwrap();
    database.text("DELETE FROM orgscope_departments").unwrap();
    ask(third, "contact.read", behind(&state()));
    // Filling repairs everything.
    database.all(mirror.fill(to_fifth.after()).unwrap()).unwrap();
    ask(to_fifth.after(), "contact.read", Ok(&[10, 11, 12]));
}
