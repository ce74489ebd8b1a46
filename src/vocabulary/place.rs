//! Places of assignments.

use std::fmt::{self, Display};
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::vocabulary::id::DepartmentId;
use crate::vocabulary::word::{Spelled, UnknownWord};

/// The place of an assignment: where the levels `department` and `department+sub` of its role are measured from, instead
/// of from all departments of the user.
///
/// A list means a set of departments: a policy and its canonical document know no order. Two places are equal here if they
/// are written the same.
///
/// ```
/// use orgscope::document::Place;
///
/// let place: Place = serde_json::from_str(r#"["sales", "support"]"#)?;
/// assert_eq!(place, Place::departments(["sales", "support"]));
/// assert_eq!(serde_json::to_string(&Place::Subject)?, r#""subject""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Place {
    /// The departments by which the user is in the subject: for `supervisors` those that the user heads, for a
    /// department that one.
    Subject,
    /// These departments, whoever the user is.
    Departments(Arc<[DepartmentId]>),
}

impl Place {
    /// These departments, whoever the user is.
    pub fn departments(ids: impl IntoIterator<Item: Into<DepartmentId>>) -> Self {
        Self::Departments(ids.into_iter().map(Into::into).collect())
    }

    /// The error for a word that is not a place.
    pub(crate) fn unknown(word: &str) -> UnknownWord {
        UnknownWord::new("unknown place", word, "`subject`, or a list of departments")
    }

    /// The same place with its departments in canonical order, each once.
    pub(crate) fn sorted(&self) -> Self {
        let Self::Departments(departments) = self else { return Self::Subject };
        let mut departments = departments.to_vec();
        departments.sort_unstable();
        departments.dedup();
        Self::Departments(departments.into())
    }

    /// The departments of a list.
    pub(crate) fn listed(&self) -> &[DepartmentId] {
        match self {
            Self::Subject => &[],
            Self::Departments(departments) => departments,
        }
    }
}

/// Writes the place as messages name it: `in sales, support`, `in the subject`.
impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Departments(departments) = self else { return f.write_str("in the subject") };
        for (nth, department) in departments.iter().enumerate() {
            write!(f, "{}{department}", if nth == 0 { "in " } else { ", " })?;
        }
        Ok(())
    }
}

const EXPECTED: &str = "a place: the word `subject`, or a list of departments";

impl Spelled for Place {
    const EXPECTED: &'static str = EXPECTED;
    const TAKES_LISTS: bool = true;
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Subject => serializer.serialize_str("subject"),
            Self::Departments(departments) => serializer.collect_seq(departments.iter()),
        }
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PlaceVisitor;

        impl<'de> Visitor<'de> for PlaceVisitor {
            type Value = Place;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(EXPECTED)
            }

            fn visit_str<E: Error>(self, word: &str) -> Result<Place, E> {
                match word {
                    "subject" => Ok(Place::Subject),
                    _ => Err(E::invalid_value(Unexpected::Str(word), &self)),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Place, A::Error> {
                let mut departments: Vec<DepartmentId> = Vec::new();
                while let Some(department) = items.next_element()? {
                    departments.push(department);
                }
                Ok(Place::Departments(departments.into()))
            }
        }

        deserializer.deserialize_any(PlaceVisitor)
    }
}
