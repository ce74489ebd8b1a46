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
//! As JSON a command is an object with one key, its name, and a batch is an array: so a page sends it, and so a file holds it
//! that `orgscope apply crm.json --commands batch.json --as root` applies.
//!
//! ```
//! # use orgscope::document::{Document, User};
//! # use orgscope::{Handle, Policy, presets};
//! use orgscope::Command;
//!
//! # let document = Document::new().preset(presets::crm()).user(User::new("root").administrator()).user(User::new("nick"));
//! # let authz = Handle::new(Policy::from_document(document)?);
//! let body = r#"[
//!     {"clone_role": {"from": "crm-manager", "id": "seller", "name": "Seller"}},
//!     {"set_level": {"role": "seller", "permission": "deal.read", "level": "department"}},
//!     {"assign": {"role": "seller", "subject": {"user": "nick"}}}
//! ]"#;
//! let commands: Vec<Command> = serde_json::from_str(body)?;
//! authz.as_user("root").apply(commands)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | command | fields; those with `?` may be left out |
//! |---|---|
//! | `add_department` · `rename_department` · `move_department` · `remove_department` | `id`, `name?`, `parent?` · `id`, `name` or `null` · `id`, `parent` or `null` for a root · `id` |
//! | `add_user` · `rename_user` · `set_active` · `remove_user` | `id`, `name?`, `active?`, `departments?`, `heads?`, `deputy_of?` · `id`, `name` or `null` · `user`, `active` · `id` |
//! | `join_department`, `leave_department` · `set_head` · `set_deputy` | `user`, `department` · the same and `head` · the same and `deputy` |
//! | `add_group` · `rename_group` · `remove_group` · `join_group`, `leave_group` | `id`, `name?`, `members?` · `id`, `name` or `null` · `id` · `user`, `group` |
//! | `set_administrator` | `user`, `administrator` |
//! | `create_role` · `clone_role` · `rename_role` · `delete_role` | `id`, `section`, `name`, `grants?`, `hidden?`, `locked?`, `assigned_to?` · `from`, `id`, `name` · `id`, `name` · `id` |
//! | `set_hidden` · `set_level` · `set_level_for_all_roles` | `role`, `hidden` · `role`, `permission`, `level` · `section`, `permissions`, `level` |
//! | `assign`, `unassign` | `role`, `subject` |
//!
//! What a page shows before any command, the [`Catalogue`](crate::Catalogue) has: the roles of each section with their cells,
//! and how many people are behind each assignment. The [`presets`](crate::presets) are sections with roles to begin with.
//!
//! What a batch would change is seen before it is applied: [`dry_run`](crate::Editor::dry_run) gives the state that it would
//! lead to, and [`diff`](crate::Snapshot::diff) compares it with the present one.
//!
//! ```
//! # use orgscope::document::{Department, Document, User};
//! # use orgscope::{Command, Handle, Level, Policy, presets};
//! # let document = Document::new()
//! #     .preset(presets::crm())
//! #     .department(Department::new("sales"))
//! #     .user(User::new("root").administrator())
//! #     .user(User::new("nina").name("Nina").member_of("sales").head_of("sales"))
//! #     .user(User::new("nick").name("Nick").member_of("sales"));
//! # let authz = Handle::new(Policy::from_document(document)?);
//! let batch = [Command::set_level("crm-manager", "deal.read", Level::Department)];
//! let run = authz.as_user("root").dry_run(&batch)?;
//! assert_eq!(authz.load().diff(run.snapshot()).to_string(), "Nick: deal.read own → department");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Who may
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
//! 2. **Where `manage` is levelled, it is a reach.** They assign and unassign only subjects that it reaches, and change or
//!    delete no role that is assigned to a subject out of reach; one that nobody has they may. A user or a department is
//!    reached if managing is allowed for a record that is theirs; a department with those below also takes a level with
//!    `department+sub`; a group takes that all its members are reached. Supervisors, everyone and the like, and an empty
//!    group, take `all`.
//! 3. **Locked roles are the host application's.** Anybody may clone them.
//!
//! A document with `"delegation": "open"` drops the first rule, but for a levelled `manage` itself: else who manages could
//! raise their own reach.
//!
//! The levels are those that everybody gets, before requirements; the reach is decided like everything else.
//!
//! **Let a levelled `manage` require nothing where delegation is open.** The reach is decided, so what `manage` requires cuts it
//! as well; and there the cells of what it requires may be raised freely. So who manages could widen their own reach up to the
//! level that they have. (In `contained` nobody raises what they have not.)
//!
//! # Nobody is locked out
//!
//! A batch after which nobody could manage a section that somebody could manage before is refused. To manage it is to be an
//! active administrator, to be allowed a `manage` that is a toggle, or to have `all` on a levelled one; any level but `deny`
//! will do where nobody had `all`. This is judged at the end of the batch, and the host application can force it.
//!
//! Of a levelled `manage` the level counts and not what it requires. So a batch may take the required permission from the only
//! one who manages, who then reaches nobody and can't repair it: the host application, or an administrator, can. **Let a levelled
//! `manage` require nothing,** and this can't happen.
//!
//! # Refusals
//!
//! | [`RefusalKind`](crate::RefusalKind) | [`Rule`](crate::Rule) | |
//! |---|---|---|
//! | `not_permitted` | `ActiveUser`, `Company`, `Host`, `Manage` | who asks is no active user, or may not change such things at all |
//! | `invalid` | `Invalid` | the command makes no sense here: what it names is not there, or is already |
//! | `locked_role` | `Locked` | rule 3 |
//! | `outside_reach` | `Reach` | rule 2, with the subject and what is missing |
//! | `exceeds_own_level` | `OwnLevel` | rule 1, with the cell, the level that it has or would have, and the user's own |
//! | `would_lock_out` | `LockOut` | nobody could manage the section any more, or not the whole of it |
//! | `conflict` | `Conflict` | the editor saw an older state: see below |
//!
//! Of the first five the first that applies to a command is told. A command that names a role or a section that is not there
//! is `invalid` for whoever edits roles of any section, and `not_permitted` for everybody else. A user who may not change a
//! role is refused, even if the command would change nothing: without the right to, out of reach, or because the role is
//! locked.
//!
//! # Two editors at once
//!
//! A page shows a state, and its [`revision`](crate::Snapshot::revision). If it sends that along, with
//! [`seen`](crate::Editor::seen), a batch is refused as `conflict` if something that it is about has changed since: a cell,
//! an assignment or a subject that a command names, or one that the verdict rests on, such as the editor's own levels, the
//! cells of a role that is assigned, the departments that lead to somebody, or for a level for all roles which roles there
//! are. Other changes are no conflict: two editors may work on two cells of a role. Changed and changed back is changed.
//!
//! A conflict comes before all other refusals but one: who may not give a command at all is told that, and does not learn from a
//! conflict what there is, unless what changed is whether they may. `would_lock_out` rests on everybody and on all roles, so it
//! is left out: it is judged on the present state, whatever was seen. The latest 65,536 changed facts are remembered; whoever
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
//! A change costs what it touches: see [`apply`](crate::Editor::apply) and [`performance`](crate::docs::performance). The name
//! of a role is looked up among those of its section, however many they are; what is not so cheap is named there. The rules
//! add the actor's levels, the subjects and the cells that they are asked about.
//!
//! Lock-out costs nothing as long as an administrator is active, nor for a section that somebody manages wholly, or that no
//! role lets anybody manage, as long as only other people change. Else it looks, for each section, for one user who manages,
//! beginning with the one found last, then with one of each subject that a role lets manage; and for none where no role does.
//! It looks at all users where a role gives more than anybody gets by it: if all who have it are inactive, or `supervisors`
//! have it and nobody is head. To tell which command locked out, a batch that is refused is undone from its end: each command
//! costs a look at the section's roles, and what a change costs where they would let somebody manage.
