//! Periods: at every instant, a company is as if only what holds then were there.

use orgscope::document::Document;
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::{AnyRecord, Handle, Policy, Snapshot, Time, UserId};
use orgscope_testing::commands::{RawCommand, command};
use orgscope_testing::dated::{HOURS, dated, during, hour, period, plain, turns};
use orgscope_testing::random::{self, World, world};
use orgscope_testing::square::{ask, decide, permissions, sorted};
use proptest::collection::vec;
use proptest::prelude::*;

fn document(handle: &Handle) -> Document {
    handle.load().policy().to_document()
}

/// Checks that a state answers every question as the reference does for the company without periods.
fn is_as_plain(world: &World, snapshot: &Snapshot) {
    let whole = snapshot.policy().to_document();
    let policy = Policy::from_document(plain(&whole, snapshot.instant())).unwrap();
    let reference = Reference::new(&policy);
    let records: Vec<AnyRecord<'_>> = world.records.iter().map(random::Record::as_any).collect();
    let users: Vec<&UserId> = whole.org.users.iter().map(|user| &user.id).collect();
    let stranger = UserId::from("stranger");
    for permission in permissions(&policy) {
        for user in users.iter().copied().chain([&stranger]) {
            for record in &records {
                let allow = match permission {
                    AnyPermission::Toggle(toggle) => ask(snapshot, user, toggle, &()),
                    AnyPermission::Levelled(levelled) => ask(snapshot, user, levelled, record),
                };
                assert_eq!(allow, decide(reference, user, permission, record), "{user}: {record:?}");
            }
        }
        for record in &records {
            let expected: Vec<&UserId> =
                users.iter().copied().filter(|user| decide(reference, user, permission, record)).collect();
            let found = match permission {
                AnyPermission::Toggle(toggle) => sorted(snapshot.who_can(toggle, &())),
                AnyPermission::Levelled(levelled) => sorted(snapshot.who_can(levelled, record)),
            };
            assert_eq!(found, expected);
        }
    }
    let next = turns(&whole).into_iter().find(|turn| Some(*turn) > snapshot.instant());
    match snapshot.instant() {
        // What has no beginning begins with the first instant that is told, whichever that is.
        None if snapshot.policy().next_change() == Some(Time::MIN) => {}
        _ => assert_eq!(snapshot.policy().next_change(), next),
    }
}

/// Every decision of a state.
fn decisions(world: &World, snapshot: &Snapshot, user: &UserId) -> Vec<bool> {
    let records: Vec<AnyRecord<'_>> = world.records.iter().map(random::Record::as_any).collect();
    let of = |permission| {
        records.iter().map(move |record| match permission {
            AnyPermission::Toggle(toggle) => snapshot.principal(user).check(toggle, &()).is_allow(),
            AnyPermission::Levelled(levelled) => snapshot.principal(user).check(levelled, record).is_allow(),
        })
    };
    permissions(snapshot.policy()).into_iter().flat_map(of).collect()
}

#[derive(Clone, Debug)]
enum Step {
    Advance(i64),
    Batch(Vec<(RawCommand, u32)>),
    Prune(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let batch = vec((any::<RawCommand>(), any::<u32>()), 1..4).prop_map(Step::Batch);
    let step = prop_oneof![
        3 => (0..HOURS + 5).prop_map(Step::Advance),
        4 => batch,
        1 => (0..HOURS + 5).prop_map(Step::Prune),
    ];
    vec(step, 1..10)
}

proptest! {
    #![proptest_config(random::worlds(2_000))]

    /// A world at any instant, reached at once or over others, compiled afresh or followed.
    #[test]
    fn a_company_is_as_if_only_what_holds_were_there(
        world in world(), seed in any::<u64>(), hours in vec(-1..HOURS + 5, 1..4), another in 0..HOURS,
    ) {
        let world = dated(world, seed);
        let policy = world.policy();
        is_as_plain(&world, &Snapshot::compile(&policy));
        let handle = Handle::new(policy.clone());
        let mut latest: Option<Time> = None;
        for at in hours.into_iter().map(hour) {
            let before = handle.load();
            let advance = handle.advance(at);
            prop_assert_eq!(advance.is_behind(), Some(at) < latest);
            latest = latest.max(Some(at));
            let snapshot = handle.load();
            prop_assert_eq!(snapshot.instant(), latest);
            prop_assert_eq!(advance.after().instant(), latest);
            prop_assert_eq!(advance.next_change(), snapshot.policy().next_change());
            prop_assert_eq!(snapshot.revision(), 0);
            is_as_plain(&world, &snapshot);
            is_as_plain(&world, &Snapshot::compile(&policy.at(at)));
            prop_assert_eq!(snapshot.policy().to_document(), policy.to_document());
            for user in world.askers() {
                if !advance.affected().contains(&user) {
                    prop_assert_eq!(decisions(&world, &before, &user), decisions(&world, &snapshot, &user), "{}", user);
                }
            }
            // From any instant to any other, also an earlier one.
            is_as_plain(&world, &Snapshot::compile(&snapshot.policy().at(hour(another))));
        }
    }

    /// In any order of advances and batches. Undoing and replaying give the same bytes, whatever the instants.
    #[test]
    fn batches_and_advances_come_in_any_order(world in world(), seed in any::<u64>(), steps in steps()) {
        let world = dated(world, seed);
        let handle = Handle::new(world.policy());
        let (start, mut receipts) = (handle.checkpoint(), Vec::new());
        for step in steps {
            match step {
                Step::Advance(to) => _ = handle.advance(hour(to)),
                Step::Batch(raw) => {
                    let commands: Vec<_> =
                        raw.into_iter().map(|(raw, dates)| during(command(raw, &world, &handle), period(dates))).collect();
                    let before = handle.load();
                    if let Ok(receipt) = handle.as_host().force().apply(&commands) {
                        prop_assert_eq!(receipt.audit().instant(), before.instant());
                        let snapshot = handle.load();
                        for user in world.askers().iter().filter(|user| !receipt.affected().contains(*user)) {
                            prop_assert_eq!(decisions(&world, &before, user), decisions(&world, &snapshot, user));
                        }
                        receipts.push(receipt);
                    }
                }
                Step::Prune(by) => {
                    let (before, whole) = (handle.load(), document(&handle));
                    let pruned = handle.apply([orgscope::Command::prune(hour(by))]);
                    prop_assert_eq!(pruned.is_ok(), Some(hour(by)) <= before.instant());
                    if let Ok(receipt) = pruned {
                        // Nothing is gone that holds at any later instant.
                        let kept = document(&handle);
                        for turn in turns(&whole).into_iter().filter(|turn| *turn >= hour(by)).chain([hour(by)]) {
                            prop_assert_eq!(plain(&kept, Some(turn)), plain(&whole, Some(turn)));
                        }
                        prop_assert!(receipt.affected().is_empty());
                        receipts.push(receipt);
                    }
                }
            }
            is_as_plain(&world, &handle.load());
        }
        let restored = Handle::restore(start.clone(), receipts.iter().map(|receipt| receipt.audit().clone())).unwrap();
        prop_assert_eq!(restored.checkpoint(), handle.checkpoint());
        prop_assert_eq!(restored.load().instant(), None);
        while let Some(receipt) = receipts.pop() {
            handle.as_host().force().apply(receipt.undo()).unwrap();
            prop_assert_eq!(&document(&handle), &receipt.before().policy().to_document());
            is_as_plain(&world, &handle.load());
        }
        prop_assert_eq!(&document(&handle), start.document());
    }

    /// An explanation tells how the decision turns by itself, found by the reference at each instant.
    #[test]
    fn an_explanation_says_until_when(world in world(), seed in any::<u64>(), at in 0..HOURS + 2, asked in any::<[u16; 4]>()) {
        let world = dated(world, seed);
        let (whole, now) = (world.policy().to_document(), hour(at));
        let snapshot = Snapshot::compile(&world.policy().at(now));
        let turns = turns(&whole);
        for number in asked {
            let (users, all) = (world.askers(), permissions(snapshot.policy()));
            let user = &users[usize::from(number) % users.len()];
            let permission = all[usize::from(number / 16) % all.len()];
            let records: Vec<&random::Record> = world.records.iter().collect();
            let record = records[usize::from(number / 256) % records.len()].as_any();
            let allowed = |instant: Time| {
                let policy = Policy::from_document(plain(&whole, Some(instant))).unwrap();
                decide(Reference::new(&policy), user, permission, &record)
            };
            let is_allowed = allowed(now);
            let explanation = match permission {
                AnyPermission::Toggle(toggle) => snapshot.principal(user).explain(toggle, &()),
                AnyPermission::Levelled(levelled) => snapshot.principal(user).explain(levelled, &record),
            };
            let next = turns.iter().copied().find(|turn| *turn > now && allowed(*turn) != is_allowed);
            prop_assert_eq!(explanation.until(), next.filter(|_| is_allowed));
            prop_assert_eq!(explanation.begins(), next.filter(|_| !is_allowed));
            let before = |turn: Time| Time::from_seconds(turn.seconds() - 1).unwrap();
            let ended = turns.iter().rev().copied().filter(|turn| *turn <= now).find(|turn| allowed(before(*turn)));
            prop_assert_eq!(explanation.ended(), ended.filter(|_| !is_allowed));
            let text = explanation.to_string();
            for (told, sentence) in [
                (explanation.until(), "That is so until"),
                (explanation.ended(), "It was allowed until"),
                (explanation.begins(), "It will be allowed from"),
            ] {
                let told = told.map(|told| text.contains(&format!("{sentence} {told}")));
                prop_assert_eq!(told.unwrap_or(!text.contains(sentence)), true, "{}", text);
            }
        }
    }
}
