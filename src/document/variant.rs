//! Variants of a resource type as written.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::document::word::{is_default, optional_array, text};
use crate::vocabulary::id::VariantId;

/// A variant of the records of a type: a stage, a pipeline, a category. Roles may give it levels of its own.
///
/// As data it is an object, or its name alone if that is its only value.
///
/// ```
/// use orgscope::document::Variant;
///
/// assert_eq!(serde_json::from_str::<Variant>(r#""new""#)?, Variant::from("new"));
/// let won: Variant = serde_json::from_str(r#"{"name": "won", "values": [7, "C5:WON"]}"#)?;
/// assert_eq!(won, Variant::new("won", [7]).or("C5:WON"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Variant {
    /// The name, unique in its resource type.
    pub name: String,
    /// The values of the record's fact that mean it; the default is its name alone.
    pub values: Option<Vec<VariantId>>,
}

impl Variant {
    /// A variant with the values that mean it.
    pub fn new(name: impl Into<String>, values: impl IntoIterator<Item: Into<VariantId>>) -> Self {
        Self { name: name.into(), values: Some(values.into_iter().map(Into::into).collect()) }
    }

    /// Adds a value, so that integers and text can be mixed.
    pub fn or(mut self, value: impl Into<VariantId>) -> Self {
        let name = &self.name;
        self.values.get_or_insert_with(|| vec![name.as_str().into()]).push(value.into());
        self
    }

    /// The values that mean it: those written, or its name.
    pub(crate) fn each_value(&self) -> Vec<VariantId> {
        self.values.clone().unwrap_or_else(|| vec![self.name.as_str().into()])
    }
}

impl From<&str> for Variant {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), values: None }
    }
}

impl From<String> for Variant {
    fn from(name: String) -> Self {
        Self { name, values: None }
    }
}

/// The form of a variant whose values are not its name alone.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FullVariant {
    #[serde(deserialize_with = "text")]
    name: String,
    #[serde(default, deserialize_with = "optional_array", skip_serializing_if = "is_default")]
    values: Option<Vec<VariantId>>,
}

impl Serialize for Variant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { name, values } = self;
        match values {
            None => serializer.serialize_str(name),
            Some(_) => FullVariant { name: name.clone(), values: values.clone() }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Variant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct VariantVisitor;

        impl<'de> Visitor<'de> for VariantVisitor {
            type Value = Variant;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a variant as a text or as an object with a `name`")
            }
            fn visit_str<E: Error>(self, name: &str) -> Result<Variant, E> {
                Ok(Variant::from(name))
            }
            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<Variant, A::Error> {
                let FullVariant { name, values } = FullVariant::deserialize(MapAccessDeserializer::new(fields))?;
                Ok(Variant { name, values })
            }
            fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Variant, A::Error> {
                Err(A::Error::invalid_type(Unexpected::Other("array"), &self))
            }
        }

        deserializer.deserialize_any(VariantVisitor)
    }
}
