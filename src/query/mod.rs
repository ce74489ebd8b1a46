//! The queries, one file each. All are answered by `Cell::admits`: there is no second definition of access.

pub(crate) mod catalogue;
pub(crate) mod check;
pub(crate) mod denied;
pub(crate) mod diff;
pub(crate) mod explain;
pub(crate) mod fields;
pub(crate) mod lint;
mod names;

pub(crate) mod predicate;
pub(crate) mod principal;
pub(crate) mod proposed;
pub(crate) mod reason;
pub(crate) mod scope;
pub(crate) mod shown;
pub(crate) mod what;
pub(crate) mod who;
