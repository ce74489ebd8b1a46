//! No sequence of batches leaves a section without anybody who can manage it, unless it is forced.

use orgscope::document::{Action, Department, Document, Entry, Group, ResourceType, Role, Section, User};
use orgscope::rules::RefusalKind;
use orgscope::rules::Rule;
use orgscope::{Command, Grant, Handle, Level, Period, Policy, Subject, Time};
use orgscope_testing::commands::{RawCommand, command};
use orgscope_testing::dated::{HOURS, dated, during, hour, period, turns};
use orgscope_testing::managed::{Managed, locked_out, managed, managed_world};
use orgscope_testing::random;
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #![proptest_config(random::worlds(2_000))]

    /// With few administrators, most often none: then it depends on the roles.
    #[test]
    fn nobody_is_locked_out(
        world in managed_world(),
        administrators in prop::bool::weighted(0.2),
        batches in vec((any::<u8>(), vec(any::<RawCommand>(), 1..4)), 1..12),
        comes_and_goes in vec(0..8_u8, 12),
        seed in prop::option::of(any::<u64>()),
        hours in vec((-2..HOURS, any::<u32>()), 12),
    ) {
        let mut world = match seed {
            Some(seed) => dated(world, seed),
            None => world,
        };
        world.document.org.users.iter_mut().for_each(|user| user.admin &= administrators);
        let handle = Handle::new(world.policy());
        for (((who, raw), administrator), (at, number)) in batches.into_iter().zip(comes_and_goes).zip(hours) {
            if seed.is_some() && at >= 0 {
                handle.advance(hour(at));
            }
            let before = handle.load().policy().clone();
            let user = random::user(usize::from(who) % random::NAMES);
            // Administrators come and go, too: what was found out before they came is not all that is true when they
            // go.
            let commands: Vec<Command> = match administrator {
                0 | 1 => vec![Command::set_administrator(user, administrator == 0)],
                _ => {
                    let commands = raw.into_iter().map(|raw| command(raw, &world, &handle));
                    commands.map(|command| during(command, period(number).filter(|_| seed.is_some()))).collect()
                }
            };
            let editor = match usize::from(who) {
                user if user % 3 == 0 => handle.as_user(random::user(user % random::NAMES)),
                _ => handle.as_host(),
            };
            let verdict = editor.apply(&commands).map_err(|refusal| refusal.kind());
            let published = handle.load().policy().clone();
            for (before, after) in from_now_on(&before, &published) {
                prop_assert_eq!(locked_out(&before, &after), None, "{:?}", after.instant());
            }
            // And nothing else is refused for it.
            if verdict.err() == Some(RefusalKind::WouldLockOut) {
                let refusal = editor.dry_run(&commands).unwrap_err();
                let Rule::LockOut { section, manage, in_part, from } = refusal.rule() else { unreachable!() };
                let at = |policy: &Policy| from.map_or_else(|| policy.clone(), |from| policy.at(from));
                let forced = |commands: &[Command]| {
                    managed(&at(handle.as_host().force().dry_run(commands).unwrap().after().policy()), section)
                };
                let first = |tried: &Policy| {
                    let all = from_now_on(&before, tried);
                    let lost = all.into_iter().find(|(before, after)| managed(after, section) < managed(before, section));
                    lost.map(|(_, after)| after.instant())
                };
                let tried = handle.as_host().force().dry_run(&commands).unwrap().after().policy().clone();
                prop_assert_eq!(first(&tried), Some(from.or(before.instant())));
                let (before, after) = (managed(&at(&before), section), forced(&commands));
                prop_assert!(after < before);
                prop_assert_eq!(*in_part, after == Managed::InPart);
                prop_assert_eq!(manage.is_some(), orgscope_testing::managed::manage(&world.policy(), section).is_some());
                // It names the last command without which somebody could manage.
                let place = refusal.command().unwrap();
                prop_assert!(forced(&commands[..place]) >= before);
                for end in place..commands.len() {
                    prop_assert!(forced(&commands[..=end]) < before);
                }
            }
        }
    }
}

/// A section whose managers follow one another: users by name, a head, the people of a department, members of a group.
fn relay(kind: u8, numbers: [u32; 6]) -> Document {
    let manage = if kind.is_multiple_of(3) { Action::new("manage") } else { Action::toggle("manage") };
    let grant = if kind.is_multiple_of(3) { Grant::Level(Level::All) } else { Grant::Allow };
    let section = Section::new("crm").managed_by("settings.manage");
    let [ann, bo, heads, sits, joins, given] = numbers.map(period);
    let during = |subject: Subject, period: Option<Period>| match period {
        Some(period) => subject.during(period),
        None => subject.into(),
    };
    let role = Role::new("manager", "crm", "Manager").grant("settings.manage", grant);
    let role = [("ann", ann), ("bo", bo)]
        .into_iter()
        .filter(|(_, period)| period.is_some())
        .fold(role, |role, (user, period)| role.assigned_to(during(Subject::user(user), period)));
    let role = match kind % 4 {
        0 => role.assigned_to(during(Subject::Supervisors, given)),
        1 => role.assigned_to(during(Subject::department("desk"), given)),
        2 => role.assigned_to(during(Subject::group("team"), given)),
        _ => role,
    };
    let mut head = User::new("head");
    head.heads.extend(heads.map(|period| Entry::during("desk", period)));
    let mut clerk = User::new("clerk");
    clerk.departments.extend(sits.map(|period| Entry::during("desk", period)));
    let mut team = Group::new("team");
    team.members.extend(joins.map(|period| Entry::during("clerk", period)));
    let document = Document::new().section(section.resource(ResourceType::new("settings").action(manage)));
    let users = [User::new("ann"), User::new("bo"), head, clerk];
    let document = document.department(Department::new("desk")).group(team).role(role);
    users.into_iter().fold(document, Document::user)
}

/// A change of who manages, and when.
fn relayed((kind, number): (u8, u32)) -> Command {
    let user = ["ann", "bo", "head", "clerk"][usize::from(kind / 16 % 4)];
    let during_it = |command| during(command, period(number));
    match kind % 12 {
        0 | 1 => Command::unassign("manager", Subject::user(user)),
        2 => Command::leave_group("clerk", "team"),
        3 => Command::leave_department("clerk", "desk"),
        4 => Command::set_head("head", "desk", false),
        5 => Command::remove_user(user),
        6 => Command::set_active(user, kind >= 128),
        7 => during_it(Command::set_head(user, "desk", true)),
        8 => during_it(Command::join_group(user, "team")),
        9 => during_it(Command::join_department(user, "desk")),
        _ => during_it(Command::assign("manager", Subject::user(user))),
    }
}

proptest! {
    #![proptest_config(random::worlds(6_000))]

    /// A batch is refused if, and only if, some later instant loses its last manager, and it names the first of them.
    #[test]
    fn no_later_instant_loses_its_last_manager(
        kind in any::<u8>(), numbers in any::<[u32; 6]>(),
        batches in vec((-1..HOURS, vec((any::<u8>(), any::<u32>()), 1..3)), 1..6),
    ) {
        let handle = Handle::new(Policy::from_document(relay(kind, numbers)).unwrap());
        for (at, raw) in batches {
            if at >= 0 {
                handle.advance(hour(at));
            }
            let before = handle.load().policy().clone();
            let commands: Vec<Command> = raw.into_iter().map(relayed).collect();
            let Ok(tried) = handle.as_host().force().dry_run(&commands) else { continue };
            let all = from_now_on(&before, tried.after().policy());
            let lost = all.into_iter().find(|(before, after)| managed(after, "crm") < managed(before, "crm"));
            let lost = lost.map(|(_, after)| after.instant());
            let told = handle.apply(&commands).err().map(|refusal| match refusal.rule() {
                Rule::LockOut { from, .. } => from.or(before.instant()),
                _ => unreachable!("{refusal}"),
            });
            prop_assert_eq!(told, lost);
        }
    }
}

/// How often that is about later instants.
#[test]
fn later_instants_do_lose_their_last_manager() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let strategy = (any::<u8>(), any::<[u32; 6]>(), (any::<u8>(), any::<u32>()), 0..HOURS);
    let (mut later, mut second) = (0, 0);
    for _ in 0..1_000 {
        let (kind, numbers, raw, at) = strategy.new_tree(&mut runner).unwrap().current();
        let handle = Handle::new(Policy::from_document(relay(kind, numbers)).unwrap());
        handle.advance(hour(at));
        let next = handle.load().policy().next_change();
        let Err(refusal) = handle.apply([relayed(raw)]) else { continue };
        if let Rule::LockOut { from: Some(from), .. } = refusal.rule() {
            (later, second) = (later + 1, second + u32::from(Some(*from) > next));
        }
    }
    assert!(later > 20 && second > 8, "{later} later, {second} of them not at the next change");
}

/// Both states at each instant from theirs on at which anything begins or ends in one of them.
fn from_now_on(before: &Policy, after: &Policy) -> Vec<(Policy, Policy)> {
    let now = before.instant();
    let mut later: Vec<Time> = [before, after].into_iter().flat_map(|policy| turns(&policy.to_document())).collect();
    later.extend(now.is_none().then_some(Time::MIN));
    later.sort_unstable();
    later.dedup();
    let later = later.into_iter().filter(|turn| Some(*turn) > now);
    [(before.clone(), after.clone())].into_iter().chain(later.map(|turn| (before.at(turn), after.at(turn)))).collect()
}

/// A section whose `manage` is levelled or a toggle, with some users who manage.
fn handle(manage: Action, users: impl IntoIterator<Item = (User, Option<Grant>)>) -> Handle {
    let section =
        Section::new("crm").managed_by("settings.manage").resource(ResourceType::new("settings").action(manage));
    let mut document = Document::new().section(section);
    for (user, grant) in users {
        if let Some(grant) = grant {
            let role = Role::new(format!("of {}", user.id), "crm", format!("Of {}", user.id));
            document = document.role(role.grant("settings.manage", grant).assigned_to(Subject::User(user.id.clone())));
        }
        document = document.user(user);
    }
    Handle::new(Policy::from_document(document).unwrap())
}

fn kind(handle: &Handle, commands: impl AsRef<[Command]>) -> Option<RefusalKind> {
    handle.as_host().dry_run(commands).err().map(|refusal| refusal.kind())
}

#[test]
fn the_last_administrator_stays() {
    let root = || (User::new("root").administrator(), None);
    let authz = handle(Action::toggle("manage"), [root(), (User::new("ann"), None)]);
    for command in
        [Command::set_active("root", false), Command::remove_user("root"), Command::set_administrator("root", false)]
    {
        let refusal = authz.apply([command.clone()]).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            "commands[0]: nobody could manage section `crm` any more: let somebody else manage it first",
        );
        // Judged at the end: another administrator in the same batch will do, before or after.
        let ann = Command::set_administrator("ann", true);
        assert_eq!(kind(&authz, [command.clone(), ann.clone()]), None);
        assert_eq!(kind(&authz, [ann, command.clone()]), None);
        let receipt = authz.as_host().force().apply([command]).unwrap();
        assert!(receipt.audit().is_forced());
        // Who could not be missed before can't be missed again: nobody manages now, so nothing more is lost.
        assert_eq!(kind(&authz, [Command::set_active("ann", false)]), None);
        authz.as_host().force().apply(receipt.undo()).unwrap();
    }
}

/// Nobody managed before; then somebody did, who may not go.
#[test]
fn the_only_administrator_who_ever_was_stays() {
    let authz = handle(Action::toggle("manage"), [(User::new("ann"), None), (User::new("root"), None)]);
    for command in [Command::rename_user("ann", Some("Ann")), Command::set_administrator("root", true)] {
        authz.apply([command]).unwrap();
    }
    let gone =
        [Command::set_administrator("root", false), Command::set_active("root", false), Command::remove_user("root")];
    for command in gone {
        assert_eq!(kind(&authz, [command]), Some(RefusalKind::WouldLockOut));
    }
}

#[test]
fn a_section_without_a_permission_to_manage_needs_an_administrator() {
    let document = Document::new()
        .section(Section::new("crm").resource(ResourceType::new("contact").action(Action::new("read"))))
        .user(User::new("root").administrator());
    let authz = Handle::new(Policy::from_document(document).unwrap());
    let refusal = authz.apply([Command::remove_user("root")]).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "commands[0]: nobody could manage section `crm` any more, because only administrators can: make somebody else an administrator first"
    );
}

#[test]
fn a_toggle_must_stay_allowed_to_somebody() {
    let allow = Some(Grant::Allow);
    let authz = handle(Action::toggle("manage"), [(User::new("ann"), allow), (User::new("bo"), allow)]);
    let off = |user: &str| Command::set_active(user, false);
    assert_eq!(kind(&authz, [off("ann")]), None);
    assert_eq!(kind(&authz, [off("bo")]), None);
    let refusal = authz.apply([off("bo"), off("ann"), Command::rename_user("bo", Some("Bo"))]).unwrap_err();
    assert_eq!((refusal.kind(), refusal.command()), (RefusalKind::WouldLockOut, Some(1)));
    assert_eq!(
        kind(&authz, [Command::delete_role("of bo"), Command::unassign("of ann", Subject::user("ann"))]),
        Some(RefusalKind::WouldLockOut)
    );
    let deny = Command::set_level_for_all_roles("crm", ["settings.manage"], Level::Deny);
    assert_eq!(kind(&authz, [deny]), Some(RefusalKind::WouldLockOut));
}

#[test]
fn who_has_all_is_missed_and_in_part_is_enough_where_nobody_had_all() {
    let level = |level| Some(Grant::Level(level));
    let off = |user: &str| Command::set_active(user, false);
    let authz = handle(
        Action::new("manage"),
        [(User::new("ann"), level(Level::All)), (User::new("bo"), level(Level::DepartmentSubOpen))],
    );
    assert_eq!(
        authz.apply([off("ann")]).unwrap_err().to_string(),
        "commands[0]: nobody could manage the whole of section `crm` any more: let somebody else have `all` for \
         `settings.manage` first"
    );
    assert_eq!(kind(&authz, [off("bo")]), None);
    authz.as_host().force().apply([off("ann")]).unwrap();
    // Now nobody has all, and bo is the last.
    assert_eq!(kind(&authz, [off("bo")]), Some(RefusalKind::WouldLockOut));
    assert_eq!(kind(&authz, [Command::set_level("of bo", "settings.manage", Level::Own)]), None);
}

/// A place narrows `all`: then nobody manages the whole.
#[test]
fn who_has_all_in_a_place_manages_a_part() {
    let authz = handle(Action::new("manage"), [(User::new("ann"), Some(Grant::Level(Level::All)))]);
    let placed = Subject::user("ann").in_subject();
    let narrow = [Command::unassign("of ann", Subject::user("ann")), Command::assign("of ann", placed.clone())];
    assert_eq!(
        authz.apply(&narrow).unwrap_err().to_string(),
        "commands[0]: nobody could manage the whole of section `crm` any more: let somebody else have `all` for \
         `settings.manage` first"
    );
    authz.as_host().force().apply(&narrow).unwrap();
    // A part is what there is now, and she is the last who has it.
    let end = Command::unassign("of ann", placed);
    assert_eq!(kind(&authz, [end.clone()]), Some(RefusalKind::WouldLockOut));
    assert_eq!(kind(&authz, [end, Command::assign("of ann", Subject::Everyone.in_subject())]), None);
    // A toggle is not narrowed.
    let authz = handle(Action::toggle("manage"), [(User::new("ann"), Some(Grant::Allow))]);
    assert_eq!(kind(&authz, narrow), None);
}

/// What can't have let anybody manage again is passed over on the way back to the command that is told.
#[test]
fn the_last_that_locked_out_is_found_behind_many_others() {
    let section = Section::new("crm")
        .managed_by("settings.manage")
        .resource(ResourceType::new("settings").action(Action::toggle("manage")));
    let manager = Role::new("manager", "crm", "Manager").grant("settings.manage", Grant::Allow);
    let document = Document::new()
        .section(section)
        .department(Department::new("acme"))
        .department(Department::new("sales"))
        .department(Department::new("empty").parent("acme"))
        .user(User::new("ann").member_of("sales"))
        .role(manager.assigned_to(Subject::department_sub("acme")).assigned_to(Subject::user("ann")));
    let authz = Handle::new(Policy::from_document(document).unwrap());
    let place = |parent: Option<&str>| Command::move_department("sales", parent.map(Into::into));
    let many = |turn: usize| {
        [Command::move_department("empty", None), Command::move_department("empty", Some("acme".into()))][turn % 2]
            .clone()
    };
    // She manages by herself, then by the department as well, then by the department alone, then not: by the second
    // move.
    let mut batch = vec![place(Some("acme")), Command::unassign("manager", Subject::user("ann"))];
    batch.extend((0..20).map(many));
    batch.push(place(None));
    batch.extend((0..20).map(many));
    let refusal = authz.apply(&batch).unwrap_err();
    assert_eq!((refusal.kind(), refusal.command()), (RefusalKind::WouldLockOut, Some(22)));
    // By the end of the assignment, though the departments were elsewhere in between.
    batch.remove(22);
    batch.extend([place(Some("empty")), Command::unassign("manager", Subject::department_sub("acme"))]);
    batch.extend((0..20).map(many));
    let refusal = authz.apply(&batch).unwrap_err();
    assert_eq!((refusal.kind(), refusal.command()), (RefusalKind::WouldLockOut, Some(43)));
}
