//! The variants that roles name.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::policy::role::Roles;
use crate::vocabulary::index::VariantIndex;

/// The variants that some role has a level for. Only these can differ from records without a variant, so only these have
/// cells of their own. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    /// How many levels of roles are for each.
    levels: Arc<BTreeMap<VariantIndex, usize>>,
}

impl Named {
    pub(crate) fn of(roles: &Roles) -> Self {
        let mut levels = BTreeMap::new();
        for variant in roles.values().flat_map(|role| role.grants.keys()).filter_map(|case| case.variant) {
            *levels.entry(variant).or_insert(0) += 1;
        }
        Self { levels: Arc::new(levels) }
    }

    /// Follows a change of one level.
    pub(crate) fn change(&mut self, variant: VariantIndex, before: bool, after: bool) {
        if before == after {
            return;
        }
        let levels = Arc::make_mut(&mut self.levels);
        let count = levels.entry(variant).or_insert(0);
        *count = if after { *count + 1 } else { count.saturating_sub(1) };
        if *count == 0 {
            levels.remove(&variant);
        }
    }

    pub(crate) fn contains(&self, variant: VariantIndex) -> bool {
        self.levels.contains_key(&variant)
    }

    /// Whether these are the same variants.
    pub(crate) fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.levels, &other.levels) || self.levels.keys().eq(other.levels.keys())
    }
}
