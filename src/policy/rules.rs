//! The rules of what is valid, defined once: for documents, whose loader adds the path, and for commands, whose refusal
//! adds the index.

use std::fmt::{self, Display};

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::document::Word;
use crate::policy::unknown::UnknownPermission;
use crate::vocabulary::id::{DepartmentId, Id, RoleId, UserId};
use crate::vocabulary::index::MOST;
use crate::vocabulary::level::Grant;
use crate::vocabulary::period::{EmptyPeriod, Period};
use crate::vocabulary::place::Place;
use crate::vocabulary::subject::Subject;
use crate::vocabulary::time::{InvalidTime, Time};
use crate::vocabulary::word::UnknownWord;

/// The reason why a document is invalid, or a command on the state that it is applied to.
///
/// As data it is `{"code": "unknown_id", "message": "there is no user `ann`"}`. Codes never change; messages may.
///
/// ```
/// use orgscope::document::{Action, Document, ResourceType, Section};
/// use orgscope::{Command, Handle, Level, Policy};
/// use orgscope::rules::{Invalid, Kind, Rule};
///
/// let contact = ResourceType::new("contact").action(Action::new("read"));
/// let document = Document::new().section(Section::new("crm").resource(contact));
/// let authz = Handle::new(Policy::from_document(document)?);
///
/// let refusal = authz.apply([Command::rename_role("seller", "Sales")]).unwrap_err();
/// let Rule::Invalid(invalid) = refusal.rule() else { unreachable!() };
/// assert_eq!(*invalid, Invalid::UnknownId { kind: Kind::Role, id: "seller".to_owned(), hint: None });
/// assert_eq!(invalid.code(), "unknown_id");
/// assert_eq!(invalid.to_string(), "there is no role `seller`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Invalid {
    /// An id is the empty text.
    EmptyId,
    /// An id that should be new is taken.
    IdTaken {
        /// The kind of the id.
        kind: Kind,
        /// The id, as errors print it.
        id: String,
        /// The path of the other thing in the document.
        path: Option<String>,
    },
    /// A policy has more things of a kind than the library can number.
    TooMany {
        /// The kind: `departments`, `users`, `groups`, `roles`, `sections`, `actions`, or `actions on variants`.
        of: &'static str,
        /// The most that a policy may have.
        most: usize,
    },
    /// Nothing has the id.
    UnknownId {
        /// The kind of the id.
        kind: Kind,
        /// The id, as errors print it.
        id: String,
        /// A suggestion, for a message.
        hint: Option<String>,
    },
    /// A name is the empty text.
    EmptyName,
    /// A name of the schema holds a character that permissions can't be written with.
    NameWithCharacter {
        /// The name.
        name: String,
        /// The character.
        character: char,
    },
    /// A name that should be unique is taken.
    NameTaken {
        /// The name.
        name: String,
        /// The owner of the name: a path in the document, or a role.
        by: String,
        /// The scope in which the name must be unique.
        within: &'static str,
    },
    /// No section has the name.
    UnknownSection {
        /// The name.
        name: String,
        /// The existing sections, for a message.
        known: String,
    },
    /// No resource type has the name.
    UnknownResourceType {
        /// The name.
        name: String,
        /// The existing resource types, for a message.
        known: String,
    },
    /// No permission has the name.
    UnknownPermission(UnknownPermission),
    /// A required action does not exist in the resource type.
    UnknownAction {
        /// The resource type.
        resource: String,
        /// The name of the action.
        action: String,
        /// The actions that it has, for a message.
        known: String,
    },
    /// A permission belongs to another section.
    OtherSection {
        /// The permission.
        permission: String,
        /// Its section.
        section: String,
        /// The section that it should belong to.
        expected: String,
    },
    /// A word is not one of those allowed.
    UnknownWord(UnknownWord),
    /// A permission does not take the level.
    LevelNotTaken {
        /// The permission.
        permission: String,
        /// The grant that it does not take.
        grant: Grant,
        /// The grants that it takes, for a message.
        takes: String,
    },
    /// An item is repeated in a list.
    Repeated {
        /// The repeated item, as errors print it.
        item: String,
        /// The list.
        list: &'static str,
    },
    /// A role is assigned to a subject twice, in the same place.
    RepeatedAssignment {
        /// The subject.
        subject: Subject,
        /// The place, if the assignments have one.
        place: Option<Place>,
    },
    /// Departments would be below each other, or actions require each other.
    Cycle {
        /// The kind of its members: `departments` or `actions`.
        of: &'static str,
        /// The members, for a message.
        members: String,
    },
    /// A toggle has a field that only a levelled action may have.
    FieldOfToggle {
        /// The field.
        field: &'static str,
    },
    /// A toggle requires an action that is not a toggle.
    ToggleRequiresLevelled {
        /// The required action.
        action: String,
    },
    /// A variant has the name that stands for all records whose variant has no level of its own.
    ReservedName {
        /// The name.
        name: String,
    },
    /// A variant has an empty list of values.
    NoValues,
    /// A value means two variants of a type.
    ValueTaken {
        /// The value, as errors print it.
        value: String,
        /// The variant that has it too.
        variant: String,
    },
    /// A resource type has no variant of this name.
    UnknownVariant {
        /// The resource type.
        resource: String,
        /// The name.
        name: String,
        /// The variants that it has, for a message; empty if it has none.
        known: String,
        /// The variant whose value this is, if it is one.
        meant: Option<String>,
    },
    /// A permission takes one level for all records, not one for each variant.
    OneLevel {
        /// The permission.
        permission: String,
        /// Whether it is a toggle, and not one of a type without variants.
        toggle: bool,
    },
    /// A command takes a level away that is not one of a variant.
    NullLevel,
    /// A field names no action.
    EmptyField,
    /// A field names a toggle.
    FieldByToggle {
        /// The action.
        action: String,
    },
    /// Administrators would not be able to manage a section.
    ManageWithoutBypass {
        /// The permission to manage.
        permission: String,
    },
    /// A permission to manage, or one that it requires, is denied for own records.
    ManageExceptOwn {
        /// The permission to manage.
        permission: String,
        /// The permission that is denied for own records: the same, or one that it requires.
        excepting: String,
    },
    /// The place of an assignment is an empty list.
    EmptyPlace,
    /// A text is not a time.
    Time(InvalidTime),
    /// A period ends before it begins.
    EmptyPeriod(EmptyPeriod),
    /// A command that ends a post has a period.
    PeriodOfNothing {
        /// The field that says so: `head` or `deputy`.
        field: &'static str,
    },
    /// A prune is to remove what may not have ended yet.
    PruneLater {
        /// The instant of the command.
        ended_by: Time,
        /// The instant of the state, if one has been told.
        instant: Option<Time>,
    },
    /// A department is not empty.
    NotEmpty {
        /// The department.
        department: DepartmentId,
        /// The content of the department.
        has: Content,
    },
    /// A user is already a member of a department or group, in the same period.
    AlreadyMember {
        /// The user.
        user: UserId,
        /// The department or group, for a message.
        of: String,
        /// The period, if the membership has one.
        period: Option<Period>,
    },
    /// A user is not a member of a department or group.
    NotMember {
        /// The user.
        user: UserId,
        /// The department or group, for a message.
        of: String,
    },
    /// A role is already assigned to a subject, in the same period.
    AlreadyAssigned {
        /// The role, as errors print it.
        role: String,
        /// The subject.
        subject: Subject,
        /// The place, if the assignment has one.
        place: Option<Place>,
        /// The period, if the assignment has one.
        period: Option<Period>,
    },
    /// A role is not assigned to a subject.
    NotAssigned {
        /// The role, as errors print it.
        role: String,
        /// The subject.
        subject: Subject,
        /// The place, if the assignment would have one.
        place: Option<Place>,
    },
}

/// The kind of a thing that has an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// A department.
    Department,
    /// A user.
    User,
    /// A group.
    Group,
    /// A role.
    Role,
    /// A record of a world file.
    Record,
}

/// The content that keeps a department from being removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Content {
    /// Departments below it.
    Departments,
    /// Members, heads or deputies.
    People,
    /// Members, heads or deputies, but none at this instant: all of them are yet to begin or have ended.
    PeopleAtOtherTimes {
        /// The first of them.
        user: UserId,
    },
    /// Assignments with a place that it stands in.
    Places {
        /// The role of the first of them.
        role: RoleId,
        /// The subject of that one.
        subject: Subject,
    },
}

impl Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Departments => f.write_str("departments below it: move or remove them first"),
            Self::People => f.write_str("members, heads or deputies: remove them first"),
            Self::PeopleAtOtherTimes { user } => write!(
                f,
                "members, heads or deputies that are yet to begin or have ended, such as user `{user}`: remove them first"
            ),
            Self::Places { role, subject } => {
                write!(
                    f,
                    "assignments whose place it is in, such as that of role `{role}` to `{subject}`: end them first"
                )
            }
        }
    }
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Department => "department",
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
            Self::Record => "record",
        }
    }

    fn plural(self) -> &'static str {
        match self {
            Self::Department => "departments",
            Self::User => "users",
            Self::Group => "groups",
            Self::Role => "roles",
            Self::Record => "records",
        }
    }
}

impl Invalid {
    pub(crate) fn unknown<K>(kind: Kind, id: &Id<K>) -> Self {
        Self::UnknownId { kind, id: id.to_string(), hint: None }
    }

    pub(crate) fn taken<K>(kind: Kind, id: &Id<K>, path: Option<String>) -> Self {
        Self::IdTaken { kind, id: id.to_string(), path }
    }

    pub(crate) fn repeated(item: impl Display, list: &'static str) -> Self {
        Self::Repeated { item: item.to_string(), list }
    }

    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmptyId => "empty_id",
            Self::IdTaken { .. } => "id_taken",
            Self::TooMany { .. } => "too_many",
            Self::UnknownId { .. } => "unknown_id",
            Self::EmptyName => "empty_name",
            Self::NameWithCharacter { .. } => "name_with_character",
            Self::NameTaken { .. } => "name_taken",
            Self::UnknownSection { .. } => "unknown_section",
            Self::UnknownResourceType { .. } => "unknown_resource_type",
            Self::UnknownPermission(_) => "unknown_permission",
            Self::UnknownAction { .. } => "unknown_action",
            Self::OtherSection { .. } => "other_section",
            Self::UnknownWord(_) => "unknown_word",
            Self::LevelNotTaken { .. } => "level_not_taken",
            Self::Repeated { .. } | Self::RepeatedAssignment { .. } => "repeated",
            Self::Cycle { .. } => "cycle",
            Self::FieldOfToggle { .. } => "field_of_toggle",
            Self::ToggleRequiresLevelled { .. } => "toggle_requires_levelled",
            Self::ReservedName { .. } => "reserved_name",
            Self::NoValues => "no_values",
            Self::ValueTaken { .. } => "value_taken",
            Self::UnknownVariant { .. } => "unknown_variant",
            Self::OneLevel { .. } => "one_level",
            Self::NullLevel => "null_level",
            Self::EmptyField => "empty_field",
            Self::FieldByToggle { .. } => "field_by_toggle",
            Self::ManageWithoutBypass { .. } => "manage_without_bypass",
            Self::ManageExceptOwn { .. } => "manage_except_own",
            Self::EmptyPlace => "empty_place",
            Self::Time(_) => "time",
            Self::EmptyPeriod(_) => "empty_period",
            Self::PeriodOfNothing { .. } => "period_of_nothing",
            Self::PruneLater { .. } => "prune_later",
            Self::NotEmpty { .. } => "not_empty",
            Self::AlreadyMember { .. } => "already_member",
            Self::NotMember { .. } => "not_member",
            Self::AlreadyAssigned { .. } => "already_assigned",
            Self::NotAssigned { .. } => "not_assigned",
        }
    }
}

impl Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyId => f.write_str("the id is empty: use an integer or non-empty text"),
            Self::IdTaken { kind, id, path } => {
                write!(f, "there is already a {} `{id}`", kind.as_str())?;
                path.iter().try_for_each(|path| write!(f, ", at `{path}`"))
            }
            Self::TooMany { of, most } => {
                write!(f, "there are too many {of}: a policy has at most {most}, so split it into several")
            }
            Self::UnknownId { kind, id, hint } => {
                write!(f, "there is no {} `{id}`", kind.as_str())?;
                hint.iter().try_for_each(|hint| write!(f, ": {hint}"))
            }
            Self::EmptyName => f.write_str("the name is empty"),
            Self::NameWithCharacter { name, character } => {
                write!(f, "the name {name:?} contains {character:?}: use no dots, blanks or control characters")
            }
            Self::NameTaken { name, by, within } => {
                write!(f, "`{name}` is already the name of {by}: it must be unique in {within}")
            }
            Self::UnknownSection { name, known } => {
                write!(f, "there is no section `{name}`: the sections are {known}")
            }
            Self::UnknownResourceType { name, known } => {
                write!(f, "there is no resource type `{name}`: the resource types are {known}")
            }
            Self::UnknownPermission(unknown) => Display::fmt(unknown, f),
            Self::UnknownWord(unknown) => Display::fmt(unknown, f),
            Self::UnknownAction { resource, action, known } => {
                write!(f, "`{resource}` has no action `{action}`: its actions are {known}")
            }
            Self::OtherSection { permission, section, expected } => {
                write!(f, "`{permission}` belongs to section `{section}`, not to `{expected}`")
            }
            Self::LevelNotTaken { permission, grant, takes } => {
                write!(f, "`{permission}` does not take `{grant}`: it takes {takes}")
            }
            Self::Repeated { item, list } => write!(f, "`{item}` is listed twice in `{list}`"),
            Self::RepeatedAssignment { subject, place } => {
                write!(f, "{} is listed twice in `assigned_to`", AssignedTo(subject, place.as_ref()))
            }
            Self::Cycle { of, members } => write!(f, "these {of} form a cycle: {members}"),
            Self::FieldOfToggle { field } => {
                write!(f, "a toggle has no `{field}`: leave it out")
            }
            Self::ToggleRequiresLevelled { action } => {
                write!(f, "a toggle can require only toggles, and `{action}` is not one")
            }
            Self::ReservedName { name } => write!(
                f,
                "the name `{name}` is reserved: it stands for all records whose variant has no level of its own"
            ),
            Self::NoValues => {
                f.write_str("the list of values is empty: leave `values` out for the name alone, or name values")
            }
            Self::ValueTaken { value, variant } => {
                write!(f, "`{value}` is a value of variant `{variant}` as well: a value means one variant of a type")
            }
            Self::UnknownVariant { resource, name, known, meant } => {
                write_unknown_variant(f, resource, name, known, meant.as_deref())
            }
            Self::OneLevel { permission, toggle } => f.write_str(&if *toggle {
                format!("`{permission}` is a toggle, which is the same for all records: write `allow` or `deny`")
            } else {
                format!("the type of `{permission}` has no variants: write one level for all records")
            }),
            Self::NullLevel => f.write_str(
                "`null` takes the level of a variant away: name a `variant` in `set_level`, or write a level such as `deny`",
            ),
            Self::EmptyField => {
                f.write_str("the field names no action: write `read`, `write` or both, or leave it out")
            }
            Self::FieldByToggle { action } => {
                write!(f, "`{action}` is a toggle, which knows no records: a field names levelled actions")
            }
            Self::ManageWithoutBypass { permission } => {
                write!(f, "`{permission}` has no `admin_bypass`: administrators must be able to manage every section")
            }
            Self::ManageExceptOwn { permission, excepting } => write_except_own(f, permission, excepting),
            Self::EmptyPlace => f.write_str("the list of departments is empty: leave `in` out, or name departments"),
            Self::Time(invalid) => Display::fmt(invalid, f),
            Self::EmptyPeriod(empty) => Display::fmt(empty, f),
            Self::PeriodOfNothing { field } => {
                write!(f, "what ends has no period: leave `from` and `until` out where `{field}` is `false`")
            }
            Self::PruneLater { ended_by, instant } => write_prune_later(f, *ended_by, *instant),
            Self::NotEmpty { department, has } => write!(f, "department `{department}` has {has}"),
            Self::AlreadyMember { user, of, period } => {
                write!(f, "user `{user}` is already a member of {of}")?;
                period.iter().try_for_each(|period| write!(f, " {period}"))
            }
            Self::NotMember { user, of } => write!(f, "user `{user}` is not a member of {of}"),
            Self::AlreadyAssigned { role, subject, place, period } => {
                write!(f, "role `{role}` is already assigned to {}", AssignedTo(subject, place.as_ref()))?;
                period.iter().try_for_each(|period| write!(f, " {period}"))
            }
            Self::NotAssigned { role, subject, place } => {
                write!(f, "role `{role}` is not assigned to {}", AssignedTo(subject, place.as_ref()))
            }
        }
    }
}

fn write_except_own(f: &mut fmt::Formatter<'_>, permission: &str, excepting: &str) -> fmt::Result {
    if permission == excepting {
        return write!(f, "`{permission}` is denied for own records: a permission to manage takes no `except_own`");
    }
    write!(
        f,
        "`{permission}` requires `{excepting}`, which is denied for own records: what a permission to manage requires takes \
         no `except_own`"
    )
}

fn write_unknown_variant(
    f: &mut fmt::Formatter<'_>,
    resource: &str,
    name: &str,
    known: &str,
    meant: Option<&str>,
) -> fmt::Result {
    match meant {
        Some(variant) => write!(f, "`{name}` is a value of variant `{variant}`: write the name of the variant"),
        None if known.is_empty() => write!(f, "`{resource}` has no variants, so none is called `{name}`"),
        None => write!(f, "`{resource}` has no variant `{name}`: its variants are {known}"),
    }
}

fn write_prune_later(f: &mut fmt::Formatter<'_>, ended_by: Time, instant: Option<Time>) -> fmt::Result {
    match instant {
        Some(instant) => write!(
            f,
            "`ended_by` ({ended_by}) is later than the instant of the policy ({instant}): prune what has ended by then"
        ),
        None => f.write_str(
            "no instant has been told, so nothing is known to have ended: advance to the present time first",
        ),
    }
}

/// Writes an assignment within a message: its subject in backticks, and the place.
pub(crate) struct AssignedTo<'a>(pub(crate) &'a Subject, pub(crate) Option<&'a Place>);

impl Display for AssignedTo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self(subject, None) => write!(f, "`{subject}`"),
            Self(subject, Some(Place::Subject)) => write!(f, "`{subject}` in place `subject`"),
            Self(subject, Some(Place::Departments(departments))) => {
                write!(f, "`{subject}` in ")?;
                departments
                    .iter()
                    .enumerate()
                    .try_for_each(|(nth, department)| write!(f, "{}`{department}`", if nth == 0 { "" } else { ", " }))
            }
        }
    }
}

impl std::error::Error for Invalid {}

impl Serialize for Invalid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Invalid", 2)?;
        fields.serialize_field("code", self.code())?;
        fields.serialize_field("message", &self.to_string())?;
        fields.end()
    }
}

/// Checks an id for something new, besides so many others.
pub(crate) fn new_id<K>(kind: Kind, id: &Id<K>, is_known: bool, others: usize) -> Result<(), Invalid> {
    if id.is_empty() {
        Err(Invalid::EmptyId)
    } else if is_known {
        Err(Invalid::taken(kind, id, None))
    } else {
        check_count(kind.plural(), others + 1)
    }
}

/// Checks that so many things of a kind can be numbered.
pub(crate) fn check_count(of: &'static str, count: usize) -> Result<(), Invalid> {
    at_most(of, count, MOST)
}

fn at_most(of: &'static str, count: usize, most: usize) -> Result<(), Invalid> {
    if count > most { Err(Invalid::TooMany { of, most }) } else { Ok(()) }
}

/// The error for a name that another role of the section has.
pub(crate) fn role_name_taken(name: &str, other: &RoleId) -> Invalid {
    let (name, by) = (name.to_owned(), format!("role `{other}`"));
    Invalid::NameTaken { name, by, within: "its section, ignoring case" }
}

/// The error for a cycle. The message repeats the first member at the end, or lists only the first members of many.
pub(crate) fn cycle<T: Display>(of: &'static str, members: impl IntoIterator<Item = T>) -> Invalid {
    /// A document may hold a cycle of any length.
    const MOST: usize = 12;
    let mut members = members.into_iter();
    let mut texts: Vec<String> = members.by_ref().take(MOST).map(|member| format!("`{member}`")).collect();
    let first = texts.first().cloned();
    let more = members.count();
    if more > 0 {
        texts.push(format!("{more} more"));
    }
    texts.extend(first);
    Invalid::Cycle { of, members: texts.join(" → ") }
}

/// The subject, if it is spelled correctly.
pub(crate) fn spelled(word: &Word<Subject>) -> Result<&Subject, Invalid> {
    match word {
        Word::Known(subject) => Ok(subject),
        Word::Unknown(word) => Err(Invalid::UnknownWord(Subject::unknown(word))),
    }
}

/// The place, if it is spelled correctly.
pub(crate) fn spelled_place(word: &Word<Place>) -> Result<&Place, Invalid> {
    match word {
        Word::Known(place) => Ok(place),
        Word::Unknown(word) => Err(Invalid::UnknownWord(Place::unknown(word))),
    }
}

/// The grant, if it is spelled correctly.
pub(crate) fn grant(word: &Word<Grant>) -> Result<Grant, Invalid> {
    word.known().map_err(Invalid::UnknownWord)
}

#[cfg(test)]
mod tests {
    use super::{Invalid, MOST, at_most, check_count};

    /// The bound itself takes more memory than a test has.
    #[test]
    fn more_than_can_be_numbered_is_an_error() {
        assert_eq!(at_most("users", 7, 7), Ok(()));
        let error = at_most("users", 8, 7).unwrap_err();
        assert_eq!((error.code(), &error), ("too_many", &Invalid::TooMany { of: "users", most: 7 }));
        assert_eq!(error.to_string(), "there are too many users: a policy has at most 7, so split it into several");
        assert_eq!(check_count("roles", MOST), Ok(()));
        assert_eq!(check_count("roles", MOST + 1), Err(Invalid::TooMany { of: "roles", most: MOST }));
    }
}
