//! A stream of questions, one a line, each with one line of answer.

use std::io::{self, BufRead, BufReader};
use std::path::Path;

use orgscope::Snapshot;
use orgscope::world::World;
use orgscope::world::document::Request;
use serde::Serialize;

use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::{ask, format, world};

/// One answer.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Allow(bool),
    Error(String),
}

/// Answers every line of a file, or of standard input if it is called `-`.
pub(crate) fn answer(world: &World, snapshot: &Snapshot, file: &Path, out: &mut Output) -> Result<Outcome, Failure> {
    let unreadable = |error: io::Error| Failure::File(vec![format!("{}: can't be read: {error}", file.display())]);
    let mut requests = BufReader::new(world::source(file).map_err(unreadable)?);
    let mut outcome = Outcome::Yes;
    let mut line = Vec::new();
    // Whoever left without reading the answers may go on asking for ever.
    while !out.is_closed() && requests.read_until(b'\n', &mut line).map_err(unreadable)? > 0 {
        let answer = answer_line(world, snapshot, &line);
        if matches!(answer, Answer::Error(_)) {
            outcome = Outcome::Invalid;
        }
        out.line(serde_json::json!(answer))?;
        if requests.buffer().is_empty() {
            // A program may wait for this answer before it asks the next question.
            out.flush()?;
        }
        line.clear();
    }
    Ok(outcome)
}

fn answer_line(world: &World, snapshot: &Snapshot, line: &[u8]) -> Answer {
    decide(world, snapshot, line).map_or_else(Answer::Error, Answer::Allow)
}

fn decide(world: &World, snapshot: &Snapshot, line: &[u8]) -> Result<bool, String> {
    let request = read(line)?;
    let question = world.question_of(&request).map_err(|error| error.to_string())?;
    Ok(ask::is_allowed(snapshot.principal(&request.user), question))
}

fn read(line: &[u8]) -> Result<Request, String> {
    let text = str::from_utf8(line).map_err(|_| "the line is not UTF-8".to_owned())?;
    if !text.trim_ascii_start().starts_with('{') {
        return Err("a request is an object: write `user`, `action` and, unless it is a toggle, `record`".to_owned());
    }
    format::json(text).map_err(|error| error.to_string())
}
