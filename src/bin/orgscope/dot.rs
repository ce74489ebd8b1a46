//! `orgscope dot`: the org tree, for Graphviz.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use orgscope::document::{Entry, Org, User};
use orgscope::world::World;
use orgscope::{AnyRecord, DepartmentId, Facts, Owner, Permission, Policy, Snapshot, Time, UserId};

use crate::at::At;
use crate::outcome::{Failure, Outcome};
use crate::output::Output;

/// Draw the departments with their heads and numbers of people, for `dot -Tsvg`
#[derive(Debug, Args)]
pub(crate) struct Dot {
    /// A world file: JSON, TOML or YAML by the ending
    file: PathBuf,
    #[command(flatten)]
    at: At,
    /// Shade the departments whose records this user reaches; requires `--action`
    #[arg(long, value_name = "ID", allow_hyphen_values = true, requires = "action", value_parser = UserId::from_str)]
    user: Option<UserId>,
    /// The permission, for example `contact.read`
    #[arg(long, value_name = "TYPE.ACTION", requires = "user")]
    action: Option<String>,
}

impl Dot {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let world = self.at.open(&self.file)?;
        let policy = world.policy();
        let org = policy.to_document().org;
        let reached = match (&self.user, &self.action) {
            (Some(user), Some(action)) => reached(&world, &org, user, action)?,
            _ => BTreeSet::new(),
        };
        out.line("digraph company {")?;
        out.line(
            "  rankdir=TB; node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];",
        )?;
        if let (Some(user), Some(action)) = (&self.user, &self.action) {
            let title = title(&world, user, action)?;
            out.line(format_args!("  label={}; labelloc=t; fontname=\"sans-serif\";", quoted(&title)))?;
        }
        let (members, heads) = (
            by_department(&org, policy.instant(), |user| &user.departments),
            by_department(&org, policy.instant(), |user| &user.heads),
        );
        let asked = self.user.as_ref().and_then(|id| org.users.iter().find(|user| user.id == *id));
        let mut numbers: BTreeMap<&DepartmentId, usize> = BTreeMap::new();
        for (number, department) in org.departments.iter().enumerate() {
            numbers.insert(&department.id, number);
            let heads: Vec<String> =
                heads.get(&department.id).into_iter().flatten().map(|user| head(policy, user)).collect();
            let heads = if heads.is_empty() { "no head".to_owned() } else { format!("head: {}", heads.join(", ")) };
            let members = members.get(&department.id).into_iter().flatten();
            let (active, inactive): (Vec<&User>, Vec<&User>) = members.copied().partition(|user| is_active(user));
            let people = if active.len() == 1 { "1 member".to_owned() } else { format!("{} members", active.len()) };
            let people =
                if inactive.is_empty() { people } else { format!("{people}, and {} inactive", inactive.len()) };
            let label = quoted(&format!("{}\n{heads}\n{people}", policy.department_name(&department.id)));
            let home = asked.is_some_and(|user| {
                let posts = [&user.departments, &user.heads, &user.deputy_of].into_iter().flatten();
                posts.filter(|post| post.holds_at(policy.instant())).any(|post| post.id == department.id)
            });
            let shade = if reached.contains(&department.id) { ", fillcolor=\"#b7e1cd\"" } else { "" };
            let border = if home { ", penwidth=3" } else { "" };
            out.line(format_args!("  d{number} [label={label}{shade}{border}];"))?;
        }
        for department in &org.departments {
            if let Some(parent) = &department.parent {
                out.line(format_args!("  d{} -> d{} [arrowhead=none];", numbers[parent], numbers[&department.id]))?;
            }
        }
        out.line("}")?;
        Ok(Outcome::Yes)
    }
}

/// The users of each department by one of their lists, in the order of the users.
fn by_department(
    org: &Org,
    instant: Option<Time>,
    list: impl Fn(&User) -> &Vec<Entry<DepartmentId>>,
) -> BTreeMap<&DepartmentId, Vec<&User>> {
    let mut users: BTreeMap<&DepartmentId, Vec<&User>> = BTreeMap::new();
    for user in &org.users {
        for post in list(user).iter().filter(|post| post.holds_at(instant)) {
            users.entry(&post.id).or_default().push(user);
        }
    }
    users
}

/// The departments whose records the user reaches.
fn reached(world: &World, org: &Org, user: &UserId, action: &str) -> Result<BTreeSet<DepartmentId>, Failure> {
    let permission: Permission = world.listable(action)?;
    let resource = action.split('.').next().unwrap_or_default();
    let snapshot = Snapshot::compile(world.policy());
    let scope = snapshot.principal(user).scope(permission);
    let departments = org.departments.iter().map(|department| department.id.clone());
    let is_reached =
        |id: &DepartmentId| scope.contains(&AnyRecord::new(resource, Facts::owned_by(Owner::department(id))));
    Ok(departments.filter(is_reached).collect())
}

fn is_active(user: &User) -> bool {
    user.active != Some(false)
}

/// The title of a user's picture: the shown right, its level, and the meaning of the marks.
fn title(world: &World, user: &UserId, action: &str) -> Result<String, Failure> {
    let permission: Permission = world.listable(action)?;
    let snapshot = Snapshot::compile(world.policy());
    let asked = snapshot.principal(user);
    let org = world.policy().to_document().org;
    let known = org.users.iter().find(|other| other.id == *user);
    let name = known.map_or_else(|| user.to_string(), |known| world.policy().user_name(&known.id));
    let shows = match known {
        None => format!("{name} reaches nothing by {action}: there is no such user"),
        Some(known) if !is_active(known) => format!("{name} reaches nothing by {action}: the user is inactive"),
        Some(_) => format!("What {name} reaches by {action}: {}", asked.grant(permission)),
    };
    Ok(format!("{shows}\n(green: within reach; thick border: {name} belongs there)"))
}

/// The label of a head, which marks inactive ones.
fn head(policy: &Policy, user: &User) -> String {
    format!("{}{}", policy.user_name(&user.id), if is_active(user) { "" } else { " (inactive)" })
}

/// A quoted string in the language of Graphviz, whose only escapes are for quotes, backslashes and line breaks. Other
/// control characters are already escaped in names and ids.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
