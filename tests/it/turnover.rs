//! People, groups, departments and sets of roles that come and go: the state after years is as large as a new one.

use orgscope::document::{Action, Command, Department, Document, Group, ResourceType, Role, Section, User};
use orgscope::{Handle, Level, Policy, Snapshot, Subject};

const USERS: i64 = 40;
const DEPARTMENTS: i64 = 12;

fn company() -> Document {
    let contact = ResourceType::new("contact").action(Action::new("read"));
    let document = Document::new().section(Section::new("crm").resource(contact));
    let role = |id: i64| Role::new(id, "crm", format!("Role {id}")).grant("contact.read", Level::Department);
    let document = (0..4).fold(document, |document, id| document.role(role(id)));
    let document = (0..DEPARTMENTS).fold(document, |document, id| document.department(Department::new(id)));
    (0..USERS).fold(document, |document, id| document.user(User::new(id).member_of(id % DEPARTMENTS)))
}

/// Commands that leave the company as it was, but for who is in which departments. Ids are new each time, or come again.
fn turn(number: i64, random: &mut fastrand::Rng) -> Vec<Vec<Command>> {
    let (user, role) = (random.i64(0..USERS), random.i64(0..4));
    let (group, newcomer, department) = (format!("g{number}"), 1_000 + number, 1_000 + number % 50);
    let several = (0..DEPARTMENTS).filter(|id| *id != user % DEPARTMENTS && random.bool());
    let several: Vec<i64> = several.collect();
    vec![
        vec![
            Command::add_group(Group::new(group.clone())),
            Command::join_group(user, group.clone()),
            Command::assign(role, Subject::group(group.clone())),
        ],
        // The next group may get the number of this one in the same batch.
        vec![
            Command::unassign(role, Subject::group(group.clone())),
            Command::leave_group(user, group.clone()),
            Command::remove_group(group.clone()),
            Command::add_group(Group::new("another")),
            Command::join_group((user + 1) % USERS, "another"),
            Command::assign(role, Subject::group("another")),
        ],
        vec![
            Command::unassign(role, Subject::group("another")),
            Command::leave_group((user + 1) % USERS, "another"),
            Command::remove_group("another"),
        ],
        vec![
            Command::add_department(Department::new(department).parent(user % DEPARTMENTS)),
            Command::add_user(User::new(newcomer).member_of(department).member_of(0)),
            Command::assign(role, Subject::user(newcomer)),
            Command::assign(role, Subject::department_sub(department)),
        ],
        several.iter().map(|department| Command::join_department(user, *department)).collect(),
        vec![
            Command::unassign(role, Subject::department_sub(department)),
            Command::unassign(role, Subject::user(newcomer)),
            Command::leave_department(newcomer, 0),
            Command::leave_department(newcomer, department),
            Command::remove_user(newcomer),
            Command::remove_department(department),
        ],
        several.iter().map(|department| Command::leave_department(user, *department)).collect(),
    ]
}

#[test]
fn what_is_given_up_is_given_back() {
    let authz = Handle::new(Policy::from_document(company()).unwrap());
    let new = authz.load().memory_usage();
    let random = &mut fastrand::Rng::with_seed(5);
    let mut most = 0;
    for number in 0..2_000 {
        for batch in turn(number, random) {
            authz.apply(batch).unwrap();
            most = most.max(authz.load().memory_usage());
        }
        if number % 100 == 0 {
            let (state, fresh) = (authz.load(), Snapshot::compile(authz.load().policy()));
            assert!(state.diff(&fresh).is_empty(), "turn {number}");
        }
    }
    assert_eq!(authz.load().policy().to_document(), Policy::from_document(company()).unwrap().to_document());
    // Each set of roles and list of departments takes about a hundred bytes, and there are some three hundred of each at
    // most; without giving back it was half a megabyte.
    assert!(most < new + 150_000, "{most} bytes, {new} of a new state");
}
