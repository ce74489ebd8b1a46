//! `orgscope calendar`: what begins and ends, in the order of time.

use std::path::PathBuf;

use clap::Args;
use orgscope::document::{Dates, Place, Word};
use orgscope::{Policy, Subject, Time};

use crate::one_line::one_line;
use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::world;

/// List what begins and ends when, and for whom
#[derive(Debug, Args)]
pub(crate) struct Calendar {
    /// World file: JSON, TOML or YAML by the ending
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print a JSON object on each line, for machines
    #[arg(long)]
    json: bool,
}

/// Something that begins or ends. What ends at an instant stands before what begins then.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    at: Time,
    begins: bool,
    what: String,
}

impl Calendar {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let world = world::open(&self.file)?;
        for Turn { at, begins, what } in turns(world.policy()) {
            let turn = if begins { "begins" } else { "ends" };
            if self.json {
                out.line(serde_json::json!({ "at": at, "turn": turn, "what": what }))?;
            } else {
                out.line(one_line(&format!("{at}  {turn:<6}  {what}")))?;
            }
        }
        Ok(Outcome::Yes)
    }
}

fn turns(policy: &Policy) -> Vec<Turn> {
    let mut turns = Vec::new();
    let mut add = |dates: Option<&Dates>, what: &dyn Fn() -> String| {
        for (end, begins) in dates.into_iter().flat_map(|dates| [(&dates.from, true), (&dates.until, false)]) {
            if let Some(Word::Known(at)) = end {
                turns.push(Turn { at: *at, begins, what: what() });
            }
        }
    };
    let document = policy.to_document();
    for user in &document.org.users {
        let posts = [("member of", &user.departments), ("head of", &user.heads), ("deputy of", &user.deputy_of)];
        for (post, entry) in posts.into_iter().flat_map(|(post, list)| list.iter().map(move |entry| (post, entry))) {
            let what = || format!("{} {post} {}", policy.user_name(&user.id), policy.department_name(&entry.id));
            add(entry.dates.as_deref(), &what);
        }
    }
    for group in &document.org.groups {
        for entry in &group.members {
            let what = || format!("{} in group {}", policy.user_name(&entry.id), policy.group_name(&group.id));
            add(entry.dates.as_deref(), &what);
        }
    }
    for role in &document.roles {
        for to in &role.assigned_to {
            let place = to.place.as_ref().map_or_else(String::new, |place| in_place(policy, place));
            let what = || format!("role {} for {}{place}", policy.role_name(&role.id), subject(policy, &to.to));
            add(to.dates.as_deref(), &what);
        }
    }
    turns.sort_unstable();
    turns
}

fn subject(policy: &Policy, word: &Word<Subject>) -> String {
    match word {
        Word::Known(Subject::User(id)) => policy.user_name(id),
        Word::Known(Subject::Department(id)) => policy.department_name(id),
        Word::Known(Subject::DepartmentSub(id)) => format!("{} and below", policy.department_name(id)),
        Word::Known(Subject::Group(id)) => format!("group {}", policy.group_name(id)),
        Word::Known(word) => word.to_string(),
        Word::Unknown(_) => unreachable!("INVARIANT: a policy holds known subjects"),
    }
}

fn in_place(policy: &Policy, place: &Word<Place>) -> String {
    match place {
        Word::Known(Place::Departments(departments)) => {
            let names: Vec<String> = departments.iter().map(|id| policy.department_name(id)).collect();
            format!(" in {}", names.join(", "))
        }
        _ => " in the place `subject`".to_owned(),
    }
}
