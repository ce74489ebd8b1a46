//! What must hold whatever the company: laws that need no second implementation to be tested.

use std::collections::BTreeSet;

use orgscope::document::{Assignment, Document, Levels, Place, Role, Word};
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::{AnyRecord, DepartmentId, Grant, Level, Owner, Policy, RoleId, Snapshot, Subject, UserId};

use orgscope_testing::managed::{cell, is_in, parts};
use orgscope_testing::random::{Record, World, world, worlds};
use orgscope_testing::square::permissions;
use proptest::prelude::*;

#[test]
fn join_is_the_union_and_no_ninth_level_appears() {
    for a in Level::EACH {
        assert_eq!(a.join(a), a);
        assert_eq!(a.join(Level::Deny), a, "deny is the bottom, not a veto");
        assert_eq!(a.join(Level::All), Level::All);
        for b in Level::EACH {
            let join = a.join(b);
            assert!(Level::EACH.contains(&join));
            assert_eq!(join, b.join(a));
            assert!(join >= a && join >= b);
            // The least that includes both: whatever includes both includes it.
            assert!(Level::EACH.into_iter().filter(|c| *c >= a && *c >= b).all(|c| c >= join));
            for c in Level::EACH {
                assert_eq!(a.join(b).join(c), a.join(b.join(c)));
            }
        }
    }
}

#[test]
fn order_is_inclusion_of_the_parts() {
    for a in Level::EACH {
        for b in Level::EACH {
            let within = parts(a).chars().all(|part| parts(b).contains(part));
            assert_eq!(a <= b, within, "{a} <= {b}");
            let union = |part: &char| parts(a).contains(*part) || parts(b).contains(*part);
            let expected: String = "SDTOA".chars().filter(union).collect();
            assert_eq!(parts(a.join(b)), expected);
        }
    }
}

/// All answers of a policy: who may do what to which of these records.
fn answers(policy: &Policy, askers: &[UserId], records: &[AnyRecord<'_>]) -> Vec<bool> {
    let snapshot = Snapshot::compile(policy);
    let mut answers = Vec::new();
    for permission in permissions(policy) {
        for user in askers.iter().map(|user| snapshot.principal(user)) {
            match permission {
                AnyPermission::Toggle(toggle) => answers.push(user.check(toggle, &()).is_allow()),
                AnyPermission::Levelled(permission) => {
                    answers.extend(records.iter().map(|record| user.check(permission, record).is_allow()));
                }
            }
        }
    }
    answers
}

fn answers_of(world: &World, document: Document) -> Vec<bool> {
    let records: Vec<AnyRecord<'_>> = world.records.iter().map(Record::as_any).collect();
    answers(&Policy::from_document(document).unwrap(), &world.askers(), &records)
}

/// The grants of a role joined with those of another.
fn joined(a: &Role, b: &Role) -> Role {
    let mut both = a.clone();
    for permission in b.grants.keys() {
        let names = [a, b].into_iter().filter_map(|role| match role.grants.get(permission)? {
            Levels::Alike(_) => None,
            Levels::ByVariant { variants, .. } => Some(variants.keys().cloned()),
        });
        let names: BTreeSet<String> = names.flatten().collect();
        let is_toggle = [a, b]
            .into_iter()
            .any(|role| role.grants.get(permission).is_some_and(|levels| *levels == Grant::Allow.into()));
        // Each role settles its level for a variant, and then they are joined.
        let join = |variant: Option<&str>| {
            let level = cell(Some(a), permission, variant).join(cell(Some(b), permission, variant));
            if is_toggle && level == Level::All { Grant::Allow } else { Grant::Level(level) }
        };
        both = both.grant(permission.clone(), join(None));
        for name in &names {
            both = both.grant_variant(permission.clone(), name.clone(), join(Some(name)));
        }
    }
    both
}

proptest! {
    #![proptest_config(worlds(2_000))]

    /// Two roles that the same people have give what one role with the joined levels gives, and no more than either.
    #[test]
    fn the_highest_level_wins(world in world()) {
        // The levels of a cell may not hold the join of two of them: then the joined role is no valid role.
        let unlimited = |mut document: Document| {
            for resource in document.schema.sections.iter_mut().flat_map(|section| &mut section.resources) {
                resource.actions.iter_mut().for_each(|action| action.levels = None);
            }
            document
        };
        let mut document = unlimited(world.document.clone());
        prop_assume!(document.roles.len() >= 2);
        let subjects = document.roles[0].assigned_to.clone();
        document.roles[1].assigned_to = subjects;
        let mut one = document.clone();
        one.roles[0] = joined(&document.roles[0], &document.roles[1]);
        one.roles.remove(1);
        prop_assert_eq!(answers_of(&world, document), answers_of(&world, one));
    }

    #[test]
    fn one_more_role_never_takes_away(world in world(), grants_of in any::<prop::sample::Index>(), to in 0..6_usize) {
        prop_assume!(!world.document.roles.is_empty());
        let before = answers_of(&world, world.document.clone());
        let mut more = world.document.roles[grants_of.index(world.document.roles.len())].clone();
        more.id = RoleId::from("one more");
        more.name = "One more".to_owned();
        more.assigned_to = vec![Assignment::from(
            [Subject::Everyone, Subject::Employees, Subject::Supervisors, Subject::Deputies, Subject::Administrators]
                .get(to)
                .cloned()
                .unwrap_or_else(|| world.document.org.users.first().map_or(Subject::Everyone, |u| Subject::User(u.id.clone())))),
        ];
        let after = answers_of(&world, world.document.clone().role(more));
        prop_assert!(before.iter().zip(&after).all(|(before, after)| !before | after));
    }

    #[test]
    fn order_and_repetition_of_roles_do_not_matter(world in world()) {
        let mut document = world.document.clone();
        document.roles.reverse();
        document.org.users.reverse();
        document.org.departments.reverse();
        document.org.groups.reverse();
        let twice: Vec<Role> = document.roles.iter().cloned().enumerate().map(|(r, mut role)| {
            role.id = RoleId::from(format!("again {r}"));
            role.name = format!("Again {r}");
            role
        }).collect();
        document.roles.extend(twice);
        prop_assert_eq!(answers_of(&world, document), answers_of(&world, world.document.clone()));
    }

    /// Documents that mean the same are the same bytes, and loading those bytes keeps every answer.
    #[test]
    fn a_saved_document_keeps_every_answer(world in world()) {
        let policy = world.policy();
        let saved = serde_json::to_string(&policy.to_document()).unwrap();
        let document: Document = serde_json::from_str(&saved).unwrap();
        prop_assert_eq!(answers_of(&world, document.clone()), answers_of(&world, world.document.clone()));
        let mut shuffled = world.document.clone();
        shuffled.org.users.reverse();
        shuffled.org.departments.reverse();
        shuffled.roles.reverse();
        for user in &mut shuffled.org.users {
            user.departments.reverse();
            user.heads.reverse();
        }
        shuffled.roles.iter_mut().for_each(|role| role.assigned_to.reverse());
        let again = serde_json::to_string(&Policy::from_document(shuffled).unwrap().to_document()).unwrap();
        prop_assert_eq!(again, saved.clone());
        prop_assert_eq!(serde_json::to_string(&Policy::from_document(document).unwrap().to_document()).unwrap(), saved);
    }

    /// A department that moves takes its own people and records along, and changes nothing else: those anchored in it
    /// or below, and, for those anchored above its old or its new place, or with an assignment in a department there, the
    /// records of people in it or below.
    #[test]
    fn moving_a_department_changes_only_its_cone(
        world in world(),
        moved in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
    ) {
        let org = &world.document.org;
        prop_assume!(!org.departments.is_empty());
        let moved = org.departments[moved.index(org.departments.len())].id.clone();
        let to = to.index(org.departments.len() + 1);
        let to = org.departments.get(to).map(|department| department.id.clone());
        let mut after = world.document.clone();
        for department in after.org.departments.iter_mut().filter(|department| department.id == moved) {
            department.parent.clone_from(&to);
        }
        let Ok(policy_after) = Policy::from_document(after.clone()) else { return Ok(()) };
        let policy = world.policy();
        let above = |document: &Document, from: &DepartmentId| -> Vec<DepartmentId> {
            let parent = |id: &DepartmentId| {
                document.org.departments.iter().find(|d| d.id == *id).and_then(|d| d.parent.clone())
            };
            std::iter::successors(Some(from.clone()), parent).collect()
        };
        let in_cone = |department: &DepartmentId| above(&world.document, department).contains(&moved);
        let old_and_new: Vec<DepartmentId> =
            above(&world.document, &moved).into_iter().chain(above(&after, &moved)).collect();
        for user in &org.users {
            let posts = user.departments.iter().chain(&user.heads).chain(&user.deputy_of);
            let anchors: Vec<_> = posts.map(|post| &post.id).collect();
            if anchors.iter().any(|anchor| in_cone(anchor)) {
                continue;
            }
            let is_placed_over_the_cone = |assignment: &Assignment| match (&assignment.to, &assignment.place) {
                (Word::Known(subject), Some(Word::Known(Place::Departments(place)))) => {
                    is_in(&world.document, subject, &user.id) && place.iter().any(|id| old_and_new.contains(id))
                }
                _ => false,
            };
            let over_the_cone = anchors.iter().any(|anchor| old_and_new.contains(anchor))
                || world.document.roles.iter().flat_map(|role| &role.assigned_to).any(is_placed_over_the_cone);
            let owned_in_cone = |record: &Record| record.owners.iter().any(|owner| match owner {
                Owner::Department(department) => in_cone(department),
                Owner::User(owner) => {
                    org.users.iter().any(|user| user.id == *owner && user.departments.iter().any(|post| in_cone(&post.id)))
                }
            });
            for record in world.records.iter().filter(|record| !(over_the_cone && owned_in_cone(record))) {
                for permission in permissions(&policy) {
                    let AnyPermission::Levelled(permission) = permission else { continue };
                    let decide = |policy: &Policy| {
                        let slow = Reference::new(policy).decide(&user.id, permission, &record.as_any());
                        let fast = Snapshot::compile(policy).principal(&user.id).check(permission, &record.as_any());
                        assert_eq!(fast.is_allow(), slow);
                        slow
                    };
                    prop_assert_eq!(decide(&policy), decide(&policy_after), "{:?} {:?}", user.id, record);
                }
            }
        }
    }
}
