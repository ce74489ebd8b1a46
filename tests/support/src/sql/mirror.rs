//! Mirror tables that are behind the snapshot never answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use orgscope::document::{Command, Department, Document, User};
use orgscope::sql::{Dialect, Ids, Mapping, Members, Mirror, Records, Sql};
use orgscope::{Advance, Handle, Level, Period, Policy, Receipt, Snapshot};

use crate::dated::hour;
use crate::sql::Database;

/// A company where 10, head of department 1, reaches the contact of 11, a member there. The one of 12 is in department
/// 2.
pub fn company() -> Handle {
    use orgscope::document::{Action, ResourceType, Section};
    let contact = ResourceType::new("contact")
        .action(Action::new("read").floor(Level::DepartmentSub))
        .action(Action::new("list").floor(Level::DepartmentOpen))
        .action(Action::new("all").floor(Level::All))
        .action(Action::new("own").floor(Level::Own));
    let document = Document::new()
        .section(Section::new("crm").resource(contact))
        .department(Department::new(1))
        .department(Department::new(2))
        .user(User::new(10).head_of(1))
        .user(User::new(11).member_of(1))
        .user(User::new(12).member_of(2));
    Handle::new(Policy::from_document(document).unwrap())
}

/// The owners, of 10, 11 and 12, whose contacts 10 may do this to.
pub fn ask(database: &impl Database, mapping: &Mapping, snapshot: &Snapshot, name: &str) -> Result<Vec<i64>, String> {
    let permission = snapshot.schema().permission_named(name).unwrap();
    let sql = mapping.sql(&snapshot.principal(10).scope(permission).predicate()).unwrap();
    let text = format!("SELECT owner_id FROM contacts WHERE {} ORDER BY owner_id", sql.text);
    database.integers(&Sql { text, ..sql })
}

/// Tables at another state must not answer: every condition that reads them is an error, whatever it would have found.
/// Statements for another state fail too, because the database refuses a state that is NULL.
pub fn what_is_behind_is_an_error(database: &impl Database, message: &str, null: &str) {
    let dialect = database.dialect();
    let mirror = Mirror::new(dialect, "orgscope_", Ids::Integers).unwrap();
    database.all(mirror.create()).unwrap();
    let flag = if dialect == Dialect::Sqlite { "INTEGER" } else { "BOOLEAN" };
    database
        .text(format!("CREATE TABLE contacts (owner_id BIGINT, owner_department_id BIGINT, is_open {flag})"))
        .unwrap();
    // With these indexes a query may find no row before it looks at the mirror.
    database.text("CREATE INDEX by_owner ON contacts (owner_id)").unwrap();
    database.text("INSERT INTO contacts (owner_id) VALUES (10), (11), (12)").unwrap();
    let mapping = |records: Records| Mapping::new(dialect, records, Members::mirror(&mirror)).unwrap();
    let contacts = || Records::new("contact", Ids::Integers).owner("owner_id").open("is_open");
    let mappings = [mapping(contacts()), mapping(contacts().owner_department("owner_department_id"))];
    let ask = |snapshot: &Snapshot, name: &str, expected: Result<&[i64], String>| {
        for mapping in &mappings {
            assert_eq!(ask(database, mapping, snapshot, name), expected.clone().map(<[i64]>::to_vec), "{name}");
        }
    };
    let behind = |at: &str| Err(database.behind(message, at));
    let authz = company();
    let after = |commands: &[Command]| authz.apply(commands).unwrap();
    let (join, leave) = (
        |department: i64| Command::join_department(12, department),
        |department: i64| Command::LeaveDepartment { user: 12.into(), department: department.into() },
    );
    let to_second = after(&[leave(2)]);
    let to_third = after(&[join(1)]);
    let (first, second, third) = (to_second.before(), to_second.after(), to_third.after());

    // Never filled: statements that follow a change find no state, and make none.
    ask(first, "contact.read", behind("no state: fill them"));
    ask(first, "contact.list", behind("no state: fill them"));
    assert_eq!(database.run(&mirror.follow(&to_second).unwrap()[0]), Ok(0));
    ask(second, "contact.read", behind("no state: fill them"));
    database.all(mirror.fill(first).unwrap()).unwrap();
    ask(first, "contact.read", Ok(&[10, 11]));
    ask(first, "contact.list", Ok(&[10, 11]));

    // The company changes; the tables do not.
    let state = || database.word("SELECT state FROM orgscope_state");
    let at_first = state();
    ask(second, "contact.read", behind(&at_first));
    ask(second, "contact.list", behind(&at_first));
    // A condition without departments needs no mirror.
    ask(second, "contact.all", Ok(&[10, 11, 12]));
    ask(second, "contact.own", Ok(&[10]));

    // Statements for another state change nothing: 12 is not yet in department 1.
    assert_eq!(database.all(mirror.follow(&to_third).unwrap()), Err(null.to_owned()));
    ask(first, "contact.read", Ok(&[10, 11]));
    ask(third, "contact.read", behind(&at_first));
    // Statements in order succeed.
    database.all(mirror.follow(&to_second).unwrap()).unwrap();
    ask(second, "contact.read", Ok(&[10, 11]));
    database.all(mirror.follow(&to_third).unwrap()).unwrap();
    ask(third, "contact.read", Ok(&[10, 11, 12]));
    // A snapshot from before is not answered with the current state.
    ask(second, "contact.read", behind(&state()));

    // Statements that end halfway leave tables that nothing but filling mends.
    let to_third_again = mirror.follow(&to_third).unwrap();
    database.all(mirror.fill(second).unwrap()).unwrap();
    database.run(&to_third_again[0]).unwrap();
    let halfway = state();
    let (start, end) = (halfway.strip_prefix("no state: being written ("), halfway.strip_suffix(')'));
    assert!(start.is_some() && end.is_some(), "{halfway}");
    ask(second, "contact.read", behind(&halfway));
    ask(third, "contact.list", behind(&halfway));
    assert_eq!(database.run(&mirror.follow(&to_third).unwrap()[0]), Err(null.to_owned()));
    assert_eq!(database.run(&to_third_again[0]), Err(null.to_owned()));
    assert_eq!(state(), halfway);
    database.all(mirror.fill(third).unwrap()).unwrap();
    ask(third, "contact.read", Ok(&[10, 11, 12]));

    // A new department renumbers those after it.
    let to_fourth = after(&[
        leave(1),
        Command::add_department(Department::new(3).parent(1)),
        Command::add_department(Department::new(4).parent(3)),
        join(4),
    ]);
    database.all(mirror.follow(&to_fourth).unwrap()).unwrap();
    ask(to_fourth.after(), "contact.read", Ok(&[10, 11, 12]));

    // A change that moves nobody needs no statements.
    let to_fifth = after(&[Command::SetActive { user: 12.into(), active: false }]);
    assert_eq!(mirror.follow(&to_fifth), Ok(vec![]));
    ask(to_fifth.after(), "contact.read", Ok(&[10, 11, 12]));

    // It is an error even if nothing could be found.
    database.text("DELETE FROM orgscope_members").unwrap();
    database.text("DELETE FROM orgscope_departments").unwrap();
    ask(third, "contact.read", behind(&state()));
    // Filling repairs everything.
    database.all(mirror.fill(to_fifth.after()).unwrap()).unwrap();
    ask(to_fifth.after(), "contact.read", Ok(&[10, 11, 12]));

    // Time that goes on is followed as a batch is.
    let to_sixth = after(&[Command::join_department_during(12, 4, Period::until(hour(1)))]);
    database.all(mirror.follow(&to_sixth).unwrap()).unwrap();
    let untold = to_sixth.after();
    ask(untold, "contact.read", Ok(&[10, 11]));
    let [begun, idle, ended] = [0, 0, 2].map(|at| authz.advance(hour(at)));
    ask(begun.after(), "contact.read", behind(&state()));
    database.all(mirror.follow(&begun).unwrap()).unwrap();
    ask(begun.after(), "contact.read", Ok(&[10, 11, 12]));
    ask(untold, "contact.read", behind(&state()));
    assert_eq!(mirror.follow(&idle), Ok(vec![]));
    // The members are those from before any instant was told, so a condition of that state is answered too.
    database.all(mirror.follow(&ended).unwrap()).unwrap();
    for snapshot in [ended.after(), untold] {
        ask(snapshot, "contact.read", Ok(&[10, 11]));
    }
}

/// Statements that are committed one by one, up to the first error.
struct Run {
    statements: std::vec::IntoIter<Sql>,
    /// The state that they lead to.
    to: usize,
    failed: bool,
}

/// A run fills the tables with a state, or follows the change to it from the state before.
#[derive(Clone, Copy, Debug)]
enum Job {
    Fill(usize),
    Follow(usize),
}

/// Three states of a company with the contacts that user 10 reads in each, as the rules say it: by a batch comes the
/// second, by time that goes on the third.
struct States {
    mirror: Mirror,
    mapping: Mapping,
    snapshots: [Arc<Snapshot>; 3],
    right: [&'static [i64]; 3],
    batch: Receipt,
    advance: Advance,
}

impl States {
    /// They are made, and the tables with them.
    fn new(database: &impl Database) -> Self {
        let dialect = database.dialect();
        let mirror = Mirror::new(dialect, "orgscope_", Ids::Integers).unwrap();
        database.all(mirror.create()).unwrap();
        database.text("CREATE TABLE contacts (owner_id BIGINT)").unwrap();
        database.text("INSERT INTO contacts (owner_id) VALUES (10), (11), (12)").unwrap();
        let records = Records::new("contact", Ids::Integers).owner("owner_id");
        let mapping = Mapping::new(dialect, records, Members::mirror(&mirror)).unwrap();
        let authz = company();
        let leave = |user: i64, department: i64| Command::leave_department(user, department);
        let join = |user: i64, department: i64| Command::join_department(user, department);
        let during = |department: i64, period: Period| Command::join_department_during(11, department, period);
        authz.advance(hour(0));
        // The first change writes every kind of rows: a department that comes renumbers that after it.
        let come = Command::add_department(Department::new(3).parent(1));
        let [ends, begins] = [during(1, Period::until(hour(1))), during(2, Period::starting(hour(1)))];
        let batch = authz.apply([leave(12, 2), come, join(12, 3), ends, begins]).unwrap();
        let advance = authz.advance(hour(1));
        let snapshots = [batch.before().clone(), batch.after().clone(), advance.after().clone()];
        let right: [&[i64]; 3] = [&[10, 11], &[10, 11, 12], &[10, 12]];
        Self { mirror, mapping, snapshots, right, batch, advance }
    }

    fn fill(&self, to: usize) -> Vec<Sql> {
        self.mirror.fill(&self.snapshots[to]).unwrap().collect()
    }

    fn run(&self, job: Job) -> Run {
        let (statements, to) = match job {
            Job::Fill(to) => (self.fill(to), to),
            Job::Follow(1) => (self.mirror.follow(&self.batch).unwrap(), 1),
            Job::Follow(_) => (self.mirror.follow(&self.advance).unwrap(), 2),
        };
        Run { statements: statements.into_iter(), to, failed: false }
    }

    /// Whether the tables are at a state; then the list of that state has to be the right one.
    fn is_at(&self, database: &impl Database, state: usize, behind: &str) -> bool {
        match ask(database, &self.mapping, &self.snapshots[state], "contact.read") {
            Ok(list) => {
                assert_eq!(list, self.right[state], "state {state}");
                true
            }
            Err(error) => {
                assert!(error.starts_with(behind), "{error}");
                false
            }
        }
    }

    /// Whether the tables have exactly the rows of a state, also those that no list shows.
    fn has_the_rows_of(database: &impl Database, state: usize) {
        let select = |text: &str| database.integers(&Sql { text: text.to_owned(), params: vec![] }).unwrap();
        let members = select("SELECT department_id * 100 + user_id FROM orgscope_members ORDER BY 1");
        let departments = select("SELECT id * 100 + first * 10 + last FROM orgscope_departments ORDER BY 1");
        let before: &[i64] = &[1_00, 2_11];
        let after: &[i64] = &[1_01, 2_22, 3_11];
        assert_eq!(departments, if state == 0 { before } else { after });
        assert_eq!(members, [[1_11, 2_12], [1_11, 3_12], [2_11, 3_12]][state]);
    }

    /// The same of each state.
    fn are_right(&self, database: &impl Database, behind: &str) -> [bool; 3] {
        [0, 1, 2].map(|state| self.is_at(database, state, behind))
    }

    /// Runs the next statement, and asks of every state.
    fn step(&self, database: &impl Database, run: &mut Run, behind: &str) {
        if run.failed {
            return;
        }
        let Some(statement) = run.statements.next() else { return };
        run.failed = database.run(&statement).is_err();
        let at = self.are_right(database, behind);
        (0..3).filter(|state| at[*state]).for_each(|state| Self::has_the_rows_of(database, state));
        if !run.failed && run.statements.len() == 0 {
            assert!(at[run.to], "all statements ran, and the tables are not at the state that they lead to");
        }
    }
}

/// Statements that two connections run one by one without a transaction, in all orders or every so manieth: after each
/// of them a condition of any state finds the right list or is an error. Filling recovers from all of it.
pub fn one_by_one<D: Database>([first, second]: [&D; 2], behind: &str, every: usize) {
    let states = States::new(first);
    let pairs = [
        (Job::Fill(0), Job::Fill(1)),
        (Job::Fill(1), Job::Fill(1)),
        (Job::Follow(1), Job::Fill(0)),
        (Job::Follow(1), Job::Fill(1)),
        (Job::Follow(1), Job::Fill(2)),
        (Job::Follow(1), Job::Follow(1)),
        (Job::Follow(1), Job::Follow(2)),
    ];
    for (one, other) in pairs {
        let lengths = [one, other].map(|job| states.run(job).statements.len());
        let all: usize = lengths.iter().sum();
        // Each bit says whose turn it is.
        let orders = (0..1_u32 << all).filter(|order| order.count_ones() as usize == lengths[1]);
        for order in orders.step_by(every) {
            first.all(states.fill(0)).unwrap();
            let mut runs = [states.run(one), states.run(other)];
            for turn in 0..all {
                if order >> turn & 1 == 0 {
                    states.step(first, &mut runs[0], behind);
                } else {
                    states.step(second, &mut runs[1], behind);
                }
            }
            let mut whole = states.run(Job::Fill(2));
            while whole.statements.len() > 0 {
                states.step(second, &mut whole, behind);
                assert!(!whole.failed, "{one:?} and {other:?} in the order {order:b}");
            }
        }
    }
    a_kept_run_does_no_harm(&states, [first, second], behind);
}

/// One stops after each statement, and goes on after another has filled the tables with the state where it started, and
/// made the same change.
fn a_kept_run_does_no_harm<D: Database>(states: &States, [first, second]: [&D; 2], behind: &str) {
    for ran in 1..states.run(Job::Follow(1)).statements.len() {
        for again in 0..states.run(Job::Follow(1)).statements.len() {
            first.all(states.fill(0)).unwrap();
            let mut kept = states.run(Job::Follow(1));
            (0..ran).for_each(|_| states.step(first, &mut kept, behind));
            second.all(states.fill(0)).unwrap();
            let mut same = states.run(Job::Follow(1));
            (0..again).for_each(|_| states.step(second, &mut same, behind));
            while !kept.failed && kept.statements.len() > 0 {
                states.step(first, &mut kept, behind);
            }
            assert!(kept.failed, "it went on where another had begun");
        }
    }
}

/// Two connections that fill and follow without a transaction, at the same time, and a third that asks: lists are right,
/// or errors.
pub fn at_once<D: Database + Send>(databases: [D; 3], behind: &str) {
    let [one, other, reader] = databases;
    let states = States::new(&reader);
    reader.all(states.fill(0)).unwrap();
    let (over, finished, start) = (AtomicBool::new(false), AtomicUsize::new(0), Instant::now());
    let limit = Duration::from_mins(1);
    let write = |database: D, jobs: &[Job]| {
        for job in jobs.iter().cycle() {
            let ran = |run: Run| run.statements.into_iter().all(|sql| database.run(&sql).is_ok());
            finished.fetch_add(ran(states.run(*job)).into(), Ordering::Relaxed);
            // A reader that failed does not say that it is over.
            if over.load(Ordering::Relaxed) || start.elapsed() > limit {
                return database;
            }
        }
        unreachable!("there are jobs")
    };
    // The first drops what all of them use.
    let _first = std::thread::scope(|scope| {
        let first = scope.spawn(|| write(one, &[Job::Fill(0), Job::Follow(1), Job::Follow(2)]));
        let second = scope.spawn(|| write(other, &[Job::Follow(1), Job::Fill(2), Job::Fill(0), Job::Follow(1)]));
        let mut right = 0;
        let enough = || finished.load(Ordering::Relaxed) > 10;
        while start.elapsed() < Duration::from_secs(2) || right == 0 || !enough() {
            assert!(start.elapsed() < limit, "{finished:?} runs ended, and {right} lists were found");
            right += states.are_right(&reader, behind).into_iter().filter(|at| *at).count();
        }
        over.store(true, Ordering::Relaxed);
        second.join().unwrap();
        first.join().unwrap()
    });
    reader.all(states.fill(2)).unwrap();
    assert_eq!(states.are_right(&reader, behind), [false, false, true]);
}

/// A request that found the tables behind takes the row of the state, so that nobody writes it, catches up, and asks
/// once. A writer waits meanwhile, and goes on then.
pub fn held_tables_answer<D: Database + Send>(databases: [D; 3], behind: &str) {
    let [reader, writer, watcher] = databases;
    let states = States::new(&reader);
    reader.all(states.fill(0)).unwrap();
    writer.all(states.run(Job::Follow(1)).statements).unwrap();
    let error = ask(&reader, &states.mapping, &states.snapshots[0], "contact.read").unwrap_err();
    assert!(states.mirror.is_behind(&error), "{error}");
    assert!(!states.mirror.is_behind("relation \"contacts\" does not exist"));

    let share = if reader.dialect() == Dialect::MySql { "LOCK IN SHARE MODE" } else { "FOR SHARE" };
    reader.text("BEGIN").unwrap();
    let revision = Sql { text: format!("SELECT revision FROM orgscope_state WHERE id = 1 {share}"), params: vec![] };
    assert_eq!(reader.integers(&revision), Ok(vec![1]));
    let written = AtomicBool::new(false);
    let _writer = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            writer.all(states.run(Job::Follow(2)).statements).unwrap();
            written.store(true, Ordering::Release);
            writer
        });
        std::thread::sleep(Duration::from_millis(300));
        assert!(!written.load(Ordering::Acquire), "the writer did not wait for the reader");
        assert!(states.is_at(&reader, 1, behind), "the state of the revision that was read");
        reader.text("COMMIT").unwrap();
        writer.join().unwrap()
    });
    assert_eq!(states.are_right(&watcher, behind), [false, false, true]);
}
