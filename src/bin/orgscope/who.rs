//! `orgscope who`: the users who may do something.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use orgscope::Snapshot;
use orgscope::id::RecordId;

use crate::ask;
use crate::at::At;
use crate::outcome::{Failure, Outcome};
use crate::output::Output;

/// List the users who may do something, integers first, then text
#[derive(Debug, Args)]
pub(crate) struct Who {
    /// A world file: JSON, TOML or YAML by the ending
    file: PathBuf,
    #[command(flatten)]
    at: At,
    /// The permission, for example `contact.read`
    #[arg(long, value_name = "TYPE.ACTION")]
    action: String,
    /// The record of the file; left out for a toggle
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = RecordId::from_str)]
    record: Option<RecordId>,
}

impl Who {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let world = self.at.open(&self.file)?;
        let question = world.question(&self.action, self.record.as_ref())?;
        for user in ask::who(&Snapshot::compile(world.policy()), question) {
            out.line(user)?;
        }
        Ok(Outcome::Yes)
    }
}
