//! Lists in PostgreSQL: the first page of five million contacts, with and without a condition on rights.
//!
//! Run it with `cargo bench -p orgscope-benches --bench lists --features sql`. `ORGSCOPE_TEST_POSTGRES` says how to
//! connect, for example `host=/run/postgresql user=postgres`. The bench creates a schema `orgscope_lists`, which takes
//! some minutes, and drops it. `ORGSCOPE_BENCH_CONTACTS` sets another number of contacts.

use std::error::Error;
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use orgscope::document::{Action, Department, Document, ResourceType, Section, User};
use orgscope::permission::AnyPermission;
use orgscope::sql::{Dialect, Ids, Mapping, Members, Mirror, Param, Records, Sql};
use orgscope::{Level, Permission, Policy, Snapshot};
use postgres::types::ToSql;
use postgres::{Client, NoTls};

const USERS: i64 = 100_000;
const DEPARTMENTS: i64 = 10_000;

/// Heads of departments at each height of a tree with ten branches: the company, a tenth of it, a thousandth, one
/// department.
const HEADS: [(i64, i64, &str); 4] =
    [(-1, 0, "the company"), (-2, 1, "a tenth"), (-3, 111, "a thousandth"), (-4, 9_999, "one department")];

fn company() -> Snapshot {
    let contact = ResourceType::new("contact")
        .action(Action::new("own").floor(Level::Own))
        .action(Action::new("department").floor(Level::Department))
        .action(Action::new("sub").floor(Level::DepartmentSub))
        .action(Action::new("update").floor(Level::All).requires("sub"));
    let mut document = Document::new().section(Section::new("crm").resource(contact));
    for id in 0..DEPARTMENTS {
        let department = Department::new(id);
        document = document.department(if id == 0 { department } else { department.parent((id - 1) / 10) });
    }
    for id in 0..USERS {
        document = document.user(User::new(id).member_of(id * 7_919 % DEPARTMENTS));
    }
    // They own no contacts, but are members of the department that they head.
    for (id, department, _) in HEADS {
        document = document.user(User::new(id).member_of(department).head_of(department));
    }
    Snapshot::compile(&Policy::from_document(document).expect("the company is valid"))
}

fn params(sql: &Sql) -> Vec<&(dyn ToSql + Sync)> {
    fn typed(param: &Param) -> &(dyn ToSql + Sync) {
        match param {
            Param::Integer(integer) => integer,
            Param::Text(text) => text,
            other => unreachable!("{other:?}"),
        }
    }
    sql.params.iter().map(typed).collect()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// The time of a query as the client sees it: parsed and planned each time, and prepared once.
fn times(client: &mut Client, sql: &Sql) -> Result<[Duration; 2], postgres::Error> {
    let prepared = client.prepare(&sql.text)?;
    let mut taken = [Vec::new(), Vec::new()];
    // The first runs of each are not counted: in these the server decides whether a prepared query keeps its plan.
    for run in 0..25 {
        let start = Instant::now();
        client.query(&sql.text, &params(sql))?;
        let middle = Instant::now();
        client.query(&prepared, &params(sql))?;
        if run >= 10 {
            taken[0].push(middle - start);
            taken[1].push(middle.elapsed());
        }
    }
    Ok(taken.map(median))
}

fn plan(client: &mut Client, sql: &Sql) -> Result<String, postgres::Error> {
    let explain = Sql { text: format!("EXPLAIN (COSTS OFF) {}", sql.text), ..sql.clone() };
    let rows = client.query(&explain.text, &params(&explain))?;
    Ok(rows.iter().fold(String::new(), |mut plan, row| {
        let _ = writeln!(plan, "    {}", row.get::<_, String>(0));
        plan
    }))
}

fn load(client: &mut Client, contacts: i64) -> Result<(), postgres::Error> {
    client.batch_execute(&format!(
        "DROP SCHEMA IF EXISTS orgscope_lists CASCADE; CREATE SCHEMA orgscope_lists; SET search_path = orgscope_lists;
         CREATE TABLE contacts (id BIGINT PRIMARY KEY, name TEXT, owner_id BIGINT, created BIGINT NOT NULL);
         INSERT INTO contacts SELECT n, 'Contact ' || n, (hashint8(n)::BIGINT & 2147483647) % {USERS}, n
             FROM generate_series(1, {contacts}) AS n;
         CREATE INDEX contacts_created ON contacts (created DESC, id, owner_id);
         CREATE INDEX contacts_owner ON contacts (owner_id, created DESC, id);"
    ))
}

fn main() -> Result<(), Box<dyn Error>> {
    let Ok(place) = std::env::var("ORGSCOPE_TEST_POSTGRES") else {
        println!("set `ORGSCOPE_TEST_POSTGRES` to a PostgreSQL, for example `host=/run/postgresql user=postgres`");
        return Ok(());
    };
    let contacts = std::env::var("ORGSCOPE_BENCH_CONTACTS").map_or(Ok(5_000_000_i64), |text| text.parse())?;
    let mut client = Client::connect(&place, NoTls)?;
    load(&mut client, contacts)?;
    let snapshot = company();
    let mirror = Mirror::new(Dialect::Postgres, "orgscope_", Ids::Integers)?;
    for statement in mirror.create().into_iter().chain(mirror.fill(&snapshot)?) {
        client.execute(&statement.text, &params(&statement))?;
    }
    client.batch_execute("VACUUM ANALYZE contacts, orgscope_departments, orgscope_members, orgscope_state")?;
    let mapping = Mapping::new(
        Dialect::Postgres,
        Records::new("contact", Ids::Integers).owner("owner_id"),
        Members::mirror(&mirror),
    )?;

    let query = |condition: &Sql, what: &str, end: &str| Sql {
        text: format!("SELECT {what} FROM contacts WHERE {} {end}", condition.text),
        params: condition.params.clone(),
    };
    let everything = Sql { text: "TRUE".to_owned(), params: vec![] };
    let newest = "ORDER BY created DESC LIMIT 50";
    let free = times(&mut client, &query(&everything, "id, created", newest))?;
    println!("{contacts} contacts, {USERS} users, {DEPARTMENTS} departments; median of 15, as the client sees it");
    println!("the page without a condition: {:.1?}, prepared {:.1?}\n", free[0], free[1]);
    println!("| who | may | contacts | share | page | of the page without | prepared | of the page without |");
    println!("|---|---|---|---|---|---|---|---|");
    let (mut plans, mut sequential) = (String::new(), Vec::new());
    for (user, _, who) in HEADS {
        for action in ["own", "department", "sub", "update"] {
            let AnyPermission::Levelled(permission) = snapshot.schema().any_permission(&format!("contact.{action}"))?
            else {
                unreachable!("each action has records")
            };
            let permission: Permission = permission;
            let sql = mapping.sql(&snapshot.principal(user).scope(permission).predicate())?;
            let page = query(&sql, "id, created", newest);
            let took = times(&mut client, &page)?;
            let count = query(&sql, "COUNT(*)", "");
            let count: i64 = client.query_one(&count.text, &params(&count))?.get(0);
            let share = f64::from(u32::try_from(count)?) / f64::from(u32::try_from(contacts)?);
            let plan = plan(&mut client, &page)?;
            if share < 0.01 && plan.contains("Seq Scan on contacts") {
                sequential.push(format!("{who}, {action}"));
            }
            print!("| {who} | {action} | {count} | {:.3} % |", share * 100.0);
            for (took, free) in took.iter().zip(free) {
                print!(" {took:.1?} | {:.1} |", took.as_secs_f64() / free.as_secs_f64());
            }
            println!();
            if action == "sub" {
                let _ = writeln!(plans, "\n{who}, {action}: {}\n{plan}", page.text);
            }
        }
    }
    println!("{plans}");
    println!("sequential scans of contacts where the set is below 1 %: {sequential:?}\n");

    let sub = snapshot.schema().permission_named("contact.update")?;
    let scope = snapshot.principal(HEADS[1].0).scope(sub);
    let each = |mut work: Box<dyn FnMut() + '_>| {
        let start = Instant::now();
        (0..100_000).for_each(|_| work());
        start.elapsed() / 100_000
    };
    println!("a predicate: {:?}", each(Box::new(|| drop(black_box(black_box(&scope).predicate())))));
    let predicate = scope.predicate();
    println!("its condition: {:?}", each(Box::new(|| drop(black_box(mapping.condition(black_box(&predicate)))))));
    println!("its text: {:?}", each(Box::new(|| drop(black_box(mapping.sql(black_box(&predicate)))))));
    client.batch_execute("DROP SCHEMA orgscope_lists CASCADE")?;
    Ok(())
}
