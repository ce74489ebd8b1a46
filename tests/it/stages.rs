//! The stages of world files: between them, they show every command and every refusal.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use orgscope::rules::RefusalKind;

#[test]
fn every_command_and_every_refusal_has_a_stage() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/worlds");
    let (mut applied, mut refused) = (BTreeSet::new(), BTreeSet::new());
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let world = orgscope::world::World::from_document(serde_json::from_str(&text).unwrap()).unwrap();
        for stage in world.stages() {
            if let Some(kind) = stage.refused() {
                refused.insert(kind);
                continue;
            }
            for command in stage.commands() {
                let json = serde_json::to_value(command).unwrap();
                applied.insert(json.as_object().unwrap().keys().next().unwrap().clone());
            }
        }
    }
    // Counted in the test of their forms; `conflict` takes an editor who saw an older state, which no stage has.
    assert_eq!(applied.len(), 28, "{applied:?}");
    let all: BTreeSet<RefusalKind> =
        RefusalKind::EACH.into_iter().filter(|kind| *kind != RefusalKind::Conflict).collect();
    assert_eq!(refused, all);
}

/// A file names no revision that the author of its changes saw.
#[test]
fn no_stage_expects_a_conflict() {
    let world = r#"{ "format": 1, "schema": { "sections": [] },
        "stages": [ { "refused": "invalid" }, { "refused": "conflict" }, { "refused": "conflicts" } ] }"#;
    let error = orgscope::world::World::from_document(serde_json::from_str(world).unwrap()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "stages[1].refused: no stage is refused for a `conflict`, because none names the revision that its author saw: expect another refusal\n\
         stages[2].refused: unknown refusal `conflicts`: expected `not_permitted`, `invalid`, `locked_role`, \
         `outside_reach`, `exceeds_own_level`, `would_lock_out` or `conflict`"
    );
    assert_eq!(error.problems()[0].code(), "conflict_in_stage");
}
