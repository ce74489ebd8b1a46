//! Needs that many companies have, as documents to copy.
//!
//! Each is a world file, cut to what matters. `orgscope test FILE` runs what it expects.
//!
//! # The reporting line
//!
//! Managers see the requests of all below them, approve those of their direct reports, and see nothing of their peers. Give each
//! person a department of their own, headed by their manager, below the one that the manager is a member of. Then `department`
//! reaches the direct reports, `department+sub` the whole line, and moving a person with their team is one `move_department`
//! and one `set_head` each for the old and the new manager. A circle is refused.
//!
//! The place `subject` measures the role from what managers head, and not from where they sit. `except_own` keeps them from
//! approving their own requests.
//!
//! ```
//! # let world = r#"
//! { "format": 1,
//!   "schema": { "sections": [ { "name": "leave", "resources": [ { "name": "request", "actions": [
//!     { "name": "view" }, { "name": "approve", "requires": ["view"], "except_own": true } ] } ] } ] },
//!   "org": {
//!     "departments": [ { "id": "of-vp" }, { "id": "of-lead", "parent": "of-vp" }, { "id": "of-peer", "parent": "of-vp" },
//!                      { "id": "of-dev", "parent": "of-lead" } ],
//!     "users": [ { "id": "vp", "departments": ["of-vp"], "heads": ["of-lead", "of-peer"] },
//!                { "id": "lead", "departments": ["of-lead"], "heads": ["of-dev"] },
//!                { "id": "peer", "departments": ["of-peer"] },
//!                { "id": "dev", "departments": ["of-dev"] } ] },
//!   "roles": [
//!     { "id": "line", "section": "leave", "name": "Line", "assigned_to": [ { "to": "supervisors", "in": "subject" } ],
//!       "grants": { "request.view": "department+sub", "request.approve": "department" } },
//!     { "id": "self", "section": "leave", "name": "Self", "assigned_to": ["employees"],
//!       "grants": { "request.view": "own" } } ],
//!   "records": [ { "id": "r-lead", "type": "request", "owner": "lead" }, { "id": "r-dev", "type": "request", "owner": "dev" } ],
//!   "expect": { "who": [
//!     { "action": "request.view", "record": "r-dev", "users": ["vp", "lead", "dev"] },
//!     { "action": "request.approve", "record": "r-dev", "users": ["lead"] },
//!     { "action": "request.view", "record": "r-lead", "users": ["vp", "lead"] } ] },
//!   "stages": [ { "commands": [ { "move_department": { "id": "of-vp", "parent": "of-dev" } } ], "refused": "invalid" } ] }
//! # "#;
#![doc = include_str!("recipes.run.txt")]
//! ```
//!
//! # Another role in each department
//!
//! Cleo edits in City, where she works, and reviews in Sports. The role says how much, the place of its assignment says where.
//! Finance reads the deals of Sales, and no others.
//!
//! ```
//! # let world = r#"
//! { "format": 1,
//!   "schema": { "sections": [ { "name": "desk", "resources": [
//!     { "name": "article", "actions": [ { "name": "edit" }, { "name": "review", "except_own": true } ] },
//!     { "name": "deal", "actions": [ { "name": "read" } ] } ] } ] },
//!   "org": {
//!     "departments": [ { "id": "city" }, { "id": "sports" }, { "id": "sales" }, { "id": "finance" } ],
//!     "users": [ { "id": "cleo", "departments": ["city"] }, { "id": "ben", "departments": ["city"] },
//!                { "id": "dov", "departments": ["sports"] }, { "id": "hal", "departments": ["sales"] },
//!                { "id": "kim", "departments": ["finance"] } ] },
//!   "roles": [
//!     { "id": "editor", "section": "desk", "name": "Editor", "grants": { "article.edit": "department" },
//!       "assigned_to": [ { "to": { "user": "cleo" }, "in": ["city"] } ] },
//!     { "id": "reviewer", "section": "desk", "name": "Reviewer", "grants": { "article.review": "department" },
//!       "assigned_to": [ { "to": { "user": "cleo" }, "in": ["sports"] } ] },
//!     { "id": "audit", "section": "desk", "name": "Audit", "grants": { "deal.read": "department" },
//!       "assigned_to": [ { "to": { "department": "finance" }, "in": ["sales"] } ] } ],
//!   "records": [ { "id": "a-ben", "type": "article", "owner": "ben" }, { "id": "a-dov", "type": "article", "owner": "dov" },
//!                { "id": "d-hal", "type": "deal", "owner": "hal" } ],
//!   "expect": { "who": [
//!     { "action": "article.edit", "record": "a-ben", "users": ["cleo"] },
//!     { "action": "article.review", "record": "a-dov", "users": ["cleo"] },
//!     { "action": "article.edit", "record": "a-dov", "users": [] },
//!     { "action": "deal.read", "record": "d-hal", "users": ["kim"] } ] } }
//! # "#;
#![doc = include_str!("recipes.run.txt")]
//! ```
//!
//! # Confidential records
//!
//! Some notes are for their owner and those whom the owner shares them with: for no superior, no role and no administrator. That
//! is a type of its own with a floor, no levels that a role could set, and no bypass.
//!
//! ```
//! # let world = r#"
//! { "format": 1,
//!   "schema": { "sections": [ { "name": "hr", "resources": [
//!     { "name": "private-note", "actions": [
//!       { "name": "read", "levels": [], "floor": "own", "shared": true, "admin_bypass": false } ] } ] } ] },
//!   "org": {
//!     "departments": [ { "id": "team" } ],
//!     "users": [ { "id": "root", "admin": true }, { "id": "chief", "departments": ["team"], "heads": ["team"] },
//!                { "id": "lea", "departments": ["team"] }, { "id": "joe", "departments": ["team"] } ] },
//!   "records": [ { "id": "note", "type": "private-note", "owner": "lea", "shared_with": [ { "user": "joe" } ] } ],
//!   "expect": { "who": [ { "action": "private-note.read", "record": "note", "users": ["joe", "lea"] } ] } }
//! # "#;
#![doc = include_str!("recipes.run.txt")]
//! ```
