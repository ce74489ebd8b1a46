//! The expectations of a world file, compared with the answers.

use std::collections::BTreeSet;
use std::fmt::Display;

use orgscope::Snapshot;
use orgscope::world::{Expectation, InvalidQuestion, World};

use crate::ask;

/// One expectation.
pub(crate) struct Case {
    /// The path and the question.
    pub(crate) name: String,
    /// The difference from the expectation, if there is one.
    pub(crate) wrong: Option<String>,
}

/// Checks all expectations of a world on a state of the company.
pub(crate) fn ask_all(world: &World, snapshot: &Snapshot) -> Result<Vec<Case>, InvalidQuestion> {
    world.expectations().map(|(path, expected)| ask(world, snapshot, path, expected)).collect()
}

fn ask(world: &World, snapshot: &Snapshot, path: &str, expected: &Expectation) -> Result<Case, InvalidQuestion> {
    let (name, wrong) = match expected {
        Expectation::Check { user, action, record, allow, .. } => {
            let question = world.question(action, record.as_ref())?;
            let principal = snapshot.principal(user);
            let wrong = (ask::is_allowed(principal, question) != *allow).then(|| {
                let reason = ask::reason(principal, question).to_string();
                let (got, why) = reason.split_once(": ").unwrap_or((&reason, ""));
                format!("expected {}, got {got} ({why})", if *allow { "allow" } else { "deny" })
            });
            (format!("user {user}, {action}{}", about(record.as_ref())), wrong)
        }
        Expectation::List { user, action, records, .. } => {
            let got = ask::list(world, snapshot.principal(user), world.listable(action)?);
            (format!("user {user}, {action}"), difference(records, got))
        }
        Expectation::Who { action, record, users, .. } => {
            let got = ask::who(snapshot, world.question(action, record.as_ref())?);
            (format!("{action}{}", about(record.as_ref())), difference(users, got))
        }
        other => unreachable!("this program knows all expectations of its library: {other:?}"),
    };
    Ok(Case { name: format!("{path}: {name}"), wrong })
}

fn about(record: Option<&impl Display>) -> String {
    record.map_or_else(String::new, |record| format!(", record {record}"))
}

/// The missing and the unexpected items, if the sets differ.
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
