//! Predicates in databases: the same set as a check, record by record.

pub(crate) mod database;
pub(crate) mod mirror;
pub(crate) mod square;
pub(crate) mod text;
