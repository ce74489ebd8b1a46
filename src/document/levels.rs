//! The levels of a role for one permission as written.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::document::word::{Word, unique_keys};
use crate::vocabulary::level::Grant;
use crate::vocabulary::word::Spelled;

/// The grant of a role for one permission: one for all records, or one for each variant that has its own.
///
/// ```
/// use orgscope::document::{Levels, Word};
/// use orgscope::{Grant, Level};
///
/// assert_eq!(serde_json::from_str::<Levels>(r#""own""#)?, Levels::from(Grant::from(Level::Own)));
/// let levels: Levels = serde_json::from_str(r#"{"default": "own", "won": "deny"}"#)?;
/// let Levels::ByVariant { default, variants } = levels else { unreachable!() };
/// assert_eq!(default, Some(Word::Known(Level::Own.into())));
/// assert_eq!(variants["won"], Word::Known(Grant::DENY));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum Levels {
    /// One for all records.
    Alike(Word<Grant>),
    /// One for each of these variants, and one for all other records.
    ByVariant {
        /// The grant for records of all other variants and of none; left out, it is `deny`.
        default: Option<Word<Grant>>,
        /// The grants of variants, by their names.
        variants: BTreeMap<String, Word<Grant>>,
    },
}

impl Levels {
    /// The key that stands for all records whose variant has no level of its own. No variant has this name.
    pub(crate) const DEFAULT: &'static str = "default";

    /// Sets the level of a variant.
    pub(crate) fn set(&mut self, variant: String, level: Word<Grant>) {
        if let Self::Alike(default) = self {
            let default = Some(default.clone()).filter(|default| *default != Word::Known(Grant::DENY));
            *self = Self::ByVariant { default, variants: BTreeMap::new() };
        }
        if let Self::ByVariant { variants, .. } = self {
            variants.insert(variant, level);
        }
    }
}

/// `deny` for all records.
impl Default for Levels {
    fn default() -> Self {
        Self::Alike(Word::Known(Grant::DENY))
    }
}

impl From<Grant> for Levels {
    fn from(grant: Grant) -> Self {
        Self::Alike(Word::Known(grant))
    }
}

impl Serialize for Levels {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Alike(grant) => grant.serialize(serializer),
            Self::ByVariant { default, variants } => {
                let mut map = serializer.serialize_map(None)?;
                if let Some(default) = default {
                    map.serialize_entry(Self::DEFAULT, default)?;
                }
                for (variant, level) in variants {
                    map.serialize_entry(variant, level)?;
                }
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Levels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LevelsVisitor;

        impl<'de> Visitor<'de> for LevelsVisitor {
            type Value = Levels;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(<Grant as Spelled>::EXPECTED)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Levels, E> {
                Ok(Levels::Alike(text.parse().map_or_else(|_| Word::Unknown(text.to_owned()), Word::Known)))
            }
            fn visit_map<A: MapAccess<'de>>(self, levels: A) -> Result<Levels, A::Error> {
                let mut variants = unique_keys(MapAccessDeserializer::new(levels))?;
                Ok(Levels::ByVariant { default: variants.remove(Levels::DEFAULT), variants })
            }
            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Levels, A::Error> {
                Err(A::Error::invalid_type(Unexpected::Seq, &self))
            }
        }

        deserializer.deserialize_any(LevelsVisitor)
    }
}
