//! Lists where the records are: which mapping to choose, the indexes that it needs, and what a database makes of it.
//!
//! With the feature `sql`, `sql::Mapping` makes a condition of a [`Predicate`](crate::Predicate). It finds what
//! [`check`](crate::Principal::check) allows, record by record: both come from the same 32 bits. Nothing is filtered afterwards,
//! so pages are full and counts are right.
//!
#![cfg_attr(feature = "sql", doc = "```")]
#![cfg_attr(not(feature = "sql"), doc = "```ignore")]
//! use orgscope::document::{Action, Department, Document, Resource, Section, User};
//! use orgscope::sql::{Dialect, Ids, Mapping, Members, Mirror, Param, Records};
//! use orgscope::{Handle, Level, Policy};
//!
//! // At start-up: the mirror tables, filled, and where the facts of contacts are.
//! let contact = Resource::new("contact").action(Action::new("read").floor(Level::DepartmentSub));
//! let document = Document::new().section(Section::new("crm").resource(contact))
//!     .department(Department::new(1)).department(Department::new(2).parent(1))
//!     .user(User::new(17).member_of(1)).user(User::new(31).member_of(2));
//! let authz = Handle::new(Policy::from_document(document)?);
//! let mirror = Mirror::new(Dialect::Postgres, "orgscope_", Ids::Integers)?;
//! for statement in mirror.create().into_iter().chain(mirror.fill(&authz.load())?) {
//!     // transaction.execute(&statement.text, &statement.params)?;
//! }
//! let columns = Records::new("contact", Ids::Integers).owner("owner_id");
//! let contacts = Mapping::new(Dialect::Postgres, columns, Members::mirror(&mirror))?;
//!
//! // In a handler: one snapshot, and its condition in the application's own query.
//! let snapshot = authz.load();
//! let read = snapshot.schema().levelled("contact.read")?;
//! let condition = contacts.sql(&snapshot.principal(17).scope(read).predicate())?;
//! let page = format!("SELECT id, name FROM contacts WHERE {} ORDER BY created DESC LIMIT 50", condition.text);
//! // The state of the tables, and the numbers of the departments that 17 reaches.
//! assert_eq!(condition.params[1..], [Param::Integer(0), Param::Integer(1)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which members to choose
//!
//! A condition on `department` has to know whose records are meant.
//!
//! | | when | a condition holds | you keep |
//! |---|---|---|---|
//! | `Members::inline(limit)` | up to some hundred people, or no departments in use | the ids of the owners whom the user reaches | nothing |
//! | `Members::table(…, limit)` | you have a table of users and departments, and up to some hundred departments | the ids of the departments | that table, in agreement with the policy |
//! | `Members::mirror(…)` | everything larger | an id or two numbers for each department where the user is member, head or deputy | mirror tables: some statements after each change |
//!
//! Beyond a limit there is an error, never a part of the list. `inline` and `table` cost what they write down, and `inline` a
//! walk over all users besides; a predicate, and its condition by mirror tables, grow with the departments of the user and not
//! with the company. A table of shares adds the user's groups and departments, and those above them, to each of the three.
//!
//! # Where the facts are
//!
//! - A mapping is of one type, and refuses a predicate about another.
//! - One owner is a column, and a department as owner another one beside it. Several owners are a table, `sql::OwnerTable`, with
//!   a column for each of the two; owners in columns and in a table at once are refused.
//! - A fact without a column is one that no record has. Where the type is a pool and the table has no owners at all, every
//!   record is everybody's own.
//! - Leave out the columns that a table does not use: each is one more `OR`, which databases plan less well.
//! - The open flag is boolean. It stands as `"open" = TRUE`, which an index on it, or one that is partial in it, serves.
//!
//! **NULL**: an owner that is NULL is no owner, a flag that is NULL is not set. Nothing in a condition turns NULL into true,
//! so `WHERE` is right as it stands. For the records that are *not* in the set write `(…) IS NOT TRUE`; `NOT (…)` would lose
//! those where something is NULL.
//!
//! # Ids
//!
//! Ids are parameters, with their type, and never stand in the text. The mapping says whether columns hold integers or text,
//! and leaves out ids that such a column can't hold: no database is asked to compare `7` with `'7'`.
//!
//! - **SQLite**: a column that holds both kinds (`Ids::Both`) must be declared without a type, or as `BLOB`. One declared
//!   `TEXT` or `INTEGER` turns what it is compared with into its own kind, and `7` meets `'7'` there.
//! - **PostgreSQL**: columns are `BIGINT`, or `TEXT` or `VARCHAR`, because parameters are. One that is `INTEGER` or `UUID` gets a
//!   column beside it, which an index can have:
//!   `ALTER TABLE contacts ADD owner_key TEXT GENERATED ALWAYS AS (owner_id::TEXT) STORED`. To make it `BIGINT`, or text, is
//!   better.
//! - **MySQL**: each column holds integers or text, and the mapping insists on it.
//!
//! Text compares code point by code point in memory, and so it must in a table:
//!
//! - **SQLite**: conditions name the collation `BINARY`, so a column declared `NOCASE` or `RTRIM` changes nothing, but that an
//!   index of that collation is of no use.
//! - **PostgreSQL**: equality is that of the bytes under every deterministic collation, which all but those that you made with
//!   `deterministic = false` are. Do not use one of these, `citext` or `char(n)` for ids; the condition can't tell.
//! - **MySQL**: nearly all collations ignore case, and some accents and trailing blanks. Conditions compare the bytes:
//!   a column with parameters by its index first and the bytes then, a column with another table by the bytes alone, which no
//!   index serves. Integers as ids are much the better choice there.
//!
//! # Indexes
//!
//! For a list with the newest first:
//!
//! ```sql
//! CREATE INDEX contacts_created ON contacts (created DESC, id, owner_id);        -- for those who reach much
//! CREATE INDEX contacts_owner ON contacts (owner_id, created DESC, id);          -- for those who reach little
//! CREATE INDEX contact_shares_user ON contact_shares (user_id);                  -- and one for each column of subjects, if there are shares
//! CREATE INDEX contact_owners_user ON contact_owners (user_id, record_id);       -- if owners are in a table
//! ```
//!
//! Mirror tables bring their own. After the first fill let the database look at them: `ANALYZE`.
//!
//! # What PostgreSQL makes of it
//!
//! With mirror tables, levels up to `department+sub` are a semi-join, so the planner knows how much the user reaches, and
//! chooses: who reaches much walks the newest contacts and looks each owner up; who reaches little begins with the members and
//! reads the contacts of each by the index on owners. The look at the state of the mirror is a one-time filter above.
//!
//! Levels with `open`, shares, a column of departments, and a table of owners add an `OR`, or an `id IN (…)`. Beside an `OR` the
//! planner makes a hash table of all members who are meant, once for a query. Where that is too much, ask for the two sets in
//! two queries of a `UNION`. Neither was measured.
//!
//! # Mirror tables
//!
//! [`sql::Mirror`](https://docs.rs/orgscope/latest/orgscope/sql/struct.Mirror.html) writes the statements, and the application
//! runs them.
//!
//! - **Fill** them at start-up, unless the statements of every change have been run; it is never wrong to, in one transaction.
//! - **Follow** each change, in the order of the changes, each in one transaction: best that of saving the batch, where it is saved
//!   in the same database. The first statement fails if the tables are not at the state before: then roll back, and fill. In MySQL
//!   that takes its strict mode, which is the default; without it the tables come to be at no state of any company.
//! - **State**: the tables carry a fingerprint of departments, numbers and members, and so does every condition. It depends on
//!   the company alone: all processes of one release that know the same company can ask the same tables, after a restart too. What
//!   changes roles or levels does not change it.
//! - **Cost of a change**: one row for one membership. A department that comes, goes or moves renumbers those after it: with ten
//!   thousand departments some thousand rows, never more than there are; members name departments by id and stay.
//! - **Chance**: two companies have the same fingerprint by accident once in 2⁶⁴. Who may choose ids freely, and many of them, could
//!   search for two that do: it is no signature.
//!
//! ## Saving a change
//!
//! Save a change before it is published. What is published and not saved is lost at the next restart, and undoing it only
//! makes a second revision that the log lacks. So [`dry_run`](crate::Editor::dry_run) judges the batch, one transaction saves
//! the entry for the log and the statements of the mirror, and only then does [`apply`](crate::Editor::apply) publish the same
//! commands, with the same actor and time.
//!
#![cfg_attr(feature = "sql", doc = "```")]
#![cfg_attr(not(feature = "sql"), doc = "```ignore")]
//! # use orgscope::document::{Department, Document, User};
//! # use orgscope::sql::{Dialect, Ids};
//! # use orgscope::{AuditEntry, Policy};
//! use std::sync::{Mutex, PoisonError};
//!
//! use orgscope::sql::{Mirror, Sql};
//! use orgscope::{Command, Handle, Receipt};
//! use rusqlite::Connection;
//!
//! type Error = Box<dyn std::error::Error>;
//! # fn execute(connection: &Connection, Sql { text, params }: &Sql) -> rusqlite::Result<usize> {
//! #     use orgscope::sql::Param;
//! #     let value = |param: &Param| match param {
//! #         Param::Integer(integer) => rusqlite::types::Value::from(*integer),
//! #         Param::Text(text) => rusqlite::types::Value::from(text.clone()),
//! #     };
//! #     connection.execute(text, rusqlite::params_from_iter(params.iter().map(value)))
//! # }
//!
//! struct Authz {
//!     handle: Handle,
//!     mirror: Mirror,
//!     /// Held from the verdict to the publishing, so that nobody else changes the policy in between.
//!     database: Mutex<Connection>,
//! }
//!
//! impl Authz {
//!     fn change(&self, user: i64, time: &str, commands: &[Command]) -> Result<Receipt, Error> {
//!         let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
//!         let (before, editor) = (self.handle.load(), self.handle.as_user(user).at(time));
//!
//!         // 1. Judge it. Nothing is published.
//!         let run = editor.dry_run(commands)?;
//!         let entry = run.receipt().audit();
//!
//!         // 2. Save it. If this fails, nothing has happened: neither here nor in the database.
//!         let transaction = database.transaction()?;
//!         for statement in self.mirror.follow(&before, run.snapshot())? {
//!             execute(&transaction, &statement)?;
//!         }
//!         let (revision, entry_text) = (i64::try_from(entry.revision())?, serde_json::to_string(entry)?);
//!         transaction.execute("INSERT INTO log (revision, entry) VALUES (?, ?)", (revision, entry_text))?;
//!         transaction.commit()?;
//!
//!         // 3. Publish it.
//!         let receipt = editor.apply(commands)?;
//!         if receipt.audit() != entry {
//!             return Err("the policy was changed without the lock: stop, and restore it from the database".into());
//!         }
//!         Ok(receipt)
//!     }
//! }
//! #
//! # let document = Document::new().department(Department::new(1)).user(User::new(17).administrator()).user(User::new(31));
//! # let authz = Authz {
//! #     handle: Handle::new(Policy::from_document(document)?),
//! #     mirror: Mirror::new(Dialect::Sqlite, "orgscope_", Ids::Integers)?,
//! #     database: Mutex::new(Connection::open_in_memory()?),
//! # };
//! # let checkpoint = authz.handle.checkpoint();
//! # {
//! #     let database = authz.database.lock().unwrap();
//! #     database.execute("CREATE TABLE log (revision BIGINT NOT NULL PRIMARY KEY, entry TEXT NOT NULL)", ())?;
//! #     for statement in authz.mirror.create().into_iter().chain(authz.mirror.fill(&authz.handle.load())?) {
//! #         execute(&database, &statement)?;
//! #     }
//! # }
//! # let join = |user: i64| [Command::JoinDepartment { user: user.into(), department: 1.into() }];
//! # let clock = "2026-11-22T09:00:00Z";
//! # let refused = authz.change(31, clock, &join(31));
//! # assert_eq!(refused.unwrap_err().downcast::<orgscope::Refusal>()?.kind(), orgscope::RefusalKind::NotPermitted);
//!
//! authz.change(17, clock, &join(31))?;
//! # authz.database.lock().unwrap().execute("INSERT INTO log (revision, entry) VALUES (2, '')", ())?;
//! # authz.change(17, clock, &join(17)).expect_err("a transaction that fails");
//! # assert_eq!(authz.handle.load().revision(), 1, "a failed transaction publishes nothing");
//! # let database = authz.database.lock().unwrap();
//! # database.execute("DELETE FROM log WHERE entry = ''", ())?;
//! # assert_eq!(database.query_row("SELECT COUNT(*) FROM orgscope_members", (), |row| row.get::<_, i64>(0))?, 1);
//! # drop(database);
//! # authz.change(17, clock, &join(17))?;
//!
//! // At the next start: the checkpoint, and every entry after it.
//! # let database = authz.database.lock().unwrap();
//! let mut query = database.prepare("SELECT entry FROM log ORDER BY revision")?;
//! let entries = query.query_map((), |row| row.get::<_, String>(0))?;
//! let entries = entries.map(|entry| Ok(serde_json::from_str(&entry?)?)).collect::<Result<Vec<_>, Error>>()?;
//! let restored = Handle::restore(checkpoint, entries)?;
//! assert_eq!(restored.checkpoint(), authz.handle.checkpoint());
//! # Ok::<(), Error>(())
//! ```
//!
//! - **If the commit may or may not have happened**, because the connection was lost: stop, and restore the handle from the
//!   database.
//! - **If the first statement of the mirror fails**, something changed the tables without the lock: restore the handle, and
//!   fill the tables.
//! - **If several processes make changes**, the lock has to be in the database, taken at the beginning of the transaction.
//!   Before it judges its own batch, a process applies the entries that the others have saved, each with its actor, time and
//!   force, and compares the entry of each receipt with the one that it read.
//!
//! ## Requests during a change
//!
//! Once the transaction has committed, conditions of the snapshot before it are errors. A request that meets such an error loads
//! the current snapshot and asks again, up to three times with a short pause in between: the change is published right after
//! the commit. If the error persists, the tables have to be filled; report it. This is the error:
//!
//! | | code | text |
//! |---|---|---|
//! | SQLite | 1 | `bad JSON path: 'orgscope: the mirror tables are behind or ahead of the snapshot that was asked; …'` |
//! | PostgreSQL | `22P02` | `invalid input syntax for type boolean: "orgscope: the mirror tables are behind or ahead of the snapshot that was asked; …"` |
//! | MySQL, MariaDB | 1242 | `Subquery returns more than 1 row`; it has no text of ours, so no other sub-select of the query should be able to say it |
//!
//! ## When two releases run at once
//!
//! A release that gives the same company another fingerprint says so in its changelog: its conditions are errors at the tables of
//! the release before, and the other way round. Deploy it with mirror tables of another prefix. It makes and fills them before it
//! takes requests, each release follows its own, and the old ones go with the last process that asks them.
//!
//! # Pages and counts
//!
//! The condition goes beside the application's own, in any query: a page, a count, a join, an `UPDATE` or `DELETE`. Prefer pages
//! by key (`created < ?`) to `OFFSET`. A count reads all that the user reaches; who reaches everything has no condition at all.
//! A permission that requires another is one condition for both.
//!
//! # Databases of several machines
//!
//! - **Citus**: contacts are distributed, by the customer or by their own id; the mirror tables and a table of members are reference
//!   tables (`create_reference_table`), so that every node joins them by itself. The table of shares is distributed like the
//!   contacts.
//! - **CockroachDB**: mirror tables as `GLOBAL` tables, so that every region reads them near by; contacts by region or by row.
//! - **YugabyteDB**: mirror tables in a colocated database or tablegroup, the contacts sharded.
//!
//! None of the three was tried. The conditions use nothing but sub-selects, `IN`, `BETWEEN`, `UNION ALL` and `CASE`.
//! What must hold is that a node sees the mirror tables of one transaction together; reading from followers (`AS OF SYSTEM
//! TIME`, stale reads) is safe in so far as what is behind is an error.
//!
//! # Figures
//!
//! `cargo bench --bench lists --features sql` asks a PostgreSQL for the newest 50 of 5 million contacts, 100,000 users and
//! 10,000 departments, by mirror tables. On two cores of a cloud machine (PostgreSQL 15, 22 November 2026), planning included,
//! one run said:
//!
//! | who heads | `own` | `department` | `department+sub` | `all`, requiring `department+sub` |
//! |---|---|---|---|---|
//! | the company | 0.09 ms | 0.7 ms (0.01 % of the contacts) | 1.0 ms (all) | 1.1 ms |
//! | a tenth | 0.10 ms | 0.7 ms (0.01 %) | 3.3 ms (11 %) | 3.2 ms |
//! | a thousandth | 0.10 ms | 0.8 ms (0.01 %) | 3.5 ms (0.1 %) | 3.6 ms |
//! | one department | 0.10 ms | 0.8 ms (0.01 %) | 1.0 ms (0.01 %) | 1.1 ms |
//!
//! The same page without a condition takes 0.11 ms. We would have it cost twice that at most with one, and only `own` does: where
//! the set is dense it takes nine times as much. No other form of the condition would do: were the number of the department
//! written beside each member, so that the list is one range of one table, PostgreSQL would still plan for 0.29 ms and look the
//! owners of 50 contacts up for 0.20 ms; and each department that moves would rewrite the members of all that come after it.
//! A page that finds one in nine among the newest looks nine times as many owners up.
//!
//! Where the set is below 1 %, no plan has a sequential scan of the contacts. A predicate takes 0.08 µs, its condition 5 µs, its
//! text 11 µs.
//!
//! MariaDB 10.11 and SQLite were tried for what they answer, and not for how fast. MySQL itself was not tried.
