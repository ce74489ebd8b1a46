//! Readers and writers at once: every answer belongs to exactly one state.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use orgscope::document::{Action, Command, Department, Document, ResourceType, Role, Section, User};
use orgscope::rules::RefusalKind;
use orgscope::{AnyRecord, Facts, Handle, Level, Policy, Subject};

const USERS: u64 = 8;
const BATCHES: u64 = 2_000;

/// In the state `n` exactly the user `n % USERS` has the role and is in the department. Who sees two of them, or none,
/// has seen half a change.
fn passed_on(state: u64) -> [Command; 4] {
    let user = |state: u64| i64::try_from(state % USERS).unwrap();
    let (before, now) = (user(state - 1), user(state));
    [
        Command::unassign("reader", Subject::user(before)),
        Command::leave_department(before, "sales"),
        Command::assign("reader", Subject::user(now)),
        Command::join_department(now, "sales"),
    ]
}

#[test]
fn every_answer_belongs_to_one_state() {
    let contact = ResourceType::new("contact").action(Action::new("read"));
    let role = Role::new("reader", "crm", "Reader").grant("contact.read", Level::Department);
    let users = (0..USERS).map(|user| User::new(i64::try_from(user).unwrap()));
    let document = Document::new()
        .section(Section::new("crm").resource(contact))
        .department(Department::new("sales"))
        .role(role.assigned_to(Subject::user(0)));
    let mut document = users.fold(document, Document::user);
    document.org.users[0] = User::new(0).member_of("sales");
    let handle = Handle::new(Policy::from_document(document).unwrap());
    let read = handle.load().schema().permission_named("contact.read").unwrap();

    let done = AtomicBool::new(false);
    let states_seen = thread::scope(|scope| {
        let reader = || {
            let (mut states, mut latest) = (0, 0);
            while !done.load(Ordering::Relaxed) {
                let snapshot = handle.load();
                let holder = i64::try_from(snapshot.revision() % USERS).unwrap();
                for user in 0..i64::try_from(USERS).unwrap() {
                    let allowed =
                        snapshot.principal(user).check(read, &AnyRecord::new("contact", Facts::owned_by(user)));
                    assert_eq!(allowed.is_allow(), user == holder, "user {user} in state {}", snapshot.revision());
                }
                assert!(snapshot.revision() >= latest, "a state never comes back");
                states += usize::from(snapshot.revision() > latest);
                latest = snapshot.revision();
            }
            states
        };
        let readers = [scope.spawn(reader), scope.spawn(reader)];
        // Two writers: each state follows the one before, whoever writes it.
        let writer = || {
            for _ in 0..BATCHES / 2 {
                // Another writer may come between looking and writing; then the batch makes no sense, and changes
                // nothing.
                while let Err(refusal) = handle.apply(passed_on(handle.load().revision() + 1)) {
                    assert_eq!(refusal.kind(), RefusalKind::Invalid);
                }
                thread::yield_now();
            }
        };
        let writers = [scope.spawn(writer), scope.spawn(writer)];
        for writer in writers {
            writer.join().unwrap();
        }
        done.store(true, Ordering::Relaxed);
        readers.map(|reader| reader.join().unwrap())
    });
    assert_eq!(handle.load().revision(), BATCHES);
    assert!(
        states_seen.iter().all(|states| *states > 1),
        "readers saw states while they were written: {states_seen:?}"
    );
}
