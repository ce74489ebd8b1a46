//! Reads the schema from a document, and writes it to one.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::document;
use crate::document::Word;
use crate::policy::org::cycle::targets_first;
use crate::policy::rules::{self, Invalid};
use crate::policy::schema::{Action, LevelSet, ResourceType, Schema, Section};
use crate::policy::validate::Problems;
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
            (&schema.sections, &schema.resources, &schema.actions).hash(&mut hasher);
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
        let actions = first..self.actions.len();
        self.resources.push(ResourceType { name: written.name.clone(), section, unowned, actions });
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
            let Some(needed) = self.action_by_name.get(&format!("{resource}.{name}")).copied() else {
                // The type itself is added behind its actions.
                let first = self.actions.partition_point(|action| action.resource < self.resources.len());
                let known = self.known_actions(first..self.actions.len(), name, problems.are_few());
                let (resource, action) = (resource.to_owned(), name.clone());
                problems.add(path, &Invalid::UnknownAction { resource, action, known });
                continue;
            };
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
        let resource = |resource: &ResourceType| document::ResourceType {
            name: resource.name.clone(),
            unowned: Word::Known(resource.unowned),
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

/// Checks the name of a section, a resource type or an action. Permissions are written `type.action`, so names have no
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
