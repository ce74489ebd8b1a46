//! The kinds of refusals: in a word, why a change is not made.

use std::str::FromStr;

use crate::vocabulary::word::{self, UnknownWord, spelled};

/// In a word, why a batch of commands was refused.
///
/// Where several of the first five apply to a command, the first counts, in this order. A conflict comes before all of them
/// but `not_permitted`, which comes before a conflict unless what changed is whether who asks may. A lock-out is looked for
/// at the end, when each command of the batch has passed.
///
/// ```
/// use orgscope::RefusalKind;
///
/// assert_eq!("locked_role".parse(), Ok(RefusalKind::LockedRole));
/// assert_eq!(serde_json::to_string(&RefusalKind::WouldLockOut)?, r#""would_lock_out""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// Who asks may not change such things at all.
    NotPermitted,
    /// The command makes no sense on the state that it meets.
    Invalid,
    /// It touches a locked role, which only the host application does.
    LockedRole,
    /// It is about somebody whom the permission to manage does not reach.
    OutsideReach,
    /// It hands out more than who asks has.
    ExceedsOwnLevel,
    /// Nobody could manage a section after it.
    WouldLockOut,
    /// What it is about changed since the revision that the editor saw.
    Conflict,
}

impl RefusalKind {
    /// The seven, in the order of the variants.
    pub const EACH: [Self; 7] = [
        Self::NotPermitted,
        Self::Invalid,
        Self::LockedRole,
        Self::OutsideReach,
        Self::ExceedsOwnLevel,
        Self::WouldLockOut,
        Self::Conflict,
    ];

    /// The word that documents and logs write.
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
