//! Roles, with their grants and the subjects that they are assigned to.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::collections::persistent::{Map, Set};
use crate::document;
use crate::document::Levels;
use crate::policy::assignment::Assignment;
use crate::policy::dated::Dated;
use crate::policy::fact::RoleState;
use crate::policy::org::Org;
use crate::policy::rules::{self, Invalid, Kind};
use crate::policy::schema::Schema;
use crate::policy::unknown::{UnknownPermission, Why};
use crate::policy::validate::{Problems, check_id, repeated};
use crate::vocabulary::id::RoleId;
use crate::vocabulary::index::{ActionIndex, Case, Idx, SectionIndex, VariantIndex};
use crate::vocabulary::level::Level;
use crate::vocabulary::period::{Period, Tenure};

/// A role of one section.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) section: SectionIndex,
    pub(crate) name: String,
    pub(crate) hidden: bool,
    pub(crate) locked: bool,
    /// The levels by case: of variants those of their own, `deny` too, and beside them those other than `deny`. For a
    /// toggle, `all` stands for `allow`.
    pub(crate) grants: BTreeMap<Case, Level>,
    pub(crate) assigned_to: Set<Assignment>,
}

impl Role {
    /// A role without grants and assignments.
    pub(crate) fn new(state: &RoleState) -> Self {
        let RoleState { section, name, hidden, locked } = state.clone();
        Self { section, name, hidden, locked, grants: BTreeMap::new(), assigned_to: Set::default() }
    }

    pub(crate) fn state(&self) -> RoleState {
        RoleState { section: self.section, name: self.name.clone(), hidden: self.hidden, locked: self.locked }
    }

    /// The level for a case: that of the variant, or else the default.
    pub(crate) fn level(&self, case: Case) -> Level {
        let own = case.variant.and_then(|_| self.grants.get(&case));
        own.or_else(|| self.grants.get(&Case::default_of(case.action))).copied().unwrap_or(Level::Deny)
    }

    /// The level that it has for just this case.
    pub(crate) fn own_level(&self, case: Case) -> Option<Level> {
        self.grants.get(&case).copied()
    }

    /// The levels for an action, case by case.
    pub(crate) fn levels_of(&self, action: ActionIndex) -> impl Iterator<Item = (Case, Level)> {
        let all = Case::default_of(action)..=Case::new(action, Some(VariantIndex::of_number(u32::MAX)));
        self.grants.range(all).map(|(case, level)| (*case, *level))
    }

    /// The actions that it has a level for, in the order of the schema.
    pub(crate) fn actions(&self) -> impl Iterator<Item = ActionIndex> {
        let mut last = None;
        let actions = self.grants.keys().map(|case| case.action);
        actions.filter(move |action| last.replace(*action) != Some(*action))
    }

    /// Its levels by the names of permissions, as documents write them, in the order of the schema.
    pub(crate) fn written_grants(&self, schema: &Schema) -> impl Iterator<Item = (String, Levels)> {
        self.actions().map(|action| (schema.action_name(action), schema.written_levels(self.levels_of(action))))
    }

    /// Whether it is assigned to anybody in a place.
    pub(crate) fn has_place(&self) -> bool {
        self.assigned_to.iter().any(|to| to.place.is_some())
    }

    /// Sets the level for just this case, or takes it away.
    pub(crate) fn set(&mut self, case: Case, level: Option<Level>) {
        match level {
            None => self.grants.remove(&case),
            Some(level) => self.grants.insert(case, level),
        };
    }
}

/// The roles, in canonical order.
pub(crate) type Roles = Map<RoleId, Arc<Role>>;

/// The role of each name, by section and name in Unicode lower case. So checking a new name is one look-up.
pub(crate) type Names = Map<(SectionIndex, String), RoleId>;

pub(crate) fn index_names(roles: &Roles) -> Names {
    let name = |(id, role): (&RoleId, &Arc<Role>)| ((role.section, role.name.to_lowercase()), id.clone());
    let mut names: Vec<_> = roles.iter().map(name).collect();
    names.sort_unstable();
    Names::of_sorted(names)
}

pub(crate) fn from_document(
    written: Vec<document::Role>,
    schema: &Schema,
    org: &Org,
    dated: &mut Vec<((RoleId, Assignment), Period)>,
    problems: &mut Problems,
) -> Roles {
    let repeated = repeated(written.iter().map(|role| &role.id));
    let mut roles = Vec::with_capacity(written.len());
    let mut by_name: HashMap<(String, String), RoleId> = HashMap::with_capacity(written.len());
    for (r, role) in written.into_iter().enumerate() {
        let path = format!("roles[{r}]");
        check_id(format_args!("{path}.id"), &role.id, problems);
        if let Some(other) = repeated.get(&r) {
            let taken = Invalid::taken(Kind::Role, &role.id, Some(format!("roles[{other}]")));
            problems.add(format_args!("{path}.id"), &taken);
        }
        let section =
            problems.note(format_args!("{path}.section"), schema.known_section(&role.section, problems.are_few()));
        let name = (role.section, role.name.to_lowercase());
        if role.name.is_empty() {
            problems.add(format_args!("{path}.name"), &Invalid::EmptyName);
        } else if let Some(other) = by_name.get(&name) {
            problems.add(format_args!("{path}.name"), &rules::role_name_taken(&role.name, other));
        } else {
            by_name.insert(name, role.id.clone());
        }
        let grants = read_grants(&path, section, &role.grants, schema, problems);
        let (assigned_to, with_periods) = read_assignments(&path, &role.assigned_to, org, problems);
        dated.extend(with_periods.into_iter().map(|(to, period)| ((role.id.clone(), to), period)));
        let read = Role {
            section: section.unwrap_or_default(),
            name: role.name,
            hidden: role.hidden,
            locked: role.locked,
            grants,
            assigned_to,
        };
        roles.push((role.id, Arc::new(read)));
    }
    roles.sort_by(|(a, _), (b, _)| a.cmp(b));
    Roles::of_sorted(roles)
}

fn read_grants(
    path: &str,
    section: Option<SectionIndex>,
    written: &BTreeMap<String, Levels>,
    schema: &Schema,
    problems: &mut Problems,
) -> BTreeMap<Case, Level> {
    let mut grants = BTreeMap::new();
    for (name, levels) in written {
        let path = format_args!("{path}.grants[{name:?}]");
        let known = match levels {
            // A reader of TOML takes an unquoted dot for a table within a table.
            Levels::ByVariant { .. } if !name.contains('.') => {
                Err(Invalid::UnknownPermission(UnknownPermission::new(name, Why::Unquoted(name.clone()))))
            }
            _ => schema.known_action(name, problems.are_few()),
        };
        let Some(action) = problems.note(path, known) else { continue };
        if let Some(section) = section {
            problems.note(path, schema.check_section(action, section));
        }
        let are_few = problems.are_few();
        let known = schema.known_levels(action, levels, are_few, |within, invalid| {
            problems.add(format_args!("{path}{within}"), &invalid);
        });
        grants.extend(known);
    }
    grants
}

fn read_assignments(
    path: &str,
    written: &[document::Assignment],
    org: &Org,
    problems: &mut Problems,
) -> (Set<Assignment>, BTreeMap<Assignment, Period>) {
    let (mut assignments, mut dated) = (Set::default(), BTreeMap::new());
    for (a, written) in written.iter().enumerate() {
        let path = format_args!("{path}.assigned_to[{a}]");
        let read =
            org.known_assignment(written, |within, invalid| problems.add(format_args!("{path}{within}"), &invalid));
        let Some((assignment, tenure)) = read else { continue };
        if assignments.contains(&assignment) || dated.contains_key(&assignment) {
            problems.add(path, &assignment.repeated());
        } else if let Some(period) = tenure.period() {
            dated.insert(assignment, period);
        } else {
            assignments.insert(assignment);
        }
    }
    (assignments, dated)
}

/// All assignments of a role with their tenures, whether they hold or not, in canonical order.
pub(crate) fn stated<'r>(
    id: &RoleId,
    role: &'r Role,
    dated: &'r Dated,
) -> impl Iterator<Item = (&'r Assignment, Tenure)> + use<'r> {
    let with_periods: Vec<_> = dated.assignments_of(id).map(|(to, period)| (to, Tenure::During(period))).collect();
    let has_period = |to: &Assignment| with_periods.binary_search_by_key(&to, |(to, _)| to).is_ok();
    let always: Vec<_> = role.assigned_to.iter().filter(|to| !has_period(to)).map(|to| (to, Tenure::Always)).collect();
    let mut all = always;
    all.extend(with_periods);
    all.sort_unstable_by_key(|(to, _)| *to);
    all.into_iter()
}

pub(crate) fn to_document(roles: &Roles, schema: &Schema, dated: &Dated) -> Vec<document::Role> {
    let role = |(id, role): (&RoleId, &Arc<Role>)| document::Role {
        id: id.clone(),
        section: schema.section(role.section).name.clone(),
        name: role.name.clone(),
        hidden: role.hidden,
        locked: role.locked,
        grants: role.written_grants(schema).collect(),
        assigned_to: stated(id, role, dated).map(|(to, tenure)| to.clone().written(tenure.period())).collect(),
    };
    roles.iter().map(role).collect()
}
