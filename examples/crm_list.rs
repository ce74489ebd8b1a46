//! Lists of 100,000 contacts in a database: how many each person sees; and of 20,000 deals, whose amounts not everybody
//! sees, nor changes in every stage. Run it with `cargo run --example crm_list --features sql`.

use std::error::Error;
use std::fmt::Write;
use std::path::PathBuf;

use orgscope::sql::{Dialect, Ids, Mapping, Members, Mirror, Param, Records, Sql};
use orgscope::world::{World, document};
use orgscope::{Command, Facts, Handle, Permission, Predicate, Resource, Snapshot};
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

/// A deal that is checked by itself.
struct Deal {
    owner: String,
    stage: String,
}

impl Resource for Deal {
    const TYPE: &'static str = "deal";

    fn facts(&self) -> Facts<'_> {
        Facts::owned_by(self.owner.as_str()).variant(self.stage.as_str())
    }
}

const CONTACTS: u32 = 100_000;
const DEALS: u32 = 20_000;
const PEOPLE: [&str; 4] = ["nick", "sam", "sue", "carol"];

/// The application: its database, the columns with the facts, and the policy.
struct Crm {
    database: Connection,
    file: PathBuf,
    contacts: Mapping,
    mirror: Mirror,
    deals: Mapping,
    authz: Handle,
    read: Permission<Contact>,
    update: Permission<Contact>,
    read_deal: Permission<Deal>,
    read_amount: Permission<Deal>,
    edit_amount: Permission<Deal>,
}

impl Crm {
    fn open() -> Result<Self, Box<dyn Error>> {
        let file = std::env::temp_dir().join(format!("orgscope-crm-list-{}.sqlite", std::process::id()));
        let _ = std::fs::remove_file(&file);
        let mut database = Connection::open(&file)?;
        database.execute_batch(
            "CREATE TABLE contacts (id INTEGER PRIMARY KEY, name TEXT, owner_id TEXT, is_open INTEGER, created INTEGER);
             CREATE INDEX contacts_owner ON contacts (owner_id, created);
             CREATE INDEX contacts_created ON contacts (created);
             CREATE TABLE deals (id INTEGER PRIMARY KEY, name TEXT, owner_id TEXT, stage TEXT, amount INTEGER);
             CREATE INDEX deals_owner ON deals (owner_id)",
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
        for nth in 0..DEALS {
            let (owner, stage) =
                (owners[nth as usize % owners.len()], ["open", "open", "won", "lost", "paused"][nth as usize % 5]);
            let mut insert = writing.prepare_cached("INSERT INTO deals VALUES (?, ?, ?, ?, ?)")?;
            insert.execute((nth, format!("Deal {nth}"), owner, stage, nth * 7919 % 10_007 * 10))?;
        }
        writing.commit()?;

        // At start-up: a wrong mapping or a misspelt action fails here. The mirror tables are created and filled.
        let mirror = Mirror::new(Dialect::Sqlite, "orgscope_", Ids::Text)?;
        let columns = Records::new("contact", Ids::Text).owner("owner_id").open("is_open");
        let contacts = Mapping::new(Dialect::Sqlite, columns, Members::mirror(&mirror))?;
        let columns = Records::new("deal", Ids::Text).owner("owner_id").variant("stage", Ids::Text);
        let deals = Mapping::new(Dialect::Sqlite, columns, Members::mirror(&mirror))?;
        let authz = Handle::new(World::from_document(world)?.policy().clone());
        let (read, update) = (authz.permission("read")?, authz.permission("update")?);
        let read_deal = authz.permission("read")?;
        // The schema says which permissions decide on the field.
        let read_amount = authz.load().schema().permission_to_read("amount", read_deal)?;
        let edit_amount = authz.load().schema().permission_to_write("amount", authz.permission("update")?)?;
        let crm =
            Self { database, file, contacts, mirror, deals, authz, read, update, read_deal, read_amount, edit_amount };
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
                other => unreachable!("ids here are integers and texts, and not {other:?}"),
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

    /// Prints the deals of four people: how many they read, the sum of the amounts that they see, the three largest of
    /// these, and of how many they may change the amount, by stage.
    fn print_deals(&self, text: &mut String) -> Result<(), Box<dyn Error>> {
        let snapshot = self.authz.load();
        for user in PEOPLE {
            let user = snapshot.principal(user);
            let may_read = self.deals.condition(&user.scope(self.read_deal).predicate())?;
            // Where the amount is hidden, it is NULL: in the page, in the order, and in the sum.
            let amount = self.deals.mask(&user.scope(self.read_amount).predicate(), Expr::col("amount"))?;
            let of_deals = || Query::select().from("deals").cond_where(may_read.clone()).take();
            let (sql, params) = of_deals()
                .expr(Func::count(Expr::col("id")))
                .expr(Func::count(amount.clone()))
                .expr(Func::sum(amount.clone()))
                .build(SqliteQueryBuilder);
            let (count, seen, sum): (i64, i64, Option<i64>) =
                self.database.query_row(&sql, params_from_iter(values(params)?), |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })?;
            let (sql, params) = of_deals()
                .column("name")
                .expr_as(amount, "shown")
                .order_by("shown", Order::Desc)
                .order_by("id", Order::Asc)
                .limit(3)
                .build(SqliteQueryBuilder);
            let mut page = self.database.prepare(&sql)?;
            let largest = page.query_map(params_from_iter(values(params)?), |row| {
                let amount = row.get::<_, Option<i64>>(1)?.map_or("hidden".to_owned(), |amount| amount.to_string());
                Ok(format!("{} ({amount})", row.get::<_, String>(0)?))
            })?;
            let largest = largest.collect::<Result<Vec<_>, _>>()?.join(", ");
            let name = user.id().map(ToString::to_string).unwrap_or_default();
            writeln!(
                text,
                "{name:>6} {count:>6} deals, {seen:>6} amounts, {:>10}   {largest}",
                sum.unwrap_or_default()
            )?;
        }
        Ok(())
    }

    /// The deals of a predicate by their stage, and how many there are in each.
    fn stages(&self, of: &Predicate<'_>) -> Result<Vec<(String, i64)>, Box<dyn Error>> {
        let (sql, params) = Query::select()
            .column("stage")
            .expr(Func::count(Expr::col("id")))
            .from("deals")
            .cond_where(self.deals.condition(of)?)
            .group_by_columns(["stage"])
            .order_by("stage", Order::Asc)
            .build(SqliteQueryBuilder);
        let mut stages = self.database.prepare(&sql)?;
        let stages = stages.query_map(params_from_iter(values(params)?), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(stages.collect::<Result<_, _>>()?)
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

    writeln!(text, "\n\nDEALS: HOW MANY EACH PERSON READS, WHOSE AMOUNTS, THEIR SUM, AND THE LARGEST THREE\n")?;
    crm.print_deals(&mut text)?;
    writeln!(text, "\n\nDEALS WHOSE AMOUNT THEY MAY CHANGE, BY STAGE\n")?;
    let snapshot = crm.authz.load();
    for user in PEOPLE {
        let predicate = snapshot.principal(user).scope(crm.edit_amount).predicate();
        let stages = crm.stages(&predicate)?.into_iter().map(|(stage, count)| format!("{stage} {count}"));
        let stages = stages.reduce(|all, stage| format!("{all}, {stage}")).unwrap_or("none".to_owned());
        writeln!(text, "{user:>6}   {stages}\n         {predicate}")?;
    }

    // The list equals the checks, record by record.
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
    for user in PEOPLE {
        let (principal, mut count) = (snapshot.principal(user), 0);
        let mut all = crm.database.prepare("SELECT owner_id, stage FROM deals")?;
        for deal in all.query_map([], |row| Ok(Deal { owner: row.get(0)?, stage: row.get(1)? }))? {
            count += i64::from(principal.check(crm.edit_amount, &deal?).is_allow());
        }
        let stages = crm.stages(&principal.scope(crm.edit_amount).predicate())?;
        if stages.iter().map(|(_, count)| count).sum::<i64>() != count {
            return Err(format!("checked one by one, {user} changes the amounts of {count} deals").into());
        }
    }
    writeln!(
        text,
        "\n\nChecked one by one, each of the four reads as many contacts, and changes the amounts of as many deals, as the lists have."
    )?;
    Ok(text)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", story()?);
    Ok(())
}
