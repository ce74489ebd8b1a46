//! Checks written by hand, with one more promise at each step: the cost of each promise, and of a check that keeps them
//! all.
//!
//! They get the levels of each user from the library, and share no code with its check. They support records with one
//! owner, whose id is an integer from one on, and no shares; all questions here are about such records. Checks with
//! fewer promises answer wrongly in rare cases. The check with all promises answers as the library does, which is
//! asserted.

use std::array;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use orgscope::document::{Document, User};
use orgscope::{DepartmentId, Level, Principal};
use rustc_hash::FxBuildHasher;

use crate::question::{ACTIONS, Question};

/// Marks the index of a list of several departments, where otherwise the slot of one is stored.
const SEVERAL: u32 = 1 << 31;
/// The slot of no department.
const NOWHERE: u32 = 0;

/// The number of owners on a page, and of pages in a list.
const PAGE: usize = 256;
const TOGETHER: usize = 64;

// The relations of a user and a record, as bits.
const OWN: u32 = 1;
const DEPARTMENT: u32 = 1 << 1;
const BELOW: u32 = 1 << 2;
const OPEN: u32 = 1 << 3;

/// An owner: the user and their department.
#[derive(Clone, Copy)]
struct Home {
    user: u32,
    department: u32,
}

impl Home {
    const UNKNOWN: Self = Self { user: u32::MAX, department: NOWHERE };
}

/// A department and all below it as numbers, or the index of a list of several.
#[derive(Clone, Copy)]
struct Anchor {
    first: u32,
    count: u32,
}

impl Anchor {
    /// The anchor of an owner without departments.
    const OF_NO_OWNER: Self = Self { first: SEVERAL - 1, count: 0 };
    /// The anchor of a principal without departments: no owner has this number.
    const OF_NO_ASKER: Self = Self { first: SEVERAL - 2, count: 0 };

    fn relation(self, number: u32) -> u32 {
        let below = number.wrapping_sub(self.first);
        (u32::from(below == 0) * DEPARTMENT) | (u32::from(below < self.count) * BELOW)
    }
}

/// The relations that suffice, and [`SEVERAL`] if the cell depends on departments.
#[derive(Clone, Copy, PartialEq)]
struct Cell {
    relations: u32,
    departments: u32,
}

impl Cell {
    fn of(level: Level) -> Self {
        let parts =
            [(Level::Own, OWN), (Level::Department, DEPARTMENT), (Level::DepartmentSub, BELOW), (Level::OwnOpen, OPEN)];
        let enough = parts.into_iter().filter(|(part, _)| level.includes(*part)).fold(0, |all, (_, bit)| all | bit);
        let is_enough = |relation: &u32| level == Level::All || relation & enough != 0;
        let relations = (0..16).filter(is_enough).fold(0, |cell, relation| cell | 1 << relation);
        let asks = level != Level::All && enough & DEPARTMENT != 0;
        Self { relations, departments: if asks { SEVERAL } else { 0 } }
    }

    fn admits(self, relation: u32) -> bool {
        self.relations >> relation & 1 != 0
    }
}

type Pages = Arc<[Arc<[Home; PAGE]>; TOGETHER]>;

/// One state of a company. Owners are numbered in the order of their ids, which count from one.
pub(crate) struct State {
    schema: u64,
    /// Owners with the numbers of their departments, for departments that never move.
    fixed: Vec<Home>,
    /// The same owners, found by a hash of their ids.
    hashed: HashMap<i64, Home, FxBuildHasher>,
    /// Owners with the slots of their departments, whose numbers may change between states.
    movable: Vec<Home>,
    /// The same owners on pages, which another state could share.
    shared: Arc<[Pages]>,
    /// The departments, by slot.
    departments: Vec<Anchor>,
    /// The lists of departments of users who are in several.
    several: Vec<Vec<u32>>,
    rows: Vec<Arc<[Cell]>>,
    users: Vec<Bare>,
}

/// A principal with as few fields as possible.
struct Bare {
    row: u32,
    user: u32,
    anchor: Anchor,
}

/// A principal bound to a state, so that no other state can be asked by mistake.
pub(crate) struct Bound<'s> {
    state: &'s State,
    /// A pointer to the row and not to its cells, which takes twice as many bytes: so this is as large as a
    /// [`Principal`].
    row: &'s Arc<[Cell]>,
    user: u32,
    anchor: Anchor,
}

const _: () = assert!(size_of::<Bound<'_>>() == size_of::<Principal<'_>>());

/// A question. It has as many bytes as a [`Question`], so that reading it takes as long.
pub(crate) struct Asked {
    pub(crate) user: usize,
    owner: usize,
    id_of_owner: i64,
    action: usize,
    schema: u64,
    open: bool,
}

const _: () = assert!(size_of::<Asked>() == size_of::<Question>());

impl Asked {
    pub(crate) fn new(question: &Question, action: usize) -> Self {
        let Question { user, owner, ref contact, .. } = *question;
        Self { user, owner, id_of_owner: contact.owner, action, schema: State::SCHEMA, open: contact.open }
    }

    fn is_open(&self) -> u32 {
        u32::from(self.open) * OPEN
    }
}

impl State {
    /// Any number: only the comparison matters.
    const SCHEMA: u64 = 7;

    /// Builds the state of a company, with its users in the order of their ids.
    pub(crate) fn new(
        document: &Document,
        principals: &[Principal<'_>],
        level: impl Fn(&Principal<'_>, usize) -> Level,
    ) -> Self {
        let (slots, departments) = departments(document);
        let mut several = Vec::new();
        let mut place = |ids: &mut dyn Iterator<Item = &DepartmentId>| {
            let distinct: BTreeSet<u32> = ids.map(|id| slots[id]).collect();
            match distinct.len() {
                0 | 1 => distinct.first().copied().unwrap_or(NOWHERE),
                _ => {
                    several.push(distinct.into_iter().collect());
                    number(several.len() - 1) | SEVERAL
                }
            }
        };
        let mut rows: Vec<Arc<[Cell]>> = Vec::new();
        let (mut movable, mut users) = (Vec::new(), Vec::new());
        for ((it, principal), user) in document.org.users.iter().zip(principals).zip(0..) {
            let User { departments: member, heads, deputy_of, .. } = it;
            movable.push(Home { user, department: place(&mut member.iter().map(|entry| &entry.id)) });
            let slot = place(&mut member.iter().chain(heads).chain(deputy_of).map(|entry| &entry.id));
            let anchor = match slot {
                NOWHERE => Anchor::OF_NO_ASKER,
                _ => departments.get(slot as usize).copied().unwrap_or(Anchor { first: slot, count: 0 }),
            };
            let cells: [Cell; ACTIONS.len()] = array::from_fn(|action| Cell::of(level(principal, action)));
            let row = rows.iter().position(|row| **row == cells).unwrap_or_else(|| {
                rows.push(cells.into());
                rows.len() - 1
            });
            users.push(Bare { row: number(row), user, anchor });
        }
        let fixed = |home: &Home| {
            let department = departments.get(home.department as usize).unwrap_or(&Anchor::OF_NO_OWNER).first;
            Home { department, ..*home }
        };
        let fixed: Vec<Home> = movable.iter().map(fixed).collect();
        let shared = |homes: &[Home]| {
            let home = |place| homes.get(place).copied().unwrap_or(Home::UNKNOWN);
            Arc::new(array::from_fn(|page| Arc::new(array::from_fn(|within| home(page * PAGE + within)))))
        };
        Self {
            schema: Self::SCHEMA,
            hashed: (1..).zip(fixed.iter().copied()).collect(),
            shared: movable.chunks(PAGE * TOGETHER).map(shared).collect(),
            fixed,
            movable,
            departments,
            several,
            rows,
            users,
        }
    }

    pub(crate) fn bound(&self) -> Vec<Bound<'_>> {
        let bound =
            |it: &Bare| Bound { state: self, row: &self.rows[it.row as usize], user: it.user, anchor: it.anchor };
        self.users.iter().map(bound).collect()
    }

    /// The fewest promises: all users are known and in at most one department, departments never move, and nothing else
    /// changes.
    pub(crate) fn check(&self, asked: &Asked) -> bool {
        self.admits(asked, self.fixed[asked.owner])
    }

    /// The same check with owners found by a hash.
    pub(crate) fn check_by_hash(&self, asked: &Asked) -> bool {
        self.admits(asked, self.hashed[&asked.id_of_owner])
    }

    fn admits(&self, asked: &Asked, owner: Home) -> bool {
        let user = &self.users[asked.user];
        let own = u32::from(owner.user == user.user) * OWN;
        self.rows[user.row as usize][asked.action]
            .admits(own | user.anchor.relation(owner.department) | asked.is_open())
    }

    fn anchor(&self, slot: u32) -> Anchor {
        self.departments.get(slot as usize).copied().unwrap_or(Anchor::OF_NO_OWNER)
    }

    /// The departments, if this is the index of a list of several.
    fn all(&self, slot: u32) -> Option<&Vec<u32>> {
        if slot & SEVERAL == 0 { None } else { self.several.get((slot & !SEVERAL) as usize) }
    }
}

impl Bound<'_> {
    /// The same check, and no other state can be asked by mistake, the schema is compared, and unknown users are
    /// denied.
    pub(crate) fn check_bound(&self, asked: &Asked) -> bool {
        self.check_in::<false, false, false>(asked)
    }

    /// Also, departments may move, and so have slots.
    pub(crate) fn check_movable(&self, asked: &Asked) -> bool {
        self.check_in::<true, false, false>(asked)
    }

    /// Also, states share owners, which so are on pages.
    pub(crate) fn check_shared(&self, asked: &Asked) -> bool {
        self.check_in::<true, true, false>(asked)
    }

    /// Also, people may be in several departments: all promises.
    pub(crate) fn check_all(&self, asked: &Asked) -> bool {
        self.check_in::<true, true, true>(asked)
    }

    fn check_in<const MOVE: bool, const SHARE: bool, const SEVERAL_TOO: bool>(&self, asked: &Asked) -> bool {
        let state = self.state;
        let Some(cell) = self.row.get(asked.action).filter(|_| asked.schema == state.schema) else { return false };
        let place = usize::try_from(asked.id_of_owner.wrapping_sub(1).cast_unsigned()).unwrap_or(usize::MAX);
        let owner = if SHARE {
            state.shared.get(place / PAGE / TOGETHER).map(|list| list[place / PAGE % TOGETHER][place % PAGE])
        } else {
            if MOVE { &state.movable } else { &state.fixed }.get(place).copied()
        };
        let owner = owner.unwrap_or(Home::UNKNOWN);
        if SEVERAL_TOO && (owner.department | self.anchor.first) & cell.departments != 0 {
            return cell.admits(self.relation_to_several(owner) | asked.is_open());
        }
        let number = if MOVE { state.anchor(owner.department & !SEVERAL).first } else { owner.department };
        let own = u32::from(owner.user == self.user) * OWN;
        cell.admits(own | self.anchor.relation(number) | asked.is_open())
    }

    #[cold]
    fn relation_to_several(&self, owner: Home) -> u32 {
        let state = self.state;
        let own = u32::from(owner.user == self.user) * OWN;
        let anchors = state.all(self.anchor.first).map_or(&[][..], Vec::as_slice);
        let one = state.all(self.anchor.first).is_none().then_some(self.anchor);
        let anchors = anchors.iter().map(|slot| state.anchor(*slot)).chain(one);
        let theirs = [owner.department];
        let owners = state.all(owner.department).map_or(&theirs[..], Vec::as_slice);
        let to = |anchor: Anchor| owners.iter().fold(0, |all, slot| all | anchor.relation(state.anchor(*slot).first));
        anchors.fold(own, |all, anchor| all | to(anchor))
    }
}

/// Numbers the departments so that each is followed by those below it. Returns their slots by id, and the range of each
/// slot.
fn departments(document: &Document) -> (HashMap<&DepartmentId, u32>, Vec<Anchor>) {
    let all = &document.org.departments;
    let slots: HashMap<&DepartmentId, u32> = all.iter().map(|department| &department.id).zip(1..).collect();
    let mut below: HashMap<u32, Vec<u32>> = HashMap::new();
    for (department, slot) in all.iter().zip(1..) {
        below.entry(department.parent.as_ref().map_or(NOWHERE, |parent| slots[parent])).or_default().push(slot);
    }
    let mut anchors = vec![Anchor::OF_NO_OWNER; all.len() + 1];
    let mut next = 0;
    // Each department is visited twice: before and after those below it.
    let mut waiting: Vec<(u32, bool)> = vec![(NOWHERE, false)];
    while let Some((slot, is_after)) = waiting.pop() {
        let anchor = &mut anchors[slot as usize];
        if is_after {
            anchor.count = next - anchor.first;
            continue;
        }
        if slot != NOWHERE {
            anchor.first = next;
            next += 1;
            waiting.push((slot, true));
        }
        waiting.extend(below.get(&slot).into_iter().flatten().map(|slot| (*slot, false)));
    }
    (slots, anchors)
}

fn number(place: usize) -> u32 {
    u32::try_from(place).expect("there are fewer")
}
