//! `orgscope matrix`: the grants of the roles of each section, or of one user.

mod cell;
mod column;
mod csv;
mod saved;
mod table;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use orgscope::world::World;
use orgscope::{Snapshot, UserId};

use crate::at::At;
use crate::one_line::one_line;
use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::world;

use column::{Column, Section};
use saved::{Cells, Saved};

/// Show the grants of each role, section by section, or the effective grants of one user
#[derive(Debug, Args)]
pub(crate) struct Matrix {
    /// A world file: JSON, TOML or YAML by the ending
    file: PathBuf,
    #[command(flatten)]
    at: At,
    /// Show the effective grants of this user; some actions also require others on the same record
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = UserId::from_str)]
    user: Option<UserId>,
    /// Show hidden roles too
    #[arg(long)]
    hidden: bool,
    /// Print JSON with each granted cell on lines of its own, to be committed and compared
    #[arg(long, conflicts_with_all = ["csv", "check"])]
    json: bool,
    /// Print CSV with a row for each cell
    #[arg(long, conflicts_with = "check")]
    csv: bool,
    /// Print the cells that differ from what `--json` printed before; exit with 1 if any does
    #[arg(long, value_name = "EXPECTED")]
    check: Option<PathBuf>,
}

impl Matrix {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let world = self.at.open(&self.file)?;
        let schema = world.policy().schema();
        let sections: Vec<Section<'_>> = schema.sections().map(|section| Section::of(section, schema)).collect();
        let snapshot = Snapshot::compile(world.policy());
        let columns = self.columns(&world, &snapshot);
        let is_table = !self.json && !self.csv && self.check.is_none();
        if let (Some(user), false) = (&self.user, is_table) {
            // The table says so in its heading.
            world::note_user(&world, snapshot.principal(user), user);
        }
        if self.json {
            out.line(self.saved(&sections, &columns).to_json())?;
        } else if self.csv {
            self.print_csv(&sections, &columns, out)?;
        } else if let Some(file) = &self.check {
            return self.check(file, &sections, &columns, out);
        } else {
            print_tables(&sections, &columns, out)?;
        }
        Ok(Outcome::Yes)
    }

    fn columns<'w>(&self, world: &'w World, snapshot: &Snapshot) -> Vec<Column<'w>> {
        if let Some(user) = &self.user {
            return vec![Column::of_user(user, snapshot.principal(user), world.policy())];
        }
        let roles = world.policy().to_document().roles.into_iter();
        roles.filter(|role| self.hidden || !role.hidden).map(|role| Column::of_role(role, world.policy())).collect()
    }

    fn saved(&self, sections: &[Section<'_>], columns: &[Column<'_>]) -> Saved {
        let cells = |section: &Section<'_>, column: &Column<'_>| -> Cells {
            let granted =
                section.permissions.iter().filter_map(|name| Some((name.clone(), column.granted(name)?.clone())));
            granted.collect()
        };
        if let (Some(user), [column]) = (&self.user, columns) {
            let grants = sections.iter().map(|section| (section.name.to_owned(), cells(section, column)));
            return Saved::of_user(user, grants.collect());
        }
        let roles = |section: &Section<'_>| {
            let columns = columns.iter().filter(|column| column.is_in(section.name));
            columns.map(|column| (column.id.clone(), cells(section, column))).collect()
        };
        Saved::of_roles(sections.iter().map(|section| (section.name.to_owned(), roles(section))).collect())
    }

    fn check(
        &self,
        file: &Path,
        sections: &[Section<'_>],
        columns: &[Column<'_>],
        out: &mut Output,
    ) -> Result<Outcome, Failure> {
        let before: Saved = world::json_of(file)?;
        let known: Vec<String> = sections.iter().flat_map(|section| section.permissions.iter().cloned()).collect();
        let changes = self
            .saved(sections, columns)
            .changes_since(&before, &known)
            .map_err(|error| Failure::File(vec![format!("{}: {error}", file.display())]))?;
        for change in &changes {
            out.line(one_line(change))?;
        }
        Ok(if changes.is_empty() { Outcome::Yes } else { Outcome::No })
    }

    fn print_csv(&self, sections: &[Section<'_>], columns: &[Column<'_>], out: &mut Output) -> Result<(), Failure> {
        let heading = if self.user.is_some() { "user" } else { "role" };
        out.line(csv::line(["section", heading, "permission", "level"]))?;
        for section in sections {
            for column in columns.iter().filter(|column| column.is_in(section.name)) {
                for name in &section.permissions {
                    out.line(csv::line([section.name, &column.id, name, &column.text(name)]))?;
                }
            }
        }
        Ok(())
    }
}

fn print_tables(sections: &[Section<'_>], columns: &[Column<'_>], out: &mut Output) -> Result<(), Failure> {
    let width = terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
    for (s, section) in sections.iter().enumerate() {
        if s > 0 {
            out.line("")?;
        }
        out.line(section.name)?;
        if section.permissions.is_empty() {
            out.line("no permissions")?;
            continue;
        }
        let columns: Vec<&Column<'_>> = columns.iter().filter(|column| column.is_in(section.name)).collect();
        for (b, block) in table::blocks(&section.permissions, &columns, width).into_iter().enumerate() {
            if b > 0 {
                out.line("")?;
            }
            out.line(block)?;
        }
    }
    Ok(())
}
