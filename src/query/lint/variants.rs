//! Findings about variants and fields.

use crate::policy::validate::names;
use crate::query::lint::{Known, Lint, code};
use crate::vocabulary::index::{ActionIndex, Case, CellIndex};
use crate::vocabulary::level::Level;

impl Lint<'_> {
    /// Variants that no role names, and fields that are readable without the record.
    pub(super) fn schema(&mut self) {
        let policy = self.policy;
        for resource in policy.schema.resource_types() {
            let unnamed =
                policy.schema.variants_named(resource).filter(|(variant, _)| !policy.named.contains(*variant));
            let unnamed: Vec<&str> = unnamed.map(|(_, name)| name).collect();
            if !unnamed.is_empty() {
                let path = format_args!("schema {}.variants", resource.name);
                let unnamed = names(unnamed);
                self.add(path, code::UNNAMED_VARIANT, format_args!("no role has a level for {unnamed}"));
            }
            let Some(read) = policy.schema.action_named(&format!("{}.read", resource.name)) else { continue };
            for field in &resource.fields {
                for (key, action) in [("read", field.read), ("write", field.write)] {
                    let Some(action) = action.filter(|action| !policy.schema.needed(*action).contains(&read)) else {
                        continue;
                    };
                    let (name, read) = (policy.schema.action_name(action), policy.schema.action_name(read));
                    let path = format_args!("schema {}.fields[{:?}].{key}", resource.name, field.name);
                    let message = format_args!(
                        "`{name}` does not require `{read}`, so it may be allowed for a record that is not"
                    );
                    self.add(path, code::FIELD_WITHOUT_READ, message);
                }
            }
        }
    }

    /// Variants of a role with less than all other records, and moves into variants whose records can't be read.
    pub(super) fn variants(&mut self, path: &str, place: usize, known: &Known<'_>) {
        let (schema, role) = (&self.policy.schema, self.roles[place].1);
        let is_narrower = |(case, level): &(&Case, &Level)| {
            case.variant.is_some() && !level.includes(role.level(Case::default_of(case.action)))
        };
        let narrower: Vec<Case> = role.grants.iter().filter(is_narrower).map(|(case, _)| *case).collect();
        if !narrower.is_empty() {
            let message = "it gives less than for all other records, so a record whose variant is missing or unknown is \
                           reached by more";
            self.add_of(path, code::NARROWER_VARIANT, &narrower, message);
        }
        let mut blind: Vec<Case> = Vec::new();
        for (at, _) in known.cells.of_role(place) {
            let case = known.cells.grid().case_at(*at);
            let read = schema.sibling(case.action, "read").map(|action| Case { action, ..case });
            let is_enter = schema.sibling(case.action, "enter") == Some(case.action);
            if let Some(read) = read.filter(|read| is_enter && !schema.action(read.action).toggle)
                && self.is_unreadable(place, read, known)
            {
                blind.push(case);
            }
        }
        if !blind.is_empty() {
            let message = "some of those who have this role may move a record there, and then not read it";
            self.add_of(path, code::ENTER_WITHOUT_READ, &blind, message);
        }
    }

    /// Whether some holder of a role may not read the records of a case. A role without holders is judged by itself.
    fn is_unreadable(&self, place: usize, read: Case, known: &Known<'_>) -> bool {
        let at: CellIndex = known.cells.grid().cell_of(read);
        let action: ActionIndex = read.action;
        if self.policy.schema.action(action).floor != Level::Deny {
            return false;
        }
        let reads = |role: usize| known.cells.level(role, at) != Level::Deny;
        let crowds = &known.holders.audiences[known.holders.audience_of[place]].crowds;
        if crowds.is_empty() {
            return !reads(place);
        }
        crowds.iter().any(|crowd| !known.holders.roles_of(*crowd).into_iter().any(reads))
    }
}
