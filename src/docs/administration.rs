//! Administration: commands, who may give them, receipts, the log.
//!
//! # Commands
//!
//! Every change is a [`Command`](crate::Command). Commands are data: a page creates them, a log stores them, and they can be
//! sent, replayed and undone. A list of commands is a batch. It is applied as a whole or not at all, and readers see all of it
//! or nothing.
//!
//! ```
//! use orgscope::document::{Department, Document, User};
//! use orgscope::rules::RefusalKind;
//! use orgscope::{Command, Handle, Level, Policy, Subject, presets};
//!
//! let document = Document::new()
//!     .merge(presets::crm())
//!     .department(Department::new("sales"))
//!     .user(User::new("root").administrator())
//!     .user(User::new("nina").member_of("sales").head_of("sales"))
//!     .user(User::new("nick").member_of("sales"));
//! let authz = Handle::new(Policy::from_document(document)?);
//!
//! // An administrator clones a role, changes it, and assigns it to a department.
//! let receipt = authz.as_user("root").at("2026-11-22T09:00:00Z").apply([
//!     Command::clone_role("crm-manager", "seller", "Seller"),
//!     Command::set_level("seller", "deal.read", Level::Department),
//!     Command::assign("seller", Subject::department("sales")),
//! ])?;
//!
//! // Which users may get other decisions now? Drop what the application has cached for these users.
//! let affected: Vec<_> = receipt.affected().users().map(ToString::to_string).collect();
//! assert_eq!(affected, ["nick", "nina"]);
//!
//! // A user who may not edit roles is refused, and nothing changes.
//! let refusal = authz.as_user("nick").apply([Command::delete_role("seller")]).unwrap_err();
//! assert_eq!(refusal.kind(), RefusalKind::NotPermitted);
//!
//! // A mistake? The receipt holds the commands that undo it.
//! authz.as_user("root").apply(receipt.undo())?;
//! assert!(authz.load().catalogue().role("seller").is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! In JSON a command is an object with one key, the name of the command, and a batch is an array of commands. A page can send
//! that, and `orgscope apply crm.json --commands batch.json --as root` reads it from a file.
//!
//! ```
//! # use orgscope::document::{Document, User};
//! # use orgscope::{Handle, Policy, presets};
//! use orgscope::Command;
//!
//! # let document = Document::new().merge(presets::crm()).user(User::new("root").administrator()).user(User::new("nick"));
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
//! | command | fields; those with `?` are optional |
//! |---|---|
//! | `add_department` · `rename_department` · `move_department` · `remove_department` | `id`, `name?`, `parent?` · `id`, `name` or `null` · `id`, `parent` or `null` for a root · `id` |
//! | `add_user` · `rename_user` · `set_active` · `remove_user` | `id`, `name?`, `active?`, `departments?`, `heads?`, `deputy_of?` · `id`, `name` or `null` · `user`, `active` · `id` |
//! | `join_department`, `leave_department` · `set_head` · `set_deputy` | `user`, `department` · the same and `head` · the same and `deputy`; to join, and where it is `true`, `from?`, `until?` |
//! | `add_group` · `rename_group` · `remove_group` · `join_group`, `leave_group` | `id`, `name?`, `members?` · `id`, `name` or `null` · `id` · `user`, `group`, and to join `from?`, `until?` |
//! | `set_administrator` | `user`, `administrator` |
//! | `create_role` · `clone_role` · `rename_role` · `delete_role` | `id`, `section`, `name`, `grants?`, `hidden?`, `locked?`, `assigned_to?` · `from`, `id`, `name` · `id`, `name` · `id` |
//! | `set_hidden` · `set_level` · `set_level_for_all_roles` | `role`, `hidden` · `role`, `permission`, `variant?`, `level`, which with a variant may be `null` · `section`, `permissions`, `variant?`, `level` |
//! | `assign`, `unassign` | `role`, `subject`, `in?`, `from?`, `until?` · `role`, `subject`, `in?` |
//! | `prune` | `ended_by`: a time |
//!
//! [`Snapshot::catalogue`](crate::Snapshot::catalogue) lists what a page shows before any command: the roles of each section
//! with their cells and their assignments, in whatever place and period, and how many people each assignment covers. The
//! [`presets`](crate::presets) are sections with roles to start with.
//!
//! [`dry_run`](crate::Editor::dry_run) shows what a batch would change before it is applied: it returns the state that the batch
//! would lead to, and [`diff`](crate::Snapshot::diff) compares that with the present one.
//!
//! ```
//! # use orgscope::document::{Department, Document, User};
//! # use orgscope::{Command, Handle, Level, Policy, presets};
//! # let document = Document::new()
//! #     .merge(presets::crm())
//! #     .department(Department::new("sales"))
//! #     .user(User::new("root").administrator())
//! #     .user(User::new("nina").name("Nina").member_of("sales").head_of("sales"))
//! #     .user(User::new("nick").name("Nick").member_of("sales"));
//! # let authz = Handle::new(Policy::from_document(document)?);
//! let batch = [Command::set_level("crm-manager", "deal.read", Level::Department)];
//! let run = authz.as_user("root").dry_run(&batch)?;
//! assert_eq!(authz.load().diff(run.after()).to_string(), "Nick: deal.read own → department");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Who may change what
//!
//! Each command is judged on the state that the commands before it left. So a batch is accepted exactly if its commands, one
//! by one, are (lock-out excepted, see below).
//!
//! | actor | may |
//! |---|---|
//! | the host application: [`apply`](crate::Handle::apply) | do everything that is valid and locks nobody out; with [`force`](crate::Editor::force) also what locks out |
//! | an active administrator: [`as_user`](crate::Handle::as_user) | change the company, and edit the roles of every section. Not: make administrators, edit or create locked roles |
//! | a delegate: another active user | edit the roles of the sections that they manage, within the rules below |
//!
//! # Delegates
//!
//! A section of the schema may name a permission `manage`. A delegate is a user who has it: a toggle must be allowed to
//! them, a levelled one must not be `deny`. A delegate may edit the roles of the section, by three rules:
//!
//! 1. **Cover.** A delegate gives nothing that they do not have. To raise a cell gives it to every assignment of the role; to
//!    assign a role gives all its cells to that assignment. Raised means: to a level that is not within the one before.
//!    Lowering is free. Cloning raises nothing; assigning the clone is checked against its cells.
//! 2. **Reach.** Where `manage` is levelled, a delegate assigns and unassigns only subjects that it reaches, and does not
//!    change or delete a role that is assigned to a subject out of reach. A role that nobody has may be changed.
//! 3. **Locked roles.** Only the host application edits them. Everybody who edits roles may clone them.
//!
//! Rule 1 decides like this whether a delegate may give a level:
//!
//! - A raised cell must be within the join of all that they have for the permission, in whatever place.
//! - For an assignment without a place it must be within the join of what they have without a place. It is the level that is
//!   given, and not the departments: a delegate with `department` gives `department` to people of any department.
//! - For an assignment in a list of departments they must have the level at each of these: `department+sub` at a department by
//!   `all` without a place, or by `department+sub` measured from it or from one above; `department` by these, and by
//!   `department` measured from it. The place `subject` of a department, with or without those below, is asked at that
//!   department; with those below, `department` is asked as `department+sub`, because the user may be anywhere below.
//! - The place `subject` of any other subject is asked like none.
//! - For `own`, `open` and toggles any grant suffices, whatever the places.
//! - All of this at every instant of the assignment's [period](crate::docs::time), from now on: nobody gives for longer than they
//!   have. If only the period changes, at the instants that the one before lacked.
//!
//! Rule 2 decides like this whether a subject is reached:
//!
//! - a user or a department: if `manage` is allowed for a record that they own;
//! - a department with those below: the same, and `department+sub` at that department, in the sense of rule 1, for `manage` and
//!   for all that it requires;
//! - a group: if all its members are reached, and it has some;
//! - supervisors, everyone and the like, and an empty group: only if `manage` and all that it requires are `all`.
//!
//! An assignment in a list of departments is reached only if each of these is too, as a department with those below.
//!
//! Rule 1 compares grants, before requirements. Rule 2 is a decision like any other, with requirements.
//!
//! **Open delegation.** A document with `"delegation": "open"` drops rule 1, except for a levelled `manage` itself and all that it
//! requires, directly or not: otherwise delegates could raise their own reach.
//!
//! # Lock-out
//!
//! A batch is refused if it leaves a section without a manager that had one before. The managers of a section are the active
//! administrators, the users who are allowed its `manage` if that is a toggle, and those who are allowed it for every record if it
//! is levelled (or for some record, if nobody was for every one), with all that it requires. That holds for every instant from now
//! on: a batch is refused as well if it takes the only manager of next March. Lock-out is judged at the end of the batch, and the
//! host application may force it.
//!
//! # Refusals
//!
//! | [`RefusalKind`](crate::rules::RefusalKind) | [`Rule`](crate::rules::Rule) | |
//! |---|---|---|
//! | `not_permitted` | `ActiveUser`, `Company`, `Host`, `Force`, `Replace`, `Manage` | the actor is not an active user, or may not make such changes at all |
//! | `invalid` | `Invalid` | the command is invalid on this state: what it names is missing, or what it adds exists |
//! | `locked_role` | `Locked` | rule 3 |
//! | `outside_reach` | `Reach` | rule 2, with the subject and what is missing |
//! | `exceeds_own_level` | `OwnLevel` | rule 1, with the cell, the level that it has or would have, the one that it takes at the place, and the actor's own |
//! | `would_lock_out` | `LockOut` | nobody could manage the section any more, or not all of it |
//! | `conflict` | `Conflict` | the actor saw an older state: see below |
//!
//! If several of the first five apply to a command, the first is reported. A command that names an unknown role or section is
//! `invalid` for everybody who edits the roles of some section, and `not_permitted` for everybody else. A user who may not
//! change a role is refused even if the command would change nothing.
//!
//! # Two editors at once
//!
//! A page shows a state, and knows its [`revision`](crate::Snapshot::revision). Pass that to
//! [`if_unchanged_since`](crate::Editor::if_unchanged_since), and a batch is refused as a `conflict` if something that it depends on
//! has changed since:
//!
//! - a cell, an assignment or a subject that a command names;
//! - what the verdict depends on: the actor's own levels; the cells of a role that is assigned; the assignments of a role whose
//!   cells are raised; the departments above the places where cells are given, and around a subject that must be reached; and, for
//!   a level for all roles, which roles exist.
//!
//! Other changes do not conflict: two editors may change two cells of one role. A value that was changed and changed back has
//! changed.
//!
//! `conflict` precedes every refusal but `not_permitted`, so that a user without permission learns nothing from it; unless it
//! was that permission that changed. `would_lock_out` depends on all users and roles, so it is left out: it is judged on the
//! present state, whatever the actor saw.
//!
//! The latest 65,536 changes are remembered; a command may make several. A revision from before that, or from before a
//! [`replace`](crate::Handle::replace), is a conflict as well.
//!
//! # The log
//!
//! Each accepted batch makes one revision, even if it changes nothing, and one [`AuditEntry`](crate::log::AuditEntry): the actor,
//! the time (as passed by the application), the instant of the state if one has been told, the commands, and a hash. A policy that [replaces](crate::Handle::replace) the
//! current one is an entry as well, with the whole document. So that any program can check it, the hash
//! is SHA-256 of two things, one after the other: the 32 bytes of the hash before it (zeros before the first entry), and the entry
//! as compact JSON without its `hash`, with the fields in the order in which it was written. That is its line without the end
//! `,"hash":"…"}`, and with `}` instead. A column that reorders keys, such as PostgreSQL's `JSONB`, loses that order: store text.
//!
//! An application appends the entries to a file or a table, and stores a [`Checkpoint`](crate::log::Checkpoint) now and then,
//! which holds a whole state with a hash of its own. How to save an entry before its batch is published:
//! [`lists`](crate::docs::lists#saving-a-change).
//!
//! - [`Handle::restore`](crate::Handle::restore) rebuilds the present state from a checkpoint and the entries after it, byte for
//!   byte.
//! - [`Handle::follow`](crate::Handle::follow) applies the next entry to a handle in use, for an entry that another process has
//!   saved.
//!
//! Both report an entry that is missing, repeated or altered, and neither applies the rules again: the entries were judged
//! when they were accepted.
//!
//! # What it costs
//!
//! A change costs what it touches: see [`Editor::apply`](crate::Editor::apply), and [`performance`](crate::docs::performance) for
//! figures. The rules add the actor's levels, and the subjects and cells that a command names. The name of a role is looked
//! up among those of its section, however many there are.
//!
//! Lock-out costs nothing while an administrator is active. Without one, it costs nothing for a section that the manager found
//! last manages wholly, or that no role lets anybody manage, as long as a batch changes only other users. Otherwise it looks for
//! one manager, starting with the last one, then with one user of each subject that a role lets manage. It looks at all users
//! only if such a role gives more than anybody gets from it: if all who have it are inactive, or if it is assigned to
//! `supervisors` and nobody is a head, or if all managers have it in periods. Then it also looks at each later instant at which
//! somebody may begin or cease to manage. To name the command that locked out, a refused batch is undone from its end, command by
//! command.
