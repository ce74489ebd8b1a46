//! Refusals of batches.

use std::fmt::{self, Display};

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use thiserror::Error;

use crate::policy::rules::Invalid;
use crate::vocabulary::id::{DepartmentId, RoleId, UserId};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::mode::Delegation;
use crate::vocabulary::refusal::RefusalKind;
use crate::vocabulary::subject::Subject;
use crate::vocabulary::time::Time;

/// The reason why a batch of commands was refused. None of it was applied.
///
/// ```
/// use orgscope::document::{Action, Document, ResourceType, Role, Section, User};
/// use orgscope::rules::Rule;
/// use orgscope::rules::RefusalKind;
/// use orgscope::{Command, Grant, Handle, Level, Policy, Subject};
///
/// let section = Section::new("crm").managed_by("settings.manage")
///     .resource(ResourceType::new("contact").action(Action::new("read")))
///     .resource(ResourceType::new("settings").action(Action::toggle("manage")));
/// let document = Document::new().section(section).user(User::new("ann"))
///     .role(Role::new("delegate", "crm", "Delegate").grant("settings.manage", Grant::Allow)
///         .grant("contact.read", Level::Department).assigned_to(Subject::user("ann")))
///     .role(Role::new("seller", "crm", "Seller"));
/// let authz = Handle::new(Policy::from_document(document)?);
///
/// let all = Command::set_level("seller", "contact.read", Level::All);
/// let refusal = authz.as_user("ann").apply([all]).unwrap_err();
/// assert_eq!((refusal.kind(), refusal.command()), (RefusalKind::ExceedsOwnLevel, Some(0)));
/// let Rule::OwnLevel { own, .. } = refusal.rule() else { unreachable!() };
/// assert_eq!(*own, Grant::Level(Level::Department));
/// assert_eq!(refusal.to_string(), "commands[0]: user `ann` has only `department` for `contact.read` and cannot give `all` \
///     to role `seller`");
/// assert_eq!(serde_json::to_value(&refusal)?["rule"]["name"], "own_level");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct Refusal {
    command: Option<usize>,
    rule: Box<Rule>,
}

/// The rule that a batch would break, with the things involved.
///
/// It serialises as an object with the rule's `name`, which never changes, and its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "name", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// The actor must be known and active.
    ActiveUser {
        /// The actor.
        user: UserId,
    },
    /// Only active administrators and the host application change the company.
    Company {
        /// The actor.
        user: UserId,
    },
    /// Only the host application may create administrators and locked roles.
    Host {
        /// The actor.
        user: UserId,
    },
    /// Only the host application may leave a section without a manager.
    Force {
        /// The actor.
        user: UserId,
    },
    /// Only the host application may replace the policy.
    Replace {
        /// The actor.
        user: UserId,
    },
    /// Only administrators and users with the section's permission to manage may edit its roles.
    Manage {
        /// The actor.
        user: UserId,
        /// The section, or `None` if the command names an unknown role or section and the user manages no section.
        section: Option<String>,
        /// The section's permission to manage, if it has one.
        manage: Option<String>,
        /// A permission that `manage` requires and the user is denied, though they are granted `manage`.
        requires: Option<String>,
    },
    /// A command must be valid on the state that it is applied to.
    Invalid(Invalid),
    /// Only the host application may change locked roles.
    Locked {
        /// The role.
        role: RoleId,
    },
    /// If the permission to manage is levelled, it must reach the subjects that a role is assigned to.
    Reach {
        /// The actor.
        user: UserId,
        /// The role that would be changed, assigned or unassigned.
        role: RoleId,
        /// The subject out of reach.
        subject: Subject,
        /// The first member out of reach, if the subject is a group with members.
        member: Option<UserId>,
        /// The first department out of reach, if it is the place of an assignment that is.
        department: Option<DepartmentId>,
        /// The permission to manage.
        manage: String,
        /// The level that the user has for it without a place.
        level: Level,
        /// Whether they have more in places.
        in_places: bool,
        /// Why the subject is out of reach.
        why: Unreached,
    },
    /// A delegate may give only what they have, wherever the assignment has it.
    OwnLevel {
        /// The actor.
        user: UserId,
        /// The role of the cell.
        role: RoleId,
        /// The permission of the cell, for example `contact.read`.
        permission: String,
        /// The variant of the cell, if it is not that of all other records.
        variant: Option<String>,
        /// The grant that the cell would hold, or holds.
        level: Grant,
        /// The grant that the user would need: that of the cell, or the one that it counts as in a place.
        needed: Grant,
        /// The grant that the user has.
        own: Grant,
        /// Whether they have more, but only in places.
        in_places: bool,
        /// The department where the user has no more, if the assignment has a place.
        at: Option<DepartmentId>,
        /// The instant from which on the user has no more, if it is not that of the state.
        from: Option<Time>,
        /// Whether the role would be assigned. Otherwise the cell would be raised.
        assigned: bool,
        /// The mode of delegation. If it is open, this rule applies only to the cells of a levelled permission to
        /// manage.
        delegation: Delegation,
    },
    /// A section that an active user could manage must keep such a user.
    LockOut {
        /// The section.
        section: String,
        /// The section's permission to manage, if it has one.
        manage: Option<String>,
        /// Whether somebody could still manage a part of it.
        in_part: bool,
        /// The instant from which on nobody could manage it, if it is not that of the state.
        from: Option<Time>,
    },
    /// The editor saw an older state, and something that the batch depends on has changed since.
    Conflict {
        /// The revision that the editor saw.
        seen: u64,
        /// The revision that changed it, or `None` if `seen` is so old, or so new, that this is unknown.
        changed: Option<u64>,
        /// The change, described for a person.
        what: String,
    },
}

/// The reason why the permission to manage does not reach a subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Unreached {
    /// The subject is beyond what the level reaches.
    Level,
    /// The permission requires this one, which is denied for the subject.
    Requires(String),
    /// A subject of this kind requires this level, or more.
    Takes(Level),
}

impl Refusal {
    pub(crate) fn of(command: usize, rule: impl Into<Box<Rule>>) -> Self {
        Self { command: Some(command), rule: rule.into() }
    }

    pub(crate) fn of_all(rule: impl Into<Box<Rule>>) -> Self {
        Self { command: None, rule: rule.into() }
    }

    /// The kind of refusal.
    pub fn kind(&self) -> RefusalKind {
        self.rule.kind()
    }

    /// The index of the refused command in the batch, or `None` if the batch was refused as a whole.
    ///
    /// A lock-out is judged at the end. Then it is the last command without which somebody could manage the section.
    pub fn command(&self) -> Option<usize> {
        self.command
    }

    /// The rule that the batch would break.
    pub fn rule(&self) -> &Rule {
        &self.rule
    }
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.command {
            Some(command) => write!(f, "commands[{command}]: {}", self.rule),
            None => Display::fmt(&self.rule, f),
        }
    }
}

impl Rule {
    /// The kind of refusal that breaking this rule leads to.
    pub fn kind(&self) -> RefusalKind {
        match self {
            Self::ActiveUser { .. }
            | Self::Company { .. }
            | Self::Host { .. }
            | Self::Force { .. }
            | Self::Replace { .. }
            | Self::Manage { .. } => RefusalKind::NotPermitted,
            Self::Invalid(_) => RefusalKind::Invalid,
            Self::Locked { .. } => RefusalKind::LockedRole,
            Self::Reach { .. } => RefusalKind::OutsideReach,
            Self::OwnLevel { .. } => RefusalKind::ExceedsOwnLevel,
            Self::LockOut { .. } => RefusalKind::WouldLockOut,
            Self::Conflict { .. } => RefusalKind::Conflict,
        }
    }
}

/// Describes how the rule would be broken.
impl Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ActiveUser { user } => write!(f, "there is no active user `{user}`"),
            Self::Company { user } => write!(
                f,
                "user `{user}` is not an administrator: only active administrators and the host application may change \
                 the company"
            ),
            Self::Host { user } => write!(
                f,
                "user `{user}` is not the host application: only that may create administrators and locked roles"
            ),
            Self::Force { user } => {
                write!(f, "user `{user}` is not the host application: only that may force a batch")
            }
            Self::Replace { user } => {
                write!(f, "user `{user}` is not the host application: only that may replace the policy")
            }
            Self::Manage { user, section: None, .. } => {
                write!(f, "user `{user}` may not edit the roles of any section")
            }
            Self::Manage { user, section: Some(section), manage: None, .. } => {
                write!(f, "user `{user}` may not edit the roles of section `{section}`: only administrators may")
            }
            Self::Manage { user, section: Some(section), manage: Some(manage), requires } => {
                write!(f, "user `{user}` may not edit the roles of section `{section}`: that requires `{manage}`")?;
                requires.iter().try_for_each(|required| write!(f, ", which requires `{required}`"))
            }
            Self::Invalid(invalid) => Display::fmt(invalid, f),
            Self::Locked { role } => {
                write!(f, "role `{role}` is locked: only the host application may change, assign or unassign it")
            }
            Self::Reach { user, role, subject, member, department, manage, level, in_places, why } => {
                write!(f, "user `{user}` does not reach ")?;
                member.iter().try_for_each(|member| write!(f, "user `{member}` of "))?;
                match department {
                    None => write!(f, "`{subject}`, to whom role `{role}` is or would be assigned: ")?,
                    Some(department) => write!(
                        f,
                        "department `{department}` and all below it, where role `{role}` is or would be assigned to \
                         `{subject}`: "
                    )?,
                }
                let held = match (level, in_places) {
                    (Level::Deny, true) => "granted only in places".to_owned(),
                    (_, true) => format!("`{level}`, and more in places"),
                    (_, false) => format!("`{level}`"),
                };
                match why {
                    Unreached::Level => write!(f, "`{manage}` is {held}"),
                    Unreached::Requires(required) => write!(f, "`{manage}` requires `{required}`, which is denied"),
                    Unreached::Takes(needed) => {
                        let what = if matches!(subject, Subject::Group(_)) { "an empty group" } else { "that" };
                        write!(f, "{what} requires `{needed}` for `{manage}`, which is {held}")
                    }
                }
            }
            Self::OwnLevel {
                user,
                role,
                permission,
                variant,
                level,
                needed,
                own,
                in_places,
                at,
                from,
                assigned,
                delegation,
            } => {
                write!(f, "user `{user}` has only `{own}` for `{permission}`")?;
                variant.iter().try_for_each(|variant| write!(f, " in `{variant}`"))?;
                at.iter().try_for_each(|department| write!(f, " at department `{department}`"))?;
                from.iter().try_for_each(|from| write!(f, " from {from} on"))?;
                f.write_str(if *in_places { ", apart from places, and " } else { " and " })?;
                match (assigned, delegation) {
                    (true, _) => write!(f, "cannot assign role `{role}`, which has `{level}`"),
                    (false, Delegation::Contained) => write!(f, "cannot give `{level}` to role `{role}`"),
                    (false, Delegation::Open) => {
                        write!(f, "cannot give `{level}` to role `{role}`, which would then reach farther")
                    }
                }?;
                match at {
                    _ if needed == level => Ok(()),
                    Some(_) => write!(f, ": that takes `{needed}` there"),
                    None => write!(f, ": that takes `{needed}` in the place `subject`"),
                }
            }
            Self::LockOut { section, manage, in_part, from } => {
                write_lock_out(f, section, manage.as_deref(), *in_part, *from)
            }
            Self::Conflict { seen, changed: Some(changed), what } => {
                write!(f, "{what} changed in revision {changed}, and you saw revision {seen}: reload and try again")
            }
            Self::Conflict { seen, changed: None, what } => {
                write!(f, "{what}, and you saw revision {seen}: reload and try again")
            }
        }
    }
}

fn write_lock_out(
    f: &mut fmt::Formatter<'_>,
    section: &str,
    manage: Option<&str>,
    in_part: bool,
    from: Option<Time>,
) -> fmt::Result {
    match (manage, from) {
        (Some(manage), Some(from)) => write!(
            f,
            "from {from} on, nobody could manage section `{section}` as before: let somebody else have `{manage}` from then \
             on first"
        ),
        (Some(manage), None) if in_part => write!(
            f,
            "nobody could manage the whole of section `{section}` any more: let somebody else have `all` for `{manage}` first"
        ),
        (Some(_), None) => {
            write!(f, "nobody could manage section `{section}` any more: let somebody else manage it first")
        }
        (None, _) => write!(
            f,
            "nobody could manage section `{section}` any more, because only administrators can: make somebody else an \
             administrator first"
        ),
    }
}

impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Refusal", 4)?;
        fields.serialize_field("kind", &self.kind())?;
        fields.serialize_field("command", &self.command)?;
        fields.serialize_field("rule", &self.rule)?;
        fields.serialize_field("message", &self.to_string())?;
        fields.end()
    }
}
