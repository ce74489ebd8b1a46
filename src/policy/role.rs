//! Roles: what each grants, and the subjects that it is assigned to.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::collections::persistent::{Map, Set};
use crate::document;
use crate::document::Word;
use crate::policy::assignment::check_subject;
use crate::policy::org::Org;
use crate::policy::schema::Schema;
use crate::policy::validate::{Problems, check_id, names, repeated};
use crate::vocabulary::id::RoleId;
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::ActionIndex;
use crate::vocabulary::subject::Subject;

/// A role of one section.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    pub(crate) section: usize,
    pub(crate) name: String,
    pub(crate) hidden: bool,
    pub(crate) locked: bool,
    /// What it grants above `deny`. For a toggle, `all` stands for `allow`.
    pub(crate) grants: BTreeMap<ActionIndex, Level>,
    pub(crate) assigned_to: Set<Subject>,
}

impl Role {
    /// A role that grants nothing and that nobody has.
    pub(crate) fn new(section: usize, name: String, hidden: bool, locked: bool) -> Self {
        Self { section, name, hidden, locked, grants: BTreeMap::new(), assigned_to: Set::default() }
    }

    /// Sets the level for an action, and gives the one before.
    pub(crate) fn set(&mut self, action: ActionIndex, level: Level) -> Level {
        let before = match level {
            Level::Deny => self.grants.remove(&action),
            level => self.grants.insert(action, level),
        };
        before.unwrap_or(Level::Deny)
    }
}

/// The roles, in canonical order.
pub(crate) type Roles = Map<RoleId, Arc<Role>>;

/// Which role has which name: by section and Unicode lower case. So a new name costs one look, however many roles there are.
pub(crate) type Names = Map<(usize, String), RoleId>;

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
    problems: &mut Problems,
) -> Roles {
    let repeated = repeated(written.iter().map(|role| &role.id));
    let mut roles = Vec::with_capacity(written.len());
    let mut by_name = HashMap::with_capacity(written.len());
    for (r, role) in written.into_iter().enumerate() {
        let path = format!("roles[{r}]");
        check_id(format_args!("{path}.id"), &role.id, problems);
        if let Some(other) = repeated.get(&r) {
            problems.add(
                format_args!("{path}.id"),
                format_args!("`{}` is already the id of `roles[{other}]`: each role has its own", role.id),
            );
        }
        let section = schema.section_place(&role.section);
        if section.is_none() {
            let known = names(schema.sections());
            let name = &role.section;
            problems
                .add(format_args!("{path}.section"), format_args!("there is no section `{name}`: there are {known}"));
        }
        if role.name.is_empty() {
            problems.add(format_args!("{path}.name"), "the name is empty");
        } else if let Some(other) = by_name.insert((role.section, role.name.to_lowercase()), r) {
            let name = &role.name;
            problems.add(
                format_args!("{path}.name"),
                format_args!(
                    "`{name}` is already the name of `roles[{other}]`: in its section a role has its own, whatever the case"
                ),
            );
        }
        let read = Role {
            section: section.unwrap_or_default(),
            name: role.name,
            hidden: role.hidden,
            locked: role.locked,
            grants: read_grants(&path, section, &role.grants, schema, problems),
            assigned_to: read_subjects(&path, role.assigned_to, org, problems),
        };
        roles.push((role.id, Arc::new(read)));
    }
    roles.sort_by(|(a, _), (b, _)| a.cmp(b));
    Roles::of_sorted(roles)
}

fn read_grants(
    path: &str,
    section: Option<usize>,
    written: &BTreeMap<String, Word<crate::vocabulary::level::Grant>>,
    schema: &Schema,
    problems: &mut Problems,
) -> BTreeMap<ActionIndex, Level> {
    let mut grants = BTreeMap::new();
    for (name, word) in written {
        let path = format_args!("{path}.grants[{name:?}]");
        let action = match schema.action_named(name) {
            Ok(action) => action,
            Err(error) => {
                problems.add(path, error);
                continue;
            }
        };
        let section_of_action = schema.resource_of(action).section;
        if section.is_some_and(|section| section != section_of_action) {
            let (own, other) = (section.unwrap_or_default(), &schema.section_at(section_of_action).name);
            let own = &schema.section_at(own).name;
            problems.add(path, format_args!("`{name}` belongs to section `{other}`, and this role to `{own}`"));
        }
        match word.known().map_err(|error| error.to_string()).and_then(|grant| schema.level_of(action, grant)) {
            Ok(Level::Deny) => {}
            Ok(level) => {
                grants.insert(action, level);
            }
            Err(error) => problems.add(path, error),
        }
    }
    grants
}

fn read_subjects(path: &str, written: Vec<Word<Subject>>, org: &Org, problems: &mut Problems) -> Set<Subject> {
    let mut subjects = Set::default();
    for (s, subject) in written.into_iter().enumerate() {
        let path = format_args!("{path}.assigned_to[{s}]");
        let subject = match subject {
            Word::Known(subject) => subject,
            Word::Unknown(word) => {
                problems.add(path, Subject::unknown(&word));
                continue;
            }
        };
        if let Err(error) = check_subject(&subject, org) {
            problems.add(path, error);
        } else if subjects.contains(&subject) {
            problems.add(path, format_args!("`{subject}` stands here twice"));
        }
        subjects.insert(subject);
    }
    subjects
}

pub(crate) fn to_document(roles: &Roles, schema: &Schema) -> Vec<document::Role> {
    let grant = |(action, level): (&ActionIndex, &Level)| {
        (schema.action_name(*action), Word::Known(schema.grant_of(*action, *level)))
    };
    let role = |(id, role): (&RoleId, &Arc<Role>)| document::Role {
        id: id.clone(),
        section: schema.section_at(role.section).name.clone(),
        name: role.name.clone(),
        hidden: role.hidden,
        locked: role.locked,
        grants: role.grants.iter().map(grant).collect(),
        assigned_to: role.assigned_to.iter().cloned().map(Word::Known).collect(),
    };
    roles.iter().map(role).collect()
}
