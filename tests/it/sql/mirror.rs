//! Mirror tables: what follows a change is what would be filled afresh, and what is behind never answers.

use std::collections::{BTreeSet, HashMap};

use orgscope::document::{Command, Department, Document, User};
use orgscope::rules::Transition;
use orgscope::sql::{Dialect, Ids, Mapping, Members, Mirror, Param, Records, Sql};
use orgscope::{Handle, Policy, Receipt, Snapshot, UserId};
use orgscope_testing::commands::command;
use orgscope_testing::dated::{HOURS, dated, during, hour, period};
use orgscope_testing::random::{world, worlds};
use orgscope_testing::scaled;
use orgscope_testing::sql::mirror::{ask, company, one_by_one, what_is_behind_is_an_error};
use orgscope_testing::sql::square::{Question, create, fill, questions};
use orgscope_testing::sql::{BEHIND, Database, Sqlite};
use proptest::collection::vec;
use proptest::prelude::*;

fn mirror(ids: Ids) -> (Sqlite, Mirror) {
    let (database, mirror) = (Sqlite::new(), Mirror::new(Dialect::Sqlite, "orgscope_", ids).unwrap());
    database.all(mirror.create()).unwrap();
    (database, mirror)
}

/// The state that the last statement writes.
fn state(mirror: &Mirror, snapshot: &Snapshot) -> Param {
    mirror.fill(snapshot).unwrap().last().unwrap().params[1].clone()
}

/// All that the tables hold, but for the revision.
fn rows(database: &Sqlite) -> Vec<String> {
    let tables = ["departments", "members", "state"].map(|table| format!("orgscope_{table}"));
    let columns =
        ["quote(id) || ' ' || first || ' ' || last", "quote(department_id) || ' ' || quote(user_id)", "state"];
    tables
        .iter()
        .zip(columns)
        .flat_map(|(table, row)| database.strings(&format!("SELECT {row} FROM {table} ORDER BY 1")))
        .collect()
}

proptest! {
    #![proptest_config(worlds(500))]

    #[test]
    fn what_follows_is_what_would_be_filled(
        world in world(), seed in prop::option::of(any::<u64>()),
        batches in vec((vec((any::<u8>(), any::<[u8; 4]>()), 0..8), any::<u32>(), 0..HOURS), 1..10),
    ) {
        // In some worlds time goes on, too.
        let world = match seed {
            Some(seed) => dated(world, seed),
            None => world,
        };
        let handle = Handle::new(world.policy());
        let (followed, mirror) = self::mirror(Ids::Both);
        followed.all(mirror.fill(&handle.load()).unwrap()).unwrap();
        for (batch, number, at) in batches {
            let commands = batch.into_iter().map(|raw| command(raw, &world, &handle));
            let commands = commands.map(|command| during(command, period(number).filter(|_| seed.is_some()))).collect();
            let receipt = published(&handle, commands);
            prop_assert_eq!(followed.all(mirror.follow(&receipt).unwrap()), Ok(()));
            if seed.is_some() {
                let advance = handle.advance(hour(at));
                prop_assert_eq!(followed.all(mirror.follow(&advance).unwrap()), Ok(()));
            }
            let (filled, mirror) = self::mirror(Ids::Both);
            filled.all(mirror.fill(&handle.load()).unwrap()).unwrap();
            prop_assert_eq!(rows(&followed), rows(&filled));
            // Another process, which only knows what was saved, agrees.
            let (elsewhere, mirror) = self::mirror(Ids::Both);
            let saved = Policy::from_document(handle.load().policy().to_document()).unwrap();
            let saved = handle.load().instant().map_or(saved.clone(), |instant| saved.at(instant));
            elsewhere.all(mirror.fill(&Snapshot::compile(&saved)).unwrap()).unwrap();
            prop_assert_eq!(rows(&followed), rows(&elsewhere));
        }
    }
}

proptest! {
    #![proptest_config(worlds(200))]

    /// Without a transaction: after each statement, and after each that is the last before a crash.
    #[test]
    fn statements_one_by_one_never_give_a_part(
        world in world(), seed in prop::option::of(any::<u64>()),
        steps in vec((vec((any::<u8>(), any::<[u8; 4]>()), 1..8), 0..HOURS, any::<bool>()), 1..4),
    ) {
        // In some worlds time goes on, too.
        let world = match seed {
            Some(seed) => dated(world, seed),
            None => world,
        };
        let handle = Handle::new(world.policy());
        let (database, mirror) = (Sqlite::new(), Mirror::new(Dialect::Sqlite, "orgscope_", Ids::Both).unwrap());
        create(&database, Ids::Both, &mirror);
        fill(&database, Ids::Both, &world, &handle.load(), &mirror);
        for (batch, at, advances) in steps {
            let commands: Vec<Command> = batch.into_iter().map(|raw| command(raw, &world, &handle)).collect();
            let before = handle.load();
            let step: Box<dyn AsRef<Transition>> = if seed.is_some() && advances {
                Box::new(handle.advance(hour(at)))
            } else {
                Box::new(published(&handle, commands))
            };
            let follow = || mirror.follow(&*step).unwrap();
            let asked = [&before, &handle.load()].map(|snapshot| {
                let mut questions = questions(Dialect::Sqlite, Ids::Both, &world, snapshot, &mirror);
                questions.retain(Question::asks_mirror);
                // Some twenty, because they are asked after each statement.
                let every = 1 + questions.len() / 20;
                questions.into_iter().step_by(every).collect::<Vec<_>>()
            });
            // How many of the old state and of the new one are answered; and each answer is right. One may be answered at
            // any state: if its records are all open, SQLite does not look at the mirror.
            let answered = || asked.each_ref().map(|questions| {
                let found = questions.iter().filter(|question| match question.found(&database) {
                    Ok(found) => {
                        question.check(&found);
                        true
                    }
                    Err(error) => {
                        assert!(error.starts_with(BEHIND), "{error}");
                        false
                    }
                });
                found.count()
            });
            let [old, new] = asked.each_ref().map(Vec::len);
            let length = follow().len();
            if length == 0 {
                prop_assert_eq!(answered(), [old, new]);
            }
            for interrupted in 0..length {
                prop_assert_eq!(answered()[0], old);
                for statement in follow().iter().take(interrupted) {
                    database.run(statement).unwrap();
                    answered();
                }
                // What was interrupted is refused from then on.
                if interrupted > 0 {
                    database.run(&follow()[0]).unwrap_err();
                }
                // Filling starts again wherever it was interrupted itself.
                let all: Vec<Sql> = mirror.fill(&before).unwrap().collect();
                for statement in &all[..all.len() - 1 - interrupted % (all.len() - 1)] {
                    database.run(statement).unwrap();
                    answered();
                }
                for statement in mirror.fill(&before).unwrap() {
                    database.run(&statement).unwrap();
                    answered();
                }
            }
            for statement in follow() {
                database.run(&statement).unwrap();
            }
            prop_assert_eq!(answered()[1], new);
        }
    }
}

/// Applies commands by force, without those that are refused.
fn published(handle: &Handle, mut commands: Vec<Command>) -> Receipt {
    loop {
        match handle.as_host().force().apply(commands.clone()) {
            Ok(receipt) => return receipt,
            Err(refusal) => _ = commands.remove(refusal.command().unwrap()),
        }
    }
}

#[test]
fn two_connections_without_transactions_never_give_a_part() {
    let [first, second] = Sqlite::several();
    one_by_one([&first, &second], BEHIND, 7);
}

#[test]
fn sqlite_does_not_answer_from_what_is_behind() {
    what_is_behind_is_an_error(&Sqlite::new(), BEHIND, "NOT NULL constraint failed: orgscope_state.state");
}

/// Tables of another schema are made, filled and asked there.
#[test]
fn a_schema_has_its_own_tables_and_indexes() {
    let database = Sqlite::new();
    database.text("ATTACH ':memory:' AS crm").unwrap();
    let mirror = Mirror::new(Dialect::Sqlite, "crm.orgscope_", Ids::Integers).unwrap();
    let authz = company();
    database.all(mirror.create()).unwrap();
    database.all(mirror.fill(&authz.load()).unwrap()).unwrap();
    let receipt = authz.apply([Command::join_department(12, 1)]).unwrap();
    database.all(mirror.follow(&receipt).unwrap()).unwrap();
    database.text("CREATE TABLE contacts (owner_id BIGINT)").unwrap();
    database.text("INSERT INTO contacts (owner_id) VALUES (10), (11), (12), (13)").unwrap();
    let records = Records::new("contact", Ids::Integers).owner("owner_id");
    let mapping = Mapping::new(Dialect::Sqlite, records, Members::mirror(&mirror)).unwrap();
    assert_eq!(ask(&database, &mapping, &authz.load(), "contact.read"), Ok(vec![10, 11, 12]));
    let made = database.strings("SELECT name FROM crm.sqlite_schema WHERE sql LIKE 'CREATE INDEX%' ORDER BY name");
    assert_eq!(made, [r#"Text("orgscope_departments_first")"#, r#"Text("orgscope_members_user")"#]);
}

/// The state is in databases: a release that gives another one turns the conditions of those before it into errors. The
/// digits were found by a program of a few lines that knows nothing but SHA-256, the form of the rows, and how users
/// are parted by the hashes of their ids.
#[test]
fn a_company_has_the_same_state_in_every_release() {
    let small = Document::new()
        .department(Department::new("sales"))
        .department(Department::new(-7).parent("sales"))
        .user(User::new("zoë").member_of(-7))
        .user(User::new(17).member_of("sales").member_of(-7))
        .user(User::new("nobody").head_of("sales"));
    let mut large = (0..7).fold(Document::new(), |document, id| document.department(Department::new(id)));
    large = (0..1_000).fold(large, |document, id| document.user(User::new(id).member_of(id % 7)));
    for (document, expected) in [
        (small, "81dedcab1be5000891816d8b73497d9a48d4a7628742855d1f0bd41e99ce479a"),
        (large, "265fe91e51b4593c9d6fafbddd2db0b8a84019f573027be3c17f09ccc6530e47"),
    ] {
        let snapshot = Snapshot::compile(&Policy::from_document(document).unwrap());
        let (database, mirror) = mirror(Ids::Both);
        database.all(mirror.fill(&snapshot).unwrap()).unwrap();
        assert_eq!(database.word("SELECT state FROM orgscope_state"), expected);
    }
}

/// A department that takes the place that another one had, in one batch, is another department.
#[test]
fn a_place_that_is_used_again_is_another_departments() {
    let (database, mirror) = self::mirror(Ids::Integers);
    let authz = company();
    database.all(mirror.fill(&authz.load()).unwrap()).unwrap();
    let commands = [
        Command::LeaveDepartment { user: 12.into(), department: 2.into() },
        Command::RemoveDepartment { id: 2.into() },
        Command::add_department(Department::new(3)),
        Command::join_department(12, 3),
    ];
    let receipt = authz.apply(&commands).unwrap();
    database.all(mirror.follow(&receipt).unwrap()).unwrap();
    let members = database.strings("SELECT department_id || ' ' || user_id FROM orgscope_members ORDER BY 1");
    assert_eq!(members, [r#"Text("1 11")"#, r#"Text("3 12")"#]);
}

/// One who joins a department of a company of twenty thousand is one row.
#[test]
fn only_rows_that_differ_are_written() {
    let mut document = Document::new();
    for department in 0..100 {
        document = document.department(Department::new(department));
    }
    for user in 0..20_000 {
        document = document.user(User::new(user).member_of(user % 100));
    }
    let authz = Handle::new(Policy::from_document(document).unwrap());
    let mirror = Mirror::new(Dialect::Sqlite, "orgscope_", Ids::Integers).unwrap();
    let receipt = authz.apply([Command::join_department(7, 50)]).unwrap();
    let statements = mirror.follow(&receipt).unwrap();
    let written: Vec<_> =
        statements.iter().map(|statement| (statement.text.as_str(), statement.params.len())).collect();
    assert_eq!(
        written,
        [
            (r#"UPDATE "orgscope_state" SET "state" = (CASE WHEN ("state" = ?) THEN ? END) WHERE "id" = 1"#, 2),
            (
                r#"INSERT INTO "orgscope_members" ("department_id", "user_id") VALUES ((CASE WHEN ((SELECT "state" FROM "orgscope_state" WHERE "id" = 1) = ?) THEN CAST(? AS BIGINT) END), ?)"#,
                3
            ),
            (
                r#"UPDATE "orgscope_state" SET "state" = (CASE WHEN ("state" = ?) THEN ? END), "revision" = ? WHERE "id" = 1"#,
                3
            ),
        ]
    );
    // The last department goes below the first: all between them have other numbers, and nobody is a member of another.
    let receipt = authz.apply([Command::move_department(99, Some(0.into()))]).unwrap();
    let statements = mirror.follow(&receipt).unwrap();
    assert!(statements.iter().all(|statement| !statement.text.contains("members")));
    assert_eq!(statements[1].params.len(), 100 + 1, "all from the first to the last, and the mark of the run");
}

/// These four memberships had hashes whose sum was zero, so the company with them had the state of the one without. They
/// were found in seconds, by choosing memberships alone.
#[test]
fn memberships_can_not_be_chosen_to_keep_the_state() {
    let mut document = Document::new();
    for department in 0..1_000 {
        document = document.department(Department::new(department));
    }
    for user in 0..20_000 {
        document = document.user(User::new(user));
    }
    let authz = Handle::new(Policy::from_document(document).unwrap());
    let (database, mirror) = self::mirror(Ids::Integers);
    database.all(mirror.fill(&authz.load()).unwrap()).unwrap();
    let before = database.word("SELECT state FROM orgscope_state");
    let joins = [(18_873, 120), (4_593, 549), (17_836, 130), (6_747, 127)];
    let receipt = authz.apply(joins.map(|(user, department)| Command::join_department(user, department))).unwrap();
    database.all(mirror.follow(&receipt).unwrap()).unwrap();
    assert_ne!(database.word("SELECT state FROM orgscope_state"), before);
    let members = database.strings("SELECT user_id || ' ' || department_id FROM orgscope_members ORDER BY user_id");
    assert_eq!(members, [r#"Text("4593 549")"#, r#"Text("6747 127")"#, r#"Text("17836 130")"#, r#"Text("18873 120")"#]);
}

/// Random changes of a company that grows and shrinks, so that its members are many or few together; some are undone. The
/// same departments and members always have the same state, and no others do.
#[test]
fn a_state_stands_for_departments_and_members_alone() {
    let mut rng = fastrand::Rng::with_seed(7);
    let document = (0..9).fold(Document::new(), |document, id| document.department(Department::new(id)));
    let authz = Handle::new(Policy::from_document(document).unwrap());
    let mirror = Mirror::new(Dialect::Sqlite, "orgscope_", Ids::Both).unwrap();
    let mut states = HashMap::new();
    let mut companies = HashMap::new();
    let (mut back, mut sizes) = (0, BTreeSet::new());
    for round in 0..scaled(6_000) {
        let shrinks = round / 50 % 2 == 1;
        let random = |rng: &mut fastrand::Rng| {
            let user = match rng.i64(1..600) {
                id if id % 3 == 0 => UserId::from(format!("u{id}")),
                id => UserId::from(id),
            };
            let department = rng.i64(0..9);
            match rng.u8(0..20) {
                0..16 if shrinks => Command::RemoveUser { id: user },
                0..8 => Command::add_user(User::new(user).member_of(department)),
                8..11 => Command::add_user(User::new(user)),
                11..14 => Command::join_department(user, department),
                14..16 => Command::leave_department(user, department),
                16 => Command::SetActive { user, active: rng.bool() },
                _ => Command::move_department(department, rng.bool().then(|| rng.i64(0..9).into())),
            }
        };
        let commands = (0..rng.usize(1..60)).map(|_| random(&mut rng)).collect();
        let receipt = published(&authz, commands);
        let mut reached = vec![receipt.after().clone()];
        if rng.u8(0..3) == 0 {
            let undone = authz.as_host().force().apply(receipt.undo()).unwrap();
            assert_eq!(state(&mirror, undone.after()), state(&mirror, receipt.before()));
            (back, reached) = (back + 1, vec![receipt.after().clone(), undone.after().clone()]);
        }
        for snapshot in reached {
            let mut org = snapshot.policy().to_document().org;
            org.users.retain(|user| !user.departments.is_empty());
            org.users.iter_mut().for_each(|user| user.active = None);
            sizes.insert(org.users.len());
            let company = serde_json::to_string(&org).unwrap();
            let state = state(&mirror, &snapshot);
            assert_eq!(states.entry(company.clone()).or_insert_with(|| state.clone()), &state);
            assert_eq!(companies.entry(state.clone()).or_insert_with(|| company.clone()), &company);
            if round % 10 == 0 {
                let afresh = Snapshot::compile(&Policy::from_document(snapshot.policy().to_document()).unwrap());
                assert_eq!(self::state(&mirror, &afresh), state);
            }
        }
    }
    assert!(back > 100 && states.len() > 300, "{back} times back, and {} states", states.len());
    // Fewer than one leaf of the tree holds, and more than some levels.
    assert!(sizes.range(..64).count() > 5 && sizes.range(300..).count() > 5, "{sizes:?}");
}
