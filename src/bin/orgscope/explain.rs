//! `orgscope explain`: explains a decision.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use orgscope::explain::ReasonCode;
use orgscope::id::RecordId;
use orgscope::world::Question;
use orgscope::{Explanation, Snapshot, UserId};

use crate::at::At;
use crate::one_line::one_line;
use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::paint;

/// Explain why a user may, or may not, do something, with the smallest changes that would turn a denial
#[derive(Debug, Args)]
pub(crate) struct Explain {
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
    /// The record of the file; left out for a toggle
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = RecordId::from_str)]
    record: Option<RecordId>,
    /// Print one line of JSON, for machines
    #[arg(long)]
    json: bool,
}

impl Explain {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let world = self.at.open(&self.file)?;
        let snapshot = Snapshot::compile(world.policy());
        let user = snapshot.principal(&self.user);
        let told: Explanation = match world.question(&self.action, self.record.as_ref())? {
            Question::Toggle(toggle) => user.explain(toggle, &()),
            Question::Levelled(permission, record) => user.explain(permission, &record.as_any()),
        };
        let decision = told.reason().decision();
        if self.json {
            out.line(serde_json::json!(told))?;
        } else {
            for (number, line) in told.to_string().lines().enumerate() {
                let line = one_line(line);
                out.line(if number == 0 { paint::verdict(&line, decision.is_allow()) } else { line })?;
            }
            if told.reason().code() == ReasonCode::UnknownUser {
                out.line(one_line(&format!(
                    "To be allowed anything, `{}` has to be added as a user first.",
                    self.user
                )))?;
            }
        }
        Ok(decision.into())
    }
}
