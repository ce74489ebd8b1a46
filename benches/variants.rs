//! What variants cost a check: `cargo bench -p orgscope-benches --bench variants`.
//!
//! Rows are `name<TAB>figure<TAB>goal<TAB>met|missed`: ratios of medians of passes in turn. Lines that begin with `#` are
//! for orientation.

use std::hint::black_box;
use std::time::{Duration, Instant};

use orgscope::document::{Document, Levels, Variant, Word};
use orgscope::{Facts, Grant, Level, Permission, Policy, Principal, Resource, Snapshot};
use orgscope_testing::company::{Company, Ids, Mix, Size};

const REQUESTS: usize = 1 << 17;
const PASSES: usize = 31;
const VARIANTS: u8 = 10;

/// A contact without variants.
struct Plain {
    owner: i64,
    open: bool,
}

/// The same in a stage, known by a number.
struct Numbered {
    plain: Plain,
    stage: i64,
}

/// The same in a stage, known by a text.
struct Named {
    plain: Plain,
    stage: &'static str,
}

impl Resource for Plain {
    const TYPE: &'static str = "contact";

    #[inline]
    fn facts(&self) -> Facts<'_> {
        Facts::owned_by(self.owner).open(self.open)
    }
}

impl Resource for Numbered {
    const TYPE: &'static str = "contact";

    #[inline]
    fn facts(&self) -> Facts<'_> {
        self.plain.facts().variant(self.stage)
    }
}

impl Resource for Named {
    const TYPE: &'static str = "contact";

    #[inline]
    fn facts(&self) -> Facts<'_> {
        self.plain.facts().variant(self.stage)
    }
}

const STAGES: [&str; 10] = [
    "C1:NEW",
    "C1:PREPARATION",
    "C1:EXECUTING",
    "C1:FINAL_INVOICE",
    "C1:WON",
    "C1:LOSE",
    "C1:APOLOGY",
    "C2:NEW",
    "C2:WON",
    "C2:LOSE",
];

/// The company with ten variants of contacts, for each of which each role has a level of its own.
fn varied(mut document: Document) -> Document {
    let mut resources = document.schema.sections.iter_mut().flat_map(|section| &mut section.resources);
    let contact = resources.find(|resource| resource.name == "contact").expect("the schema has it");
    for number in 0..VARIANTS {
        let stage = STAGES[usize::from(number)];
        contact.variants.push(Variant::new(format!("stage{number}"), [stage]).or(i64::from(number)));
    }
    for role in &mut document.roles {
        for (_, levels) in role.grants.iter_mut().filter(|(permission, _)| permission.starts_with("contact.")) {
            let Levels::Alike(default) = levels.clone() else { continue };
            let level = |number: u8| {
                let own =
                    if number.is_multiple_of(2) { default.clone() } else { Word::Known(Grant::Level(Level::Own)) };
                (format!("stage{number}"), own)
            };
            *levels =
                Levels::ByVariant { default: Some(default.clone()), variants: (0..VARIANTS).map(level).collect() };
        }
    }
    document
}

/// A question: a principal, and a record.
type Question<'s, R> = (Principal<'s>, R);

fn count<R: Resource>(questions: &[Question<'_, R>], read: Permission<R>) -> usize {
    questions.iter().filter(|(who, record)| who.check(read, record).is_allow()).count()
}

fn main() {
    let company = Company::generate(Size::MEDIUM, Ids::Integer);
    let requests: Vec<_> = company.requests(Mix::Realistic, 7).take(REQUESTS).collect();
    let document = company.document;
    let plain = Snapshot::compile(&Policy::from_document(document.clone()).expect("the document is valid"));
    let varied = Snapshot::compile(&Policy::from_document(varied(document)).expect("the document is valid"));
    let owner = |at: usize| requests[at].owner.as_integer().expect("ids are integers");
    let contact = |at: usize| Plain { owner: owner(at), open: requests[at].open };
    let all = 0..REQUESTS;
    let of_plain: Vec<_> = all.clone().map(|at| (plain.principal(&requests[at].user), contact(at))).collect();
    // Nearly in turn, as no processor can guess them.
    let stage = |at: usize| at.wrapping_mul(0x9e37_79b9) / 64 % usize::from(VARIANTS);
    let number = |at: usize| i64::try_from(stage(at)).expect("there are few");
    let numbered =
        |at: usize| (varied.principal(&requests[at].user), Numbered { plain: contact(at), stage: number(at) });
    let numbered: Vec<_> = all.clone().map(numbered).collect();
    let named =
        |at: usize| (varied.principal(&requests[at].user), Named { plain: contact(at), stage: STAGES[stage(at)] });
    let named: Vec<_> = all.clone().map(named).collect();
    let without: Vec<_> = all.map(|at| (varied.principal(&requests[at].user), contact(at))).collect();
    let (read_plain, read) = (
        plain.schema().permission::<Plain>("read").expect("the schema has it"),
        varied.schema().permission::<Plain>("read").expect("the schema has it"),
    );
    let read_numbered = varied.schema().permission::<Numbered>("read").expect("the schema has it");
    let read_named = varied.schema().permission::<Named>("read").expect("the schema has it");
    let runs: [(&str, &dyn Fn() -> usize); 4] = [
        ("plain", &|| count(&of_plain, read_plain)),
        ("by number", &|| count(&numbered, read_numbered)),
        ("by text", &|| count(&named, read_named)),
        ("without a variant", &|| count(&without, read)),
    ];
    let mut times = vec![Vec::new(); runs.len()];
    for _ in 0..PASSES {
        for (times, (_, run)) in times.iter_mut().zip(&runs) {
            // Once before, so that none waits for what the others evicted.
            black_box(run());
            let start = Instant::now();
            black_box(run());
            times.push(start.elapsed());
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        times[PASSES / 2].as_secs_f64() * 1e9 / f64::from(u32::try_from(REQUESTS).expect("there are few"))
    };
    let medians: Vec<f64> = times.iter_mut().map(median).collect();
    for ((name, _), time) in runs.iter().zip(&medians) {
        println!("# a check {name}: {time:.1} ns");
    }
    for ((name, _), time) in runs.iter().zip(&medians).skip(1) {
        let (figure, goal) = (time / medians[0], 1.1);
        let met = if figure <= goal { "met" } else { "missed" };
        println!("check of a type with ten variants, {name} / of one without\t{figure:.2}\t<= {goal}\t{met}");
    }
}
