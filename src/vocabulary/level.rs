//! Levels: how far a permission reaches.

use std::cmp::Ordering;
use std::str::FromStr;

use crate::vocabulary::word::{self, UnknownWord, spelled};

/// How far a permission reaches: one of eight sets of records.
///
/// | level | reaches |
/// |---|---|
/// | `deny` | nothing |
/// | `own` | the records that the user owns |
/// | `department` | `own`, and the records owned by members of the user's departments |
/// | `department+sub` | `department`, and the records owned by members of any department below those |
/// | `all` | every record of the type |
/// | `own+open`, `department+open`, `department+sub+open` | the same, and every record with the flag "available to everyone" |
///
/// Levels are sets, so two of them need not be comparable: `own+open` and `department` each reach records that the
/// other does not. [`PartialOrd`] is inclusion, and [`join`](Self::join) is the union. `deny` is the bottom and not a
/// veto: joining it with a level gives that level.
///
/// ```
/// use orgscope::Level;
///
/// assert!(Level::Own < Level::Department);
/// assert_eq!(Level::OwnOpen.partial_cmp(&Level::Department), None);
/// assert_eq!(Level::OwnOpen.join(Level::Department), Level::DepartmentOpen);
/// assert_eq!("department+sub".parse(), Ok(Level::DepartmentSub));
/// assert_eq!(serde_json::to_string(&Level::DepartmentSub)?, r#""department+sub""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Level {
    /// Nothing.
    #[default]
    Deny = 0,
    /// Own records.
    Own = OWN,
    /// Own records, and those of the members of the user's departments.
    Department = OWN | DEPARTMENT,
    /// The same, and those of the members of all departments below.
    DepartmentSub = OWN | DEPARTMENT | SUB,
    /// Own records, and open ones.
    OwnOpen = OWN | OPEN,
    /// As [`Department`](Self::Department), and open ones.
    DepartmentOpen = OWN | DEPARTMENT | OPEN,
    /// As [`DepartmentSub`](Self::DepartmentSub), and open ones.
    DepartmentSubOpen = OWN | DEPARTMENT | SUB | OPEN,
    /// Every record of the type: open or not, owned or not.
    All = OWN | DEPARTMENT | SUB | OPEN | ALL,
}

// The five parts that levels are made of, each a relation between a record and the user. A level reaches a record if
// they have a part in common.
pub(crate) const OWN: u8 = 1;
pub(crate) const DEPARTMENT: u8 = 1 << 1;
pub(crate) const SUB: u8 = 1 << 2;
pub(crate) const OPEN: u8 = 1 << 3;
pub(crate) const ALL: u8 = 1 << 4;

impl Level {
    /// The eight levels, each after those that it includes, in the order of canonical documents.
    pub const EACH: [Self; 8] = [
        Self::Deny,
        Self::Own,
        Self::Department,
        Self::DepartmentSub,
        Self::OwnOpen,
        Self::DepartmentOpen,
        Self::DepartmentSubOpen,
        Self::All,
    ];

    /// The level that reaches exactly what at least one of the two reaches.
    #[inline]
    pub const fn join(self, other: Self) -> Self {
        Self::least_with(self.parts() | other.parts())
    }

    /// Whether this level reaches everything that `other` reaches.
    #[inline]
    pub const fn includes(self, other: Self) -> bool {
        self.parts() & other.parts() == other.parts()
    }

    /// The level as documents spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Own => "own",
            Self::Department => "department",
            Self::DepartmentSub => "department+sub",
            Self::OwnOpen => "own+open",
            Self::DepartmentOpen => "department+open",
            Self::DepartmentSubOpen => "department+sub+open",
            Self::All => "all",
        }
    }

    /// The parts that do not depend on departments: `own`, `own+open`, or `deny`. A level that reaches everything stays.
    pub(crate) const fn without_departments(self) -> Self {
        Self::least_with(self.parts() & (OWN | OPEN | ALL))
    }

    /// The parts of this level, as bits.
    #[inline]
    pub(crate) const fn parts(self) -> u8 {
        self as u8
    }

    /// The smallest level with these parts. The parts of a union of levels are themselves a level, so a join adds
    /// nothing.
    pub(crate) const fn least_with(parts: u8) -> Self {
        let open = parts & OPEN != 0;
        if parts & ALL != 0 {
            Self::All
        } else if parts & SUB != 0 {
            if open { Self::DepartmentSubOpen } else { Self::DepartmentSub }
        } else if parts & DEPARTMENT != 0 {
            if open { Self::DepartmentOpen } else { Self::Department }
        } else if open {
            Self::OwnOpen
        } else if parts & OWN != 0 {
            Self::Own
        } else {
            Self::Deny
        }
    }
}

/// Compares by inclusion: `None` if neither level includes the other.
impl PartialOrd for Level {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self.includes(*other), other.includes(*self)) {
            (true, true) => Some(Ordering::Equal),
            (true, false) => Some(Ordering::Greater),
            (false, true) => Some(Ordering::Less),
            (false, false) => None,
        }
    }
}

impl FromStr for Level {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        word::parse("unknown level", &Self::EACH, Self::as_str, text)
    }
}

/// The grant of a role, or of a user, for one permission: a level, or `allow` for a toggle. `deny` is [`Level::Deny`]
/// for both.
///
/// ```
/// use orgscope::{Grant, Level};
///
/// assert_eq!("allow".parse(), Ok(Grant::Allow));
/// assert_eq!("own+open".parse(), Ok(Grant::Level(Level::OwnOpen)));
/// assert_eq!("owm".parse::<Grant>().unwrap_err().to_string(), "unknown level `owm`: expected `deny`, `own`, \
///     `department`, `department+sub`, `own+open`, `department+open`, `department+sub+open` or `all`, or for a \
///     toggle `allow` or `deny`");
/// ```
///
/// serde reads and writes the same words:
///
/// ```
/// # use orgscope::{Grant, Level};
/// assert_eq!(serde_json::to_string(&Grant::Level(Level::OwnOpen))?, r#""own+open""#);
/// assert_eq!(serde_json::from_str::<Grant>(r#""allow""#)?, Grant::Allow);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Grant {
    /// A level, or `deny` for a toggle.
    Level(Level),
    /// `allow`, for a toggle.
    Allow,
}

impl Grant {
    /// `deny`, the grant of a role for every permission that it does not mention.
    pub const DENY: Self = Self::Level(Level::Deny);

    /// The grant as documents spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Level(level) => level.as_str(),
            Self::Allow => "allow",
        }
    }
}

impl From<Level> for Grant {
    fn from(level: Level) -> Self {
        Self::Level(level)
    }
}

impl FromStr for Grant {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        if text == "allow" {
            return Ok(Self::Allow);
        }
        text.parse().map(Self::Level).map_err(|error: UnknownWord| error.or(", or for a toggle `allow` or `deny`"))
    }
}

spelled! {
    Level: "a level such as `own`"
    Grant: "a level such as `own`, or `allow` (quote a name with a dot: \"contact.read\")"
}
