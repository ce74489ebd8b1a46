//! The cells in which threads meet.

pub(crate) use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use once_cell::race::OnceBox;

/// How many slots a memo has at first.
pub(crate) const SLOTS: usize = 512;
