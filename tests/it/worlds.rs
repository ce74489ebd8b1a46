//! The world files: stories and rules as data, each asked in every way.

use std::fs;
use std::path::{Path, PathBuf};

use orgscope_testing::square::meets_its_expectations;

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    // A file of commands is no world.
    files.retain(|file| !file.ends_with("batch.json"));
    files.sort();
    files
}

fn load(path: &Path) -> orgscope::world::World {
    let text = fs::read_to_string(path).unwrap();
    let written = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    orgscope::world::World::from_document(written).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn expectations_met(folder: &str) -> usize {
    files(folder).iter().map(|path| meets_its_expectations(&path.display().to_string(), &load(path))).sum()
}

#[test]
fn the_stories_hold() {
    // 198 of the CRM, 162 of the webmail, 1,625 of the real company and 129 of the newspaper.
    assert_eq!(expectations_met("examples/data"), 2114);
}

#[test]
fn the_rules_hold() {
    let folder = "tests/data/worlds";
    for path in files(folder) {
        let met = meets_its_expectations(&path.display().to_string(), &load(&path));
        assert!(met > 0, "{} expects nothing", path.display());
    }
}

#[test]
fn loading_what_was_saved_saves_the_same_bytes() {
    for path in files("examples/data").iter().chain(&files("tests/data/worlds")) {
        let saved = |policy: &orgscope::Policy| serde_json::to_string_pretty(&policy.to_document()).unwrap();
        let once = saved(load(path).policy());
        let again = saved(&orgscope::Policy::from_document(serde_json::from_str(&once).unwrap()).unwrap());
        assert_eq!(once, again, "{}", path.display());
    }
}
