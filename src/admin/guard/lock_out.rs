//! Lock-out: no batch may leave a managed section without a manager.
//!
//! An active administrator manages every section, so as long as there is one, nothing else is checked. Otherwise the
//! search for a manager of each section starts at the one found last. It costs nothing if that user manages the whole
//! section and only others changed, and a check of one user if they changed and still manage. If they no longer do, the
//! search goes on with the users after them, so that repeated removals do not start over.

use std::collections::BTreeSet;

use crate::policy::Policy;
use crate::policy::fact::{Fact, change_rows};
use crate::policy::org::{Org, User};
use crate::snapshot::Snapshot;
use crate::snapshot::relation::Relation;
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::{ActionIndex, DepartmentSlot, Idx, SectionIndex, UserSlot};
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::AnyPermission;
use crate::vocabulary::subject::Subject;

/// The known managers, kept between batches.
#[derive(Clone, Debug)]
pub(crate) struct Managers {
    /// The number of active administrators.
    administrators: usize,
    /// By section: the manager who was found last, where the next search starts.
    latest: Vec<Latest>,
}

#[derive(Clone, Copy, Debug)]
struct Latest {
    user: UserSlot,
    /// Whether changes of other users can't matter: this user manages the whole section, or no role lets anybody manage
    /// it.
    settled: bool,
}

/// The extent to which somebody manages a section. A part is enough if nobody managed more before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Managed {
    Not,
    /// For some records, and not for every one.
    InPart,
    Wholly,
}

/// A section that nobody manages any more to the extent that somebody did before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lost {
    pub(crate) section: SectionIndex,
    before: Managed,
    after: Managed,
}

impl Managers {
    /// Builds the state for a policy. Linear in the users.
    pub(crate) fn of(policy: &Policy) -> Self {
        let administrators = policy.org.users().values().filter(|user| is_administrator(user)).count();
        Self {
            administrators,
            latest: vec![Latest { user: UserSlot::default(), settled: false }; policy.schema.sections().len()],
        }
    }

    /// The managers after a change that led to `after`.
    pub(crate) fn follow(&self, before: &Snapshot, after: &Policy, facts: &[Fact]) -> Self {
        let users: BTreeSet<&UserId> = facts.iter().filter_map(Fact::user).collect();
        let among = |policy: &Policy| {
            users.iter().filter(|id| policy.org.users().get(id).is_some_and(is_administrator)).count()
        };
        let administrators = self.administrators + among(after) - among(before.policy());
        // While there was an administrator, the other managers were not kept up to date.
        let others = !self.has_administrator() && !change_rows(facts);
        let changed = |slot| users.iter().any(|id| before.people.slot_of(id.borrowed()) == Some(slot));
        let still = |latest: &Latest| Latest { settled: others && latest.settled && !changed(latest.user), ..*latest };
        Self { administrators, latest: self.latest.iter().map(still).collect() }
    }

    /// Whether no section can be lost: there is an administrator, or the change does not affect any known manager.
    pub(crate) fn are_known(&self) -> bool {
        self.has_administrator() || self.latest.iter().all(|latest| latest.settled)
    }

    fn has_administrator(&self) -> bool {
        self.administrators > 0
    }

    /// The first section that somebody could manage before, and nobody can after, if no administrator is active. Stores
    /// the managers that it finds in `now`.
    pub(crate) fn locked_out(&self, now: &mut Self, before: &Snapshot, after: &Snapshot) -> Option<Lost> {
        for section in after.schema().section_indices() {
            if now.latest[section.index()].settled {
                continue;
            }
            let (managed, latest) = now.managed(section, after);
            if managed != Managed::Wholly {
                let lost = Lost { section, before: self.managed_before(section, before), after: managed };
                if lost.after < lost.before {
                    return Some(lost);
                }
            }
            now.latest[section.index()] = latest;
        }
        None
    }

    fn managed_before(&self, section: SectionIndex, before: &Snapshot) -> Managed {
        if self.has_administrator() { Managed::Wholly } else { self.managed(section, before).0 }
    }

    /// The manager of the largest part of a section, administrators aside, and how much that is.
    fn managed(&self, section: SectionIndex, snapshot: &Snapshot) -> (Managed, Latest) {
        let (slots, policy, latest) = (snapshot.people.slots(), snapshot.policy(), self.latest[section.index()]);
        let nobody = (Managed::Not, Latest { settled: true, ..latest });
        let Some(manage) = snapshot.schema().section(section).manage else { return nobody };
        let mut found = (managed_by(latest.user, manage, snapshot), latest.user);
        // Usually the last manager still manages, and the search ends here.
        if found.0 == Managed::Wholly || latest.settled {
            return (found.0, Latest { settled: true, ..latest });
        }
        if granted(section, manage, policy, |subject| *subject != Subject::Administrators) == Managed::Not {
            return nobody;
        }
        let most = most(section, manage, policy);
        // First tries one user of each subject that a role lets manage everything. Usually one of them does.
        let one_of =
            |source| snapshot.people.entries_of(&source).find_map(|(entry, _)| snapshot.people.users_of(entry).next());
        let likely = snapshot.sources_of(manage, |level, _| level == Level::All).into_iter().filter_map(one_of);
        let last = latest.user.index();
        let others = (last + 1..slots.end).chain(0..last.min(slots.end)).map(UserSlot::new);
        for slot in likely.chain(others) {
            if found.0 == most {
                break;
            }
            let managed = managed_by(slot, manage, snapshot);
            if managed > found.0 {
                found = (managed, slot);
            }
        }
        (found.0, Latest { user: found.1, settled: found.0 == Managed::Wholly })
    }
}

impl Lost {
    /// Whether somebody still manages a part of the section.
    pub(crate) fn is_in_part(self) -> bool {
        self.after == Managed::InPart
    }

    /// Whether the roles would let somebody manage the section as before. If not, nobody does, administrators aside.
    pub(crate) fn may_be_managed(self, policy: &Policy) -> bool {
        let manage = policy.schema.section(self.section).manage;
        manage.is_some_and(|manage| most(self.section, manage, policy) >= self.before)
    }

    /// Whether a user who is not an administrator manages the section as before.
    pub(crate) fn is_managed(self, managers: &Managers, snapshot: &Snapshot) -> bool {
        managers.managed(self.section, snapshot).0 >= self.before
    }
}

fn is_administrator(user: &User) -> bool {
    user.active && user.admin
}

/// Whether an active administrator is among the users whom facts changed.
pub(crate) fn touches_administrator(policy: &Policy, facts: &[Fact]) -> bool {
    facts.iter().filter_map(Fact::user).any(|id| policy.org.users().get(id).is_some_and(is_administrator))
}

/// The most that anybody could manage through roles, if no administrator is active. If it is nothing, no user need be
/// checked.
fn most(section: SectionIndex, manage: ActionIndex, policy: &Policy) -> Managed {
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

/// The most that the floor and the roles of these subjects let anybody manage: of the permission and of all that it
/// requires, the least.
fn granted(
    section: SectionIndex,
    manage: ActionIndex,
    policy: &Policy,
    subjects: impl Fn(&Subject) -> bool,
) -> Managed {
    let of_action = |action: ActionIndex| {
        let theirs = policy.roles.values().filter(|role| role.section == section);
        let levels = theirs.filter_map(|role| Some((role, role.grants.get(&action).copied()?)));
        let given = levels.flat_map(|(role, level)| {
            let to = role.assigned_to.iter().filter(|to| subjects(&to.subject));
            to.map(move |to| if to.place.is_none() { level } else { policy.schema.level_in_place(action, level) })
        });
        of_level(given.fold(policy.schema.action(action).floor, Level::join))
    };
    policy.schema.needed(manage).into_iter().map(of_action).min().unwrap_or(Managed::Not)
}

/// Whether a department, or one below it, has a member, head or deputy.
fn has_people_below(org: &Org, department: DepartmentSlot) -> bool {
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
        AnyPermission::Toggle(toggle) if principal.check(toggle, &()).is_allow() => Managed::Wholly,
        AnyPermission::Toggle(_) => Managed::Not,
        AnyPermission::Levelled(_) => match principal.asker.cell(manage) {
            Some(cell) if cell.admits(Relation::default()) => Managed::Wholly,
            Some(cell) if cell.admits(Relation::CLOSEST) => Managed::InPart,
            _ => Managed::Not,
        },
    }
}

fn of_level(level: Level) -> Managed {
    match level {
        Level::Deny => Managed::Not,
        Level::All => Managed::Wholly,
        _ => Managed::InPart,
    }
}
