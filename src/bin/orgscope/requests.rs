//! A stream of questions, one on each line, with one line of answer for each.

use std::fmt;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use orgscope::id::RecordId;
use orgscope::world::World;
use orgscope::world::document::Record;
use orgscope::{Snapshot, UserId};
use serde::Serialize;
use serde::de::value::{I64Deserializer, MapAccessDeserializer, StrDeserializer, U64Deserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::{ask, format, world};

/// A question.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    user: UserId,
    action: String,
    record: Option<RecordAsked>,
}

/// A record of the file, by id, or a record inside the request.
enum RecordAsked {
    Id(RecordId),
    Inline(Record),
}

impl<'de> Deserialize<'de> for RecordAsked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RecordVisitor;

        impl<'de> Visitor<'de> for RecordVisitor {
            type Value = RecordAsked;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the id of a record, or a record as an object")
            }
            fn visit_i64<E: Error>(self, id: i64) -> Result<RecordAsked, E> {
                RecordId::deserialize(I64Deserializer::new(id)).map(RecordAsked::Id)
            }
            fn visit_u64<E: Error>(self, id: u64) -> Result<RecordAsked, E> {
                RecordId::deserialize(U64Deserializer::new(id)).map(RecordAsked::Id)
            }
            fn visit_str<E: Error>(self, id: &str) -> Result<RecordAsked, E> {
                RecordId::deserialize(StrDeserializer::new(id)).map(RecordAsked::Id)
            }
            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<RecordAsked, A::Error> {
                Record::deserialize(MapAccessDeserializer::new(fields)).map(RecordAsked::Inline)
            }
        }

        deserializer.deserialize_any(RecordVisitor)
    }
}

/// An answer.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Allow(bool),
    Error(String),
}

/// Answers every line of a file, or of standard input if its name is `-`.
pub(crate) fn answer(world: &World, snapshot: &Snapshot, file: &Path, out: &mut Output) -> Result<Outcome, Failure> {
    let unreadable = |error: io::Error| Failure::File(vec![format!("{}: can't be read: {error}", file.display())]);
    let mut requests = BufReader::new(world::source(file).map_err(unreadable)?);
    let mut outcome = Outcome::Yes;
    let mut line = Vec::new();
    // Stops once the output is closed: the input may be endless.
    while !out.is_closed() && requests.read_until(b'\n', &mut line).map_err(unreadable)? > 0 {
        let answer = answer_line(world, snapshot, &line);
        if matches!(answer, Answer::Error(_)) {
            outcome = Outcome::Invalid;
        }
        out.line(serde_json::json!(answer))?;
        if requests.buffer().is_empty() {
            // A program may wait for this answer before it sends the next question.
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
    let Request { user, action, record } = &request;
    if user.as_text() == Some("") {
        return Err("user: the id is empty: use an integer or non-empty text".to_owned());
    }
    let question = match record {
        None => world.question(action, None),
        Some(RecordAsked::Id(id)) => world.question(action, Some(id)),
        Some(RecordAsked::Inline(record)) => world.question_about(action, record),
    };
    Ok(ask::is_allowed(snapshot.principal(user), question.map_err(|error| error.to_string())?))
}

fn read(line: &[u8]) -> Result<Request, String> {
    let text = str::from_utf8(line).map_err(|_| "the line is not UTF-8".to_owned())?;
    if !text.trim_ascii_start().starts_with('{') {
        return Err("a request is an object: write `user`, `action` and, unless it is a toggle, `record`".to_owned());
    }
    format::json(text).map_err(|error| error.to_string())
}
