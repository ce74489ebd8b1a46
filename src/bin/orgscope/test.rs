//! `orgscope test`: checks the expectations of files.

use std::path::PathBuf;

use clap::Args;

use crate::junit;
use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::suite::Suite;

/// Compare the answers of world files with those that they expect
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// World files: JSON, TOML or YAML by the ending
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Also write the results to this file, as the XML that build servers read
    #[arg(long, value_name = "OUT")]
    junit: Option<PathBuf>,
}

impl Test {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let suites: Vec<Suite> = self.files.iter().map(|file| Suite::of(file)).collect();
        for suite in &suites {
            suite.report(out)?;
        }
        let cases = || suites.iter().flat_map(|suite| &suite.cases).flatten();
        let failed = cases().filter(|case| case.wrong.is_some()).count();
        out.line(format_args!("{} passed, {failed} failed", cases().count() - failed))?;
        if let Some(file) = &self.junit {
            out.flush()?;
            junit::write(file, &suites)?;
        }
        Ok(suites.iter().map(Suite::outcome).max().unwrap_or(Outcome::Yes))
    }
}
