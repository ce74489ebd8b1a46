//! The places of cells in rows: one for each action, and one more for each variant of its records that some role names.
//!
//! ```text
//! actions       contact.read  contact.update  deal.read  deal.update
//! default       0             1               2          3
//! deal, won                                   4          5
//! deal, lost                                  6          7
//! ```
//!
//! So a type without variants has just the cells of its actions, and a check that meets no variant looks nowhere else.

use std::sync::Arc;

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
    /// By action: the block of its type, plus one; zero if roles name no variant of it.
    block_of: Box<[u32]>,
    blocks: Box<[Block]>,
}

/// The cells of the variants of one type.
#[derive(Clone, Debug)]
struct Block {
    /// The first cell, that of the first action for the first of these variants.
    first: usize,
    first_action: usize,
    actions: usize,
    /// The variants that roles name, in the order of the schema.
    named: Box<[VariantIndex]>,
    values: Values,
}

/// The columns of variants by the values that mean them.
#[derive(Clone, Debug, Default)]
struct Values {
    integers: Box<[(i64, u32)]>,
    texts: Box<[(Arc<str>, u32)]>,
}

/// A variant among those of a type that have cells of their own; `None` for all other records.
pub(crate) type Column = Option<u32>;

impl Grid {
    pub(crate) fn of(policy: &Policy) -> Self {
        let schema = &policy.schema;
        let count = schema.actions().len();
        let mut actions: Vec<ActionIndex> = (0..count).map(ActionIndex::new).collect();
        let (mut block_of, mut blocks) = (vec![0; count], Vec::new());
        for (own, variants) in schema.actions_and_variants() {
            let named: Box<[VariantIndex]> = variants.filter(|variant| policy.named.contains(*variant)).collect();
            if named.is_empty() {
                continue;
            }
            let values = Values::of(schema, &named);
            blocks.push(Block { first: actions.len(), first_action: own.start, actions: own.len(), named, values });
            let block = &blocks[blocks.len() - 1];
            for action in own.clone() {
                block_of[action] = ActionIndex::new(blocks.len()).number();
            }
            for _ in &*block.named {
                actions.extend(own.clone().map(ActionIndex::new));
            }
        }
        let named = policy.named.clone();
        Self { named, actions: actions.into(), block_of: block_of.into(), blocks: blocks.into() }
    }

    /// Whether these are the places of a policy too.
    pub(crate) fn fits(&self, policy: &Policy) -> bool {
        self.named.same(&policy.named)
    }

    /// The actions of all cells.
    pub(crate) fn actions(&self) -> &[ActionIndex] {
        &self.actions
    }

    fn block(&self, action: ActionIndex) -> Option<&Block> {
        let block = *self.block_of.get(action.index())?;
        self.blocks.get(block.checked_sub(1)? as usize)
    }

    /// The actions that have cells for variants.
    pub(crate) fn with_variants(&self) -> impl Iterator<Item = ActionIndex> {
        let blocks = self.blocks.iter();
        blocks.flat_map(|block| (block.first_action..block.first_action + block.actions).map(ActionIndex::new))
    }

    /// The columns in which an action has a cell: that of all other records first.
    pub(crate) fn columns(&self, action: ActionIndex) -> impl Iterator<Item = Column> + use<> {
        let named = self.block(action).map_or(0, |block| block.named.len());
        std::iter::once(None).chain((0..named).map(|column| Some(ActionIndex::new(column).number())))
    }

    /// All cells, as actions and columns, each after those of the actions that it requires.
    pub(crate) fn required_first(&self, schema: &Schema) -> impl Iterator<Item = (ActionIndex, Column)> {
        let actions = schema.required_first().iter();
        actions.flat_map(|action| self.columns(*action).map(|column| (*action, column)))
    }

    /// The cell of an action in a column of its type.
    #[inline]
    pub(crate) fn at(&self, action: ActionIndex, column: Column) -> CellIndex {
        match (column, self.block(action)) {
            (Some(column), Some(block)) => {
                CellIndex::new(block.first + column as usize * block.actions + action.index() - block.first_action)
            }
            _ => CellIndex::default_of(action),
        }
    }

    /// The column of a record with this variant, for an action of its type.
    #[inline]
    pub(crate) fn column(&self, action: ActionIndex, variant: Option<VariantRef<'_>>) -> Column {
        let (variant, block) = (variant?, self.block(action)?);
        block.values.column(variant)
    }

    /// The case that a cell decides on.
    pub(crate) fn case_at(&self, at: CellIndex) -> Case {
        let action = self.actions[at.index()];
        let Some(block) = self.block(action) else { return Case::default_of(action) };
        let variant = at.index().checked_sub(block.first).map(|place| block.named[place / block.actions]);
        Case::new(action, variant)
    }

    /// The cell of an action for a record with this variant.
    #[inline]
    pub(crate) fn cell(&self, action: ActionIndex, variant: Option<VariantRef<'_>>) -> CellIndex {
        self.at(action, self.column(action, variant))
    }

    /// The cell that decides on a case.
    pub(crate) fn cell_of(&self, case: Case) -> CellIndex {
        let place = |variant| self.block(case.action)?.named.binary_search(&variant).ok();
        let column = case.variant.and_then(place).map(|column| ActionIndex::new(column).number());
        self.at(case.action, column)
    }

    /// The variant of a column.
    pub(crate) fn variant(&self, action: ActionIndex, column: Column) -> Option<VariantIndex> {
        self.block(action)?.named.get(column? as usize).copied()
    }

    /// The case that decides on records in a column.
    pub(crate) fn case(&self, action: ActionIndex, column: Column) -> Case {
        Case::new(action, self.variant(action, column))
    }

    /// Calls `give` with each cell in which a role has a level, its action and the level.
    pub(crate) fn levels_of(&self, role: &Role, mut give: impl FnMut(CellIndex, ActionIndex, Level)) {
        for (case, level) in &role.grants {
            let Some(block) = self.block(case.action) else {
                give(CellIndex::default_of(case.action), case.action, *level);
                continue;
            };
            if let Some(variant) = case.variant {
                let column = block.named.binary_search(&variant).ok();
                let column = column.map(|column| ActionIndex::new(column).number());
                give(self.at(case.action, column), case.action, *level);
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
    fn of(schema: &Schema, named: &[VariantIndex]) -> Self {
        let (mut integers, mut texts) = (Vec::new(), Vec::new());
        for (column, variant) in named.iter().enumerate() {
            let column = ActionIndex::new(column).number();
            for value in &schema.variant(*variant).values {
                integers.extend(value.as_integer().map(|value| (value, column)));
                texts.extend(value.shared_text().map(|value| (value.clone(), column)));
            }
        }
        integers.sort_unstable();
        texts.sort_unstable();
        Self { integers: integers.into(), texts: texts.into() }
    }

    #[inline]
    fn column(&self, value: VariantRef<'_>) -> Column {
        match value.value() {
            Value::Integer(value) => {
                let place = self.integers.binary_search_by_key(&value, |(value, _)| *value).ok()?;
                Some(self.integers[place].1)
            }
            Value::Text(value) => {
                let place = self.texts.binary_search_by(|(text, _)| (**text).cmp(value)).ok()?;
                Some(self.texts[place].1)
            }
        }
    }
}
