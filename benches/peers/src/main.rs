//! orgscope and other engines with the same company, the same requests and the same decisions, and the time of each.
//!
//! ```text
//! cargo run --profile peers -p orgscope-peers [-- --quick]
//! ```
//!
//! A check goes from a user's id, a permission, an owner's id and the flag "open" to the decision. Everything that
//! depends on the company alone is prepared, and nothing of a question.

mod engine;
mod measure;
mod org;

mod hand;
mod with_casbin;
mod with_cedar;
mod with_gatehouse;
mod with_karu;
mod with_orgscope;
mod with_oso;
mod with_regorus;

use std::error::Error;
use std::iter;
use std::process::ExitCode;

use engine::{Encoding, Question};
use measure::{Budget, Entrant, Questions, Refusal};
use orgscope::reference::Reference;
use orgscope::{AnyRecord, Facts, Policy, UserId};
use orgscope_testing::company::{self, Ids, Mix, Size};

/// The number of questions in a pass, small enough for an engine that needs a millisecond for each.
const QUESTIONS: usize = 4096;
const PASSES: usize = 5;

fn encodings() -> Vec<Encoding> {
    let mut encodings = Vec::from(with_orgscope::ENCODINGS);
    encodings.extend(hand::ENCODINGS);
    encodings.extend(with_gatehouse::ENCODINGS);
    encodings.extend(with_karu::ENCODINGS);
    encodings.extend(with_regorus::ENCODINGS);
    encodings.extend(with_oso::ENCODINGS);
    encodings.extend(with_casbin::ENCODINGS);
    encodings.extend(with_cedar::ENCODINGS);
    encodings
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let sizes = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => &Size::EACH[..],
        ["--quick"] => &Size::EACH[..1],
        _ => {
            eprintln!("usage: orgscope-peers [--quick]");
            return ExitCode::from(2);
        }
    };
    match run(sizes) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(sizes: &[Size]) -> Result<(), Box<dyn Error>> {
    println!("{QUESTIONS} requests, median of {PASSES} passes, the engines taking turns.");
    println!("Each encoding has {}; where that is not enough, it stops.", Budget::USUAL);
    let mut encodings = encodings();
    for (at, size) in sizes.iter().enumerate() {
        let (company, questions) = prepare(*size)?;
        let allowed = questions.expected.iter().filter(|allowed| **allowed).count();
        println!(
            "\n{} users, {} departments, {} roles; {allowed} requests are allowed",
            size.users, size.departments, size.roles
        );
        let mut entrants = enter(&encodings, &company, &questions, *size)?;
        for _ in 0..PASSES {
            entrants.iter_mut().for_each(|entrant| entrant.pass(&questions));
        }
        print_table(&entrants, &questions);
        encodings = match sizes.get(at + 1) {
            Some(next) => {
                entrants.iter().filter(|entrant| goes_on(entrant, *size, *next)).map(|it| it.encoding).collect()
            }
            None => Vec::new(),
        };
    }
    Ok(())
}

/// Loads the encodings that can be loaded, and prints why others can't.
fn enter(
    encodings: &[Encoding],
    company: &engine::Company,
    questions: &Questions,
    size: Size,
) -> Result<Vec<Entrant>, Box<dyn Error>> {
    let (mut entrants, mut disagreements) = (Vec::new(), Vec::new());
    for encoding in encodings {
        match Entrant::enter(*encoding, company, questions, Budget::USUAL) {
            Ok(entrant) => entrants.push(entrant),
            Err(Refusal::Stopped(why)) => print_stop(encoding, size, &why),
            Err(Refusal::Disagrees(how)) => disagreements.push(how),
        }
    }
    if disagreements.is_empty() { Ok(entrants) } else { Err(disagreements.join("\n").into()) }
}

fn goes_on(entrant: &Entrant, size: Size, next: Size) -> bool {
    let excess = entrant.excess(next.users / size.users, Budget::USUAL);
    if let Some(why) = &excess {
        print_stop(&entrant.encoding, next, why);
    }
    excess.is_none()
}

fn print_stop(encoding: &Encoding, size: Size, why: &str) {
    println!("{} ({}) stops at {}: {why}", encoding.engine, encoding.name, size.name());
}

/// Prints one line for each encoding. The best of each engine has a star: compare that one.
fn print_table(entrants: &[Entrant], questions: &Questions) {
    let figures: Vec<_> = entrants.iter().map(|entrant| entrant.figure(questions)).collect();
    let best = |engine: &str| {
        let of_engine = iter::zip(entrants, &figures).filter(|(entrant, _)| entrant.encoding.engine == engine);
        of_engine.map(|(_, figure)| *figure).fold(f64::INFINITY, f64::min)
    };
    let ours = best("orgscope");
    println!(
        "\n{:<13} {:<34} {:<12} {:>10} {:>9} {:>7} {:>5}",
        "engine", "encoding", "walks", "ns/check", "ratio", "load s", "MiB"
    );
    for (entrant, figure) in iter::zip(entrants, &figures) {
        let Encoding { engine, name, walker, .. } = entrant.encoding;
        let star = if *figure <= best(engine) { "*" } else { " " };
        let (load, memory) = entrant.cost();
        let ratio = figure / ours;
        println!(
            "{engine:<13} {name:<34} {:<12} {figure:>10.1} {ratio:>8.1}{star} {load:>7.2} {memory:>5}",
            walker.name()
        );
    }
}

/// The company, and the questions with the decisions of the reference.
fn prepare(size: Size) -> Result<(engine::Company, Questions), Box<dyn Error>> {
    let mut generated = company::Company::generate(size, Ids::Integer);
    let org = org::Org::read(&generated.document);
    let policy = Policy::from_document(std::mem::take(&mut generated.document))?;
    let names = company::permissions();
    let reference = Reference::new(&policy);
    let integer = |id: &UserId| id.as_integer().ok_or("an id is no integer");
    let (mut asked, mut expected) = (Vec::new(), Vec::new());
    for request in generated.requests(Mix::Realistic, 1).take(QUESTIONS) {
        let company::Request { user, permission, owner, open } = &request;
        let (on, action) = names[*permission];
        let record = AnyRecord::new(on, Facts::owned_by(owner).open(*open));
        let token = policy.schema().permission_named(&format!("{on}.{action}"))?;
        expected.push(reference.decide(user, token, &record));
        asked.push(Question { user: integer(user)?, permission: *permission, owner: integer(owner)?, open: *open });
    }
    Ok((engine::Company { org, policy }, Questions { asked, expected }))
}
