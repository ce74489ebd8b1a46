//! The stages of a world file, one after another on the state that the stage before left.

use orgscope::Handle;
use orgscope::world::{InvalidQuestion, Stage, World};

use crate::expectations::{Case, ask_all};

/// Asks everything that a world expects: of the state as it is, and after each stage. That a stage is applied or
/// refused is an expectation as well.
pub(crate) fn run_all(world: &World) -> Result<Vec<Case>, InvalidQuestion> {
    let authz = Handle::new(world.policy().clone());
    let mut cases = ask_all(world, &authz.load())?;
    for (place, stage) in world.stages().iter().enumerate() {
        cases.push(Case { wrong: otherwise(stage, &authz), name: format!("stages[{place}]") });
        cases.extend(ask_all(stage.world(), &authz.load())?);
    }
    Ok(cases)
}

/// Applies a stage. What happened, if it is not what was expected.
fn otherwise(stage: &Stage, authz: &Handle) -> Option<String> {
    let editor = stage.by().map_or_else(|| authz.as_host(), |user| authz.as_user(user.clone()));
    let refusal = editor.apply(stage.commands()).err();
    let got = refusal.as_ref().map(orgscope::Refusal::kind);
    if got == stage.refused() {
        return None;
    }
    let expected = stage.refused().map_or_else(|| "applied".to_owned(), |kind| format!("refused: {kind}"));
    let got =
        refusal.map_or_else(|| "applied".to_owned(), |refusal| format!("refused: {} ({refusal})", refusal.kind()));
    Some(format!("expected {expected}, got {got}"))
}
