//! The roles, as a page of access permissions shows them.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Debug};

use serde::{Serialize, Serializer};

use crate::document::{Levels, entries};
use crate::policy::Policy;
use crate::policy::assignment::Assignment;
use crate::policy::role::Role;
use crate::snapshot::Snapshot;
use crate::snapshot::people::{Entry, Source};
use crate::vocabulary::id::RoleId;
use crate::vocabulary::index::{Idx, SectionIndex};
use crate::vocabulary::level::Grant;
use crate::vocabulary::period::Period;
use crate::vocabulary::permission::AnyPermission;
use crate::vocabulary::place::Place;
use crate::vocabulary::subject::Subject;
use crate::vocabulary::time::Time;

/// The roles of each section, with their cells, and the number of people behind each assignment.
///
/// ```
/// # use orgscope::document::{Document, User};
/// # use orgscope::{Policy, Snapshot, presets};
/// let document = Document::new()
///     .merge(presets::webmail())
///     .department(orgscope::document::Department::new("sales"))
///     .user(User::new("nina").member_of("sales").head_of("sales"))
///     .user(User::new("nick").member_of("sales"));
/// let snapshot = Snapshot::compile(&Policy::from_document(document)?);
///
/// let catalogue = snapshot.catalogue();
/// let section = catalogue.section("webmail").expect("the preset has it");
/// let view = snapshot.schema().any_permission("mailbox.view")?;
/// let mut lines = Vec::new();
/// for role in section.roles() {
///     let people: Vec<_> = role.assignments().map(|to| format!("{}: {}", to.subject, to.people)).collect();
///     lines.push(format!("{} may view {} ({})", role.name(), role.grant(view), people.join(", ")));
/// }
/// assert_eq!(lines, [
///     "Administrator may view all (administrators: 0)",
///     "Manager may view deny (employees: 2)",
///     "Supervisor may view department+sub (supervisors: 1)",
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It serialises to what such a page needs. Grants that are `deny` are left out, permissions are in the order of the
/// schema, and `manage` is left out if a section has none. `format` changes if the meaning of this data ever does.
///
/// Assignments stand there as documents write them, with their places and periods: also those that are yet to begin or have
/// ended, which have to be seen to be taken back. Beside a period, `holds` says whether it does at the instant of the
/// state.
///
/// ```
/// # use orgscope::document::{Action, Document, ResourceType, Role, Section, User};
/// # use orgscope::{Level, Period, Policy, Snapshot, Subject};
/// # let contact = ResourceType::new("contact").action(Action::new("read")).action(Action::new("delete"));
/// # let trial = Period::until("2027-01-01T00:00:00+01:00".parse()?);
/// # let document = Document::new()
/// #     .section(Section::new("crm").resource(contact))
/// #     .user(User::new("ann"))
/// #     .role(Role::new("seller", "crm", "Seller").grant("contact.read", Level::Own).assigned_to(Subject::Everyone)
/// #         .assigned_to(Subject::user("ann").in_subject().during(trial)));
/// # let snapshot = Snapshot::compile(&Policy::from_document(document)?.at("2026-12-01T08:00:00Z".parse()?));
/// assert_eq!(serde_json::to_value(snapshot.catalogue())?, serde_json::json!({
///     "format": 1,
///     "sections": [{
///         "name": "crm",
///         "permissions": ["contact.read", "contact.delete"],
///         "roles": [{
///             "id": "seller",
///             "section": "crm",
///             "name": "Seller",
///             "hidden": false,
///             "locked": false,
///             "grants": { "contact.read": "own" },
///             "assigned_to": [
///                 { "subject": "everyone", "people": 1 },
///                 { "subject": { "user": "ann" }, "in": "subject", "until": "2026-12-31T23:00:00Z", "holds": true, "people": 1 }
///             ]
///         }]
///     }]
/// }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Catalogue<'s> {
    policy: &'s Policy,
    /// The roles of each section.
    roles: Vec<Vec<(&'s RoleId, &'s Role)>>,
    /// The number of active users in each subject that a role is assigned to, at any instant.
    people: HashMap<&'s Subject, usize>,
}

/// A section of a [`Catalogue`].
#[derive(Clone, Copy)]
pub struct SectionRoles<'c> {
    catalogue: &'c Catalogue<'c>,
    section: SectionIndex,
}

/// A role of a [`Catalogue`].
#[derive(Clone, Copy)]
pub struct RoleEntry<'c> {
    catalogue: &'c Catalogue<'c>,
    id: &'c RoleId,
    role: &'c Role,
}

/// An assignment of a role in a [`Catalogue`], whether it holds or not.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AssignmentEntry<'c> {
    /// The subject.
    pub subject: &'c Subject,
    /// The place that levels are measured from, `in` as data; without one, from all departments of each user.
    pub place: Option<&'c Place>,
    /// The period, if it has one: `from` and `until` as data.
    pub period: Option<Period>,
    /// Whether it holds at the instant of the state. What does not is yet to begin, or has ended.
    pub holds: bool,
    /// The number of active users in the subject, at the instant of the state.
    pub people: usize,
}

impl Snapshot {
    /// The roles, as a page of access permissions shows them.
    ///
    /// The people behind an assignment are counted in groups with the same departments and standing, not one by one.
    pub fn catalogue(&self) -> Catalogue<'_> {
        let policy = self.policy();
        let subjects = policy.roles.keys().flat_map(|id| policy.stated_assignments(id)).map(|(to, _)| &to.subject);
        let mut people = HashMap::new();
        for subject in subjects {
            people.entry(subject).or_insert_with(|| self.people_of(subject));
        }
        let mut roles = vec![Vec::new(); policy.schema.sections().len()];
        for (id, role) in policy.roles.iter() {
            roles[role.section.index()].push((id, &**role));
        }
        Catalogue { policy, roles, people }
    }

    /// The number of active users in a subject.
    fn people_of(&self, subject: &Subject) -> usize {
        let Some(source) = self.people.source(subject) else { return 0 };
        if let Source::Users(users) = &source {
            return users.iter().filter(|user| self.people.entry(**user) != Entry::NOBODY).count();
        }
        let mut seen = HashSet::new();
        let entries = self.people.entries_of(&source).filter(|(entry, _)| seen.insert(*entry));
        entries.map(|(entry, known)| known.unwrap_or_else(|| self.people.count_of(entry))).sum()
    }
}

impl Catalogue<'_> {
    /// The sections, in the order of the schema.
    pub fn sections(&self) -> impl ExactSizeIterator<Item = SectionRoles<'_>> {
        self.policy.schema.section_indices().map(|section| SectionRoles { catalogue: self, section })
    }

    /// The section with this name.
    pub fn section(&self, name: &str) -> Option<SectionRoles<'_>> {
        self.policy.schema.section_named(name).map(|section| SectionRoles { catalogue: self, section })
    }

    /// The role with this id, in any section.
    pub fn role(&self, id: impl Into<RoleId>) -> Option<RoleEntry<'_>> {
        let found = self.policy.roles.get_key_value(&id.into());
        found.map(|(id, role)| RoleEntry { catalogue: self, id, role })
    }
}

impl<'c> SectionRoles<'c> {
    /// The name of the section.
    pub fn name(self) -> &'c str {
        &self.catalogue.policy.schema.section(self.section).name
    }

    /// The permission that lets a user edit these roles; without one, only administrators do.
    pub fn manage(self) -> Option<AnyPermission> {
        let schema = &self.catalogue.policy.schema;
        schema.section(self.section).manage.map(|action| schema.token(action))
    }

    /// The permissions of the section, in the order of the schema: the rows of a table.
    pub fn permissions(self) -> impl Iterator<Item = AnyPermission> + 'c {
        self.catalogue.policy.schema.permissions(self.name())
    }

    /// Its roles in the order of their ids, hidden ones included: the columns of a table.
    pub fn roles(self) -> impl Iterator<Item = RoleEntry<'c>> {
        let Self { catalogue, section } = self;
        catalogue.roles[section.index()].iter().map(move |(id, role)| RoleEntry { catalogue, id, role })
    }
}

impl<'c> RoleEntry<'c> {
    /// The id.
    pub fn id(self) -> &'c RoleId {
        self.id
    }

    /// The display name.
    pub fn name(self) -> &'c str {
        &self.role.name
    }

    /// The section that it belongs to.
    pub fn section(self) -> &'c str {
        &self.catalogue.policy.schema.section(self.role.section).name
    }

    /// Whether lists of roles leave it out.
    pub fn is_hidden(self) -> bool {
        self.role.hidden
    }

    /// Whether only the host application changes it.
    pub fn is_locked(self) -> bool {
        self.role.locked
    }

    /// The grant for a permission, of all records whose variant has no level of its own: `deny` if the role does not
    /// mention it.
    pub fn grant(self, permission: impl Into<AnyPermission>) -> Grant {
        let levels = self.levels(permission).into_iter();
        levels.filter(|(variant, _)| variant.is_none()).map(|(_, grant)| grant).next().unwrap_or(Grant::DENY)
    }

    /// The grants that variants have of their own for a permission, in the order of the schema.
    pub fn variants(self, permission: impl Into<AnyPermission>) -> impl Iterator<Item = (&'c str, Grant)> {
        self.levels(permission).into_iter().filter_map(|(variant, grant)| Some((variant?, grant)))
    }

    fn levels(self, permission: impl Into<AnyPermission>) -> Vec<(Option<&'c str>, Grant)> {
        let schema = &self.catalogue.policy.schema;
        let (action, fingerprint) = permission.into().action();
        let levels = self.role.levels_of(action).filter(|_| fingerprint == schema.fingerprint());
        levels.map(|(case, level)| (schema.variant_name(case), schema.grant_of(action, level))).collect()
    }

    /// Its assignments, in canonical order: also those that are yet to begin or have ended.
    pub fn assignments(self) -> impl Iterator<Item = AssignmentEntry<'c>> {
        let Catalogue { policy, people, .. } = self.catalogue;
        policy.stated_assignments(self.id).map(|(Assignment { subject, place }, tenure)| AssignmentEntry {
            subject,
            place: place.as_ref(),
            period: tenure.period(),
            holds: tenure.holds_at(policy.instant()),
            people: people.get(subject).copied().unwrap_or(0),
        })
    }
}

impl Serialize for Catalogue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'c> {
            format: u32,
            sections: Vec<SectionRoles<'c>>,
        }

        Written { format: 1, sections: self.sections().collect() }.serialize(serializer)
    }
}

impl Serialize for SectionRoles<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'c> {
            name: &'c str,
            #[serde(skip_serializing_if = "Option::is_none")]
            manage: Option<String>,
            permissions: Vec<String>,
            /// The names of the variants of types that have some.
            #[serde(serialize_with = "entries", skip_serializing_if = "Vec::is_empty")]
            variants: Vec<(&'c str, Vec<&'c str>)>,
            roles: Vec<RoleEntry<'c>>,
        }

        let name = |permission| self.catalogue.policy.schema.name(permission);
        let written = Written {
            name: self.name(),
            manage: self.manage().and_then(name),
            permissions: self.permissions().filter_map(name).collect(),
            variants: self.catalogue.policy.schema.variants_in(self.section).collect(),
            roles: self.roles().collect(),
        };
        written.serialize(serializer)
    }
}

impl Serialize for RoleEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'c> {
            id: &'c RoleId,
            section: &'c str,
            name: &'c str,
            hidden: bool,
            locked: bool,
            /// In the order of the schema.
            #[serde(serialize_with = "entries")]
            grants: Vec<(String, Levels)>,
            assigned_to: Vec<AssignmentEntry<'c>>,
        }

        let written = Written {
            id: self.id,
            section: self.section(),
            name: self.name(),
            hidden: self.is_hidden(),
            locked: self.is_locked(),
            grants: self.role.written_grants(&self.catalogue.policy.schema).collect(),
            assigned_to: self.assignments().collect(),
        };
        written.serialize(serializer)
    }
}

impl Serialize for AssignmentEntry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'c> {
            subject: &'c Subject,
            #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
            place: Option<&'c Place>,
            #[serde(skip_serializing_if = "Option::is_none")]
            from: Option<Time>,
            #[serde(skip_serializing_if = "Option::is_none")]
            until: Option<Time>,
            #[serde(skip_serializing_if = "Option::is_none")]
            holds: Option<bool>,
            people: usize,
        }

        let Self { subject, place, period, holds, people } = *self;
        let written = Written {
            subject,
            place,
            from: period.and_then(Period::start),
            until: period.and_then(Period::end),
            holds: period.map(|_| holds),
            people,
        };
        written.serialize(serializer)
    }
}

impl Debug for Catalogue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.sections()).finish()
    }
}

impl Debug for SectionRoles<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SectionRoles").field("name", &self.name()).finish_non_exhaustive()
    }
}

impl Debug for RoleEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoleEntry").field("id", &self.id).field("name", &self.role.name).finish_non_exhaustive()
    }
}
