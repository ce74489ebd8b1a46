//! The text of conditions in each dialect, and what the descriptions of tables refuse.

use orgscope::document::{Action, Department, Document, Group, ResourceType, Role, Section, User, Variant};
use orgscope::sql::{
    ConditionError, Dialect, IdKinds, Ids, Mapping, Members, Mirror, OwnerTable, Param, Records, ShareTable, Sql,
};
use orgscope::{DepartmentId, Level, Permission, Policy, Snapshot, Subject};
use orgscope_testing::sql::{Database, Sqlite};

fn company() -> Snapshot {
    let contact = ResourceType::new("contact")
        .action(Action::new("read"))
        .action(Action::new("update").requires("read"))
        .action(Action::new("list"));
    let document = Document::new()
        .section(Section::new("crm").resource(contact))
        .department(Department::new(1))
        .department(Department::new(2).parent(1))
        .department(Department::new(3))
        .user(User::new(17).member_of(2).head_of(1))
        .user(User::new(31).member_of(2))
        .user(User::new(40).head_of(3))
        .user(User::new(41).member_of(3))
        .group(Group::new("g").member(17))
        .role(
            Role::new("seller", "crm", "Seller")
                .assigned_to(Subject::Everyone)
                .grant("contact.read", Level::DepartmentSub)
                .grant("contact.update", Level::OwnOpen)
                .grant("contact.list", Level::Department),
        );
    Snapshot::compile(&Policy::from_document(document).unwrap())
}

fn permission(snapshot: &Snapshot, name: &str) -> Permission {
    snapshot.schema().permission_named(name).unwrap()
}

fn condition(mapping: &Mapping, user: i64, name: &str) -> (String, Vec<Param>) {
    let snapshot = company();
    let sql = mapping.sql(&snapshot.principal(user).scope(permission(&snapshot, name)).predicate()).unwrap();
    (sql.text, sql.params)
}

fn integers(values: &[i64]) -> Vec<Param> {
    values.iter().copied().map(Param::Integer).collect()
}

#[test]
fn a_requirement_is_one_more_condition() {
    let records = Records::new("contact", Ids::Integers).owner("owner_id").open("is_open");
    let mapping = Mapping::new(Dialect::Postgres, records, Members::inline(9)).unwrap();
    let (text, params) = condition(&mapping, 17, "contact.update");
    assert_eq!(text, r#"(("owner_id" = $1 OR "is_open" = TRUE) AND "owner_id" IN ($2, $3))"#);
    assert_eq!(params, integers(&[17, 17, 31]));
}

#[test]
fn a_table_of_members_names_departments() {
    let records = Records::new("contact", Ids::Integers).table("c").owner("owner_id");
    let members = Members::table("hr.members", "person", "team", 9);
    let mapping = Mapping::new(Dialect::MySql, records, members).unwrap();
    let (text, params) = condition(&mapping, 17, "contact.read");
    assert_eq!(
        text,
        "`c`.`owner_id` IN (SELECT `member`.`person` FROM `hr`.`members` AS `member` WHERE `member`.`team` IN (?, ?) \
         UNION ALL (SELECT ?))"
    );
    assert_eq!(params, integers(&[1, 2, 17]));
}

#[test]
fn mirror_tables_are_asked_by_numbers_and_guarded() {
    let mirror = Mirror::new(Dialect::Postgres, "crm.os_", Ids::Integers).unwrap();
    let records = Records::new("contact", Ids::Integers).owner("owner_id");
    let mapping = Mapping::new(Dialect::Postgres, records, Members::mirror(&mirror)).unwrap();
    let guard = "(SELECT (CASE WHEN (MAX(\"mirror\".\"state\") = $1) THEN TRUE ELSE CAST(('orgscope: the mirror tables are \
                 behind or ahead of the snapshot that was asked; they are at ' || COALESCE(MAX(\"mirror\".\"state\"), \
                 'no state: fill them')) AS boolean) END) FROM \"crm\".\"os_state\" AS \"mirror\")";
    // Head of 1 and a member of 2, so among the members.
    let (text, params) = condition(&mapping, 17, "contact.read");
    assert_eq!(
        text,
        format!(
            "({guard} AND \"owner_id\" IN (SELECT \"member\".\"user_id\" FROM \"crm\".\"os_members\" AS \"member\" INNER JOIN \
             \"crm\".\"os_departments\" AS \"department\" ON \"department\".\"id\" = \"member\".\"department_id\" WHERE \
             \"department\".\"first\" BETWEEN $2 AND $3))"
        )
    );
    assert_eq!(params[1..], integers(&[0, 1]));
    // The head of 3 is a member of nothing.
    let (text, params) = condition(&mapping, 40, "contact.list");
    assert_eq!(
        text,
        format!(
            "({guard} AND \"owner_id\" IN (SELECT \"member\".\"user_id\" FROM \"crm\".\"os_members\" AS \"member\" WHERE \
             \"member\".\"department_id\" = $2 UNION ALL (SELECT $3)))"
        )
    );
    assert_eq!(params[1..], integers(&[3, 40]));
}

/// MySQL has collations that ignore case, accents and trailing blanks: what they find is compared again, byte by byte.
#[test]
fn text_is_compared_exactly_in_mysql() {
    let document = Document::new()
        .section(
            Section::new("crm").resource(ResourceType::new("contact").action(Action::new("read").floor(Level::Own))),
        )
        .user(User::new("ann"));
    let snapshot = Snapshot::compile(&Policy::from_document(document).unwrap());
    let records = Records::new("contact", Ids::Text).owner("owner_id");
    let mapping = Mapping::new(Dialect::MySql, records, Members::inline(9)).unwrap();
    let read = permission(&snapshot, "contact.read");
    let sql = mapping.sql(&snapshot.principal("ann").scope(read).predicate()).unwrap();
    assert_eq!(sql.text, "(`owner_id` = ? AND CAST(`owner_id` AS BINARY) = ?)");
    assert_eq!(sql.params, [Param::Text("ann".into()), Param::Text("ann".into())]);
}

#[test]
fn beyond_the_limit_is_an_error_and_not_a_part() {
    let snapshot = company();
    let read = permission(&snapshot, "contact.read");
    let predicate = snapshot.principal(17).scope(read).predicate();
    let records = || Records::new("contact", Ids::Integers).owner("owner_id").owner_department("department_id");
    let inline = |limit| Mapping::new(Dialect::Sqlite, records(), Members::inline(limit)).unwrap();
    // Two people and two departments.
    assert_eq!(inline(4).sql(&predicate).unwrap().params.len(), 4);
    let error = inline(3).sql(&predicate).unwrap_err();
    assert_eq!(error, ConditionError::TooManyIds { limit: 3 });
    assert_eq!(
        error.to_string(),
        "the condition would hold more than 3 ids: raise the limit, or use mirror tables (`Members::mirror`), whose \
         conditions stay small"
    );
    let table = |limit| Mapping::new(Dialect::Sqlite, records(), Members::table("m", "u", "d", limit)).unwrap();
    assert_eq!(table(5).sql(&predicate).unwrap().params.len(), 5);
    assert_eq!(table(4).sql(&predicate).unwrap_err(), ConditionError::TooManyIds { limit: 4 });
    let texts =
        Mapping::new(Dialect::Sqlite, Records::new("contact", Ids::Text).owner("o"), Members::table("m", "u", "d", 9))
            .unwrap();
    let error = texts.sql(&predicate).unwrap_err();
    assert_eq!(error, ConditionError::UnknownKind(DepartmentId::from(1)));
    assert_eq!(
        error.to_string(),
        "department `1` has an id that the table of members can't hold: say by `IdKinds::departments` what it holds, or use \
         `Members::inline`"
    );
}

#[test]
fn a_description_that_makes_no_sense_is_refused() {
    let refused = |dialect, records: Records, members| Mapping::new(dialect, records, members).unwrap_err().to_string();
    let inline = || Members::inline(1);
    assert_eq!(
        refused(Dialect::MySql, Records::new("contact", Ids::Both), inline()),
        "MySQL finds `7` equal to `'7'`: say of each kind of ids whether they are `Ids::Integers` or `Ids::Text`"
    );
    assert_eq!(
        refused(Dialect::Sqlite, Records::new("contact", Ids::Text).owner(""), inline()),
        "`` is not the name of a column: write it as in `owner_id`, without its table"
    );
    assert_eq!(
        refused(Dialect::Sqlite, Records::new("contact", Ids::Text).owner("c.owner"), inline()),
        "`c.owner` is not the name of a column: write it as in `owner_id`, without its table"
    );
    assert_eq!(
        refused(Dialect::Sqlite, Records::new("contact", Ids::Text).shares(ShareTable::new("a.b.c")), inline()),
        "`a.b.c` is not the name of a table: write it as in `contacts` or `crm.contacts`"
    );
    assert_eq!(
        refused(Dialect::Sqlite, Records::new("contact", Ids::Text).owners(OwnerTable::new("a\nb")), inline()),
        "`a\\nb` is not the name of a table: it contains a control character"
    );
    // A table of owners stands in the place of both columns, whichever is named first.
    let owners = || OwnerTable::new("contact_owners");
    for (records, column) in [
        (Records::new("contact", Ids::Text).owner("owner_id").owners(owners()), "owner_id"),
        (Records::new("contact", Ids::Text).owners(owners()).owner("owner_id"), "owner_id"),
        (Records::new("contact", Ids::Text).owner_department("team_id").owners(owners()), "team_id"),
        (Records::new("contact", Ids::Text).owners(owners()).owner_department("team_id"), "team_id"),
    ] {
        assert_eq!(
            refused(Dialect::Sqlite, records, inline()),
            format!(
                "owners are in the table `contact_owners` and in the column `{column}`: name one of the two; a department \
                 beside the users of a table of owners is in `OwnerTable::department`"
            )
        );
    }
    let mirror = Mirror::new(Dialect::Sqlite, "os_", Ids::Integers).unwrap();
    assert_eq!(
        refused(Dialect::Postgres, Records::new("contact", Ids::Integers), Members::mirror(&mirror)),
        "the mirror `os_` is for SQLite, and the mapping for PostgreSQL"
    );
    assert_eq!(
        refused(Dialect::Sqlite, Records::new("contact", Ids::Text), Members::mirror(&mirror)),
        "the mirror `os_` holds other ids of users and departments than the table of the records"
    );
    assert_eq!(
        Mirror::new(Dialect::Postgres, "os_", Ids::Both).unwrap_err().to_string(),
        "a column in PostgreSQL has one type: say whether the ids of users and departments are `Ids::Integers` or \
         `Ids::Text`"
    );
    let ids = IdKinds { departments: Ids::Text, ..IdKinds::from(Ids::Integers) };
    let texts = Mirror::new(Dialect::Sqlite, "os_", ids).unwrap();
    assert_eq!(
        texts.fill(&company()).map(drop).unwrap_err().to_string(),
        "the tables of the mirror `os_` can't hold the id of department `1`: it is of another kind"
    );
}

/// A quote in a name is part of the name, and never ends it.
#[test]
fn names_are_quoted() {
    let records = Records::new("contact", Ids::Integers).owner("ow\"ner").table("a table");
    let mapping = Mapping::new(Dialect::Sqlite, records, Members::inline(9)).unwrap();
    let (text, _) = condition(&mapping, 41, "contact.list");
    assert_eq!(text, r#""a table"."ow""ner" = ?"#);
}

/// Rights on deals say nothing about contacts.
#[test]
fn a_mapping_is_of_one_type() {
    let snapshot = company();
    let predicate = snapshot.principal(17).scope(permission(&snapshot, "contact.read")).predicate();
    assert_eq!(predicate.resource(), Some("contact"));
    let deals = Mapping::new(Dialect::Sqlite, Records::new("deal", Ids::Integers), Members::inline(9)).unwrap();
    let error = deals.sql(&predicate).unwrap_err();
    assert_eq!(error, ConditionError::OtherResource { mapped: "deal".into(), asked: "contact".into() });
    assert_eq!(
        error.to_string(),
        "the predicate is about records of the type `contact`, and the mapping is of `deal`: take the mapping of `contact`"
    );
    // A permission of another schema is about nothing.
    let lead = Document::new()
        .section(Section::new("crm").resource(ResourceType::new("lead").action(Action::new("read").floor(Level::All))))
        .user(User::new(17));
    let other = Snapshot::compile(&Policy::from_document(lead).unwrap());
    let predicate = snapshot.principal(17).scope(permission(&other, "lead.read")).predicate();
    assert_eq!((predicate.resource(), predicate.is_nothing()), (None, true));
    assert_eq!(deals.sql(&predicate).unwrap().text, "FALSE");
}

/// Conditions are found by indexes of the default collation, the mirror by its own, and a share by the column of its
/// subject.
#[test]
fn sqlite_uses_its_indexes() {
    let snapshot = texts();
    let database = Sqlite::new();
    let mirror = Mirror::new(Dialect::Sqlite, "os_", Ids::Text).unwrap();
    database.all(mirror.create()).unwrap();
    for text in [
        "CREATE TABLE contacts (id TEXT PRIMARY KEY, owner_id TEXT) WITHOUT ROWID",
        "CREATE INDEX by_owner ON contacts (owner_id)",
        "CREATE TABLE shares (record_id TEXT, user_id TEXT)",
        "CREATE INDEX by_user ON shares (user_id, record_id)",
    ] {
        database.text(text).unwrap();
    }
    database.all(mirror.fill(&snapshot).unwrap()).unwrap();
    let plan = |records: Records, members: Members, name: &str| {
        let mapping = Mapping::new(Dialect::Sqlite, records, members).unwrap();
        let sql = mapping.sql(&snapshot.principal("ann").scope(permission(&snapshot, name)).predicate()).unwrap();
        let plan = database.plan(&Sql { text: format!("SELECT id FROM contacts WHERE {}", sql.text), ..sql });
        plan.into_iter().filter(|step| step.starts_with("SEARCH") || step.starts_with("SCAN")).collect::<Vec<_>>()
    };
    let contacts = || Records::new("contact", Ids::Text).owner("owner_id");
    let shares = ShareTable { department: None, department_sub: None, group: None, ..ShareTable::new("shares") };
    let by_owner = "SEARCH contacts USING COVERING INDEX by_owner (owner_id=?)";
    let of_members = "SEARCH member USING COVERING INDEX sqlite_autoindex_os_members_1 (department_id=?)";
    let in_range = "SEARCH department USING COVERING INDEX os_departments_first (first>? AND first<?)";
    // The one row with the state.
    let look = ["SCAN mirror", "SCAN s"];
    assert_eq!(plan(contacts(), Members::inline(9), "contact.list"), [by_owner]);
    assert_eq!(plan(contacts(), Members::mirror(&mirror), "contact.list"), [by_owner, of_members, look[0], look[1]]);
    assert_eq!(
        plan(contacts(), Members::mirror(&mirror), "contact.read"),
        [by_owner, in_range, of_members, look[0], look[1]]
    );
    assert_eq!(
        plan(Records::new("contact", Ids::Text).shares(shares), Members::inline(9), "contact.see"),
        ["SEARCH contacts USING PRIMARY KEY (id=?)", "SEARCH share USING COVERING INDEX by_user (user_id=?)"]
    );
}

/// Ann and bo in one department, with ids of text.
fn texts() -> Snapshot {
    let contact = ResourceType::new("contact")
        .action(Action::new("list").floor(Level::Department))
        .action(Action::new("read").floor(Level::DepartmentSub))
        .action(Action::new("see").floor(Level::Own).shared());
    let document = Document::new()
        .section(Section::new("crm").resource(contact))
        .department(Department::new("sales"))
        .user(User::new("ann").member_of("sales"))
        .user(User::new("bo").member_of("sales"));
    Snapshot::compile(&Policy::from_document(document).unwrap())
}

/// Deals that are won are closed to sellers, and everybody learns from those that are lost.
fn deals() -> Snapshot {
    let deal = ResourceType::new("deal")
        .variant("new")
        .variant(Variant::new("won", [7]).or("C1:WON"))
        .variant(Variant::new("lost", [8]).or("C1:LOST"))
        .action(Action::new("read"))
        .action(Action::new("list"));
    let seller = Role::new("seller", "crm", "Seller")
        .grant("deal.read", Level::Own)
        .grant_variant("deal.read", "won", Level::Deny)
        .grant_variant("deal.read", "lost", Level::All)
        .grant("deal.list", Level::Own)
        .assigned_to(Subject::Everyone);
    let document = Document::new().section(Section::new("crm").resource(deal)).user(User::new(17)).role(seller);
    Snapshot::compile(&Policy::from_document(document).unwrap())
}

#[test]
fn variants_are_cases_and_all_others_the_rest() {
    let snapshot = deals();
    let ask = |dialect, records: Records, name: &str| {
        let mapping = Mapping::new(dialect, records.owner("owner_id"), Members::inline(9)).unwrap();
        mapping.sql(&snapshot.principal(17).scope(permission(&snapshot, name)).predicate())
    };
    let records = || Records::new("deal", Ids::Integers);
    let by_number = ask(Dialect::Postgres, records().variant("stage", Ids::Integers), "deal.read").unwrap();
    assert_eq!(
        by_number.text,
        r#"((("stage" IS NULL OR (NOT "stage" IN ($1, $2))) AND "owner_id" = $3) OR "stage" = $4)"#
    );
    assert_eq!(by_number.params, integers(&[7, 8, 17, 8]));
    let by_text = ask(Dialect::Sqlite, records().variant("stage", Ids::Text), "deal.read").unwrap();
    let text = |values: [&str; 2]| values.map(|value| Param::Text(value.to_owned()));
    assert_eq!(by_text.params[..2], text(["C1:LOST", "C1:WON"]));
    assert_eq!(by_text.params[2..], [Param::Integer(17), Param::Text("C1:LOST".to_owned())]);

    // A table that does not say where variants are, and one that has none.
    let error = ask(Dialect::Postgres, records(), "deal.read").unwrap_err();
    assert_eq!(error, ConditionError::NoVariants("deal".to_owned()));
    assert_eq!(
        error.to_string(),
        "the answer depends on the variant of a record of the type `deal`, and the mapping does not say where that is: name its \
         column by `Records::variant`, or say by `Records::without_variants` that the table has none"
    );
    for (records, name) in [(records().without_variants(), "deal.read"), (records(), "deal.list")] {
        assert_eq!(ask(Dialect::Postgres, records, name).unwrap().text, r#""owner_id" = $1"#);
    }
    let both = Mapping::new(Dialect::MySql, records().variant("stage", Ids::Both), Members::inline(9)).unwrap_err();
    assert_eq!(
        both.to_string(),
        "MySQL finds `7` equal to `'7'`: say of the column of variants whether it holds `Ids::Integers` or `Ids::Text`"
    );
}
