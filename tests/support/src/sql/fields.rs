//! Fields in lists: an order, a filter, a sum or a group must not reveal what a user may not read.

use std::panic::AssertUnwindSafe;

use orgscope::document::{Action, Department, Document, Field, ResourceType, Role, Section, User};
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::sql::{Dialect, Ids, Mapping, Mirror, Sql};
use orgscope::{Level, Owner, Permission, Policy, Predicate, Snapshot, Subject};
use proptest::test_runner::{Config, TestRunner};

use crate::random::{Record, World, world};
use crate::sql::Database;
use crate::sql::square::{create, fill, mappings};
use crate::square::permissions;

/// The value of the nth record in one of two columns, which differ in the cells that a user may not read.
fn amount(nth: i64, other: bool) -> i64 {
    // Few values, so that some records share one. The others come in another order.
    if other { 900 - 31 * nth % 7 } else { 5 + 3 * nth % 4 }
}

/// Queries of a list with a field, by the column that holds it. Each gives one column of integers.
struct Lists<'a> {
    mapping: &'a Mapping,
    /// The records, and those whose field the user may read.
    records: Predicate<'a>,
    readable: Predicate<'a>,
    resource: &'a str,
    one: bool,
    dialect: Dialect,
}

impl Lists<'_> {
    /// A query of the list with the mask of the column as `shown`, which asks whatever it likes of that.
    fn masked(&self, column: &str, select: &str, rest: &str) -> Sql {
        let mask = self.mapping.sql(&self.readable).unwrap();
        let records = self.mapping.sql_after(mask.params.len(), &self.records).unwrap();
        let list = format!(
            "SELECT n, CASE WHEN {} THEN {column} END AS shown FROM records WHERE {} AND {}",
            mask.text,
            records.text,
            self.of_type()
        );
        let text = format!("SELECT {select} FROM ({list}) AS list {rest}");
        Sql { text, params: [mask.params, records.params].concat() }
    }

    /// A query of the column itself, asked of the records that meet both conditions.
    fn within(&self, column: &str, select: &str, rest: &str) -> Sql {
        let records = self.mapping.sql(&self.records).unwrap();
        let readable = self.mapping.sql_after(records.params.len(), &self.readable).unwrap();
        let text = format!(
            "SELECT {} FROM records WHERE {} AND {} AND {} {}",
            select.replace("{}", column),
            records.text,
            readable.text,
            self.of_type(),
            rest.replace("{}", column)
        );
        Sql { text, params: [records.params, readable.params].concat() }
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
            self.masked(column, "COALESCE(shown, -1)", "ORDER BY n"),
            self.masked(column, "n", "ORDER BY COALESCE(shown, -1), n"),
            self.masked(column, "n", "WHERE shown > 6 ORDER BY n"),
            self.masked(column, &self.sum("shown"), ""),
            self.masked(column, "COUNT(shown)", ""),
            self.masked(column, "COUNT(*)", "GROUP BY shown ORDER BY COALESCE(shown, -1)"),
            self.masked(column, "COUNT(DISTINCT shown)", ""),
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
                let lists = Lists {
                    mapping: &mapping,
                    records: principal.scope(read).predicate(),
                    readable: principal.scope(readable).predicate(),
                    resource,
                    one,
                    dialect: database.dialect(),
                };
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
        let prefix = format!("{}.", resource.name);
        for permission in permissions(policy) {
            let AnyPermission::Levelled(read) = permission else { continue };
            if policy.schema().name(permission).is_some_and(|name| name.starts_with(&prefix)) {
                let named = resource.fields.iter().filter(|(_, field)| field.read.is_some());
                found.extend(named.map(|(name, _)| (read, name.clone())));
            }
        }
    }
    found
}

/// A world in which every record is readable to somebody who may not read its field.
fn with_hidden_cells() -> World {
    let deal = ResourceType::new("deal")
        .variant("7")
        .action(Action::new("read"))
        .action(Action::new("read_amount").requires("read"))
        .field("amount", Field::read_by("read_amount"));
    let seller = Role::new("seller", "crm", "Seller")
        .grant("deal.read", Level::All)
        .grant("deal.read_amount", Level::Own)
        .grant_variant("deal.read_amount", "7", Level::Department);
    let document = Document::new()
        .section(Section::new("crm").resource(deal))
        .department(Department::new("sales"))
        .user(User::new("ann").member_of("sales"))
        .user(User::new("bo").member_of("sales"))
        .user(User::new("eve"))
        .role(seller.assigned_to(Subject::Everyone));
    let record = |nth: usize| Record {
        resource: "deal".to_owned(),
        owners: vec![Owner::User(["ann", "bo", "eve"][nth % 3].into())],
        open: false,
        shared_with: vec![],
        variant: nth.is_multiple_of(2).then(|| "7".into()),
    };
    World { document, records: (0..8).map(record).collect() }
}

/// Compares lists, of a world with many hidden cells and of random ones, by two columns that differ only in what each user may
/// not read.
pub fn no_oracle(database: &impl Database, ids: Ids, config: Config) {
    let mirror = Mirror::new(database.dialect(), "orgscope_", ids).unwrap();
    create(database, ids, &mirror);
    for column in ["amount", "other"] {
        database.text(format!("ALTER TABLE records ADD COLUMN {column} BIGINT")).unwrap();
    }
    if ids != Ids::Integers {
        assert!(ask(database, ids, &with_hidden_cells(), &mirror) > 0);
    }
    let database = AssertUnwindSafe(database);
    TestRunner::new(config)
        .run(&world(), |world| {
            let world = crate::sql::square::with_departments_of(ids, world);
            ask(*database, ids, &world, &mirror);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}
