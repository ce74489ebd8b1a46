//! Changing it: commands, who may give them, receipts, the log.
//!
//! # Commands
//!
//! Every change is a [`Command`](crate::Command), which is data: to be made by a page, stored, sent, replayed and undone. A
//! list of them is a batch. It is applied as a whole or not at all, and readers see all of it or nothing.
//!
//! ```
//! use orgscope::document::{Department, Document, User};
//! use orgscope::{Command, Handle, Level, Policy, RefusalKind, Subject, presets};
//!
//! let document = Document::new()
//!     .preset(presets::crm())
//!     .department(Department::new("sales"))
//!     .user(User::new("root").administrator())
//!     .user(User::new("nina").member_of("sales").head_of("sales"))
//!     .user(User::new("nick").member_of("sales"));
//! let authz = Handle::new(Policy::from_document(document)?);
//!
//! // An administrator makes a role of an old one, and gives it to a department.
//! let receipt = authz.as_user("root").at("2026-11-22T09:00:00Z").apply([
//!     Command::clone_role("crm-manager", "seller", "Seller"),
//!     Command::set_level("seller", "deal.read", Level::Department),
//!     Command::assign("seller", Subject::department("sales")),
//! ])?;
//!
//! // Whose answers may be others now? What the application has kept of them is stale.
//! let affected: Vec<_> = receipt.affected().users().map(ToString::to_string).collect();
//! assert_eq!(affected, ["nick", "nina"]);
//!
//! // Who may not edit roles is refused, and nothing has changed.
//! let refusal = authz.as_user("nick").apply([Command::delete_role("seller")]).unwrap_err();
//! assert_eq!(refusal.kind(), RefusalKind::NotPermitted);
//!
//! // A mistake? The receipt knows what undoes it.
//! authz.as_user("root").apply(receipt.undo())?;
//! assert!(authz.load().catalogue().role("seller").is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Each command is judged on the state that those before it left, so a batch is what its commands are one by one. What it
//! takes to be accepted:
//!
//! | who | may |
//! |---|---|
//! | the host application: [`apply`](crate::Handle::apply) | everything that makes sense and locks nobody out; [`by_force`](crate::Handle::by_force) also what locks out |
//! | an active administrator: [`as_user`](crate::Handle::as_user) | change the company, and edit the roles of every section but the locked ones. Not: make administrators or locked roles |
//! | another active user | edit the roles of sections whose permission to manage they have, within the rules below |
//!
//! # Who edits roles hands out no more than they have
//!
//! A section of the schema may name a permission `manage`. Whoever has it edits the roles of the section: a toggle must be
//! allowed to them, a levelled one must not be `deny`. Then three rules hold:
//!
//! 1. **Their own level is the most that they hand out.** A cell that is raised must get a level within their own for that
//!    permission; a role that is assigned must have no cell above it. Raised means: to a level that is not within the one
//!    before. Lowering is free. Cloning raises nothing; whoever assigns the clone is held to its cells.
//! 2. **Where `manage` is levelled, it is a reach.** They assign and unassign only those whom it reaches, and edit or delete
//!    no role that somebody out of reach has. A user or a department is reached if managing is allowed for a record that is
//!    theirs; a department with those below also takes a level with `department+sub`; a group takes that all its members are
//!    reached. Supervisors, everyone and the like, and an empty group, take `all`.
//! 3. **Locked roles are the host application's.** Anybody may clone them.
//!
//! A document with `"delegation": "open"` drops the first rule, but for a levelled `manage` itself: else who manages could
//! raise their own reach.
//!
//! The levels are those that everybody gets, before requirements; the reach is decided like everything else.
//!
//! # Nobody is locked out
//!
//! A batch after which nobody could manage a section that somebody could manage before is refused. To manage it is to be an
//! active administrator, to be allowed a `manage` that is a toggle, or to have `all` on a levelled one; any level but `deny`
//! will do where nobody had `all`. This is judged at the end of the batch, and the host application can force it.
//!
//! # Refusals
//!
//! | [`RefusalKind`](crate::RefusalKind) | [`Rule`](crate::Rule) |
//! |---|---|
//! | `not_permitted` | who asks is no active user, or may not change such things at all |
//! | `invalid` | the command makes no sense here: what it names is not there, or is already |
//! | `locked_role` | rule 3 |
//! | `outside_reach` | rule 2 |
//! | `exceeds_own_level` | rule 1, with the cell, the level that it would have and the user's own |
//! | `would_lock_out` | nobody could manage the section any more |
//! | `conflict` | the editor saw an older state: see below |
//!
//! Of the first five the first that applies to a command is told. A command that names a role or a section that is not there
//! is `invalid` for whoever edits roles of any section, and `not_permitted` for everybody else. A role is not edited by a
//! user without right, out of reach or locked, even if the command would change nothing.
//!
//! # Two editors at once
//!
//! A page shows a state, and its [`revision`](crate::Snapshot::revision). If it sends that along, with
//! [`seen`](crate::Editor::seen), a batch is refused as `conflict` if something that it is about has changed since: a cell,
//! an assignment or a subject that a command names, or one that the verdict rests on, such as the editor's own levels, the
//! cells of a role that is assigned, or the departments that lead to somebody. Other changes are no conflict: two editors may
//! work on two cells of a role. Changed and changed back is changed. The latest 65,536 changed facts are remembered; whoever
//! saw a revision from before that, or from before a [`replace`](crate::Handle::replace), has to look again.
//!
//! # The log
//!
//! Each accepted batch makes one revision, also if it changes nothing, and one [`AuditEntry`](crate::AuditEntry): who, when
//! (as the application told), what, and a hash. The hash is SHA-256 of the hash before and of the entry's JSON without the
//! hash, so any program can check it. An application appends the entries to a file or a table, and stores a
//! [`Checkpoint`](crate::Checkpoint) now and then, which holds a whole state with its own hash.
//! [`Handle::restore`](crate::Handle::restore) makes the present state of a checkpoint and the entries after it, byte for byte, and
//! tells if one is missing, comes twice or was altered. It asks no rule again: the entries were judged when they were
//! accepted.
//!
//! # What it costs
//!
//! A change costs what it touches: see [`performance`](crate::docs::performance). The rules add the actor's levels, the
//! subjects and the cells that they are asked about. Lock-out costs nothing as long as an administrator is active; else it
//! looks for one user who manages, beginning with the one found last.
