//! Readers of single fields: words of a closed list, flags, texts, `null`, and maps with unique keys.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use indexmap::IndexMap;
use serde::de::value::{self, MapAccessDeserializer, SeqAccessDeserializer, StrDeserializer};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::vocabulary::word::Spelled;

/// A word of a closed list (a [`Level`](crate::Level), a [`Grant`](crate::Grant), …), or the unknown text in its place.
/// A misspelt word is one of the problems that loading a document reports all at once.
///
/// ```
/// use orgscope::Level;
/// use orgscope::document::Word;
///
/// assert_eq!(serde_json::from_str::<Word<Level>>(r#""own""#)?, Word::Known(Level::Own));
/// assert_eq!(serde_json::from_str::<Word<Level>>(r#""owm""#)?, Word::Unknown("owm".to_owned()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word<T> {
    /// A known word.
    Known(T),
    /// Text that is not one of the words.
    Unknown(String),
}

impl<T> From<T> for Word<T> {
    fn from(word: T) -> Self {
        Self::Known(word)
    }
}

impl<T: FromStr + Copy> Word<T> {
    /// The word, or the error for the text.
    pub(crate) fn known(&self) -> Result<T, T::Err> {
        match self {
            Self::Known(word) => Ok(*word),
            Self::Unknown(text) => text.parse(),
        }
    }
}

impl<T: Default> Default for Word<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

impl<T: Serialize> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(word) => word.serialize(serializer),
            Self::Unknown(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de, T: Spelled + Deserialize<'de>> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordVisitor<T>(PhantomData<fn() -> T>);

        impl<'de, T: Spelled + Deserialize<'de>> Visitor<'de> for WordVisitor<T> {
            type Value = Word<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::EXPECTED)
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                let word = T::deserialize(StrDeserializer::<value::Error>::new(text));
                Ok(word.map_or_else(|_| Word::Unknown(text.to_owned()), Word::Known))
            }
            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(object)).map(Word::Known)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
                if !T::TAKES_LISTS {
                    return Err(A::Error::invalid_type(Unexpected::Seq, &self));
                }
                T::deserialize(SeqAccessDeserializer::new(items)).map(Word::Known)
            }
        }

        deserializer.deserialize_any(WordVisitor(PhantomData))
    }
}

/// Reads a flag. Written by hand, because YAML readers accept the text `"true"` as a flag.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    optional_flag(deserializer).map(Option::unwrap_or_default)
}

/// Reads a flag or `null`.
pub(crate) fn optional_flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    struct FlagVisitor;

    impl Visitor<'_> for FlagVisitor {
        type Value = Option<bool>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("`true` or `false`")
        }
        fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
            Ok(Some(flag))
        }
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(FlagVisitor)
}

/// Reads a flag that is required.
pub(crate) fn required_flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let flag = optional_flag(deserializer)?;
    flag.ok_or_else(|| D::Error::invalid_type(Unexpected::Other("null"), &"`true` or `false`"))
}

/// Reads text. Written by hand, because YAML readers accept the number `7` as text.
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = optional_text(deserializer)?;
    text.ok_or_else(|| D::Error::invalid_type(Unexpected::Other("null"), &"a text"))
}

/// Reads text or `null`.
pub(crate) fn optional_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct TextVisitor;

    impl Visitor<'_> for TextVisitor {
        type Value = Option<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.to_owned()))
        }
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }

    deserializer.deserialize_any(TextVisitor)
}

/// Reads a field for which `null` means the default.
pub(crate) fn null_is_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads an array; `null` is an empty one.
pub(crate) fn array<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    optional_array(deserializer).map(Option::unwrap_or_default)
}

/// Reads an array that is required.
pub(crate) fn required_array<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let array = optional_array(deserializer)?;
    array.ok_or_else(|| D::Error::invalid_type(Unexpected::Other("null"), &"an array"))
}

/// Reads an array or `null`.
pub(crate) fn optional_array<'de, T, D>(deserializer: D) -> Result<Option<Vec<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    struct ArrayVisitor<T>(PhantomData<fn() -> T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for ArrayVisitor<T> {
        type Value = Option<Vec<T>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an array")
        }
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            let mut array = Vec::new();
            while let Some(item) = items.next_element()? {
                array.push(item);
            }
            Ok(Some(array))
        }
        fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
            Err(A::Error::invalid_type(Unexpected::Other("object"), &self))
        }
    }

    deserializer.deserialize_any(ArrayVisitor(PhantomData))
}

/// Reads a map in which a duplicate key is an error instead of a silent replacement. An entry that is `null` is left
/// out, and `null` is an empty map.
pub(crate) fn unique_keys<'de, T, D>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    unique_entries(deserializer).map(|entries| entries.into_iter().collect())
}

/// The same in the order of the map.
pub(crate) fn unique_entries<'de, T, D>(deserializer: D) -> Result<Vec<(String, T)>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    struct MapVisitor<T>(PhantomData<fn() -> T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for MapVisitor<T> {
        type Value = IndexMap<String, Option<T>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(IndexMap::new())
        }
        fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
            Err(A::Error::invalid_type(Unexpected::Other("array"), &self))
        }
        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut map = IndexMap::new();
            while let Some(key) = entries.next_key::<String>()? {
                if map.contains_key(&key) {
                    return Err(A::Error::custom(format_args!("duplicate field `{key}`")));
                }
                map.insert(key, entries.next_value()?);
            }
            Ok(map)
        }
    }

    let map = deserializer.deserialize_any(MapVisitor(PhantomData))?;
    Ok(map.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
}

/// Writes pairs as an object, in their order.
pub(crate) fn entries<E, K, V, S>(entries: &E, serializer: S) -> Result<S::Ok, S::Error>
where
    E: AsRef<[(K, V)]>,
    K: Serialize,
    V: Serialize,
    S: Serializer,
{
    serializer.collect_map(entries.as_ref().iter().map(|(key, value)| (key, value)))
}

/// Whether a field has its default value, for `skip_serializing_if`.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
