//! Mirror tables: where people are, kept in the application's database.

use std::collections::BTreeMap;

use sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement, TableName};
use thiserror::Error;

use crate::policy::Policy;
use crate::policy::org::User;
use crate::query::predicate::Asked;
use crate::snapshot::{Below, Snapshot};
use crate::sql::column::{IdColumn, InvalidMapping, MEMBER, column, refuse_both, value};
use crate::sql::dialect::{Dialect, IdKinds, Ids};
use crate::sql::expr::any;
use crate::sql::names;
use crate::sql::statement::{Param, Sql};
use crate::vocabulary::id::{DepartmentId, UserId};
use crate::vocabulary::post::Post;

const DEPARTMENT: &str = "department";
/// How many rows a statement writes.
const ROWS: usize = 250;

/// Tables that say where people are, so that "the department and all below" is one condition on a range of numbers however
/// large the company is.
///
/// | table | columns |
/// |---|---|
/// | `…departments` | `id`; `first`, its own number; `last`, the greatest number below it |
/// | `…members` | `department_id`, `user_id`: who is a member of what |
/// | `…state` | one row, whose `id` is 1: the `state` that the tables are at, and the `revision` at which that came to be |
///
/// The application runs the statements: [`create`](Self::create) once; [`fill`](Self::fill) whenever it is not sure what the
/// tables hold, as at start-up; [`follow`](Self::follow) after each change that it publishes. `state` is a fingerprint of
/// departments, numbers and members. A condition that asks the tables carries that of its snapshot, and at any other the
/// database ends the query with an error. A change that moves nobody needs no statements.
///
/// **Each list of statements is run in one transaction, in its order.** The first one of both lists writes the state, which
/// holds up whoever else writes it until the end of the transaction. The first one of `follow` fails if the tables are not where
/// it starts. Then roll back, load the current snapshot, and fill: the other statements are for other tables than these. How threads
/// and processes take turns, and what a request meets meanwhile: [`docs::lists`](crate::docs::lists).
///
/// Numbers stand in preorder without gaps. So one department that comes, goes or moves renumbers those that come after it, up to
/// all departments; members name departments by id, so none of their rows change.
///
/// ```
/// use orgscope::document::{Command, Department, Document, User};
/// use orgscope::sql::{Dialect, Ids, Mirror};
/// use orgscope::{Handle, Policy};
///
/// let mirror = Mirror::new(Dialect::Sqlite, "orgscope_", Ids::Integers)?;
/// let document = Document::new().department(Department::new(1)).user(User::new(17));
/// let authz = Handle::new(Policy::from_document(document)?);
/// for statement in mirror.create().into_iter().chain(mirror.fill(&authz.load())?) {
///     // execute(statement.text, statement.params)
/// }
///
/// let before = authz.load();
/// authz.apply(&[Command::JoinDepartment { user: 17.into(), department: 1.into() }])?;
/// let statements = mirror.follow(&before, &authz.load())?;
/// let texts: Vec<&str> = statements.iter().map(|statement| statement.text.as_str()).collect();
/// assert_eq!(texts, [
///     r#"UPDATE "orgscope_state" SET "state" = CASE WHEN "state" = ? THEN CAST(? AS BIGINT) END, "revision" = ? WHERE "id" = 1"#,
///     r#"INSERT INTO "orgscope_members" ("department_id", "user_id") VALUES (?, ?)"#,
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Mirror {
    pub(super) dialect: Dialect,
    pub(super) ids: IdKinds,
    pub(super) prefix: String,
    tables: Tables,
    /// Columns of the members.
    user: IdColumn,
    department: IdColumn,
}

#[derive(Clone, Debug)]
struct Tables {
    departments: TableName,
    members: TableName,
    state: TableName,
}

/// The numbers of a department: its own, and the greatest below it.
type Numbers = (i64, i64);

/// A company has a department that mirror tables can't hold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the tables of the mirror `{mirror}` can't hold the id of department `{department}`: it is of another kind")]
pub struct MirrorError {
    mirror: String,
    department: DepartmentId,
}

impl MirrorError {
    /// The department.
    pub fn department(&self) -> &DepartmentId {
        &self.department
    }
}

impl Mirror {
    /// Mirror tables whose names begin with this, for example `orgscope_` or `crm.orgscope_`.
    ///
    /// # Errors
    ///
    /// When that is no beginning of a name, or MySQL is to tell integers from text.
    pub fn new(dialect: Dialect, prefix: &str, ids: impl Into<IdKinds>) -> Result<Self, InvalidMapping> {
        let ids = ids.into();
        refuse_both(dialect, ids)?;
        if dialect != Dialect::Sqlite && [ids.users, ids.departments].contains(&Ids::Both) {
            return Err(InvalidMapping(format!(
                "a column in {dialect} has one type: say whether the ids of users and departments are `Ids::Integers` or \
                 `Ids::Text`"
            )));
        }
        let table = |name: &str| names::table(&format!("{prefix}{name}"));
        Ok(Self {
            dialect,
            ids,
            prefix: prefix.to_owned(),
            tables: Tables { departments: table("departments")?, members: table("members")?, state: table("state")? },
            user: column(dialect, ids.users, MEMBER, "user_id")?,
            department: column(dialect, ids.departments, MEMBER, "department_id")?,
        })
    }

    /// The statements that make the tables and their indexes.
    pub fn create(&self) -> Vec<Sql> {
        let (user, department) = (self.type_of(self.ids.users), self.type_of(self.ids.departments));
        let Tables { departments, members, state } = &self.tables;
        let [departments_named, members_named, state] = [departments, members, state].map(|table| self.name(table));
        let q = |name: &str| self.quoted(name);
        let columns = |names: &[&str]| names.iter().map(|name| q(name)).collect::<Vec<_>>().join(", ");
        let texts = [
            format!(
                "CREATE TABLE {departments_named} ({}{department} NOT NULL PRIMARY KEY, {} BIGINT NOT NULL, {} BIGINT NOT NULL)",
                q("id"),
                q("first"),
                q("last")
            ),
            self.index(departments, "first", &columns(&["first", "id"])),
            format!(
                "CREATE TABLE {members_named} ({}{department} NOT NULL, {}{user} NOT NULL, PRIMARY KEY ({}))",
                q("department_id"),
                q("user_id"),
                columns(&["department_id", "user_id"])
            ),
            self.index(members, "user", &columns(&["user_id", "department_id"])),
            format!(
                "CREATE TABLE {state} ({} BIGINT NOT NULL PRIMARY KEY, {} BIGINT NOT NULL, {} BIGINT NOT NULL)",
                q("id"),
                q("state"),
                q("revision")
            ),
        ];
        texts.into_iter().map(|text| Sql { text, params: Vec::new() }).collect()
    }

    /// The statements that empty the tables and fill them with the company of a snapshot, some hundred rows each. Linear in the
    /// company; they are made one by one. It is never wrong to run them, in one transaction.
    ///
    /// # Errors
    ///
    /// When a department has an id of another kind than the tables hold.
    pub fn fill<'a>(&'a self, snapshot: &'a Snapshot) -> Result<impl Iterator<Item = Sql> + 'a, MirrorError> {
        self.check(snapshot)?;
        let [departments, members] = [&self.tables.departments, &self.tables.members].map(|table| self.name(table));
        let empty =
            [&members, &departments].map(|table| Sql { text: format!("DELETE FROM {table}"), params: Vec::new() });
        let rows = Self::departments(snapshot).filter_map(|(id, numbers)| self.department_row(id, numbers));
        let written = Chunks(rows).map(move |rows| self.insert(&departments, &["id", "first", "last"], &rows));
        let policy = snapshot.policy();
        let people = policy.org.users().iter().flat_map(move |(id, user)| {
            user.departments().map(move |department| (policy.org.department_id(department), id))
        });
        let rows = people.filter_map(|(department, user)| self.member_row(department, user));
        let joined = Chunks(rows).map(move |rows| self.insert(&members, &["department_id", "user_id"], &rows));
        Ok([self.state_is(snapshot)].into_iter().chain(empty).chain(written).chain(joined))
    }

    /// The statements that take the tables from the state of one snapshot to that of another, of the same
    /// [`Handle`](crate::Handle): only rows that differ are written.
    ///
    /// It costs what has changed, and all departments if one has come, gone or moved. They are run in one transaction. The first
    /// fails if the tables are not at the state before, and changes no row if they were never filled: then roll back, and
    /// [`fill`](Self::fill) them.
    ///
    /// # Errors
    ///
    /// When a department has an id of another kind than the tables hold.
    pub fn follow(&self, before: &Snapshot, after: &Snapshot) -> Result<Vec<Sql>, MirrorError> {
        if before.imprint() == after.imprint() {
            return Ok(Vec::new());
        }
        if !after.has_the_tree_of(before) {
            self.check(after)?;
        }
        let [departments, members] = [&self.tables.departments, &self.tables.members].map(|table| self.name(table));
        let (gone, come) = self.changed_departments(before, after);
        let (left, joined) = self.changed_members(before, after);
        let mut statements = vec![self.state_becomes(before, after)];
        statements.extend(self.delete(&members, &["department_id", "user_id"], &left));
        statements.extend(self.delete(&departments, &["id"], &gone));
        statements.extend(come.chunks(ROWS).map(|rows| self.insert(&departments, &["id", "first", "last"], rows)));
        statements.extend(joined.chunks(ROWS).map(|rows| self.insert(&members, &["department_id", "user_id"], rows)));
        Ok(statements)
    }

    /// Writes the state, whatever it was. There is one row to write, so whoever else writes it has to wait.
    fn state_is(&self, snapshot: &Snapshot) -> Sql {
        let table = self.name(&self.tables.state);
        let now = [snapshot.imprint(), revision(snapshot)].map(Param::Integer);
        let row = [vec![Param::Integer(1)], now.to_vec()].concat();
        let insert = self.insert(&table, &["id", "state", "revision"], &[row]);
        let conflict = match self.dialect {
            Dialect::Sqlite | Dialect::Postgres => format!("ON CONFLICT ({}) DO UPDATE SET", self.quoted("id")),
            Dialect::MySql => "ON DUPLICATE KEY UPDATE".to_owned(),
        };
        let (state, revised) = (self.quoted("state"), self.quoted("revision"));
        let (now_state, now_revised) = (self.placeholder(4), self.placeholder(5));
        Sql {
            text: format!("{} {conflict} {state} = {now_state}, {revised} = {now_revised}", insert.text),
            params: [insert.params, now.to_vec()].concat(),
        }
    }

    /// Writes the state if it is the one before. At another it would be NULL, which no such column takes.
    fn state_becomes(&self, before: &Snapshot, after: &Snapshot) -> Sql {
        let table = self.name(&self.tables.state);
        let marks = [1, 2, 3].map(|nth| self.placeholder(nth));
        let [id, state, revised] = ["id", "state", "revision"].map(|column| self.quoted(column));
        let integer = if self.dialect == Dialect::MySql { "SIGNED" } else { "BIGINT" };
        Sql {
            text: format!(
                "UPDATE {table} SET {state} = CASE WHEN {state} = {} THEN CAST({} AS {integer}) END, {revised} = {} WHERE {id} = 1",
                marks[0], marks[1], marks[2]
            ),
            params: [before.imprint(), after.imprint(), revision(after)].map(Param::Integer).into(),
        }
    }

    /// Whether the tables can hold all departments. Users whom they can't hold own no record of such tables.
    fn check(&self, snapshot: &Snapshot) -> Result<(), MirrorError> {
        let mut departments = Self::departments(snapshot).map(|(id, _)| id);
        let unfit = departments.find(|id| self.department.value(id.borrowed()).is_none());
        unfit.map_or(Ok(()), |id| Err(MirrorError { mirror: self.prefix.clone(), department: id.clone() }))
    }

    /// The rows of departments that are no longer so, by id; and those that are new.
    fn changed_departments(&self, before: &Snapshot, after: &Snapshot) -> (Vec<Vec<Param>>, Vec<Vec<Param>>) {
        if after.has_the_tree_of(before) {
            return (Vec::new(), Vec::new());
        }
        let old: BTreeMap<&DepartmentId, Numbers> = Self::departments(before).collect();
        let new: BTreeMap<&DepartmentId, Numbers> = Self::departments(after).collect();
        let gone = old.iter().filter(|(id, numbers)| new.get(*id) != Some(numbers));
        let come = new.iter().filter(|(id, numbers)| old.get(*id) != Some(numbers));
        let id = |id: &DepartmentId| Some(vec![self.param(self.ids.departments, id)?]);
        (
            gone.filter_map(|(gone, _)| id(gone)).collect(),
            come.filter_map(|(id, numbers)| self.department_row(id, *numbers)).collect(),
        )
    }

    /// The rows of members that are gone, and those that are new.
    fn changed_members(&self, before: &Snapshot, after: &Snapshot) -> (Vec<Vec<Param>>, Vec<Vec<Param>>) {
        let of = |policy: &Policy, user: &UserId| -> Vec<DepartmentId> {
            let user = policy.org.users().get(user).into_iter().flat_map(User::departments);
            user.map(|department| policy.org.department_id(department).clone()).collect()
        };
        let (mut left, mut joined) = (Vec::new(), Vec::new());
        for user in &before.changed_homes(after) {
            let (old, new) = (of(before.policy(), user), of(after.policy(), user));
            let row = |department: &&DepartmentId| self.member_row(department, user);
            left.extend(old.iter().filter(|department| !new.contains(department)).filter_map(|each| row(&each)));
            joined.extend(new.iter().filter(|department| !old.contains(department)).filter_map(|each| row(&each)));
        }
        (left, joined)
    }

    fn departments(snapshot: &Snapshot) -> impl Iterator<Item = (&DepartmentId, Numbers)> {
        let org = &snapshot.policy().org;
        org.departments().map(|(id, department)| {
            let Below { first, count } = snapshot.below(department);
            (id, (i64::from(first), i64::from(first) + i64::from(count) - 1))
        })
    }

    fn department_row(&self, id: &DepartmentId, (first, last): Numbers) -> Option<Vec<Param>> {
        Some(vec![self.param(self.ids.departments, id)?, Param::Integer(first), Param::Integer(last)])
    }

    fn member_row(&self, department: &DepartmentId, user: &UserId) -> Option<Vec<Param>> {
        Some(vec![self.param(self.ids.departments, department)?, self.param(self.ids.users, user)?])
    }

    fn param<Kind>(&self, ids: Ids, id: &crate::vocabulary::id::Id<Kind>) -> Option<Param> {
        value(self.dialect, ids, id.borrowed())
    }
}

/// What a condition asks.
impl Mirror {
    pub(super) fn state_table(&self) -> TableName {
        self.tables.state.clone()
    }

    /// Whether the user stands among the members of some department.
    pub(super) fn has_member(&self, asked: Asked<'_>) -> bool {
        asked.user.is(Post::Member) && self.user.value(asked.id.borrowed()).is_some()
    }

    pub(super) fn department_of_member(&self) -> &IdColumn {
        &self.department
    }

    /// The members of these departments.
    pub(super) fn members_of(&self, departments: Vec<Param>) -> Option<SelectStatement> {
        let within = self.department.is_any_of(departments)?;
        let members = self.tables.members.clone();
        Some(Query::select().expr(self.user.selected()).from_as(members, MEMBER).cond_where(within).take())
    }

    /// The members of the departments with these numbers.
    pub(super) fn members_in(&self, ranges: &[Below]) -> Option<SelectStatement> {
        let id = Expr::col((Alias::new(DEPARTMENT), Alias::new("id")));
        let (members, departments) = (self.tables.members.clone(), self.tables.departments.clone());
        Some(
            Query::select()
                .expr(self.user.selected())
                .from_as(members, MEMBER)
                .join_as(
                    sea_query::JoinType::InnerJoin,
                    departments,
                    Alias::new(DEPARTMENT),
                    id.eq(self.department.expr()),
                )
                .cond_where(numbered(ranges)?)
                .take(),
        )
    }

    /// The departments with these numbers.
    pub(super) fn departments_in(&self, ranges: &[Below]) -> Option<SelectStatement> {
        let id = IdColumn { name: Alias::new("id").into(), table: Some(alias(DEPARTMENT)), ..self.department.clone() };
        let departments = self.tables.departments.clone();
        Some(Query::select().expr(id.selected()).from_as(departments, DEPARTMENT).cond_where(numbered(ranges)?).take())
    }
}

fn alias(name: &'static str) -> TableName {
    TableName(None, name.into())
}

/// Whether the number of a department is in one of these ranges.
fn numbered(ranges: &[Below]) -> Option<Expr> {
    let number = || Expr::col((Alias::new(DEPARTMENT), Alias::new("first")));
    let within = |below: &Below| {
        let first = i64::from(below.first);
        number().between(first, first + i64::from(below.count) - 1)
    };
    any(ranges.iter().map(within).collect())
}

fn revision(snapshot: &Snapshot) -> i64 {
    i64::try_from(snapshot.revision()).unwrap_or(i64::MAX)
}

/// Text.
impl Mirror {
    fn name(&self, TableName(schema, table): &TableName) -> String {
        let table = self.quoted(&table.to_string());
        schema.as_ref().map_or(table.clone(), |schema| format!("{}.{table}", self.quoted(&schema.1.to_string())))
    }

    /// The statement that makes an index. It is in the schema of its table: in SQLite that stands before the index, and elsewhere
    /// before the table.
    fn index(&self, table: &TableName, by: &str, columns: &str) -> String {
        let TableName(schema, name) = table;
        let index = TableName(None, format!("{name}_{by}").into());
        let (index, table) = match self.dialect {
            Dialect::Sqlite => (TableName(schema.clone(), index.1), TableName(None, name.clone())),
            Dialect::Postgres | Dialect::MySql => (index, table.clone()),
        };
        format!("CREATE INDEX {} ON {} ({columns})", self.name(&index), self.name(&table))
    }

    fn quoted(&self, name: &str) -> String {
        match self.dialect {
            Dialect::Sqlite | Dialect::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
            Dialect::MySql => format!("`{}`", name.replace('`', "``")),
        }
    }

    fn placeholder(&self, nth: usize) -> String {
        match self.dialect {
            Dialect::Sqlite | Dialect::MySql => "?".to_owned(),
            Dialect::Postgres => format!("${nth}"),
        }
    }

    /// The type of a column, after its name. In MySQL text is bytes, because its collations take different ids for the same.
    fn type_of(&self, ids: Ids) -> &'static str {
        match (ids, self.dialect) {
            (Ids::Integers, _) => " BIGINT",
            (Ids::Text, Dialect::MySql) => " VARBINARY(1020)",
            (Ids::Text, _) => " TEXT",
            // Only in SQLite.
            (Ids::Both, _) => "",
        }
    }

    fn insert(&self, table: &str, columns: &[&str], rows: &[Vec<Param>]) -> Sql {
        let mut nth = 0;
        let mut row = || {
            let marks = columns.iter().map(|_| {
                nth += 1;
                self.placeholder(nth)
            });
            format!("({})", marks.collect::<Vec<_>>().join(", "))
        };
        let marks: Vec<String> = rows.iter().map(|_| row()).collect();
        let columns: Vec<String> = columns.iter().map(|column| self.quoted(column)).collect();
        Sql {
            text: format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), marks.join(", ")),
            params: rows.concat(),
        }
    }

    fn delete(&self, table: &str, columns: &[&str], rows: &[Vec<Param>]) -> Vec<Sql> {
        let statement = |rows: &[Vec<Param>]| {
            let mut nth = 0;
            let mut row = || {
                let equal = columns.iter().map(|column| {
                    nth += 1;
                    format!("{} = {}", self.quoted(column), self.placeholder(nth))
                });
                equal.collect::<Vec<_>>().join(" AND ")
            };
            let any: Vec<String> = rows.iter().map(|_| row()).collect();
            Sql { text: format!("DELETE FROM {table} WHERE {}", any.join(" OR ")), params: rows.concat() }
        };
        rows.chunks(ROWS).map(statement).collect()
    }
}

/// Rows by the handful.
struct Chunks<I>(I);

impl<I: Iterator> Iterator for Chunks<I> {
    type Item = Vec<I::Item>;

    fn next(&mut self) -> Option<Vec<I::Item>> {
        let rows: Vec<I::Item> = self.0.by_ref().take(ROWS).collect();
        (!rows.is_empty()).then_some(rows)
    }
}
