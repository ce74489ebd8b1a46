//! oso: rules in Polar, a logic language, over objects of the application.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write;
use std::sync::Arc;

use oso::{Oso, PolarClass};

use crate::engine::{Company, Encoding, Engine, Loaded, Question, Walker};
use crate::hand::{Facts, Staff};
use crate::org::{ALL, Org, PARTS, Parts};

pub(crate) const ENCODINGS: [Encoding; 2] = [
    // As its documentation teaches: classes of the application, whose attributes the rules read. A required permission
    // is a second question.
    Encoding { engine: "oso", name: "classes, rules for roles", walker: Walker::Engine, load: load_classes },
    // The fastest: its source finds rules by an index of the constants in their heads; everything else is steps of its
    // machine and calls back into Rust. So only facts, with constants.
    Encoding { engine: "oso", name: "indexed facts, two integers", walker: Walker::Application, load: load_facts },
];

const CLASSES: &str = r#"
allow(user: User, permission, record: Record) if
    role in user.roles and grants(role, permission, part) and reaches(part, user, record);

reaches("all", _user, _record);
reaches("own", user, record) if user.id = record.owner;
reaches("open", _user, record) if record.open = true;
reaches("department", user, record) if department in user.anchors and department in record.departments;
reaches("below", user, record) if department in user.anchors and department in record.above;
"#;

/// Shared, so that a check clones a counter instead of lists.
#[derive(Clone, PolarClass)]
struct User {
    #[polar(attribute)]
    id: i64,
    person: Arc<Person>,
}

struct Person {
    roles: Vec<String>,
    anchors: Vec<i64>,
    departments: Vec<i64>,
    above: Vec<i64>,
}

#[derive(Clone, PolarClass)]
struct Record {
    #[polar(attribute)]
    owner: i64,
    #[polar(attribute)]
    open: bool,
    person: Arc<Person>,
}

fn load_classes(company: &Company) -> Loaded {
    let org = &company.org;
    let mut oso = Oso::new();
    oso.register_class(
        User::get_polar_class_builder()
            .add_attribute_getter("roles", |user| user.person.roles.clone())
            .add_attribute_getter("anchors", |user| user.person.anchors.clone())
            .build(),
    )?;
    oso.register_class(
        Record::get_polar_class_builder()
            .add_attribute_getter("departments", |record| record.person.departments.clone())
            .add_attribute_getter("above", |record| record.person.above.clone())
            .build(),
    )?;
    oso.load_str(&format!("{CLASSES}{}", grants(org)?))?;
    let users = org.users.iter().map(|person| (person.id, Arc::new(Person::of(person, org)))).collect();
    Ok(Box::new(Classes { oso, users, permissions: org.permissions.clone(), requires: org.requires.clone() }))
}

fn grants(org: &Org) -> Result<String, std::fmt::Error> {
    let mut facts = String::new();
    for role in &org.roles {
        for (permission, parts) in org.permissions.iter().zip(&role.parts) {
            for (_, name) in PARTS.into_iter().filter(|(part, _)| parts & part != 0) {
                writeln!(facts, "grants(\"{}\", \"{permission}\", \"{name}\");", role.name)?;
            }
        }
    }
    Ok(facts)
}

impl Person {
    fn of(person: &crate::org::Person, org: &Org) -> Self {
        let above = person.departments.iter().flat_map(|department| org.upwards(*department));
        let numbers = |departments: &[usize]| departments.iter().map(|it| *it as i64).collect();
        Self {
            roles: person.roles.iter().map(|role| org.roles[*role].name.clone()).collect(),
            anchors: numbers(&person.anchors),
            departments: numbers(&person.departments),
            above: numbers(&above.collect::<Vec<_>>()),
        }
    }
}

struct Classes {
    oso: Oso,
    users: HashMap<i64, Arc<Person>>,
    permissions: Vec<String>,
    requires: Vec<Option<usize>>,
}

impl Engine for Classes {
    fn decide(&mut self, question: &Question) -> bool {
        let allows = |permission: usize| {
            let user = User { id: question.user, person: self.users[&question.user].clone() };
            let person = self.users[&question.owner].clone();
            let record = Record { owner: question.owner, open: question.open, person };
            let answer = self.oso.is_allowed(user, self.permissions[permission].as_str(), record);
            answer.expect("the rules read what the classes have")
        };
        allows(question.permission) && self.requires[question.permission].is_none_or(allows)
    }
}

fn load_facts(company: &Company) -> Loaded {
    let mut oso = Oso::new();
    oso.load_str(&facts()?)?;
    Ok(Box::new(IndexedFacts { oso, staff: Staff::of(&company.org) }))
}

/// The pairs of a level and a relation that it reaches.
fn facts() -> Result<String, Box<dyn Error>> {
    let mut facts = String::new();
    for level in 0..2 * ALL {
        for relation in (ALL..2 * ALL).filter(|relation| level & relation != 0) {
            writeln!(facts, "allow({level}, \"reach\", {relation});")?;
        }
    }
    Ok(facts)
}

struct IndexedFacts {
    oso: Oso,
    staff: Staff,
}

impl Engine for IndexedFacts {
    fn decide(&mut self, question: &Question) -> bool {
        let Some(Facts { level, required, relation }) = self.staff.facts(question) else { return false };
        let reaches = |level: Parts| {
            let answer = self.oso.is_allowed(i64::from(level), "reach", i64::from(relation));
            answer.expect("facts alone can't fail")
        };
        reaches(level) && (required == ALL || reaches(required))
    }
}
