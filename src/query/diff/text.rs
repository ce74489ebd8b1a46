//! A difference as a person reads it.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use crate::policy::org::User;
use crate::query::diff::{Diff, DiffGroup, RightChange};
use crate::query::names::{department_name, listed, user_name};
use crate::snapshot::{DepartmentSlot, department};
use crate::vocabulary::id::DepartmentId;

/// Up to how many people are called by their names.
const BY_NAME: usize = 3;

/// A line for each group for which one right changes; for the others the people, then a line for each right. Nothing, if
/// there is no difference.
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
        match self.changes() {
            [change] => write!(f, " {change}"),
            changes => changes.iter().try_for_each(|change| write!(f, "\n  {change}")),
        }
    }
}

impl Display for RightChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { permission, before, after, gains, loses } = self;
        if before != after {
            return write!(f, "{permission} {before} → {after}");
        }
        let which = match (gains, loses) {
            (true, false) => "more",
            (false, true) => "fewer",
            _ => "other",
        };
        write!(f, "{permission} {before}, which reaches {which} records")
    }
}

impl DiffGroup<'_> {
    /// Who they are: by name if they are few, else how many of which departments.
    fn people(&self) -> String {
        let (before, after) = (self.diff.before, self.diff.after);
        if self.count() <= BY_NAME {
            let name = |id| {
                let known = [after, before].into_iter().find(|snapshot| snapshot.policy().org.users().contains_key(id));
                user_name(known.unwrap_or(after).policy(), id)
            };
            let names: Vec<String> = self.users().into_iter().map(name).collect();
            return listed(&names);
        }
        let mut departments: BTreeSet<&DepartmentId> = BTreeSet::new();
        let ids = |snapshot: &'_ crate::snapshot::Snapshot, slots: Vec<DepartmentSlot>| {
            slots
                .into_iter()
                .map(|slot| snapshot.policy().org.department_id(department(slot)).clone())
                .collect::<Vec<_>>()
        };
        let mut owned: Vec<DepartmentId> = Vec::new();
        for entry in &self.found.entries {
            owned.extend(ids(after, after.anchors(*entry)));
        }
        for user in &self.found.users {
            let snapshot = [after, before].into_iter().find(|snapshot| snapshot.slot_of(user.borrowed()).is_some());
            let org = &snapshot.unwrap_or(after).policy().org;
            let anchors = org.users().get(user).into_iter().flat_map(User::anchors);
            owned.extend(anchors.map(|department| org.department_id(department).clone()));
        }
        departments.extend(&owned);
        let name = |id: &&DepartmentId| {
            let known = [after, before].into_iter().find(|snapshot| snapshot.policy().org.department(id).is_some());
            department_name(known.unwrap_or(after).policy(), id)
        };
        let count = self.count();
        match departments.len() {
            0 => format!("{count} people of no department"),
            1 | 2 => {
                let names: Vec<String> = departments.iter().map(name).collect();
                format!("{count} people of {}", listed(&names))
            }
            many => format!("{count} people of {many} departments"),
        }
    }
}
