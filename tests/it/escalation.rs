//! Who edits roles hands out no more than they have, and only where they reach.

use orgscope::document::{Role, Word};
use orgscope::reference::Reference;
use orgscope::{Command, Delegation, Document, Handle, Level, Policy, RefusalKind, RoleId, Subject, UserId};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::commands::{RawCommand, command};
use crate::managed::{everybody, gained, is_administrator, is_in, is_inside, manage, managed_world};
use crate::random::{self, World};
use crate::square::permissions;

/// A batch of a delegate that was accepted: the state before, and after.
struct Accepted {
    delegate: UserId,
    before: Policy,
    after: Policy,
}

/// The first user, who most often is one that manages, or another.
fn delegate(document: &Document, who: u8) -> UserId {
    let users = document.org.users.len().max(1);
    random::user(if who < 192 { 0 } else { usize::from(who) % users })
}

/// Lets a user, who is no administrator, apply what they may of a batch about roles.
fn accepted(world: &World, who: u8, raw: Vec<RawCommand>) -> Option<Accepted> {
    let handle = Handle::new(world.policy());
    let before = world.policy();
    let document = before.to_document();
    let delegate = delegate(&document, who);
    if is_administrator(&document, &delegate) {
        return None;
    }
    let about_roles = raw.into_iter().map(|(kind, numbers)| (18 + kind % 8, numbers));
    let mut commands: Vec<Command> = about_roles.map(|raw| command(raw, world, &handle)).collect();
    while let Err(refusal) = handle.as_user(delegate.clone()).apply(&commands) {
        commands.remove(refusal.command()?);
    }
    (!commands.is_empty()).then(|| Accepted { delegate, before, after: handle.load().policy().clone() })
}

fn role<'d>(document: &'d Document, id: &RoleId) -> Option<&'d Role> {
    document.roles.iter().find(|role| role.id == *id)
}

fn subjects(role: Option<&Role>) -> Vec<Subject> {
    let words = role.into_iter().flat_map(|role| &role.assigned_to);
    let known = words.filter_map(|word| match word {
        Word::Known(subject) => Some(subject.clone()),
        Word::Unknown(_) => None,
    });
    known.collect()
}

/// All subjects through which a change of roles reaches anybody: of roles that come, go or change, and of assignments that
/// come or go.
fn touched(before: &Document, after: &Document) -> Vec<Subject> {
    let mut ids: Vec<RoleId> = before.roles.iter().chain(&after.roles).map(|role| role.id.clone()).collect();
    ids.sort();
    ids.dedup();
    let mut touched = Vec::new();
    for id in &ids {
        let (was, is) = (role(before, id), role(after, id));
        let grants = |role: Option<&Role>| role.map(|role| role.grants.clone()).unwrap_or_default();
        let (had, has) = (subjects(was), subjects(is));
        let changed = grants(was) != grants(is);
        touched.extend(had.iter().filter(|subject| changed || !has.contains(subject)).cloned());
        touched.extend(has.iter().filter(|subject| changed || !had.contains(subject)).cloned());
    }
    touched
}

fn nothing_escapes(Accepted { delegate, before, after }: &Accepted) {
    let (was, is) = (Reference::new(before), Reference::new(after));
    let (document, document_after) = (before.to_document(), after.to_document());
    let contained = document.delegation == Word::Known(Delegation::Contained);
    let manage = manage(before).expect("only who manages edits roles");
    let levelled = matches!(manage, orgscope::AnyPermission::Levelled(_));
    for permission in permissions(before) {
        let own = was.level(delegate, permission);
        if contained {
            let gained = gained(own, is.level(delegate, permission));
            assert!(gained.is_empty(), "{delegate:?} gained {gained:?} of {permission:?}");
        }
        for user in everybody() {
            let more = gained(was.level(&user, permission), is.level(&user, permission));
            if contained || (levelled && permission == manage) {
                let lacks = gained(own, Level::All);
                assert!(!more.iter().any(|part| lacks.contains(part)), "{user:?} gained {more:?} of {permission:?}");
            }
        }
    }
    if !levelled {
        return;
    }
    let inside = |subject: &Subject| is_inside(before, &document, delegate, subject);
    for subject in touched(&document, &document_after) {
        assert!(inside(&subject), "{subject} is outside");
    }
    // The same, seen from the people: whoever has another level is in a subject that is inside.
    let possible: Vec<Subject> =
        document.roles.iter().chain(&document_after.roles).flat_map(|role| subjects(Some(role))).collect();
    for user in everybody() {
        let other = permissions(before).into_iter().any(|p| was.level(&user, p) != is.level(&user, p));
        let by = |subject: &&Subject| is_in(&document, subject, &user) && inside(subject);
        assert!(!other || possible.iter().any(|subject| by(&subject)), "{user:?} is out of reach");
    }
    // Locked roles are as they were.
    for locked in document.roles.iter().filter(|role| role.locked) {
        assert_eq!(role(&document_after, &locked.id), Some(locked));
    }
}

proptest! {
    #![proptest_config(random::worlds())]

    #[test]
    fn no_escalation(world in managed_world(), who in any::<u8>(), raw in vec(any::<RawCommand>(), 1..16)) {
        if let Some(accepted) = accepted(&world, who, raw) {
            nothing_escapes(&accepted);
        }
    }

    /// A refusal of one command by one of the rules for delegates is right: by the rules as they are written, not by the
    /// code that refuses.
    #[test]
    fn no_rule_is_too_strict(world in managed_world(), who in any::<u8>(), raw in any::<RawCommand>()) {
        let handle = Handle::new(world.policy());
        let policy = world.policy();
        let document = policy.to_document();
        let delegate = delegate(&document, who);
        prop_assume!(!is_administrator(&document, &delegate));
        let command = command((18 + raw.0 % 8, raw.1), &world, &handle);
        let Err(refusal) = handle.as_user(delegate.clone()).dry_run([command.clone()]) else { return Ok(()) };
        match refusal.kind() {
            RefusalKind::ExceedsOwnLevel => {
                // Done by the host, it would give somebody who has the role more than the delegate has.
                let orgscope::Rule::OwnLevel { role: id, permission, level, own, .. } = refusal.rule() else { unreachable!() };
                let permission = policy.schema().find(permission).unwrap();
                let name = policy.schema().name(permission).unwrap();
                prop_assert_eq!(policy_grant(&policy, &delegate, permission), *own);
                handle.by_force().apply([command.clone()]).unwrap();
                let after = handle.load().policy().to_document();
                prop_assert_eq!(&role(&after, id).unwrap().grants[&name], &Word::Known(*level));
            }
            RefusalKind::OutsideReach => {
                let orgscope::Rule::Reach { subject, .. } = refusal.rule() else { unreachable!() };
                prop_assert!(!is_inside(&policy, &document, &delegate, subject));
            }
            RefusalKind::LockedRole => {
                let orgscope::Rule::Locked { role: id } = refusal.rule() else { unreachable!() };
                prop_assert!(role(&document, id).unwrap().locked);
            }
            _ => {}
        }
    }
}

fn policy_grant(policy: &Policy, user: &UserId, permission: orgscope::AnyPermission) -> orgscope::Grant {
    let level = Reference::new(policy).level(user, permission);
    match permission {
        orgscope::AnyPermission::Toggle(_) if level == Level::All => orgscope::Grant::Allow,
        _ => orgscope::Grant::Level(level),
    }
}

/// How often the properties above are about something: a share of the worlds must have delegates whose batches are accepted
/// and change somebody's level.
#[test]
fn the_random_delegates_do_change_things() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let strategy = (managed_world(), any::<u8>(), vec(any::<RawCommand>(), 1..16));
    let (mut batches, mut effective, mut levelled) = (0, 0, 0);
    for _ in 0..1_000 {
        let (world, who, raw) = strategy.new_tree(&mut runner).unwrap().current();
        let Some(Accepted { before, after, .. }) = accepted(&world, who, raw) else { continue };
        batches += 1;
        let (was, is) = (Reference::new(&before), Reference::new(&after));
        let other = |user: &UserId| permissions(&before).into_iter().any(|p| was.level(user, p) != is.level(user, p));
        let changed = everybody().iter().any(other);
        effective += usize::from(changed);
        levelled += usize::from(changed && matches!(manage(&before), Some(orgscope::AnyPermission::Levelled(_))));
    }
    assert!(
        batches > 200 && effective > 60 && levelled > 20,
        "{batches} batches, {effective} changes, {levelled} of them levelled"
    );
}
