//! Lock-out: no batch may leave a managed section without a manager.
//!
//! An active administrator manages every section, so as long as there is one, nothing else is checked. Otherwise the
//! search for a manager of each section starts at the one found last. It costs nothing if that user manages the whole
//! section and only others changed, and a check of one user if they changed and still manage. If they no longer do, the
//! search goes on with the users after them, so that repeated removals do not start over.
//!
//! No later instant may be without a manager either, if it had one before. A user who manages the whole section at every
//! instant from now on settles that. If there is none, each instant at which somebody may begin or cease to manage is
//! looked at, one by one.

use std::collections::{BTreeSet, HashSet};

use crate::admin::guard::cover::Grants;
use crate::policy::Policy;
use crate::policy::fact::{Fact, change_rows};
use crate::policy::org::{Org, User};
use crate::policy::role::{self, Role};
use crate::snapshot::Snapshot;
use crate::snapshot::relation::Relation;
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::{ActionIndex, Case, DepartmentSlot, Idx, SectionIndex, UserSlot};
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::AnyPermission;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;
use crate::vocabulary::time::Time;

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
    /// Whether changes of other users can't matter: this user manages the whole section from now on, or no role ever lets
    /// anybody manage it.
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
    /// The instant at which that is so, if it is a later one.
    pub(crate) from: Option<Time>,
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
            let (managed, latest) = now.managed(section, after, true);
            let lost = self.lost(section, before, managed, None).or_else(|| {
                let is_managed = latest.settled && managed == Managed::Wholly;
                let is_dated = [before, after].into_iter().any(|state| !state.policy().dated.is_empty());
                (is_dated && !is_managed).then(|| self.lost_later(section, now, before, after)).flatten()
            });
            if lost.is_some() {
                return lost;
            }
            now.latest[section.index()] = latest;
        }
        None
    }

    /// The loss, if so much is managed after a change and more was before.
    fn lost(&self, section: SectionIndex, before: &Snapshot, after: Managed, from: Option<Time>) -> Option<Lost> {
        if after == Managed::Wholly {
            return None;
        }
        let before = if self.has_administrator() { Managed::Wholly } else { self.managed(section, before, false).0 };
        (after < before).then_some(Lost { section, from, before, after })
    }

    /// The first loss at a later instant than that of the states.
    fn lost_later(&self, section: SectionIndex, now: &Self, before: &Snapshot, after: &Snapshot) -> Option<Lost> {
        let manage = after.schema().section(section).manage?;
        let first = after.instant().map_or(Some(Time::MIN), |_| None);
        let turns = [before, after].into_iter().flat_map(|state| turns_of_managers(section, manage, state.policy()));
        let turns: BTreeSet<Time> = turns.chain(first).filter(|turn| Some(*turn) > after.instant()).collect();
        let mut latest: Option<(Snapshot, Snapshot)> = None;
        for turn in turns {
            let (before, after) = latest.as_ref().map_or((before, after), |(before, after)| (before, after));
            let (before, after) = (before.at(turn), after.at(turn));
            let managed = now.managed(section, &after, false).0;
            let lost = self.lost(section, &before, managed, Some(turn));
            if lost.is_some() {
                return lost;
            }
            latest = Some((before, after));
        }
        None
    }

    /// The manager of the largest part of a section, administrators aside, and how much that is. If it is to be for ever,
    /// it prefers one who manages at every later instant as well, and settles the section only with such a one.
    fn managed(&self, section: SectionIndex, snapshot: &Snapshot, for_ever: bool) -> (Managed, Latest) {
        let (slots, policy, latest) = (snapshot.people.slots(), snapshot.policy(), self.latest[section.index()]);
        let is_dated = for_ever && !policy.dated.is_empty();
        let Some(manage) = snapshot.schema().section(section).manage else {
            return (Managed::Not, Latest { settled: true, ..latest });
        };
        let stays = |slot| !is_dated || manages_from_now_on(slot, manage, snapshot);
        let mut found = (managed_by(latest.user, manage, snapshot), latest.user);
        // Usually the last manager still manages, and the search ends here.
        if latest.settled || (found.0 == Managed::Wholly && stays(latest.user)) {
            return (found.0, Latest { settled: true, ..latest });
        }
        if granted(section, manage, policy, |subject| *subject != Subject::Administrators) == Managed::Not {
            return (Managed::Not, Latest { settled: !is_dated, ..latest });
        }
        let most = most(section, manage, policy);
        // First tries one user of each subject that a role lets manage everything. Usually one of them does.
        let one_of =
            |source| snapshot.people.entries_of(&source).find_map(|(entry, _)| snapshot.people.users_of(entry).next());
        let likely = snapshot
            .sources_of(Case::default_of(manage), |level, _| level == Level::All)
            .into_iter()
            .filter_map(one_of);
        let last = latest.user.index();
        let others = (last + 1..slots.end).chain(0..last.min(slots.end)).map(UserSlot::new);
        for slot in likely.chain(others) {
            if found.0 == most && !is_dated {
                break;
            }
            let managed = managed_by(slot, manage, snapshot);
            if managed == Managed::Wholly && stays(slot) {
                return (managed, Latest { user: slot, settled: true });
            }
            if managed > found.0 {
                found = (managed, slot);
            }
        }
        (found.0, Latest { user: found.1, settled: false })
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
        managers.managed(self.section, snapshot, false).0 >= self.before
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
    let of_case = |case: Case| {
        let theirs = policy.roles.values().filter(|role| role.section == section);
        let given = theirs.map(|role| (role, role.level(case))).filter(|(_, level)| *level != Level::Deny);
        let given = given.flat_map(|(role, level)| {
            let to = role.assigned_to.iter().filter(|to| subjects(&to.subject));
            to.map(move |to| if to.place.is_none() { level } else { policy.schema.level_in_place(case.action, level) })
        });
        of_level(given.fold(policy.schema.action(case.action).floor, Level::join))
    };
    let needed = policy.schema.needed(manage);
    in_all(policy.cases(manage).map(|case| {
        needed.iter().map(|action| of_case(Case { action: *action, ..case })).min().unwrap_or(Managed::Not)
    }))
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
        AnyPermission::Levelled(_) => in_all(principal.cells(manage).map(|cell| match cell {
            cell if cell.admits(Relation::default()) => Managed::Wholly,
            cell if cell.admits(Relation::CLOSEST) => Managed::InPart,
            _ => Managed::Not,
        })),
    }
}

/// What is managed of the records of all variants, given that of each.
fn in_all(mut variants: impl Iterator<Item = Managed>) -> Managed {
    let first = variants.next().unwrap_or(Managed::Not);
    variants.fold(first, |all, variant| if all == variant { all } else { Managed::InPart })
}

/// Whether a user manages everything at each instant from that of the state on, by what they are granted then.
fn manages_from_now_on(user: UserSlot, manage: ActionIndex, snapshot: &Snapshot) -> bool {
    let (policy, now) = (snapshot.policy(), snapshot.instant());
    let Some(id) = snapshot.people.id(user) else { return false };
    let first = [now, Some(now.unwrap_or(Time::MIN))];
    let later = policy.turns_of(id).into_iter().map(Some).filter(|turn| *turn > now);
    let has_all = |action: &ActionIndex, instant: Option<Time>| {
        let of = |case: Case| Grants::of(id, case, instant, policy, snapshot.people.tree());
        policy.cases(*action).all(|case| of(case).everywhere() == Level::All)
    };
    let needed = policy.schema.needed(manage);
    first.into_iter().chain(later).all(|instant| needed.iter().all(|action| has_all(action, instant)))
}

/// The instants at which somebody may begin or cease to manage a section: those of the assignments of its roles that help
/// to, and of the posts and memberships that put people into their subjects.
fn turns_of_managers(section: SectionIndex, manage: ActionIndex, policy: &Policy) -> Vec<Time> {
    let needed = policy.schema.needed(manage);
    let helps =
        |role: &Role| role.section == section && needed.iter().any(|action| role.levels_of(*action).next().is_some());
    let (mut periods, mut subjects) = (Vec::new(), HashSet::new());
    for (id, role) in policy.roles.iter().filter(|(_, role)| helps(role)) {
        for (to, tenure) in role::stated(id, role, &policy.dated) {
            periods.extend(tenure.period());
            subjects.insert(to.subject.clone());
        }
    }
    let (org, has) = (&policy.org, |subject: Subject| subjects.contains(&subject));
    let by_post = policy.dated.posts().filter(|((_, department, post), _)| {
        has(Subject::Employees)
            || (*post == Post::Head && has(Subject::Supervisors))
            || (*post == Post::Deputy && has(Subject::Deputies))
            || has(Subject::Department(org.department_id(*department).clone()))
            || org
                .with_those_above(*department)
                .any(|above| has(Subject::DepartmentSub(org.department_id(above).clone())))
    });
    periods.extend(by_post.map(|(_, period)| period));
    let by_group = policy
        .dated
        .members()
        .filter(|((_, group), _)| org.group_id(*group).is_some_and(|group| has(Subject::Group(group.clone()))));
    periods.extend(by_group.map(|(_, period)| period));
    periods.into_iter().flat_map(|period| [period.start(), period.end()]).flatten().collect()
}

fn of_level(level: Level) -> Managed {
    match level {
        Level::Deny => Managed::Not,
        Level::All => Managed::Wholly,
        _ => Managed::InPart,
    }
}
