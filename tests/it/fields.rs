//! Fields: which of a record a user may read and write, in a response, in an update, and beside what is asked of the record.

use std::collections::BTreeMap;

use orgscope::document::{Action, Department, Document, Field, ResourceType, Role, Section, User};
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::{AnyRecord, Facts, Fields, Level, Permission, Policy, Snapshot, Subject};
use orgscope_testing::random::{world, worlds};
use orgscope_testing::square::permissions;
use proptest::prelude::*;
use serde::Serialize;
use serde::ser::SerializeStruct;

/// Ann and Bo in Sales: all read deals, and the amount of those of their department; each changes their own, and none of won
/// ones the amount.
fn snapshot() -> Snapshot {
    let deal = ResourceType::new("deal")
        .variant("open")
        .variant("won")
        .action(Action::new("read"))
        .action(Action::new("read_amount").requires("read"))
        .action(Action::new("update").requires("read"))
        .action(Action::new("edit_amount").requires("update"))
        .field("amount", Field::read_by("read_amount").and_written_by("edit_amount"))
        .field("source", Field::written_by("edit_amount"))
        .field("margin", Field::read_by("read_amount"));
    let role = Role::new("seller", "crm", "Seller")
        .grant("deal.read", Level::All)
        .grant("deal.read_amount", Level::Department)
        .grant("deal.update", Level::Own)
        .grant("deal.edit_amount", Level::Own)
        .grant_variant("deal.edit_amount", "won", Level::Deny);
    let document = Document::new()
        .section(Section::new("crm").resource(deal))
        .department(Department::new("sales"))
        .user(User::new("ann").member_of("sales"))
        .user(User::new("bo").member_of("sales"))
        .user(User::new("eve"))
        .role(role.assigned_to(Subject::Everyone));
    Snapshot::compile(&Policy::from_document(document).unwrap())
}

fn deal(owner: &str) -> AnyRecord<'_> {
    AnyRecord::new("deal", Facts::owned_by(owner).variant("open"))
}

/// The declared fields that a user may read, and those that they may write.
fn of<'s>(snapshot: &'s Snapshot, user: &str, record: &AnyRecord<'_>) -> [Vec<&'s str>; 2] {
    let permission = |name| snapshot.schema().permission_named(name).unwrap();
    let principal = snapshot.principal(user);
    let readable = principal.readable(permission("deal.read"), record);
    let writable = principal.writable(permission("deal.update"), record);
    [readable.allowed().collect(), writable.allowed().collect()]
}

#[test]
fn a_field_follows_its_action_or_the_record() {
    let snapshot = snapshot();
    assert_eq!(
        of(&snapshot, "ann", &deal("ann")),
        [vec!["amount", "source", "margin"], vec!["amount", "source", "margin"]]
    );
    // Not hers: she reads it, and changes nothing.
    assert_eq!(of(&snapshot, "ann", &deal("bo")), [vec!["amount", "source", "margin"], vec![]]);
    // Of nobody in her department.
    assert_eq!(of(&snapshot, "eve", &deal("bo")), [vec!["source"], vec![]]);
    // Won: what names no action to write it follows the record.
    let won = AnyRecord::new("deal", Facts::owned_by("ann").variant("won"));
    assert_eq!(of(&snapshot, "ann", &won), [vec!["amount", "source", "margin"], vec!["margin"]]);
    // A stranger, and a record of another type.
    assert_eq!(of(&snapshot, "zoe", &deal("ann")), [vec![], vec![]] as [Vec<&str>; 2]);
    assert_eq!(
        of(&snapshot, "ann", &AnyRecord::new("lead", Facts::owned_by("ann"))),
        [vec![], vec![]] as [Vec<&str>; 2]
    );
}

#[test]
fn a_field_that_is_not_declared_follows_the_record() {
    let snapshot = snapshot();
    let read = snapshot.schema().permission_named("deal.read").unwrap();
    let of = |user: &str| snapshot.principal(user).readable(read, &deal("bo"));
    assert!(of("eve").allows("title") && !of("eve").allows("amount"));
    assert!(!of("zoe").allows("title") && !of("zoe").allows("source"));
    assert_eq!(of("eve").denied().collect::<Vec<_>>(), ["amount", "margin"]);
}

#[test]
fn a_token_of_another_schema_gives_nothing() {
    let (snapshot, other) = (
        snapshot(),
        Document::new().section(
            Section::new("crm").resource(
                ResourceType::new("deal")
                    .action(Action::new("read").floor(Level::All))
                    .action(Action::new("see"))
                    .field("amount", Field::read_by("read")),
            ),
        ),
    );
    let other = Policy::from_document(other).unwrap();
    let read = other.schema().permission_named("deal.read").unwrap();
    let fields = snapshot.principal("ann").readable(read, &deal("ann"));
    assert!(!fields.allows("title") && fields.allowed().next().is_none());
    let refused = fields.require(["title"]).unwrap_err();
    assert_eq!(refused.to_string(), "access is denied to the field `title` of this `record`: leave it out");
    assert_eq!(
        snapshot.schema().permission_to_read("amount", read).unwrap_err().to_string(),
        "the permission of the record that the field `amount` is of was looked up in another schema: look it up again"
    );
}

#[test]
fn an_update_is_refused_by_the_names_of_all_fields() {
    let snapshot = snapshot();
    let update = snapshot.schema().permission_named("deal.update").unwrap();
    let won = AnyRecord::new("deal", Facts::owned_by("ann").variant("won"));
    let fields = snapshot.principal("ann").writable(update, &won);
    assert_eq!(fields.require(["title", "margin"]), Ok(()));
    assert_eq!(fields.require([] as [&str; 0]), Ok(()));
    let refused = fields.require(["source", "title", "amount", "source"]).unwrap_err();
    assert_eq!(refused.to_string(), "access is denied to the fields `source`, `amount` of this `deal`: leave them out");
    assert_eq!(serde_json::to_string(&refused).unwrap(), r#"{"resource":"deal","fields":["source","amount"]}"#);
    // Of many names the message tells the first.
    let many: Vec<String> = (0..1000).map(|nth| format!("{nth}")).collect();
    let refused = snapshot.principal("zoe").writable(update, &won).require(&many).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "access is denied to the fields `0`, `1`, `2`, `3`, `4`, `5`, `6`, `7`, `8`, `9`, `10`, `11` and 988 more of this \
         `deal`: leave them out"
    );
}

#[test]
fn fields_are_looked_up_by_name() {
    let snapshot = snapshot();
    let schema = snapshot.schema();
    let permission = |name| schema.permission_named(name).unwrap();
    let (read, update) = (permission("deal.read"), permission("deal.update"));
    assert_eq!(schema.permission_to_read("amount", read), Ok(permission("deal.read_amount")));
    assert_eq!(schema.permission_to_read("source", read), Ok(read));
    assert_eq!(schema.permission_to_write("source", update), Ok(permission("deal.edit_amount")));
    assert_eq!(schema.permission_to_write("margin", update), Ok(update));
    let unknown = schema.permission_to_write("Amount", update).unwrap_err();
    assert_eq!(unknown.name(), "Amount");
    assert_eq!(unknown.to_string(), "`deal` has no field `Amount`: its fields are `amount`, `source`, `margin`");

    let plain = ResourceType::new("note").action(Action::new("read"));
    let policy = Policy::from_document(Document::new().section(Section::new("crm").resource(plain))).unwrap();
    let read = policy.schema().permission_named("note.read").unwrap();
    assert_eq!(
        policy.schema().permission_to_read("amount", read).unwrap_err().to_string(),
        "`note` has no fields: list them in its type, under `fields`"
    );
}

/// A type with 300 fields: more than fit into the numbers that are kept without allocation.
#[test]
fn a_type_may_have_many_fields() {
    let mut deal = ResourceType::new("deal").action(Action::new("read").floor(Level::All)).action(Action::new("see"));
    for nth in 0..300 {
        let by = if nth % 7 == 3 { "see" } else { "read" };
        deal = deal.field(format!("f{nth}"), Field::read_by(by));
    }
    let document = Document::new().section(Section::new("crm").resource(deal)).user(User::new("ann"));
    let snapshot = Snapshot::compile(&Policy::from_document(document).unwrap());
    let read = snapshot.schema().permission_named("deal.read").unwrap();
    let fields = snapshot.principal("ann").readable(read, &deal_of("ann"));
    let denied: Vec<String> = (0..300).filter(|nth| nth % 7 == 3).map(|nth| format!("f{nth}")).collect();
    assert_eq!(fields.denied().collect::<Vec<_>>(), denied);
    assert_eq!(fields.allowed().count(), 300 - denied.len());
    assert!(fields.allows("f299") && !fields.allows("f297"));
}

fn deal_of(owner: &str) -> AnyRecord<'_> {
    AnyRecord::new("deal", Facts::owned_by(owner))
}

/// The JSON of a record that Eve may read, and whose amount and margin she may not.
fn shown(record: &(impl Serialize + ?Sized)) -> Result<String, String> {
    let snapshot = snapshot();
    let read = snapshot.schema().permission_named("deal.read").unwrap();
    let fields = snapshot.principal("eve").readable(read, &deal("bo"));
    serde_json::to_string(&fields.show(record)).map_err(|error| error.to_string())
}

#[derive(Serialize)]
struct Deal {
    title: &'static str,
    amount: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    margin: Option<i64>,
    line: Line,
    #[serde(flatten)]
    more: BTreeMap<&'static str, i64>,
}

#[derive(Serialize)]
struct Line {
    amount: i64,
}

#[derive(Serialize)]
struct Row<'a> {
    amount: i64,
    title: &'a str,
}

#[derive(Serialize)]
struct Wrapped<'a>(Row<'a>);

#[derive(Serialize)]
enum Either<'a> {
    Row(Row<'a>),
    Fields { amount: i64 },
    Pair(i64, i64),
    Nothing,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Tagged {
    Deal { amount: i64, title: &'static str },
}

#[test]
fn a_record_is_shown_without_what_is_denied() {
    let more = BTreeMap::from([("margin", 2), ("source", 3)]);
    let record = Deal { title: "A yacht", amount: 1, margin: Some(4), line: Line { amount: 5 }, more };
    // What is inside a value is not looked at.
    assert_eq!(shown(&record).unwrap(), r#"{"title":"A yacht","line":{"amount":5},"source":3}"#);
    let row = || Row { amount: 1, title: "A yacht" };
    for same in [
        shown(&row()),
        shown(&Some(row())),
        shown(&Box::new(&row())),
        shown(&Wrapped(row())),
        shown(&BTreeMap::from([("title", "A yacht"), ("amount", "1")])),
        shown(&serde_json::json!({ "amount": 1, "title": "A yacht", "margin": null })),
    ] {
        assert_eq!(same.unwrap(), r#"{"title":"A yacht"}"#);
    }
    let tagged = Tagged::Deal { amount: 1, title: "A yacht" };
    assert_eq!(shown(&tagged).unwrap(), r#"{"kind":"deal","title":"A yacht"}"#);
    assert_eq!(shown(&None::<Row<'_>>).unwrap(), "null");
}

/// What `serde_json::value::RawValue` is to serde.
struct Ready {
    raw: &'static str,
}

impl Serialize for Ready {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut raw = serializer.serialize_struct("$serde_json::private::RawValue", 1)?;
        raw.serialize_field("$serde_json::private::RawValue", self.raw)?;
        raw.end()
    }
}

/// Whether a serialiser is for people reaches the record.
struct Readable;

impl Serialize for Readable {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_readable = serializer.is_human_readable();
        BTreeMap::from([("readable", is_readable)]).serialize(serializer)
    }
}

#[test]
fn a_shown_record_is_told_the_format_and_not_printed() {
    let snapshot = snapshot();
    let read = snapshot.schema().permission_named("deal.read").unwrap();
    let shown = snapshot.principal("eve").readable(read, &deal("bo")).show(Row { amount: 90_000, title: "A yacht" });
    assert_eq!(
        format!("{shown:?}"),
        r#"Shown { fields: Fields { allowed: ["source"], denied: ["amount", "margin"], others: true }, .. }"#
    );
    assert_eq!(self::shown(&Readable).unwrap(), r#"{"readable":true}"#);
}

#[test]
fn a_toggle_has_no_fields() {
    let deal = ResourceType::new("deal")
        .pool()
        .action(Action::new("read").floor(Level::Own))
        .action(Action::toggle("connect").floor(orgscope::Grant::Allow))
        .field("amount", Field::read_by("read"));
    let document = Document::new().section(Section::new("crm").resource(deal)).user(User::new("ann"));
    let snapshot = Snapshot::compile(&Policy::from_document(document).unwrap());
    let connect = snapshot.schema().toggle("deal.connect").unwrap();
    let fields = snapshot.principal("ann").readable(connect, &());
    assert_eq!((fields.allowed().count(), fields.denied().collect::<Vec<_>>()), (0, vec!["amount"]));
    assert_eq!(
        snapshot.schema().permission_to_read("amount", connect).unwrap_err().to_string(),
        "`deal.connect` is a toggle and has no record: look a field up beside a permission on records"
    );
}

#[test]
fn what_is_not_a_record_is_not_shown() {
    let refused = |found: &str| {
        Err(format!(
            "fields can be left out of a struct or a map only, and this is {found}: show each record by itself"
        ))
    };
    assert_eq!(shown(&[Row { amount: 1, title: "A yacht" }]), refused("a list"));
    assert_eq!(shown(&(1, 2)), refused("a list"));
    assert_eq!(shown(&Either::Pair(1, 2)), refused("a list"));
    assert_eq!(shown(&Either::Fields { amount: 1 }), refused("a variant with fields"));
    assert_eq!(shown(&Either::Nothing), refused("a word"));
    assert_eq!(shown(&Either::Row(Row { amount: 1, title: "A yacht" })), refused("a variant with a value"));
    // JSON that is text already comes as a struct of a name that no struct can have.
    assert_eq!(shown(&Ready { raw: r#"{"amount":1}"# }), refused("a value of the format"));
    assert_eq!(shown(&true), refused("a boolean"));
    assert_eq!(shown(&7), refused("a number"));
    assert_eq!(shown(&0.5), refused("a number"));
    assert_eq!(shown("amount"), refused("a text"));
    assert_eq!(shown(&'a'), refused("a text"));
    assert_eq!(shown(&()), refused("nothing"));
    assert_eq!(shown(&BTreeMap::from([(7, "amount")])), refused("a map with keys that are not texts"));
}

proptest! {
    #![proptest_config(worlds(1_000))]

    /// What the library tells of fields is what the reference tells, whatever is asked beside them.
    #[test]
    fn fields_are_those_of_the_reference(world in world()) {
        let policy = world.policy();
        let (reference, snapshot) = (Reference::new(&policy), Snapshot::compile(&policy));
        for permission in permissions(&policy) {
            let AnyPermission::Levelled(asked) = permission else { continue };
            for user in world.askers() {
                for record in world.records.iter().map(|record| record.as_any()) {
                    let principal = snapshot.principal(&user);
                    let (readable, writable) = (principal.readable(asked, &record), principal.writable(asked, &record));
                    prop_assert_eq!(names(&readable), reference.readable(&user, asked, &record));
                    prop_assert_eq!(names(&writable), reference.writable(&user, asked, &record));
                    each_is_the_decision_of_its_permission(&snapshot, [&readable, &writable], &user, asked, &record);
                }
            }
        }
    }
}

fn names<'s>(fields: &Fields<'s>) -> Vec<&'s str> {
    fields.allowed().collect()
}

/// The permission that is looked up for a field decides the same.
fn each_is_the_decision_of_its_permission(
    snapshot: &Snapshot,
    [readable, writable]: [&Fields<'_>; 2],
    user: &orgscope::UserId,
    asked: Permission,
    record: &AnyRecord<'_>,
) {
    let (principal, schema) = (snapshot.principal(user), snapshot.schema());
    let is = |permission: Permission| principal.check(permission, record).is_allow();
    for name in readable.allowed().chain(readable.denied()) {
        let (read, write) = (schema.permission_to_read(name, asked), schema.permission_to_write(name, asked));
        let expected = (is(read.unwrap()), is(write.unwrap()));
        assert_eq!((readable.allows(name), writable.allows(name)), expected, "{user:?} {name} {record:?}");
    }
    assert_eq!(readable.allows("of no action"), is(asked));
}
