//! The rules: what a policy means. Everything else in this crate follows from this page.
//!
//! # Levels
//!
//! A levelled action takes one of eight levels. Five form a ladder; `open` is a modifier of the three in the middle.
//!
//! | level | reaches |
//! |---|---|
//! | `deny` | nothing |
//! | `own` | the records that the user owns |
//! | `department` | `own`, and the records owned by members of the user's departments |
//! | `department+sub` | `department`, and the records owned by members of any department below those |
//! | `all` | every record of the type, open or not, owned or not |
//! | `own+open`, `department+open`, `department+sub+open` | the same as without `open`, and every record with the flag "available to everyone" |
//!
//! **Several levels are joined.** The [`join`](crate::Level::join) of two levels is a level again, and reaches exactly the
//! union of what the two reach. So one more role never takes anything away. `deny` is the bottom of the ladder, not a veto:
//! any other role's grant wins.
//!
//! **The flag "available to everyone" grants nothing by itself.** Only a level with `open`, or `all`, sees it.
//!
//! **Levels have no intersection.** A user may have `department` for reading and `own+open` for editing. Both reach a
//! colleague's open record, although the two levels have only `own` in common. So "editing requires reading" is two answers
//! that must both be yes, never a smaller level.
//!
//! A **toggle** takes `allow` or `deny` and has no record.
//!
//! # The company
//!
//! - Departments form a forest: each has at most one parent.
//! - A user is a *member* of any number of departments, and *head* or *deputy* of any number, whether a member there or not.
//!   All of these are the user's departments.
//! - Several departments are a union, whatever role the access comes from. A user who heads one department and is a plain
//!   member of another reaches both by the `department` of a role that supervisors have, unless the assignment has a
//!   [place](#places).
//! - A record belongs to the departments that its owner is a **member** of. So a head reaches the people of the department,
//!   and they do not reach the records of a head who is not a member.
//! - For a user without departments, `department` and `department+sub` reach no more than `own`.
//! - An inactive user is denied everything, but stays in the departments: colleagues still see the records.
//! - Groups are flat sets of users.
//! - Administrators are users whom the application marks as such.
//!
//! # Records
//!
//! The library stores no records. The application passes the facts of a record with each question:
//!
//! - **Owners**: none, one or several, each a user or a department. One owner that is reached is enough. A record owned by a
//!   department is reached by `department` if that is one of the user's departments, by `department+sub` also if it is below
//!   one, and never by `own`.
//! - **No owner**: such a record is reached by `all`, by a level with `open` if it is flagged, and by a share. If its type is a
//!   pool (`"unowned": "pool"`), it counts as every user's own.
//! - **An unknown owner** (deleted, or from another system) is in no department, but is still an owner: the record is not in
//!   the pool.
//! - **Shares**: a record may be shared with users, departments, departments with those below, and groups. A share counts for
//!   actions with the key `shared`, and for users whose level for the action is not `deny`. An unknown subject contains nobody.
//! - **Variant**: none, or one value: the stage, pipeline or category that the record is in. A value that its type does not
//!   list means none.
//!
//! Owners and shares are sets: order and repetition do not matter. Nothing about departments is stored on a record, so access
//! follows when a person moves.
//!
//! **Creating** is checked on the record as proposed. One owner that is reached is enough, and so is the open flag under a
//! level with `open`, or a share under `shared`. So leave the `open` levels out of the `levels` of an action that creates or
//! assigns, and do not make it `shared`. [`may_create`](crate::Principal::may_create) also checks each owner alone, so that
//! nobody can be named as an owner who is out of reach.
//!
//! **Reassigning** is two checks: the update on the record as it is, and the action `assign` (if the type has one) on the
//! record as it will be. [`may_reassign`](crate::Principal::may_reassign) does both. An `assign` that is a toggle is asked
//! without the record.
//!
//! **Moving** a record to another variant is two checks as well: the update on the record as it is and, if the variant changes,
//! the action `enter` (if the type has one) on the record as it will be. [`may_move`](crate::Principal::may_move) does both.
//!
//! # The schema
//!
//! Sections hold resource types, which hold actions. A permission is named `type.action`. Names of sections and of types are
//! unique in the document, names of actions in their type. None contains a dot, a blank or a control character.
//!
//! | key of an action | meaning | default |
//! |---|---|---|
//! | `toggle` | takes `allow` and `deny` | `false` |
//! | `levels` | the levels that a role may set, besides `deny` | all eight |
//! | `floor` | a level that every active user has, whether in `levels` or not; for a toggle `allow` or `deny` | `deny` |
//! | `requires` | actions of the same type that must be allowed as well, on the same record; a toggle requires only toggles | none |
//! | `shared` | shares of a record count | `false` |
//! | `admin_bypass` | administrators have it without any role | `true` |
//! | `except_own` | denied for the user's own records, whatever the level, and for administrators too | `false` |
//!
//! A section may name a permission `manage`, which lets a user edit the section's roles. Its `admin_bypass` must be `true`, and
//! neither it nor anything that it requires may have `except_own`.
//!
//! **`except_own`** is for approvals: nobody approves their own request. A record is the user's own if the user is one of its
//! owners; in a pool, a record without owner is everybody's own. The key knows owners and not history: a user who may
//! reassign a record, approve it and take it back is not stopped, so guard `assign`.
//!
//! A type may list **`variants`**, `["new", {"name": "won", "values": [7, "C5:WON"]}]`, each with the values of a record's fact
//! that mean it: its name, if none are given. No value means two variants of a type, and no variant is named `default`. A record
//! whose value is not listed has no variant, also if its value is the name of a variant that has other values. Variants know the
//! state of a record and not its history: whoever may move it back may do there what is denied here, so guard `enter`.
//!
//! A type may list **`fields`**, `{"amount": {"read": "read_amount", "write": "edit_amount"}}`: which action to ask about which
//! column. A field names one of the two actions or both, and its own name is not empty. Fields add nothing to decisions. Where a
//! field names no action to read (or to write) it, reading (or writing) the record decides; so it does for whatever is not
//! listed. The action of a field decides alone: if a field must not be readable where the record is not, its action requires
//! `read`, and lint says so. The condition of a field belongs wherever a list is filtered, sorted, grouped or summed by its
//! column.
//!
//! # Roles
//!
//! A role belongs to a section and holds a level for permissions of that section. A permission that it does not mention is
//! `deny`. Role names are unique in their section, compared in Unicode lower case.
//!
//! A role is assigned to [subjects](crate::Subject). Assignments are evaluated live: a user who joins a department has its
//! roles at once. Only active users have roles. `hidden` and `locked` do not affect decisions.
//!
//! # Variants
//!
//! For a levelled permission a role may hold one level for each variant, beside the default for all other records:
//!
//! ```json
//! { "deal.update": { "default": "department", "won": "deny", "lost": "own" } }
//! ```
//!
//! A variant that is named has that level, `deny` too; one that is not has the default, which is `deny` if it is left out. So
//! each role first settles its level for the variant of the record, and then the levels of roles are joined: one more role never
//! takes away. What an action requires is decided for the same variant. A floor is for all variants alike.
//!
//! `set_level` with a `variant` sets the level of that variant, and with `null` takes it away; without, it sets the default.
//! `set_level_for_all_roles` without a variant treats all records alike, so variants lose their levels; with one, it sets the
//! level of that. `null` is a level nowhere else. To raise a default
//! raises the variants without a level of their own, and a delegate must have as much for each of them.
//!
//! Only variants that some role names can differ from the default, so only these cost something: a cell more for each action of
//! the type in the rights that users share.
//!
//! # Places
//!
//! An assignment may have a place: `{ "to": subject, "in": place }`. The levels `department` and `department+sub` of its role
//! are then measured from the place, instead of from all departments of the user.
//!
//! | place | departments that the levels are measured from |
//! |---|---|
//! | none | all departments of the user |
//! | `[7, 9]`, a list of departments | these, whoever the user is |
//! | `"subject"` | those by which the user is in the subject: for a department that one; for a department with those below, the user's departments among these; for `supervisors` the departments that the user heads, for `deputies` those they are deputy of; for all other subjects, all departments of the user |
//!
//! So one person can be editor in one department and reviewer in another, Finance can read the deals of Sales and no more, and
//! a head who sits in another department has a head's reach only in what they head.
//!
//! - `own` and `open` are not measured from departments, and mean what they mean anywhere.
//! - An assignment with a place never reaches everything. `all` counts as `department+sub+open` there, or as `department+sub`
//!   if the action takes no level with `open`.
//! - A toggle is not measured: `allow` counts whatever the place.
//! - A role may be assigned to one subject several times, in different places. The same twice is an error.
//! - A department that moves takes the place along. One that stands in a place can't be removed.
//! - The *level* of a user, where this documentation speaks of one, is the join of those without a place.
//!   [`Rights::in_places`](crate::Rights::in_places) has the others.
//!
//! # Periods
//!
//! Assignments, and being member, head or deputy of a department or member of a group, may have a period: `from`, `until` or
//! both. What does not hold at the instant of a state is not there, for every rule of this page. As long as no instant has
//! been told, nothing holds that has a period. See [`time`](crate::docs::time).
//!
//! # The decision
//!
//! 1. If the user is unknown or inactive, the permission unknown, or the record of another type: deny.
//! 2. The user's grants are the floor, the level of each role for each assignment that the user is in and that holds, and, for
//!    an administrator, `all` (`allow` for a toggle) unless the action has no bypass.
//! 3. For a toggle, one grant must be `allow`. For a level, one grant must reach the record from where it is measured; or the
//!    record is shared with the user, the action is `shared`, and some grant is not `deny`. With `except_own`, the record must
//!    not be the user's own.
//! 4. Everything that the action requires must be allowed by the same rules, for the same record.
//!
//! Levels are combined for each permission separately: a level for one action or type never widens another. The decision is
//! total, and reads no clock, file or network.
//!
//! # Documents
//!
//! **Ids** are 64-bit integers, or text that is not empty and is compared code point by code point: `7` and `"7"` are
//! different. Users, departments, groups, roles, records and values of variants have separate ids. `null` means the same as leaving a field out.
//!
//! **Errors of the form** stop at the first one, with its line: text that is not JSON, a wrong type, an unknown key, a key
//! twice in one object.
//!
//! **Errors of the content** are reported all at once, each with its path: unknown or duplicate names, an unknown word for a
//! level or a subject, a level that the action does not take, a dangling reference, a cycle, an entry twice in a list.
//!
//! **Saving** gives the canonical form: entries by id, integers first; lists sorted; assignments by subject, in the order of [`Subject`](crate::Subject), and then by place; times as UTC; entries with a period,
//! and assignments that say more than a subject, as objects, all others in the short form; levels in the order of the table above, with
//! the `open` ones before `all`, and always with `deny`; defaults left out; the schema in its own order. So documents that mean
//! the same are the same bytes.
//!
//! # Changes
//!
//! A [`Command`](crate::Command) changes one thing. A batch is applied as a whole or not at all, and each command is judged on
//! the state that those before it left. A command is `invalid`, and the batch is refused, if it:
//!
//! - names something unknown, or adds something that exists;
//! - moves a department below itself, or removes one that is not empty: that has departments below it, or people, or stands in
//!   the place of an assignment;
//! - sets a level that the action does not take;
//! - joins or assigns what is joined or assigned already in the same period, or leaves or unassigns what is not;
//! - has a period that ends before it begins, or prunes what may not have ended by the instant of the state.
//!
//! Setting a value that is set already is accepted and changes nothing. In `set_level_for_all_roles`, a permission may be listed
//! twice. Removing something removes its memberships and assignments too, those of locked roles included.
//!
//! The rights to issue commands, and the log: [`administration`](crate::docs::administration).
//!
//! # Explanations, differences, lint
//!
//! - **Explanation**: its decision is the check itself. Repairs that only the host may make (changing locked roles, naming
//!   administrators) are not offered. Reassigning makes the user the only owner; sharing adds the user by name. See
//!   [`explain`](crate::docs::explain).
//! - **Difference**: it compares sets of records, among all records that can be formed with the ids of either policy, unknown
//!   ids included. What one policy lacks (a user, an action) is denied there. A name that is a toggle in one policy and
//!   levelled in the other is lost as the one and gained as the other.
//! - **Lint**: it reports what is valid but probably not meant. See [`lint`](crate::docs::lint).
//! - **Names in sentences**: people, departments, groups and roles are called by their names, or else by their ids. A name that
//!   another of its kind has too is followed by the id: `Marketing (108)`. A person's name ends before its first comma, if
//!   nobody else is called so; otherwise it is whole. A name that holds a comma, a semicolon, a colon, a quote or the word "and", or
//!   ends with a bracket, stands in quotes, so that lists can be read: `Sales, "Marketing and PR" and Support`.
//!
//! # World files
//!
//! A world file is a document with `records` and `expect` added. Owners, subjects of shares, and the users of expectations may
//! be unknown; actions and records may not. No id is empty.
//!
//! `stages` are changes, applied one after another, each followed by expectations of its own. A stage may hold `records`, which
//! are added, or replace those with the same id. Whether a stage is applied, or refused with the word that it names, counts as
//! one expectation. If it is refused against expectation, the policy stays as it was, the records are replaced all the
//! same, and the next stage goes on from there. No stage is refused for a
//! `conflict`, which takes an editor who saw an older state, so to expect that is an error.
//!
//! `at`, beside `records`, is the instant of the first expectations. A stage may have an `at`, not before the last one, which is
//! told before its commands and holds from then on.
//!
//! # The command line
//!
//! - **Ids**: an id in any other form than a plain integer (`007`, `+7`, `-0`, more than 64 bits) is text. YAML decides for itself
//!   about a plain word: `007` is text, but `+7` and `0x7` are the integer 7, and more than 64 bits is an error. Quote text there.
//! - **Output**: `validate` prints what it finds to standard output, files that can't be read included. All other commands
//!   print errors to standard error. Control characters from outside are escaped in both.
//! - **Unknown users**: an answer about an unknown or inactive user is "no". `list` and `sql` then print what is true (nothing, or
//!   a condition that no record meets), end with 0, and say why on standard error.
//! - **Suggestions**: an error about an unknown id or name suggests the other kind of id (`7` for `"7"`), or text that differs in
//!   case, blanks or at most a third of its letters. Of many names the nearest are listed. Only the first 64 unknown ids of a
//!   file get suggestions, and each is compared with some thousand ids at most.
//! - **Colours** are used on a terminal only; `NO_COLOR` with any value but the empty one turns them off.
//! - **Input**: a byte order mark at the head of a world file is skipped. A file of requests has none, and a blank line in it is
//!   not a request. A file of commands is JSON, whatever its name.
//! - **A newer `format`** is reported instead of any other error of the file, wherever `format` stands; unless the text up to it
//!   is not even TOML, JSON or YAML.
//! - **The instant**: all commands but `test` and `calendar` take `--at TIME`. Without it they answer for the file's `at`, and without
//!   that for the present time. The clock is read only for a file with periods.
//! - `apply` writes the receipt before it prints the document. Its log entry holds no time of the change, and the instant at which
//!   it was judged, if there was one. `--force` acts as the host, so it excludes `--as`.
//! - `diff` prints nothing if nothing differs. It goes on to each later instant at which a period of either file begins or ends,
//!   and prints what differs from then on, if that is another difference. Like `explain`, it takes `--json`, which prints a line
//!   for each of them.
//! - `calendar` lists what begins and ends, in the order of time: one line each, or with `--json` an object on each line.
//! - `dot` shades the departments whose own records the user reaches, and draws a thick border around those that the user is in.
//! - `validate --lint` prints findings after `valid`, each with its severity, a path that names entries by id, and its code.
//!   `--allow CODE` leaves out those with a code.
//! - `matrix --user` shows what a user has in places beside the rest: `own; department in Sales, Support`.
//! - `matrix` prints `deny` as `-`. With `--user` it shows what the user effectively has: `-` also where something that the
//!   permission requires is denied for every record.
//! - `matrix --json` prints an object: `roles` with the sections, in these the roles, and in each its permissions in the order
//!   of the schema with their levels, one to a line; or, with `--user`, `user` and `grants`, without roles. `deny` is left
//!   out, and so are hidden roles without `--hidden`. `--csv` prints a row for each cell, with `deny`. `--check` compares with
//!   such an object, whatever the order of its keys, and a permission that it does not mention is `deny`. It prints each cell
//!   that differs, and each role that is new or gone.
//! - `sql` prints the condition, and then each parameter with its number, as JSON. All people whom the user reaches are listed in
//!   it. MySQL would take `7` and `'7'` for equal, so there the ids of the file must be of one kind, unless `--ids` says which.
