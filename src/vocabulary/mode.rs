//! The two choices that a document makes once: for its delegates, and for the records of a type that nobody owns.

use std::str::FromStr;

use crate::vocabulary::word::{self, UnknownWord, spelled};

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

impl Delegation {
    /// The word that documents write.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contained => "contained",
            Self::Open => "open",
        }
    }
}

impl FromStr for Delegation {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        word::parse("unknown delegation", &[Self::Contained, Self::Open], Self::as_str, text)
    }
}

impl Unowned {
    /// The word that documents write.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Restricted => "restricted",
            Self::Pool => "pool",
        }
    }
}

impl FromStr for Unowned {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        word::parse("unknown mode", &[Self::Restricted, Self::Pool], Self::as_str, text)
    }
}

spelled! {
    Delegation: "`contained` or `open`"
    Unowned: "`restricted` or `pool`"
}
