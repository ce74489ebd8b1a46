//! Events and counts: one for each denial of a requirement and for each refused change, and none for questions.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex};

use metrics::{Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use orgscope::document::{Action, Document, ResourceType, Section, User};
use orgscope::{AnyRecord, Command, Facts, Handle, Level, Policy};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber, span};

/// The recorded events and counts, one line each.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn tell(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).unwrap();
    }
}

impl Subscriber for Told {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "orgscope"
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut line = Line(format!("{} {}", event.metadata().level(), event.metadata().name()));
        event.record(&mut line);
        self.tell(line.0);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

struct Count(String, Told);

impl CounterFn for Count {
    fn increment(&self, by: u64) {
        self.1.tell(format!("{} +{by}", self.0));
    }
    fn absolute(&self, _: u64) {}
}

impl Recorder for Told {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        let mut name = key.name().to_owned();
        key.labels().for_each(|label| write!(name, " {}={}", label.key(), label.value()).unwrap());
        Counter::from_arc(Arc::new(Count(name, self.clone())))
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// The events and counts of a call, sorted, because they have no order among each other.
fn told(run: impl FnOnce()) -> Vec<String> {
    let told = Told::default();
    metrics::with_local_recorder(&told, || tracing::subscriber::with_default(told.clone(), run));
    let mut lines = told.0.lock().unwrap().clone();
    lines.sort();
    lines
}

fn handle() -> Handle {
    let contact = ResourceType::new("contact").action(Action::new("read").floor(Level::Own));
    let document = Document::new().section(Section::new("crm").resource(contact)).user(User::new("ann"));
    Handle::new(Policy::from_document(document).unwrap())
}

#[test]
fn a_denial_is_an_event_and_counted() {
    let authz = handle();
    let snapshot = authz.load();
    let read = snapshot.schema().permission_named("contact.read").unwrap();
    let (anns, bos) = (["ann", "bo"]).map(|owner| AnyRecord::new("contact", Facts::owned_by(owner))).into();
    let ann = snapshot.principal("ann");
    assert_eq!(
        told(|| assert!(ann.require(read, &bos).is_err())),
        [
            "INFO orgscope.denied message=access denied user.id=ann orgscope.permission=\"contact.read\" \
             orgscope.reason=\"out_of_reach\"",
            "orgscope.denials permission=contact.read reason=out_of_reach +1",
        ]
    );
    assert_eq!(
        told(|| assert!(snapshot.principal("zoe").require_create(read, &bos).is_err())),
        [
            "INFO orgscope.denied message=access denied orgscope.permission=\"contact.read\" \
             orgscope.reason=\"unknown_user\"",
            "orgscope.denials permission=contact.read reason=unknown_user +1",
        ]
    );
    let questions = || {
        assert!(ann.require(read, &anns).is_ok());
        assert!(!ann.check(read, &bos).is_allow());
        assert!(!ann.may_create(read, &bos).is_allow());
        assert!(!ann.reason(read, &bos).decision().is_allow());
        assert!(!ann.explain(read, &bos).to_string().is_empty());
    };
    assert_eq!(told(questions), [] as [&str; 0]);
}

#[test]
fn a_refusal_is_an_event_and_counted() {
    let authz = handle();
    let add = [Command::add_user(User::new("bo"))];
    assert_eq!(
        told(|| assert!(authz.as_user("ann").apply(&add).is_err())),
        [
            "INFO orgscope.refused message=change refused: commands[0]: user `ann` is not an administrator: only active \
             administrators and the host application may change the company user.id=ann orgscope.refusal=\"not_permitted\"",
            "orgscope.refusals kind=not_permitted +1",
        ]
    );
    assert_eq!(
        told(|| assert!(authz.apply([Command::add_user(User::new("ann"))]).is_err())),
        [
            "INFO orgscope.refused message=change refused: commands[0]: there is already a user `ann` orgscope.refusal=\"invalid\"",
            "orgscope.refusals kind=invalid +1",
        ]
    );
    assert_eq!(told(|| assert!(authz.as_user("ann").dry_run(&add).is_err())), [] as [&str; 0]);
    assert_eq!(told(|| drop(authz.apply(&add).unwrap())), [] as [&str; 0]);
    let policy = || Policy::from_document(Document::new()).unwrap();
    assert_eq!(told(|| assert!(authz.as_user("ann").replace(policy()).is_err())).len(), 2);
    assert_eq!(told(|| assert!(authz.as_host().if_unchanged_since(7).replace(policy()).is_err())).len(), 2);
}
