//! A company of so many users that indices grow and lists are split: what follows thousands of changes is what is
//! compiled afresh.

use std::collections::{BTreeMap, BTreeSet};

use orgscope::document::{Action, Command, Department, Document, Group, ResourceType, Role, Section, User};
use orgscope::reference::Reference;
use orgscope::{AnyRecord, Facts, Handle, Level, Policy, Share, Snapshot, Subject, UserId};
use orgscope_testing::square::sorted;

const USERS: i64 = 3_000;
const DEPARTMENTS: i64 = 60;
const GROUPS: i64 = 3;

/// Integers and text, so that both kinds of ids are many.
fn user(number: i64) -> UserId {
    if number % 3 == 0 { format!("u{number}").into() } else { number.into() }
}

/// Where the users are, to know what makes sense.
#[derive(Default)]
struct People {
    next: i64,
    /// Departments and groups by the number of the user.
    of: BTreeMap<i64, (BTreeSet<i64>, BTreeSet<i64>)>,
}

impl People {
    fn add(&mut self, departments: &[i64]) -> i64 {
        let number = self.next;
        self.next += 1;
        self.of.insert(number, (departments.iter().copied().collect(), BTreeSet::new()));
        number
    }

    fn command(&mut self, random: &mut fastrand::Rng) -> Command {
        let place = random.usize(..self.of.len());
        let number = *self.of.keys().nth(place).unwrap();
        let (departments, groups) = self.of.get_mut(&number).unwrap();
        let (id, department, group) = (user(number), random.i64(0..DEPARTMENTS), random.i64(0..GROUPS));
        match random.u8(..10) {
            0..3 => {
                let id = user(self.add(&[department]));
                Command::add_user(User::new(id).member_of(department))
            }
            3 | 4 => {
                self.of.remove(&number);
                Command::RemoveUser { id }
            }
            5 | 6 if departments.insert(department) => Command::join_department(id, department),
            5 | 6 => {
                departments.remove(&department);
                Command::leave_department(id, department)
            }
            7 if groups.insert(group) => Command::join_group(id, group),
            7 => {
                groups.remove(&group);
                Command::LeaveGroup { user: id, group: group.into() }
            }
            8 => Command::set_head(id, department, random.bool()),
            _ => Command::SetActive { user: id, active: random.bool() },
        }
    }
}

/// A change of departments or of who has which role, which may make no sense.
fn structure(random: &mut fastrand::Rng) -> Command {
    let (department, other) = (random.i64(1..DEPARTMENTS), random.i64(0..DEPARTMENTS));
    let role = *random.choice(&["own", "below", "near", "open"]).unwrap();
    let subject = match random.u8(..5) {
        0 => Subject::user(user(random.i64(0..USERS))),
        1 => Subject::group(random.i64(0..GROUPS)),
        2 => Subject::department(department),
        _ => Subject::department_sub(department),
    };
    // Beside those where people are, some come and go.
    let empty = random.i64(1_000..1_010);
    match random.u8(..9) {
        0 | 1 => Command::move_department(department, Some(other.into())),
        2 => Command::move_department(department, None),
        3 => Command::add_department(Department::new(empty).parent(other)),
        4 => Command::RemoveDepartment { id: empty.into() },
        5 | 6 => Command::assign(role, subject),
        _ => Command::unassign(role, subject),
    }
}

#[test]
fn thousands_of_changes_lead_where_compiling_leads() {
    let random = &mut fastrand::Rng::with_seed(11);
    let contact = ResourceType::new("contact").action(Action::new("read").shared());
    let role = |id: &str, level| Role::new(id, "crm", id).grant("contact.read", level);
    let mut document = Document::new()
        .section(Section::new("crm").resource(contact))
        .role(role("own", Level::Own).assigned_to(Subject::Everyone))
        .role(role("below", Level::DepartmentSub).assigned_to(Subject::Supervisors))
        .role(role("near", Level::Department).assigned_to(Subject::department_sub(7)))
        .role(role("open", Level::OwnOpen).assigned_to(Subject::group(1)));
    for number in 0..DEPARTMENTS {
        let department = Department::new(number);
        document = document.department(if number == 0 { department } else { department.parent(random.i64(0..number)) });
    }
    document = (0..GROUPS).fold(document, |document, number| document.group(Group::new(number)));
    let mut people = People::default();
    for _ in 0..USERS {
        let home = random.i64(0..DEPARTMENTS);
        let id = user(people.add(&[home]));
        document = document.user(User::new(id).member_of(home));
    }
    let authz = Handle::new(Policy::from_document(document).unwrap());
    for _ in 0..4 {
        let before = authz.load();
        authz.apply((0..3_000).map(|_| people.command(random)).collect::<Vec<_>>()).unwrap();
        let accepted = (0..400).filter(|_| authz.apply([structure(random)]).is_ok()).count();
        assert!(accepted > 100, "{accepted} of 400 changes of departments and roles make sense");
        let followed = authz.load();
        let policy = Policy::from_document(followed.policy().to_document()).unwrap();
        let afresh = Snapshot::compile(&policy);
        let read = afresh.schema().permission_named("contact.read").unwrap();
        assert!(afresh.diff(&followed).is_empty());
        assert_eq!(before.diff(&followed).to_string(), Snapshot::compile(before.policy()).diff(&afresh).to_string());
        for _ in 0..2_000 {
            let (asker, owner) = (user(random.i64(0..people.next)), user(random.i64(0..people.next)));
            let facts = Facts::owned_by(&owner).open(random.bool());
            let facts = if random.bool() { facts } else { facts.shared_with(Share::group(random.i64(0..GROUPS))) };
            let record = AnyRecord::new("contact", facts);
            let expected = Reference::new(&policy).decide(&asker, read, &record);
            for snapshot in [&followed, &afresh] {
                let answer = snapshot.principal(&asker).check(read, &record).is_allow();
                assert_eq!(answer, expected, "{asker} {record:?}");
            }
        }
        for _ in 0..20 {
            let owner = user(random.i64(0..people.next));
            let record = AnyRecord::new("contact", Facts::owned_by(&owner).shared_with(Share::group(2)));
            assert_eq!(sorted(followed.who_can(read, &record)), sorted(afresh.who_can(read, &record)));
        }
    }
    assert!(people.of.len() > 4_096, "{} users fill one part of a list", people.of.len());
}
