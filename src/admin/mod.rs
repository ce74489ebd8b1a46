//! Administration: a batch of commands leads to a new state, or to a refusal and no change.
//!
//! A batch is applied to a draft, command by command, and judged by the rules of the guard. An accepted batch becomes a
//! receipt, an entry of the log, and the next snapshot.

pub(crate) mod actor;
pub(crate) mod advance;
pub(crate) mod affected;
pub(crate) mod audit;
mod conflict;
pub(crate) mod digest;
pub(crate) mod draft;
mod guard;
mod history;
pub(crate) mod ledger;
pub(crate) mod log;
pub(crate) mod receipt;
pub(crate) mod refusal;
pub(crate) mod transition;
