//! Input that wants to break the reader: whatever it is, a clear error or a right answer, and soon.

use std::ops::Range;
use std::time::{Duration, Instant};

use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User};
use orgscope::{AnyRecord, DepartmentId, Facts, Level, Policy, Snapshot, Subject};
use orgscope_testing::hostile::{answers_by_the_rules, load};
use proptest::prelude::*;

/// Far more than any of these takes where the work grows with the input, and far less than where it grows with its
/// square.
const SOON: Duration = Duration::from_mins(2);

const WEBMAIL: &str = include_str!("../../examples/data/webmail.json");

proptest! {
    /// A document with a few bytes changed loads or does not. If it does, it answers as the rules say.
    #[test]
    fn a_damaged_document(damages in prop::collection::vec((any::<prop::sample::Index>(), "[ -~]"), 1..4)) {
        let mut text = WEBMAIL.to_owned();
        for (place, character) in damages {
            let place = place.index(text.len());
            text.replace_range(place..=place, &character);
        }
        if let Ok(world) = load(&text) {
            answers_by_the_rules(&world);
        }
    }
}

#[test]
fn deeply_nested() {
    for (open, close) in [("[", "]"), (r#"{"schema":"#, "}")] {
        let nested = format!("{}0{}", open.repeat(100_000), close.repeat(100_000));
        assert!(load(&nested).is_err());
        // In the place of something that is read, of an id, and of a stage.
        let error = load(&format!(r#"{{"format": 1, "schema": {nested}}}"#)).unwrap_err();
        assert!(error.starts_with("invalid type: array") || error.starts_with("unknown field `schema`"), "{error}");
        let error =
            load(&format!(r#"{{"format": 1, "schema": {{}}, "org": {{"users": [{{"id": {nested}}}]}}}}"#)).unwrap_err();
        assert!(error.starts_with("invalid type"), "{error}");
        let error = load(&format!(r#"{{"format": 1, "schema": {{}}, "stages": [{nested}]}}"#)).unwrap_err();
        assert!(error.starts_with("invalid type: array") || error.starts_with("unknown field `schema`"), "{error}");
    }
}

#[test]
fn ten_megabytes_of_text() {
    let long = "x".repeat(10_000_000);
    let document = || Document::new().section(section()).department(Department::new(long.as_str()));
    let policy =
        Policy::from_document(document().user(User::new("ann").name(long.as_str()).head_of(long.as_str()))).unwrap();
    let text = serde_json::to_string(&policy.to_document()).unwrap();
    assert_eq!(load(&text).unwrap().policy().to_document(), policy.to_document());

    let error = Policy::from_document(document().user(User::new("ann").member_of(format!("{long}y")))).unwrap_err();
    assert_eq!(error.to_string(), format!("org.users[0].departments[0]: there is no department `{long}y`"));
}

fn section() -> Section {
    Section::new("crm").resource(ResourceType::new("contact").action(Action::new("read")))
}

/// Departments 0 to `length` - 1, each below the one before.
fn chain(length: i64) -> Document {
    (1..length).fold(Document::new().section(section()).department(Department::new(0)), |document, id| {
        document.department(Department::new(id).parent(id - 1))
    })
}

#[test]
fn a_cycle_of_ten_thousand_departments() {
    let start = Instant::now();
    let mut document = chain(10_000);
    document.org.departments[0].parent = Some(9_999.into());
    let error = Policy::from_document(document).unwrap_err().to_string();
    let up: Vec<String> = [0].into_iter().chain((9_989..10_000).rev()).map(|id| format!("`{id}`")).collect();
    let expected = "org.departments[0].parent: these departments form a cycle: ";
    assert_eq!(error, format!("{expected}{} → 9988 more → `0`", up.join(" → ")));
    assert!(start.elapsed() < SOON);
}

#[test]
fn a_chain_a_hundred_thousand_deep() {
    let start = Instant::now();
    let length = 100_000;
    let mut document =
        chain(length).user(User::new("top").head_of(0)).user(User::new("bottom").member_of(length - 1)).role(
            Role::new("down", "crm", "Down")
                .grant("contact.read", Level::DepartmentSub)
                .assigned_to(Subject::department_sub(0)),
        );
    for id in 0..length {
        document = document.user(User::new(id).member_of(id));
    }
    let snapshot = Snapshot::compile(&Policy::from_document(document).unwrap());
    let read = snapshot.schema().permission_named("contact.read").unwrap();
    let of = |owner| AnyRecord::new("contact", Facts::owned_by(owner));
    assert!(snapshot.principal("top").check(read, &of("bottom")).is_allow());
    assert!(!snapshot.principal("bottom").check(read, &of("top")).is_allow());
    for id in (0..length).step_by(997) {
        let (above, below) = (snapshot.principal(id - 1), snapshot.principal(id + 1));
        let record = AnyRecord::new("contact", Facts::owned_by(id));
        assert_eq!(above.check(read, &record).is_allow(), id > 0);
        assert!(!below.check(read, &record).is_allow());
        assert_eq!(
            snapshot.who_can(read, &record).count(),
            usize::try_from(id).unwrap() + 2 + usize::from(id == length - 1)
        );
    }
    assert!(start.elapsed() < SOON);
}

/// Whoever is at the bottom has the role from everywhere above.
#[test]
fn a_role_at_every_level_of_a_deep_chain() {
    let start = Instant::now();
    let length = 100_000;
    let mut role = Role::new("down", "crm", "Down").grant("contact.read", Level::Own);
    let mut document = chain(length);
    for id in 0..length {
        document = document.user(User::new(id).member_of(id));
        role = role.assigned_to(Subject::department_sub(id));
    }
    let snapshot = Snapshot::compile(&Policy::from_document(document.role(role)).unwrap());
    let read = snapshot.schema().permission_named("contact.read").unwrap();
    let record = AnyRecord::new("contact", Facts::owned_by(length - 1));
    let readers: Vec<_> = snapshot.who_can(read, &record).collect();
    assert_eq!(readers, [&(length - 1).into()]);
    assert!(start.elapsed() < SOON);
}

/// A stage replaces one record of many, and so do all the others.
#[test]
fn many_stages_of_many_records() {
    let start = Instant::now();
    let many = 5_000;
    let records = |ids: Range<u32>| -> Vec<_> {
        ids.map(|id| format!(r#"{{"id": {id}, "type": "contact", "owner": {id}}}"#)).collect()
    };
    let stage = |id: u32| {
        format!(
            r#"{{"commands": [], "records": [{{"id": {id}, "type": "contact", "owner": "ann"}}, {{"id": "new {id}", "type": "contact"}}]}}"#
        )
    };
    let stages: Vec<_> = (0..many).map(stage).collect();
    let schema =
        r#"{"sections": [{"name": "crm", "resources": [{"name": "contact", "actions": [{"name": "read"}]}]}]}"#;
    let world = load(&format!(
        r#"{{"format": 1, "schema": {schema}, "records": [{}], "stages": [{}]}}"#,
        records(0..many).join(","),
        stages.join(",")
    ));
    let world = world.unwrap();
    assert_eq!(world.records().count(), 5_000);
    assert!(world.records().zip(0_u32..).all(|(record, id)| record.owner == Some(id.into())));
    let after = world.stages()[2_999].world();
    assert_eq!(after.records().count(), 8_000);
    let anns = after.records().filter(|record| record.owner == Some("ann".into()));
    assert_eq!(anns.count(), 3_000);
    assert_eq!(after.records().last().unwrap().id, Some("new 2999".into()));
    assert!(start.elapsed() < SOON);
}

/// The same id again and again, of whatever has one and wherever one stands.
#[test]
fn many_with_one_id() {
    let start = Instant::now();
    let many = 300_000;
    let ids = |id: &str| vec![id; many].join(",");
    let things = |id: &str| vec![format!(r#"{{"id": {id}}}"#); many].join(",");
    for (id, name) in [("7", "7"), ("-9223372036854775808", "-9223372036854775808"), (r#""ann""#, "ann")] {
        let (ids, things) = (ids(id), things(id));
        let groups = format!(r#"{{"id": {id}, "members": [{ids}]}}, {things}"#);
        let users = format!(r#"{{"id": {id}, "departments": [{ids}]}}, {things}"#);
        let org = format!(r#"{{"departments": [{things}], "users": [{users}], "groups": [{groups}]}}"#);
        let document = serde_json::from_str(&format!(r#"{{"format": 1, "schema": {{}}, "org": {org}}}"#)).unwrap();
        let error = Policy::from_document(document).unwrap_err();
        let problems = error.problems();
        let last_of = |list: &str| {
            let problem = problems.iter().rev().find(|problem| problem.path().starts_with(list));
            problem.map(ToString::to_string).unwrap_or_default()
        };
        assert_eq!(problems.len(), 3 * 299_999 + 2 * 300_000);
        let same = |list: &str, kind: &str| format!("there is already a {kind} `{name}`, at `org.{list}[0]`");
        assert_eq!(
            last_of("org.departments"),
            format!("org.departments[299999].id: {}", same("departments", "department"))
        );
        assert_eq!(
            last_of("org.users[0]"),
            format!("org.users[0].departments[299999]: `{name}` is listed twice in `departments`")
        );
        assert_eq!(last_of("org.users"), format!("org.users[300000].id: {}", same("users", "user")));
        assert_eq!(
            last_of("org.groups[0]"),
            format!("org.groups[0].members[299999]: `{name}` is listed twice in `members`")
        );
        assert_eq!(last_of("org.groups"), format!("org.groups[300000].id: {}", same("groups", "group")));
    }
    assert!(start.elapsed() < SOON);
}

#[test]
fn many_unknown_names_of_many() {
    let start = Instant::now();
    let many = 20_000;
    let mut document = Document::new().section(
        (0..many).fold(Section::new("crm"), |section, id| section.resource(ResourceType::new(format!("type{id}")))),
    );
    for id in 0..many {
        document = document.role(Role::new(id, "crm", format!("Role {id}")).grant("nothing.read", Level::Own));
    }
    let error = Policy::from_document(document).unwrap_err();
    assert_eq!(error.problems().len(), 20_000);
    assert_eq!(
        error.problems()[7].to_string(),
        "roles[7].grants[\"nothing.read\"]: there is no resource type `nothing`: the resource types are `type0`, `type1`, `type2`, \
         `type3`, `type4`, `type5`, `type6`, `type7`, `type8`, `type9`, `type10`, `type11` and 19988 more"
    );
    assert!(start.elapsed() < SOON);
}

#[test]
fn a_schema_of_many_actions_that_require_each_other() {
    let start = Instant::now();
    let count = 20_000;
    let actions = (0..count).map(|a| {
        let action = Action::new(format!("a{a}"));
        if a == 0 { action } else { action.requires(format!("a{}", a - 1)) }
    });
    let resource = actions.fold(ResourceType::new("contact"), ResourceType::action);
    // Everything but the first action is `all`; the first is `own`, and so all are.
    let role = (1..count).fold(Role::new(1, "crm", "One").grant("contact.a0", Level::Own), |role, a| {
        role.grant(format!("contact.a{a}"), Level::All)
    });
    let document = Document::new()
        .section(Section::new("crm").resource(resource))
        .user(User::new("ann"))
        .role(role.assigned_to(Subject::Everyone));
    let policy = Policy::from_document(document).unwrap();
    // Of 20,000 actions one thing is said.
    assert_eq!(policy.lint().len(), 1);
    let snapshot = Snapshot::compile(&policy);
    let last = snapshot.schema().permission_named("contact.a19999").unwrap();
    let ann = snapshot.principal("ann");
    assert!(ann.check(last, &AnyRecord::new("contact", Facts::owned_by("ann"))).is_allow());
    let not_hers = AnyRecord::new("contact", Facts::unowned());
    assert!(!ann.check(last, &not_hers).is_allow());
    assert_eq!(
        ann.reason(last, &not_hers).to_string(),
        "deny: `contact.a19999` requires `contact.a0`, and `contact.a0` is `own`, which does not reach the record"
    );
    assert!(start.elapsed() < SOON);
}

#[test]
fn many_people_in_many_places() {
    let start = Instant::now();
    let (departments, users) = (2_000, 2_000);
    let mut document = (0..departments)
        .fold(Document::new().section(section()), |document, id| document.department(Department::new(id)));
    for id in 0..users {
        let mut user = User::new(id);
        user.departments =
            (0..departments).filter(|d| (d + id) % 8 == 0).map(DepartmentId::from).map(Into::into).collect();
        document = document.user(user);
    }
    let everybody = (0..users).map(Subject::user);
    let role = Role::new(1, "crm", "One").grant("contact.read", Level::Department);
    document = document.role(everybody.fold(role, Role::assigned_to));
    let snapshot = Snapshot::compile(&Policy::from_document(document).unwrap());
    let read = snapshot.schema().permission_named("contact.read").unwrap();
    let record = AnyRecord::new("contact", Facts::owned_by(0));
    assert_eq!(snapshot.who_can(read, &record).count(), 250);
    assert!(start.elapsed() < SOON);
}

/// Each of many people has a role by name, and half of them by the department too.
#[test]
fn lint_of_many_assignments() {
    let start = Instant::now();
    let users = 5_000;
    let role = Role::new(1, "crm", "One").grant("contact.read", Level::Department).assigned_to(Subject::department(0));
    let mut document =
        Document::new().section(section()).department(Department::new(0)).user(User::new("head").head_of(0));
    for id in 0..users {
        let user = User::new(id);
        document = document.user(if id % 2 == 0 { user.member_of(0) } else { user });
    }
    let role = (0..users).map(Subject::user).fold(role, Role::assigned_to);
    let found = Policy::from_document(document.role(role)).unwrap().lint();
    // The head has the role by the department alone, so those below it need none by name.
    assert_eq!(found.len(), 2_500);
    assert_eq!(
        found[1].to_string(),
        "roles[id=1].assigned_to: `user 2` adds nobody: whoever it means has the role by another assignment"
    );
    assert!(start.elapsed() < SOON);
}

/// A user heads and a role is assigned at each step of a chain of departments, and each head sits in the one below.
#[test]
fn lint_of_a_deep_chain() {
    let start = Instant::now();
    let length = 20_000;
    let role = |id: i64| Role::new(id, "crm", format!("Role {id}")).grant("contact.read", Level::Department);
    let mut document = chain(length);
    for id in 0..length {
        document = document.user(User::new(id).head_of(id).member_of((id + 1) % length));
    }
    document = document
        .role(role(0).assigned_to(Subject::Supervisors))
        .role(role(1).grant("contact.read", Level::Own).assigned_to(Subject::department_sub(0)));
    let found: Vec<String> = Policy::from_document(document).unwrap().lint().iter().map(ToString::to_string).collect();
    // Whoever is in the chain is a head.
    assert_eq!(
        found,
        [
            "roles[id=0].grants[\"contact.read\"]: by the assignment to supervisors, `department` also reaches \
             colleagues in departments where they are plain members (20000 of 20000 supervisors), for example user `0` in \
             `1`; assigned in the place `subject`, it would not",
            "roles[id=1]: whoever has it has the role `0` (Role 0) too, which grants as much and more: it adds nothing",
        ]
    );
    assert!(start.elapsed() < SOON);
}

/// Everybody has all of many roles, which say the same in several ways.
#[test]
fn lint_of_many_roles_of_everybody() {
    let start = Instant::now();
    let mut document = Document::new().section(section());
    for id in 0..2_000 {
        document = document.user(User::new(id));
    }
    for id in 0..10_000_u32 {
        let level = Level::EACH[1 + id as usize % 3];
        let role = Role::new(id, "crm", format!("Role {id}")).grant("contact.read", level);
        document = document.role(role.assigned_to(Subject::Everyone));
    }
    let found = Policy::from_document(document).unwrap().lint();
    // All but the first one of the greatest level.
    assert_eq!(found.len(), 9_999);
    assert_eq!(
        found[0].to_string(),
        "roles[id=0]: whoever has it has the role `1` (Role 1) too, which grants as much and more: it adds nothing"
    );
    assert_eq!(found[9_998].to_string(), "roles[id=9999]: it grants exactly what the role `0` (Role 0) grants");
    assert!(start.elapsed() < SOON);
}
