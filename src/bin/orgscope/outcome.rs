//! The outcome of a command: its exit code, or the reason why there is no answer.

use std::io;
use std::process::ExitCode;

use orgscope::world::InvalidQuestion;
use orgscope::{Decision, Refusal};

/// The meaning of an exit code. If several apply, the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// 0: the answer is given; it is `allow`, all files are valid, nothing failed.
    Yes,
    /// 1: the answer is `deny`, or an expectation failed.
    No,
    /// 2: a file or a question is invalid.
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

/// The reason why a command stopped without an answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A file can't be used. Each line names the file.
    File(Vec<String>),
    /// The arguments are invalid, by themselves or for this world.
    Question(String),
    /// A change was refused.
    Refused(Refusal),
    /// Writing to standard output failed.
    Output(io::Error),
}

impl Failure {
    /// The outcome that decides the exit code.
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Refused(_) => Outcome::Refused,
            Self::File(_) | Self::Question(_) | Self::Output(_) => Outcome::Invalid,
        }
    }

    /// The error messages, line by line.
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
