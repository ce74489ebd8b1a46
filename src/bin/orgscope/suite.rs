//! A world file under test.

use std::path::Path;

use crate::expectations::Case;
use crate::one_line::one_line;
use crate::outcome::{Failure, Outcome};
use crate::output::{Output, to_stderr};
use crate::stages::run_all;
use crate::world;

/// The results of one file, or its errors.
pub(crate) struct Suite {
    pub(crate) name: String,
    pub(crate) cases: Result<Vec<Case>, Vec<String>>,
}

impl Suite {
    pub(crate) fn of(file: &Path) -> Self {
        let cases = world::open(file).and_then(|world| Ok(run_all(&world)?));
        Self { name: file.display().to_string(), cases: cases.map_err(Failure::into_lines) }
    }

    pub(crate) fn report(&self, out: &mut Output) -> Result<(), Failure> {
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

    pub(crate) fn outcome(&self) -> Outcome {
        match &self.cases {
            Err(_) => Outcome::Invalid,
            Ok(cases) if cases.iter().any(|case| case.wrong.is_some()) => Outcome::No,
            Ok(_) => Outcome::Yes,
        }
    }
}
