//! Subjects of assignments, subjects of shares, and owners of records.

use std::fmt::{self, Display};
use std::sync::Arc;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};

use crate::vocabulary::id::{BorrowedText, DepartmentId, DepartmentRef, GroupId, GroupRef, Id, UserId, UserRef, kind};
use crate::vocabulary::word::{Spelled, UnknownWord};

/// The users whom a role is assigned to.
///
/// Assignments are evaluated live: a user who joins a department has its roles at once. The order is that of canonical
/// documents.
///
/// ```
/// use orgscope::Subject;
///
/// let team: Subject = serde_json::from_str(r#"{"department+sub": "sales"}"#)?;
/// assert_eq!(team, Subject::department_sub("sales"));
/// assert_eq!(serde_json::to_string(&Subject::Supervisors)?, r#""supervisors""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// Every head of a department.
    Supervisors,
    /// Every deputy of a department.
    Deputies,
    /// Every user who is a member, head or deputy of some department.
    Employees,
    /// The users whom the host application marks as administrators.
    Administrators,
    /// Every user of the document.
    Everyone,
    /// One user.
    User(UserId),
    /// The direct members, heads and deputies of a department.
    Department(DepartmentId),
    /// The members, heads and deputies of a department and of all departments below it.
    #[serde(rename = "department+sub")]
    DepartmentSub(DepartmentId),
    /// The members of a group.
    Group(GroupId),
}

impl Subject {
    /// One user.
    pub fn user(id: impl Into<UserId>) -> Self {
        Self::User(id.into())
    }

    /// The direct members, heads and deputies of a department.
    pub fn department(id: impl Into<DepartmentId>) -> Self {
        Self::Department(id.into())
    }

    /// The members, heads and deputies of a department and of all departments below it.
    pub fn department_sub(id: impl Into<DepartmentId>) -> Self {
        Self::DepartmentSub(id.into())
    }

    /// The members of a group.
    pub fn group(id: impl Into<GroupId>) -> Self {
        Self::Group(id.into())
    }

    /// The error for a word that [`dynamic`](Self::dynamic) does not know.
    pub(crate) fn unknown(word: &str) -> UnknownWord {
        UnknownWord::new("unknown subject", word, SUBJECT.trim_start_matches("a subject: "))
    }

    /// Whether it has no id: it contains users by what they are.
    pub(crate) fn is_dynamic(&self) -> bool {
        !matches!(self, Self::User(_) | Self::Department(_) | Self::DepartmentSub(_) | Self::Group(_))
    }

    /// The subject without an id that is written as this word.
    pub(crate) fn dynamic(word: &str) -> Option<Self> {
        match word {
            "supervisors" => Some(Self::Supervisors),
            "deputies" => Some(Self::Deputies),
            "employees" => Some(Self::Employees),
            "administrators" => Some(Self::Administrators),
            "everyone" => Some(Self::Everyone),
            _ => None,
        }
    }
}

/// Writes the subject as messages name it: `department+sub sales`, `supervisors`.
impl Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user {id}"),
            Self::Department(id) => write!(f, "department {id}"),
            Self::DepartmentSub(id) => write!(f, "department+sub {id}"),
            Self::Group(id) => write!(f, "group {id}"),
            Self::Supervisors => f.write_str("supervisors"),
            Self::Deputies => f.write_str("deputies"),
            Self::Employees => f.write_str("employees"),
            Self::Administrators => f.write_str("administrators"),
            Self::Everyone => f.write_str("everyone"),
        }
    }
}

/// A subject that a record is shared with: one of those with an id.
///
/// ```
/// use orgscope::{Facts, Share};
///
/// let facts = Facts::owned_by("ann").shared_with(Share::group("tender"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase", bound = "")]
pub enum Share<Text: AsRef<str> = Arc<str>> {
    /// One user.
    User(Id<kind::User, Text>),
    /// The direct members, heads and deputies of a department.
    Department(Id<kind::Department, Text>),
    /// The members, heads and deputies of a department and of all departments below it.
    #[serde(rename = "department+sub")]
    DepartmentSub(Id<kind::Department, Text>),
    /// The members of a group.
    Group(Id<kind::Group, Text>),
}

/// A [`Share`] that borrows, as [`Facts`](crate::Facts) hold it.
pub type ShareRef<'a> = Share<BorrowedText<'a>>;

impl<'a> ShareRef<'a> {
    /// One user.
    pub fn user(id: impl Into<UserRef<'a>>) -> Self {
        Self::User(id.into())
    }

    /// The direct members, heads and deputies of a department.
    pub fn department(id: impl Into<DepartmentRef<'a>>) -> Self {
        Self::Department(id.into())
    }

    /// The members, heads and deputies of a department and of all departments below it.
    pub fn department_sub(id: impl Into<DepartmentRef<'a>>) -> Self {
        Self::DepartmentSub(id.into())
    }

    /// The members of a group.
    pub fn group(id: impl Into<GroupRef<'a>>) -> Self {
        Self::Group(id.into())
    }
}

impl<'a> From<&'a Share> for ShareRef<'a> {
    fn from(share: &'a Share) -> Self {
        share.borrowed()
    }
}

impl From<ShareRef<'_>> for Share {
    fn from(share: ShareRef<'_>) -> Self {
        match share {
            Share::User(id) => Self::User(id.into()),
            Share::Department(id) => Self::Department(id.into()),
            Share::DepartmentSub(id) => Self::DepartmentSub(id.into()),
            Share::Group(id) => Self::Group(id.into()),
        }
    }
}

impl Share {
    /// The same share with borrowed text, as [`Facts`](crate::Facts) take it.
    pub fn borrowed(&self) -> ShareRef<'_> {
        match self {
            Self::User(id) => Share::User(id.borrowed()),
            Self::Department(id) => Share::Department(id.borrowed()),
            Self::DepartmentSub(id) => Share::DepartmentSub(id.borrowed()),
            Self::Group(id) => Share::Group(id.borrowed()),
        }
    }
}

/// An owner of a record: a user or a department.
///
/// The id of a user converts into an owner. For a department, write [`Owner::department`].
///
/// ```
/// use orgscope::{Facts, Owner};
///
/// let mine = Facts::owned_by(17);
/// let the_teams = Facts::owned_by(Owner::department("sales-south"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase", bound = "")]
pub enum Owner<Text: AsRef<str> = Arc<str>> {
    /// A user.
    User(Id<kind::User, Text>),
    /// A department.
    Department(Id<kind::Department, Text>),
}

/// An [`Owner`] that borrows, as [`Facts`](crate::Facts) hold it.
pub type OwnerRef<'a> = Owner<BorrowedText<'a>>;

impl<'a> OwnerRef<'a> {
    /// A user.
    pub fn user(id: impl Into<UserRef<'a>>) -> Self {
        Self::User(id.into())
    }

    /// A department.
    pub fn department(id: impl Into<DepartmentRef<'a>>) -> Self {
        Self::Department(id.into())
    }
}

impl Owner {
    /// The same owner with borrowed text, as [`Facts`](crate::Facts) take it.
    pub fn borrowed(&self) -> OwnerRef<'_> {
        match self {
            Self::User(id) => Owner::User(id.borrowed()),
            Self::Department(id) => Owner::Department(id.borrowed()),
        }
    }
}

macro_rules! owner_from_user_id {
    ($($id:ty)*) => { $(
        impl<'a> From<$id> for OwnerRef<'a> {
            #[inline]
            fn from(user: $id) -> Self {
                Self::User(user.into())
            }
        }
    )* };
}
#[cfg(feature = "uuid")]
owner_from_user_id! { uuid::Uuid &'a uuid::Uuid }
owner_from_user_id! { i8 i16 i32 i64 u8 u16 u32 &'a str &'a String &'a UserId UserRef<'a> }

impl<'a> From<&'a Owner> for OwnerRef<'a> {
    fn from(owner: &'a Owner) -> Self {
        owner.borrowed()
    }
}

impl From<OwnerRef<'_>> for Owner {
    fn from(owner: OwnerRef<'_>) -> Self {
        match owner {
            Owner::User(id) => Self::User(id.into()),
            Owner::Department(id) => Self::Department(id.into()),
        }
    }
}

/// The `expected` part of the message where a subject is read.
const SUBJECT: &str = "a subject: an object with the one key `user`, `department`, `department+sub` or \
                                  `group`, or one of the words `supervisors`, `deputies`, `employees`, \
                                  `administrators` and `everyone`";

const WITH_ID: [&str; 4] = ["user", "department", "department+sub", "group"];

/// Reads a subject, a share or an owner, which are all spelled the same way. Written by hand, because a derived enum
/// reports only `expected value` if an object has a second key.
struct SubjectVisitor {
    with_id: &'static [&'static str],
    takes_words: bool,
    expecting: &'static str,
}

impl<'de> Visitor<'de> for SubjectVisitor {
    type Value = Subject;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Subject, E> {
        let known = Subject::dynamic(word).filter(|_| self.takes_words);
        known.ok_or_else(|| E::invalid_value(Unexpected::Str(word), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Subject, A::Error> {
        let Some(key) = map.next_key::<String>()? else {
            return Err(A::Error::invalid_value(Unexpected::Other("an empty object"), &self));
        };
        if !self.with_id.contains(&key.as_str()) {
            return Err(A::Error::invalid_value(Unexpected::Other(&format!("the key `{key}`")), &self));
        }
        let subject = match key.as_str() {
            "user" => Subject::User(map.next_value()?),
            "group" => Subject::Group(map.next_value()?),
            "department" => Subject::Department(map.next_value()?),
            _ => Subject::DepartmentSub(map.next_value()?),
        };
        match map.next_key::<String>()? {
            None => Ok(subject),
            Some(second) if ["in", "from", "until"].contains(&second.as_str()) && self.takes_words => {
                let what = if second == "in" { "the place" } else { "the period's" };
                Err(A::Error::custom(format_args!(
                    "{what} `{second}` stands beside the subject: write `{{\"to\": {{\"{key}\": …}}, \"{second}\": …}}`, or \
                     `{second}` beside `subject` in a command"
                )))
            }
            Some(second) => {
                Err(A::Error::invalid_value(Unexpected::Other(&format!("the second key `{second}`")), &self))
            }
        }
    }
}

impl Spelled for Subject {
    const EXPECTED: &'static str = SUBJECT;
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SubjectVisitor { with_id: &WITH_ID, takes_words: true, expecting: SUBJECT })
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let subject = deserializer.deserialize_any(SubjectVisitor {
            with_id: &WITH_ID,
            takes_words: false,
            expecting: "a subject to share with: an object with the one key `user`, `department`, `department+sub` or \
                        `group`",
        })?;
        match subject {
            Subject::User(id) => Ok(Self::User(id)),
            Subject::Department(id) => Ok(Self::Department(id)),
            Subject::DepartmentSub(id) => Ok(Self::DepartmentSub(id)),
            Subject::Group(id) => Ok(Self::Group(id)),
            dynamic => Err(D::Error::custom(format_args!("a record can't be shared with `{dynamic}`"))),
        }
    }
}

impl<'de> Deserialize<'de> for Owner {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let subject = deserializer.deserialize_any(SubjectVisitor {
            with_id: &["user", "department"],
            takes_words: false,
            expecting: "an owner: an object with the one key `user` or `department`",
        })?;
        match subject {
            Subject::User(id) => Ok(Self::User(id)),
            Subject::Department(id) => Ok(Self::Department(id)),
            other => Err(D::Error::custom(format_args!("a record can't be owned by `{other}`"))),
        }
    }
}
