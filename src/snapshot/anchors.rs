//! Where the one who asks is anchored, as numbers of departments.

use crate::snapshot::Asker;
use crate::snapshot::tree::Below;

impl Asker<'_> {
    /// Whether the user is anchored in the department with this number, and whether there or above it.
    #[inline]
    pub(crate) fn meet(&self, number: u32) -> (bool, bool) {
        // Nearly everybody is anchored in one.
        if self.anchor == Below::NOTHING {
            return self.meet_one_of_several(number);
        }
        (number == self.anchor.first, self.anchor.contains(number))
    }

    #[cold]
    fn meet_one_of_several(&self, number: u32) -> (bool, bool) {
        self.several().map_or((false, false), |several| several.meet(number))
    }

    fn several(&self) -> Option<&Ranges> {
        self.found.and_then(|found| found.several.as_ref())
    }

    /// Whether the user is anchored anywhere.
    pub(crate) fn is_anchored(&self) -> bool {
        self.anchor != Below::NOTHING || self.several().is_some()
    }

    /// Whether the user is anchored in one of these departments.
    pub(crate) fn is_within(&self, these: Below) -> bool {
        let several = self.several().map_or(&[][..], |several| &several.fours).iter();
        these.contains(self.anchor.first) || several.flat_map(|four| four.first).any(|anchor| these.contains(anchor))
    }
}

/// Several departments, four by four. The last four may hold some that are nowhere: a number is compared with all four at
/// once, without a question about how many there are that a processor could guess wrong.
#[derive(Debug)]
pub(crate) struct Ranges {
    fours: Box<[Four]>,
}

#[derive(Debug)]
struct Four {
    first: [u32; 4],
    count: [u32; 4],
}

impl Ranges {
    pub(crate) fn of(departments: &[Below]) -> Self {
        let four = |departments: &[Below]| {
            let at = |place: usize| departments.get(place).copied().unwrap_or(Below::NOTHING);
            let four = [at(0), at(1), at(2), at(3)];
            Four { first: four.map(|below| below.first), count: four.map(|below| below.count) }
        };
        Self { fours: departments.chunks(4).map(four).collect() }
    }

    fn meet(&self, number: u32) -> (bool, bool) {
        let (mut at, mut within) = (false, false);
        for four in &self.fours {
            for (first, count) in four.first.iter().zip(&four.count) {
                at |= number == *first;
                within |= number.wrapping_sub(*first) < *count;
            }
        }
        (at, within)
    }
}
