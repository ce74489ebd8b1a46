//! A check allocates nothing, nor do the fields of a record, once the row of the roles of the user is made. A binary of
//! its own, because it counts what all of it allocates.

use orgscope::document::{Action, Department, Document, Field, Group, ResourceType, Role, Section, User};
use orgscope::{Facts, Level, Owner, Policy, Resource, Share, Snapshot, Subject};

struct Contact {
    owner: Owner,
    shared_with: Option<Share>,
}

impl Resource for Contact {
    const TYPE: &'static str = "contact";
    fn facts(&self) -> Facts<'_> {
        Facts::owned_by(&self.owner).shared_with_each(&self.shared_with)
    }
}

#[test]
fn a_warm_check_allocates_nothing() {
    let read = Action::new("read").shared();
    let contact = ResourceType::new("contact").action(read).action(Action::new("update").requires("read"));
    // The most fields that need no allocation.
    let field = |contact: ResourceType, nth: usize| contact.field(format!("field {nth}"), Field::read_by("update"));
    let contact = (0..128).fold(contact, field);
    let document = Document::new()
        .section(Section::new("crm").resource(contact.action(Action::toggle("call"))))
        .department(Department::new(1))
        .department(Department::new("below").parent(1))
        .user(User::new(7).member_of(1).head_of("below"))
        .user(User::new("nick").member_of("below").member_of(1))
        .group(Group::new("tender").member("nick"))
        .role(
            Role::new(1, "crm", "One")
                .grant("contact.read", Level::DepartmentSub)
                .grant("contact.update", Level::Own)
                .assigned_to(Subject::Everyone),
        );
    let snapshot = Snapshot::compile(&Policy::from_document(document).unwrap());
    let (read, update) = (
        snapshot.schema().permission::<Contact>("read").unwrap(),
        snapshot.schema().permission::<Contact>("update").unwrap(),
    );
    let call = snapshot.schema().toggle("contact.call").unwrap();
    let (user, department) = (|id: &str| Owner::User(id.into()), |id: &str| Owner::Department(id.into()));
    let owners = [Owner::User(7.into()), user("nick"), user("zoe"), department("below"), department("gone")];
    let shares = [None, Some(Share::Group("tender".into())), Some(Share::DepartmentSub(1.into()))];
    let contacts: Vec<Contact> = owners
        .iter()
        .flat_map(|owner| shares.iter().map(|share| Contact { owner: owner.clone(), shared_with: share.clone() }))
        .collect();
    let ask_all = || {
        let mut allowed = 0;
        for user in [snapshot.principal(7), snapshot.principal("nick"), snapshot.principal("zoe")] {
            let scope = user.scope(read);
            allowed += contacts.iter().filter(|contact| user.check(read, *contact).is_allow()).count();
            allowed += contacts.iter().filter(|contact| user.check(update, *contact).is_allow()).count();
            allowed += contacts.iter().filter(|contact| scope.contains(*contact)).count();
            allowed += scope.filter(&contacts).count();
            allowed += contacts.iter().map(|contact| user.readable(read, contact).allowed().count()).sum::<usize>();
            allowed += usize::from(user.check(call, &()).is_allow());
        }
        allowed
    };
    let mut cold = 0;
    assert_ne!(allocation_counter::measure(|| cold = ask_all()).count_total, 0, "the rows are made");
    let mut warm = 0;
    assert_eq!(allocation_counter::measure(|| warm = ask_all()).count_total, 0);
    assert_eq!(warm, cold);
    assert!(warm > 0);
}
