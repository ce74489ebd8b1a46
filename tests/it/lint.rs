//! Lint: each thing that is found, beside the like of it that is not.

use orgscope::document::{Action, Department, Document, Group, ResourceType, Role, Section, User};
use orgscope::{Grant, Level, Policy, Subject};

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

#[test]
fn a_department_without_a_head_or_anybody() {
    finds(
        clean().department(Department::new(3).parent("sales")),
        &["org.departments[id=3]: nobody is a member, head or deputy of it"],
    );
    let desk = || clean().department(Department::new("desk").parent("sales"));
    finds(desk().user(User::new("cy").member_of("desk")), &[r#"org.departments[id="desk"]: it has no head"#]);
    finds(desk().user(User::new("cy").head_of("desk")), &[]);
    // Who is inactive neither heads nor peoples a department.
    let old = || User::new("old").inactive();
    finds(
        desk().user(User::new("cy").member_of("desk")).user(old().head_of("desk")),
        &[r#"org.departments[id="desk"]: no head of it is active"#],
    );
    finds(
        desk().user(old().member_of("desk").head_of("desk")),
        &[r#"org.departments[id="desk"]: all its people are inactive"#],
    );
}

#[test]
fn a_floor_that_everyone_has_anyway() {
    let with = |level: Level, subject| {
        let mut document = clean();
        document.schema.sections[0].resources[0].actions[1].floor = Some(Grant::from(Level::Own).into());
        document.role(Role::new("up", "crm", "Up").grant("contact.update", level).assigned_to(subject))
    };
    finds(
        with(Level::OwnOpen, Subject::Everyone),
        &["schema contact.update.floor: every active user has as much by roles, so the floor `own` adds nothing"],
    );
    // Whatever it is assigned to, if that is everyone.
    finds(
        with(Level::OwnOpen, Subject::Employees),
        &["schema contact.update.floor: every active user has as much by roles, so the floor `own` adds nothing"],
    );
    finds(with(Level::OwnOpen, Subject::Employees).user(User::new("eve")), &[]);
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
    let another = "whoever it means has the role by another assignment";
    finds(with(Subject::user("bo")), &[&adds_nobody("user bo", another)]);
    finds(with(Subject::group("none")), &[&adds_nobody("group none", "it has no active user")]);
    finds(with(Subject::user("eve")).user(User::new("eve")), &[]);

    // Of two that mean the same people only the later is told: without both nobody would have the role.
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
    let through = |level: &str, member: &str| {
        format!(
            r#"roles[id="chief"].grants["contact.update"]: by the assignment to supervisors, `{level}` also reaches through departments where they are plain members: for example user `sue` through `{member}`"#
        )
    };
    finds(with(Level::Department, "sales", "desk"), &[&through("department", "sales")]);
    finds(with(Level::Department, "desk", "sales"), &[&through("department", "desk")]);
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
            r#"roles[id="vice"].grants["contact.update"]: by the assignment to deputies, `department` also reaches through departments where they are plain members: for example user `sue` through `sales`"#,
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

/// Who has a role has as much by others: by one or by several, and of two that give the same only the later is told.
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
