//! Explanations: the verdict is the check's, the grounds make the level, and every repair repairs.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use orgscope::document::{Action, Department, Document, Group, ResourceType, Role, Section, User, Word};
use orgscope::explain::{Change, ReasonCode};
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::world::{Question, World};
use orgscope::{
    AnyRecord, Command, Explanation, Facts, Grant, Handle, Level, Owner, Policy, Snapshot, Subject, UserId,
};
use orgscope_testing::managed::{cell, is_toggle, variant_of};
use orgscope_testing::random::{self, Record, World as RandomWorld, world};
use orgscope_testing::square::{decide, permissions};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::diff::by_reference;

fn explain(snapshot: &Snapshot, user: &UserId, permission: AnyPermission, record: &AnyRecord<'_>) -> Explanation {
    match permission {
        AnyPermission::Toggle(toggle) => snapshot.principal(user).explain(toggle, &()),
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
    decide(Reference::new(&after(policy, &commands)), user, permission, &record.as_any())
}

fn join(a: Grant, b: Grant) -> Grant {
    match (a, b) {
        (Grant::Level(a), Grant::Level(b)) => Grant::Level(a.join(b)),
        _ => Grant::Allow,
    }
}

fn items(data: &Value) -> &[Value] {
    data.as_array().map(Vec::as_slice).unwrap()
}

/// What must hold of every explanation: it says what the reference decides, and all its parts say the same.
fn is_sound(policy: &Policy, user: &UserId, permission: AnyPermission, record: &Record, told: &Explanation) {
    let expected = decide(Reference::new(policy), user, permission, &record.as_any());
    assert_eq!(told.reason().decision().is_allow(), expected, "{told}");
    let data = serde_json::to_value(told).unwrap();
    let (steps, allows) = (items(&data["steps"]), |step: &Value| step["decision"] == "allow");
    if steps.is_empty() {
        assert!(!expected);
    } else {
        assert_eq!(steps.iter().all(allows), expected, "the steps of {told}");
    }
    for step in steps {
        let grant = |of: &Value| -> Grant { of["grant"].as_str().unwrap().parse().unwrap() };
        let grants = items(&step["grounds"]).iter().map(|ground| {
            assert!(ground["suffices"] == false || allows(step), "{told}");
            // What is given in places alone is not part of the grant, but for toggles.
            let in_places =
                ground["kind"] == "role" && items(&ground["assignments"]).iter().all(|to| !to["in"].is_null());
            if in_places && grant(ground) != Grant::Allow { Grant::DENY } else { grant(ground) }
        });
        assert_eq!(grants.fold(Grant::DENY, join), grant(step), "the grounds of {told}");
    }
    if expected {
        assert!(told.repairs().is_empty(), "an allow needs no repair: {told}");
    }
    let mut widens = 0;
    for repair in told.repairs() {
        assert!((1..=2).contains(&repair.changes.len()));
        assert!(repaired(policy, user, permission, record, &repair.changes), "{repair} of {told}");
        assert!(widens <= repair.widens, "the order of {told}");
        widens = repair.widens;
    }
    // A pair is told only where nothing does alone.
    for repair in told.repairs().iter().filter(|repair| repair.changes.len() == 2) {
        for change in &repair.changes {
            let alone = std::slice::from_ref(change);
            assert!(!repaired(policy, user, permission, record, alone), "{change:?} alone does for {told}");
        }
    }
}

proptest! {
    #![proptest_config(random::worlds(2_000))]

    #[test]
    fn every_explanation_is_sound(world in world(), pick in any::<[prop::sample::Index; 8]>()) {
        let policy = world.policy();
        let snapshot = Snapshot::compile(&policy);
        let (permissions, askers) = (permissions(&policy), world.askers());
        let valid = explanation_schema();
        for turn in 0..4 {
            let permission = permissions[(pick[0].index(1000) + turn) % permissions.len()];
            let user = &askers[(pick[turn].index(1000) + turn) % askers.len()];
            let record = &world.records[pick[turn + 4].index(world.records.len())];
            let told = explain(&snapshot, user, permission, &record.as_any());
            is_sound(&policy, user, permission, record, &told);
            // The same whatever was asked before, of this snapshot or of another.
            prop_assert_eq!(told.to_string(), explain(&Snapshot::compile(&policy), user, permission, &record.as_any()).to_string());
            let json = serde_json::to_value(&told).unwrap();
            let problems: Vec<String> = valid.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path)).collect();
            prop_assert!(problems.is_empty(), "{:?} in {}", problems, json);
        }
    }
}

/// Every single change of the kinds that are offered, for this user; of raises the highest, or all of them.
fn every_change(
    world: &RandomWorld,
    user: &UserId,
    permission: AnyPermission,
    record: &Record,
    only_highest: bool,
) -> Vec<Change> {
    let policy = world.policy();
    let document = policy.to_document();
    let name = policy.schema().name(permission).unwrap();
    let resource = name.split('.').next().unwrap();
    let variant = variant_of(&document, &name, record);
    let mut changes = Vec::new();
    if matches!(permission, AnyPermission::Levelled(_)) {
        changes.push(Change::Share(orgscope::Share::User(user.clone())));
        changes.push(Change::Reassign(Owner::User(user.clone())));
        changes.push(Change::Open);
    }
    let mut commands = vec![Command::SetActive { user: user.clone(), active: true }];
    for role in &document.roles {
        commands.push(Command::assign(role.id.clone(), Subject::User(user.clone())));
        for permission in permissions(&policy).into_iter().filter_map(|each| policy.schema().name(each)) {
            // Another type has no say in it.
            if permission.split('.').next() != Some(resource) {
                continue;
            }
            if role.grants.get(&permission).is_some_and(|levels| *levels == Grant::Allow.into()) {
                continue;
            }
            let now = cell(Some(role), &permission, variant);
            let levels = Level::EACH.into_iter().filter(|level| *level > now).map(Grant::Level).chain([Grant::Allow]);
            let set = |grant| Command::SetLevel {
                role: role.id.clone(),
                permission: permission.clone(),
                variant: variant
                    .filter(|_| grant != Grant::Allow && !is_toggle(&document, &permission))
                    .map(str::to_owned),
                level: Some(Word::Known(grant)),
            };
            let raises: Vec<Grant> = levels.filter(|grant| makes_sense(&policy, &set(*grant))).collect();
            let is_highest = |grant: &Grant| match grant {
                Grant::Level(level) => !raises.iter().any(|other| matches!(other, Grant::Level(more) if more > level)),
                Grant::Allow => true,
            };
            commands.extend(raises.iter().filter(|grant| !only_highest || is_highest(grant)).map(|grant| set(*grant)));
        }
    }
    let departments = document.org.departments.iter();
    commands.extend(departments.map(|each| Command::join_department(user.clone(), each.id.clone())));
    let groups = document.org.groups.iter();
    commands.extend(groups.map(|each| Command::join_group(user.clone(), each.id.clone())));
    changes.extend(commands.into_iter().filter(|command| makes_sense(&policy, command)).map(Change::Command));
    changes
}

fn makes_sense(policy: &Policy, command: &Command) -> bool {
    Handle::new(policy.clone()).apply(std::slice::from_ref(command)).is_ok()
}

fn commands(changes: &[Change]) -> Vec<Command> {
    let commands = changes.iter().filter_map(|change| match change {
        Change::Command(command) => Some(command.clone()),
        _ => None,
    });
    commands.collect()
}

/// For how many rights more records are allowed after these changes, and of how many people, as the reference counts.
fn widened(policy: &Policy, changes: &[Change], record: &Record) -> (usize, usize) {
    let later = after(policy, &commands(changes));
    let gained = by_reference(policy, &later, 0);
    let gained =
        gained.into_iter().filter(|(_, (gains, _))| *gains).map(|((user, permission, _), _)| (user, permission));
    let mut gained: BTreeSet<(UserId, String)> = gained.collect();
    // The record itself may have more owners than those.
    let of_its_type = |permission: &AnyPermission| {
        let name = policy.schema().name(*permission).unwrap();
        name.split('.').next() == Some(&record.resource)
    };
    for permission in permissions(policy).into_iter().filter(of_its_type) {
        for user in policy.to_document().org.users.into_iter().map(|user| user.id) {
            let decides = |policy: &Policy| decide(Reference::new(policy), &user, permission, &record.as_any());
            if decides(&later) && !decides(policy) {
                gained.insert((user.clone(), policy.schema().name(permission).unwrap()));
            }
        }
    }
    (gained.len(), gained.iter().map(|(user, _)| user).collect::<BTreeSet<_>>().len())
}

/// A denial in a world, if there is one to be found from here on.
fn a_denial(world: &RandomWorld, pick: [usize; 3]) -> Option<(UserId, AnyPermission, Record)> {
    let policy = world.policy();
    let reference = Reference::new(&policy);
    let (permissions, users) = (permissions(&policy), &world.document.org.users);
    for turn in 0..20 {
        let user = &users.get((pick[0] + turn) % users.len().max(1))?.id;
        let permission = permissions[(pick[1] + turn / 2) % permissions.len()];
        let name = policy.schema().name(permission).unwrap();
        let resource = name.split('.').next().unwrap().to_owned();
        let record = Record { resource, ..world.records[(pick[2] + turn) % world.records.len()].clone() };
        if !decide(reference, user, permission, &record.as_any()) {
            return Some((user.clone(), permission, record));
        }
    }
    None
}

proptest! {
    #![proptest_config(random::worlds(200))]

    /// Where a change is enough one is told, and where only a pair is a pair.
    #[test]
    fn what_helps_is_found(world in world(), pick in any::<[u16; 3]>()) {
        let Some((user, permission, record)) = a_denial(&world, pick.map(usize::from)) else { return Ok(()) };
        let policy = world.policy();
        let told = explain(&Snapshot::compile(&policy), &user, permission, &record.as_any());
        let changes = every_change(&world, &user, permission, &record, true);
        let helps = |changes: &[Change]| repaired(&policy, &user, permission, &record, changes);
        let single = changes.iter().find(|change| helps(std::slice::from_ref(change)));
        if let Some(single) = single {
            let first = told.repairs().first().map(|repair| repair.changes.len());
            prop_assert_eq!(first, Some(1), "{:?} would do: {}", single, told);
        } else if told.repairs().is_empty() {
            for (c, one) in changes.iter().enumerate() {
                for other in &changes[c + 1..] {
                    let pair = [one.clone(), other.clone()];
                    // Two that do not go together are no pair.
                    if Handle::new(policy.clone()).apply(commands(&pair)).is_ok() {
                        prop_assert!(!helps(&pair), "{:?} would do: {}", pair, told);
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(random::worlds(20))]

    /// The first repair is the least, and each says rightly how much it widens.
    #[test]
    fn the_least_is_told_first(world in world(), pick in any::<[u16; 3]>()) {
        let Some((user, permission, record)) = a_denial(&world, pick.map(usize::from)) else { return Ok(()) };
        let policy = world.policy();
        let told = explain(&Snapshot::compile(&policy), &user, permission, &record.as_any());
        for repair in told.repairs() {
            prop_assert_eq!(widened(&policy, &repair.changes, &record), (repair.widens, repair.people), "{} of {}", repair, told);
        }
        let Some(first) = told.repairs().first().filter(|repair| repair.changes.len() == 1) else { return Ok(()) };
        prop_assert!(told.all_weighed());
        for change in every_change(&world, &user, permission, &record, false) {
            let change = [change];
            if repaired(&policy, &user, permission, &record, &change) {
                prop_assert!(widened(&policy, &change, &record).0 >= first.widens, "{:?} is less than {}", change, first);
            }
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
    let snapshot = Snapshot::compile(&policy);
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
    let snapshot = Snapshot::compile(world.policy());
    let mut text = String::new();
    for (user, action, record) in questions {
        let user = user.parse::<i64>().map_or_else(|_| UserId::from(*user), UserId::from);
        let record =
            record.map(|record| record.parse::<i64>().map_or_else(|_| record.into(), orgscope::id::RecordId::from));
        let question = world.question(action, record.as_ref()).unwrap();
        let told = match question {
            Question::Toggle(toggle) => snapshot.principal(&user).explain(toggle, &()),
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
    let contact = ResourceType::new("contact")
        .action(Action::new("read").shared())
        .action(Action::new("update").requires("read"))
        .action(Action::new("archive").without_admin_bypass());
    let box_ = ResourceType::new("box").pool().action(Action::new("view").floor(Level::Own));
    Document::new()
        .section(
            Section::new("crm")
                .resource(contact)
                .resource(box_)
                .resource(ResourceType::new("settings").action(Action::toggle("manage"))),
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
    let permission = snapshot.schema().any_permission(permission).unwrap();
    explain(snapshot, &user.into(), permission, &AnyRecord::new(&resource, facts))
}

#[test]
fn codes_tell_what_decided() {
    let snapshot = Snapshot::compile(&Policy::from_document(company()).unwrap());
    let code = |user, permission, facts| told(&snapshot, user, permission, facts).reason().code();
    assert_eq!(code("root", "contact.read", Facts::unowned()), ReasonCode::All);
    assert_eq!(code("nick", "contact.read", Facts::owned_by("nick")), ReasonCode::Own);
    assert_eq!(code("tom", "box.view", Facts::unowned()), ReasonCode::Unowned);
    assert_eq!(code("nick", "contact.read", Facts::owned_by("nora")), ReasonCode::Department);
    assert_eq!(code("sam", "contact.read", Facts::owned_by("seth")), ReasonCode::Below);
    assert_eq!(code("tom", "contact.read", Facts::owned_by("seth").open(true)), ReasonCode::Open);
    assert_eq!(
        code("tom", "contact.read", Facts::owned_by("seth").shared_with(orgscope::Share::user("tom"))),
        ReasonCode::Shared
    );
    assert_eq!(code("zoe", "contact.read", Facts::unowned()), ReasonCode::UnknownUser);
    assert_eq!(code("old", "contact.read", Facts::unowned()), ReasonCode::Inactive);
    assert_eq!(code("nick", "contact.archive", Facts::owned_by("nick")), ReasonCode::NoGrant);
    assert_eq!(code("nick", "contact.read", Facts::owned_by("seth")), ReasonCode::OutOfReach);
    assert_eq!(code("root", "settings.manage", Facts::unowned()), ReasonCode::Toggle);
    // What it requires is the reason, and the step says so.
    let update = told(&snapshot, "sam", "contact.update", Facts::owned_by("seth"));
    assert_eq!(update.reason().code(), ReasonCode::OutOfReach);
    let steps = serde_json::to_value(&update).unwrap()["steps"].take();
    assert_eq!(steps[1]["required_by"], "contact.update");
    assert_eq!((&steps[0]["decision"], &steps[1]["decision"]), (&json!("deny"), &json!("allow")));

    let read = snapshot.schema().permission_named("contact.read").unwrap();
    let other = snapshot.principal("nick").explain(read, &AnyRecord::new("box", Facts::unowned()));
    assert_eq!((other.reason().code(), other.repairs().len()), (ReasonCode::OtherType, 0));
    assert_eq!(serde_json::to_value(&other).unwrap()["steps"], json!([]));
    let elsewhere = Snapshot::compile(&Policy::from_document(Document::new().user(User::new("nick"))).unwrap());
    let foreign = elsewhere.principal("nick").explain(read, &AnyRecord::new("contact", Facts::unowned()));
    assert_eq!((foreign.reason().code(), foreign.repairs().len()), (ReasonCode::OtherSchema, 0));
}

#[test]
fn ties_name_the_owner_and_the_place() {
    let snapshot = Snapshot::compile(&Policy::from_document(company()).unwrap());
    let told = told(&snapshot, "sam", "contact.read", Facts::owned_by("seth"));
    let ties = serde_json::to_value(&told).unwrap()["ties"].take();
    let [tie] = items(&ties) else { panic!("{ties}") };
    assert_eq!((&tie["kind"], &tie["owner"]["owner"]), (&json!("below"), &json!({ "user": "seth" })));
    assert_eq!((&tie["department"]["id"], &tie["place"]["department"]["id"]), (&json!("south"), &json!("sales")));
    assert_eq!(tie["place"]["posts"], json!(["member", "head"]));
}

fn repairs(user: &str, permission: &str, facts: Facts<'_>) -> Vec<String> {
    let snapshot = Snapshot::compile(&Policy::from_document(company()).unwrap());
    told(&snapshot, user, permission, facts).repairs().iter().map(ToString::to_string).collect()
}

#[test]
fn the_least_repairs_come_first() {
    assert_eq!(
        repairs("nick", "contact.read", Facts::owned_by("seth")),
        [
            "share the record with Nick (for this record alone)",
            "reassign the record to Nick (for this record alone)",
            "assign the role Team reader to Nick in south (widens 1 permission for 1 person)",
            "assign the role Chief to Nick in south (widens 2 permissions for 1 person)",
            "let Nick join south (widens 1 permission each for 2 people)",
            "raise `contact.read` of the role Team reader from `department` to `all` (widens 1 permission each for 4 people)",
        ]
    );
}

#[test]
fn what_is_denied_twice_takes_a_pair() {
    assert_eq!(
        repairs("tom", "contact.update", Facts::owned_by("seth")),
        ["assign the role Chief to tom in south (widens 2 permissions for 1 person)"]
    );
    // An owner who is not known is in no department.
    assert_eq!(
        repairs("tom", "contact.update", Facts::owned_by("zoe")),
        [
            "reassign the record to tom, and assign the role Chief to tom (widens 1 permission for 1 person)",
            "share the record with tom, and raise `contact.update` of the role Guest to `all` (widens 1 permission for 1 person)",
            "reassign the record to tom, and raise `contact.update` of the role Guest to `own` (widens 1 permission for 1 person)",
            "make the record available to everyone, and raise `contact.update` of the role Guest to `own+open` (widens 1 permission for 1 person)",
            "raise `contact.update` of the role Guest to `all`, and raise `contact.read` of the role Guest from `own+open` to `all` (widens 2 permissions for 1 person)",
        ]
    );
}

#[test]
fn who_may_not_ask_is_activated_first() {
    assert_eq!(repairs("old", "box.view", Facts::unowned()), ["activate old (widens 1 permission for 1 person)"]);
    assert_eq!(repairs("zoe", "box.view", Facts::unowned()), [""; 0]);
}

/// A company of one role, and somebody who reads what is Bo's or nobody's.
fn one_role(role: Role) -> Document {
    let contact = ResourceType::new("contact").action(Action::new("read").without_admin_bypass().shared());
    Document::new()
        .section(Section::new("crm").resource(contact))
        .department(Department::new("x").name("X"))
        .user(User::new("tom"))
        .user(User::new("bo").member_of("x"))
        .user(User::new("root").administrator())
        .group(Group::new("g"))
        .role(role)
}

fn told_of(document: Document, user: &str, facts: Facts<'_>) -> Explanation {
    told(&Snapshot::compile(&Policy::from_document(document).unwrap()), user, "contact.read", facts)
}

fn texts(told: &Explanation) -> Vec<&str> {
    told.repairs().iter().map(|repair| repair.text.as_str()).collect()
}

#[test]
fn where_nothing_helps_it_says_so() {
    let role = || Role::new("vault", "crm", "Vault").grant("contact.read", Level::All).locked();
    assert_eq!(
        told_of(one_role(role()), "root", Facts::owned_by("root")).to_string(),
        "deny: no role of the user gives `contact.read`\n\
         root has nothing for `contact.read`: they have no roles, and the permission has no floor.\n\
         root is an administrator, but administrators have no bypass here.\n\
         The record belongs to root, a member of no department; it is not available to everyone, and shared with nobody.\n\
         No single change and no pair of changes that were tried would allow it."
    );
}

/// To assign the role is the host's; to let somebody join a department or a group is not.
#[test]
fn a_locked_role_comes_with_a_department_or_a_group() {
    let role = || Role::new("vault", "crm", "Vault").grant("contact.read", Level::All).locked();
    let by_department = told_of(one_role(role().assigned_to(Subject::department("x"))), "tom", Facts::unowned());
    assert_eq!(texts(&by_department), ["let tom join X"]);
    let by_group = told_of(one_role(role().assigned_to(Subject::group("g"))), "tom", Facts::unowned());
    assert_eq!(texts(&by_group), ["let tom join the group g"]);
}

#[test]
fn a_role_that_is_raised_first_may_come_by_the_second_change() {
    let role = || Role::new("r", "crm", "R");
    let owned = || Facts::owned_by("tom");
    let raise = "raise `contact.read` of the role R to `own`";
    assert_eq!(texts(&told_of(one_role(role()), "tom", owned())), [format!("assign the role R to tom, and {raise}")]);
    assert_eq!(
        texts(&told_of(one_role(role().assigned_to(Subject::department("x"))), "tom", owned())),
        [format!("assign the role R to tom, and {raise}"), format!("let tom join X, and {raise}")]
    );
    assert_eq!(
        texts(&told_of(one_role(role().assigned_to(Subject::group("g"))), "tom", owned())),
        [format!("assign the role R to tom, and {raise}"), format!("let tom join the group g, and {raise}")]
    );
}

/// Many roles that are not enough hide none that is.
#[test]
fn what_is_not_enough_does_not_count() {
    let role = |id: i64, level| Role::new(id, "crm", format!("Role {id}")).grant("contact.read", level);
    let mut document = one_role(role(100, Level::All).assigned_to(Subject::Everyone));
    document.roles[0].grants.clear();
    for id in 0..100 {
        document = document.role(role(id, Level::Own));
    }
    document = document.role(role(101, Level::All));
    let told = told_of(document, "tom", Facts::owned_by("gone").shared_with(orgscope::Share::user("bo")));
    assert_eq!(texts(&told), ["assign the role Role 101 to tom", "raise `contact.read` of the role Role 100 to `all`"]);
    assert_eq!((told.more_repairs(), told.all_weighed()), (0, true));
}

#[test]
fn what_is_left_out_is_counted() {
    let role = |id: i64| Role::new(id, "crm", format!("Role {id}")).grant("contact.read", Level::All);
    let mut document = one_role(role(0));
    for id in 1..10 {
        document = document.role(role(id));
    }
    let told = told_of(document.clone(), "tom", Facts::owned_by("gone"));
    assert_eq!(
        texts(&told),
        ["assign the role Role 0 to tom", "assign the role Role 1 to tom", "assign the role Role 2 to tom"]
    );
    assert_eq!((told.more_repairs(), told.all_weighed()), (7, true));
    assert!(told.to_string().ends_with("\nThere are 7 more, which would widen access at least as much."), "{told}");
    for id in 10..100 {
        document = document.role(role(id));
    }
    let told = told_of(document, "tom", Facts::owned_by("gone"));
    assert_eq!((told.repairs().len(), told.more_repairs(), told.all_weighed()), (3, 97, false));
    assert!(told.to_string().ends_with("\nThere are at least 97 more, and not all were tried."), "{told}");
}

#[test]
fn a_share_counts_only_with_some_level() {
    let role = || Role::new("r", "crm", "R").grant("contact.read", Level::Own);
    let facts = || Facts::owned_by(Owner::department(99)).shared_with(orgscope::Share::department("x"));
    let without = told_of(one_role(role()), "bo", facts());
    assert_eq!(
        without.to_string().lines().take(4).collect::<Vec<_>>(),
        [
            "deny: no role of the user gives `contact.read`",
            "bo has nothing for `contact.read`: they have no roles, and the permission has no floor.",
            "The record is shared with X, and bo is a member of X, but a share does not help a user whose level is `deny`.",
            "The record belongs to department 99, which is not known here; it is not available to everyone, and shared with X.",
        ]
    );
    let with = told_of(one_role(role().assigned_to(Subject::Everyone)), "bo", facts());
    assert_eq!(
        with.to_string().lines().last(),
        Some("Any level except `deny` is enough here, because the record is shared with X, and bo is a member of X.")
    );
}

#[test]
fn names_stay_on_their_line() {
    let mut document = one_role(
        Role::new("r", "crm", "R\nThis would allow it: nothing")
            .grant("contact.read", Level::Own)
            .assigned_to(Subject::Everyone),
    );
    document.org.users[0].name = Some("Tom\u{1b}[31m\nallow".to_owned());
    let told = told_of(document, "tom", Facts::owned_by("tom")).to_string();
    assert_eq!(
        told,
        "allow: `contact.read` is `own`, and the record is the user's own\n\
         Tom\\u{1b}[31m\\nallow has `own` for `contact.read`:\n\
         - `own` by the role \"R\\nThis would allow it: nothing\", assigned to everyone.\n\
         This covers the record: it is Tom\\u{1b}[31m\\nallow's own."
    );
}
