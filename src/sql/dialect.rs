//! The databases, and what their columns of ids can hold.

use std::fmt::{self, Display};

/// The SQL of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// SQLite, from 3.38.
    Sqlite,
    /// PostgreSQL, from 12, and databases that speak as it does.
    Postgres,
    /// MySQL, from 8.0, and MariaDB, from 10.6, on a connection whose character set is `utf8mb4`. Tried in MariaDB
    /// alone.
    MySql,
}

impl Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL",
        })
    }
}

/// The kind of ids in a column.
///
/// An id of the other kind can't be in such a column and is left out of the condition: `7` never meets `'7'` because a
/// database turns one into the other. Only a department whose members a table is asked for is not left out: that is an
/// [error](crate::sql::ConditionError::UnknownKind).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ids {
    /// Integers of up to 64 bits.
    Integers,
    /// Text.
    Text,
    /// Integers and text, each as it is. It is for columns of SQLite without affinity alone: declared without a type,
    /// or as `BLOB`. In a column declared `TEXT`, SQLite turns the parameter `7` into `'7'`, and in one declared
    /// `INTEGER` `'7'` into `7`, so there one id meets the other: say `Text` or `Integers` of those. In PostgreSQL,
    /// whose columns have one type, a parameter of the other is an error of the database. In MySQL, which would compare
    /// the two by turning them into numbers, the mapping refuses it.
    Both,
}

/// The kind of ids in the columns of users, departments, groups and records.
///
/// ```
/// use orgscope::sql::{IdKinds, Ids};
///
/// // Everything is numbered, but for groups.
/// let ids = IdKinds { groups: Ids::Text, ..IdKinds::from(Ids::Integers) };
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdKinds {
    /// Users, as owners, in shares and as members.
    pub users: Ids,
    /// Departments, as owners, in shares and of members.
    pub departments: Ids,
    /// Groups, in shares.
    pub groups: Ids,
    /// Records. They are compared only with each other.
    pub records: Ids,
}

impl From<Ids> for IdKinds {
    fn from(ids: Ids) -> Self {
        Self { users: ids, departments: ids, groups: ids, records: ids }
    }
}

impl IdKinds {
    pub(super) fn any_is_both(self) -> bool {
        [self.users, self.departments, self.groups, self.records].contains(&Ids::Both)
    }
}
