//! Why a check was decided as it was: every step, and the least that would change it.

mod grounds;
pub(crate) mod repair;
mod search;
mod text;
mod ties;

use std::collections::HashMap;

use petgraph::stable_graph::NodeIndex;
use serde::ser::{Serialize, Serializer};

use crate::policy::Policy;
use crate::policy::org::User;
use crate::policy::role::Role;
use crate::query::check::Decision;
use crate::query::explain::grounds::assignments;
use crate::query::principal::Principal;
use crate::query::reason::{Code, Reason};
use crate::snapshot::Relation;
use crate::vocabulary::facts::{Facts, Record};
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::level::Grant;
use crate::vocabulary::permission::{ActionIndex, Permission, Toggle};
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::{Owner, Share, Subject};
use repair::{Repair, Repairs};

/// Why a check was decided as it was.
///
/// Its decision is the check itself. The rest names the way to it: what gives the user each level, how the record is
/// related to them, what the permission requires; and for a denial the least changes that would turn it. It is made from
/// the policy, so it is the same however often and in whatever order is asked.
///
/// As text it is for a person. As data it is what [`docs::explain`](crate::docs::explain) describes.
///
/// ```
/// # use orgscope::document::{Action, Department, Document, Resource, Role, Section, User};
/// # use orgscope::{AnyRecord, Facts, Level, Policy, Snapshot, Subject};
/// # let contact = Resource::new("contact").action(Action::new("read"));
/// # let document = Document::new()
/// #     .section(Section::new("crm").resource(contact))
/// #     .department(Department::new("sales").name("Sales"))
/// #     .department(Department::new("north").name("Sales North").parent("sales"))
/// #     .user(User::new("nick").name("Nick").member_of("north"))
/// #     .user(User::new("nora").name("Nora").member_of("north"))
/// #     .role(Role::new("reader", "crm", "Team reader").grant("contact.read", Level::Department)
/// #         .assigned_to(Subject::department_sub("sales")));
/// # let snapshot = Snapshot::of(&Policy::from_document(document)?);
/// # let read = snapshot.schema().levelled("contact.read")?;
/// let noras = AnyRecord::new("contact", Facts::owned_by("nora"));
/// assert_eq!(
///     snapshot.principal("nick").explain(read, &noras).to_string(),
///     "allow: `contact.read` is `department`, and an owner is in a department of the user\n\
///      Nick has `department` for `contact.read`:\n\
///      - `department` by the role Team reader, assigned to Sales and below, to which Nick belongs through Sales North.\n\
///      This covers the record: owner Nora is a member of Sales North, where Nick is a member."
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explanation {
    /// The decision in a line.
    pub reason: Reason,
    /// The user who asks; none if the policy knows none with that id.
    pub user: Option<Named<UserId>>,
    /// What they would do, for example `contact.read`; empty if it is unknown.
    pub permission: String,
    /// The record, as the application told it; none for a toggle.
    pub record: Option<RecordTold>,
    /// How the record is related to the user, whether that is enough or not.
    pub ties: Vec<Tie>,
    /// The permission, and then those that it requires, directly or not. Empty if nothing was considered, because the user
    /// may not ask or the question makes no sense.
    pub steps: Vec<Step>,
    /// The least changes that would allow it; each has been tried. None for an allow.
    pub repairs: Vec<Repair>,
    /// How many more changes, or pairs of them, would allow it.
    pub more_repairs: usize,
    /// Whether all that would allow it were tried, so that the first is the least of them. Only of very many some are not.
    pub all_weighed: bool,
    has_roles: bool,
}

/// Something with the name that people call it by, if it has one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Named<I> {
    /// The id.
    pub id: I,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A record, as the application told it.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct RecordTold {
    /// The resource type.
    #[serde(rename = "type")]
    pub resource: String,
    /// Who owns it.
    pub owners: Vec<OwnerTold>,
    /// Whether it is available to everyone.
    pub open: bool,
    /// Whom it is shared with.
    pub shared_with: Vec<ShareTold>,
}

/// An owner, and where that is.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct OwnerTold {
    /// The user or department.
    pub owner: Owner,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether the policy knows them.
    pub known: bool,
    /// The departments that a user is a member of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub member_of: Vec<Named<DepartmentId>>,
}

/// Whom a record is shared with.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct ShareTold {
    /// The subject.
    pub with: Share,
    /// What it is called, if it has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// One permission that had to be allowed.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Step {
    /// The permission.
    pub permission: String,
    /// The permission that requires it, if it is not the one that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_by: Option<String>,
    /// Whether this permission by itself is allowed.
    pub decision: Decision,
    /// Why.
    pub code: Code,
    /// What the user has: all grounds joined.
    #[serde(serialize_with = "as_text")]
    pub grant: Grant,
    /// What gives it to them.
    pub grounds: Vec<Ground>,
    /// Whether a share counts, for who has some level.
    pub counts_shares: bool,
    /// Whether the user is an administrator, and administrators have no bypass here.
    pub without_bypass: bool,
}

/// What gives a user a level.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ground {
    /// The floor, which every active user has.
    Floor {
        /// What it gives.
        #[serde(serialize_with = "as_text")]
        grant: Grant,
        /// Whether this alone would be enough.
        suffices: bool,
    },
    /// The bypass of administrators.
    Bypass {
        /// What it gives.
        #[serde(serialize_with = "as_text")]
        grant: Grant,
        /// Whether this alone would be enough: it is.
        suffices: bool,
    },
    /// A role.
    Role {
        /// The role.
        role: Named<RoleId>,
        /// What it gives.
        #[serde(serialize_with = "as_text")]
        grant: Grant,
        /// Whether this alone would be enough.
        suffices: bool,
        /// How the user comes to have it.
        assignments: Vec<Assignment>,
    },
}

impl Ground {
    /// What it gives.
    pub fn grant(&self) -> Grant {
        match self {
            Self::Floor { grant, .. } | Self::Bypass { grant, .. } | Self::Role { grant, .. } => *grant,
        }
    }

    /// Whether this alone would be enough.
    pub fn suffices(&self) -> bool {
        match self {
            Self::Floor { suffices, .. } | Self::Bypass { suffices, .. } | Self::Role { suffices, .. } => *suffices,
        }
    }
}

/// An assignment of a role that meets a user.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Assignment {
    /// Whom the role is assigned to.
    pub subject: Subject,
    /// What the subject is called, if it has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The places by which the user is among them; none where they are named, in the group, an administrator, or anybody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub through: Vec<Place>,
}

/// A place of a user in a department.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The department.
    pub department: Named<DepartmentId>,
    /// What the user is there.
    pub posts: Vec<Post>,
}

/// A way in which a record is related to a user.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Tie {
    /// It is their own.
    Own,
    /// Nobody owns it, and such a record of this type is everybody's own.
    Unowned,
    /// An owner is in a department where the user has a place, or is that department.
    Department {
        /// The owner.
        owner: OwnerTold,
        /// The user's place.
        place: Place,
    },
    /// An owner is in, or is, a department below one where the user has a place.
    Below {
        /// The owner.
        owner: OwnerTold,
        /// The owner's department.
        department: Named<DepartmentId>,
        /// The user's place.
        place: Place,
    },
    /// It is available to everyone.
    Open,
    /// It is shared with the user.
    Shared {
        /// The subject that contains them.
        #[serde(flatten)]
        share: ShareTold,
        /// The places by which the user is among them.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        through: Vec<Place>,
    },
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "this is how serde calls it")]
fn as_text<S: Serializer>(grant: &Grant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(grant.as_str())
}

impl Principal<'_> {
    /// Why this user may, or may not, do this to this record: the way to the decision, and for a denial the least that
    /// would change it.
    ///
    /// It grows with the user's roles and places and the record's owners. A denial looks at all roles, departments and
    /// groups for what would be enough, and in pairs if nothing is by itself. Up to 64 of those are tried: compiled apart
    /// and compared, as publishing them would be. So a denial costs milliseconds where a check costs nanoseconds.
    pub fn explain<R: Record>(&self, permission: Permission<R>, record: &R) -> Explanation {
        let Permission { action, schema, .. } = permission;
        let reason = self.reason(permission, record);
        let Some(expected) = self.resource_type(action, schema) else { return self.unexplained(reason) };
        let resource = record.dynamic_type().unwrap_or(expected).to_owned();
        let asked = (resource == expected).then_some(action);
        record.with_facts(|facts| self.explained(reason, action, asked, Some((resource, facts))))
    }

    /// Why this user may, or may not, do this, as [`explain`](Self::explain) says it of a permission with a record.
    pub fn explain_toggle(&self, toggle: Toggle) -> Explanation {
        let reason = self.reason_toggle(toggle);
        if toggle.schema != self.snapshot.fingerprint() {
            return self.unexplained(reason);
        }
        self.explained(reason, toggle.action, Some(toggle.action), None)
    }

    fn unexplained(&self, reason: Reason) -> Explanation {
        Explanation {
            reason,
            user: self.named(),
            permission: String::new(),
            record: None,
            ties: Vec::new(),
            steps: Vec::new(),
            repairs: Vec::new(),
            more_repairs: 0,
            all_weighed: true,
            has_roles: false,
        }
    }

    /// Explains an action that the schema has; `asked` if the question makes sense.
    fn explained(
        &self,
        reason: Reason,
        action: ActionIndex,
        asked: Option<ActionIndex>,
        record: Option<(String, &Facts<'_>)>,
    ) -> Explanation {
        let facts = record.as_ref().map(|(_, facts)| *facts);
        let policy = self.snapshot.policy();
        let denied = !reason.decision().is_allow();
        let steps = asked.filter(|_| self.is_active()).map_or_else(Vec::new, |asked| self.steps(asked, facts));
        let repairs = asked.filter(|_| denied).map_or_else(Repairs::default, |asked| self.repairs(asked, facts));
        let ties = asked.and(facts).map_or_else(Vec::new, |facts| self.ties(action, facts));
        let told = |(resource, facts): (String, &Facts<'_>)| RecordTold {
            resource,
            owners: facts.owners.as_slice().iter().map(|owner| owner_told(policy, owner)).collect(),
            open: facts.open,
            shared_with: facts.shared_with.as_slice().iter().map(|share| share_told(policy, share)).collect(),
        };
        Explanation {
            reason,
            user: self.named(),
            permission: self.snapshot.schema().action_name(action),
            record: record.map(told),
            ties,
            steps,
            repairs: repairs.told,
            more_repairs: repairs.more,
            all_weighed: !repairs.is_cut,
            has_roles: policy.roles.values().any(|role| self.has(role)),
        }
    }

    fn has(&self, role: &Role) -> bool {
        let policy = self.snapshot.policy();
        let Some((id, user)) = self.id().and_then(|id| Some((id, policy.org.users().get(id)?))) else { return false };
        !assignments(policy, id, user, role).is_empty()
    }

    fn named(&self) -> Option<Named<UserId>> {
        let id = self.id()?;
        let name = self.snapshot.policy().org.users().get(id).and_then(User::name);
        Some(Named { id: id.clone(), name })
    }

    /// The permission that is asked about, and those that it requires, each once.
    fn steps(&self, asked: ActionIndex, facts: Option<&Facts<'_>>) -> Vec<Step> {
        let schema = self.snapshot.schema();
        let relation = facts.map_or(Relation::default(), |facts| self.relation(asked, facts));
        let pooled = facts.is_some_and(|facts| facts.owners.as_slice().is_empty() && self.snapshot.is_pool(asked));
        let needed = self.snapshot.schema().needed(asked);
        let user = self.id().and_then(|id| self.snapshot.policy().org.users().get(id));
        let is_administrator = user.is_some_and(|user| user.admin);
        let mut required_by: HashMap<ActionIndex, ActionIndex> = HashMap::new();
        for by in &needed {
            for action in &schema.action(*by).requires {
                required_by.entry(*action).or_insert(*by);
            }
        }
        let step = |action: ActionIndex| {
            let required_by = required_by.get(&action).filter(|_| action != asked);
            Step {
                permission: schema.action_name(action),
                required_by: required_by.map(|by| schema.action_name(*by)),
                decision: Decision::of(self.alone(action).admits(relation)),
                code: self.code_of(action, relation, pooled),
                grant: schema.grant_of(action, self.asker.level(action)),
                grounds: self.grounds(action, relation),
                counts_shares: schema.action(action).shared,
                without_bypass: is_administrator && !schema.action(action).admin_bypass,
            }
        };
        needed.iter().map(|action| step(*action)).collect()
    }
}

fn owner_told(policy: &Policy, owner: &Owner<&str>) -> OwnerTold {
    let org = &policy.org;
    match owner {
        Owner::User(id) => {
            let id = UserId::from(*id);
            let user = org.users().get(&id);
            let departments = user.into_iter().flat_map(User::departments);
            OwnerTold {
                name: user.and_then(User::name),
                known: user.is_some(),
                member_of: departments.map(|department| department_named(policy, department)).collect(),
                owner: Owner::User(id),
            }
        }
        Owner::Department(id) => {
            let id = DepartmentId::from(*id);
            let department = org.department(&id);
            OwnerTold {
                name: department.and_then(|department| org.name_of(department)).map(ToOwned::to_owned),
                known: department.is_some(),
                member_of: Vec::new(),
                owner: Owner::Department(id),
            }
        }
    }
}

fn department_named(policy: &Policy, department: NodeIndex) -> Named<DepartmentId> {
    let org = &policy.org;
    Named {
        id: org.department_id(department).clone(),
        name: org.name_of(department).filter(|name| !name.is_empty()).map(ToOwned::to_owned),
    }
}

/// The departments that the records of an owner belong to.
fn homes(policy: &Policy, owner: &Owner<&str>) -> Vec<NodeIndex> {
    let org = &policy.org;
    match owner {
        Owner::User(id) => org.users().get(&(*id).into()).map_or_else(Vec::new, |user| user.departments().collect()),
        Owner::Department(id) => org.department(&(*id).into()).into_iter().collect(),
    }
}

fn share_told(policy: &Policy, share: &Share<&str>) -> ShareTold {
    let org = &policy.org;
    let department_name = |id: &DepartmentId| org.name_of(org.department(id)?).map(ToOwned::to_owned);
    let (with, name) = match share {
        Share::User(id) => {
            let id = UserId::from(*id);
            let name = org.users().get(&id).and_then(User::name);
            (Share::User(id), name)
        }
        Share::Department(id) => {
            let id = DepartmentId::from(*id);
            let name = department_name(&id);
            (Share::Department(id), name)
        }
        Share::DepartmentSub(id) => {
            let id = DepartmentId::from(*id);
            let name = department_name(&id);
            (Share::DepartmentSub(id), name)
        }
        Share::Group(id) => {
            let id = GroupId::from(*id);
            let name = org.groups().get(&id).and_then(|group| group.name.clone());
            (Share::Group(id), name)
        }
    };
    ShareTold { with, name }
}

impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Written<'a> {
            format: u32,
            decision: Decision,
            code: Code,
            reason: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            user: Option<&'a Named<UserId>>,
            permission: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            record: Option<&'a RecordTold>,
            ties: &'a [Tie],
            steps: &'a [Step],
            repairs: &'a [Repair],
            more_repairs: usize,
            all_weighed: bool,
        }
        let Self { reason, user, permission, record, ties, steps, repairs, .. } = self;
        let written = Written {
            format: 1,
            decision: reason.decision(),
            code: reason.code(),
            reason: reason.to_string(),
            user: user.as_ref(),
            permission,
            record: record.as_ref(),
            ties,
            steps,
            repairs,
            more_repairs: self.more_repairs,
            all_weighed: self.all_weighed,
        };
        written.serialize(serializer)
    }
}
