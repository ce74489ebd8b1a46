//! Why a batch is refused.

use std::fmt::{self, Display};

use thiserror::Error;

use crate::admin::conflict::Fact;
use crate::vocabulary::id::{RoleId, UserId};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::mode::Delegation;
use crate::vocabulary::refusal::RefusalKind;
use crate::vocabulary::subject::Subject;

/// Why a batch of commands was refused. Nothing of it was applied.
///
/// ```
/// use orgscope::document::{Action, Document, ResourceType, Role, Section, User};
/// use orgscope::{Command, Grant, Handle, Level, Policy, RefusalKind, Rule, Subject};
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
/// assert_eq!(refusal.to_string(), "commands[0]: role `seller` would have `all` for `contact.read`, \
///     and user `ann` has `department`: nobody hands out more than they have");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct Refusal {
    command: Option<usize>,
    rule: Box<Rule>,
}

/// The rule that a batch would break, with what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// Who asks must be there and active.
    ActiveUser {
        /// Who asked.
        user: UserId,
    },
    /// Only active administrators and the host application change the company.
    Company {
        /// Who asked.
        user: UserId,
    },
    /// Only the host application makes administrators and locked roles.
    Host {
        /// Who asked.
        user: UserId,
    },
    /// The roles of a section are edited by administrators, and by those who have its permission to manage.
    Manage {
        /// Who asked.
        user: UserId,
        /// The section; none if the command names no role or section that is there, and the user manages none at all.
        section: Option<String>,
        /// Its permission to manage, if it has one.
        manage: Option<String>,
        /// What that requires, if the user has the permission to manage and this is what they are denied.
        requires: Option<String>,
    },
    /// A command must make sense on the state that it meets: why it makes none.
    Invalid(String),
    /// Only the host application touches locked roles.
    Locked {
        /// The role.
        role: RoleId,
    },
    /// Where the permission to manage is levelled, it must reach whom a role is given to.
    Reach {
        /// Who asked.
        user: UserId,
        /// The role that would be changed, assigned or unassigned.
        role: RoleId,
        /// Who is out of reach.
        subject: Subject,
        /// The first member out of reach, if it is a group with members.
        member: Option<UserId>,
        /// The permission to manage.
        manage: String,
        /// The level that the user has for it.
        level: Level,
        /// What is missing.
        why: Unreached,
    },
    /// Nobody hands out more than they have.
    OwnLevel {
        /// Who asked.
        user: UserId,
        /// The role of the cell.
        role: RoleId,
        /// The permission of the cell, for example `contact.read`.
        permission: String,
        /// What the cell would hold, or holds.
        level: Grant,
        /// What the user has.
        own: Grant,
        /// Whether the role would be assigned; else the cell would be raised.
        assigned: bool,
        /// The mode: where delegation is open, only the cells of a levelled permission to manage are held to this rule.
        delegation: Delegation,
    },
    /// A section that some active user could manage must not be left without one.
    LockOut {
        /// The section.
        section: String,
        /// Its permission to manage, if it has one.
        manage: Option<String>,
        /// Whether somebody would still manage a part of it.
        in_part: bool,
    },
    /// The editor saw an older state, and what the batch is about has changed since.
    Conflict {
        /// The revision that the editor saw.
        seen: u64,
        /// The revision that changed it. None if `seen` is so old, or so new, that nothing is known of it.
        changed: Option<u64>,
        /// What changed, for a person.
        what: String,
    },
}

/// Why the permission to manage does not reach somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unreached {
    /// They are farther than the level reaches.
    Level,
    /// It requires this permission, which is denied for them.
    Requires(String),
    /// Such a subject takes this level, or more.
    Takes(Level),
}

impl Refusal {
    pub(crate) fn of(command: usize, rule: impl Into<Box<Rule>>) -> Self {
        Self { command: Some(command), rule: rule.into() }
    }

    pub(crate) fn of_all(rule: impl Into<Box<Rule>>) -> Self {
        Self { command: None, rule: rule.into() }
    }

    /// In a word, why.
    pub fn kind(&self) -> RefusalKind {
        self.rule.kind()
    }

    /// The place in the batch of the command that was refused; none if it was the batch as a whole.
    ///
    /// For a lock-out, which is judged at the end, it is the last command without which somebody could manage the section.
    pub fn command(&self) -> Option<usize> {
        self.command
    }

    /// The rule that it would break, and what it is about.
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
    /// In a word, what breaking it is called.
    pub fn kind(&self) -> RefusalKind {
        match self {
            Self::ActiveUser { .. } | Self::Company { .. } | Self::Host { .. } | Self::Manage { .. } => {
                RefusalKind::NotPermitted
            }
            Self::Invalid(_) => RefusalKind::Invalid,
            Self::Locked { .. } => RefusalKind::LockedRole,
            Self::Reach { .. } => RefusalKind::OutsideReach,
            Self::OwnLevel { .. } => RefusalKind::ExceedsOwnLevel,
            Self::LockOut { .. } => RefusalKind::WouldLockOut,
            Self::Conflict { .. } => RefusalKind::Conflict,
        }
    }

    pub(crate) fn changed_since(seen: u64, changed: u64, fact: &Fact) -> Self {
        Self::Conflict { seen, changed: Some(changed), what: fact.to_string() }
    }
}

/// What would break it, as a person would read it.
impl Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ActiveUser { user } => write!(f, "there is no active user `{user}`"),
            Self::Company { user } => write!(
                f,
                "user `{user}` is no administrator: only active administrators and the host application change the company"
            ),
            Self::Host { user } => {
                write!(f, "user `{user}` is not the host application: it alone makes administrators and locked roles")
            }
            Self::Manage { user, section: None, .. } => {
                write!(f, "user `{user}` may not edit the roles of any section")
            }
            Self::Manage { user, section: Some(section), manage: None, .. } => {
                write!(f, "user `{user}` may not edit the roles of section `{section}`: only administrators may")
            }
            Self::Manage { user, section: Some(section), manage: Some(manage), requires } => {
                write!(f, "user `{user}` may not edit the roles of section `{section}`: that takes `{manage}`")?;
                requires.iter().try_for_each(|required| write!(f, ", which requires `{required}`"))
            }
            Self::Invalid(why) => f.write_str(why),
            Self::Locked { role } => {
                write!(f, "role `{role}` is locked: only the host application changes, assigns and unassigns it")
            }
            Self::Reach { user, role, subject, member, manage, level, why } => {
                write!(f, "user `{user}` does not reach ")?;
                member.iter().try_for_each(|member| write!(f, "user `{member}` of "))?;
                write!(f, "`{subject}`, to whom role `{role}` is or would be assigned: ")?;
                match why {
                    Unreached::Level => write!(f, "`{manage}` is `{level}`"),
                    Unreached::Requires(required) => write!(f, "`{manage}` requires `{required}`, which is denied"),
                    Unreached::Takes(needed) => {
                        let what = if matches!(subject, Subject::Group(_)) { "an empty group" } else { "that" };
                        write!(f, "{what} takes `{needed}` for `{manage}`, which is `{level}`")
                    }
                }
            }
            Self::OwnLevel { user, role, permission, level, own, assigned, delegation } => {
                let verb = if *assigned { "has" } else { "would have" };
                write!(f, "role `{role}` {verb} `{level}` for `{permission}`, and user `{user}` has `{own}`: ")?;
                f.write_str(match (assigned, delegation) {
                    (true, _) => "who assigns it must have that too",
                    (false, Delegation::Contained) => "nobody hands out more than they have",
                    (false, Delegation::Open) => "nobody lets others reach farther than they do",
                })
            }
            Self::LockOut { section, manage: Some(manage), in_part: true } => write!(
                f,
                "nobody would manage the whole of section `{section}` any more: let somebody else have `all` for \
                 `{manage}` first"
            ),
            Self::LockOut { section, manage: Some(_), .. } => {
                write!(f, "nobody could manage section `{section}` any more: let somebody else manage it first")
            }
            Self::LockOut { section, manage: None, .. } => write!(
                f,
                "nobody could manage section `{section}` any more, as only administrators do: make somebody else one first"
            ),
            Self::Conflict { seen, changed: Some(changed), what } => {
                write!(f, "{what} changed in revision {changed}, after revision {seen} that the editor saw: look again")
            }
            Self::Conflict { seen, changed: None, what } => {
                write!(f, "{what}, and the editor saw revision {seen}: look again")
            }
        }
    }
}
