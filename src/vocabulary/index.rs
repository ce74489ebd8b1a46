//! Typed indices, so that a number of one kind can't be mistaken for a number of another.

use std::fmt::Debug;
use std::hash::Hash;

/// A position in a list, or a number that names something in compiled data.
pub(crate) trait Idx: Copy + Debug + Eq + Hash + Ord {
    /// The index of a position. The upper half of the numbers is reserved for marks.
    fn new(position: usize) -> Self;

    /// The position.
    fn index(self) -> usize;

    /// The index with this number, from which a mark may have been removed.
    fn of_number(number: u32) -> Self;

    /// The position as a number, for packing and comparing.
    fn number(self) -> u32;
}

/// The most departments, users, groups, roles, sections or actions of a policy. Compiled data number them, and also pairs and lists
/// made of them, which may be several times as many and still have to stay below 2^31.
pub(crate) const MOST: usize = 1 << 28;

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
    /// A variant among all variants of a schema.
    VariantIndex
    /// A cell in a row of rights: that of an action for records of one variant, or of all that have none of their own.
    CellIndex
    /// A user in compiled lists. The slot of a removed user may be reused.
    UserSlot
    /// A department. It keeps its slot when departments move. The slot of a removed department may be reused.
    DepartmentSlot
    /// A department's number in preorder, so that a department and all below it are a range. It changes when
    /// departments are added, removed or moved, so only the tree stores it.
    DepartmentNumber
    /// An interned list of several departments.
    ListSlot
    /// An interned standing: what the roles of a user depend on, apart from departments.
    StandingSlot
    /// An interned set of roles that users get through departments.
    ClassSlot
    /// A shard of a hash table.
    ShardIndex
    /// A group. The number of a removed group may be reused.
    GroupNumber
}

impl CellIndex {
    /// The cell of an action for all records whose variant has none of its own: they come first, in the order of actions.
    #[inline]
    pub(crate) const fn default_of(action: ActionIndex) -> Self {
        Self(action.0)
    }
}

/// An action for the records of one variant, or for all whose variant has no level of its own.
///
/// A role has a level for each case that it names, and a user a cell for each that some role names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Case {
    pub(crate) action: ActionIndex,
    pub(crate) variant: Option<VariantIndex>,
}

impl Case {
    pub(crate) const fn new(action: ActionIndex, variant: Option<VariantIndex>) -> Self {
        Self { action, variant }
    }

    /// The case of an action for all records whose variant has no level of its own.
    pub(crate) const fn default_of(action: ActionIndex) -> Self {
        Self { action, variant: None }
    }
}

impl UserSlot {
    /// An unknown owner.
    pub(crate) const UNKNOWN: Self = Self(u32::MAX);
    /// An unknown principal, who is not an unknown owner either.
    pub(crate) const STRANGER: Self = Self(u32::MAX - 1);
}

impl DepartmentSlot {
    /// The slot of no department. It is not zero, and neither is a real slot, so that departments pack into a non-zero
    /// number.
    pub(crate) const NOWHERE: Self = Self(1);
    /// The first slot of a department.
    pub(crate) const FIRST: Self = Self(2);
}

impl DepartmentNumber {
    /// The number of a department that does not exist. No range contains it.
    pub(crate) const NONE: Self = Self((1 << 31) - 1);
}

fn number(position: usize) -> u32 {
    let number = u32::try_from(position).ok().filter(|number| *number < 1 << 31);
    number.expect("INVARIANT: a policy has at most `MOST` things of a kind")
}
