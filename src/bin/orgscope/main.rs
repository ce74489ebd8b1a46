//! `orgscope`, the command line: queries and tests world files.

mod apply;
mod ask;
mod at;
mod calendar;
mod check;
mod diff;
mod dot;
mod expectations;
mod explain;
mod format;
mod junit;
mod list;
mod matrix;
mod one_line;
mod outcome;
mod output;
mod paint;
mod requests;
mod sql;
mod stages;
mod suite;
mod test;
mod validate;
mod who;
mod world;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::outcome::{Failure, Outcome};
use crate::output::{Output, to_stderr};

/// Query a policy, and test it
#[derive(Debug, Parser)]
#[command(name = "orgscope", version, after_help = IDS)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

const IDS: &str = "\
An id is an integer if it is written as one (7, -7), a JSON string if it begins with a quote ('\"7\"' is text), \
else text as it stands.

Exit codes: 0 allowed, valid, passed, applied or the same; 1 denied, failed or different; 2 a file, a question or an argument makes \
no sense; 3 refused.";

#[derive(Debug, Subcommand)]
enum Command {
    Validate(validate::Validate),
    Test(test::Test),
    Check(check::Check),
    List(list::List),
    Who(who::Who),
    Explain(explain::Explain),
    Matrix(matrix::Matrix),
    Calendar(calendar::Calendar),
    Apply(apply::Apply),
    Diff(diff::Diff),
    Dot(dot::Dot),
    Sql(sql::Sql),
}

fn main() -> ExitCode {
    let command = CommandLine::parse().command;
    let mut out = Output::new();
    let outcome = run(&command, &mut out).and_then(|outcome| out.flush().map(|()| outcome));
    outcome
        .unwrap_or_else(|failure| {
            let outcome = failure.outcome();
            to_stderr(&failure.into_lines());
            outcome
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
        Command::Explain(explain) => explain.run(out),
        Command::Matrix(matrix) => matrix.run(out),
        Command::Calendar(calendar) => calendar.run(out),
        Command::Apply(apply) => apply.run(out),
        Command::Diff(diff) => diff.run(out),
        Command::Dot(dot) => dot.run(out),
        Command::Sql(sql) => sql.run(out),
    }
}
