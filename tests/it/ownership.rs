//! Creating and reassigning: who may be named as an owner.

use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User, Variant};
use orgscope::id::VariantValue;
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

/// A move takes the update of the deal as it is, and `enter` for the deal as it will be.
#[test]
fn who_moves_a_record_updates_it_as_it_is_and_enters_as_it_will_be() {
    let deal = |enter: bool| {
        let deal = ResourceType::new("deal").variant("new").variant(Variant::new("won", [7]).or("C1:WON"));
        let deal = deal.action(Action::new("add")).action(Action::new("update"));
        if enter { deal.action(Action::new("enter")) } else { deal }
    };
    let role = |enter: bool| {
        let role = Role::new("seller", "crm", "Seller")
            .grant("deal.add", Level::Department)
            .grant_variant("deal.add", "won", Level::Own)
            .grant("deal.update", Level::Own)
            .grant_variant("deal.update", "won", Level::Deny);
        let role = if enter { role.grant_variant("deal.enter", "won", Level::Own) } else { role };
        role.assigned_to(Subject::Everyone)
    };
    let snapshot = |enter: bool| {
        let document = Document::new()
            .section(Section::new("crm").resource(deal(enter)))
            .department(Department::new("sales"))
            .user(User::new("ann").member_of("sales"))
            .user(User::new("bo").member_of("sales"))
            .role(role(enter));
        Snapshot::compile(&Policy::from_document(document).unwrap())
    };
    let may = |enter: bool, user: &str, from: VariantValue<'_>, to: VariantValue<'_>| {
        let snapshot = snapshot(enter);
        let update = permission(&snapshot, "deal.update");
        let record = AnyRecord::new("deal", Facts::owned_by("ann").variant(from));
        snapshot.principal(user).may_move(update, &record, to).is_allow()
    };
    assert!(may(true, "ann", "new".into(), 7.into()));
    assert!(may(true, "ann", None::<i64>.into(), "C1:WON".into()));
    assert!(!may(true, "bo", "new".into(), 7.into()), "bo may not update the deal");
    assert!(!may(true, "ann", 7.into(), "new".into()), "what is won is closed");
    assert!(!may(true, "ann", None::<i64>.into(), "new".into()), "nobody enters it");
    // A deal that keeps its variant, or still has none, does not move.
    assert!(may(true, "ann", "new".into(), "new".into()));
    assert!(may(true, "ann", None::<i64>.into(), "C9:ODD".into()));
    // Without the action, the update alone decides.
    assert!(may(false, "ann", "new".into(), 7.into()) && !may(false, "ann", 7.into(), "new".into()));

    // A record is created in a variant, and each owner is checked in it.
    let snapshot = snapshot(false);
    let add = permission(&snapshot, "deal.add");
    let may_create = |variant: &str| {
        let facts = Facts::owned_by_each(["ann", "bo"]).variant(variant);
        snapshot.principal("ann").may_create(add, &AnyRecord::new("deal", facts)).is_allow()
    };
    assert!(may_create("new") && !may_create("C1:WON"));
}
