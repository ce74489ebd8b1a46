//! The memory of a snapshot of a large company.

use orgscope::document::{Department, Document, User};
use orgscope::{Handle, Policy};

use crate::measure::row;

const USERS: u32 = 1_000_000;
const DEPARTMENTS: u32 = 100_000;

pub(crate) const BYTES: &str = "bytes per user, 1M in one department each";

pub(crate) fn report() {
    let mut document = Document::new();
    document.org.departments = (0..DEPARTMENTS)
        .map(|id| if id == 0 { Department::new(id) } else { Department::new(id).parent((id - 1) / 8) })
        .collect();
    document.org.users = (0..USERS).map(|id| User::new(id).member_of(id % DEPARTMENTS)).collect();
    let handle = Handle::new(Policy::from_document(document).expect("the company is valid"));
    let bytes = handle.load().memory_usage();
    let each = |bytes: usize| f64::from(u32::try_from(bytes / 1000).unwrap_or(u32::MAX)) * 1000.0 / f64::from(USERS);
    row(BYTES, each(bytes), "<=", 64.0);
    if let Some(bytes) = resident() {
        println!("# the process holds {:.0} bytes a user, the policy and what is free included", each(bytes));
    }
}

/// The resident memory of the process, if the system reports it.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<usize>().ok()? * 1024)
}
