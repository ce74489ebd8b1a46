//! Lists of 100,000 contacts in a database: how many each person sees. Run it with
//! `cargo run --example crm_list --features sql`.

use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;

use orgscope::sql::{Dialect, Ids, Mapping, Members, Mirror, Param, Records, Sql};
use orgscope::world::{World, document};
use orgscope::{Command, Facts, Handle, Permission, Resource, Snapshot};
use rusqlite::{Connection, params_from_iter};
use sea_query::{Expr, ExprTrait, Func, Order, Query, SqliteQueryBuilder, Value, Values};

/// A contact that is checked by itself. Lists do without it.
struct Contact {
    owner: Option<String>,
    open: bool,
}

impl Resource for Contact {
    const TYPE: &'static str = "contact";

    fn facts(&self) -> Facts<'_> {
        Facts::owned_by_each(&self.owner).open(self.open)
    }
}

const CONTACTS: u32 = 100_000;
const PEOPLE: [&str; 4] = ["nick", "sam", "sue", "carol"];

/// The application: its database, the columns with the facts, and the policy.
struct Crm {
    database: Connection,
    file: PathBuf,
    contacts: Mapping,
    mirror: Mirror,
    authz: Handle,
    read: Permission<Contact>,
    update: Permission<Contact>,
}

impl Crm {
    fn open() -> Result<Self, Box<dyn Error>> {
        let file = std::env::temp_dir().join(format!("orgscope-crm-list-{}.sqlite", std::process::id()));
        let _ = std::fs::remove_file(&file);
        let mut database = Connection::open(&file)?;
        database.execute_batch(
            "CREATE TABLE contacts (id INTEGER PRIMARY KEY, name TEXT, owner_id TEXT, is_open INTEGER, created INTEGER);
             CREATE INDEX contacts_owner ON contacts (owner_id, created);
             CREATE INDEX contacts_created ON contacts (created)",
        )?;
        let world: document::World = serde_json::from_str(include_str!("data/crm.json"))?;
        let owners = ["nick", "nora", "seth", "sofia", "nick", "tom", "seth", "carol"];
        let writing = database.transaction()?;
        for nth in 0..CONTACTS {
            // One in fifty has no owner, and one in twenty is open.
            let owner = (nth % 50 != 0).then(|| owners[(nth as usize * 7 / 3) % owners.len()]);
            let mut insert = writing.prepare_cached("INSERT INTO contacts VALUES (?, ?, ?, ?, ?)")?;
            insert.execute((nth, format!("Contact {nth}"), owner, nth % 20 == 0, nth))?;
        }
        writing.commit()?;

        // At start-up: a wrong mapping or a misspelt action fails here. The mirror tables are created and filled.
        let mirror = Mirror::new(Dialect::Sqlite, "orgscope_", Ids::Text)?;
        let columns = Records::new("contact", Ids::Text).owner("owner_id").open("is_open");
        let contacts = Mapping::new(Dialect::Sqlite, columns, Members::mirror(&mirror))?;
        let authz = Handle::new(World::from_document(world)?.policy().clone());
        let (read, update) = (authz.permission("read")?, authz.permission("update")?);
        let crm = Self { database, file, contacts, mirror, authz, read, update };
        crm.run_all(crm.mirror.create())?;
        crm.run_all(crm.mirror.fill(&crm.authz.load())?)?;
        Ok(crm)
    }

    /// Runs statements of the library in one transaction, which an error rolls back. Returns their number.
    fn run_all(&self, statements: impl IntoIterator<Item = Sql>) -> Result<usize, Box<dyn Error>> {
        let writing = self.database.unchecked_transaction()?;
        let mut count = 0;
        for statement in statements {
            let params = statement.params.into_iter().map(|param| match param {
                Param::Integer(integer) => rusqlite::types::Value::from(integer),
                Param::Text(text) => text.into(),
            });
            writing.execute(&statement.text, params_from_iter(params))?;
            count += 1;
        }
        writing.commit()?;
        Ok(count)
    }

    /// Changes the company: first the mirror tables, then the snapshot. Returns the number of statements that it took.
    ///
    /// Here one thread makes changes. With several, hold a lock during all of this, and save the log entry in the same
    /// transaction: see `docs::lists`.
    fn change(&self, commands: &[Command]) -> Result<usize, Box<dyn Error>> {
        let editor = self.authz.as_host();
        let statements = self.run_all(self.mirror.follow(&editor.dry_run(commands)?)?)?;
        editor.apply(commands)?;
        Ok(statements)
    }

    /// The number of contacts that a user may read, and the newest of them: two queries with the same condition.
    fn list(&self, snapshot: &Snapshot, user: &str) -> Result<(i64, Vec<String>), Box<dyn Error>> {
        let condition = self.contacts.condition(&snapshot.principal(user).scope(self.read).predicate())?;
        let count = Query::select()
            .expr(Func::count(Expr::col("id")))
            .from("contacts")
            .cond_where(condition.clone())
            .build(SqliteQueryBuilder);
        let page = page(condition);
        let count = self.database.query_row(&count.0, params_from_iter(values(count.1)?), |row| row.get(0))?;
        let mut page_rows = self.database.prepare(&page.0)?;
        let names = page_rows.query_map(params_from_iter(values(page.1)?), |row| {
            Ok(format!(
                "{} ({})",
                row.get::<_, String>(0)?,
                row.get::<_, Option<String>>(1)?.unwrap_or("nobody".into())
            ))
        })?;
        Ok((count, names.collect::<Result<_, _>>()?))
    }

    /// Prints what four people see now.
    fn print(&self, text: &mut String) -> Result<(), Box<dyn Error>> {
        let snapshot = self.authz.load();
        for user in PEOPLE {
            let (count, names) = self.list(&snapshot, user)?;
            writeln!(text, "{user:>6} {count:>7}   {}", names.join(", "))?;
        }
        Ok(())
    }
}

impl Drop for Crm {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

/// The first page: three contacts, newest first.
fn page(condition: sea_query::Condition) -> (String, Values) {
    Query::select()
        .columns(["name", "owner_id"])
        .from("contacts")
        .cond_where(condition)
        .order_by("created", Order::Desc)
        .limit(3)
        .build(SqliteQueryBuilder)
}

/// The parameters for the driver. Another type is an error: to leave it out, or to send NULL, would change the
/// question.
fn values(values: Values) -> Result<Vec<rusqlite::types::Value>, Box<dyn Error>> {
    let bound = |value| match value {
        Value::BigInt(Some(integer)) => Ok(integer.into()),
        Value::BigUnsigned(Some(limit)) => Ok(i64::try_from(limit)?.into()),
        Value::String(Some(text)) => Ok(text.into()),
        other => Err(format!("{other:?} has a type that this program does not send").into()),
    };
    values.0.into_iter().map(bound).collect()
}

/// The story, as text.
pub(crate) fn story() -> Result<String, Box<dyn Error>> {
    let crm = Crm::open()?;
    let mut text = format!("A LIST OF {CONTACTS} CONTACTS: HOW MANY EACH PERSON READS, AND THE NEWEST THREE\n\n");
    crm.print(&mut text)?;

    writeln!(text, "\n\nTHE QUERIES")?;
    let snapshot = crm.authz.load();
    for user in PEOPLE {
        let predicate = snapshot.principal(user).scope(crm.read).predicate();
        let (sql, params) = page(crm.contacts.condition(&predicate)?);
        let param = |value: &Value| match value {
            Value::BigInt(Some(integer)) => integer.to_string(),
            Value::BigUnsigned(Some(limit)) => limit.to_string(),
            // The fingerprint of the company.
            Value::String(Some(state)) if state.len() == 64 => "‹state of the mirror›".to_owned(),
            Value::String(Some(text)) => format!("'{text}'"),
            other => format!("{other:?}"),
        };
        let params: Vec<String> = params.0.iter().map(param).collect();
        writeln!(text, "\n{user}: {predicate}\n{sql}\n[{}]", params.join(", "))?;
    }

    writeln!(text, "\n\nSUE GIVES SETH'S CONTACTS TO NICK, AS FAR AS SHE MAY UPDATE THEM\n")?;
    let may_update = crm.contacts.condition(&snapshot.principal("sue").scope(crm.update).predicate())?;
    let (sql, params) = Query::update()
        .table("contacts")
        .value("owner_id", "nick")
        .cond_where(Expr::col("owner_id").eq("seth"))
        .cond_where(may_update)
        .build(SqliteQueryBuilder);
    let changed = crm.database.execute(&sql, params_from_iter(values(params)?))?;
    writeln!(text, "{changed} contacts, and nothing else to update.\n")?;
    crm.print(&mut text)?;

    writeln!(text, "\n\nNORA MOVES FROM SALES NORTH TO SALES SOUTH\n")?;
    let statements = crm.change(&[
        Command::LeaveDepartment { user: "nora".into(), department: "sales-north".into() },
        Command::join_department("nora", "sales-south"),
    ])?;
    writeln!(text, "{statements} statements for the mirror tables, and none for the contacts.\n")?;
    crm.print(&mut text)?;

    writeln!(text, "\n\nSALES SOUTH MOVES BELOW SUPPORT\n")?;
    let statements =
        crm.change(&[Command::MoveDepartment { id: "sales-south".into(), parent: Some("support".into()) }])?;
    writeln!(text, "{statements} statements for the mirror tables, and none for the contacts.\n")?;
    crm.print(&mut text)?;

    writeln!(text, "\n\nA REQUEST THAT STILL USES THE SNAPSHOT BEFORE THAT\n")?;
    let answer = crm.list(&snapshot, "sam").err().map_or("an answer, which it should not be".to_owned(), |error| {
        error.to_string().split(';').next().unwrap_or_default().to_owned()
    });
    writeln!(text, "{answer}")?;

    // The list equals the checks, contact by contact.
    let snapshot = crm.authz.load();
    for user in PEOPLE {
        let (principal, mut count) = (snapshot.principal(user), 0);
        let mut all = crm.database.prepare("SELECT owner_id, is_open FROM contacts")?;
        let contacts = all.query_map([], |row| Ok(Contact { owner: row.get(0)?, open: row.get(1)? }))?;
        for contact in contacts {
            count += i64::from(principal.check(crm.read, &contact?).is_allow());
        }
        if crm.list(&snapshot, user)?.0 != count {
            return Err(format!("checked one by one, {user} reads {count} contacts").into());
        }
    }
    writeln!(text, "\n\nChecked one by one, each of the four reads as many contacts as the list has.")?;
    Ok(text)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", story()?);
    Ok(())
}
