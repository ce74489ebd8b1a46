//! Queries of a world that several commands share.

use orgscope::id::RecordId;
use orgscope::world::{Question, World};
use orgscope::{Permission, Principal, Reason, Snapshot, UserId};

/// The decision with its reason.
pub(crate) fn reason(user: Principal<'_>, question: Question<'_>) -> Reason {
    match question {
        Question::Toggle(toggle) => user.reason(toggle, &()),
        Question::Levelled(permission, record) => user.reason(permission, &record.as_any()),
    }
}

/// Whether the user may.
pub(crate) fn is_allowed(user: Principal<'_>, question: Question<'_>) -> bool {
    let decision = match question {
        Question::Toggle(toggle) => user.check(toggle, &()),
        Question::Levelled(permission, record) => user.check(permission, &record.as_any()),
    };
    decision.is_allow()
}

/// The records of the file that the user may do this to, in the order of the file.
pub(crate) fn list<'w>(
    world: &'w World,
    user: Principal<'_>,
    permission: Permission,
) -> impl Iterator<Item = &'w RecordId> {
    let scope = user.scope(permission);
    let records = world.records().filter(move |record| scope.contains(&record.as_any()));
    // A record of a file always has an id; only one inside a request may have none.
    records.filter_map(|record| record.id.as_ref())
}

/// The users who may do this, in canonical order.
pub(crate) fn who<'s>(snapshot: &'s Snapshot, question: Question<'_>) -> Vec<&'s UserId> {
    let mut users: Vec<&UserId> = match question {
        Question::Toggle(toggle) => snapshot.who_can(toggle, &()).collect(),
        Question::Levelled(permission, record) => snapshot.who_can(permission, &record.as_any()).collect(),
    };
    users.sort_unstable();
    users
}
