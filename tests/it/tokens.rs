//! Tokens: looked up by name once, serving every equal schema, and denying in every other.

use orgscope::document::{Action, Document, ResourceType, Role, Section, User};
use orgscope::error::UnknownPermission;
use orgscope::permission::AnyPermission;
use orgscope::{AnyRecord, Decision, Facts, Grant, Handle, Level, Permission, Policy, Resource, Snapshot, Subject};

struct Contact(Option<&'static str>);

impl Resource for Contact {
    const TYPE: &'static str = "contact";
    fn facts(&self) -> Facts<'_> {
        Facts::owned_by_each(self.0)
    }
}

fn document(actions: &[&str]) -> Document {
    let contact = actions
        .iter()
        .fold(ResourceType::new("contact"), |contact, name| contact.action(Action::new(*name).floor(Level::All)));
    let contact = contact.action(Action::toggle("call").floor(Grant::Allow));
    Document::new()
        .section(Section::new("crm").resource(contact))
        .user(User::new("ann"))
        .user(User::new("gus").inactive())
}

fn policy(actions: &[&str]) -> Policy {
    Policy::from_document(document(actions)).unwrap()
}

#[test]
fn names_are_looked_up_once() {
    let policy = policy(&["read", "update"]);
    let schema = policy.schema();
    let read: Permission<Contact> = schema.permission("read").unwrap();
    let call: Permission<()> = schema.toggle("contact.call").unwrap();
    assert_eq!(schema.name(read).as_deref(), Some("contact.read"));
    assert_eq!(schema.name(call).as_deref(), Some("contact.call"));
    assert_eq!(schema.any_permission("contact.read"), Ok(read.into()));
    assert_eq!(schema.any_permission("contact.call"), Ok(call.into()));
    assert_eq!(schema.sections().collect::<Vec<_>>(), ["crm"]);
    let names: Vec<_> = schema.permissions("crm").filter_map(|permission| schema.name(permission)).collect();
    assert_eq!(names, ["contact.read", "contact.update", "contact.call"]);
    assert_eq!(schema.permissions("webmail").count(), 0);
}

#[test]
fn a_misspelling_is_an_error_that_says_what_there_is() {
    let policy = policy(&["read"]);
    let message = |result: Result<AnyPermission, UnknownPermission>| result.unwrap_err().to_string();
    let find = |name| message(policy.schema().any_permission(name));
    assert_eq!(find("contact.raed"), "`contact` has no action `raed`: its actions are `read`, `call`");
    assert_eq!(find("contract.read"), "there is no resource type `contract`: the resource types are `contact`");
    assert_eq!(
        find("read"),
        "`read` is not a permission: write the resource type and the action, as in `contact.read`"
    );
    assert_eq!(
        message(policy.schema().permission::<Contact>("call").map(Into::into)),
        "`contact.call` is a toggle and has no record: look it up with `toggle`"
    );
    assert_eq!(
        message(policy.schema().permission_named("contact.call").map(Into::into)),
        "`contact.call` is a toggle and has no record: look it up with `toggle`"
    );
    assert_eq!(
        policy.schema().permission_named("contact.read").map(Into::into),
        policy.schema().any_permission("contact.read")
    );
    assert_eq!(
        message(policy.schema().toggle("contact.read").map(Into::into)),
        "`contact.read` is not a toggle: look it up with `permission` or `permission_named`"
    );
}

#[test]
fn a_token_of_another_schema_denies_with_that_reason() {
    let (ours, theirs) = (policy(&["read"]), policy(&["read", "update", "delete"]));
    let read: Permission<Contact> = theirs.schema().permission("delete").unwrap();
    let call = theirs.schema().toggle("contact.call").unwrap();
    let snapshot = Snapshot::compile(&ours);
    let ann = snapshot.principal("ann");
    let reason = "deny: the permission was looked up in another schema: look it up again";
    assert!(!ann.check(read, &Contact(Some("ann"))).is_allow());
    assert!(!ann.may_create(read, &Contact(Some("ann"))).is_allow());
    assert!(!ann.may_reassign(read, &Contact(Some("ann")), ["ann"]).is_allow());
    assert_eq!(ann.scope(read).filter(&[Contact(Some("ann"))]).count(), 0);
    assert_eq!(ann.reason(read, &Contact(None)).to_string(), reason);
    assert_eq!(ann.grant(read), Grant::DENY);
    assert!(!ann.check(call, &()).is_allow());
    assert_eq!(ann.reason(call, &()).to_string(), reason);
    assert_eq!(snapshot.who_can(read, &Contact(None)).count(), 0);
    assert_eq!(snapshot.who_can(call, &()).count(), 0);
    assert_eq!(ours.schema().name(read), None);

    // The same by names, with a record whose type is compared at run time.
    let delete = theirs.schema().permission_named("contact.delete").unwrap();
    let record = AnyRecord::new("contact", Facts::owned_by("ann"));
    assert!(!ann.check(delete, &record).is_allow());
    assert_eq!(ann.reason(delete, &record).to_string(), reason);
}

#[test]
fn a_token_of_an_equal_schema_serves() {
    let read: Permission<Contact> = policy(&["read"]).schema().permission("read").unwrap();
    let again = Policy::from_document(document(&["read"]).user(User::new("bo"))).unwrap();
    assert!(Snapshot::compile(&again).principal("bo").check(read, &Contact(None)).is_allow());
}

#[test]
fn a_reload_says_whether_tokens_still_serve() {
    let authz = Handle::new(policy(&["read"]));
    let read = authz.permission::<Contact>("read").unwrap();
    let receipt = authz.replace(Policy::from_document(document(&["read"]).user(User::new("bo"))).unwrap());
    assert!(receipt.keeps_permissions());
    assert!(authz.load().principal("bo").check(read, &Contact(None)).is_allow());
    assert_eq!(authz.load().policy().to_document().org.users.len(), 3);

    let before = authz.load();
    assert!(!authz.replace(policy(&["look", "read"])).keeps_permissions());
    assert!(!authz.load().principal("ann").check(read, &Contact(None)).is_allow());
    assert!(before.principal("ann").check(read, &Contact(None)).is_allow(), "a loaded snapshot stays as it is");
}

#[test]
fn the_unknown_and_the_inactive_are_denied_with_that_reason() {
    let snapshot = Snapshot::compile(&policy(&["read"]));
    let read: Permission<Contact> = snapshot.schema().permission("read").unwrap();
    let call = snapshot.schema().toggle("contact.call").unwrap();
    for (user, reason) in [("zoe", "deny: there is no such user"), ("gus", "deny: the user is inactive")] {
        let user = snapshot.principal(user);
        assert!(!user.is_active());
        assert_eq!(user.reason(read, &Contact(None)).to_string(), reason);
        assert_eq!(user.reason(call, &()).to_string(), reason);
        assert_eq!(user.grant(read), Grant::DENY);
    }
    let ann = snapshot.principal("ann");
    assert_eq!(
        ann.reason(read, &Contact(None)).to_string(),
        "allow: `contact.read` is `all`, which reaches every record"
    );
    assert_eq!(ann.reason(call, &()).to_string(), "allow: `contact.call` is `allow`");
}

/// What a user effectively has is what a check says, where no record can change it.
#[test]
fn requirements_that_are_denied_leave_nothing() {
    let contact = ResourceType::new("contact")
        .action(Action::toggle("enabled"))
        .action(Action::toggle("call").floor(Grant::Allow).requires("enabled"))
        .action(Action::new("read").floor(Level::Own))
        .action(Action::new("update").floor(Level::All).requires("read").requires("enabled"))
        .action(Action::new("delete").floor(Level::All).requires("read"));
    let document = Document::new().section(Section::new("crm").resource(contact)).user(User::new("ann"));
    let snapshot = Snapshot::compile(&Policy::from_document(document).unwrap());
    let ann = snapshot.principal("ann");
    let grant = |name| ann.grant(snapshot.schema().any_permission(name).unwrap());
    assert_eq!(grant("contact.call"), Grant::DENY);
    assert!(!ann.check(snapshot.schema().toggle("contact.call").unwrap(), &()).is_allow());
    assert_eq!(grant("contact.update"), Grant::DENY);
    assert_eq!(grant("contact.delete"), Grant::Level(Level::All));
    assert_eq!(grant("contact.read"), Grant::Level(Level::Own));
}

#[test]
fn a_schema_without_actions_has_active_users() {
    let document =
        Document::new().section(Section::new("crm")).user(User::new("ann")).user(User::new("gus").inactive());
    let snapshot = Snapshot::compile(&Policy::from_document(document).unwrap());
    assert!(snapshot.principal("ann").is_active());
    assert!(!snapshot.principal("gus").is_active());
    let call = policy(&["read"]).schema().toggle("contact.call").unwrap();
    assert_eq!(
        snapshot.principal("ann").reason(call, &()).to_string(),
        "deny: the permission was looked up in another schema: look it up again"
    );
}

#[test]
fn a_user_is_asked_in_the_state_that_they_were_looked_up_in() {
    let contact = ResourceType::new("contact").action(Action::new("read"));
    let seller = Role::new("seller", "crm", "Seller").grant("contact.read", Level::All);
    let state = |seller: Role| {
        let section = Section::new("crm").resource(contact.clone());
        let document = Document::new().section(section).user(User::new("ann")).role(seller);
        Snapshot::compile(&Policy::from_document(document).unwrap())
    };
    let (may, may_not) = (state(seller.clone().assigned_to(Subject::Everyone)), state(seller));
    let read: Permission<Contact> = may.schema().permission("read").unwrap();
    let ann = [may.principal("ann"), may_not.principal("ann")];
    assert_eq!(ann.map(|ann| ann.check(read, &Contact(None))), [Decision::Allow, Decision::Deny]);
}

#[test]
fn a_record_of_another_type_is_denied_with_that_reason() {
    let snapshot = Snapshot::compile(&policy(&["read"]));
    let read = snapshot.schema().permission_named("contact.read").unwrap();
    let deal = AnyRecord::new("deal", Facts::owned_by("ann"));
    let ann = snapshot.principal("ann");
    assert!(!ann.check(read, &deal).is_allow());
    assert_eq!(
        ann.reason(read, &deal).to_string(),
        "deny: the record is of type `deal`, and `contact.read` takes records of type `contact`"
    );
}
