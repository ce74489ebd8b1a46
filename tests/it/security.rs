//! The page about security: the tests that it names are there.

use std::path::Path;

#[test]
fn each_guarantee_names_tests_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = include_str!("../../src/docs/security.rs");
    let table = page.split_once("//! | guarantee | tests |\n").unwrap().1;
    let guarantees = table.lines().skip(1).map_while(|line| line.strip_prefix("//! | "));
    let mut files = 0;
    for guarantee in guarantees {
        let (_, tests) = guarantee.trim_end_matches(" |").rsplit_once(" | ").unwrap();
        for name in tests.split('`').skip(1).step_by(2) {
            let places =
                [format!("tests/it/{name}.rs"), format!("tests/it/{name}/mod.rs"), format!("{name}/Cargo.toml")];
            assert!(places.iter().any(|place| root.join(place).exists()), "`{name}` is no test, in: {guarantee}");
            files += 1;
        }
    }
    assert!(files > 20, "only {files}");
}
