//! `orgscope validate`: reports the problems of files.

use std::path::PathBuf;

use clap::Args;

use crate::one_line::one_line;
use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::world;

/// Report every problem of world files, each with its path
#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// World files: JSON, TOML or YAML by the ending
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Also report what is valid but probably not meant
    #[arg(long)]
    lint: bool,
}

impl Validate {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::Yes;
        for file in &self.files {
            match world::open(file) {
                Ok(world) => {
                    let name = file.display();
                    out.line(one_line(&format!("{name}: valid")))?;
                    for finding in self.lint.then(|| world.policy().lint()).into_iter().flatten() {
                        out.line(one_line(&format!("{name}: {finding}")))?;
                    }
                }
                Err(failure) => {
                    outcome = Outcome::Invalid;
                    for line in failure.into_lines() {
                        out.line(one_line(&line))?;
                    }
                }
            }
        }
        Ok(outcome)
    }
}
