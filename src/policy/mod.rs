//! The validated model of a policy. It exists only if it is valid.

mod apply;
pub(crate) mod assigned;
pub(crate) mod assignment;
pub(crate) mod change;
pub(crate) mod dated;
pub(crate) mod fact;
pub(crate) mod grants;
mod hint;
mod known;
mod labels;
mod moment;
pub(crate) mod named;
pub(crate) mod near;
pub(crate) mod org;
pub(crate) mod role;
pub(crate) mod rules;
pub(crate) mod schema;
pub(crate) mod sorted;
mod stated;
pub(crate) mod subjects;
pub(crate) mod tenure;
pub(crate) mod undo;
pub(crate) mod unknown;
pub(crate) mod validate;

use std::sync::Arc;

use crate::document::{Document, Format, Word};
use crate::policy::assigned::Assigned;
use crate::policy::dated::{Dated, Entries};
use crate::policy::labels::ThingLabels;
use crate::policy::named::Named;
use crate::policy::near::with_hint_at_parent;
use crate::policy::org::Org;
use crate::policy::role::{Names, Roles};
use crate::policy::rules::Invalid;
use crate::policy::schema::Schema;
use crate::policy::validate::{PolicyError, Problems};
use crate::vocabulary::id::RoleId;
use crate::vocabulary::mode::Delegation;
use crate::vocabulary::time::Time;

/// A valid policy: the schema, the company, the roles and their assignments.
///
/// It is loaded from a [`Document`], which may hold anything. A policy is always valid: every reference can be
/// resolved, no department is below itself, and every level is one that its action takes.
///
/// ```
/// use orgscope::Policy;
///
/// let text = r#"{
///     "format": 1,
///     "schema": { "sections": [ { "name": "crm", "resources": [
///         { "name": "contact", "actions": [ { "name": "read" } ] } ] } ] },
///     "roles": [ { "id": "all", "section": "crm", "name": "Sees all", "grants": { "contact.read": "al" } } ]
/// }"#;
/// let error = Policy::from_document(serde_json::from_str(text)?).unwrap_err();
/// assert_eq!(error.problems()[0].path(), r#"roles[0].grants["contact.read"]"#);
///
/// let policy = Policy::from_document(serde_json::from_str(&text.replace(r#""al""#, r#""all""#))?)?;
/// let canonical = serde_json::to_string(&policy.to_document())?;
/// assert_eq!(Policy::from_document(serde_json::from_str(&canonical)?)?.to_document(), policy.to_document());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Policy {
    pub(crate) delegation: Delegation,
    pub(crate) schema: Arc<Schema>,
    pub(crate) org: Org,
    pub(crate) roles: Roles,
    /// The variants that roles have levels for.
    pub(crate) named: Named,
    names: Names,
    role_labels: ThingLabels,
    pub(crate) assigned: Assigned,
    pub(crate) dated: Dated,
}

impl Policy {
    /// Validates a document. Linear in its size, apart from sorting.
    ///
    /// # Errors
    ///
    /// When anything in it is invalid. The error holds all problems, each with its path.
    pub fn from_document(document: Document) -> Result<Self, PolicyError> {
        let mut problems = Problems::default();
        let policy = Self::read(document, &mut problems);
        problems.or(policy)
    }

    /// Reads the valid parts of a document, and notes the problems of the rest.
    pub(crate) fn read(document: Document, problems: &mut Problems) -> Self {
        let Document { format: Format, delegation, schema, org, roles } = numbered(document, problems);
        let delegation = delegation.known().unwrap_or_else(|error| {
            problems.add("delegation", &Invalid::UnknownWord(error));
            Delegation::default()
        });
        let schema = Schema::from_document(&schema, problems);
        let mut entries = Entries::default();
        let org = Org::from_document(org, &mut entries, problems);
        let roles = role::from_document(roles, &schema, &org, &mut entries.assignments, problems);
        let others = entries.assignments.iter().map(|((role, to), _)| (to, role));
        let (names, assigned) = (role::index_names(&roles), Assigned::of(&roles, others));
        let policy = Self {
            delegation,
            schema: Arc::new(schema),
            org,
            named: Named::of(&roles),
            roles,
            names,
            role_labels: ThingLabels::default(),
            assigned,
            dated: Dated::of(entries),
        };
        problems.hint(|invalid, path| match policy.with_hint(invalid) {
            invalid if path.ends_with(".parent") => {
                with_hint_at_parent(invalid, "leave `parent` out for a department at the top")
            }
            invalid => invalid,
        });
        policy
    }

    /// The policy as a canonical document: policies that mean the same give equal documents, and so the same bytes.
    ///
    /// Departments, users, groups and roles are in the order of their ids, lists are sorted, and defaults are left out.
    /// The schema keeps its order.
    pub fn to_document(&self) -> Document {
        Document {
            format: Format,
            delegation: Word::Known(self.delegation),
            schema: self.schema.to_document(),
            org: self.org.to_document(&self.dated),
            roles: role::to_document(&self.roles, &self.schema, &self.dated),
        }
    }

    /// The instant that the policy is for, or `None` if none has been told: then nothing holds that has a period, be it to
    /// begin or to end.
    pub fn instant(&self) -> Option<Time> {
        self.dated.instant()
    }

    /// The next instant after that of the policy at which an assignment, a post or a membership begins or ends.
    pub fn next_change(&self) -> Option<Time> {
        self.dated.next()
    }

    /// The same policy at another instant, earlier or later: for a dry run of another day, or to see what will change by
    /// itself.
    ///
    /// It costs what begins or ends between the two instants. Before the first, and back in time, it costs everything that
    /// has a period.
    ///
    /// ```
    /// use orgscope::document::{Action, Document, ResourceType, Role, Section, User};
    /// use orgscope::{Grant, Period, Policy, Snapshot, Subject, Time};
    ///
    /// let settings = ResourceType::new("settings").action(Action::toggle("manage"));
    /// let (march, april): (Time, Time) = ("2027-03-01T00:00:00Z".parse()?, "2027-04-01T00:00:00Z".parse()?);
    /// let role = Role::new("manager", "crm", "Manager").grant("settings.manage", Grant::Allow);
    /// let document = Document::new()
    ///     .section(Section::new("crm").resource(settings))
    ///     .user(User::new("ann"))
    ///     .role(role.assigned_to(Subject::user("ann").during(Period::between(march, april)?)));
    /// let policy = Policy::from_document(document)?;
    /// let manage = policy.schema().toggle("settings.manage")?;
    /// let may_ann = |policy: &Policy| Snapshot::compile(policy).principal("ann").check(manage, &()).is_allow();
    ///
    /// assert!(!may_ann(&policy));
    /// assert_eq!(policy.next_change(), Some(march));
    /// assert!(may_ann(&policy.at(march)));
    /// assert!(!may_ann(&policy.at(april)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at(&self, instant: Time) -> Self {
        let mut policy = self.clone();
        policy.go(Some(instant));
        policy
    }

    /// Whether another role than this one, of whatever section, has a name.
    pub(crate) fn has_other_role(&self, id: &RoleId, name: &str) -> bool {
        let own = self.roles.get(id).map(|role| role.name.as_str());
        self.role_labels.has_another(name, own, || self.roles.values().map(|role| role.name.as_str()))
    }

    /// The schema, where permissions are looked up.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }
}

/// The document; or an empty one, if it declares more than can be numbered, which is a problem.
fn numbered(document: Document, problems: &mut Problems) -> Document {
    let Document { schema, org, roles, .. } = &document;
    let resources = schema.sections.iter().flat_map(|section| &section.resources);
    let counts = [
        ("schema.sections", "sections", schema.sections.len()),
        ("schema.sections", "actions", resources.clone().map(|resource| resource.actions.len()).sum()),
        (
            "schema.sections",
            "actions on variants",
            resources.map(|resource| resource.actions.len().saturating_mul(resource.variants.len())).sum(),
        ),
        ("org.departments", "departments", org.departments.len()),
        ("org.users", "users", org.users.len()),
        ("org.groups", "groups", org.groups.len()),
        ("roles", "roles", roles.len()),
    ];
    let fits = counts.map(|(path, of, count)| problems.note(path, rules::check_count(of, count)).is_some());
    if fits.contains(&false) { Document::new() } else { document }
}

impl TryFrom<Document> for Policy {
    type Error = PolicyError;

    fn try_from(document: Document) -> Result<Self, PolicyError> {
        Self::from_document(document)
    }
}
