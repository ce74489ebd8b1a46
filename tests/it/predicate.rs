//! The normal form of a scope: walked as an application would, with nothing but the ids that it gives, it is the
//! reference.

use std::collections::BTreeSet;

use orgscope::document::{Action, Department, Document, Group, ResourceType, Role, Section, User};
use orgscope::id::VariantId;
use orgscope::permission::AnyPermission;
use orgscope::predicate::{AnyOf, Case, Departments, Term, Variants};
use orgscope::reference::Reference;
use orgscope::{DepartmentId, Facts, Level, Owner, Policy, Predicate, Share, Snapshot, Subject, UserId};
use orgscope_testing::random::{Record, World, world, worlds};
use orgscope_testing::square::permissions;
use proptest::prelude::*;

/// The members of departments, as the document says.
fn members(these: &Departments<'_>, world: &World) -> BTreeSet<UserId> {
    let these: BTreeSet<&DepartmentId> = these.each().collect();
    let users = world.document.org.users.iter();
    users
        .filter(|user| user.departments.iter().any(|each| these.contains(&each.id)))
        .map(|user| user.id.clone())
        .collect()
}

fn holds(term: &Term<'_>, record: &Record, world: &World) -> bool {
    let owned_by = |those: &dyn Fn(&Owner) -> bool| record.owners.iter().any(those);
    match term {
        Term::Owner(id) => owned_by(&|owner| matches!(owner, Owner::User(owner) if owner == *id)),
        Term::Unowned => record.owners.is_empty(),
        Term::OwnerIn(these) => {
            let members = members(these, world);
            assert_eq!(these.members().cloned().collect::<BTreeSet<_>>(), members, "{these:?}");
            owned_by(&|owner| matches!(owner, Owner::User(owner) if members.contains(owner)))
        }
        Term::DepartmentOwner(these) => {
            owned_by(&|owner| matches!(owner, Owner::Department(owner) if these.each().any(|each| each == owner)))
        }
        Term::NotOwner(id) => !owned_by(&|owner| matches!(owner, Owner::User(owner) if owner == *id)),
        Term::Owned => !record.owners.is_empty(),
        Term::Open => record.open,
        Term::SharedWith(audience) => record.shared_with.iter().any(|share| match share {
            Share::User(with) => audience.user() == with,
            Share::Department(with) => audience.departments().any(|each| each == with),
            Share::DepartmentSub(with) => audience.departments_and_above().any(|each| each == with),
            Share::Group(with) => audience.groups().any(|each| each == with),
        }),
        other => panic!("unknown term {other:?}"),
    }
}

/// What a condition names, department by department. Those with others below them, even if there are none now, are more.
fn kinds(any_of: &AnyOf<'_>) -> BTreeSet<String> {
    let mut kinds = BTreeSet::new();
    let each = |what: &str, these: &Departments<'_>| -> Vec<String> {
        let below =
            these.roots().filter(|(_, with_below)| *with_below).map(|(root, _)| format!("{what} below {root:?}"));
        these.each().map(|department| format!("{what} {department:?}")).chain(below).collect()
    };
    for term in any_of.terms() {
        let kind = match term {
            Term::Owner(_) => "owner",
            Term::Unowned => "unowned",
            Term::OwnerIn(these) => {
                kinds.extend(each("in", &these));
                continue;
            }
            Term::DepartmentOwner(these) => {
                kinds.extend(each("is", &these));
                continue;
            }
            Term::Open => "open",
            Term::SharedWith(_) => "shared",
            Term::NotOwner(_) => "not owner",
            Term::Owned => "owned",
            other => panic!("unknown term {other:?}"),
        };
        kinds.insert(kind.to_owned());
    }
    kinds
}

/// No condition follows from another, and only nothing has one without terms.
fn is_shortest(predicate: &Predicate<'_>) {
    let cases: Vec<(Variants<'_>, Vec<BTreeSet<String>>)> = predicate
        .cases()
        .map(|case| (case.variants().clone(), case.all_of().map(|any_of| kinds(&any_of)).collect()))
        .collect();
    for (_, clauses) in &cases {
        assert!(clauses.iter().all(|clause| !clause.is_empty()), "a case that no record meets: {predicate}");
        for (nth, clause) in clauses.iter().enumerate() {
            for (other, stronger) in clauses.iter().enumerate() {
                assert!(nth == other || !stronger.is_subset(clause), "{predicate}");
            }
        }
    }
    // Cases that say the same are one, and no two are about the same records.
    for (nth, (variants, clauses)) in cases.iter().enumerate() {
        for (others, same) in &cases[nth + 1..] {
            assert!(clauses != same, "{predicate}");
            match (variants, others) {
                (Variants::In(one), Variants::In(other)) => assert!(!one.iter().any(|value| other.contains(value))),
                (Variants::NotIn(excluded), Variants::In(these)) | (Variants::In(these), Variants::NotIn(excluded)) => {
                    assert!(these.iter().all(|value| excluded.contains(value)), "{predicate}");
                }
                _ => panic!("{predicate}"),
            }
        }
    }
    let is_any = |(variants, clauses): &(Variants<'_>, Vec<_>)| *variants == Variants::Any && clauses.is_empty();
    assert_eq!(predicate.is_everything(), cases.len() == 1 && is_any(&cases[0]));
    assert_eq!(predicate.is_nothing(), cases.is_empty());
}

/// Whether a record is of these variants.
fn is_of(variants: &Variants<'_>, record: &Record) -> bool {
    let is_in = |values: &[&VariantId]| record.variant.as_ref().is_some_and(|value| values.contains(&value));
    match variants {
        Variants::Any => true,
        Variants::In(values) => is_in(values),
        Variants::NotIn(values) => !is_in(values),
    }
}

fn agree(world: &World) {
    let policy = world.policy();
    let (reference, snapshot) = (Reference::new(&policy), Snapshot::compile(&policy));
    for permission in permissions(&policy) {
        let AnyPermission::Levelled(levelled) = permission else { continue };
        let name = policy.schema().name(permission).unwrap();
        for user in world.askers() {
            let predicate = snapshot.principal(&user).scope(levelled).predicate();
            is_shortest(&predicate);
            for record in world.records.iter().filter(|record| name.starts_with(&format!("{}.", record.resource))) {
                let expected = reference.decide(&user, levelled, &record.as_any());
                let meets = |case: Case<'_>| {
                    is_of(case.variants(), record)
                        && case.all_of().all(|any_of| any_of.terms().any(|term| holds(&term, record, world)))
                };
                let walked = predicate.cases().any(meets);
                assert_eq!(walked, expected, "{user:?} {name} {predicate} {record:?}");
                let facts = Facts::owned_by_each(&record.owners).open(record.open);
                let facts = facts.shared_with_each(&record.shared_with).variant(&record.variant);
                assert_eq!(predicate.matches(&facts), expected, "{user:?} {name} {predicate} {record:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(worlds(2_000))]

    #[test]
    fn walking_a_predicate_is_the_reference(world in world()) {
        agree(&world);
    }
}

#[test]
fn it_reads_as_a_person_would_say_it() {
    let contact = ResourceType::new("contact")
        .action(Action::new("read").shared())
        .action(Action::new("update").requires("read"))
        .action(Action::new("delete"));
    let lead = ResourceType::new("lead").pool().action(Action::new("read"));
    let document = Document::new()
        .section(Section::new("crm").resource(contact).resource(lead))
        .department(Department::new("sales"))
        .department(Department::new("south").parent("sales"))
        .department(Department::new("support"))
        .user(User::new("ann").member_of("south").head_of("sales"))
        .user(User::new("bo").member_of("south").member_of("support"))
        .user(User::new("cy"))
        .user(User::new("di").inactive())
        .group(Group::new("tender").member("bo"))
        .role(
            Role::new("seller", "crm", "Seller")
                .assigned_to(Subject::Everyone)
                .grant("contact.read", Level::DepartmentSub)
                .grant("contact.update", Level::OwnOpen)
                .grant("lead.read", Level::Department),
        )
        .role(Role::new("boss", "crm", "Boss").assigned_to(Subject::user("ann")).grant("contact.update", Level::All));
    let snapshot = Snapshot::compile(&Policy::from_document(document).unwrap());
    let said = |user: &str, permission: &str| {
        let permission = snapshot.schema().permission_named(permission).unwrap();
        snapshot.principal(user).scope(permission).predicate().to_string()
    };
    assert_eq!(
        said("ann", "contact.read"),
        "owner is ann or owner in department sales or below or department south or below or owner is department sales or \
         below or department south or below or shared with ann"
    );
    assert_eq!(said("ann", "contact.update"), said("ann", "contact.read"), "all, and what it requires");
    assert_eq!(
        said("cy", "contact.update"),
        "(owner is cy or shared with cy) and (owner is cy or open)",
        "who is in no department reaches no more than their own"
    );
    assert_eq!(
        said("bo", "lead.read"),
        "owner is bo or no owner or owner in department south or department support or owner is department south or \
         department support"
    );
    assert_eq!(said("bo", "contact.delete"), "nothing");
    assert_eq!(said("di", "contact.read"), "nothing");
    assert_eq!(said("stranger", "contact.read"), "nothing");
}

/// An id that could be read as more than one word, or as another id, stands in quotes.
#[test]
fn ids_among_words_are_quoted() {
    let document = Document::new()
        .section(
            Section::new("crm")
                .resource(ResourceType::new("lead").action(Action::new("read").floor(Level::DepartmentOpen))),
        )
        .department(Department::new("north or below"))
        .department(Department::new("(south)"))
        .department(Department::new("7"))
        .user(User::new("ann or open").member_of("north or below").member_of("(south)").member_of("7"));
    let snapshot = Snapshot::compile(&Policy::from_document(document).unwrap());
    let read = snapshot.schema().permission_named("lead.read").unwrap();
    assert_eq!(
        snapshot.principal("ann or open").scope(read).predicate().to_string(),
        "owner is \"ann or open\" or owner in department \"(south)\" or department \"7\" or department \"north or below\" or \
         owner is department \"(south)\" or department \"7\" or department \"north or below\" or open"
    );
}

/// The departments of the user and those of a place may be the same: then the answer does not depend on the variant.
#[test]
fn variants_with_the_same_departments_are_one_case() {
    let deal = ResourceType::new("deal").variant("won").action(Action::new("read"));
    let role = |id: &str| Role::new(id, "crm", id);
    let document = Document::new()
        .section(Section::new("crm").resource(deal))
        .department(Department::new(1))
        .user(User::new("ann").member_of(1))
        .role(
            role("everywhere")
                .grant("deal.read", Level::Department)
                .grant_variant("deal.read", "won", Level::Own)
                .assigned_to(Subject::user("ann")),
        )
        .role(
            role("there")
                .grant_variant("deal.read", "won", Level::Department)
                .assigned_to(Subject::user("ann").in_departments([1])),
        );
    let snapshot = Snapshot::compile(&Policy::from_document(document).unwrap());
    let read = snapshot.schema().permission_named("deal.read").unwrap();
    assert_eq!(
        snapshot.principal("ann").scope(read).predicate().to_string(),
        "owner is ann or owner in department 1 or owner is department 1"
    );
}
