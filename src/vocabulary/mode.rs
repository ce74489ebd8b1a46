//! The two choices that a document makes once: for its delegates, and for the records of a type that nobody owns.

use std::fmt::{self, Display};
use std::str::FromStr;

use thiserror::Error;

/// What a delegate, who may edit roles and is no administrator, may hand out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Delegation {
    /// No more than the delegate's own level.
    #[default]
    Contained,
    /// Anything that the role takes.
    Open,
}

/// Whom a record without owner belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Unowned {
    /// To nobody: only `all`, the open flag and shares reach it.
    #[default]
    Restricted,
    /// To everybody: it counts as everyone's own.
    Pool,
}

/// A text that is not one of the two words of a [`Delegation`] or an [`Unowned`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is not known here: write `{}` or `{}`", words[0], words[1])]
pub struct UnknownMode {
    text: String,
    words: [&'static str; 2],
}

macro_rules! two_words {
    ($mode:ident: $first:ident = $first_word:literal, $second:ident = $second_word:literal) => {
        impl $mode {
            /// The word that documents write.
            pub const fn as_str(self) -> &'static str {
                match self {
                    Self::$first => $first_word,
                    Self::$second => $second_word,
                }
            }
        }

        impl Display for $mode {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl FromStr for $mode {
            type Err = UnknownMode;

            fn from_str(text: &str) -> Result<Self, UnknownMode> {
                match text {
                    $first_word => Ok(Self::$first),
                    $second_word => Ok(Self::$second),
                    _ => Err(UnknownMode { text: text.to_owned(), words: [$first_word, $second_word] }),
                }
            }
        }
    };
}
two_words! { Delegation: Contained = "contained", Open = "open" }
two_words! { Unowned: Restricted = "restricted", Pool = "pool" }
