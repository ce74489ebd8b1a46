//! A connection to PostgreSQL.

use std::cell::RefCell;

use orgscope::sql::{Dialect, Param, Sql};
use orgscope_testing::sql::Database;
use postgres::types::ToSql;

/// How it says that a state would be NULL.
pub(crate) const NULL: &str =
    "null value in column \"state\" of relation \"orgscope_state\" violates not-null constraint";

/// The PostgreSQL that `ORGSCOPE_TEST_POSTGRES` names, for example `host=/run/postgresql user=postgres`: a schema of
/// its own, which is gone when the connection is.
pub(crate) struct Postgres(RefCell<postgres::Client>);

fn connect(schema: &str) -> Postgres {
    let place = std::env::var("ORGSCOPE_TEST_POSTGRES").expect("`ORGSCOPE_TEST_POSTGRES` says where PostgreSQL is");
    let mut client = postgres::Client::connect(&place, postgres::NoTls).unwrap();
    client.batch_execute(&format!("SET search_path = {schema}; SET client_min_messages = warning")).unwrap();
    Postgres(RefCell::new(client))
}

impl Postgres {
    pub(crate) fn new() -> Self {
        // Temporary tables are found first, and need nobody to remove them.
        connect("pg_temp")
    }

    /// Connections to one schema, which stays until the same test begins again.
    pub(crate) fn several(name: &str) -> [Self; 3] {
        let schema = format!("orgscope_{name}");
        let databases = [(); 3].map(|()| connect(&schema));
        databases[0].text(format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).unwrap();
        databases[0].text(format!("CREATE SCHEMA {schema}")).unwrap();
        databases
    }
}

fn params(sql: &Sql) -> Vec<&(dyn ToSql + Sync)> {
    sql.params.iter().map(typed).collect()
}

fn typed(param: &Param) -> &(dyn ToSql + Sync) {
    match param {
        Param::Integer(integer) => integer,
        Param::Text(text) => text,
        Param::Uuid(uuid) => uuid,
        other => panic!("{other:?}"),
    }
}

fn said(error: &postgres::Error) -> String {
    let message = error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
    // What is no truth value stands in quotes.
    let value = message.strip_prefix("invalid input syntax for type boolean: \"");
    value.and_then(|value| value.strip_suffix('"')).map(str::to_owned).unwrap_or(message)
}

impl Database for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn run(&self, sql: &Sql) -> Result<u64, String> {
        self.0.borrow_mut().execute(&sql.text, &params(sql)).map_err(|error| said(&error))
    }

    fn integers(&self, sql: &Sql) -> Result<Vec<i64>, String> {
        let rows = self.0.borrow_mut().query(&sql.text, &params(sql)).map_err(|error| said(&error))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    fn word(&self, query: &str) -> String {
        self.0.borrow_mut().query_one(query, &[]).unwrap().get(0)
    }
}
