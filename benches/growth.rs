//! How costs grow, as exponents: `cargo bench -p orgscope-benches --bench growth`, or with `-- lint` the rows whose names
//! contain that.
//!
//! Each row doubles a size three times. Its figure is the exponent of the last two doublings: 1 is linear, 2 quadratic.
//! Rows are `name<TAB>figure<TAB>goal<TAB>met|missed`. Lines that begin with `#` are times, for orientation; they hold a
//! goal of their own where the time at the last size has one.

use std::hint::black_box;
use std::time::{Duration, Instant};

use fastrand::Rng;
use orgscope::document::{Action, Department, Document, Group, ResourceType, Role, Section, User};
use orgscope::id::OwnerRef;
use orgscope::{AnyRecord, Command, Facts, Handle, Level, Loaded, Owner, Policy, Snapshot, Subject};
use orgscope_testing::company::{Company, Ids, Size};

const DOUBLINGS: u32 = 3;
const GOAL: f64 = 1.3;

/// A question that is asked again and again. What it returns is used, so that it is not optimised away.
type Question = Box<dyn Fn() -> usize>;

/// What grows, the first size, and the question at a size.
type Row = (&'static str, u32, fn(u32) -> Question);

/// Add a row here.
const ROWS: [Row; 13] = [
    ("lint, in roles", 25, |roles| lint(many_permissions(roles))),
    ("lint, in roles of everybody", 2_000, |roles| lint(roles_of_everybody(roles))),
    ("lint, in the depth of a chain of departments", 4_000, |depth| lint(chain_with_people(depth))),
    ("lint, in users", 10_000, |users| lint(company(users))),
    ("loading, in users", 10_000, |users| {
        let document = company(users);
        Box::new(move || Snapshot::compile(&policy(document.clone())).memory_usage())
    }),
    ("who_can, in owners of a record", 1_000, |owners| {
        let snapshot = Snapshot::compile(&policy(crowd(owners)));
        let read = snapshot.schema().permission_named("contact.read").expect("the schema has it");
        Box::new(move || {
            let owners: Vec<OwnerRef<'_>> = (0..owners).map(Owner::from).collect();
            snapshot.who_can(read, &AnyRecord::new("contact", Facts::owned_by_each(owners))).count()
        })
    }),
    ("diff, in the depth of a chain of departments", 500, |depth| {
        let handle = Handle::new(policy(chain_with_people(depth)));
        let before = Loaded::into_arc(handle.load());
        handle.apply([Command::move_department(depth / 2, None)]).expect("it is valid");
        Box::new(move || before.diff(&handle.load()).groups().len())
    }),
    ("a batch in which one user leaves groups", 4_000, |groups| {
        let document = (0..groups).fold(crowd(1), |document, id| document.group(Group::new(id).member(0)));
        dry_run(Handle::new(policy(document)), (0..groups).map(|id| Command::leave_group(0, id)).collect())
    }),
    ("a batch of users who join a department", 2_000, |users| dry_run(Handle::new(policy(crowd(users))), joins(users))),
    ("undo of the same", 2_000, |users| {
        let handle = Handle::new(policy(crowd(users)));
        let undo = handle.apply(joins(users)).expect("it is valid").undo().to_vec();
        dry_run(handle, undo)
    }),
    ("catalogue, in sections", 1_000, |sections| {
        let mut document = Document::new().user(User::new(0));
        for id in 0..sections {
            let name = format!("section_{id}");
            let resource = ResourceType::new(format!("type_{id}")).action(Action::new("read"));
            let role = Role::new(id, name.clone(), "Reader").grant(format!("type_{id}.read"), Level::Own);
            document =
                document.section(Section::new(name).resource(resource)).role(role.assigned_to(Subject::Everyone));
        }
        let snapshot = Snapshot::compile(&policy(document));
        Box::new(move || snapshot.catalogue().sections().map(|section| section.roles().count()).sum())
    }),
    ("reason, along a chain of requirements", 2_000, |actions| {
        let first = ResourceType::new("contact").action(Action::new("a0"));
        let resource = (1..actions).fold(first, |resource, id| {
            resource.action(Action::new(format!("a{id}")).requires(format!("a{}", id - 1)))
        });
        // All but the first allow, so the reason lies at the end of the chain.
        let own = Role::new(0, "crm", "All").grant("contact.a0", Level::Own);
        let role = (1..actions).fold(own, |role, id| role.grant(format!("contact.a{id}"), Level::All));
        let document = Document::new().section(Section::new("crm").resource(resource)).user(User::new(0));
        let snapshot = Snapshot::compile(&policy(document.role(role.assigned_to(Subject::Everyone))));
        let last = format!("contact.a{}", actions - 1);
        let last = snapshot.schema().permission_named(&last).expect("the schema has it");
        let record = AnyRecord::new("contact", Facts::unowned());
        Box::new(move || snapshot.principal(0).reason(last, &record).to_string().len())
    }),
    ("affected users, in departments that a batch touches", 200, |departments| {
        let document = Company::generate(Size { users: 10_000, departments: 2_000, roles: 20 }, Ids::Integer).document;
        let handle = Handle::new(policy(document));
        let below = |id| Command::add_department(Department::new(10_000 + id).parent(id));
        let receipt = handle.apply((1..=departments).map(below).collect::<Vec<_>>()).expect("it is valid");
        Box::new(move || receipt.affected().users().count())
    }),
];

/// Goals for the time at the last size.
const SOON: [(&str, Duration); 1] = [("lint, in roles", Duration::from_secs(2))];

fn main() {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    for (name, first, question) in ROWS.iter().filter(|(name, ..)| name.contains(&wanted)) {
        let sizes: Vec<u32> = (0..=DOUBLINGS).map(|doubling| first << doubling).collect();
        let times: Vec<Duration> = sizes.iter().map(|size| median(&question(*size))).collect();
        let [.., before, _, last] = &times[..] else { unreachable!("there are three doublings") };
        let texts: Vec<String> = sizes.iter().zip(&times).map(|(size, time)| format!("{size} {time:.1?}")).collect();
        println!("# {name}: {}", texts.join(", "));
        if let Some((_, goal)) = SOON.iter().find(|(of, _)| of == name) {
            println!("# {name}: goal at the last size {goal:?}, {}", verdict(last <= goal));
        }
        let exponent = (last.as_secs_f64() / before.as_secs_f64()).log2() / 2.0;
        println!("{name}\t{exponent:.2}\t<= {GOAL}\t{}", verdict(exponent <= GOAL));
    }
}

fn verdict(is_met: bool) -> &'static str {
    if is_met { "met" } else { "missed" }
}

/// The median of some repetitions: as many as fit into a second, and one at least.
fn median(question: &Question) -> Duration {
    let (start, mut times) = (Instant::now(), Vec::new());
    while times.is_empty() || (start.elapsed() < Duration::from_secs(1) && times.len() < 99) {
        let start = Instant::now();
        black_box(question());
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times[times.len() / 2]
}

fn policy(document: Document) -> Policy {
    Policy::from_document(document).expect("the document is valid")
}

fn lint(document: Document) -> Question {
    let policy = policy(document);
    Box::new(move || policy.lint().len())
}

fn dry_run(handle: Handle, batch: Vec<Command>) -> Question {
    Box::new(move || handle.as_host().dry_run(&batch).expect("it is valid").undo().len())
}

fn joins(users: u32) -> Vec<Command> {
    (0..users).map(|user| Command::join_department(user, 1)).collect()
}

/// A section with the one permission `contact.read`.
fn crm() -> Section {
    Section::new("crm").resource(ResourceType::new("contact").action(Action::new("read")))
}

/// Users in one of two departments.
fn crowd(users: u32) -> Document {
    let role = Role::new(0, "crm", "Reader").grant("contact.read", Level::Department).assigned_to(Subject::Everyone);
    let document =
        Document::new().section(crm()).department(Department::new(0)).department(Department::new(1)).role(role);
    (0..users).fold(document, |document, id| document.user(User::new(id).member_of(0)))
}

/// A chain of departments. The head of each is a member of the department below it.
fn chain_with_people(depth: u32) -> Document {
    let of = |id: u32, level| Role::new(id, "crm", format!("Role {id}")).grant("contact.read", level);
    let mut document = Document::new()
        .section(crm())
        .role(of(0, Level::Department).assigned_to(Subject::Supervisors))
        .role(of(1, Level::OwnOpen).assigned_to(Subject::department_sub(0)));
    for id in 0..depth {
        let department = Department::new(id);
        document = document.department(if id == 0 { department } else { department.parent(id - 1) });
        document = document.user(User::new(id).head_of(id).member_of((id + 1) % depth));
    }
    document
}

/// Roles that everybody has, all of which say one of three things.
fn roles_of_everybody(roles: u32) -> Document {
    let document = (0..1_000).fold(Document::new().section(crm()), |document, id| document.user(User::new(id)));
    (0..roles).fold(document, |document, id| {
        let level = Level::EACH[1 + id as usize % 3];
        let role = Role::new(id, "crm", format!("Role {id}")).grant("contact.read", level);
        document.role(role.assigned_to(Subject::Everyone))
    })
}

/// A company of many users.
fn company(users: u32) -> Document {
    Company::generate(Size { users, departments: users / 10, roles: 80 }, Ids::Integer).document
}

/// A company of 10,000 users and 800 departments with a thousand permissions. Each role grants most of them, on each type
/// one level for reading and one for writing. The roles are assigned to departments with those below, to departments,
/// groups, people, and supervisors with deputies.
fn many_permissions(roles: u32) -> Document {
    let mut rng = Rng::with_seed(5);
    let mut document = Company::generate(Size { users: 10_000, departments: 800, roles: 0 }, Ids::Integer).document;
    let mut section = Section::new("big");
    for on in 0..100 {
        let actions = (0..10).map(|action| Action::new(format!("action_{action}")));
        section = section.resource(actions.fold(ResourceType::new(format!("type_{on}")), ResourceType::action));
    }
    document = document.section(section);
    document.roles.clear();
    for id in 0..roles {
        let mut role = Role::new(id, "big", format!("Role {id}"));
        for on in 0..100 {
            let [read, write] = [rng.usize(..8), rng.usize(..8)].map(|level| Level::EACH[level]);
            for action in 0..10 {
                role = role.grant(format!("type_{on}.action_{action}"), if action < 5 { read } else { write });
            }
        }
        let subjects = match id % 5 {
            0 => vec![Subject::department_sub(rng.u32(1..=20)), Subject::department_sub(rng.u32(21..=40))],
            1 => (0..10).map(|tenth| Subject::department(tenth * 80 + rng.u32(1..=80))).collect(),
            2 => vec![Subject::group(rng.u32(1..=50)), Subject::group(rng.u32(51..=100))],
            3 => (0..20).map(|part| Subject::user(part * 500 + rng.u32(1..=500))).collect(),
            _ => vec![Subject::Supervisors, Subject::Deputies],
        };
        document = document.role(subjects.into_iter().fold(role, Role::assigned_to));
    }
    document
}
