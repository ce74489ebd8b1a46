//! What database servers make of the conditions. It runs where the environment says how to connect, and is listed as
//! ignored elsewhere: `ORGSCOPE_TEST_POSTGRES`, for example `host=/run/postgresql user=postgres`, and
//! `ORGSCOPE_TEST_MARIADB`, for example `--socket=/run/mysqld/mysqld.sock --user=root`.

use libtest_mimic::{Arguments, Trial};
use orgscope::sql::Ids;
use orgscope_testing::random::worlds;
use orgscope_testing::sql::{self, Database};

mod mariadb;
mod postgres;

use mariadb::MariaDb;
use postgres::Postgres;

fn square(database: &impl Database, ids: Ids) {
    // Each question is a round trip, so there are few worlds.
    sql::square::square(database, ids, worlds(40));
}

/// The tests of a database, by its name; ignored if it is not there.
fn tests<D: Database + 'static>(
    name: &str,
    variable: &str,
    open: fn() -> D,
    [behind, null]: [&'static str; 2],
) -> Vec<Trial> {
    let is_there = std::env::var_os(variable).is_some();
    let test = |what: &str, run: Box<dyn FnOnce() + Send>| {
        let run = move || {
            run();
            Ok(())
        };
        Trial::test(format!("{name}_{what}"), run).with_ignored_flag(!is_there)
    };
    vec![
        test("with_columns_of_text_is_the_reference", Box::new(move || square(&open(), Ids::Text))),
        test("with_columns_of_integers_is_the_reference", Box::new(move || square(&open(), Ids::Integers))),
        test(
            "does_not_answer_from_what_is_behind",
            Box::new(move || sql::mirror::what_is_behind_is_an_error(&open(), behind, null)),
        ),
    ]
}

fn main() {
    let postgres = tests("postgres", "ORGSCOPE_TEST_POSTGRES", Postgres::new, [sql::BEHIND, postgres::NULL]);
    let mariadb = tests("mariadb", "ORGSCOPE_TEST_MARIADB", MariaDb::new, [mariadb::BEHIND, mariadb::NULL]);
    libtest_mimic::run(&Arguments::from_args(), [postgres, mariadb].into_iter().flatten().collect()).exit();
}
