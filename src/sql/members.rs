//! The sources of the people of a department, and how a condition reads them.

use sea_query::TableName;

use crate::sql::column::{IdColumn, InvalidMapping, MEMBER, column};
use crate::sql::dialect::{Dialect, IdKinds};
use crate::sql::mirror::Mirror;
use crate::sql::names;

/// The source of the people of a department for a condition: the condition itself, a table of the application, or
/// mirror tables that this library keeps.
///
/// | | asks | grows with |
/// |---|---|---|
/// | [`inline`](Self::inline) | nothing | the people whom the user reaches |
/// | [`table`](Self::table) | your own table of users and departments | the departments that the user reaches |
/// | [`mirror`](Self::mirror) | tables that [`Mirror`] keeps | the departments where the user is member, head or deputy |
///
/// Shares also name the departments and groups of the user, and all departments above those, in each of the three.
#[derive(Clone, Debug)]
pub struct Members(Where);

#[derive(Clone, Debug)]
enum Where {
    Inline { limit: usize },
    Table { table: String, user: String, department: String, limit: usize },
    Mirror(Box<Mirror>),
}

impl Members {
    /// The condition holds the ids of the owners whom the user reaches. More than `limit` ids are an error; none is
    /// left out.
    pub fn inline(limit: usize) -> Self {
        Self(Where::Inline { limit })
    }

    /// A table of the application with a row for each member of each department; a head or deputy who is not a member
    /// has none. It must agree with the policy. The condition holds the ids of the departments, up to `limit` ids in
    /// all.
    pub fn table(
        table: impl Into<String>,
        user: impl Into<String>,
        department: impl Into<String>,
        limit: usize,
    ) -> Self {
        Self(Where::Table { table: table.into(), user: user.into(), department: department.into(), limit })
    }

    /// Mirror tables. If they are behind the state that a condition was made from, the query is an error of the
    /// database.
    pub fn mirror(mirror: &Mirror) -> Self {
        Self(Where::Mirror(Box::new(mirror.clone())))
    }
}

/// The validated source.
#[derive(Clone, Debug)]
pub(super) enum MembersIn {
    Inline { limit: usize },
    Table { table: TableName, user: IdColumn, department: IdColumn, limit: usize },
    Mirror(Mirror),
}

impl MembersIn {
    pub(super) fn new(dialect: Dialect, ids: IdKinds, members: Members) -> Result<Self, InvalidMapping> {
        match members.0 {
            Where::Inline { limit } => Ok(Self::Inline { limit }),
            Where::Table { table, user, department, limit } => Ok(Self::Table {
                table: names::table(&table)?,
                user: column(dialect, ids.users, MEMBER, &user)?,
                department: column(dialect, ids.departments, MEMBER, &department)?,
                limit,
            }),
            Where::Mirror(mirror) => {
                if mirror.dialect != dialect {
                    let (other, name) = (mirror.dialect, &mirror.prefix);
                    return Err(InvalidMapping(format!(
                        "the mirror `{name}` is for {other}, and the mapping for {dialect}"
                    )));
                }
                if (mirror.ids.users, mirror.ids.departments) != (ids.users, ids.departments) {
                    return Err(InvalidMapping(format!(
                        "the mirror `{}` holds other ids of users and departments than the table of the records",
                        mirror.prefix
                    )));
                }
                Ok(Self::Mirror(*mirror))
            }
        }
    }

    pub(super) fn limit(&self) -> usize {
        match self {
            Self::Inline { limit } | Self::Table { limit, .. } => *limit,
            Self::Mirror(_) => usize::MAX,
        }
    }
}
