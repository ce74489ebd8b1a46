//! The two-way choices of a document: what delegates may give, and how records without an owner count.

use std::str::FromStr;

use crate::vocabulary::word::{self, UnknownWord, spelled};

/// How much a delegate (a role editor who is not an administrator) may grant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Delegation {
    /// At most the delegate's own level.
    #[default]
    Contained,
    /// Every level that the action takes.
    Open,
}

/// How a record without an owner counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Unowned {
    /// As nobody's: only `all`, the open flag and shares reach it.
    #[default]
    Restricted,
    /// As every user's own.
    Pool,
}

impl Delegation {
    /// The word in documents.
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
    /// The word in documents.
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
