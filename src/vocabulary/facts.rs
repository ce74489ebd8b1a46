//! The facts of a record that decide who reaches it, and the traits of records that provide them.

use crate::vocabulary::id::{VariantId, VariantRef};
use crate::vocabulary::subject::{OwnerRef, ShareRef};

/// The facts about a record that access depends on: its owners, whether it is open, and whom it is shared with.
///
/// None of this is stored. Owners and shares are sets: their order and repetition do not affect answers (`==`
/// compares them as lists, though). With at most one owner and one share nothing allocates, and all text is borrowed.
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
/// // A column that may be NULL is an `Option`.
/// let assigned_to: Option<i64> = None;
/// assert_eq!(Facts::owned_by_each(assigned_to), nobodys);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    pub(crate) owners: Few<OwnerRef<'a>>,
    pub(crate) open: bool,
    pub(crate) shared_with: Few<ShareRef<'a>>,
    pub(crate) variant: Option<VariantRef<'a>>,
}

impl<'a> Facts<'a> {
    /// The facts of a record without an owner.
    #[inline]
    pub fn unowned() -> Self {
        Self::default()
    }

    /// The facts of a record with one owner: a user's id, or [`Owner::department`](crate::Owner::department).
    #[inline]
    pub fn owned_by(owner: impl Into<OwnerRef<'a>>) -> Self {
        Self { owners: Few::One(owner.into()), open: false, shared_with: Few::None, variant: None }
    }

    /// The facts of a record with these owners: none, one or several. Takes an [`Option`] as well as a list.
    pub fn owned_by_each(owners: impl IntoIterator<Item: Into<OwnerRef<'a>>>) -> Self {
        Self { owners: owners.into_iter().map(Into::into).collect(), ..Self::default() }
    }

    /// Adds an owner.
    pub fn and_owned_by(mut self, owner: impl Into<OwnerRef<'a>>) -> Self {
        self.owners = self.owners.and(owner.into());
        self
    }

    /// Sets or clears the flag "available to everyone". Pass `false` for a column that is NULL.
    ///
    /// The flag grants nothing by itself: only a level that contains `open`, or `all`, sees it.
    #[inline]
    pub fn open(mut self, open: bool) -> Self {
        self.open = open;
        self
    }

    /// Sets the variant: the stage, pipeline or category that the record is in, as its column holds it. Pass an
    /// [`Option`] for a column that may be NULL.
    ///
    /// A value that the record's type does not list among its variants is the same as none.
    ///
    /// ```
    /// use orgscope::Facts;
    ///
    /// let stage: Option<i64> = None;
    /// assert_eq!(Facts::owned_by(17).variant(stage), Facts::owned_by(17));
    /// assert_ne!(Facts::owned_by(17).variant("won"), Facts::owned_by(17).variant(7));
    /// ```
    #[inline]
    pub fn variant(mut self, variant: impl Into<VariantValue<'a>>) -> Self {
        self.variant = variant.into().0;
        self
    }

    /// Adds a subject that the record is shared with.
    pub fn shared_with(mut self, subject: impl Into<ShareRef<'a>>) -> Self {
        self.shared_with = self.shared_with.and(subject.into());
        self
    }

    /// Adds several subjects that the record is shared with.
    pub fn shared_with_each(self, subjects: impl IntoIterator<Item: Into<ShareRef<'a>>>) -> Self {
        subjects.into_iter().fold(self, Self::shared_with)
    }
}

/// The value of a record's variant, or none: what [`Facts::variant`] takes.
///
/// A column that may be NULL is an [`Option`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VariantValue<'a>(Option<VariantRef<'a>>);

impl<'a> VariantValue<'a> {
    pub(crate) fn value(self) -> Option<VariantRef<'a>> {
        self.0
    }
}

impl<'a, V: Into<VariantRef<'a>>> From<V> for VariantValue<'a> {
    #[inline]
    fn from(variant: V) -> Self {
        Self(Some(variant.into()))
    }
}

impl<'a, V: Into<VariantRef<'a>>> From<Option<V>> for VariantValue<'a> {
    #[inline]
    fn from(variant: Option<V>) -> Self {
        Self(variant.map(Into::into))
    }
}

impl<'a> From<&'a Option<VariantId>> for VariantValue<'a> {
    fn from(variant: &'a Option<VariantId>) -> Self {
        Self(variant.as_ref().map(VariantId::borrowed))
    }
}

/// None, one or several items, of which one does not allocate. Not a `SmallVec`, because that is invariant in `T`:
/// facts with a long lifetime must be usable where a shorter one is expected.
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

    /// The facts of this record, taken from its own fields.
    fn facts(&self) -> Facts<'_>;
}

/// A record whose resource type is known only at run time.
///
/// A check compares its type with the type of the permission, and denies if they differ.
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

/// A thing that a check can be about: every [`Resource`], [`AnyRecord`], and `()` for a toggle.
///
/// This trait is sealed: implement [`Resource`] instead.
pub trait Record: sealed::Record {}
impl<R: Resource> Record for R {}
impl Record for AnyRecord<'_> {}
impl Record for () {}

pub(crate) mod sealed {
    use super::{AnyRecord, Facts, Few, OwnerRef, Resource, VariantRef};

    pub trait Record {
        /// Whether there are facts at all. A toggle has none, and its cell has all bits or no bit, so any relation will
        /// do.
        const HAS_FACTS: bool = true;
        /// The type to compare at run time, or `None` if the compiler has compared it already.
        fn dynamic_type(&self) -> Option<&str>;
        /// Calls `ask` with the facts, borrowed if the record stores them.
        fn with_facts<T>(&self, ask: impl FnOnce(&Facts<'_>) -> T) -> T;
        /// Like `with_facts`, but passes the facts of nearly all records (one owner, whether it is open, and its variant) by
        /// value. They are neither stored nor dropped, which saves a tenth of the instructions of a check (bench
        /// `answers`).
        fn with_few_facts<T>(
            &self,
            one: impl FnOnce(OwnerRef<'_>, bool, Option<VariantRef<'_>>) -> T,
            other: impl FnOnce(&Facts<'_>) -> T,
        ) -> T;
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
            one: impl FnOnce(OwnerRef<'_>, bool, Option<VariantRef<'_>>) -> T,
            other: impl FnOnce(&Facts<'_>) -> T,
        ) -> T {
            let facts = self.facts();
            let (Few::One(owner), Few::None) = (&facts.owners, &facts.shared_with) else { return other(&facts) };
            let (owner, open, variant) = (*owner, facts.open, facts.variant);
            // One owner and no share own no memory, so there is nothing to drop.
            std::mem::forget(facts);
            one(owner, open, variant)
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
            one: impl FnOnce(OwnerRef<'_>, bool, Option<VariantRef<'_>>) -> T,
            other: impl FnOnce(&Facts<'_>) -> T,
        ) -> T {
            match (&self.facts.owners, &self.facts.shared_with) {
                (Few::One(owner), Few::None) => one(*owner, self.facts.open, self.facts.variant),
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
            _one: impl FnOnce(OwnerRef<'_>, bool, Option<VariantRef<'_>>) -> T,
            other: impl FnOnce(&Facts<'_>) -> T,
        ) -> T {
            other(&Facts::unowned())
        }
    }
}
