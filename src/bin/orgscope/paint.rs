//! Colours, for people: only on a terminal, and not where `NO_COLOR` asks for none.

use std::io::{self, IsTerminal};

const GREEN: &str = "\u{1b}[32m";
const RED: &str = "\u{1b}[31m";
const PLAIN: &str = "\u{1b}[0m";

/// A line that begins with a verdict and a colon, the verdict green or red.
pub(crate) fn verdict(line: &str, good: bool) -> String {
    match line.split_once(':') {
        Some((verdict, rest)) => format!("{}:{rest}", coloured(verdict, good)),
        None => line.to_owned(),
    }
}

/// Text in green or red.
pub(crate) fn coloured(text: &str, good: bool) -> String {
    if is_wanted() { format!("{}{text}{PLAIN}", if good { GREEN } else { RED }) } else { text.to_owned() }
}

/// See <https://no-color.org>: any value but the empty one says no.
fn is_wanted() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !refused && io::stdout().is_terminal()
}
