//! How single fields are read: words of a closed list, `null`, and maps whose keys stand once.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

/// A word of a closed list (a [`Level`](crate::Level), a [`Grant`](crate::Grant), …), or the text that stands in its
/// place. A misspelt word is one of the problems that loading a document reports all at once.
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
    /// The word.
    Known(T),
    /// A text that is none of the words.
    Unknown(String),
}

impl<T> From<T> for Word<T> {
    fn from(word: T) -> Self {
        Self::Known(word)
    }
}

impl<T: Default> Default for Word<T> {
    fn default() -> Self {
        Self::Known(T::default())
    }
}

impl<T: FromStr> Word<T> {
    /// The word, or what is wrong with the text.
    pub(crate) fn known(&self) -> Result<T, T::Err>
    where
        T: Copy,
    {
        match self {
            Self::Known(word) => Ok(*word),
            Self::Unknown(text) => text.parse(),
        }
    }
}

impl<T: Display> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(word) => serializer.collect_str(word),
            Self::Unknown(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de, T: FromStr> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordVisitor<T>(PhantomData<fn() -> T>);

        impl<T: FromStr> Visitor<'_> for WordVisitor<T> {
            type Value = Word<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a word")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(text.parse().map_or_else(|_| Word::Unknown(text.to_owned()), Word::Known))
            }
        }

        deserializer.deserialize_str(WordVisitor(PhantomData))
    }
}

/// Reads a field for which `null` means the same as leaving it out.
pub(crate) fn null_is_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a map in which a key that stands twice is an error: the last one must not win in silence. An entry that is
/// `null` is left out.
pub(crate) fn unique_keys<'de, T, D>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    struct UniqueKeys<T>(BTreeMap<String, Option<T>>);
    struct MapVisitor<T>(PhantomData<fn() -> T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for MapVisitor<T> {
        type Value = UniqueKeys<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            let mut map = BTreeMap::new();
            while let Some(key) = entries.next_key::<String>()? {
                if map.contains_key(&key) {
                    return Err(A::Error::custom(format_args!("duplicate field `{key}`")));
                }
                map.insert(key, entries.next_value()?);
            }
            Ok(UniqueKeys(map))
        }
    }

    impl<'de, T: Deserialize<'de>> Deserialize<'de> for UniqueKeys<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(MapVisitor(PhantomData))
        }
    }

    let map = Option::<UniqueKeys<T>>::deserialize(deserializer)?.map_or_else(BTreeMap::new, |map| map.0);
    Ok(map.into_iter().filter_map(|(key, value)| Some((key, value?))).collect())
}

/// For `skip_serializing_if`: whether a field holds what leaving it out means.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
