//! The output of the examples, which is pinned in `tests/data/examples`.

use std::error::Error;
use std::iter;

/// Compares a story with the pinned one. Fails with the lines that differ: pinned ones with `-`, printed ones with `+`.
pub fn is_as_pinned(example: &str, story: Result<String, Box<dyn Error>>, pinned: &str) {
    let story = story.unwrap_or_else(|error| panic!("the example `{example}` fails: {error}"));
    if story == pinned {
        return;
    }
    let end = || iter::repeat(None);
    let printed = story.lines().map(Some).chain(end());
    let expected = pinned.lines().map(Some).chain(end());
    let mut difference = String::new();
    for ((number, expected), printed) in (1..).zip(expected).zip(printed) {
        if expected.is_none() && printed.is_none() {
            break;
        }
        if expected != printed {
            let marked = [("-", expected), ("+", printed)];
            difference
                .extend(marked.into_iter().filter_map(|(mark, line)| Some(format!("{number:>4} {mark} {}\n", line?))));
        }
    }
    panic!(
        "the example `{example}` prints another story. If that is intended and every mark in it is right: \
         `cargo run --example {example} > tests/data/examples/{example}.txt`\n{difference}"
    );
}
