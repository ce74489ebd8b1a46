//! The rooms of the crate and the arrows between them: a room may use those to the left of it, and no other.

use std::fs;
use std::path::{Path, PathBuf};

/// Each room, with the rooms that it may use.
const ROOMS: [(&str, &[&str]); 13] = [
    ("vocabulary", &[]),
    ("collections", &["vocabulary"]),
    ("document", &["vocabulary"]),
    ("policy", &["vocabulary", "collections", "document"]),
    ("snapshot", &["vocabulary", "collections", "document", "policy"]),
    ("query", &["vocabulary", "collections", "document", "policy", "snapshot"]),
    ("sql", &["vocabulary", "policy", "snapshot", "query"]),
    ("admin", &["vocabulary", "collections", "document", "policy", "snapshot", "query"]),
    ("handle", &["vocabulary", "collections", "document", "policy", "snapshot", "query", "admin"]),
    ("world", &["vocabulary", "collections", "document", "policy"]),
    ("presets", &["vocabulary", "document"]),
    ("reference", &["vocabulary", "policy"]),
    ("docs", &[]),
];

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// The room of a file, from its path below `src`.
fn room(path: &str) -> &str {
    path.split('/').next().unwrap_or_default().trim_end_matches(".rs")
}

#[test]
fn rooms_use_only_the_rooms_to_the_left_of_them() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut arrows = 0;
    for file in files {
        let path = file.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        let (room, text) = (room(&path), fs::read_to_string(&file).unwrap());
        if room == "bin" {
            assert!(!text.contains("orgscope::reference"), "{path} decides by itself");
            continue;
        }
        if room == "lib" {
            continue;
        }
        let (_, allowed) =
            ROOMS.iter().find(|(name, _)| *name == room).unwrap_or_else(|| panic!("unknown room {room}"));
        for (number, line) in text.lines().enumerate() {
            // Documentation may name anything; code may not.
            if line.trim_start().starts_with("//") {
                continue;
            }
            let ids_only = room != "collections" || !line.contains("crate::vocabulary") || line.contains("::id::");
            assert!(ids_only, "{path}:{}: `{room}` knows ids, and nothing else of `vocabulary`", number + 1);
            for used in line.split("crate::").skip(1) {
                let used = used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                arrows += 1;
                assert!(
                    used == room || allowed.contains(&used),
                    "{path}:{}: `{room}` must not use `{used}`",
                    number + 1
                );
            }
        }
    }
    assert!(arrows > 50, "only {arrows} uses were found");
}

#[test]
fn the_hot_rooms_neither_read_documents_nor_walk_graphs_nor_panic() {
    let mut files = Vec::new();
    for room in ["src/snapshot", "src/collections"] {
        rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(room), &mut files);
    }
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        // Compiling reads the model; what it makes is read by nothing but numbers.
        let allowed = file.ends_with("compile.rs") || file.ends_with("tree.rs");
        assert!(allowed || !text.contains("petgraph"), "{} uses petgraph", file.display());
        for word in ["serde", "unwrap()"] {
            assert!(!text.contains(word), "{} has `{word}`", file.display());
        }
    }
}
