//! Predicates in databases: the same set as a check, record by record.

mod mirror;
mod square;
mod text;
