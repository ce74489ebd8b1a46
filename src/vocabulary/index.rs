//! Typed indices: a number of one kind can't be taken for a number of another.

use std::fmt::Debug;
use std::hash::Hash;

/// A position in a list, or a number that names something in compiled data.
pub(crate) trait Idx: Copy + Debug + Eq + Hash + Ord {
    /// The index of a position. The upper half of the numbers is left for marks.
    fn new(position: usize) -> Self;

    /// The position.
    fn index(self) -> usize;

    /// The index with this number, which a mark may have been taken off.
    fn of_number(number: u32) -> Self;

    /// The position as a number, to be packed or compared with others.
    fn number(self) -> u32;
}

macro_rules! indices {
    ($($(#[$doc:meta])* $name:ident)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(pub(crate) u32);

        impl Idx for $name {
            #[inline]
            fn new(position: usize) -> Self {
                Self(number(position))
            }
            #[inline]
            fn index(self) -> usize {
                self.0 as usize
            }
            #[inline]
            fn of_number(number: u32) -> Self {
                Self(number)
            }
            #[inline]
            fn number(self) -> u32 {
                self.0
            }
        }
    )* };
}

indices! {
    /// A section among those of a schema.
    SectionIndex
    /// An action among all actions of a schema.
    ActionIndex
    /// A user in compiled lists. A user keeps it while they are there; then another one may get it.
    UserSlot
    /// A department. It keeps its slot while it is there, whatever moves; then another one may get it.
    DepartmentSlot
    /// A department's number in preorder, so that a department and all below it are a range. It changes when departments come,
    /// go or move, and nothing but the tree keeps it.
    DepartmentNumber
    /// A list of several departments, interned.
    ListSlot
    /// What the roles of a user depend on, departments aside, interned.
    StandingSlot
    /// A set of roles that some departments bring, interned.
    ClassSlot
    /// A shard of a hash table.
    ShardIndex
    /// A group. No other group of this policy, or of a state that led to it, ever had the number.
    GroupNumber
}

impl UserSlot {
    /// The owner of a record whom nobody knows.
    pub(crate) const UNKNOWN: Self = Self(u32::MAX);
    /// A principal whom nobody knows: not even an unknown owner.
    pub(crate) const STRANGER: Self = Self(u32::MAX - 1);
}

impl DepartmentSlot {
    /// The slot of no department. Zero is not a slot either, so that a list of departments can be packed into a non-zero number.
    pub(crate) const NOWHERE: Self = Self(1);
    /// The first slot that a department may have.
    pub(crate) const FIRST: Self = Self(2);
}

impl DepartmentNumber {
    /// The number of no department. No range holds it.
    pub(crate) const NONE: Self = Self((1 << 31) - 1);
}

fn number(position: usize) -> u32 {
    let number = u32::try_from(position).ok().filter(|number| *number < 1 << 31);
    number.expect("INVARIANT: no memory holds a company of 2^31 users, departments or roles")
}
