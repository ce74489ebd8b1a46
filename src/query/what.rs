//! The rights of one user.

use std::collections::BTreeSet;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use smallvec::SmallVec;

use crate::document::{entries, is_default};
use crate::policy::grants::AssignedGrant;
use crate::query::principal::Principal;
use crate::vocabulary::id::{DepartmentId, UserId};
use crate::vocabulary::index::Case;
use crate::vocabulary::level::{Grant, Level};

/// The effective rights of a user, section by section, for example to show or hide buttons.
///
/// Each grant is the floor joined with the levels of all roles, or everything by an administrator's bypass, and `deny`
/// if a requirement is denied for every record. What roles give with a place stands apart, as levels in departments. So if
/// a permission is `deny` and has no places, no record is allowed; otherwise a check decides on each record.
///
/// For a type with variants that is what counts for all records but those of variants that have rights of their own,
/// which stand apart as well.
///
/// It serialises compactly, for a browser: `{"format": 1, "user": "ann", "sections": {"crm": {"deal.read": "own"}},
/// "places": {"deal.read": [{"level": "department", "in": ["sales"]}]}, "variants": {"deal.read": [{"variant": "won",
/// "grant": "all"}]}}`. Anything left out is `deny`, but a variant that is left out is like all other records. An
/// inactive or unknown user has no rights, and for an unknown one `user` is missing. `format` changes if the meaning of
/// this data ever does.
///
/// ```
/// # use orgscope::document::{Action, Document, ResourceType, Section, User};
/// # use orgscope::{Level, Policy, Snapshot};
/// # let contact = ResourceType::new("contact").action(Action::new("read").floor(Level::Own)).action(Action::new("delete"));
/// # let document = Document::new().section(Section::new("crm").resource(contact)).user(User::new("ann"));
/// # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
/// let rights = snapshot.principal("ann").rights();
/// assert!(rights.has("contact.read") && !rights.has("contact.delete"));
/// assert_eq!(
///     serde_json::to_string(&rights)?,
///     r#"{"format":1,"user":"ann","sections":{"crm":{"contact.read":"own"}}}"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    user: Option<UserId>,
    /// In the order of the schema.
    sections: Vec<(String, Vec<(String, Grant)>)>,
    /// By permission, in the order of the schema: only those with a place.
    places: Vec<(String, Vec<InPlace>)>,
    /// By permission, in the order of the schema: only variants that differ from the rest.
    variants: Vec<(String, Vec<InVariant>)>,
}

/// The rights of a user for the records of one variant, where they differ from those for all other records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InVariant {
    /// The name of the variant.
    pub variant: String,
    /// The grant, without assignments that have a place.
    pub grant: Grant,
    /// What assignments with a place give besides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<InPlace>,
}

/// A level that is measured from some departments, by assignments with a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InPlace {
    /// The level.
    pub level: Level,
    /// The departments, in canonical order; `in` as data. None for `own` and `own+open`, which no place narrows.
    #[serde(rename = "in")]
    pub departments: Vec<DepartmentId>,
}

impl Principal<'_> {
    /// The effective rights of this user. Linear in the schema.
    pub fn rights(&self) -> Rights {
        let schema = self.snapshot.schema();
        let rights = |section: &str| {
            let permissions = schema.permissions(section);
            permissions.filter_map(|each| Some((schema.name(each)?, self.grant(each)))).collect()
        };
        let sections = schema.sections().map(|section| (section.to_owned(), rights(section))).collect();
        let actions = schema.sections().flat_map(|section| schema.permissions(section)).map(|each| each.action().0);
        let (mut places, mut variants) = (Vec::new(), Vec::new());
        for action in actions {
            let grid = &self.snapshot.rights.grid;
            let in_places = |case: Case| match self.asker.row.placed() {
                Some(_) if self.may_reach(case) => self.in_places(case),
                _ => Vec::new(),
            };
            let default = in_places(Case::default_of(action));
            let differ = grid.columns(action).filter_map(|column| {
                let case = grid.case(action, column);
                let (grant, places) = (self.grant_in(case), in_places(case));
                let differs = grant != self.grant_in(Case::default_of(action)) || places != default;
                let variant = schema.variant_name(case).filter(|_| differs)?.to_owned();
                Some(InVariant { variant, grant, places })
            });
            let (name, differ): (_, Vec<InVariant>) = (schema.action_name(action), differ.collect());
            if !differ.is_empty() {
                variants.push((name.clone(), differ));
            }
            if !default.is_empty() {
                places.push((name, default));
            }
        }
        Rights { user: self.id().cloned(), sections, places, variants }
    }

    /// The grant of the user for a case, without assignments that have a place; `deny` if it is denied for every record.
    pub(crate) fn grant_in(&self, case: Case) -> Grant {
        if !self.may_reach(case) {
            return Grant::DENY;
        }
        self.snapshot.schema().grant_of(case.action, self.asker.row.level_with_toggles(self.cell_in(case)))
    }

    /// The level that the user has for a case without what depends on a place, and the levels that do.
    pub(crate) fn held(&self, case: Case) -> (Level, Vec<InPlace>) {
        let level = self.asker.row.level_with_toggles(self.cell_in(case));
        if self.asker.row.placed().is_none() {
            return (level, Vec::new());
        }
        let (measured, unmeasured): (Vec<InPlace>, _) =
            self.in_places(case).into_iter().partition(|place| !place.departments.is_empty());
        (unmeasured.iter().fold(level, |level, place| level.join(place.level)), measured)
    }

    /// Whether a case is allowed for some record.
    pub(crate) fn may_reach(&self, case: Case) -> bool {
        self.asker.cell(self.cell_in(case)).is_some_and(|cell| !cell.is_nothing())
    }

    /// The levels that the user has for a case by assignments with a place, each with its departments; none for a level
    /// that does not depend on them.
    pub(crate) fn in_places(&self, case: Case) -> Vec<InPlace> {
        let policy = self.snapshot.policy();
        let everywhere = self.asker.row.level(self.cell_in(case));
        // What is not measured counts only if it is not there without a place.
        let adds = |level: Level| {
            everywhere != Level::All && (level.includes(Level::Department) || !everywhere.includes(level))
        };
        let grants = self.id().map_or_else(Vec::new, |id| policy.assigned_grants(id, case));
        let counts = |AssignedGrant { level, place }| {
            let place = place?;
            let level = if place.is_empty() { level.without_departments() } else { level };
            Some((level, if level.includes(Level::Department) { place } else { SmallVec::new() }))
        };
        let mut placed: Vec<(Level, _)> = grants.into_iter().filter_map(counts).collect();
        placed.retain(|(level, _)| adds(*level));
        let of_level = |level: &Level| {
            let mut theirs = placed.iter().filter(|(other, _)| other == level).peekable();
            theirs.peek()?;
            let departments: BTreeSet<_> =
                theirs.flat_map(|(_, place)| place).map(|slot| policy.org.department_id(*slot)).collect();
            Some(InPlace { level: *level, departments: departments.into_iter().cloned().collect() })
        };
        Level::EACH.iter().filter_map(of_level).collect()
    }
}

impl Rights {
    /// The user, if the snapshot knows them.
    pub fn user(&self) -> Option<&UserId> {
        self.user.as_ref()
    }

    /// The sections and their permissions, in the order of the schema, each with the user's grant.
    pub fn sections(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = (&str, Grant)>)> {
        self.sections.iter().map(|(section, rights)| {
            (section.as_str(), rights.iter().map(|(permission, grant)| (permission.as_str(), *grant)))
        })
    }

    /// The user's grant for the permission with this name; `deny` if the schema has none.
    pub fn grant(&self, permission: &str) -> Grant {
        let mut all = self.sections.iter().flat_map(|(_, rights)| rights);
        all.find(|(name, _)| name == permission).map_or(Grant::DENY, |(_, grant)| *grant)
    }

    /// What the user has for the permission with this name by assignments with a place, by level.
    pub fn in_places(&self, permission: &str) -> &[InPlace] {
        self.places.iter().find(|(name, _)| name == permission).map_or(&[], |(_, places)| places)
    }

    /// The rights for the records of variants, for the permission with this name, where they differ from the rest.
    pub fn in_variants(&self, permission: &str) -> &[InVariant] {
        self.variants.iter().find(|(name, _)| name == permission).map_or(&[], |(_, variants)| variants)
    }

    /// Whether the user's grant for the permission with this name is not `deny`, or they have it in some place or for
    /// some variant.
    pub fn has(&self, permission: &str) -> bool {
        let has_variant = |variant: &InVariant| variant.grant != Grant::DENY || !variant.places.is_empty();
        self.grant(permission) != Grant::DENY
            || !self.in_places(permission).is_empty()
            || self.in_variants(permission).iter().any(has_variant)
    }
}

/// Permissions with a user's grants, as data. Those left out are `deny`.
struct Granted<'a>(&'a [(String, Grant)]);

impl Serialize for Granted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (permission, grant) in self.0.iter().filter(|(_, grant)| *grant != Grant::DENY) {
            map.serialize_entry(permission, grant)?;
        }
        map.end()
    }
}

impl Serialize for Rights {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            format: u32,
            #[serde(skip_serializing_if = "Option::is_none")]
            user: Option<&'a UserId>,
            sections: Sections<'a>,
            #[serde(serialize_with = "entries", skip_serializing_if = "is_default")]
            places: &'a [(String, Vec<InPlace>)],
            #[serde(serialize_with = "entries", skip_serializing_if = "is_default")]
            variants: &'a [(String, Vec<InVariant>)],
        }
        struct Sections<'a>(&'a [(String, Vec<(String, Grant)>)]);

        impl Serialize for Sections<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let has = |(_, rights): &&(String, Vec<(String, Grant)>)| {
                    rights.iter().any(|(_, grant)| *grant != Grant::DENY)
                };
                let sections = self.0.iter().filter(has);
                serializer.collect_map(sections.map(|(section, rights)| (section, Granted(rights))))
            }
        }

        let Self { user, sections, places, variants } = self;
        Written { format: 1, user: user.as_ref(), sections: Sections(sections), places, variants }.serialize(serializer)
    }
}
