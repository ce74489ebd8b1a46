//! The tables in which an application keeps the facts of its records.

use sea_query::{DynIden, TableName};

use crate::sql::column::{IdColumn, InvalidMapping, OWNER, SHARE, column, refuse_both};
use crate::sql::dialect::{Dialect, IdKinds, Ids};
use crate::sql::members::{Members, MembersIn};
use crate::sql::names;

/// The table of the records of a type, with the columns that hold their facts. A fact without a column is one that no
/// record has.
///
/// In a condition, columns are not qualified by the table, unless it is [named](Self::table). Use the names of the
/// query that the condition becomes a part of.
#[derive(Clone, Debug)]
pub struct Records {
    resource: String,
    ids: IdKinds,
    table: Option<String>,
    id: String,
    owner: Option<String>,
    owner_department: Option<String>,
    owners: Option<OwnerTable>,
    open: Option<String>,
    shares: Option<ShareTable>,
    variants: VariantColumn,
}

/// Where the variants of records are.
#[derive(Clone, Debug)]
enum VariantColumn {
    /// The application did not say.
    Unknown,
    /// No record has one.
    None,
    Named(String, Ids),
}

impl Records {
    /// A table of the records of this type of the schema, with ids of these kinds. The record's own id is in the column
    /// `id`. There are no facts yet.
    pub fn new(resource: impl Into<String>, ids: impl Into<IdKinds>) -> Self {
        Self {
            resource: resource.into(),
            ids: ids.into(),
            table: None,
            id: "id".to_owned(),
            owner: None,
            owner_department: None,
            owners: None,
            open: None,
            shares: None,
            variants: VariantColumn::Unknown,
        }
    }

    /// The name or alias of the table, to qualify its columns by.
    pub fn table(mut self, table: impl Into<String>) -> Self {
        self.table = Some(table.into());
        self
    }

    /// The column of the record's own id, which is never NULL. It is needed only with a table of shares or owners.
    pub fn id(mut self, column: impl Into<String>) -> Self {
        self.id = column.into();
        self
    }

    /// The column with the user who owns the record. NULL means no owner.
    pub fn owner(mut self, column: impl Into<String>) -> Self {
        self.owner = Some(column.into());
        self
    }

    /// The column with the department that owns the record, beside a user or instead of one. NULL means no owner.
    pub fn owner_department(mut self, column: impl Into<String>) -> Self {
        self.owner_department = Some(column.into());
        self
    }

    /// A table of owners, for records with several owners. It replaces both columns: it has its own
    /// [column](OwnerTable::department) for departments as owners.
    pub fn owners(mut self, table: OwnerTable) -> Self {
        self.owners = Some(table);
        self
    }

    /// The boolean column for "available to everyone". NULL is not set. In SQLite and MySQL, 1 is set.
    pub fn open(mut self, column: impl Into<String>) -> Self {
        self.open = Some(column.into());
        self
    }

    /// The table of shares.
    pub fn shares(mut self, table: ShareTable) -> Self {
        self.shares = Some(table);
        self
    }

    /// The column with the variant of the record, such as its stage, and the kind of its values. NULL means no variant, and
    /// so does a value that the schema does not list.
    ///
    /// Without a column, a predicate that depends on the variant is an [error](crate::sql::ConditionError::NoVariants).
    pub fn variant(mut self, column: impl Into<String>, values: Ids) -> Self {
        self.variants = VariantColumn::Named(column.into(), values);
        self
    }

    /// Says that no record of the table has a variant.
    pub fn without_variants(mut self) -> Self {
        self.variants = VariantColumn::None;
        self
    }
}

/// A table of the owners of records: a row for each owner of each record.
#[derive(Clone, Debug)]
pub struct OwnerTable {
    /// The table.
    pub table: String,
    /// The column with the record's id.
    pub record: String,
    /// The column with a user who owns it, if there is one.
    pub user: Option<String>,
    /// The column with a department that owns it, if there is one.
    pub department: Option<String>,
}

impl OwnerTable {
    /// A table with the columns `record_id` and `user_id`.
    pub fn new(table: impl Into<String>) -> Self {
        let (record, user) = ("record_id".to_owned(), Some("user_id".to_owned()));
        Self { table: table.into(), record, user, department: None }
    }
}

/// A table of shares: a row for each subject that a record is shared with. In each row one of the columns of subjects
/// is set.
#[derive(Clone, Debug)]
pub struct ShareTable {
    /// The table.
    pub table: String,
    /// The column with the record's id.
    pub record: String,
    /// The column with a user, if there is one.
    pub user: Option<String>,
    /// The column with a department that stands for its members, heads and deputies.
    pub department: Option<String>,
    /// The column with a department that stands for itself and all below it.
    pub department_sub: Option<String>,
    /// The column with a group.
    pub group: Option<String>,
}

impl ShareTable {
    /// A table with the columns `record_id`, `user_id`, `department_id`, `department_sub_id` and `group_id`.
    pub fn new(table: impl Into<String>) -> Self {
        let some = |name: &str| Some(name.to_owned());
        Self {
            table: table.into(),
            record: "record_id".to_owned(),
            user: some("user_id"),
            department: some("department_id"),
            department_sub: some("department_sub_id"),
            group: some("group_id"),
        }
    }
}

/// Validated tables: makes a condition of every [`Predicate`](crate::Predicate) about their records.
///
/// Make it once, at start-up. It can be shared by all threads.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub(super) dialect: Dialect,
    pub(super) resource: String,
    pub(super) id: IdColumn,
    pub(super) owners: OwnersIn,
    pub(super) open: Option<(Option<TableName>, DynIden)>,
    pub(super) shares: Option<SharesIn>,
    pub(super) variants: VariantsIn,
    pub(super) members: MembersIn,
}

/// The column of variants.
#[derive(Clone, Debug)]
pub(super) enum VariantsIn {
    Unknown,
    /// No record has one.
    None,
    Column(IdColumn),
}

/// The columns of owners.
#[derive(Clone, Debug)]
pub(super) struct OwnersIn {
    pub(super) user: Option<IdColumn>,
    pub(super) department: Option<IdColumn>,
    /// If owners are in a table of their own: the table, and its column of records.
    pub(super) table: Option<(TableName, IdColumn)>,
}

/// The columns of shares.
#[derive(Clone, Debug)]
pub(super) struct SharesIn {
    pub(super) table: TableName,
    pub(super) record: IdColumn,
    pub(super) user: Option<IdColumn>,
    pub(super) department: Option<IdColumn>,
    pub(super) department_sub: Option<IdColumn>,
    pub(super) group: Option<IdColumn>,
}

impl Mapping {
    /// Validates a description of tables.
    ///
    /// # Errors
    ///
    /// When a name is invalid, when owners are both in columns and in a table, when MySQL would have to distinguish
    /// integers from text, or when the mirror tables are of another dialect or hold other ids.
    pub fn new(dialect: Dialect, records: Records, members: Members) -> Result<Self, InvalidMapping> {
        let Records { resource, ids, table, id, owner, owner_department, owners, open, shares, variants } = records;
        refuse_both(dialect, ids)?;
        let table = table.map(|table| names::table(&table)).transpose()?;
        let of_record = |name: &str, ids: Ids| -> Result<IdColumn, InvalidMapping> {
            Ok(IdColumn { dialect, ids, table: table.clone(), name: names::column(name)? })
        };
        let owners = match (owners, owner.as_ref().or(owner_department.as_ref())) {
            (None, _) => OwnersIn {
                user: owner.map(|name| of_record(&name, ids.users)).transpose()?,
                department: owner_department.map(|name| of_record(&name, ids.departments)).transpose()?,
                table: None,
            },
            (Some(owners), None) => OwnersIn {
                user: owners.user.map(|name| column(dialect, ids.users, OWNER, &name)).transpose()?,
                department: owners.department.map(|name| column(dialect, ids.departments, OWNER, &name)).transpose()?,
                table: Some((names::table(&owners.table)?, column(dialect, ids.records, OWNER, &owners.record)?)),
            },
            (Some(owners), Some(column)) => {
                return Err(InvalidMapping(format!(
                    "owners are in the table `{}` and in the column `{column}`: name one of the two; a department beside the \
                     users of a table of owners is in `OwnerTable::department`",
                    owners.table
                )));
            }
        };
        let checked = |shares: ShareTable| -> Result<SharesIn, InvalidMapping> {
            let some = |name: Option<String>, ids| name.map(|name| column(dialect, ids, SHARE, &name)).transpose();
            Ok(SharesIn {
                table: names::table(&shares.table)?,
                record: column(dialect, ids.records, SHARE, &shares.record)?,
                user: some(shares.user, ids.users)?,
                department: some(shares.department, ids.departments)?,
                department_sub: some(shares.department_sub, ids.departments)?,
                group: some(shares.group, ids.groups)?,
            })
        };
        let open = open.map(|name| names::column(&name)).transpose()?;
        let variants = match variants {
            VariantColumn::Unknown => VariantsIn::Unknown,
            VariantColumn::None => VariantsIn::None,
            VariantColumn::Named(_, Ids::Both) if dialect == Dialect::MySql => {
                let why = "MySQL finds `7` equal to `'7'`: say of the column of variants whether it holds `Ids::Integers` or \
                           `Ids::Text`";
                return Err(InvalidMapping(why.to_owned()));
            }
            VariantColumn::Named(name, values) => VariantsIn::Column(of_record(&name, values)?),
        };
        Ok(Self {
            dialect,
            resource,
            id: of_record(&id, ids.records)?,
            owners,
            open: open.map(|open| (table.clone(), open)),
            shares: shares.map(checked).transpose()?,
            variants,
            members: MembersIn::new(dialect, ids, members)?,
        })
    }
}
