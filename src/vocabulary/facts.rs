//! The facts of a record that decide who reaches it, and the records that tell them.

use crate::vocabulary::subject::{Owner, Share};

/// What the library is told about a record: who owns it, whether it is open, whom it is shared with.
///
/// Nothing of this is stored. Owners and shares are sets: their order and what stands there twice change no answer (but `==`
/// compares them). With one owner and no share nothing allocates, and all text is borrowed.
///
/// ```
/// use orgscope::{Facts, Owner, Share};
///
/// let one = Facts::owned_by(17);
/// let open = Facts::owned_by("ann").open(true);
/// let several = Facts::owned_by_each([17, 31]).shared_with(Share::department_sub("sales"));
/// let a_teams = Facts::owned_by(Owner::department("sales"));
/// let nobodys = Facts::unowned();
///
/// // A column that may be NULL is an `Option`, and no owner is no owner.
/// let assigned_to: Option<i64> = None;
/// assert_eq!(Facts::owned_by_each(assigned_to), nobodys);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    pub(crate) owners: Few<Owner<&'a str>>,
    pub(crate) open: bool,
    pub(crate) shared_with: Few<Share<&'a str>>,
}

impl<'a> Facts<'a> {
    /// A record without owner.
    #[inline]
    pub fn unowned() -> Self {
        Self::default()
    }

    /// A record of one owner: a user's id, or [`Owner::department`].
    #[inline]
    pub fn owned_by(owner: impl Into<Owner<&'a str>>) -> Self {
        Self { owners: Few::One(owner.into()), open: false, shared_with: Few::None }
    }

    /// A record of these owners: none, one or several. It takes an [`Option`] as well as a list.
    pub fn owned_by_each(owners: impl IntoIterator<Item: Into<Owner<&'a str>>>) -> Self {
        Self { owners: owners.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// The same record with one more owner.
    pub fn and_owned_by(mut self, owner: impl Into<Owner<&'a str>>) -> Self {
        self.owners = self.owners.and(owner.into());
        self
    }

    /// The same record with the flag "available to everyone" set or not. A flag that is NULL is not set: `false`.
    ///
    /// The flag grants nothing by itself: only a level that contains `open`, or `all`, sees it.
    #[inline]
    pub fn open(mut self, open: bool) -> Self {
        self.open = open;
        self
    }

    /// The same record, shared with one more subject.
    pub fn shared_with(mut self, subject: impl Into<Share<&'a str>>) -> Self {
        self.shared_with = self.shared_with.and(subject.into());
        self
    }

    /// The same record, shared with these subjects too.
    pub fn shared_with_each(self, subjects: impl IntoIterator<Item: Into<Share<&'a str>>>) -> Self {
        subjects.into_iter().fold(self, Self::shared_with)
    }
}

/// None, one or several: one does not allocate. (A `SmallVec` would do, but for its invariance: facts of a long life must
/// be good enough for a short one.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Few<T> {
    None,
    One(T),
    Several(Vec<T>),
}

impl<T> Few<T> {
    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Self::None => &[],
            Self::One(item) => std::slice::from_ref(item),
            Self::Several(items) => items,
        }
    }

    fn and(self, item: T) -> Self {
        match self {
            Self::None => Self::One(item),
            Self::One(first) => Self::Several(vec![first, item]),
            Self::Several(mut items) => {
                items.push(item);
                Self::Several(items)
            }
        }
    }
}

impl<T> Default for Few<T> {
    #[inline]
    fn default() -> Self {
        Self::None
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        items.into_iter().fold(Self::None, Self::and)
    }
}

/// A type of the application whose values are records of one resource type.
///
/// ```
/// use orgscope::{Facts, Resource};
///
/// struct Contact { assigned_to: i64, open: bool }
///
/// impl Resource for Contact {
///     const TYPE: &'static str = "contact";
///     fn facts(&self) -> Facts<'_> { Facts::owned_by(self.assigned_to).open(self.open) }
/// }
/// ```
pub trait Resource {
    /// The resource type in the schema, for example `contact`.
    const TYPE: &'static str;

    /// The facts of this record, read from the fields that the application keeps them in.
    fn facts(&self) -> Facts<'_>;
}

/// A record whose type is known only at run time, for callers that only have names.
///
/// A check compares its type with the permission's, and denies where they differ.
///
/// ```
/// use orgscope::{AnyRecord, Facts};
///
/// let record = AnyRecord::new("contact", Facts::owned_by("nick"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyRecord<'a> {
    resource: &'a str,
    facts: Facts<'a>,
}

impl<'a> AnyRecord<'a> {
    /// A record of the resource type with this name.
    pub fn new(resource: &'a str, facts: Facts<'a>) -> Self {
        Self { resource, facts }
    }
}

/// What a permission can be asked about: every [`Resource`], [`AnyRecord`], and for a toggle `()`.
///
/// It is sealed: implement [`Resource`] instead.
pub trait Record: sealed::Record {}
impl<R: Resource> Record for R {}
impl Record for AnyRecord<'_> {}
impl Record for () {}

pub(crate) mod sealed {
    use super::{AnyRecord, Facts, Few, Owner, Resource};

    pub trait Record {
        /// Whether there are facts at all. Of a toggle there are none, and its cell has all bits or none: any relation serves.
        const HAS_FACTS: bool = true;
        /// The type to compare at run time; `None` where the compiler has compared it already.
        fn dynamic_type(&self) -> Option<&str>;
        /// The facts, or a borrow of the facts that are there.
        fn with_facts<T>(&self, ask: impl FnOnce(&Facts<'_>) -> T) -> T;
        /// The same; but the facts of nearly all records, one owner and whether the record is open, by themselves. They need
        /// no place in memory, and nobody who drops them: this saves a check a tenth of its instructions.
        fn with_few_facts<T>(&self, one: impl FnOnce(Owner<&str>, bool) -> T, other: impl FnOnce(&Facts<'_>) -> T)
        -> T;
    }

    impl<R: Resource> Record for R {
        #[inline]
        fn dynamic_type(&self) -> Option<&str> {
            None
        }
        #[inline]
        fn with_facts<T>(&self, ask: impl FnOnce(&Facts<'_>) -> T) -> T {
            ask(&self.facts())
        }
        #[inline]
        fn with_few_facts<T>(
            &self,
            one: impl FnOnce(Owner<&str>, bool) -> T,
            other: impl FnOnce(&Facts<'_>) -> T,
        ) -> T {
            let facts = self.facts();
            let (Few::One(owner), Few::None) = (&facts.owners, &facts.shared_with) else { return other(&facts) };
            let (owner, open) = (*owner, facts.open);
            // There is nothing to drop, and so nothing to keep.
            std::mem::forget(facts);
            one(owner, open)
        }
    }

    impl Record for AnyRecord<'_> {
        fn dynamic_type(&self) -> Option<&str> {
            Some(self.resource)
        }
        fn with_facts<T>(&self, ask: impl FnOnce(&Facts<'_>) -> T) -> T {
            ask(&self.facts)
        }
        #[inline]
        fn with_few_facts<T>(
            &self,
            one: impl FnOnce(Owner<&str>, bool) -> T,
            other: impl FnOnce(&Facts<'_>) -> T,
        ) -> T {
            match (&self.facts.owners, &self.facts.shared_with) {
                (Few::One(owner), Few::None) => one(*owner, self.facts.open),
                _ => other(&self.facts),
            }
        }
    }
    impl Record for () {
        const HAS_FACTS: bool = false;

        #[inline]
        fn dynamic_type(&self) -> Option<&str> {
            None
        }
        #[inline]
        fn with_facts<T>(&self, ask: impl FnOnce(&Facts<'_>) -> T) -> T {
            ask(&Facts::unowned())
        }
        #[inline]
        fn with_few_facts<T>(
            &self,
            _one: impl FnOnce(Owner<&str>, bool) -> T,
            other: impl FnOnce(&Facts<'_>) -> T,
        ) -> T {
            other(&Facts::unowned())
        }
    }
}
