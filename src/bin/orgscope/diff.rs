//! `orgscope diff`: compares two files.

use std::path::PathBuf;

use clap::Args;
use orgscope::diff::RightChange;
use orgscope::{Policy, Snapshot, Time};

use crate::at::At;
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
    #[command(flatten)]
    at: At,
}

impl Diff {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let (old, new) = (world::open(&self.old)?, world::open(&self.new)?);
        let instant = self.at.of([old.policy(), new.policy()])?;
        let at = |policy: &Policy| instant.map_or_else(|| policy.clone(), |instant| policy.at(instant));
        let (mut old, mut new) = (at(old.policy()), at(new.policy()));
        let (mut printed, mut from) = (String::new(), None);
        let mut outcome = Outcome::Yes;
        loop {
            let (before, after) = (Snapshot::compile(&old), Snapshot::compile(&new));
            let diff = before.diff(&after);
            // Of later instants only those with another difference.
            let text = diff.to_string();
            if from.is_none() || text != printed {
                self.print(&diff, from, out)?;
                printed = text;
            }
            if !diff.is_empty() {
                outcome = Outcome::No;
            }
            let Some(next) = old.next_change().into_iter().chain(new.next_change()).min().filter(|_| instant.is_some())
            else {
                return Ok(outcome);
            };
            (old, new, from) = (old.at(next), new.at(next), Some(next));
        }
    }

    /// Prints a difference, and from when it is so if not from the first instant.
    fn print(&self, diff: &orgscope::diff::Diff, from: Option<Time>, out: &mut Output) -> Result<(), Failure> {
        if let (Some(from), false) = (from, self.json) {
            let same = if diff.is_empty() { " nothing differs" } else { "" };
            out.line(format_args!("from {from} on:{same}"))?;
        }
        if let (Some(from), true) = (from, self.json) {
            out.line(serde_json::json!({ "from": from, "groups": diff }))?;
        } else if self.json {
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
        Ok(())
    }
}
