//! The validated schema: sections, resource types and actions, and the names they are looked up by.

mod cases;
mod document;
pub(crate) mod field;
mod fields;
pub(crate) mod variant;

use std::collections::HashMap;
use std::ops::Range;

use foldhash::fast::RandomState;
use indexmap::IndexSet;

use crate::policy::near::names_near;
use crate::policy::rules::Invalid;
use crate::policy::schema::field::Field;
use crate::policy::schema::variant::Variant;
use crate::policy::unknown::{UnknownPermission, Why};
use crate::policy::validate::names;
use crate::vocabulary::facts::Resource;
use crate::vocabulary::index::{ActionIndex, Idx, SectionIndex};
use crate::vocabulary::level::{Grant, Level, OPEN};
use crate::vocabulary::mode::Unowned;
use crate::vocabulary::permission::{AnyPermission, Fingerprint, Permission};

/// All permissions that exist: the sections, their resource types, and the actions on them.
///
/// Tokens are looked up here by name, at start-up, where a misspelling is an error.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    sections: Vec<Section>,
    resources: Vec<ResourceType>,
    actions: Vec<Action>,
    variants: Vec<Variant>,
    /// The actions, each after those that it requires.
    required_first: Vec<ActionIndex>,
    /// By the whole name, for example `contact.read`.
    action_by_name: HashMap<String, ActionIndex>,
    resource_by_name: HashMap<String, usize>,
    section_by_name: HashMap<String, SectionIndex>,
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
    pub(crate) section: SectionIndex,
    pub(crate) unowned: Unowned,
    actions: Range<usize>,
    variants: Range<usize>,
    pub(crate) fields: Vec<Field>,
}

#[derive(Clone, Debug, Hash)]
#[allow(clippy::struct_excessive_bools, reason = "each is a key of its own in documents")]
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
    /// Whether it is denied for the user's own records.
    pub(crate) except_own: bool,
}

/// The levels that an action takes: a bit for each, in the order of [`Level::EACH`]. `deny` is always among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct LevelSet(u8);

impl Action {
    /// Whether a role may set this level.
    #[cfg(feature = "reference")]
    pub(crate) fn takes(&self, level: Level) -> bool {
        self.levels.contains(level)
    }

    /// Whether a level reaches own records only, and these are excepted.
    pub(crate) fn reaches_nothing_by(&self, level: Level) -> bool {
        self.except_own && !self.shared && level == Level::Own
    }
}

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

    /// The words of these levels for a message.
    fn takes(self, toggle: bool) -> String {
        if toggle { names(["deny", "allow"]) } else { names(self.iter().map(Level::as_str)) }
    }

    fn has_open(self) -> bool {
        self.iter().any(|level| level.parts() & OPEN != 0 && level != Level::All)
    }

    fn iter(self) -> impl Iterator<Item = Level> {
        Level::EACH.into_iter().enumerate().filter(move |(place, _)| self.0 & (1 << place) != 0).map(|(_, level)| level)
    }
}

impl Schema {
    /// The permission for an action on the records of type `R`.
    ///
    /// # Errors
    ///
    /// When the schema has no such resource type or action, or the action is a toggle.
    pub fn permission<R: Resource>(&self, action: &str) -> Result<Permission<R>, UnknownPermission> {
        let Permission { action, schema, .. } = self.permission_named(&format!("{}.{action}", R::TYPE))?;
        Ok(Permission::new(action, schema))
    }

    /// The permission with this name, for example `contact.read`, for records whose type is known only at run time.
    ///
    /// # Errors
    ///
    /// When the schema has no such permission, or it is a toggle.
    pub fn permission_named(&self, name: &str) -> Result<Permission, UnknownPermission> {
        match self.any_permission(name)? {
            AnyPermission::Levelled(permission) => Ok(permission),
            AnyPermission::Toggle(_) => Err(UnknownPermission::new(name, Why::Toggle(name.to_owned()))),
        }
    }

    /// The toggle with this name, for example `mailbox.connect`: a permission whose record is `()`.
    ///
    /// # Errors
    ///
    /// When the schema has no such permission, or it is not a toggle.
    pub fn toggle(&self, name: &str) -> Result<Permission<()>, UnknownPermission> {
        match self.any_permission(name)? {
            AnyPermission::Toggle(toggle) => Ok(toggle),
            AnyPermission::Levelled(_) => Err(UnknownPermission::new(name, Why::NoToggle(name.to_owned()))),
        }
    }

    /// The permission with this name, of either kind, for callers that only have names.
    ///
    /// # Errors
    ///
    /// When the schema has no such permission.
    pub fn any_permission(&self, name: &str) -> Result<AnyPermission, UnknownPermission> {
        self.find_action(name, true).map(|action| self.token(action))
    }

    #[cold]
    fn why_unknown(&self, name: &str, suggest: bool) -> Why {
        let Some((resource, action)) = name.split_once('.') else { return Why::NoPermission(name.to_owned()) };
        if let Some(found) = self.resource(resource) {
            let known = self.known_actions(found.actions.clone(), action, suggest);
            Why::Action { resource: resource.to_owned(), action: action.to_owned(), known }
        } else {
            Why::Resource { resource: resource.to_owned(), known: names_near(resource, self.resources(), suggest) }
        }
    }

    /// The actions of a resource type, for a message about a name that is none of them.
    fn known_actions(&self, of: Range<usize>, name: &str, suggest: bool) -> String {
        names_near(name, self.actions[of].iter().map(|action| action.name.as_str()), suggest)
    }

    /// The names of the sections, in the order of the document.
    pub fn sections(&self) -> impl ExactSizeIterator<Item = &str> {
        self.sections.iter().map(|section| section.name.as_str())
    }

    /// The permissions of a section, in the order of the document. There are none if the section is unknown.
    pub fn permissions(&self, section: &str) -> impl Iterator<Item = AnyPermission> {
        let section = self.section_by_name.get(section).map(|section| self.section(*section));
        let resources = section.map_or(0..0, |section| section.resources.clone());
        let actions = self.resources[resources].iter().flat_map(|resource| resource.actions.clone());
        actions.map(|action| self.token(ActionIndex::new(action)))
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
    pub(crate) fn action_named(&self, name: &str) -> Option<ActionIndex> {
        self.action_by_name.get(name).copied()
    }

    /// The same, or why there is none. Without `suggest`, the error costs no search for similar names.
    pub(crate) fn find_action(&self, name: &str, suggest: bool) -> Result<ActionIndex, UnknownPermission> {
        self.action_named(name).ok_or_else(|| UnknownPermission::new(name, self.why_unknown(name, suggest)))
    }

    pub(crate) fn actions(&self) -> &[Action] {
        &self.actions
    }

    pub(crate) fn action(&self, action: ActionIndex) -> &Action {
        &self.actions[action.index()]
    }

    /// The level that an assignment with a place gives for an action by a cell of its role: `all` reaches no farther than
    /// the place and what is below it. A toggle is not measured, and stays.
    pub(crate) fn level_in_place(&self, action: ActionIndex, level: Level) -> Level {
        let rules = self.action(action);
        match level {
            Level::All if rules.toggle => Level::All,
            Level::All if rules.levels.has_open() => Level::DepartmentSubOpen,
            Level::All => Level::DepartmentSub,
            level => level,
        }
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

    /// An action and all that it requires, directly or not: each once, the nearest first.
    pub(crate) fn needed(&self, action: ActionIndex) -> Vec<ActionIndex> {
        let mut needed = IndexSet::<ActionIndex, RandomState>::from_iter([action]);
        let mut next = 0;
        while let Some(action) = needed.get_index(next).copied() {
            needed.extend(&self.action(action).requires);
            next += 1;
        }
        needed.into_iter().collect()
    }

    /// Whether an action, or one that it requires, directly or not, is denied for own records.
    pub(crate) fn needed_except_own(&self, action: ActionIndex) -> bool {
        // Few schemas have such an action, and then nothing is gathered.
        self.actions[self.resource_of(action).actions.clone()].iter().any(|action| action.except_own)
            && self.needed(action).into_iter().any(|needed| self.action(needed).except_own)
    }

    /// All actions of the same resource type, including this one.
    pub(crate) fn siblings(&self, action: ActionIndex) -> impl Iterator<Item = ActionIndex> {
        self.resource_of(action).actions.clone().map(ActionIndex::new)
    }

    pub(crate) fn section_named(&self, name: &str) -> Option<SectionIndex> {
        self.section_by_name.get(name).copied()
    }

    pub(crate) fn section(&self, section: SectionIndex) -> &Section {
        &self.sections[section.index()]
    }

    pub(crate) fn section_name(&self, section: SectionIndex) -> String {
        self.section(section).name.clone()
    }

    pub(crate) fn section_indices(&self) -> impl ExactSizeIterator<Item = SectionIndex> + use<> {
        (0..self.sections.len()).map(SectionIndex::new)
    }

    /// The names of the resource types.
    pub(crate) fn resources(&self) -> impl ExactSizeIterator<Item = &str> {
        self.resources.iter().map(|resource| resource.name.as_str())
    }

    pub(crate) fn resource_types(&self) -> &[ResourceType] {
        &self.resources
    }

    pub(crate) fn resource(&self, name: &str) -> Option<&ResourceType> {
        self.resource_by_name.get(name).map(|place| &self.resources[*place])
    }

    pub(crate) fn action_name(&self, action: ActionIndex) -> String {
        format!("{}.{}", self.resource_of(action).name, self.action(action).name)
    }

    /// The level of a grant for an action, which must take it. For a toggle, `all` stands for `allow`.
    pub(crate) fn level_of(&self, action: ActionIndex, grant: Grant) -> Result<Level, Invalid> {
        let rules = self.action(action);
        match (rules.toggle, grant) {
            (_, Grant::DENY) => Ok(Level::Deny),
            (true, Grant::Allow) => Ok(Level::All),
            (false, Grant::Level(level)) if rules.levels.contains(level) => Ok(level),
            (toggle, grant) => {
                let takes = rules.levels.takes(toggle);
                Err(Invalid::LevelNotTaken { permission: self.action_name(action), grant, takes })
            }
        }
    }

    /// The reverse of [`level_of`](Self::level_of): a level as a grant of an action.
    pub(crate) fn grant_of(&self, action: ActionIndex, level: Level) -> Grant {
        if self.action(action).toggle && level == Level::All { Grant::Allow } else { Grant::Level(level) }
    }

    /// The permission of an action, as callers hold it.
    pub(crate) fn token(&self, action: ActionIndex) -> AnyPermission {
        let schema = self.fingerprint;
        if self.action(action).toggle {
            AnyPermission::Toggle(Permission::new(action, schema))
        } else {
            AnyPermission::Levelled(Permission::new(action, schema))
        }
    }
}
