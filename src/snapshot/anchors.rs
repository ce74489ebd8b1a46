//! Where the one who asks is anchored, as numbers of departments.

use crate::snapshot::tree::Below;

/// Departments and what is below them.
///
/// Up to four stand in place, and a number is compared with all of them whether they are there or not: a processor that must
/// guess how many there are guesses wrong for everybody who is not in just one, which cost a third of the time of a check.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchors<'s> {
    first: [u32; FEW],
    count: [u32; FEW],
    many: Option<&'s Ranges>,
}

/// How many departments stand in place. With these, a principal fills a line of the cache.
pub(crate) const FEW: usize = 4;

impl<'s> Anchors<'s> {
    pub(crate) const NOWHERE: Self =
        Self { first: [Below::NOTHING.first; FEW], count: [Below::NOTHING.count; FEW], many: None };

    pub(crate) fn many(ranges: &'s Ranges) -> Self {
        Self { many: Some(ranges), ..Self::NOWHERE }
    }

    #[inline]
    pub(crate) fn one(department: Below) -> Self {
        Self::few([department].into_iter())
    }

    /// At most four; more are left out.
    #[inline]
    pub(crate) fn few(departments: impl Iterator<Item = Below>) -> Self {
        let mut anchors = Self::NOWHERE;
        for ((first, count), below) in anchors.first.iter_mut().zip(&mut anchors.count).zip(departments) {
            (*first, *count) = (below.first, below.count);
        }
        anchors
    }

    /// Whether the department with this number is one of them, and whether it is one of them or below one.
    #[inline]
    pub(crate) fn meet(&self, number: u32) -> (bool, bool) {
        if let Some(ranges) = self.many {
            return ranges.meet(number);
        }
        let (mut at, mut within) = (false, false);
        for (first, count) in self.first.iter().zip(&self.count) {
            at |= number == *first;
            within |= number.wrapping_sub(*first) < *count;
        }
        (at, within)
    }

    /// Whether one of them is among these departments.
    pub(crate) fn is_within(&self, these: Below) -> bool {
        let many = self.many.map_or(&[][..], |ranges| &ranges.anchors);
        self.first.iter().chain(many).any(|anchor| these.contains(*anchor))
    }
}

/// Any number of departments, sorted.
#[derive(Debug)]
pub(crate) struct Ranges {
    anchors: Box<[u32]>,
    /// What is below the anchors, without what lies within another.
    below: Box<[Below]>,
}

impl Ranges {
    pub(crate) fn of(mut departments: Vec<Below>) -> Self {
        // Ranges of a tree lie within each other or apart, and in this order the outer one comes first.
        departments.sort_unstable_by_key(|department| department.first);
        let mut below: Vec<Below> = Vec::new();
        for department in &departments {
            if below.last().is_none_or(|outer| !outer.contains(department.first)) {
                below.push(*department);
            }
        }
        Self { anchors: departments.iter().map(|department| department.first).collect(), below: below.into() }
    }

    #[cold]
    fn meet(&self, number: u32) -> (bool, bool) {
        let at = self.below.partition_point(|below| below.first <= number);
        let within = at.checked_sub(1).is_some_and(|at| self.below[at].contains(number));
        (self.anchors.binary_search(&number).is_ok(), within)
    }
}
