//! Fields in lists: what a user may not read must not be told by an order, a filter, a sum or a group either.

use std::cell::Cell;
use std::panic::AssertUnwindSafe;

use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::sql::{Dialect, Ids, Mapping, Mirror, Param, Sql};
use orgscope::{Permission, Policy, Snapshot};
use proptest::test_runner::{Config, TestRunner};

use crate::random::{World, world};
use crate::sql::Database;
use crate::sql::square::{create, fill, mappings};
use crate::square::permissions;

/// The value of the nth record in one of two columns, which differ in the cells that a user may not read.
fn amount(nth: i64, other: bool) -> i64 {
    // Few values, so that some records share one. The others come in another order.
    if other { 900 - 31 * nth % 7 } else { 5 + 3 * nth % 4 }
}

/// Queries of a list with a field, by the column that holds it. Each gives one column of integers.
struct Lists {
    /// The condition of the records, and that of those whose field the user may read.
    records: Sql,
    readable: Sql,
    resource: String,
    one: bool,
    dialect: Dialect,
}

impl Lists {
    /// A query that starts with the mask of the column, asked of the records that meet the condition of reading and what
    /// else is said. `{}` is the mask.
    fn masked(&self, column: &str, select: &str, rest: &str) -> Sql {
        let masked = |params: usize| {
            let Sql { text, params } = self.readable.clone().after(params);
            (format!("CASE WHEN {text} THEN {column} END"), params)
        };
        let mut params = Vec::new();
        let fill = |template: &str, params: &mut Vec<Param>| {
            let mut text = String::new();
            for (nth, part) in template.split("{}").enumerate() {
                if nth > 0 {
                    let (mask, more) = masked(params.len());
                    text += &mask;
                    params.extend(more);
                }
                text += part;
            }
            text
        };
        let select = fill(select, &mut params);
        let records = self.records.clone().after(params.len());
        params.extend(records.params);
        let rest = fill(rest, &mut params);
        let text = format!("SELECT {select} FROM records WHERE {} AND {} {rest}", records.text, self.of_type());
        Sql { text, params }
    }

    /// A query of the column itself, asked of the records that meet both conditions.
    fn within(&self, column: &str, select: &str, rest: &str) -> Sql {
        let readable = self.readable.clone().after(self.records.params.len());
        let text = format!(
            "SELECT {} FROM records WHERE {} AND {} AND {} {}",
            select.replace("{}", column),
            self.records.text,
            readable.text,
            self.of_type(),
            rest.replace("{}", column)
        );
        Sql { text, params: [self.records.params.clone(), readable.params].concat() }
    }

    fn of_type(&self) -> String {
        format!("type = '{}' AND one >= {}", self.resource, i32::from(self.one))
    }

    /// A sum as an integer of 64 bits.
    fn sum(&self, of: &str) -> String {
        let integer = match self.dialect {
            Dialect::MySql => "SIGNED",
            _ => "BIGINT",
        };
        format!("COALESCE(CAST(SUM({of}) AS {integer}), -1)")
    }

    /// All that a list may ask.
    fn queries(&self, column: &str) -> Vec<Sql> {
        vec![
            self.masked(column, "COALESCE({}, -1)", "ORDER BY n"),
            self.masked(column, "n", "ORDER BY COALESCE({}, -1), n"),
            self.masked(column, "n", "AND {} > 6 ORDER BY n"),
            self.masked(column, &self.sum("{}"), ""),
            self.masked(column, "COUNT({})", ""),
            self.masked(column, "COUNT(*)", "GROUP BY COALESCE({}, -1) ORDER BY COALESCE({}, -1)"),
            self.within(column, "n", "ORDER BY {}, n"),
            self.within(column, "n", "AND {} > 6 ORDER BY {} DESC, n"),
            self.within(column, &self.sum("{}"), ""),
            self.within(column, "COUNT(*)", "GROUP BY {} ORDER BY {}"),
        ]
    }
}

/// Asks both columns everything. Returns how many lists had a hidden cell.
fn ask(database: &impl Database, ids: Ids, world: &World, mirror: &Mirror) -> usize {
    let policy = world.policy();
    let (reference, snapshot) = (Reference::new(&policy), Snapshot::compile(&policy));
    fill(database, ids, world, &snapshot, mirror);
    let stored =
        database.integers(&Sql { text: "SELECT n FROM records ORDER BY n".to_owned(), params: vec![] }).unwrap();
    let mut hidden_lists = 0;
    for (read, field) in fields(&policy) {
        let readable = policy.schema().permission_to_read(&field, read).unwrap();
        let name = policy.schema().name(read).unwrap();
        let resource = name.split_once('.').unwrap().0;
        for user in world.askers() {
            let principal = snapshot.principal(&user);
            let shown = |nth: i64| {
                let record = &world.records[usize::try_from(nth).unwrap()];
                reference.readable(&user, read, &record.as_any()).contains(&field.as_str())
            };
            for nth in &stored {
                let (one, other) = (amount(*nth, false), amount(*nth, !shown(*nth)));
                database.text(format!("UPDATE records SET amount = {one}, other = {other} WHERE n = {nth}")).unwrap();
            }
            for (one, mapping) in mappings(resource, database.dialect(), ids, mirror) {
                let sql = |mapping: &Mapping, permission: Permission| {
                    mapping.sql(&principal.scope(permission).predicate()).unwrap()
                };
                let (records, readable) = (sql(&mapping, read), sql(&mapping, readable));
                let lists =
                    Lists { records, readable, resource: resource.to_owned(), one, dialect: database.dialect() };
                let found = |sql: &Sql| database.integers(sql).unwrap_or_else(|error| panic!("{error}: {sql:?}"));
                for (one, other) in lists.queries("amount").iter().zip(&lists.queries("other")) {
                    assert_eq!(found(one), found(other), "{user:?} {name} {field} {one:?}");
                }
                // The numbers of the list, and what the mask must give for each of them.
                let listed = found(&lists.masked("amount", "n", "ORDER BY n"));
                let expected: Vec<i64> =
                    listed.iter().map(|nth| if shown(*nth) { amount(*nth, false) } else { -1 }).collect();
                assert_eq!(found(&lists.queries("amount")[0]), expected, "{user:?} {name} {field}");
                hidden_lists += usize::from(expected.contains(&-1));
            }
        }
    }
    hidden_lists
}

/// The fields that actions of their own let a user read, each with an action to ask about the record.
fn fields(policy: &Policy) -> Vec<(Permission, String)> {
    let schema = policy.to_document().schema;
    let types = schema.sections.iter().flat_map(|section| &section.resources);
    let mut found = Vec::new();
    for resource in types {
        let of_type = |permission: &AnyPermission| {
            let name = policy.schema().name(*permission)?;
            let (AnyPermission::Levelled(levelled), true) =
                (*permission, name.starts_with(&format!("{}.", resource.name)))
            else {
                return None;
            };
            Some(levelled)
        };
        let Some(read) = permissions(policy).iter().find_map(of_type) else { continue };
        let named = resource.fields.iter().filter(|(_, field)| field.read.is_some());
        found.extend(named.map(|(name, _)| (read, name.clone())));
    }
    found
}

/// Compares lists of random worlds by two columns that differ only in what each user may not read.
pub fn no_oracle(database: &impl Database, ids: Ids, config: Config) {
    let mirror = Mirror::new(database.dialect(), "orgscope_", ids).unwrap();
    create(database, ids, &mirror);
    for column in ["amount", "other"] {
        database.text(format!("ALTER TABLE records ADD COLUMN {column} BIGINT")).unwrap();
    }
    let (database, hidden) = (AssertUnwindSafe(database), Cell::new(0));
    TestRunner::new(config)
        .run(&world(), |world| {
            let world = crate::sql::square::with_departments_of(ids, world);
            hidden.set(hidden.get() + ask(*database, ids, &world, &mirror));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(hidden.get() > 0);
}
