//! Names of tables and columns, validated once.

use sea_query::{Alias, ColumnName, ColumnRef, DynIden, Expr, SchemaName, TableName};

/// The name of a table, with its schema if there is one.
pub(super) fn table(name: &str) -> Result<TableName, String> {
    match name.split_once('.') {
        None => Ok(TableName(None, part(TABLE, name, name)?)),
        Some((schema, table)) => {
            let schema = SchemaName(None, part(TABLE, schema, name)?);
            Ok(TableName(Some(schema), part(TABLE, table, name)?))
        }
    }
}

/// The name of a column, without a table.
pub(super) fn column(name: &str) -> Result<DynIden, String> {
    part(COLUMN, name, name)
}

/// The kind of a name, and examples of its spelling.
type Kind = (&'static str, &'static str);
const TABLE: Kind = ("table", "`contacts` or `crm.contacts`");
const COLUMN: Kind = ("column", "`owner_id`, without its table");

fn part((what, example): Kind, part: &str, name: &str) -> Result<DynIden, String> {
    if part.is_empty() || part.contains('.') {
        return Err(format!("`{name}` is not the name of a {what}: write it as in {example}"));
    }
    if part.contains(char::is_control) {
        return Err(format!("`{}` is not the name of a {what}: it contains a control character", name.escape_debug()));
    }
    Ok(Alias::new(part).into())
}

/// A column, qualified by its table if there is one.
pub(super) fn of(table: Option<&TableName>, column: &DynIden) -> Expr {
    Expr::Column(ColumnRef::Column(ColumnName(table.cloned(), column.clone())))
}
