//! SQL as text, with its parameters beside it.

use sea_query::{
    BinOper, Condition, Expr, MysqlQueryBuilder, PostgresQueryBuilder, QueryBuilder, SqlWriterValues,
    SqliteQueryBuilder, Value,
};

use crate::sql::dialect::Dialect;

/// SQL as text, with the parameters that it is sent with.
///
/// Placeholders are those of the dialect: `?` in the order of the parameters, or `$1`, `$2` and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sql {
    /// The text, in which no id stands.
    pub text: String,
    /// The parameters, each of its type.
    pub params: Vec<Param>,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Param {
    /// An integer of 64 bits: `BIGINT`.
    Integer(i64),
    /// Text.
    Text(String),
}

impl Sql {
    pub(super) fn of_condition(dialect: Dialect, condition: Condition) -> Self {
        let expr = Expr::from(condition);
        match dialect {
            Dialect::Sqlite => Self::render(&expr, &SqliteQueryBuilder),
            Dialect::Postgres => Self::render(&expr, &PostgresQueryBuilder),
            Dialect::MySql => Self::render(&expr, &MysqlQueryBuilder),
        }
    }

    fn render(expr: &Expr, builder: &impl QueryBuilder) -> Self {
        let (placeholder, numbered) = builder.placeholder();
        let mut writer = SqlWriterValues::new(placeholder, numbered);
        builder.prepare_expr(expr, &mut writer);
        let (text, values) = writer.into_parts();
        let text =
            if matches!(expr, Expr::Binary(_, BinOper::And | BinOper::Or, _)) { format!("({text})") } else { text };
        Self { text, params: values.0.into_iter().map(Param::of).collect() }
    }
}

impl From<Param> for Value {
    fn from(param: Param) -> Self {
        match param {
            Param::Integer(integer) => integer.into(),
            Param::Text(text) => text.into(),
        }
    }
}

impl Param {
    /// The parameter that a value was made of: all values in a condition were parameters, or are integers.
    fn of(value: Value) -> Self {
        match value {
            Value::BigInt(Some(integer)) => Self::Integer(integer),
            Value::String(Some(text)) => Self::Text(text),
            // To leave it out would give the parameters after it the wrong places.
            other => unreachable!("a condition holds integers of 64 bits and texts, and not {other:?}"),
        }
    }
}
