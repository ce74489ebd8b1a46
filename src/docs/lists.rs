//! Lists in a database: which mapping to choose, the indexes that it needs, and what a database makes of it.
//!
//! With the feature `sql`, `sql::Mapping` turns a [`Predicate`](crate::Predicate) into a condition for a `WHERE` clause. The
//! condition finds exactly the records that [`check`](crate::Principal::check) allows, because both are made from the same
//! 32 bits. Nothing is filtered afterwards, so pages are full and counts are right.
//!
#![cfg_attr(feature = "sql", doc = "```")]
#![cfg_attr(not(feature = "sql"), doc = "```ignore")]
//! use orgscope::document::{Action, Department, Document, ResourceType, Section, User};
//! use orgscope::sql::{Dialect, Ids, Mapping, Members, Mirror, Param, Records};
//! use orgscope::{Handle, Level, Policy};
//!
//! // At start-up: fill the mirror tables, and say which columns hold the facts of a contact.
//! let contact = ResourceType::new("contact").action(Action::new("read").floor(Level::DepartmentSub));
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
//! let read = snapshot.schema().permission_named("contact.read")?;
//! let condition = contacts.sql(&snapshot.principal(17).scope(read).predicate())?;
//! let page = format!("SELECT id, name FROM contacts WHERE {} ORDER BY created DESC LIMIT 50", condition.text);
//! // After the state of the tables: the range of department numbers that user 17 reaches.
//! assert_eq!(condition.params[1..], [Param::Integer(0), Param::Integer(1)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which members to choose
//!
//! A condition on `department` needs to know who is in which department.
//!
//! | | use it for | the condition holds | you maintain |
//! |---|---|---|---|
//! | `Members::inline(limit)` | up to some hundred people, or no departments in use | the ids of the owners whom the user reaches | nothing |
//! | `Members::table(…, limit)` | up to some hundred departments, and a table of users and departments that you have | the ids of the departments | that table, in agreement with the policy |
//! | `Members::mirror(…)` | everything larger | an id or two numbers for each department where the user is member, head or deputy | mirror tables: some statements after each change |
//!
//! Beyond its limit, a condition is an error, never a part of the list. `inline` and `table` cost what they write out, and
//! `inline` also walks all users. A predicate, and its condition by mirror tables, grow with the departments of the user and
//! not with the company. A table of shares adds the user's groups and departments, and those above them, to each of the three.
//!
//! # Where the facts are
//!
//! - A mapping is for one type, and refuses a predicate about another.
//! - A record with one owner has a column for the user, or one for the department, or both. A record with several owners has a
//!   table, `sql::OwnerTable`, with a column for each of the two. Owners in columns and in a table at once are refused.
//! - A fact without a column is a fact that no record has. If the type is a pool and the table has no owners at all, every
//!   record is everybody's own.
//! - Leave out columns that a table does not use: each is one more `OR`, which databases plan less well.
//! - The open flag is boolean. The condition is `"open" = TRUE`, which an index on the flag serves, and a partial index
//!   as well.
//!
//! **NULL**: an owner that is NULL does not count as an owner, and a flag that is NULL is not set. Nothing in a condition turns NULL into
//! true, so `WHERE` is right as it stands. For the records that are *not* in the set, write `(…) IS NOT TRUE`: `NOT (…)` would
//! lose those where something is NULL.
//!
//! # Places and `except_own`
//!
//! Levels in places need no columns of their own. The departments of a place, with those below where the level says so, are looked
//! up like those of the user: as ids of owners, ids of departments, or ranges of numbers, and they count for a limit. If a
//! permission requires another that is held in other places, each of the two is a condition, joined by `AND`.
//!
//! `except_own` adds that the user is not among the owners. That condition is never NULL, and an index does not help it.
//!
//! # Variants
//!
//! Where the answer depends on the variant, the condition has a part for each set of variants with the same answer, and one
//! for all others, to which a NULL and unlisted values belong. Name the column by `sql::Records::variant`, and say whether it
//! holds integers or text: values of the other kind can't be in it and are left out. A mapping without such a column is an
//! error for such an answer, unless it says by `without_variants` that no record of the table has a variant. In PostgreSQL the
//! column is of the types that ids have, below: a stage that is an `ENUM` needs a generated column of text beside it.
//!
//! # Fields
//!
//! A column that not everybody may read leaks by side doors: an order, a filter, a sum, a group or an export tells of a value
//! that the page does not show. The permission of a [field](crate::Schema::permission_to_read) has a predicate like any other, and
//! there are two safe ways to use it:
//!
//! | | shows | costs |
//! |---|---|---|
//! | a sub-select with `sql::Mapping::mask` in the place of the column; all that is asked of the column is asked of that | every record of the list; hidden values are NULL, so they sort together, and count for nothing in a sum | an expression, which no index serves |
//! | the condition of the field beside that of the list, joined by `AND` | only the records whose field the user may read | an index on the column serves it |
//!
//! Choose the first for a page that shows the column, and the second for "the largest deals" or a filter by amount. A query that
//! names the column itself without the condition tells of hidden values. Whatever else is made of the column, such as an index
//! for a search, needs the same.
//!
//! Do not give the mask the name of its column in a query of the same table: in `SELECT CASE … END AS amount … ORDER BY amount + 0`
//! databases take the `amount` of the order to be the column. From a sub-select only the mask comes out, whatever its name; and
//! PostgreSQL, which takes two masks with different numbers of parameters to be different expressions, can group by it.
//!
#![cfg_attr(feature = "sql", doc = "```")]
#![cfg_attr(not(feature = "sql"), doc = "```ignore")]
//! # use orgscope::document::{Action, Document, Field, ResourceType, Role, Section, User};
//! # use orgscope::sql::{Dialect, Ids, Mapping, Members, Records};
//! # use orgscope::{Level, Policy, Snapshot, Subject};
//! # let deal = ResourceType::new("deal").action(Action::new("read")).action(Action::new("read_amount"))
//! #     .field("amount", Field::read_by("read_amount"));
//! # let document = Document::new().section(Section::new("crm").resource(deal)).user(User::new(17))
//! #     .role(Role::new("seller", "crm", "Seller").grant("deal.read", Level::OwnOpen).grant("deal.read_amount", Level::Own)
//! #         .assigned_to(Subject::Everyone));
//! # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
//! # let read = snapshot.schema().permission_named("deal.read")?;
//! # let read_amount = snapshot.schema().permission_to_read("amount", read)?;
//! # let columns = Records::new("deal", Ids::Integers).owner("owner_id").open("is_open");
//! # let deals = Mapping::new(Dialect::Postgres, columns, Members::inline(500))?;
//! # let user = snapshot.principal(17);
//! // Without sea-query. `sql_after` numbers the placeholders of the second text on from those of the first.
//! let amount = deals.sql(&user.scope(read_amount).predicate())?;
//! let listed = deals.sql_after(amount.params.len(), &user.scope(read).predicate())?;
//! let list = format!("SELECT id, CASE WHEN {} THEN amount END AS amount FROM deals WHERE {}", amount.text, listed.text);
//! let page = format!("SELECT id, amount FROM ({list}) AS list ORDER BY amount DESC NULLS LAST LIMIT 50");
//! let params = [amount.params, listed.params].concat();
//! # assert_eq!(page, "SELECT id, amount FROM (SELECT id, CASE WHEN \"owner_id\" = $1 THEN amount END AS amount FROM deals \
//! #     WHERE (\"owner_id\" = $2 OR \"is_open\" = TRUE)) AS list ORDER BY amount DESC NULLS LAST LIMIT 50");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! For one record, [`Principal::readable`](crate::Principal::readable) tells the same for all fields at once,
//! [`Fields::show`](crate::Fields::show) leaves hidden ones out of a response, and
//! [`Fields::require`](crate::Fields::require) refuses them in an update.
//!
//! # Ids
//!
//! Ids are typed parameters and never part of the text. A mapping says whether its columns hold integers or text. Ids of the other
//! kind can't be in such a column and are left out, so no database compares `7` with `'7'`.
//!
//! - **SQLite**: declare a column that holds both kinds (`Ids::Both`) without a type, or as `BLOB`. A column declared `TEXT` or
//!   `INTEGER` converts what it is compared with, and then `7` equals `'7'`.
//! - **UUIDs**: with the feature `uuid`, `Ids::Uuids` is for columns in which drivers store them: `uuid` in PostgreSQL, a `BLOB` in
//!   SQLite, `BINARY(16)` in MySQL. Columns that hold them as text are `Ids::Text`.
//! - **PostgreSQL**: columns are `BIGINT`, `TEXT`, `VARCHAR` or `UUID`, as the parameters are. For a column of another type add a
//!   generated column beside it, which can have an index:
//!   `ALTER TABLE contacts ADD owner_key TEXT GENERATED ALWAYS AS (owner_id::TEXT) STORED`.
//! - **MySQL**: each column holds integers or text; a mapping for both kinds is an error.
//!
//! The library compares text code point by code point, and a table must do the same:
//!
//! - **SQLite**: conditions name the collation `BINARY`. A column declared `NOCASE` or `RTRIM` gives the same answers, but an
//!   index of that collation is not used.
//! - **PostgreSQL**: equality compares bytes under every deterministic collation, and collations are deterministic unless created
//!   with `deterministic = false`. Do not use one of those, `citext` or `char(n)` for ids: the condition can't detect it.
//! - **MySQL**: nearly all collations ignore case, and some accents and trailing blanks. Conditions compare the bytes. With
//!   parameters they use an index first and compare the bytes then; between two tables they compare only the bytes,
//!   without an index. Prefer integers as ids.
//!
//! # Indexes
//!
//! For a list with the newest first:
//!
//! ```sql
//! CREATE INDEX contacts_created ON contacts (created DESC, id, owner_id);     -- for users who reach much
//! CREATE INDEX contacts_owner ON contacts (owner_id, created DESC, id);       -- for users who reach little
//! CREATE INDEX contact_shares_user ON contact_shares (user_id);               -- with shares: one for each column of subjects
//! CREATE INDEX contact_owners_user ON contact_owners (user_id, record_id);    -- with a table of owners
//! ```
//!
//! Mirror tables bring their own. Run `ANALYZE` on them after the first fill.
//!
//! # What PostgreSQL makes of it
//!
//! With mirror tables, levels up to `department+sub` are a semi-join. So the planner knows how much the user reaches, and chooses.
//! For a user who reaches much, it walks the newest contacts and looks each owner up. For a user who reaches little, it
//! starts with the members and reads the contacts of each by the index on owners. Checking the state of the mirror is a
//! one-time filter on top.
//!
//! Levels with `open`, shares, a column of departments, and a table of owners add an `OR` or an `id IN (…)`. Next to an `OR` the
//! planner builds a hash table of all members in question, once for each query. If that is too slow, query the two sets in
//! a `UNION`. Neither was measured.
//!
//! # Mirror tables
//!
//! [`sql::Mirror`](https://docs.rs/orgscope/latest/orgscope/sql/struct.Mirror.html) makes the statements, and the application
//! runs them.
//!
//! - **Fill** the tables at start-up, unless the statements of every change have been run. Filling them is always safe.
//! - **Follow** each change, in order, in the transaction that saves the change. The first statement fails if the tables are not
//!   at the state before the change. Then roll back, and fill.
//! - **Errors**: such a statement would write NULL into a column that takes none. MySQL must be in strict mode, which is the
//!   default: otherwise it writes something else instead, and in a transaction leaves the tables at a state that matches no
//!   snapshot.
//! - **State**: the tables carry a fingerprint of departments, numbers and members, and so does every condition. The fingerprint
//!   depends on the company alone. So all processes of one release that have the same company can use the same tables, also
//!   after a restart. A change of roles or levels does not change it.
//! - **Cost of a change**: one row for one membership, and two statements for the state. A department that is added, removed or
//!   moved renumbers those after it: with ten thousand departments some thousand rows, and never more than there are
//!   departments. Members name departments by id and stay.
//! - **Cost of the fingerprint**: the first condition, `fill` or `follow` of a process walks the company once. Each change after
//!   that costs some microseconds. A process without mirror tables pays nothing.
//! - **Collisions**: the fingerprint is made of SHA-256. No two companies are known to share one, and nobody can choose ids or
//!   memberships so that they do.
//!
//! ## With a transaction, and without
//!
//! Run each list of statements in one transaction: other connections then see the tables before it or after it, and an
//! interruption leaves them as they were.
//!
//! Without a transaction, each statement committed by itself, no condition finds a part of a list either. The first statement
//! takes the state away, and the last one writes the new one. What holds, if a list is run in its order and stops at its first
//! error:
//!
//! | | a condition | the next `follow` | the next `fill` |
//! |---|---|---|---|
//! | before the first statement | finds the list of the state before | runs | runs |
//! | from the first to the last one | is an error: the tables are behind | is refused by its first statement | begins anew |
//! | after the last one | finds the list of the state after | runs | runs |
//! | after an interruption | is an error, until the tables are filled | is refused, until the tables are filled | mends it |
//!
//! Each statement is for nothing, or an error, once the statements of another call have begun: every call of `fill` and `follow`
//! has a mark of its own, which stands in the place of the state meanwhile. So two processes that write at the same time do no
//! harm; the one that began later finishes. Call `fill` or `follow` again for each run instead of keeping the statements.
//!
//! A transaction adds more: requests meet no errors while it runs; a change and its rows are saved together; and an interruption
//! needs no mending. An interrupted `follow` is not taken up again, because nothing tells how far it came. In MySQL with tables
//! that know no transactions (`MyISAM`), the same holds as without one.
//!
//! ## Saving a change
//!
//! Save a change before it is published. What is published and not saved is lost at the next restart, and undoing it only
//! makes a second revision that the log lacks. So [`dry_run`](crate::Editor::dry_run) judges the batch, one transaction saves
//! the entry for the log and the statements of the mirror, and only then does [`follow`](crate::Handle::follow) publish the
//! entry that was saved.
//!
#![cfg_attr(feature = "sql", doc = "```")]
#![cfg_attr(not(feature = "sql"), doc = "```ignore")]
//! # use orgscope::document::{Department, Document, User};
//! # use orgscope::sql::{Dialect, Ids};
//! # use orgscope::Policy;
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
//! #         other => unreachable!("{other:?}"),
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
//!
//!         // 1. Judge it. Nothing is published.
//!         let judged = self.handle.as_user(user).at(time).dry_run(commands)?;
//!         let entry = judged.audit();
//!
//!         // 2. Save it. If this fails, nothing has happened: neither here nor in the database.
//!         let transaction = database.transaction()?;
//!         for statement in self.mirror.follow(&judged)? {
//!             execute(&transaction, &statement)?;
//!         }
//!         let (revision, entry_text) = (i64::try_from(entry.revision())?, serde_json::to_string(entry)?);
//!         transaction.execute("INSERT INTO log (revision, entry) VALUES (?, ?)", (revision, entry_text))?;
//!         transaction.commit()?;
//!
//!         // 3. Publish it. This fails if the entry is not the next one: then the policy was changed without the lock.
//!         Ok(self.handle.follow(entry)?)
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
//! # let join = |user: i64| [Command::join_department(user, 1)];
//! # let clock = "2026-11-22T09:00:00Z";
//! # let refused = authz.change(31, clock, &join(31));
//! # assert_eq!(refused.unwrap_err().downcast::<orgscope::Refusal>()?.kind(), orgscope::rules::RefusalKind::NotPermitted);
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
//! - **If the commit may or may not have happened**, because the connection was lost: read the entry of that revision from the
//!   database, and follow it if it is there.
//! - **If several processes make changes**, a unique revision in the log is their lock: the second transaction fails. Its
//!   process then reads the entries after its own revision, follows each, and judges the batch again.
//! - **If the first statement of the mirror fails** and no entry is missing, something else has changed the tables: fill them.
//!
//! ## Requests during a change
//!
//! Once the transaction has committed, conditions of the snapshot before it are errors. `Mirror::is_behind` recognises them by
//! their text:
//!
//! | | code | text |
//! |---|---|---|
//! | SQLite | 1 | `bad JSON path: 'orgscope: the mirror tables are behind or ahead of the snapshot that was asked; …'` |
//! | PostgreSQL | `22P02` | `invalid input syntax for type boolean: "orgscope: the mirror tables are behind or ahead of the snapshot that was asked; …"` |
//! | MySQL, MariaDB | 1242 | `Subquery returns more than 1 row`; it has no text of ours, so no other sub-select of the query should be able to say it |
//!
//! To try again after a pause is enough where changes are rare. With dozens of changes a second, many requests would fail three
//! times in a row. If writers use transactions, this does not fail:
//!
//! 1. Ask. Nearly always the database answers.
//! 2. If it says that the tables are behind, open a transaction and take the row of the state, so that no writer changes the
//!    tables before the end of it: `SELECT revision FROM orgscope_state WHERE id = 1 FOR SHARE`, or in MySQL `… LOCK IN SHARE
//!    MODE`. SQLite needs `BEGIN` and the `SELECT` alone: a transaction reads one state.
//! 3. Catch up inside that transaction: read the entries of the log after your own revision, and
//!    [`follow`](crate::Handle::follow) each. If this process publishes all changes itself, wait until its handle has that
//!    revision.
//! 4. Load the snapshot, and ask once. A page and its count, asked here, are of one state.
//! 5. If the tables are still behind, nobody will write what is missing: they have to be filled. Report it.
//!
//! **Time that goes on** moves members too, if being in a department has a [period](crate::docs::time). An
//! [`Advance`](crate::Advance) has no entry in the log and no revision. So let one process follow it, under the lock that its
//! changes hold, in a transaction that also saves the instant in a table of yours. The others
//! [`advance`](crate::Handle::advance) to the saved instant as part of step 3. An advance that moves nobody needs no
//! statements.
//!
#![cfg_attr(feature = "sql", doc = "```")]
#![cfg_attr(not(feature = "sql"), doc = "```ignore")]
//! # use orgscope::document::{Action, Department, Document, ResourceType, Section, User};
//! # use orgscope::sql::{Dialect, Ids, Mapping, Members, Mirror, Param, Records, Sql};
//! # use orgscope::{Command, Handle, Level, Policy};
//! # use rusqlite::Connection;
//! # type Error = Box<dyn std::error::Error>;
//! # fn params(sql: &Sql) -> impl rusqlite::Params + use<> {
//! #     let value = |param: &Param| match param {
//! #         Param::Integer(integer) => rusqlite::types::Value::from(*integer),
//! #         Param::Text(text) => rusqlite::types::Value::from(text.clone()),
//! #         other => unreachable!("{other:?}"),
//! #     };
//! #     rusqlite::params_from_iter(sql.params.iter().map(value).collect::<Vec<_>>())
//! # }
//! # struct App { handle: Handle, mirror: Mirror, contacts: Mapping }
//! impl App {
//!     fn list(&self, database: &mut Connection, user: i64) -> Result<Vec<i64>, Error> {
//!         match self.ask(database, user) {
//!             Err(error) if self.mirror.is_behind(&error.to_string()) => {
//!                 let transaction = database.transaction()?;
//!                 let revision = "SELECT revision FROM orgscope_state WHERE id = 1"; // … FOR SHARE
//!                 let revision = transaction.query_row(revision, (), |row| row.get(0))?;
//!                 self.catch_up(&transaction, revision)?;
//!                 self.ask(&transaction, user)
//!             }
//!             answer => answer,
//!         }
//!     }
//!
//!     fn ask(&self, database: &Connection, user: i64) -> Result<Vec<i64>, Error> {
//!         let snapshot = self.handle.load();
//!         let read = snapshot.schema().permission_named("contact.read")?;
//!         let condition = self.contacts.sql(&snapshot.principal(user).scope(read).predicate())?;
//!         let mut query = database.prepare(&format!("SELECT id FROM contacts WHERE {}", condition.text))?;
//!         let rows = query.query_map(params(&condition), |row| row.get(0))?;
//!         Ok(rows.collect::<Result<_, _>>()?)
//!     }
//!
//!     fn catch_up(&self, database: &Connection, revision: i64) -> Result<(), Error> {
//!         let mut query = database.prepare("SELECT entry FROM log WHERE revision BETWEEN ? AND ? ORDER BY revision")?;
//!         let next = i64::try_from(self.handle.load().revision())? + 1;
//!         for entry in query.query_map((next, revision), |row| row.get::<_, String>(0))? {
//!             self.handle.follow(&serde_json::from_str(&entry?)?)?;
//!         }
//!         Ok(())
//!     }
//! }
//! #
//! # let contact = ResourceType::new("contact").action(Action::new("read").floor(Level::Department));
//! # let document = Document::new().section(Section::new("crm").resource(contact)).department(Department::new(1))
//! #     .user(User::new(17).member_of(1)).user(User::new(31));
//! # let elsewhere = Handle::new(Policy::from_document(document)?);
//! # let handle = Handle::restore(elsewhere.checkpoint(), [])?;
//! # let mirror = Mirror::new(Dialect::Sqlite, "orgscope_", Ids::Integers)?;
//! # let columns = Records::new("contact", Ids::Integers).owner("owner_id");
//! # let contacts = Mapping::new(Dialect::Sqlite, columns, Members::mirror(&mirror))?;
//! # let mut database = Connection::open_in_memory()?;
//! # database.execute_batch("CREATE TABLE contacts (id BIGINT, owner_id BIGINT); INSERT INTO contacts VALUES (1, 17), (2, 31);
//! #     CREATE TABLE log (revision BIGINT NOT NULL PRIMARY KEY, entry TEXT NOT NULL)")?;
//! # let receipt = elsewhere.apply([Command::join_department(31, 1)])?;
//! # for sql in mirror.create().into_iter().chain(mirror.fill(receipt.before())?).chain(mirror.follow(&receipt)?) {
//! #     database.execute(&sql.text, params(&sql))?;
//! # }
//! # database.execute("INSERT INTO log VALUES (1, ?)", [serde_json::to_string(receipt.audit())?])?;
//! # let app = App { handle, mirror, contacts };
//! # assert!(app.mirror.is_behind(&app.ask(&database, 17).unwrap_err().to_string()));
//! # assert_eq!(app.list(&mut database, 17)?, [1, 2]);
//! # database.execute("DROP TABLE orgscope_members", ())?;
//! # assert!(!app.mirror.is_behind(&app.ask(&database, 17).unwrap_err().to_string()));
//! # Ok::<(), Error>(())
//! ```
//!
//! ## Two releases at once
//!
//! If a release computes another fingerprint for the same company, its changelog says so. Its conditions are errors on the tables
//! of the release before, and the other way round. Deploy such a release with another prefix for its mirror tables. It creates
//! and fills them before it takes requests, each release follows its own, and the old tables go with the last process that
//! uses them.
//!
//! # Pages and counts
//!
//! The condition stands beside the application's own, in any query: a page, a count, a join, an `UPDATE` or `DELETE`. Prefer
//! pages by key (`created < ?`) to `OFFSET`. A count reads everything that the user reaches; a user who reaches everything has
//! no condition at all. A permission that requires another is one condition for both.
//!
//! # Distributed databases
//!
//! - **Citus**: distribute contacts by the customer or by their own id, and the table of shares like them. Make the mirror tables and
//!   a table of members reference tables (`create_reference_table`), so that every node joins them locally.
//! - **CockroachDB**: make the mirror tables `GLOBAL`, so that every region reads them nearby; contacts by region or by row.
//! - **YugabyteDB**: put the mirror tables into a colocated database or tablegroup, and shard the contacts.
//!
//! None of the three was tried. The conditions use only sub-selects, `IN`, `BETWEEN`, `UNION ALL` and `CASE`. A node must see the
//! mirror tables of one transaction together. Reads from followers (`AS OF SYSTEM TIME`, stale reads) are safe, because tables
//! that are behind are an error.
//!
//! # Figures
//!
//! `cargo bench -p orgscope-benches --bench lists --features sql` queries PostgreSQL for the newest 50 of 5 million contacts, with
//! 100,000 users and 10,000 departments, by mirror tables. One run on two cores of a cloud machine (PostgreSQL 15, 22 November
//! 2026), planning included:
//!
//! | the user heads | `own` | `department` | `department+sub` | `all`, requiring `department+sub` |
//! |---|---|---|---|---|
//! | the company | 0.09 ms | 0.7 ms (0.01 % of the contacts) | 1.0 ms (all) | 1.1 ms |
//! | a tenth | 0.10 ms | 0.7 ms (0.01 %) | 3.3 ms (11 %) | 3.2 ms |
//! | a thousandth | 0.10 ms | 0.8 ms (0.01 %) | 3.5 ms (0.1 %) | 3.6 ms |
//! | one department | 0.10 ms | 0.8 ms (0.01 %) | 1.0 ms (0.01 %) | 1.1 ms |
//!
//! - The same page without a condition takes 0.11 ms. The goal is twice that; only `own` meets it, and a dense set takes nine times
//!   as much.
//! - Another form of the condition would not meet it either. With the number of the department beside each member, the list would
//!   be one range of one table. PostgreSQL would still plan for 0.29 ms and look up the owners of 50 contacts for 0.20 ms,
//!   and a department that moves would rewrite the members of all those after it.
//! - A page that finds one in nine among the newest looks up nine times as many owners.
//! - If the set is below 1 %, no plan scans the contacts sequentially.
//! - The predicate takes 0.08 µs, its condition 5 µs, and its text 11 µs.
//!
//! MariaDB 10.11 and SQLite were tested for their answers, not for their speed. MySQL itself was not tested.
