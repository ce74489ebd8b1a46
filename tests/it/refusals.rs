//! What a person is told of each refusal, and in which order the rules are asked.

use orgscope::document::Delegation;
use orgscope::document::{Action, Department, Document, Group, ResourceType, Role, Section, User, Word};
use orgscope::rules::RefusalKind;
use orgscope::rules::Rule;
use orgscope::{Command, Grant, Handle, Level, Period, Policy, Subject};
use orgscope_testing::dated::hour;

/// Nina heads the north, below sales, and edits the roles of the CRM as far as she reaches; and those of the mail,
/// whose permission to manage is a toggle.
fn document() -> Document {
    let crm = Section::new("crm")
        .managed_by("settings.manage")
        .resource(ResourceType::new("contact").action(Action::new("read")).action(Action::new("update")))
        .resource(ResourceType::new("settings").action(Action::new("manage")));
    let mail = Section::new("mail")
        .managed_by("mail_settings.manage")
        .resource(ResourceType::new("mailbox").action(Action::toggle("connect")))
        .resource(ResourceType::new("mail_settings").action(Action::toggle("manage")));
    let site = Section::new("site").resource(ResourceType::new("page").action(Action::new("edit")));
    Document::new()
        .section(crm)
        .section(mail)
        .section(site)
        .department(Department::new("sales"))
        .department(Department::new("north").parent("sales"))
        .user(User::new("root").administrator())
        .user(User::new("gone").administrator().inactive())
        .user(User::new("nina").head_of("north"))
        .user(User::new("nick").member_of("north"))
        .user(User::new("tom").member_of("sales"))
        .group(Group::new("team").member("nick"))
        .group(Group::new("tender").member("nick").member("tom"))
        .group(Group::new("nobody"))
        .role(
            Role::new("lead", "crm", "Lead")
                .grant("settings.manage", Level::Department)
                .grant("contact.read", Level::Department)
                .assigned_to(Subject::user("nina")),
        )
        .role(
            Role::new("postmaster", "mail", "Postmaster")
                .grant("mail_settings.manage", Grant::Allow)
                .assigned_to(Subject::user("nina")),
        )
        .role(Role::new("admin", "crm", "Administrator").grant("contact.read", Level::All).locked())
        .role(Role::new("seller", "crm", "Seller").grant("contact.read", Level::Own).assigned_to(Subject::user("nick")))
        .role(Role::new("helper", "crm", "Helper").grant("contact.read", Level::Own).assigned_to(Subject::user("tom")))
        .role(Role::new("chief", "crm", "Chief").grant("contact.read", Level::All))
        .role(Role::new("mailer", "mail", "Mailer"))
        .role(Role::new("editor", "site", "Editor"))
}

fn refusal(document: Document, user: &str, command: Command) -> Option<(RefusalKind, String)> {
    let authz = Handle::new(Policy::from_document(document).unwrap());
    let refusal = authz.as_user(user).apply([command]).err()?;
    assert_eq!(refusal.command(), Some(0));
    assert_eq!(refusal.kind(), refusal.rule().kind());
    Some((refusal.kind(), refusal.to_string().strip_prefix("commands[0]: ").unwrap().to_owned()))
}

#[track_caller]
fn is_refused(user: &str, command: Command, kind: RefusalKind, message: &str) {
    assert_eq!(refusal(document(), user, command), Some((kind, message.to_owned())));
}

#[track_caller]
fn is_applied(user: &str, command: Command) {
    assert_eq!(refusal(document(), user, command), None);
}

fn read(role: &str, level: Level) -> Command {
    Command::set_level(role, "contact.read", level)
}

#[test]
fn not_permitted() {
    let kind = RefusalKind::NotPermitted;
    for user in ["zoe", "gone"] {
        is_refused(user, read("seller", Level::Own), kind, &format!("there is no active user `{user}`"));
    }
    is_refused(
        "nina",
        Command::join_department("nick", "sales"),
        kind,
        "user `nina` is not an administrator: only active administrators and the host application may change the company",
    );
    let hosts = "is not the host application: only that may create administrators and locked roles";
    is_refused("root", Command::set_administrator("nick", true), kind, &format!("user `root` {hosts}"));
    is_refused("nina", Command::set_administrator("nina", true), kind, &format!("user `nina` {hosts}"));
    let locked = Role::new("new", "crm", "New").locked();
    is_refused("root", Command::create_role(locked), kind, &format!("user `root` {hosts}"));
    is_refused(
        "nick",
        read("seller", Level::Own),
        kind,
        "user `nick` may not edit the roles of section `crm`: that requires `settings.manage`",
    );
    is_refused(
        "nina",
        Command::rename_role("editor", "Author"),
        kind,
        "user `nina` may not edit the roles of section `site`: only administrators may",
    );
    // Who edits no roles at all does not learn which there are.
    is_refused("nick", read("unknown", Level::Own), kind, "user `nick` may not edit the roles of any section");
    is_refused("nina", read("unknown", Level::Own), RefusalKind::Invalid, "there is no role `unknown`");
    is_applied("root", Command::rename_role("editor", "Author"));
}

/// Managing is decided with all that it requires: for some record to edit at all, for each subject to reach it.
#[test]
fn what_managing_requires() {
    let nina_leads = |required: Action, manage: Action| {
        let settings =
            ResourceType::new("settings").action(required.clone()).action(manage.clone().requires(required.name));
        let grant = if manage.toggle { Grant::Allow } else { Grant::Level(Level::Department) };
        Document::new()
            .section(Section::new("crm").managed_by("settings.manage").resource(settings))
            .department(Department::new(1))
            .user(User::new("nina").member_of(1))
            .user(User::new("tom").member_of(1))
            .group(Group::new("team").member("tom"))
            .role(Role::new("lead", "crm", "Lead").grant("settings.manage", grant).assigned_to(Subject::user("nina")))
            .role(Role::new("other", "crm", "Other"))
    };
    let to_all = |document: Document, permission: &str, grant: Grant| {
        document.role(Role::new("key", "crm", "Key").grant(permission, grant).assigned_to(Subject::Everyone))
    };
    let assign = |subject: Subject| Command::assign("other", subject);
    for manage in [Action::toggle("manage"), Action::new("manage")] {
        let locked = nina_leads(Action::toggle("unlocked"), manage);
        let message = "user `nina` may not edit the roles of section `crm`: that requires `settings.manage`, which \
                       requires `settings.unlocked`";
        let refused = Some((RefusalKind::NotPermitted, message.to_owned()));
        assert_eq!(refusal(locked.clone(), "nina", assign(Subject::user("tom"))), refused);
        let unlocked = to_all(locked, "settings.unlocked", Grant::Allow);
        assert_eq!(refusal(unlocked, "nina", assign(Subject::user("tom"))), None);
    }

    let seeing = nina_leads(Action::new("see"), Action::new("manage"));
    let sees_own = to_all(seeing.clone(), "settings.see", Grant::Level(Level::Own));
    for (subject, text) in
        [(Subject::user("tom"), "`user tom`"), (Subject::group("team"), "user `tom` of `group team`")]
    {
        let message = format!(
            "user `nina` does not reach {text}, to whom role `other` is or would be assigned: `settings.manage` requires \
             `settings.see`, which is denied"
        );
        let refused = Some((RefusalKind::OutsideReach, message));
        assert_eq!(refusal(sees_own.clone(), "nina", assign(subject.clone())), refused);
        let sees_department = to_all(seeing.clone(), "settings.see", Grant::Level(Level::Department));
        assert_eq!(refusal(sees_department, "nina", assign(subject)), None);
    }
}

/// Each way in which a command makes no sense.
#[test]
fn invalid() {
    let name = |id: &str, name: &str| Command::create_role(Role::new(id, "crm", name));
    let grants =
        |permission: &str, level: Grant| Command::create_role(Role::new("new", "crm", "New").grant(permission, level));
    for (command, message) in [
        (Command::add_department(Department::new("north")), "there is already a department `north`"),
        (Command::add_department(Department::new("")), "the id is empty: use an integer or non-empty text"),
        (Command::add_department(Department::new("x").parent("y")), "there is no department `y`"),
        (Command::rename_department("x", None), "there is no department `x`"),
        (
            Command::move_department("sales", Some("north".into())),
            "these departments form a cycle: `sales` → `north` → `sales`",
        ),
        (Command::move_department("sales", Some("sales".into())), "these departments form a cycle: `sales` → `sales`"),
        (Command::remove_department("sales"), "department `sales` has departments below it: move or remove them first"),
        (Command::remove_department("north"), "department `north` has members, heads or deputies: remove them first"),
        (Command::add_user(User::new("tom")), "there is already a user `tom`"),
        (Command::add_user(User::new("x").member_of("y")), "there is no department `y`"),
        (Command::add_user(User::new("x").head_of("north").head_of("north")), "`north` is listed twice in `heads`"),
        (Command::rename_user("x", None), "there is no user `x`"),
        (Command::set_active("x", true), "there is no user `x`"),
        (Command::remove_user("x"), "there is no user `x`"),
        (Command::join_department("tom", "sales"), "user `tom` is already a member of department `sales`"),
        (Command::leave_department("tom", "north"), "user `tom` is not a member of department `north`"),
        (Command::set_head("tom", "x", true), "there is no department `x`"),
        (Command::set_deputy("x", "north", true), "there is no user `x`"),
        (Command::add_group(Group::new("team")), "there is already a group `team`"),
        (Command::add_group(Group::new("x").member("tom").member("tom")), "`tom` is listed twice in `members`"),
        (Command::rename_group("x", None), "there is no group `x`"),
        (Command::remove_group("x"), "there is no group `x`"),
        (Command::join_group("nick", "x"), "there is no group `x`"),
        (Command::join_group("nick", "team"), "user `nick` is already a member of group `team`"),
        (Command::leave_group("tom", "team"), "user `tom` is not a member of group `team`"),
        (Command::set_administrator("x", true), "there is no user `x`"),
        (name("seller", "New"), "there is already a role `seller`"),
        (
            name("new", "SELLER"),
            "`SELLER` is already the name of role `seller`: it must be unique in its section, ignoring case",
        ),
        (name("new", ""), "the name is empty"),
        (grants("contact.raed", Level::Own.into()), "`contact` has no action `raed`: its actions are `read`, `update`"),
        (grants("mailbox.connect", Grant::Allow), "`mailbox.connect` belongs to section `mail`, not to `crm`"),
        (
            grants("contact.read", Grant::Allow),
            "`contact.read` does not take `allow`: it takes `deny`, `own`, `department`, `department+sub`, `own+open`, \
             `department+open`, `department+sub+open`, `all`",
        ),
        (Command::clone_role("x", "y", "Y"), "there is no role `x`"),
        (Command::clone_role("seller", "helper", "New"), "there is already a role `helper`"),
        (
            Command::rename_role("seller", "helper"),
            "`helper` is already the name of role `helper`: it must be unique in its section, ignoring case",
        ),
        (Command::delete_role("x"), "there is no role `x`"),
        (Command::set_hidden("x", true), "there is no role `x`"),
        (
            Command::set_level("mailer", "mailbox.connect", Level::Own),
            "`mailbox.connect` does not take `own`: it takes `deny`, `allow`",
        ),
        (
            Command::set_level_for_all_roles("x", ["contact.read"], Level::Own),
            "there is no section `x`: the sections are `crm`, `mail`, `site`",
        ),
        (
            Command::set_level_for_all_roles("mail", ["mailbox.connect", "contact.read"], Grant::DENY),
            "`contact.read` belongs to section `crm`, not to `mail`",
        ),
        (
            Command::SetLevelForAllRoles {
                section: "crm".to_owned(),
                permissions: vec![],
                variant: None,
                level: Some(Word::Unknown("al".to_owned())),
            },
            "unknown level `al`: expected `deny`, `own`, `department`, `department+sub`, `own+open`, `department+open`, \
             `department+sub+open` or `all`, or for a toggle `allow` or `deny`",
        ),
        (
            Command::SetLevelForAllRoles {
                section: "crm".to_owned(),
                permissions: vec!["contact.read".to_owned()],
                variant: Some("won".to_owned()),
                level: None,
            },
            "`null` takes the level of a variant away: name a `variant` in `set_level`, or write a level such as `deny`",
        ),
        (Command::assign("seller", Subject::user("nick")), "role `seller` is already assigned to `user nick`"),
        (Command::assign("x", Subject::Everyone), "there is no role `x`"),
        (Command::assign("seller", Subject::group("x")), "there is no group `x`"),
        (Command::unassign("seller", Subject::user("tom")), "role `seller` is not assigned to `user tom`"),
    ] {
        let authz = Handle::new(Policy::from_document(document()).unwrap());
        let before = serde_json::to_string(&authz.checkpoint()).unwrap();
        let rename = Command::rename_user("tom", Some("Tom"));
        let refusal = authz.apply([rename, command.clone()]).unwrap_err();
        assert_eq!((refusal.kind(), refusal.command()), (RefusalKind::Invalid, Some(1)), "{command:?}");
        assert_eq!(refusal.to_string(), format!("commands[1]: {message}"));
        assert_eq!(serde_json::to_string(&authz.checkpoint()).unwrap(), before);
    }
}

/// Setting what is so already is accepted, and changes nothing.
#[test]
fn what_is_so_already() {
    let document = document().user(User::new("dee").name("Dee").deputy_of("sales"));
    let authz = Handle::new(Policy::from_document(document).unwrap());
    let before = authz.load().policy().to_document();
    for command in [
        Command::rename_department("north", None),
        Command::move_department("north", Some("sales".into())),
        Command::rename_user("dee", Some("Dee")),
        Command::set_active("dee", true),
        Command::set_head("dee", "north", false),
        Command::set_deputy("dee", "sales", true),
        Command::rename_group("team", None),
        Command::set_administrator("root", true),
        Command::rename_role("seller", "Seller"),
        Command::set_hidden("seller", false),
        read("seller", Level::Own),
        Command::set_level_for_all_roles("mail", ["mailbox.connect"], Grant::DENY),
    ] {
        let receipt = authz.apply([command.clone()]).unwrap();
        assert_eq!(receipt.undo(), &[], "{command:?}");
        assert!(receipt.affected().is_empty());
        assert_eq!(receipt.after().revision(), receipt.before().revision() + 1);
    }
    assert_eq!(authz.load().policy().to_document(), before);
    // Another case of the own name is another name.
    let receipt = authz.apply([Command::rename_role("seller", "SELLER")]).unwrap();
    assert_eq!(receipt.undo(), &[Command::rename_role("seller", "Seller")]);
}

#[test]
fn locked_role() {
    let message = "role `admin` is locked: only the host application may change, assign or unassign it";
    for command in [
        read("admin", Level::Own),
        // It is so already, and still is the host's.
        Command::set_hidden("admin", false),
        Command::rename_role("admin", "Root"),
        Command::delete_role("admin"),
        Command::assign("admin", Subject::user("nick")),
    ] {
        for user in ["root", "nina"] {
            is_refused(user, command.clone(), RefusalKind::LockedRole, message);
        }
        let authz = Handle::new(Policy::from_document(document()).unwrap());
        authz.apply([command]).unwrap();
    }
    is_applied("nina", Command::clone_role("admin", "copy", "Copy"));
    is_applied("root", Command::set_level_for_all_roles("crm", ["contact.read"], Level::Deny));
}

#[test]
fn outside_reach() {
    let kind = RefusalKind::OutsideReach;
    let message = |role: &str, subject: &str, why: &str| {
        format!("user `nina` does not reach {subject}, to whom role `{role}` is or would be assigned: {why}")
    };
    let assign = |subject| Command::assign("seller", subject);
    let (level, all) =
        ("`settings.manage` is `department`", "requires `all` for `settings.manage`, which is `department`");
    let (that, empty) = (format!("that {all}"), format!("an empty group {all}"));
    let below = "that requires `department+sub` for `settings.manage`, which is `department`";
    for (subject, name, why) in [
        (Subject::user("tom"), "`user tom`", level),
        (Subject::department("sales"), "`department sales`", level),
        (Subject::department_sub("north"), "`department+sub north`", below),
        (Subject::department_sub("sales"), "`department+sub sales`", level),
        (Subject::group("tender"), "user `tom` of `group tender`", level),
        (Subject::group("nobody"), "`group nobody`", &empty),
        (Subject::Supervisors, "`supervisors`", &that),
        (Subject::Everyone, "`everyone`", &that),
        // She heads the north, and is a member of nothing.
        (Subject::Employees, "`employees`", &that),
    ] {
        is_refused("nina", assign(subject.clone()), kind, &message("seller", name, why));
        let new = Role::new("new", "crm", "New").assigned_to(Subject::user("nick")).assigned_to(subject);
        is_refused("nina", Command::create_role(new), kind, &message("new", name, why));
    }
    for subject in [Subject::department("north"), Subject::group("team"), Subject::user("nina")] {
        is_applied("nina", assign(subject));
    }
    for command in [
        Command::unassign("helper", Subject::user("tom")),
        read("helper", Level::Deny),
        Command::rename_role("helper", "Aid"),
        Command::set_hidden("helper", true),
        Command::delete_role("helper"),
        Command::set_level_for_all_roles("crm", ["contact.read"], Level::Deny),
    ] {
        is_refused("nina", command, kind, &message("helper", "`user tom`", level));
    }
    for command in [
        Command::rename_role("seller", "Vendor"),
        Command::rename_role("chief", "Boss"),
        Command::delete_role("chief"),
        Command::clone_role("helper", "copy", "Copy"),
        Command::unassign("lead", Subject::user("nina")),
        Command::set_level_for_all_roles("crm", [""; 0], Level::Deny),
        // Where it is a toggle there is no reach.
        Command::assign("mailer", Subject::Everyone),
    ] {
        is_applied("nina", command);
    }
}

#[test]
fn exceeds_own_level() {
    let kind = RefusalKind::ExceedsOwnLevel;
    let message = |role: &str, level: &str, permission: &str, own: &str| {
        format!("user `nina` has only `{own}` for `{permission}` and cannot give `{level}` to role `{role}`")
    };
    is_refused("nina", read("seller", Level::All), kind, &message("seller", "all", "contact.read", "department"));
    // Neither more nor less, but other.
    let open = read("seller", Level::OwnOpen);
    is_refused("nina", open, kind, &message("seller", "own+open", "contact.read", "department"));
    let update = Command::set_level("seller", "contact.update", Level::Own);
    is_refused("nina", update, kind, &message("seller", "own", "contact.update", "deny"));
    is_refused(
        "nina",
        Command::assign("chief", Subject::user("nick")),
        kind,
        "user `nina` has only `department` for `contact.read` and cannot assign role `chief`, which has `all`",
    );
    let new = Role::new("new", "crm", "New").grant("contact.read", Level::DepartmentSub);
    is_refused(
        "nina",
        Command::create_role(new),
        kind,
        &message("new", "department+sub", "contact.read", "department"),
    );
    let toggle = Command::set_level("mailer", "mailbox.connect", Grant::Allow);
    is_refused("nina", toggle, kind, &message("mailer", "allow", "mailbox.connect", "deny"));

    is_applied("nina", read("seller", Level::Department));
    is_applied("nina", read("seller", Level::Deny));
    // Less than it was, though more than her own.
    is_applied("nina", read("chief", Level::DepartmentSubOpen));
    is_applied("nina", read("chief", Level::All));
    is_applied("nina", Command::clone_role("chief", "copy", "Copy"));
    is_applied("root", Command::set_level("mailer", "mailbox.connect", Grant::Allow));

    let batch = [Command::clone_role("chief", "copy", "Copy"), Command::assign("copy", Subject::user("nick"))];
    let authz = Handle::new(Policy::from_document(document()).unwrap());
    let refusal = authz.as_user("nina").apply(batch).unwrap_err();
    assert_eq!((refusal.kind(), refusal.command()), (kind, Some(1)));
    assert_eq!(
        *refusal.rule(),
        Rule::OwnLevel {
            user: "nina".into(),
            role: "copy".into(),
            permission: "contact.read".to_owned(),
            variant: None,
            level: Grant::Level(Level::All),
            needed: Grant::Level(Level::All),
            own: Grant::Level(Level::Department),
            in_places: false,
            at: None,
            from: None,
            assigned: true,
            delegation: Delegation::Contained,
        }
    );
}

/// "Custom permissions" pass locked roles over, whoever has them.
#[test]
fn locked_roles_out_of_reach_hold_nobody_back() {
    let mut document = document();
    document.roles.retain(|role| role.id != "helper".into());
    for role in document.roles.iter_mut().filter(|role| role.locked) {
        *role = role.clone().assigned_to(Subject::user("tom"));
    }
    let all = Command::set_level_for_all_roles("crm", ["contact.read"], Level::Own);
    assert_eq!(refusal(document, "nina", all), None);
}

/// Who manages hands out anything, but no more reach than they have.
#[test]
fn open_delegation() {
    let open = || document().delegation(Delegation::Open);
    let nina = |command| refusal(open(), "nina", command);
    assert_eq!(nina(read("seller", Level::All)), None);
    assert_eq!(nina(Command::assign("chief", Subject::user("nick"))), None);
    assert_eq!(nina(Command::set_level("mailer", "mail_settings.manage", Grant::Allow)), None);
    let raise = Command::set_level("lead", "settings.manage", Level::All);
    let message = "user `nina` has only `department` for `settings.manage` and cannot give `all` to role `lead`, which would \
                   then reach farther";
    assert_eq!(nina(raise), Some((RefusalKind::ExceedsOwnLevel, message.to_owned())));
    assert_eq!(nina(Command::set_level("lead", "settings.manage", Level::Own)), None);
    let outside = Command::assign("seller", Subject::user("tom"));
    assert_eq!(nina(outside).map(|(kind, _)| kind), Some(RefusalKind::OutsideReach));
    assert_eq!(nina(read("admin", Level::All)).map(|(kind, _)| kind), Some(RefusalKind::LockedRole));
}

/// Where several rules would be broken, the first of the order is told.
#[test]
fn the_first_rule_is_told() {
    let kind = |user, command| refusal(document(), user, command).unwrap().0;
    // Not permitted, and makes no sense.
    assert_eq!(kind("nick", Command::remove_department("unknown")), RefusalKind::NotPermitted);
    // Makes no sense, and is locked.
    assert_eq!(kind("nina", Command::unassign("admin", Subject::user("tom"))), RefusalKind::Invalid);
    // Locked, and out of reach, and too much.
    assert_eq!(kind("nina", Command::assign("admin", Subject::user("tom"))), RefusalKind::LockedRole);
    // Out of reach, and too much.
    assert_eq!(kind("nina", Command::assign("chief", Subject::user("tom"))), RefusalKind::OutsideReach);
    assert_eq!(kind("nina", Command::assign("chief", Subject::user("nick"))), RefusalKind::ExceedsOwnLevel);
}

/// Each command is judged on the state that those before it left.
#[test]
fn a_batch_is_what_its_commands_are_one_by_one() {
    let authz = Handle::new(Policy::from_document(document()).unwrap());
    let nina = authz.as_user("nina");
    // She lowers her own level, and has it no longer for the next command.
    let lower = [read("lead", Level::Own), read("seller", Level::Department)];
    assert_eq!(nina.dry_run(&lower).unwrap_err().command(), Some(1));
    // She gives up managing.
    let leave = [Command::unassign("lead", Subject::user("nina")), read("seller", Level::Deny)];
    let refusal = nina.dry_run(&leave).unwrap_err();
    assert_eq!((refusal.kind(), refusal.command()), (RefusalKind::NotPermitted, Some(1)));
    // A role that comes within reach.
    let authz_root = authz.as_user("root");
    authz_root.apply([Command::unassign("helper", Subject::user("tom"))]).unwrap();
    assert!(nina.dry_run([read("helper", Level::Department)]).is_ok());
    assert_eq!(authz.load().revision(), 1);
}

#[test]
fn kinds_are_words() {
    for kind in RefusalKind::EACH {
        assert_eq!(kind.to_string().parse(), Ok(kind));
        assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        assert_eq!(serde_json::from_str::<RefusalKind>(&format!("\"{kind}\"")).unwrap(), kind);
    }
    assert_eq!(
        "forbidden".parse::<RefusalKind>().unwrap_err().to_string(),
        "unknown refusal `forbidden`: expected `not_permitted`, `invalid`, `locked_role`, `outside_reach`, \
         `exceeds_own_level`, `would_lock_out` or `conflict`"
    );
}

/// What only the host application may do with an editor.
#[test]
fn force_and_replacement_are_the_hosts() {
    let authz = Handle::new(Policy::from_document(document()).unwrap());
    let refusal = authz.as_user("root").force().apply([Command::rename_user("tom", Some("Tom"))]).unwrap_err();
    assert_eq!((refusal.kind(), refusal.command()), (RefusalKind::NotPermitted, None));
    assert_eq!(refusal.to_string(), "user `root` is not the host application: only that may force a batch");
    let refusal = authz.as_user("root").replace(Policy::from_document(document()).unwrap()).unwrap_err();
    assert_eq!(refusal.to_string(), "user `root` is not the host application: only that may replace the policy");
    assert_eq!(authz.load().revision(), 0);
}

/// A refusal as data: what a page shows, and what a program matches.
#[test]
fn a_refusal_as_json() {
    let authz = Handle::new(Policy::from_document(document()).unwrap());
    let json = |user: Option<&str>, command: Command| {
        let editor = user.map_or_else(|| authz.as_host(), |user| authz.as_user(user));
        serde_json::to_value(editor.apply([command]).unwrap_err()).unwrap()
    };
    assert_eq!(
        json(Some("nina"), read("seller", Level::All)),
        serde_json::json!({
            "kind": "exceeds_own_level",
            "command": 0,
            "rule": {
                "name": "own_level", "user": "nina", "role": "seller", "permission": "contact.read", "variant": null,
                "level": "all", "needed": "all", "own": "department", "in_places": false, "at": null, "from": null, "assigned": false,
                "delegation": "contained",
            },
            "message": "commands[0]: user `nina` has only `department` for `contact.read` and cannot give `all` to role \
                        `seller`",
        })
    );
    assert_eq!(
        json(None, Command::remove_user("x")),
        serde_json::json!({
            "kind": "invalid",
            "command": 0,
            "rule": { "name": "invalid", "code": "unknown_id", "message": "there is no user `x`" },
            "message": "commands[0]: there is no user `x`",
        })
    );
}

/// Nobody is seen there, so the message says whom to look for.
#[test]
fn a_department_is_not_empty_before_anybody_comes() {
    let authz = Handle::new(Policy::from_document(document()).unwrap());
    authz.advance(hour(1));
    let refused = |command: &dyn Fn(&'static str) -> Command| {
        authz.apply([Command::add_department(Department::new("west")), command("west")]).unwrap();
        let remove = Command::remove_department("west");
        let refusal = authz.apply([remove.clone()]).unwrap_err().to_string();
        authz.apply([Command::set_head("tom", "west", false), Command::set_deputy("tom", "west", false)]).unwrap();
        let _ = authz.apply([Command::leave_department("tom", "west")]);
        authz.apply([remove]).unwrap();
        refusal
    };
    let message = "commands[0]: department `west` has members, heads or deputies";
    for period in [Period::starting(hour(2)), Period::until(hour(1))] {
        for command in [Command::join_department_during, Command::set_head_during, Command::set_deputy_during] {
            assert_eq!(
                refused(&|west| command("tom", west, period)),
                format!("{message} that are yet to begin or have ended, such as user `tom`: remove them first")
            );
        }
    }
    assert_eq!(
        refused(&|west| Command::set_head_during("tom", west, Period::until(hour(2)))),
        format!("{message}: remove them first")
    );
}
