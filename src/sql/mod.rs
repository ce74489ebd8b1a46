//! Lists from a database: a predicate as a condition on the application's tables.
//!
//! An application describes once where the facts of its records are, and where the people of departments are found.
//! From then on every [`Predicate`](crate::Predicate) is a condition for its queries: the same set that a check
//! decides, record by record. [`docs::lists`](crate::docs::lists) helps to choose a way, and describes indexes and
//! plans.
//!
//! ```
//! use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User};
//! use orgscope::sql::{Dialect, Ids, Mapping, Members, Param, Records};
//! use orgscope::{Level, Policy, Snapshot, Subject};
//! use orgscope::sql::sea_query::{ExprTrait, Order, PostgresQueryBuilder, Query};
//!
//! // At start-up: the columns of the table of contacts.
//! let columns = Records::new("contact", Ids::Integers).owner("assigned_to").open("is_public");
//! let contacts = Mapping::new(Dialect::Postgres, columns, Members::inline(500))?;
//!
//! # let contact = ResourceType::new("contact").action(Action::new("read"));
//! # let document = Document::new().section(Section::new("crm").resource(contact))
//! #     .department(Department::new(1)).user(User::new(17).member_of(1)).user(User::new(31).member_of(1))
//! #     .role(Role::new("seller", "crm", "Seller").grant("contact.read", Level::DepartmentOpen).assigned_to(Subject::Everyone));
//! # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
//! # let read = snapshot.schema().permission_named("contact.read")?;
//! // In a handler: the condition in the application's own query.
//! let condition = contacts.condition(&snapshot.principal(17).scope(read).predicate())?;
//! let page = Query::select().column("name").from("contacts").cond_where(condition)
//!     .order_by("created", Order::Desc).limit(50).take();
//! assert_eq!(
//!     page.build(PostgresQueryBuilder).0,
//!     r#"SELECT "name" FROM "contacts" WHERE "assigned_to" IN ($1, $2) OR "is_public" = TRUE ORDER BY "created" DESC LIMIT $3"#
//! );
//!
//! // Or as text, without sea-query.
//! let sql = contacts.sql(&snapshot.principal(17).scope(read).predicate())?;
//! assert_eq!(sql.text, r#"("assigned_to" IN ($1, $2) OR "is_public" = TRUE)"#);
//! assert_eq!(sql.params, [Param::Integer(17), Param::Integer(31)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod column;
mod condition;
mod dialect;
mod expr;
mod guard;
mod mapping;
mod members;
mod mirror;
mod names;
mod statement;

/// The crate of these conditions, version 1. Under this name it is always the version that this library was built with.
pub use sea_query;

pub use column::InvalidMapping;
pub use condition::ConditionError;
pub use dialect::{Dialect, IdKinds, Ids};
pub use mapping::{Mapping, OwnerTable, Records, ShareTable};
pub use members::Members;
pub use mirror::{Mirror, MirrorError};
pub use statement::{Param, Sql};
