//! Reads the schema from a document, and writes it to one.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::document;
use crate::document::{Levels, Word};
use crate::policy::org::cycle::targets_first;
use crate::policy::rules::{self, Invalid};
use crate::policy::schema::field::Field;
use crate::policy::schema::variant::Variant;
use crate::policy::schema::{Action, LevelSet, ResourceType, Schema, Section};
use crate::policy::validate::{Problems, check_id};
use crate::vocabulary::index::{ActionIndex, Idx, SectionIndex};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::mode::Unowned;

impl Schema {
    pub(crate) fn from_document(written: &document::Schema, problems: &mut Problems) -> Self {
        let mut schema = Self::default();
        for (s, section) in written.sections.iter().enumerate() {
            let path = format!("schema.sections[{s}]");
            check_name(&path, &section.name, problems);
            let index = SectionIndex::new(s);
            if let Some(other) = schema.section_by_name.insert(section.name.clone(), index) {
                let by = format!("`schema.sections[{}]`", other.index());
                problems.add(format_args!("{path}.name"), &taken(&section.name, by, "the schema"));
            }
            let resources = schema.resources.len();
            for (r, resource) in section.resources.iter().enumerate() {
                schema.add_resource(index, &format!("{path}.resources[{r}]"), resource, problems);
            }
            let resources = resources..schema.resources.len();
            schema.sections.push(Section { name: section.name.clone(), manage: None, resources });
            schema.sections[s].manage =
                section.manage.as_ref().and_then(|name| schema.manage(index, &path, name, problems));
        }
        schema.required_first = schema.order_requirements(written, problems);
        schema.fingerprint = {
            // Fixed keys, so that equal schemas have equal fingerprints in one build of the application. Another build may have
            // others, so they are never stored or sent.
            let mut hasher = DefaultHasher::new();
            (&schema.sections, &schema.resources, &schema.actions, &schema.variants).hash(&mut hasher);
            hasher.finish()
        };
        schema
    }

    fn add_resource(
        &mut self,
        section: SectionIndex,
        path: &str,
        written: &document::ResourceType,
        problems: &mut Problems,
    ) {
        check_name(path, &written.name, problems);
        if self.resource_by_name.insert(written.name.clone(), self.resources.len()).is_some() {
            let by = "another resource type".to_owned();
            problems.add(format_args!("{path}.name"), &taken(&written.name, by, "the whole document"));
        }
        let unowned = written.unowned.known().unwrap_or_else(|error| {
            problems.add(format_args!("{path}.unowned"), &Invalid::UnknownWord(error));
            Unowned::default()
        });
        let first = self.actions.len();
        for (a, action) in written.actions.iter().enumerate() {
            let path = format!("{path}.actions[{a}]");
            check_name(&path, &action.name, problems);
            let index = ActionIndex::new(first + a);
            let earlier = self.action_by_name.insert(format!("{}.{}", written.name, action.name), index);
            // If the resource type itself is repeated, that is reported above.
            if let Some(other) = earlier.and_then(|earlier| earlier.index().checked_sub(first)) {
                let by = format!("`actions[{other}]`");
                problems.add(format_args!("{path}.name"), &taken(&action.name, by, "its resource type"));
            }
            if action.toggle && action.shared {
                problems.add(format_args!("{path}.shared"), &Invalid::FieldOfToggle { field: "shared" });
            }
            if action.toggle && action.except_own {
                problems.add(format_args!("{path}.except_own"), &Invalid::FieldOfToggle { field: "except_own" });
            }
            self.actions.push(Action {
                name: action.name.clone(),
                resource: self.resources.len(),
                toggle: action.toggle,
                levels: read_levels(&path, action, problems),
                floor: read_floor(&path, action, problems),
                requires: Vec::new(),
                shared: action.shared,
                admin_bypass: action.admin_bypass.unwrap_or(true),
                except_own: action.except_own,
            });
        }
        for (a, action) in written.actions.iter().enumerate() {
            let path = format!("{path}.actions[{a}]");
            self.actions[first + a].requires = self.read_requirements(&path, &written.name, action, problems);
        }
        let fields = self.read_fields(path, written, problems);
        let variants = self.variants.len();
        self.variants.extend(read_variants(path, &written.variants, problems));
        let (actions, variants) = (first..self.actions.len(), variants..self.variants.len());
        let name = written.name.clone();
        self.resources.push(ResourceType { name, section, unowned, actions, variants, fields });
    }

    fn read_fields(&self, path: &str, written: &document::ResourceType, problems: &mut Problems) -> Vec<Field> {
        let mut fields = Vec::with_capacity(written.fields.len());
        for (name, field) in &written.fields {
            let path = format!("{path}.fields[{name:?}]");
            if name.is_empty() {
                problems.add(&path, &Invalid::EmptyName);
            }
            let document::Field { read, write } = field;
            if read.is_none() && write.is_none() {
                problems.add(&path, &Invalid::EmptyField);
            }
            let mut action = |key: &str, action: &Option<String>| {
                let path = format_args!("{path}.{key}");
                let action = action.as_ref()?;
                let found = problems.note(path, self.known_sibling(&written.name, action, problems.are_few()))?;
                if self.action(found).toggle {
                    problems.add(path, &Invalid::FieldByToggle { action: action.clone() });
                }
                Some(found)
            };
            fields.push(Field { name: name.clone(), read: action("read", read), write: action("write", write) });
        }
        fields
    }

    /// An action of the resource type that is being read, by its name.
    fn known_sibling(&self, resource: &str, name: &str, suggest: bool) -> Result<ActionIndex, Invalid> {
        self.action_by_name.get(&format!("{resource}.{name}")).copied().ok_or_else(|| {
            // The type itself is added behind its actions.
            let first = self.actions.partition_point(|action| action.resource < self.resources.len());
            let known = self.known_actions(first..self.actions.len(), name, suggest);
            Invalid::UnknownAction { resource: resource.to_owned(), action: name.to_owned(), known }
        })
    }

    fn read_requirements(
        &self,
        path: &str,
        resource: &str,
        action: &document::Action,
        problems: &mut Problems,
    ) -> Vec<ActionIndex> {
        let mut requires = BTreeSet::new();
        for (q, name) in action.requires.iter().enumerate() {
            let path = format_args!("{path}.requires[{q}]");
            let known = self.known_sibling(resource, name, problems.are_few());
            let Some(needed) = problems.note(path, known) else { continue };
            if !requires.insert(needed) {
                problems.add(path, &Invalid::repeated(name, "requires"));
            }
            if action.toggle && !self.action(needed).toggle {
                problems.add(path, &Invalid::ToggleRequiresLevelled { action: name.clone() });
            }
        }
        requires.into_iter().collect()
    }

    fn manage(&self, section: SectionIndex, path: &str, name: &str, problems: &mut Problems) -> Option<ActionIndex> {
        let path = format_args!("{path}.manage");
        let action = problems.note(path, self.known_action(name, problems.are_few()))?;
        let own = self.resource_of(action).section;
        if own != section {
            let (permission, section) = (name.to_owned(), self.section_name(section));
            let invalid = Invalid::OtherSection { permission, section: self.section_name(own), expected: section };
            problems.add(path, &invalid);
        } else if !self.action(action).admin_bypass {
            problems.add(path, &Invalid::ManageWithoutBypass { permission: name.to_owned() });
        }
        if let Some(excepting) = self.needed(action).into_iter().find(|needed| self.action(*needed).except_own) {
            let (permission, excepting) = (name.to_owned(), self.action_name(excepting));
            problems.add(path, &Invalid::ManageExceptOwn { permission, excepting });
        }
        Some(action)
    }

    /// Sorts all actions, each after those that it requires. A cycle is a problem that names its actions.
    fn order_requirements(&self, written: &document::Schema, problems: &mut Problems) -> Vec<ActionIndex> {
        let required = |(index, action): (usize, &Action)| {
            action.requires.iter().map(|required| (index, required.index())).collect::<Vec<_>>()
        };
        match targets_first(self.actions.len(), self.actions.iter().enumerate().flat_map(required)) {
            Ok(order) => order.into_iter().map(ActionIndex::new).collect(),
            Err(cycles) => {
                let paths = action_paths(written);
                for cycle in cycles {
                    let members = cycle.iter().map(|action| self.action_name(ActionIndex::new(*action)));
                    let path = format_args!("{}.requires", paths[cycle[0]]);
                    problems.add(path, &rules::cycle("actions", members));
                }
                Vec::new()
            }
        }
    }

    pub(crate) fn to_document(&self) -> document::Schema {
        let action = |action: &Action| {
            let floor = if action.toggle && action.floor == Level::All { Grant::Allow } else { action.floor.into() };
            let mut requires: Vec<String> =
                action.requires.iter().map(|required| self.action(*required).name.clone()).collect();
            requires.sort_unstable();
            document::Action {
                name: action.name.clone(),
                toggle: action.toggle,
                levels: (action.levels != LevelSet::ALL_EIGHT).then(|| action.levels.iter().map(Word::Known).collect()),
                floor: (action.floor != Level::Deny).then_some(Word::Known(floor)),
                requires,
                shared: action.shared,
                admin_bypass: (!action.admin_bypass).then_some(false),
                except_own: action.except_own,
            }
        };
        let variant = |variant: &Variant| {
            let Variant { name, values } = variant;
            let is_name = matches!(&values[..], [value] if value.as_text() == Some(name));
            document::Variant { name: name.clone(), values: (!is_name).then(|| values.clone()) }
        };
        let by = |action: Option<ActionIndex>| action.map(|action| self.action(action).name.clone());
        let field =
            |field: &Field| (field.name.clone(), document::Field { read: by(field.read), write: by(field.write) });
        let resource = |resource: &ResourceType| document::ResourceType {
            name: resource.name.clone(),
            unowned: Word::Known(resource.unowned),
            variants: self.variants[resource.variants.clone()].iter().map(variant).collect(),
            fields: resource.fields.iter().map(field).collect(),
            actions: self.actions[resource.actions.clone()].iter().map(action).collect(),
        };
        let section = |section: &Section| document::Section {
            name: section.name.clone(),
            manage: section.manage.map(|action| self.action_name(action)),
            resources: self.resources[section.resources.clone()].iter().map(resource).collect(),
        };
        document::Schema { sections: self.sections.iter().map(section).collect() }
    }
}

/// The error for a name of the schema that is taken.
fn taken(name: &str, by: String, within: &'static str) -> Invalid {
    Invalid::NameTaken { name: name.to_owned(), by, within }
}

fn read_variants(path: &str, written: &[document::Variant], problems: &mut Problems) -> Vec<Variant> {
    let (mut names, mut values) = (HashMap::new(), HashMap::new());
    let mut variants = Vec::with_capacity(written.len());
    for (v, variant) in written.iter().enumerate() {
        let path = format!("{path}.variants[{v}]");
        let name = &variant.name;
        check_name(&path, name, problems);
        if name == Levels::DEFAULT {
            problems.add(format_args!("{path}.name"), &Invalid::ReservedName { name: name.clone() });
        }
        if let Some(other) = names.insert(name.clone(), v) {
            let by = format!("`variants[{other}]`");
            problems.add(format_args!("{path}.name"), &taken(name, by, "its resource type"));
        }
        if variant.values.as_ref().is_some_and(Vec::is_empty) {
            problems.add(format_args!("{path}.values"), &Invalid::NoValues);
        }
        let mut theirs = variant.each_value();
        for (place, value) in theirs.iter().enumerate() {
            let path = format!("{path}.values[{place}]");
            // Without values, it is the name that is empty.
            if variant.values.is_some() {
                check_id(&path, value, problems);
            }
            match values.insert(value.clone(), v) {
                Some(other) if other == v => problems.add(&path, &Invalid::repeated(value, "values")),
                Some(other) if written[other].name != *name => {
                    let (value, variant) = (value.to_string(), written[other].name.clone());
                    problems.add(&path, &Invalid::ValueTaken { value, variant });
                }
                _ => {}
            }
        }
        theirs.sort_unstable();
        variants.push(Variant { name: name.clone(), values: theirs });
    }
    variants
}

/// Checks the name of a section, a resource type, an action or a variant. Permissions are written `type.action`, so names have no
/// dots and no blanks.
fn check_name(path: &str, name: &str, problems: &mut Problems) {
    let path = format_args!("{path}.name");
    if name.is_empty() {
        problems.add(path, &Invalid::EmptyName);
    } else if let Some(character) = name.chars().find(|c| *c == '.' || c.is_whitespace() || c.is_control()) {
        problems.add(path, &Invalid::NameWithCharacter { name: name.to_owned(), character });
    }
}

fn read_levels(path: &str, action: &document::Action, problems: &mut Problems) -> LevelSet {
    let Some(written) = &action.levels else { return LevelSet::ALL_EIGHT };
    if action.toggle {
        problems.add(format_args!("{path}.levels"), &Invalid::FieldOfToggle { field: "levels" });
        return LevelSet::ALL_EIGHT;
    }
    let mut levels = LevelSet(0);
    for (l, word) in written.iter().enumerate() {
        let path = format_args!("{path}.levels[{l}]");
        match word.known() {
            Ok(level) if levels.contains(level) => problems.add(path, &Invalid::repeated(level, "levels")),
            Ok(level) => levels = levels.with(level),
            Err(error) => problems.add(path, &Invalid::UnknownWord(error)),
        }
    }
    LevelSet(levels.0 | LevelSet::DENY.0)
}

/// Reads the floor, which need not be one of the levels that roles may set.
fn read_floor(path: &str, action: &document::Action, problems: &mut Problems) -> Level {
    let Some(word) = &action.floor else { return Level::Deny };
    let path = format_args!("{path}.floor");
    let Some(grant) = problems.note(path, rules::grant(word)) else { return Level::Deny };
    match (action.toggle, grant) {
        (true, Grant::Allow) => Level::All,
        (false, Grant::Level(level)) => level,
        (_, Grant::DENY) => Level::Deny,
        (toggle, grant) => {
            let takes = LevelSet::ALL_EIGHT.takes(toggle);
            problems.add(path, &Invalid::LevelNotTaken { permission: action.name.clone(), grant, takes });
            Level::Deny
        }
    }
}

/// The path of each action in the document, in the order of the schema.
fn action_paths(written: &document::Schema) -> Vec<String> {
    let mut paths = Vec::new();
    for (s, section) in written.sections.iter().enumerate() {
        for (r, resource) in section.resources.iter().enumerate() {
            let actions = 0..resource.actions.len();
            paths.extend(actions.map(|a| format!("schema.sections[{s}].resources[{r}].actions[{a}]")));
        }
    }
    paths
}
