//! The cases of actions: look-ups of variants, and the levels of a role case by case.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::document::{Levels, Word};
use crate::policy::near::names_near;
use crate::policy::rules::Invalid;
use crate::policy::schema::variant::Variant;
use crate::policy::schema::{ResourceType, Schema};
use crate::vocabulary::id::{VariantId, VariantRef};
use crate::vocabulary::index::{ActionIndex, Case, Idx, SectionIndex, VariantIndex};
use crate::vocabulary::level::{Grant, Level};

impl Schema {
    pub(crate) fn variant(&self, variant: VariantIndex) -> &Variant {
        &self.variants[variant.index()]
    }

    /// The actions and variants of each resource type.
    pub(crate) fn actions_and_variants(
        &self,
    ) -> impl Iterator<Item = (Range<usize>, impl Iterator<Item = VariantIndex> + use<>)> {
        let types = self.resources.iter();
        types.map(|resource| (resource.actions.clone(), resource.variants.clone().map(VariantIndex::new)))
    }

    /// The names of the variants of each resource type of a section that has some.
    pub(crate) fn variants_in(&self, section: SectionIndex) -> impl Iterator<Item = (&str, Vec<&str>)> {
        let types = self.resources[self.section(section).resources.clone()].iter();
        let variants = types.map(|resource| {
            let variants = self.variants[resource.variants.clone()].iter();
            (resource.name.as_str(), variants.map(|variant| variant.name.as_str()).collect::<Vec<_>>())
        });
        variants.filter(|(_, variants)| !variants.is_empty())
    }

    /// The variants of a resource type with their names.
    pub(crate) fn variants_named(&self, of: &ResourceType) -> impl Iterator<Item = (VariantIndex, &str)> {
        let variants = of.variants.clone().map(VariantIndex::new);
        variants.map(|variant| (variant, self.variant(variant).name.as_str()))
    }

    /// The variants of the type that an action belongs to, in the order of the document. A toggle has none.
    pub(crate) fn variants_of(&self, action: ActionIndex) -> impl Iterator<Item = VariantIndex> + use<> {
        let of = if self.action(action).toggle { 0..0 } else { self.resource_of(action).variants.clone() };
        of.map(VariantIndex::new)
    }

    /// The variant of an action's type that a value means. A toggle knows none.
    pub(crate) fn variant_with(&self, action: ActionIndex, value: VariantRef<'_>) -> Option<VariantIndex> {
        self.variants_of(action).find(|variant| self.has_value(*variant, value))
    }

    /// The variant of a resource type that a value means.
    pub(crate) fn variant_in(&self, resource: &str, value: VariantRef<'_>) -> Option<VariantIndex> {
        let mut variants = self.resource(resource)?.variants.clone().map(VariantIndex::new);
        variants.find(|variant| self.has_value(*variant, value))
    }

    fn has_value(&self, variant: VariantIndex, value: VariantRef<'_>) -> bool {
        let values = &self.variant(variant).values;
        values.binary_search_by(|each| each.borrowed().cmp(&value)).is_ok()
    }

    /// The name of a case's variant, if it is about one.
    pub(crate) fn variant_name(&self, case: Case) -> Option<&str> {
        case.variant.map(|variant| self.variant(variant).name.as_str())
    }

    /// The permission of a case for a message, in backticks: `` `deal.read` `` or `` `deal.read` in `won` ``.
    pub(crate) fn name_of_case(&self, case: Case) -> String {
        let name = self.action_name(case.action);
        self.variant_name(case).map_or_else(|| format!("`{name}`"), |variant| format!("`{name}` in `{variant}`"))
    }

    /// The case of an action for records of the variant with this name.
    pub(crate) fn known_case(&self, action: ActionIndex, variant: &str, suggest: bool) -> Result<Case, Invalid> {
        if self.action(action).toggle {
            return Err(Invalid::OneLevel { permission: self.action_name(action), toggle: true });
        }
        let resource = self.resource_of(action);
        let named = |index: &VariantIndex| self.variant(*index).name == variant;
        if let Some(index) = self.variants_of(action).find(named) {
            return Ok(Case::new(action, Some(index)));
        }
        let all = &self.variants[resource.variants.clone()];
        let is_value = |value: &VariantId| value.as_text() == Some(variant) || value.to_string() == variant;
        let meant = all.iter().find(|other| other.values.iter().any(is_value)).map(|other| other.name.clone());
        let known = match all {
            [] => String::new(),
            all => names_near(variant, all.iter().map(|other| other.name.as_str()), suggest),
        };
        Err(Invalid::UnknownVariant { resource: resource.name.clone(), name: variant.to_owned(), known, meant })
    }

    /// The levels of a role for an action, case by case, without those that are `deny` for lack of another. Passes on each
    /// problem, with the path within the levels.
    pub(crate) fn known_levels(
        &self,
        action: ActionIndex,
        levels: &Levels,
        suggest: bool,
        mut problem: impl FnMut(String, Invalid),
    ) -> Vec<(Case, Level)> {
        let (default, variants) = match levels {
            Levels::Alike(word) => (Some((String::new(), word)), None),
            Levels::ByVariant { default, variants } => {
                let toggle = self.action(action).toggle;
                if toggle || self.variants_of(action).next().is_none() {
                    problem(String::new(), Invalid::OneLevel { permission: self.action_name(action), toggle });
                    return Vec::new();
                }
                (default.as_ref().map(|word| (key(Levels::DEFAULT), word)), Some(variants))
            }
        };
        let mut known = Vec::new();
        if let Some((path, word)) = default {
            match self.known_level(action, word) {
                Ok(Level::Deny) => {}
                Ok(level) => known.push((Case::default_of(action), level)),
                Err(invalid) => problem(path, invalid),
            }
        }
        for (name, word) in variants.into_iter().flatten() {
            let case = self.known_case(action, name, suggest).map_err(|invalid| problem(key(name), invalid));
            let level = self.known_level(action, word).map_err(|invalid| problem(key(name), invalid));
            if let (Ok(case), Ok(level)) = (case, level) {
                known.push((case, level));
            }
        }
        known.sort_unstable_by_key(|(case, _)| *case);
        known
    }

    /// The same for a command: the first problem is its error.
    pub(crate) fn levels(&self, action: ActionIndex, levels: &Levels) -> Result<Vec<(Case, Level)>, Invalid> {
        let mut first = None;
        let known = self.known_levels(action, levels, true, |_, invalid| _ = first.get_or_insert(invalid));
        first.map_or(Ok(known), Err)
    }

    /// The reverse: the levels of an action, case by case, as documents write them.
    pub(crate) fn written_levels(&self, levels: impl IntoIterator<Item = (Case, Level)>) -> Levels {
        let (mut default, mut variants) = (None, BTreeMap::new());
        for (case, level) in levels {
            let word = Word::Known(self.grant_of(case.action, level));
            match self.variant_name(case) {
                None => default = Some(word),
                Some(variant) => _ = variants.insert(variant.to_owned(), word),
            }
        }
        if variants.is_empty() {
            Levels::Alike(default.unwrap_or(Word::Known(Grant::DENY)))
        } else {
            Levels::ByVariant { default, variants }
        }
    }
}

/// The path of a key.
fn key(name: &str) -> String {
    format!("[{name:?}]")
}
