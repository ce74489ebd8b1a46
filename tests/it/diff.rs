//! What would change: exactly the users whose sets of records differ, whatever the two policies are.

use std::collections::{BTreeMap, BTreeSet};

use orgscope::diff::{Diff, DiffGroup};
use orgscope::document::{Action, Command, Department, Document, Group, Levels, ResourceType, Role, Section, User};
use orgscope::id::VariantId;
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::{AnyRecord, Facts, Grant, Handle, Level, Owner, Policy, Share, Snapshot, Subject, UserId};
use orgscope_testing::commands::command;
use orgscope_testing::managed::{meaning, values_of};
use orgscope_testing::random::{self, world};
use orgscope_testing::square::permissions;
use proptest::collection::vec;
use proptest::prelude::*;

/// All owners and shares that can be named with the ids of either policy, and one of each that is unknown.
struct Conceivable {
    owners: Vec<Owner>,
    shares: Vec<Share>,
}

impl Conceivable {
    fn of(policies: [&Policy; 2]) -> Self {
        let documents = policies.map(Policy::to_document);
        let users = documents.iter().flat_map(|d| d.org.users.iter().map(|user| user.id.clone()));
        let users: BTreeSet<_> = users.chain(["stranger".into()]).collect();
        let departments = documents.iter().flat_map(|d| d.org.departments.iter().map(|each| each.id.clone()));
        let departments: BTreeSet<_> = departments.chain(["nowhere".into()]).collect();
        let groups = documents.iter().flat_map(|d| d.org.groups.iter().map(|each| each.id.clone()));
        let groups: BTreeSet<_> = groups.chain(["nobody".into()]).collect();
        let owners = users.iter().cloned().map(Owner::User).chain(departments.iter().cloned().map(Owner::Department));
        let shares = users.iter().cloned().map(Share::User).chain(groups.into_iter().map(Share::Group));
        let shares = shares.chain(departments.iter().cloned().map(Share::Department));
        let shares = shares.chain(departments.iter().cloned().map(Share::DepartmentSub)).collect();
        Self { owners: owners.collect(), shares }
    }

    /// Records of a type: without owner, with each, with each two of some; with and without the flag; with no share,
    /// with each, with two of some. `pick` says where the pairs begin. And closed ones of each two owners: what requires
    /// another permission that is held in other places may need both.
    fn records<'a>(&'a self, resource: &'a str, value: Option<&'a VariantId>, pick: usize) -> Vec<AnyRecord<'a>> {
        let at = |n: usize| &self.owners[(pick + n) % self.owners.len()];
        let mut owners: Vec<Vec<&Owner>> = vec![vec![]];
        owners.extend(self.owners.iter().map(|owner| vec![owner]));
        owners.extend((1..4).map(|n| vec![at(0), at(n * n)]));
        let share = |n: usize| &self.shares[(pick + n) % self.shares.len()];
        let mut shares: Vec<Vec<&Share>> = vec![vec![]];
        shares.extend(self.shares.iter().map(|share| vec![share]));
        shares.extend((1..3).map(|n| vec![share(0), share(n * n)]));
        let mut records = Vec::new();
        for owners in &owners {
            for shares in &shares {
                for open in [false, true] {
                    let facts = Facts::owned_by_each(owners.iter().copied()).open(open).variant(value);
                    records.push(AnyRecord::new(resource, facts.shared_with_each(shares.iter().copied())));
                }
            }
        }
        for (nth, one) in self.owners.iter().enumerate() {
            for other in &self.owners[nth + 1..] {
                records.push(AnyRecord::new(resource, Facts::owned_by_each([one, other]).variant(value)));
            }
        }
        records
    }
}

/// For each user, permission of either and value of a variant for which the set differs: whether something is gained,
/// and whether something is lost.
pub(crate) type Differences = BTreeMap<(UserId, String, Option<VariantId>), (bool, bool)>;

/// The type of a permission.
fn resource<'d>(document: &'d Document, permission: &str) -> Option<&'d ResourceType> {
    let name = permission.split('.').next().unwrap();
    document.schema.sections.iter().flat_map(|section| &section.resources).find(|resource| resource.name == name)
}

/// None, and for each name of the differences a value that means a variant of a permission's type in one of the documents.
fn values(documents: [&Document; 2], permission: &str) -> BTreeSet<Option<VariantId>> {
    let all = documents.into_iter().filter_map(|document| resource(document, permission));
    let values = all.flat_map(|resource| &resource.variants).flat_map(values_of);
    let named = |value: Option<VariantId>| (label(documents, permission, value.as_ref()), value);
    let one_of_each: BTreeMap<String, Option<VariantId>> = values.map(Some).chain([None]).map(named).collect();
    one_of_each.into_values().collect()
}

/// What the differences call the variant of a value: by its names, if a role has a level for it in one of the documents.
fn label(documents: [&Document; 2], permission: &str, value: Option<&VariantId>) -> String {
    let names = documents.map(|document| meaning(resource(document, permission)?, value?));
    let is_named = |document: &Document, name: Option<&str>| {
        let of_type = |other: &str| other.split('.').next() == permission.split('.').next();
        let mut levels = document.roles.iter().flat_map(|role| &role.grants).filter(|(other, _)| of_type(other));
        let has_it = resource(document, permission).is_some_and(|resource| {
            resource.actions.iter().any(|action| !action.toggle && permission.ends_with(&format!(".{}", action.name)))
        });
        name.filter(|_| has_it).is_some_and(|name| {
            levels
                .any(|(_, levels)| matches!(levels, Levels::ByVariant { variants, .. } if variants.contains_key(name)))
        })
    };
    match names {
        _ if !documents.into_iter().zip(names).any(|(document, name)| is_named(document, name)) => "default".to_owned(),
        names => {
            let has_type = |document: &&Document| resource(document, permission).is_some();
            let known = documents.into_iter().zip(names).filter(|(document, _)| has_type(document));
            let mut known: Vec<&str> = known.map(|(_, name)| name.unwrap_or("default")).collect();
            known.dedup();
            known.join("/")
        }
    }
}

/// What the two references say, record by record.
pub(crate) fn by_reference(before: &Policy, after: &Policy, pick: usize) -> Differences {
    let (old, new) = (Reference::new(before), Reference::new(after));
    let users = [before, after].into_iter().flat_map(|policy| policy.to_document().org.users).map(|user| user.id);
    let users: BTreeSet<UserId> = users.collect();
    let names: BTreeSet<String> = [before, after]
        .into_iter()
        .flat_map(|policy| permissions(policy).into_iter().filter_map(|each| policy.schema().name(each)))
        .collect();
    let conceivable = Conceivable::of([before, after]);
    let documents = [before, after].map(Policy::to_document);
    let mut differences = Differences::new();
    for name in &names {
        let resource = name.split('.').next().unwrap();
        let values = values([&documents[0], &documents[1]], name);
        let tokens = [before, after].map(|policy| policy.schema().any_permission(name).ok());
        for (value, user) in values.iter().flat_map(|value| users.iter().map(move |user| (value, user))) {
            let records = conceivable.records(resource, value.as_ref(), pick);
            let mut note = |ask: Option<&AnyRecord<'_>>| {
                // A toggle is asked without a record, and everything else with one; what one of them lacks is denied.
                let may = |reference: &Reference<'_>, token: Option<AnyPermission>| match (token, ask) {
                    (Some(AnyPermission::Toggle(toggle)), None) => reference.decide(user, toggle, &()),
                    (Some(AnyPermission::Levelled(permission)), Some(record)) => {
                        reference.decide(user, permission, record)
                    }
                    _ => false,
                };
                let (old, new) = (may(&old, tokens[0]), may(&new, tokens[1]));
                if old != new {
                    let change = differences.entry((user.clone(), name.clone(), value.clone())).or_default();
                    *change = (change.0 || new, change.1 || old);
                }
            };
            note(None);
            for record in &records {
                note(Some(record));
            }
        }
    }
    differences
}

/// What somebody effectively has: their level, unless something that it requires keeps them even from what is their
/// own.
fn effective(policy: &Policy, user: &UserId, permission: &str, value: Option<&VariantId>, told: Grant) -> Grant {
    let (reference, Ok(token)) = (Reference::new(policy), policy.schema().any_permission(permission)) else {
        return Grant::DENY;
    };
    let facts = Facts::owned_by(user).variant(value);
    let level = reference.level_for(user, token, &facts);
    let own = AnyRecord::new(permission.split('.').next().unwrap(), facts);
    match token {
        AnyPermission::Toggle(toggle) if reference.decide(user, toggle, &()) => Grant::Allow,
        AnyPermission::Levelled(levelled) if reference.decide(user, levelled, &own) => Grant::Level(level),
        // Their own record may be excepted.
        AnyPermission::Levelled(_) if may_except_own(policy, permission) => told,
        _ => Grant::DENY,
    }
}

/// Whether an action of the same type is denied for own records.
fn may_except_own(policy: &Policy, permission: &str) -> bool {
    let document = policy.to_document();
    let resources = document.schema.sections.iter().flat_map(|section| &section.resources);
    let theirs = resources.filter(|resource| permission.starts_with(&format!("{}.", resource.name)));
    theirs.flat_map(|resource| &resource.actions).any(|action| action.except_own)
}

fn by_diff(before: &Snapshot, after: &Snapshot) -> Differences {
    let diff = before.diff(after);
    let documents = [before, after].map(|snapshot| snapshot.policy().to_document());
    let documents = [&documents[0], &documents[1]];
    let mut differences = Differences::new();
    let mut widened = BTreeSet::new();
    for group in diff.groups() {
        let users = group.users();
        assert_eq!(users.len(), group.count(), "the count of a group");
        assert!(!users.is_empty() && !group.changes().is_empty(), "an empty group");
        for (user, change) in users.iter().flat_map(|user| group.changes().iter().map(move |change| (*user, change))) {
            let permission = &change.permission;
            if change.gains {
                widened.insert((user.clone(), permission.clone()));
            }
            let told = |value: Option<&VariantId>| {
                change.variants.is_empty() || change.variants.contains(&label(documents, permission, value))
            };
            for value in values(documents, permission).into_iter().filter(|value| told(value.as_ref())) {
                let key = (user.clone(), permission.clone(), value.clone());
                let entry = differences.entry(key).or_default();
                assert_eq!(*entry, (false, false), "{user:?} {change:?} comes twice");
                *entry = (change.gains, change.loses);
                let has =
                    |snapshot: &Snapshot, told| effective(snapshot.policy(), user, permission, value.as_ref(), told);
                let held = (has(before, change.before), has(after, change.after));
                assert_eq!((change.before, change.after), held, "{user:?} {change:?}");
            }
        }
    }
    assert_eq!(diff.widened(), widened.len());
    assert_eq!(diff.is_empty(), differences.is_empty());
    differences
}

proptest! {
    #![proptest_config(random::worlds(1_000))]

    /// Two worlds that have nothing to do with each other, but for their ids.
    #[test]
    fn of_any_two_policies(before in world(), after in world(), pick in 0..100_usize) {
        let (before, after) = (before.policy(), after.policy());
        let expected = by_reference(&before, &after, pick);
        prop_assert_eq!(by_diff(&Snapshot::compile(&before), &Snapshot::compile(&after)), expected);
    }

    /// A policy and the same after some commands: as published, and as compiled afresh.
    #[test]
    fn of_a_policy_and_what_becomes_of_it(world in world(), raw in vec((any::<u8>(), any::<[u8; 4]>()), 1..6), pick in 0..100_usize) {
        let handle = Handle::new(world.policy());
        let before = handle.load();
        for raw in raw {
            let _ = handle.apply(&[command(raw, &world, &handle)]);
        }
        let after = handle.load();
        let expected = by_reference(before.policy(), after.policy(), pick);
        let shared = by_diff(&before, &after);
        prop_assert_eq!(&shared, &expected);
        let afresh = Snapshot::compile(before.policy());
        prop_assert_eq!(by_diff(&afresh, &after), expected);
        // It is told in one order, however the two states came about.
        prop_assert_eq!(afresh.diff(&after).to_string(), before.diff(&after).to_string());
        prop_assert!(before.diff(&before).is_empty());
        let back: Differences = shared.into_iter().map(|(right, (gains, loses))| (right, (loses, gains))).collect();
        prop_assert_eq!(by_diff(&after, &before), back);
    }
}

fn company() -> Document {
    let contact = ResourceType::new("contact")
        .action(Action::new("read").shared())
        .action(Action::new("update").requires("read"));
    let contact = contact.action(Action::new("delete"));
    Document::new()
        .section(Section::new("crm").resource(contact))
        .department(Department::new("acme").name("Acme"))
        .department(Department::new("support").name("Support").parent("acme"))
        .department(Department::new("desk").name("Desk").parent("support"))
        .department(Department::new("sales").name("Sales").parent("acme"))
        .user(User::new(1).name("Ann").member_of("support"))
        .user(User::new(2).name("Bo, the new one").member_of("support"))
        .user(User::new(3).member_of("support"))
        .user(User::new("cy").member_of("support"))
        .user(User::new("dee").name("Dee").member_of("desk"))
        .user(User::new("eve").name("Eve").member_of("sales").head_of("sales"))
        .group(Group::new("tender").member("eve"))
        .role(
            Role::new("helper", "crm", "Helper")
                .grant("contact.read", Level::Own)
                .assigned_to(Subject::department_sub("support")),
        )
        .role(
            Role::new("chief", "crm", "Chief")
                .grant("contact.read", Level::DepartmentSub)
                .assigned_to(Subject::Supervisors),
        )
}

fn tells(commands: &[Command], expected: &str) {
    let handle = Handle::new(Policy::from_document(company()).unwrap());
    let before = handle.load();
    handle.apply(commands).unwrap();
    let after = handle.load();
    assert_eq!(before.diff(&after).to_string(), expected);
    let afresh = (Snapshot::compile(before.policy()), Snapshot::compile(after.policy()));
    assert_eq!(afresh.0.diff(&afresh.1).to_string(), expected, "compiled afresh");
}

#[test]
fn people_are_named_or_counted() {
    tells(
        &[Command::set_level("helper", "contact.read", Level::DepartmentSub)],
        "5 people of Desk and Support: contact.read own → department+sub",
    );
    tells(
        &[Command::assign("chief", Subject::department("support"))],
        "4 people of Support: contact.read own → department+sub",
    );
    tells(&[Command::assign("chief", Subject::user(2))], "Bo: contact.read own → department+sub");
    tells(
        &[Command::assign("chief", Subject::user(3)), Command::assign("chief", Subject::user("cy"))],
        "user 3 and cy: contact.read own → department+sub",
    );
    tells(
        &[Command::set_level("helper", "contact.read", Level::Deny)],
        "5 people of Desk and Support: contact.read own → deny",
    );
}

#[test]
fn a_reach_that_changes_under_the_same_level_is_told() {
    // Eve's department has more below it, and the people of the desk do not reach otherwise than before.
    tells(
        &[Command::move_department("desk", Some("sales".into()))],
        "Eve: contact.read department+sub, which reaches more records\nDee: contact.read own → deny",
    );
    // And what is shared with sales is now shared with who joined it.
    tells(
        &[Command::join_department(3, "sales")],
        "Eve: contact.read department+sub, which reaches more records\n\
         user 3: contact.read own, which reaches more records",
    );
    tells(
        &[Command::LeaveGroup { user: "eve".into(), group: "tender".into() }],
        "Eve: contact.read department+sub, which reaches fewer records",
    );
    tells(
        &[
            Command::leave_department("eve", "sales"),
            Command::set_head("eve", "sales", false),
            Command::join_department("eve", "desk"),
            Command::assign("chief", Subject::user("eve")),
        ],
        "Eve: contact.read department+sub, which reaches other records",
    );
}

#[test]
fn a_level_that_reaches_the_same_is_not_told() {
    // There is nothing below sales, and nobody there but Eve.
    tells(&[Command::set_level("chief", "contact.read", Level::Department)], "");
    tells(&[Command::RenameUser { id: 1.into(), name: None }], "");
    tells(
        &[Command::set_level("helper", "contact.update", Level::Own)],
        "5 people of Desk and Support: contact.update deny → own",
    );
    // Updating requires reading, which goes no further.
    tells(
        &[
            Command::set_level("helper", "contact.update", Level::Own),
            Command::set_level("helper", "contact.update", Level::All),
        ],
        "5 people of Desk and Support: contact.update deny → all",
    );
}

#[test]
fn what_changes_for_many_is_written_once() {
    let role = Role::new("new", "crm", "New")
        .grant("contact.read", Level::All)
        .grant("contact.update", Level::Own)
        .assigned_to(Subject::department("desk"))
        .assigned_to(Subject::department("sales"));
    let role = Command::create_role(role);
    tells(
        &[role],
        "Eve:\n  contact.read department+sub → all\n  contact.update deny → own\n\
         Dee:\n  contact.read own → all\n  contact.update deny → own",
    );
}

/// A company in which everybody reads what is theirs, before and after it becomes what all have.
fn opened(document: Document) -> String {
    let contact = ResourceType::new("contact").action(Action::new("read"));
    let role = Role::new("r", "crm", "R").grant("contact.read", Level::Own).assigned_to(Subject::Everyone);
    let document = document.section(Section::new("crm").resource(contact)).role(role);
    let handle = Handle::new(Policy::from_document(document).unwrap());
    let before = handle.load();
    handle.apply(&[Command::set_level("r", "contact.read", Level::All)]).unwrap();
    before.diff(&handle.load()).to_string()
}

#[test]
fn everybody_is_counted_once() {
    let support = || Document::new().department(Department::new(1).name("Support"));
    let three =
        |document: Document| ["a", "b", "c"].into_iter().fold(document, |all, id| all.user(User::new(id).member_of(1)));
    let change = |people: &str| format!("{people}: contact.read own → all");
    let strangers = ["x", "y", "z"].into_iter().fold(three(support()), |all, id| all.user(User::new(id)));
    assert_eq!(opened(strangers), change("3 people of Support, and 3 of no department"));
    // Who is in two departments is counted at the first.
    let two = support().department(Department::new(2).name("Sales"));
    let both = three(two).user(User::new("d").member_of(1).head_of(2));
    assert_eq!(opened(both), change("4 people of Support"));
    // Many departments by the one above them, or the largest.
    let many = |parent: Option<i64>| {
        let document = Document::new().department(Department::new(0).name("Acme"));
        (1..6).fold(document, |document, id| {
            let department = Department::new(id).name(format!("D{id}"));
            let document =
                document.department(if let Some(parent) = parent { department.parent(parent) } else { department });
            (0..6 - id).fold(document, |all, n| all.user(User::new(id * 10 + n).member_of(id)))
        })
    };
    assert_eq!(opened(many(Some(0))), change("15 people of Acme and below"));
    assert_eq!(opened(many(None)), change("15 people (5 of D1, 4 of D2, 3 of D3 and 3 of 2 other departments)"));
}

#[test]
fn two_of_one_name_have_their_ids() {
    let document = Document::new().user(User::new(1).name("Ann")).user(User::new(2).name("Ann, the other"));
    assert_eq!(opened(document), "Ann (1) and \"Ann, the other\": contact.read own → all");
    assert_eq!(opened(Document::new().user(User::new(1).name("A\nB\u{1b}"))), "A\\nB\\u{1b}: contact.read own → all");
}

/// Where the two levels alone would mislead, it is said what they leave out.
#[test]
fn what_the_levels_do_not_show_is_told() {
    // Eve reaches more of her new department than she did of her old one, which she no longer reaches.
    tells(
        &[
            Command::leave_department("eve", "sales"),
            Command::set_head("eve", "sales", false),
            Command::join_department("eve", "support"),
            Command::assign("chief", Subject::user(1)),
            Command::set_level("chief", "contact.read", Level::DepartmentSubOpen),
            Command::assign("chief", Subject::user("eve")),
        ],
        "Eve: contact.read department+sub → department+sub+open, and no longer reaches some records\n\
         Ann: contact.read own → department+sub+open",
    );
}

#[test]
fn equal_changes_of_one_type_stand_together() {
    tells(
        &[
            Command::set_level("helper", "contact.read", Level::All),
            Command::set_level("helper", "contact.update", Level::All),
            Command::set_level("helper", "contact.delete", Level::All),
        ],
        "5 people of Desk and Support:\n  contact.read own → all\n  contact.update, delete deny → all",
    );
}

#[test]
fn as_data() {
    let handle = Handle::new(Policy::from_document(company()).unwrap());
    let before = handle.load();
    handle
        .apply(&[Command::assign("chief", Subject::user(2)), Command::assign("chief", Subject::user("dee"))])
        .unwrap();
    let json = serde_json::to_string(&before.diff(&handle.load())).unwrap();
    // Nobody is below the desk, and nobody there but Dee: she reaches what the desk itself owns.
    assert_eq!(
        json,
        r#"{"format":1,"groups":[{"count":2,"users":[2,"dee"],"changes":[{"permission":"contact.read","before":"own","after":"department+sub","gains":true,"loses":false}]}]}"#
    );
}

/// Three people whose levels stay, of whom one reaches more, one less and one both: in one order, however they are
/// found.
#[test]
fn groups_that_differ_in_who_gains_alone_have_an_order() {
    let contact = ResourceType::new("contact").action(Action::new("read").floor(Level::Department));
    let company = ["a", "b", "c"].into_iter().zip([2, 1, 1]).fold(
        Document::new()
            .section(Section::new("crm").resource(contact))
            .department(Department::new(1))
            .department(Department::new(2)),
        |document, (user, department)| document.user(User::new(user).member_of(department)),
    );
    let authz = Handle::new(Policy::from_document(company).unwrap());
    let before = authz.load();
    authz.apply([Command::leave_department("c", 1), Command::join_department("c", 2)]).unwrap();
    let after = authz.load();
    let users = |diff: Diff<'_>| {
        let users = |group: DiffGroup<'_>| group.users().into_iter().map(ToString::to_string).collect::<String>();
        diff.groups().map(users).collect::<Vec<_>>()
    };
    assert_eq!(users(before.diff(&after)), ["b", "a", "c"]);
    let [old, new] = [&before, &after].map(|snapshot| Snapshot::compile(snapshot.policy()));
    assert_eq!(users(old.diff(&new)), ["b", "a", "c"]);
}

/// States that were only tried, each from the same one, know nothing of each other: what stands in one place in both
/// may be two things.
#[test]
fn of_what_was_only_tried() {
    let authz = Handle::new(Policy::from_document(company()).unwrap());
    let dry_run = |command| authz.as_host().dry_run([command]).unwrap();
    let head = Command::set_head(1, "support", true);
    let deputy = Command::set_deputy(1, "support", true);
    let (as_head, as_deputy) = (dry_run(head), dry_run(deputy.clone()));
    let told = "Ann: contact.read department+sub → own";
    assert_eq!(as_head.after().diff(as_deputy.after()).to_string(), told);
    authz.apply([deputy]).unwrap();
    assert_eq!(as_head.after().diff(&authz.load()).to_string(), told);
}
