//! Every small world: with up to three departments, two users and two roles, and with an assignment in each place, all
//! that there are, or as many of them as [`scaled`] says, evenly spread. And a post, a membership and an assignment in
//! every combination of periods, at every hour.
//!
//! Departments are taken up to renaming (one labelling of each forest), users up to their order. The two roles are
//! assigned to everyone. Instead of a world for each pair of levels, there is an action for each pair: role `a` gives
//! the first level of its pair and role `b` the second.

use orgscope::document::{
    Action, Assignment, Department, Document, Entry, Group, Place, ResourceType, Role, Section, User, Word,
};
use orgscope::id::OwnerRef;
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::{
    AnyRecord, DepartmentId, Facts, Handle, Level, Owner, Period, Permission, Policy, Share, Snapshot, Subject, UserId,
};
use orgscope_testing::dated::hour;
use orgscope_testing::scaled;
use orgscope_testing::square::sorted;

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
    let those = |mask: usize| (0..departments).filter(move |d| mask & (1 << d) != 0).map(department).map(Entry::from);
    let mut user = User::new(id);
    user.departments = those(member).collect();
    user.heads = those(head).collect();
    user
}

fn department(nth: usize) -> DepartmentId {
    DepartmentId::from(i64::try_from(nth).unwrap())
}

/// All sets of up to two owners: an unknown one, the two users, the departments.
fn owner_sets(departments: usize) -> Vec<Vec<OwnerRef<'static>>> {
    let mut owners: Vec<OwnerRef<'_>> = vec![Owner::user("unknown"), Owner::user(0), Owner::user(1)];
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
    let companies = FORESTS.map(|forest| {
        forest.iter().enumerate().fold(base.clone(), |document, (d, parent)| {
            let mut new = Department::new(department(d));
            new.parent = parent.map(DepartmentId::from);
            document.department(new)
        })
    });
    let worlds: Vec<(usize, usize, usize)> = (0..FORESTS.len())
        .flat_map(|forest| {
            let places = 1 << (2 * FORESTS[forest].len());
            (0..places).flat_map(move |first| (first..places).map(move |second| (forest, first, second)))
        })
        .collect();
    // Users' places: 1, 4·5/2, twice 16·17/2, four times 64·65/2.
    assert_eq!(worlds.len(), 1 + 10 + 2 * 136 + 4 * 2080);
    let whole = u32::try_from(worlds.len()).unwrap();
    let step = usize::try_from(whole / scaled(whole).min(whole)).unwrap();
    let (mut decisions, mut allowed, mut expected) = (0_u64, 0_u64, 0_u64);
    for (forest, first, second) in worlds.into_iter().step_by(step) {
        let departments = FORESTS[forest].len();
        let [a, b] = [user(0, departments, first), user(1, departments, second)];
        let policy = Policy::from_document(companies[forest].clone().user(a).user(b)).unwrap();
        let (d, a) = all_records(&policy, departments);
        decisions += d;
        allowed += a;
        // Owners: none, n + 3 single ones, their pairs. Each for two users, two types, 36 pairs of levels and two
        // flags.
        expected += [7, 11, 16, 22][departments] * 2 * 2 * 36 * 2;
    }
    assert_eq!(decisions, expected);
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

/// A type and a pool, with an action for each level, and one whose levels hold none with `open`. A role gives each action
/// its level.
fn schema_of_places(to: Assignment) -> Document {
    let closed = [Level::Own, Level::Department, Level::DepartmentSub, Level::All];
    let actions = |resource: ResourceType| {
        let each = Level::EACH.into_iter().map(|level| Action::new(level.to_string()));
        let each = each.chain([Action::new("closed").levels(closed)]).map(Action::without_admin_bypass);
        each.fold(resource, ResourceType::action)
    };
    let section = Section::new("s")
        .resource(actions(ResourceType::new("plain")))
        .resource(actions(ResourceType::new("pool").pool()));
    let role = ["plain", "pool"].into_iter().fold(Role::new("a", "s", "a"), |role, resource| {
        let each = Level::EACH.into_iter().map(|level| (format!("{resource}.{level}"), level));
        each.chain([(format!("{resource}.closed"), Level::All)])
            .fold(role, |role, (name, level)| role.grant(name, level))
    });
    Document::new().section(section).role(role.assigned_to(to))
}

/// A user who asks, with one of all ways to be in two departments, and those who own: members of one, the other, both.
pub(super) fn company_of_places(document: Document, parent: Option<i64>, posts: usize) -> Document {
    let those =
        |mask: usize| (0..2).filter(move |d| mask & (1 << d) != 0).map(department).map(Entry::from).collect::<Vec<_>>();
    let mut asker = User::new(0);
    (asker.departments, asker.heads, asker.deputy_of) = (those(posts % 4), those(posts / 4 % 4), those(posts / 16));
    let mut below = Department::new(department(1));
    below.parent = parent.map(DepartmentId::from);
    let document = document.department(Department::new(department(0))).department(below).user(asker);
    let document = document.group(Group::new("g").member(0));
    (1..4).fold(document, |document, mask| {
        let mut owner = User::new(i64::try_from(mask).unwrap());
        owner.departments = those(mask);
        document.user(owner)
    })
}

/// Every subject in every place of two departments.
pub(super) fn assignments() -> Vec<Assignment> {
    let departments = (0..2).flat_map(|d| [Subject::Department(department(d)), Subject::DepartmentSub(department(d))]);
    let subjects = [
        Subject::user(0),
        Subject::group("g"),
        Subject::Supervisors,
        Subject::Deputies,
        Subject::Employees,
        Subject::Administrators,
        Subject::Everyone,
    ];
    let in_places = |subject: Subject| {
        let lists = [vec![0], vec![1], vec![0, 1]].map(|list| list.into_iter().map(department).collect::<Vec<_>>());
        let listed = lists.map(|list| subject.clone().in_departments(list));
        [subject.clone().into(), subject.clone().in_subject()].into_iter().chain(listed).collect::<Vec<_>>()
    };
    departments.chain(subjects).flat_map(in_places).collect()
}

#[test]
fn all_places() {
    // Two departments side by side, or one below the other; 64 ways to be in them, 11 subjects, 5 places.
    let forests = [None, Some(0)];
    let worlds: Vec<_> = assignments()
        .into_iter()
        .flat_map(|to| {
            let documents = forests.map(|parent| (schema_of_places(to.clone()), parent));
            documents
                .into_iter()
                .flat_map(|(document, parent)| (0..64).map(move |posts| (document.clone(), parent, posts)))
        })
        .collect();
    assert_eq!(worlds.len(), 2 * 64 * 11 * 5);
    let whole = u32::try_from(worlds.len()).unwrap();
    let step = usize::try_from(whole / scaled(whole).min(whole)).unwrap();
    let (mut decisions, mut allowed) = (0_u64, 0_u64);
    for (document, parent, posts) in worlds.into_iter().step_by(step) {
        let mut document = company_of_places(document, parent, posts);
        document.org.users[0].admin = true;
        let policy = Policy::from_document(document).unwrap();
        let (d, a) = all_answers(&policy);
        decisions += d;
        allowed += a;
    }
    assert!(allowed > decisions / 10 && allowed < decisions / 10 * 9, "{allowed} of {decisions} are allowed");
}

/// Compares all answers to who asks with the reference, for every record of up to two owners; counts decisions and
/// allows.
fn all_answers(policy: &Policy) -> (u64, u64) {
    let (reference, snapshot, asker) = (Reference::new(policy), Snapshot::compile(policy), UserId::from(0));
    let owners = [Owner::user("unknown"), Owner::department(0), Owner::department(1)];
    let owners: Vec<OwnerRef<'static>> = owners.into_iter().chain((0..4).map(Owner::user)).collect();
    let pairs = (0..owners.len()).flat_map(|a| (0..=a).map(move |b| (a, b)));
    let sets = pairs.map(|(a, b)| if a == b { vec![owners[a]] } else { vec![owners[a], owners[b]] });
    let sets = [vec![]].into_iter().chain(sets).flat_map(|owners| [false, true].map(|open| (owners.clone(), open)));
    let record = |resource: &'static str, owners: &[OwnerRef<'static>], open| {
        let facts = Facts::owned_by_each(owners.iter().copied()).open(open);
        (AnyRecord::new(resource, facts.clone()), facts, owners.len())
    };
    let plain: Vec<_> = sets.map(|(owners, open)| record("plain", &owners, open)).collect();
    // In a pool only records without an owner are others.
    let records = [("plain", plain), ("pool", [false, true].map(|open| record("pool", &[], open)).into())];
    let everybody: Vec<UserId> = (0..4).map(UserId::from).collect();
    let (mut decisions, mut allowed) = (0, 0);
    for permission in policy.schema().permissions("s") {
        let name = policy.schema().name(permission).unwrap();
        let AnyPermission::Levelled(permission) = permission else { unreachable!() };
        let principal = snapshot.principal(&asker);
        let scope = principal.scope(permission);
        let predicate = scope.predicate();
        for (record, facts, owners) in
            records.iter().filter(|(resource, _)| name.starts_with(resource)).flat_map(|(_, all)| all)
        {
            let expected = reference.decide(&asker, permission, record);
            assert_eq!(principal.check(permission, record).is_allow(), expected, "{name} {record:?} {policy:?}");
            assert_eq!(scope.contains(record), expected, "{name} {record:?} {policy:?}");
            assert_eq!(predicate.matches(facts), expected, "{name} {record:?} {predicate} {policy:?}");
            // Who reaches a record of several owners reaches it by one of them.
            if *owners < 2 {
                let who = sorted(snapshot.who_can(permission, record));
                let may = |user: &&UserId| reference.decide(*user, permission, record);
                assert_eq!(who, everybody.iter().filter(may).collect::<Vec<_>>(), "{name} {record:?} {policy:?}");
            }
            decisions += 1;
            allowed += u64::from(expected);
        }
    }
    (decisions, allowed)
}

/// Always, and periods that begin or end at some of these hours, by their first hour and the one after the last.
const PERIODS: [Option<(i64, i64)>; 4] = [None, Some((0, 2)), Some((2, 9)), Some((1, 3))];

/// The period with this number. What begins at the first hour has no beginning, and what ends at the last one no end.
fn period(nth: usize) -> Option<Period> {
    Some(match PERIODS[nth]? {
        (0, until) => Period::until(hour(until)),
        (from, 9) => Period::starting(hour(from)),
        (from, until) => Period::between(hour(from), hour(until)).unwrap(),
    })
}

fn holds(nth: usize, at: Option<i64>) -> bool {
    PERIODS[nth].is_none_or(|(from, until)| at.is_some_and(|at| from <= at && at < until))
}

/// Posts that may have a period: of who asks, as member, head or deputy of the upper department, or as member of the
/// lower one of who owns, while the other is head of the upper one.
const POSTS: usize = 4;

/// Whether a part of a company is there.
#[derive(Clone, Copy)]
enum Part {
    Missing,
    Always,
    During(Period),
}

/// Two departments, one below the other; a post, a membership and an assignment, each of which may be missing.
fn company_of_periods(to: &Assignment, post: usize, parts: [Part; 3]) -> Document {
    let [has_post, is_member, is_assigned] = parts;
    let entry = |d, part| match part {
        Part::Missing => None,
        Part::Always => Some(Entry::from(department(d))),
        Part::During(period) => Some(Entry::during(department(d), period)),
    };
    let (mut asker, mut owner) = (User::new(0), User::new(1));
    if post == 3 {
        asker.heads.extend(entry(0, Part::Always));
    } else {
        owner.departments.extend(entry(1, Part::Always));
    }
    let posts = match post {
        0 => &mut asker.departments,
        1 => &mut asker.heads,
        2 => &mut asker.deputy_of,
        _ => &mut owner.departments,
    };
    posts.extend(entry(usize::from(post == 3), has_post));
    let group = match is_member {
        Part::During(period) => Group::new("g").member_during(0, period),
        Part::Always => Group::new("g").member(0),
        Part::Missing => Group::new("g"),
    };
    let below = Department::new(department(1)).parent(department(0));
    let mut document = schema_of_places(to.clone());
    document =
        document.department(Department::new(department(0))).department(below).user(asker).user(owner).group(group);
    // An action for records that are shared with the group.
    let actions = &mut document.schema.sections[0].resources[0].actions;
    actions.push(Action::new("shared").floor(Level::Own).shared());
    document.roles[0].assigned_to = match is_assigned {
        Part::During(period) => vec![to.clone().during(period)],
        Part::Always => vec![to.clone()],
        Part::Missing => vec![],
    };
    document
}

/// For each action and record, which of the two users may do it.
fn answers(policy: &Policy, may: impl Fn(Permission, &AnyRecord<'_>) -> [bool; 2]) -> Vec<[bool; 2]> {
    let owners = [Owner::user("unknown"), Owner::user(0), Owner::user(1), Owner::department(0), Owner::department(1)];
    let facts = owners.map(Facts::owned_by).into_iter().chain([Facts::unowned().open(true)]);
    let facts = facts.chain([Facts::unowned().shared_with(Share::group("g"))]);
    let records: Vec<_> = facts.map(|facts| AnyRecord::new("plain", facts)).collect();
    let permissions = policy.schema().permissions("s").filter_map(|permission| match permission {
        AnyPermission::Levelled(levelled) if policy.schema().name(permission)?.starts_with("plain") => Some(levelled),
        _ => None,
    });
    permissions
        .flat_map(|permission| records.iter().map(|record| may(permission, record)).collect::<Vec<_>>())
        .collect()
}

/// The answers of a state, by checks and by `who_can`.
fn answers_of(snapshot: &Snapshot) -> Vec<[bool; 2]> {
    let users = [0, 1].map(UserId::from);
    let principals = users.each_ref().map(|user| snapshot.principal(user));
    answers(snapshot.policy(), |permission, record| {
        let may = principals.each_ref().map(|user| user.check(permission, record).is_allow());
        let who: Vec<&UserId> = snapshot.who_can(permission, record).collect();
        assert_eq!(users.each_ref().map(|user| who.contains(&user)), may, "{record:?}");
        may
    })
}

#[test]
fn all_periods() {
    let hours = [None, Some(0), Some(1), Some(2), Some(3)];
    // Without a place, in the subject's, and in the lower department.
    let upper = [vec![0], vec![0, 1]].map(|list| Word::Known(Place::departments(list)));
    let is_upper = |to: &Assignment| to.place.as_ref().is_some_and(|place| upper.contains(place));
    let places = assignments().into_iter().filter(|to| !is_upper(to));
    let cases: Vec<(Assignment, usize)> =
        places.flat_map(|to| (0..POSTS).map(move |post| (to.clone(), post))).collect();
    assert_eq!(cases.len(), 11 * 3 * POSTS);
    let whole = u32::try_from(cases.len()).unwrap();
    let step = usize::try_from(whole / scaled(whole).min(whole)).unwrap();
    let (mut states, mut turned) = (0, 0);
    for (to, post) in cases.into_iter().step_by(step) {
        // By which of the three parts are there, each without a period.
        let expected: Vec<Vec<[bool; 2]>> = (0..8)
            .map(|mask| {
                let parts = [0, 1, 2].map(|part| if mask & (1 << part) == 0 { Part::Missing } else { Part::Always });
                let policy = Policy::from_document(company_of_periods(&to, post, parts)).unwrap();
                let reference = Reference::new(&policy);
                answers(&policy, |permission, record| [0, 1].map(|user| reference.decide(user, permission, record)))
            })
            .collect();
        for number in 0..PERIODS.len().pow(3) {
            let periods = [number % 4, number / 4 % 4, number / 16];
            let parts = periods.map(|nth| period(nth).map_or(Part::Always, Part::During));
            let policy = Policy::from_document(company_of_periods(&to, post, parts)).unwrap();
            let handle = Handle::new(policy.clone());
            let mut before: Option<&Vec<[bool; 2]>> = None;
            for at in hours {
                let advance = at.map(|at| handle.advance(hour(at)));
                let there = (0..3).fold(0, |mask, part| mask | usize::from(holds(periods[part], at)) << part);
                let expected = &expected[there];
                assert_eq!(&answers_of(&handle.load()), expected, "{to:?} {post} {periods:?} {at:?}");
                if let (Some(advance), Some(before), Some(at)) = (advance, before, at) {
                    let ends = periods.iter().filter_map(|nth| PERIODS[*nth]).flat_map(|(from, until)| [from, until]);
                    let next = ends.filter(|end| *end > at && (1..9).contains(end)).min();
                    assert_eq!(advance.next_change(), next.map(hour), "{periods:?} {at}");
                    for user in [0, 1].into_iter().filter(|user| !advance.affected().contains(*user)) {
                        let of = |answers: &[[bool; 2]]| {
                            answers.iter().map(|both| both[usize::from(user == 1)]).collect::<Vec<_>>()
                        };
                        assert_eq!(of(before), of(expected), "{user} {to:?} {post} {periods:?} {at}");
                    }
                    turned += usize::from(before != expected);
                }
                before = Some(expected);
                states += 1;
            }
            // At once.
            let at = hours[number % hours.len()];
            let there = (0..3).fold(0, |mask, part| mask | usize::from(holds(periods[part], at)) << part);
            let at_once = at.map_or(policy.clone(), |at| policy.at(hour(at)));
            assert_eq!(answers_of(&Snapshot::compile(&at_once)), expected[there], "{to:?} {post} {periods:?} {at:?}");
        }
    }
    assert!(turned > states / 20, "{turned} of {states} states answer otherwise than the one before");
}

/// One type with two variants and two roles: every pair of what they may say for one of the variants, beside every pair of
/// defaults. The other variant is named by the first pair alone.
#[test]
fn every_pair_of_levels_for_a_variant() {
    /// A default, and the level of the variant if it has its own.
    type Cell = (Level, Option<Level>);
    let levels = || {
        let own = || Level::EACH.into_iter().map(Some).chain([None]);
        Level::EACH.into_iter().flat_map(move |default| own().map(move |won| (default, won)))
    };
    let pairs: Vec<(Cell, Cell)> = levels().flat_map(|a| levels().map(move |b| (a, b))).collect();
    let deal = ResourceType::new("deal").variant("won").variant("lost");
    let deal = (0..pairs.len()).fold(deal, |deal, nth| deal.action(Action::new(nth.to_string())));
    let role = |id: &'static str, of: fn(&(Cell, Cell)) -> Cell| {
        let grants = pairs.iter().map(of).enumerate();
        grants.fold(Role::new(id, "s", id).assigned_to(Subject::Everyone), |role, (nth, (default, won))| {
            let permission = format!("deal.{nth}");
            let role = role.grant(permission.clone(), default);
            won.into_iter().fold(role, |role, won| role.grant_variant(permission.clone(), "won", won))
        })
    };
    let roles = [role("a", |pair| pair.0).grant_variant("deal.0", "lost", Level::All), role("b", |pair| pair.1)];
    let document = Document::new()
        .section(Section::new("s").resource(deal))
        .department(Department::new(0))
        .department(Department::new(1).parent(0))
        .user(User::new(0).member_of(0))
        .user(User::new(1).member_of(1))
        .user(User::new(2).member_of(0));
    let policy = Policy::from_document(roles.into_iter().fold(document, Document::role)).unwrap();
    let (reference, snapshot) = (Reference::new(&policy), Snapshot::compile(&policy));
    let owners: [&[i64]; 5] = [&[], &[0], &[1], &[2], &[404]];
    let facts = owners
        .into_iter()
        .flat_map(|owners| [false, true].map(|open| Facts::owned_by_each(owners.iter().copied()).open(open)));
    let values = [None, Some("won"), Some("lost"), Some("odd")];
    let records: Vec<Facts<'_>> = facts.flat_map(|facts| values.map(|value| facts.clone().variant(value))).collect();
    let step = usize::try_from(100 / scaled(100).clamp(1, 100)).unwrap();
    let mut decided = [0, 0];
    for permission in policy.schema().permissions("s").step_by(step) {
        let AnyPermission::Levelled(permission) = permission else { unreachable!("it is levelled") };
        let ann = snapshot.principal(0);
        let predicate = ann.scope(permission).predicate();
        for facts in &records {
            let record = AnyRecord::new("deal", facts.clone());
            let expected = reference.decide(0, permission, &record);
            let name = policy.schema().name(permission).unwrap();
            assert_eq!(ann.check(permission, &record).is_allow(), expected, "{name} {facts:?}");
            assert_eq!(predicate.matches(facts), expected, "{name} {facts:?} {predicate}");
            decided[usize::from(expected)] += 1;
        }
    }
    assert!(decided.iter().all(|count| *count > 1_000), "{decided:?}");
}
