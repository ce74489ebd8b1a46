//! The page of access permissions: what it shows, and what an administrator does there; and the presets.

use orgscope::catalogue::AssignmentEntry;
use orgscope::document::{Department, Document, Group, Role, User};
use orgscope::{AnyRecord, Command, Facts, Grant, Handle, Level, Period, Policy, Snapshot, Subject, UserId, presets};
use orgscope_testing::dated::{HOURS, dated, holds, hour, plain};
use orgscope_testing::managed::is_in;
use orgscope_testing::random::{self, assignment, world};
use proptest::prelude::*;

fn document() -> Document {
    Document::new()
        .merge(presets::webmail())
        .merge(presets::crm())
        .department(Department::new("acme"))
        .department(Department::new("sales").parent("acme"))
        .user(User::new("root").administrator())
        .user(User::new("carol").member_of("acme").head_of("acme"))
        .user(User::new("sam").member_of("sales").head_of("sales"))
        .user(User::new("nick").member_of("sales"))
        .user(User::new("gone").member_of("sales").inactive())
        .group(Group::new("team").member("nick").member("gone"))
}

fn handle() -> Handle {
    Handle::new(Policy::from_document(document()).unwrap())
}

/// A line for each role of a section: id, name, hidden, locked, the assignments with the people behind them.
fn page(authz: &Handle, section: &str) -> Vec<String> {
    let snapshot = authz.load();
    let catalogue = snapshot.catalogue();
    let role = |role: orgscope::catalogue::RoleEntry<'_>| {
        let people: Vec<String> = role.assignments().map(|to| format!("{} {}", to.subject, to.people)).collect();
        let marks = [(role.is_hidden(), " hidden"), (role.is_locked(), " locked")];
        let marks: String = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
        format!("{} `{}`{marks}: {}", role.id(), role.name(), people.join(", "))
    };
    catalogue.section(section).unwrap().roles().map(role).collect()
}

#[test]
fn the_page_shows_the_roles() {
    let authz = handle();
    assert_eq!(
        page(&authz, "webmail"),
        [
            "webmail-administrator `Administrator` locked: administrators 1",
            "webmail-manager `Manager`: employees 3",
            "webmail-supervisor `Supervisor`: supervisors 2",
        ]
    );
    assert_eq!(
        page(&authz, "crm"),
        [
            "crm-administrator `Administrator` locked: administrators 1",
            "crm-chief-executive `Chief executive`: ",
            "crm-head-of-department `Head of department`: supervisors 2",
            "crm-manager `Manager`: employees 3",
        ]
    );
    let snapshot = authz.load();
    let catalogue = snapshot.catalogue();
    let sections: Vec<_> = catalogue.sections().map(orgscope::catalogue::SectionRoles::name).collect();
    assert_eq!(sections, ["webmail", "crm"]);
    let webmail = catalogue.section("webmail").unwrap();
    let names = |permission| snapshot.schema().name(permission).unwrap();
    assert_eq!(webmail.manage().map(names).as_deref(), Some("webmail_settings.manage"));
    assert_eq!(webmail.permissions().count(), 6);
    let view = snapshot.schema().any_permission("mailbox.view").unwrap();
    let role = |id: &str| catalogue.role(id).unwrap();
    assert_eq!(role("webmail-supervisor").grant(view), Grant::Level(Level::DepartmentSub));
    assert_eq!(role("webmail-manager").grant(view), Grant::DENY);
    assert_eq!(role("crm-manager").section(), "crm");
    assert!(catalogue.role("unknown").is_none() && catalogue.section("unknown").is_none());
}

#[test]
fn an_administrator_works_on_the_page() {
    let authz = handle();
    let root = authz.as_user("root");
    root.apply([
        Command::clone_role("webmail-supervisor", 1, "Head of sales"),
        Command::set_level(1, "mailbox.edit", Level::Department),
        Command::assign(1, Subject::department("sales")),
        Command::assign(1, Subject::department_sub("acme")),
        Command::assign(1, Subject::group("team")),
        Command::assign(1, Subject::user("gone")),
        Command::assign(1, Subject::Everyone),
        Command::rename_role("webmail-manager", "Employee"),
        Command::set_hidden("webmail-manager", true),
        Command::create_role(Role::new("new", "webmail", "New")),
        Command::delete_role("webmail-supervisor"),
    ])
    .unwrap();
    assert_eq!(
        page(&authz, "webmail"),
        [
            "1 `Head of sales`: everyone 4, user gone 0, department sales 2, department+sub acme 3, group team 1",
            "new `New`: ",
            "webmail-administrator `Administrator` locked: administrators 1",
            "webmail-manager `Employee` hidden: employees 3",
        ]
    );
    // "Custom permissions": nobody but the locked role.
    root.apply([Command::set_level_for_all_roles("webmail", ["mailbox.view", "mailbox.edit"], Level::Deny)]).unwrap();
    let snapshot = authz.load();
    let catalogue = snapshot.catalogue();
    let edit = snapshot.schema().any_permission("mailbox.edit").unwrap();
    let grants: Vec<Grant> = catalogue.section("webmail").unwrap().roles().map(|role| role.grant(edit)).collect();
    assert_eq!(grants, [Grant::DENY, Grant::DENY, Grant::Level(Level::All), Grant::DENY]);
}

/// A page lists what an administrator may take back, or will meet later.
#[test]
fn the_page_shows_what_is_yet_to_begin_and_what_has_ended() {
    let authz = handle();
    let sales = || Subject::department("sales");
    authz
        .apply([
            Command::set_head_during("nick", "acme", Period::starting(hour(2))),
            Command::assign("crm-chief-executive", sales().during(Period::until(hour(1)))),
            Command::assign("crm-chief-executive", sales().in_subject().during(Period::starting(hour(2)))),
            Command::assign("crm-chief-executive", sales().in_departments(["sales", "acme"])),
            Command::assign(
                "crm-chief-executive",
                Subject::Supervisors.during(Period::between(hour(0), hour(3)).unwrap()),
            ),
        ])
        .unwrap();
    let shown = || {
        let snapshot = authz.load();
        let role = serde_json::to_value(snapshot.catalogue().role("crm-chief-executive").unwrap()).unwrap();
        role["assigned_to"].as_array().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let lines = |[first, second, fourth]: [bool; 3], heads: usize| {
        let [zero, one, two, three] = [0, 1, 2, 3].map(hour);
        let sales = r#""subject":{"department":"sales"}"#;
        [
            format!(
                r#"{{"subject":"supervisors","from":"{zero}","until":"{three}","holds":{first},"people":{heads}}}"#
            ),
            format!(r#"{{{sales},"until":"{one}","holds":{second},"people":2}}"#),
            format!(r#"{{{sales},"in":"subject","from":"{two}","holds":{fourth},"people":2}}"#),
            format!(r#"{{{sales},"in":["acme","sales"],"people":2}}"#),
        ]
        .map(|line| line.parse::<serde_json::Value>().unwrap().to_string())
    };
    assert_eq!(shown(), lines([false, false, false], 2));
    for (at, holds, heads) in [
        (0, [true, true, false], 2),
        (1, [true, false, false], 2),
        (2, [true, false, true], 3),
        (3, [false, false, true], 3),
    ] {
        authz.advance(hour(at));
        assert_eq!(shown(), lines(holds, heads), "{at}");
    }
}

fn sorted<'a>(users: impl Iterator<Item = &'a UserId>) -> Vec<String> {
    let mut ids: Vec<String> = users.map(ToString::to_string).collect();
    ids.sort();
    ids
}

/// A supervisor sees the mailboxes of the team and does not change them; everybody has their own; nobody reads the mail
/// of others.
#[test]
fn the_webmail_preset() {
    let snapshot = Snapshot::compile(&Policy::from_document(document()).unwrap());
    let find = |name: &str| match snapshot.schema().any_permission(name).unwrap() {
        orgscope::permission::AnyPermission::Levelled(permission) => permission,
        orgscope::permission::AnyPermission::Toggle(_) => unreachable!(),
    };
    let nicks = AnyRecord::new("mailbox", Facts::owned_by("nick"));
    let who = |action: &str| sorted(snapshot.who_can(find(action), &nicks));
    assert_eq!(who("mailbox.view"), ["carol", "nick", "root", "sam"]);
    assert_eq!(who("mailbox.edit"), ["nick", "root"]);
    assert_eq!(who("mailbox.read_mail"), ["nick"]);
    let connect = sorted(snapshot.who_can(snapshot.schema().toggle("mailbox.connect").unwrap(), &()));
    assert_eq!(connect, ["carol", "nick", "root", "sam"]);
}

#[test]
fn the_crm_preset() {
    let snapshot = Snapshot::compile(&Policy::from_document(document()).unwrap());
    let who = |action: &str, owner: &str| -> Vec<String> {
        let orgscope::permission::AnyPermission::Levelled(permission) =
            snapshot.schema().any_permission(action).unwrap()
        else {
            unreachable!()
        };
        let record = AnyRecord::new(action.split('.').next().unwrap(), Facts::owned_by(owner));
        sorted(snapshot.who_can(permission, &record))
    };
    assert_eq!(who("contact.read", "nick"), ["nick", "root", "sam"]);
    assert_eq!(who("deal.delete", "carol"), ["carol", "root"]);
    assert_eq!(who("company.update", "carol"), ["carol", "nick", "root", "sam"]);
    let manage = snapshot.schema().toggle("crm_settings.manage").unwrap();
    assert_eq!(snapshot.who_can(manage, &()).count(), 1);
}

proptest! {
    #![proptest_config(random::worlds(2_000))]

    #[test]
    fn people_are_counted(world in world(), dates in prop::option::of((any::<u64>(), 0..HOURS))) {
        let policy = dates.map_or(world.clone(), |(seed, _)| dated(world, seed)).policy();
        let policy = dates.map_or(policy.clone(), |(_, at)| policy.at(hour(at)));
        let whole = policy.to_document();
        let document = plain(&whole, policy.instant());
        let snapshot = Snapshot::compile(&policy);
        for role in snapshot.catalogue().section("crm").unwrap().roles() {
            // What a document says, in its order.
            let written = whole.roles.iter().find(|written| written.id == *role.id()).unwrap().assigned_to.iter();
            let written: Vec<_> = written.map(|to| (to.clone(), holds(to.dates.as_deref(), policy.instant()))).collect();
            let shown = role.assignments().map(|entry| {
                let to = assignment(entry.subject.clone(), entry.place.cloned());
                (entry.period.map_or(to.clone(), |period| to.during(period)), entry.holds)
            });
            prop_assert_eq!(shown.collect::<Vec<_>>(), written);
            for AssignmentEntry { subject, people, .. } in role.assignments() {
                let active = document.org.users.iter().filter(|user| user.active != Some(false));
                prop_assert_eq!(people, active.filter(|user| is_in(&document, subject, &user.id)).count());
            }
        }
    }
}
