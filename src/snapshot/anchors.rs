//! Where the one who asks is anchored, if in several departments.

use crate::snapshot::tree::Below;

/// Several departments, four by four. The last four may hold some that are nowhere: a number is compared with all four at
/// once, without a question about how many there are that a processor could guess wrong.
#[derive(Clone, Debug)]
pub(crate) struct Ranges {
    fours: Box<[Four]>,
}

#[derive(Clone, Debug)]
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

    /// Whether the department with this number is one of them, and whether it is one of them or below one.
    pub(crate) fn meet(&self, number: u32) -> (bool, bool) {
        let (mut at, mut within) = (false, false);
        for four in &self.fours {
            for (first, count) in four.first.iter().zip(&four.count) {
                at |= number == *first;
                within |= number.wrapping_sub(*first) < *count;
            }
        }
        (at, within)
    }

    /// Whether one of them is among these departments.
    pub(crate) fn is_within(&self, these: Below) -> bool {
        self.fours.iter().flat_map(|four| four.first).any(|anchor| these.contains(anchor))
    }
}
