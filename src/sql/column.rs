//! Columns of ids, and comparing them exactly: code point by code point, as ids compare in memory.

use sea_query::{DynIden, Expr, ExprTrait, Func, SelectStatement, TableName};
use thiserror::Error;

use crate::sql::dialect::{Dialect, IdKinds, Ids};
use crate::sql::names;
use crate::sql::statement::Param;
use crate::vocabulary::id::Id;

/// A column of ids in some table.
#[derive(Clone, Debug)]
pub(super) struct IdColumn {
    pub(super) dialect: Dialect,
    pub(super) ids: Ids,
    pub(super) table: Option<TableName>,
    pub(super) name: DynIden,
}

impl IdColumn {
    /// The column as it is.
    pub(super) fn expr(&self) -> Expr {
        names::of(self.table.as_ref(), &self.name)
    }

    /// The column as it compares exactly, whatever the collation that it was declared with.
    ///
    /// In PostgreSQL that is the column itself: equality under every deterministic collation is that of the bytes, and
    /// a collation in the text would keep the planner from its indexes. In SQLite an index of the default collation
    /// serves as before. In MySQL the bytes are compared, because its collations ignore case, accents or trailing
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

    /// An id as a parameter, unless such a column can't hold it.
    pub(super) fn value<Kind>(&self, id: Id<Kind, &str>) -> Option<Param> {
        value(self.dialect, self.ids, id)
    }

    /// Whether the column holds one of these values; none if there are none.
    pub(super) fn is_any_of(&self, values: Vec<Param>) -> Option<Expr> {
        let compare = |column: Expr, mut values: Vec<Param>| match values.len() {
            0 => None,
            1 => values.pop().map(|value| column.eq(value)),
            _ => Some(column.is_in(values)),
        };
        if self.dialect == Dialect::MySql && self.ids == Ids::Text {
            // The first finds more than the second, and by an index; the second is exact.
            let near = compare(self.expr(), values.clone())?;
            return Some(near.and(compare(self.exact(), values)?));
        }
        compare(self.exact(), values)
    }

    /// Whether what the column holds is among what a query selects.
    pub(super) fn is_in(&self, select: SelectStatement) -> Expr {
        self.exact().in_subquery(select)
    }

    /// The column as a query selects it for [`is_in`](Self::is_in).
    pub(super) fn selected(&self) -> Expr {
        // In SQLite the left side of `IN` says how to compare.
        if self.dialect == Dialect::Sqlite { self.expr() } else { self.exact() }
    }
}

/// An id as a parameter, unless a column of such ids can't hold it.
pub(super) fn value<Kind>(dialect: Dialect, ids: Ids, id: Id<Kind, &str>) -> Option<Param> {
    match (id.as_integer(), id.as_text()) {
        (Some(integer), _) if ids != Ids::Text => Some(Param::Integer(integer)),
        // PostgreSQL has no text with a zero in it.
        (None, Some(text)) if ids != Ids::Integers && !(dialect == Dialect::Postgres && text.contains('\0')) => {
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

// What the tables beside that of the records are called in a condition. Their columns are qualified: one that a table
// lacks is an error of the database, and not the column of that name of the records.
pub(super) const OWNER: &str = "owner";
pub(super) const SHARE: &str = "share";
pub(super) const MEMBER: &str = "member";

/// A column of a table beside that of the records.
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
