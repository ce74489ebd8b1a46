//! All integration tests, in one binary.

mod administration;
mod auto_traits;
mod catalogue;
#[cfg(feature = "cli")]
mod cli;
mod commands;
mod conflicts;
mod denied;
mod diff;
mod documents;
mod errors;
mod escalation;
mod examples;
mod exhaustive;
mod explain;

mod fields;
mod hostile;
mod ids;
mod large;
mod laws;
mod layering;
mod lint;
mod lock_out;
mod log;
mod ownership;
mod periods;
mod places;
mod practice;
mod predicate;
#[cfg(feature = "cli")]
mod readme;
mod refusals;
mod security;
#[cfg(feature = "sql")]
mod sql;
mod square;
mod stages;
#[cfg(all(feature = "tracing", feature = "metrics"))]
mod telemetry;
mod threads;
mod tokens;
mod turnover;
mod worlds;
