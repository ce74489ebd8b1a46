//! A map from integers that are close together, in pages that states share.
//!
//! The ids 600 to 1800 are on pages of 512 numbers. The first page begins at 512, a multiple of 512:
//!
//! ```text
//! lists[0]   [page 0: 512..1024] [page 1: 1024..1536] [page 2: 1536..2048] [empty] …
//! id 1030    1030 - 512 = 518    page 518 / 512 = 1    slot 518 % 512 = 6
//! ```
//!
//! There is no hash and no comparison. Changing id 1030 copies page 1, the list of pages, and the list of lists.

use std::array;
use std::ops::Range;
use std::sync::Arc;

use crate::collections::heap_bytes;

/// The number of slots of a page: a change copies one page.
const PAGE: usize = 512;
/// The number of pages in a list: a change also copies a list, and the list of lists. Cloning a page increments a
/// counter, which costs more than copying numbers. With half as many slots and twice as many pages in a list, a user's
/// move took 4 % longer at a million users; with a single list, of pages of 4,096 slots, an eighth. That saved a
/// look-up one read, but no time.
const TOGETHER: usize = 32;
/// The most slots for each number. With more, a hash table takes less memory.
const PLACES: usize = 3;

/// The values of the numbers in a range.
///
/// A database numbers its rows, so most ids are close together. Pages find them without a hash or a comparison, in a
/// third of the memory of a table. Looking up one of a hundred thousand takes a third of the time.
#[derive(Clone)]
pub(crate) struct Pages<T> {
    /// The number of the first slot.
    first: i64,
    lists: Arc<[List<T>]>,
    /// Stands for every page without values.
    empty: Page<T>,
    /// The number of pages that are not empty.
    used: usize,
    len: usize,
}

type List<T> = Arc<[Page<T>; TOGETHER]>;
type Page<T> = Arc<[Option<T>; PAGE]>;

impl<T: Copy> Pages<T> {
    /// Builds the pages of those entries whose numbers are close enough to each other.
    pub(crate) fn of(entries: &[(i64, T)]) -> Self {
        let range = close(entries.iter().map(|(number, _)| page_of(*number)));
        let count = usize::try_from(range.end - range.start).unwrap_or(0);
        let empty: Page<T> = Arc::new([None; PAGE]);
        let first = range.start * signed(PAGE);
        let mut this = Self { first, lists: Arc::default(), empty: empty.clone(), used: 0, len: 0 };
        let mut pages = vec![empty.clone(); count];
        // One page at a time, because ids usually come in order: checking whether a page is shared takes longer than
        // setting a slot.
        for entries in entries.chunk_by(|(one, _), (other, _)| page_of(*one) == page_of(*other)) {
            let is_near = range.contains(&page_of(entries[0].0));
            let Some((page, _)) = this.place(entries[0].0).filter(|_| is_near) else { continue };
            let page = Arc::make_mut(&mut pages[page]);
            for (number, value) in entries {
                if let Some((_, within)) = this.place(*number) {
                    page[within] = Some(*value);
                }
            }
            this.len += entries.len();
        }
        this.used = pages.iter().filter(|page| !Arc::ptr_eq(page, &empty)).count();
        this.lists = pages.chunks(TOGETHER).map(|pages| list(pages, &empty)).collect();
        this
    }

    #[inline]
    pub(crate) fn get(&self, number: i64) -> Option<T> {
        let (page, within) = self.place(number)?;
        self.lists.get(page / TOGETHER)?[page % TOGETHER][within]
    }

    /// Sets the value of a number, if there is a slot for it. Returns whether there was.
    pub(crate) fn set(&mut self, number: i64, value: T) -> bool {
        let Some((page, within)) = self.place(number) else { return false };
        let is_new = self.get(number).is_none();
        if is_new {
            let begins = self.lists.get(page / TOGETHER).is_none_or(|list| is_empty(&list[page % TOGETHER]));
            if begins && (page / TOGETHER > self.lists.len() || (self.len + 1) * PLACES < (self.used + 1) * PAGE) {
                return false;
            }
            self.used += usize::from(begins);
            self.len += 1;
        }
        if page / TOGETHER == self.lists.len() {
            self.lists = self.lists.iter().cloned().chain([list(&[], &self.empty)]).collect();
        }
        self.change(page, within, Some(value));
        true
    }

    pub(crate) fn remove(&mut self, number: i64) -> bool {
        let Some((page, within)) = self.place(number).filter(|_| self.get(number).is_some()) else { return false };
        let empty = self.empty.clone();
        let this = self.change(page, within, None);
        if is_empty(this) {
            *this = empty;
            self.used -= 1;
        }
        self.len -= 1;
        true
    }

    /// Sets a slot and returns its page.
    fn change(&mut self, page: usize, within: usize, value: Option<T>) -> &mut Page<T> {
        let list = Arc::make_mut(&mut Arc::make_mut(&mut self.lists)[page / TOGETHER]);
        let page = &mut list[page % TOGETHER];
        Arc::make_mut(page)[within] = value;
        page
    }

    /// The page of a number and the slot there. The page may not exist.
    #[inline]
    fn place(&self, number: i64) -> Option<(usize, usize)> {
        // Integers form a ring here: a number below `first` gets a very large index, which no page has, unless the
        // pages reach beyond the greatest integer.
        let place = usize::try_from(number.wrapping_sub(self.first).cast_unsigned()).ok()?;
        Some((place / PAGE, place % PAGE))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, T)> {
        self.on_pages(|_, _| true)
    }

    /// The numbers on pages that the other does not share.
    pub(crate) fn unshared(&self, other: &Self) -> impl Iterator<Item = i64> {
        let theirs = move |page: usize| other.lists.get(page / TOGETHER).map(|list| &list[page % TOGETHER]);
        let is_shared = move |number: usize, page: &Page<T>| {
            self.first == other.first && theirs(number).is_some_and(|theirs| Arc::ptr_eq(page, theirs))
        };
        self.on_pages(move |number, page| !is_shared(number, page)).map(|(number, _)| number)
    }

    /// The entries on these pages.
    fn on_pages(&self, these: impl Fn(usize, &Page<T>) -> bool) -> impl Iterator<Item = (i64, T)> {
        let pages = self.lists.iter().flat_map(|list| list.iter()).enumerate();
        let places = pages
            .filter(move |(number, page)| !Arc::ptr_eq(page, &self.empty) && these(*number, page))
            .flat_map(|(number, page)| {
                (number * PAGE..).zip(page.iter()).filter_map(|(place, value)| Some((place, (*value)?)))
            });
        places.map(|(place, value)| (self.first.wrapping_add(signed(place)), value))
    }
}

impl<T> Pages<T> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn memory_usage(&self) -> usize {
        let counts = size_of::<usize>() * 2;
        let pages = (self.used + 1) * (counts + size_of::<[Option<T>; PAGE]>());
        heap_bytes(&self.lists) + self.lists.len() * (counts + size_of::<[Page<T>; TOGETHER]>()) + pages
    }
}

/// The range of pages that saves most memory against a table; empty if none does.
///
/// This is the search for the subarray with the greatest sum: each number is worth `PLACES`, and each page, also an
/// empty one within the range, costs `PAGE`.
fn close(pages: impl Iterator<Item = i64>) -> Range<i64> {
    let mut counts: Vec<(i64, i64)> = Vec::new();
    for page in pages {
        match counts.last_mut().filter(|last| last.0 == page) {
            Some(last) => last.1 += 1,
            None => counts.push((page, 1)),
        }
    }
    counts.sort_unstable();
    let (mut best, mut most) = (0..0, 0);
    let (mut range, mut gain) = (0..0, 0_i64);
    for (page, count) in counts {
        gain = gain.saturating_sub((page + 1 - range.end).saturating_mul(signed(PAGE)));
        if gain < 0 || range.is_empty() {
            (range, gain) = (page..page, -signed(PAGE));
        }
        range.end = page + 1;
        gain += count * signed(PLACES);
        if gain > most {
            (best, most) = (range.clone(), gain);
        }
    }
    best
}

/// A list of these pages, filled up with empty ones.
fn list<T>(pages: &[Page<T>], empty: &Page<T>) -> List<T> {
    Arc::new(array::from_fn(|number| pages.get(number).unwrap_or(empty).clone()))
}

fn is_empty<T>(page: &[Option<T>; PAGE]) -> bool {
    page.iter().all(Option::is_none)
}

fn page_of(number: i64) -> i64 {
    number.div_euclid(signed(PAGE))
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).expect("INVARIANT: no memory holds as many places as there are integers")
}
