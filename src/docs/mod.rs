//! Longer texts: the rules for those who write policies, the inside for those who read the source, and what it costs.

pub mod internals;
pub mod lists;
pub mod performance;
pub mod semantics;
