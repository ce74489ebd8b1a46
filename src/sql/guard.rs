//! Guards: a mirror that is behind must not answer.
//!
//! A condition that reads mirror tables carries the state that it was made from. If the mirror is at another state, the
//! database itself ends the query with an error, because an empty or incomplete list would look like an answer. Each
//! database must evaluate the guard before the mirror decides anything, and each needs its own way:
//!
//! - PostgreSQL: a sub-select that depends on no row is a one-time filter, evaluated before the first row is read. Its
//!   error says what to do.
//! - SQLite may evaluate such a sub-select only for a row, and a mirror that is behind may be the reason that there is
//!   none. But it reads the right side of `IN` to the end before it compares the first record, so the guard is one more
//!   part of that list.
//! - MySQL evaluates a sub-select that depends on no row before it starts. It has no expression that fails with a
//!   custom text, so the guard is a sub-select of two rows where one is allowed.

use sea_query::{
    Alias, BinOper, CaseStatement, Expr, ExprTrait, Func, FunctionCall, JoinType, Query, SelectStatement, UnionType,
};

use crate::sql::dialect::Dialect;
use crate::sql::mirror::Mirror;

const BEHIND: &str = "orgscope: the mirror tables are behind or ahead of the snapshot that was asked; they are at ";

const EMPTY: &str = "no state: fill them";

impl Mirror {
    /// Whether this is what a database says when a condition finds the mirror tables at another state than that of its
    /// snapshot. Load the current snapshot and ask again; if that persists, the tables have to be filled.
    ///
    /// It takes the error as text, with whatever a driver adds: SQLite and PostgreSQL quote a text of this library.
    /// MySQL says that a sub-select has several rows, so no other sub-select of the query should be able to; if it
    /// speaks another language than English, compare the code of the error with 1242 instead.
    ///
    /// ```
    /// # use orgscope::sql::{Dialect, Ids, Mirror};
    /// let mirror = Mirror::new(Dialect::MySql, "orgscope_", Ids::Integers)?;
    /// assert!(mirror.is_behind("ERROR 1242 (21000): Subquery returns more than 1 row"));
    /// assert!(!mirror.is_behind("ERROR 1146 (42S02): Table 'crm.orgscope_state' doesn't exist"));
    /// # Ok::<(), orgscope::sql::InvalidMapping>(())
    /// ```
    pub fn is_behind(&self, error: &str) -> bool {
        error.contains(match self.dialect {
            Dialect::Sqlite | Dialect::Postgres => BEHIND,
            Dialect::MySql => "Subquery returns more than 1 row",
        })
    }
}

const STATE: &str = "state";
const MIRROR: &str = "mirror";

/// The state of the mirror, in a query of its one row: NULL if it was never filled.
fn state() -> FunctionCall {
    Func::max(Expr::col((Alias::new(MIRROR), Alias::new(STATE))))
}

/// A query of the state.
fn state_of(mirror: &Mirror) -> SelectStatement {
    Query::select().expr_as(state(), Alias::new(STATE)).from_as(mirror.state_table(), Alias::new(MIRROR)).take()
}

/// The end of a list for `IN`: no row if the mirror is at this state, otherwise an error. For SQLite.
pub(super) fn end_of_list(mirror: &Mirror, expected: &str) -> (UnionType, SelectStatement) {
    let at = || Expr::col((Alias::new("s"), Alias::new(STATE)));
    // An invalid JSON path is an error whose text quotes the path.
    let found = Func::coalesce([at(), Expr::Constant(EMPTY.into())]);
    let message = Expr::Constant(BEHIND.into()).binary(BinOper::Custom("||"), found);
    let fail = Func::cust(Alias::new("json_extract")).args([Expr::Constant("{}".into()), message]);
    let look = Query::select()
        .expr(fail)
        .from_subquery(state_of(mirror), Alias::new("s"))
        .cond_where(at().is_null().or(at().ne(expected)))
        .take();
    (UnionType::All, look)
}

/// A condition that holds if the mirror is at this state, and is an error otherwise. For PostgreSQL.
pub(super) fn one_time_filter(mirror: &Mirror, expected: &str) -> Expr {
    let at = || Expr::from(state());
    let found = Func::coalesce([at(), Expr::Constant(EMPTY.into())]);
    // This text is not a boolean, so the cast fails. It contains the state, so that it is not evaluated early as a
    // constant.
    let fail = Expr::Constant(BEHIND.into()).binary(BinOper::Custom("||"), found).cast_as("boolean");
    let look = CaseStatement::new().case(at().eq(expected), Expr::Constant(true.into())).finally(fail);
    sub_select(Query::select().expr(look).from_as(mirror.state_table(), Alias::new(MIRROR)).take())
}

/// The same condition for MySQL.
pub(super) fn one_row_or_two(mirror: &Mirror, expected: &str) -> Expr {
    let at = || Expr::col((Alias::new("s"), Alias::new(STATE)));
    let row = |number: i32| Query::select().expr_as(Expr::Constant(number.into()), Alias::new("row")).take();
    let two = row(1).union(UnionType::All, row(2)).take();
    let look = Query::select()
        .expr(Expr::Constant(true.into()))
        .from_subquery(state_of(mirror), Alias::new("s"))
        .join_subquery(JoinType::LeftJoin, two, Alias::new("two"), at().is_null().or(at().ne(expected)))
        .take();
    sub_select(look)
}

fn sub_select(select: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(select.into()))
}
