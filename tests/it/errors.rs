//! Bad documents, each with its whole message: what can't be read stops at the first mistake and says on which line,
//! what makes no sense is reported all at once, each problem with its path.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use orgscope::world::World;

/// The message for a file that must not load.
fn message(path: &Path) -> String {
    match serde_json::from_str(&fs::read_to_string(path).unwrap()) {
        Err(error) => error.to_string(),
        Ok(written) => match World::from_document(written) {
            Err(error) => error.to_string(),
            Ok(_) => panic!("{} is valid", path.display()),
        },
    }
}

#[test]
fn each_bad_document_has_its_message() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/errors");
    let mut files = 0;
    let mut wrong = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "json") {
            files += 1;
            let (expected, found) = (fs::read_to_string(path.with_extension("txt")).unwrap(), message(&path));
            if expected.trim_end() != found {
                writeln!(wrong, "{}\nexpected:\n{expected}found:\n{found}\n", path.display()).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(files >= 25, "only {files} files were found");
}
