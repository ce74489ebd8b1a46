//! Every small world: with up to three departments, two users and two roles, all that there are.
//!
//! Departments are taken up to renaming (one labelling of each forest), users up to their order. The two roles are
//! assigned to everyone. Instead of a world for each pair of levels, there is an action for each pair: role `a` gives
//! the first level of its pair and role `b` the second.

use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User};
use orgscope::reference::Reference;
use orgscope::{
    AnyPermission, AnyRecord, DepartmentId, Facts, Level, Owner, Permission, Policy, Snapshot, Subject, UserId,
};

/// The forests of up to three departments, as the parent of each: one labelling of each shape.
const FORESTS: [&[Option<i64>]; 8] = [
    &[],
    &[None],
    &[None, None],
    &[None, Some(0)],
    &[None, None, None],
    &[None, None, Some(0)],
    &[None, Some(0), Some(0)],
    &[None, Some(0), Some(1)],
];

/// The pairs of levels, the order within a pair aside.
fn pairs() -> impl Iterator<Item = (Level, Level)> {
    let each = Level::EACH.into_iter().enumerate();
    each.flat_map(|(place, a)| Level::EACH.into_iter().skip(place).map(move |b| (a, b)))
}

fn name(a: Level, b: Level) -> String {
    format!("{a}|{b}")
}

/// Two types, one a pool, with an action for each pair of levels; two roles for everyone.
fn schema_and_roles() -> Document {
    let actions =
        |resource: ResourceType| pairs().fold(resource, |resource, (a, b)| resource.action(Action::new(name(a, b))));
    let section = Section::new("s")
        .resource(actions(ResourceType::new("plain")))
        .resource(actions(ResourceType::new("pool").pool()));
    let role = |id: &'static str, level: fn((Level, Level)) -> Level| {
        let grants = pairs().flat_map(|pair| ["plain", "pool"].map(|resource| (resource, pair)));
        grants.fold(Role::new(id, "s", id).assigned_to(Subject::Everyone), |role, (resource, (a, b))| {
            role.grant(format!("{resource}.{}", name(a, b)), level((a, b)))
        })
    };
    Document::new().section(section).role(role("a", |pair| pair.0)).role(role("b", |pair| pair.1))
}

fn user(id: i64, departments: usize, places: usize) -> User {
    // The lower bits of `places` say where the user is a member, the higher ones where they are head.
    let (member, head) = (places % (1 << departments), places >> departments);
    let those = |mask: usize| (0..departments).filter(move |d| mask & (1 << d) != 0).map(department);
    let mut user = User::new(id);
    user.departments = those(member).collect();
    user.heads = those(head).collect();
    user
}

fn department(nth: usize) -> DepartmentId {
    DepartmentId::from(i64::try_from(nth).unwrap())
}

/// All sets of up to two owners: an unknown one, the two users, the departments.
fn owner_sets(departments: usize) -> Vec<Vec<Owner<&'static str>>> {
    let mut owners: Vec<Owner<&str>> = vec![Owner::user("unknown"), Owner::user(0), Owner::user(1)];
    owners.extend((0..departments).map(|d| Owner::department(i64::try_from(d).unwrap())));
    let mut sets = vec![vec![]];
    for (place, owner) in owners.iter().enumerate() {
        sets.push(vec![*owner]);
        sets.extend(owners[..place].iter().map(|other| vec![*owner, *other]));
    }
    sets
}

#[test]
fn all_small_worlds() {
    let base = schema_and_roles();
    let mut decisions = 0_u64;
    let mut allowed = 0_u64;
    for forest in FORESTS {
        let company = forest.iter().enumerate().fold(base.clone(), |document, (d, parent)| {
            let mut new = Department::new(department(d));
            new.parent = parent.map(DepartmentId::from);
            document.department(new)
        });
        let places = 1 << (2 * forest.len());
        for first in 0..places {
            for second in first..places {
                let users = [user(0, forest.len(), first), user(1, forest.len(), second)];
                let [a, b] = users;
                let policy = Policy::from_document(company.clone().user(a).user(b)).unwrap();
                let (d, a) = all_records(&policy, forest.len());
                decisions += d;
                allowed += a;
            }
        }
    }
    // Users' places: 1, 4·5/2, twice 16·17/2, four times 64·65/2. Owners: none, n + 3 single ones, their pairs.
    // Each for two users, two types, 36 pairs of levels and two flags.
    let worlds_and_owner_sets = [(1, 7), (10, 11), (2 * 136, 16), (4 * 2080, 22)];
    let expected: u64 = worlds_and_owner_sets.iter().map(|(worlds, owner_sets)| worlds * owner_sets).sum();
    assert_eq!(decisions, expected * 2 * 2 * 36 * 2);
    assert!(allowed > decisions / 10 && allowed < decisions / 10 * 9, "{allowed} of {decisions} are allowed");
}

/// Compares snapshot and reference for both users, all actions and all records; counts decisions and allows.
fn all_records(policy: &Policy, departments: usize) -> (u64, u64) {
    let (reference, snapshot) = (Reference::new(policy), Snapshot::compile(policy));
    let (mut decisions, mut allowed) = (0, 0);
    for resource in ["plain", "pool"] {
        let permissions: Vec<Permission> = pairs()
            .filter_map(|(a, b)| match policy.schema().any_permission(&format!("{resource}.{}", name(a, b))) {
                Ok(AnyPermission::Levelled(permission)) => Some(permission),
                _ => None,
            })
            .collect();
        for owners in owner_sets(departments) {
            for open in [false, true] {
                let record = AnyRecord::new(resource, Facts::owned_by_each(owners.iter().copied()).open(open));
                for id in [0, 1].map(UserId::from) {
                    let user = snapshot.principal(&id);
                    for permission in &permissions {
                        let expected = reference.decide(&id, *permission, &record);
                        assert_eq!(user.check(*permission, &record).is_allow(), expected, "{id} {record:?} {policy:?}");
                        decisions += 1;
                        allowed += u64::from(expected);
                    }
                }
            }
        }
    }
    (decisions, allowed)
}
