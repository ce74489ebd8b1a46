//! What changed below and above each department, from one tree to another.
//!
//! ```text
//! before  Company ─ Sales ─ South        after  Company ─ Sales
//!                 └ Support                             └ Support ─ South
//! ```
//!
//! South left Sales and came to Support; Company keeps all that it had. Above South, Sales is lost and Support is gained.
//!
//! One walk over the tree after finds it for all departments. To compare their lists one by one is quadratic in a deep
//! chain.

use crate::snapshot::people::{Below, Tree};
use crate::vocabulary::index::{DepartmentNumber, DepartmentSlot, Idx};

/// What changed around a department that both trees have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Moved {
    /// Whether a department is below it in both trees.
    pub(super) stays: bool,
    /// Whether a department is below it before and not after.
    pub(super) left: bool,
    /// Whether a department is below it after and not before.
    pub(super) came: bool,
    /// Whether a department is above it before and not after, and the other way round.
    pub(super) above: (bool, bool),
}

/// The changes around each department, by its slot after. `name` gives the slot before; for a new department, one that
/// the tree before does not have.
pub(super) fn moves(before: &Tree, after: &Tree, name: impl Fn(DepartmentSlot) -> DepartmentSlot) -> Vec<Moved> {
    let depths = depths(before);
    let mut walk = Walk {
        after,
        moves: vec![Moved::default(); after.slots()],
        passed: Sums::of(depths.len()),
        around: Sums::of(depths.len()),
    };
    let mut open: Vec<Open> = Vec::new();
    for slot in after.preorder() {
        while let Some(last) = open.pop_if(|last| !after.below(last.slot).contains(after.number(*slot))) {
            walk.leave(&last);
        }
        let below = before.below(name(*slot));
        if below == Below::NOTHING {
            // A new one: it is above those below it, and was above none.
            let before = Below { first: DepartmentNumber::new(0), count: 0 };
            open.push(Open { slot: *slot, before, passed: 0, above: (false, true) });
            continue;
        }
        let depth = i64::try_from(open.len()).unwrap_or(i64::MAX);
        open.push(walk.enter(*slot, below, depths[below.positions().start], depth + 1));
    }
    while let Some(last) = open.pop() {
        walk.leave(&last);
    }
    walk.moves
}

/// A walk over the tree after.
struct Walk<'t> {
    after: &'t Tree,
    moves: Vec<Moved>,
    /// By number before: the departments that the walk has come by.
    passed: Sums,
    /// By number before: differences of how many of the departments that the walk is in were above each, or it.
    around: Sums,
}

/// A department that the walk is in.
struct Open {
    slot: DepartmentSlot,
    /// Its range before.
    before: Below,
    /// How many of these the walk had come by before it came here.
    passed: i64,
    above: (bool, bool),
}

impl Walk<'_> {
    /// Enters a department with its range before, and how many departments were and are above it, itself included.
    fn enter(&mut self, slot: DepartmentSlot, before: Below, depth_before: i64, depth_after: i64) -> Open {
        let passed = self.passed.within(before);
        self.passed.add(before.positions().start, 1);
        self.around.add(before.positions().start, 1);
        self.around.add(before.positions().end, -1);
        let stay = self.around.until(before.positions().start + 1);
        Open { slot, before, passed, above: (depth_before > stay, depth_after > stay) }
    }

    fn leave(&mut self, open: &Open) {
        let Open { slot, before, passed, above } = *open;
        self.around.add(before.positions().start, -1);
        self.around.add(before.positions().end, 1);
        // Itself included.
        let stay = self.passed.within(before) - passed;
        self.moves[slot.index()] = Moved {
            stays: stay > 1,
            left: i64::from(before.count) > stay,
            came: i64::from(self.after.below(slot).count) > stay,
            above,
        };
    }
}

/// By number: how many departments are above, including itself.
fn depths(tree: &Tree) -> Vec<i64> {
    let mut open: Vec<Below> = Vec::new();
    let depth = |slot: &DepartmentSlot| {
        let below = tree.below(*slot);
        while open.pop_if(|last| !last.contains(below.first)).is_some() {}
        open.push(below);
        i64::try_from(open.len()).unwrap_or(i64::MAX)
    };
    tree.preorder().iter().map(depth).collect()
}

/// Numbers of which any prefix can be summed in logarithmic time: a Fenwick tree.
struct Sums(Vec<i64>);

impl Sums {
    fn of(count: usize) -> Self {
        Self(vec![0; count + 1])
    }

    /// Each index is responsible for as many numbers as its lowest bit says.
    fn add(&mut self, position: usize, value: i64) {
        let mut index = position + 1;
        while let Some(sum) = self.0.get_mut(index) {
            *sum += value;
            index += index & index.wrapping_neg();
        }
    }

    /// The sum of the numbers before this position.
    fn until(&self, position: usize) -> i64 {
        let indices = std::iter::successors(Some(position), |index| Some(index & index.wrapping_sub(1)));
        indices.take_while(|index| *index > 0).map(|index| self.0[index]).sum()
    }

    fn within(&self, these: Below) -> i64 {
        self.until(these.positions().end) - self.until(these.positions().start)
    }
}
