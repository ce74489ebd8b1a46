//! Denials as errors: what they tell an administrator, and the person who was denied.

use std::collections::HashMap;

use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User};
use orgscope::explain::{Checked, ReasonCode};
use orgscope::permission::AnyPermission;
use orgscope::{AnyRecord, Denied, Facts, Level, Owner, Permission, Policy, Snapshot, Subject};
use orgscope_testing::random::{world, worlds};
use orgscope_testing::square::permissions;
use proptest::prelude::*;
use serde_json::json;

/// Ann and Bo in Sales, Eve in Support, and Ida, who is inactive. Each reads and adds deals of the department, updates their
/// own, assigns within the department, and enters all stages but `won`; nobody approves their own.
fn snapshot() -> Snapshot {
    let deal = ResourceType::new("deal")
        .variant("open")
        .variant("won")
        .action(Action::new("read"))
        .action(Action::new("add"))
        .action(Action::new("update").requires("read"))
        .action(Action::new("assign"))
        .action(Action::new("enter"))
        .action(Action::new("approve").except_own())
        .action(Action::new("delete"))
        .action(Action::toggle("export"));
    let role = Role::new("seller", "crm", "Seller")
        .grant("deal.read", Level::Department)
        .grant("deal.add", Level::Department)
        .grant("deal.update", Level::Own)
        .grant("deal.assign", Level::Department)
        .grant("deal.enter", Level::All)
        .grant("deal.approve", Level::All)
        .grant_variant("deal.enter", "won", Level::Deny);
    let document = Document::new()
        .section(Section::new("crm").resource(deal))
        .department(Department::new("sales"))
        .department(Department::new("support"))
        .user(User::new("ann").member_of("sales"))
        .user(User::new("bo").member_of("sales"))
        .user(User::new("eve").member_of("support"))
        .user(User::new("ida").member_of("sales").inactive())
        .role(role.assigned_to(Subject::Everyone));
    Snapshot::compile(&Policy::from_document(document).unwrap())
}

fn permission(snapshot: &Snapshot, name: &str) -> Permission {
    snapshot.schema().permission_named(name).unwrap()
}

fn deal(owner: &str) -> AnyRecord<'_> {
    AnyRecord::new("deal", Facts::owned_by(owner))
}

/// The denial of a user for a deal of an owner.
fn denied(user: &str, name: &str, owner: &str) -> Denied {
    let snapshot = snapshot();
    snapshot.principal(user).require(permission(&snapshot, name), &deal(owner)).unwrap_err()
}

/// What a denial says to an administrator, and to the person.
fn says(denied: &Denied) -> (String, String) {
    (denied.to_string(), denied.notice())
}

fn both(message: &str, notice: &str) -> (String, String) {
    (message.to_owned(), notice.to_owned())
}

#[test]
fn a_denial_says_who_what_and_why() {
    assert_eq!(
        says(&denied("ann", "deal.update", "bo")),
        both(
            "`deal.update` is denied to user `ann`: `deal.update` is `own`, which does not reach the record",
            "you do not have the permission `deal.update` for this record"
        )
    );
    assert_eq!(
        says(&denied("ann", "deal.update", "eve")),
        both(
            "`deal.update` is denied to user `ann`: `deal.update` is `own`, which does not reach the record",
            "you do not have the permission `deal.update` for this record"
        )
    );
    assert_eq!(
        says(&denied("ann", "deal.delete", "ann")),
        both(
            "`deal.delete` is denied to user `ann`: no role of the user gives `deal.delete`",
            "you do not have the permission `deal.delete`"
        )
    );
    assert_eq!(
        says(&denied("ann", "deal.approve", "ann")),
        both(
            "`deal.approve` is denied to user `ann`: `deal.approve` is denied for own records, and this is the user's own",
            "you do not have the permission `deal.approve` for this record"
        )
    );
    assert_eq!(
        says(&denied("ida", "deal.read", "ann")),
        both("`deal.read` is denied to user `ida`: the user is inactive", "your account is inactive")
    );
    assert_eq!(
        says(&denied("zoe", "deal.read", "ann")),
        both("`deal.read` is denied to an unknown user: there is no such user", "you are not known here")
    );
}

#[test]
fn a_denial_of_a_toggle_and_of_another_type_or_schema() {
    let snapshot = snapshot();
    let ann = snapshot.principal("ann");
    let export = snapshot.schema().toggle("deal.export").unwrap();
    assert_eq!(
        says(&ann.require(export, &()).unwrap_err()),
        both(
            "`deal.export` is denied to user `ann`: no role of the user gives `deal.export`",
            "you do not have the permission `deal.export`"
        )
    );
    let lead = AnyRecord::new("lead", Facts::owned_by("ann"));
    assert_eq!(
        says(&ann.require(permission(&snapshot, "deal.read"), &lead).unwrap_err()),
        both(
            "`deal.read` is denied to user `ann`: the record is of type `lead`, and `deal.read` takes records of type `deal`",
            "this cannot be decided at present"
        )
    );
    let other =
        Document::new().section(Section::new("crm").resource(ResourceType::new("deal").action(Action::new("read"))));
    let other = Policy::from_document(other).unwrap();
    let read = other.schema().permission_named("deal.read").unwrap();
    let denied = ann.require(read, &deal("ann")).unwrap_err();
    assert_eq!(
        says(&denied),
        both(
            "a permission is denied to user `ann`: the permission was looked up in another schema: look it up again",
            "this cannot be decided at present"
        )
    );
    assert_eq!((denied.permission(), denied.denied_by(), denied.code()), (None, None, ReasonCode::OtherSchema));
}

#[test]
fn a_denial_is_data() {
    let of_another = denied("ann", "deal.update", "bo");
    assert_eq!(of_another.user().unwrap().to_string(), "ann");
    assert_eq!((of_another.permission(), of_another.denied_by()), (Some("deal.update"), Some("deal.update")));
    assert_eq!((of_another.checked(), of_another.code()), (&Checked::Record, ReasonCode::OutOfReach));
    assert_eq!(
        serde_json::to_value(&of_another).unwrap(),
        json!({
            "user": "ann", "permission": "deal.update", "denied_by": "deal.update", "checked": "record",
            "code": "out_of_reach", "text": "`deal.update` is `own`, which does not reach the record"
        })
    );
    // The permission that denies is one that is required.
    let snapshot = snapshot();
    let support = AnyRecord::new("deal", Facts::owned_by("ann").and_owned_by("eve"));
    assert!(snapshot.principal("ann").require(permission(&snapshot, "deal.update"), &support).is_ok());
    let document = snapshot.policy().to_document();
    let document =
        serde_json::to_string(&document).unwrap().replace(r#""deal.update":"own""#, r#""deal.update":"all""#);
    let wider = Policy::from_document(serde_json::from_str(&document).unwrap()).unwrap();
    let wider = Snapshot::compile(&wider);
    let hidden = wider.principal("ann").require(permission(&wider, "deal.update"), &deal("eve")).unwrap_err();
    assert_eq!((hidden.permission(), hidden.denied_by()), (Some("deal.update"), Some("deal.read")));
    assert_eq!(
        hidden.to_string(),
        "`deal.update` is denied to user `ann`: `deal.update` requires `deal.read`, and `deal.read` is `department`, which does \
         not reach the record"
    );
}

#[test]
fn a_denied_creation_names_the_owner() {
    let snapshot = snapshot();
    let (ann, add) = (snapshot.principal("ann"), permission(&snapshot, "deal.add"));
    assert!(ann.require_create(add, &AnyRecord::new("deal", Facts::owned_by_each(["ann", "bo"]))).is_ok());
    let of_several = |owners: Facts<'_>| ann.require_create(add, &AnyRecord::new("deal", owners)).unwrap_err();
    let denied = of_several(Facts::owned_by("ann").and_owned_by("eve").and_owned_by("zoe"));
    assert_eq!(denied.checked(), &Checked::OwnerAlone(Owner::User("eve".into())));
    assert_eq!(
        says(&denied),
        both(
            "`deal.add` is denied to user `ann` for the owner `eve` alone: `deal.add` is `department`, which does not reach the \
             record",
            "you do not have the permission `deal.add` for each of these owners"
        )
    );
    assert_eq!(serde_json::to_value(&denied).unwrap()["checked"], json!({ "owner_alone": { "user": "eve" } }));
    let denied = of_several(Facts::owned_by("ann").and_owned_by(Owner::department("support")));
    assert_eq!(
        denied.to_string(),
        "`deal.add` is denied to user `ann` for the owner department `support` alone: `deal.add` is `department`, which does \
         not reach the record"
    );
    // None of the owners.
    let denied = of_several(Facts::owned_by("eve"));
    assert_eq!(denied.checked(), &Checked::Record);
}

#[test]
fn a_denied_reassignment_and_move_say_which_check() {
    let snapshot = snapshot();
    let (ann, update) = (snapshot.principal("ann"), permission(&snapshot, "deal.update"));
    assert!(ann.require_reassign(update, &deal("ann"), ["bo"]).is_ok());
    let denied = ann.require_reassign(update, &deal("ann"), ["eve"]).unwrap_err();
    assert_eq!(
        says(&denied),
        both(
            "`deal.assign` is denied to user `ann` for the record as it will be: `deal.assign` is `department`, which does not \
             reach the record",
            "you do not have the permission `deal.assign` for this record as it would be"
        )
    );
    let denied = ann.require_reassign(update, &deal("bo"), ["bo"]).unwrap_err();
    assert_eq!((denied.permission(), denied.checked()), (Some("deal.update"), &Checked::Record));

    assert!(ann.require_move(update, &deal("ann"), "open").is_ok());
    let denied = ann.require_move(update, &deal("ann"), "won").unwrap_err();
    assert_eq!(
        says(&denied),
        both(
            "`deal.enter` is denied to user `ann` for the record as it will be: no role of the user gives `deal.enter` in `won`",
            "you do not have the permission `deal.enter` for this record as it would be"
        )
    );
    assert_eq!(serde_json::to_value(&denied).unwrap()["checked"], "as_it_will_be");
    let denied = ann.require_move(update, &deal("bo"), "open").unwrap_err();
    assert_eq!((denied.permission(), denied.checked()), (Some("deal.update"), &Checked::Record));
}

#[test]
fn a_word_of_a_reason_is_its_code() {
    let codes = [
        (ReasonCode::All, "all"),
        (ReasonCode::Toggle, "toggle"),
        (ReasonCode::Own, "own"),
        (ReasonCode::Unowned, "unowned"),
        (ReasonCode::Department, "department"),
        (ReasonCode::Below, "below"),
        (ReasonCode::Open, "open"),
        (ReasonCode::Shared, "shared"),
        (ReasonCode::UnknownUser, "unknown_user"),
        (ReasonCode::Inactive, "inactive"),
        (ReasonCode::OtherSchema, "other_schema"),
        (ReasonCode::OtherType, "other_type"),
        (ReasonCode::InPlace, "in_place"),
        (ReasonCode::ExceptOwn, "except_own"),
        (ReasonCode::NoGrant, "no_grant"),
        (ReasonCode::OutOfReach, "out_of_reach"),
    ];
    for (code, word) in codes {
        assert_eq!((code.as_str(), code.to_string().as_str()), (word, word));
        assert_eq!(serde_json::to_value(code).unwrap(), word);
    }
}

proptest! {
    #![proptest_config(worlds(500))]

    /// The notice is the same for every record that is denied to a person, so it reveals nothing of the record.
    #[test]
    fn a_notice_does_not_depend_on_the_record(world in world()) {
        let policy = world.policy();
        let snapshot = Snapshot::compile(&policy);
        for permission in permissions(&policy) {
            let AnyPermission::Levelled(levelled) = permission else { continue };
            let name = policy.schema().name(permission).unwrap();
            for user in world.askers() {
                let principal = snapshot.principal(&user);
                let mut notices = HashMap::new();
                for record in world.records.iter().filter(|record| name.starts_with(&format!("{}.", record.resource))) {
                    let record = record.as_any();
                    let reason = principal.reason(levelled, &record);
                    match principal.require(levelled, &record) {
                        Ok(()) => prop_assert!(reason.decision().is_allow()),
                        Err(denied) => {
                            prop_assert_eq!(denied.code(), reason.code());
                            prop_assert!(reason.to_string().ends_with(denied.to_string().split_once(": ").unwrap().1));
                            notices.insert(denied.notice(), record);
                        }
                    }
                }
                prop_assert!(notices.len() <= 1, "{:?}", notices);
            }
        }
    }
}
