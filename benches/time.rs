//! What time costs in a company with a million dated assignments: `cargo bench -p orgscope-benches --bench time`.
//!
//! Rows are `name<TAB>figure<TAB>goal<TAB>met|missed`; times are medians, and figures their ratios. Lines that begin with
//! `#` are for orientation.

use std::hint::black_box;
use std::time::{Duration, Instant};

use orgscope::document::{Action, Document, ResourceType, Role, Section, User};
use orgscope::{Command, Handle, Level, Period, Policy, Subject, Time};

const USERS: u32 = 1_000_000;
const BEGIN: i64 = 1_800_000_000;
/// How many assignments end in one second.
const TOGETHER: u32 = 10_000;
const TIMES: u32 = 41;

fn instant(seconds: u32) -> Time {
    Time::from_seconds(BEGIN + i64::from(seconds)).expect("it is in range")
}

/// Every user has a role by name. It ends for one user in each of the first seconds, for [`TOGETHER`] in the next one, and
/// for the others later.
fn company(dated: bool) -> Policy {
    let section = Section::new("crm").resource(ResourceType::new("contact").action(Action::new("read")));
    let mut role = Role::new(0, "crm", "Reader").grant("contact.read", Level::Own);
    let mut document = Document::new().section(section);
    for user in 0..USERS {
        let end = match user {
            0..TIMES => user + 1,
            _ if user < TIMES + TOGETHER => TIMES + 1,
            _ => TIMES + 2 + user,
        };
        let subject = Subject::user(user);
        role = if dated {
            role.assigned_to(subject.during(Period::until(instant(end))))
        } else {
            role.assigned_to(subject)
        };
        document = document.user(User::new(user));
    }
    Policy::from_document(document.role(role)).expect("the document is valid")
}

/// The resident memory of the process.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok())
        .map_or(0, |kilobytes| kilobytes * 1024)
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64()
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = black_box(run());
    (result, start.elapsed())
}

fn row(name: &str, figure: f64, goal: f64) {
    println!("{name}\t{figure:.2}\t<= {goal}\t{}", if figure <= goal { "met" } else { "missed" });
}

fn main() {
    let before = resident();
    let plain = company(false);
    let between = resident();
    let (dated, first) = timed(|| company(true).at(instant(0)));
    let after = resident();
    println!("# the first instant, with loading: {first:?}");
    let each = |bytes: usize| f64::from(u32::try_from(bytes / 1000).unwrap_or(u32::MAX)) * 1000.0 / f64::from(USERS);
    let (of_plain, of_dated) = (each(between - before), each(after - between));
    println!("# bytes an assignment, with its user: {of_plain:.0} without a period, {of_dated:.0} with one that holds");
    row("bytes more of a dated assignment", of_dated - of_plain, 64.0);

    let (plain, dated) = (Handle::new(plain), Handle::new(dated));
    let (mut ends, mut leaves) = (Vec::new(), Vec::new());
    for user in 0..TIMES {
        ends.push(timed(|| dated.advance(instant(user + 1))).1);
        leaves.push(timed(|| plain.apply([Command::unassign(0, Subject::user(user))]).map(drop)).1);
    }
    let (ends, leaves) = (median(ends), median(leaves));
    println!("# an assignment ends: {:.1} us; one is unassigned: {:.1} us", ends * 1e6, leaves * 1e6);
    row("publish of one end / publish of one unassign", ends / leaves, 2.0);

    let batch: Vec<Command> = (TIMES..TIMES + TOGETHER).map(|user| Command::unassign(0, Subject::user(user))).collect();
    let (together, one_by_one) =
        (timed(|| dated.advance(instant(TIMES + 1))).1, timed(|| plain.apply(&batch).map(drop)).1);
    println!("# {TOGETHER} end: {together:?}; are unassigned: {one_by_one:?}");
    row("many ends in one second / a batch of as many", together.as_secs_f64() / one_by_one.as_secs_f64(), 1.3);
    let nothing: Vec<Duration> = (2..TIMES).map(|_| timed(|| dated.advance(instant(TIMES + 1))).1).collect();
    println!("# nothing new is told: {:.0} ns", median(nothing) * 1e9);
}
