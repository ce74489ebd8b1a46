//! Worlds with periods, and what is left of them at an instant, found without the library.

use orgscope::document::{Command, Dates, Document, Entry, Word};
use orgscope::{Period, Subject, Time};

use crate::commands::delegates;
use crate::random::World;

/// The latest hour at which anything of a dated world begins or ends.
pub const HOURS: i64 = 8;

/// The instant of an hour.
pub fn hour(hour: i64) -> Time {
    Time::from_seconds(1_800_000_000 + hour * 3600).unwrap()
}

/// The period that a number stands for: mostly none.
pub fn period(number: u32) -> Option<Period> {
    let (from, length) = (i64::from(number / 8) % HOURS, 1 + i64::from(number / 64) % 4);
    match number % 8 {
        0 => Some(Period::starting(hour(from))),
        1 => Some(Period::until(hour(from))),
        2 | 3 => Some(Period::between(hour(from), hour(from + length)).unwrap()),
        _ => None,
    }
}

/// The world with periods for some assignments, posts and memberships, by a seed.
pub fn dated(mut world: World, seed: u64) -> World {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut dates = || period(rng.u32(..)).map(Into::into);
    let org = &mut world.document.org;
    for user in &mut org.users {
        for post in [&mut user.departments, &mut user.heads, &mut user.deputy_of].into_iter().flatten() {
            post.dates = dates();
        }
    }
    org.groups.iter_mut().flat_map(|group| &mut group.members).for_each(|member| member.dates = dates());
    world.document.roles.iter_mut().flat_map(|role| &mut role.assigned_to).for_each(|to| to.dates = dates());
    world
}

/// The ends of a command as dates.
pub fn dates(from: Option<&Word<Time>>, until: Option<&Word<Time>>) -> Option<Box<Dates>> {
    let period = match (end(from), end(until)) {
        (None, None) => return None,
        (Some(from), None) => Period::starting(from),
        (None, Some(until)) => Period::until(until),
        (Some(from), Some(until)) => Period::between(from, until).unwrap(),
    };
    Some(period.into())
}

/// The same command with this period, if it takes one.
pub fn during(mut command: Command, new: Option<Period>) -> Command {
    if let Command::JoinDepartment { from, until, .. }
    | Command::JoinGroup { from, until, .. }
    | Command::SetHead { head: true, from, until, .. }
    | Command::SetDeputy { deputy: true, from, until, .. }
    | Command::Assign { from, until, .. } = &mut command
    {
        *from = new.and_then(Period::start).map(Word::Known);
        *until = new.and_then(Period::end).map(Word::Known);
    }
    command
}

fn end(word: Option<&Word<Time>>) -> Option<Time> {
    word.map(|word| match word {
        Word::Known(time) => *time,
        Word::Unknown(text) => panic!("not a time: {text}"),
    })
}

/// Whether dates hold at an instant: from the first on, until the last and without it. None do before one is told.
pub fn holds(dates: Option<&Dates>, instant: Option<Time>) -> bool {
    let Some(dates) = dates else { return true };
    let Some(instant) = instant else { return false };
    end(dates.from.as_ref()).is_none_or(|from| from <= instant)
        && end(dates.until.as_ref()).is_none_or(|until| instant < until)
}

/// The document without what does not hold at an instant, and without the periods of what does.
pub fn plain(document: &Document, instant: Option<Time>) -> Document {
    fn keep<I>(entries: &mut Vec<Entry<I>>, instant: Option<Time>) {
        entries.retain(|entry| holds(entry.dates.as_deref(), instant));
        for entry in entries {
            entry.dates = None;
        }
    }
    let mut document = document.clone();
    for user in &mut document.org.users {
        for list in [&mut user.departments, &mut user.heads, &mut user.deputy_of] {
            keep(list, instant);
        }
    }
    document.org.groups.iter_mut().for_each(|group| keep(&mut group.members, instant));
    for role in &mut document.roles {
        role.assigned_to.retain(|to| holds(to.dates.as_deref(), instant));
        role.assigned_to.iter_mut().for_each(|to| to.dates = None);
    }
    document
}

/// All instants at which anything of a document begins or ends.
pub fn turns(document: &Document) -> Vec<Time> {
    let org = &document.org;
    let posts = org.users.iter().flat_map(|user| [&user.departments, &user.heads, &user.deputy_of]).flatten();
    let members = org.groups.iter().flat_map(|group| &group.members);
    let dates = posts.filter_map(|entry| entry.dates.as_deref());
    let dates = dates.chain(members.filter_map(|entry| entry.dates.as_deref()));
    let assigned = document.roles.iter().flat_map(|role| &role.assigned_to);
    let dates = dates.chain(assigned.filter_map(|to| to.dates.as_deref()));
    let mut turns: Vec<Time> =
        dates.flat_map(|dates| [end(dates.from.as_ref()), end(dates.until.as_ref())]).flatten().collect();
    turns.sort_unstable();
    turns.dedup();
    turns
}

/// A dated world whose first user most often manages without a period, and has other roles in periods.
pub fn dated_for_a_delegate(world: World, seed: u64) -> World {
    let mut world = dated(world, seed);
    let mut rng = fastrand::Rng::with_seed(!seed);
    let Some(first) = world.document.org.users.first().map(|user| user.id.clone()) else { return world };
    (world.document.org.users[0].active, world.document.org.users[0].admin) = (None, false);
    let user = || Subject::User(first.clone());
    for role in &mut world.document.roles {
        if role.id == delegates() {
            let keeps = rng.u8(..) < 64;
            role.assigned_to.iter_mut().for_each(|to| to.dates = to.dates.take().filter(|_| keeps));
        } else if rng.bool() && !role.assigned_to.iter().any(|to| to.to == Word::Known(user())) {
            let period = period(rng.u32(..)).unwrap_or(Period::until(hour(HOURS)));
            role.assigned_to.push(user().during(period));
        }
    }
    world
}
