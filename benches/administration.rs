//! The cost of a change by command, in a company of 100,000 users. Run it with
//! `cargo bench -p orgscope-benches --bench administration`.
//!
//! Each row is `name<TAB>figure<TAB>goal<TAB>met|missed`. Lines that begin with `#` are times, for orientation. Each
//! command is a batch of its own: judged, published, with a receipt. The commands are those of an ordinary day: people
//! are added, removed and moved, groups change, roles are edited and assigned, and departments move now and then.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use fastrand::Rng;
use orgscope::document::{Action, Document, ResourceType, Role, User};
use orgscope::{
    Command, DepartmentId, Editor, Grant, GroupId, Handle, Level, Policy, RoleId, Snapshot, Subject, UserId,
};
use orgscope_testing::company::{Company, Ids, Size};

const COMMANDS: usize = 10_000;
const SIZE: Size = Size::MEDIUM;

fn main() {
    let policy = Policy::from_document(document()).expect("the document is valid");
    let delegate = UserId::from(i64::from(SIZE.users));
    for (name, who) in [
        ("by the host", None),
        ("by an administrator", Some(UserId::from(1))),
        ("by a delegate", Some(delegate.clone())),
    ] {
        let authz = Handle::new(policy.clone());
        let editor = who.as_ref().map_or_else(|| authz.as_host(), |user| authz.as_user(user.clone()));
        measure(name, &editor, who.as_ref() == Some(&delegate), &policy);
    }
    // Without administrators, so that lock-out depends on the roles.
    let mut document = policy.to_document();
    document.org.users.iter_mut().for_each(|user| user.admin = false);
    let policy = Policy::from_document(document).expect("the document is valid");
    measure("by the host, without administrators", &Handle::new(policy.clone()).as_host(), false, &policy);
}

/// A company where the last user manages the roles of the CRM, and may grant everything in it.
fn document() -> Document {
    let mut document = Company::generate(SIZE, Ids::Integer).document;
    let crm = &mut document.schema.sections[0];
    crm.resources.push(ResourceType::new("roles_of_crm").action(Action::new("manage")));
    crm.manage = Some("roles_of_crm.manage".to_owned());
    let name = crm.name.clone();
    let mut role = Role::new("delegates", name, "Delegates").assigned_to(Subject::user(SIZE.users));
    for resource in &crm.resources {
        for action in &resource.actions {
            let all = if action.toggle { Grant::Allow } else { Grant::Level(Level::All) };
            role = role.grant(format!("{}.{}", resource.name, action.name), all);
        }
    }
    document.org.users.last_mut().expect("there are users").active = None;
    document.role(role)
}

/// Applies commands one by one. Only the time of applying and refusing them is counted, not that of choosing them. The
/// original company is compiled every now and then, so that both are measured under the same load of the machine.
fn measure(name: &str, editor: &Editor<'_>, only_roles: bool, policy: &Policy) {
    let mut rng = Rng::with_seed(11);
    let mut compiling = Vec::new();
    let mut time = Duration::ZERO;
    let mut slowest = Duration::ZERO;
    let mut refused = 0;
    let mut kinds: BTreeMap<String, Vec<Duration>> = BTreeMap::new();
    for number in 0..COMMANDS {
        if number % 400 == 0 {
            let start = Instant::now();
            black_box(Snapshot::compile(policy));
            compiling.push(start.elapsed());
        }
        let command = [command(number, only_roles, &mut rng)];
        let kind = kind(&command[0]);
        let start = Instant::now();
        let receipt = editor.apply(&command);
        let took = start.elapsed();
        (time, slowest) = (time + took, slowest.max(took));
        if black_box(receipt).is_ok() { kinds.entry(kind).or_default().push(took) } else { refused += 1 }
    }
    let mean = time / u32::try_from(COMMANDS).expect("they are few");
    compiling.sort_unstable();
    let compile = compiling[compiling.len() / 2];
    println!("# {name}: {mean:.1?} a command, {slowest:.1?} the slowest, {refused} of {COMMANDS} refused");
    for (kind, mut times) in kinds {
        times.sort_unstable();
        println!("#   {kind}: {:.1?}, the median of {} that were accepted", times[times.len() / 2], times.len());
    }
    println!("# compiling {} users: {compile:.1?}", SIZE.name());
    let figure = mean.as_secs_f64() / compile.as_secs_f64();
    println!(
        "a command {name} / compiling the company\t{figure:.6}\t<= 0.001\t{}",
        if figure <= 0.001 { "met" } else { "missed" }
    );
}

/// The kind of a command; for an assignment, with the kind of the subject.
fn kind(command: &Command) -> String {
    let written = serde_json::to_value(command).expect("commands are written");
    let (name, fields) = written.as_object().and_then(|it| it.iter().next()).expect("a command is an object");
    let subject = fields["subject"].as_object().and_then(|subject| subject.keys().next());
    subject.map_or_else(|| name.clone(), |subject| format!("{name} {subject}"))
}

fn command(number: usize, only_roles: bool, rng: &mut Rng) -> Command {
    let user = UserId::from(rng.u32(2..SIZE.users));
    let department = |rng: &mut Rng| DepartmentId::from(rng.u32(1..=SIZE.departments));
    let group = GroupId::from(rng.u32(1..=SIZE.users / 100));
    let role = RoleId::from(format!("role-{}", rng.u32(10..SIZE.roles)));
    let subject = match rng.u32(..4) {
        0 => Subject::User(user.clone()),
        1 => Subject::Department(department(rng)),
        2 => Subject::DepartmentSub(department(rng)),
        _ => Subject::Group(group.clone()),
    };
    let level = Level::EACH[rng.usize(..8)];
    let kind = if only_roles { rng.u32(60..100) } else { rng.u32(..100) };
    match kind {
        0..12 => Command::join_department(user, department(rng)),
        12..20 => Command::set_active(user, rng.bool()),
        20..25 => Command::set_head(user, department(rng), rng.bool()),
        25..35 => Command::add_user(User::new(format!("new {number}")).member_of(department(rng))),
        35..40 => Command::remove_user(user),
        40..50 => Command::join_group(user, group),
        50..58 => Command::leave_group(user, group),
        58 => Command::move_department(department(rng), Some(department(rng))),
        59 => Command::rename_user(user, Some("Somebody")),
        60..75 => Command::set_level(role, "deal.read", level),
        75..90 => Command::assign(role, subject),
        90..97 => Command::unassign(role, subject),
        97 => Command::clone_role(role, format!("copy {number}"), format!("Copy {number}")),
        98 => Command::rename_role(role, format!("Renamed {number}")),
        _ => Command::set_level_for_all_roles("crm", ["deal.export"], level),
    }
}
