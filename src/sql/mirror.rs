//! Mirror tables: where people are, kept in the application's database.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};

use sea_query::{
    Alias, CaseStatement, ColumnDef, Expr, ExprTrait, Index, OnConflict, Query, QueryStatementBuilder, SelectStatement,
    Table, TableName, UpdateStatement,
};
use thiserror::Error;

use crate::admin::transition::Transition;
use crate::policy::Policy;
use crate::policy::org::User;
use crate::query::predicate::Asked;
use crate::snapshot::Snapshot;
use crate::snapshot::people::Below;
use crate::sql::column::{IdColumn, InvalidMapping, MEMBER, column, refuse_both, value};
use crate::sql::dialect::{Dialect, IdKinds, Ids};
use crate::sql::expr::{all, any};
use crate::sql::names;
use crate::sql::statement::{Param, Sql};
use crate::vocabulary::id::{DepartmentId, UserId};
use crate::vocabulary::post::Post;

const DEPARTMENT: &str = "department";
/// The columns of the tables.
const DEPARTMENTS: [&str; 3] = ["id", "first", "last"];
const MEMBERS: [&str; 2] = ["department_id", "user_id"];
const STATE: &str = "state";
/// The beginning of a mark that stands in the place of a state. No state begins like that.
const BEING_WRITTEN: &str = "no state: being written ";
/// How many rows a statement writes.
const ROWS: usize = 250;

/// Tables that say where people are, so that "the department and all below" is one condition on a range of numbers
/// however large the company is.
///
/// | table | columns |
/// |---|---|
/// | `…departments` | `id`; `first`, its own number; `last`, the greatest number below it |
/// | `…members` | `department_id`, `user_id`: who is a member of what |
/// | `…state` | one row, whose `id` is 1: the `state` that the tables are at, and the `revision` at which that came to be |
///
/// The application runs the statements: [`create`](Self::create) once; [`fill`](Self::fill) whenever it is not sure
/// what the tables hold, as at start-up; [`follow`](Self::follow) after each change that it publishes. `state` is a
/// fingerprint of departments, numbers and members. A condition that asks the tables carries that of its snapshot, and
/// at any other the database ends the query with an error, which [`is_behind`](Self::is_behind) recognises. A change
/// that moves nobody needs no statements.
///
/// **Each list of statements is run in its order, up to the first error, and best in one transaction.** The first
/// statement takes the state away, and holds up whoever else writes it until the end of the transaction; the last one
/// writes the new state. Without a transaction, conditions in between are errors as well, and so are those after an
/// interruption, until the tables are filled. A list that another one has overtaken changes nothing any more. How
/// threads and processes take turns, and what a request meets meanwhile: [`docs::lists`](crate::docs::lists).
///
/// The fingerprint of the first snapshot that is asked costs a walk over the company. From then on it costs what
/// changes.
///
/// Numbers stand in preorder without gaps. So one department that comes, goes or moves renumbers those that come after
/// it, up to all departments; members name departments by id, so none of their rows change.
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
/// let receipt = authz.apply([Command::join_department(17, 1)])?;
/// let statements = mirror.follow(&receipt)?;
/// let texts: Vec<&str> = statements.iter().map(|statement| statement.text.as_str()).collect();
/// assert_eq!(texts, [
///     r#"UPDATE "orgscope_state" SET "state" = (CASE WHEN ("state" = ?) THEN ? END) WHERE "id" = 1"#,
///     r#"INSERT INTO "orgscope_members" ("department_id", "user_id") VALUES ((CASE WHEN ((SELECT "state" FROM "orgscope_state" WHERE "id" = 1) = ?) THEN CAST(? AS BIGINT) END), ?)"#,
///     r#"UPDATE "orgscope_state" SET "state" = (CASE WHEN ("state" = ?) THEN ? END), "revision" = ? WHERE "id" = 1"#,
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
    /// When that cannot begin a name, or MySQL is to tell integers from text.
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
        let Tables { departments, members, state } = &self.tables;
        let numbers = |name| self.column(name, Ids::Integers);
        let table = |table: &TableName| Table::create().table(table.clone()).take();
        let departments_table = table(departments)
            .col(self.column("id", self.ids.departments).primary_key())
            .col(numbers("first"))
            .col(numbers("last"))
            .take();
        let members_table = table(members)
            .col(self.column("department_id", self.ids.departments))
            .col(self.column("user_id", self.ids.users))
            .primary_key(Index::create().col("department_id").col("user_id"))
            .take();
        let state_table = table(state)
            .col(numbers("id").primary_key())
            .col(self.column("state", Ids::Text))
            .col(numbers("revision"))
            .take();
        vec![
            Sql::of_table(self.dialect, &departments_table),
            Sql::of_index(self.dialect, departments, "first", ["first", "id"]),
            Sql::of_table(self.dialect, &members_table),
            Sql::of_index(self.dialect, members, "user", ["user_id", "department_id"]),
            Sql::of_table(self.dialect, &state_table),
        ]
    }

    /// A column that is never NULL. In MySQL text is bytes, because its collations take different ids for the same.
    fn column(&self, name: &'static str, ids: Ids) -> ColumnDef {
        let mut column = ColumnDef::new(name);
        match (ids, self.dialect) {
            (Ids::Integers, _) => column.custom("BIGINT"),
            (Ids::Text, Dialect::MySql) => column.custom("VARBINARY(1020)"),
            (Ids::Text, _) => column.custom("TEXT"),
            #[cfg(feature = "uuid")]
            (Ids::Uuids, Dialect::Sqlite) => column.custom("BLOB"),
            #[cfg(feature = "uuid")]
            (Ids::Uuids, Dialect::Postgres) => column.custom("UUID"),
            #[cfg(feature = "uuid")]
            (Ids::Uuids, Dialect::MySql) => column.custom("BINARY(16)"),
            // Only in SQLite, where it has no type.
            (Ids::Both, _) => &mut column,
        };
        column.not_null().take()
    }

    /// The statements that empty the tables and fill them with the company of a snapshot, some hundred rows each.
    /// Linear in the company; they are made one by one. It is never wrong to run them.
    ///
    /// Call this again for each run: statements of one call know each other, and each of them fails or does nothing
    /// once another run has begun.
    ///
    /// # Errors
    ///
    /// When a department has an id of another kind than the tables hold.
    pub fn fill<'a>(&'a self, snapshot: &'a Snapshot) -> Result<impl Iterator<Item = Sql> + 'a, MirrorError> {
        self.check(snapshot)?;
        let Tables { departments, members, .. } = &self.tables;
        let run = Run::new(self);
        let (begin, end) = (run.begin(snapshot), run.end(snapshot));
        let empty = [members, departments].map(|table| run.delete_if(table, None));
        let rows = Self::departments(snapshot).filter_map(|(id, numbers)| self.department_row(id, numbers));
        let same = run.clone();
        let written = Chunks(rows).map(move |rows| same.insert(departments, DEPARTMENTS, rows));
        let policy = snapshot.policy();
        let people = policy.org.users().iter().flat_map(move |(id, user)| {
            user.departments().map(move |department| (policy.org.department_id(department), id))
        });
        let rows = people.filter_map(|(department, user)| self.member_row(department, user));
        let joined = Chunks(rows).map(move |rows| run.insert(members, MEMBERS, rows));
        Ok([begin].into_iter().chain(empty).chain(written).chain(joined).chain([end]))
    }

    /// The statements that take the tables from the state before a batch to the state after it, or from one instant to the
    /// next: only rows that differ are written.
    ///
    /// It costs what has changed, and all departments if one has come, gone or moved. The first statement fails if the
    /// tables are not at the state before, and changes no row if they were never filled. In both cases, and after an
    /// interruption, [`fill`](Self::fill) them.
    ///
    /// Call this again for each run, as with [`fill`](Self::fill).
    ///
    /// # Errors
    ///
    /// When a department has an id of another kind than the tables hold.
    pub fn follow(&self, step: impl AsRef<Transition>) -> Result<Vec<Sql>, MirrorError> {
        let step = step.as_ref();
        let (before, after) = (&step.before, &step.after);
        if before.imprint() == after.imprint() {
            return Ok(Vec::new());
        }
        if !after.has_the_tree_of(before) {
            self.check(after)?;
        }
        let Tables { departments, members, .. } = &self.tables;
        let (gone, come) = self.changed_departments(before, after);
        let (left, joined) = self.changed_members(step);
        let run = Run::new(self);
        let mut statements = vec![run.begin_at(before)];
        statements.extend(run.delete(members, MEMBERS, &left));
        statements.extend(run.delete(departments, ["id"], &gone));
        statements.extend(Chunks(come.into_iter()).map(|rows| run.insert(departments, DEPARTMENTS, rows)));
        statements.extend(Chunks(joined.into_iter()).map(|rows| run.insert(members, MEMBERS, rows)));
        statements.push(run.end(after));
        Ok(statements)
    }

    /// Whether the tables can hold all departments. Users whom they can't hold own no record of such tables.
    fn check(&self, snapshot: &Snapshot) -> Result<(), MirrorError> {
        let mut departments = Self::departments(snapshot).map(|(id, _)| id);
        let unfit = departments.find(|id| self.department.value(id.borrowed()).is_none());
        unfit.map_or(Ok(()), |id| Err(MirrorError { mirror: self.prefix.clone(), department: id.clone() }))
    }

    /// The rows of departments that are no longer so, by id; and those that are new.
    fn changed_departments(&self, before: &Snapshot, after: &Snapshot) -> (Vec<[Param; 1]>, Vec<[Param; 3]>) {
        if after.has_the_tree_of(before) {
            return (Vec::new(), Vec::new());
        }
        let old: BTreeMap<&DepartmentId, Numbers> = Self::departments(before).collect();
        let new: BTreeMap<&DepartmentId, Numbers> = Self::departments(after).collect();
        let gone = old.iter().filter(|(id, numbers)| new.get(*id) != Some(numbers));
        let come = new.iter().filter(|(id, numbers)| old.get(*id) != Some(numbers));
        let id = |id: &DepartmentId| Some([self.param(self.ids.departments, id)?]);
        (
            gone.filter_map(|(gone, _)| id(gone)).collect(),
            come.filter_map(|(id, numbers)| self.department_row(id, *numbers)).collect(),
        )
    }

    /// The rows of members that are gone, and those that are new.
    fn changed_members(&self, step: &Transition) -> (Vec<[Param; 2]>, Vec<[Param; 2]>) {
        let (before, after) = (&step.before, &step.after);
        let of = |policy: &Policy, user: &UserId| -> Vec<DepartmentId> {
            let user = policy.org.users().get(user).into_iter().flat_map(User::departments);
            user.map(|department| policy.org.department_id(department).clone()).collect()
        };
        let (mut left, mut joined) = (Vec::new(), Vec::new());
        for user in step.users_with_other_departments() {
            let (old, new) = (of(before.policy(), user), of(after.policy(), user));
            let row = |department: &&DepartmentId| self.member_row(department, user);
            left.extend(old.iter().filter(|department| !new.contains(department)).filter_map(|each| row(&each)));
            joined.extend(new.iter().filter(|department| !old.contains(department)).filter_map(|each| row(&each)));
        }
        (left, joined)
    }

    fn departments(snapshot: &Snapshot) -> impl Iterator<Item = (&DepartmentId, Numbers)> {
        let org = &snapshot.policy().org;
        org.departments().map(|(id, department)| (id, snapshot.people.below(department).first_and_last()))
    }

    fn department_row(&self, id: &DepartmentId, (first, last): Numbers) -> Option<[Param; 3]> {
        Some([self.param(self.ids.departments, id)?, Param::Integer(first), Param::Integer(last)])
    }

    fn member_row(&self, department: &DepartmentId, user: &UserId) -> Option<[Param; 2]> {
        Some([self.param(self.ids.departments, department)?, self.param(self.ids.users, user)?])
    }

    fn param<Kind>(&self, ids: Ids, id: &crate::vocabulary::id::Id<Kind>) -> Option<Param> {
        value(self.dialect, ids, id.borrowed())
    }
}

/// Statements that belong together. From the first to the last of them the state is a mark of theirs, and each is for
/// nothing, or an error, at any other.
///
/// So a state stands in the tables only if all statements to it ran after it was last taken away, and nothing else
/// between them. For that no two runs have the same mark, not even two to one state: one could take up what the other
/// has left. It is random, because runs of several processes know nothing of each other.
#[derive(Clone)]
struct Run<'m> {
    mirror: &'m Mirror,
    mark: String,
}

impl<'m> Run<'m> {
    fn new(mirror: &'m Mirror) -> Self {
        Self { mirror, mark: format!("{BEING_WRITTEN}({:016x})", RandomState::new().hash_one(())) }
    }

    fn sql(&self, query: &impl QueryStatementBuilder) -> Sql {
        Sql::of_query(self.mirror.dialect, query)
    }

    /// Takes the state away, whatever it was. There is one row to write, so whoever else writes it has to wait.
    fn begin(&self, snapshot: &Snapshot) -> Sql {
        let (mark, revision) = (self.mark.as_str(), revision(snapshot));
        let insert = Query::insert()
            .into_table(self.mirror.tables.state.clone())
            .columns(["id", "state", "revision"])
            .values_panic([Expr::val(1_i64), Expr::val(mark), Expr::val(revision)])
            .on_conflict(OnConflict::column("id").value("state", mark).value("revision", revision).to_owned())
            .take();
        self.sql(&insert)
    }

    /// Takes the state away if it is that of a snapshot.
    fn begin_at(&self, snapshot: &Snapshot) -> Sql {
        self.sql(&self.becomes(snapshot.imprint(), &self.mark))
    }

    /// Writes the state of a snapshot.
    fn end(&self, snapshot: &Snapshot) -> Sql {
        self.sql(self.becomes(&self.mark, snapshot.imprint()).value("revision", revision(snapshot)))
    }

    /// From one state to another. At any other it would be NULL, which no such column takes.
    fn becomes(&self, before: &str, after: &str) -> UpdateStatement {
        let becomes = CaseStatement::new().case(Expr::col(STATE).eq(before), Expr::val(after));
        let row = Expr::col("id").eq(Expr::Constant(1.into()));
        Query::update().table(self.mirror.tables.state.clone()).value(STATE, becomes).and_where(row).take()
    }

    /// Whether the run is still the one that writes. The row is locked, so that no other begins before this statement
    /// has ended.
    fn goes_on(&self) -> Expr {
        let row = Expr::col("id").eq(Expr::Constant(1.into()));
        let state = self.mirror.tables.state.clone();
        let mut state = Query::select().column(STATE).from(state).and_where(row).take();
        // In SQLite a statement is alone, and sea-query writes a blank.
        if self.mirror.dialect != Dialect::Sqlite {
            state.lock_exclusive();
        }
        Expr::SubQuery(None, Box::new(state.into())).eq(self.mark.as_str())
    }

    /// Inserts rows, all or none: the first is NULL where no column takes it if the run does not go on.
    fn insert<const N: usize>(&self, table: &TableName, columns: [&'static str; N], rows: Vec<[Param; N]>) -> Sql {
        let mut insert = Query::insert().into_table(table.clone()).columns(columns).take();
        let mut goes_on = Some(self.goes_on());
        for row in rows {
            insert.values_panic(row.map(|value| match goes_on.take() {
                Some(goes_on) => CaseStatement::new().case(goes_on, self.typed(value)).into(),
                None => Expr::val(value),
            }));
        }
        self.sql(&insert)
    }

    /// A value whose type no column says.
    fn typed(&self, value: Param) -> Expr {
        let integer = if self.mirror.dialect == Dialect::MySql { "SIGNED" } else { "BIGINT" };
        match value {
            Param::Integer(_) => Expr::val(value).cast_as(integer),
            Param::Text(_) => Expr::val(value),
            #[cfg(feature = "uuid")]
            Param::Uuid(_) if self.mirror.dialect == Dialect::Postgres => Expr::val(value).cast_as("UUID"),
            #[cfg(feature = "uuid")]
            Param::Uuid(_) => Expr::val(value),
        }
    }

    fn delete<const N: usize>(&self, table: &TableName, columns: [&'static str; N], rows: &[[Param; N]]) -> Vec<Sql> {
        let is_row = |row: &[Param; N]| {
            let equal = columns.iter().zip(row).map(|(column, value)| Expr::col(*column).eq(value.clone()));
            all(equal.collect())
        };
        let statement =
            |rows: &[[Param; N]]| Some(self.delete_if(table, Some(any(rows.iter().map(is_row).collect())?)));
        rows.chunks(ROWS).filter_map(statement).collect()
    }

    /// Deletes these rows, or all.
    fn delete_if(&self, table: &TableName, these: Option<Expr>) -> Sql {
        let delete = Query::delete().from_table(table.clone()).and_where_option(these).and_where(self.goes_on()).take();
        self.sql(&delete)
    }
}

/// The parts of conditions.
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
        let (first, last) = below.first_and_last();
        number().between(first, last)
    };
    any(ranges.iter().map(within).collect())
}

fn revision(snapshot: &Snapshot) -> i64 {
    i64::try_from(snapshot.revision()).unwrap_or(i64::MAX)
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
