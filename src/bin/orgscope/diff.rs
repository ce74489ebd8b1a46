//! `orgscope diff`: compares two files.

use std::path::PathBuf;

use clap::Args;
use orgscope::Snapshot;
use orgscope::diff::RightChange;

use crate::one_line::one_line;
use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::{paint, world};

/// Show who gains and who loses what from one file to another
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// The world file before: JSON, TOML or YAML by the ending
    old: PathBuf,
    /// The world file after
    new: PathBuf,
    /// Print one line of JSON, for machines
    #[arg(long)]
    json: bool,
}

impl Diff {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let (old, new) = (world::open(&self.old)?, world::open(&self.new)?);
        let (before, after) = (Snapshot::compile(old.policy()), Snapshot::compile(new.policy()));
        let diff = before.diff(&after);
        if self.json {
            out.line(serde_json::json!(diff))?;
        } else {
            for group in diff.groups() {
                let text = group.to_string();
                let runs: Vec<&[RightChange]> = group.runs().collect();
                // If there are several runs, the first line lists the people.
                let people = usize::from(runs.len() > 1);
                for (number, line) in text.lines().enumerate() {
                    let line = one_line(line);
                    let change = number.checked_sub(people).and_then(|number| runs.get(number)?.first());
                    let painted = change.filter(|change| change.gains != change.loses);
                    out.line(painted.map_or(line.clone(), |change| paint::coloured(&line, change.gains)))?;
                }
            }
        }
        Ok(if diff.is_empty() { Outcome::Yes } else { Outcome::No })
    }
}
