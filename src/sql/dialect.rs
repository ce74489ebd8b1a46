//! The databases, and the ids that their columns can hold.

use std::fmt::{self, Display};

/// The SQL of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// SQLite, from 3.38.
    Sqlite,
    /// PostgreSQL, from 12, and compatible databases.
    Postgres,
    /// MySQL, from 8.0, and MariaDB, from 10.6, on a connection whose character set is `utf8mb4`. Tested with MariaDB
    /// only.
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
/// An id of the other kind can't be in such a column and is left out of the condition. So no database converts `7` to
/// match `'7'`. Only a department whose members are read from a table is not left out: that is an
/// [error](crate::sql::ConditionError::UnknownKind).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ids {
    /// Integers of up to 64 bits.
    Integers,
    /// Text.
    Text,
    /// Integers and text, each unconverted. Only for SQLite columns without affinity: declared without a type, or as
    /// `BLOB`. In a column declared `TEXT`, SQLite converts the parameter `7` to `'7'`, and in one declared `INTEGER`
    /// it converts `'7'` to `7`, so that one id matches the other: use `Text` or `Integers` for these. In PostgreSQL,
    /// whose columns have one type, a parameter of the other type is an error of the database. MySQL would compare both
    /// as numbers, so the mapping refuses it.
    Both,
    /// UUIDs, as drivers store them: `uuid` in PostgreSQL, a `BLOB` of 16 bytes in SQLite, and `BINARY(16)` in MySQL. Where a
    /// column holds UUIDs as text, use `Text`. An id is a UUID if it is the text of one, hyphenated and with small letters;
    /// any other can't be in such a column.
    #[cfg(feature = "uuid")]
    Uuids,
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
    /// The ids of users: owners, in shares and as members.
    pub users: Ids,
    /// The ids of departments: owners, in shares and of members.
    pub departments: Ids,
    /// The ids of groups, in shares.
    pub groups: Ids,
    /// The ids of records, which are compared only with each other.
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
