//! Random batches by random actors on random worlds: what is published, refused, undone and replayed.

use orgscope::log::{Actor, AuditEntry, Checkpoint};
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::rules::RefusalKind;
use orgscope::{AnyRecord, Command, Document, Handle, Policy, Snapshot, UserId};
use orgscope_testing::commands::{RawCommand, command, is_as_if_compiled_afresh, saved};
use orgscope_testing::managed::{everybody, locked_out, managed_world, manages};
use orgscope_testing::random::{self, Record, World};
use orgscope_testing::square::permissions;
use proptest::collection::vec;
use proptest::prelude::*;

/// Who applies a batch, by a number: a user, a stranger, or, most often, the host; perhaps by force.
fn editor(handle: &Handle, number: u8) -> orgscope::Editor<'_> {
    match usize::from(number) % (random::NAMES * 2) {
        user if user < random::NAMES => handle.as_user(random::user(user)),
        forced if forced % 4 == 0 => handle.as_host().force(),
        _ => handle.as_host(),
    }
    .at(format!("{number} o'clock"))
}

fn checkpoint(handle: &Handle) -> String {
    serde_json::to_string(&handle.checkpoint()).unwrap()
}

/// Every answer that a user gets.
fn answers(policy: &Policy, user: &UserId, records: &[AnyRecord<'_>]) -> Vec<bool> {
    let reference = Reference::new(policy);
    let ask = |permission| match permission {
        AnyPermission::Toggle(toggle) => vec![reference.decide(user, toggle, &())],
        AnyPermission::Levelled(permission) => {
            records.iter().map(|record| reference.decide(user, permission, record)).collect()
        }
    };
    permissions(policy).into_iter().flat_map(ask).collect()
}

/// Applies a batch, and looks at everything that must hold whatever comes of it.
fn applied(world: &World, handle: &Handle, number: u8, commands: &[Command]) -> Option<AuditEntry> {
    let (before, state) = (handle.load(), checkpoint(handle));
    let editor = editor(handle, number);
    let run = editor.dry_run(commands);
    assert_eq!(checkpoint(handle), state, "a dry run changes nothing");
    let receipt = match editor.apply(commands) {
        Ok(receipt) => receipt,
        Err(refusal) => {
            assert_eq!(run.unwrap_err(), refusal, "a dry run has the same verdict");
            assert_eq!(checkpoint(handle), state, "a refused batch changes nothing");
            return None;
        }
    };
    let (run, after) = (run.unwrap(), handle.load());
    let json = |receipt| serde_json::to_string(receipt).unwrap();
    assert_eq!(json(&run), json(&receipt), "a dry run has the same receipt");
    assert_eq!(saved(run.after().policy()), saved(after.policy()));
    let revisions = (receipt.before().revision(), receipt.after().revision());
    assert_eq!(revisions, (before.revision(), before.revision() + 1));
    assert_eq!((revisions.1, receipt.audit().revision()), (after.revision(), after.revision()));
    is_as_if_compiled_afresh(world, handle);

    let records: Vec<AnyRecord<'_>> = world.records.iter().map(Record::as_any).collect();
    for user in everybody() {
        if !receipt.affected().contains(&user) {
            let answers = |snapshot: &Snapshot| answers(snapshot.policy(), &user, &records);
            assert_eq!(answers(&before), answers(&after), "{user:?} was said to be unaffected");
        }
    }
    let listed: Vec<UserId> = receipt.affected().users().cloned().collect();
    let known = |user: &UserId| {
        [&before, &after].iter().any(|state| state.policy().to_document().org.users.iter().any(|u| u.id == *user))
    };
    let mut contained: Vec<UserId> =
        everybody().into_iter().filter(|user| known(user) && receipt.affected().contains(user)).collect();
    contained.sort();
    assert_eq!(listed, contained);

    // By force, because undoing may take the only manager away again.
    let again = Handle::restore(handle.checkpoint(), []).unwrap();
    again.as_host().force().apply(receipt.undo()).unwrap();
    assert_eq!(saved(again.load().policy()), saved(before.policy()), "undone byte for byte");

    if !receipt.audit().is_forced() {
        assert_eq!(locked_out(before.policy(), after.policy()), None);
    }
    Some(receipt.audit().clone())
}

/// The section whose roles a command is about, unless the role is unknown.
fn section<'d>(command: &'d Command, document: &'d Document) -> Option<&'d str> {
    let role = match command {
        Command::CreateRole(role) => return Some(&role.section),
        Command::SetLevelForAllRoles { section, .. } => return Some(section),
        Command::CloneRole { from: role, .. }
        | Command::RenameRole { id: role, .. }
        | Command::DeleteRole { id: role }
        | Command::SetHidden { role, .. }
        | Command::SetLevel { role, .. }
        | Command::Assign { role, .. }
        | Command::Unassign { role, .. } => role,
        other => unreachable!("{other:?} is about the company"),
    };
    document.roles.iter().find(|known| known.id == *role).map(|role| role.section.as_str())
}

proptest! {
    #![proptest_config(random::worlds(2_000))]

    #[test]
    fn every_batch_is_published_or_changes_nothing_and_can_be_undone_and_replayed(
        world in managed_world(),
        batches in vec((any::<u8>(), vec(any::<RawCommand>(), 1..5)), 1..7),
    ) {
        let handle = Handle::new(world.policy());
        let stored = checkpoint(&handle);
        let mut log = String::new();
        for (number, raw) in batches {
            let mut commands: Vec<Command> = raw.into_iter().map(|raw| command(raw, &world, &handle)).collect();
            loop {
                if let Some(entry) = applied(&world, &handle, number, &commands) {
                    log += &(serde_json::to_string(&entry).unwrap() + "\n");
                    break;
                }
                // What is refused is taken out until the rest is not, so that long batches are applied as well.
                let refusal = editor(&handle, number).dry_run(&commands).unwrap_err();
                match refusal.command() {
                    Some(place) => commands.remove(place),
                    None => break,
                };
            }
        }
        let entries = || log.lines().map(|line| serde_json::from_str::<AuditEntry>(line).unwrap());
        let again = Handle::restore(serde_json::from_str::<Checkpoint>(&stored).unwrap(), entries()).unwrap();
        prop_assert_eq!(checkpoint(&again), checkpoint(&handle), "replayed byte for byte");
        // Another process, which published the same start and follows the log.
        let follower = Handle::restore(serde_json::from_str::<Checkpoint>(&stored).unwrap(), []).unwrap();
        for entry in entries() {
            let receipt = follower.follow(&entry).unwrap();
            prop_assert_eq!(receipt.audit(), &entry);
            is_as_if_compiled_afresh(&world, &follower);
            prop_assert!(follower.follow(&entry).is_err(), "an entry is followed once");
        }
        prop_assert_eq!(checkpoint(&follower), checkpoint(&handle), "followed byte for byte");
    }

    /// Who is no administrator changes no company, and strangers change nothing at all.
    #[test]
    fn users_change_what_they_may(world in managed_world(), raw in any::<RawCommand>(), number in any::<u8>()) {
        let handle = Handle::new(world.policy());
        let user = random::user(usize::from(number) % random::NAMES);
        let command = command(raw, &world, &handle);
        let document = world.policy().to_document();
        let known = document.org.users.iter().find(|known| known.id == user && known.active != Some(false));
        let verdict = handle.as_user(user.clone()).dry_run([command.clone()]).map_err(|refusal| refusal.kind());
        let makes_a_locked_role = matches!(&command, Command::CreateRole(role) if role.locked);
        let is_company = raw.0 % 27 < 18 || raw.0 % 27 == 26;
        match known {
            None => prop_assert_eq!(verdict.unwrap_err(), RefusalKind::NotPermitted),
            Some(known) if is_company && (!known.admin || raw.0 % 27 == 17) => {
                prop_assert_eq!(verdict.unwrap_err(), RefusalKind::NotPermitted);
            }
            // Whom nothing but sense, locked roles and lock-out holds back.
            Some(known) if known.admin => {
                let by_host = handle.as_host().dry_run([command.clone()]).err().map(|refusal| refusal.kind());
                match verdict.err() {
                    Some(RefusalKind::NotPermitted) => prop_assert!(makes_a_locked_role),
                    Some(RefusalKind::LockedRole) => prop_assert!(by_host != Some(RefusalKind::Invalid)),
                    kind => prop_assert_eq!(kind, by_host),
                }
            }
            Some(_) => {
                let policy = world.policy();
                // Of an unknown role they learn so much, if they manage any.
                let may = match section(&command, &document) {
                    Some(section) => manages(&policy, &user, section),
                    None => policy.schema().sections().any(|section| manages(&policy, &user, section)),
                };
                prop_assert_eq!(verdict.err() == Some(RefusalKind::NotPermitted), !may || makes_a_locked_role);
            }
        }
    }
}

#[test]
fn an_empty_batch_is_a_batch() {
    let world = orgscope::document::Document::new().user(orgscope::document::User::new("ann"));
    let handle = Handle::new(Policy::from_document(world).unwrap());
    let receipt = handle.as_user("ann").apply([]).unwrap();
    assert_eq!((receipt.before().revision(), receipt.after().revision(), receipt.undo()), (0, 1, &[][..]));
    assert_eq!(receipt.audit().by(), &Actor::User("ann".into()));
    assert!(receipt.affected().is_empty());
    let refusal = handle.as_user("zoe").apply([]).unwrap_err();
    assert_eq!((refusal.kind(), refusal.command()), (RefusalKind::NotPermitted, None));
    assert_eq!(refusal.to_string(), "there is no active user `zoe`");
}

/// Whose answers change with the place of a department: those who are in it and below, and those who had it or have it
/// in sight.
#[test]
fn who_is_affected_by_a_move() {
    use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User};
    use orgscope::{Level, Subject};

    let contact = ResourceType::new("contact").action(Action::new("read"));
    let document = Document::new()
        .section(Section::new("crm").resource(contact))
        .department(Department::new("acme"))
        .department(Department::new("sales").parent("acme"))
        .department(Department::new("north").parent("sales"))
        .department(Department::new("support").parent("acme"))
        .department(Department::new("other"))
        .user(User::new("carol").head_of("acme"))
        .user(User::new("sam").head_of("sales"))
        .user(User::new("nick").member_of("north"))
        .user(User::new("tom").member_of("support"))
        .user(User::new("zoe").member_of("other"))
        .role(
            Role::new("reader", "crm", "Reader")
                .grant("contact.read", Level::DepartmentSub)
                .assigned_to(Subject::department_sub("sales")),
        );
    let handle = Handle::new(Policy::from_document(document).unwrap());
    let affected = |commands: &[Command]| -> Vec<String> {
        let run = handle.as_host().dry_run(commands).unwrap();
        run.affected().users().map(ToString::to_string).collect()
    };
    let north = Command::move_department("north", Some("other".into()));
    assert_eq!(affected(std::slice::from_ref(&north)), ["carol", "nick", "sam", "zoe"]);
    assert_eq!(affected(&[Command::move_department("north", None)]), ["carol", "nick", "sam"]);
    assert_eq!(affected(&[Command::join_department("tom", "north")]), ["carol", "nick", "sam", "tom"]);
    assert_eq!(affected(&[Command::set_head("tom", "north", true)]), ["tom"]);
    assert_eq!(affected(&[Command::set_level("reader", "contact.read", Level::Own)]), ["nick", "sam"]);
    assert_eq!(affected(&[Command::rename_role("reader", "Reads"), Command::clone_role("reader", 1, "Copy")]), [""; 0]);
    // Away and back: who was in sight in between has no other answers, and is named all the same.
    assert_eq!(
        affected(&[north, Command::move_department("north", Some("sales".into()))]),
        ["carol", "nick", "sam", "zoe"]
    );
}

/// The file of commands of the README, and what it says of it.
#[test]
fn a_file_of_commands_is_a_batch() {
    let world = serde_json::from_str(include_str!("../../examples/data/crm.json")).unwrap();
    let authz = Handle::new(orgscope::world::World::from_document(world).unwrap().policy().clone());
    let batch: Vec<Command> = serde_json::from_str(include_str!("../../examples/data/batch.json")).unwrap();
    let run = authz.as_user("root").dry_run(batch).unwrap();
    assert_eq!(authz.load().diff(run.after()).to_string(), "Tom: contact.assign own → department");
}
