//! A report on a company of real size, where many people are in several departments. Run it with
//! `cargo run --example real_company`.
//!
//! The report gets types and actions by name, so it checks [`AnyRecord`]. An application has types of its own, as in
//! the other examples.

mod support {
    pub(crate) mod table;
}

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt::Write;
use std::iter;

use comfy_table::{CellAlignment, Table};
use orgscope::document::{Department, User};
use orgscope::world::{World, document};
use orgscope::{
    AnyRecord, Command, DepartmentId, Facts, Grant, Handle, Level, Permission, Principal, Snapshot, Subject,
};
use support::table::table;

/// The report, as text.
pub(crate) fn story() -> Result<String, Box<dyn Error>> {
    let file: document::World = serde_json::from_str(include_str!("data/rust_project.json"))?;
    let org = file.document.org.clone();
    let world = World::from_document(file)?;
    let records: Vec<_> = world.records().map(document::Record::as_any).collect();

    let types = ["lead", "deal", "contact", "company"];
    let permissions = types.map(|name| -> Result<_, Box<dyn Error>> {
        Ok([world.listable(&format!("{name}.read"))?, world.listable(&format!("{name}.update"))?])
    });
    let permissions = permissions.into_iter().collect::<Result<Vec<_>, _>>()?;
    let read = world.listable("contact.read")?;

    let authz = Handle::new(world.policy().clone());
    let manage = authz.toggle("crm_settings.manage")?;
    let snapshot = authz.load();
    let asks = |person: &User| snapshot.principal(&person.id);

    let mut text = "THE COMPANY\n\n".to_owned();
    let several = org.users.iter().filter(|person| person.departments.len() > 1).count();
    let none = org.users.iter().filter(|person| person.departments.is_empty()).count();
    let roots = org.departments.iter().filter(|department| department.parent.is_none()).count();
    let deepest = depth(&org.departments);
    writeln!(text, "{} departments, {roots} of them at the top, up to {deepest} levels deep.", org.departments.len())?;
    writeln!(text, "{} people: {several} in several departments, {none} in none.", org.users.len())?;
    writeln!(text, "{} groups, {} records.", org.groups.len(), records.len())?;
    writeln!(text, "People who may manage the roles: {}.", snapshot.who_can(manage, &()).count())?;

    writeln!(text, "\n\nHOW MANY PEOPLE HAVE EACH LEVEL, TO READ AND TO UPDATE\n")?;
    let mut levels = table(iter::once("level").chain(types));
    for level in Level::EACH {
        let people_with = |permission: Permission| {
            org.users.iter().filter(|person| asks(person).grant(permission) == Grant::Level(level)).count()
        };
        let cells = permissions.iter().map(|pair| pair.map(people_with)).map(read_and_update);
        levels.add_row(iter::once(level.to_string()).chain(cells));
    }
    writeln!(text, "{}", right_aligned(levels, 1))?;

    writeln!(text, "\n\nHOW MANY RECORDS A PERSON MAY READ AND UPDATE\n")?;
    let reads = |person: &User, permission| count(asks(person), permission, &records);
    let reads_contacts = |person: &User| reads(person, read);
    let reads_all_types = |person: &User| permissions.iter().map(|[read, _]| reads(person, *read)).sum::<usize>();
    let without_all = |person: &&User| asks(person).grant(read) != Grant::Level(Level::All);
    let in_no_department = |person: &&User| person.departments.is_empty();
    let people = || org.users.iter();
    let interesting = [
        ("departments", most(people(), |person| person.departments.len())),
        ("departments, not `all`", most(people().filter(without_all), |person| person.departments.len())),
        ("contacts, not `all`", most(people().filter(without_all), reads_contacts)),
        ("records, no department", most(people().filter(in_no_department), reads_all_types)),
    ];
    let mut rows = table(["who has the most", "person", "in", "contact.read"].into_iter().chain(types));
    for (what, person) in interesting {
        let person = person.ok_or("there is no such person")?;
        let level = asks(person).grant(read).to_string();
        let cells = [what.to_owned(), person.id.to_string(), person.departments.len().to_string(), level];
        let counts = permissions.iter().map(|pair| pair.map(|permission| reads(person, permission)));
        rows.add_row(cells.into_iter().chain(counts.map(read_and_update)));
    }
    writeln!(text, "{}", right_aligned(rows, 4))?;

    writeln!(text, "\n\nHOW MANY PEOPLE READ A CONTACT, AND WHY\n")?;
    let contacts = world.records().filter(|record| record.resource == "contact");
    let mut by_readers: Vec<_> =
        contacts.map(|contact| (snapshot.who_can(read, &contact.as_any()).count(), contact)).collect();
    by_readers.sort_by_key(|(readers, _)| *readers);
    let [(fewest, _), .., (most, contact)] = by_readers[..] else { return Err("there are too few contacts".into()) };
    let (median, _) = by_readers[by_readers.len() / 2];
    let id = contact.id.as_ref().ok_or("the contact has no id")?;
    writeln!(text, "Each contact is read by {fewest} to {most} people; the median is {median}.")?;
    writeln!(text, "The one with {most} readers is {id}. Why each person may or may not read it:\n")?;
    let mut people_by_reason = BTreeMap::<_, usize>::new();
    for person in &org.users {
        *people_by_reason.entry(asks(person).reason(read, &contact.as_any()).to_string()).or_default() += 1;
    }
    let mut people_by_reason: Vec<_> = people_by_reason.into_iter().collect();
    people_by_reason.sort_by_key(|(_, people)| Reverse(*people));
    let mut reasons = table(["people", "reason"]);
    for (reason, people) in people_by_reason {
        reasons.add_row([people.to_string(), reason]);
    }
    writeln!(text, "{}", reasons.trim_fmt())?;

    what_a_place_changes(&mut text, &world, &org.users, &authz)?;
    Ok(text)
}

/// Counts the people whom heads reach without heading a department of theirs: by the role that all supervisors have, without
/// a place and with one.
fn what_a_place_changes(
    text: &mut String,
    world: &World,
    people: &[User],
    authz: &Handle,
) -> Result<(), Box<dyn Error>> {
    writeln!(text, "\n\nWHAT A PLACE CHANGES\n")?;
    let update = world.listable("contact.update")?;
    let snapshot = authz.load();
    let has_all = |person: &User| snapshot.principal(&person.id).grant(update) == Grant::Level(Level::All);
    let heads: Vec<&User> = people.iter().filter(|person| !person.heads.is_empty() && !has_all(person)).collect();
    writeln!(text, "{} people head a department and may not update every contact.", heads.len())?;
    let mut places = table(["role of the heads is assigned to", "heads", "reach strangers", "pairs"]);
    let mut report = |assigned: &str, snapshot: &Snapshot| {
        let strangers = |head: &User| {
            let principal = snapshot.principal(&head.id);
            let is_stranger =
                |person: &&User| person.id != head.id && !person.departments.iter().any(|id| head.heads.contains(id));
            let may = |person: &&User| {
                principal.check(update, &AnyRecord::new("contact", Facts::owned_by(&person.id))).is_allow()
            };
            people.iter().filter(is_stranger).filter(may).count()
        };
        let reached: Vec<usize> = heads.iter().map(|head| strangers(head)).collect();
        let (some, pairs) = (reached.iter().filter(|count| **count > 0).count(), reached.iter().sum::<usize>());
        places.add_row([assigned.to_owned(), heads.len().to_string(), some.to_string(), pairs.to_string()]);
    };
    report("supervisors", &snapshot);
    authz.apply([
        Command::unassign("head_of_department", Subject::Supervisors),
        Command::assign("head_of_department", Subject::Supervisors.in_subject()),
    ])?;
    report("supervisors, in the place `subject`", &authz.load());
    writeln!(text, "\n{}", right_aligned(places, 1))?;
    writeln!(text, "\nA stranger is a member of no department that the head heads.")?;
    Ok(())
}

/// The number of these records that are in the scope. No record of another type is.
fn count<'r>(principal: Principal<'_>, permission: Permission<AnyRecord<'r>>, records: &[AnyRecord<'r>]) -> usize {
    principal.scope(permission).filter(records).count()
}

/// The person with the greatest number of something; the first if there are several.
fn most<'p>(people: impl Iterator<Item = &'p User>, of: impl Fn(&User) -> usize) -> Option<&'p User> {
    people.min_by_key(|person| Reverse(of(person)))
}

/// The number of departments on the longest path from a root.
fn depth(departments: &[Department]) -> usize {
    let parents: HashMap<&DepartmentId, Option<&DepartmentId>> =
        departments.iter().map(|department| (&department.id, department.parent.as_ref())).collect();
    let depth = |id| iter::successors(Some(id), |id| parents.get(id).copied().flatten()).count();
    parents.keys().map(|id| depth(*id)).max().unwrap_or_default()
}

fn read_and_update([read, update]: [usize; 2]) -> String {
    format!("{read} / {update:>3}")
}

/// The table, with the columns from `from` on aligned to the right.
fn right_aligned(mut table: Table, from: usize) -> String {
    for column in table.column_iter_mut().skip(from) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.trim_fmt()
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", story()?);
    Ok(())
}
