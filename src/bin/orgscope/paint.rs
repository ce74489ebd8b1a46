//! Colours: only on a terminal, and not if `NO_COLOR` is set.

use std::ffi::OsStr;
use std::io::{self, IsTerminal};

const GREEN: &str = "\u{1b}[32m";
const RED: &str = "\u{1b}[31m";
const PLAIN: &str = "\u{1b}[0m";

/// Colours the verdict, which is the part of a line before its colon, green or red.
pub(crate) fn verdict(line: &str, good: bool) -> String {
    match line.split_once(':') {
        Some((verdict, rest)) => format!("{}:{rest}", coloured(verdict, good)),
        None => line.to_owned(),
    }
}

/// Text in green or red.
pub(crate) fn coloured(text: &str, good: bool) -> String {
    painted(text, good, is_wanted(std::env::var_os("NO_COLOR").as_deref(), io::stdout().is_terminal()))
}

fn painted(text: &str, good: bool, wanted: bool) -> String {
    if wanted { format!("{}{text}{PLAIN}", if good { GREEN } else { RED }) } else { text.to_owned() }
}

/// See <https://no-color.org>: any value except the empty one disables colours.
fn is_wanted(no_color: Option<&OsStr>, is_terminal: bool) -> bool {
    is_terminal && no_color.is_none_or(OsStr::is_empty)
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::{is_wanted, painted};

    #[test]
    fn colours_are_for_a_terminal_whose_user_wants_them() {
        assert!(is_wanted(None, true) && is_wanted(Some(OsStr::new("")), true));
        assert!(!is_wanted(Some(OsStr::new("0")), true) && !is_wanted(Some(OsStr::new("1")), true));
        assert!(!is_wanted(None, false) && !is_wanted(Some(OsStr::new("")), false));
    }

    #[test]
    fn good_is_green_and_bad_is_red() {
        assert_eq!(painted("yes", true, true), "\u{1b}[32myes\u{1b}[0m");
        assert_eq!(painted("no", false, true), "\u{1b}[31mno\u{1b}[0m");
        assert_eq!(painted("no", false, false), "no");
    }
}
