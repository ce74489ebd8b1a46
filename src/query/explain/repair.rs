//! Repairs: the smallest changes that would turn a denial. They are found by arithmetic, and reported only once tried.

use std::fmt::{self, Display};
use std::mem::{Discriminant, discriminant};

use crate::document::Command;
use crate::query::explain::search::{Enough, Move, Options, Search};
use crate::query::explain::{Asked, Change, Repair};
use crate::query::principal::Principal;
use crate::snapshot::Snapshot;
use crate::vocabulary::facts::Facts;
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::Permission;
use crate::vocabulary::subject::{Owner, Share, Subject};

/// The most candidates that are tried.
const TRIED: usize = 64;
/// The most repairs that are reported, and the most of one kind that widen the same number of rights.
const TOLD: usize = 8;
const TOLD_ALIKE: usize = 3;

/// Writes the change and its side effects: `raise … to `all` (widens 21 permissions in all for 7 people)`.
impl Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match (self.people, self.widens) {
            (_, 0) => f.write_str(" (for this record alone)"),
            (1, 1) => f.write_str(" (widens 1 permission for 1 person)"),
            (1, rights) => write!(f, " (widens {rights} permissions for 1 person)"),
            (people, rights) if people == rights => write!(f, " (widens 1 permission each for {people} people)"),
            (people, rights) => write!(f, " (widens {rights} permissions in all for {people} people)"),
        }
    }
}

/// The reported repairs, and the number of others.
#[derive(Debug, Default)]
pub(super) struct Repairs {
    pub(super) told: Vec<Repair>,
    pub(super) more: usize,
    /// Whether candidates were left out that might suffice, or might widen less.
    pub(super) is_cut: bool,
}

impl Principal<'_> {
    /// The smallest changes that would allow a denied action.
    pub(super) fn repairs(&self, action: ActionIndex, facts: Option<&Facts<'_>>) -> Repairs {
        let Some(user) = self.id() else { return Repairs::default() };
        let asked = Asked { snapshot: self.snapshot, user, action, facts };
        if self.is_active() { asked.repairs() } else { asked.repairs_of_inactive() }
    }
}

impl Asked<'_> {
    fn repairs(self) -> Repairs {
        let Some(search) = Search::new(self) else { return Repairs::default() };
        let singles = self.try_out(search.singles());
        if singles.told.is_empty() { self.try_out(search.pairs()) } else { singles }
    }

    /// For an inactive user: activation alone, or with one more change, which is searched for in the state after the
    /// activation.
    fn repairs_of_inactive(self) -> Repairs {
        let alone = Options { found: vec![Enough { moves: vec![Move::Activate], weight: 0 }], is_cut: false };
        let alone = self.try_out(alone);
        let active = self.state_after(&[self.change(Move::Activate)]).filter(|_| alone.told.is_empty());
        let Some(active) = active else { return alone };
        let Some(search) = Search::new(Asked { snapshot: &active, ..self }) else { return alone };
        let mut options = search.singles();
        for enough in &mut options.found {
            enough.moves.insert(0, Move::Activate);
        }
        self.try_out(options)
    }

    /// Tries the candidates that probably widen the fewest rights, and reports the smallest.
    fn try_out(self, options: Options<'_>) -> Repairs {
        let mut chosen: Vec<(usize, Enough<'_>)> = options.found.into_iter().enumerate().collect();
        let count = chosen.len();
        // Both sorts are stable, so candidates that are equal stay in the order of the search.
        chosen.sort_by_key(|(_, enough)| enough.weight);
        chosen.truncate(TRIED);
        chosen.sort_by_key(|(place, _)| *place);
        let untried = count - chosen.len();
        let tried = chosen.iter().filter_map(|(_, enough)| Some((kinds(&enough.moves), self.try_one(&enough.moves)?)));
        let mut tried: Vec<(Vec<Discriminant<Move<'_>>>, Repair)> = tried.collect();
        tried.sort_by_key(|(_, repair)| repair.widens);
        let mut told: Vec<(Vec<Discriminant<Move<'_>>>, Repair)> = Vec::new();
        let mut more = untried;
        for (kinds, repair) in tried {
            let alike = told.iter().filter(|(other, known)| *other == kinds && known.widens == repair.widens).count();
            if told.len() < TOLD && alike < TOLD_ALIKE {
                told.push((kinds, repair));
            } else {
                more += 1;
            }
        }
        let told = told.into_iter().map(|(_, repair)| repair).collect();
        Repairs { told, more, is_cut: options.is_cut || untried > 0 }
    }

    /// Makes a repair of these moves, if they are valid and the check allows after them.
    fn try_one(self, moves: &[Move<'_>]) -> Option<Repair> {
        let changes: Vec<Change> = moves.iter().map(|each| self.change(*each)).collect();
        let after = self.state_after(&changes)?;
        let principal = after.principal(self.user);
        let schema = after.fingerprint();
        // A toggle has no facts and ignores these.
        let facts = self.facts.cloned().unwrap_or_default();
        let facts = changes.iter().fold(facts, |facts, change| change.on(facts));
        if !principal.admits_here(Permission::<()>::new(self.action, schema), &facts) {
            return None;
        }
        let diff = self.snapshot.diff(&after);
        let wider = diff.groups().filter(|group| group.changes().iter().any(|change| change.gains));
        let texts: Vec<String> = moves.iter().map(|each| self.text(*each)).collect();
        Some(Repair {
            changes,
            widens: diff.widened(),
            people: wider.map(|group| group.count()).sum(),
            text: texts.join(", and "),
        })
    }

    /// The state after those changes that are commands, if they are valid.
    fn state_after(self, changes: &[Change]) -> Option<Snapshot> {
        let commands = changes.iter().filter_map(|change| match change {
            Change::Command(command) => Some(command.clone()),
            Change::Share(_) | Change::Reassign(_) | Change::Open => None,
        });
        let commands: Vec<Command> = commands.collect();
        self.snapshot.what_if(&commands).ok()
    }

    fn change(self, what: Move<'_>) -> Change {
        let user = || self.user.clone();
        Change::Command(match what {
            Move::Share => return Change::Share(Share::User(user())),
            Move::Reassign => return Change::Reassign(Owner::User(user())),
            Move::Open => return Change::Open,
            Move::Activate => Command::SetActive { user: user(), active: true },
            Move::Assign(role) => Command::assign(role.clone(), Subject::User(user())),
            Move::AssignIn(role, department) => {
                Command::assign(role.clone(), Subject::User(user()).in_departments([department.clone()]))
            }
            Move::JoinDepartment(department) => Command::join_department(user(), department.clone()),
            Move::JoinGroup(group) => Command::join_group(user(), group.clone()),
            Move::Raise { role, case, to } => {
                let schema = &self.snapshot.policy().schema;
                Command::SetLevel {
                    role: role.clone(),
                    permission: schema.action_name(case.action),
                    variant: schema.variant_name(case).map(str::to_owned),
                    level: Some(schema.grant_of(case.action, to).into()),
                }
            }
        })
    }

    fn text(self, what: Move<'_>) -> String {
        let policy = self.snapshot.policy();
        let user = policy.user_name(self.user);
        match what {
            Move::Activate => format!("activate {user}"),
            Move::Share => format!("share the record with {user}"),
            Move::Reassign => format!("reassign the record to {user}"),
            Move::Open => "make the record available to everyone".to_owned(),
            Move::Assign(role) => format!("assign the role {} to {user}", policy.role_name(role)),
            Move::AssignIn(role, department) => {
                let (role, department) = (policy.role_name(role), policy.department_name(department));
                format!("assign the role {role} to {user} in {department}")
            }
            Move::JoinDepartment(department) => {
                format!("let {user} join {}", policy.department_name(department))
            }
            Move::JoinGroup(group) => format!("let {user} join the group {}", policy.group_name(group)),
            Move::Raise { role, case, to } => {
                let now = policy.roles.get(role).map(|role| role.level(case)).filter(|now| *now != Level::Deny);
                let from = now.map_or_else(String::new, |now| format!(" from `{now}`"));
                let (name, to) = (policy.schema.name_of_case(case), policy.schema.grant_of(case.action, to));
                format!("raise {name} of the role {}{from} to `{to}`", policy.role_name(role))
            }
        }
    }
}

/// The kinds of these moves, whatever they name.
fn kinds<'a>(moves: &[Move<'a>]) -> Vec<Discriminant<Move<'a>>> {
    moves.iter().map(discriminant).collect()
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
}
