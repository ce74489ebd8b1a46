//! Time: periods, and an application that tells the instant.
//!
//! An assignment, a membership, and being head or deputy of a department may have a **period**: from an instant on, until
//! another, or both. So a role on trial, an external reviewer for two weeks, a head who is away, or a transfer on the first of
//! the month are written down once, and happen by themselves.
//!
//! ```json
//! { "id": "lin", "departments": ["theatre"],
//!   "heads": [ { "id": "surgery", "from": "2026-12-20T00:00:00+01:00", "until": "2027-01-07T00:00:00+01:00" } ] }
//! ```
//!
//! # The rules
//!
//! - A time is RFC 3339 with an offset, in whole seconds: `2026-12-01T00:00:00+01:00`. It is saved as UTC. A date without a
//!   time of day, or a time without an offset, is an error: "until 5 December" has to say where that day ends. In Rust a
//!   [`Time`](crate::Time) is made from such text, from seconds, from a `SystemTime`, and with the features `jiff` and `chrono`
//!   from the times of these crates; a part of a second is dropped.
//! - A period holds from its first instant until the last, which is not in it. So one that ends when another begins leaves
//!   neither a gap nor a second in which both hold.
//! - A state of the company is for one [instant](crate::Snapshot::instant). What has a period is there if it holds then, and
//!   otherwise it is as if it were not written. Decisions read no clock.
//! - **As long as no instant has been told, nothing holds that has a period**, be it to begin or to end. An application that
//!   forgets to tell the time gives nobody anything that was to end.
//! - Whether a department is empty, and which members a group has when it is removed, does not depend on periods: what is yet
//!   to begin or has ended is there until it is left, unassigned or pruned.
//!
//! # Telling the time
//!
//! [`Handle::advance`](crate::Handle::advance) makes an instant that of the current state. It is not a change of the policy:
//! there is no new revision, no entry of the log, and no rule that could refuse it. Time never goes back: an earlier instant
//! changes nothing, and [`is_behind`](crate::Advance::is_behind) says so.
//!
//! An application calls it whenever it likes: at each request, every minute, or just when something begins or ends. The
//! answers at one instant are the same.
//!
//! ```
//! # use orgscope::document::{Action, Document, ResourceType, Section};
//! # use orgscope::{Handle, Policy};
//! use std::time::{Duration, SystemTime};
//!
//! use orgscope::Time;
//!
//! /// Tells the time, and returns how long to sleep until the next call.
//! fn tick(authz: &Handle) -> Result<Duration, Box<dyn std::error::Error>> {
//!     let advance = authz.advance(Time::try_from(SystemTime::now())?);
//!     for user in advance.affected().users() {
//!         // Drop the answers that were kept for this user.
//!         # let _ = user;
//!     }
//!     let minute = Duration::from_secs(60);
//!     Ok(match advance.next_change() {
//!         Some(next) => SystemTime::try_from(next)?.duration_since(SystemTime::now()).unwrap_or_default().min(minute),
//!         None => minute,
//!     })
//! }
//! # let contact = ResourceType::new("contact").action(Action::new("read"));
//! # let authz = Handle::new(Policy::from_document(Document::new().section(Section::new("crm").resource(contact)))?);
//! # assert_eq!(tick(&authz)?, Duration::from_secs(60));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A call with nothing to begin or end costs about as much as a batch that changes nothing, and none is needed for a request
//! if a timer calls at [`next_change`](crate::Advance::next_change). Sleep no longer than a minute all the same: a clock may
//! be set, a machine may sleep, and a batch may bring an earlier change.
//!
//! **Kept answers** end with the state that they came from: with the next revision, and at `next_change`.
//!
//! **Several processes** tell the time each for itself, from clocks that differ a little. Within that, one may say yes and
//! another no. A condition for a database asks [mirror tables](crate::docs::lists) that hold what holds; one process writes
//! them (`Mirror::follow` takes an [`Advance`](crate::Advance) as it takes a [`Receipt`](crate::Receipt)), and a condition of a
//! process that sees other members is an error instead of a mixture: advance, and ask again. Let the process that writes the
//! tables tell the others the instant, if that must not happen.
//!
//! **A clock that runs ahead** ends periods early, and they do not come back before the others catch up: an instant once
//! told is never taken back. A new handle has no instant, so a process that was told a wrong year is restarted.
//!
//! # Another day
//!
//! [`Policy::at`](crate::Policy::at) is the same policy at another instant, earlier or later. So a page can show what
//! will change by itself until the first of January:
//!
//! ```
//! use orgscope::document::{Document, User};
//! use orgscope::{Period, Policy, Snapshot, Subject, Time, presets};
//!
//! let new_year: Time = "2027-01-01T00:00:00+01:00".parse()?;
//! let mut document = Document::new().merge(presets::crm()).user(User::new("nick").name("Nick"));
//! let role = document.roles.iter_mut().find(|role| role.name == "Manager").ok_or("the preset has managers")?;
//! role.assigned_to = vec![Subject::user("nick").during(Period::starting(new_year))];
//! let policy = Policy::from_document(document)?;
//!
//! let now: Time = "2026-12-01T09:00:00Z".parse()?;
//! let [now, then] = [now, new_year].map(|instant| Snapshot::compile(&policy.at(instant)));
//! let change = now.diff(&then).to_string();
//! assert!(change.starts_with("Nick:\n"), "{change}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Changes of periods
//!
//! - Joining, assigning or setting again in another period, or without one, replaces the period. Undoing brings the one
//!   before back.
//! - What has ended stays until it is left, unassigned or [pruned](crate::Command::prune). Pruning drops what ended at or
//!   before an instant, which is not later than that of the state. What of locked roles has ended only the host application
//!   prunes.
//! - A delegate gives nothing for longer than they have it: containment is judged at every instant of the new assignment's
//!   period, from now on. As long as no instant has been told, an assignment without a period is judged in the state without
//!   any instant as well, and at every instant.
//! - No batch may leave a section without a manager at a later instant at which it would have had one.
//! - Reach, and the right to edit roles, are those at the present instant. Time that passes refuses nothing.
//! - An [entry of the log](crate::log::AuditEntry::instant) says the instant at which it was judged. A replay judges nothing,
//!   so it gives the same bytes at any instant.
//! - A policy that [replaces](crate::Handle::replace) another is for the handle's instant.
//!
//! # Acting heads and substitutes
//!
//! A head who is away from 20 December to 6 January, and a colleague who acts for them:
//!
//! ```
//! use orgscope::document::{Department, Document, User};
//! use orgscope::{Command, Handle, Period, Policy, Time, presets};
//!
//! let document = Document::new()
//!     .merge(presets::crm())
//!     .department(Department::new("surgery"))
//!     .user(User::new("okafor").member_of("surgery").head_of("surgery"))
//!     .user(User::new("lin"));
//! let authz = Handle::new(Policy::from_document(document)?);
//! authz.advance("2026-12-01T08:00:00Z".parse()?);
//!
//! let (away, back): (Time, Time) = ("2026-12-20T00:00:00+01:00".parse()?, "2027-01-07T00:00:00+01:00".parse()?);
//! authz.apply([Command::set_head_during("lin", "surgery", Period::between(away, back)?)])?;
//! assert_eq!(authz.load().policy().next_change(), Some(away));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Whether the head who is away keeps their reach meanwhile is for the company to decide. If not, let it end when the vacation
//! begins, and set it again when they are back: one post has one period.
