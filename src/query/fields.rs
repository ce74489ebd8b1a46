//! Fields of a record that a user may read, or write.

use std::fmt::{self, Debug};

use foldhash::fast::RandomState;
use indexmap::IndexSet;
use serde::Serialize;
use smallvec::SmallVec;
use thiserror::Error;

use crate::policy::schema::field::Field;
use crate::policy::validate::names;
use crate::query::principal::Principal;
use crate::vocabulary::facts::Record;
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::permission::Permission;

/// The fields of one record that one user may read, or write.
///
/// [`Principal::readable`] and [`Principal::writable`] make it. The schema declares fields that actions of their own give
/// access to. All others are as readable, or as writable, as the record. If the permission is of another schema, no field is
/// declared and none is allowed.
///
/// ```
/// # use orgscope::document::{Action, Document, Field, ResourceType, Role, Section, User};
/// # use orgscope::{Facts, Level, Policy, Resource, Snapshot, Subject};
/// use serde::Serialize;
///
/// #[derive(Serialize)]
/// struct Deal { title: &'static str, amount: i64, #[serde(skip)] owner: &'static str }
/// # impl Resource for Deal {
/// #     const TYPE: &'static str = "deal";
/// #     fn facts(&self) -> Facts<'_> { Facts::owned_by(self.owner) }
/// # }
///
/// let deal = ResourceType::new("deal").action(Action::new("read").floor(Level::All))
///     .action(Action::new("read_amount").requires("read"))
///     .action(Action::new("update").requires("read").floor(Level::All)).action(Action::new("edit_amount").requires("update"))
///     .field("amount", Field::read_by("read_amount").and_written_by("edit_amount"));
/// let document = Document::new().section(Section::new("crm").resource(deal))
///     .user(User::new("ann")).user(User::new("bob"))
///     .role(Role::new("seller", "crm", "Seller").grant("deal.read_amount", Level::Own).assigned_to(Subject::Everyone));
/// let snapshot = Snapshot::compile(&Policy::from_document(document)?);
/// let (read, update) = (snapshot.schema().permission("read")?, snapshot.schema().permission("update")?);
/// let deal = Deal { title: "A yacht", amount: 90_000, owner: "ann" };
///
/// // In a response.
/// let json = |user: &str| serde_json::to_string(&snapshot.principal(user).readable(read, &deal).show(&deal));
/// assert_eq!(json("ann")?, r#"{"title":"A yacht","amount":90000}"#);
/// assert_eq!(json("bob")?, r#"{"title":"A yacht"}"#);
///
/// // In an update, by the keys of its body.
/// let refused = snapshot.principal("ann").writable(update, &deal).require(["title", "amount"]).unwrap_err();
/// assert_eq!(refused.to_string(), "access is denied to the field `amount` of this `deal`: leave it out");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Fields<'s> {
    /// The type of the record; `None` for a permission of another schema.
    resource: Option<&'s str>,
    declared: &'s [Field],
    /// The declared fields that are allowed: a bit for each, in their order.
    allowed: SmallVec<[u64; 2]>,
    /// Whether the record is, and with it what is not declared.
    others: bool,
}

/// The error for fields that a user may not access.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Error, Serialize)]
#[error("access is denied to the {} of this `{resource}`: leave {} out", listed(.fields), it_or_them(.fields))]
#[non_exhaustive]
pub struct DeniedFields {
    /// The type of the record; `record` if the permission is of another schema.
    pub resource: String,
    /// The names of the fields.
    pub fields: Vec<String>,
}

fn listed(fields: &[String]) -> String {
    format!("{} {}", if fields.len() == 1 { "field" } else { "fields" }, names(fields.iter().map(String::as_str)))
}

fn it_or_them(fields: &[String]) -> &'static str {
    if fields.len() == 1 { "it" } else { "them" }
}

impl<'s> Principal<'s> {
    /// The fields of a record that this user may read, where `read` is what the application asks about the record itself: to
    /// read it, or for example to export it.
    ///
    /// It takes one check, and a few instructions more for each field that the schema declares. It allocates nothing for a
    /// type of up to 128 fields.
    pub fn readable<R: Record>(&self, read: Permission<R>, record: &R) -> Fields<'s> {
        self.fields(read, record, |field| field.read)
    }

    /// The fields of a record that this user may write, where `update` is what the application asks about the record itself:
    /// to update it, or to add it as proposed.
    ///
    /// It is about the record as it is given. An update that moves it to another owner or variant too is asked about twice, as
    /// [`may_move`](Self::may_move) does: on the record as it is, and as it will be.
    ///
    /// It costs the same as [`readable`](Self::readable).
    pub fn writable<R: Record>(&self, update: Permission<R>, record: &R) -> Fields<'s> {
        self.fields(update, record, |field| field.write)
    }

    fn fields<R: Record>(
        &self,
        asked: Permission<R>,
        record: &R,
        named: impl Fn(&Field) -> Option<ActionIndex>,
    ) -> Fields<'s> {
        let resource = self.resource_type(asked.action, asked.schema);
        let others = self.check(asked, record).is_allow();
        let declared = match resource {
            Some(_) => &self.snapshot.schema().resource_of(asked.action).fields[..],
            None => &[],
        };
        let allowed = SmallVec::from_elem(0, declared.len().div_ceil(BITS));
        let mut fields = Fields { resource, declared, allowed, others };
        let is_this_type = |resource| record.dynamic_type().is_none_or(|found| found == resource);
        // A toggle has no record, and so no fields.
        if !R::HAS_FACTS || !resource.is_some_and(is_this_type) {
            return fields;
        }
        record.with_facts(|facts| {
            let admits = self.admits_by(asked.action, facts);
            for (nth, field) in declared.iter().enumerate() {
                let allowed = named(field).map_or(others, &admits);
                fields.allowed[nth / BITS] |= u64::from(allowed) << (nth % BITS);
            }
        });
        fields
    }
}

/// The bits of a word.
const BITS: usize = u64::BITS as usize;

impl<'s> Fields<'s> {
    /// Whether the user may access the field of this name, compared exactly. One that the schema does not declare follows the
    /// record.
    ///
    /// Linear in the fields that the schema declares.
    pub fn allows(&self, name: &str) -> bool {
        match self.declared.iter().position(|field| field.name == name) {
            Some(nth) => self.has(nth),
            None => self.others,
        }
    }

    /// The names of those fields that the schema declares and the user may access, in the order of the document.
    pub fn allowed(&self) -> impl Iterator<Item = &'s str> + use<'s, '_> {
        self.each().filter(|(_, allowed)| *allowed).map(|(name, _)| name)
    }

    /// The names of those fields that the schema declares and the user may not access, in the order of the document.
    pub fn denied(&self) -> impl Iterator<Item = &'s str> + use<'s, '_> {
        self.each().filter(|(_, allowed)| !*allowed).map(|(name, _)| name)
    }

    /// Refuses an update, by the names of what it sets, unless the user may access all of these.
    ///
    /// Names are compared exactly, and one that is not declared follows the record. So read the update into a type that knows
    /// its fields, and name columns from there: a database may find `AMOUNT` where this finds nothing.
    ///
    /// # Errors
    ///
    /// When the user may not access one of the fields. The error names each of these once.
    pub fn require<Name: AsRef<str>>(&self, names: impl IntoIterator<Item = Name>) -> Result<(), DeniedFields> {
        let denied = names.into_iter().filter(|name| !self.allows(name.as_ref()));
        let fields: IndexSet<String, RandomState> = denied.map(|name| name.as_ref().to_owned()).collect();
        if fields.is_empty() {
            return Ok(());
        }
        let resource = self.resource.unwrap_or("record").to_owned();
        Err(DeniedFields { resource, fields: fields.into_iter().collect() })
    }

    fn each(&self) -> impl Iterator<Item = (&'s str, bool)> + use<'s, '_> {
        let declared = self.declared;
        declared.iter().enumerate().map(|(nth, field)| (field.name.as_str(), self.has(nth)))
    }

    fn has(&self, nth: usize) -> bool {
        self.allowed.get(nth / BITS).is_some_and(|bits| bits >> (nth % BITS) & 1 == 1)
    }
}

impl Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fields")
            .field("allowed", &self.allowed().collect::<Vec<_>>())
            .field("denied", &self.denied().collect::<Vec<_>>())
            .field("others", &self.others)
            .finish()
    }
}
