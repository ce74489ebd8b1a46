//! Levels of supervisors and deputies that reach through departments where they are plain members.

use std::collections::{BTreeMap, HashSet};

use crate::policy::org::User;
use crate::query::lint::cells::Cells;
use crate::query::lint::holders::Holders;
use crate::snapshot::people::{Below, Tree};
use crate::vocabulary::index::{CellIndex, DepartmentSlot, Idx};
use crate::vocabulary::level::{DEPARTMENT, Level, SUB};
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

/// A level with which a user reaches colleagues as a plain member.
pub(super) struct Reached {
    pub(super) at: CellIndex,
    pub(super) level: Level,
    /// The first such user, by the position among active users.
    pub(super) user: usize,
    /// A department where the user has neither post.
    pub(super) department: DepartmentSlot,
}

/// The levels of each role that reach so by the assignment to this word alone, in the order of the grid.
pub(super) fn reached(
    (word, post): (&Subject, Post),
    tree: &Tree,
    holders: &Holders,
    cells: &Cells,
) -> BTreeMap<usize, Vec<Reached>> {
    let mut found: BTreeMap<usize, Vec<Reached>> = BTreeMap::new();
    let Some(word) = holders.subject(word) else { return found };
    let mut open: BTreeMap<usize, Vec<(CellIndex, Level)>> = BTreeMap::new();
    // Users of one crowd differ only in where they are plain members.
    let mut seen: HashSet<(usize, bool)> = HashSet::new();
    for (position, (_, user)) in holders.active.iter().enumerate().filter(|(_, (_, user))| user.is(post)) {
        let plain = plain_departments(tree, user);
        let crowd = holders.crowd_of[position];
        if plain[0].is_none() || !seen.insert((crowd, plain[1].is_some())) {
            continue;
        }
        let mut had_twice = None;
        let audiences = &holders.crowds[crowd].audiences;
        let only = audiences.iter().filter(|(_, ways)| *ways == 1).map(|(audience, _)| &holders.audiences[*audience]);
        for role in only.filter(|audience| audience.is_assigned_to(word)).flat_map(|audience| &audience.roles) {
            let open = open.entry(*role).or_insert_with(|| {
                let is_measured = |level: Level| level != Level::All && level.parts() & DEPARTMENT != 0;
                cells.of_role(*role).iter().copied().filter(|(_, level)| is_measured(*level)).collect()
            });
            open.retain(|(at, level)| {
                let with_sub = usize::from(level.parts() & SUB != 0);
                let Some(department) = plain[with_sub] else { return true };
                let had_twice = had_twice.get_or_insert_with(|| cells.had_twice(&holders.roles_of(crowd)));
                let is_had_by_others = level.parts() & !had_twice[at.index()] == 0;
                if !is_had_by_others {
                    let reached = Reached { at: *at, level: *level, user: position, department };
                    found.entry(*role).or_default().push(reached);
                }
                is_had_by_others
            });
        }
    }
    for reached in found.values_mut() {
        reached.sort_by_key(|reached| reached.at);
    }
    found
}

/// The first departments where a user is a plain member, under a level without and with those below: a department below
/// one that they head, or are deputy of, is theirs anyway.
fn plain_departments(tree: &Tree, user: &User) -> [Option<DepartmentSlot>; 2] {
    let posts = [Post::Head, Post::Deputy].into_iter().flat_map(|post| user.anchors.by(post));
    let theirs = Below::outermost(posts.map(|department| tree.below(department)).collect());
    let is_below = |department: DepartmentSlot| Below::any_contains(&theirs, tree.number(department));
    let mut plain = user.anchors.by_alone(Post::Member);
    [plain.clone().next(), plain.find(|department| !is_below(*department))]
}
