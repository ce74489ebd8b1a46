//! Documents: what may be left out, what is written back, and building one in code.

use orgscope::document::Delegation;
use orgscope::document::{Action, Department, Document, Group, ResourceType, Role, Section, User};
use orgscope::{Grant, Level, Policy, Subject};

fn canonical(text: &str) -> String {
    let document = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    serde_json::to_string(&Policy::from_document(document).unwrap().to_document()).unwrap()
}

#[test]
fn the_least_document() {
    assert_eq!(canonical(r#"{ "format": 1, "schema": {} }"#), r#"{"format":1,"schema":{}}"#);
}

#[test]
fn null_is_left_out() {
    let text = r#"{
        "format": 1, "delegation": null,
        "schema": { "sections": [ { "name": "s", "manage": null, "resources": [ { "name": "r", "unowned": null, "actions": [
            { "name": "a", "toggle": null, "levels": null, "floor": null, "requires": null, "shared": null, "admin_bypass": null }
        ] } ] }, { "name": "t", "resources": null }, { "name": "u", "resources": [ { "name": "q", "actions": null } ] } ] },
        "org": {
            "departments": [ { "id": 1, "name": null, "parent": null } ],
            "users": [ { "id": 1, "name": null, "departments": null, "heads": null, "deputy_of": null, "active": null, "admin": null } ],
            "groups": [ { "id": 1, "name": null, "members": null } ]
        },
        "roles": [
            { "id": 1, "section": "s", "name": "One", "hidden": null, "locked": null, "grants": null, "assigned_to": null },
            { "id": 2, "section": "s", "name": "Two", "grants": { "r.a": null } }
        ]
    }"#;
    assert_eq!(
        canonical(text),
        concat!(
            r#"{"format":1,"schema":{"sections":[{"name":"s","resources":[{"name":"r","actions":[{"name":"a"}]}]},"#,
            r#"{"name":"t"},{"name":"u","resources":[{"name":"q"}]}]},"#,
            r#""org":{"departments":[{"id":1}],"users":[{"id":1}],"groups":[{"id":1}]},"#,
            r#""roles":[{"id":1,"section":"s","name":"One"},{"id":2,"section":"s","name":"Two"}]}"#
        )
    );
    assert_eq!(
        canonical(r#"{ "format": 1, "schema": { "sections": null }, "org": null, "roles": null }"#),
        r#"{"format":1,"schema":{}}"#
    );
}

#[test]
fn a_required_field_is_not_null() {
    let error = serde_json::from_str::<Document>(r#"{ "format": null, "schema": {} }"#).unwrap_err();
    assert_eq!(error.to_string(), "invalid type: null, expected the number 1 at line 1 column 16");
    let error = serde_json::from_str::<Document>(r#"{ "format": 1, "schema": null }"#).unwrap_err();
    assert_eq!(error.to_string(), "invalid type: null, expected a schema as an object at line 1 column 29");
}

#[test]
fn canonical_order_and_defaults() {
    let text = r#"{
        "roles": [
            { "id": "b", "section": "s", "name": "B", "hidden": false, "locked": true,
              "grants": { "r.b": "deny", "r.t": "allow", "r.a": "own" },
              "assigned_to": [ "everyone", { "group": 1 }, { "department+sub": 1 }, "supervisors", { "user": "a" }, { "user": 2 },
                               { "department": 2 }, { "department": 1 } ] },
            { "id": 10, "section": "s", "name": "A", "hidden": true }
        ],
        "org": {
            "groups": [ { "id": 1, "members": [ "a", 2 ] } ],
            "users": [ { "id": "a", "active": true, "admin": false, "departments": [ "x", 2, 1 ], "heads": [ 2, 1 ], "deputy_of": [] },
                       { "id": 2, "active": false, "admin": true } ],
            "departments": [ { "id": "x", "parent": 2 }, { "id": 2, "parent": 1 }, { "id": 1, "name": "" } ]
        },
        "delegation": "contained",
        "schema": { "sections": [ { "name": "s", "manage": "r.t", "resources": [ { "unowned": "restricted", "name": "r", "actions": [
            { "name": "t", "toggle": true, "floor": "deny", "requires": [] },
            { "name": "b", "levels": [ "all", "own" ], "admin_bypass": true },
            { "name": "a", "levels": [ "department+sub+open", "own", "own+open", "department+open", "all", "department+sub", "department" ],
              "requires": [ "t", "b" ], "shared": false, "floor": "own" } ] } ] } ] },
        "format": 1
    }"#;
    assert_eq!(
        canonical(text),
        concat!(
            r#"{"format":1,"schema":{"sections":[{"name":"s","manage":"r.t","resources":[{"name":"r","actions":["#,
            r#"{"name":"t","toggle":true},{"name":"b","levels":["deny","own","all"]},"#,
            r#"{"name":"a","floor":"own","requires":["b","t"]}]}]}]},"#,
            r#""org":{"departments":[{"id":1,"name":""},{"id":2,"parent":1},{"id":"x","parent":2}],"#,
            r#""users":[{"id":2,"active":false,"admin":true},{"id":"a","departments":[1,2,"x"],"heads":[1,2]}],"#,
            r#""groups":[{"id":1,"members":[2,"a"]}]},"#,
            r#""roles":[{"id":10,"section":"s","name":"A","hidden":true},"#,
            r#"{"id":"b","section":"s","name":"B","locked":true,"grants":{"r.a":"own","r.t":"allow"},"#,
            r#""assigned_to":["supervisors","everyone",{"user":2},{"user":"a"},{"department":1},{"department":2},"#,
            r#"{"department+sub":1},{"group":1}]}]}"#
        )
    );
}

#[test]
fn building_in_code_is_reading() {
    let built = Document::new()
        .delegation(Delegation::Open)
        .section(
            Section::new("webmail")
                .managed_by("settings.manage")
                .resource(
                    ResourceType::new("mailbox")
                        .pool()
                        .action(Action::new("view").levels([Level::Department, Level::All]).floor(Level::Own).shared())
                        .action(Action::new("edit").requires("view").without_admin_bypass())
                        .action(Action::toggle("connect").floor(Grant::Allow)),
                )
                .resource(ResourceType::new("settings").action(Action::toggle("manage"))),
        )
        .department(Department::new(1).name("Company"))
        .department(Department::new(2).parent(1))
        .user(User::new("ann").name("Ann").member_of(1).head_of(1).deputy_of(2))
        .user(User::new("bo").inactive().administrator())
        .group(Group::new("tender").name("Tender").member("ann"))
        .role(
            Role::new("supervisor", "webmail", "Supervisor")
                .hidden()
                .locked()
                .grant("mailbox.view", Level::Department)
                .grant("mailbox.connect", Grant::Allow)
                .assigned_to(Subject::Supervisors)
                .assigned_to(Subject::department_sub(2)),
        );
    let read: Document = serde_json::from_str(
        r#"{
        "format": 1, "delegation": "open",
        "schema": { "sections": [ { "name": "webmail", "manage": "settings.manage", "resources": [
            { "name": "mailbox", "unowned": "pool", "actions": [
                { "name": "view", "levels": [ "department", "all" ], "floor": "own", "shared": true },
                { "name": "edit", "requires": [ "view" ], "admin_bypass": false },
                { "name": "connect", "toggle": true, "floor": "allow" } ] },
            { "name": "settings", "actions": [ { "name": "manage", "toggle": true } ] } ] } ] },
        "org": {
            "departments": [ { "id": 1, "name": "Company" }, { "id": 2, "parent": 1 } ],
            "users": [ { "id": "ann", "name": "Ann", "departments": [ 1 ], "heads": [ 1 ], "deputy_of": [ 2 ] },
                       { "id": "bo", "active": false, "admin": true } ],
            "groups": [ { "id": "tender", "name": "Tender", "members": [ "ann" ] } ] },
        "roles": [ { "id": "supervisor", "section": "webmail", "name": "Supervisor", "hidden": true, "locked": true,
            "grants": { "mailbox.view": "department", "mailbox.connect": "allow" },
            "assigned_to": [ "supervisors", { "department+sub": 2 } ] } ] }"#,
    )
    .unwrap();
    assert_eq!(built, read);
    assert!(Policy::from_document(built).is_ok());
}
