//! Code that the tests, the benches and the fuzz targets of orgscope share: companies, questions about them, and the
//! comparison of answers.

#![allow(
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    reason = "what fails here is a test, and its message says why"
)]

pub mod commands;
pub mod company;
pub mod dated;
pub mod hostile;
pub mod managed;
pub mod random;
#[cfg(feature = "sql")]
pub mod sql;
pub mod square;
pub mod story;

use std::sync::LazyLock;

/// The number of repetitions of a long test: a tenth of `whole`, so that a test run on a laptop takes a minute.
///
/// `ORGSCOPE_TEST_PERCENT` sets another share. CI sets it to 100; for a night of random worlds it may be 10000.
pub fn scaled(whole: u32) -> u32 {
    static PERCENT: LazyLock<u32> = LazyLock::new(|| match std::env::var("ORGSCOPE_TEST_PERCENT") {
        Ok(percent) => percent.parse().expect("`ORGSCOPE_TEST_PERCENT` is a number"),
        Err(_) => 10,
    });
    (whole * *PERCENT).div_ceil(100)
}
