//! Reading and validating world files.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use orgscope::world::{self, World};
use orgscope::{Command, Principal, UserId, document};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::format::{Format, Unreadable, json, line_of};
use crate::outcome::Failure;
use crate::output::to_stderr;

/// Opens a world file. An error has lines that each name the file: all problems of its content, or the first syntax
/// error.
pub(crate) fn open(file: &Path) -> Result<World, Failure> {
    let name = file.display();
    let text = text(file, std::fs::read(file))?;
    let world = World::from_document(read(file, &text)?);
    world.map_err(|error| {
        let problems = error.problems().iter();
        Failure::File(problems.map(|problem| format!("{name}: {problem}")).collect())
    })
}

/// Notes on standard error that the user is unknown or inactive, which explains an empty answer.
pub(crate) fn note_user(world: &World, principal: Principal<'_>, user: &UserId) {
    let note = match world.check_user(user) {
        Err(unknown) => format!("note: {unknown}"),
        Ok(()) if !principal.is_active() => format!("note: user `{user}` is inactive"),
        Ok(()) => return,
    };
    to_stderr(&[note]);
}

/// Reads a file of commands, or standard input if its name is `-`: a JSON array, whatever the ending of the name.
pub(crate) fn commands(file: &Path) -> Result<Vec<Command>, Failure> {
    read_json(file, |error| error.of_list("commands"))
}

/// Reads a file, or standard input if its name is `-`: one JSON value, whatever the ending of the name.
pub(crate) fn json_of<T: DeserializeOwned>(file: &Path) -> Result<T, Failure> {
    read_json(file, |error| error)
}

fn read_json<T: DeserializeOwned>(file: &Path, told: impl Fn(Unreadable) -> Unreadable) -> Result<T, Failure> {
    let mut bytes = Vec::new();
    let read = source(file).and_then(|mut source| source.read_to_end(&mut bytes));
    json(&text(file, read.map(|_| bytes))?).map_err(|error| unusable(file, error.line, told(error)))
}

/// Opens a file, or standard input if its name is `-`.
pub(crate) fn source(file: &Path) -> io::Result<Box<dyn Read>> {
    Ok(if file.as_os_str() == "-" { Box::new(io::stdin()) } else { Box::new(File::open(file)?) })
}

/// The text of a file with these bytes, without the byte order mark that some editors write.
fn text(file: &Path, bytes: io::Result<Vec<u8>>) -> Result<String, Failure> {
    let bytes = bytes.map_err(|error| unusable(file, None, format_args!("can't be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = line_of(error.as_bytes(), error.utf8_error().valid_up_to());
        unusable(file, Some(line), "this is not UTF-8: save the file as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok(text)
}

fn read(file: &Path, text: &str) -> Result<world::document::World, Failure> {
    if text.trim().is_empty() {
        return Err(unusable(file, None, "the file is empty: a document has at least `format` and `schema`"));
    }
    let format = Format::of(file).ok_or_else(|| {
        unusable(file, None, "the ending of the name tells the format: use `.json`, `.toml`, `.yaml` or `.yml`")
    })?;
    format.read(text).map_err(|error| {
        let error = of_other_format(format, text).unwrap_or(error);
        unusable(file, error.line, error)
    })
}

/// The error of the field `format`, if it is invalid. It explains any other error: a document of a newer format may
/// contain anything before and after that field.
fn of_other_format(format: Format, text: &str) -> Option<Unreadable> {
    #[derive(Deserialize)]
    struct FormatAlone {
        #[serde(rename = "format")]
        _format: document::Format,
    }

    format.read::<FormatAlone>(text).err().filter(|error| error.path == "format")
}

/// The error for a file that can't be used at all, in one line.
fn unusable(file: &Path, line: Option<u64>, why: impl std::fmt::Display) -> Failure {
    let file = file.display();
    let line = line.map_or_else(String::new, |line| format!(":{line}"));
    Failure::File(vec![format!("{file}{line}: {why}")])
}
