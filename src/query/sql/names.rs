//! Names of tables and columns, checked once.

use sea_query::{Alias, ColumnName, ColumnRef, DynIden, Expr, SchemaName, TableName};

/// The name of a table, with its schema if it was written with one.
pub(super) fn table(name: &str) -> Result<TableName, String> {
    match name.split_once('.') {
        None => Ok(TableName(None, part("table", name, name)?)),
        Some((schema, table)) => {
            let schema = SchemaName(None, part("table", schema, name)?);
            Ok(TableName(Some(schema), part("table", table, name)?))
        }
    }
}

/// The name of a column, without a table.
pub(super) fn column(name: &str) -> Result<DynIden, String> {
    if name.contains('.') {
        return Err(format!("`{name}` is no name of a column: name the table of the records by `table`"));
    }
    part("column", name, name)
}

fn part(what: &str, part: &str, name: &str) -> Result<DynIden, String> {
    if part.is_empty() || part.contains('.') {
        return Err(format!("`{name}` is no name of a {what}: write it as in `contacts` or `crm.contacts`"));
    }
    if part.contains(char::is_control) {
        return Err(format!("`{}` is no name of a {what}: it holds a control character", name.escape_debug()));
    }
    Ok(Alias::new(part).into())
}

/// A column of a table that may go without saying.
pub(super) fn of(table: Option<&TableName>, column: &DynIden) -> Expr {
    Expr::Column(ColumnRef::Column(ColumnName(table.cloned(), column.clone())))
}
