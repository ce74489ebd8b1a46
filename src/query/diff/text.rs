//! The text of a difference.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Display};

use crate::policy::org::{Org, User};
use crate::query::diff::{Diff, DiffGroup, RightChange};
use crate::query::names::{Names, listed};
use crate::query::what::InPlace;
use crate::snapshot::Snapshot;
use crate::snapshot::people::Entry;
use crate::vocabulary::id::{DepartmentId, UserId, VariantId};
use crate::vocabulary::index::DepartmentSlot;
use crate::vocabulary::level::{Grant, Level};

/// The most people that are listed by name.
const BY_NAME: usize = 3;
/// The most departments that are each named, each counted, or searched for a common department above.
const NAMED: usize = 2;
const COUNTED: usize = 3;
const COMPARED: usize = 64;

/// Writes a line for each group that has one run of changes. For other groups, writes the people, then a line for each
/// run. Writes nothing if there is no difference.
impl Display for Diff<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (g, group) in self.groups().enumerate() {
            let line_break = if g > 0 { "\n" } else { "" };
            write!(f, "{line_break}{group}")?;
        }
        Ok(())
    }
}

impl Display for DiffGroup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.people())?;
        let runs: Vec<&[RightChange]> = self.runs().collect();
        match runs[..] {
            [run] => write!(f, " {}", self.told(run)),
            _ => runs.into_iter().try_for_each(|run| write!(f, "\n  {}", self.told(run))),
        }
    }
}

impl Display for RightChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Run { changes: std::slice::from_ref(self), held: None }.fmt(f)
    }
}

/// Changes that differ only in the action of one resource type.
struct Run<'a> {
    changes: &'a [RightChange],
    /// The rights before and after as text, with their places, if these are the same for all users and changes.
    held: Option<[String; 2]>,
}

impl Display for Run<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, others @ ..] = self.changes else { return Ok(()) };
        let RightChange { permission, before, after, gains, loses, .. } = first;
        let held = || first.held().map(|(grant, in_places)| Held { grant, in_places }.to_string());
        let [old, new] = self.held.clone().unwrap_or_else(held);
        let is_alike = first.held()[0] == first.held()[1];
        f.write_str(permission)?;
        for other in others {
            write!(f, ", {}", other.permission.split_once('.').map_or("", |(_, action)| action))?;
        }
        if !first.variants.is_empty() {
            write!(f, " [{}]", first.variants.join(", "))?;
        }
        if old == new {
            let which = match (gains, loses) {
                (true, false) => "more",
                (false, true) => "fewer",
                _ => "other",
            };
            return write!(f, " {old}, which reaches {which} records");
        }
        write!(f, " {old} → {new}")?;
        // What a reader expects from the two levels alone.
        let (before, after) = (parts(*before), parts(*after));
        let [(_, before_places), (_, after_places)] = first.held();
        let expected = (
            !before.includes(after) || (after_places && !before_places),
            !after.includes(before) || (before_places && !after_places),
        );
        f.write_str(match (*gains, *loses) {
            found if found == expected => "",
            (true, false) => ", which reaches more records",
            (false, _) => ", which reaches fewer records",
            (true, true) if is_alike => "",
            (true, true) if expected.0 => ", and no longer reaches some records",
            (true, true) => ", and reaches some others",
        })
    }
}

/// A grant, and whether assignments with a place add to it: `own and in places`.
struct Held {
    grant: Grant,
    in_places: bool,
}

impl Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.grant, self.in_places) {
            (grant, false) => write!(f, "{grant}"),
            (Grant::DENY, true) => f.write_str("in places"),
            (grant, true) => write!(f, "{grant} and in places"),
        }
    }
}

fn parts(grant: Grant) -> Level {
    match grant {
        Grant::Level(level) => level,
        Grant::Allow => Level::All,
    }
}

impl DiffGroup<'_> {
    /// Changes of the group, with the places of few people.
    fn told<'a>(&self, changes: &'a [RightChange]) -> Run<'a> {
        let has_places = |change: &RightChange| change.before_in_places || change.after_in_places;
        let is_told = self.count() <= BY_NAME && changes.iter().any(has_places);
        let users = if is_told { self.users() } else { Vec::new() };
        let of = |user, change: &RightChange| {
            [self.diff.before, self.diff.after].map(|snapshot| self.held(snapshot, user, change))
        };
        let mut all = users.iter().flat_map(|user| changes.iter().map(move |change| of(*user, change)));
        let first = all.next();
        Run { changes, held: first.filter(|first| all.all(|other| other == *first)) }
    }

    /// A right of a user in a state, as text: `own and department in Sales, Support`.
    fn held(&self, snapshot: &Snapshot, user: &UserId, change: &RightChange) -> String {
        let (principal, schema) = (snapshot.principal(user), snapshot.schema());
        let grid = &snapshot.rights.grid;
        let case = schema
            .action_named(&change.permission)
            .map(|action| grid.case(action, grid.column(action, change.value.as_ref().map(VariantId::borrowed))));
        let held = case.filter(|case| principal.may_reach(*case)).map(|case| {
            let in_place = |place: InPlace| {
                let departments: Vec<String> = place.departments.iter().map(|id| self.department(id)).collect();
                format!("{} in {}", place.level, departments.join(", "))
            };
            let (level, places) = principal.held(case);
            let grant = Some(level).filter(|level| *level != Level::Deny || places.is_empty());
            let grant = grant.map(|level| schema.grant_of(case.action, level).to_string());
            grant.into_iter().chain(places.into_iter().map(in_place)).collect::<Vec<_>>().join(" and ")
        });
        held.unwrap_or_else(|| Grant::DENY.to_string())
    }

    /// The state that knows a user: the one after, unless the user was removed.
    fn knowing(&self, user: &UserId) -> &Snapshot {
        let (before, after) = (self.diff.before, self.diff.after);
        if after.policy().org.users().contains_key(user) { after } else { before }
    }

    /// The people of the group: by name if they are few, otherwise their number in each department.
    fn people(&self) -> String {
        if self.count() <= BY_NAME {
            let names = self.states();
            return listed(&self.users().into_iter().map(|user| names.user(user)).collect::<Vec<_>>());
        }
        let mut at: BTreeMap<DepartmentId, usize> = self.by_department();
        let homeless = self.count() - at.values().sum::<usize>();
        let nowhere = match (homeless, at.is_empty()) {
            (0, _) => String::new(),
            (_, true) => return format!("{homeless} people of no department"),
            (_, false) => format!(", and {homeless} of no department"),
        };
        let housed = self.count() - homeless;
        let people = if housed == 1 { "1 person".to_owned() } else { format!("{housed} people") };
        if at.len() <= NAMED {
            let names: Vec<String> = at.keys().map(|id| self.department(id)).collect();
            return format!("{people} of {}{nowhere}", listed(&names));
        }
        if let Some(common) = self.above_all(&at) {
            return format!("{people} of {} and below{nowhere}", self.department(&common));
        }
        let mut largest: Vec<(&DepartmentId, &usize)> = at.iter().collect();
        largest.sort_by_key(|(_, count)| Reverse(**count));
        largest.truncate(COUNTED);
        let mut told: Vec<String> =
            largest.iter().map(|(id, count)| format!("{count} of {}", self.department(id))).collect();
        let named: Vec<DepartmentId> = largest.into_iter().map(|(id, _)| id.clone()).collect();
        at.retain(|id, _| !named.contains(id));
        match at.len() {
            0 => {}
            1 => told.extend(at.iter().map(|(id, count)| format!("{count} of {}", self.department(id)))),
            more => told.push(format!("{} of {more} other departments", at.values().sum::<usize>())),
        }
        format!("{people} ({}){nowhere}", listed(&told))
    }

    /// The two states, in one of which everybody here is known.
    fn states(&self) -> Names<'_> {
        Names([self.diff.after.policy(), self.diff.before.policy()])
    }

    fn department(&self, id: &DepartmentId) -> String {
        self.states().department(id)
    }

    /// The number of people in each department. A person in several departments is counted once, in the one with the
    /// lowest id.
    fn by_department(&self) -> BTreeMap<DepartmentId, usize> {
        let after = self.diff.after;
        let mut at: BTreeMap<DepartmentId, usize> = BTreeMap::new();
        let mut count = |org: &Org, departments: &mut dyn Iterator<Item = DepartmentSlot>, people: usize| {
            if let Some(first) = departments.map(|department| org.department_id(department)).min() {
                *at.entry(first.clone()).or_default() += people;
            }
        };
        let mut apart: HashMap<Entry, usize> = HashMap::new();
        for user in &self.found.apart {
            if let Some(slot) = after.people.slot_of(user.borrowed()) {
                *apart.entry(after.people.entry(slot)).or_default() += 1;
            }
        }
        for entry in &self.found.entries {
            let people = after.people.count_of(*entry).saturating_sub(apart.get(entry).copied().unwrap_or_default());
            if people > 0 {
                count(&after.policy().org, &mut after.people.anchors(*entry), people);
            }
        }
        for user in &self.found.users {
            let org = &self.knowing(user).policy().org;
            count(org, &mut org.users().get(user).into_iter().flat_map(User::anchors), 1);
        }
        at
    }

    /// The lowest department that is above all of these, or is one of them.
    fn above_all(&self, at: &BTreeMap<DepartmentId, usize>) -> Option<DepartmentId> {
        if at.len() > COMPARED {
            return None;
        }
        let org = &self.diff.after.policy().org;
        let mut common: Option<Vec<DepartmentSlot>> = None;
        for id in at.keys() {
            let upwards: Vec<DepartmentSlot> = org.with_those_above(org.department(id)?).collect();
            common = Some(match common {
                None => upwards,
                Some(known) => known.into_iter().filter(|department| upwards.contains(department)).collect(),
            });
        }
        common?.first().map(|department| org.department_id(*department).clone())
    }
}
