//! The validated schema: sections, resource types and actions, and the names they are looked up by.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use thiserror::Error;

use crate::document;
use crate::document::Word;
use crate::policy::cycle::targets_first;
use crate::policy::validate::{Problems, names};
use crate::vocabulary::facts::Resource;
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::mode::Unowned;
use crate::vocabulary::permission::{ActionIndex, AnyPermission, Fingerprint, Permission, Toggle};

/// What can be permitted at all: the sections, their resource types, and the actions on them.
///
/// Tokens are looked up here by name, at start-up, where a misspelling is an error.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    sections: Vec<Section>,
    resources: Vec<ResourceType>,
    actions: Vec<Action>,
    /// The actions, each after those that it requires.
    required_first: Vec<ActionIndex>,
    /// By the whole name, for example `contact.read`.
    action_by_name: HashMap<String, ActionIndex>,
    resource_by_name: HashMap<String, usize>,
    section_by_name: HashMap<String, usize>,
    fingerprint: Fingerprint,
}

/// A section of the schema.
#[derive(Clone, Debug, Hash)]
pub(crate) struct Section {
    pub(crate) name: String,
    /// The permission that lets a user edit the roles of this section.
    pub(crate) manage: Option<ActionIndex>,
    resources: Range<usize>,
}

#[derive(Clone, Debug, Hash)]
pub(crate) struct ResourceType {
    pub(crate) name: String,
    pub(crate) section: usize,
    pub(crate) unowned: Unowned,
    actions: Range<usize>,
}

#[derive(Clone, Debug, Hash)]
pub(crate) struct Action {
    name: String,
    pub(crate) resource: usize,
    pub(crate) toggle: bool,
    levels: LevelSet,
    /// For a toggle, `all` stands for `allow`.
    pub(crate) floor: Level,
    pub(crate) requires: Vec<ActionIndex>,
    pub(crate) shared: bool,
    pub(crate) admin_bypass: bool,
}

/// The levels that an action takes: a bit for each, in the order of [`Level::EACH`]. `deny` is always among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct LevelSet(u8);

impl LevelSet {
    const DENY: Self = Self(1);
    const ALL_EIGHT: Self = Self(u8::MAX);

    fn contains(self, level: Level) -> bool {
        self.iter().any(|allowed| allowed == level)
    }

    fn with(self, level: Level) -> Self {
        let place = Level::EACH.iter().position(|each| *each == level);
        Self(self.0 | place.map_or(0, |place| 1 << place))
    }

    fn iter(self) -> impl Iterator<Item = Level> {
        Level::EACH.into_iter().enumerate().filter(move |(place, _)| self.0 & (1 << place) != 0).map(|(_, level)| level)
    }
}

/// A name that the schema does not have, or that means the other kind of permission. The message says what there is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct UnknownPermission(String);

impl Schema {
    /// The permission for an action on the records of type `R`.
    ///
    /// # Errors
    ///
    /// When the schema has no such resource type or action, or the action is a toggle.
    pub fn permission<R: Resource>(&self, action: &str) -> Result<Permission<R>, UnknownPermission> {
        let name = format!("{}.{action}", R::TYPE);
        match self.find(&name)? {
            AnyPermission::Levelled(Permission { action, schema, .. }) => Ok(Permission::new(action, schema)),
            AnyPermission::Toggle(_) => {
                Err(UnknownPermission(format!("`{name}` is a toggle and has no record: look it up with `toggle`")))
            }
        }
    }

    /// The toggle with this name, for example `mailbox.connect`.
    ///
    /// # Errors
    ///
    /// When the schema has no such permission, or it is asked about a record.
    pub fn toggle(&self, name: &str) -> Result<Toggle, UnknownPermission> {
        match self.find(name)? {
            AnyPermission::Toggle(toggle) => Ok(toggle),
            AnyPermission::Levelled(_) => Err(UnknownPermission(format!(
                "`{name}` is no toggle but asked about a record: look it up with `permission`"
            ))),
        }
    }

    /// The permission with this name, of either kind, for callers that only have names.
    ///
    /// # Errors
    ///
    /// When the schema has no such permission.
    pub fn find(&self, name: &str) -> Result<AnyPermission, UnknownPermission> {
        self.action_named(name).map(|action| self.token(action))
    }

    #[cold]
    fn why_unknown(&self, name: &str) -> String {
        let Some((resource, action)) = name.split_once('.') else {
            return format!("`{name}` is no permission: write the resource type and the action, as in `contact.read`");
        };
        if let Some(found) = self.resource(resource) {
            let known = names(self.actions[found.actions.clone()].iter().map(|action| action.name.as_str()));
            format!("`{resource}` has no action `{action}`: its actions are {known}")
        } else {
            let known = names(self.resources());
            format!("there is no resource type `{resource}`: there are {known}")
        }
    }

    /// The names of the sections, in the order of the document.
    pub fn sections(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sections.iter().map(|section| section.name.as_str())
    }

    /// The permissions of a section, in the order of the document; none if there is no such section.
    pub fn permissions(&self, section: &str) -> impl Iterator<Item = AnyPermission> {
        let section = self.section_by_name.get(section).map(|place| &self.sections[*place]);
        let resources = section.map_or(0..0, |section| section.resources.clone());
        let actions = self.resources[resources].iter().flat_map(|resource| resource.actions.clone());
        actions.map(|place| self.token(index(place)))
    }

    /// The name of a permission, for example `contact.read`; `None` if its token is of another schema.
    pub fn name(&self, permission: impl Into<AnyPermission>) -> Option<String> {
        let (action, schema) = permission.into().action();
        (schema == self.fingerprint).then(|| self.action_name(action))
    }
}

impl Schema {
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// The action of the permission with this name.
    pub(crate) fn action_named(&self, name: &str) -> Result<ActionIndex, UnknownPermission> {
        self.action_by_name.get(name).copied().ok_or_else(|| UnknownPermission(self.why_unknown(name)))
    }

    pub(crate) fn actions(&self) -> &[Action] {
        &self.actions
    }

    pub(crate) fn action(&self, action: ActionIndex) -> &Action {
        &self.actions[action as usize]
    }

    pub(crate) fn required_first(&self) -> &[ActionIndex] {
        &self.required_first
    }

    /// The resource type that an action belongs to.
    pub(crate) fn resource_of(&self, action: ActionIndex) -> &ResourceType {
        &self.resources[self.action(action).resource]
    }

    /// The action of the same resource type with this name.
    pub(crate) fn sibling(&self, action: ActionIndex, name: &str) -> Option<ActionIndex> {
        self.action_by_name.get(&format!("{}.{name}", self.resource_of(action).name)).copied()
    }

    /// All actions of the same resource type, this one among them.
    pub(crate) fn siblings(&self, action: ActionIndex) -> impl Iterator<Item = ActionIndex> {
        self.resource_of(action).actions.clone().map(index)
    }

    pub(crate) fn section_place(&self, name: &str) -> Option<usize> {
        self.section_by_name.get(name).copied()
    }

    pub(crate) fn section_at(&self, place: usize) -> &Section {
        &self.sections[place]
    }

    /// The names of the resource types.
    pub(crate) fn resources(&self) -> impl Iterator<Item = &str> {
        self.resources.iter().map(|resource| resource.name.as_str())
    }

    pub(crate) fn resource(&self, name: &str) -> Option<&ResourceType> {
        self.resource_by_name.get(name).map(|place| &self.resources[*place])
    }

    pub(crate) fn action_name(&self, action: ActionIndex) -> String {
        format!("{}.{}", self.resource_of(action).name, self.action(action).name)
    }

    /// The level of a grant for an action, or what is wrong with it. For a toggle, `all` stands for `allow`.
    pub(crate) fn level_of(&self, action: ActionIndex, grant: Grant) -> Result<Level, String> {
        let name = self.action_name(action);
        let action = self.action(action);
        match (action.toggle, grant) {
            (_, Grant::DENY) => Ok(Level::Deny),
            (true, Grant::Allow) => Ok(Level::All),
            (true, Grant::Level(level)) => {
                Err(format!("`{name}` is a toggle and does not take `{level}`: write `allow` or `deny`"))
            }
            (false, Grant::Level(level)) if action.levels.contains(level) => Ok(level),
            (false, grant) => {
                let levels = names(action.levels.iter().map(Level::as_str));
                Err(format!("`{name}` does not take `{grant}`: it takes {levels}"))
            }
        }
    }

    /// A level as a grant of an action, the other way round.
    pub(crate) fn grant_of(&self, action: ActionIndex, level: Level) -> Grant {
        if self.action(action).toggle && level == Level::All { Grant::Allow } else { Grant::Level(level) }
    }

    /// The permission of an action, as callers hold it.
    pub(crate) fn token(&self, action: ActionIndex) -> AnyPermission {
        let schema = self.fingerprint;
        if self.action(action).toggle {
            AnyPermission::Toggle(Toggle { action, schema })
        } else {
            AnyPermission::Levelled(Permission::new(action, schema))
        }
    }
}

fn index(place: usize) -> ActionIndex {
    ActionIndex::try_from(place).expect("INVARIANT: no memory holds a schema of 2^32 actions")
}

// From and to the document.
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

    fn add_resource(&mut self, section: usize, path: &str, written: &document::Resource, problems: &mut Problems) {
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
        let resource = |resource: &ResourceType| document::Resource {
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
