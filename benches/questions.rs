//! The costs of questions about other users, as ratios within one run. Run it with
//! `cargo bench -p orgscope-benches --bench questions`, and with `-- --quick` for 100k users instead of a million.
//!
//! Each row is `name<TAB>figure<TAB>goal<TAB>met|missed`. Lines that begin with `#` are times, for orientation.

use std::hint::black_box;
use std::time::{Duration, Instant};

use orgscope::document::{Command, Document, Role};
use orgscope::permission::AnyPermission;
use orgscope::{AnyRecord, Facts, Handle, Level, Permission, Policy, Snapshot, Subject, UserId};
use orgscope_testing::company::{Company, Ids, Size};

const PASSES: usize = 5;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let size = if quick { Size::MEDIUM } else { Size::LARGE };
    let mut company = Company::generate(size, Ids::Integer);
    let mut document = std::mem::take(&mut company.document);
    let users: Vec<UserId> = document.org.users.iter().map(|user| user.id.clone()).collect();
    // Only administrators have roles that reach everything here; otherwise everybody could read most records.
    document.roles.retain(|role| role.id != "crm-directory".into());
    // Some of them are called as others are.
    let people = document.org.users.len();
    for (n, user) in document.org.users.iter_mut().enumerate() {
        user.name = Some(format!("Person {}", n % (people - people / 50)));
    }
    let start = Instant::now();
    let handle = Handle::new(Policy::from_document(document.clone()).expect("companies are valid"));
    println!("# {}: load and compile {:?}", size.name(), start.elapsed());
    names(size, &handle, &users);
    let snapshot = handle.load();
    let AnyPermission::Levelled(read) = snapshot.schema().any_permission("contact.read").expect("the schema has it")
    else {
        unreachable!("it has records")
    };
    who_can(size, &snapshot, read, &users);
    one_cell(size, &handle, &users, &document);
    repairs(&snapshot, read, &users);
}

/// What it costs to tell people of one name apart: nothing until a name is printed, one pass then, and little after.
fn names(size: Size, handle: &Handle, users: &[UserId]) {
    let rename = |n: usize| {
        let names = [Some("Somebody"), Some("Somebody else")];
        let start = Instant::now();
        handle.apply(&[Command::rename_user(users[n].clone(), names[n % 2])]).expect("it makes sense");
        start.elapsed()
    };
    let renamed = || {
        let mut times: Vec<Duration> = (0..1_000).map(rename).collect();
        times.sort_unstable();
        times[times.len() / 2]
    };
    let (before, start) = (renamed(), Instant::now());
    black_box(handle.load().policy().user_name(&users[0]));
    let (first, after) = (start.elapsed(), renamed());
    let snapshot = handle.load();
    let next = median(PASSES * 100, || snapshot.policy().user_name(&users[7]).len());
    println!(
        "# {}: the first name {first:?}, the next {next:?}; a user renamed before {before:?}, after {after:?}",
        size.name()
    );
}

/// The record with the number of readers nearest to fifty, by its owner.
fn record_of_fifty(snapshot: &Snapshot, read: Permission, users: &[UserId]) -> (UserId, usize) {
    let readers = |user: &UserId| snapshot.who_can(read, &AnyRecord::new("contact", Facts::owned_by(user))).count();
    let owners = users.iter().step_by(users.len() / 2_000).map(|user| (user.clone(), readers(user)));
    owners.min_by_key(|(_, count)| count.abs_diff(50)).expect("there are users")
}

fn who_can(size: Size, snapshot: &Snapshot, read: Permission, users: &[UserId]) {
    let name = size.name();
    let (owner, count) = record_of_fifty(snapshot, read, users);
    let record = AnyRecord::new("contact", Facts::owned_by(&owner));
    let scan = || users.iter().filter(|user| snapshot.principal(*user).check(read, &record).is_allow()).count();
    assert_eq!(scan(), count, "the same users by check");
    let (fast, slow) = (median(PASSES * 100, || snapshot.who_can(read, &record).count()), median(PASSES, scan));
    let listed = median(PASSES * 100, || snapshot.who_can(read, &record).map(black_box).fold(0, |n, _| n + 1));
    println!(
        "# {name}: {count} readers counted in {fast:?}, listed in {listed:?}, by a check of each user in {slow:?}"
    );
    row(&format!("who can read what {count} may, counted {name} / a check of each user"), fast, slow, 1e-3);
    row(&format!("who can read what {count} may, listed {name} / a check of each user"), listed, slow, 1e-3);
}

fn one_cell(size: Size, handle: &Handle, users: &[UserId], document: &Document) {
    let name = size.name();
    // A role that a few users have, and the role that all employees have.
    let is_of_few = |role: &&Role| {
        role.section == "crm"
            && role
                .assigned_to
                .iter()
                .any(|to| matches!(to.to, orgscope::document::Word::Known(Subject::DepartmentSub(_))))
    };
    let few = document.roles.iter().find(is_of_few).expect("there is such a role").id.clone();
    for (whose, role) in [("a role of departments", few), ("the role of all employees", "crm-employee".into())] {
        let before = handle.load();
        handle.apply(&[Command::set_level(role.clone(), "contact.delete", Level::All)]).expect("it makes sense");
        let after = handle.load();
        let one_by_one = || {
            let permissions: Vec<AnyPermission> =
                before.schema().sections().flat_map(|section| before.schema().permissions(section)).collect();
            let differs = |user: &&UserId| {
                let (old, new) = (before.principal(*user), after.principal(*user));
                permissions.iter().any(|permission| old.grant(*permission) != new.grant(*permission))
            };
            users.iter().filter(differs).count()
        };
        let count =
            |before: &Snapshot, after: &Snapshot| before.diff(after).groups().map(|group| group.count()).sum::<usize>();
        assert_eq!(one_by_one(), count(&before, &after), "the same users one by one");
        let (fast, slow) = (median(PASSES, || count(&before, &after)), median(PASSES, one_by_one));
        println!(
            "# {name}: {} users differ by {whose}, found in {fast:?}, one by one in {slow:?}",
            count(&before, &after)
        );
        row(&format!("diff of a cell of {whose} {name} / users one by one"), fast, slow, 1e-2);
    }
    let start = Instant::now();
    let (old, new) = (Snapshot::compile(handle.load().policy()), handle.load());
    let compiled = start.elapsed();
    let apart = median(1, || usize::from(old.diff(&new).is_empty()));
    println!("# {name}: two snapshots that share nothing are compared in {apart:?} (compiled in {compiled:?})");
}

fn repairs(snapshot: &Snapshot, read: Permission, users: &[UserId]) {
    let mut times: Vec<Duration> = Vec::new();
    for pair in users.chunks(2).step_by(users.len() / 60) {
        let [owner, user] = pair else { continue };
        let record = AnyRecord::new("contact", Facts::owned_by(owner));
        let start = Instant::now();
        black_box(snapshot.principal(user).explain(read, &record).repairs().len());
        times.push(start.elapsed());
    }
    times.sort_unstable();
    println!("# an explanation: median {:?}, slowest {:?}", times[times.len() / 2], times[times.len() - 1]);
}

fn median(passes: usize, run: impl Fn() -> usize) -> Duration {
    let mut times: Vec<Duration> = (0..passes)
        .map(|_| {
            let start = Instant::now();
            black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[passes / 2]
}

fn row(name: &str, part: Duration, whole: Duration, goal: f64) {
    let figure = part.as_secs_f64() / whole.as_secs_f64();
    println!("{name}\t{figure:.7}\t<= {goal}\t{}", if figure <= goal { "met" } else { "missed" });
}
