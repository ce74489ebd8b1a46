//! Explanations: every step to a decision, and the smallest changes that would turn it.

mod course;
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
use crate::vocabulary::id::{DepartmentId, RoleId, UserId, VariantId};
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::level::Grant;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::{Owner, Share, Subject};
use crate::vocabulary::time::Time;

/// The explanation of a check.
///
/// Its decision is that of the check. The rest describes the steps: the grounds of each level, the relation of the
/// record to the user, the requirements of the permission; and for a denial the smallest changes that would turn it. It
/// is computed from the policy alone, so equal questions get equal explanations.
///
/// [`docs::explain`](crate::docs::explain) describes it as data, with every step.
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
    /// The user, or `None` if unknown.
    user: Option<Named<UserId>>,
    /// The name of the permission, for example `contact.read`; empty if it is unknown.
    permission: String,
    /// The record, as the application described it, or `None` for a toggle.
    record: Option<RecordInfo>,
    /// The relations of the record to the user, whether they suffice or not.
    ties: Vec<Tie>,
    /// The permission, and then those that it requires, directly or not. Empty if nothing was considered, because the
    /// user may not ask or the question is invalid.
    steps: Vec<Step>,
    /// The smallest changes that would allow it. Each has been tried. Empty if it is allowed.
    repairs: Vec<Repair>,
    /// The number of further changes, or pairs of them, that would allow it.
    more_repairs: usize,
    /// Whether every candidate was tried, so that the first repair is the smallest. Only if there are very many, some
    /// are not.
    all_weighed: bool,
    has_roles: bool,
    course: Course,
}

/// How time alone turns a decision.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Course {
    /// If it is allowed, the first later instant at which it is denied.
    pub(crate) until: Option<Time>,
    /// If it is denied, the first later instant at which it is allowed.
    pub(crate) begins: Option<Time>,
    /// If it is denied, the latest instant at which it ceased to be allowed.
    pub(crate) ended: Option<Time>,
}

impl Explanation {
    /// The instant until which it is allowed, if nothing changes but the time and something that the decision rests on
    /// ends.
    pub fn until(&self) -> Option<Time> {
        self.course.until
    }

    /// The instant from which on it will be allowed, if nothing changes but the time.
    pub fn begins(&self) -> Option<Time> {
        self.course.begins
    }

    /// The instant at which it ceased to be allowed, because something ended.
    pub fn ended(&self) -> Option<Time> {
        self.course.ended
    }

    /// The decision with its reason, the same as those of the check.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// The smallest changes that would allow it. Each has been tried. Empty if it is allowed.
    pub fn repairs(&self) -> &[Repair] {
        &self.repairs
    }

    /// The number of further changes, or pairs of them, that would allow it.
    pub fn more_repairs(&self) -> usize {
        self.more_repairs
    }

    /// Whether every candidate was tried, so that the first repair is the smallest.
    pub fn all_weighed(&self) -> bool {
        self.all_weighed
    }
}

/// A thing with its display name, if it has one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Named<I> {
    /// The id.
    pub(crate) id: I,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The name in sentences.
    #[serde(skip)]
    pub(crate) called: String,
}

/// A record, as the application described it.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct RecordInfo {
    /// The resource type.
    #[serde(rename = "type")]
    pub(crate) resource: String,
    /// The owners.
    pub(crate) owners: Vec<OwnerInfo>,
    /// Whether it is available to everyone.
    pub(crate) open: bool,
    /// The subjects that it is shared with.
    pub(crate) shared_with: Vec<ShareInfo>,
    /// The value of its variant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) variant: Option<VariantId>,
    /// The variant that the value means, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) variant_name: Option<String>,
}

/// An owner with their departments.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct OwnerInfo {
    /// The user or department.
    pub(crate) owner: Owner,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The name in sentences.
    #[serde(skip)]
    pub(crate) called: String,
    /// Whether the policy knows the owner.
    pub(crate) known: bool,
    /// The departments that a user is a member of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) member_of: Vec<Named<DepartmentId>>,
}

/// A subject that a record is shared with.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct ShareInfo {
    /// The subject.
    pub(crate) with: Share,
    /// The name of the subject, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The name in sentences.
    #[serde(skip)]
    pub(crate) called: String,
}

/// A permission that had to be allowed.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Step {
    /// The permission.
    pub(crate) permission: String,
    /// The variant of the record, if roles have levels for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) variant: Option<String>,
    /// The permission that requires this one, or `None` for the one that was asked about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) required_by: Option<String>,
    /// Whether this permission by itself is allowed.
    pub(crate) decision: Decision,
    /// The reason.
    pub(crate) code: ReasonCode,
    /// The user's grant: all grounds joined that have no place.
    pub(crate) grant: Grant,
    /// The same with what assignments with a place give everywhere.
    #[serde(skip)]
    pub(crate) level_outside_zones: Grant,
    /// The grounds of the grant, and those in places.
    pub(crate) grounds: Vec<Ground>,
    /// The place that an owner of the record is in, if that is why it is allowed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) place: String,
    /// Whether a share counts, for users with some level.
    pub(crate) counts_shares: bool,
    /// Whether the user is an administrator, and administrators have no bypass here.
    pub(crate) without_bypass: bool,
}

/// A ground of a user's level.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Ground {
    /// The floor, which every active user has.
    Floor {
        /// The grant.
        grant: Grant,
        /// Whether this ground alone suffices.
        suffices: bool,
    },
    /// The bypass of administrators.
    Bypass {
        /// The grant.
        grant: Grant,
        /// Whether this ground alone suffices: always true.
        suffices: bool,
    },
    /// A role.
    Role {
        /// The role.
        role: Named<RoleId>,
        /// The grant.
        grant: Grant,
        /// Whether this ground alone suffices.
        suffices: bool,
        /// The assignments through which the user has the role.
        assignments: Vec<Assignment>,
    },
}

/// An assignment through which a user has a role.
#[derive(Clone, Debug, serde::Serialize)]
pub(crate) struct Assignment {
    /// The subject.
    pub(crate) subject: Subject,
    /// The name of the subject, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The name of the subject in sentences; empty for a word.
    #[serde(skip)]
    pub(crate) called: String,
    /// The departments that the levels are measured from for this user, if the assignment has a place.
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<Vec<Named<DepartmentId>>>,
    /// The places by which the subject contains the user. Empty for the user's own id, groups, administrators and
    /// everyone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) through: Vec<Place>,
}

/// A place of a user in a department.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Place {
    /// The department.
    pub(crate) department: Named<DepartmentId>,
    /// The posts of the user there.
    pub(crate) posts: Vec<Post>,
}

/// One relation of a record to a user.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Tie {
    /// The record is the user's own.
    Own,
    /// The record has no owner, and such a record of this type is everybody's own.
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
    /// The record is available to everyone.
    Open,
    /// The record is shared with the user.
    Shared {
        /// The subject that contains the user.
        #[serde(flatten)]
        share: ShareInfo,
        /// The places by which the subject contains the user.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        through: Vec<Place>,
    },
}

/// One change, or two together, that would allow what is denied.
#[derive(Clone, Debug, serde::Serialize)]
#[non_exhaustive]
pub struct Repair {
    /// The changes: one or two.
    pub changes: Vec<Change>,
    /// The number of pairs of a user and a permission that reach new records by it. It is zero if only the record
    /// changes.
    pub widens: usize,
    /// The number of users in these pairs.
    pub people: usize,
    /// The description for a person.
    pub text: String,
}

/// A change of a repair.
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
            #[serde(skip_serializing_if = "Option::is_none")]
            until: Option<Time>,
            #[serde(skip_serializing_if = "Option::is_none")]
            begins: Option<Time>,
            #[serde(skip_serializing_if = "Option::is_none")]
            ended: Option<Time>,
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
            until: self.course.until,
            begins: self.course.begins,
            ended: self.course.ended,
            repairs,
            more_repairs: self.more_repairs,
            all_weighed: self.all_weighed,
        };
        written.serialize(serializer)
    }
}

/// A question, with the state that it is asked of.
#[derive(Clone, Copy)]
struct Asked<'a> {
    snapshot: &'a Snapshot,
    user: &'a UserId,
    action: ActionIndex,
    facts: Option<&'a Facts<'a>>,
}
