//! Entries of lists, and assignments, that may have a period.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::document::word::{Word, is_default};
use crate::vocabulary::id::Id;
use crate::vocabulary::period::Period;
use crate::vocabulary::time::Time;

/// An entry in a list of departments or members: an id, and a period if it does not hold for ever.
///
/// ```
/// use orgscope::document::Entry;
/// use orgscope::{DepartmentId, Period};
///
/// let forever: Entry<DepartmentId> = serde_json::from_str(r#""sales""#)?;
/// assert_eq!(forever, Entry::from(DepartmentId::from("sales")));
///
/// let acting: Entry<DepartmentId> = serde_json::from_str(r#"{"id": "sales", "until": "2027-01-07T00:00:00Z"}"#)?;
/// assert_eq!(acting, Entry::during(DepartmentId::from("sales"), Period::until("2027-01-07T00:00:00Z".parse()?)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Entry<I> {
    /// The department or user.
    pub id: I,
    /// The period, if it has one. Boxed, because nearly all entries have none.
    pub dates: Option<Box<Dates>>,
}

/// The ends of a period as written.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Dates {
    /// The first instant.
    pub from: Option<Word<Time>>,
    /// The first instant after the period.
    pub until: Option<Word<Time>>,
}

impl Dates {
    /// The ends as fields of an object, if any is written.
    pub(crate) fn of(from: Option<Word<Time>>, until: Option<Word<Time>>) -> Option<Box<Self>> {
        (from.is_some() || until.is_some()).then(|| Box::new(Self { from, until }))
    }

    /// The two ends, of which both are missing without dates.
    pub(crate) fn fields(dates: Option<Box<Self>>) -> (Option<Word<Time>>, Option<Word<Time>>) {
        dates.map_or((None, None), |dates| (dates.from, dates.until))
    }
}

impl From<Period> for Box<Dates> {
    fn from(period: Period) -> Self {
        Self::new(Dates { from: period.start().map(Word::Known), until: period.end().map(Word::Known) })
    }
}

impl<I> Entry<I> {
    /// An entry that holds in a period.
    pub fn during(id: impl Into<I>, period: Period) -> Self {
        Self { id: id.into(), dates: Some(period.into()) }
    }
}

impl<I> Entry<I> {
    /// Whether it holds at an instant; what has a period does not as long as none has been told. An entry whose period is
    /// invalid does not hold.
    pub fn holds_at(&self, instant: Option<Time>) -> bool {
        let Some(dates) = &self.dates else { return true };
        let Dates { from, until } = &**dates;
        let read = |end: &Option<Word<Time>>| end.as_ref().map(Word::known).transpose();
        let (Some(instant), Ok(from), Ok(until)) = (instant, read(from), read(until)) else { return false };
        from.is_none_or(|from| from <= instant) && until.is_none_or(|until| instant < until)
    }
}

impl<Kind> From<Id<Kind>> for Entry<Id<Kind>> {
    fn from(id: Id<Kind>) -> Self {
        Self { id, dates: None }
    }
}

/// The form of an entry that says more than an id.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Full<I> {
    id: I,
    #[serde(default, skip_serializing_if = "is_default")]
    from: Option<Word<Time>>,
    #[serde(default, skip_serializing_if = "is_default")]
    until: Option<Word<Time>>,
}

impl<I: Serialize> Serialize for Entry<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.dates {
            None => self.id.serialize(serializer),
            Some(dates) => {
                let Dates { from, until } = &**dates;
                Full { id: &self.id, from: from.clone(), until: until.clone() }.serialize(serializer)
            }
        }
    }
}

impl<'de, Kind> Deserialize<'de> for Entry<Id<Kind>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryVisitor<Kind>(PhantomData<fn() -> Kind>);

        impl<'de, Kind> Visitor<'de> for EntryVisitor<Kind> {
            type Value = Entry<Id<Kind>>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id: text, or an integer of 64 bits with sign; or an object with an `id`")
            }
            fn visit_i64<E: Error>(self, id: i64) -> Result<Self::Value, E> {
                Id::deserialize(id.into_deserializer()).map(Entry::from)
            }
            fn visit_u64<E: Error>(self, id: u64) -> Result<Self::Value, E> {
                Id::deserialize(id.into_deserializer()).map(Entry::from)
            }
            fn visit_str<E: Error>(self, id: &str) -> Result<Self::Value, E> {
                Id::deserialize(id.into_deserializer()).map(Entry::from)
            }
            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Value, A::Error> {
                let Full { id, from, until } = Full::deserialize(MapAccessDeserializer::new(fields))?;
                Ok(Entry { id, dates: Dates::of(from, until) })
            }
            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
                Err(A::Error::invalid_type(Unexpected::Seq, &self))
            }
        }

        deserializer.deserialize_any(EntryVisitor(PhantomData))
    }
}
