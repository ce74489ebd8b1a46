//! Creating and reassigning: who may be named as an owner.

use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User};
use orgscope::{AnyRecord, Facts, Level, Owner, Permission, Policy, Share, Snapshot, Subject};

/// Ann and Bo in Sales, Eve in Support, and a schema with or without `assign`.
fn snapshot(add: Level, update: Level, assign: Option<Level>) -> Snapshot {
    let mut contact = ResourceType::new("contact").action(Action::new("add").shared()).action(Action::new("update"));
    let mut role = Role::new("seller", "crm", "Seller").grant("contact.add", add).grant("contact.update", update);
    if let Some(assign) = assign {
        contact = contact.action(Action::new("assign"));
        role = role.grant("contact.assign", assign);
    }
    let document = Document::new()
        .section(Section::new("crm").resource(contact))
        .department(Department::new("sales"))
        .department(Department::new("support"))
        .user(User::new("ann").member_of("sales"))
        .user(User::new("bo").member_of("sales"))
        .user(User::new("eve").member_of("support"))
        .role(role.assigned_to(Subject::Everyone));
    Snapshot::compile(&Policy::from_document(document).unwrap())
}

fn permission(snapshot: &Snapshot, name: &str) -> Permission {
    snapshot.schema().permission_named(name).unwrap()
}

fn may_create(add: Level, facts: Facts<'_>) -> bool {
    let snapshot = snapshot(add, Level::Deny, None);
    snapshot
        .principal("ann")
        .may_create(permission(&snapshot, "contact.add"), &AnyRecord::new("contact", facts))
        .is_allow()
}

#[test]
fn who_creates_names_only_owners_that_the_level_reaches() {
    assert!(may_create(Level::Own, Facts::owned_by("ann")));
    assert!(!may_create(Level::Own, Facts::owned_by("bo")));
    assert!(!may_create(Level::Own, Facts::owned_by_each(["ann", "bo"])));
    assert!(may_create(Level::Department, Facts::owned_by_each(["ann", "bo"])));
    assert!(may_create(Level::Department, Facts::owned_by("bo").and_owned_by(Owner::department("sales"))));
    assert!(!may_create(Level::Department, Facts::owned_by_each(["ann", "eve"])));
    assert!(!may_create(Level::Department, Facts::owned_by("somebody else")));
    assert!(may_create(Level::All, Facts::owned_by_each(["eve", "somebody else"])));
    assert!(!may_create(Level::Deny, Facts::owned_by("ann")));
}

#[test]
fn a_record_without_owner_takes_the_level_that_reaches_one() {
    assert!(!may_create(Level::Department, Facts::unowned()));
    assert!(may_create(Level::All, Facts::unowned()));
}

#[test]
fn neither_the_open_flag_nor_a_share_names_an_owner() {
    assert!(!may_create(Level::OwnOpen, Facts::owned_by("eve").open(true)));
    assert!(!may_create(Level::Own, Facts::owned_by("eve").shared_with(Share::user("ann"))));
    assert!(may_create(Level::OwnOpen, Facts::owned_by("ann").open(true)));
}

fn may_reassign(update: Level, assign: Option<Level>, from: &'static str, to: &[&'static str]) -> bool {
    let snapshot = snapshot(Level::Deny, update, assign);
    let record = AnyRecord::new("contact", Facts::owned_by(from));
    let to = to.iter().copied();
    snapshot.principal("ann").may_reassign(permission(&snapshot, "contact.update"), &record, to).is_allow()
}

#[test]
fn reassigning_updates_the_record_as_it_is_and_assigns_it_as_it_will_be() {
    // The update decides about the record as it is.
    assert!(may_reassign(Level::Own, Some(Level::All), "ann", &["eve"]));
    assert!(!may_reassign(Level::Own, Some(Level::All), "bo", &["eve"]));
    assert!(!may_reassign(Level::Deny, Some(Level::All), "ann", &["eve"]));
    // `assign` decides about the record as it will be.
    assert!(may_reassign(Level::Own, Some(Level::Department), "ann", &["bo"]));
    assert!(!may_reassign(Level::Own, Some(Level::Department), "ann", &["eve"]));
    assert!(!may_reassign(Level::All, Some(Level::Deny), "ann", &["ann"]));
    // One new owner that is reached suffices, as for any check.
    assert!(may_reassign(Level::Own, Some(Level::Department), "ann", &["bo", "eve"]));
    assert!(!may_reassign(Level::Own, Some(Level::Department), "ann", &[]));
    assert!(may_reassign(Level::Own, Some(Level::All), "ann", &[]));
}

#[test]
fn a_type_without_assign_asks_for_the_update_alone() {
    assert!(may_reassign(Level::Own, None, "ann", &["eve"]));
    assert!(!may_reassign(Level::Own, None, "bo", &["ann"]));
}

#[test]
fn what_the_record_keeps_counts_for_the_assignment() {
    let snapshot = snapshot(Level::Deny, Level::Own, Some(Level::OwnOpen));
    let update = permission(&snapshot, "contact.update");
    let ann = snapshot.principal("ann");
    let closed = AnyRecord::new("contact", Facts::owned_by("ann"));
    let open = AnyRecord::new("contact", Facts::owned_by("ann").open(true));
    assert!(!ann.may_reassign(update, &closed, ["eve"]).is_allow());
    assert!(ann.may_reassign(update, &open, ["eve"]).is_allow());
}
