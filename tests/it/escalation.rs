//! Who edits roles hands out no more than they have, and only where they reach.

use orgscope::document::Delegation;
use orgscope::document::{Role, Section, Word};
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::rules::RefusalKind;
use orgscope::rules::Rule;
use orgscope::{Command, Document, Grant, Handle, Level, Policy, RoleId, Subject, UserId};
use orgscope_testing::commands::{RawCommand, command};
use orgscope_testing::managed::{
    everybody, gained, is_administrator, is_in, is_inside, manage, managed_world, manages, needed_to_manage,
};
use orgscope_testing::random::{self, World};
use orgscope_testing::scaled;
use orgscope_testing::square::permissions;
use proptest::collection::vec;
use proptest::prelude::*;

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

/// All subjects through which a change of roles reaches anybody: of roles that come, go or change, and of assignments
/// that come or go.
fn touched(before: &[Role], after: &[Role]) -> Vec<Subject> {
    let mut ids: Vec<RoleId> = before.iter().chain(after).map(|role| role.id.clone()).collect();
    ids.sort();
    ids.dedup();
    let mut touched = Vec::new();
    for id in &ids {
        let role = |roles: &'_ [Role]| roles.iter().find(|role| role.id == *id).cloned();
        let (was, is) = (role(before), role(after));
        let (was, is) = (was.as_ref(), is.as_ref());
        let grants = |role: Option<&Role>| role.map(|role| role.grants.clone()).unwrap_or_default();
        let (had, has) = (subjects(was), subjects(is));
        let changed = grants(was) != grants(is);
        touched.extend(had.iter().filter(|subject| changed || !has.contains(subject)).cloned());
        touched.extend(has.iter().filter(|subject| changed || !had.contains(subject)).cloned());
    }
    touched
}

fn nothing_escapes(accepted: &Accepted) {
    let (document, document_after) = (accepted.before.to_document(), accepted.after.to_document());
    // Locked roles are as they were.
    for locked in document.roles.iter().filter(|role| role.locked) {
        assert_eq!(role(&document_after, &locked.id), Some(locked));
    }
    for section in accepted.before.schema().sections() {
        let roles = |document: &Document| -> Vec<Role> {
            document.roles.iter().filter(|role| role.section == section).cloned().collect()
        };
        nothing_escapes_in(accepted, section, &roles(&document), &roles(&document_after));
    }
}

/// The same, for the roles of one section as they were and as they are.
fn nothing_escapes_in(Accepted { delegate, before, after }: &Accepted, section: &str, had: &[Role], have: &[Role]) {
    if !manages(before, delegate, section) {
        assert_eq!(had, have, "{delegate:?} does not manage section {section}");
        return;
    }
    let (was, is) = (Reference::new(before), Reference::new(after));
    let document = before.to_document();
    let contained = document.delegation == Word::Known(Delegation::Contained);
    let manage = manage(before, section).unwrap();
    let levelled = matches!(manage, AnyPermission::Levelled(_));
    let permissions: Vec<AnyPermission> = before.schema().permissions(section).collect();
    for permission in &permissions {
        let own = was.level(delegate, *permission);
        if contained {
            let gained = gained(own, is.level(delegate, *permission));
            assert!(gained.is_empty(), "{delegate:?} gained {gained:?} of {permission:?}");
        }
        for user in everybody() {
            let more = gained(was.level(&user, *permission), is.level(&user, *permission));
            let is_reach =
                || needed_to_manage(&document, section).contains(&before.schema().name(*permission).unwrap());
            if contained || (levelled && is_reach()) {
                let lacks = gained(own, Level::All);
                assert!(!more.iter().any(|part| lacks.contains(part)), "{user:?} gained {more:?} of {permission:?}");
            }
        }
    }
    if !levelled {
        return;
    }
    let inside = |subject: &Subject| is_inside(before, section, delegate, subject);
    for subject in touched(had, have) {
        assert!(inside(&subject), "{subject} is outside");
    }
    // The same, seen from the people: whoever has another level is in a subject that is inside.
    let possible: Vec<Subject> = had.iter().chain(have).flat_map(|role| subjects(Some(role))).collect();
    for user in everybody() {
        let other = permissions.iter().any(|p| was.level(&user, *p) != is.level(&user, *p));
        let by = |subject: &&Subject| is_in(&document, subject, &user) && inside(subject);
        assert!(!other || possible.iter().any(|subject| by(&subject)), "{user:?} is out of reach");
    }
}

proptest! {
    #![proptest_config(random::worlds(2_000))]

    #[test]
    fn no_escalation(world in managed_world(), who in any::<u8>(), raw in vec(any::<RawCommand>(), 1..16)) {
        if let Some(accepted) = accepted(&world, who, raw) {
            nothing_escapes(&accepted);
        }
    }

    /// A refusal of one command by one of the rules for delegates is right: by the rules as they are written, not by
    /// the code that refuses.
    #[test]
    fn no_rule_is_too_strict(world in managed_world(), who in any::<u8>(), raw in any::<RawCommand>()) {
        let handle = Handle::new(world.policy());
        let policy = world.policy();
        let document = policy.to_document();
        let delegate = delegate(&document, who);
        if is_administrator(&document, &delegate) {
            return Ok(());
        }
        let command = command((18 + raw.0 % 8, raw.1), &world, &handle);
        let Err(refusal) = handle.as_user(delegate.clone()).dry_run([command.clone()]) else { return Ok(()) };
        match refusal.kind() {
            RefusalKind::ExceedsOwnLevel => {
                let Rule::OwnLevel { role: id, permission, level, own, assigned, .. } = refusal.rule() else {
                    unreachable!()
                };
                prop_assert_eq!(*assigned, matches!(command, Command::Assign { .. }));
                let token = policy.schema().any_permission(permission).unwrap();
                prop_assert_eq!(policy_grant(&policy, &delegate, token), *own);
                prop_assert!(!gained(as_level(*own), as_level(*level)).is_empty(), "it is within the own level");
                let cell = |document: &Document| {
                    let held = role(document, id).and_then(|role| role.grants.get(permission).cloned());
                    held.map_or(Level::Deny, |word| match word {
                        Word::Known(grant) => as_level(grant),
                        Word::Unknown(_) => unreachable!(),
                    })
                };
                if *assigned {
                    prop_assert_eq!(cell(&document), as_level(*level));
                } else {
                    prop_assert!(!gained(cell(&document), as_level(*level)).is_empty(), "it is no more than before");
                }
                if document.delegation == Word::Known(Delegation::Open) {
                    let mut sections = document.schema.sections.iter();
                    let is_reach = |section: &Section| {
                        matches!(manage(&policy, &section.name), Some(AnyPermission::Levelled(_)))
                            && needed_to_manage(&document, &section.name).contains(permission)
                    };
                    prop_assert!(sections.any(is_reach));
                }
                handle.as_host().force().apply([command.clone()]).unwrap();
                let after = handle.load().policy().to_document();
                prop_assert_eq!(cell(&after), as_level(*level));
            }
            RefusalKind::OutsideReach => {
                let Rule::Reach { role: id, subject, member, manage, level, .. } = refusal.rule() else { unreachable!() };
                let section = document.schema.sections.iter().find(|section| section.manage.as_ref() == Some(manage));
                let section = section.unwrap().name.as_str();
                prop_assert!(!is_inside(&policy, section, &delegate, subject));
                prop_assert_eq!(Reference::new(&policy).level(&delegate, policy.schema().any_permission(manage).unwrap()), *level);
                if let Some(member) = member {
                    prop_assert!(is_in(&document, subject, member));
                    prop_assert!(!is_inside(&policy, section, &delegate, &Subject::User(member.clone())));
                }
                // It is the command's subject, or has the role that it changes.
                let theirs = |known: &Word<Subject>| *known == Word::Known(subject.clone());
                let has_it = || role(&document, id).unwrap().assigned_to.iter().any(theirs);
                let is_named = match &command {
                    Command::Assign { role, subject } | Command::Unassign { role, subject } => {
                        role == id && theirs(subject)
                    }
                    Command::CreateRole(role) => role.id == *id && role.assigned_to.iter().any(theirs),
                    Command::RenameRole { id: role, .. }
                    | Command::DeleteRole { id: role }
                    | Command::SetHidden { role, .. }
                    | Command::SetLevel { role, .. } => role == id && has_it(),
                    Command::SetLevelForAllRoles { section: named, .. } => {
                        let role = role(&document, id).unwrap();
                        named == section && role.section == section && !role.locked && has_it()
                    }
                    other => unreachable!("{other:?} reaches nobody"),
                };
                prop_assert!(is_named);
            }
            RefusalKind::LockedRole => {
                let Rule::Locked { role: id } = refusal.rule() else { unreachable!() };
                prop_assert!(role(&document, id).unwrap().locked);
            }
            _ => {}
        }
    }
}

/// For a toggle, `all` stands for `allow`.
fn as_level(grant: Grant) -> Level {
    match grant {
        Grant::Allow => Level::All,
        Grant::Level(level) => level,
    }
}

fn policy_grant(policy: &Policy, user: &UserId, permission: AnyPermission) -> Grant {
    let level = Reference::new(policy).level(user, permission);
    match permission {
        AnyPermission::Toggle(_) if level == Level::All => Grant::Allow,
        _ => Grant::Level(level),
    }
}

/// How often the properties above are about something: a share of the worlds must have delegates whose batches are
/// accepted and change somebody's level.
#[test]
fn the_random_delegates_do_change_things() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let strategy = (managed_world(), any::<u8>(), vec(any::<RawCommand>(), 1..16));
    let (worlds, mut batches, mut effective, mut levelled) = (scaled(1_000), 0, 0, 0);
    for _ in 0..worlds {
        let (world, who, raw) = strategy.new_tree(&mut runner).unwrap().current();
        let Some(Accepted { before, after, .. }) = accepted(&world, who, raw) else { continue };
        batches += 1;
        let (was, is) = (Reference::new(&before), Reference::new(&after));
        let other = |user: &UserId| permissions(&before).into_iter().any(|p| was.level(user, p) != is.level(user, p));
        let changed = everybody().iter().any(other);
        effective += u32::from(changed);
        levelled += u32::from(changed && matches!(manage(&before, "crm"), Some(AnyPermission::Levelled(_))));
    }
    assert!(
        batches > worlds / 5 && effective > worlds * 3 / 50 && levelled > worlds / 50,
        "{worlds} worlds: {batches} batches, {effective} changes, {levelled} of them levelled"
    );
}
