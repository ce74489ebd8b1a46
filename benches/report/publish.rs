//! Edits, compared with compiling the whole company.

use std::collections::HashMap;
use std::time::Duration;

use orgscope::document::{Command, Document, User};
use orgscope::{DepartmentId, Grant, Handle, Level, RoleId, Subject};

use crate::measure::{PASSES, median, row_of_largest, time};
use orgscope_testing::company::Size;

pub(crate) const MOVE: &str = "publish one user's move {} / compile";
pub(crate) const LEVEL: &str = "publish one level {} / compile";
pub(crate) const TENTH: &str = "publish a department of a tenth {} / compile";

pub(crate) fn report(size: Size, handle: &Handle, compile: Duration) {
    let document = handle.load().policy().to_document();
    let publish = |what: &str, goal: Option<f64>, there: &Command, back: &Command| {
        let mut times = Vec::new();
        for _ in 0..PASSES {
            for command in [there, back] {
                let apply = || handle.apply(std::slice::from_ref(command)).expect("the command makes sense");
                times.push(time(apply).1);
            }
        }
        let time = median(times);
        let what = size.in_row(what);
        println!("# {what}: {time:?}");
        row_of_largest(size, &what, time.as_secs_f64() / compile.as_secs_f64(), goal);
    };
    let (user, role) = (&document.org.users[7].id, RoleId::clone(&document.roles[0].id));
    let away = document
        .org
        .departments
        .iter()
        .map(|d| &d.id)
        .find(|d| !document.org.users[7].departments.iter().any(|entry| entry.id == **d));
    let away = away.expect("there are more departments");
    publish(
        MOVE,
        Some(1e-4),
        &Command::join_department(user.clone(), away.clone()),
        &Command::leave_department(user.clone(), away.clone()),
    );
    let level = |level: Level| Command::set_level(role.clone(), "contact.read", Grant::Level(level));
    publish(LEVEL, Some(1e-4), &level(Level::Department), &level(Level::Own));
    let subject = Subject::department(away.clone());
    publish(
        "publish one role of a department {} / compile",
        None,
        &Command::assign(role.clone(), subject.clone()),
        &Command::unassign(role.clone(), subject),
    );
    for (what, one_in, goal) in
        [("publish a department of a hundredth {} / compile", 100, None), (TENTH, 10, Some(0.02))]
    {
        let (part, parent) = department_of(&document, one_in);
        let moved = |parent| Command::MoveDepartment { id: part.clone(), parent };
        publish(what, goal, &moved(None), &moved(Some(parent)));
    }
}

/// A department below another, with about one in `one_in` of the company's users, and its parent.
fn department_of(document: &Document, one_in: usize) -> (DepartmentId, DepartmentId) {
    let mut people: HashMap<&DepartmentId, usize> = HashMap::new();
    for User { departments, .. } in &document.org.users {
        departments.first().into_iter().for_each(|department| *people.entry(&department.id).or_default() += 1);
    }
    let parents: HashMap<_, _> = document.org.departments.iter().map(|d| (&d.id, d.parent.as_ref())).collect();
    let mut below: HashMap<&DepartmentId, usize> = HashMap::new();
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
