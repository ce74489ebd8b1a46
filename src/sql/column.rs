//! Columns of ids, compared exactly: code point by code point, as ids compare in memory.

use sea_query::{DynIden, Expr, ExprTrait, Func, SelectStatement, TableName};
use thiserror::Error;

use crate::sql::dialect::{Dialect, IdKinds, Ids};
use crate::sql::names;
use crate::sql::statement::Param;
use crate::vocabulary::id::{BorrowedText, Id, Value};

/// A column of ids in a table.
#[derive(Clone, Debug)]
pub(super) struct IdColumn {
    pub(super) dialect: Dialect,
    pub(super) ids: Ids,
    pub(super) table: Option<TableName>,
    pub(super) name: DynIden,
}

impl IdColumn {
    /// The column as an expression.
    pub(super) fn expr(&self) -> Expr {
        names::of(self.table.as_ref(), &self.name)
    }

    /// The column in a form that compares exactly, whatever its declared collation.
    ///
    /// In PostgreSQL this is the column itself: equality under every deterministic collation is equality of bytes, and
    /// an explicit collation would keep the planner from using indexes. In SQLite an index with the default collation
    /// is used as before. In MySQL the bytes are compared, because its collations ignore case, accents or trailing
    /// blanks.
    pub(super) fn exact(&self) -> Expr {
        match (self.dialect, self.ids) {
            (Dialect::Sqlite, Ids::Text | Ids::Both) => {
                Expr::CustomWithExpr("? COLLATE BINARY".into(), vec![self.expr()])
            }
            (Dialect::MySql, Ids::Text | Ids::Both) => Func::cast_as(self.expr(), "BINARY").into(),
            _ => self.expr(),
        }
    }

    /// An id as a parameter, or `None` if such a column can't hold it.
    pub(super) fn value<Kind>(&self, id: Id<Kind, BorrowedText<'_>>) -> Option<Param> {
        value(self.dialect, self.ids, id)
    }

    /// A condition that the column holds one of these values; `None` if there are none.
    pub(super) fn is_any_of(&self, values: Vec<Param>) -> Option<Expr> {
        let compare = |column: Expr, mut values: Vec<Param>| match values.len() {
            0 => None,
            1 => values.pop().map(|value| column.eq(value)),
            _ => Some(column.is_in(values)),
        };
        if self.dialect == Dialect::MySql && self.ids == Ids::Text {
            // The first condition can use an index, but finds too much; the second is exact.
            let near = compare(self.expr(), values.clone())?;
            return Some(near.and(compare(self.exact(), values)?));
        }
        compare(self.exact(), values)
    }

    /// A condition that a query selects the value of the column.
    pub(super) fn is_in(&self, select: SelectStatement) -> Expr {
        self.exact().in_subquery(select)
    }

    /// The column as a query selects it for [`is_in`](Self::is_in).
    pub(super) fn selected(&self) -> Expr {
        // In SQLite the left side of `IN` determines the comparison.
        if self.dialect == Dialect::Sqlite { self.expr() } else { self.exact() }
    }
}

/// An id as a parameter, or `None` if a column of such ids can't hold it.
pub(super) fn value<Kind>(dialect: Dialect, ids: Ids, id: Id<Kind, BorrowedText<'_>>) -> Option<Param> {
    match (ids, id.value()) {
        #[cfg(feature = "uuid")]
        (Ids::Uuids, Value::Text(text)) => {
            let uuid = uuid::Uuid::try_parse(text).ok()?;
            let is_canonical = uuid.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()) == text;
            is_canonical.then_some(Param::Uuid(uuid))
        }
        (Ids::Integers | Ids::Both, Value::Integer(integer)) => Some(Param::Integer(integer)),
        // PostgreSQL has no text with a zero byte.
        (Ids::Text | Ids::Both, Value::Text(text)) if dialect != Dialect::Postgres || !text.contains('\0') => {
            Some(Param::Text(text.to_owned()))
        }
        _ => None,
    }
}

pub(super) fn refuse_both(dialect: Dialect, ids: IdKinds) -> Result<(), InvalidMapping> {
    if dialect == Dialect::MySql && ids.any_is_both() {
        return Err(InvalidMapping(
            "MySQL finds `7` equal to `'7'`: say of each kind of ids whether they are `Ids::Integers` or `Ids::Text`"
                .to_owned(),
        ));
    }
    Ok(())
}

// The aliases of tables other than that of the records. Their columns are qualified, so that a missing column is an
// error of the database instead of the column of the records with that name.
pub(super) const OWNER: &str = "owner";
pub(super) const SHARE: &str = "share";
pub(super) const MEMBER: &str = "member";

/// A column of a table other than that of the records.
pub(super) fn column(dialect: Dialect, ids: Ids, alias: &'static str, name: &str) -> Result<IdColumn, InvalidMapping> {
    Ok(IdColumn { dialect, ids, table: Some(TableName(None, alias.into())), name: names::column(name)? })
}

/// An invalid table mapping.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct InvalidMapping(pub(super) String);

impl From<String> for InvalidMapping {
    fn from(why: String) -> Self {
        Self(why)
    }
}
