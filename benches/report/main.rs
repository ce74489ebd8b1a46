//! The figures that matter, as ratios within one run. Run it with
//! `cargo bench -p orgscope-benches --bench report`, and with `-- --quick` for at most 100k users.
//!
//! Each row is `name<TAB>figure<TAB>goal<TAB>met|missed|skipped`, or `-` if there is no goal. Lines that begin with `#`
//! are times, for orientation.

mod by_hand;
mod check;
mod measure;
mod memory;
mod publish;
mod question;
mod threads;

use orgscope::document::Document;
use orgscope::{Handle, Policy, Snapshot};
use orgscope_testing::company::{Company, Ids, Mix, Request, Size};

use crate::measure::{REQUESTS, figure, median, row_of_largest, time};
use crate::question::Question;

const COMPILE: &str = "compile {} / parse by serde_json";

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let sizes = [(Size::SMALL, true), (Size::MEDIUM, true), (Size::LARGE, !quick)];
    let mut checks = Vec::new();
    for (size, measured) in sizes {
        if !measured {
            skipped(size);
            continue;
        }
        let company = Company::generate(size, Ids::Integer);
        let requests: Vec<_> = company.requests(Mix::Uniform, 7).take(REQUESTS).collect();
        let among_singles = check::among_singles(&company.document);
        let singles: Vec<_> = company.requests(Mix::Uniform, 7).filter(among_singles).take(REQUESTS).collect();
        let handle = load(size, company.document);
        let snapshot = handle.load();
        let ask = |requests: &[Request]| -> Vec<Question> {
            requests.iter().map(|request| Question::new(&snapshot, request)).collect()
        };
        let (questions, singles) = (ask(&requests), ask(&singles));
        checks.push(check::against_by_hand(size, &snapshot, &questions, &singles));
        check::other_questions(size, &snapshot, &questions);
        drop(snapshot);
        threads::report(size, &handle, &questions);
        drop(handle);
        for ids in [Ids::Scattered, Ids::Text] {
            let company = Company::generate(size, ids);
            let requests: Vec<_> = company.requests(Mix::Uniform, 7).take(REQUESTS).collect();
            check::other_ids(size, ids, &snapshot_of(company.document), &requests);
        }
    }
    if let [small, _, large] = &checks[..] {
        let floor = large.floor / small.floor;
        figure("growth of a check from 1k to 1M / of the floor", large.check / small.check / floor);
        figure("growth of a check by hand from 1k to 1M / of the floor", large.by_hand / small.by_hand / floor);
        memory::report();
    } else {
        println!("{}\t-\t-\tskipped", memory::BYTES);
    }
}

fn snapshot_of(document: Document) -> Snapshot {
    Snapshot::compile(&Policy::from_document(document).expect("the company is valid"))
}

fn skipped(size: Size) {
    for row in
        [check::CHECK, threads::IN_PEACE, threads::UNDER_EDITS, COMPILE, publish::MOVE, publish::LEVEL, publish::TENTH]
    {
        println!("{}\t-\t-\tskipped", size.in_row(row));
    }
}

/// Reads, validates and compiles a document, and publishes edits.
fn load(size: Size, document: Document) -> Handle {
    let name = size.name();
    let text = serde_json::to_string(&document).expect("documents are written");
    drop(document);
    // In turn, so that both run under the same load of the machine.
    let rounds = (0..5).map(|_| {
        let (document, parse) = time(|| serde_json::from_str::<Document>(&text).expect("documents are read"));
        let (policy, validate) = time(|| Policy::from_document(document).expect("the company is valid"));
        let (snapshot, compile) = time(|| Snapshot::compile(&policy));
        drop(snapshot);
        (parse, validate, compile, policy)
    });
    let mut rounds: Vec<_> = rounds.collect();
    let policy = rounds.pop().map(|(.., policy)| policy).expect("there were rounds");
    let parse = median(rounds.iter().map(|(parse, ..)| *parse).collect());
    let validate = median(rounds.iter().map(|(_, validate, ..)| *validate).collect());
    let compile = median(rounds.iter().map(|(_, _, compile, _)| *compile).collect());
    drop(rounds);
    println!("# {name}: parse {parse:?}, validate {validate:?}, compile {compile:?}");
    row_of_largest(size, &size.in_row(COMPILE), compile.as_secs_f64() / parse.as_secs_f64(), Some(0.5));
    let all = parse + validate + compile;
    figure(&format!("document to snapshot {name} / parse by serde_json"), all.as_secs_f64() / parse.as_secs_f64());
    let handle = Handle::new(policy);
    publish::report(size, &handle, compile);
    handle
}
