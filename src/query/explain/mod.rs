//! Why a check was decided as it was: every step, and the least that would change it.

mod grounds;
mod record;
mod repair;
mod search;
mod steps;
mod text;
mod ties;

use serde::ser::{Serialize, Serializer};

use crate::document::Command;
use crate::query::check::Decision;
use crate::query::reason::{Reason, ReasonCode};
use crate::snapshot::Snapshot;
use crate::vocabulary::facts::Facts;
use crate::vocabulary::id::{DepartmentId, RoleId, UserId};
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::level::Grant;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::{Owner, Share, Subject};

/// Why a check was decided as it was.
///
/// Its decision is the check itself. The rest names the way to it: what gives the user each level, how the record is
/// related to them, what the permission requires; and for a denial the least changes that would turn it. It is made
/// from the policy, so it is the same however often and in whatever order is asked.
///
/// As text it is for a person. As data, with every step, it is what [`docs::explain`](crate::docs::explain) describes.
///
/// ```
/// # use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User};
/// # use orgscope::{AnyRecord, Facts, Level, Policy, Snapshot, Subject};
/// # let contact = ResourceType::new("contact").action(Action::new("read"));
/// # let document = Document::new()
/// #     .section(Section::new("crm").resource(contact))
/// #     .department(Department::new("sales").name("Sales"))
/// #     .department(Department::new("north").name("Sales North").parent("sales"))
/// #     .user(User::new("nick").name("Nick").member_of("north"))
/// #     .user(User::new("nora").name("Nora").member_of("north"))
/// #     .role(Role::new("reader", "crm", "Team reader").grant("contact.read", Level::Department)
/// #         .assigned_to(Subject::department_sub("sales")));
/// # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
/// # let read = snapshot.schema().permission_named("contact.read")?;
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
pub struct Explanation {
    /// The decision in a line.
    reason: Reason,
    /// The user who asks; none if the policy knows none with that id.
    user: Option<Named<UserId>>,
    /// What they would do, for example `contact.read`; empty if it is unknown.
    permission: String,
    /// The record, as the application told it; none for a toggle.
    record: Option<RecordInfo>,
    /// How the record is related to the user, whether that is enough or not.
    ties: Vec<Tie>,
    /// The permission, and then those that it requires, directly or not. Empty if nothing was considered, because the
    /// user may not ask or the question makes no sense.
    steps: Vec<Step>,
    /// The least changes that would allow it; each has been tried. None for an allow.
    repairs: Vec<Repair>,
    /// How many more changes, or pairs of them, would allow it.
    more_repairs: usize,
    /// Whether all that would allow it were tried, so that the first is the least of them. Only of very many some are
    /// not.
    all_weighed: bool,
    has_roles: bool,
}

impl Explanation {
    /// The decision with its reason, which are those of the check.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// The smallest changes that would allow it; each has been tried. None for an allow.
    pub fn repairs(&self) -> &[Repair] {
        &self.repairs
    }

    /// How many more changes, or pairs of them, would allow it.
    pub fn more_repairs(&self) -> usize {
        self.more_repairs
    }

    /// Whether every candidate was tried, so that the first repair is the smallest.
    pub fn all_weighed(&self) -> bool {
        self.all_weighed
    }
}

/// Something with the name that people call it by, if it has one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Named<I> {
    /// The id.
    pub(crate) id: I,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

/// A record, as the application told it.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct RecordInfo {
    /// The resource type.
    #[serde(rename = "type")]
    pub(crate) resource: String,
    /// Who owns it.
    pub(crate) owners: Vec<OwnerInfo>,
    /// Whether it is available to everyone.
    pub(crate) open: bool,
    /// Whom it is shared with.
    pub(crate) shared_with: Vec<ShareInfo>,
}

/// An owner, and where that is.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct OwnerInfo {
    /// The user or department.
    pub(crate) owner: Owner,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// Whether the policy knows them.
    pub(crate) known: bool,
    /// The departments that a user is a member of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) member_of: Vec<Named<DepartmentId>>,
}

/// Whom a record is shared with.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct ShareInfo {
    /// The subject.
    pub(crate) with: Share,
    /// What it is called, if it has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

/// One permission that had to be allowed.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Step {
    /// The permission.
    pub(crate) permission: String,
    /// The permission that requires it, if it is not the one that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) required_by: Option<String>,
    /// Whether this permission by itself is allowed.
    pub(crate) decision: Decision,
    /// Why.
    pub(crate) code: ReasonCode,
    /// What the user has: all grounds joined.
    pub(crate) grant: Grant,
    /// What gives it to them.
    pub(crate) grounds: Vec<Ground>,
    /// Whether a share counts, for who has some level.
    pub(crate) counts_shares: bool,
    /// Whether the user is an administrator, and administrators have no bypass here.
    pub(crate) without_bypass: bool,
}

/// What gives a user a level.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Ground {
    /// The floor, which every active user has.
    Floor {
        /// What it gives.
        grant: Grant,
        /// Whether this alone would be enough.
        suffices: bool,
    },
    /// The bypass of administrators.
    Bypass {
        /// What it gives.
        grant: Grant,
        /// Whether this alone would be enough: it is.
        suffices: bool,
    },
    /// A role.
    Role {
        /// The role.
        role: Named<RoleId>,
        /// What it gives.
        grant: Grant,
        /// Whether this alone would be enough.
        suffices: bool,
        /// How the user comes to have it.
        assignments: Vec<Assignment>,
    },
}

/// An assignment of a role that meets a user.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Assignment {
    /// Whom the role is assigned to.
    pub(crate) subject: Subject,
    /// What the subject is called, if it has a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The places by which the user is among them; none where they are named, in the group, an administrator, or
    /// anybody.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) through: Vec<Place>,
}

/// A place of a user in a department.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Place {
    /// The department.
    pub(crate) department: Named<DepartmentId>,
    /// What the user is there.
    pub(crate) posts: Vec<Post>,
}

/// A way in which a record is related to a user.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Tie {
    /// It is their own.
    Own,
    /// Nobody owns it, and such a record of this type is everybody's own.
    Unowned,
    /// An owner is in a department where the user has a place, or is that department.
    Department {
        /// The owner.
        owner: OwnerInfo,
        /// The user's place.
        place: Place,
    },
    /// An owner is in, or is, a department below one where the user has a place.
    Below {
        /// The owner.
        owner: OwnerInfo,
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
        share: ShareInfo,
        /// The places by which the user is among them.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        through: Vec<Place>,
    },
}

/// One change, or two together, that would allow what is denied.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Repair {
    /// What to change: one thing, or two.
    pub changes: Vec<Change>,
    /// For how many pairs of a user and a permission the set of records grows by it. What changes only the record
    /// widens none.
    pub widens: usize,
    /// How many users these are.
    pub people: usize,
    /// What it says to a person.
    pub text: String,
}

/// Something to change.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Change {
    /// The policy, by a command.
    Command(Command),
    /// The record: share it with one more subject.
    Share(Share),
    /// The record: give it this one owner instead of those that it has.
    Reassign(Owner),
    /// The record: make it available to everyone.
    Open,
}

impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Written<'a> {
            format: u32,
            decision: Decision,
            code: ReasonCode,
            reason: String,
            #[serde(skip_serializing_if = "Option::is_none")]
            user: Option<&'a Named<UserId>>,
            permission: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            record: Option<&'a RecordInfo>,
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

/// What is asked, and of which state.
#[derive(Clone, Copy)]
struct Asked<'a> {
    snapshot: &'a Snapshot,
    user: &'a UserId,
    action: ActionIndex,
    facts: Option<&'a Facts<'a>>,
}
