//! `orgscope matrix`: the grants of the roles of each section, or of one user.

use std::collections::BTreeMap;
use std::iter;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use comfy_table::Table;
use comfy_table::presets::NOTHING;
use orgscope::document::{Role, Word};
use orgscope::world::World;
use orgscope::{Grant, Principal, Schema, Snapshot, UserId};

use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::world;

/// The heading of the first column, and the number of blanks after each column.
const PERMISSION: &str = "permission";
const GAP: usize = 2;

/// Show the grants of each role, section by section, or the effective grants of one user
#[derive(Debug, Args)]
pub(crate) struct Matrix {
    /// A world file: JSON, TOML or YAML by the ending
    file: PathBuf,
    /// Show the effective grants of this user; some actions also require others on the same record
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = UserId::from_str)]
    user: Option<UserId>,
    /// Show hidden roles too
    #[arg(long)]
    hidden: bool,
}

impl Matrix {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let world = world::open(&self.file)?;
        let schema = world.policy().schema();
        let columns = self.columns(&world);
        let width = terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
        for (s, section) in schema.sections().enumerate() {
            if s > 0 {
                out.line("")?;
            }
            out.line(section)?;
            let mut permissions = schema.permissions(section).peekable();
            if permissions.peek().is_none() {
                out.line("no permissions")?;
                continue;
            }
            let names: Vec<String> = permissions.filter_map(|permission| schema.name(permission)).collect();
            let columns: Vec<&Column> = columns.iter().filter(|column| column.is_in(section)).collect();
            for (b, block) in blocks(&names, &columns, width).into_iter().enumerate() {
                if b > 0 {
                    out.line("")?;
                }
                out.line(block)?;
            }
        }
        Ok(Outcome::Yes)
    }

    fn columns(&self, world: &World) -> Vec<Column> {
        if let Some(user) = &self.user {
            return vec![Column::of_user(
                user,
                Snapshot::compile(world.policy()).principal(user),
                world.policy().schema(),
            )];
        }
        let roles = world.policy().to_document().roles.into_iter();
        roles.filter(|role| self.hidden || !role.hidden).map(Column::of_role).collect()
    }
}

/// The grants of a role, or of a user.
struct Column {
    heading: String,
    /// The section of a role, or `None` for a user, who may have grants in every section.
    section: Option<String>,
    grants: BTreeMap<String, Grant>,
}

impl Column {
    fn of_role(role: Role) -> Self {
        let marks = [(role.locked, " (locked)"), (role.hidden, " (hidden)")];
        let marks = marks.into_iter().filter(|(marked, _)| *marked).map(|(_, mark)| mark);
        let grants = role.grants.into_iter().filter_map(|(permission, grant)| match grant {
            Word::Known(grant) => Some((permission, grant)),
            Word::Unknown(_) => None,
        });
        Self {
            heading: role.id.to_string() + &marks.collect::<String>(),
            section: Some(role.section),
            grants: grants.collect(),
        }
    }

    fn of_user(id: &UserId, user: Principal<'_>, schema: &Schema) -> Self {
        let mark = match (user.id(), user.is_active()) {
            (None, _) => " (no such user)",
            (Some(_), false) => " (inactive)",
            (Some(_), true) => "",
        };
        let permissions = schema.sections().flat_map(|section| schema.permissions(section));
        let grants = permissions.filter_map(|permission| Some((schema.name(permission)?, user.grant(permission))));
        Self { heading: format!("{id}{mark}"), section: None, grants: grants.collect() }
    }

    fn is_in(&self, section: &str) -> bool {
        self.section.as_ref().is_none_or(|own| own == section)
    }

    fn cell(&self, permission: &str) -> &'static str {
        self.grants.get(permission).filter(|grant| **grant != Grant::DENY).map_or("-", |grant| grant.as_str())
    }
}

/// The permissions of a section and the grants of the columns, in as many blocks as the width requires. Words are never
/// cut: a block of a single role may be wider.
fn blocks(permissions: &[String], columns: &[&Column], width: Option<usize>) -> Vec<String> {
    let length = |text: &str| text.chars().count();
    let first = permissions.iter().map(|name| length(name)).chain([PERMISSION.len()]).max().unwrap_or_default();
    let widths = columns.iter().map(|column| {
        permissions
            .iter()
            .map(|name| length(column.cell(name)))
            .chain([length(&column.heading)])
            .max()
            .unwrap_or_default()
    });
    let mut blocks: Vec<(usize, Vec<&Column>)> = vec![(first, Vec::new())];
    for (column, more) in columns.iter().zip(widths) {
        let more = GAP + more;
        let is_full =
            |(used, block): &(usize, Vec<&Column>)| !block.is_empty() && width.is_some_and(|width| used + more > width);
        match blocks.last_mut() {
            Some(block) if !is_full(block) => {
                block.0 += more;
                block.1.push(column);
            }
            _ => blocks.push((first + more, vec![column])),
        }
    }
    blocks.into_iter().map(|(_, columns)| table(permissions, &columns)).collect()
}

/// One block, aligned by blanks.
fn table(permissions: &[String], columns: &[&Column]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(iter::once(PERMISSION).chain(columns.iter().map(|column| column.heading.as_str())));
    for permission in permissions {
        let cells = columns.iter().map(|column| column.cell(permission));
        table.add_row(iter::once(permission.as_str()).chain(cells));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, u16::try_from(GAP).unwrap_or_default()));
    }
    table.trim_fmt()
}

#[cfg(test)]
mod tests {
    use super::{Column, Grant, blocks};

    fn column(heading: &str, grant: &str) -> Column {
        let grant: Grant = grant.parse().unwrap();
        Column { heading: heading.to_owned(), section: None, grants: [("contact.read".to_owned(), grant)].into() }
    }

    /// Words are never cut, however narrow the terminal is. Columns that do not fit are in a block below.
    #[test]
    fn what_does_not_fit_goes_on_below() {
        let columns = [column("chief", "department+sub+open"), column("guest", "own"), column("boss", "all")];
        let columns: Vec<&Column> = columns.iter().collect();
        let at = |width| blocks(&["contact.read".to_owned()], &columns, width);
        let wide = "permission    chief                guest  boss\ncontact.read  department+sub+open  own    all";
        assert_eq!(at(None), [wide]);
        assert_eq!(at(Some(46)), [wide]);
        assert_eq!(
            at(Some(45)),
            [
                "permission    chief                guest\ncontact.read  department+sub+open  own",
                "permission    boss\ncontact.read  all"
            ]
        );
        let narrow = [
            "permission    chief\ncontact.read  department+sub+open",
            "permission    guest\ncontact.read  own",
            "permission    boss\ncontact.read  all",
        ];
        assert_eq!(at(Some(1)), narrow);
        assert_eq!(blocks(&["contact.read".to_owned()], &[], Some(1)), ["permission\ncontact.read"]);
    }
}
