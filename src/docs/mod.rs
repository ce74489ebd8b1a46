//! Longer texts: the rules for those who write policies, and the inside for those who read the source.

pub mod internals;
pub mod semantics;
