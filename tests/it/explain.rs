//! Explanations: the verdict is the check's, the grounds make the level, and every repair repairs.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use orgscope::document::{Action, Department, Document, Resource, Role, Section, User};
use orgscope::reference::Reference;
use orgscope::{
    AnyPermission, AnyRecord, Change, Code, Command, Explanation, Facts, Grant, Ground, Handle, Level, Owner, Policy,
    Question, Snapshot, Subject, Tie, UserId, World,
};
use proptest::prelude::*;
use serde_json::Value;

use crate::random::{self, Record, world};
use crate::square::permissions;

fn explain(snapshot: &Snapshot, user: &UserId, permission: AnyPermission, record: &AnyRecord<'_>) -> Explanation {
    match permission {
        AnyPermission::Toggle(toggle) => snapshot.principal(user).explain_toggle(toggle),
        AnyPermission::Levelled(permission) => snapshot.principal(user).explain(permission, record),
    }
}

/// A document after some commands, by a handle.
fn after(policy: &Policy, commands: &[Command]) -> Policy {
    let handle = Handle::new(policy.clone());
    handle.apply(commands).expect("a repair makes sense");
    handle.load().policy().clone()
}

/// Applies a repair to the document and the record, and asks the reference.
fn repaired(policy: &Policy, user: &UserId, permission: AnyPermission, record: &Record, changes: &[Change]) -> bool {
    let mut record = record.clone();
    let mut commands = Vec::new();
    for change in changes {
        match change {
            Change::Command(command) => commands.push(command.clone()),
            Change::Share(share) => record.shared_with.push(share.clone()),
            Change::Reassign(owner) => record.owners = vec![owner.clone()],
            Change::Open => record.open = true,
            other => panic!("unknown change {other:?}"),
        }
    }
    let record = record.as_any();
    let asked = matches!(permission, AnyPermission::Levelled(_)).then_some(&record);
    Reference::new(&after(policy, &commands)).decide(user, permission, asked)
}

fn join(a: Grant, b: Grant) -> Grant {
    match (a, b) {
        (Grant::Level(a), Grant::Level(b)) => Grant::Level(a.join(b)),
        _ => Grant::Allow,
    }
}

/// What must hold of every explanation: it says what the reference decides, and all its parts say the same.
fn is_sound(policy: &Policy, user: &UserId, permission: AnyPermission, record: &Record, told: &Explanation) {
    let any = record.as_any();
    let asked = matches!(permission, AnyPermission::Levelled(_)).then_some(&any);
    let expected = Reference::new(policy).decide(user, permission, asked);
    assert_eq!(told.reason.decision().is_allow(), expected, "{told}");
    if told.steps.is_empty() {
        assert!(!expected);
    } else {
        let every = told.steps.iter().all(|step| step.decision.is_allow());
        assert_eq!(every, expected, "the steps of {told}");
    }
    for step in &told.steps {
        let grants = step.grounds.iter().map(|ground| match ground {
            Ground::Floor { grant, suffices }
            | Ground::Bypass { grant, suffices }
            | Ground::Role { grant, suffices, .. } => {
                assert!(!suffices || step.decision.is_allow(), "{told}");
                *grant
            }
            other => panic!("unknown ground {other:?}"),
        });
        assert_eq!(grants.fold(Grant::DENY, join), step.grant, "the grounds of {told}");
    }
    if expected {
        assert!(told.repairs.is_empty(), "an allow needs no repair: {told}");
    }
    let mut widens = 0;
    for repair in &told.repairs {
        assert!((1..=2).contains(&repair.changes.len()));
        assert!(repaired(policy, user, permission, record, &repair.changes), "{repair} of {told}");
        assert!(widens <= repair.widens, "the order of {told}");
        widens = repair.widens;
    }
    // A pair is told only where nothing does alone.
    for repair in told.repairs.iter().filter(|repair| repair.changes.len() == 2) {
        for change in &repair.changes {
            let alone = std::slice::from_ref(change);
            assert!(!repaired(policy, user, permission, record, alone), "{change:?} alone does for {told}");
        }
    }
}

proptest! {
    #![proptest_config(random::worlds())]

    #[test]
    fn every_explanation_is_sound(world in world(), pick in any::<[prop::sample::Index; 8]>()) {
        let policy = world.policy();
        let snapshot = Snapshot::of(&policy);
        let (permissions, askers) = (permissions(&policy), world.askers());
        let valid = explanation_schema();
        for turn in 0..4 {
            let permission = permissions[(pick[0].index(1000) + turn) % permissions.len()];
            let user = &askers[(pick[turn].index(1000) + turn) % askers.len()];
            let record = &world.records[pick[turn + 4].index(world.records.len())];
            let told = explain(&snapshot, user, permission, &record.as_any());
            is_sound(&policy, user, permission, record, &told);
            // The same whatever was asked before, of this snapshot or of another.
            prop_assert_eq!(told.to_string(), explain(&Snapshot::of(&policy), user, permission, &record.as_any()).to_string());
            let json = serde_json::to_value(&told).unwrap();
            let problems: Vec<String> = valid.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path)).collect();
            prop_assert!(problems.is_empty(), "{:?} in {}", problems, json);
        }
    }
}

fn explanation_schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(include_str!("../../src/docs/explanation.schema.json")).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn the_schema_refuses_what_is_no_explanation() {
    let valid = explanation_schema();
    let policy = Policy::from_document(company()).unwrap();
    let snapshot = Snapshot::of(&policy);
    let told = told(&snapshot, "tom", "contact.read", Facts::owned_by("seth"));
    let json = serde_json::to_value(&told).unwrap();
    assert!(valid.is_valid(&json));
    for (path, wrong) in
        [("/code", "nothing"), ("/decision", "maybe"), ("/steps/0/grant", "al"), ("/steps/0/grounds/0/kind", "x")]
    {
        let mut json = json.clone();
        *json.pointer_mut(path).unwrap() = Value::from(wrong);
        assert!(!valid.is_valid(&json), "{path}");
    }
    for missing in ["format", "decision", "code", "reason", "steps", "ties", "repairs"] {
        let mut json = json.clone();
        json.as_object_mut().unwrap().remove(missing);
        assert!(!valid.is_valid(&json), "{missing}");
    }
}

// The stories

/// Every question of a story that is asked about one of these records, or about none.
fn story(file: &str, questions: &[(&str, &str, Option<&str>)]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data").join(file);
    let world = World::from_document(serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).unwrap();
    let snapshot = Snapshot::of(world.policy());
    let mut text = String::new();
    for (user, action, record) in questions {
        let user = user.parse::<i64>().map_or_else(|_| UserId::from(*user), UserId::from);
        let record =
            record.map(|record| record.parse::<i64>().map_or_else(|_| record.into(), orgscope::RecordId::from));
        let question = world.question(action, record.as_ref()).unwrap();
        let told = match question {
            Question::Toggle(toggle) => snapshot.principal(&user).explain_toggle(toggle),
            Question::Levelled(permission, record) => snapshot.principal(&user).explain(permission, &record.as_any()),
        };
        let about = record.map_or_else(String::new, |record| format!(" {record}"));
        writeln!(text, "# {user} {action}{about}\n{told}\n").unwrap();
    }
    text
}

fn is_pinned(name: &str, told: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/explanations").join(name);
    if std::env::var_os("ORGSCOPE_TEST_PIN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, told).unwrap();
    }
    let pinned = fs::read_to_string(&path).unwrap();
    assert!(pinned == told, "{name} is told otherwise; if that is meant, run again with ORGSCOPE_TEST_PIN=1:\n{told}");
}

#[test]
fn the_crm_is_explained_as_pinned() {
    let questions = [
        ("nick", "contact.read", Some("c-nora")),
        ("nick", "contact.read", Some("c-seth")),
        ("nick", "contact.update", Some("c-nora")),
        ("nick", "contact.update", Some("c-nick")),
        ("sam", "contact.read", Some("c-nick")),
        ("sue", "contact.read", Some("c-nora")),
        ("sue", "contact.update", Some("c-seth")),
        ("sofia", "contact.read", Some("c-team")),
        ("tom", "contact.read", Some("c-seth")),
        ("tom", "contact.read", Some("c-shared")),
        ("tom", "contact.update", Some("c-two")),
        ("carol", "contact.read", Some("c-none")),
        ("root", "contact.delete", Some("c-gone")),
        ("ivy", "contact.read", Some("c-shared")),
        ("ivy", "contact.update", Some("c-none")),
        ("gus", "contact.read", Some("c-gus")),
        ("zoe", "contact.read", Some("c-gus")),
        ("nina", "crm_settings.manage", None),
        ("root", "crm_settings.manage", None),
    ];
    is_pinned("crm.txt", &story("crm.json", &questions));
}

#[test]
fn the_webmail_is_explained_as_pinned() {
    let questions = [
        ("nick", "mailbox.view", Some("m-nick")),
        ("nina", "mailbox.view", Some("m-nick")),
        ("nina", "mailbox.view", Some("m-seth")),
        ("sam", "mailbox.read_mail", Some("m-info")),
        ("ivy", "mailbox.edit", Some("m-tom")),
        ("root", "mailbox.edit_crm_link", None),
        ("sue", "webmail_settings.manage", None),
        ("gus", "mailbox.read_mail", Some("m-root")),
    ];
    is_pinned("webmail.txt", &story("webmail.json", &questions));
}

#[test]
fn the_real_company_is_explained_as_pinned() {
    let questions = [
        ("1112", "contact.assign", Some("391")),
        ("1357", "company.delete", Some("232")),
        ("1145", "lead.delete", Some("249")),
        ("1134", "company.update", Some("120")),
        ("1119", "crm_settings.manage", None),
    ];
    is_pinned("rust_project.txt", &story("rust_project.json", &questions));
}

// In detail

fn company() -> Document {
    let contact = Resource::new("contact")
        .action(Action::new("read").shared())
        .action(Action::new("update").requires("read"))
        .action(Action::new("archive").without_admin_bypass());
    let box_ = Resource::new("box").pool().action(Action::new("view").floor(Level::Own));
    Document::new()
        .section(
            Section::new("crm")
                .resource(contact)
                .resource(box_)
                .resource(Resource::new("settings").action(Action::toggle("manage"))),
        )
        .department(Department::new("sales").name("Sales"))
        .department(Department::new("north").name("Sales North").parent("sales"))
        .department(Department::new("south").parent("sales"))
        .user(User::new("sam").name("Sam, head of sales").member_of("sales").head_of("sales"))
        .user(User::new("nick").name("Nick").member_of("north"))
        .user(User::new("nora").name("Nora").member_of("north"))
        .user(User::new("seth").member_of("south"))
        .user(User::new("tom"))
        .user(User::new("old").inactive())
        .user(User::new("root").administrator())
        .role(
            Role::new("reader", "crm", "Team reader")
                .grant("contact.read", Level::Department)
                .assigned_to(Subject::department_sub("sales")),
        )
        .role(
            Role::new("chief", "crm", "Chief")
                .grant("contact.read", Level::DepartmentSub)
                .grant("contact.update", Level::Department)
                .assigned_to(Subject::Supervisors),
        )
        .role(
            Role::new("guest", "crm", "Guest").grant("contact.read", Level::OwnOpen).assigned_to(Subject::user("tom")),
        )
        .role(Role::new("vault", "crm", "Vault").locked().grant("contact.archive", Level::All))
}

fn told(snapshot: &Snapshot, user: &str, permission: &str, facts: Facts<'_>) -> Explanation {
    let resource = permission.split('.').next().unwrap().to_owned();
    let permission = snapshot.schema().find(permission).unwrap();
    explain(snapshot, &user.into(), permission, &AnyRecord::new(&resource, facts))
}

#[test]
fn codes_tell_what_decided() {
    let snapshot = Snapshot::of(&Policy::from_document(company()).unwrap());
    let code = |user, permission, facts| told(&snapshot, user, permission, facts).reason.code();
    assert_eq!(code("root", "contact.read", Facts::unowned()), Code::All);
    assert_eq!(code("nick", "contact.read", Facts::owned_by("nick")), Code::Own);
    assert_eq!(code("tom", "box.view", Facts::unowned()), Code::Unowned);
    assert_eq!(code("nick", "contact.read", Facts::owned_by("nora")), Code::Department);
    assert_eq!(code("sam", "contact.read", Facts::owned_by("seth")), Code::Below);
    assert_eq!(code("tom", "contact.read", Facts::owned_by("seth").open(true)), Code::Open);
    assert_eq!(
        code("tom", "contact.read", Facts::owned_by("seth").shared_with(orgscope::Share::user("tom"))),
        Code::Shared
    );
    assert_eq!(code("zoe", "contact.read", Facts::unowned()), Code::UnknownUser);
    assert_eq!(code("old", "contact.read", Facts::unowned()), Code::Inactive);
    assert_eq!(code("nick", "contact.archive", Facts::owned_by("nick")), Code::NoGrant);
    assert_eq!(code("nick", "contact.read", Facts::owned_by("seth")), Code::OutOfReach);
    assert_eq!(code("root", "settings.manage", Facts::unowned()), Code::Toggle);
    // What it requires is the reason, and the step says so.
    let update = told(&snapshot, "sam", "contact.update", Facts::owned_by("seth"));
    assert_eq!(update.reason.code(), Code::OutOfReach);
    assert_eq!(update.steps[1].required_by.as_deref(), Some("contact.update"));
    assert!(update.steps[1].decision.is_allow() && !update.steps[0].decision.is_allow());

    let AnyPermission::Levelled(read) = snapshot.schema().find("contact.read").unwrap() else { unreachable!() };
    let other = snapshot.principal("nick").explain(read, &AnyRecord::new("box", Facts::unowned()));
    assert_eq!((other.reason.code(), other.repairs.len(), other.steps.len()), (Code::OtherType, 0, 0));
    let elsewhere = Snapshot::of(&Policy::from_document(Document::new().user(User::new("nick"))).unwrap());
    let foreign = elsewhere.principal("nick").explain(read, &AnyRecord::new("contact", Facts::unowned()));
    assert_eq!((foreign.reason.code(), foreign.repairs.len()), (Code::OtherSchema, 0));
}

#[test]
fn ties_name_the_owner_and_the_place() {
    let snapshot = Snapshot::of(&Policy::from_document(company()).unwrap());
    let told = told(&snapshot, "sam", "contact.read", Facts::owned_by("seth"));
    let [Tie::Below { owner, department, place }] = &told.ties[..] else { panic!("{:?}", told.ties) };
    assert_eq!(owner.owner, Owner::User("seth".into()));
    assert_eq!((&department.id, &place.department.id), (&"south".into(), &"sales".into()));
    assert_eq!(place.posts, [orgscope::Post::Member, orgscope::Post::Head]);
}

fn repairs(user: &str, permission: &str, facts: Facts<'_>) -> Vec<String> {
    let snapshot = Snapshot::of(&Policy::from_document(company()).unwrap());
    told(&snapshot, user, permission, facts).repairs.iter().map(ToString::to_string).collect()
}

#[test]
fn the_least_repairs_come_first() {
    assert_eq!(
        repairs("nick", "contact.read", Facts::owned_by("seth")),
        [
            "share the record with Nick (widens no right)",
            "reassign the record to Nick (widens no right)",
            "let Nick join south (widens 2 rights)",
            "raise `contact.read` of the role Team reader from `department` to `all` (widens 4 rights)",
        ]
    );
}

#[test]
fn what_is_denied_twice_takes_a_pair() {
    assert_eq!(
        repairs("tom", "contact.update", Facts::owned_by("seth")),
        [
            "share the record with tom, and raise `contact.update` of the role Guest to `all` (widens 1 right)",
            "reassign the record to tom, and raise `contact.update` of the role Guest to `own` (widens 1 right)",
            "reassign the record to tom, and assign the role Chief to tom (widens 1 right)",
            "make the record available to everyone, and raise `contact.update` of the role Guest to `own+open` (widens 1 right)",
            "raise `contact.update` of the role Guest to `department`, and let tom join south (widens 4 rights)",
            "assign the role Chief to tom, and let tom join south (widens 4 rights)",
        ]
    );
}

#[test]
fn who_may_not_ask_is_activated_first() {
    assert_eq!(repairs("old", "box.view", Facts::unowned()), ["activate old (widens 1 right)"]);
    assert_eq!(repairs("zoe", "box.view", Facts::unowned()), [""; 0]);
}

#[test]
fn where_nothing_helps_it_says_so() {
    let snapshot = Snapshot::of(&Policy::from_document(company()).unwrap());
    let told = told(&snapshot, "root", "contact.archive", Facts::owned_by("root"));
    assert_eq!(
        told.to_string(),
        "deny: no role of the user gives `contact.archive`\n\
         root has nothing for `contact.archive`: no role, no floor.\n\
         The record belongs to root, a member of no department; it is not open, and shared with nobody.\n\
         No single change and no pair of changes that were tried would allow it."
    );
}
