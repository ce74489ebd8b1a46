//! From ids to places in an array, and back.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::vocabulary::id::{Id, Value};

/// The ids of one kind, each with its place.
///
/// Integers and text have a table each, so that an integer is found by comparing integers.
pub(crate) struct Index<Kind> {
    ids: Vec<Id<Kind>>,
    integers: HashMap<i64, u32, RandomState>,
    texts: HashMap<Arc<str>, u32, RandomState>,
}

impl<Kind> Index<Kind> {
    /// Numbers the ids in the order in which they come. They are all different.
    pub(crate) fn of<'a>(ids: impl Iterator<Item = &'a Id<Kind>>) -> Self
    where
        Kind: 'a,
    {
        let mut index = Self { ids: Vec::new(), integers: HashMap::default(), texts: HashMap::default() };
        for id in ids {
            let place = place(index.ids.len());
            match id.value() {
                Value::Integer(integer) => drop(index.integers.insert(integer, place)),
                Value::Text(text) => drop(index.texts.insert(Arc::from(text), place)),
            }
            index.ids.push(id.clone());
        }
        index
    }

    #[inline]
    pub(crate) fn get(&self, id: Id<Kind, &str>) -> Option<u32> {
        match id.value() {
            Value::Integer(integer) => self.integers.get(&integer).copied(),
            Value::Text(text) => self.texts.get(text).copied(),
        }
    }

    pub(crate) fn ids(&self) -> &[Id<Kind>] {
        &self.ids
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }
}

/// A place as a number. Half of the numbers are kept for marks, see [`Entry`](super::entry::Entry).
pub(crate) fn place(place: usize) -> u32 {
    u32::try_from(place).expect("INVARIANT: no memory holds a company of 2^32 users")
}
