//! Longer texts.
pub mod semantics;
