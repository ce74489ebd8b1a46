//! `orgscope`, the command line: asks world files, and tests them.

mod ask;
mod check;
mod expectations;
mod format;
mod id;
mod junit;
mod list;
mod matrix;
mod one_line;
mod outcome;
mod output;
mod requests;
mod sql;
mod test;
mod validate;
mod who;
mod world;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::outcome::{Failure, Outcome};
use crate::output::{Output, to_stderr};

/// Ask a policy who may do what, and test it
#[derive(Debug, Parser)]
#[command(name = "orgscope", version, after_help = IDS)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

const IDS: &str = "\
An id is an integer if it is written as one (7, -7), a JSON string if it begins with a quote ('\"7\"' is text), \
else text as it stands.

Exit codes: 0 allowed, valid or passed; 1 denied or failed; 2 a file, a question or an argument makes no sense.";

#[derive(Debug, Subcommand)]
enum Command {
    Validate(validate::Validate),
    Test(test::Test),
    Check(check::Check),
    List(list::List),
    Who(who::Who),
    Matrix(matrix::Matrix),
    Sql(sql::Sql),
}

fn main() -> ExitCode {
    let command = CommandLine::parse().command;
    let mut out = Output::new();
    let outcome = run(&command, &mut out).and_then(|outcome| out.flush().map(|()| outcome));
    outcome
        .unwrap_or_else(|failure| {
            to_stderr(&failure.into_lines());
            Outcome::Invalid
        })
        .into()
}

fn run(command: &Command, out: &mut Output) -> Result<Outcome, Failure> {
    match command {
        Command::Validate(validate) => validate.run(out),
        Command::Test(test) => test.run(out),
        Command::Check(check) => check.run(out),
        Command::List(list) => list.run(out),
        Command::Who(who) => who.run(out),
        Command::Matrix(matrix) => matrix.run(out),
        Command::Sql(sql) => sql.run(out),
    }
}
