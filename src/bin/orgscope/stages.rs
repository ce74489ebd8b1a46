//! The stages of a world file, each applied to the state after the stage before.

use orgscope::Handle;
use orgscope::world::{InvalidQuestion, Stage, World};

use crate::expectations::{Case, ask_all};

/// Checks all expectations of a world: at first, and after each stage. Whether a stage is applied or refused counts as
/// an expectation too.
pub(crate) fn run_all(world: &World) -> Result<Vec<Case>, InvalidQuestion> {
    let authz = Handle::new(world.policy().clone());
    let mut cases = ask_all(world, &authz.load())?;
    for (place, stage) in world.stages().iter().enumerate() {
        cases.push(Case { wrong: otherwise(stage, &authz), name: format!("stages[{place}]") });
        cases.extend(ask_all(stage.world(), &authz.load())?);
    }
    Ok(cases)
}

/// Applies a stage. Returns what happened if that was not expected.
fn otherwise(stage: &Stage, authz: &Handle) -> Option<String> {
    if let Some(at) = stage.at() {
        authz.advance(at);
    }
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
