//! Times with their spread, for each kind of question: `cargo bench -p orgscope-benches --bench answers`. The bench
//! `report` measures ratios.

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use orgscope::document::Command;
use orgscope::permission::AnyPermission;
use orgscope::{AnyRecord, Facts, Handle, Policy, Snapshot};
use orgscope_testing::company::{Company, Ids, Mix, Size};

/// The number of questions in a round, large enough that the caches do not hold the data of the round before.
const QUESTIONS: usize = 4096;

fn answers(criterion: &mut Criterion) {
    for size in [Size::SMALL, Size::MEDIUM] {
        let company = Company::generate(size, Ids::Integer);
        let requests: Vec<_> = company.requests(Mix::Realistic, 7).take(QUESTIONS).collect();
        let policy = Policy::from_document(company.document).expect("the company is valid");
        let handle = Handle::new(policy.clone());
        let snapshot = handle.load();
        let Ok(AnyPermission::Levelled(read)) = snapshot.schema().any_permission("contact.read") else {
            panic!("the schema has it")
        };
        let records: Vec<AnyRecord<'_>> = requests
            .iter()
            .map(|request| AnyRecord::new("contact", Facts::owned_by(&request.owner).open(request.open)))
            .collect();
        let mut group = criterion.benchmark_group(size.name());

        let mut next = (0..QUESTIONS).cycle();
        group.bench_function("principal", |bencher| {
            bencher.iter(|| snapshot.principal(&requests[next.next().unwrap_or(0)].user).is_active());
        });
        group.bench_function("principal and check", |bencher| {
            bencher.iter(|| {
                let it = next.next().unwrap_or(0);
                snapshot.principal(&requests[it].user).check(read, &records[it])
            });
        });
        let scope = snapshot.principal(&requests[0].user).scope(read);
        group.bench_function("scope contains", |bencher| {
            bencher.iter(|| scope.contains(&records[next.next().unwrap_or(0)]));
        });
        group.bench_function("compile", |bencher| {
            bencher.iter_batched(|| (), |()| Snapshot::compile(&policy), BatchSize::PerIteration);
        });
        let user = &requests[0].user;
        let mut states = [false, true].into_iter().cycle();
        group.bench_function("publish", |bencher| {
            bencher.iter(|| {
                let active = states.next().unwrap_or(true);
                handle.apply(&[Command::SetActive { user: user.clone(), active }])
            });
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = answers
}
criterion_main!(benches);
