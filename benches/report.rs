//! The figures that matter, as ratios within one run: `cargo bench --bench report`, or with `-- --quick` up to 100k users.
//!
//! Each row is `name<TAB>figure<TAB>goal<TAB>met|missed|skipped`. Lines that begin with `#` are times, for orientation.

mod company;

use std::collections::HashMap;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use company::{Company, Ids, Mix, Size};
use orgscope::document::{Command, Document, User};
use orgscope::{Facts, Grant, Handle, Level, Permission, Policy, Principal, Resource, RoleId, Snapshot};
use rustc_hash::FxBuildHasher;

/// How many requests a pass answers, at random over the whole company.
const REQUESTS: usize = 1 << 17;
const PASSES: usize = 15;

struct Contact {
    owner: i64,
    open: bool,
}

impl Resource for Contact {
    const TYPE: &'static str = "contact";

    #[inline]
    fn facts(&self) -> Facts<'_> {
        Facts::owned_by(self.owner).open(self.open)
    }
}

/// May this user do this to this contact? Users are the places of their ids.
struct Question {
    user: usize,
    owner: usize,
    permission: Permission<Contact>,
    contact: Contact,
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let sizes = [(Size::SMALL, true), (Size::MEDIUM, true), (Size::LARGE, !quick)];
    let mut checks = Vec::new();
    for (size, measured) in sizes {
        let name = size.name();
        if !measured {
            for row in ["check", "check, owner known", "publish", "threads"] {
                println!("{row} {name}\t-\t-\tskipped");
            }
            continue;
        }
        let company = Company::generate(size, Ids::Integer);
        let requests: Vec<_> = company.requests(Mix::Uniform, 7).take(REQUESTS).collect();
        let compiled = load(size, company.document);
        let snapshot = compiled.load();
        let questions: Vec<Question> = requests.iter().map(|request| question(&snapshot, request)).collect();
        checks.push(check(size, &snapshot, &questions));
        threads(size, &compiled, &questions);
    }
    if let [(small_floor, small), .., (large_floor, large)] = checks[..] {
        let (floor, growth) = (large_floor / small_floor, large / small);
        row("growth of a check / of the floor, smallest to largest", growth / floor, "<=", 1.2);
    }
}

fn row(name: &str, figure: f64, relation: &str, goal: f64) {
    let met = if relation == "<=" { figure <= goal } else { figure >= goal };
    println!("{name}\t{figure:.6}\t{relation} {goal}\t{}", if met { "met" } else { "missed" });
}

fn nanos(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e9
}

fn place(id: Option<i64>) -> usize {
    usize::try_from(id.expect("ids are integers") - 1).expect("ids count from one")
}

fn question(snapshot: &Snapshot, request: &company::Request) -> Question {
    const ACTIONS: [&str; 7] = ["read", "add", "update", "delete", "assign", "export", "import"];
    let action = ACTIONS[request.permission % ACTIONS.len()];
    let owner = request.owner.as_integer();
    Question {
        user: place(request.user.as_integer()),
        owner: place(owner),
        permission: snapshot.schema().permission(action).expect("the schema has it"),
        contact: Contact { owner: owner.expect("ids are integers"), open: request.open },
    }
}

/// The median time of each candidate for one of the questions, measured in turn.
fn medians(candidates: &[&dyn Fn() -> usize]) -> Vec<f64> {
    let mut times = vec![Vec::new(); candidates.len()];
    for _ in 0..PASSES {
        for (times, run) in times.iter_mut().zip(candidates) {
            let start = Instant::now();
            black_box(run());
            times.push(start.elapsed());
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        nanos(times[PASSES / 2]) / f64::from(u32::try_from(REQUESTS).expect("there are few"))
    };
    times.iter_mut().map(median).collect()
}

/// The check against the memory reads that none can do without. Gives the floor and the check.
fn check(size: Size, snapshot: &Snapshot, questions: &[Question]) -> (f64, f64) {
    let users = i64::from(size.users);
    let principals: Vec<Principal<'_>> = (1..=users).map(|id| snapshot.principal(id)).collect();
    let owners: Vec<_> = (1..=users).map(|id| snapshot.known_owner(id)).collect();
    let entries: Vec<[u32; 4]> = (0..size.users).map(|n| [n, n ^ 1, n ^ 2, n ^ 3]).collect();
    let table: HashMap<i64, u32, FxBuildHasher> = (1..=users).zip(0..).collect();
    let floor = |q: &Question| (entries[q.user][0] ^ entries[q.owner][1]) & 1 == 0;
    let times = medians(&[
        &|| questions.iter().filter(|q| floor(q)).count(),
        &|| questions.iter().filter(|q| floor(q) ^ (table[&q.contact.owner] & 1 == 0)).count(),
        &|| questions.iter().filter(|q| principals[q.user].check(q.permission, &q.contact).is_allow()).count(),
        &|| {
            let asked = |q: &&Question| {
                principals[q.user].scope(q.permission).contains_owned_by(&owners[q.owner], q.contact.open)
            };
            questions.iter().filter(asked).count()
        },
        &|| {
            let user = |q: &Question| i64::try_from(q.user).expect("ids are integers") + 1;
            let asked = |q: &&Question| snapshot.principal(user(q)).check(q.permission, &q.contact).is_allow();
            questions.iter().filter(asked).count()
        },
    ]);
    let [floor, floor_and_hash, check, known, by_id] = times[..] else { unreachable!("five were measured") };
    let name = size.name();
    println!("# {name}: floor {floor:.1} ns, with a hash look-up {floor_and_hash:.1} ns");
    println!("# {name}: check {check:.1} ns, owner known {known:.1} ns, principal by id as well {by_id:.1} ns");
    row(&format!("check {name} / floor and a hash look-up"), check / floor_and_hash, "<=", 1.3);
    row(&format!("check {name}, owner known / floor"), known / floor, "<=", 2.5);
    (floor, check)
}

/// Reads, validates and compiles a document, and publishes edits.
fn load(size: Size, document: Document) -> Handle {
    let name = size.name();
    let text = serde_json::to_string(&document).expect("documents are written");
    drop(document);
    let start = Instant::now();
    let document: Document = serde_json::from_str(&text).expect("documents are read");
    let parse = start.elapsed();
    let policy = Policy::from_document(document).expect("the company is valid");
    let validated = start.elapsed();
    let start = Instant::now();
    let snapshot = Snapshot::of(&policy);
    let compile = start.elapsed();
    drop(snapshot);
    println!(
        "# {name}: parse {parse:?}, validate {:?}, compile {compile:?}",
        validated.checked_sub(parse).unwrap_or_default()
    );
    row(&format!("compile {name} / parse by serde_json"), compile.as_secs_f64() / parse.as_secs_f64(), "<=", 0.5);

    let handle = Handle::new(policy);
    let document = handle.load().policy().to_document();
    let publish = |what: &str, goal: f64, there: &Command, back: &Command| {
        let mut times = Vec::new();
        for _ in 0..PASSES {
            for command in [there, back] {
                let start = Instant::now();
                handle.apply(std::slice::from_ref(command)).expect("the command makes sense");
                times.push(start.elapsed());
            }
        }
        times.sort_unstable();
        let median = times[PASSES];
        println!("# {name}: publish {what} {median:?}");
        row(&format!("publish {what} {name} / compile"), median.as_secs_f64() / compile.as_secs_f64(), "<=", goal);
    };
    let (user, role) = (&document.org.users[7].id, RoleId::clone(&document.roles[0].id));
    let away = document.org.departments.iter().map(|d| &d.id).find(|d| !document.org.users[7].departments.contains(d));
    let away = away.expect("there are more departments");
    publish(
        "one user's move",
        1e-4,
        &Command::join_department(user.clone(), away.clone()),
        &Command::leave_department(user.clone(), away.clone()),
    );
    let level = |level: Level| Command::set_level(role.clone(), "contact.read", Grant::Level(level));
    publish("one level", 1e-4, &level(Level::Department), &level(Level::Own));
    let (part, parent) = department_of(&document, 10);
    let moved = |parent| Command::MoveDepartment { id: part.clone(), parent };
    publish("a department of a tenth", 0.02, &moved(None), &moved(Some(parent)));
    handle
}

/// A department below another that holds about one in so many of the company's users, with its parent.
fn department_of(document: &Document, one_in: usize) -> (orgscope::DepartmentId, orgscope::DepartmentId) {
    let mut people: HashMap<&orgscope::DepartmentId, usize> = HashMap::new();
    for User { departments, .. } in &document.org.users {
        departments.first().into_iter().for_each(|department| *people.entry(department).or_default() += 1);
    }
    let parents: HashMap<_, _> = document.org.departments.iter().map(|d| (&d.id, d.parent.as_ref())).collect();
    let mut below: HashMap<&orgscope::DepartmentId, usize> = HashMap::new();
    for (department, count) in &people {
        let upwards = std::iter::successors(Some(*department), |department| parents.get(department).copied().flatten());
        upwards.for_each(|department| *below.entry(department).or_default() += count);
    }
    let wanted = document.org.users.len() / one_in;
    let inner = below.iter().filter_map(|(department, count)| Some((*department, parents[department]?, *count)));
    let (department, parent, count) =
        inner.min_by_key(|(id, _, count)| (count.abs_diff(wanted), (*id).clone())).expect("there are departments");
    println!("# the department that moves holds {count} of {} users", document.org.users.len());
    (department.clone(), parent.clone())
}

/// Checks by one and by two threads, in peace and while a writer publishes a hundred edits a second.
fn threads(size: Size, handle: &Handle, questions: &[Question]) {
    let name = size.name();
    let document = handle.load().policy().to_document();
    let user = &document.org.users[7];
    for (what, edits, goal) in [("in peace", false, 1.9), ("under 100 edits a second", true, 1.8)] {
        let done = AtomicBool::new(false);
        let rates = thread::scope(|scope| {
            if edits {
                scope.spawn(|| {
                    for active in [false, true].into_iter().cycle() {
                        if done.load(Ordering::Relaxed) {
                            break;
                        }
                        handle
                            .apply(&[Command::SetActive { user: user.id.clone(), active }])
                            .expect("the command makes sense");
                        thread::sleep(Duration::from_millis(10));
                    }
                });
            }
            let rates = [1, 2].map(|threads| (0..5).map(|_| rate(handle, questions, threads)).fold(0.0, f64::max));
            done.store(true, Ordering::Relaxed);
            rates
        });
        println!("# {name}: {:.1} million checks a second by one thread, {what}", rates[0] / 1e6);
        row(&format!("two threads / one {name}, {what}"), rates[1] / rates[0], ">=", goal);
    }
}

/// Checks a second of so many threads together, principals and snapshots loaded as a request would.
fn rate(handle: &Handle, questions: &[Question], threads: usize) -> f64 {
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                for request in questions.chunks(64) {
                    let snapshot = handle.load();
                    let ask = |q: &&Question| {
                        let user = i64::try_from(q.user).expect("ids are integers") + 1;
                        snapshot.principal(user).check(q.permission, &q.contact).is_allow()
                    };
                    black_box(request.iter().filter(ask).count());
                }
            });
        }
    });
    f64::from(u32::try_from(questions.len() * threads).expect("there are few")) / start.elapsed().as_secs_f64()
}
