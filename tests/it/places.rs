//! What a person is told of rights that are measured from a place.

use orgscope::document::{Action, Assignment, Department, Document, ResourceType, Role, Section, User};
use orgscope::{AnyRecord, Command, Facts, Grant, Handle, Level, Owner, Policy, Snapshot, Subject};

/// Ann sits in Support, and has what the tests give her.
fn company() -> Document {
    let deal = ResourceType::new("deal")
        .action(Action::new("read"))
        .action(Action::new("update").levels([Level::Own, Level::Department, Level::DepartmentSub, Level::All]))
        .action(Action::new("approve").except_own().requires("read"))
        .action(Action::toggle("export"));
    Document::new()
        .section(Section::new("crm").resource(deal))
        .department(Department::new("acme").name("Acme"))
        .department(Department::new("sales").name("Sales").parent("acme"))
        .department(Department::new("north").name("North").parent("sales"))
        .department(Department::new("support").name("Support").parent("acme"))
        .user(User::new("ann").name("Ann").member_of("support"))
        .user(User::new("nick").name("Nick").member_of("north"))
        .user(User::new("tom").name("Tom").member_of("support"))
}

fn role(permission: &str, grant: impl Into<Grant>, to: impl IntoIterator<Item = Assignment>) -> Role {
    let role = Role::new("reader", "crm", "Reader").grant(permission, grant);
    to.into_iter().fold(role, Role::assigned_to)
}

fn compiled(document: Document) -> Snapshot {
    Snapshot::compile(&Policy::from_document(document).unwrap())
}

fn ann() -> Subject {
    Subject::user("ann")
}

fn read(snapshot: &Snapshot, facts: Facts<'_>) -> [String; 2] {
    of_ann(snapshot, "deal.read", facts)
}

/// The reason and the explanation without it, for a record of these facts. An explanation of a denial up to its repairs.
fn of_ann(snapshot: &Snapshot, permission: &str, facts: Facts<'_>) -> [String; 2] {
    let permission = snapshot.schema().permission_named(permission).unwrap();
    let record = AnyRecord::new("deal", facts);
    let (reason, told) =
        (snapshot.principal("ann").reason(permission, &record), snapshot.principal("ann").explain(permission, &record));
    let told = told.to_string();
    let told = told.strip_prefix(&format!("{reason}\n")).unwrap();
    [reason.to_string(), told.split("\nThe record ").next().unwrap().to_owned()]
}

#[test]
fn a_level_that_no_place_narrows_has_no_place() {
    for (level, to, expected) in [
        // Own and open records are the same wherever they are measured from.
        (Level::Own, ann().in_departments(["sales"]), r#"[{"level":"own","in":[]}]"#),
        (Level::OwnOpen, ann().in_departments(["sales"]), r#"[{"level":"own+open","in":[]}]"#),
        // Ann is below nothing by herself, so the place is empty.
        (Level::Department, Subject::department_sub("sales").in_subject(), "[]"),
        (Level::Department, Subject::Everyone.in_subject(), r#"[{"level":"department","in":["support"]}]"#),
        (
            Level::Department,
            ann().in_departments(["sales", "north"]),
            r#"[{"level":"department","in":["north","sales"]}]"#,
        ),
    ] {
        let rights = compiled(company().role(role("deal.read", level, [to.clone()])));
        let rights = rights.principal("ann").rights();
        assert_eq!(serde_json::to_string(rights.in_places("deal.read")).unwrap(), expected, "{level} {to:?}");
    }
    // Nobody is a department of a user who has none.
    let nowhere =
        company().user(User::new("zoe")).role(role("deal.read", Level::Department, [Subject::Everyone.in_subject()]));
    let snapshot = compiled(nowhere);
    let rights = snapshot.principal("zoe").rights();
    assert_eq!(serde_json::to_string(rights.in_places("deal.read")).unwrap(), r#"[{"level":"own","in":[]}]"#);
}

/// Whatever the place, Ann may approve no record that is hers, and read no other.
#[test]
fn a_right_that_reaches_nothing_is_none() {
    let approver = Role::new("approver", "crm", "Approver").grant("deal.approve", Level::DepartmentSub);
    let document = company()
        .role(role("deal.read", Level::Own, [Subject::Everyone.into()]))
        .role(approver.assigned_to(ann().in_departments(["acme"])));
    let snapshot = compiled(document.clone());
    let rights = snapshot.principal("ann").rights();
    assert!(!rights.has("deal.approve") && rights.has("deal.read"));
    assert_eq!(rights.in_places("deal.approve"), []);
    let approve = snapshot.schema().any_permission("deal.approve").unwrap();
    assert_eq!(snapshot.principal("ann").grant(approve), Grant::DENY);
    // Readers in one place, who approve in another: a record may have an owner in each.
    let mut document = document;
    document.roles[0] = role("deal.read", Level::Department, [ann().in_departments(["north"])]);
    assert!(compiled(document).principal("ann").rights().has("deal.approve"));
}

#[test]
fn a_reason_says_what_is_held_without_a_place() {
    let placed = compiled(company().role(role("deal.read", Level::DepartmentSub, [ann().in_departments(["sales"])])));
    let only = "Ann has `deal.read`, in places only:\n\
                - `department+sub` by the role Reader, assigned to Ann by name, in Sales and below.";
    assert_eq!(
        read(&placed, Facts::owned_by("ann")),
        [
            "allow: `deal.read` is granted in places, and the record is the user's own".to_owned(),
            format!("{only}\nThis covers the record: it is Ann's own.")
        ]
    );
    assert_eq!(
        read(&placed, Facts::owned_by("nick")),
        [
            "allow: `deal.read` is granted in Sales and below, and an owner is there".to_owned(),
            format!("{only}\nThis covers the record: an owner is in Sales and below.")
        ]
    );
    assert_eq!(
        read(&placed, Facts::owned_by("tom").open(true)),
        [
            "deny: `deal.read` is granted only in places, none of which reaches the record".to_owned(),
            format!(
                "{only}\nThis falls short: the record is not Ann's own; none of this covers that owner Tom is a member of \
                 Support, where Ann is a member, nor that it is available to everyone; and no owner is in one of the places."
            )
        ]
    );
    let both = compiled(
        company()
            .role(role("deal.read", Level::Department, [ann().in_departments(["sales"])]))
            .role(Role::new("all", "crm", "All").grant("deal.read", Level::Own).assigned_to(Subject::Everyone)),
    );
    assert_eq!(
        read(&both, Facts::owned_by("nick")),
        [
            "deny: `deal.read` is `own`, and more in places, none of which reaches the record".to_owned(),
            "Ann has `own` for `deal.read`, and more in places:\n\
             - `own` by the role All, assigned to everyone.\n\
             - `department` by the role Reader, assigned to Ann by name, in Sales.\n\
             This falls short: the record is not Ann's own; and no owner is in one of the places."
                .to_owned()
        ]
    );
    // Own records are not measured from a place.
    let own = compiled(company().role(role("deal.read", Level::OwnOpen, [ann().in_departments(["sales"])])));
    let held = "Ann has `own+open` for `deal.read`:\n- `own+open` by the role Reader, assigned to Ann by name.";
    assert_eq!(
        read(&own, Facts::owned_by("tom").open(true)),
        [
            "allow: `deal.read` is `own+open`, and the record is available to everyone".to_owned(),
            format!("{held}\nThis covers the record: it is available to everyone.")
        ]
    );
    assert_eq!(
        read(&own, Facts::owned_by("nick"))[0],
        "deny: `deal.read` is `own+open`, which does not reach the record"
    );
}

/// `all` reaches no farther than the place, so it is called what it counts as.
#[test]
fn all_in_a_place_is_told_as_what_it_counts_as() {
    let to = || [ann().in_departments(["sales"]), Subject::Supervisors.into()];
    let held = |permission: &str, to: Vec<Assignment>, user: User| {
        let mut document = company().role(role(permission, Level::All, to));
        document.org.users[0] = user;
        of_ann(&compiled(document), permission, Facts::owned_by("nick"))
    };
    let member = || User::new("ann").name("Ann").member_of("support");
    assert_eq!(
        held("deal.read", to().into(), member()),
        [
            "allow: `deal.read` is granted in Sales and below, and an owner is there",
            "Ann has `deal.read`, in places only:\n\
             - `department+sub+open` by the role Reader, assigned to Ann by name, in Sales and below.\n\
             This covers the record: an owner is in Sales and below."
        ]
    );
    assert_eq!(
        held("deal.update", to().into(), member())[1].lines().nth(1),
        Some("- `department+sub` by the role Reader, assigned to Ann by name, in Sales and below.")
    );
    assert_eq!(
        held("deal.read", to().into(), member().head_of("support")),
        [
            "allow: `deal.read` is `all`, which reaches every record",
            "Ann has `all` for `deal.read`:\n\
             - `all` by the role Reader, assigned to supervisors, and Ann is head of Support.\n\
             - `department+sub+open` by the role Reader, assigned to Ann by name, in Sales and below.\n\
             `all` reaches every record."
        ]
    );
}

/// A toggle is not measured.
#[test]
fn a_toggle_has_no_place() {
    let snapshot = compiled(company().role(role("deal.export", Grant::Allow, [ann().in_departments(["sales"])])));
    let export = snapshot.schema().toggle("deal.export").unwrap();
    assert_eq!(
        snapshot.principal("ann").explain(export, &()).to_string(),
        "allow: `deal.export` is `allow`\n\
         Ann has `allow` for `deal.export`:\n\
         - `allow` by the role Reader, assigned to Ann by name."
    );
}

#[test]
fn a_record_that_nobody_owns_is_everybodys_own() {
    let deal = ResourceType::new("deal").pool().action(Action::new("read").except_own().floor(Level::All));
    let document = Document::new().section(Section::new("crm").resource(deal)).user(User::new("ann").name("Ann"));
    let snapshot = compiled(document);
    let told = |facts| read(&snapshot, facts)[0].clone();
    assert_eq!(
        told(Facts::unowned()),
        "deny: `deal.read` is denied for own records, and this is nobody's, so everybody's own"
    );
    assert_eq!(told(Facts::owned_by("ann")), "deny: `deal.read` is denied for own records, and this is the user's own");
    assert_eq!(
        told(Facts::owned_by(Owner::department("acme"))),
        "allow: `deal.read` is `all`, which reaches every record"
    );
}

/// Dee edits roles as far as she reaches, which is in places only.
#[test]
fn a_refusal_says_what_is_held_in_places_and_what_is_needed_there() {
    let crm = Section::new("crm")
        .managed_by("settings.manage")
        .resource(ResourceType::new("deal").action(Action::new("read")))
        .resource(ResourceType::new("settings").action(Action::new("manage")));
    let dee = || Subject::user("dee").in_departments(["sales"]);
    let document = |manage: Level, read: Level| {
        Document::new()
            .section(crm.clone())
            .department(Department::new("acme"))
            .department(Department::new("sales").parent("acme"))
            .department(Department::new("north").parent("sales"))
            .user(User::new("root").administrator())
            .user(User::new("dee").member_of("acme"))
            .user(User::new("nick").member_of("north"))
            .role(Role::new("manager", "crm", "Manager").grant("settings.manage", manage).assigned_to(dee()))
            .role(Role::new("reader", "crm", "Reader").grant("deal.read", read).assigned_to(dee()))
            .role(Role::new("new", "crm", "New").grant("deal.read", Level::Department))
            .role(Role::new("all", "crm", "All").grant("deal.read", Level::All))
    };
    let refused = |document: Document, command: Command| {
        let authz = Handle::new(Policy::from_document(document).unwrap());
        authz.as_user("dee").dry_run([command]).unwrap_err().to_string()
    };
    let assign = |role: &str, to: Assignment| {
        refused(document(Level::DepartmentSub, Level::Department), Command::assign(role, to))
    };
    let nick = || Subject::user("nick");
    assert_eq!(
        assign("new", nick().into()),
        "commands[0]: user `dee` has only `own` for `deal.read`, apart from places, and cannot assign role `new`, which has \
         `department`"
    );
    assert_eq!(
        assign("new", nick().in_departments(["north"])),
        "commands[0]: user `dee` has only `own` for `deal.read` at department `north` and cannot assign role `new`, which has \
         `department`"
    );
    assert_eq!(
        assign("all", nick().in_departments(["sales"])),
        "commands[0]: user `dee` has only `department` for `deal.read` at department `sales` and cannot assign role `all`, \
         which has `all`: that takes `department+sub+open` there"
    );
    assert_eq!(
        assign("new", Subject::department_sub("sales").in_subject()),
        "commands[0]: user `dee` has only `department` for `deal.read` at department `sales` and cannot assign role `new`, \
         which has `department`: that takes `department+sub` there"
    );
    assert_eq!(
        assign("all", nick().in_subject()),
        "commands[0]: user `dee` has only `own` for `deal.read`, apart from places, and cannot assign role `all`, which has \
         `all`: that takes `department+sub+open` in the place `subject`"
    );
    let reach = |manage: Level, to: Assignment| refused(document(manage, Level::All), Command::assign("new", to));
    assert_eq!(
        reach(Level::Department, nick().into()),
        "commands[0]: user `dee` does not reach `user nick`, to whom role `new` is or would be assigned: `settings.manage` is \
         granted only in places"
    );
    assert_eq!(
        reach(Level::DepartmentSub, Subject::Supervisors.into()),
        "commands[0]: user `dee` does not reach `supervisors`, to whom role `new` is or would be assigned: that requires `all` \
         for `settings.manage`, which is granted only in places"
    );
    let mut both = document(Level::DepartmentSub, Level::All);
    both.schema.sections[0].resources[1].actions[0] = Action::new("manage").floor(Level::Own);
    assert_eq!(
        refused(both, Command::assign("new", Subject::user("root"))),
        "commands[0]: user `dee` does not reach `user root`, to whom role `new` is or would be assigned: `settings.manage` is \
         `own`, and more in places"
    );
}

#[test]
fn a_difference_names_the_places_of_few_people() {
    let authz = Handle::new(Policy::from_document(company().role(role("deal.read", Level::Own, []))).unwrap());
    let tells = |commands: &[Command], expected: &str| {
        let before = authz.load();
        authz.apply(commands).unwrap();
        assert_eq!(before.diff(&authz.load()).to_string(), expected);
    };
    let (sales, north) = (|| ann().in_departments(["sales"]), || ann().in_departments(["north"]));
    tells(&[Command::assign("reader", sales())], "Ann: deal.read deny → own");
    tells(
        &[Command::set_level("reader", "deal.read", Level::Department)],
        "Ann: deal.read own → department in Sales, which reaches more records",
    );
    tells(
        &[Command::assign("reader", north())],
        "Ann: deal.read department in Sales → department in North, Sales, which reaches more records",
    );
    tells(
        &[
            Command::unassign("reader", north()),
            Command::unassign("reader", sales()),
            Command::assign("reader", north()),
        ],
        "Ann: deal.read department in North, Sales → department in North, which reaches fewer records",
    );
    tells(
        &[Command::unassign("reader", north()), Command::assign("reader", sales())],
        "Ann: deal.read department in North → department in Sales",
    );
    tells(
        &[Command::join_department("tom", "sales")],
        "Ann: deal.read department in Sales, which reaches more records",
    );
}
