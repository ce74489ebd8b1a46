//! What a cell of a matrix says.

use std::fmt::{self, Display};

use orgscope::catalogue::InPlace;
use orgscope::{Grant, Policy};
use serde::de::{Deserialize, Deserializer, Error};
use serde::{Serialize, Serializer};

/// A grant, and levels in places: `own; department in Sales, Support`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell(String);

impl Cell {
    /// What somebody has, unless it is nothing.
    pub(super) fn of(grant: Grant, places: &[InPlace], policy: &Policy) -> Option<Self> {
        let in_place = |place: &InPlace| {
            let departments: Vec<String> = place.departments.iter().map(|id| policy.department_name(id)).collect();
            format!("{} in {}", place.level, departments.join(", "))
        };
        let grant = (grant != Grant::DENY).then(|| grant.to_string());
        let parts: Vec<String> = grant.into_iter().chain(places.iter().map(in_place)).collect();
        (!parts.is_empty()).then(|| Self(parts.join("; ")))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let level = text.split_once(" in ").map_or(&*text, |(before, _)| before);
        let level = level.split_once("; ").map_or(level, |(before, _)| before);
        level.parse::<Grant>().map_err(D::Error::custom)?;
        Ok(Self(text))
    }
}
