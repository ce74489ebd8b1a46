//! `orgscope apply`: changes a document by a batch of commands.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use orgscope::{Handle, Receipt, UserId};

use crate::at::At;
use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::world;

/// Apply a file of commands to a document, and print the new document
#[derive(Debug, Args)]
pub(crate) struct Apply {
    /// World file: JSON, TOML or YAML by the ending
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    at: At,
    /// The commands: a JSON array, applied all or none; `-` for standard input
    #[arg(long, value_name = "C.json")]
    commands: PathBuf,
    /// Act on behalf of this user, within the delegation rules; without it, act as the host application
    #[arg(long = "as", value_name = "U", allow_hyphen_values = true, value_parser = UserId::from_str)]
    by: Option<UserId>,
    /// Apply the commands even if nobody can manage a section any more after them; only the host application may
    #[arg(long, conflicts_with = "by")]
    force: bool,
    /// Write the receipt to this file: the revisions, the commands that undo the batch, and the entry for the log. A
    /// document does not hold its history, so the entry begins a log: revision 1, after a hash of zeros
    #[arg(long, value_name = "OUT")]
    receipt: Option<PathBuf>,
}

impl Apply {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let world = self.at.open(&self.file)?;
        let commands = world::commands(&self.commands)?;
        let authz = Handle::new(world.policy().clone());
        let editor = match &self.by {
            Some(user) => authz.as_user(user.clone()),
            None if self.force => authz.as_host().force(),
            None => authz.as_host(),
        };
        let receipt = editor.apply(commands).map_err(Failure::Refused)?;
        if let Some(file) = &self.receipt {
            write(file, &receipt)?;
        }
        out.line(json(&authz.load().policy().to_document()))?;
        Ok(Outcome::Yes)
    }
}

fn write(file: &Path, receipt: &Receipt) -> Result<(), Failure> {
    let written = std::fs::write(file, json(receipt) + "\n");
    written.map_err(|error| Failure::File(vec![format!("{}: can't be written: {error}", file.display())]))
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).expect("INVARIANT: documents and receipts are written as JSON")
}
