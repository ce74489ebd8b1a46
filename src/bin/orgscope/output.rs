//! Standard output, line by line, for a reader who may leave before the end.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

use crate::one_line::one_line;
use crate::outcome::Failure;

/// Standard output, locked and buffered.
///
/// Once its reader has left, as `head` does, what is written is dropped: that is no error, and the exit code stays the
/// one of the answer. Otherwise a denied check into a closed pipe would have to end with some other code.
#[derive(Debug)]
pub(crate) struct Output {
    lines: BufWriter<StdoutLock<'static>>,
    closed: bool,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { lines: BufWriter::new(io::stdout().lock()), closed: false }
    }

    /// Whether the reader has left, so that there is no need to go on.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Writes one line.
    pub(crate) fn line(&mut self, line: impl Display) -> Result<(), Failure> {
        if self.closed {
            return Ok(());
        }
        let written = writeln!(self.lines, "{line}");
        self.unless_closed(written)
    }

    /// Hands over all lines written so far.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        if self.closed {
            return Ok(());
        }
        let flushed = self.lines.flush();
        self.unless_closed(flushed)
    }

    fn unless_closed(&mut self, written: io::Result<()>) -> Result<(), Failure> {
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            written => written.map_err(Failure::Output),
        }
    }
}

/// Writes lines to standard error. Where nobody reads them there is nobody left to tell.
pub(crate) fn to_stderr(lines: &[String]) {
    let mut stderr = io::stderr().lock();
    for line in lines {
        let _ = writeln!(stderr, "{}", one_line(line));
    }
}
