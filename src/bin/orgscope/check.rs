//! `orgscope check`: decides one question, or a file of questions.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use orgscope::id::RecordId;
use orgscope::{Snapshot, UserId};

use crate::at::At;
use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::{ask, paint, requests};

const USAGE: &str = "\
orgscope check <FILE> --user <ID> --action <TYPE.ACTION> [--record <ID>]
       orgscope check <FILE> --requests <FILE>";

/// Answer one question with its reason, or a file of questions
#[derive(Debug, Args)]
#[command(override_usage = USAGE)]
pub(crate) struct Check {
    /// A world file: JSON, TOML or YAML by the ending
    file: PathBuf,
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    asked: Option<Asked>,
    /// A file of questions, a JSON object on each line: `{"user": 7, "action": "contact.read", "record": "c1"}`, where
    /// the record is an id or a whole record; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "Asked")]
    requests: Option<PathBuf>,
}

/// One question.
#[derive(Debug, Args)]
struct Asked {
    /// The user
    #[arg(long, value_name = "ID", allow_hyphen_values = true, required = false, required_unless_present = "requests", value_parser = UserId::from_str)]
    user: UserId,
    /// The permission, for example `contact.read`
    #[arg(long, value_name = "TYPE.ACTION", required = false, required_unless_present = "requests")]
    action: String,
    /// The record of the file; left out for a toggle
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = RecordId::from_str)]
    record: Option<RecordId>,
}

impl Check {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let world = self.at.open(&self.file)?;
        let snapshot = Snapshot::compile(world.policy());
        if let Some(requests) = &self.requests {
            return requests::answer(&world, &snapshot, requests, out);
        }
        let Some(Asked { user, action, record }) = &self.asked else {
            return Err(Failure::Question("there is no question: add `--user` and `--action`, or `--requests`".into()));
        };
        let reason = ask::reason(snapshot.principal(user), world.question(action, record.as_ref())?);
        let decision = reason.decision();
        out.line(paint::verdict(&reason.to_string(), decision.is_allow()))?;
        Ok(decision.into())
    }
}
