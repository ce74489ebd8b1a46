//! Assignments as written.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::document::word::{Word, is_default};
use crate::vocabulary::id::DepartmentId;
use crate::vocabulary::place::Place;
use crate::vocabulary::subject::Subject;
use crate::vocabulary::word::Spelled;

/// A subject that a role is assigned to, and the place that its levels are measured from if it is not all departments of
/// the user.
///
/// ```
/// use orgscope::Subject;
/// use orgscope::document::Assignment;
///
/// let everywhere: Assignment = serde_json::from_str(r#"{"user": "cleo"}"#)?;
/// assert_eq!(everywhere, Subject::user("cleo").into());
///
/// let in_sports: Assignment = serde_json::from_str(r#"{"to": {"user": "cleo"}, "in": ["sports"]}"#)?;
/// assert_eq!(in_sports, Subject::user("cleo").in_departments(["sports"]));
///
/// let where_they_head: Assignment = serde_json::from_str(r#"{"to": "supervisors", "in": "subject"}"#)?;
/// assert_eq!(where_they_head, Subject::Supervisors.in_subject());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Assignment {
    /// The subject.
    pub to: Word<Subject>,
    /// The place, `in` in documents. Without one, levels are measured from all departments of the user.
    pub place: Option<Word<Place>>,
}

impl Subject {
    /// An assignment to this subject whose levels are measured from these departments.
    pub fn in_departments(self, ids: impl IntoIterator<Item: Into<DepartmentId>>) -> Assignment {
        Assignment { to: Word::Known(self), place: Some(Word::Known(Place::departments(ids))) }
    }

    /// An assignment to this subject whose levels are measured from the departments by which a user is in it.
    pub fn in_subject(self) -> Assignment {
        Assignment { to: Word::Known(self), place: Some(Word::Known(Place::Subject)) }
    }
}

impl From<Subject> for Assignment {
    fn from(subject: Subject) -> Self {
        Self { to: Word::Known(subject), place: None }
    }
}

/// The form of an assignment that says more than a subject.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Full<To> {
    to: To,
    #[serde(rename = "in", default = "none", skip_serializing_if = "is_default")]
    place: Option<Word<Place>>,
}

/// Derived code would require a default for `To`.
fn none() -> Option<Word<Place>> {
    None
}

impl Serialize for Assignment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.place {
            None => self.to.serialize(serializer),
            place => Full { to: &self.to, place: place.clone() }.serialize(serializer),
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
                Ok(Assignment { to, place: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Assignment, A::Error> {
                let Some(first) = fields.next_key::<String>()? else {
                    return Err(A::Error::invalid_value(Unexpected::Other("an empty object"), &self));
                };
                let is_full = ["to", "in"].contains(&first.as_str());
                let all = MapAccessDeserializer::new(Peeked { first: Some(first), rest: fields });
                if is_full {
                    let Full { to, place } = Full::deserialize(all)?;
                    Ok(Assignment { to, place })
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
