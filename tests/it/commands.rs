//! Commands: as data, and what they publish. After every step the published snapshot answers like one that is compiled
//! afresh, and like the reference.

use std::collections::BTreeSet;

use orgscope::document::{Action, Command, Department, Document, Group, ResourceType, Role, Section, User};
use orgscope::predicate::Term;
use orgscope::{AnyRecord, Facts, Grant, GroupId, Handle, Level, Owner, Policy, Share, Subject, UserId};
use orgscope_testing::commands::{batches, command, publishes_what_would_be_compiled};
use orgscope_testing::random::{self, world};
use orgscope_testing::square::sorted;
use proptest::prelude::*;

proptest! {
    #![proptest_config(random::worlds(2_000))]

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
        {"create_role":{"id":"r","section":"crm","name":"R","hidden":true,"locked":true,"grants":{"contact.read":"own"},"assigned_to":["everyone"]}},
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
        .section(Section::new("crm").resource(ResourceType::new("contact").action(own)))
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
    let add_group = |members: Vec<UserId>| Command::AddGroup(members.into_iter().fold(Group::new(g()), Group::member));
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
        let read = snapshot.schema().permission_named("contact.read").unwrap();
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
                .resource(ResourceType::new("contact").action(Action::new("read").floor(Level::Own).shared())),
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
        let read = snapshot.schema().permission_named("contact.read").unwrap();
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
    let read = snapshot.schema().permission_named("contact.read").unwrap();
    let predicate = snapshot.principal("a").scope(read).predicate();
    let case = predicate.cases().next().unwrap();
    let groups = case.all_of().flat_map(|any_of| any_of.terms().collect::<Vec<_>>()).flat_map(|term| match term {
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
    let contact = ResourceType::new("contact").action(Action::new("read").floor(Level::Department));
    let document = Document::new()
        .section(Section::new("crm").resource(contact))
        .department(Department::new("x"))
        .department(Department::new("y"))
        .department(Department::new("z"))
        .user(User::new("ann").member_of("z"));
    let handle = Handle::new(Policy::from_document(document).unwrap());
    let remove = |id: &str| Command::RemoveDepartment { id: id.into() };
    let add = |id: &str| Command::add_department(Department::new(id));
    let refusal = handle.apply(&[remove("x"), remove("y"), add("new"), remove("z")]).unwrap_err();
    assert_eq!(refusal.to_string(), "commands[3]: department `z` has members, heads or deputies: remove them first");
    handle.apply(&[Command::join_department("ann", "x")]).unwrap();
    let snapshot = handle.load();
    let read = snapshot.schema().permission_named("contact.read").unwrap();
    let ann = snapshot.principal("ann");
    let of = |id| AnyRecord::new("contact", Facts::owned_by(Owner::department(id)));
    assert_eq!(["x", "y", "z"].map(|id| ann.check(read, &of(id)).is_allow()), [true, false, true]);
}
