//! Standard output, line by line, whose reader may close it early.

use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};

use crate::one_line::one_line;
use crate::outcome::Failure;

/// Standard output, locked and buffered.
///
/// Once the reader has closed it, as `head` does, output is dropped. This is not an error, and the exit code stays that
/// of the answer. Otherwise a denied check into a closed pipe would end with another code.
#[derive(Debug)]
pub(crate) struct Output {
    lines: BufWriter<StdoutLock<'static>>,
    closed: bool,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { lines: BufWriter::new(io::stdout().lock()), closed: false }
    }

    /// Whether the reader has closed it, so that no more output is needed.
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

    /// Flushes all lines written so far.
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

/// Writes lines to standard error. Errors are ignored, because nothing is left to report them to.
pub(crate) fn to_stderr(lines: &[String]) {
    let mut stderr = io::stderr().lock();
    for line in lines {
        let _ = writeln!(stderr, "{}", one_line(line));
    }
}
