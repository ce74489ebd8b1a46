//! `orgscope diff`: who gains and who loses what.

use std::path::PathBuf;

use clap::Args;
use orgscope::Snapshot;

use crate::one_line::one_line;
use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::{paint, world};

/// Tell who gains and who loses what from one file to another
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
        let (before, after) = (Snapshot::of(old.policy()), Snapshot::of(new.policy()));
        let diff = before.diff(&after);
        if self.json {
            out.line(serde_json::json!(diff))?;
        } else {
            for group in diff.groups() {
                let gains = group.changes().iter().all(|change| !change.loses);
                let loses = group.changes().iter().all(|change| !change.gains);
                for line in group.to_string().lines() {
                    let line = one_line(line);
                    out.line(if gains == loses { line } else { paint::coloured(&line, gains) })?;
                }
            }
        }
        Ok(if diff.is_empty() { Outcome::Yes } else { Outcome::No })
    }
}
