//! Where the one who asks is anchored, as numbers of departments.

use crate::snapshot::tree::Below;

/// Departments and what is below them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchors<'s> {
    /// Nearly everybody is in one, which stands here itself.
    one: Below,
    several: Option<&'s Ranges>,
}

impl<'s> Anchors<'s> {
    pub(crate) const NOWHERE: Self = Self { one: Below::NOTHING, several: None };

    #[inline]
    pub(crate) fn one(department: Below) -> Self {
        Self { one: department, several: None }
    }

    pub(crate) fn several(departments: &'s Ranges) -> Self {
        Self { one: Below::NOTHING, several: Some(departments) }
    }

    /// Whether the department with this number is one of them, and whether it is one of them or below one.
    #[inline]
    pub(crate) fn meet(&self, number: u32) -> (bool, bool) {
        match self.several {
            None => (number == self.one.first, self.one.contains(number)),
            Some(several) => several.meet(number),
        }
    }

    /// Whether there is one.
    pub(crate) fn is_somewhere(&self) -> bool {
        self.one != Below::NOTHING || self.several.is_some()
    }

    /// Whether one of them is among these departments.
    pub(crate) fn is_within(&self, these: Below) -> bool {
        let several = self.several.map_or(&[][..], |several| &several.fours).iter();
        these.contains(self.one.first) || several.flat_map(|four| four.first).any(|anchor| these.contains(anchor))
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
