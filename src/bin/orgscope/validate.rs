//! `orgscope validate`: reports the problems of files.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;
use orgscope::Policy;

use crate::at::At;
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
    /// Leave out the findings with this code; may be repeated
    #[arg(long, value_name = "CODE", requires = "lint", hide_possible_values = true, value_parser = codes())]
    allow: Vec<String>,
    #[command(flatten)]
    at: At,
}

fn codes() -> PossibleValuesParser {
    Policy::LINT_CODES.iter().map(|(code, _)| *code).into()
}

impl Validate {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::Yes;
        for file in &self.files {
            let opened = if self.lint { self.at.open(file) } else { world::open(file) };
            match opened {
                Ok(world) => {
                    let name = file.display();
                    out.line(one_line(&format!("{name}: valid")))?;
                    let mut findings = if self.lint { world.policy().lint() } else { Vec::new() };
                    findings.retain(|finding| !self.allow.iter().any(|code| code == finding.code()));
                    for finding in findings {
                        let (severity, code) = (finding.severity(), finding.code());
                        out.line(one_line(&format!("{name}: {severity}: {finding} [{code}]")))?;
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
