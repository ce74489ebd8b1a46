//! What a world file expects, compared with what is.

use std::collections::BTreeSet;
use std::fmt::Display;

use orgscope::Snapshot;
use orgscope::world::document::{Check, List, Who};
use orgscope::world::{InvalidQuestion, World};

use crate::ask;

/// One expectation.
pub(crate) struct Case {
    /// Where it stands, and what it asks.
    pub(crate) name: String,
    /// What is otherwise than expected, if something is.
    pub(crate) wrong: Option<String>,
}

/// Asks a state of the company everything that a world expects. `within` is the stage that expects it, as a path.
pub(crate) fn ask_all(within: &str, world: &World, snapshot: &Snapshot) -> Result<Vec<Case>, InvalidQuestion> {
    let expect = world.expect();
    let checks = expect.check.iter().enumerate().map(|(c, expected)| check(world, snapshot, c, expected));
    let lists = expect.list.iter().enumerate().map(|(l, expected)| list(world, snapshot, l, expected));
    let whos = expect.who.iter().enumerate().map(|(w, expected)| who(world, snapshot, w, expected));
    let cases = checks.chain(lists).chain(whos);
    cases.map(|case| case.map(|Case { name, wrong }| Case { name: format!("{within}{name}"), wrong })).collect()
}

fn check(world: &World, snapshot: &Snapshot, place: usize, expected: &Check) -> Result<Case, InvalidQuestion> {
    let Check { user, action, record, allow, .. } = expected;
    let question = world.question(action, record.as_ref())?;
    let principal = snapshot.principal(user);
    let wrong = (ask::is_allowed(principal, question) != *allow).then(|| {
        let reason = ask::reason(principal, question).to_string();
        let (got, why) = reason.split_once(": ").unwrap_or((&reason, ""));
        format!("expected {}, got {got} ({why})", if *allow { "allow" } else { "deny" })
    });
    Ok(Case { name: format!("expect.check[{place}]: user {user}, {action}{}", about(record.as_ref())), wrong })
}

fn list(world: &World, snapshot: &Snapshot, place: usize, expected: &List) -> Result<Case, InvalidQuestion> {
    let List { user, action, records, .. } = expected;
    let got = ask::list(world, snapshot.principal(user), world.listable(action)?);
    let wrong = difference(records, got);
    Ok(Case { name: format!("expect.list[{place}]: user {user}, {action}"), wrong })
}

fn who(world: &World, snapshot: &Snapshot, place: usize, expected: &Who) -> Result<Case, InvalidQuestion> {
    let Who { action, record, users, .. } = expected;
    let got = ask::who(snapshot, world.question(action, record.as_ref())?);
    let wrong = difference(users, got);
    Ok(Case { name: format!("expect.who[{place}]: {action}{}", about(record.as_ref())), wrong })
}

fn about(record: Option<&impl Display>) -> String {
    record.map_or_else(String::new, |record| format!(", record {record}"))
}

/// What is missing and what is too much, if the sets differ.
fn difference<'a, Id: Ord + Display>(expected: &'a [Id], got: impl IntoIterator<Item = &'a Id>) -> Option<String> {
    let (expected, got): (BTreeSet<_>, BTreeSet<_>) = (expected.iter().collect(), got.into_iter().collect());
    let differences = [("missing", &expected - &got), ("too much", &got - &expected)];
    let differences = differences.iter().filter(|(_, ids)| !ids.is_empty());
    let differences: Vec<String> = differences.map(|(what, ids)| format!("{what}: {}", listed(ids))).collect();
    (!differences.is_empty()).then(|| differences.join("; "))
}

fn listed<Id: Display>(ids: &BTreeSet<&Id>) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
