//! The cells of a matrix.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use orgscope::catalogue::InPlace;
use orgscope::document::{Levels, Word};
use orgscope::{DepartmentId, Grant, Level, Rights};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A grant, levels in places, and what variants have instead: `own; department in 7, 8; won: deny`. As data it is the
/// grant, or an object if there are places or variants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    grant: Grant,
    places: Vec<Place>,
    /// By name; without variants of their own.
    variants: BTreeMap<String, Cell>,
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    places: Vec<Place>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    variants: BTreeMap<String, Cell>,
}

impl Cell {
    pub(super) const NOTHING: &'static Self =
        &Self { grant: Grant::DENY, places: Vec::new(), variants: BTreeMap::new() };

    /// The cell of the levels of a role, unless it is empty.
    pub(super) fn of_levels(levels: Levels) -> Option<Self> {
        let known = |word: Word<Grant>| match word {
            Word::Known(grant) => grant,
            Word::Unknown(_) => Grant::DENY,
        };
        let (default, variants) = match levels {
            Levels::Alike(word) => (Some(word), BTreeMap::new()),
            Levels::ByVariant { default, variants } => (default, variants),
        };
        let mut cell = Self::of(default.map_or(Grant::DENY, known), &[]);
        cell.variants = variants.into_iter().map(|(variant, word)| (variant, Self::of(known(word), &[]))).collect();
        Some(cell).filter(|cell| cell != Self::NOTHING)
    }

    /// The cell of a user for a permission, unless it is empty.
    pub(super) fn of_rights(grant: Grant, permission: &str, rights: &Rights) -> Option<Self> {
        let mut cell = Self::of(grant, rights.in_places(permission));
        let variants = rights.in_variants(permission).iter();
        cell.variants = variants.map(|each| (each.variant.clone(), Self::of(each.grant, &each.places))).collect();
        Some(cell).filter(|cell| cell != Self::NOTHING)
    }

    /// The cell of a grant and levels in places. A level in no departments is not measured, and so part of the grant.
    pub(super) fn of(grant: Grant, places: &[InPlace]) -> Self {
        let (measured, unmeasured): (Vec<&InPlace>, _) = places.iter().partition(|place| !place.departments.is_empty());
        let grant = match grant {
            Grant::Level(level) => unmeasured.iter().fold(level, |level, place| level.join(place.level)).into(),
            Grant::Allow => Grant::Allow,
        };
        let place = |place: &InPlace| Place { level: place.level, departments: place.departments.clone() };
        let places: Vec<Place> = measured.into_iter().map(place).collect();
        Self { grant, places, variants: BTreeMap::new() }
    }

    /// The cell as text, with this name of each department.
    pub(super) fn named(&self, name: &dyn Fn(&DepartmentId) -> String) -> String {
        let in_place = |Place { level, departments }: &Place| {
            let departments: Vec<String> = departments.iter().map(name).collect();
            format!("{level} in {}", departments.join(", "))
        };
        let is_alone = self.places.is_empty() && self.variants.is_empty();
        let grant = (self.grant != Grant::DENY || is_alone).then(|| self.grant.to_string());
        let places = self.places.iter().map(in_place);
        let in_variant = |(variant, cell): (&String, &Self)| {
            let several = !cell.places.is_empty();
            let cell = cell.named(name);
            if several { format!("{variant}: ({cell})") } else { format!("{variant}: {cell}") }
        };
        let variants = self.variants.iter().map(in_variant);
        grant.into_iter().chain(places).chain(variants).collect::<Vec<_>>().join("; ")
    }
}

impl Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.named(&DepartmentId::to_string))
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { grant, places, variants } = self.clone();
        if places.is_empty() && variants.is_empty() {
            return grant.serialize(serializer);
        }
        let level = Some(grant).filter(|grant| *grant != Grant::DENY);
        Written { level, places, variants }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CellVisitor;

        impl<'de> Visitor<'de> for CellVisitor {
            type Value = Cell;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a level such as `own`, or an object with `level`, `places` and `variants`")
            }
            fn visit_str<E: Error>(self, word: &str) -> Result<Cell, E> {
                Ok(Cell::of(word.parse().map_err(E::custom)?, &[]))
            }
            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Cell, A::Error> {
                let Written { level, places, variants } = Written::deserialize(MapAccessDeserializer::new(object))?;
                Ok(Cell { grant: level.unwrap_or(Grant::DENY), places, variants })
            }
        }

        deserializer.deserialize_any(CellVisitor)
    }
}
