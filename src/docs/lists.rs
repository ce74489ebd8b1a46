//! Lists where the records are: which mapping to choose, the indexes that it needs, and what a database makes of it.
//!
//! With the feature `sql`, `sql::Mapping` makes a condition of a [`Predicate`](crate::Predicate). It finds what
//! [`check`](crate::Principal::check) allows, record by record: both come from the same 32 bits. Nothing is filtered afterwards,
//! so pages are full and counts are right.
//!
//! # Which members to choose
//!
//! A condition on `department` has to know whose records are meant.
//!
//! | | when | a condition holds | you keep |
//! |---|---|---|---|
//! | `Members::inline(limit)` | up to some hundred people, or no departments in use | the ids of the owners whom the user reaches | nothing |
//! | `Members::table(…, limit)` | you have a table of users and departments, and up to some hundred departments | the ids of the departments | that table, in agreement with the policy |
//! | `Members::mirror(…)` | everything larger | two numbers for each department that the user is in | mirror tables: some statements after each change |
//!
//! Beyond a limit there is an error, never a part of the list. `inline` and `table` cost what they write down, and `inline` a
//! walk over all users besides; a predicate and its condition by mirror tables cost the same in every company.
//!
//! # Where the facts are
//!
//! - One owner is a column; several are a table of owners, `sql::OwnerTable`. A department as owner has a column beside.
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
//! CREATE INDEX ON contacts (created DESC, id, owner_id);     -- for those who reach much
//! CREATE INDEX ON contacts (owner_id, created DESC, id);     -- for those who reach little
//! CREATE INDEX ON contact_shares (user_id);                  -- and one for each column of subjects, if there are shares
//! CREATE INDEX ON contact_owners (user_id, record_id);       -- if owners are in a table
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
//! planner makes a hash table of all members who are meant: some milliseconds for each ten thousand, once for a query. Where
//! that is too much, ask for the two sets in two queries of a `UNION`.
//!
//! # Mirror tables
//!
//! [`sql::Mirror`](https://docs.rs/orgscope/latest/orgscope/sql/struct.Mirror.html) writes the statements, and the application
//! runs them.
//!
//! - **Fill** them at start-up, unless the statements of every change have been run; it is never wrong to.
//! - **Follow** each change in one transaction, that of saving the commands where they are saved in the same database. Between
//!   the publishing of a snapshot and the end of that transaction, conditions of that snapshot are errors, and those of the one
//!   before after it; a request that meets this loads the current snapshot and asks again.
//! - **State**: the tables carry a fingerprint of departments, numbers and members, and so does every condition. It depends on
//!   the company alone: all processes of one release that know the same company can ask the same tables, after a restart too. What
//!   changes roles or levels does not change it.
//! - **Cost of a change**: one row for one membership. A department that comes, goes or moves renumbers those after it: with ten
//!   thousand departments some thousand rows, never more than there are; members name departments by id and stay.
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
//! 10,000 departments, by mirror tables. On two shared cores of a cloud machine, with others at work on it (PostgreSQL 15, 22
//! November 2026), planning included, one run said:
//!
//! | who heads | `own` | `department` | `department+sub` | `all`, requiring `department+sub` |
//! |---|---|---|---|---|
//! | the company | 0.13 ms | 1.5 ms (0.01 % of the contacts) | 2.1 ms (all) | 2.1 ms |
//! | a tenth | 0.12 ms | 1.1 ms (0.01 %) | 5.2 ms (11 %) | 8.3 ms |
//! | a thousandth | 0.11 ms | 0.9 ms (0.01 %) | 4.3 ms (0.1 %) | 4.7 ms |
//! | one department | 0.15 ms | 1.1 ms (0.01 %) | 1.4 ms (0.01 %) | 1.3 ms |
//!
//! The same page without a condition takes 0.18 ms. So the goal of twice that is met by `own` alone: where the set is dense
//! it takes twelve times as much, for 50 owners who are looked up and for the planning of a join. No plan reads all contacts where
//! the set is below 1 %, and contacts and members are read from indexes only. A predicate takes 0.09 µs, its condition 7.5 µs,
//! its text 18 µs.
