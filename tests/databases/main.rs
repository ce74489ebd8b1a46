//! The conditions and mirror tables in database servers. It runs where the environment says how to connect, and is listed as
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
fn tests<D: Database + Send + 'static>(
    name: &str,
    variable: &str,
    open: fn() -> D,
    several: fn(&'static str) -> [D; 3],
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
        test("with_columns_of_uuids_is_the_reference", Box::new(move || square(&open(), Ids::Uuids))),
        test("with_columns_of_integers_is_the_reference", Box::new(move || square(&open(), Ids::Integers))),
        test("does_not_tell_a_hidden_field", Box::new(move || sql::fields::no_oracle(&open(), Ids::Text, worlds(8)))),
        test(
            "does_not_answer_from_what_is_behind",
            Box::new(move || sql::mirror::what_is_behind_is_an_error(&open(), behind, null)),
        ),
        test(
            "without_transactions_never_gives_a_part",
            Box::new(move || {
                let [first, second, _] = &several("in_turns");
                // Each statement is a round trip.
                sql::mirror::one_by_one([first, second], behind, 47);
            }),
        ),
        test(
            "without_transactions_at_once_never_gives_a_part",
            Box::new(move || sql::mirror::at_once(several("at_once"), behind)),
        ),
        test(
            "is_asked_again_while_the_tables_are_held",
            Box::new(move || sql::mirror::held_tables_answer(several("held"), behind)),
        ),
    ]
}

fn main() {
    let postgres =
        tests("postgres", "ORGSCOPE_TEST_POSTGRES", Postgres::new, Postgres::several, [sql::BEHIND, postgres::NULL]);
    let mariadb = tests(
        "mariadb",
        "ORGSCOPE_TEST_MARIADB",
        MariaDb::new,
        |_| MariaDb::several(),
        [mariadb::BEHIND, mariadb::NULL],
    );
    libtest_mimic::run(&Arguments::from_args(), [postgres, mariadb].into_iter().flatten().collect()).exit();
}
