//! All integration tests, in one binary.

mod auto_traits;
#[cfg(feature = "cli")]
mod cli;
mod commands;
mod documents;
mod errors;
mod examples;
mod exhaustive;
mod hostile;
mod ids;
mod laws;
mod layering;
mod ownership;
mod predicate;
mod random;
#[cfg(feature = "sql")]
mod sql;
mod square;
mod tokens;
mod worlds;
