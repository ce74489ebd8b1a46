//! The places of cells in rows: one for each action, and one more for each variant of its records that some role names.
//!
//! ```text
//!                 default   won   lost
//! contact.read    0
//! contact.update  1
//! deal.read       2         4     5
//! deal.update     3         6     7
//! ```
//!
//! So a type without variants has just the cells of its actions, and a check that meets no variant looks nowhere else.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::policy::Policy;
use crate::policy::named::Named;
use crate::policy::role::Role;
use crate::policy::schema::Schema;
use crate::vocabulary::id::{Value, VariantRef};
use crate::vocabulary::index::{ActionIndex, Case, CellIndex, Idx, VariantIndex};
use crate::vocabulary::level::Level;

/// The places of cells in the rows of one state.
#[derive(Clone, Debug)]
pub(crate) struct Grid {
    named: Named,
    /// By cell: its action.
    actions: Box<[ActionIndex]>,
    /// By action.
    variants: Box<[Variants]>,
    /// Those of types that roles name variants of.
    types: Box<[Type]>,
}

/// The cells of an action for variants.
#[derive(Clone, Copy, Debug, Default)]
struct Variants {
    /// The type among those with variants, plus one; zero if roles name no variant of it.
    of: u32,
    /// The cell for the first of these variants. Those for the others follow.
    first: u32,
}

/// A type that roles name variants of.
#[derive(Clone, Debug)]
struct Type {
    /// The variants that roles name, in the order of the schema.
    named: Box<[VariantIndex]>,
    values: Values,
}

/// The columns of variants by the values that mean them.
///
/// Numbers that are close to each other are a table, in which a look-up takes as long for each. With a binary search a
/// check of a type with ten variants took 2.6 times as long as one of a type without (bench `variants`).
#[derive(Clone, Debug, Default)]
struct Values {
    /// The number of the first entry of the table.
    least: i64,
    /// By number: the column plus one, or zero.
    near: Box<[u32]>,
    /// Numbers that are not close to the others.
    far: HashMap<i64, u32, RandomState>,
    texts: HashMap<Arc<str>, u32, RandomState>,
}

/// A variant among those of a type that have cells of their own; `None` for all other records.
pub(crate) type Column = Option<u32>;

impl Grid {
    pub(crate) fn of(policy: &Policy) -> Self {
        let schema = &policy.schema;
        let count = schema.actions().len();
        let mut actions: Vec<ActionIndex> = (0..count).map(ActionIndex::new).collect();
        let (mut variants, mut types) = (vec![Variants::default(); count], Vec::new());
        for (own, all) in schema.actions_and_variants() {
            let named: Box<[VariantIndex]> = all.filter(|variant| policy.named.contains(*variant)).collect();
            if named.is_empty() {
                continue;
            }
            for action in own {
                let first = CellIndex::new(actions.len()).number();
                variants[action] = Variants { of: CellIndex::new(types.len() + 1).number(), first };
                actions.extend(named.iter().map(|_| ActionIndex::new(action)));
            }
            let values = Values::of(schema, &named);
            types.push(Type { named, values });
        }
        let named = policy.named.clone();
        Self { named, actions: actions.into(), variants: variants.into(), types: types.into() }
    }

    /// Whether these are the places of a policy too.
    pub(crate) fn fits(&self, policy: &Policy) -> bool {
        self.named.same(&policy.named)
    }

    /// The actions of all cells.
    pub(crate) fn actions(&self) -> &[ActionIndex] {
        &self.actions
    }

    /// The cells of an action for variants, and its type, if roles name variants of that.
    #[inline]
    fn variants(&self, action: ActionIndex) -> Option<(Variants, &Type)> {
        let variants = *self.variants.get(action.index())?;
        Some((variants, self.types.get(variants.of.wrapping_sub(1) as usize)?))
    }

    /// The actions that have cells for variants.
    pub(crate) fn with_variants(&self) -> impl Iterator<Item = ActionIndex> {
        let all = self.variants.iter().enumerate().filter(|(_, variants)| variants.of > 0);
        all.map(|(action, _)| ActionIndex::new(action))
    }

    /// The columns in which an action has a cell: that of all other records first.
    pub(crate) fn columns(&self, action: ActionIndex) -> impl Iterator<Item = Column> + use<> {
        let named = self.variants(action).map_or(0, |(_, of)| of.named.len());
        std::iter::once(None).chain((0..named).map(|column| Some(CellIndex::new(column).number())))
    }

    /// All cells, as actions and columns, each after those of the actions that it requires.
    pub(crate) fn required_first(&self, schema: &Schema) -> impl Iterator<Item = (ActionIndex, Column)> {
        let actions = schema.required_first().iter();
        actions.flat_map(|action| self.columns(*action).map(|column| (*action, column)))
    }

    /// The cell of an action in a column of its type.
    pub(crate) fn at(&self, action: ActionIndex, column: Column) -> CellIndex {
        let first = column.and_then(|column| Some((column, self.variants(action)?.0.first)));
        first.map_or(CellIndex::default_of(action), |(column, first)| CellIndex::of_number(first + column))
    }

    /// The column of a record with this variant, for an action of its type.
    pub(crate) fn column(&self, action: ActionIndex, variant: Option<VariantRef<'_>>) -> Column {
        self.variants(action)?.1.values.column(variant?)
    }

    /// The case that a cell decides on.
    pub(crate) fn case_at(&self, at: CellIndex) -> Case {
        let action = self.actions[at.index()];
        let own = self.variants(action).and_then(|(variants, of)| {
            let column = at.number().checked_sub(variants.first)?;
            of.named.get(column as usize).copied()
        });
        Case::new(action, own)
    }

    /// The cell of an action for a record with this variant.
    #[inline]
    pub(crate) fn cell(&self, action: ActionIndex, variant: Option<VariantRef<'_>>) -> CellIndex {
        let own = variant.and_then(|variant| {
            let (variants, of) = self.variants(action)?;
            Some(CellIndex::of_number(variants.first + of.values.column(variant)?))
        });
        own.unwrap_or(CellIndex::default_of(action))
    }

    /// The cell that decides on a case.
    pub(crate) fn cell_of(&self, case: Case) -> CellIndex {
        self.at(case.action, self.column_of(case))
    }

    fn column_of(&self, case: Case) -> Column {
        let column = self.variants(case.action)?.1.named.binary_search(&case.variant?).ok()?;
        Some(CellIndex::new(column).number())
    }

    /// The variant of a column.
    pub(crate) fn variant(&self, action: ActionIndex, column: Column) -> Option<VariantIndex> {
        self.variants(action)?.1.named.get(column? as usize).copied()
    }

    /// The case that decides on records in a column.
    pub(crate) fn case(&self, action: ActionIndex, column: Column) -> Case {
        Case::new(action, self.variant(action, column))
    }

    /// Calls `give` with each cell in which a role has a level, its action and the level.
    pub(crate) fn levels_of(&self, role: &Role, mut give: impl FnMut(CellIndex, ActionIndex, Level)) {
        for (case, level) in &role.grants {
            if case.variant.is_some() || self.variants(case.action).is_none() {
                give(self.cell_of(*case), case.action, *level);
                continue;
            }
            for column in self.columns(case.action) {
                let own = self.case(case.action, column);
                if own.variant.is_none() || role.own_level(own).is_none() {
                    give(self.at(case.action, column), case.action, *level);
                }
            }
        }
    }
}

impl Values {
    /// The most entries of the table of numbers, for each number.
    const SPREAD: u64 = 16;

    fn of(schema: &Schema, named: &[VariantIndex]) -> Self {
        let columns = named.iter().zip(0..);
        let all =
            columns.flat_map(|(variant, column)| schema.variant(*variant).values.iter().map(move |it| (it, column)));
        let integers: BTreeMap<i64, u32> =
            all.clone().filter_map(|(value, column)| Some((value.as_integer()?, column))).collect();
        let texts = all.filter_map(|(value, column)| Some((value.shared_text()?.clone(), column))).collect();
        let (least, most) =
            (integers.keys().next().copied().unwrap_or(0), integers.keys().last().copied().unwrap_or(-1));
        let spread = most.wrapping_sub(least).cast_unsigned().wrapping_add(1);
        let count = u64::try_from(integers.len()).unwrap_or(u64::MAX);
        if spread > count.saturating_mul(Self::SPREAD) {
            return Self { least, near: Box::default(), far: integers.into_iter().collect(), texts };
        }
        let near = (0..spread).map(|nth| {
            let column = integers.get(&least.wrapping_add_unsigned(nth));
            column.map_or(0, |column| column + 1)
        });
        Self { least, near: near.collect(), far: HashMap::default(), texts }
    }

    #[inline]
    fn column(&self, value: VariantRef<'_>) -> Column {
        match value.value() {
            Value::Integer(value) => {
                let place = value.wrapping_sub(self.least).cast_unsigned();
                match usize::try_from(place).ok().and_then(|place| self.near.get(place)) {
                    Some(column) => column.checked_sub(1),
                    None => self.far_column(value),
                }
            }
            Value::Text(value) => self.texts.get(value).copied(),
        }
    }

    #[inline(never)]
    fn far_column(&self, value: i64) -> Column {
        if self.far.is_empty() { None } else { self.far.get(&value).copied() }
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;
    use crate::document::{Action, Document, ResourceType, Role, Section};
    use crate::policy::Policy;
    use crate::vocabulary::level::Level;

    /// The cells of a row, where roles name these of a hundred variants of deals, which have three actions; contacts have two.
    fn cells(named: &[&str]) -> usize {
        let deal = ["read", "update", "enter"]
            .into_iter()
            .map(Action::new)
            .fold(ResourceType::new("deal"), ResourceType::action);
        let deal = (0..100).fold(deal, |deal, nth| deal.variant(format!("stage{nth}")));
        let contact = ResourceType::new("contact").action(Action::new("read")).action(Action::new("update"));
        let role = Role::new(1, "crm", "Seller").grant("deal.update", Level::All);
        let role = named.iter().fold(role, |role, name| role.grant_variant("deal.update", *name, Level::Own));
        let document = Document::new().section(Section::new("crm").resource(deal).resource(contact)).role(role);
        Policy::from_document(document).map_or(0, |policy| Grid::of(&policy).actions.len())
    }

    #[test]
    fn rows_grow_with_the_variants_that_roles_name() {
        assert_eq!(cells(&[]), 5);
        assert_eq!(cells(&["stage7"]), 5 + 3);
        assert_eq!(cells(&["stage7", "stage93"]), 5 + 2 * 3);
    }
}
