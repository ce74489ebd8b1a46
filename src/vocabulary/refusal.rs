//! The kinds of refusals.

use std::str::FromStr;

use crate::vocabulary::word::{self, UnknownWord, spelled};

/// The kind of a refusal: the reason why a batch of commands was refused, in one word.
///
/// If several of the first five apply to a command, the first in declaration order is reported. `Conflict` precedes all
/// of them except `NotPermitted`, and precedes that too if the actor's permission is what changed. Lock-out is judged
/// at the end, when every command of the batch has passed.
///
/// ```
/// use orgscope::rules::RefusalKind;
///
/// assert_eq!("locked_role".parse(), Ok(RefusalKind::LockedRole));
/// assert_eq!(serde_json::to_string(&RefusalKind::WouldLockOut)?, r#""would_lock_out""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// The actor may not make such changes at all.
    NotPermitted,
    /// The command is invalid on the state that it is applied to.
    Invalid,
    /// The command changes a locked role, which only the host application may do.
    LockedRole,
    /// The command is about a subject that the actor's permission to manage does not reach.
    OutsideReach,
    /// The command gives more than the actor has.
    ExceedsOwnLevel,
    /// The batch would leave a section that nobody can manage.
    WouldLockOut,
    /// Something that the command depends on changed after the revision that the actor saw.
    Conflict,
}

impl RefusalKind {
    /// All kinds, in declaration order.
    pub const EACH: [Self; 7] = [
        Self::NotPermitted,
        Self::Invalid,
        Self::LockedRole,
        Self::OutsideReach,
        Self::ExceedsOwnLevel,
        Self::WouldLockOut,
        Self::Conflict,
    ];

    /// The word in documents and logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotPermitted => "not_permitted",
            Self::Invalid => "invalid",
            Self::LockedRole => "locked_role",
            Self::OutsideReach => "outside_reach",
            Self::ExceedsOwnLevel => "exceeds_own_level",
            Self::WouldLockOut => "would_lock_out",
            Self::Conflict => "conflict",
        }
    }
}

impl FromStr for RefusalKind {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        word::parse("unknown refusal", &Self::EACH, Self::as_str, text)
    }
}

spelled! {
    RefusalKind: "a refusal such as `not_permitted`"
}
