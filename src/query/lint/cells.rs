//! The cells of roles: those that matter to some holder, and the roles whose cells another role has too.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use crate::policy::Policy;
use crate::policy::role::Role;
use crate::query::lint::holders::Holders;
use crate::snapshot::rights::grid::Grid;
use crate::vocabulary::index::{CellIndex, Idx};
use crate::vocabulary::level::{Level, OPEN};

/// The cells above `deny` of each role.
pub(super) struct Cells<'p> {
    roles: Vec<&'p Role>,
    grid: Grid,
    /// For each role, in the order of the grid.
    of: Vec<Vec<(CellIndex, Level)>>,
    /// The same as levels from a first cell on, `deny` among them, for roles of which that does not take much more: a
    /// look at a level is most of the work.
    rows: Vec<(usize, Vec<Level>)>,
    width: usize,
}

/// Another role that makes one superfluous.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Other {
    /// The role at this position grants the same.
    Same(usize),
    /// The role at this position grants as much and more to all holders.
    More(usize),
}

/// One cell in the roles of an audience.
#[derive(Clone, Default)]
struct Column {
    /// The levels so far, joined.
    joined: Level,
    /// The role, the position and the level of the cells so far that no other role makes up for. Each raised the join, so
    /// there are no more than the ladder has steps.
    open: Vec<(usize, usize, Level)>,
}

impl<'p> Cells<'p> {
    pub(super) fn of(policy: &'p Policy) -> Self {
        let roles: Vec<&Role> = policy.roles.values().map(|role| &**role).collect();
        let grid = Grid::of(policy);
        let cells = |role: &&Role| {
            let mut cells = Vec::with_capacity(role.grants.len());
            grid.levels_of(role, |at, _, level| {
                if level != Level::Deny {
                    cells.push((at, level));
                }
            });
            cells.sort_unstable_by_key(|(at, _)| *at);
            cells
        };
        let of: Vec<Vec<(CellIndex, Level)>> = roles.iter().map(cells).collect();
        let width = grid.actions().len();
        Self { rows: of.iter().map(|cells| row(cells)).collect(), of, roles, grid, width }
    }

    /// The places of all cells.
    pub(super) fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The cells of one role.
    pub(super) fn of_role(&self, role: usize) -> &[(CellIndex, Level)] {
        &self.of[role]
    }

    /// For each cell of each role, whether some holder has less by the other roles. Of two roles that give the same
    /// level only the earlier is needed.
    ///
    /// Each set of roles is looked at once. A cell costs something only until some set needs it, and only in sets without
    /// the roles that made up for it in the last one.
    pub(super) fn needed(&self, holders: &Holders) -> Vec<Vec<bool>> {
        let mut needed: Vec<Vec<bool>> = self.of.iter().map(|cells| vec![false; cells.len()]).collect();
        // By the roles that make up for them; at first, none do.
        let mut open: Vec<BTreeMap<[usize; 2], Vec<usize>>> =
            self.open(holders).into_iter().map(|cells| BTreeMap::from([([usize::MAX; 2], cells)])).collect();
        let breadth = |role: usize| holders.audiences[holders.audience_of[role]].crowds.len();
        let mut last_in = vec![0; self.of.len()];
        let mut loose: Vec<(usize, usize)> = Vec::new();
        for (turn, crowd) in (1..).zip(holders.sets_of_roles()) {
            let mut roles = holders.roles_of(crowd);
            // What the roles of most people make up for, they make up for in the next set too.
            roles.sort_by_key(|role| Reverse(breadth(*role)));
            for role in &roles {
                last_in[*role] = turn;
            }
            for role in &roles {
                open[*role].retain(|by, cells| {
                    let is_made_up = by.iter().all(|other| last_in.get(*other) == Some(&turn));
                    if !is_made_up {
                        loose.extend(cells.iter().map(|cell| (*role, *cell)));
                    }
                    is_made_up
                });
            }
            for (role, cell) in loose.drain(..) {
                match self.made_up_by(&roles, role, cell) {
                    Some(by) => open[role].entry(by).or_default().push(cell),
                    None => needed[role][cell] = true,
                }
            }
        }
        needed
    }

    /// For each role the cells that no role with the same holders makes up for.
    fn open(&self, holders: &Holders) -> Vec<Vec<usize>> {
        let mut open = vec![Vec::new(); self.of.len()];
        let mut columns = vec![Column::default(); self.width];
        for audience in &holders.audiences {
            let mut met: Vec<CellIndex> = Vec::new();
            for role in &audience.roles {
                for (cell, (at, level)) in self.of[*role].iter().enumerate() {
                    let column = &mut columns[at.index()];
                    if column.joined == Level::Deny {
                        met.push(*at);
                    }
                    column.open.retain(|(.., less)| less == level || !level.includes(*less));
                    if !column.joined.includes(*level) {
                        column.joined = column.joined.join(*level);
                        column.open.push((*role, cell, *level));
                    }
                }
            }
            for at in met {
                let column = &mut columns[at.index()];
                column.joined = Level::Deny;
                for (role, cell, _) in column.open.drain(..) {
                    open[role].push(cell);
                }
            }
        }
        open
    }

    /// One or two of these roles that make up for a cell: a later one with more, or earlier ones with as much. What two do
    /// not, no more do: one gives the step of the ladder, and one `open`.
    fn made_up_by(&self, roles: &[usize], role: usize, cell: usize) -> Option<[usize; 2]> {
        let (at, level) = self.of[role][cell];
        let (step, open) = (level.parts() & !OPEN, level.parts() & OPEN);
        let [mut with_step, mut with_open] = [None; 2];
        for other in roles {
            let theirs = self.level(*other, at);
            if *other > role && theirs != level && theirs.includes(level) {
                return Some([*other; 2]);
            }
            if *other < role {
                if theirs.parts() & step == step {
                    with_step = with_step.or(Some(*other));
                }
                if theirs.parts() & OPEN != 0 {
                    with_open = with_open.or(Some(*other));
                }
                let with_open = if open == 0 { with_step } else { with_open };
                if let (Some(one), Some(other)) = (with_step, with_open) {
                    return Some([one, other]);
                }
            }
        }
        None
    }

    /// The level of a role in a cell.
    pub(super) fn level(&self, role: usize, at: CellIndex) -> Level {
        let (cells, (first, row)) = (&self.of[role], &self.rows[role]);
        if row.is_empty() {
            cells.binary_search_by_key(&at, |(at, _)| *at).map_or(Level::Deny, |cell| cells[cell].1)
        } else {
            row.get(at.index().wrapping_sub(*first)).copied().unwrap_or_default()
        }
    }

    /// For each cell, the levels of these roles that another one of them includes as well, part by part.
    pub(super) fn had_twice(&self, roles: &[usize]) -> Vec<u8> {
        let (mut once, mut twice) = (vec![0; self.width], vec![0; self.width]);
        for (at, level) in roles.iter().flat_map(|role| &self.of[*role]) {
            twice[at.index()] |= once[at.index()] & level.parts();
            once[at.index()] |= level.parts();
        }
        twice
    }

    /// For each role, the first other one that makes it superfluous. Of two that grant the same the second is. None
    /// makes up for what a role gives in a place.
    ///
    /// The candidates are those that have one of its cells and that one of its holders has: as few of them as can be
    /// found easily.
    pub(super) fn superfluous(&self, holders: &Holders) -> Vec<Option<Other>> {
        let mut with_cell: Vec<Vec<usize>> = vec![Vec::new(); self.width];
        for (role, cells) in self.of.iter().enumerate() {
            for (at, _) in cells {
                with_cell[at.index()].push(role);
            }
        }
        let fewest = |crowds: &[usize]| crowds.iter().copied().min_by_key(|crowd| holders.crowds[*crowd].role_count);
        let crowds: Vec<Option<usize>> = holders.audiences.iter().map(|audience| fewest(&audience.crowds)).collect();
        let signatures: Vec<u64> = self.of.iter().map(|cells| signature(cells)).collect();
        let mut first = HashMap::new();
        let superfluous = |role: usize| {
            let cells = &self.of[role];
            let rarest = cells.iter().map(|(at, _)| &with_cell[at.index()]).min_by_key(|roles| roles.len())?;
            let section = self.roles[role].section;
            let same = *first.entry((section, cells)).or_insert(role);
            let same = Some(same).filter(|same| *same < role);
            let audience = holders.audience_of[role];
            let has_place = self.roles[role].has_place();
            let Some(crowd) = crowds[audience].filter(|_| !has_place) else { return same.map(Other::Same) };
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

/// The levels of all cells from the first to the last; none if most would be `deny`.
fn row(cells: &[(CellIndex, Level)]) -> (usize, Vec<Level>) {
    let [(first, _), .., (last, _)] = cells else { return (0, Vec::new()) };
    let (first, count) = (first.index(), last.index() + 1 - first.index());
    let mut row = vec![Level::Deny; if count < 8 * cells.len() { count } else { 0 }];
    if !row.is_empty() {
        for (at, level) in cells {
            row[at.index() - first] = *level;
        }
    }
    (first, row)
}

/// A bit for each part of each cell. Cells that include others have all their bits.
fn signature(cells: &[(CellIndex, Level)]) -> u64 {
    let bits = cells.iter().flat_map(|(at, level)| {
        let parts = (0..5).filter(|part| level.parts() & 1 << part != 0);
        parts.map(|part| 1 << ((at.number().wrapping_mul(5) + part) % 64))
    });
    bits.fold(0, |all: u64, bit: u64| all | bit)
}

/// Whether some cells give all that others give. Both are in the order of the grid.
fn includes(more: &[(CellIndex, Level)], cells: &[(CellIndex, Level)]) -> bool {
    let mut more = more.iter();
    cells.iter().all(|(at, level)| {
        let found = more.by_ref().find(|(other, _)| other >= at);
        found.is_some_and(|(other, theirs)| other == at && theirs.includes(*level))
    })
}
