//! Variants: the stages, pipelines and categories that the records of a type may be in.

use crate::vocabulary::id::VariantId;

/// A variant of the records of a type.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Variant {
    pub(crate) name: String,
    /// The values of a record's fact that mean it, sorted.
    pub(crate) values: Vec<VariantId>,
}
