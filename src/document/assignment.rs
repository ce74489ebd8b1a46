//! Assignments as written.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::document::entry::Dates;
use crate::document::word::{Word, is_default};
use crate::vocabulary::id::DepartmentId;
use crate::vocabulary::period::Period;
use crate::vocabulary::place::Place;
use crate::vocabulary::subject::Subject;
use crate::vocabulary::time::Time;
use crate::vocabulary::word::Spelled;

/// A subject that a role is assigned to; the place that its levels are measured from, if it is not all departments of the
/// user; and the period in which it holds, if that is not for ever.
///
/// ```
/// use orgscope::document::Assignment;
/// use orgscope::{Period, Subject};
///
/// let everywhere: Assignment = serde_json::from_str(r#"{"user": "cleo"}"#)?;
/// assert_eq!(everywhere, Subject::user("cleo").into());
///
/// let in_sports: Assignment = serde_json::from_str(r#"{"to": {"user": "cleo"}, "in": ["sports"]}"#)?;
/// assert_eq!(in_sports, Subject::user("cleo").in_departments(["sports"]));
///
/// let where_they_head: Assignment = serde_json::from_str(r#"{"to": "supervisors", "in": "subject"}"#)?;
/// assert_eq!(where_they_head, Subject::Supervisors.in_subject());
///
/// let on_trial: Assignment = serde_json::from_str(r#"{"to": {"user": "cleo"}, "until": "2027-01-01T00:00:00Z"}"#)?;
/// assert_eq!(on_trial, Subject::user("cleo").during(Period::until("2027-01-01T00:00:00Z".parse()?)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Assignment {
    /// The subject.
    pub to: Word<Subject>,
    /// The place, `in` in documents. Without one, levels are measured from all departments of the user.
    pub place: Option<Word<Place>>,
    /// The period, if it has one: `from` and `until` in documents.
    pub dates: Option<Box<Dates>>,
}

impl Subject {
    /// An assignment to this subject whose levels are measured from these departments.
    pub fn in_departments(self, ids: impl IntoIterator<Item: Into<DepartmentId>>) -> Assignment {
        Assignment { to: Word::Known(self), place: Some(Word::Known(Place::departments(ids))), dates: None }
    }

    /// An assignment to this subject whose levels are measured from the departments by which a user is in it.
    pub fn in_subject(self) -> Assignment {
        Assignment { to: Word::Known(self), place: Some(Word::Known(Place::Subject)), dates: None }
    }

    /// An assignment to this subject that holds in a period.
    pub fn during(self, period: Period) -> Assignment {
        Assignment::from(self).during(period)
    }
}

impl Assignment {
    /// Sets the period in which it holds.
    pub fn during(mut self, period: Period) -> Self {
        self.dates = Some(period.into());
        self
    }
}

impl From<Subject> for Assignment {
    fn from(subject: Subject) -> Self {
        Self { to: Word::Known(subject), place: None, dates: None }
    }
}

/// The form of an assignment that says more than a subject.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Full<To> {
    to: To,
    #[serde(rename = "in", default, skip_serializing_if = "is_default")]
    place: Option<Word<Place>>,
    #[serde(default, skip_serializing_if = "is_default")]
    from: Option<Word<Time>>,
    #[serde(default, skip_serializing_if = "is_default")]
    until: Option<Word<Time>>,
}

impl Serialize for Assignment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self { to, place: None, dates: None } => to.serialize(serializer),
            Self { to, place, dates } => {
                let (from, until) = Dates::fields(dates.clone());
                Full { to, place: place.clone(), from, until }.serialize(serializer)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Assignment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AssignmentVisitor;

        impl<'de> Visitor<'de> for AssignmentVisitor {
            type Value = Assignment;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Subject::EXPECTED)
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<Assignment, E> {
                let to = Subject::dynamic(word).map_or_else(|| Word::Unknown(word.to_owned()), Word::Known);
                Ok(Assignment { to, place: None, dates: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Assignment, A::Error> {
                let Some(first) = fields.next_key::<String>()? else {
                    return Err(A::Error::invalid_value(Unexpected::Other("an empty object"), &self));
                };
                let is_full = ["to", "in", "from", "until"].contains(&first.as_str());
                let all = MapAccessDeserializer::new(Peeked { first: Some(first), rest: fields });
                if is_full {
                    let Full { to, place, from, until } = Full::deserialize(all)?;
                    Ok(Assignment { to, place, dates: Dates::of(from, until) })
                } else {
                    Subject::deserialize(all).map(Assignment::from)
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Assignment, A::Error> {
                Err(A::Error::invalid_type(Unexpected::Seq, &self))
            }
        }

        deserializer.deserialize_any(AssignmentVisitor)
    }
}

/// The entries of an object whose first key has been read.
struct Peeked<A> {
    first: Option<String>,
    rest: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Peeked<A> {
    type Error = A::Error;

    fn next_key_seed<K: serde::de::DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.first.take() {
            Some(first) => seed.deserialize(first.into_deserializer()).map(Some),
            None => self.rest.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: serde::de::DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.rest.next_value_seed(seed)
    }
}
