//! The examples: each prints the story that is pinned.

#![allow(clippy::duplicate_mod, reason = "the examples share their support")]

use orgscope_testing::story::is_as_pinned;

#[allow(dead_code, reason = "the example has a `main` too")]
#[path = "../../examples/crm.rs"]
mod crm;
#[cfg(feature = "sql")]
#[allow(dead_code, reason = "the example has a `main` too")]
#[path = "../../examples/crm_list.rs"]
mod crm_list;
#[allow(dead_code, reason = "the example has a `main` too")]
#[path = "../../examples/delegated_admin.rs"]
mod delegated_admin;
#[allow(dead_code, reason = "the example has a `main` too")]
#[path = "../../examples/real_company.rs"]
mod real_company;
#[allow(dead_code, reason = "the example has a `main` too")]
#[path = "../../examples/webmail.rs"]
mod webmail;

#[test]
fn the_story_of_crm() {
    is_as_pinned("crm", crm::story(), include_str!("../data/examples/crm.txt"));
}

#[cfg(feature = "sql")]
#[test]
fn the_story_of_crm_list() {
    is_as_pinned("crm_list", crm_list::story(), include_str!("../data/examples/crm_list.txt"));
}

#[test]
fn the_story_of_delegated_admin() {
    is_as_pinned("delegated_admin", delegated_admin::story(), include_str!("../data/examples/delegated_admin.txt"));
}

#[test]
fn the_story_of_real_company() {
    is_as_pinned("real_company", real_company::story(), include_str!("../data/examples/real_company.txt"));
}

#[test]
fn the_story_of_webmail() {
    is_as_pinned("webmail", webmail::story(), include_str!("../data/examples/webmail.txt"));
}
