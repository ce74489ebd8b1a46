//! The vocabulary of all other rooms: ids, levels, permissions, the facts of a record, subjects, times.
//!
//! This room depends on nothing else in the crate.

#[cfg(any(feature = "chrono", feature = "jiff"))]
mod clocks;
pub(crate) mod facts;
pub(crate) mod id;
pub(crate) mod index;
pub(crate) mod level;
pub(crate) mod mode;
pub(crate) mod name;
pub(crate) mod period;
pub(crate) mod permission;
pub(crate) mod place;
pub(crate) mod post;
pub(crate) mod refusal;
pub(crate) mod subject;
pub(crate) mod time;
pub(crate) mod word;
