//! No section that somebody could manage is left without anybody who can.
//!
//! Whoever is an active administrator manages every section, so as long as there is one, nothing is asked. Without one,
//! somebody else must be found, and the search begins where the last one was found: it costs a look at one user as long as
//! they stay, and however often they go, it goes on from there.

use std::collections::BTreeSet;

use crate::policy::Policy;
use crate::policy::change::Touched;
use crate::policy::org::User;
use crate::snapshot::{Snapshot, UserSlot};
use crate::vocabulary::id::UserId;
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::{ActionIndex, AnyPermission};
use crate::vocabulary::subject::Subject;

/// What is known of those who manage, from one batch to the next.
#[derive(Clone, Debug)]
pub(crate) struct Managers {
    /// How many administrators are active.
    pub(crate) administrators: usize,
    /// For each section, where to begin the search.
    latest: Vec<UserSlot>,
}

/// How much of a section somebody manages. Whether a part is enough depends on what somebody managed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Managed {
    Not,
    /// By a level that is neither `deny` nor `all`.
    InPart,
    Wholly,
}

impl Managers {
    /// Of a policy. A look at each user.
    pub(crate) fn of(policy: &Policy) -> Self {
        let administrators = policy.org.users().values().filter(|user| is_administrator(user)).count();
        Self { administrators, latest: vec![0; policy.schema.sections().len()] }
    }

    /// The same after a change from one policy to another.
    pub(crate) fn follow(&self, before: &Policy, after: &Policy, touched: &[Touched]) -> Self {
        let users: BTreeSet<&UserId> = touched
            .iter()
            .filter_map(|touched| match touched {
                Touched::User(id) => Some(id),
                _ => None,
            })
            .collect();
        let among = |policy: &Policy| {
            users.iter().filter(|id| policy.org.users().get(id).is_some_and(is_administrator)).count()
        };
        let administrators = self.administrators + among(after) - among(before);
        Self { administrators, latest: self.latest.clone() }
    }

    /// The first section that somebody could manage before, and nobody after. `now` are the managers after.
    pub(crate) fn locked_out(&self, now: &mut Self, before: &Snapshot, after: &Snapshot) -> Option<usize> {
        if now.administrators > 0 {
            return None;
        }
        (0..now.latest.len()).find(|section| {
            let managed = now.managed(*section, after);
            managed != Managed::Wholly && managed < self.clone().managed_before(*section, before)
        })
    }

    /// Whether somebody can manage a section that `before` somebody could.
    pub(crate) fn can_manage(&self, section: usize, managers_before: &Self, before: &Snapshot, now: &Snapshot) -> bool {
        self.administrators > 0
            || self.clone().managed(section, now) >= managers_before.clone().managed_before(section, before)
    }

    fn managed_before(&mut self, section: usize, before: &Snapshot) -> Managed {
        if self.administrators > 0 { Managed::Wholly } else { self.managed(section, before) }
    }

    /// How much of a section the users who are no administrators manage, at most.
    fn managed(&mut self, section: usize, snapshot: &Snapshot) -> Managed {
        let Some(manage) = snapshot.schema().section_at(section).manage else { return Managed::Not };
        let most = most(section, manage, snapshot);
        let (slots, latest) = (snapshot.slots(), self.latest[section]);
        let mut found = Managed::Not;
        for slot in (latest..slots.end).chain(0..latest.min(slots.end)) {
            if found == most {
                break;
            }
            let managed = managed_by(slot, manage, snapshot);
            if managed > found {
                (found, self.latest[section]) = (managed, slot);
            }
        }
        found
    }
}

fn is_administrator(user: &User) -> bool {
    user.active && user.admin
}

/// The most that anybody could have by the roles as they are, where no administrator is active: if that is nothing, nobody
/// need be asked.
fn most(section: usize, manage: ActionIndex, snapshot: &Snapshot) -> Managed {
    let policy = snapshot.policy();
    let is_active = |id: &UserId| policy.org.users().get(id).is_some_and(|user| user.active);
    let is_given = |subject: &Subject| match subject {
        Subject::User(id) => is_active(id),
        Subject::Group(id) => policy.org.groups().get(id).is_some_and(|group| group.members.iter().any(is_active)),
        Subject::Administrators => false,
        _ => true,
    };
    let given = policy.roles.values().filter(|role| role.section == section && role.assigned_to.iter().any(is_given));
    let levels = given.filter_map(|role| role.grants.get(&manage).copied());
    of_level(levels.fold(policy.schema.action(manage).floor, Level::join))
}

fn managed_by(user: UserSlot, manage: ActionIndex, snapshot: &Snapshot) -> Managed {
    let principal = snapshot.principal_at(user);
    match snapshot.schema().token(manage) {
        AnyPermission::Toggle(toggle) if principal.check_toggle(toggle).is_allow() => Managed::Wholly,
        AnyPermission::Toggle(_) => Managed::Not,
        AnyPermission::Levelled(_) => of_level(principal.asker.level(manage)),
    }
}

fn of_level(level: Level) -> Managed {
    match level {
        Level::Deny => Managed::Not,
        Level::All => Managed::Wholly,
        _ => Managed::InPart,
    }
}
