//! How a command ends: what the exit code says, and why there may be no answer.

use std::io;
use std::process::ExitCode;

use orgscope::world::InvalidQuestion;
use orgscope::{Decision, Refusal};

/// What the exit code says. Of several, the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// 0: the answer is given; it is `allow`, all files are valid, nothing failed.
    Yes,
    /// 1: the answer is `deny`, or an expectation failed.
    No,
    /// 2: a file or a question makes no sense.
    Invalid,
    /// 3: a change was refused.
    Refused,
}

impl From<Decision> for Outcome {
    fn from(decision: Decision) -> Self {
        if decision.is_allow() { Self::Yes } else { Self::No }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome as u8)
    }
}

/// Why a command stopped without its answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A file can't be used. Each line names it.
    File(Vec<String>),
    /// The arguments fit no world, or not this one.
    Question(String),
    /// The rules do not allow a change.
    Refused(Refusal),
    /// Standard output does not take the answer.
    Output(io::Error),
}

impl Failure {
    /// What the exit code says.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Refused(_) => Outcome::Refused,
            Self::File(_) | Self::Question(_) | Self::Output(_) => Outcome::Invalid,
        }
    }

    /// What the user is told, line by line.
    pub(crate) fn into_lines(self) -> Vec<String> {
        match self {
            Self::File(lines) => lines,
            Self::Question(error) => vec![format!("error: {error}")],
            Self::Refused(refusal) => vec![format!("refused: {}: {refusal}", refusal.kind())],
            Self::Output(error) => vec![format!("error: can't write to standard output: {error}")],
        }
    }
}

impl From<InvalidQuestion> for Failure {
    fn from(error: InvalidQuestion) -> Self {
        Self::Question(error.to_string())
    }
}
