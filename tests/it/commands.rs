//! Commands: as data, and what they publish. After every step the published snapshot answers like one that is compiled
//! afresh, and like the reference.

use std::collections::BTreeSet;

use orgscope::document::{Action, Command, Department, Document, Group, Resource, Role, Section, User};
use orgscope::reference::Reference;
use orgscope::{
    AnyPermission, AnyRecord, DepartmentId, Facts, Grant, GroupId, Handle, Level, Owner, Policy, RoleId, Share,
    Snapshot, Subject, Term, UserId,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::random::{self, Record, World, world};
use crate::square::{permissions, sorted};

/// A command by numbers: which one, and four more for what it names.
pub(crate) type RawCommand = (u8, [u8; 4]);

/// The role by which the first user of a managed world edits roles. Commands that change it are those that matter most.
pub(crate) fn delegates() -> RoleId {
    RoleId::from("delegates")
}

/// The command that numbers stand for in a world. It may make no sense there.
pub(crate) fn command((kind, [a, b, c, d]): RawCommand, world: &World, handle: &Handle) -> Command {
    let user = || -> UserId { random::user(usize::from(a) % random::NAMES) };
    let department = |n: u8| -> DepartmentId { random::department(usize::from(n) % random::NAMES) };
    let group = |n: u8| -> GroupId { random::group(usize::from(n) % 4) };
    let role = |n: u8| if n % 9 == 8 { delegates() } else { RoleId::from(i64::from(n % 9)) };
    let some = |n: u8| n.is_multiple_of(3);
    let members = |c: u8, d: u8| {
        let bits = u16::from(c) << 4 ^ u16::from(d);
        (0..random::NAMES).filter(|n| bits & (1 << n) != 0).map(random::user).collect::<Vec<_>>()
    };
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
        let policy = handle.load().policy().clone();
        permissions(&policy).into_iter().filter_map(|permission| policy.schema().name(permission)).collect()
    };
    let permission = names[usize::from(b) % names.len()].clone();
    let level = match c % 9 {
        8 => Grant::Allow,
        level => Grant::Level(Level::EACH[usize::from(level)]),
    };
    let (names_of, schema) = (|name: &str| name.split('.').next().unwrap().to_owned(), &world.document.schema);
    let is_of = |section: &&Section| section.resources.iter().any(|resource| resource.name == names_of(&permission));
    let section = schema.sections.iter().find(is_of).unwrap().name.clone();
    let another = names[usize::from(b ^ c) % names.len()].clone();
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
        12 => Command::AddGroup { id: group(b), name: None, members: members(c, d) },
        13 => Command::RenameGroup { id: group(b), name: some(c).then(|| format!("{d}")) },
        14 => Command::RemoveGroup { id: group(b) },
        15 => Command::JoinGroup { user: user(), group: group(b) },
        16 => Command::LeaveGroup { user: user(), group: group(b) },
        17 => Command::SetAdministrator { user: user(), administrator: some(b) },
        18 => Command::CreateRole {
            id: role(a),
            section,
            name: format!("New {b}"),
            grants: match a / 16 % 4 {
                0 => [].into(),
                1 => [(permission, level.into()), (another, Grant::DENY.into())].into(),
                2 => [(permission, level.into()), (another, level.into())].into(),
                _ => [(permission, level.into())].into(),
            },
            hidden: some(c),
            locked: some(b),
            assigned_to: match d / 9 % 4 {
                0 => vec![],
                1 if subject != Subject::Employees => vec![subject.into(), Subject::Employees.into()],
                _ => vec![subject.into()],
            },
        },
        19 => Command::CloneRole { from: role(a), id: role(b), name: format!("Clone {c}") },
        20 => Command::RenameRole { id: role(a), name: format!("Role {b}") },
        21 => Command::DeleteRole { id: role(a) },
        22 => Command::SetHidden { role: role(a), hidden: some(b) },
        23 => Command::SetLevel { role: role(a), permission, level: level.into() },
        24 => Command::SetLevelForAllRoles {
            section,
            permissions: match a % 4 {
                0 => vec![],
                1 => vec![permission, another],
                _ => vec![permission],
            },
            level: level.into(),
        },
        25 if some(b) => Command::unassign(role(a), subject),
        _ => Command::assign(role(a), subject),
    }
}

/// Whether the published snapshot gives the answers of one compiled afresh, and of the reference.
pub(crate) fn is_as_if_compiled_afresh(world: &World, handle: &Handle) {
    let (policy, published) = (handle.load().policy().clone(), handle.load());
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
            for record in &records {
                let who = sorted(published.who_can(permission, record));
                assert_eq!(who, sorted(afresh.who_can(permission, record)), "who {record:?}");
                assert_eq!(published.who_can(permission, record).count(), who.len(), "count {record:?}");
            }
        }
    }
}

pub(crate) fn batches() -> impl Strategy<Value = Vec<Vec<RawCommand>>> {
    vec(vec((any::<u8>(), any::<[u8; 4]>()), 1..8), 1..10)
}

/// Applies batches, one after the other, and looks at what is published after each.
pub(crate) fn publishes_what_would_be_compiled(world: &World, batches: Vec<Vec<RawCommand>>) {
    let handle = Handle::new(world.policy());
    for batch in batches {
        let before = saved(handle.load().policy());
        let mut commands: Vec<Command> = batch.into_iter().map(|raw| command(raw, world, &handle)).collect();
        // What makes no sense is taken out until the rest does, so that long batches are applied as well.
        while let Err(refusal) = handle.apply(&commands) {
            assert_eq!(saved(handle.load().policy()), before, "a refused batch changes nothing");
            commands.remove(refusal.command().unwrap());
        }
        is_as_if_compiled_afresh(world, &handle);
        // What is saved is valid.
        let document = serde_json::from_str(&saved(handle.load().policy())).unwrap();
        assert_eq!(saved(&Policy::from_document(document).unwrap()), saved(handle.load().policy()));
    }
}

pub(crate) fn saved(policy: &Policy) -> String {
    serde_json::to_string(&policy.to_document()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: random::worlds().cases / 4, ..random::worlds() })]

    #[test]
    fn what_is_published_is_what_would_be_compiled(world in world(), batches in batches()) {
        publishes_what_would_be_compiled(&world, batches);
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
        "{}",
        "invalid value: an empty object, expected a command: an object with one key, the command's name at line 1 column 2",
    );
    is_no_command(
        "7",
        "invalid type: integer `7`, expected a command: an object with one key, the command's name at line 1 column 1",
    );
}

/// A user who takes over the slot of one who is gone, in the same batch, is in the group that names them.
#[test]
fn a_slot_that_is_used_again_is_another_users() {
    let own = Action::new("read").floor(Level::Own).shared();
    let document = Document::new()
        .section(Section::new("crm").resource(Resource::new("contact").action(own)))
        .user(User::new("a"));
    let (a, b, g) = (|| UserId::from("a"), || UserId::from("b"), || GroupId::from("g"));
    let add_user = |id: UserId| Command::AddUser {
        id,
        name: None,
        active: None,
        departments: vec![],
        heads: vec![],
        deputy_of: vec![],
    };
    let add_group = |members| Command::AddGroup { id: g(), name: None, members };
    let record = AnyRecord::new("contact", Facts::owned_by("x").shared_with(Share::group("g")));
    let batches = [
        (vec![], vec![add_user(b()), add_group(vec![a(), b()]), Command::RemoveUser { id: a() }]),
        (
            vec![add_group(vec![a()])],
            vec![
                Command::RemoveUser { id: a() },
                Command::RemoveGroup { id: g() },
                add_user(b()),
                add_group(vec![b()]),
            ],
        ),
    ];
    for (before, batch) in batches {
        let handle = Handle::new(Policy::from_document(document.clone()).unwrap());
        handle.apply(&before).unwrap();
        handle.apply(&batch).unwrap();
        let snapshot = handle.load();
        let read = snapshot.schema().levelled("contact.read").unwrap();
        assert!(snapshot.principal("b").check(read, &record).is_allow());
        assert!(!snapshot.principal("a").check(read, &record).is_allow());
    }
}

/// Groups that come in another order than that of their ids, go within the batch that they came in, and come again.
#[test]
fn a_group_that_comes_again_is_another_one() {
    let document = Document::new()
        .section(
            Section::new("crm")
                .resource(Resource::new("contact").action(Action::new("read").floor(Level::Own).shared())),
        )
        .role(Role::new("readers", "crm", "Readers").grant("contact.read", Grant::Level(Level::All)));
    let document = ["a", "b", "c"].into_iter().fold(document, |document, id| document.user(User::new(id)));
    let handle = Handle::new(Policy::from_document(document).unwrap());
    let add = |id: &str, member: &str| Command::add_group(Group::new(id).member(member));
    let assign = |id: &str| Command::assign("readers", Subject::group(id));
    let remove = |id: &str| Command::remove_group(id);
    let batches = [
        (vec![add("z", "a"), add("y", "b"), remove("y"), add("x", "c"), assign("z")], ["a", "a", "", "c"]),
        (vec![remove("z"), add("z", "b"), assign("z"), assign("x")], ["bc", "b", "", "c"]),
        (vec![remove("x"), add("y", "a"), Command::leave_group("b", "z")], ["", "", "a", ""]),
        (vec![assign("y"), Command::join_group("c", "z")], ["ac", "c", "a", ""]),
    ];
    for (batch, [readers, z, y, x]) in batches {
        handle.apply(&batch).unwrap();
        let snapshot = handle.load();
        let read = snapshot.schema().levelled("contact.read").unwrap();
        let who = |facts| {
            let record = AnyRecord::new("contact", facts);
            sorted(snapshot.who_can(read, &record)).into_iter().map(ToString::to_string).collect::<String>()
        };
        assert_eq!(who(Facts::unowned()), readers);
        for (group, members) in [("z", z), ("y", y), ("x", x)] {
            let shared = who(Facts::unowned().shared_with(Share::group(group)));
            let expected: BTreeSet<char> = readers.chars().chain(members.chars()).collect();
            assert_eq!(shared, expected.into_iter().collect::<String>(), "shared with {group}");
        }
    }
    // In canonical order, though `y` came after `z`.
    let unassign = |id: &str| Command::unassign("readers", Subject::group(id));
    handle.apply(&[Command::join_group("a", "z"), unassign("y"), unassign("z")]).unwrap();
    let snapshot = handle.load();
    let read = snapshot.schema().levelled("contact.read").unwrap();
    let predicate = snapshot.principal("a").scope(read).predicate();
    let groups = predicate.all_of().flat_map(|any_of| any_of.terms().collect::<Vec<_>>()).flat_map(|term| match term {
        Term::SharedWith(audience) => audience.groups().collect(),
        _ => Vec::new(),
    });
    assert_eq!(groups.collect::<Vec<_>>(), [&GroupId::from("y"), &GroupId::from("z")]);
    let receipt = handle.apply(&[Command::remove_user("a")]).unwrap();
    let joins = [Command::join_group("a", "y"), Command::join_group("a", "z")];
    assert_eq!(receipt.undo()[1..], joins);
}

/// The published snapshot knows departments by their places, and a refused batch has given some of them to others.
#[test]
fn a_refused_batch_leaves_departments_where_they_were() {
    let contact = Resource::new("contact").action(Action::new("read").floor(Level::Department));
    let document = Document::new()
        .section(Section::new("crm").resource(contact))
        .department(Department::new("x"))
        .department(Department::new("y"))
        .department(Department::new("z"))
        .user(User::new("ann").member_of("z"));
    let handle = Handle::new(Policy::from_document(document).unwrap());
    let remove = |id: &str| Command::RemoveDepartment { id: id.into() };
    let add = |id: &str| Command::AddDepartment { id: id.into(), name: None, parent: None };
    let refusal = handle.apply(&[remove("x"), remove("y"), add("new"), remove("z")]).unwrap_err();
    assert_eq!(refusal.to_string(), "commands[3]: department `z` has members, heads or deputies: let them leave first");
    handle.apply(&[Command::join_department("ann", "x")]).unwrap();
    let snapshot = handle.load();
    let read = snapshot.schema().levelled("contact.read").unwrap();
    let ann = snapshot.principal("ann");
    let of = |id| AnyRecord::new("contact", Facts::owned_by(Owner::department(id)));
    assert_eq!(["x", "y", "z"].map(|id| ann.check(read, &of(id)).is_allow()), [true, false, true]);
}
