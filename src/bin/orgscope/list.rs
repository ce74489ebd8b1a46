//! `orgscope list`: the records that a user may do something to.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use orgscope::{Snapshot, UserId};

use crate::at::At;
use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::{ask, world};

/// List the records of a file that a user may do something to, in the order of the file
#[derive(Debug, Args)]
pub(crate) struct List {
    /// A world file: JSON, TOML or YAML by the ending
    file: PathBuf,
    #[command(flatten)]
    at: At,
    /// The user
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = UserId::from_str)]
    user: UserId,
    /// The permission, for example `contact.read`
    #[arg(long, value_name = "TYPE.ACTION")]
    action: String,
}

impl List {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let world = self.at.open(&self.file)?;
        let permission = world.listable(&self.action)?;
        let snapshot = Snapshot::compile(world.policy());
        world::note_user(&world, snapshot.principal(&self.user), &self.user);
        for record in ask::list(&world, snapshot.principal(&self.user), permission) {
            out.line(record)?;
        }
        Ok(Outcome::Yes)
    }
}
