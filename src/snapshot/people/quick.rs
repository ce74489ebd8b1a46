//! The fast path of a check with one owner: the answer of [`Cell::admits`] for [`People::relation`], with fewer
//! instructions.
//!
//! Nearly all records have one owner, whose id is an integer and who is in one department, and so is the principal.
//! Such a check is a look-up, two comparisons and a bit. Against calling `relation` for every record it takes 5.7
//! instead of 9.2 ns among 1,000 users, and 12.7 instead of 18.5 ns among 100,000 (`cargo bench --bench report`). A
//! quick path inside of `relation` took 7.7 and 15.9 ns.

use crate::snapshot::cell::Cell;
use crate::snapshot::people::entry::Home;
use crate::snapshot::people::{People, Position};
use crate::vocabulary::id::UserRef;
use crate::vocabulary::level::OWN;
use crate::vocabulary::subject::{Owner, OwnerRef};

impl People {
    /// Whether a cell admits a principal to the records of this one owner that are not shared.
    #[inline]
    pub(crate) fn admits(&self, cell: Cell, from: &Position, owner: OwnerRef<'_>, open: bool) -> bool {
        let integer = if let Owner::User(user) = owner { user.as_integer() } else { None };
        let Some(integer) = integer else { return self.admits_other(cell, from, owner, open) };
        match self.users.get_near(integer) {
            Some(home) if !depends_on_several(cell, from, home) => self.admits_to_one(cell, from, home, open),
            found => self.admits_integer(cell, from, found, integer, open),
        }
    }

    /// The rare cases of integers: an owner for whom several departments matter, or an id that is far from the others.
    /// Not inlined, so that `admits` is small enough to be inlined itself, which saves a tenth of a check.
    #[inline(never)]
    fn admits_integer(&self, cell: Cell, from: &Position, found: Option<Home>, integer: i64, open: bool) -> bool {
        match found {
            Some(owner) => self.admits_to_several(cell, *from, owner, open),
            None => self.admits_to(cell, from, self.home(UserRef::from(integer)), open),
        }
    }

    /// Handles an owner whose id is text, or which is a department.
    #[inline(never)]
    fn admits_other(&self, cell: Cell, from: &Position, owner: OwnerRef<'_>, open: bool) -> bool {
        match owner {
            Owner::User(owner) => self.admits_to(cell, from, self.home(owner), open),
            Owner::Department(_) => cell.admits(self.relation_to_owner(from, owner).and_open(open)),
        }
    }

    /// Handles an owner who was looked up.
    #[inline]
    fn admits_to(&self, cell: Cell, from: &Position, owner: Home, open: bool) -> bool {
        if depends_on_several(cell, from, owner) {
            return self.admits_to_several(cell, *from, owner, open);
        }
        self.admits_to_one(cell, from, owner, open)
    }

    /// Handles an owner and a principal of one department each. Also if the cell does not depend on departments: then
    /// it does not matter that the relation to the department is wrong.
    #[inline]
    fn admits_to_one(&self, cell: Cell, from: &Position, owner: Home, open: bool) -> bool {
        let number = self.tree.number(owner.member.one_or_any());
        let relation = from.anchored.one().relation_to(number).and_if(owner.user == from.user, OWN);
        cell.admits(relation.and_open(open))
    }

    /// Takes the position by value: a reference would force a scope that is asked once into memory.
    #[cold]
    fn admits_to_several(&self, cell: Cell, from: Position, owner: Home, open: bool) -> bool {
        cell.admits(self.relation_to(&from, owner).and_open(open))
    }
}

/// Whether it matters that the principal or the owner is in several departments.
///
/// The processor can't predict who is, and a wrong guess waits for memory. So there is one branch for both together,
/// which cells that do not depend on departments never take. With a branch for each, twice as many guesses were wrong.
#[inline]
fn depends_on_several(cell: Cell, from: &Position, owner: Home) -> bool {
    cell.depends_on_several(owner.member.key() | from.anchored.mark())
}
