//! The examples tell the story that is pinned in `tests/data/examples/`.

use std::error::Error;
use std::iter;

#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own, and only its story is read here")]
#[path = "../../examples/crm.rs"]
mod crm;
#[cfg(feature = "sql")]
#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own, and only its story is read here")]
#[path = "../../examples/crm_list.rs"]
mod crm_list;
#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own, and only its story is read here")]
#[path = "../../examples/delegated_admin.rs"]
mod delegated_admin;
#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own, and only its story is read here")]
#[path = "../../examples/real_company.rs"]
mod real_company;
#[allow(dead_code, unreachable_pub, reason = "an example is a program of its own, and only its story is read here")]
#[path = "../../examples/webmail.rs"]
mod webmail;

#[test]
fn crm_tells_its_story() {
    check("crm", crm::story(), include_str!("../data/examples/crm.txt"));
}

#[cfg(feature = "sql")]
#[test]
fn crm_list_tells_its_story() {
    check("crm_list", crm_list::story(), include_str!("../data/examples/crm_list.txt"));
}

#[test]
fn delegated_admin_tells_its_story() {
    check("delegated_admin", delegated_admin::story(), include_str!("../data/examples/delegated_admin.txt"));
}

#[test]
fn real_company_tells_its_story() {
    check("real_company", real_company::story(), include_str!("../data/examples/real_company.txt"));
}

#[test]
fn webmail_tells_its_story() {
    check("webmail", webmail::story(), include_str!("../data/examples/webmail.txt"));
}

/// Fails with the lines that differ, those pinned with `-` and those told with `+`.
fn check(example: &str, story: Result<String, Box<dyn Error>>, pinned: &str) {
    let story = story.unwrap_or_else(|error| panic!("the example `{example}` fails: {error}"));
    if story == pinned {
        return;
    }
    let end = || iter::repeat(None);
    let told = story.lines().map(Some).chain(end());
    let expected = pinned.lines().map(Some).chain(end());
    let mut difference = String::new();
    for ((number, expected), told) in (1..).zip(expected).zip(told) {
        if expected.is_none() && told.is_none() {
            break;
        }
        if expected != told {
            let marked = [("-", expected), ("+", told)];
            difference
                .extend(marked.into_iter().filter_map(|(mark, line)| Some(format!("{number:>4} {mark} {}\n", line?))));
        }
    }
    panic!(
        "the example `{example}` tells another story. If it is meant and every mark in it is right: \
         `cargo run --example {example} > tests/data/examples/{example}.txt`\n{difference}"
    );
}
