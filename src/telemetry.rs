//! Events and counts of what was denied and refused, for the features `tracing` and `metrics`.
//!
//! Names are those of OpenTelemetry's registry where it has one (`user.id`). A user's id is in events and not in metrics, where
//! each value would be a series of its own.

use crate::vocabulary::id::UserId;

/// A denied requirement. It is a warning of nothing: people ask for what they may not do.
#[cfg_attr(
    not(any(feature = "tracing", feature = "metrics")),
    allow(unused_variables, clippy::missing_const_for_fn, reason = "nobody listens")
)]
pub(crate) fn denied(user: Option<&UserId>, permission: Option<&str>, reason: &'static str) {
    let permission = permission.unwrap_or("unknown");
    #[cfg(feature = "tracing")]
    tracing::info!(
        name: "orgscope.denied",
        target: "orgscope",
        { user.id = user.map(tracing::field::display), orgscope.permission = permission, orgscope.reason = reason },
        "access denied"
    );
    #[cfg(feature = "metrics")]
    metrics::counter!("orgscope.denials", "permission" => permission.to_owned(), "reason" => reason).increment(1);
}

/// A refused batch of commands.
#[cfg_attr(
    not(any(feature = "tracing", feature = "metrics")),
    allow(unused_variables, clippy::missing_const_for_fn, reason = "nobody listens")
)]
pub(crate) fn refused(actor: Option<&UserId>, kind: &'static str, message: impl std::fmt::Display) {
    #[cfg(feature = "tracing")]
    tracing::info!(
        name: "orgscope.refused",
        target: "orgscope",
        { user.id = actor.map(tracing::field::display), orgscope.refusal = kind },
        "change refused: {message}"
    );
    #[cfg(feature = "metrics")]
    metrics::counter!("orgscope.refusals", "kind" => kind).increment(1);
}
