//! Random commands, whose published state must equal a compiled one.

use orgscope::document::{Command, Department, Group, Levels, Role, Section};
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::{AnyRecord, DepartmentId, Grant, GroupId, Handle, Level, Policy, RoleId, Snapshot, Subject, UserId};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::random::{self, Record, World};
use crate::square::{permissions, sorted};

/// A command as numbers: its kind, and four more for the things that it names.
pub type RawCommand = (u8, [u8; 4]);

/// The role by which the first user of a managed world edits roles. Commands that change it matter most.
pub fn delegates() -> RoleId {
    RoleId::from("delegates")
}

/// The subject that a number stands for.
fn subject(
    number: u8,
    user: UserId,
    department: impl FnOnce() -> DepartmentId,
    group: impl FnOnce() -> GroupId,
) -> Subject {
    match number % 9 {
        0 => Subject::User(user),
        1 => Subject::Department(department()),
        2 => Subject::DepartmentSub(department()),
        3 => Subject::Group(group()),
        4 => Subject::Supervisors,
        5 => Subject::Deputies,
        6 => Subject::Employees,
        7 => Subject::Administrators,
        _ => Subject::Everyone,
    }
}

/// The levels that numbers stand for: mostly one for all records.
fn levels([b, d]: [u8; 2], level: Grant) -> Levels {
    if d % 64 >= 16 {
        return level.into();
    }
    let variant = random::variant_name(usize::from(d / 64)).to_owned();
    let default = b.is_multiple_of(3).then(|| level.into());
    Levels::ByVariant { default, variants: [(variant, level.into())].into() }
}

/// The command that numbers stand for in a world. It may be invalid there.
pub fn command((kind, [a, b, c, d]): RawCommand, world: &World, handle: &Handle) -> Command {
    let user = || -> UserId { random::user(usize::from(a) % random::NAMES) };
    let department = |n: u8| -> DepartmentId { random::department(usize::from(n) % random::NAMES) };
    let group = |n: u8| -> GroupId { random::group(usize::from(n) % 4) };
    let role = |n: u8| if n % 9 == 8 { delegates() } else { RoleId::from(i64::from(n % 9)) };
    let some = |n: u8| n.is_multiple_of(3);
    let members = |c: u8, d: u8| {
        let bits = u16::from(c) << 4 ^ u16::from(d);
        (0..random::NAMES).filter(|n| bits & (1 << n) != 0).map(random::user).collect::<Vec<_>>()
    };
    let subject = subject(d, user(), || department(c), || group(c));
    // One or two departments, which may be unknown.
    let place = random::place(u16::from(d / 9 % 5) + 5 * (1 << (a % 12) | 1 << (b % 12)), random::NAMES);
    let to = random::assignment(subject.clone(), place);
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
        0 => {
            let mut added = Department::new(department(a));
            added.parent = some(b).then(|| department(c));
            Command::AddDepartment(added)
        }
        1 => Command::RenameDepartment { id: department(a), name: some(b).then(|| format!("{c}")) },
        2 | 26 => Command::MoveDepartment { id: department(a), parent: (!some(b)).then(|| department(c)) },
        3 => Command::RemoveDepartment { id: department(a) },
        4 => Command::AddUser {
            id: user(),
            name: None,
            active: Some(!some(b)),
            departments: vec![department(b).into()],
            heads: if some(c) { vec![department(c).into(), department(d).into()] } else { vec![] },
            deputy_of: if some(d) { vec![department(d).into()] } else { vec![] },
        },
        5 => Command::RenameUser { id: user(), name: some(b).then(|| format!("{c}")) },
        6 => Command::SetActive { user: user(), active: some(b) },
        7 => Command::RemoveUser { id: user() },
        8 => Command::join_department(user(), department(b)),
        9 => Command::LeaveDepartment { user: user(), department: department(b) },
        10 => Command::set_head(user(), department(b), some(c)),
        11 => Command::set_deputy(user(), department(b), some(c)),
        12 => {
            let mut added = Group::new(group(b));
            added.members = members(c, d).into_iter().map(Into::into).collect();
            Command::AddGroup(added)
        }
        13 => Command::RenameGroup { id: group(b), name: some(c).then(|| format!("{d}")) },
        14 => Command::RemoveGroup { id: group(b) },
        15 => Command::join_group(user(), group(b)),
        16 => Command::LeaveGroup { user: user(), group: group(b) },
        17 => Command::SetAdministrator { user: user(), administrator: some(b) },
        18 => {
            let mut added = Role::new(role(a), section, format!("New {b}"));
            (added.hidden, added.locked) = (some(c), some(b));
            added.grants = match a / 16 % 4 {
                0 => [].into(),
                1 => [(permission, level.into()), (another, Grant::DENY.into())].into(),
                2 => [(permission, level.into()), (another, level.into())].into(),
                _ => [(permission, levels([b, d], level))].into(),
            };
            added.assigned_to = match d / 9 % 4 {
                0 => vec![],
                1 if subject != Subject::Employees => vec![subject.into(), Subject::Employees.into()],
                2 => vec![to, Subject::Deputies.into()],
                _ => vec![to],
            };
            Command::CreateRole(added)
        }
        19 => Command::CloneRole { from: role(a), id: role(b), name: format!("Clone {c}") },
        20 => Command::RenameRole { id: role(a), name: format!("Role {b}") },
        21 => Command::DeleteRole { id: role(a) },
        22 => Command::SetHidden { role: role(a), hidden: some(b) },
        23 => {
            // Mostly of all records; else of one variant, whose own level `null` takes away.
            let variant = (d % 2 == 1).then(|| random::variant_name(usize::from(d / 2)).to_owned());
            let level = (variant.is_none() || d % 16 != 15).then(|| level.into());
            Command::SetLevel { role: role(a), permission, variant, level }
        }
        24 => Command::SetLevelForAllRoles {
            section,
            permissions: match a % 4 {
                0 => vec![],
                1 => vec![permission, another],
                _ => vec![permission],
            },
            variant: (d % 4 == 3).then(|| random::variant_name(usize::from(d / 4)).to_owned()),
            level: Some(level.into()),
        },
        25 if some(b) => Command::unassign(role(a), to),
        _ => Command::assign(role(a), to),
    }
}

/// Checks that the published snapshot gives the answers of a freshly compiled one, and of the reference.
pub fn is_as_if_compiled_afresh(world: &World, handle: &Handle) {
    let (policy, published) = (handle.load().policy().clone(), handle.load());
    let (reference, afresh) = (Reference::new(&policy), Snapshot::compile(&policy));
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
                    let expected = reference.decide(user, toggle, &());
                    assert_eq!(now.check(toggle, &()).is_allow(), expected, "{user:?}");
                }
                AnyPermission::Levelled(permission) => {
                    for record in &records {
                        let expected = reference.decide(user, permission, record);
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

/// Up to nine batches of up to seven commands.
pub fn batches() -> impl Strategy<Value = Vec<Vec<RawCommand>>> {
    vec(vec((any::<u8>(), any::<[u8; 4]>()), 1..8), 1..10)
}

/// Applies batches one after another, and checks the published state after each.
pub fn publishes_what_would_be_compiled(world: &World, batches: Vec<Vec<RawCommand>>) {
    let handle = Handle::new(world.policy());
    for batch in batches {
        let before = saved(handle.load().policy());
        let mut commands: Vec<Command> = batch.into_iter().map(|raw| command(raw, world, &handle)).collect();
        // Invalid commands are removed until the rest is valid, so that long batches are applied too.
        while let Err(refusal) = handle.apply(&commands) {
            assert_eq!(saved(handle.load().policy()), before, "a refused batch changes nothing");
            commands.remove(refusal.command().unwrap());
        }
        is_as_if_compiled_afresh(world, &handle);
        // The saved document is valid.
        let document = serde_json::from_str(&saved(handle.load().policy())).unwrap();
        assert_eq!(saved(&Policy::from_document(document).unwrap()), saved(handle.load().policy()));
    }
}

/// The saved form of a policy.
pub fn saved(policy: &Policy) -> String {
    serde_json::to_string(&policy.to_document()).unwrap()
}
