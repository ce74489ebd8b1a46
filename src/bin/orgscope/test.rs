//! `orgscope test`: whether files give the answers that they expect.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::expectations::Case;
use crate::one_line::one_line;
use crate::outcome::{Failure, Outcome};
use crate::output::{Output, to_stderr};
use crate::stages::run_all;
use crate::{junit, world};

/// Compare the answers that world files expect with those that they get
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// World files: JSON, TOML or YAML by the ending
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Write the outcome to this file too, as the XML that build servers read
    #[arg(long, value_name = "OUT")]
    junit: Option<PathBuf>,
}

/// The expectations of one file, or what is wrong with the file.
pub(crate) struct Suite {
    pub(crate) name: String,
    pub(crate) cases: Result<Vec<Case>, Vec<String>>,
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

impl Suite {
    fn of(file: &Path) -> Self {
        let cases = world::open(file).and_then(|world| Ok(run_all(&world)?));
        Self { name: file.display().to_string(), cases: cases.map_err(Failure::into_lines) }
    }

    fn report(&self, out: &mut Output) -> Result<(), Failure> {
        match &self.cases {
            Ok(cases) => cases.iter().try_for_each(|case| match &case.wrong {
                Some(wrong) => out.line(one_line(&format!("{}: {}: {wrong}", self.name, case.name))),
                None => Ok(()),
            }),
            Err(problems) => {
                to_stderr(problems);
                Ok(())
            }
        }
    }

    fn outcome(&self) -> Outcome {
        match &self.cases {
            Err(_) => Outcome::Invalid,
            Ok(cases) if cases.iter().any(|case| case.wrong.is_some()) => Outcome::No,
            Ok(_) => Outcome::Yes,
        }
    }
}
