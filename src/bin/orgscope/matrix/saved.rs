//! A matrix as JSON, which a team can commit, and what has changed since.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::marker::PhantomData;

use orgscope::UserId;
use orgscope::document::Format;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::cell::Cell;

/// The cells other than `deny`, by permission.
pub(super) type Cells = Entries<Cell>;
/// Something for each section, by its name.
pub(super) type Sections<T> = Entries<T>;

/// A matrix: that of the roles, or that of one user.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a matrix as an object")]
pub(super) struct Saved {
    format: Format,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<UserId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    grants: Option<Sections<Cells>>,
    /// By section and role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    roles: Option<Sections<Entries<Cells>>>,
}

impl Saved {
    pub(super) fn of_roles(roles: Sections<Entries<Cells>>) -> Self {
        Self { roles: Some(roles), ..Self::default() }
    }

    pub(super) fn of_user(user: &UserId, grants: Sections<Cells>) -> Self {
        Self { user: Some(user.clone()), grants: Some(grants), ..Self::default() }
    }

    /// The matrix as JSON, with each cell on a line of its own.
    pub(super) fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("INVARIANT: all keys are text")
    }

    /// What has changed since an earlier matrix, one line each: roles that came or went, and cells that differ.
    ///
    /// `known` are the permissions of the schema, in its order.
    ///
    /// # Errors
    ///
    /// When the other is the matrix of something else.
    pub(super) fn changes_since(&self, before: &Self, known: &[String]) -> Result<Vec<String>, String> {
        let mut changes = Changes {
            place: known.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect(),
            lines: Vec::new(),
        };
        let Self { user, grants, roles, .. } = before;
        match (user, grants, roles) {
            (None, None, Some(before)) => match &self.roles {
                Some(now) => changes.of_roles(before, now),
                None => return Err("this is the matrix of the roles: compare it without `--user`".to_owned()),
            },
            (Some(of), Some(before), None) => match (&self.user, &self.grants) {
                (Some(user), Some(now)) if user == of => {
                    for (section, before, now) in both(Some(before), Some(now)) {
                        changes.of_cells(&format!("{section}: user `{user}`"), before, now);
                    }
                }
                (Some(user), _) => {
                    return Err(format!("this is the matrix of user `{of}`, and not of user `{user}`"));
                }
                (None, _) => return Err(format!("this is the matrix of user `{of}`: compare it by `--user {of}`")),
            },
            _ => return Err("expected either `roles`, or `user` and `grants`, as `--json` prints them".to_owned()),
        }
        Ok(changes.lines)
    }
}

/// Changes, as they are found.
struct Changes<'a> {
    /// The place of each permission in the schema.
    place: HashMap<&'a str, usize>,
    lines: Vec<String>,
}

impl Changes<'_> {
    fn of_roles(&mut self, before: &Sections<Entries<Cells>>, now: &Sections<Entries<Cells>>) {
        for (section, before, now) in both(Some(before), Some(now)) {
            for (role, before, now) in both(before, now) {
                let role = format!("{section}: role `{role}`");
                match (before, now) {
                    (None, Some(_)) => self.lines.push(format!("{role} is new")),
                    (Some(_), None) => self.lines.push(format!("{role} is gone")),
                    _ => {}
                }
                self.of_cells(&role, before, now);
            }
        }
    }

    fn of_cells(&mut self, of: &str, before: Option<&Cells>, now: Option<&Cells>) {
        let mut cells = both(before, now);
        cells.sort_by_key(|(permission, ..)| self.place.get(permission).copied().unwrap_or(usize::MAX));
        for (permission, before, now) in cells {
            let [before, now] = [before, now].map(|cell| cell.unwrap_or(Cell::NOTHING));
            if before == now {
                continue;
            }
            let is_known = self.place.contains_key(permission);
            let now = if is_known { format!("is `{now}`") } else { "the permission is gone".to_owned() };
            self.lines.push(format!("{of}, `{permission}`: was `{before}`, {now}"));
        }
    }
}

/// The entries of two lists by key: all of the second in its order, and then what only the first has.
fn both<'a, T>(
    before: Option<&'a Entries<T>>,
    now: Option<&'a Entries<T>>,
) -> Vec<(&'a str, Option<&'a T>, Option<&'a T>)> {
    let entries = |entries: Option<&'a Entries<T>>| entries.map_or(&[][..], |entries| &entries.0);
    let old: HashMap<&str, &T> = entries(before).iter().map(|(key, value)| (key.as_str(), value)).collect();
    let new: BTreeSet<&str> = entries(now).iter().map(|(key, _)| key.as_str()).collect();
    let present = entries(now).iter().map(|(key, value)| (key.as_str(), old.get(key.as_str()).copied(), Some(value)));
    let gone = entries(before).iter().filter(|(key, _)| !new.contains(key.as_str()));
    present.chain(gone.map(|(key, value)| (key.as_str(), Some(value), None))).collect()
}

/// An object whose keys keep their order. A key twice is an error.
#[derive(Debug)]
pub(super) struct Entries<T>(Vec<(String, T)>);

impl<T> FromIterator<(String, T)> for Entries<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<T: Serialize> Serialize for Entries<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for EntriesVisitor<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Entries<T>, A::Error> {
                let (mut entries, mut seen) = (Vec::new(), BTreeSet::new());
                while let Some(key) = object.next_key::<String>()? {
                    if !seen.insert(key.clone()) {
                        return Err(A::Error::custom(format_args!("duplicate field `{key}`")));
                    }
                    entries.push((key, object.next_value()?));
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}
