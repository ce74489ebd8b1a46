//! The least changes that would turn a denial, found by trying.

use std::fmt::{self, Display};

use serde::Serialize;

use crate::document::{Command, Word};
use crate::policy::Policy;
use crate::policy::role::Role;
use crate::query::explain::grounds::assignments;
use crate::query::names::{department_name, group_name, user_name};
use crate::query::principal::Principal;
use crate::snapshot::{Relation, Snapshot};
use crate::vocabulary::facts::Facts;
use crate::vocabulary::id::{DepartmentId, GroupId, RoleId, UserId};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::permission::{ActionIndex, Permission};
use crate::vocabulary::subject::{Owner, Share, Subject};

/// How many changes of a kind are tried by themselves: levels to raise, roles to assign, departments to join, groups to join.
const SINGLES: [usize; 4] = [20, 20, 14, 6];
/// How many of them are tried in pairs.
const IN_PAIRS: [usize; 4] = [8, 8, 4, 1];
/// How many repairs are told.
const TOLD: usize = 8;

/// One change, or two together, that would allow what is denied.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Repair {
    /// What to change: one thing, or two.
    pub changes: Vec<Change>,
    /// For how many pairs of a user and a permission the set of records grows by it. What changes only the record widens
    /// none.
    pub widens: usize,
    /// What it says to a person.
    pub text: String,
}

/// Something to change.
#[derive(Clone, Debug, PartialEq, Serialize)]
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

impl Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match self.widens {
            0 => f.write_str(" (widens no right)"),
            1 => f.write_str(" (widens 1 right)"),
            many => write!(f, " (widens {many} rights)"),
        }
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

/// The possible changes, by kind; in each kind in a fixed order.
#[derive(Default)]
struct Candidates {
    record: Vec<Change>,
    kinds: [Vec<Change>; 4],
}

impl Principal<'_> {
    /// The least changes that would allow an action that is denied.
    pub(super) fn repairs(&self, action: ActionIndex, facts: Option<&Facts<'_>>) -> Vec<Repair> {
        let Some(user) = self.id() else { return Vec::new() };
        Asked { snapshot: self.snapshot, user, action, facts }.repairs()
    }
}

impl Asked<'_> {
    fn repairs(self) -> Vec<Repair> {
        let user = self.snapshot.policy().org.users().get(self.user);
        let first = user
            .filter(|user| !user.active)
            .map(|_| Change::Command(Command::SetActive { user: self.user.clone(), active: true }));
        let found = match first {
            // Who may not ask is helped by nothing else. What else is needed shows in the state after it.
            Some(first) => self.after_first(&first),
            None => self.singles(),
        };
        let mut found = if found.is_empty() { self.pairs() } else { found };
        found.sort_by_key(|repair| repair.widens);
        found.truncate(TOLD);
        found
    }

    /// What helps somebody who is inactive: to be activated, alone or with one more change.
    fn after_first(self, first: &Change) -> Vec<Repair> {
        let alone: Vec<Repair> = self.try_out(std::slice::from_ref(first)).into_iter().collect();
        let Some(active) = self.state_after(std::slice::from_ref(first)).filter(|_| alone.is_empty()) else {
            return alone;
        };
        let then = Asked { snapshot: &active, ..self }.candidates();
        let mut found: Vec<Repair> = Vec::new();
        for change in then.within(SINGLES) {
            let is_more = |repair: &Repair| matches!(&repair.changes[..], [_, smaller] if raises_more(change, smaller));
            if !found.iter().any(is_more) {
                found.extend(self.try_out(&[first.clone(), change.clone()]));
            }
        }
        found
    }

    fn singles(self) -> Vec<Repair> {
        let candidates = self.candidates();
        let mut found: Vec<Repair> = Vec::new();
        for change in candidates.within(SINGLES) {
            // Levels come in an order in which a smaller one is tried first.
            let is_more = |repair: &Repair| matches!(&repair.changes[..], [smaller] if raises_more(change, smaller));
            if !found.iter().any(is_more) {
                found.extend(self.try_out(std::slice::from_ref(change)));
            }
        }
        found
    }

    fn pairs(self) -> Vec<Repair> {
        let candidates = self.candidates();
        let changes: Vec<&Change> = candidates.within(IN_PAIRS).collect();
        let mut found: Vec<Repair> = Vec::new();
        for (c, first) in changes.iter().enumerate() {
            for second in &changes[c + 1..] {
                let pair = [(*first).clone(), (*second).clone()];
                let is_more = |repair: &Repair| {
                    let [one, other] = &repair.changes[..] else { return false };
                    let within = |new: &Change, old: &Change| new == old || raises_more(new, old);
                    within(&pair[0], one) && within(&pair[1], other)
                };
                if !found.iter().any(is_more) {
                    found.extend(self.try_out(&pair));
                }
            }
        }
        found
    }

    /// The repair that these changes are, if they are one: they make sense, and after them the check allows.
    fn try_out(self, changes: &[Change]) -> Option<Repair> {
        let after = self.state_after(changes)?;
        let principal = after.principal(self.user);
        let schema = after.fingerprint();
        let allowed = match self.facts {
            Some(facts) => {
                let facts = changes.iter().fold(facts.clone(), |facts, change| change.on(facts));
                principal.scope(Permission::<()>::new(self.action, schema)).contains_facts(&facts)
            }
            None => principal.cell(self.action, schema).admits(Relation::default()),
        };
        let texts = || changes.iter().map(|change| change.text(self.snapshot.policy())).collect::<Vec<_>>();
        allowed.then(|| Repair {
            widens: self.snapshot.diff(&after).widened(),
            text: texts().join(", and "),
            changes: changes.to_vec(),
        })
    }

    /// The state after the changes of the policy among these, if they make sense.
    fn state_after(self, changes: &[Change]) -> Option<Snapshot> {
        let commands = changes.iter().filter_map(|change| match change {
            Change::Command(command) => Some(command.clone()),
            _ => None,
        });
        let commands: Vec<Command> = commands.collect();
        if commands.is_empty() { Some(self.snapshot.clone()) } else { self.snapshot.what_if(&commands).ok() }
    }

    /// Everything that might help.
    fn candidates(self) -> Candidates {
        let policy = self.snapshot.policy();
        let mut candidates = Candidates::default();
        let Some(user) = policy.org.users().get(self.user) else { return candidates };
        let asker = self.snapshot.principal(self.user);
        let relation = self.facts.map_or(Relation::default(), |facts| asker.relation(self.action, facts));
        // What is denied by itself, not by what it requires.
        let needed = self.snapshot.needed(self.action);
        let denied: Vec<ActionIndex> =
            needed.iter().copied().filter(|action| !asker.alone(*action).admits(relation)).collect();
        if self.facts.is_some() {
            candidates.record = vec![
                Change::Share(Share::User(self.user.clone())),
                Change::Reassign(Owner::User(self.user.clone())),
                Change::Open,
            ];
        }
        let [raised, assigned, joined, grouped] = &mut candidates.kinds;
        let section = policy.schema.resource_of(self.action).section;
        // Nobody but the host may change or assign a locked role.
        let open_roles = || policy.roles.iter().filter(|(_, role)| role.section == section && !role.locked);
        let helps = |role: &Role| {
            let more = |action: &ActionIndex| {
                role.grants.get(action).is_some_and(|level| !asker.asker.level(*action).includes(*level))
            };
            denied.iter().any(more)
        };
        for (id, role) in open_roles() {
            if !assignments(policy, self.user, user, role).is_empty() {
                raised.extend(denied.iter().flat_map(|action| raises(policy, id, role, *action)));
            } else if helps(role) {
                assigned.push(Change::Command(Command::assign(id.clone(), Subject::User(self.user.clone()))));
            }
        }
        for department in self.departments(open_roles().map(|(_, role)| &**role).filter(|role| helps(role))) {
            joined.push(Change::Command(Command::join_department(self.user.clone(), department)));
        }
        for group in self.groups(open_roles().map(|(_, role)| &**role).filter(|role| helps(role))) {
            grouped.push(Change::Command(Command::JoinGroup { user: self.user.clone(), group }));
        }
        candidates
    }

    /// The departments that might help if the user joined them: those of the owners and above, those that the record is
    /// shared with, and those that bring such a role.
    fn departments<'r>(self, roles: impl Iterator<Item = &'r Role>) -> Vec<DepartmentId> {
        let org = &self.snapshot.policy().org;
        let mut departments: Vec<DepartmentId> = Vec::new();
        for owner in self.facts.into_iter().flat_map(|facts| facts.owners.as_slice()) {
            let homes = match owner {
                Owner::User(id) => {
                    org.users().get(&(*id).into()).map_or_else(Vec::new, |user| user.departments.to_vec())
                }
                Owner::Department(id) => org.department(&(*id).into()).into_iter().collect(),
            };
            let upwards = homes.into_iter().flat_map(|home| org.with_those_above(home));
            departments.extend(upwards.map(|department| org.department_id(department).clone()));
        }
        for share in self.facts.into_iter().flat_map(|facts| facts.shared_with.as_slice()) {
            if let Share::Department(id) | Share::DepartmentSub(id) = share {
                departments.push((*id).into());
            }
        }
        for subject in roles.flat_map(|role| role.assigned_to.iter()) {
            if let Subject::Department(id) | Subject::DepartmentSub(id) = subject {
                departments.push(id.clone());
            }
        }
        once_each(departments)
    }

    /// The groups that might help if the user joined them.
    fn groups<'r>(self, roles: impl Iterator<Item = &'r Role>) -> Vec<GroupId> {
        let mut groups: Vec<GroupId> = Vec::new();
        for share in self.facts.into_iter().flat_map(|facts| facts.shared_with.as_slice()) {
            if let Share::Group(id) = share {
                groups.push((*id).into());
            }
        }
        for subject in roles.flat_map(|role| role.assigned_to.iter()) {
            if let Subject::Group(id) = subject {
                groups.push(id.clone());
            }
        }
        once_each(groups)
    }
}

/// The same without repetitions, in the same order.
fn once_each<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut once: Vec<T> = Vec::new();
    for item in items {
        if !once.contains(&item) {
            once.push(item);
        }
    }
    once
}

/// The levels that a cell may be raised to, each after those that it includes.
fn raises(policy: &Policy, id: &RoleId, role: &Role, action: ActionIndex) -> Vec<Change> {
    let schema = &policy.schema;
    let now = role.grants.get(&action).copied().unwrap_or(Level::Deny);
    let higher = Level::EACH.into_iter().filter(|level| *level > now);
    let grants = higher.map(|level| schema.grant_of(action, level));
    let allowed = grants.filter(|grant| schema.level_of(action, *grant).is_ok());
    allowed.map(|grant| Change::Command(Command::set_level(id.clone(), schema.action_name(action), grant))).collect()
}

/// Whether one change raises the same cell as another, and further.
fn raises_more(change: &Change, smaller: &Change) -> bool {
    let cell = |change: &Change| match change {
        Change::Command(Command::SetLevel { role, permission, level: Word::Known(Grant::Level(level)) }) => {
            Some((role.clone(), permission.clone(), *level))
        }
        _ => None,
    };
    let both = cell(change).zip(cell(smaller));
    both.is_some_and(|(more, less)| (&more.0, &more.1) == (&less.0, &less.1) && more.2 > less.2)
}

impl Candidates {
    /// So many of each kind.
    fn within(&self, bounds: [usize; 4]) -> impl Iterator<Item = &Change> {
        self.record.iter().chain(self.kinds.iter().zip(bounds).flat_map(|(kind, bound)| kind.iter().take(bound)))
    }
}

impl Change {
    /// The facts of the record after this change.
    fn on<'a>(&'a self, facts: Facts<'a>) -> Facts<'a> {
        match self {
            Self::Share(share) => facts.shared_with(share),
            Self::Reassign(owner) => Facts { owners: [owner.borrowed()].into_iter().collect(), ..facts },
            Self::Open => facts.open(true),
            Self::Command(_) => facts,
        }
    }

    fn text(&self, policy: &Policy) -> String {
        let user = |id| user_name(policy, id);
        match self {
            Self::Share(Share::User(id)) => format!("share the record with {}", user(id)),
            Self::Share(Share::Group(id)) => format!("share the record with the group {}", group_name(policy, id)),
            Self::Share(Share::Department(id) | Share::DepartmentSub(id)) => {
                format!("share the record with {}", department_name(policy, id))
            }
            Self::Reassign(Owner::User(id)) => format!("reassign the record to {}", user(id)),
            Self::Reassign(Owner::Department(id)) => format!("reassign the record to {}", department_name(policy, id)),
            Self::Open => "make the record available to everyone".to_owned(),
            Self::Command(command) => command_text(policy, command),
        }
    }
}

/// What a command does, for those that repairs are made of.
fn command_text(policy: &Policy, command: &Command) -> String {
    let role = |id: &RoleId| policy.roles.get(id).map_or_else(|| id.to_string(), |role| role.name.clone());
    match command {
        Command::SetActive { user, .. } => format!("activate {}", user_name(policy, user)),
        Command::Assign { role: id, subject: Word::Known(Subject::User(user)) } => {
            format!("assign the role {} to {}", role(id), user_name(policy, user))
        }
        Command::SetLevel { role: id, permission, level: Word::Known(level) } => {
            let action = policy.schema.action_named(permission).ok();
            let now = action.zip(policy.roles.get(id)).and_then(|(action, role)| role.grants.get(&action).copied());
            let from = now.map_or_else(String::new, |now| format!(" from `{now}`"));
            format!("raise `{permission}` of the role {}{from} to `{level}`", role(id))
        }
        Command::JoinDepartment { user, department } => {
            format!("let {} join {}", user_name(policy, user), department_name(policy, department))
        }
        Command::JoinGroup { user, group } => {
            format!("let {} join the group {}", user_name(policy, user), group_name(policy, group))
        }
        other => format!("{other:?}"),
    }
}
