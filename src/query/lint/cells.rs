//! The cells of roles: those that matter to some holder, and the roles whose cells another role has too.

use std::collections::HashMap;

use crate::policy::Policy;
use crate::policy::role::Role;
use crate::query::lint::holders::Holders;
use crate::vocabulary::index::{ActionIndex, Idx};
use crate::vocabulary::level::Level;

/// The cells above `deny` of each role.
pub(super) struct Cells<'p> {
    roles: Vec<&'p Role>,
    /// For each role, in the order of the schema.
    of: Vec<Vec<(ActionIndex, Level)>>,
    actions: usize,
}

/// Another role that makes one superfluous.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Other {
    /// The role at this position grants the same.
    Same(usize),
    /// The role at this position grants as much and more to all holders.
    More(usize),
}

/// The cells of one action that some set of roles holds.
#[derive(Clone, Default)]
struct Column {
    /// The set that it was last used for, counted from one.
    turn: usize,
    /// The levels so far, joined.
    joined: Level,
    /// The role and the cell of each level that no other role of the set includes. Each raises the join, so there are
    /// no more than the ladder has steps.
    needed: Vec<(usize, usize, Level)>,
}

impl<'p> Cells<'p> {
    pub(super) fn of(policy: &'p Policy) -> Self {
        let roles: Vec<&Role> = policy.roles.values().map(|role| &**role).collect();
        let cells = |role: &&Role| role.grants.iter().map(|(action, level)| (*action, *level)).collect();
        Self { of: roles.iter().map(cells).collect(), roles, actions: policy.schema.actions().len() }
    }

    /// The cells of one role.
    pub(super) fn of_role(&self, role: usize) -> &[(ActionIndex, Level)] {
        &self.of[role]
    }

    /// For each cell of each role, whether some holder has less by the other roles. Of two roles that give the same
    /// level only the earlier is needed.
    ///
    /// Each set of roles is looked at once, and only if it holds a cell that no set before needed.
    pub(super) fn needed(&self, holders: &Holders) -> Vec<Vec<bool>> {
        let mut needed: Vec<Vec<bool>> = self.of.iter().map(|cells| vec![false; cells.len()]).collect();
        let mut open: Vec<Vec<usize>> = self.of.iter().map(|cells| (0..cells.len()).collect()).collect();
        let mut columns = vec![Column::default(); self.actions];
        let mut wanted: Vec<ActionIndex> = Vec::new();
        for (turn, crowd) in (1..).zip(holders.sets_of_roles()) {
            let roles = holders.roles_of(crowd);
            for (role, cell) in roles.iter().flat_map(|role| open[*role].iter().map(|cell| (*role, *cell))) {
                let (action, _) = self.of[role][cell];
                let column = &mut columns[action.index()];
                if column.turn != turn {
                    (column.turn, column.joined) = (turn, Level::Deny);
                    wanted.push(action);
                }
            }
            if wanted.is_empty() {
                continue;
            }
            for role in &roles {
                for (cell, (action, level)) in self.of[*role].iter().enumerate() {
                    let column = &mut columns[action.index()];
                    if column.turn == turn {
                        column.needed.retain(|(.., less)| less == level || !level.includes(*less));
                        if !column.joined.includes(*level) {
                            column.joined = column.joined.join(*level);
                            column.needed.push((*role, cell, *level));
                        }
                    }
                }
            }
            for action in wanted.drain(..) {
                for (role, cell, _) in columns[action.index()].needed.drain(..) {
                    needed[role][cell] = true;
                }
            }
            for role in roles {
                open[role].retain(|cell| !needed[role][*cell]);
            }
        }
        needed
    }

    /// For each action, the levels of these roles that another one of them includes as well, part by part.
    pub(super) fn had_twice(&self, roles: &[usize]) -> Vec<u8> {
        let (mut once, mut twice) = (vec![0; self.actions], vec![0; self.actions]);
        for (action, level) in roles.iter().flat_map(|role| &self.of[*role]) {
            twice[action.index()] |= once[action.index()] & level.parts();
            once[action.index()] |= level.parts();
        }
        twice
    }

    /// For each role, the first other one that makes it superfluous. Of two that grant the same the second is.
    ///
    /// The candidates are those that grant one of its actions and that one of its holders has: as few of them as can be
    /// found easily.
    pub(super) fn superfluous(&self, holders: &Holders) -> Vec<Option<Other>> {
        let mut by_action: Vec<Vec<usize>> = vec![Vec::new(); self.actions];
        for (role, cells) in self.of.iter().enumerate() {
            for (action, _) in cells {
                by_action[action.index()].push(role);
            }
        }
        let fewest = |crowds: &[usize]| crowds.iter().copied().min_by_key(|crowd| holders.crowds[*crowd].role_count);
        let crowds: Vec<Option<usize>> = holders.audiences.iter().map(|audience| fewest(&audience.crowds)).collect();
        let signatures: Vec<u64> = self.of.iter().map(|cells| signature(cells)).collect();
        let mut first = HashMap::new();
        let superfluous = |role: usize| {
            let cells = &self.of[role];
            let rarest = cells.iter().map(|(action, _)| &by_action[action.index()]).min_by_key(|roles| roles.len())?;
            let section = self.roles[role].section;
            let same = *first.entry((section, cells)).or_insert(role);
            let same = Some(same).filter(|same| *same < role);
            let audience = holders.audience_of[role];
            let Some(crowd) = crowds[audience] else { return same.map(Other::Same) };
            let theirs =
                if holders.crowds[crowd].role_count < rarest.len() { &holders.roles_of(crowd) } else { rarest };
            let more = theirs.iter().take_while(|other| same.is_none_or(|same| **other < same)).find(|other| {
                signatures[role] & !signatures[**other] == 0
                    && self.roles[**other].section == section
                    && self.of[**other] != *cells
                    && includes(&self.of[**other], cells)
                    && holders.is_within(&holders.audiences[audience], holders.audience_of[**other])
            });
            more.copied().map(Other::More).or(same.map(Other::Same))
        };
        (0..self.of.len()).map(superfluous).collect()
    }
}

/// A bit for each part of each cell. Cells that include others have all their bits.
fn signature(cells: &[(ActionIndex, Level)]) -> u64 {
    let bits = cells.iter().flat_map(|(action, level)| {
        let parts = (0..5).filter(|part| level.parts() & 1 << part != 0);
        parts.map(|part| 1 << ((action.number().wrapping_mul(5) + part) % 64))
    });
    bits.fold(0, |all: u64, bit: u64| all | bit)
}

/// Whether some cells give all that others give. Both are in the order of the schema.
fn includes(more: &[(ActionIndex, Level)], cells: &[(ActionIndex, Level)]) -> bool {
    let mut more = more.iter();
    cells.iter().all(|(action, level)| {
        let found = more.by_ref().find(|(other, _)| other >= action);
        found.is_some_and(|(other, theirs)| other == action && theirs.includes(*level))
    })
}
