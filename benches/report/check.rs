//! Checks, compared with the memory reads that no check can avoid.

use std::collections::{HashMap, HashSet};
use std::hint::black_box;
use std::time::Duration;

use orgscope::document::{Document, User};
use orgscope::{Facts, Grant, Level, Permission, Principal, Resource, Snapshot, UserId};
use rustc_hash::FxBuildHasher;

use crate::by_hand::{Asked, State};
use crate::measure::{PASSES, REQUESTS, figure, median, nanos, row, time};
use crate::question::{ACTIONS, Contact, Question};
use orgscope_testing::company::{Ids, Request, Size};

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

/// Whether the user and the owner of a request are in at most one department each.
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

/// A measured loop, with its name.
type Candidate<'c> = (&'static str, &'c dyn Fn() -> usize);

/// The measured times, in nanoseconds for a question.
struct Times(Vec<(&'static str, f64)>);

impl Times {
    /// The medians of candidates that run in turn, each of which answers all questions. Each runs once before it is
    /// measured: otherwise it would wait for the data that the candidates before it evicted from the caches, and a
    /// check of a hundred thousand users would seem to take twice as long as it does.
    fn of(candidates: &[Candidate<'_>]) -> Self {
        let mut times = vec![Vec::<Duration>::new(); candidates.len()];
        for _ in 0..PASSES {
            for (times, (_, run)) in times.iter_mut().zip(candidates) {
                black_box(run());
                times.push(time(|| black_box(run())).1);
            }
        }
        let questions = f64::from(u32::try_from(REQUESTS).expect("there are few"));
        let each = |((name, _), times): (&Candidate<'_>, _)| (*name, nanos(median(times)) / questions);
        Self(candidates.iter().zip(times).map(each).collect())
    }

    fn get(&self, name: &str) -> f64 {
        let found = self.0.iter().find(|(other, _)| *other == name);
        found.map(|(_, time)| *time).expect("it was measured")
    }
}

/// The figures that grow with the company.
pub(crate) struct Growing {
    pub(crate) floor: f64,
    pub(crate) check: f64,
    pub(crate) by_hand: f64,
}

pub(crate) const CHECK: &str = "check {} / by hand, all promises";

/// The check against one written by hand for this company that keeps all promises, and both against the memory reads that
/// none can do without. The singles are questions between people who are in one department each.
pub(crate) fn against_by_hand(
    size: Size,
    snapshot: &Snapshot,
    questions: &[Question],
    singles: &[Question],
) -> Growing {
    let users = i64::from(size.users);
    let principals: Vec<Principal<'_>> = (1..=users).map(|id| snapshot.principal(id)).collect();
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
    // Whole loops, because a closure for one check that is called in two loops would not be inlined.
    let check = |questions: &[Question]| {
        questions.iter().filter(|q| principals[q.user].check(q.permission, &q.contact).is_allow()).count()
    };
    for (question, asked) in questions.iter().zip(&asked) {
        let who = &bound[question.user];
        let expected = principals[question.user].check(question.permission, &question.contact).is_allow();
        assert_eq!(who.check_all(asked), expected, "who keeps all promises answers as the library does");
    }
    let times = Times::of(&[
        ("floor", &|| questions.iter().filter(|q| floor(q)).count()),
        ("floor and look-up", &|| questions.iter().filter(|q| floor(q) ^ (table[&q.contact.owner] & 1 == 0)).count()),
        ("of what never changes", &|| asked.iter().filter(|q| by_hand.check(q)).count()),
        ("of what never changes, by a hash", &|| asked.iter().filter(|q| by_hand.check_by_hash(q)).count()),
        ("bound to a state", &|| asked.iter().filter(|q| bound[q.user].check_bound(q)).count()),
        ("and departments may move", &|| asked.iter().filter(|q| bound[q.user].check_movable(q)).count()),
        ("and states share owners", &|| asked.iter().filter(|q| bound[q.user].check_shared(q)).count()),
        ("all promises", &|| asked.iter().filter(|q| bound[q.user].check_all(q)).count()),
        ("check", &|| check(questions)),
        ("check among singles", &|| check(singles)),
    ]);
    let [floor, floor_and_hash] = ["floor", "floor and look-up"].map(|name| times.get(name));
    let check = times.get("check");
    let name = size.name();
    println!("# {name}: floor {floor:.1} ns, with a hash look-up {floor_and_hash:.1} ns");
    println!("# {name}: check {check:.1} ns");
    for by_hand in [
        "of what never changes, by a hash",
        "of what never changes",
        "bound to a state",
        "and departments may move",
        "and states share owners",
        "all promises",
    ] {
        figure(&format!("by hand {name}, {by_hand} / floor and a hash look-up"), times.get(by_hand) / floor_and_hash);
    }
    let single = times.get("check among singles") / check;
    figure(&format!("check {name}, everybody in one department / check"), single);
    figure(&format!("check {name} / floor and a hash look-up"), check / floor_and_hash);
    let by_hand = times.get("all promises");
    row(&size.in_row(CHECK), check / by_hand, "<=", 1.2);
    Growing { floor, check, by_hand }
}

/// Other questions, as multiples of a check.
pub(crate) fn other_questions(size: Size, snapshot: &Snapshot, questions: &[Question]) {
    let users = i64::from(size.users);
    let principals: Vec<Principal<'_>> = (1..=users).map(|id| snapshot.principal(id)).collect();
    let connect = snapshot.schema().toggle("mailbox.connect").expect("the schema has it");
    let stranger = snapshot.principal(-1);
    let one = principals[questions[0].user].scope(questions[0].permission);
    let times = Times::of(&[
        ("check", &|| {
            questions.iter().filter(|q| principals[q.user].check(q.permission, &q.contact).is_allow()).count()
        }),
        ("check, principal by id", &|| {
            let asked = |q: &&Question| snapshot.principal(q.id()).check(q.permission, &q.contact).is_allow();
            questions.iter().filter(asked).count()
        }),
        ("scope of one user over many records", &|| questions.iter().filter(|q| one.contains(&q.contact)).count()),
        ("toggle", &|| questions.iter().filter(|q| principals[q.user].check(connect, &()).is_allow()).count()),
        ("check of an unknown user", &|| {
            questions.iter().filter(|q| stranger.check(q.permission, &q.contact).is_allow()).count()
        }),
    ]);
    let (name, check) = (size.name(), times.get("check"));
    for (what, time) in times.0.iter().filter(|(what, _)| *what != "check") {
        println!("# {name}: {what} {time:.1} ns");
        figure(&format!("{what} {name} / check"), time / check);
    }
}

/// The same check with users known by text, or by integers that are not close to each other.
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
    let times = Times::of(&[
        ("look-up", &|| questions.iter().filter(|(.., record)| bare(&record.owner) & 1 == 0).count()),
        ("check", &|| {
            questions.iter().filter(|(who, permission, record)| who.check(*permission, record).is_allow()).count()
        }),
    ]);
    let [bare, check] = ["look-up", "check"].map(|name| times.get(name));
    let (name, ids) = (size.name(), if ids == Ids::Text { "text" } else { "scattered integers" });
    println!("# {name}: {ids} as ids: a bare hash look-up {bare:.1} ns, check {check:.1} ns");
    figure(&format!("check {name}, {ids} as ids / a bare hash look-up"), check / bare);
}
