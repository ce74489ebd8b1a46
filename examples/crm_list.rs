//! A list of 100,000 contacts in a database, and who sees how many of them. Run it with
//! `cargo run --example crm_list --features sql`.

use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;

use orgscope::sql::{Dialect, Ids, Mapping, Members, Mirror, Param, Records, Sql};
use orgscope::world::{World, document};
use orgscope::{Command, Facts, Handle, Permission, Resource, Snapshot};
use rusqlite::{Connection, params_from_iter};
use sea_query::{Expr, ExprTrait, Func, Order, Query, SqliteQueryBuilder, Value, Values};

/// A contact, where it is checked one by one. In lists nobody makes one of these.
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

/// The application: its database, where its facts are, and who may do what.
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
            // One in fifty belongs to nobody, and one in twenty is open.
            let owner = (nth % 50 != 0).then(|| owners[(nth as usize * 7 / 3) % owners.len()]);
            let mut insert = writing.prepare_cached("INSERT INTO contacts VALUES (?, ?, ?, ?, ?)")?;
            insert.execute((nth, format!("Contact {nth}"), owner, nth % 20 == 0, nth))?;
        }
        writing.commit()?;

        // At start-up: where the facts are, a misspelt action, and the mirror tables.
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

    /// Statements of the library, in one transaction, which an error takes back.
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

    /// Changes the company, and the mirror tables with it. How many statements that took.
    ///
    /// Here one thread changes things. Where several do, they take turns: a lock around all of this.
    fn change(&self, commands: &[Command]) -> Result<usize, Box<dyn Error>> {
        let receipt = self.authz.apply(commands)?;
        // If the tables are at another state than these statements start from, none takes effect, and filling is always right.
        let followed = self.run_all(self.mirror.follow(&receipt)?);
        followed.or_else(|_| self.run_all(self.mirror.fill(receipt.after())?))
    }

    /// How many contacts a user may read, and the newest of them: two queries of the application with the same condition.
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

    /// What four people see now.
    fn tell(&self, text: &mut String) -> Result<(), Box<dyn Error>> {
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

/// Parameters for the driver. What is none of these is an error: to leave it out, or to send NULL, would be another question.
fn values(values: Values) -> Result<Vec<rusqlite::types::Value>, Box<dyn Error>> {
    let bound = |value| match value {
        Value::BigInt(Some(integer)) => Ok(integer.into()),
        Value::BigUnsigned(Some(limit)) => Ok(i64::try_from(limit)?.into()),
        Value::String(Some(text)) => Ok(text.into()),
        other => Err(format!("{other:?} is of a type that this program does not send").into()),
    };
    values.0.into_iter().map(bound).collect()
}

/// The story, as text.
fn story() -> Result<String, Box<dyn Error>> {
    let crm = Crm::open()?;
    let mut text = format!("A LIST OF {CONTACTS} CONTACTS: HOW MANY ONE READS, AND THE NEWEST THREE\n\n");
    crm.tell(&mut text)?;

    writeln!(text, "\n\nWHAT WAS SENT")?;
    let snapshot = crm.authz.load();
    for user in PEOPLE {
        let predicate = snapshot.principal(user).scope(crm.read).predicate();
        let (sql, params) = page(crm.contacts.condition(&predicate)?);
        let param = |value: &Value| match value {
            // A fingerprint of the company, which says nothing to a reader.
            Value::BigInt(Some(state)) if state.unsigned_abs() > 1 << 32 => "‹state of the mirror›".to_owned(),
            Value::BigInt(Some(integer)) => integer.to_string(),
            Value::BigUnsigned(Some(limit)) => limit.to_string(),
            Value::String(Some(text)) => format!("'{text}'"),
            other => format!("{other:?}"),
        };
        let params: Vec<String> = params.0.iter().map(param).collect();
        writeln!(text, "\n{user}: {predicate}\n{sql}\n[{}]", params.join(", "))?;
    }

    writeln!(text, "\n\nSETH'S CONTACTS GO TO NICK, AS FAR AS SUE MAY UPDATE THEM\n")?;
    let may_update = crm.contacts.condition(&snapshot.principal("sue").scope(crm.update).predicate())?;
    let (sql, params) = Query::update()
        .table("contacts")
        .value("owner_id", "nick")
        .cond_where(Expr::col("owner_id").eq("seth"))
        .cond_where(may_update)
        .build(SqliteQueryBuilder);
    let changed = crm.database.execute(&sql, params_from_iter(values(params)?))?;
    writeln!(text, "{changed} contacts, and nothing else to bring up to date.\n")?;
    crm.tell(&mut text)?;

    writeln!(text, "\n\nNORA GOES FROM SALES NORTH TO SALES SOUTH\n")?;
    let statements = crm.change(&[
        Command::LeaveDepartment { user: "nora".into(), department: "sales-north".into() },
        Command::JoinDepartment { user: "nora".into(), department: "sales-south".into() },
    ])?;
    writeln!(text, "{statements} statements for the mirror tables; no contact is touched.\n")?;
    crm.tell(&mut text)?;

    writeln!(text, "\n\nSALES SOUTH COMES BELOW SUPPORT\n")?;
    let statements =
        crm.change(&[Command::MoveDepartment { id: "sales-south".into(), parent: Some("support".into()) }])?;
    writeln!(text, "{statements} statements for the mirror tables; no contact is touched.\n")?;
    crm.tell(&mut text)?;

    writeln!(text, "\n\nA REQUEST THAT STILL HAS THE SNAPSHOT OF BEFORE\n")?;
    let answer = crm.list(&snapshot, "sam").err().map_or("an answer, which it should not be".to_owned(), |error| {
        error.to_string().split(';').next().unwrap_or_default().to_owned()
    });
    writeln!(text, "{answer}")?;

    // The list says what the checks say, contact by contact.
    let snapshot = crm.authz.load();
    for user in PEOPLE {
        let (principal, mut count) = (snapshot.principal(user), 0);
        let mut all = crm.database.prepare("SELECT owner_id, is_open FROM contacts")?;
        let contacts = all.query_map([], |row| Ok(Contact { owner: row.get(0)?, open: row.get(1)? }))?;
        for contact in contacts {
            count += i64::from(principal.check(crm.read, &contact?).is_allow());
        }
        if crm.list(&snapshot, user)?.0 != count {
            return Err(format!("{user} reads {count} contacts one by one").into());
        }
    }
    writeln!(text, "\n\nChecked one by one, each of the four reads as many contacts as listed.")?;
    Ok(text)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", story()?);
    Ok(())
}

#[test]
fn the_story_is_as_pinned() {
    orgscope_testing::story::is_as_pinned("crm_list", story(), include_str!("../tests/data/examples/crm_list.txt"));
}
