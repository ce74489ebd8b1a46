//! The rooms of the crate, the arrows between them, and what stays in which room.

mod source;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use source::Crate;

/// Each room, with the rooms that it may use.
const ROOMS: [(&str, &[&str]); 14] = [
    ("vocabulary", &[]),
    ("collections", &["vocabulary"]),
    ("document", &["vocabulary"]),
    ("policy", &["vocabulary", "collections", "document"]),
    ("snapshot", &["vocabulary", "collections", "document", "policy"]),
    ("telemetry", &["vocabulary"]),
    ("query", &["vocabulary", "collections", "document", "policy", "snapshot", "telemetry"]),
    ("sql", &["vocabulary", "policy", "snapshot", "query", "admin"]),
    ("admin", &["vocabulary", "collections", "document", "policy", "snapshot", "query"]),
    ("handle", &["vocabulary", "collections", "document", "policy", "snapshot", "query", "admin", "telemetry"]),
    ("world", &["vocabulary", "collections", "document", "policy"]),
    ("presets", &["vocabulary", "document"]),
    ("reference", &["vocabulary", "policy"]),
    ("docs", &[]),
];

/// Of rooms that it may use, a room may use these modules and no others.
const ONLY: [(&str, &str, &[&str]); 1] = [("collections", "vocabulary", &["id", "index", "period", "time"])];

/// Words that only these files and folders may hold.
const ONLY_IN: [(&str, &[&str]); 2] = [("petgraph", &["policy/org"]), ("sea_query", &["sql"])];

/// Words that these rooms may not hold.
const NEVER_IN: [(&str, &[&str]); 1] = [("serde", &["snapshot", "collections"])];

/// Words that nothing may hold: the library answers, or returns an error.
const NEVER: [&str; 4] = ["unwrap", "panic", "todo", "unimplemented"];

/// Rooms whose circles are still to be opened.
const CIRCLES_IN: [&str; 0] = [];

static LIBRARY: LazyLock<Crate> =
    LazyLock::new(|| Crate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"), "bin"));
static BINARY: LazyLock<Crate> =
    LazyLock::new(|| Crate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin/orgscope/main.rs"), ""));
static REPORT: LazyLock<Crate> =
    LazyLock::new(|| Crate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/report/main.rs"), ""));

/// Whether a file is this one, or in this folder.
fn is_in(file: &str, place: &str) -> bool {
    file.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
}

/// Uses of rooms that a room may not use, and of the crate's root, which is for applications.
fn forbidden_arrows(library: &Crate) -> Vec<String> {
    let mut found = Vec::new();
    for file in library.files.values() {
        let Some(room) = file.module.first() else { continue };
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| name == room) else {
            found.push(format!("{}: `{room}` is not a room", file.path));
            continue;
        };
        for name in &file.uses {
            let used = name.first().map_or("", String::as_str);
            let module = name.get(1).map_or("", String::as_str);
            if used != room && !allowed.contains(&used) {
                found.push(format!("{}: `{room}` may not use `{}`", file.path, name.join("::")));
            }
            if ONLY.iter().any(|(by, of, only)| (*by, *of) == (room, used) && !only.contains(&module)) {
                found.push(format!("{}: of `{used}`, `{room}` may not use `{module}`", file.path));
            }
        }
    }
    found
}

/// Words where they may not be.
fn forbidden_words(library: &Crate) -> Vec<String> {
    let mut found = Vec::new();
    for file in library.files.values() {
        let somewhere_in = |places: &[&str]| places.iter().any(|place| is_in(&file.path, place));
        let only = ONLY_IN.iter().filter(|(_, places)| !somewhere_in(places)).map(|(word, _)| *word);
        let never = NEVER_IN.iter().filter(|(_, places)| somewhere_in(places)).map(|(word, _)| *word);
        let words = only.chain(never).chain(NEVER).filter(|word| file.tokens.iter().any(|token| token == word));
        found.extend(words.map(|word| format!("{}: `{word}` may not be here", file.path)));
    }
    found
}

/// Expectations that do not say which invariant they rely on. A method of that name without arguments is something
/// else.
fn unfounded_expectations(of: &Crate) -> Vec<String> {
    let mut found = Vec::new();
    for file in of.files.values() {
        for call in file.tokens.windows(4) {
            let [dot, name, open, what] = call else { continue };
            let expects = (dot.as_str(), name.as_str(), open.as_str()) == (".", "expect", "(") && what != ")";
            if expects && !what.starts_with("\"INVARIANT: ") {
                found.push(format!("{}: an expectation without its invariant: {what}", file.path));
            }
        }
    }
    found
}

#[test]
fn a_room_uses_only_the_rooms_that_it_may() {
    let library = &LIBRARY;
    let uses: usize = library.files.values().map(|file| file.uses.len()).sum();
    assert!(library.files.len() > 100 && uses > 500, "only {uses} uses in {} files were found", library.files.len());
    assert_eq!(forbidden_arrows(library), [""; 0]);
}

#[test]
fn what_belongs_into_one_room_stays_there_and_nothing_panics_by_name() {
    assert_eq!(forbidden_words(&LIBRARY), [""; 0]);
}

#[test]
fn an_expectation_says_which_invariant_it_relies_on() {
    assert_eq!(unfounded_expectations(&LIBRARY), [""; 0]);
    assert_eq!(unfounded_expectations(&BINARY), [""; 0]);
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let mut circles = LIBRARY.circles();
    circles.retain(|circle| !CIRCLES_IN.iter().any(|room| circle.iter().all(|file| is_in(file, room))));
    assert_eq!(circles, BTreeSet::new());
    assert_eq!(BINARY.circles(), BTreeSet::new());
    assert_eq!(REPORT.circles(), BTreeSet::new());
}

#[test]
fn the_binary_decides_nothing_by_itself() {
    for file in BINARY.files.values() {
        assert!(!file.tokens.iter().any(|token| token == "reference"), "{} asks the oracle", file.path);
    }
}

/// A library of these files, each with what is wrong with it.
#[test]
fn each_rule_can_be_broken() {
    let library = Crate::of(
        "lib.rs",
        [
            ("lib.rs", "mod policy; pub use policy::Policy; pub use policy::role;"),
            ("vocabulary/mod.rs", "pub(crate) mod id; pub(crate) mod level;"),
            ("vocabulary/id.rs", "/// As in [`crate::policy`].\npub(crate) struct Id; // crate::policy\n"),
            ("vocabulary/level.rs", "const MESSAGE: &str = \"crate::policy\"; fn f() { crate::policy::f() }"),
            ("collections/mod.rs", "use crate::vocabulary::{\n    id::Id,\n    level::{self, Level},\n};"),
            (
                "policy/mod.rs",
                "mod role; pub(crate) mod org; use role::Role; #[cfg(test)] mod tests { use crate::admin; }",
            ),
            (
                "policy/role.rs",
                "use super::Policy; fn f(roles: Roles) { roles.expect(\"there are some\"); roles.expect() }",
            ),
            ("policy/org/mod.rs", "use petgraph::Graph; fn f() { g().expect(\"INVARIANT: so it is\") }"),
            ("snapshot/mod.rs", "#[derive(serde::Serialize)] struct S; fn f() { graph::<petgraph::Graph>() }"),
            (
                "query/mod.rs",
                "use crate::{Handle, policy::{Policy, role::{Role as R}}, admin::{Desk}}; fn f() { x.unwrap() }",
            ),
            ("utils.rs", ""),
        ],
    );
    assert_eq!(
        forbidden_arrows(&library),
        [
            "collections/mod.rs: of `vocabulary`, `collections` may not use `level`",
            "collections/mod.rs: of `vocabulary`, `collections` may not use `level`",
            "query/mod.rs: `query` may not use `Handle`",
            "query/mod.rs: `query` may not use `admin::Desk`",
            "utils.rs: `utils` is not a room",
            "vocabulary/level.rs: `vocabulary` may not use `policy::f`",
        ]
    );
    assert_eq!(
        forbidden_words(&library),
        [
            "query/mod.rs: `unwrap` may not be here",
            "snapshot/mod.rs: `petgraph` may not be here",
            "snapshot/mod.rs: `serde` may not be here",
        ]
    );
    let unfounded = "policy/role.rs: an expectation without its invariant: \"there are some\"";
    assert_eq!(unfounded_expectations(&library), [unfounded]);
    assert_eq!(library.circles(), [["policy/mod.rs", "policy/role.rs"].into()].into());
}
