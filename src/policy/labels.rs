//! Counts of names, which decide whether a sentence needs an id beside a name.

use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

use foldhash::fast::FixedState;

use crate::collections::persistent::Map;
use crate::vocabulary::name::{trimmed, without_remark};

/// The number of things of one kind with each name. For people (`REMARKS`), the part before a remark counts as a name too.
///
/// The first sentence that needs it counts all names in one pass. After that it follows each change, and states with the
/// same names share it. So an application that never prints a name pays nothing, and others pay once (`cargo bench -p
/// orgscope-benches --bench questions`). Names are kept as hashes: a collision at worst adds an id that is not needed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels<const REMARKS: bool>(Arc<OnceLock<Map<u64, usize>>>);

pub(crate) type PersonLabels = Labels<true>;
pub(crate) type ThingLabels = Labels<false>;

impl<const REMARKS: bool> Labels<REMARKS> {
    /// Whether anything else has this name. `own` is the name of the thing itself.
    pub(crate) fn has_another<'n, I>(&self, name: &str, own: Option<&str>, all: impl FnOnce() -> I) -> bool
    where
        I: Iterator<Item = &'n str>,
    {
        let counts = self.0.get_or_init(|| {
            let mut hashes: Vec<u64> = all().flat_map(Self::spellings).map(hash).collect();
            hashes.sort_unstable();
            Map::of_sorted(hashes.chunk_by(|a, b| a == b).map(|same| (same[0], same.len())))
        });
        let owns = own.into_iter().flat_map(Self::spellings).any(|own| own == name);
        counts.get(&hash(name)).copied().unwrap_or_default() > usize::from(owns)
    }

    /// Updates the counts when a name is added, removed or changed.
    pub(crate) fn change(&mut self, before: Option<&str>, after: Option<&str>) {
        if before == after {
            return;
        }
        // Without counts, this only separates the state from earlier ones, which may still be counted.
        let Some(counts) = Arc::make_mut(&mut self.0).get_mut() else { return };
        for gone in before.into_iter().flat_map(Self::spellings).map(hash) {
            match counts.get(&gone) {
                Some(count) if *count > 1 => _ = counts.insert(gone, count - 1),
                _ => _ = counts.remove(&gone),
            }
        }
        for come in after.into_iter().flat_map(Self::spellings).map(hash) {
            let count = counts.get(&come).map_or(1, |count| count + 1);
            counts.insert(come, count);
        }
    }

    /// The forms in which sentences may use a name.
    fn spellings(name: &str) -> impl Iterator<Item = &str> {
        let short = without_remark(name).filter(|_| REMARKS);
        short.into_iter().chain(trimmed(name))
    }
}

fn hash(name: &str) -> u64 {
    FixedState::default().hash_one(name)
}
