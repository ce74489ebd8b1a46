//! The databases that conditions are tested in.

pub mod fields;
pub mod mirror;
pub mod square;

use std::sync::atomic::{AtomicU32, Ordering};

use orgscope::sql::{Dialect, Ids, Param, Sql};

/// A database with empty tables, for one run of tests.
pub trait Database {
    /// The dialect it speaks.
    fn dialect(&self) -> Dialect;
    /// Runs a statement, and returns the number of rows that it changed.
    fn run(&self, sql: &Sql) -> Result<u64, String>;
    /// The integers of the one column that a query selects, in order.
    fn integers(&self, sql: &Sql) -> Result<Vec<i64>, String>;

    /// The text of the one row and column that a query selects.
    fn word(&self, query: &str) -> String;

    /// Runs statements in one transaction, which an error rolls back.
    fn all(&self, statements: impl IntoIterator<Item = Sql>) -> Result<(), String>
    where
        Self: Sized,
    {
        self.text("BEGIN")?;
        let ran = statements.into_iter().try_for_each(|statement| self.run(&statement).map(drop));
        self.text(if ran.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        ran
    }

    /// Runs a statement without parameters.
    fn text(&self, text: impl Into<String>) -> Result<u64, String>
    where
        Self: Sized,
    {
        self.run(&Sql { text: text.into(), params: vec![] })
    }

    /// The placeholder of a parameter, counted from one.
    fn placeholder(&self, nth: usize) -> String {
        if self.dialect() == Dialect::Postgres { format!("${nth}") } else { "?".to_owned() }
    }

    /// The error of the database about mirror tables that are at this state instead of the snapshot's.
    fn behind(&self, message: &str, at: &str) -> String {
        if self.dialect() == Dialect::MySql { message.to_owned() } else { format!("{message}{at}") }
    }

    /// The type of a column of ids.
    fn type_of(&self, ids: Ids) -> &'static str {
        match ids {
            Ids::Integers => "BIGINT",
            Ids::Text if self.dialect() == Dialect::MySql => "VARCHAR(255)",
            Ids::Text => "TEXT",
            Ids::Uuids if self.dialect() == Dialect::Sqlite => "BLOB",
            Ids::Uuids if self.dialect() == Dialect::MySql => "BINARY(16)",
            Ids::Uuids => "UUID",
            _ => "",
        }
    }
}

/// The error about mirror tables that are not at the state of the snapshot.
pub const BEHIND: &str = "orgscope: the mirror tables are behind or ahead of the snapshot that was asked; they are at ";

/// SQLite in memory.
#[derive(Debug)]
pub struct Sqlite(rusqlite::Connection);

impl Default for Sqlite {
    fn default() -> Self {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.set_prepared_statement_cache_capacity(4096);
        Self(connection)
    }
}

impl Sqlite {
    /// An empty database.
    pub fn new() -> Self {
        Self::default()
    }

    /// Connections to one empty database.
    pub fn several<const N: usize>() -> [Self; N] {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("file:shared_{}?mode=memory&cache=shared", COUNT.fetch_add(1, Ordering::Relaxed));
        std::array::from_fn(|_| {
            let connection = rusqlite::Connection::open(&name).unwrap();
            connection.set_prepared_statement_cache_capacity(4096);
            Self(connection)
        })
    }

    /// The steps of the plan of a query.
    pub fn plan(&self, sql: &Sql) -> Vec<String> {
        let mut statement = self.0.prepare(&format!("EXPLAIN QUERY PLAN {}", sql.text)).unwrap();
        let rows =
            statement.query_map(rusqlite::params_from_iter(sql.params.iter().map(sqlite)), |row| row.get(3)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    /// The text of the one column that a query selects.
    pub fn strings(&self, text: &str) -> Vec<String> {
        let mut statement = self.0.prepare(text).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, rusqlite::types::Value>(0)).unwrap();
        rows.map(|value| format!("{:?}", value.unwrap())).collect()
    }
}

fn sqlite(param: &Param) -> rusqlite::types::Value {
    match param {
        Param::Integer(integer) => (*integer).into(),
        Param::Text(text) => text.clone().into(),
        Param::Uuid(uuid) => uuid.as_bytes().to_vec().into(),
        other => panic!("{other:?}"),
    }
}

impl Database for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn run(&self, sql: &Sql) -> Result<u64, String> {
        let changed = self.0.execute(&sql.text, rusqlite::params_from_iter(sql.params.iter().map(sqlite)));
        changed.map(|rows| rows as u64).map_err(|error| error.to_string())
    }

    fn integers(&self, sql: &Sql) -> Result<Vec<i64>, String> {
        let found = self.0.prepare_cached(&sql.text).and_then(|mut statement| {
            let rows =
                statement.query_map(rusqlite::params_from_iter(sql.params.iter().map(sqlite)), |row| row.get(0))?;
            rows.collect()
        });
        // The error comes from the reader of JSON paths, which quotes the path.
        let unquoted = |error: String| error.split('\'').nth(1).map(str::to_owned).unwrap_or(error);
        found.map_err(|error: rusqlite::Error| unquoted(error.to_string()))
    }

    fn word(&self, query: &str) -> String {
        self.0.query_row(query, [], |row| row.get(0)).unwrap()
    }
}
