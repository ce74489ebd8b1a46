//! Checks, against the memory reads that none can do without.

use std::collections::{HashMap, HashSet};
use std::hint::black_box;
use std::time::Duration;

use orgscope::document::{Document, User};
use orgscope::{Facts, Grant, KnownOwner, Level, Permission, Principal, Resource, Snapshot, UserId};
use rustc_hash::FxBuildHasher;

use crate::by_hand::{Asked, State};
use crate::company::{Ids, Request, Size};
use crate::{PASSES, REQUESTS, figure, median, nanos, row, time};

pub(crate) const ACTIONS: [&str; 7] = ["read", "add", "update", "delete", "assign", "export", "import"];

pub(crate) struct Contact {
    pub(crate) owner: i64,
    pub(crate) open: bool,
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
    pub(crate) owner: usize,
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

/// The check against the memory reads that none can do without. Gives the floor, the check, one in a batch, and one by hand with
/// all promises. The singles are questions between people who are in one department each.
pub(crate) fn against_the_floor(
    size: Size,
    snapshot: &Snapshot,
    questions: &[Question],
    singles: &[Question],
) -> [f64; 4] {
    let users = i64::from(size.users);
    let principals: Vec<Principal<'_>> = (1..=users).map(|id| snapshot.principal(id)).collect();
    let owners: Vec<KnownOwner<'_>> = (1..=users).map(|id| snapshot.known_owner(id)).collect();
    let entries: Vec<[u32; 4]> = (0..size.users).map(|n| [n, n ^ 1, n ^ 2, n ^ 3]).collect();
    let table: HashMap<i64, u32, FxBuildHasher> = (1..=users).zip(0..).collect();
    let permissions = ACTIONS.map(|action| snapshot.schema().permission::<Contact>(action).expect("the schema has it"));
    let level = |who: &Principal<'_>, action: usize| match who.grant(permissions[action]) {
        Grant::Level(level) => level,
        Grant::Allow => Level::All,
    };
    let by_hand = State::new(&snapshot.policy().to_document(), &principals, level);
    let bound = by_hand.bound();
    let action = |q: &Question| permissions.iter().position(|permission| *permission == q.permission);
    let asked = questions.iter().map(|q| Asked::new(q, action(q).expect("it is one of them")));
    let asked: Vec<Asked> = asked.collect();
    let floor = |q: &Question| (entries[q.user][0] ^ entries[q.owner][1]) & 1 == 0;
    // As loops, and not as checks, which would be called where they are asked for twice and stand there where once.
    let check = |questions: &[Question]| {
        questions.iter().filter(|q| principals[q.user].check(q.permission, &q.contact).is_allow()).count()
    };
    let check_batch = |questions: &[Question]| {
        let asked = questions.iter().map(|q| (principals[q.user], q.permission, &q.contact));
        snapshot.check_each(asked).filter(|decision| decision.is_allow()).count()
    };
    let check_known = |questions: &[Question]| {
        let contains =
            |q: &&Question| principals[q.user].scope(q.permission).contains_owned_by(&owners[q.owner], q.contact.open);
        questions.iter().filter(contains).count()
    };
    for (question, asked) in questions.iter().zip(&asked) {
        let answer = bound[question.user].check::<true, true, true>(asked);
        let expected = principals[question.user].check(question.permission, &question.contact).is_allow();
        assert_eq!(answer, expected, "who keeps all promises answers as the library does");
    }
    let [
        floor,
        floor_and_hash,
        least,
        least_by_hash,
        is_bound,
        may_move,
        is_shared,
        with_several,
        at_hand,
        check,
        in_batch,
        known,
        single,
        single_known,
    ] = medians([
        &|| questions.iter().filter(|q| floor(q)).count(),
        &|| questions.iter().filter(|q| floor(q) ^ (table[&q.contact.owner] & 1 == 0)).count(),
        &|| asked.iter().filter(|q| by_hand.check(q)).count(),
        &|| asked.iter().filter(|q| by_hand.check_by_hash(q)).count(),
        &|| asked.iter().filter(|q| bound[q.user].check::<false, false, false>(q)).count(),
        &|| asked.iter().filter(|q| bound[q.user].check::<true, false, false>(q)).count(),
        &|| asked.iter().filter(|q| bound[q.user].check::<true, true, false>(q)).count(),
        &|| asked.iter().filter(|q| bound[q.user].check::<true, true, true>(q)).count(),
        &|| asked.iter().filter(|q| bound[q.user].check_at_hand(&by_hand, q)).count(),
        &|| check(questions),
        &|| check_batch(questions),
        &|| check_known(questions),
        &|| check(singles),
        &|| check_known(singles),
    ]);
    let name = size.name();
    println!("# {name}: floor {floor:.1} ns, with a hash look-up {floor_and_hash:.1} ns");
    println!("# {name}: check {check:.1} ns, owner known {known:.1} ns; by hand at least {least:.1} ns");
    for (promise, time) in [
        ("of what never changes, by a hash", least_by_hash),
        ("of what never changes", least),
        ("bound to a state", is_bound),
        ("and departments move", may_move),
        ("and states share", is_shared),
        ("and people are in several departments", with_several),
        ("the same, and the state is at hand", at_hand),
    ] {
        figure(&format!("by hand {name}, {promise} / floor and a hash look-up"), time / floor_and_hash);
    }
    figure(&format!("check {name} / by hand with all promises"), check / with_several);
    figure(&format!("check {name}, everybody in one department / check"), single / check);
    figure(&format!("by hand {name}, owner known, of what never changes / floor"), least / floor);
    figure(&format!("check {name}, owner known, everybody in one department / the same of all"), single_known / known);
    row(&format!("check {name} / floor and a hash look-up"), check / floor_and_hash, "<=", 1.3);
    row(&format!("check {name}, in a batch / floor and a hash look-up"), in_batch / floor_and_hash, "<=", 1.3);
    row(&format!("check {name}, owner known / floor"), known / floor, "<=", 2.5);
    [floor, check, in_batch, with_several]
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
