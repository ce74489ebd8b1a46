//! SQL as text, with its parameters.

use sea_query::{
    BinOper, Condition, Expr, MysqlQueryBuilder, PostgresQueryBuilder, QueryBuilder, QueryStatementBuilder, SqlWriter,
    SqlWriterValues, SqliteQueryBuilder, TableCreateStatement, TableName, TableRefBuilder, Value,
};

use crate::sql::dialect::Dialect;

/// Runs an expression with the query builder of a dialect.
macro_rules! in_dialect {
    ($dialect:expr, $builder:ident => $done:expr) => {
        match $dialect {
            Dialect::Sqlite => {
                let $builder = SqliteQueryBuilder;
                $done
            }
            Dialect::Postgres => {
                let $builder = PostgresQueryBuilder;
                $done
            }
            Dialect::MySql => {
                let $builder = MysqlQueryBuilder;
                $done
            }
        }
    };
}

/// SQL as text, with the parameters to send with it.
///
/// Placeholders are those of the dialect: `?` in the order of the parameters, or `$1`, `$2` and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sql {
    /// The text. It contains no ids.
    pub text: String,
    /// The parameters, with their types.
    pub params: Vec<Param>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Param {
    /// A 64-bit integer: `BIGINT`.
    Integer(i64),
    /// Text.
    Text(String),
    /// A UUID.
    #[cfg(feature = "uuid")]
    Uuid(uuid::Uuid),
}

impl Sql {
    /// A condition as a part of a query that has this many parameters before it.
    pub(super) fn of_condition(dialect: Dialect, condition: Condition, before: usize) -> Self {
        let expr = Expr::from(condition);
        let (text, values) = in_dialect!(dialect, builder => {
            let (placeholder, numbered) = builder.placeholder();
            let mut writer = SqlWriterValues::new(placeholder, numbered);
            // The writer numbers placeholders from one on, so those before are written too, and cut off.
            (0..before).for_each(|_| writer.push_param(Value::BigInt(None), &builder));
            let start = writer.to_string().len();
            builder.prepare_expr(&expr, &mut writer);
            let (text, values) = writer.into_parts();
            (text[start..].to_owned(), values.0.into_iter().skip(before))
        });
        let text =
            if matches!(expr, Expr::Binary(_, BinOper::And | BinOper::Or, _)) { format!("({text})") } else { text };
        Self { text, params: values.map(Param::of).collect() }
    }

    pub(super) fn of_query(dialect: Dialect, query: &impl QueryStatementBuilder) -> Self {
        let (text, values) = in_dialect!(dialect, builder => query.build_any(&builder));
        Self { text, params: values.0.into_iter().map(Param::of).collect() }
    }

    pub(super) fn of_table(dialect: Dialect, table: &TableCreateStatement) -> Self {
        Self { text: in_dialect!(dialect, builder => table.build(builder)), params: Vec::new() }
    }

    /// The statement that makes an index in the schema of its table. In SQLite the schema is written before the index,
    /// elsewhere before the table, which sea-query can't do.
    pub(super) fn of_index(dialect: Dialect, table: &TableName, by: &str, columns: [&'static str; 2]) -> Self {
        let TableName(schema, name) = table;
        let index = TableName(None, format!("{name}_{by}").into());
        let (index, table) = match dialect {
            Dialect::Sqlite => (TableName(schema.clone(), index.1), TableName(None, name.clone())),
            Dialect::Postgres | Dialect::MySql => (index, table.clone()),
        };
        let [index, table, first, second] = [index, table, columns[0].into(), columns[1].into()].map(|name| {
            let mut text = String::new();
            in_dialect!(dialect, builder => builder.prepare_table_name(&name, &mut text));
            text
        });
        Self { text: format!("CREATE INDEX {index} ON {table} ({first}, {second})"), params: Vec::new() }
    }
}

impl From<Param> for Value {
    fn from(param: Param) -> Self {
        match param {
            Param::Integer(integer) => integer.into(),
            Param::Text(text) => text.into(),
            #[cfg(feature = "uuid")]
            Param::Uuid(uuid) => uuid.into(),
        }
    }
}

impl Param {
    /// The parameter of a value. All values in a condition are parameters or integers.
    fn of(value: Value) -> Self {
        match value {
            Value::BigInt(Some(integer)) => Self::Integer(integer),
            Value::String(Some(text)) => Self::Text(text),
            #[cfg(feature = "uuid")]
            Value::Uuid(Some(uuid)) => Self::Uuid(uuid),
            // Leaving it out would shift the parameters after it.
            other => unreachable!("a condition holds integers of 64 bits and texts, and not {other:?}"),
        }
    }
}
