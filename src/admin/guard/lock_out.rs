//! No section that somebody could manage is left without anybody who can.
//!
//! Whoever is an active administrator manages every section, so as long as there is one, nothing is asked. Without one,
//! somebody else must be found, and the search begins where the last one was found: it costs nothing as long as only other
//! people change, a look at one user as long as they stay, and however often they go, it goes on from there.

use std::collections::BTreeSet;

use petgraph::stable_graph::NodeIndex;

use crate::policy::Policy;
use crate::policy::change::Touched;
use crate::policy::org::{Org, User};
use crate::snapshot::{Snapshot, UserSlot};
use crate::vocabulary::id::UserId;
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::{ActionIndex, AnyPermission};
use crate::vocabulary::subject::Subject;

/// What is known of those who manage, from one batch to the next.
#[derive(Clone, Debug)]
pub(crate) struct Managers {
    /// How many administrators are active.
    administrators: usize,
    /// For each section, where to begin the search.
    latest: Vec<UserSlot>,
    /// Whether each of these users manages their section wholly, or no role lets anybody: then other people change nothing.
    settled: bool,
}

/// How much of a section somebody manages. Whether a part is enough depends on what somebody managed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Managed {
    Not,
    /// By a level that is neither `deny` nor `all`.
    InPart,
    Wholly,
}

/// Who manages most of a section.
#[derive(Clone, Copy, Debug)]
struct Found {
    managed: Managed,
    by: UserSlot,
    /// See [`Managers`].
    settled: bool,
}

/// A section that somebody managed before, and nobody to that extent after.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lost {
    pub(crate) section: usize,
    before: Managed,
    after: Managed,
}

impl Managers {
    /// Of a policy. A look at each user.
    pub(crate) fn of(policy: &Policy) -> Self {
        let administrators = policy.org.users().values().filter(|user| is_administrator(user)).count();
        Self { administrators, latest: vec![0; policy.schema.sections().len()], settled: false }
    }

    /// The same after a change that led to another policy.
    pub(crate) fn follow(&self, before: &Snapshot, after: &Policy, touched: &[Touched]) -> Self {
        let users: BTreeSet<&UserId> = touched_users(touched).collect();
        let among = |policy: &Policy| {
            users.iter().filter(|id| policy.org.users().get(id).is_some_and(is_administrator)).count()
        };
        let administrators = self.administrators + among(after) - among(before.policy());
        let is_one = |id: &&UserId| before.slot_of(id.borrowed()).is_some_and(|slot| self.latest.contains(&slot));
        let settled = self.settled && touched.iter().all(Touched::leaves_rows) && !users.iter().any(is_one);
        Self { administrators, latest: self.latest.clone(), settled }
    }

    /// Whether it is known without asking that no section was lost: because of an administrator, or because the change touched
    /// nobody and nothing that it depends on.
    pub(crate) fn are_known(&self) -> bool {
        self.has_administrator() || self.settled
    }

    fn has_administrator(&self) -> bool {
        self.administrators > 0
    }

    /// The first section that somebody could manage before, and nobody after, where no administrator is active. `now` are
    /// the managers after: they learn who was found.
    pub(crate) fn locked_out(&self, now: &mut Self, before: &Snapshot, after: &Snapshot) -> Option<Lost> {
        let mut settled = true;
        for section in 0..now.latest.len() {
            let found = now.managed(section, after);
            now.latest[section] = found.by;
            settled &= found.settled;
            if found.managed == Managed::Wholly {
                continue;
            }
            let lost = Lost { section, before: self.managed_before(section, before), after: found.managed };
            if lost.after < lost.before {
                return Some(lost);
            }
        }
        now.settled = settled;
        None
    }

    fn managed_before(&self, section: usize, before: &Snapshot) -> Managed {
        if self.has_administrator() { Managed::Wholly } else { self.managed(section, before).managed }
    }

    /// How much of a section the users who are no administrators manage, at most, and who does.
    fn managed(&self, section: usize, snapshot: &Snapshot) -> Found {
        let (slots, latest) = (snapshot.slots(), self.latest[section]);
        let nobody = Found { managed: Managed::Not, by: latest, settled: true };
        let Some(manage) = snapshot.schema().section_at(section).manage else { return nobody };
        let mut found = Found { managed: managed_by(latest, manage, snapshot), ..nobody };
        // Most often they still do, and then nothing more is asked.
        if found.managed == Managed::Wholly || self.settled {
            return found;
        }
        let policy = snapshot.policy();
        if granted(section, manage, policy, |subject| *subject != Subject::Administrators) == Managed::Not {
            return nobody;
        }
        let most = most(section, manage, policy);
        for slot in (latest + 1..slots.end).chain(0..latest.min(slots.end)) {
            if found.managed == most {
                break;
            }
            let managed = managed_by(slot, manage, snapshot);
            if managed > found.managed {
                found = Found { managed, by: slot, ..found };
            }
        }
        Found { settled: found.managed == Managed::Wholly, ..found }
    }
}

impl Lost {
    /// Whether somebody still manages a part of it.
    pub(crate) fn is_in_part(&self) -> bool {
        self.after == Managed::InPart
    }

    /// Whether the roles would let somebody manage it as before. Without administrators, if they don't, nobody does.
    pub(crate) fn may_be_managed(&self, policy: &Policy) -> bool {
        let manage = policy.schema.section_at(self.section).manage;
        manage.is_some_and(|manage| most(self.section, manage, policy) >= self.before)
    }

    /// Whether somebody who is no administrator manages it as before.
    pub(crate) fn is_managed(&self, managers: &Managers, snapshot: &Snapshot) -> bool {
        managers.managed(self.section, snapshot).managed >= self.before
    }
}

fn is_administrator(user: &User) -> bool {
    user.active && user.admin
}

/// Whether an active administrator is among the users whom a change touched.
pub(crate) fn touches_administrator(policy: &Policy, touched: &[Touched]) -> bool {
    touched_users(touched).any(|id| policy.org.users().get(id).is_some_and(is_administrator))
}

fn touched_users(touched: &[Touched]) -> impl Iterator<Item = &UserId> {
    touched.iter().filter_map(|touched| match touched {
        Touched::User(id) => Some(id),
        Touched::Department(_) | Touched::Group(_) | Touched::Member(..) | Touched::Assigned(..) | Touched::Levels => {
            None
        }
    })
}

/// The most that anybody could have by the roles as they are, where no administrator is active: if that is nothing, nobody
/// need be asked.
fn most(section: usize, manage: ActionIndex, policy: &Policy) -> Managed {
    let org = &policy.org;
    let is_active = |id: &UserId| org.users().get(id).is_some_and(|user| user.active);
    let is_given = |subject: &Subject| match subject {
        Subject::User(id) => is_active(id),
        Subject::Department(id) => org.department(id).is_some_and(|department| org.has_people(department)),
        Subject::DepartmentSub(id) => org.department(id).is_some_and(|department| has_people_below(org, department)),
        Subject::Group(id) => org.groups().get(id).is_some_and(|group| group.members.iter().any(is_active)),
        Subject::Administrators => false,
        Subject::Supervisors | Subject::Deputies | Subject::Employees | Subject::Everyone => true,
    };
    granted(section, manage, policy, is_given)
}

/// What the roles let those manage together whom these subjects contain.
fn granted(section: usize, manage: ActionIndex, policy: &Policy, subjects: impl Fn(&Subject) -> bool) -> Managed {
    let theirs = policy.roles.values().filter(|role| role.section == section);
    let levels = theirs.filter_map(|role| Some((role, role.grants.get(&manage).copied()?)));
    let given = levels.filter(|(role, _)| role.assigned_to.iter().any(&subjects));
    of_level(given.fold(policy.schema.action(manage).floor, |most, (_, level)| most.join(level)))
}

/// Whether a department, or one below it, has a member, head or deputy.
fn has_people_below(org: &Org, department: NodeIndex) -> bool {
    let mut below = vec![department];
    while let Some(department) = below.pop() {
        if org.has_people(department) {
            return true;
        }
        below.extend(org.children(department));
    }
    false
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
