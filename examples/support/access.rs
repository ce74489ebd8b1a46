//! Tables that show who reaches which record, and why.

use std::collections::BTreeMap;

use comfy_table::{ColumnConstraint, Width};
use orgscope::document::User;
use orgscope::id::RecordId;
use orgscope::{Decision, Owner, Permission, Resource, Share, Snapshot};

use super::table::table;

/// A record with a row in these tables.
pub(crate) trait Listed: Resource {
    fn id(&self) -> &RecordId;

    /// The owners and shares in a few words.
    fn whose(&self) -> String;
}

/// Owners, the open flag and shares in a few words.
pub(crate) fn whose(owners: &[Owner], open: bool, shared_with: &[Share]) -> String {
    let owners = owners.iter().map(|owner| match owner {
        Owner::User(id) => id.to_string(),
        Owner::Department(id) => format!("dept {id}"),
    });
    let shares = shared_with.iter().map(|share| match share {
        Share::User(id) => format!("→{id}"),
        Share::Department(id) | Share::DepartmentSub(id) => format!("→{id}"),
        Share::Group(id) => format!("→{id}"),
    });
    let open = open.then(|| "open".to_owned());
    let words: Vec<_> = owners.chain(open).chain(shares).collect();
    if words.is_empty() { "nobody".to_owned() } else { words.join(" ") }
}

/// The people who reach these records: a row per record, a column per person. `✎` marks people who may do both, `✓`
/// people who may do only the first.
pub(crate) fn reach<R: Listed>(
    snapshot: &Snapshot,
    [read, update]: [Permission<R>; 2],
    records: &[R],
    people: &[User],
    legend: &str,
) -> String {
    let mut marks = table(["", "whose"].map(str::to_owned).into_iter().chain(ids(people)));
    for record in records {
        let mark = |person: &User| {
            let principal = snapshot.principal(&person.id);
            let mark = match (principal.check(read, record), principal.check(update, record)) {
                (_, Decision::Allow) => "✎",
                (Decision::Allow, Decision::Deny) => "✓",
                (Decision::Deny, Decision::Deny) => "·",
            };
            mark.to_owned()
        };
        marks.add_row([record.id().to_string(), record.whose()].into_iter().chain(people.iter().map(mark)));
    }
    format!("{}\n\n{legend}", marks.trim_fmt())
}

/// The reason why each person may or may not do this: a row per reason.
pub(crate) fn why<R: Listed>(
    snapshot: &Snapshot,
    question: &str,
    permission: Permission<R>,
    record: &R,
    people: &[User],
) -> String {
    let mut ids_by_reason = BTreeMap::<_, Vec<_>>::new();
    for User { id, .. } in people {
        let reason = snapshot.principal(id).reason(permission, record);
        ids_by_reason.entry(reason.to_string()).or_default().push(id);
    }
    let mut reasons = table(["", question]);
    for (reason, ids) in ids_by_reason {
        reasons.add_row([join(ids), reason]);
    }
    // Wrap the ids rather than the reasons.
    reasons.set_constraints([ColumnConstraint::UpperBoundary(Width::Fixed(24))]);
    reasons.trim_fmt()
}

pub(crate) fn ids(people: &[User]) -> impl Iterator<Item = String> {
    people.iter().map(|person| person.id.to_string())
}

pub(crate) fn join(items: impl IntoIterator<Item: ToString>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}
