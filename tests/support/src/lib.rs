//! What the tests, the benches and the fuzz targets of orgscope share: companies, questions about them, and how the answers
//! are compared.

#![allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    reason = "what fails here is a test, and its message says why"
)]

pub mod commands;
pub mod company;
pub mod hostile;
pub mod managed;
pub mod random;
#[cfg(feature = "sql")]
pub mod sql;
pub mod square;
pub mod story;
