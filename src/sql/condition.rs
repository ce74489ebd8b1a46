//! From a predicate and a mapping to a condition.

use sea_query::{CaseStatement, Condition, Expr, ExprTrait, Query, SelectStatement, UnionType};
use smallvec::SmallVec;
use thiserror::Error;

use crate::query::predicate::{Asked, Audience, Clause, Clauses, Departments, Predicate, Variants, cases};
use crate::snapshot::relation::SHARED;
use crate::snapshot::rights::zone::Zone;
use crate::sql::column::{IdColumn, MEMBER, OWNER, SHARE};
use crate::sql::dialect::Dialect;
use crate::sql::expr::{all, any};
use crate::sql::guard;
use crate::sql::mapping::{Mapping, OwnersIn, SharesIn, VariantsIn};
use crate::sql::members::MembersIn;
use crate::sql::mirror::Mirror;
use crate::sql::names;
use crate::sql::statement::{Param, Sql};
use crate::vocabulary::id::{DepartmentId, Id, VariantId};
use crate::vocabulary::level::{DEPARTMENT, OPEN, OWN, SUB};

/// The reason that a predicate cannot become a condition.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ConditionError {
    /// The predicate is about records of another type than the table holds.
    #[error(
        "the predicate is about records of the type `{asked}`, and the mapping is of `{mapped}`: take the mapping of `{asked}`"
    )]
    OtherResource {
        /// The type of the records of the mapping.
        mapped: String,
        /// The type that the predicate is about.
        asked: String,
    },
    /// The condition would hold more ids than the mapping allows.
    #[error(
        "the condition would hold more than {limit} ids: raise the limit, or use mirror tables (`Members::mirror`), whose \
         conditions stay small"
    )]
    TooManyIds {
        /// The limit.
        limit: usize,
    },
    /// The answer depends on the variant of the record, and the mapping names no column for it.
    #[error(
        "the answer depends on the variant of a record of the type `{0}`, and the mapping does not say where that is: name its \
         column by `Records::variant`, or say by `Records::without_variants` that the table has none"
    )]
    NoVariants(String),
    /// The condition would need the members of a department whose id the table of members can't hold. Leaving that
    /// department out would leave out records.
    #[error(
        "department `{0}` has an id that the table of members can't hold: say by `IdKinds::departments` what it holds, or use \
         `Members::inline`"
    )]
    UnknownKind(DepartmentId),
}

impl Mapping {
    /// The condition that holds exactly for the records of the set.
    ///
    /// For any other record it is false or NULL, so `WHERE` leaves it out. To find the records that are *not* in the
    /// set, write `(…) IS NOT TRUE`. It fits into any query like other conditions, also into one that updates or
    /// deletes. Every id in it is a parameter.
    ///
    /// # Errors
    ///
    /// When the predicate is about records of another type, when the condition would hold more ids than the
    /// [`Members`](crate::sql::Members) of the mapping allow, when it would need a department that they can't name, or when
    /// it depends on variants and the mapping does not say where they are.
    pub fn condition(&self, predicate: &Predicate<'_>) -> Result<Condition, ConditionError> {
        Rendering::condition(self, predicate)
    }

    /// An expression that is NULL for a record outside of the set: `CASE WHEN condition THEN expression END`.
    ///
    /// It is what to select instead of the column of a field that not everybody may read. The predicate is that of the
    /// permission that the field [names](crate::Schema::permission_to_read). Select it in a sub-select, and ask everything of that:
    /// `WHERE`, `ORDER BY`, `GROUP BY` and sums of the column itself tell of hidden values, and so may an order by an alias that is
    /// the name of the column. A query that adds the [condition](Self::condition) to its `WHERE` instead may ask the column, by an
    /// index, and finds only the records whose field the user may read. [`docs::lists`](crate::docs::lists#fields) has both.
    ///
    /// Without sea-query it is the [text](Self::sql) of the condition between `CASE WHEN` and `THEN amount END`.
    ///
    /// ```
    /// use orgscope::document::{Action, Document, Field, ResourceType, Role, Section, User};
    /// use orgscope::sql::sea_query::{Expr, PostgresQueryBuilder, Query};
    /// use orgscope::sql::{Dialect, Ids, Mapping, Members, Records};
    /// use orgscope::{Level, Policy, Snapshot, Subject};
    ///
    /// # let deal = ResourceType::new("deal").action(Action::new("read")).action(Action::new("read_amount"))
    /// #     .field("amount", Field::read_by("read_amount"));
    /// # let document = Document::new().section(Section::new("crm").resource(deal)).user(User::new(17))
    /// #     .role(Role::new("seller", "crm", "Seller").grant("deal.read", Level::All).grant("deal.read_amount", Level::Own)
    /// #         .assigned_to(Subject::Everyone));
    /// # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
    /// # let read = snapshot.schema().permission_named("deal.read")?;
    /// let columns = Records::new("deal", Ids::Integers).owner("owner_id");
    /// let deals = Mapping::new(Dialect::Postgres, columns, Members::inline(500))?;
    /// let read_amount = snapshot.schema().permission_to_read("amount", read)?;
    ///
    /// let amount = deals.mask(&snapshot.principal(17).scope(read_amount).predicate(), Expr::col("amount"))?;
    /// assert_eq!(
    ///     Query::select().expr(amount).from("deals").take().to_string(PostgresQueryBuilder),
    ///     r#"SELECT (CASE WHEN ("owner_id" = 17) THEN "amount" END) FROM "deals""#
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The same as of [`condition`](Self::condition).
    pub fn mask(&self, predicate: &Predicate<'_>, of: impl Into<Expr>) -> Result<Expr, ConditionError> {
        Ok(CaseStatement::new().case(self.condition(predicate)?, of.into()).into())
    }

    /// The condition as text, in parentheses if it needs them.
    ///
    /// # Errors
    ///
    /// When the predicate is about records of another type, when the condition would hold more ids than the
    /// [`Members`](crate::sql::Members) of the mapping allow, when it would need a department that they can't name, or when
    /// it depends on variants and the mapping does not say where they are.
    pub fn sql(&self, predicate: &Predicate<'_>) -> Result<Sql, ConditionError> {
        self.sql_after(0, predicate)
    }

    /// The condition as text for a query that has this many parameters before it. In PostgreSQL its placeholders are numbered
    /// on from there; those of the other dialects have no numbers.
    ///
    /// ```
    /// # use orgscope::document::{Action, Document, ResourceType, Section, User};
    /// # use orgscope::{Level, Policy, Snapshot};
    /// use orgscope::sql::{Dialect, Ids, Mapping, Members, Records};
    /// # let contact = ResourceType::new("contact").action(Action::new("read").floor(Level::Own));
    /// # let document = Document::new().section(Section::new("crm").resource(contact)).user(User::new(17));
    /// # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
    /// # let read = snapshot.schema().permission_named("contact.read")?;
    ///
    /// let columns = Records::new("contact", Ids::Integers).owner("owner_id");
    /// let contacts = Mapping::new(Dialect::Postgres, columns, Members::inline(500))?;
    /// let condition = contacts.sql_after(1, &snapshot.principal(17).scope(read).predicate())?;
    /// let page = format!("SELECT name FROM contacts WHERE created < $1 AND {}", condition.text);
    /// assert_eq!(page, r#"SELECT name FROM contacts WHERE created < $1 AND "owner_id" = $2"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The same as of [`sql`](Self::sql).
    pub fn sql_after(&self, params: usize, predicate: &Predicate<'_>) -> Result<Sql, ConditionError> {
        Ok(Sql::of_condition(self.dialect, self.condition(predicate)?, params))
    }
}

/// The state while a condition is made.
struct Rendering<'a> {
    mapping: &'a Mapping,
    asked: Asked<'a>,
    /// The number of ids that it may still add.
    ids_left: usize,
    /// Whether it reads the mirror, which must then be at the state of the snapshot.
    asks_mirror: bool,
}

type Rendered<T> = Result<T, ConditionError>;

impl<'a> Rendering<'a> {
    fn condition(mapping: &'a Mapping, predicate: &'a Predicate<'_>) -> Rendered<Condition> {
        if let Some(asked) = predicate.resource().filter(|asked| *asked != mapping.resource) {
            let (mapped, asked) = (mapping.resource.clone(), asked.to_owned());
            return Err(ConditionError::OtherResource { mapped, asked });
        }
        let Some(asked) = predicate.asked() else { return Ok(constant(false)) };
        let mut rendering = Self { mapping, asked, ids_left: mapping.members.limit(), asks_mirror: false };
        // Computes the clauses again for the facts that these tables can hold: a fact without a column is left out.
        let can_be = (rendering.certain(), rendering.possible(), rendering.has_owners());
        let mut cases = if predicate.resource().is_some() {
            cases(&predicate.principal, predicate.action, can_be)
        } else {
            SmallVec::new()
        };
        if matches!(mapping.variants, VariantsIn::None) {
            cases.retain(|case| case.columns.is_empty() || case.columns.contains(&None));
            cases.iter_mut().for_each(|case| case.columns.clear());
        }
        match &cases[..] {
            [] => return Ok(constant(false)),
            [all] if all.columns.is_empty() => {
                return Ok(match rendering.all_of(&all.clauses)? {
                    Some(met) if all.clauses.is_empty() => met,
                    Some(met) => rendering.guarded(met),
                    None => constant(false),
                });
            }
            _ => {}
        }
        let VariantsIn::Column(column) = &mapping.variants else {
            return Err(ConditionError::NoVariants(mapping.resource.clone()));
        };
        let mut either = Condition::any();
        for case in &cases {
            let Some(met) = rendering.all_of(&case.clauses)? else { continue };
            let variants = predicate.principal.variants(predicate.action, &case.columns);
            if let Some(within) = is_one_of_variants(column, &variants) {
                let all = Condition::all().add(within);
                either = either.add(if case.clauses.is_empty() { all } else { all.add(met) });
            }
        }
        if either.is_empty() { Ok(constant(false)) } else { Ok(rendering.guarded(either)) }
    }

    /// A condition that all of these hold; `None` if no record of these tables can meet it.
    fn all_of(&mut self, clauses: &Clauses<'a>) -> Rendered<Option<Condition>> {
        if clauses.is_empty() {
            return Ok(Some(constant(true)));
        }
        let mut all = Condition::all();
        for clause in clauses {
            let met = match *clause {
                Clause::Any { relations, zone } => self.any_of(relations, zone)?,
                Clause::NotOwner => Some(self.not_owned_by_principal()?),
                Clause::Owned => Some(self.unowned().not()),
            };
            match met {
                Some(met) => all = all.add(met),
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }

    /// The relations that every record of these tables has.
    fn certain(&self) -> u8 {
        let OwnersIn { user, department, .. } = &self.mapping.owners;
        if self.asked.pool && user.is_none() && department.is_none() { OWN } else { 0 }
    }

    /// The relations that a record of these tables can have.
    fn possible(&self) -> u8 {
        let parts = [
            (OWN, self.mapping.owners.user.is_some() || self.asked.pool),
            (DEPARTMENT | SUB, self.has_owners() && self.asked.user.anchors().next().is_some()),
            (OPEN, self.mapping.open.is_some()),
            (SHARED, self.mapping.shares.is_some()),
        ];
        parts.into_iter().filter(|(_, possible)| *possible).fold(0, |all, (part, _)| all | part)
    }

    /// Whether the tables hold owners.
    fn has_owners(&self) -> bool {
        let OwnersIn { user, department, .. } = &self.mapping.owners;
        user.is_some() || department.is_some()
    }

    /// Adds a guard to a condition: if the mirror is at another state than the snapshot, the query is an error.
    fn guarded(&self, condition: Condition) -> Condition {
        let MembersIn::Mirror(mirror) = &self.mapping.members else { return condition };
        let state = || self.asked.snapshot.imprint();
        match self.mapping.dialect {
            _ if !self.asks_mirror => condition,
            // Each list has its own guard.
            Dialect::Sqlite => condition,
            Dialect::Postgres => Condition::all().add(guard::one_time_filter(mirror, state())).add(condition),
            Dialect::MySql => Condition::all().add(guard::one_row_or_two(mirror, state())).add(condition),
        }
    }

    /// A condition for any of these relations, or an owner in the zone; `None` if no record of these tables can meet it.
    fn any_of(&mut self, relations: u8, zone: Option<&'a Zone>) -> Rendered<Option<Expr>> {
        let has = |part: u8| relations & part != 0;
        let departments = Departments::new(self.asked, relations, zone);
        let mut terms = self.owned(has(OWN), departments)?;
        if has(OWN) && self.asked.pool {
            terms.push(self.unowned());
        }
        if let Some((table, open)) = self.mapping.open.as_ref().filter(|_| has(OPEN)) {
            terms.push(names::of(table.as_ref(), open).eq(Expr::Constant(true.into())));
        }
        if let Some(shares) = self.mapping.shares.as_ref().filter(|_| has(SHARED)) {
            terms.extend(self.shared(shares)?);
        }
        Ok(any(terms))
    }

    /// Conditions that the user owns the record, if `own`, or that an owner is within these departments.
    fn owned(&mut self, own: bool, departments: Option<Departments<'a>>) -> Rendered<Vec<Expr>> {
        let mapping = self.mapping;
        let OwnersIn { user, department, table } = &mapping.owners;
        let user = user.as_ref().map(|column| self.is_one_of(column, own, departments)).transpose()?;
        let department = department.as_ref().zip(departments);
        let department = department.map(|(column, these)| self.is_department_of(column, these)).transpose()?;
        let owners: Vec<Expr> = user.flatten().into_iter().chain(department.flatten()).collect();
        let Some((table, record)) = table else { return Ok(owners) };
        let select = |owners| {
            Query::select()
                .expr(record.selected())
                .from_as(table.clone(), OWNER)
                .cond_where(Condition::from(owners))
                .take()
        };
        Ok(any(owners).map(|owners| mapping.id.is_in(select(owners))).into_iter().collect())
    }

    /// A condition that a column of users holds the principal, if `own`, or a member of these departments.
    fn is_one_of(
        &mut self,
        column: &IdColumn,
        own: bool,
        departments: Option<Departments<'a>>,
    ) -> Rendered<Option<Expr>> {
        let mapping = self.mapping;
        let me = if own { column.value(self.asked.id.borrowed()) } else { None };
        let Some(departments) = departments else {
            let me = self.take(me)?;
            return Ok(column.is_any_of(me));
        };
        let list = match &mapping.members {
            MembersIn::Inline { .. } => {
                let asker = self.asked.id;
                let others = departments.members().filter(|user| !own || *user != asker);
                let others = others.filter_map(|user| column.value(user.borrowed()));
                let ids = self.take(me.into_iter().chain(others))?;
                return Ok(column.is_any_of(ids));
            }
            MembersIn::Table { table, user, department, .. } => {
                let ids = self.nameable(department, departments.each())?;
                let list = department.is_any_of(ids).map(|within| {
                    Query::select().expr(user.selected()).from_as(table.clone(), MEMBER).cond_where(within).take()
                });
                (me, list)
            }
            MembersIn::Mirror(mirror) => {
                // If the principal is a member of a department, they are among the members of their departments.
                let me = me.filter(|_| !(departments.include_anchors() && mirror.has_member(self.asked)));
                (me, self.members_by(mirror, departments)?)
            }
        };
        match list {
            (me, None) => {
                let me = self.take(me)?;
                Ok(column.is_any_of(me))
            }
            (me, Some(mut list)) => {
                let me = self.take(me)?;
                for me in me {
                    list.union(UnionType::All, Query::select().expr(Expr::val(me)).take());
                }
                Ok(Some(column.is_in(self.ended(list))))
            }
        }
    }

    /// A condition that a column of departments holds one of these.
    fn is_department_of(&mut self, column: &IdColumn, these: Departments<'a>) -> Rendered<Option<Expr>> {
        let mapping = self.mapping;
        match &mapping.members {
            MembersIn::Mirror(mirror) if !these.are_anchors() => {
                self.asks_mirror = true;
                let list = mirror.departments_in(&these.ranges());
                Ok(list.map(|list| column.is_in(self.ended(list))))
            }
            _ => {
                let ids = self.departments(column, these.each())?;
                Ok(column.is_any_of(ids))
            }
        }
    }

    /// A query of the members of these departments in the mirror.
    fn members_by(&mut self, mirror: &Mirror, these: Departments<'a>) -> Rendered<Option<SelectStatement>> {
        self.asks_mirror = true;
        if !these.are_anchors() {
            return Ok(mirror.members_in(&these.ranges()));
        }
        let anchors = self.nameable(mirror.department_of_member(), these.each())?;
        Ok(mirror.members_of(anchors))
    }

    /// Adds the guard to a list that reads the mirror, if the dialect needs it there.
    fn ended(&self, mut list: SelectStatement) -> SelectStatement {
        if let (MembersIn::Mirror(mirror), Dialect::Sqlite) = (&self.mapping.members, self.mapping.dialect) {
            let (union, look) = guard::end_of_list(mirror, self.asked.snapshot.imprint());
            list.union(union, look);
        }
        list
    }

    /// A condition that the principal does not own the record, whoever does. It is never NULL.
    fn not_owned_by_principal(&mut self) -> Rendered<Expr> {
        let mapping = self.mapping;
        let OwnersIn { user, table, .. } = &mapping.owners;
        let Some(column) = user else { return Ok(Expr::Constant(true.into())) };
        let me = self.take(column.value(self.asked.id.borrowed()))?;
        // No record of the table has an owner whose id the column can't hold.
        let Some(owned) = column.is_any_of(me) else { return Ok(Expr::Constant(true.into())) };
        let Some((table, record)) = table else { return Ok(column.expr().is_null().or(owned.not())) };
        let select = Query::select()
            .expr(record.selected())
            .from_as(table.clone(), OWNER)
            // One NULL in the list would make `NOT IN` NULL for every record.
            .cond_where(record.expr().is_not_null().and(owned))
            .take();
        Ok(mapping.id.exact().not_in_subquery(select))
    }

    /// A condition that the record has no owner. It is never NULL.
    fn unowned(&self) -> Expr {
        let OwnersIn { user, department, table } = &self.mapping.owners;
        let columns = [user, department].into_iter().flatten();
        let Some((table, record)) = table else {
            return all(columns.map(|column| column.expr().is_null()).collect());
        };
        let owned = any(columns.map(|column| column.expr().is_not_null()).collect());
        let owned = owned.unwrap_or(Expr::Constant(false.into()));
        let select = Query::select()
            .expr(record.selected())
            .from_as(table.clone(), OWNER)
            // One NULL in the list would make `NOT IN` NULL for every record.
            .cond_where(record.expr().is_not_null().and(owned))
            .take();
        self.mapping.id.exact().not_in_subquery(select)
    }

    /// A condition that the record is shared with the principal.
    fn shared(&mut self, shares: &SharesIn) -> Rendered<Option<Expr>> {
        let audience = Audience::new(self.asked);
        let mut terms = Vec::new();
        if let Some(column) = &shares.user {
            let ids = self.take(column.value(audience.user().borrowed()))?;
            terms.extend(column.is_any_of(ids));
        }
        if let Some(column) = &shares.department {
            let ids = self.departments(column, audience.departments())?;
            terms.extend(column.is_any_of(ids));
        }
        if let Some(column) = &shares.department_sub {
            let ids = self.departments(column, audience.departments_and_above())?;
            terms.extend(column.is_any_of(ids));
        }
        if let Some(column) = &shares.group {
            let ids = self.take(audience.groups().filter_map(|group| column.value(group.borrowed())))?;
            terms.extend(column.is_any_of(ids));
        }
        let select = |with| {
            Query::select()
                .expr(shares.record.selected())
                .from_as(shares.table.clone(), SHARE)
                .cond_where(Condition::from(with))
                .take()
        };
        Ok(any(terms).map(|with| self.mapping.id.is_in(select(with))))
    }

    /// The ids of these departments as parameters for a table of members, within the limit. None may be left out,
    /// because its members would be missing.
    fn nameable<'i>(&mut self, column: &IdColumn, ids: impl Iterator<Item = &'i DepartmentId>) -> Rendered<Vec<Param>> {
        let value = |id: &DepartmentId| column.value(id.borrowed()).ok_or_else(|| id.clone());
        let ids: Result<Vec<Param>, DepartmentId> = ids.take(self.ids_left.saturating_add(1)).map(value).collect();
        self.take(ids.map_err(ConditionError::UnknownKind)?)
    }

    /// The departments that a column can hold. No record has another one.
    fn departments<'i>(
        &mut self,
        column: &IdColumn,
        ids: impl Iterator<Item = &'i DepartmentId>,
    ) -> Rendered<Vec<Param>> {
        self.take(ids.filter_map(|id| column.value(Id::borrowed(id))))
    }

    /// Takes these ids, if they are within the limit.
    fn take(&mut self, ids: impl IntoIterator<Item = Param>) -> Rendered<Vec<Param>> {
        let limit = self.mapping.members.limit();
        let taken: Vec<Param> = ids.into_iter().take(self.ids_left.saturating_add(1)).collect();
        self.ids_left = self.ids_left.checked_sub(taken.len()).ok_or(ConditionError::TooManyIds { limit })?;
        Ok(taken)
    }
}

fn constant(holds: bool) -> Condition {
    Condition::from(Expr::Constant(holds.into()))
}

/// A condition that a column holds one of these variants; `None` if it can't. It is never NULL.
fn is_one_of_variants(column: &IdColumn, variants: &Variants<'_>) -> Option<Expr> {
    let held = |values: &[&VariantId]| {
        column.is_any_of(values.iter().filter_map(|value| column.value(value.borrowed())).collect())
    };
    match variants {
        Variants::Any => Some(Expr::Constant(true.into())),
        Variants::In(values) => held(values),
        Variants::NotIn(values) => Some(match held(values) {
            None => Expr::Constant(true.into()),
            Some(held) => column.expr().is_null().or(held.not()),
        }),
    }
}
