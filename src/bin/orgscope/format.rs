//! The formats of world files, and the errors of their readers.

use std::fmt::{self, Display};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_path_to_error::{Deserializer, Path as Keys, Segment, Track};
use serde_saphyr::{MessageFormatter, UserMessageFormatter};

/// A format, recognized by the ending of a file's name.
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

/// The first error of unreadable text, with its position.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// The line, counted from one, if the reader knows it.
    pub(crate) line: Option<u64>,
    /// The path to the error; empty for the whole text.
    pub(crate) path: String,
    message: String,
}

impl Unreadable {
    fn new(line: Option<u64>, keys: &Keys, message: impl Into<String>) -> Self {
        Self { line, path: path(keys), message: in_words_of_json(message.into()) }
    }
}

impl Unreadable {
    /// Names the items of the expected array, if the whole text is something else.
    pub(crate) fn of_list(mut self, items: &str) -> Self {
        let found = self.message.strip_prefix("invalid type: ").and_then(|message| message.rsplit_once(", expected "));
        if let (true, Some((found, _))) = (self.path.is_empty(), found) {
            let article = if found.starts_with(['a', 'i', 'o']) { "an" } else { "a" };
            let article = if found == "null" { String::new() } else { format!("{article} ") };
            self.message = format!("expected an array of {items}, found {article}{found}");
        }
        self
    }
}

/// Uses the words of JSON for the type that was found, whatever the format.
fn in_words_of_json(message: String) -> String {
    const WORDS: [(&str, &str); 3] = [("map", "object"), ("sequence", "array"), ("unit value", "null")];
    let Some((found, expected)) =
        message.strip_prefix("invalid type: ").and_then(|message| message.rsplit_once(", expected "))
    else {
        return message;
    };
    let word = WORDS.iter().find(|(other, _)| *other == found);
    word.map_or_else(|| message.clone(), |(_, word)| format!("invalid type: {word}, expected {expected}"))
}

/// Writes the path and the message. The caller writes the line, with the name of the file.
impl Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

/// Reads exactly one JSON value.
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
        let message = match (error.message(), error.span().and_then(|span| text.get(span))) {
            ("duplicate key", Some(key)) => format!("duplicate field `{}`", key.trim_matches(['"', '\''])),
            (message, _) => message.to_owned(),
        };
        Unreadable::new(line, &track.path(), message)
    })
}

fn yaml<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    let options = serde_saphyr::options! {
        // Users read their own files, so size is not limited. Depth is: it could overflow the stack.
        budget: serde_saphyr::budget! {
            max_events: usize::MAX,
            max_nodes: usize::MAX,
            max_total_scalar_bytes: usize::MAX,
            enforce_alias_anchor_ratio: false,
        },
        // Ids must mean the same in every format: `no` and `007` are text, not a boolean and the number 7.
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
        let error = error.without_snippet();
        let names = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let message = match error {
            serde_saphyr::Error::SerdeUnknownField { field, expected, .. } => {
                format!("unknown field `{field}`, expected one of {}", names(expected))
            }
            serde_saphyr::Error::SerdeUnknownVariant { variant, expected, .. } => {
                format!("unknown variant `{variant}`, expected one of {}", names(expected))
            }
            serde_saphyr::Error::DuplicateMappingKey { key: Some(key), .. } => format!("duplicate field `{key}`"),
            other => UserMessageFormatter.format_message(other).into_owned(),
        };
        Unreadable::new(line, &track.path(), message)
    })
}

/// The line of the byte at this index of a text, counted from one.
pub(crate) fn line_of(text: impl AsRef<[u8]>, place: usize) -> u64 {
    text.as_ref().iter().take(place).fold(1, |line, byte| line + u64::from(*byte == b'\n'))
}

/// Formats a path like those of problems of a document, for example `roles[2].grants["contact.read"]`.
fn path(keys: &Keys) -> String {
    let mut path = String::new();
    for segment in keys {
        let step = match segment {
            Segment::Seq { index } => format!("[{index}]"),
            Segment::Map { key } if !key.chars().all(|c| c.is_alphanumeric() || c == '_') => format!("[{key:?}]"),
            Segment::Map { key } if path.is_empty() => key.clone(),
            Segment::Map { key } => format!(".{key}"),
            // Inside an enum, or under a key that is not text, the path ends here.
            Segment::Enum { .. } | Segment::Unknown => break,
        };
        path.push_str(&step);
    }
    path
}
