//! The square: check, predicate and SQLite decide the same, whatever the ids, the owners, the flags and the shares.

use orgscope::permission::AnyPermission;
use orgscope::sql::{Dialect, Ids, Mirror, Sql};
use orgscope::{Snapshot, UserId};
use orgscope_testing::dated::hour;
use orgscope_testing::random::{World, worlds};
use orgscope_testing::sql::Sqlite;
use orgscope_testing::sql::fields::no_oracle;
use orgscope_testing::sql::square::{create, fill, found, mappings, square, world_at};
use orgscope_testing::square::permissions;
use proptest::test_runner::TestRunner;

#[test]
fn sqlite_is_the_reference() {
    square(&Sqlite::new(), Ids::Both, worlds(2_000));
}

#[test]
fn sqlite_with_columns_of_text_is_the_reference() {
    square(&Sqlite::new(), Ids::Text, worlds(500));
}

#[test]
fn sqlite_with_columns_of_integers_is_the_reference() {
    square(&Sqlite::new(), Ids::Integers, worlds(500));
}

#[test]
fn sqlite_with_columns_of_uuids_is_the_reference() {
    square(&Sqlite::new(), Ids::Uuids, worlds(500));
}

#[test]
fn a_hidden_field_is_not_told_by_any_list() {
    no_oracle(&Sqlite::new(), Ids::Both, worlds(200));
}

/// What is not in the set is in its complement, also where owners and flags are NULL.
#[test]
fn is_not_true_is_the_complement() {
    let database = Sqlite::new();
    let mirror = Mirror::new(Dialect::Sqlite, "orgscope_", Ids::Both).unwrap();
    create(&database, Ids::Both, &mirror);
    let config = worlds(50);
    let ask = |world: World, hours: &[i64]| {
        let policy = world.policy();
        let policy = hours.iter().max().map_or(policy.clone(), |at| policy.at(hour(*at)));
        let snapshot = Snapshot::compile(&policy);
        fill(&database, Ids::Both, &world, &snapshot, &mirror);
        for permission in permissions(&policy) {
            let AnyPermission::Levelled(levelled) = permission else { continue };
            let name = policy.schema().name(permission).unwrap();
            let (resource, _) = name.split_once('.').unwrap();
            let mappings = mappings(resource, Dialect::Sqlite, Ids::Both, &mirror);
            for user in world.askers() {
                let user: UserId = user;
                for (one, mapping) in &mappings {
                    let inside = mapping.sql(&snapshot.principal(&user).scope(levelled).predicate()).unwrap();
                    let outside = Sql { text: format!("({}) IS NOT TRUE", inside.text), ..inside.clone() };
                    let count = |sql: &Sql| found(&database, resource, *one, sql).unwrap().len();
                    let all = Sql { text: "TRUE".to_owned(), params: vec![] };
                    assert_eq!(count(&inside) + count(&outside), count(&all), "{inside:?}");
                }
            }
        }
    };
    let ask = std::panic::AssertUnwindSafe(ask);
    TestRunner::new(config)
        .run(&world_at(), |(world, hours)| {
            ask(world, &hours);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}
