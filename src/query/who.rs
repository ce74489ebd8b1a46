//! The users who may do something to a record.

use std::collections::{HashMap, HashSet};
use std::fmt::{self, Debug};

use foldhash::fast::RandomState;

use crate::snapshot::cell::Cell;
use crate::snapshot::people::target::Target;
use crate::snapshot::people::{Below, Entries, Entry, Source};
use crate::snapshot::source::Measure;
use crate::snapshot::{Asker, Snapshot};
use crate::vocabulary::facts::Record;
use crate::vocabulary::id::{DepartmentId, UserId, VariantRef};
use crate::vocabulary::index::{ActionIndex, Case, CellIndex, UserSlot};
use crate::vocabulary::level::Level;
use crate::vocabulary::permission::Permission;

/// The users who may do something, found one by one.
///
/// Each user occurs once: first the users whom the record names (owners, and users that it is shared with by name or
/// group), then the others, department by department and role by role. The order is the same for equal questions to one
/// snapshot. Sort the ids for the canonical order.
///
/// [`count`](Iterator::count) counts users with the same roles and departments together, without listing them.
pub struct WhoCan<'s> {
    snapshot: &'s Snapshot,
    /// The cell that decides on the record.
    at: CellIndex,
    record: Target,
    /// The users who must be checked one by one, sorted.
    named: Vec<UserSlot>,
    next_named: usize,
    /// The entries of all others who may, in parts that may overlap.
    entries: Entries<'s>,
    seen: HashSet<Entry, RandomState>,
    /// The remaining users of the current entry.
    current: Box<dyn Iterator<Item = UserSlot> + Send + Sync + 's>,
}

impl Snapshot {
    /// The users who may do this to this record: exactly those whose check allows it, administrators included.
    ///
    /// [`explain`](crate::Principal::explain) says why one of them may. The cost grows with the departments around the record,
    /// the roles that reach it and their holders, and not with the company.
    ///
    /// ```
    /// # use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User};
    /// # use orgscope::{AnyRecord, Facts, Level, Policy, Snapshot, Subject};
    /// # let contact = ResourceType::new("contact").action(Action::new("read"));
    /// # let document = Document::new()
    /// #     .section(Section::new("crm").resource(contact))
    /// #     .department(Department::new("sales"))
    /// #     .user(User::new("ann").member_of("sales"))
    /// #     .user(User::new("bob").member_of("sales"))
    /// #     .user(User::new("eve"))
    /// #     .role(Role::new("seller", "crm", "Seller").grant("contact.read", Level::Department).assigned_to(Subject::Everyone));
    /// # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
    /// # let read = snapshot.schema().permission_named("contact.read")?;
    /// let bobs = AnyRecord::new("contact", Facts::owned_by("bob"));
    /// assert_eq!(snapshot.who_can(read, &bobs).count(), 2);
    ///
    /// let mut readers: Vec<_> = snapshot.who_can(read, &bobs).collect();
    /// readers.sort();
    /// assert_eq!(readers, [&"ann".into(), &"bob".into()]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn who_can<R: Record>(&self, permission: Permission<R>, record: &R) -> WhoCan<'_> {
        let Permission { action, schema, .. } = permission;
        let is_asked_about = |expected| record.dynamic_type().is_none_or(|found| found == expected);
        let is_ours = schema == self.fingerprint() && is_asked_about(&self.schema().resource_of(action).name);
        record.with_facts(|facts| {
            let (record, entries): (_, Entries<'_>) = if is_ours {
                let record = self.people.target(facts, self.rights.is_pool(action));
                let entries = self.entries_for(action, facts.variant, &record);
                (record, entries)
            } else {
                (Target::default(), Box::new(std::iter::empty()))
            };
            WhoCan {
                snapshot: self,
                at: self.rights.grid.cell(action, facts.variant),
                named: record.named(),
                record,
                next_named: 0,
                entries,
                seen: HashSet::default(),
                current: Box::new(std::iter::empty()),
            }
        })
    }

    /// Entries that include all users who may and whom the record does not name, among others. Takes the sources that
    /// are the least work.
    ///
    /// A user who may do this has, for the action and for each that it requires, a level that reaches the record from
    /// where they are or from a place. So they are anchored around the record, or have a level that reaches it from
    /// anywhere, or one with a place around the record. In any case they have some level. Sources for one of the actions are enough.
    fn entries_for<'s>(&'s self, action: ActionIndex, variant: Option<VariantRef<'_>>, record: &Target) -> Entries<'s> {
        let grid = &self.rights.grid;
        let asked = grid.case(action, grid.column(action, variant));
        let around = record.around(self.people.tree(), &self.policy().org);
        let nowhere = self.anybody(Entry::NOBODY);
        // Only the owner has the relation `own`, and an unknown user owns nothing.
        let from_anywhere = self.people.relation_to_target(record, &nowhere.position);
        let work = |sources: &[Source]| sources.iter().map(|source| self.people.work_of(source)).sum::<usize>();
        let near = work(&around);
        let mut best: Option<(usize, Vec<Source>)> = None;
        for needed in self.schema().needed(action) {
            let (rules, case) = (self.schema().action(needed), Case { action: needed, ..asked });
            let far = self.sources_of(case, |level, measure| {
                Cell::of(level, rules).admits(from_anywhere)
                    || matches!(measure, Some(Measure::Listed(place)) if self.reaches_from(place, level, record))
            });
            let any = self.sources_of(case, |level, _| level != Level::Deny);
            for (work, sources) in [(near + work(&far), [&around[..], &far].concat()), (work(&any), any)] {
                if best.as_ref().is_none_or(|(least, _)| work < *least) {
                    best = Some((work, sources));
                }
            }
        }
        let sources = best.map_or_else(Vec::new, |(_, sources)| sources);
        Box::new(sources.into_iter().flat_map(|source| self.people.entries_of(&source)))
    }
}

impl Snapshot {
    /// Whether a level that is measured from these departments reaches a record.
    fn reaches_from(&self, place: &[DepartmentId], level: Level, record: &Target) -> bool {
        let departments = place.iter().filter_map(|id| self.policy().org.department(id));
        let ranges = departments.map(|department| match self.people.below(department) {
            below if level.includes(Level::DepartmentSub) => below,
            below => Below { count: 1, ..below },
        });
        level.includes(Level::Department) && ranges.into_iter().any(|range| record.is_within(&[range]))
    }
}

impl WhoCan<'_> {
    fn may(&self, asker: Asker<'_>) -> bool {
        let people = &self.snapshot.people;
        let relation = people.relation_to_target(&self.record, &asker.position);
        asker.row.admits(self.at, relation, |zone| self.record.is_within(zone.ranges()))
    }

    /// The next named user who may.
    fn next_named(&mut self) -> Option<UserSlot> {
        while let Some(user) = self.named.get(self.next_named).copied() {
            self.next_named += 1;
            if self.may(self.snapshot.asker_at(user)) {
                return Some(user);
            }
        }
        None
    }

    /// The next entry whose users may, named ones aside.
    fn next_entry(&mut self) -> Option<(Entry, Option<usize>)> {
        loop {
            let (entry, count) = self.entries.next()?;
            if self.seen.insert(entry) && self.may(self.snapshot.anybody(entry)) {
                return Some((entry, count));
            }
        }
    }

    fn next_user(&mut self) -> Option<UserSlot> {
        if let Some(user) = self.next_named() {
            return Some(user);
        }
        loop {
            if let Some(user) = self.current.find(|user| self.named.binary_search(user).is_err()) {
                return Some(user);
            }
            let (entry, _) = self.next_entry()?;
            self.current = Box::new(self.snapshot.people.users_of(entry));
        }
    }
}

impl<'s> Iterator for WhoCan<'s> {
    type Item = &'s UserId;

    fn next(&mut self) -> Option<&'s UserId> {
        let user = self.next_user()?;
        self.snapshot.id(&self.snapshot.asker_at(user))
    }

    /// Linear in the entries of those who may, not in their number.
    fn count(mut self) -> usize {
        let mut count = std::iter::from_fn(|| self.next_named()).count();
        count += self.current.by_ref().filter(|user| self.named.binary_search(user).is_err()).count();
        let mut apart: HashMap<Entry, usize> = HashMap::new();
        for user in &self.named {
            *apart.entry(self.snapshot.people.entry(*user)).or_default() += 1;
        }
        while let Some((entry, known)) = self.next_entry() {
            let all = known.unwrap_or_else(|| self.snapshot.people.count_of(entry));
            count += all - apart.get(&entry).copied().unwrap_or_default();
        }
        count
    }
}

impl Debug for WhoCan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WhoCan").field("named", &self.named.len()).finish_non_exhaustive()
    }
}
