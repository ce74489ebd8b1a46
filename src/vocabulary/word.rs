//! The words of closed lists, as documents and logs spell them.

use thiserror::Error;

/// The error for text that is not one of the expected words.
///
/// ```
/// use orgscope::document::Delegation;
///
/// let unknown = "closed".parse::<Delegation>().unwrap_err();
/// assert_eq!(unknown.to_string(), "unknown delegation `closed`: expected `contained` or `open`");
/// assert_eq!(unknown.word(), "closed");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{what} `{word}`: expected {expected}")]
pub struct UnknownWord {
    /// The beginning of the message, for example `unknown level`.
    what: &'static str,
    word: String,
    expected: String,
}

impl UnknownWord {
    /// The unknown text.
    pub fn word(&self) -> &str {
        &self.word
    }

    pub(crate) fn new(what: &'static str, word: &str, expected: impl Into<String>) -> Self {
        Self { what, word: word.to_owned(), expected: expected.into() }
    }

    /// Appends to the list of expected words.
    pub(crate) fn or(mut self, more: &str) -> Self {
        self.expected += more;
        self
    }
}

/// A value that documents may spell as a word.
pub(crate) trait Spelled: Sized {
    /// The `expected` part of the message about a value of another type.
    const EXPECTED: &'static str;
    /// Whether documents may spell it as a list too.
    const TAKES_LISTS: bool = false;
}

/// Finds the word with this spelling in a list.
pub(crate) fn parse<T: Copy>(
    what: &'static str,
    words: &[T],
    spelling: impl Fn(T) -> &'static str,
    text: &str,
) -> Result<T, UnknownWord> {
    words.iter().copied().find(|word| spelling(*word) == text).ok_or_else(|| {
        let quoted: Vec<String> = words.iter().map(|word| format!("`{}`", spelling(*word))).collect();
        let (last, others) = quoted.split_last().expect("INVARIANT: lists of words are not empty");
        UnknownWord::new(what, text, format!("{} or {last}", others.join(", ")))
    })
}

/// Implements `Display` and serde's traits for a type with `as_str` and `FromStr`, whose values are words.
macro_rules! spelled {
    ($($type:ty: $expected:literal)*) => { $(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::vocabulary::word::Spelled for $type {
            const EXPECTED: &'static str = $expected;
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl serde::de::Visitor<'_> for Visitor {
                    type Value = $type;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str($expected)
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                }

                deserializer.deserialize_any(Visitor)
            }
        }
    )* };
}
pub(crate) use spelled;
