//! The schema from a document, and as one.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use petgraph::stable_graph::{NodeIndex, StableDiGraph};

use crate::document;
use crate::document::Word;
use crate::policy::cycle::targets_first;
use crate::policy::schema::{Action, LevelSet, ResourceType, Schema, Section, index};
use crate::policy::validate::Problems;
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::mode::Unowned;
use crate::vocabulary::permission::ActionIndex;

impl Schema {
    pub(crate) fn from_document(written: &document::Schema, problems: &mut Problems) -> Self {
        let mut schema = Self::default();
        for (s, section) in written.sections.iter().enumerate() {
            let path = format!("schema.sections[{s}]");
            check_name(&path, &section.name, problems);
            if let Some(other) = schema.section_by_name.insert(section.name.clone(), s) {
                let name = &section.name;
                problems.add(
                    format_args!("{path}.name"),
                    format_args!("`{name}` is already the name of `schema.sections[{other}]`: name each section once"),
                );
            }
            let resources = schema.resources.len();
            for (r, resource) in section.resources.iter().enumerate() {
                schema.add_resource(s, &format!("{path}.resources[{r}]"), resource, problems);
            }
            let resources = resources..schema.resources.len();
            schema.sections.push(Section { name: section.name.clone(), manage: None, resources });
            schema.sections[s].manage =
                section.manage.as_ref().and_then(|name| schema.manage(s, &path, name, problems));
        }
        schema.required_first = schema.order_requirements(written, problems);
        schema.fingerprint = {
            // Fixed keys, so that equal schemas have equal fingerprints wherever they were loaded.
            let mut hasher = DefaultHasher::new();
            (&schema.sections, &schema.resources, &schema.actions).hash(&mut hasher);
            hasher.finish()
        };
        schema
    }

    fn add_resource(&mut self, section: usize, path: &str, written: &document::ResourceType, problems: &mut Problems) {
        check_name(path, &written.name, problems);
        if self.resource_by_name.insert(written.name.clone(), self.resources.len()).is_some() {
            problems.add(
                format_args!("{path}.name"),
                format_args!(
                    "there is a resource type `{}` already: its name is unique in the whole document",
                    written.name
                ),
            );
        }
        let unowned = written.unowned.known().unwrap_or_else(|error| {
            problems.add(format_args!("{path}.unowned"), error);
            Unowned::default()
        });
        let first = self.actions.len();
        for (a, action) in written.actions.iter().enumerate() {
            let path = format!("{path}.actions[{a}]");
            check_name(&path, &action.name, problems);
            let place = index(first + a);
            if let Some(other) = self.action_by_name.insert(format!("{}.{}", written.name, action.name), place) {
                // The type itself may stand here twice, which is said above.
                if let Some(other) = (other as usize).checked_sub(first) {
                    problems.add(
                        format_args!("{path}.name"),
                        format_args!(
                            "`{}` is already the name of `actions[{other}]` here: name each action once",
                            action.name
                        ),
                    );
                }
            }
            if action.toggle && action.shared {
                problems
                    .add(format_args!("{path}.shared"), "a toggle has no record that could be shared: leave it out");
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
                problems.add(path, format_args!("`{resource}` has no action `{name}`"));
                continue;
            };
            if !requires.insert(needed) {
                problems.add(path, format_args!("`{name}` stands here twice"));
            }
            if action.toggle && !self.action(needed).toggle {
                problems
                    .add(path, format_args!("a toggle can require only toggles, and `{name}` is asked about a record"));
            }
        }
        requires.into_iter().collect()
    }

    fn manage(&self, section: usize, path: &str, name: &str, problems: &mut Problems) -> Option<ActionIndex> {
        let path = format_args!("{path}.manage");
        let action = match self.action_named(name) {
            Ok(action) => action,
            Err(error) => {
                problems.add(path, error);
                return None;
            }
        };
        if self.resource_of(action).section != section {
            problems.add(path, format_args!("`{name}` is a permission of another section: name one of this section"));
        } else if !self.action(action).admin_bypass {
            problems.add(
                path,
                format_args!("`{name}` has no `admin_bypass`: administrators must be able to manage every section"),
            );
        }
        Some(action)
    }

    /// All actions, each after those that it requires. A cycle is a problem, named action by action.
    fn order_requirements(&self, written: &document::Schema, problems: &mut Problems) -> Vec<ActionIndex> {
        let mut graph = StableDiGraph::<(), ()>::with_capacity(self.actions.len(), 0);
        for _ in &self.actions {
            graph.add_node(());
        }
        for (place, action) in self.actions.iter().enumerate() {
            for required in &action.requires {
                graph.add_edge(NodeIndex::new(place), NodeIndex::new(*required as usize), ());
            }
        }
        match targets_first(&graph) {
            Ok(order) => order.into_iter().map(|node| index(node.index())).collect(),
            Err(cycles) => {
                let paths = action_paths(written);
                for cycle in cycles {
                    let members = cycle.iter().chain(cycle.first());
                    let members: Vec<_> =
                        members.map(|node| format!("`{}`", self.action_name(index(node.index())))).collect();
                    problems.add(
                        format_args!("{}.requires", paths[cycle[0].index()]),
                        format_args!("these actions require each other in a circle: {}", members.join(" → ")),
                    );
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

/// A name of a section, a resource type or an action: permissions are written `type.action`, so no dots and no blanks.
fn check_name(path: &str, name: &str, problems: &mut Problems) {
    let path = format_args!("{path}.name");
    if name.is_empty() {
        problems.add(path, "the name is empty");
    } else if let Some(wrong) = name.chars().find(|c| *c == '.' || c.is_whitespace() || c.is_control()) {
        problems.add(path, format_args!("the name {name:?} holds {wrong:?}: use no dot, blank or control character"));
    }
}

fn read_levels(path: &str, action: &document::Action, problems: &mut Problems) -> LevelSet {
    let Some(written) = &action.levels else { return LevelSet::ALL_EIGHT };
    if action.toggle {
        problems.add(format_args!("{path}.levels"), "a toggle has no levels but `allow` and `deny`: leave it out");
        return LevelSet::ALL_EIGHT;
    }
    let mut levels = LevelSet(0);
    for (l, word) in written.iter().enumerate() {
        match word.known() {
            Ok(level) if levels.contains(level) => {
                problems.add(format_args!("{path}.levels[{l}]"), format_args!("`{level}` stands here twice"));
            }
            Ok(level) => levels = levels.with(level),
            Err(error) => problems.add(format_args!("{path}.levels[{l}]"), error),
        }
    }
    LevelSet(levels.0 | LevelSet::DENY.0)
}

fn read_floor(path: &str, action: &document::Action, problems: &mut Problems) -> Level {
    let path = format_args!("{path}.floor");
    match (action.toggle, action.floor.as_ref().map(Word::known)) {
        (_, None) | (true, Some(Ok(Grant::DENY))) => Level::Deny,
        (true, Some(Ok(Grant::Allow))) => Level::All,
        (true, Some(Ok(grant))) => {
            problems.add(path, format_args!("a toggle does not take `{grant}`: write `allow` or `deny`"));
            Level::Deny
        }
        (false, Some(Ok(Grant::Level(level)))) => level,
        (false, Some(Ok(Grant::Allow))) => {
            problems.add(path, "only a toggle takes `allow`: write a level");
            Level::Deny
        }
        (_, Some(Err(error))) => {
            problems.add(path, error);
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
