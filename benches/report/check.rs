//! Checks, against the memory reads that none can do without.

use std::collections::{HashMap, HashSet};
use std::hint::black_box;
use std::time::Duration;

use orgscope::document::{Document, User};
use orgscope::{Facts, KnownOwner, Permission, Principal, Resource, Snapshot, UserId};
use rustc_hash::FxBuildHasher;

use crate::company::{Ids, Request, Size};
use crate::{PASSES, REQUESTS, figure, median, nanos, row, time};

const ACTIONS: [&str; 7] = ["read", "add", "update", "delete", "assign", "export", "import"];

pub(crate) struct Contact {
    owner: i64,
    open: bool,
}

impl Resource for Contact {
    const TYPE: &'static str = "contact";

    #[inline]
    fn facts(&self) -> Facts<'_> {
        Facts::owned_by(self.owner).open(self.open)
    }
}

struct AnyContact {
    owner: UserId,
    open: bool,
}

impl Resource for AnyContact {
    const TYPE: &'static str = "contact";

    #[inline]
    fn facts(&self) -> Facts<'_> {
        Facts::owned_by(&self.owner).open(self.open)
    }
}

/// May this user do this to this contact? Users are the places of their ids.
pub(crate) struct Question {
    pub(crate) user: usize,
    owner: usize,
    /// Which of the actions.
    action: usize,
    pub(crate) permission: Permission<Contact>,
    pub(crate) contact: Contact,
}

impl Question {
    pub(crate) fn new(snapshot: &Snapshot, request: &Request) -> Self {
        let action = request.permission % ACTIONS.len();
        let owner = request.owner.as_integer();
        Self {
            user: place(request.user.as_integer()),
            owner: place(owner),
            action,
            permission: snapshot.schema().permission(ACTIONS[action]).expect("the schema has it"),
            contact: Contact { owner: owner.expect("ids are integers"), open: request.open },
        }
    }

    /// The id of the user.
    pub(crate) fn id(&self) -> i64 {
        i64::try_from(self.user).expect("ids are integers") + 1
    }
}

fn place(id: Option<i64>) -> usize {
    usize::try_from(id.expect("ids are integers") - 1).expect("ids count from one")
}

/// Whether a request is between people who are in one department each, or in none.
pub(crate) fn among_singles(document: &Document) -> impl Fn(&Request) -> bool + use<> {
    let is_single = |user: &User| {
        let mut departments = user.departments.iter().chain(&user.heads).chain(&user.deputy_of);
        let first = departments.next();
        departments.all(|department| Some(department) == first)
    };
    let singles: HashSet<UserId> =
        document.org.users.iter().filter(|user| is_single(user)).map(|user| user.id.clone()).collect();
    move |request| singles.contains(&request.user) && singles.contains(&request.owner)
}

/// The median time of each candidate for one of the questions, in nanoseconds, measured in turn. Each runs once before it is
/// measured: otherwise it would wait for what those before it drove out of the caches, and a check of a hundred thousand users
/// would seem to take twice as long as it does.
fn medians<const N: usize>(candidates: [&dyn Fn() -> usize; N]) -> [f64; N] {
    let mut times = [const { Vec::<Duration>::new() }; N];
    for _ in 0..PASSES {
        for (times, run) in times.iter_mut().zip(candidates) {
            black_box(run());
            times.push(time(|| black_box(run())).1);
        }
    }
    times.map(|times| nanos(median(times)) / f64::from(u32::try_from(REQUESTS).expect("there are few")))
}

/// The least that this way of checking can take: arrays that never change and one bare table. It knows no other schema, nobody
/// unknown or in several departments, no department as owner and no share, and no department ever moves. What it answers is made
/// up; what it reads and compares is not.
struct Flat {
    users: Vec<FlatUser>,
    /// The place and the department of owners, by their ids.
    owners: HashMap<i64, (u32, u32), FxBuildHasher>,
    /// The same of those who are known, by their places.
    known: Vec<(u32, u32)>,
    /// The cells of each row, one after another.
    cells: Vec<u32>,
}

struct FlatUser {
    row: u32,
    place: u32,
    first: u32,
    count: u32,
}

impl Flat {
    const ROWS: u32 = 64;

    fn new(size: Size) -> Self {
        let department = |user: u32| user % size.departments;
        let user =
            |place: u32| FlatUser { row: place % Self::ROWS, place, first: department(place), count: place % 4 + 1 };
        let random = &mut fastrand::Rng::with_seed(7);
        let cells = 0..Self::ROWS as usize * ACTIONS.len();
        Self {
            users: (0..size.users).map(user).collect(),
            owners: (1..).zip((0..size.users).map(|user| (user, department(user)))).collect(),
            known: (0..size.users).map(|user| (user, department(user))).collect(),
            cells: cells.map(|_| random.u32(..)).collect(),
        }
    }

    fn check(&self, question: &Question) -> bool {
        self.check_known(question, self.owners[&question.contact.owner])
    }

    fn check_known(&self, question: &Question, (owner, department): (u32, u32)) -> bool {
        let user = &self.users[question.user];
        let below = department.wrapping_sub(user.first);
        let relation = u32::from(owner == user.place)
            | u32::from(below == 0) << 1
            | u32::from(below < user.count) << 2
            | u32::from(question.contact.open) << 3;
        self.cells[user.row as usize * ACTIONS.len() + question.action] >> relation & 1 != 0
    }
}

/// The check against the memory reads that none can do without. Gives the floor and the check. The singles are questions between
/// people who are in one department each.
pub(crate) fn against_the_floor(
    size: Size,
    snapshot: &Snapshot,
    questions: &[Question],
    singles: &[Question],
) -> (f64, f64) {
    let users = i64::from(size.users);
    let principals: Vec<Principal<'_>> = (1..=users).map(|id| snapshot.principal(id)).collect();
    let owners: Vec<KnownOwner<'_>> = (1..=users).map(|id| snapshot.known_owner(id)).collect();
    let entries: Vec<[u32; 4]> = (0..size.users).map(|n| [n, n ^ 1, n ^ 2, n ^ 3]).collect();
    let table: HashMap<i64, u32, FxBuildHasher> = (1..=users).zip(0..).collect();
    let flat = Flat::new(size);
    let floor = |q: &Question| (entries[q.user][0] ^ entries[q.owner][1]) & 1 == 0;
    let check = |q: &Question| principals[q.user].check(q.permission, &q.contact).is_allow();
    let check_known =
        |q: &Question| principals[q.user].scope(q.permission).contains_owned_by(&owners[q.owner], q.contact.open);
    let [floor, floor_and_hash, least, least_known, check, known, single, single_known] = medians([
        &|| questions.iter().filter(|q| floor(q)).count(),
        &|| questions.iter().filter(|q| floor(q) ^ (table[&q.contact.owner] & 1 == 0)).count(),
        &|| questions.iter().filter(|q| flat.check(q)).count(),
        &|| questions.iter().filter(|q| flat.check_known(q, flat.known[q.owner])).count(),
        &|| questions.iter().filter(|q| check(q)).count(),
        &|| questions.iter().filter(|q| check_known(q)).count(),
        &|| singles.iter().filter(|q| check(q)).count(),
        &|| singles.iter().filter(|q| check_known(q)).count(),
    ]);
    let name = size.name();
    println!("# {name}: floor {floor:.1} ns, with a hash look-up {floor_and_hash:.1} ns");
    println!("# {name}: check {check:.1} ns, owner known {known:.1} ns; by arrays that never change {least:.1} ns");
    figure(
        &format!("the least {name}, by arrays that never change / floor and a hash look-up"),
        least / floor_and_hash,
    );
    figure(&format!("the least {name}, and no hash / floor and a hash look-up"), least_known / floor_and_hash);
    figure(&format!("check {name} / the least"), check / least);
    figure(&format!("check {name}, everybody in one department / check"), single / check);
    figure(&format!("the least {name}, owner known, by arrays that never change / floor"), least_known / floor);
    figure(&format!("check {name}, owner known, everybody in one department / the same of all"), single_known / known);
    row(&format!("check {name} / floor and a hash look-up"), check / floor_and_hash, "<=", 1.3);
    row(&format!("check {name}, owner known / floor"), known / floor, "<=", 2.5);
    (floor, check)
}

/// What else is asked, as a multiple of a check.
pub(crate) fn other_questions(size: Size, snapshot: &Snapshot, questions: &[Question]) {
    let users = i64::from(size.users);
    let principals: Vec<Principal<'_>> = (1..=users).map(|id| snapshot.principal(id)).collect();
    let connect = snapshot.schema().toggle("mailbox.connect").expect("the schema has it");
    let stranger = snapshot.principal(-1);
    let one = principals[questions[0].user].scope(questions[0].permission);
    let [check, by_id, scope, toggle, unknown] = medians([
        &|| questions.iter().filter(|q| principals[q.user].check(q.permission, &q.contact).is_allow()).count(),
        &|| {
            let asked = |q: &&Question| snapshot.principal(q.id()).check(q.permission, &q.contact).is_allow();
            questions.iter().filter(asked).count()
        },
        &|| questions.iter().filter(|q| one.contains(&q.contact)).count(),
        &|| questions.iter().filter(|q| principals[q.user].check_toggle(connect).is_allow()).count(),
        &|| questions.iter().filter(|q| stranger.check(q.permission, &q.contact).is_allow()).count(),
    ]);
    let name = size.name();
    for (what, time) in [
        ("check, principal by id", by_id),
        ("scope of one user over many records", scope),
        ("toggle", toggle),
        ("check of an unknown user", unknown),
    ] {
        println!("# {name}: {what} {time:.1} ns");
        figure(&format!("{what} {name} / check"), time / check);
    }
}

/// The same check where users are known by text, or by integers that are not close to each other.
pub(crate) fn other_ids(size: Size, ids: Ids, snapshot: &Snapshot, requests: &[Request]) {
    let permissions = ACTIONS.map(|action| snapshot.schema().permission(action).expect("the schema has it"));
    let questions = requests.iter().map(|request| {
        let record = AnyContact { owner: request.owner.clone(), open: request.open };
        (snapshot.principal(&request.user), permissions[request.permission % ACTIONS.len()], record)
    });
    let questions: Vec<(Principal<'_>, Permission<AnyContact>, AnyContact)> = questions.collect();
    let owners = || questions.iter().map(|(.., record)| &record.owner).zip(0..);
    let integers: HashMap<i64, u32, FxBuildHasher> =
        owners().filter_map(|(id, place)| Some((id.as_integer()?, place))).collect();
    let texts: HashMap<&str, u32, foldhash::fast::RandomState> =
        owners().filter_map(|(id, place)| Some((id.as_text()?, place))).collect();
    let bare = |id: &UserId| match id.as_text() {
        Some(text) => texts[text],
        None => integers[&id.as_integer().unwrap_or(0)],
    };
    let [bare, check] =
        medians([&|| questions.iter().filter(|(.., record)| bare(&record.owner) & 1 == 0).count(), &|| {
            questions.iter().filter(|(who, permission, record)| who.check(*permission, record).is_allow()).count()
        }]);
    let (name, ids) = (size.name(), if ids == Ids::Text { "text" } else { "scattered integers" });
    println!("# {name}: {ids} as ids: a bare hash look-up {bare:.1} ns, check {check:.1} ns");
    figure(&format!("check {name}, {ids} as ids / a bare hash look-up"), check / bare);
}
