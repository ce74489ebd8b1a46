//! Two editors at once: who saw an older state is told, if what they are about has changed since.

use orgscope::document::{Action, Department, Document, Group, ResourceType, Role, Section, User};
use orgscope::rules::RefusalKind;
use orgscope::{Command, Grant, Handle, Level, Period, Policy, Subject};
use orgscope_testing::commands::{RawCommand, command};
use orgscope_testing::dated::{HOURS, dated_for_a_delegate, during, hour, period};
use orgscope_testing::managed::managed_world;
use orgscope_testing::random;
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #![proptest_config(random::worlds(2_000))]

    /// Whatever is not refused for a conflict gets the verdict that it would have got on the state that the editor saw:
    /// nothing that the verdict rests on has changed.
    #[test]
    fn without_a_conflict_the_verdict_is_that_of_the_state_that_was_seen(
        world in managed_world(),
        dates in prop::option::of((any::<u64>(), prop::option::of(0..HOURS))),
        meanwhile in vec(any::<(RawCommand, u32)>(), 1..4),
        who in any::<u8>(),
        raw in any::<(RawCommand, u32)>(),
    ) {
        // In some worlds later instants decide as well, or only they.
        let world = dates.map_or(world.clone(), |(seed, _)| dated_for_a_delegate(world, seed));
        let [authz, seen] = [(); 2].map(|()| {
            let handle = Handle::new(world.policy());
            dates.and_then(|(_, at)| at).map(|at| handle.advance(hour(at)));
            handle
        });
        let command = |(raw, number), authz: &Handle| {
            during(command(raw, &world, authz), period(number).filter(|_| dates.is_some()))
        };
        for raw in meanwhile {
            let _ = authz.as_host().force().apply([command(raw, &authz)]);
        }
        let command = command(raw, &seen);
        let verdict = |authz: &Handle, revision| {
            let editor = match usize::from(who) {
                host if host % 8 == 0 => authz.as_host().force(),
                // Who most often manages.
                delegate if delegate % 2 == 1 => authz.as_user(random::user(0)),
                user => authz.as_user(random::user(user / 2 % random::NAMES)),
            };
            editor.if_unchanged_since(revision).dry_run([command.clone()]).err().map(|refusal| refusal.kind())
        };
        let (then, now) = (verdict(&seen, 0), verdict(&authz, 0));
        // Whether nobody is left to manage depends on everybody.
        let about_everybody = |kind| kind == Some(RefusalKind::WouldLockOut);
        if now != Some(RefusalKind::Conflict) && !about_everybody(then) && !about_everybody(now) {
            prop_assert_eq!(now, then);
        }
        // Who saw the present state is never in conflict.
        let revision = authz.load().revision();
        prop_assert_ne!(verdict(&authz, revision), Some(RefusalKind::Conflict));
    }
}

/// Ann manages what is in her department and below; the host changes things beside her.
fn handle() -> Handle {
    let section = Section::new("crm")
        .managed_by("settings.manage")
        .resource(ResourceType::new("contact").action(Action::new("read")).action(Action::new("update")))
        .resource(ResourceType::new("settings").action(Action::new("manage")));
    let document = Document::new()
        .section(section)
        .section(Section::new("desk"))
        .department(Department::new("acme"))
        .department(Department::new("sales").parent("acme"))
        .department(Department::new("north").parent("sales"))
        .department(Department::new("support").parent("acme"))
        .user(User::new("root").administrator())
        .user(User::new("ann").member_of("sales"))
        .user(User::new("nick").member_of("north"))
        .user(User::new("tom").member_of("support"))
        .group(Group::new("team").member("nick"))
        .role(
            Role::new("lead", "crm", "Lead")
                .grant("settings.manage", Level::DepartmentSub)
                .grant("contact.read", Level::DepartmentSub)
                .assigned_to(Subject::user("ann")),
        )
        .role(Role::new("seller", "crm", "Seller").grant("contact.read", Level::Own))
        .role(Role::new("helper", "crm", "Helper").grant("contact.read", Level::Own).assigned_to(Subject::user("tom")));
    Handle::new(Policy::from_document(document).unwrap())
}

/// What ann is told of a command, if the host did the other one since she looked.
fn after(meanwhile: Command, command: &Command) -> Option<String> {
    let authz = handle();
    authz.apply([meanwhile]).unwrap();
    let refusal = authz.as_user("ann").if_unchanged_since(0).dry_run([command.clone()]).err()?;
    Some(match refusal.kind() {
        RefusalKind::Conflict => refusal.to_string(),
        kind => format!("{kind}: {refusal}"),
    })
}

#[track_caller]
fn is_conflict(meanwhile: Command, command: &Command, what: &str) {
    assert_eq!(
        after(meanwhile, command).unwrap(),
        format!("commands[0]: {what} changed in revision 1, and you saw revision 0: reload and try again")
    );
}

#[test]
fn what_a_command_names_has_changed() {
    let set = Command::set_level("seller", "contact.read", Level::Department);
    is_conflict(
        Command::set_level("seller", "contact.read", Level::DepartmentSub),
        &set,
        "`contact.read` of role `seller`",
    );
    is_conflict(Command::delete_role("seller"), &set, "role `seller`");
    let assign = Command::assign("seller", Subject::user("nick"));
    is_conflict(assign.clone(), &assign, "the assignment of role `seller` to `user nick`");
    is_conflict(Command::rename_user("nick", Some("Nick")), &assign, "user `nick`");
    let rename = Command::rename_role("seller", "Sales");
    is_conflict(Command::rename_role("seller", "Vendor"), &rename, "the name or visibility of role `seller`");
    is_conflict(Command::rename_role("helper", "sales"), &rename, "the role with the name `sales`");
}

#[test]
fn what_a_verdict_rests_on_has_changed() {
    // The cells of a role that is assigned.
    let assign = Command::assign("seller", Subject::user("nick"));
    is_conflict(
        Command::set_level("seller", "contact.update", Level::All),
        &assign,
        "`contact.update` of role `seller`",
    );
    // Her own level, and the roles that it comes from.
    is_conflict(Command::set_level("lead", "contact.read", Level::Own), &assign, "`contact.read` of role `lead`");
    is_conflict(
        Command::unassign("lead", Subject::user("ann")),
        &assign,
        "the assignment of role `lead` to `user ann`",
    );
    is_conflict(Command::join_department("ann", "support"), &assign, "user `ann`");
    // Where she is: roles may come to her, or go, with the departments above.
    is_conflict(
        Command::move_department("sales", None),
        &Command::set_level("seller", "contact.read", Level::Department),
        "department `sales`",
    );
    // Whom she reaches.
    is_conflict(Command::move_department("north", Some("support".into())), &assign, "department `north`");
    let group = Command::assign("seller", Subject::group("team"));
    is_conflict(Command::join_group("tom", "team"), &group, "user `tom`");
    is_conflict(Command::leave_group("nick", "team"), &group, "the members of group `team`");
    // Whether she manages any section: who does is told that a role is unknown, and who does not that it is none of
    // hers.
    is_conflict(
        Command::set_level("lead", "settings.manage", Level::Deny),
        &Command::delete_role("unknown"),
        "`settings.manage` of role `lead`",
    );
    // Whom the role that she edits is assigned to.
    is_conflict(
        Command::assign("seller", Subject::user("tom")),
        &Command::set_level("seller", "contact.read", Level::Department),
        "the assignment of role `seller` to `user tom`",
    );
}

/// Ann gives what she has in sales and below, and managing is a toggle.
fn desk() -> Document {
    let section = Section::new("desk")
        .managed_by("settings.manage")
        .resource(ResourceType::new("ticket").action(Action::new("read")).action(Action::new("close")))
        .resource(ResourceType::new("settings").action(Action::toggle("manage")));
    Document::new()
        .section(section)
        .department(Department::new("acme"))
        .department(Department::new("sales").parent("acme"))
        .department(Department::new("north").parent("sales"))
        .department(Department::new("pole").parent("north"))
        .department(Department::new("support").parent("acme"))
        .user(User::new("ann").member_of("sales"))
        .user(User::new("nick").member_of("north"))
        .role(
            Role::new("lead", "desk", "Lead")
                .grant("settings.manage", Grant::Allow)
                .grant("ticket.read", Level::DepartmentSub)
                .assigned_to(Subject::user("ann").in_departments(["sales"])),
        )
        .role(
            Role::new("agent", "desk", "Agent")
                .grant("ticket.read", Level::Own)
                .assigned_to(Subject::Everyone.in_departments(["pole"])),
        )
}

/// Checks that ann may do this, and is told of what changed if the host did the other one meanwhile.
#[track_caller]
fn is_conflict_in(document: &Document, meanwhile: &Command, command: &Command, what: &str) {
    let authz = Handle::new(Policy::from_document(document.clone()).unwrap());
    authz.advance(hour(0));
    authz.as_user("ann").dry_run([command.clone()]).unwrap();
    authz.as_host().force().apply([meanwhile.clone()]).unwrap();
    let refusal = authz.as_user("ann").if_unchanged_since(0).dry_run([command.clone()]).err();
    assert_eq!(
        refusal.map(|refusal| refusal.to_string()),
        Some(format!("commands[0]: {what} changed in revision 1, and you saw revision 0: reload and try again")),
        "{meanwhile:?} before {command:?}"
    );
}

/// What a delegate gives is compared with what they have where it is given, also if managing is a toggle: so the places of
/// a role, and the departments above them.
#[test]
fn where_a_cell_is_given_has_changed() {
    let document = desk();
    let is_conflict =
        |meanwhile: &Command, command: &Command, what: &str| is_conflict_in(&document, meanwhile, command, what);
    let raises = [
        Command::set_level("agent", "ticket.read", Level::Department),
        Command::set_level_for_all_roles("desk", ["ticket.read"], Level::DepartmentSub),
    ];
    let assigned = Command::assign("agent", Subject::user("nick").in_departments(["support"]));
    let moved = Command::move_department("north", Some("support".into()));
    for raise in &raises {
        is_conflict(&assigned, raise, "the assignment of role `agent` to `user nick` in `support`");
        is_conflict(&moved, raise, "department `north`");
    }
    let new = Role::new("new", "desk", "New").grant("ticket.read", Level::Department);
    for place in [Subject::user("nick").in_departments(["pole"]), Subject::department("pole").in_subject()] {
        is_conflict(&moved, &Command::assign("agent", place.clone()), "department `north`");
        is_conflict(&moved, &Command::create_role(new.clone().assigned_to(place)), "department `north`");
    }
    // A command that gives nothing does not depend on places.
    let authz = Handle::new(Policy::from_document(document.clone()).unwrap());
    authz.apply([assigned]).unwrap();
    for command in
        [Command::unassign("agent", Subject::Everyone.in_departments(["pole"])), Command::rename_role("agent", "Clerk")]
    {
        authz.as_user("ann").if_unchanged_since(0).dry_run([command]).unwrap();
    }
}

/// What a delegate gives is judged at later instants too, by what is there then.
#[test]
fn what_a_verdict_rests_on_later_has_changed() {
    let later = Period::starting(hour(1));
    let raise = Command::set_level("agent", "ticket.read", Level::Department);
    let moved = Command::move_department("north", Some("support".into()));
    // An assignment that is yet to begin, in a place that is not below hers any more.
    let mut document = desk();
    document.roles[1].assigned_to = vec![Subject::Everyone.in_departments(["pole"]).during(later)];
    is_conflict_in(&document, &moved, &raise, "department `north`");
    // What she has from a post that is yet to begin, in a department that was below sales.
    let mut document = desk();
    document.org.users[0] = User::new("ann").member_of_during("pole", later);
    document.roles[0].assigned_to = vec![
        Subject::user("ann").in_departments(["sales"]).during(Period::until(hour(1))),
        Subject::department_sub("sales").in_departments(["sales"]).during(later),
    ];
    document.roles[1].assigned_to = vec![];
    let assign = Command::assign("agent", Subject::user("nick").in_departments(["sales"]));
    is_conflict_in(&document, &moved, &assign, "department `north`");
    // The periods of what she has, and of what she has it by.
    let mut document = desk();
    document.org.groups.push(Group::new("team").member("ann"));
    document.roles[0].assigned_to.push(Subject::group("team").into());
    document.roles[0].assigned_to.push(Subject::Supervisors.into());
    document.org.users[0] = User::new("ann").member_of("sales").head_of_during("pole", Period::until(hour(5)));
    let soon = Period::until(hour(2));
    let sales = || Subject::user("ann").in_departments(["sales"]);
    for (meanwhile, what) in [
        (Command::assign("lead", sales().during(soon)), "the assignment of role `lead` to `user ann` in `sales`"),
        (Command::assign("lead", Subject::group("team").during(soon)), "the assignment of role `lead` to `group team`"),
        (Command::assign("lead", Subject::Supervisors.during(soon)), "the assignment of role `lead` to `supervisors`"),
        (Command::join_group_during("ann", "team", soon), "user `ann`"),
        (Command::join_department_during("ann", "sales", soon), "user `ann`"),
        (Command::set_head_during("ann", "pole", soon), "user `ann`"),
        (
            Command::assign("agent", Subject::Everyone.in_departments(["pole"]).during(soon)),
            "the assignment of role `agent` to `everyone` in `pole`",
        ),
    ] {
        is_conflict_in(&document, &meanwhile, &raise, what);
    }
}

/// She saw a role that she could not edit, and so none of the section at once; or she never saw a role that she would
/// edit.
#[test]
fn roles_that_come_or_go_are_a_conflict_with_a_level_for_all_roles() {
    let custom = Command::set_level_for_all_roles("crm", ["contact.read"], Level::Department);
    let authz = handle();
    let refusal = authz.as_user("ann").if_unchanged_since(0).dry_run([custom.clone()]).unwrap_err();
    assert_eq!(refusal.kind(), RefusalKind::OutsideReach);
    is_conflict(Command::delete_role("helper"), &custom, "role `helper`");
    is_conflict(Command::create_role(Role::new("new", "crm", "New")), &custom, "role `new`");
    is_conflict(Command::clone_role("seller", "copy", "Copy"), &custom, "role `copy`");
    // Of another section they are no matter, and without permissions nothing is edited.
    let other = Command::create_role(Role::new("new", "desk", "New"));
    assert_eq!(after(other, &custom).unwrap().split(':').next(), Some("outside_reach"));
    let nothing = Command::set_level_for_all_roles("crm", [""; 0], Level::Department);
    assert_eq!(after(Command::delete_role("helper"), &nothing), None);
    // A role that is made again in another section went from this one.
    let authz = handle();
    let again = Command::create_role(Role::new("helper", "desk", "Helper"));
    authz.apply([Command::delete_role("helper"), again]).unwrap();
    let refusal = authz.as_user("ann").if_unchanged_since(0).dry_run([custom]).unwrap_err();
    assert_eq!(refusal.kind(), RefusalKind::Conflict);
}

/// What is removed takes its assignments along: also those that the editor has not seen.
#[test]
fn an_assignment_is_a_conflict_with_removing_whom_it_is_made_to() {
    for (remove, to) in [
        (Command::remove_user("nick"), Subject::user("nick")),
        (Command::remove_group("team"), Subject::group("team")),
        (Command::remove_department("support"), Subject::department("support")),
        (Command::remove_department("support"), Subject::department_sub("support")),
    ] {
        let authz = handle();
        authz.apply([Command::leave_department("tom", "support")]).unwrap();
        authz.apply([Command::assign("seller", to.clone())]).unwrap();
        let refusal = authz.as_user("root").if_unchanged_since(1).apply([remove.clone()]).unwrap_err();
        assert_eq!(
            refusal.to_string(),
            format!(
                "commands[0]: the assignment of role `seller` to `{to}` changed in revision 2, and you saw revision 1: \
                 reload and try again"
            )
        );
        authz.as_user("root").if_unchanged_since(2).apply([remove]).unwrap();
    }
}

/// Who may not is told so, and not what there is and what of it has changed; unless it is just that which changed.
#[test]
fn who_may_not_learns_nothing_from_a_conflict() {
    let authz = handle();
    let secret = || Role::new("secret", "crm", "Secret");
    authz.apply([Command::add_user(User::new("gone").inactive())]).unwrap();
    authz.apply([Command::create_role(secret())]).unwrap();
    authz.apply([Command::set_level("seller", "contact.read", Level::Department)]).unwrap();
    let told = |user: &str, command: Command| {
        let refusal = authz.as_user(user).if_unchanged_since(1).dry_run([command]).unwrap_err();
        (refusal.kind(), refusal.to_string())
    };
    let not_permitted = |message: &str| (RefusalKind::NotPermitted, format!("commands[0]: {message}"));
    for command in [
        Command::delete_role("secret"),
        Command::set_level("seller", "contact.read", Level::Own),
        Command::rename_user("nick", None),
    ] {
        assert_eq!(told("zoe", command.clone()), not_permitted("there is no active user `zoe`"));
        assert_eq!(told("gone", command), not_permitted("there is no active user `gone`"));
    }
    let no_manager = "user `nick` may not edit the roles of section `crm`: that requires `settings.manage`";
    assert_eq!(told("nick", Command::delete_role("secret")), not_permitted(no_manager));
    assert_eq!(told("nick", Command::set_level("seller", "contact.read", Level::Own)), not_permitted(no_manager));
    // Who edits some roles learns of others what they would be told without having seen anything.
    assert_eq!(told("ann", Command::delete_role("secret")).0, RefusalKind::Conflict);
    // They could, and can't any more: that is what changed.
    authz.apply([Command::set_level("lead", "settings.manage", Level::Deny)]).unwrap();
    authz.apply([Command::set_active("nick", false)]).unwrap();
    for (user, what, revision) in [("ann", "`settings.manage` of role `lead`", 4), ("nick", "user `nick`", 5)] {
        let message =
            format!("commands[0]: {what} changed in revision {revision}, and you saw revision 1: reload and try again");
        assert_eq!(told(user, Command::delete_role("secret")), (RefusalKind::Conflict, message));
    }
}

#[test]
fn other_things_may_change() {
    let assign = Command::assign("seller", Subject::user("nick"));
    for meanwhile in [
        Command::set_level("helper", "contact.read", Level::All),
        Command::set_level("lead", "contact.update", Level::Own),
        Command::assign("seller", Subject::user("tom")),
        Command::rename_user("tom", Some("Tom")),
        Command::rename_role("seller", "Vendor"),
        Command::add_user(User::new("new").member_of("sales")),
        Command::move_department("support", None),
        Command::create_role(Role::new("new", "crm", "New")),
        // Nothing changes.
        Command::set_level("seller", "contact.read", Level::Own),
    ] {
        assert_eq!(after(meanwhile.clone(), &assign), None, "{meanwhile:?}");
    }
    // Two editors who change two cells of one role.
    let set = Command::set_level("seller", "contact.update", Level::Own);
    assert_eq!(
        after(Command::set_level("seller", "contact.read", Level::Deny), &set).as_deref(),
        Some(
            "exceeds_own_level: commands[0]: user `ann` has only `deny` for `contact.update` and cannot give `own` to role \
             `seller`"
        )
    );
}

/// A name is of one section, and so is the news of who has it.
#[test]
fn a_name_in_another_section_is_another_name() {
    let create = |id: &str, section: &str| Command::create_role(Role::new(id, section, "Fresh"));
    let authz = handle();
    authz.apply([create("one", "desk")]).unwrap();
    let editor = authz.as_host().if_unchanged_since(0);
    let refusal = editor.dry_run([create("two", "desk")]).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "commands[0]: the role with the name `fresh` changed in revision 1, and you saw revision 0: reload and try again"
    );
    editor.apply([create("two", "crm")]).unwrap();
    authz.as_host().if_unchanged_since(1).apply([Command::rename_role("one", "Seller")]).unwrap();
}

#[test]
fn what_the_batch_itself_changes_is_no_conflict() {
    let authz = handle();
    authz.apply([Command::rename_user("tom", Some("Tom"))]).unwrap();
    let set = |level| Command::set_level("seller", "contact.read", level);
    authz
        .as_user("ann")
        .if_unchanged_since(0)
        .apply([set(Level::Department), set(Level::Own), set(Level::Deny)])
        .unwrap();
}

#[test]
fn a_revision_that_nothing_is_known_of_is_a_conflict() {
    let authz = handle();
    let refusal = authz.as_user("ann").if_unchanged_since(1).apply([]).unwrap_err();
    assert_eq!((refusal.kind(), refusal.command()), (RefusalKind::Conflict, None));
    assert_eq!(refusal.to_string(), "the latest revision is 0, and you saw revision 1: reload and try again");
    let _ = authz.replace(authz.load().policy().clone());
    let refusal = authz.as_host().if_unchanged_since(0).apply([]).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "what changed since then is no longer known, and you saw revision 0: reload and try again"
    );
}

/// A whole policy depends on everything.
#[test]
fn a_policy_is_replaced_only_where_nothing_has_changed() {
    let authz = handle();
    let policy = authz.load().policy().clone();
    authz.apply([Command::rename_user("tom", Some("Tom"))]).unwrap();
    let refusal = authz.as_host().if_unchanged_since(0).replace(policy.clone()).unwrap_err();
    assert_eq!((refusal.kind(), refusal.command()), (RefusalKind::Conflict, None));
    assert_eq!(refusal.to_string(), "the latest revision is 1, and you saw revision 0: reload and try again");
    assert_eq!(authz.load().revision(), 1);
    let receipt = authz.as_host().if_unchanged_since(1).replace(policy).unwrap();
    assert_eq!(receipt.after().revision(), 2);
}

/// So many changes that the first ones are forgotten.
#[test]
fn what_is_forgotten_is_a_conflict() {
    let authz = handle();
    let toggle =
        [Grant::Level(Level::Own), Grant::DENY].map(|grant| Command::set_level("helper", "contact.update", grant));
    for turn in 0..(1 << 16) + 2 {
        authz.apply([toggle[turn % 2].clone()]).unwrap();
    }
    let other = [Command::rename_user("tom", Some("Tom"))];
    assert_eq!(authz.as_host().if_unchanged_since(1).dry_run(&other).unwrap_err().kind(), RefusalKind::Conflict);
    assert!(authz.as_host().if_unchanged_since(2).dry_run(&other).is_ok());
}
