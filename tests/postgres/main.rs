//! What PostgreSQL makes of the conditions. It runs where `ORGSCOPE_TEST_POSTGRES` says how to connect, for example
//! `host=/run/postgresql user=postgres`, and is listed as ignored elsewhere.

use libtest_mimic::{Arguments, Trial};
use orgscope::sql::Ids;
use proptest::test_runner::Config;

mod client;
#[allow(dead_code, unused_imports, reason = "the other binary of tests uses the rest")]
#[path = "../it/commands.rs"]
mod commands;
#[allow(dead_code, reason = "the other binary of tests uses the rest")]
#[path = "../it/random.rs"]
mod random;
#[allow(dead_code, unused_imports, reason = "the other binary of tests uses the rest")]
#[path = "../it/sql/mod.rs"]
mod sql;
#[allow(dead_code, unused_imports, reason = "the other binary of tests uses the rest")]
#[path = "../it/square.rs"]
mod square;

use client::Postgres;

fn square(ids: Ids) {
    // Each question is a round trip, so there are fewer worlds.
    let cases = (random::worlds().cases / 50).max(1);
    sql::square::square(&Postgres::new(), ids, Config { cases, ..random::worlds() });
}

fn main() {
    let is_there = std::env::var_os("ORGSCOPE_TEST_POSTGRES").is_some();
    let test = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
        .with_ignored_flag(!is_there)
    };
    let tests = vec![
        test("postgres_with_columns_of_text_is_the_reference", || square(Ids::Text)),
        test("postgres_with_columns_of_integers_is_the_reference", || square(Ids::Integers)),
        test("postgres_does_not_answer_from_what_is_behind", || {
            sql::mirror::what_is_behind_is_an_error(&Postgres::new(), sql::database::BEHIND);
        }),
    ];
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}
