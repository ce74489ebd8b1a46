//! All integration tests, in one binary.

mod auto_traits;
#[cfg(feature = "cli")]
mod cli;
mod commands;
mod diff;
mod documents;
mod errors;
mod examples;
mod exhaustive;
mod explain;
mod hostile;
mod ids;
mod laws;
mod layering;
mod lint;
mod ownership;
mod random;
mod square;
mod tokens;
mod worlds;
