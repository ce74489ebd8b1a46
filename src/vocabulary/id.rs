//! Ids: integers or text, with a type for each kind of thing.

use std::fmt::{self, Debug, Display, Write};
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};
use thiserror::Error;

/// The kinds of things that have ids, as types without values. Programs name the aliases below instead.
pub(crate) mod kind {
    /// A person.
    #[derive(Debug)]
    pub enum User {}
    /// A department of the company.
    #[derive(Debug)]
    pub enum Department {}
    /// A flat group of users: a workgroup, a project.
    #[derive(Debug)]
    pub enum Group {}
    /// A role.
    #[derive(Debug)]
    pub enum Role {}
    /// A record of a world file. The library itself does not use ids of records.
    #[derive(Debug)]
    pub enum Record {}
    /// A variant of a record, as its column holds it: a stage, a pipeline, a category.
    #[derive(Debug)]
    pub enum Variant {}
}

/// The id of a user.
pub type UserId = Id<kind::User>;
/// The id of a department.
pub type DepartmentId = Id<kind::Department>;
/// The id of a group.
pub type GroupId = Id<kind::Group>;
/// The id of a role.
pub type RoleId = Id<kind::Role>;
/// The id of a record in a world file.
pub type RecordId = Id<kind::Record>;
/// A value of a record's variant: the stage, pipeline or category that it is in, as its column holds it.
pub type VariantId = Id<kind::Variant>;
/// The id of a user, with borrowed text.
pub type UserRef<'a> = Id<kind::User, BorrowedText<'a>>;
/// The id of a department, with borrowed text.
pub type DepartmentRef<'a> = Id<kind::Department, BorrowedText<'a>>;
/// The id of a group, with borrowed text.
pub type GroupRef<'a> = Id<kind::Group, BorrowedText<'a>>;
/// A value of a record's variant, with borrowed text.
pub type VariantRef<'a> = Id<kind::Variant, BorrowedText<'a>>;

/// An id: a 64-bit integer or text. `7` and `"7"` are different ids.
///
/// The kind keeps the ids of users, departments, groups, roles and records apart, so that passing a department where a
/// user is expected does not compile. An integer never allocates. Text is shared, so a clone at most increments a
/// counter. An id with [`BorrowedText`] is [`Copy`] and borrows; queries take this form.
///
/// Integers sort before text, and text sorts code point by code point. Ids are compared exactly, without case folding,
/// normalisation or trimming.
///
/// ```
/// use orgscope::{DepartmentId, UserId};
///
/// let ann = UserId::from("ann");
/// assert_eq!(ann.as_text(), Some("ann"));
/// assert_ne!(UserId::from(7), UserId::from("7"));
/// assert!(UserId::from(7) < UserId::from("7"));
/// assert_eq!(std::mem::size_of::<DepartmentId>(), 16);
/// ```
///
/// An id of another kind does not compile:
///
/// ```compile_fail,E0308
/// use orgscope::{DepartmentId, UserId};
///
/// let user: UserId = DepartmentId::from(7);
/// ```
pub struct Id<Kind, Text = Arc<str>> {
    value: Value<Text>,
    kind: PhantomData<fn() -> Kind>,
}

/// The text of an id in a query: borrowed or, of a UUID, written out in place.
#[derive(Clone, Copy)]
pub struct BorrowedText<'a>(Text<'a>);

#[derive(Clone, Copy)]
enum Text<'a> {
    Borrowed(&'a str),
    /// A UUID in its hyphenated form.
    #[cfg(feature = "uuid")]
    Uuid([u8; uuid::fmt::Hyphenated::LENGTH]),
}

impl AsRef<str> for BorrowedText<'_> {
    #[inline]
    fn as_ref(&self) -> &str {
        match &self.0 {
            Text::Borrowed(text) => text,
            // The hyphenated form is ASCII.
            #[cfg(feature = "uuid")]
            Text::Uuid(text) => std::str::from_utf8(text).unwrap_or_default(),
        }
    }
}

impl<'a> From<&'a str> for BorrowedText<'a> {
    #[inline]
    fn from(text: &'a str) -> Self {
        Self(Text::Borrowed(text))
    }
}

impl PartialEq for BorrowedText<'_> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.as_ref() == other.as_ref()
    }
}
impl Eq for BorrowedText<'_> {}
impl PartialOrd for BorrowedText<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for BorrowedText<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_ref().cmp(other.as_ref())
    }
}
impl Hash for BorrowedText<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_ref().hash(state);
    }
}
impl Debug for BorrowedText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Debug::fmt(self.as_ref(), f)
    }
}

/// The value of an id. The order of the variants is the order of ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Value<Text> {
    Integer(i64),
    Text(Text),
}

impl<Kind, Text> Id<Kind, Text> {
    const fn new(value: Value<Text>) -> Self {
        Self { value, kind: PhantomData }
    }
}

impl<Kind, Text: AsRef<str>> Id<Kind, Text> {
    /// The same id with borrowed text.
    #[inline]
    pub fn borrowed(&self) -> Id<Kind, BorrowedText<'_>> {
        Id::new(match self.value() {
            Value::Integer(integer) => Value::Integer(integer),
            Value::Text(text) => Value::Text(text.into()),
        })
    }

    /// The integer, or `None` for text.
    pub fn as_integer(&self) -> Option<i64> {
        match self.value {
            Value::Integer(integer) => Some(integer),
            Value::Text(_) => None,
        }
    }

    /// The text, or `None` for an integer.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Integer(_) => None,
            Value::Text(text) => Some(text.as_ref()),
        }
    }

    #[inline]
    pub(crate) fn value(&self) -> Value<&str> {
        match &self.value {
            Value::Integer(integer) => Value::Integer(*integer),
            Value::Text(text) => Value::Text(text.as_ref()),
        }
    }

    /// Whether this is the empty text, which is invalid in documents.
    pub(crate) fn is_empty(&self) -> bool {
        self.as_text().is_some_and(str::is_empty)
    }
}

impl<Kind> Id<Kind> {
    /// The shared text, or `None` for an integer.
    pub(crate) fn shared_text(&self) -> Option<&Arc<str>> {
        match &self.value {
            Value::Integer(_) => None,
            Value::Text(text) => Some(text),
        }
    }
}

// Written by hand, because a derive would bound `Kind`, which an id does not contain.
impl<Kind, Text: Clone> Clone for Id<Kind, Text> {
    #[inline]
    fn clone(&self) -> Self {
        Self::new(self.value.clone())
    }
}
impl<Kind, Text: Copy> Copy for Id<Kind, Text> {}
impl<Kind, Text: PartialEq> PartialEq for Id<Kind, Text> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}
impl<Kind, Text: Eq> Eq for Id<Kind, Text> {}
impl<Kind, Text: PartialOrd> PartialOrd for Id<Kind, Text> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        self.value.partial_cmp(&other.value)
    }
}
impl<Kind, Text: Ord> Ord for Id<Kind, Text> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}
impl<Kind, Text: Hash> Hash for Id<Kind, Text> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

macro_rules! from_integers {
    ($($integer:ty)*) => { $(
        impl<Kind, Text> From<$integer> for Id<Kind, Text> {
            #[inline]
            fn from(id: $integer) -> Self {
                Self::new(Value::Integer(i64::from(id)))
            }
        }
    )* };
}
from_integers! { i8 i16 i32 i64 u8 u16 u32 }

impl<Kind> From<&str> for Id<Kind> {
    fn from(id: &str) -> Self {
        Self::new(Value::Text(Arc::from(id)))
    }
}
impl<Kind> From<String> for Id<Kind> {
    fn from(id: String) -> Self {
        Self::new(Value::Text(Arc::from(id)))
    }
}
impl<Kind> From<Id<Kind, BorrowedText<'_>>> for Id<Kind> {
    fn from(id: Id<Kind, BorrowedText<'_>>) -> Self {
        match id.value() {
            Value::Integer(integer) => Self::new(Value::Integer(integer)),
            Value::Text(text) => Self::from(text),
        }
    }
}
impl<'a, Kind> From<&'a str> for Id<Kind, BorrowedText<'a>> {
    #[inline]
    fn from(id: &'a str) -> Self {
        Self::new(Value::Text(id.into()))
    }
}
impl<'a, Kind> From<&'a String> for Id<Kind, BorrowedText<'a>> {
    fn from(id: &'a String) -> Self {
        Self::from(id.as_str())
    }
}
impl<'a, Kind> From<&'a Id<Kind>> for Id<Kind, BorrowedText<'a>> {
    #[inline]
    fn from(id: &'a Id<Kind>) -> Self {
        id.borrowed()
    }
}

/// A UUID is text in its hyphenated form with small letters: `67e55044-10b1-426f-9247-bb680e5fe0c8`.
#[cfg(feature = "uuid")]
impl<Kind> From<uuid::Uuid> for Id<Kind> {
    fn from(id: uuid::Uuid) -> Self {
        Self::from(&*id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()))
    }
}
#[cfg(feature = "uuid")]
impl<Kind> From<uuid::Uuid> for Id<Kind, BorrowedText<'_>> {
    fn from(id: uuid::Uuid) -> Self {
        let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
        id.hyphenated().encode_lower(&mut text);
        Self::new(Value::Text(BorrowedText(Text::Uuid(text))))
    }
}
#[cfg(feature = "uuid")]
impl<Kind> From<&uuid::Uuid> for Id<Kind, BorrowedText<'_>> {
    fn from(id: &uuid::Uuid) -> Self {
        Self::from(*id)
    }
}

/// The error for an integer that no id can be: ids have 64 bits and a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[error("the integer is beyond {}, the largest id", i64::MAX)]
pub struct IdTooLarge;

macro_rules! from_large_integers {
    ($($integer:ty)*) => { $(
        impl<Kind, Text> TryFrom<$integer> for Id<Kind, Text> {
            type Error = IdTooLarge;

            fn try_from(id: $integer) -> Result<Self, IdTooLarge> {
                i64::try_from(id).map(Self::from).map_err(|_| IdTooLarge)
            }
        }
    )* };
}
from_large_integers! { u64 usize }

/// Writes the id so that it can be parsed: an integer or plain text as it is, and text that could be mistaken (for an
/// integer, for quoted text) or that contains a control character as a JSON string.
///
/// ```
/// use orgscope::UserId;
///
/// assert_eq!(UserId::from(-7).to_string(), "-7");
/// assert_eq!(UserId::from("ann").to_string(), "ann");
/// assert_eq!(UserId::from("-7").to_string(), r#""-7""#);
/// assert_eq!(UserId::from("a\tb").to_string(), r#""a\tb""#);
/// ```
impl<Kind, Text: AsRef<str>> Display for Id<Kind, Text> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value() {
            Value::Integer(integer) => write!(f, "{integer}"),
            Value::Text(text) if is_plain(text) => f.write_str(text),
            Value::Text(text) => write_json_string(f, text),
        }
    }
}

/// Reads an id as it is displayed: an integer if it is written as one, a JSON string if it begins with a quote, else
/// text as it is.
///
/// Text that only looks like an integer (`+7`, `007`, `-0`, more than 64 bits) stays text, because an id has one
/// spelling.
///
/// ```
/// use orgscope::UserId;
///
/// assert_eq!("-7".parse(), Ok(UserId::from(-7)));
/// assert_eq!("007".parse(), Ok(UserId::from("007")));
/// assert_eq!(r#""-7""#.parse(), Ok(UserId::from("-7")));
/// assert_eq!("".parse::<UserId>().unwrap_err().to_string(), "the id is empty: use an integer or non-empty text");
/// ```
impl<Kind> FromStr for Id<Kind> {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        if let Some(integer) = canonical_integer(text) {
            return Ok(Self::from(integer));
        }
        let id = if text.starts_with('"') {
            Self::from(serde_json::from_str::<String>(text).map_err(|_| InvalidId(Fault::Quote))?)
        } else {
            Self::from(text)
        };
        if id.is_empty() { Err(InvalidId(Fault::Empty)) } else { Ok(id) }
    }
}

/// The error for a text that is not an id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct InvalidId(Fault);

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum Fault {
    #[error("the id is empty: use an integer or non-empty text")]
    Empty,
    #[error("it begins with a quote but is not a JSON string: quote all of it, as in `\"7\"`")]
    Quote,
}

impl<Kind, Text: AsRef<str>> Debug for Id<Kind, Text> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value() {
            Value::Integer(integer) => write!(f, "{integer}"),
            Value::Text(text) => write!(f, "{text:?}"),
        }
    }
}

/// The integer whose canonical form is this text.
fn canonical_integer(text: &str) -> Option<i64> {
    text.parse::<i64>().ok().filter(|integer| integer.to_string() == text)
}

/// Whether the text can be parsed unquoted: it is neither an integer nor quoted, and has no control characters.
fn is_plain(text: &str) -> bool {
    canonical_integer(text).is_none() && !text.starts_with('"') && !text.contains(char::is_control)
}

pub(crate) fn write_json_string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for character in text.chars() {
        match character {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            // Every control character is below U+0100, so four digits always hold it.
            control if control.is_control() => write!(f, "\\u{:04x}", u32::from(control))?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}

impl<Kind, Text: AsRef<str>> Serialize for Id<Kind, Text> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value() {
            Value::Integer(integer) => serializer.serialize_i64(integer),
            Value::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de, Kind> Deserialize<'de> for Id<Kind> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor<Kind>(PhantomData<fn() -> Kind>);

        impl<Kind> Visitor<'_> for IdVisitor<Kind> {
            type Value = Id<Kind>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id: text, or an integer of 64 bits with sign")
            }
            fn visit_i64<E: Error>(self, id: i64) -> Result<Self::Value, E> {
                Ok(Id::from(id))
            }
            fn visit_u64<E: Error>(self, id: u64) -> Result<Self::Value, E> {
                i64::try_from(id).map(Id::from).map_err(|_| E::invalid_value(Unexpected::Unsigned(id), &self))
            }
            fn visit_str<E: Error>(self, id: &str) -> Result<Self::Value, E> {
                Ok(Id::from(id))
            }
        }

        deserializer.deserialize_any(IdVisitor(PhantomData))
    }
}
