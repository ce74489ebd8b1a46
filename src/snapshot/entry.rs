//! What a check reads of a user: 16 bytes.

/// Marks a number as the place of a [`Several`].
const SEVERAL: u32 = 1 << 31;

/// A user: which row of cells, and where in the company.
///
/// Most users are in one department, and all about it stands here. Who has more has a [`Several`] on the side, and its
/// place, marked, stands here instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) row: u32,
    /// The department that the user is a member of: where the user's records are.
    member: u32,
    /// The department that the user is anchored in, as member, head or deputy.
    first: u32,
    /// The last department below it.
    last: u32,
}

/// The departments of a user who has several, as sorted numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Several {
    pub(crate) members: Box<[u32]>,
    pub(crate) anchors: Box<[u32]>,
    /// The ranges below the anchors, without those that lie within another.
    pub(crate) below: Box<[(u32, u32)]>,
}

impl Entry {
    /// A member of no department, who is anchored in none: two numbers that no department has, and different ones, so
    /// that they never meet.
    const NO_MEMBER: u32 = SEVERAL - 1;
    const NO_ANCHOR: u32 = SEVERAL - 2;

    /// Somebody who is not there.
    pub(crate) const NOBODY: Self =
        Self { row: super::cell::NOBODYS_ROW, member: Self::NO_MEMBER, first: Self::NO_ANCHOR, last: Self::NO_ANCHOR };

    /// The entry of a user with these departments. `several` takes what does not fit.
    pub(crate) fn new(row: u32, departments: Several, several: &mut Vec<Several>) -> Self {
        let place = super::index::place(several.len()) | SEVERAL;
        let member = match *departments.members {
            [] => Self::NO_MEMBER,
            [member] => member,
            _ => place,
        };
        let (first, last) = match (&*departments.anchors, &*departments.below) {
            ([], _) => (Self::NO_ANCHOR, Self::NO_ANCHOR),
            ([_], [below]) => *below,
            _ => (place, place),
        };
        if member == place || first == place {
            several.push(departments);
        }
        Self { row, member, first, last }
    }

    /// Whether `owner` is a member of a department that this user is anchored in, and whether of one below.
    #[inline]
    pub(crate) fn reaches(&self, owner: &Self, several: &[Several]) -> (bool, bool) {
        if (self.first | owner.member) & SEVERAL != 0 {
            return self.reaches_several(owner, several);
        }
        self.reaches_number(owner.member)
    }

    /// The same for a department, by its number.
    #[inline]
    pub(crate) fn reaches_department(&self, department: u32, several: &[Several]) -> (bool, bool) {
        if self.first & SEVERAL == 0 {
            return self.reaches_number(department);
        }
        let Several { anchors, below, .. } = Self::several_at(self.first, several);
        let at = below.partition_point(|(first, _)| *first <= department);
        let below = at.checked_sub(1).is_some_and(|at| department <= below[at].1);
        (anchors.binary_search(&department).is_ok(), below)
    }

    #[inline]
    fn reaches_number(&self, department: u32) -> (bool, bool) {
        (department == self.first, department.wrapping_sub(self.first) <= self.last - self.first)
    }

    #[cold]
    fn reaches_several(&self, owner: &Self, several: &[Several]) -> (bool, bool) {
        let one = [owner.member];
        let members =
            if owner.member & SEVERAL == 0 { &one[..] } else { &Self::several_at(owner.member, several).members };
        members.iter().fold((false, false), |(department, below), member| {
            let (here, under) = self.reaches_department(*member, several);
            (department | here, below | under)
        })
    }

    /// Whether the user is anchored in one of these departments, which are a department and all below it.
    pub(crate) fn is_anchored_within(&self, (first, last): (u32, u32), several: &[Several]) -> bool {
        if self.first & SEVERAL == 0 {
            return first <= self.first && self.first <= last;
        }
        let anchors = &Self::several_at(self.first, several).anchors;
        let at = anchors.partition_point(|anchor| *anchor < first);
        anchors.get(at).is_some_and(|anchor| *anchor <= last)
    }

    fn several_at(marked: u32, several: &[Several]) -> &Several {
        &several[(marked & !SEVERAL) as usize]
    }
}
