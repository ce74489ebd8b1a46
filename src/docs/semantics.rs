//! The rules: what a policy means. Everything else in this crate follows from this page.
//!
//! # Levels
//!
//! A levelled action takes one of eight levels. Five make a ladder; `open` is a modifier of the three in the middle.
//!
//! | level | reaches |
//! |---|---|
//! | `deny` | nothing |
//! | `own` | the records that I own |
//! | `department` | `own`, and the records owned by members of my departments |
//! | `department+sub` | `department`, and the records owned by members of any department below mine |
//! | `all` | every record of the type, open or not, owned or not |
//! | `own+open`, `department+open`, `department+sub+open` | the same, and every record with the flag "available to everyone" |
//!
//! Whoever has several levels has their union, and that is always a level itself: reaching by two levels is reaching by
//! their [`join`](crate::Level::join), never more. `deny` is the bottom of the ladder and no veto: any other role's grant
//! wins. The flag "available to everyone" grants nothing by itself; only a level with `open`, or `all`, sees it.
//!
//! There is no such law for "both": reading my department's records and editing my own and open ones together reach a
//! colleague's open record, though the levels have no more than `own` in common. So "editing also needs reading" is two
//! answers that must both be yes, never a smaller level.
//!
//! A **toggle** takes `allow` or `deny` and has no record.
//!
//! # The company
//!
//! - Departments form a forest: each has at most one parent.
//! - A user is a *member* of any number of departments, and *head* or *deputy* of any number, member there or not. My
//!   departments are all of these. Several are a union, whatever role the access came by: who heads one department and is
//!   a plain member of another reaches both by the `department` of a role that supervisors have.
//! - A record is where its owner is a **member**. So a head reaches the people of the department, and they do not reach
//!   the records of a head who is not a member.
//! - Who is in no department reaches no more than `own` by `department` and `department+sub`.
//! - Who is inactive is denied everything, and stays where they were: their records stay visible to their colleagues.
//! - Groups are flat sets of users. Administrators are users that the application marked so.
//!
//! # Records
//!
//! The library stores none. The application tells the facts of a record at each question:
//!
//! - **Owners**: none, one or several, each a user or a department; any one that is reached suffices. A department as
//!   owner is reached by `department` if it is one of mine, by `department+sub` also if it is below one of mine, and never
//!   by `own`.
//! - **No owner**: reached by `all`, by a level with `open` if it is flagged, and by a share. Where the type says
//!   `"unowned": "pool"`, it is everybody's own.
//! - **An unknown owner** (deleted, from another system) is in no department, and still an owner: the record is in no pool.
//! - **Shares**: a record may be shared with users, departments, departments and below, and groups. It counts for the
//!   actions that say `shared`, for users whose level for them is not `deny`. An unknown subject contains nobody.
//!
//! Owners and shares are sets. Nothing about departments is stored on a record: when a person moves, access follows.
//!
//! **Creating** is checked on the record as proposed. One owner that is reached suffices, and so do the open flag under a
//! level with `open`, and a share under `shared`; so an action that creates or assigns leaves the `open` levels out of its
//! `levels`, and `shared` off. [`may_create`](crate::Principal::may_create) also asks for each owner alone, so that nobody
//! is named who is out of reach. **Reassigning** is two checks: the update on the record as it is, and the action `assign`,
//! where the type has it, on the record as it will be: [`may_reassign`](crate::Principal::may_reassign).
//!
//! # The schema
//!
//! Sections hold resource types, which hold actions; `type.action` names a permission. Names of sections are unique, names
//! of types too, in the whole document, names of actions in their type. They hold no dot, blank or control character.
//!
//! | key of an action | meaning | left out |
//! |---|---|---|
//! | `toggle` | it takes `allow` and `deny` | `false` |
//! | `levels` | the levels that a role may set, beside `deny` | all eight |
//! | `floor` | a level that every active user has, in `levels` or not; for a toggle `allow` or `deny` | `deny` |
//! | `requires` | actions of the same type that must be allowed too, on the same record; a toggle requires only toggles | none |
//! | `shared` | a share counts | `false` |
//! | `admin_bypass` | administrators have it without any role | `true` |
//!
//! A section may name the permission that lets a user edit its roles, `manage`. Administrators must have it by their
//! bypass.
//!
//! # Roles
//!
//! A role belongs to a section and holds a level for permissions of that section, `deny` for those that it does not
//! mention. It is assigned to [subjects](crate::Subject), evaluated live: who moves into a department has its roles at
//! once. Only active users have roles. `hidden` and `locked` change no decision. Names are unique in their section by
//! their Unicode lower case.
//!
//! # The decision
//!
//! 1. Is the user unknown or inactive, the permission unknown, or the record of another type? Then no.
//! 2. The level is the floor joined with the levels of all roles of the user. For an administrator, where the action has
//!    the bypass, it is `all`, or `allow`.
//! 3. A toggle: is it `allow`? Else: does the level reach the record, or is the record shared with the user, the action
//!    `shared` and the level not `deny`?
//! 4. Is everything that the action requires decided yes, by the same rules, for the same record?
//!
//! Levels combine for each permission by itself: a level for one action or type never widens another. The decision is
//! total, and reads no clock, file or network.
//!
//! # Documents
//!
//! Ids are integers of 64 bits or text that is not empty, compared code point by code point: `7` and `"7"` are different.
//! Users, departments, groups, roles and records have their own each. `null` is the same as leaving out.
//!
//! What can't be read as a document (no JSON, a wrong type, an unknown or a repeated field) stops at the first mistake,
//! with its line. What can be read and makes no sense (an unknown or repeated name, a level that an action does not take, a
//! reference that leads nowhere, a cycle) is reported all at once, each problem with its path. An entry twice in a list is
//! such a problem too, also in `requires`.
//!
//! Saving gives the canonical form: by id, integers first; lists sorted; levels in the order of the table above, with the
//! `open` ones before `all`, and `deny` always among them; defaults left out; the schema in its own order. So documents
//! that mean the same are the same bytes.
//!
//! Everything else that makes no sense is such a problem as well, a misspelt level or subject too. Only an object with a
//! key that is unknown, among them that of a subject, can't be read.
//!
//! # Changes
//!
//! A [`Command`](crate::Command) changes one thing. A batch is applied all or not at all, each command judged on the state
//! that those before it left. A command makes no sense, and refuses the batch, if it names what is not there or adds what is,
//! puts a department below itself, removes one that is not empty, or sets a level that the action does not take; if it joins
//! or assigns what is so already, or leaves or unassigns what is not. Setting what is so already is accepted and changes
//! nothing; so is a permission that stands twice in `set_level_for_all_roles`. What is removed takes its memberships and
//! assignments along, those of locked roles too.
//!
//! Who may give which command, what is refused, and what is kept of it: [`administration`](crate::docs::administration).
//!
//! # Explanations, differences, lint
//!
//! - The decision of an explanation is the check. Its repairs are those of [`explain`](crate::docs::explain): what only the
//!   host may do, changing locked roles or naming administrators, is not offered. Reassigning makes the user the only owner;
//!   sharing adds them by name.
//! - A difference is about sets of records among all that the ids of either policy can make, unknown ones included. What one
//!   policy lacks (a user, an action) is denied there; a name that is a toggle in one and has records in the other is
//!   lost as the one and gained as the other.
//! - Lint tells what is so now, for active users. An equal role is told once, for the later of the two; a role is told to add
//!   nothing only if all who have it have another that grants as much, not because another grants more to others. What is
//!   assigned to administrators is not told for their having everything anyway.
//! - In sentences people are called by their name up to its first comma, else by their id.
//!
//! # World files
//!
//! A world file is a document with `records` and `expect`ations added. Owners, the subjects of shares and the users who
//! are asked about may be unknown; actions and records may not. No id is empty.
//!
//! `stages` are changes, one after another, each with expectations of its own after it. A stage may hold `records`, which
//! replace those of the same id from there on, or are added. Whether it is applied, or refused with the word that it names, is
//! one expectation. A refusal against expectation leaves the state as it was, and the stages after it go on from there; its
//! records are replaced all the same. No stage is refused for a `conflict`: that takes an editor who saw an older state.
//!
//! # The command line
//!
//! - An id that is written as an integer in any other way (`007`, `+7`, `-0`, beyond 64 bits) is text. In YAML a plain word is
//!   what YAML takes it for, so `007` is text, but `+7` and `0x7` are the integer 7, and beyond 64 bits is an error: quote text.
//! - `validate` prints what it finds, files that can't be read included, to standard output; all other commands print
//!   errors to standard error. Control characters from outside are escaped in both.
//! - `apply` writes the receipt before it prints the document. Its log entry holds no time: the tool reads no clock. `--force` is
//!   the host application's, and does not go with `--as`. A file of commands is JSON, whatever its name.
//! - A byte order mark at the head of a world file is skipped. A file of requests has none, and a blank line in it is no
//!   request.
//! - `diff` prints nothing where nothing differs, and `dot` shades the departments whose own records the user reaches, with a
//!   thick border where the user has a place. `diff` takes `--json` as `explain` does; `validate --lint` prints findings
//!   behind `valid`, each with its path, in which what has an id is named by it.
//! - Colours are for a terminal only, and `NO_COLOR` with any value but the empty one turns them off.
//! - `matrix` prints `deny` as `-`. With `--user` it shows what the user effectively has: nothing, where something that the
//!   permission requires is denied whatever the record.
//! - `sql` prints the condition, then each parameter with its number, as JSON. The people whom the user reaches stand in it, all of
//!   them. MySQL would find `7` equal to `'7'`, so without `--ids` the ids of the file must be of one kind there.
//! - If a file can't be read, and its `format` is a newer one, then that is the error, wherever `format` stands; unless the
//!   text is not even TOML, JSON or YAML up to there.
//! - Where a type has an action `assign` that is a toggle, reassigning asks the toggle.
