//! A connection to MariaDB, by its own client.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Lines, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use orgscope::sql::{Dialect, Param, Sql};
use orgscope_testing::sql::Database;

/// How it says that mirror tables are not where the snapshot is.
pub(crate) const BEHIND: &str = "Subquery returns more than 1 row";

/// How it says that a state would be NULL.
pub(crate) const NULL: &str = "Column 'state' cannot be null";

/// The MariaDB that `ORGSCOPE_TEST_MARIADB` names by arguments of the client `mariadb`, for example
/// `--socket=/run/mysqld/mysqld.sock --user=root`: a database of its own, which is dropped with this. Its collation
/// ignores case and trailing blanks.
pub(crate) struct MariaDb {
    client: Child,
    talk: RefCell<(ChildStdin, Lines<BufReader<ChildStdout>>)>,
    name: String,
    /// Whether the database was made for this connection.
    is_first: bool,
}

/// The last line of an answer.
const END: &str = "=end=";

impl MariaDb {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("orgscope_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let database = Self::connect(name.clone());
        let made = format!("CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci; USE {name}");
        assert_eq!(database.ask(&made), Ok(vec![]));
        database
    }

    /// Connections to one database.
    pub(crate) fn several() -> [Self; 3] {
        let first = Self::new();
        let others = [(); 2].map(|()| {
            let mut other = Self::connect(first.name.clone());
            other.is_first = false;
            assert_eq!(other.ask(&format!("USE {}", first.name)), Ok(vec![]));
            other
        });
        let [second, third] = others;
        [first, second, third]
    }

    fn connect(name: String) -> Self {
        let place = std::env::var("ORGSCOPE_TEST_MARIADB").expect("`ORGSCOPE_TEST_MARIADB` says where MariaDB is");
        let mut client = Command::new("sh")
            // Errors among the answers, to know which is whose.
            .args(["-c", r#"exec mariadb "$@" 2>&1"#, "mariadb", "--no-defaults"])
            .args(place.split_whitespace())
            .args([
                "--default-character-set=utf8mb4",
                "--batch",
                "--raw",
                "--skip-column-names",
                "--unbuffered",
                "--force",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let talk = (client.stdin.take().unwrap(), BufReader::new(client.stdout.take().unwrap()).lines());
        Self { client, talk: RefCell::new(talk), name, is_first: true }
    }

    /// The output of the client for these statements, line by line.
    fn ask(&self, statements: &str) -> Result<Vec<String>, String> {
        let (client, lines) = &mut *self.talk.borrow_mut();
        writeln!(client, "{statements};\nSELECT '{END}';").unwrap();
        let answer: Vec<String> = lines.map(Result::unwrap).take_while(|line| line != END).collect();
        let error = answer.iter().find_map(|line| line.strip_prefix("ERROR ")?.split_once(": "));
        error.map_or(Ok(answer.clone()), |(_, message)| Err(message.to_owned()))
    }

    /// The same for one statement with parameters, and then these.
    fn execute(&self, sql: &Sql, then: &str) -> Result<Vec<String>, String> {
        if sql.params.is_empty() {
            return self.ask(&format!("{};{then}", sql.text));
        }
        let mut statements = format!("SET @sql = {};", literal(&sql.text));
        let mut marks = Vec::new();
        for (nth, param) in sql.params.iter().enumerate() {
            let value = match param {
                Param::Integer(integer) => integer.to_string(),
                Param::Text(text) => literal(text),
                Param::Uuid(uuid) => format!("X'{}'", uuid.simple()),
                other => panic!("{other:?}"),
            };
            write!(statements, "SET @p{nth} = {value};").unwrap();
            marks.push(format!("@p{nth}"));
        }
        self.ask(&format!("{statements}PREPARE asked FROM @sql; EXECUTE asked USING {};{then}", marks.join(", ")))
    }
}

/// Text without any character that a client could take for something else.
fn literal(text: &str) -> String {
    let hex = text.bytes().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    format!("CONVERT(X'{hex}' USING utf8mb4)")
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        let dropped = if self.is_first { self.ask(&format!("DROP DATABASE {}", self.name)) } else { Ok(vec![]) };
        let ended = self.client.kill().and_then(|()| self.client.wait());
        assert!(std::thread::panicking() || (dropped == Ok(vec![]) && ended.is_ok()), "{dropped:?} {ended:?}");
    }
}

impl Database for MariaDb {
    fn dialect(&self) -> Dialect {
        Dialect::MySql
    }

    fn run(&self, sql: &Sql) -> Result<u64, String> {
        // It counts -1 where there are no rows to change.
        let count = self.execute(sql, "SELECT ROW_COUNT()")?;
        Ok(count[0].parse().unwrap_or(0))
    }

    fn integers(&self, sql: &Sql) -> Result<Vec<i64>, String> {
        let rows = self.execute(sql, "")?;
        Ok(rows.iter().map(|row| row.parse().unwrap()).collect())
    }

    fn word(&self, query: &str) -> String {
        self.ask(query).unwrap().remove(0)
    }
}
