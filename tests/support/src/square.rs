//! Each question asked in every way: by the reference, a check, the scope, the list, `who_can`, and the reason.

use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::world::{Expectation, Question};
use orgscope::{AnyRecord, Handle, Permission, Policy, Record, Snapshot, UserId};

use crate::random::{self, World};

/// Every permission of a policy, of every section.
pub fn permissions(policy: &Policy) -> Vec<AnyPermission> {
    policy.schema().sections().flat_map(|section| policy.schema().permissions(section)).collect()
}

/// Users in canonical order. A repeated user stays repeated.
pub fn sorted<'s>(users: impl Iterator<Item = &'s UserId>) -> Vec<&'s UserId> {
    let mut users: Vec<&UserId> = users.collect();
    users.sort_unstable();
    users
}

/// Whether a user may do this, asked of the snapshot in every way. All answers must agree.
pub fn ask<R: Record>(snapshot: &Snapshot, user: &UserId, permission: Permission<R>, record: &R) -> bool {
    let principal = snapshot.principal(user);
    let allow = principal.check(permission, record).is_allow();
    assert_eq!(principal.scope(permission).contains(record), allow, "scope of {user}");
    assert_eq!(principal.reason(permission, record).decision().is_allow(), allow, "reason of {user}");
    allow
}

/// The decision of the reference for a permission of either kind. The record of a toggle is ignored.
pub fn decide(reference: Reference<'_>, user: &UserId, permission: AnyPermission, record: &AnyRecord<'_>) -> bool {
    match permission {
        AnyPermission::Toggle(toggle) => reference.decide(user, toggle, &()),
        AnyPermission::Levelled(permission) => reference.decide(user, permission, record),
    }
}

/// Compares every answer of the snapshot with the reference.
pub fn agree(world: &World) {
    let policy = world.policy();
    let (reference, snapshot) = (Reference::new(&policy), Snapshot::compile(&policy));
    let records: Vec<AnyRecord<'_>> = world.records.iter().map(random::Record::as_any).collect();
    for permission in permissions(&policy) {
        let everybody: Vec<UserId> = policy.to_document().org.users.into_iter().map(|user| user.id).collect();
        match permission {
            AnyPermission::Toggle(toggle) => {
                let may = |user: &UserId| reference.decide(user, toggle, &());
                for user in world.askers() {
                    assert_eq!(ask(&snapshot, &user, toggle, &()), may(&user), "{user:?}");
                }
                let expected: Vec<&UserId> = everybody.iter().filter(|user| may(user)).collect();
                assert_eq!(sorted(snapshot.who_can(toggle, &())), expected);
                assert_eq!(snapshot.who_can(toggle, &()).count(), expected.len());
            }
            AnyPermission::Levelled(levelled) => {
                let may = |user: &UserId, record: &AnyRecord<'_>| reference.decide(user, levelled, record);
                for user in world.askers() {
                    for record in &records {
                        let expected = may(&user, record);
                        assert_eq!(ask(&snapshot, &user, levelled, record), expected, "{user:?} {record:?}");
                    }
                    let expected: Vec<&AnyRecord<'_>> = records.iter().filter(|record| may(&user, record)).collect();
                    let scope = snapshot.principal(&user).scope(levelled);
                    assert_eq!(scope.filter(&records).collect::<Vec<_>>(), expected, "list of {user:?}");
                }
                for record in &records {
                    let expected: Vec<&UserId> = everybody.iter().filter(|user| may(user, record)).collect();
                    assert_eq!(sorted(snapshot.who_can(levelled, record)), expected, "who {record:?}");
                    assert_eq!(snapshot.who_can(levelled, record).count(), expected.len(), "count {record:?}");
                }
            }
        }
    }
}

/// Checks every expectation of a world file in every way, before its stages and after each, and returns their number.
pub fn meets_its_expectations(name: &str, world: &orgscope::world::World) -> usize {
    let authz = Handle::new(world.policy().clone());
    let mut met = expectations_met(name, world, &authz.load());
    for (s, stage) in world.stages().iter().enumerate() {
        let name = format!("{name}: stages[{s}]");
        stage.at().map(|at| authz.advance(at));
        let editor = stage.by().map_or_else(|| authz.as_host(), |user| authz.as_user(user.clone()));
        let before = serde_json::to_string(&authz.checkpoint()).unwrap();
        match (editor.apply(stage.commands()), stage.refused()) {
            (Ok(_), None) => {}
            (Err(refusal), Some(kind)) => {
                assert_eq!(refusal.kind(), kind, "{name}: {refusal}");
                assert_eq!(serde_json::to_string(&authz.checkpoint()).unwrap(), before, "{name}");
            }
            (Ok(_), Some(kind)) => panic!("{name}: expected refused: {kind}, got applied"),
            (Err(refusal), None) => panic!("{name}: expected applied, got {refusal}"),
        }
        let published = authz.load();
        met += 1 + expectations_met(&name, stage.world(), &published);
    }
    met
}

/// Checks the expectations of a world on a state, and returns their number.
fn expectations_met(name: &str, world: &orgscope::world::World, snapshot: &Snapshot) -> usize {
    let policy = snapshot.policy();
    let reference = Reference::new(policy);
    let decide = |user: &UserId, question: Question<'_>| {
        let (fast, slow) = match question {
            Question::Toggle(toggle) => (ask(snapshot, user, toggle, &()), reference.decide(user, toggle, &())),
            Question::Levelled(permission, record) => {
                let record = record.as_any();
                (ask(snapshot, user, permission, &record), reference.decide(user, permission, &record))
            }
        };
        assert_eq!(fast, slow, "{name}: {user}: snapshot and reference");
        fast
    };
    for (path, expected) in world.expectations() {
        match expected {
            Expectation::Check { user, action, record, allow, .. } => {
                let question = world.question(action, record.as_ref()).unwrap();
                assert_eq!(decide(user, question), *allow, "{name}: {path}: {expected:?}");
            }
            Expectation::List { user, action, records, .. } => {
                let found = world.records().filter(|record| {
                    let question = world.question(action, record.id.as_ref());
                    question.is_ok_and(|question| decide(user, question))
                });
                let mut found: Vec<_> = found.filter_map(|record| record.id.clone()).collect();
                found.sort_unstable();
                let mut records = records.clone();
                records.sort_unstable();
                assert_eq!(found, records, "{name}: {path}: {expected:?}");
            }
            Expectation::Who { action, record, users, .. } => {
                let question = world.question(action, record.as_ref()).unwrap();
                let found: Vec<&UserId> = match question {
                    Question::Toggle(toggle) => sorted(snapshot.who_can(toggle, &())),
                    Question::Levelled(permission, record) => sorted(snapshot.who_can(permission, &record.as_any())),
                };
                assert_eq!(found, sorted(users.iter()), "{name}: {path}: {expected:?}");
                for user in policy.to_document().org.users {
                    assert_eq!(decide(&user.id, question), users.contains(&user.id), "{name}: {path}: {expected:?}");
                }
            }
            other => panic!("unknown expectation {other:?}"),
        }
    }
    world.expectations().len()
}
