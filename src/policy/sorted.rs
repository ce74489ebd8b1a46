//! Small sorted lists.

/// A copy of a sorted list, with or without this item.
pub(crate) fn with<T: Ord + Clone, C: FromIterator<T>>(items: &[T], item: &T, there: bool) -> C {
    let (before, from) = items.split_at(items.partition_point(|other| other < item));
    let after = from.iter().skip_while(|other| *other == item);
    before.iter().chain(there.then_some(item)).chain(after).cloned().collect()
}
