//! The command line as the README shows it: each command runs, and prints what stands there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A command with what it is said to print; nothing if that is left out. A last line `…` stands for more.
type Shown<'a> = (&'a str, Vec<&'a str>);

fn shown(readme: &str) -> Vec<Shown<'_>> {
    let block = readme.split("```").find(|block| block.starts_with("sh\n$ cd examples/data\n")).unwrap();
    let mut all: Vec<Shown<'_>> = Vec::new();
    for line in block.lines().skip(2) {
        match line.strip_prefix("$ ") {
            Some(command) => all.push((command.split("  #").next().unwrap().trim(), Vec::new())),
            None => all.last_mut().unwrap().1.push(line),
        }
    }
    all
}

#[test]
fn the_command_line_prints_what_the_readme_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("readme");
    fs::create_dir_all(&folder).unwrap();
    for file in fs::read_dir(root.join("examples/data")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    let binaries = Path::new(env!("CARGO_BIN_EXE_orgscope")).parent().unwrap();
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let commands = shown(&readme);
    assert!(commands.len() >= 10, "{} commands", commands.len());
    for (command, expected) in commands {
        // Graphviz may not be there.
        let command = command.split(" | dot ").next().unwrap();
        let output = Command::new("sh").args(["-c", command]).env("PATH", &path).current_dir(&folder).output().unwrap();
        let (printed, code) = (String::from_utf8(output.stdout).unwrap(), output.status.code());
        assert!(
            matches!(code, Some(0 | 1)),
            "{command} ended with {code:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        match expected.split_last() {
            Some((&"…", first)) => {
                assert_eq!(printed.lines().take(first.len()).collect::<Vec<_>>(), first, "{command}");
            }
            Some(_) => assert_eq!(printed.lines().collect::<Vec<_>>(), expected, "{command}"),
            None => {}
        }
    }
}
