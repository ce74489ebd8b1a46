//! Lint: each thing that is found, beside the like of it that is not.

use std::collections::BTreeSet;

use orgscope::document::{Action, Department, Document, Field, Group, ResourceType, Role, Section, User};
use orgscope::error::{Problem, Severity};
use orgscope::{Grant, Level, Period, Policy, Subject, Time};
use orgscope_testing::company::{Company, Ids, Size};
use orgscope_testing::random::{world, worlds};
use proptest::prelude::*;

const EVERYONE_HAS_ALL: &str = "everyone has `all`: every user reaches every record of the type";
const ANOTHER: &str = "whoever it means has the role by another assignment";

/// A company in which there is nothing to find: two people, a department with its head, a role.
fn clean() -> Document {
    let contact =
        ResourceType::new("contact").action(Action::new("read")).action(Action::new("update").requires("read"));
    Document::new()
        .section(
            Section::new("crm")
                .resource(contact)
                .resource(ResourceType::new("settings").action(Action::toggle("manage"))),
        )
        .department(Department::new("sales"))
        .user(User::new("ann").member_of("sales").head_of("sales"))
        .user(User::new("bo").member_of("sales"))
        .role(
            Role::new("seller", "crm", "Seller")
                .grant("contact.read", Level::Department)
                .assigned_to(Subject::Employees),
        )
}

#[track_caller]
fn finds(document: Document, expected: &[&str]) {
    let found: Vec<String> = Policy::from_document(document).unwrap().lint().iter().map(ToString::to_string).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_clean_policy() {
    finds(clean(), &[]);
}

#[test]
fn a_role_that_nobody_has() {
    let role = || Role::new(7, "crm", "Spare").grant("contact.update", Level::Own);
    finds(clean().role(role()), &["roles[id=7].assigned_to: nobody has this role: it is assigned to nobody"]);
    let none = "roles[id=7].assigned_to: nobody has this role: no active user is among those whom it is assigned to";
    finds(clean().role(role().assigned_to(Subject::Deputies)), &[none]);
    finds(clean().user(User::new("old").inactive()).role(role().assigned_to(Subject::user("old"))), &[none]);
    finds(clean().role(role().assigned_to(Subject::user("bo"))), &[]);
    // One out of use, and one to be cloned.
    finds(clean().role(role().hidden()), &[]);
    finds(clean().role(role().locked()), &[]);
    finds(clean().role(role().hidden().assigned_to(Subject::Deputies)), &[none]);
    // Nothing else is said of it.
    let mut document = clean().role(role());
    document.schema.sections[0].resources[0].actions[1].floor = Some(Grant::from(Level::All).into());
    finds(
        document,
        &[
            "schema contact.update.floor: everyone has `all`: every user reaches every record of the type",
            "roles[id=7].assigned_to: nobody has this role: it is assigned to nobody",
        ],
    );
}

/// A template of roles has nobody to have them, and a company without active users no departments to be empty.
#[test]
fn a_document_without_active_users() {
    let mut document = clean().department(Department::new("desk")).role(Role::new(7, "crm", "Spare"));
    document.org.users.iter_mut().for_each(|user| user.active = Some(false));
    finds(document.clone(), &[]);
    document.org.users.clear();
    finds(document.clone(), &[]);
    // Roles are compared all the same.
    let same = Role::new("two", "crm", "Two").grant("contact.read", Level::Department);
    finds(document.role(same), &[r#"roles[id="two"]: it grants exactly what the role `seller` (Seller) grants"#]);
}

#[test]
fn roles_that_say_the_same_or_less() {
    let role = |level| Role::new("two", "crm", "Two").grant("contact.read", level).assigned_to(Subject::user("bo"));
    finds(
        clean().role(role(Level::Department)),
        &[r#"roles[id="two"]: it grants exactly what the role `seller` (Seller) grants"#],
    );
    finds(
        clean().role(role(Level::Own)),
        &[
            r#"roles[id="two"]: whoever has it has the role `seller` (Seller) too, which grants as much and more: it adds nothing"#,
        ],
    );
    finds(clean().role(role(Level::All)), &[]);
    // It grants less, to somebody who has nothing else.
    let eve = || User::new("eve");
    finds(clean().user(eve()).role(role(Level::Own).assigned_to(Subject::user("eve"))), &[]);
}

#[test]
fn a_level_that_can_never_matter() {
    let with = |floor: Level| {
        let mut document = clean();
        document.schema.sections[0].resources[0].actions[0].floor = Some(Grant::from(floor).into());
        document
    };
    finds(
        with(Level::DepartmentOpen),
        &[
            r#"roles[id="seller"].grants["contact.read"]: `department` can never matter: the floor gives `department+open` to every active user"#,
        ],
    );
    finds(with(Level::OwnOpen), &[]);

    let everyone = |level| Role::new("all", "crm", "All").grant("contact.read", level).assigned_to(Subject::Everyone);
    finds(
        clean().role(everyone(Level::DepartmentSub)),
        &[
            r#"roles[id="seller"]: whoever has it has the role `all` (All) too, which grants as much and more: it adds nothing"#,
        ],
    );
    finds(clean().role(everyone(Level::OwnOpen)), &[]);

    let update = || Role::new("up", "crm", "Up").grant("contact.update", Level::Own).assigned_to(Subject::user("bo"));
    finds(clean().role(update()), &[]);
    let mut document = clean().role(update());
    document.roles.remove(0);
    finds(
        document,
        &[
            r#"roles[id="up"].grants["contact.update"]: `own` can never matter: it requires `contact.read`, which no floor and no role gives"#,
        ],
    );
}

/// A department is empty if there is neither anybody in it nor anything below it.
#[test]
fn a_department_without_anybody() {
    let empty = |id: &str| format!("org.departments[id={id}]: nobody is a member, head or deputy of it");
    finds(clean().department(Department::new(3).parent("sales")), &[&empty("3")]);
    let mut document = clean().department(Department::new(3));
    document.org.departments[0].parent = Some(3.into());
    finds(document, &[]);
    let old = || User::new("old").inactive().member_of(3).head_of(3);
    let inactive = "org.departments[id=3]: all its people are inactive";
    finds(clean().department(Department::new(3)).user(old()), &[inactive]);
    finds(clean().department(Department::new(3)).department(Department::new(4).parent(3)).user(old()), &[&empty("4")]);
    finds(clean().department(Department::new(3)).user(old()).user(User::new("cy").deputy_of(3)), &[]);
}

/// A head is missed only where one would have what others have not.
#[test]
fn a_department_without_a_head() {
    let no_head = r#"org.departments[id="desk"]: it has no head"#;
    let with = |level: Level| {
        let chief = Role::new("chief", "crm", "Chief").grant("contact.update", level).assigned_to(Subject::Supervisors);
        clean().department(Department::new("desk")).user(User::new("cy").member_of("desk")).role(chief)
    };
    finds(with(Level::Department), &[no_head]);
    finds(with(Level::DepartmentSubOpen), &[no_head]);
    finds(with(Level::Department).user(User::new("di").head_of("desk")), &[]);
    // These levels do not depend on where one is head.
    finds(with(Level::OwnOpen), &[]);
    finds(with(Level::All), &[]);
    let toggle = Role::new("up", "crm", "Up").grant("settings.manage", Grant::Allow).assigned_to(Subject::Supervisors);
    finds(clean().department(Department::new("desk")).user(User::new("cy").member_of("desk")).role(toggle), &[]);
    let without_role = clean().department(Department::new("desk")).user(User::new("cy").member_of("desk"));
    finds(without_role, &[]);

    // A head above reaches as far only by levels with those below.
    let below = |level| {
        let mut document = with(level);
        document.org.departments[1].parent = Some("sales".into());
        document
    };
    finds(below(Level::Department), &[no_head]);
    finds(below(Level::DepartmentSub), &[]);
    let mut both = below(Level::DepartmentSub);
    both.roles[1] = both.roles[1].clone().grant("contact.read", Level::DepartmentOpen);
    finds(both, &[no_head]);

    // Where most departments have no head, that is the custom. Without people, a department does not count.
    let third = with(Level::Department).department(Department::new("third")).department(Department::new("wing"));
    let empty = r#"org.departments[id="wing"]: nobody is a member, head or deputy of it"#;
    let it_too = r#"org.departments[id="third"]: nobody is a member, head or deputy of it"#;
    finds(third.clone(), &[no_head, it_too, empty]);
    finds(third.user(User::new("ed").member_of("third")), &[empty]);
}

#[test]
fn a_department_whose_head_is_inactive() {
    let with = |level: Level| {
        let chief = Role::new("chief", "crm", "Chief").grant("contact.update", level).assigned_to(Subject::Supervisors);
        let document = clean().department(Department::new("desk").parent("sales")).role(chief);
        document.user(User::new("cy").member_of("desk")).user(User::new("old").inactive().head_of("desk"))
    };
    let inactive = r#"org.departments[id="desk"]: no head of it is active"#;
    finds(with(Level::Department), &[inactive]);
    finds(with(Level::DepartmentSub), &[inactive]);
    finds(with(Level::Department).user(User::new("di").head_of("desk")), &[]);
    finds(with(Level::Own), &[]);
    // Whether anybody else is there or not, if there are departments below.
    let mut document = with(Level::Department).department(Department::new("pit").parent("desk"));
    document.org.users[2].departments = vec![orgscope::DepartmentId::from("pit").into()];
    finds(document, &[inactive, r#"org.departments[id="pit"]: it has no head"#]);
}

#[test]
fn a_floor_that_everyone_has_anyway() {
    let with = |level: Level, subject| {
        let mut document = clean();
        document.schema.sections[0].resources[0].actions[1].floor = Some(Grant::from(Level::Own).into());
        document.role(Role::new("up", "crm", "Up").grant("contact.update", level).assigned_to(subject))
    };
    let useless = "schema contact.update.floor: everyone has as much by roles, so the floor `own` adds nothing";
    finds(with(Level::OwnOpen, Subject::Everyone), &[useless]);
    // A user may come who is in no department.
    finds(with(Level::OwnOpen, Subject::Employees), &[]);
    // By two roles together.
    let mut document = with(Level::OwnOpen, Subject::Everyone);
    document.schema.sections[0].resources[0].actions[1].floor = Some(Grant::from(Level::DepartmentOpen).into());
    let two = Role::new("two", "crm", "Two").grant("contact.update", Level::Department).assigned_to(Subject::Everyone);
    finds(
        document.role(two),
        &[
            "schema contact.update.floor: everyone has as much by roles, so the floor `department+open` adds nothing",
            r#"roles[id="two"].grants["contact.update"]: `department` can never matter: the floor gives `department+open` to every active user"#,
            r#"roles[id="up"].grants["contact.update"]: `own+open` can never matter: the floor gives `department+open` to every active user"#,
        ],
    );
    let mut document = clean();
    document.schema.sections[0].resources[0].actions[1].floor = Some(Grant::from(Level::All).into());
    finds(document, &["schema contact.update.floor: everyone has `all`: every user reaches every record of the type"]);
}

#[test]
fn an_assignment_that_adds_nobody() {
    let with = |subject| {
        let mut document = clean().group(Group::new("none"));
        document.roles[0] = document.roles[0].clone().assigned_to(subject);
        document
    };
    let adds_nobody = |what: &str, why: &str| format!(r#"roles[id="seller"].assigned_to: `{what}` adds nobody: {why}"#);
    finds(with(Subject::user("bo")), &[&adds_nobody("user bo", ANOTHER)]);
    finds(with(Subject::group("none")), &[&adds_nobody("group none", "it has no active user")]);
    finds(with(Subject::user("eve")).user(User::new("eve")), &[]);

    // A word means whoever comes: only a broader word makes it superfluous.
    finds(with(Subject::Deputies), &[&adds_nobody("deputies", ANOTHER)]);
    finds(with(Subject::Administrators), &[]);
    finds(with(Subject::Everyone), &[&adds_nobody("employees", ANOTHER)]);
    let heads = |subject| {
        let role = Role::new("up", "crm", "Up").grant("contact.update", Level::Own).assigned_to(Subject::Supervisors);
        clean().role(role.assigned_to(subject))
    };
    finds(heads(Subject::Deputies), &[]);
    let ann =
        r#"roles[id="up"].assigned_to: `user ann` adds nobody: whoever it means has the role by another assignment"#;
    finds(heads(Subject::user("ann")), &[ann]);

    // Of two that mean the same people only the later is reported: without both nobody would have the role.
    let twice = |first: Subject, second: Subject| {
        let role =
            Role::new("up", "crm", "Up").grant("contact.update", Level::Own).assigned_to(first).assigned_to(second);
        clean().group(Group::new("g").name("Bo alone").member("bo")).role(role)
    };
    finds(
        twice(Subject::user("bo"), Subject::group("g")),
        &[
            r#"roles[id="up"].assigned_to: `group g` (Bo alone) adds nobody: whoever it means has the role by another assignment"#,
        ],
    );
    finds(twice(Subject::user("ann"), Subject::group("g")), &[]);
}

#[test]
fn all_for_everyone() {
    let with =
        |level, subject| clean().role(Role::new("up", "crm", "Up").grant("contact.update", level).assigned_to(subject));
    finds(
        with(Level::All, Subject::Everyone),
        &[
            r#"roles[id="up"].grants["contact.update"]: everyone has `all`: every user reaches every record of the type"#,
        ],
    );
    finds(with(Level::All, Subject::Supervisors), &[]);
    finds(with(Level::OwnOpen, Subject::Everyone), &[]);
    let toggle = Role::new("up", "crm", "Up").grant("settings.manage", Grant::Allow).assigned_to(Subject::Everyone);
    finds(clean().role(toggle), &[]);
}

#[test]
fn supervisors_who_are_plain_members_elsewhere() {
    let with = |level, member: &'static str, head: &'static str| {
        clean()
            .department(Department::new("desk").parent("sales"))
            .user(User::new("cy").member_of("desk").head_of("desk"))
            .user(User::new("sue").member_of(member).head_of(head))
            .role(Role::new("chief", "crm", "Chief").grant("contact.update", level).assigned_to(Subject::Supervisors))
    };
    let through = |member: &str| {
        format!(
            r#"roles[id="chief"].grants["contact.update"]: by the assignment to supervisors, `department` also reaches colleagues in departments where they are plain members (1 of 3 supervisors), for example user `sue` in `{member}`; assigned in the place `subject`, it would not"#
        )
    };
    finds(with(Level::Department, "sales", "desk"), &[&through("sales")]);
    finds(with(Level::Department, "desk", "sales"), &[&through("desk")]);
    // Only where they are head, or in departments that are named.
    for to in [Subject::Supervisors.in_subject(), Subject::Supervisors.in_departments(["desk"])] {
        let mut document = with(Level::Department, "sales", "desk");
        document.roles[1].assigned_to = vec![to];
        finds(document, &[]);
    }
    // What is below the department that she heads is hers anyway.
    finds(with(Level::DepartmentSub, "desk", "sales"), &[]);
    finds(with(Level::OwnOpen, "sales", "desk"), &[]);
    finds(with(Level::All, "sales", "desk"), &[]);
    let deputy = |member: &'static str| {
        clean()
            .department(Department::new("desk").parent("sales"))
            .user(User::new("cy").member_of("desk").head_of("desk"))
            .user(User::new("sue").member_of(member).deputy_of("desk"))
            .role(
                Role::new("vice", "crm", "Vice")
                    .grant("contact.update", Level::Department)
                    .assigned_to(Subject::Deputies),
            )
    };
    finds(
        deputy("sales"),
        &[
            r#"roles[id="vice"].grants["contact.update"]: by the assignment to deputies, `department` also reaches colleagues in departments where they are plain members (1 of 1 deputies), for example user `sue` in `sales`; assigned in the place `subject`, it would not"#,
        ],
    );
    finds(deputy("desk"), &[]);
    // Who is deputy there is no plain member, and who has as much by another role reaches it anyway.
    let vice = || {
        clean()
            .department(Department::new("desk").parent("sales"))
            .user(User::new("cy").member_of("desk").head_of("desk"))
            .user(User::new("sue").member_of("sales").head_of("desk").deputy_of("sales"))
            .role(
                Role::new("chief", "crm", "Chief")
                    .grant("contact.update", Level::Department)
                    .assigned_to(Subject::Supervisors),
            )
    };
    finds(vice(), &[]);
    finds(
        with(Level::Department, "sales", "desk").role(
            Role::new("writer", "crm", "Writer")
                .grant("contact.update", Level::Department)
                .grant("contact.read", Level::Own)
                .assigned_to(Subject::user("sue")),
        ),
        &[
            r#"roles[id="writer"].grants["contact.read"]: `own` can never matter: whoever has this role has as much by others"#,
            r#"roles[id="writer"].grants["contact.update"]: `department` can never matter: whoever has this role has as much by others"#,
        ],
    );
}

/// Who has a role has as much by others: by one or by several, and of two that give the same only the later is reported.
#[test]
fn a_level_that_all_who_have_it_have_anyway() {
    let role = |id: &'static str, level| Role::new(id, "crm", id).grant("contact.read", level);
    let writes = |role: Role| role.grant("contact.update", Level::Own);
    let never = |id: &str, level: &str| {
        format!(
            r#"roles[id="{id}"].grants["contact.read"]: `{level}` can never matter: whoever has this role has as much by others"#
        )
    };
    let bos = || writes(role("two", Level::Department)).assigned_to(Subject::user("bo"));
    finds(clean().role(bos()), &[&never("two", "department")]);
    finds(clean().role(bos()).user(User::new("eve")), &[&never("two", "department")]);
    finds(clean().role(bos().assigned_to(Subject::user("eve"))).user(User::new("eve")), &[]);
    let open = || role("open", Level::OwnOpen).assigned_to(Subject::Everyone);
    let both = || writes(role("two", Level::DepartmentOpen)).assigned_to(Subject::user("bo"));
    finds(clean().role(open()).role(both()), &[&never("two", "department+open")]);
}

/// Levels for supervisors are measured from the departments that they head also in the place `subject`, and never from
/// these in a list of departments.
#[test]
fn heads_matter_in_some_places() {
    let with = |level: Level, to| {
        let chief = Role::new("chief", "crm", "Chief").grant("contact.update", level).assigned_to(to);
        clean().department(Department::new("desk")).user(User::new("cy").member_of("desk")).role(chief)
    };
    let no_head = r#"org.departments[id="desk"]: it has no head"#;
    finds(with(Level::Department, Subject::Supervisors.in_subject()), &[no_head]);
    finds(with(Level::All, Subject::Supervisors.in_subject()), &[no_head]);
    finds(with(Level::Own, Subject::Supervisors.in_subject()), &[&no_place("chief", "`supervisors`")]);
    finds(with(Level::Department, Subject::Supervisors.in_departments(["desk"])), &[]);
}

/// The note about places of a role that grants nothing that is measured from departments.
fn no_place(role: &str, example: &str) -> String {
    format!(
        "roles[id={role:?}].assigned_to: nothing that the role grants is measured from departments, so no place changes \
         anything: for example, that of the assignment to {example}"
    )
}

/// Nothing makes up for what a role gives in a place, and that makes up for nothing.
#[test]
fn places_make_nothing_useless() {
    let role = |id: &'static str, level: Level| Role::new(id, "crm", id).grant("contact.read", level);
    let bo = || Subject::user("bo");
    // Useless without a place: by the role of all employees, by a floor, and beside another assignment.
    let own = no_place("two", "`user bo`");
    finds(clean().role(role("two", Level::Own).assigned_to(bo().in_departments(["sales"]))), &[&own]);
    let mut document = clean().role(role("two", Level::Own).assigned_to(bo().in_subject()));
    document.schema.sections[0].resources[0].actions[0].floor = Some(Grant::from(Level::Own).into());
    finds(document, &[&own]);
    let mut document = clean();
    document.roles[0] = document.roles[0].clone().assigned_to(Subject::Everyone.in_subject());
    finds(document, &[]);
    let mut document = clean().role(role("all", Level::All).assigned_to(Subject::Everyone.in_subject()));
    document.schema.sections[0].resources[0].actions[0].floor = Some(Grant::from(Level::Own).into());
    finds(document, &[]);
    // Who has a role in a place has it.
    finds(clean().role(role("two", Level::All).assigned_to(bo().in_subject())), &[]);
    let none =
        r#"roles[id="two"].assigned_to: nobody has this role: no active user is among those whom it is assigned to"#;
    finds(clean().role(role("two", Level::All).assigned_to(Subject::Deputies.in_subject())), &[none]);
    // A subject without users adds nobody beside one with a place, too.
    let empty = r#"roles[id="two"].assigned_to: `group none` adds nobody: it has no active user"#;
    let beside = role("two", Level::All).assigned_to(bo().in_subject()).assigned_to(Subject::group("none"));
    finds(clean().group(Group::new("none")).role(beside), &[empty]);
    // What grants the same is the same role, wherever: the first one can be assigned there.
    let same = r#"roles[id="two"]: it grants exactly what the role `seller` (Seller) grants"#;
    finds(clean().role(role("two", Level::Department).assigned_to(bo().in_subject())), &[same]);
    let more = role("more", Level::All).assigned_to(bo());
    let both = role("two", Level::Department).assigned_to(bo().in_subject()).assigned_to(bo());
    finds(clean().role(more).role(both), &[same]);
}

/// `own` and `open` are the same in every place.
#[test]
fn a_place_that_changes_nothing() {
    let role = |to: orgscope::document::Assignment| Role::new("up", "crm", "Up").assigned_to(to);
    let bo = || Subject::user("bo").in_departments(["sales"]);
    let useless = no_place("up", "`user bo`");
    let toggle = r#"roles[id="up"].grants["settings.manage"]: a toggle is not measured from departments, so no place narrows it: for example, the assignment to `user bo` gives it wholly"#;
    let open = |to| role(to).grant("contact.read", Level::OwnOpen);
    finds(clean().role(open(Subject::user("bo").into())), &[]);
    finds(clean().role(open(bo())), &[&useless]);
    finds(clean().role(open(bo()).grant("settings.manage", Grant::Allow)), &[toggle, &useless]);
    finds(clean().role(role(bo()).grant("settings.manage", Grant::Allow)), &[toggle]);
    finds(clean().role(role(bo())), &[]);
}

/// `own` alone reaches only what is excepted.
#[test]
fn own_records_that_are_excepted() {
    let document = |level: Level| {
        let mut document = clean()
            .role(Role::new("up", "crm", "Up").grant("deal.approve", level).assigned_to(Subject::department("sales")));
        let deal = ResourceType::new("deal").action(Action::new("approve").except_own());
        document.schema.sections[0].resources.push(deal);
        document
    };
    let nothing = "`own` reaches nothing: the permission is denied for own records";
    finds(document(Level::Own), &[&format!(r#"roles[id="up"].grants["deal.approve"]: {nothing}"#)]);
    finds(document(Level::OwnOpen), &[]);
    let of_action = |action: Action| {
        let mut document = document(Level::Department);
        document.schema.sections[0].resources.last_mut().unwrap().actions[0] = action;
        document
    };
    let approve = || Action::new("approve").except_own().floor(Level::Own);
    finds(of_action(approve()), &[&format!("schema deal.approve.floor: the floor {nothing}")]);
    // A share suffices with any level.
    finds(of_action(approve().shared()), &[]);
}

/// A toggle is not measured.
#[test]
fn a_toggle_in_a_place() {
    let with = |to: &[orgscope::document::Assignment]| {
        let role =
            Role::new("up", "crm", "Up").grant("settings.manage", Grant::Allow).grant("contact.read", Level::All);
        clean().role(to.iter().cloned().fold(role, Role::assigned_to))
    };
    let wholly = |to: &str| {
        format!(
            r#"roles[id="up"].grants["settings.manage"]: a toggle is not measured from departments, so no place narrows it: for example, the assignment to {to} gives it wholly"#
        )
    };
    let (bo, sales) = (|| Subject::user("bo"), || Subject::department("sales"));
    finds(with(&[bo().into()]), &[]);
    finds(with(&[bo().in_departments(["sales"])]), &[&wholly("`user bo`")]);
    finds(with(&[bo().into(), sales().in_subject()]), &[&wholly("`department sales`")]);
    let nobody =
        r#"roles[id="up"].assigned_to: nobody has this role: no active user is among those whom it is assigned to"#;
    finds(with(&[Subject::Deputies.in_subject()]), &[nobody]);
}

/// What is true of many permissions is said once.
#[test]
fn many_permissions_make_one_finding() {
    let mut document = clean();
    let mut contact = ResourceType::new("deal");
    let mut role = Role::new("up", "crm", "Up");
    for a in 0..14 {
        contact = contact.action(Action::new(format!("a{a:02}")));
        role = role.grant(format!("deal.a{a:02}"), Level::All);
    }
    document.schema.sections[0].resources.push(contact);
    finds(
        document.role(role.assigned_to(Subject::Everyone)),
        &[
            r#"roles[id="up"].grants: `deal.a00`, `deal.a01`, `deal.a02`, `deal.a03`, `deal.a04`, `deal.a05`, `deal.a06`, `deal.a07`, `deal.a08`, `deal.a09`, `deal.a10`, `deal.a11` and 2 more: everyone has `all`: every user reaches every record of the type"#,
        ],
    );
}

/// Ids of one kind that people take for the same make one finding for all of them.
#[test]
fn ids_that_are_nearly_the_same() {
    let of = |ids: &[&str]| ids.iter().fold(clean(), |document, id| document.user(User::new(*id)));
    let users = |ids: &str, by: &str| format!("org.users: {ids} are separate ids that differ only by {by}");
    finds(of(&["Ann"]), &[&users(r#"`"Ann"`, `"ann"`"#, "case")]);
    finds(of(&["ann "]), &[&users(r#"`"ann"`, `"ann "`"#, "blanks")]);
    finds(of(&["a nn"]), &[&users(r#"`"a nn"`, `"ann"`"#, "blanks")]);
    finds(of(&["a\u{a0}nn", "ann\u{200b}"]), &[&users(r#"`"ann"`, `"ann\u{200b}"`, `"a\u{a0}nn"`"#, "blanks")]);
    finds(of(&["\tANN", "Ann"]), &[&users(r#"`"\tANN"`, `"Ann"`, `"ann"`"#, "case and blanks")]);
    finds(of(&["anne", "an", "ann-1", "b"]), &[]);
    let numbers = ["7", "007"].iter().fold(clean().user(User::new(7)), |document, id| document.user(User::new(*id)));
    finds(numbers, &[&users(r#"`7`, `"007"`, `"7"`"#, "the form of the number")]);
    finds(of(&["+7", " 7"]), &[&users(r#"`" 7"`, `"+7"`"#, "blanks and the form of the number")]);
    finds(of(&["7a", "07a", "7", "70"]), &[]);
    // A letter whose lower case depends on where it stands, and one whose upper case is two letters.
    finds(of(&["\u{3c3}", "\u{3c2}"]), &[&users("`\"\u{3c2}\"`, `\"\u{3c3}\"`", "case")]);
    finds(of(&["stra\u{df}e", "STRASSE"]), &[]);
    finds(of(&["a\u{a0}b", "A b"]), &[&users(r#"`"A b"`, `"a\u{a0}b"`"#, "case and blanks")]);
    // Two groups, the first one first.
    finds(of(&["z", "Z", "Ann"]), &[&users(r#"`"Ann"`, `"ann"`"#, "case"), &users(r#"`"Z"`, `"z"`"#, "case")]);

    let role = Role::new("Seller", "crm", "Other").grant("contact.update", Level::Own);
    finds(
        clean()
            .department(Department::new("Sales"))
            .user(User::new("cy").member_of("Sales"))
            .group(Group::new(1))
            .group(Group::new("1"))
            .role(role.assigned_to(Subject::user("bo"))),
        &[
            r#"org.departments: `"Sales"`, `"sales"` are separate ids that differ only by case"#,
            r#"org.groups: `1`, `"1"` are separate ids that differ only by the form of the number"#,
            r#"roles: `"Seller"`, `"seller"` are separate ids that differ only by case"#,
        ],
    );
    // Ids of two kinds have nothing to do with each other.
    finds(clean().group(Group::new("Ann")), &[]);
}

/// With accents as characters of their own, ligatures and wide letters.
#[cfg(feature = "cli")]
#[test]
fn ids_in_several_unicode_forms() {
    let of = |ids: &[&str]| ids.iter().fold(clean(), |document, id| document.user(User::new(*id)));
    let users = |ids: &str, by: &str| format!("org.users: {ids} are separate ids that differ only by {by}");
    finds(of(&["jos\u{e9}", "jose\u{301}"]), &[&users("`\"jose\\u{301}\"`, `\"jos\u{e9}\"`", "Unicode form")]);
    finds(of(&["\u{fb01}n", "fin"]), &[&users("`\"fin\"`, `\"\u{fb01}n\"`", "Unicode form")]);
    finds(of(&["\u{ff21}nn"]), &[&users("`\"ann\"`, `\"\u{ff21}nn\"`", "case and Unicode form")]);
    finds(of(&["\u{ff41}nn"]), &[&users("`\"ann\"`, `\"\u{ff41}nn\"`", "Unicode form")]);
    finds(of(&["jose", "jos\u{e9}"]), &[]);
}

/// A document for each code, in the order of the table.
#[test]
fn the_table_of_codes_is_complete_and_true() {
    let up = |level: Level| Role::new("up", "crm", "Up").grant("contact.update", level);
    let desk =
        || clean().department(Department::new("desk")).role(up(Level::Department).assigned_to(Subject::Supervisors));
    let mut floor = clean().role(up(Level::All).assigned_to(Subject::Everyone));
    floor.schema.sections[0].resources[0].actions[1].floor = Some(Grant::from(Level::Own).into());
    let mut unmet = clean().role(up(Level::Own).assigned_to(Subject::user("bo")));
    unmet.roles.remove(0);
    let toggle = Role::new("up", "crm", "Up").grant("settings.manage", Grant::Allow);
    let toggle = toggle.assigned_to(Subject::user("bo").in_subject());
    let cells = up(Level::All).grant("contact.read", Level::Own).assigned_to(Subject::user("bo"));
    let short = Subject::user("bo").in_subject().during(Period::until(Time::MAX));
    let deal = || {
        let deal = ResourceType::new("deal").variant("new").variant("won").action(Action::new("read"));
        deal.action(Action::new("enter")).action(Action::new("see"))
    };
    let with = |deal: ResourceType, role: Role| {
        let mut document = clean();
        document.schema.sections[0].resources.push(deal);
        document.role(role.assigned_to(Subject::user("bo")))
    };
    let chief = || Role::new("chief", "crm", "Chief").grant("deal.read", Level::All);
    let blind = Role::new("mover", "crm", "Mover").grant_variant("deal.enter", "won", Level::All);
    let documents = [
        clean().user(User::new("Ann")),
        desk().user(User::new("cy").member_of("desk")),
        desk().user(User::new("cy").member_of("desk")).user(User::new("old").inactive().head_of("desk")),
        clean().role(up(Level::All).assigned_to(Subject::Everyone)),
        desk().user(User::new("cy").member_of("sales").head_of("desk")),
        clean().role(toggle),
        unmet,
        with(deal(), blind),
        with(deal().field("amount", Field::read_by("see")), chief()),
        clean().role(up(Level::Department).assigned_to(Subject::user("bo")).assigned_to(short)),
        with(deal(), chief().grant_variant("deal.read", "won", Level::Own)),
        clean().user(User::new("cy").member_of_during("sales", Period::until(Time::MIN))),
        with(deal(), chief().grant_variant("deal.read", "won", Level::Own)),
        clean().department(Department::new("desk")),
        desk().user(User::new("old").inactive().member_of("desk")),
        floor,
        clean().role(up(Level::Own)),
        clean().role(up(Level::Own).assigned_to(Subject::Deputies)),
        clean().role(up(Level::Own).assigned_to(Subject::user("bo")).assigned_to(Subject::Employees)),
        clean().role(up(Level::Own).assigned_to(Subject::user("bo").in_subject())),
        clean().role(Role::new("up", "crm", "Up").grant("contact.read", Level::Own).assigned_to(Subject::user("bo"))),
        clean().role(cells),
    ];
    assert_eq!(documents.len(), Policy::LINT_CODES.len());
    for (document, (code, severity)) in documents.into_iter().zip(Policy::LINT_CODES) {
        let findings = Policy::from_document(document).unwrap().at(Time::MIN).lint();
        let finding = findings.iter().find(|finding| finding.code() == *code);
        assert_eq!(finding.map(Problem::severity), Some(*severity), "{code}: {findings:?}");
    }

    let rows = include_str!("../../src/docs/lint.rs").lines().filter_map(|line| line.strip_prefix("//! | `"));
    let documented: Vec<String> = rows.map(|row| row.split(" | ").take(2).collect::<Vec<_>>().join(" ")).collect();
    let defined = Policy::LINT_CODES.iter().map(|(code, severity)| format!("{code}` {severity}"));
    assert_eq!(documented, defined.collect::<Vec<_>>());
    assert_eq!(Policy::LINT_CODES.iter().map(|(code, _)| code).collect::<BTreeSet<_>>().len(), documented.len());
    assert!(Policy::LINT_CODES.iter().all(|(_, severity)| *severity < Severity::Error));
}

/// Findings as data, for programs that show or count them.
#[test]
fn a_finding_as_data() {
    let policy = Policy::from_document(clean().role(Role::new(7, "crm", "Spare"))).unwrap();
    assert_eq!(
        serde_json::to_string(&policy.lint()).unwrap(),
        r#"[{"path":"roles[id=7].assigned_to","code":"unassigned_role","severity":"note","message":"nobody has this role: it is assigned to nobody"}]"#
    );
}

#[track_caller]
fn finds_by_definition(document: Document) {
    let policy = Policy::from_document(document).unwrap();
    let findings = policy.lint().into_iter().filter(|finding| finding.code() != "near_duplicate_ids");
    let found = findings.map(|finding| (finding.path().to_owned(), finding.code(), finding.message().to_owned()));
    assert_eq!(found.collect::<Vec<_>>(), by_definition::findings(&policy.to_document()));
}

proptest! {
    #![proptest_config(worlds(20_000))]

    /// On random worlds, some of whose roles are hidden or locked.
    #[test]
    fn findings_are_those_of_the_definitions(world in world(), hidden in any::<u8>(), locked in any::<u8>()) {
        let world = world.without_variants();
        let mut document = world.document;
        for (role, place) in document.roles.iter_mut().zip(0..) {
            (role.hidden, role.locked) = (hidden & 3 << place == 0, locked & 3 << place == 0);
        }
        finds_by_definition(document);
    }
}

/// In companies with more users, whose roles are those of an ordinary one.
#[test]
fn findings_of_companies_are_those_of_the_definitions() {
    for (users, departments, roles) in [(20, 4, 12), (30, 20, 20), (40, 8, 16)] {
        let document = Company::generate(Size { users, departments, roles }, Ids::Integer).document;
        finds_by_definition(document);
    }
}

/// The findings about roles, departments and floors by their definitions, read literally: each asks all users and all
/// other roles.
mod by_definition {
    use std::collections::BTreeMap;

    use orgscope::document::{Action, Assignment, Document, Levels, Place, Role, User};
    use orgscope::{DepartmentId, Grant, Level, Subject};
    use orgscope_testing::managed::{above, as_level as level, in_place, is_in, known};

    pub(super) type Found = (String, &'static str, String);

    /// A document in canonical form.
    struct World<'d> {
        document: &'d Document,
        active: Vec<&'d User>,
    }

    /// The subjects that a role is assigned to without a place. Only these make anything useless.
    fn subjects(role: &Role) -> Vec<Subject> {
        role.assigned_to.iter().filter(|it| it.place.is_none()).map(|it| known(&it.to)).collect()
    }

    /// The assignments that are measured from somewhere in particular.
    fn in_places(role: &Role) -> Vec<&Assignment> {
        role.assigned_to.iter().filter(|it| it.place.is_some()).collect()
    }

    fn grant(role: &Role, permission: &str) -> Grant {
        match role.grants.get(permission) {
            None => Grant::DENY,
            Some(Levels::Alike(word)) => known(word),
            Some(Levels::ByVariant { .. }) => unreachable!("no type has variants"),
        }
    }

    fn is_measured(level: Level) -> bool {
        level != Level::All && level.includes(Level::Department)
    }

    fn reaches_nothing(action: &Action, level: Level) -> bool {
        action.except_own && !action.shared && level == Level::Own
    }

    fn is_word(subject: &Subject) -> bool {
        !matches!(subject, Subject::User(_) | Subject::Department(_) | Subject::DepartmentSub(_) | Subject::Group(_))
    }

    fn broader(subject: &Subject) -> &'static [Subject] {
        match subject {
            Subject::Employees | Subject::Administrators => &[Subject::Everyone],
            Subject::Supervisors | Subject::Deputies => &[Subject::Employees, Subject::Everyone],
            _ => &[],
        }
    }

    fn one_or_several(path: &str, permissions: &[String]) -> (String, String) {
        match permissions {
            [one] => (format!("{path}.grants[{one:?}]"), String::new()),
            several => {
                let names: Vec<String> = several.iter().map(|name| format!("`{name}`")).collect();
                (format!("{path}.grants"), format!("{}: ", names.join(", ")))
            }
        }
    }

    impl World<'_> {
        /// The actions by the names of their permissions, in the order of the schema.
        fn actions(&self) -> Vec<(String, &Action)> {
            let resources = self.document.schema.sections.iter().flat_map(|section| &section.resources);
            resources
                .flat_map(|resource| {
                    resource.actions.iter().map(move |action| (format!("{}.{}", resource.name, action.name), action))
                })
                .collect()
        }

        fn floor(action: &Action) -> Level {
            action.floor.as_ref().map_or(Level::Deny, |word| level(known(word)))
        }

        /// The subjects of a role that contain a user.
        fn ways(&self, role: &Role, user: &User) -> Vec<Subject> {
            subjects(role).into_iter().filter(|subject| is_in(self.document, subject, &user.id)).collect()
        }

        fn is_held_in_place(&self, role: &Role) -> bool {
            let is_held = |to: &&Assignment| self.active.iter().any(|it| is_in(self.document, &known(&to.to), &it.id));
            in_places(role).iter().any(is_held)
        }

        /// Those who have a role without a place.
        fn holders(&self, role: &Role) -> Vec<&User> {
            self.active.iter().copied().filter(|user| !self.ways(role, user).is_empty()).collect()
        }

        /// What a user has by the roles that are wanted, without a place.
        fn by_roles(&self, user: &User, permission: &str, wanted: impl Fn(usize, Level) -> bool) -> Level {
            let roles = self.document.roles.iter().enumerate().filter(|(_, role)| !self.ways(role, user).is_empty());
            let levels = roles.map(|(place, role)| (place, level(grant(role, permission))));
            levels.filter(|(place, level)| wanted(*place, *level)).fold(Level::Deny, |all, (_, level)| all.join(level))
        }

        fn departments(&self, found: &mut Vec<Found>) {
            let org = &self.document.org;
            let anchors = |user: &User, id: &DepartmentId| {
                [&user.departments, &user.heads, &user.deputy_of].into_iter().flatten().any(|post| post.id == *id)
            };
            let has_people = |id: &DepartmentId| org.users.iter().any(|user| anchors(user, id));
            let is_peopled = |id: &DepartmentId| self.active.iter().any(|user| anchors(user, id));
            let is_headed =
                |id: &DepartmentId| self.active.iter().any(|user| user.heads.iter().any(|post| post.id == *id));
            let mut levels: Vec<Level> = Vec::new();
            for (role, (permission, action)) in
                self.document.roles.iter().flat_map(|role| self.actions().into_iter().map(move |action| (role, action)))
            {
                let given = level(grant(role, &permission));
                for to in role.assigned_to.iter().filter(|to| known(&to.to) == Subject::Supervisors) {
                    match to.place.as_ref().map(known) {
                        None => levels.push(given),
                        Some(Place::Subject) => levels.push(in_place(action, given)),
                        // From departments that are theirs or not.
                        Some(_) => {}
                    }
                }
            }
            levels.retain(|level| is_measured(*level));
            let is_without_sub = levels.iter().any(|level| !level.includes(Level::DepartmentSub));
            let peopled: Vec<_> = org.departments.iter().filter(|it| is_peopled(&it.id)).collect();
            let headed = org.departments.iter().filter(|it| is_headed(&it.id)).count();
            for department in &org.departments {
                let id = &department.id;
                let is_leaf = org.departments.iter().all(|other| other.parent.as_ref() != Some(id));
                let is_covered = above(self.document, id).iter().any(|above| above != id && is_headed(above));
                let (code, message) = if is_leaf && !has_people(id) {
                    ("empty_department", "nobody is a member, head or deputy of it")
                } else if is_leaf && !is_peopled(id) {
                    ("inactive_department", "all its people are inactive")
                } else if is_headed(id) || levels.is_empty() {
                    continue;
                } else if org.users.iter().any(|user| user.heads.iter().any(|post| post.id == *id)) {
                    ("inactive_head", "no head of it is active")
                } else if is_peopled(id) && 2 * headed >= peopled.len() && (is_without_sub || !is_covered) {
                    ("no_head", "it has no head")
                } else {
                    continue;
                };
                found.push((format!("org.departments[id={id:?}]"), code, message.to_owned()));
            }
        }

        fn floors(&self, found: &mut Vec<Found>) {
            for (permission, action) in self.actions() {
                let floor = Self::floor(action);
                let roles = self.document.roles.iter().filter(|role| subjects(role).contains(&Subject::Everyone));
                let by_roles = roles.fold(Level::Deny, |all, role| all.join(level(grant(role, &permission))));
                let path = format!("schema {permission}.floor");
                if floor == Level::Deny {
                } else if reaches_nothing(action, floor) {
                    let message = "the floor `own` reaches nothing: the permission is denied for own records";
                    found.push((path, "useless_floor", message.to_owned()));
                } else if by_roles.includes(floor) {
                    let floor = known(action.floor.as_ref().unwrap());
                    let message = format!("everyone has as much by roles, so the floor `{floor}` adds nothing");
                    found.push((path, "useless_floor", message));
                } else if floor == Level::All && !action.toggle {
                    found.push((path, "everyone_has_all", super::EVERYONE_HAS_ALL.to_owned()));
                }
            }
        }

        /// The subjects of a role that can go one after the other, the later ones first.
        fn assignments(&self, role: &Role) -> Vec<(Subject, &'static str)> {
            let all = subjects(role);
            let mut stay = all.clone();
            let mut found = Vec::new();
            for subject in all.iter().rev() {
                let users = self.active.iter().filter(|user| is_in(self.document, subject, &user.id));
                let users: Vec<_> = users.collect();
                let others =
                    |user: &User| stay.iter().any(|other| other != subject && is_in(self.document, other, &user.id));
                let why = if is_word(subject) {
                    broader(subject).iter().any(|word| all.contains(word)).then_some(super::ANOTHER)
                } else if users.is_empty() {
                    Some("it has no active user")
                } else {
                    users.iter().all(|user| others(user)).then_some(super::ANOTHER)
                };
                if let Some(why) = why {
                    stay.retain(|other| other != subject);
                    found.push((subject.clone(), why));
                }
            }
            found.reverse();
            found
        }

        fn made_superfluous_by(&self, place: usize) -> Option<String> {
            let role = &self.document.roles[place];
            let ids = |role: &Role| self.holders(role).into_iter().map(|user| user.id.clone()).collect::<Vec<_>>();
            let (holders, permissions) = (ids(role), role.grants.keys());
            let is_within =
                |other: &Role| permissions.clone().all(|it| level(grant(other, it)).includes(level(grant(role, it))));
            self.document.roles.iter().enumerate().find_map(|(other_place, other)| {
                let (id, name) = (&other.id, &other.name);
                if other_place == place || other.section != role.section || role.grants.is_empty() {
                    None
                } else if other.grants == role.grants {
                    (other_place < place).then(|| format!("it grants exactly what the role `{id}` ({name}) grants"))
                } else {
                    let theirs = ids(other);
                    let is_more = in_places(role).is_empty()
                        && !holders.is_empty()
                        && is_within(other)
                        && holders.iter().all(|user| theirs.contains(user));
                    is_more.then(|| {
                        format!(
                            "whoever has it has the role `{id}` ({name}) too, which grants as much and more: it adds \
                             nothing"
                        )
                    })
                }
            })
        }

        /// One that an action requires, directly or not, and that nobody is given.
        fn never_given(&self, permission: &str, by_bypass: bool) -> Option<String> {
            let actions = self.actions();
            let (_, action) = actions.iter().find(|(name, _)| name == permission).unwrap();
            let resource = permission.split('.').next().unwrap();
            action.requires.iter().find_map(|required| {
                let required = format!("{resource}.{required}");
                let (_, rules) = actions.iter().find(|(name, _)| *name == required).unwrap();
                let by_roles = self.document.roles.iter().any(|role| level(grant(role, &required)) != Level::Deny);
                let is_given =
                    by_roles || Self::floor(rules) != Level::Deny || by_bypass && rules.admin_bypass != Some(false);
                if is_given { self.never_given(&required, by_bypass) } else { Some(required) }
            })
        }

        fn cells(&self, path: &str, place: usize, found: &mut Vec<Found>) {
            let role = &self.document.roles[place];
            let holders = self.holders(role);
            let mut said: Vec<(&str, String, Vec<String>)> = Vec::new();
            let mut say = |code, message, permission: &str| match said
                .iter_mut()
                .find(|(other, text, _)| (*other, text) == (code, &message))
            {
                Some((.., permissions)) => permissions.push(permission.to_owned()),
                None => said.push((code, message, vec![permission.to_owned()])),
            };
            for (permission, action) in self.actions() {
                let (grant, floor) = (grant(role, &permission), Self::floor(action));
                let own = level(grant);
                let other = |other: usize, theirs: Level| {
                    other != place && (other < place || theirs != own && theirs.includes(own))
                };
                let is_had = |user: &&User| self.by_roles(user, &permission, other).includes(own);
                if own == Level::Deny {
                    continue;
                }
                let never = format!("`{grant}` can never matter: ");
                let has_place = !in_places(role).is_empty();
                if reaches_nothing(action, own) {
                    let message = "`own` reaches nothing: the permission is denied for own records";
                    say("useless_cell", message.to_owned(), &permission);
                } else if !has_place && floor.includes(own) {
                    let floor = known(action.floor.as_ref().unwrap());
                    say("useless_cell", format!("{never}the floor gives `{floor}` to every active user"), &permission);
                } else if !has_place && !holders.is_empty() && holders.iter().all(is_had) {
                    say("useless_cell", format!("{never}whoever has this role has as much by others"), &permission);
                } else if let Some(it) = self.never_given(&permission, action.admin_bypass == Some(false)) {
                    let message = format!("{never}it requires `{it}`, which no floor and no role gives");
                    say("unmet_requirement", message, &permission);
                }
                if own == Level::All && !action.toggle && subjects(role).contains(&Subject::Everyone) {
                    say("everyone_has_all", super::EVERYONE_HAS_ALL.to_owned(), &permission);
                }
            }
            let actions = self.actions();
            let place = |name: &String| actions.iter().position(|(known, _)| known == name);
            said.sort_by(|(a, b, c), (x, y, z)| (place(&c[0]), a, b).cmp(&(place(&z[0]), x, y)));
            for (code, message, permissions) in said {
                let (path, of) = one_or_several(path, &permissions);
                found.push((path, code, format!("{of}{message}")));
            }
        }

        fn toggles(&self, path: &str, role: &Role, found: &mut Vec<Found>) {
            let toggles =
                self.actions().into_iter().filter(|(_, action)| action.toggle).map(|(permission, _)| permission);
            let given: Vec<String> = toggles.filter(|it| grant(role, it) != Grant::DENY).collect();
            if let (Some(to), false) = (in_places(role).first(), given.is_empty()) {
                let (path, of) = one_or_several(path, &given);
                let message = format!(
                    "{of}a toggle is not measured from departments, so no place narrows it: for example, the assignment \
                     to `{}` gives it wholly",
                    known(&to.to)
                );
                found.push((path, "toggle_in_place", message));
            }
        }

        fn place(&self, path: &str, role: &Role, found: &mut Vec<Found>) {
            let granted: Vec<(&Action, Level)> =
                self.actions().iter().map(|(it, action)| (*action, level(grant(role, it)))).collect();
            let levels = || granted.iter().filter(|(action, level)| !action.toggle && *level != Level::Deny);
            if levels().next().is_none() || levels().any(|(_, level)| level.includes(Level::Department)) {
                return;
            }
            if let Some(to) = in_places(role).first() {
                let message = format!(
                    "nothing that the role grants is measured from departments, so no place changes anything: for example, \
                     that of the assignment to `{}`",
                    known(&to.to)
                );
                found.push((format!("{path}.assigned_to"), "useless_place", message));
            }
        }

        fn plain_members(&self, path: &str, place: usize, found: &mut Vec<Found>) {
            let role = &self.document.roles[place];
            for word in [Subject::Supervisors, Subject::Deputies] {
                let is_plain = |user: &User, id: &DepartmentId| {
                    !user.heads.iter().any(|post| post.id == *id) && !user.deputy_of.iter().any(|post| post.id == *id)
                };
                let leaders: Vec<_> = self.active.iter().filter(|it| is_in(self.document, &word, &it.id)).collect();
                let plain =
                    leaders.iter().filter(|user| user.departments.iter().any(|post| is_plain(user, &post.id))).count();
                let (of, leaders) = (plain, leaders.len());
                let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
                for (permission, _) in self.actions() {
                    let own = level(grant(role, &permission));
                    let through = |user: &&User| {
                        let posts: Vec<_> = user.heads.iter().chain(&user.deputy_of).map(|post| &post.id).collect();
                        let is_theirs = |id: &DepartmentId| {
                            if own.includes(Level::DepartmentSub) {
                                above(self.document, id).iter().any(|above| posts.contains(&above))
                            } else {
                                posts.contains(&id)
                            }
                        };
                        let plain = user.departments.iter().map(|post| &post.id).find(|id| !is_theirs(id))?;
                        let others = self.by_roles(user, &permission, |other, _| other != place);
                        let is_one = self.ways(role, user) == [word.clone()] && !others.includes(own);
                        is_one.then(|| (user.id.clone(), plain.clone()))
                    };
                    if let Some((id, plain)) = self.active.iter().find_map(through).filter(|_| is_measured(own)) {
                        let message = format!(
                            "by the assignment to {word}, `{own}` also reaches colleagues in departments where they are \
                             plain members ({of} of {leaders} {word}), for example user `{id}` in `{plain}`; assigned in \
                             the place `subject`, it would not"
                        );
                        said.entry(message).or_default().push(permission);
                    }
                }
                for (message, permissions) in said {
                    let (path, of) = one_or_several(path, &permissions);
                    found.push((path, "plain_member_reached", format!("{of}{message}")));
                }
            }
        }

        fn role(&self, place: usize, found: &mut Vec<Found>) {
            let role = &self.document.roles[place];
            let path = format!("roles[id={:?}]", role.id);
            if self.holders(role).is_empty() && !self.is_held_in_place(role) && !self.active.is_empty() {
                if !role.assigned_to.is_empty() {
                    let message = "nobody has this role: no active user is among those whom it is assigned to";
                    found.push((format!("{path}.assigned_to"), "nobody_has_role", message.to_owned()));
                    return;
                }
                if !role.hidden && !role.locked {
                    let message = "nobody has this role: it is assigned to nobody";
                    found.push((format!("{path}.assigned_to"), "unassigned_role", message.to_owned()));
                    return;
                }
            }
            for (subject, why) in self.assignments(role).into_iter().filter(|_| !self.active.is_empty()) {
                let message = format!("`{subject}` adds nobody: {why}");
                found.push((format!("{path}.assigned_to"), "useless_assignment", message));
            }
            if let Some(message) = self.made_superfluous_by(place) {
                found.push((path, "useless_role", message));
                return;
            }
            self.cells(&path, place, found);
            self.toggles(&path, role, found);
            self.place(&path, role, found);
            self.plain_members(&path, place, found);
        }
    }

    pub(super) fn findings(document: &Document) -> Vec<Found> {
        let active = document.org.users.iter().filter(|user| user.active != Some(false)).collect();
        let (world, mut found) = (World { document, active }, Vec::new());
        if !world.active.is_empty() {
            world.departments(&mut found);
        }
        world.floors(&mut found);
        (0..document.roles.len()).for_each(|place| world.role(place, &mut found));
        found
    }
}

#[test]
fn periods() {
    let time = |text: &str| text.parse::<Time>().unwrap();
    let (march, april, may) =
        (time("2027-03-01T00:00:00Z"), time("2027-04-01T00:00:00Z"), time("2027-05-01T00:00:00Z"));
    let at = |document: Document, instant: Option<Time>, expected: &[(&str, &str)]| {
        let policy = Policy::from_document(document).unwrap();
        let found = instant.map_or_else(|| policy.clone(), |instant| policy.at(instant)).lint();
        let found: Vec<(String, &str)> = found.iter().map(|it| (it.to_string(), it.code())).collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(text, code)| (text.as_str(), *code)).collect();
        assert_eq!(found, expected);
    };
    // A role, a department and a subject that wait for somebody are not reported, and those whose time is over are.
    let spare = || Role::new(7, "crm", "Spare").grant("contact.update", Level::Own);
    let waits = clean().role(spare().assigned_to(Subject::user("bo").during(Period::between(march, april).unwrap())));
    let unassigned = ("roles[id=7].assigned_to: nobody has this role: it is assigned to nobody", "unassigned_role");
    let ended = "an entry ended at 2027-04-01T00:00:00Z: prune it, or give it another period";
    at(waits.clone(), None, &[]);
    at(waits.clone(), Some(march), &[]);
    at(waits, Some(april), &[(&format!("roles[id=7].assigned_to: {ended}"), "ended"), unassigned]);
    let empty = clean().department(Department::new("desk"));
    let nobody = (r#"org.departments[id="desk"]: nobody is a member, head or deputy of it"#, "empty_department");
    at(empty.clone(), Some(march), &[nobody]);
    let joins =
        User::new("cy").member_of_during("desk", Period::starting(may)).head_of_during("sales", Period::until(april));
    at(empty.user(joins), Some(may), &[(format!(r#"org.users[id="cy"].heads: {ended}"#).as_str(), "ended")]);
    let deputies = clean().role(spare().assigned_to(Subject::Deputies));
    let nobody = "roles[id=7].assigned_to: nobody has this role: no active user is among those whom it is assigned to";
    at(deputies.clone(), Some(march), &[(nobody, "nobody_has_role")]);
    let deputy = User::new("cy").member_of("sales").deputy_of_during("sales", Period::between(april, may).unwrap());
    at(deputies.clone().user(deputy.clone()), Some(march), &[]);
    let ended = (
        r#"org.users[id="cy"].deputy_of: an entry ended at 2027-05-01T00:00:00Z: prune it, or give it another period"#,
        "ended",
    );
    at(deputies.user(deputy), Some(may), &[ended, (nobody, "nobody_has_role")]);
    // Several entries of one list are one finding.
    let team = Group::new("team").member_during("ann", Period::until(march)).member_during("bo", Period::until(april));
    at(
        clean().group(team),
        Some(may),
        &[(
            r#"org.groups[id="team"].members: 2 entries have ended, the last at 2027-04-01T00:00:00Z: prune them, or give them other periods"#,
            "ended",
        )],
    );
    // A period within a longer one.
    let update = || Role::new(7, "crm", "Helper").grant("contact.update", Level::Department);
    let here = |period| Subject::user("bo").in_departments(["sales"]).during(period);
    let longer = |text: &str| {
        format!(
            "roles[id=7].assigned_to: `user bo` has the role until 2027-03-01T00:00:00Z in one place, and {text} in another: check which place was meant"
        )
    };
    let forever = update().assigned_to(Subject::user("bo")).assigned_to(here(Period::until(march)));
    at(clean().role(forever), None, &[(&longer("for ever"), "shorter_period")]);
    let until_april = Subject::user("bo").in_subject().during(Period::until(april));
    let both = update().assigned_to(here(Period::until(march))).assigned_to(until_april);
    at(clean().role(both), None, &[(&longer("until 2027-04-01T00:00:00Z"), "shorter_period")]);
    let apart = Subject::user("bo").in_subject().during(Period::starting(march));
    at(clean().role(update().assigned_to(here(Period::until(march))).assigned_to(apart)), None, &[]);
}
