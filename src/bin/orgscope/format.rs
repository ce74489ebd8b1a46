//! The formats that a world file may have, and what their readers say where a text can't be read.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_path_to_error::{Deserializer, Path as Keys, Segment, Track};
use serde_saphyr::{MessageFormatter, UserMessageFormatter};

/// A format, which the ending of a file's name tells.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    Json,
    Toml,
    Yaml,
}

impl Format {
    /// The format of a file with this name, if its ending is known. The case of the ending does not matter.
    pub(crate) fn of(file: &Path) -> Option<Self> {
        match file.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "json" => Some(Self::Json),
            "toml" => Some(Self::Toml),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// Reads a text of this format.
    pub(crate) fn read<T: DeserializeOwned>(self, text: &str) -> Result<T, Unreadable> {
        match self {
            Self::Json => json(text),
            Self::Toml => toml(text),
            Self::Yaml => yaml(text),
        }
    }
}

/// Why a text can't be read, and where: the first thing that is wrong.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// Counted from one, if the reader knows it.
    pub(crate) line: Option<u64>,
    /// Empty for the whole text.
    pub(crate) path: String,
    message: String,
}

impl Unreadable {
    fn new(line: Option<u64>, keys: &Keys, message: impl Into<String>) -> Self {
        Self { line, path: path(keys), message: message.into() }
    }
}

/// The path and the message. The line is left to who knows what it is a line of.
impl Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

/// Reads JSON: one value, and nothing after it.
pub(crate) fn json<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    let mut json = serde_json::Deserializer::from_str(text);
    let mut track = Track::new();
    let read = T::deserialize(Deserializer::new(&mut json, &mut track));
    read.and_then(|value| json.end().map(|()| value)).map_err(|error| {
        let message = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let line = u64::try_from(error.line()).ok().filter(|line| *line > 0);
        Unreadable::new(line, &track.path(), message.strip_suffix(&place).unwrap_or(&message))
    })
}

fn toml<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    let mut track = Track::new();
    let read = toml::Deserializer::parse(text).and_then(|toml| T::deserialize(Deserializer::new(toml, &mut track)));
    read.map_err(|error| {
        let line = error.span().map(|span| line_of(text, span.start));
        Unreadable::new(line, &track.path(), error.message())
    })
}

fn yaml<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    let options = serde_saphyr::options! {
        // Size is no attack on somebody who reads their own file. Depth is: it would end in an overflow of the stack.
        budget: serde_saphyr::budget! {
            max_events: usize::MAX,
            max_nodes: usize::MAX,
            max_total_scalar_bytes: usize::MAX,
            enforce_alias_anchor_ratio: false,
        },
        // An id is the same in every format: `no` and `007` are text, not a boolean and the number 7.
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    };
    let mut track = Track::new();
    let read = serde_saphyr::with_deserializer_from_str_with_options(text, options, |yaml| {
        T::deserialize(Deserializer::new(yaml, &mut track))
    });
    read.map_err(|error| {
        let line = error.location().map(|location| location.line());
        let message: Cow<'_, str> = UserMessageFormatter.format_message(error.without_snippet());
        Unreadable::new(line, &track.path(), message)
    })
}

/// The line that the byte at this place of a text stands on, counted from one.
pub(crate) fn line_of(text: impl AsRef<[u8]>, place: usize) -> u64 {
    text.as_ref().iter().take(place).fold(1, |line, byte| line + u64::from(*byte == b'\n'))
}

/// A path as the problems of a document write theirs, for example `roles[2].grants["contact.read"]`.
fn path(keys: &Keys) -> String {
    let mut path = String::new();
    for segment in keys {
        let step = match segment {
            Segment::Seq { index } => format!("[{index}]"),
            Segment::Map { key } if !key.chars().all(|c| c.is_alphanumeric() || c == '_') => format!("[{key:?}]"),
            Segment::Map { key } if path.is_empty() => key.clone(),
            Segment::Map { key } => format!(".{key}"),
            // Within a choice of forms, or under a key that is no text: the path ends above it.
            Segment::Enum { .. } | Segment::Unknown => break,
        };
        path.push_str(&step);
    }
    path
}
