//! `orgscope sql`: the records that a user may do something to, as a condition for a database.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use orgscope::id::Id;
use orgscope::sql::{ConditionError, Dialect, IdKinds, Ids, Mapping, Members, Param, Records, ShareTable};
use orgscope::world::World;
use orgscope::{Snapshot, UserId};
use serde::Serialize;

use crate::at::At;
use crate::outcome::{Failure, Outcome};
use crate::output::Output;
use crate::world;

/// Write the condition that finds the records that a user may do something to, with its parameters
#[derive(Debug, Args)]
pub(crate) struct Sql {
    /// A world file: JSON, TOML or YAML by the ending
    file: PathBuf,
    #[command(flatten)]
    at: At,
    /// The user
    #[arg(long, value_name = "ID", allow_hyphen_values = true, value_parser = UserId::from_str)]
    user: UserId,
    /// The permission, for example `contact.read`
    #[arg(long, value_name = "TYPE.ACTION")]
    action: String,
    /// The database
    #[arg(long)]
    dialect: DialectName,
    /// The column of the record's id
    #[arg(long, value_name = "COLUMN", default_value = "id")]
    id: String,
    /// The column of the user who owns the record; `none` if there is none
    #[arg(long, value_name = "COLUMN", default_value = "owner_id")]
    owner: String,
    /// The column of the department that owns the record; `none` if there is none
    #[arg(long, value_name = "COLUMN", default_value = "owner_department_id")]
    owner_department: String,
    /// The column that says whether the record is available to everyone; `none` if there is none
    #[arg(long, value_name = "COLUMN", default_value = "open")]
    open: String,
    /// A table of shares with the columns `record_id`, `user_id`, `department_id`, `department_sub_id` and `group_id`
    #[arg(long, value_name = "TABLE")]
    shares: Option<String>,
    /// The column of the record's variant, such as its stage; `none` if the records have none. Without it, an answer that
    /// depends on the variant is an error
    #[arg(long, value_name = "COLUMN")]
    variant: Option<String>,
    /// The values that the column of variants holds. By default both kinds, each unconverted
    #[arg(long)]
    variant_ids: Option<IdsName>,
    /// The name of the table of the records in the query, to qualify its columns
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// The ids that the columns hold. By default both kinds, each unconverted; columns of SQLite must then be declared
    /// without a type
    #[arg(long)]
    ids: Option<IdsName>,
    /// One line of JSON: `{"sql": …, "params": […]}`
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DialectName {
    Sqlite,
    Postgres,
    Mysql,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum IdsName {
    Integer,
    Text,
}

/// The output of `--json`.
#[derive(Serialize)]
struct Line<'s> {
    sql: &'s str,
    params: Vec<serde_json::Value>,
}

impl Sql {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Outcome, Failure> {
        let world = self.at.open(&self.file)?;
        let permission = world.listable(&self.action)?;
        let snapshot = Snapshot::compile(world.policy());
        world::note_user(&world, snapshot.principal(&self.user), &self.user);
        let predicate = snapshot.principal(&self.user).scope(permission).predicate();
        let mapping = self.mapping(&world, predicate.resource().unwrap_or_default())?;
        let sql = mapping.sql(&predicate).map_err(|error| match error {
            ConditionError::NoVariants(resource) => Failure::Question(format!(
                "the answer depends on the variant of a record of the type `{resource}`: name its column by `--variant`, or \
                 write `--variant none` if the table has none"
            )),
            error => Failure::Question(error.to_string()),
        })?;
        let params = sql.params.into_iter().map(|param| match param {
            Param::Integer(integer) => integer.into(),
            Param::Text(text) => text.into(),
            other => unreachable!("this program asks of columns of integers and texts: {other:?}"),
        });
        let params: Vec<serde_json::Value> = params.collect();
        if self.json {
            let line = serde_json::to_string(&Line { sql: &sql.text, params });
            out.line(line.map_err(|error| Failure::Question(error.to_string()))?)?;
        } else {
            out.line(&sql.text)?;
            for (nth, param) in (1..).zip(params) {
                out.line(format_args!("{nth}: {param}"))?;
            }
        }
        Ok(Outcome::Yes)
    }

    fn mapping(&self, world: &World, resource: &str) -> Result<Mapping, Failure> {
        let dialect = match self.dialect {
            DialectName::Sqlite => Dialect::Sqlite,
            DialectName::Postgres => Dialect::Postgres,
            DialectName::Mysql => Dialect::MySql,
        };
        let ids = match self.ids {
            Some(IdsName::Integer) => Ids::Integers.into(),
            Some(IdsName::Text) => Ids::Text.into(),
            None if dialect == Dialect::MySql => ids_of(world)?,
            None => Ids::Both.into(),
        };
        let mut records = Records::new(resource, ids).id(&self.id);
        let named = |column: &String| Some(column.clone()).filter(|column| column != "none");
        if let Some(column) = named(&self.owner) {
            records = records.owner(column);
        }
        if let Some(column) = named(&self.owner_department) {
            records = records.owner_department(column);
        }
        if let Some(column) = named(&self.open) {
            records = records.open(column);
        }
        match self.variant.as_deref() {
            None => {}
            Some("none") => records = records.without_variants(),
            Some(column) => records = records.variant(column, self.variant_values(dialect)?),
        }
        if let Some(table) = &self.shares {
            records = records.shares(ShareTable::new(table));
        }
        if let Some(table) = &self.table {
            records = records.table(table);
        }
        // All users are in the file, so the number of ids in the condition is not limited.
        let mapping = Mapping::new(dialect, records, Members::inline(usize::MAX));
        mapping.map_err(|error| Failure::Question(error.to_string()))
    }
}

impl Sql {
    /// The kind of values in the column of variants.
    fn variant_values(&self, dialect: Dialect) -> Result<Ids, Failure> {
        match self.variant_ids {
            Some(IdsName::Integer) => Ok(Ids::Integers),
            Some(IdsName::Text) => Ok(Ids::Text),
            None if dialect == Dialect::MySql => Err(Failure::Question(
                "MySQL finds `7` equal to `'7'`: say what the column of variants holds by `--variant-ids`".to_owned(),
            )),
            None => Ok(Ids::Both),
        }
    }
}

/// The kinds of ids in a file, for databases that can't distinguish integers from text.
fn ids_of(world: &World) -> Result<IdKinds, Failure> {
    let document = world.policy().to_document();
    let kind = |integer: usize, all: usize, what: &str| match (integer, all - integer) {
        (1.., 0) => Ok(Ids::Integers),
        (0, _) => Ok(Ids::Text),
        _ => Err(Failure::Question(format!(
            "MySQL finds `7` equal to `'7'`, and this file has {what} of both kinds: say what the columns hold by `--ids`"
        ))),
    };
    let org = &document.org;
    Ok(IdKinds {
        users: kind(integers(org.users.iter().map(|user| &user.id)), org.users.len(), "users")?,
        departments: kind(integers(org.departments.iter().map(|each| &each.id)), org.departments.len(), "departments")?,
        groups: kind(integers(org.groups.iter().map(|group| &group.id)), org.groups.len(), "groups")?,
        // They are only compared with each other, for which text is exact also if they are integers.
        records: Ids::Text,
    })
}

fn integers<'i, Kind: 'i>(ids: impl Iterator<Item = &'i Id<Kind>>) -> usize {
    ids.filter(|id| id.as_integer().is_some()).count()
}
