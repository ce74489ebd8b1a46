//! Commands: as data, and what they publish. After every step the published snapshot answers like one that is compiled
//! afresh, and like the reference.

use orgscope::document::Command;
use orgscope::reference::Reference;
use orgscope::{
    AnyPermission, AnyRecord, DepartmentId, Grant, GroupId, Handle, Level, Policy, RoleId, Snapshot, Subject, UserId,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::random::{self, Record, World, world};
use crate::square::permissions;

/// A command by numbers: which one, and four more for what it names.
type RawCommand = (u8, [u8; 4]);

/// The command that numbers stand for in a world. It may make no sense there.
fn command((kind, [a, b, c, d]): RawCommand, world: &World, handle: &Handle) -> Command {
    let user = || -> UserId { random::user(usize::from(a) % random::NAMES) };
    let department = |n: u8| -> DepartmentId { random::department(usize::from(n) % random::NAMES) };
    let group = |n: u8| -> GroupId { random::group(usize::from(n) % 4) };
    let role = |n: u8| RoleId::from(i64::from(n % 8));
    let some = |n: u8| n.is_multiple_of(3);
    let subject = match d % 9 {
        0 => Subject::User(user()),
        1 => Subject::Department(department(c)),
        2 => Subject::DepartmentSub(department(c)),
        3 => Subject::Group(group(c)),
        4 => Subject::Supervisors,
        5 => Subject::Deputies,
        6 => Subject::Employees,
        7 => Subject::Administrators,
        _ => Subject::Everyone,
    };
    let names: Vec<String> = {
        let policy = handle.policy();
        permissions(&policy).into_iter().filter_map(|permission| policy.schema().name(permission)).collect()
    };
    let permission = names[usize::from(b) % names.len()].clone();
    let level = match c % 9 {
        8 => Grant::Allow,
        level => Grant::Level(Level::EACH[usize::from(level)]),
    };
    let section = world.document.schema.sections[0].name.clone();
    match kind % 27 {
        0 => Command::AddDepartment { id: department(a), name: None, parent: some(b).then(|| department(c)) },
        1 => Command::RenameDepartment { id: department(a), name: some(b).then(|| format!("{c}")) },
        2 | 26 => Command::MoveDepartment { id: department(a), parent: (!some(b)).then(|| department(c)) },
        3 => Command::RemoveDepartment { id: department(a) },
        4 => Command::AddUser {
            id: user(),
            name: None,
            active: Some(!some(b)),
            departments: vec![department(b)],
            heads: if some(c) { vec![department(c), department(d)] } else { vec![] },
            deputy_of: if some(d) { vec![department(d)] } else { vec![] },
        },
        5 => Command::RenameUser { id: user(), name: some(b).then(|| format!("{c}")) },
        6 => Command::SetActive { user: user(), active: some(b) },
        7 => Command::RemoveUser { id: user() },
        8 => Command::JoinDepartment { user: user(), department: department(b) },
        9 => Command::LeaveDepartment { user: user(), department: department(b) },
        10 => Command::SetHead { user: user(), department: department(b), head: some(c) },
        11 => Command::SetDeputy { user: user(), department: department(b), deputy: some(c) },
        12 => Command::AddGroup { id: group(b), name: None, members: if some(c) { vec![user()] } else { vec![] } },
        13 => Command::RenameGroup { id: group(b), name: some(c).then(|| format!("{d}")) },
        14 => Command::RemoveGroup { id: group(b) },
        15 => Command::JoinGroup { user: user(), group: group(b) },
        16 => Command::LeaveGroup { user: user(), group: group(b) },
        17 => Command::SetAdministrator { user: user(), administrator: some(b) },
        18 => Command::CreateRole {
            id: role(a),
            section,
            name: format!("New {b}"),
            grants: [(permission, level.into())].into(),
            hidden: false,
            locked: some(b),
            assigned_to: vec![subject.into()],
        },
        19 => Command::CloneRole { from: role(a), id: role(b), name: format!("Clone {c}") },
        20 => Command::RenameRole { id: role(a), name: format!("Role {b}") },
        21 => Command::DeleteRole { id: role(a) },
        22 => Command::SetHidden { role: role(a), hidden: some(b) },
        23 => Command::SetLevel { role: role(a), permission, level: level.into() },
        24 => Command::SetLevelForAllRoles { section, permissions: vec![permission], level: level.into() },
        25 if some(b) => Command::Unassign { role: role(a), subject },
        _ => Command::Assign { role: role(a), subject },
    }
}

/// Whether the published snapshot gives the answers of one compiled afresh, and of the reference.
fn is_as_if_compiled_afresh(world: &World, handle: &Handle) {
    let (policy, published) = (handle.policy(), handle.load());
    let (reference, afresh) = (Reference::new(&policy), Snapshot::of(&policy));
    let records: Vec<AnyRecord<'_>> = world.records.iter().map(Record::as_any).collect();
    let askers: Vec<UserId> = (0..random::NAMES).map(random::user).chain(["stranger".into()]).collect();
    for permission in permissions(&policy) {
        for user in &askers {
            let (now, fresh) = (published.principal(user), afresh.principal(user));
            assert_eq!(now.id(), fresh.id());
            assert_eq!(now.is_active(), fresh.is_active());
            assert_eq!(now.grant(permission), fresh.grant(permission), "{user:?}");
            match permission {
                AnyPermission::Toggle(toggle) => {
                    let expected = reference.decide(user, toggle, None);
                    assert_eq!(now.check_toggle(toggle).is_allow(), expected, "{user:?}");
                }
                AnyPermission::Levelled(permission) => {
                    for record in &records {
                        let expected = reference.decide(user, permission, Some(record));
                        assert_eq!(now.check(permission, record).is_allow(), expected, "{user:?} {record:?}");
                        assert_eq!(fresh.check(permission, record).is_allow(), expected);
                    }
                }
            }
        }
        if let AnyPermission::Levelled(permission) = permission {
            let who = |snapshot: &Snapshot| snapshot.who_can(permission, &records[0]).cloned().collect::<Vec<_>>();
            assert_eq!(who(&published), who(&afresh));
        }
    }
}

fn saved(policy: &Policy) -> String {
    serde_json::to_string(&policy.to_document()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: random::worlds().cases / 4, ..random::worlds() })]

    #[test]
    fn what_is_published_is_what_would_be_compiled(world in world(), batches in vec(vec((any::<u8>(), any::<[u8; 4]>()), 1..4), 1..12)) {
        let handle = Handle::new(world.policy());
        for batch in batches {
            let before = saved(&handle.policy());
            let commands: Vec<Command> = batch.into_iter().map(|raw| command(raw, &world, &handle)).collect();
            if handle.apply(&commands).is_err() {
                prop_assert_eq!(saved(&handle.policy()), before, "a refused batch changes nothing");
            }
            is_as_if_compiled_afresh(&world, &handle);
            // What is saved is valid.
            let document = serde_json::from_str(&saved(&handle.policy())).unwrap();
            prop_assert_eq!(saved(&Policy::from_document(document).unwrap()), saved(&handle.policy()));
        }
    }

    #[test]
    fn commands_are_the_same_after_writing_and_reading(world in world(), raw in any::<(u8, [u8; 4])>()) {
        let command = command(raw, &world, &Handle::new(world.policy()));
        let text = serde_json::to_string(&command).unwrap();
        prop_assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
    }
}

/// Every command, as a file spells it.
#[test]
fn each_command_has_its_form() {
    let text = r#"[
        {"add_department":{"id":3,"name":"Support","parent":1}},
        {"add_department":{"id":4}},
        {"rename_department":{"id":3,"name":null}},
        {"move_department":{"id":2,"parent":null}},
        {"remove_department":{"id":3}},
        {"add_user":{"id":"cy","name":"Cy","active":false,"departments":[1],"heads":[2],"deputy_of":[1]}},
        {"add_user":{"id":"dee"}},
        {"rename_user":{"id":"cy","name":"Cyril"}},
        {"set_active":{"user":"cy","active":true}},
        {"remove_user":{"id":"cy"}},
        {"join_department":{"user":"bo","department":1}},
        {"leave_department":{"user":"bo","department":1}},
        {"set_head":{"user":"bo","department":1,"head":true}},
        {"set_deputy":{"user":"bo","department":1,"deputy":false}},
        {"add_group":{"id":"g","name":"G","members":["bo"]}},
        {"rename_group":{"id":"g","name":null}},
        {"remove_group":{"id":"g"}},
        {"join_group":{"user":"bo","group":"g"}},
        {"leave_group":{"user":"bo","group":"g"}},
        {"set_administrator":{"user":"bo","administrator":true}},
        {"create_role":{"id":"r","section":"crm","name":"R","grants":{"contact.read":"own"},"hidden":true,"locked":true,"assigned_to":["everyone"]}},
        {"clone_role":{"from":"r","id":"s","name":"S"}},
        {"rename_role":{"id":"s","name":"T"}},
        {"delete_role":{"id":"s"}},
        {"set_hidden":{"role":"r","hidden":false}},
        {"set_level":{"role":"r","permission":"contact.read","level":"all"}},
        {"set_level_for_all_roles":{"section":"crm","permissions":["contact.read"],"level":"deny"}},
        {"assign":{"role":"r","subject":{"department+sub":1}}},
        {"unassign":{"role":"r","subject":"supervisors"}}
    ]"#;
    let commands: Vec<Command> = serde_json::from_str(text).unwrap();
    assert_eq!(commands.len(), 29);
    assert_eq!(
        serde_json::to_string(&commands).unwrap(),
        text.replace('\n', "").replace("        ", "").replace("    ", "")
    );
}

#[track_caller]
fn is_no_command(text: &str, message: &str) {
    assert_eq!(serde_json::from_str::<Command>(text).unwrap_err().to_string(), message);
}

#[test]
fn what_must_be_written_is_missed() {
    is_no_command(r#"{"move_department":{"id":2}}"#, "missing field `parent` at line 1 column 27");
    is_no_command(r#"{"rename_user":{"id":2}}"#, "missing field `name` at line 1 column 23");
    is_no_command(
        r#"{"assign":{"role":2,"subject":null}}"#,
        "invalid type: null, expected a subject: an object with the one key `user`, `department`, `department+sub` or `group`, or one of the words `supervisors`, `deputies`, `employees`, `administrators` and `everyone` at line 1 column 34",
    );
    is_no_command(
        r#"{"remove_user":{"id":2,"force":true}}"#,
        "unknown field `force`, expected `id` at line 1 column 30",
    );
    is_no_command(
        r#"{"remove_user":{"id":2},"remove_group":{"id":2}}"#,
        "invalid value: the second key `remove_group`, expected a command: an object with one key, the command's name at line 1 column 38",
    );
    is_no_command(
        "7",
        "invalid type: integer `7`, expected a command: an object with one key, the command's name at line 1 column 1",
    );
}
