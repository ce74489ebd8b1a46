//! The cells of a matrix.

use std::fmt::{self, Display};

use orgscope::catalogue::InPlace;
use orgscope::{DepartmentId, Grant, Level};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A grant, and levels in places: `own; department in 7, 8`. As data it is the grant, or an object if there are places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    grant: Grant,
    places: Vec<Place>,
}

/// A level that is measured from these departments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a level in places as an object")]
struct Place {
    level: Level,
    #[serde(rename = "in")]
    departments: Vec<DepartmentId>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<Grant>,
    places: Vec<Place>,
}

impl Cell {
    pub(super) const NOTHING: &'static Self = &Self { grant: Grant::DENY, places: Vec::new() };

    /// The cell of a grant and levels in places, unless it is empty. A level in no departments is not measured, and so part of the grant.
    pub(super) fn of(grant: Grant, places: &[InPlace]) -> Option<Self> {
        let (measured, unmeasured): (Vec<&InPlace>, _) = places.iter().partition(|place| !place.departments.is_empty());
        let grant = match grant {
            Grant::Level(level) => unmeasured.iter().fold(level, |level, place| level.join(place.level)).into(),
            Grant::Allow => Grant::Allow,
        };
        let place = |place: &InPlace| Place { level: place.level, departments: place.departments.clone() };
        let places: Vec<Place> = measured.into_iter().map(place).collect();
        Some(Self { grant, places }).filter(|cell| cell != Self::NOTHING)
    }

    /// The cell as text, with this name of each department.
    pub(super) fn named(&self, name: impl Fn(&DepartmentId) -> String) -> String {
        let in_place = |Place { level, departments }: &Place| {
            let departments: Vec<String> = departments.iter().map(&name).collect();
            format!("{level} in {}", departments.join(", "))
        };
        let grant = (self.grant != Grant::DENY || self.places.is_empty()).then(|| self.grant.to_string());
        grant.into_iter().chain(self.places.iter().map(in_place)).collect::<Vec<_>>().join("; ")
    }
}

impl Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.named(DepartmentId::to_string))
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.places.is_empty() {
            return self.grant.serialize(serializer);
        }
        let level = Some(self.grant).filter(|grant| *grant != Grant::DENY);
        Written { level, places: self.places.clone() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CellVisitor;

        impl<'de> Visitor<'de> for CellVisitor {
            type Value = Cell;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a level such as `own`, or an object with `level` and `places`")
            }
            fn visit_str<E: Error>(self, word: &str) -> Result<Cell, E> {
                Ok(Cell { grant: word.parse().map_err(E::custom)?, places: Vec::new() })
            }
            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Cell, A::Error> {
                let Written { level, places } = Written::deserialize(MapAccessDeserializer::new(object))?;
                Ok(Cell { grant: level.unwrap_or(Grant::DENY), places })
            }
        }

        deserializer.deserialize_any(CellVisitor)
    }
}
