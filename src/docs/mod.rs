//! Longer texts: the rules for those who write policies, changing them, the inside for those who read the source, and what
//! it costs.

pub mod administration;
pub mod explain;
pub mod internals;
pub mod lists;
pub mod performance;
pub mod semantics;
