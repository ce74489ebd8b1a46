//! Small lists in order.

/// A sorted list with one item in its place, or without it.
pub(crate) fn with<T: Ord + Clone, C: FromIterator<T>>(items: &[T], item: &T, there: bool) -> C {
    let (before, from) = items.split_at(items.partition_point(|other| other < item));
    let after = from.iter().skip_while(|other| *other == item);
    before.iter().chain(there.then_some(item)).chain(after).cloned().collect()
}
