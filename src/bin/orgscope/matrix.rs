//! `orgscope matrix`: what the roles of each section grant, or what one user has.

use std::collections::BTreeMap;
use std::iter;
use std::path::PathBuf;

use clap::Args;
use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use orgscope::document::{Role, Word};
use orgscope::{Grant, Principal, Schema, Snapshot, UserId, World};

use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::{id, world};

/// Show what each role grants, section by section, or what one user effectively has
#[derive(Debug, Args)]
pub(crate) struct Matrix {
    /// A world file: JSON, TOML or YAML by the ending
    file: PathBuf,
    /// Show what this user has by all their roles; some actions require others on the same record besides
    #[arg(long, value_name = "ID", value_parser = id::parse::<orgscope::kind::User>, allow_hyphen_values = true)]
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
        for (s, section) in schema.sections().enumerate() {
            if s > 0 {
                out.line("")?;
            }
            out.line(section)?;
            if schema.permissions(section).next().is_none() {
                out.line("no permissions")?;
                continue;
            }
            out.line(table(schema, section, &columns))?;
        }
        Ok(Outcome::Yes)
    }

    fn columns(&self, world: &World) -> Vec<Column> {
        if let Some(user) = &self.user {
            return vec![Column::of_user(user, Snapshot::of(world.policy()).principal(user), world.policy().schema())];
        }
        let roles = world.policy().to_document().roles.into_iter();
        roles.filter(|role| self.hidden || !role.hidden).map(Column::of_role).collect()
    }
}

/// What a role, or a user, has for each permission.
struct Column {
    heading: String,
    /// The section of a role; a user may have something in all of them.
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

/// Makes a table no wider than the terminal, if there is one: what does not fit on a line goes on in the next.
fn fit(table: &mut Table) {
    let columns = terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0);
    if let Some(columns) = columns {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
    }
}

/// The permissions of a section and what the columns say of each, aligned by blanks alone.
fn table(schema: &Schema, section: &str, columns: &[Column]) -> String {
    let columns: Vec<&Column> = columns.iter().filter(|column| column.is_in(section)).collect();
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_header(iter::once("permission").chain(columns.iter().map(|column| column.heading.as_str())));
    for permission in schema.permissions(section).filter_map(|permission| schema.name(permission)) {
        let cells = columns.iter().map(|column| column.cell(&permission));
        table.add_row(iter::once(permission.as_str()).chain(cells));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    fit(&mut table);
    table.trim_fmt()
}
