//! regorus: policies in Rego over a tree of data, interpreted or compiled for its virtual machine.

use std::collections::BTreeMap;
use std::error::Error;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Rc, Value};
use serde_json::json;

use crate::engine::{Company, Encoding, Engine, Loaded, Question, Walker};
use crate::hand::{Facts, Staff};
use crate::org::{ALL, Org, PARTS, Parts};

pub(crate) const ENCODINGS: [Encoding; 3] = [
    // As its documentation teaches: the company as data, an input with ids, and the interpreter.
    Encoding {
        engine: "regorus",
        name: "rules over roles, interpreter",
        walker: Walker::Engine,
        load: load_interpreted,
    },
    // The same rules and data, compiled. The virtual machine is set up once, and only the input changes.
    Encoding { engine: "regorus", name: "rules over roles, compiled", walker: Walker::Engine, load: load_compiled },
    // The fastest: the cost is the number of instructions, mainly of `some` loops and function calls. So three integers
    // as the input, and a table to look them up in.
    Encoding { engine: "regorus", name: "a table, compiled", walker: Walker::Application, load: load_table },
];

const RULES: &str = r#"
package company

import rego.v1

default allow := false

user := data.users[input.user]
owner := data.users[input.owner]

allow if {
    reached(input.permission)
    every permission in data.requires[input.permission] { reached(permission) }
}

reached(permission) if {
    some role in user.roles
    some part in data.grants[role][permission]
    related(part)
}

related(part) if part == "all"
related(part) if { part == "own"; input.user == input.owner }
related(part) if { part == "open"; input.open }
related(part) if { part == "department"; some department in user.anchors; department in owner.departments }
related(part) if { part == "below"; some department in user.anchors; department in owner.above }
"#;

const TABLE: &str = r"
package company

import rego.v1

default allow := false

allow if {
    data.reaches[input[0]][input[2]]
    data.reaches[input[1]][input[2]]
}
";

const QUERY: &str = "data.company.allow";

fn data(org: &Org) -> Result<Value, Box<dyn Error>> {
    let users = org.users.iter().map(|person| {
        let above: Vec<_> = person.departments.iter().flat_map(|department| org.upwards(*department)).collect();
        let roles: Vec<_> = person.roles.iter().map(|role| org.roles[*role].name.as_str()).collect();
        let (anchors, departments) = (&person.anchors, &person.departments);
        let user = json!({ "roles": roles, "anchors": anchors, "departments": departments, "above": above });
        (Value::from(person.id), Value::from(user))
    });
    let names = |parts: Parts| PARTS.into_iter().filter(move |(part, _)| parts & part != 0).map(|(_, name)| name);
    let grants = org.roles.iter().map(|role| {
        let parts = org.permissions.iter().zip(&role.parts).filter(|(_, parts)| **parts != 0);
        let parts = parts.map(|(permission, parts)| (permission.clone(), names(*parts).collect::<Vec<_>>()));
        (role.name.clone(), json!(parts.collect::<BTreeMap<_, _>>()))
    });
    let requires = org.permissions.iter().zip(&org.requires).map(|(permission, required)| {
        let names: Vec<_> = required.iter().map(|required| org.permissions[*required].as_str()).collect();
        (permission.clone(), json!(names))
    });
    let entries = [
        ("users", Value::from(users.collect::<BTreeMap<_, _>>())),
        ("grants", Value::from(json!(grants.collect::<BTreeMap<_, _>>()))),
        ("requires", Value::from(json!(requires.collect::<BTreeMap<_, _>>()))),
    ];
    Ok(Value::from(entries.map(|(name, value)| (Value::from(name), value)).into_iter().collect::<BTreeMap<_, _>>()))
}

fn engine(rules: &str) -> Result<regorus::Engine, Box<dyn Error>> {
    let mut engine = regorus::Engine::new();
    engine.add_policy("company.rego".to_owned(), rules.to_owned())?;
    Ok(engine)
}

fn compiled(rules: &str, data: Value) -> Result<RegoVM, Box<dyn Error>> {
    let policy = engine(rules)?.compile_with_entrypoint(&Rc::from(QUERY))?;
    let mut vm = RegoVM::new();
    vm.load_program(Compiler::compile_from_policy(&policy, &[QUERY])?);
    vm.set_data(data)?;
    Ok(vm)
}

/// The parts of the input: its keys and the permissions, made once.
struct Inputs {
    keys: [Value; 4],
    permissions: Vec<Value>,
}

impl Inputs {
    fn of(org: &Org) -> Self {
        let permissions = org.permissions.iter().map(|name| Value::from(name.as_str())).collect();
        Self { keys: ["user", "permission", "owner", "open"].map(Value::from), permissions }
    }

    fn input(&self, question: &Question) -> Value {
        let permission = self.permissions[question.permission].clone();
        let values = [question.user.into(), permission, question.owner.into(), question.open.into()];
        Value::from(self.keys.clone().into_iter().zip(values).collect::<BTreeMap<_, _>>())
    }
}

fn load_interpreted(company: &Company) -> Loaded {
    let mut engine = engine(RULES)?;
    engine.add_data(data(&company.org)?)?;
    Ok(Box::new(Interpreted { engine, inputs: Inputs::of(&company.org) }))
}

struct Interpreted {
    engine: regorus::Engine,
    inputs: Inputs,
}

impl Engine for Interpreted {
    fn decide(&mut self, question: &Question) -> bool {
        self.engine.set_input(self.inputs.input(question));
        let answer = self.engine.eval_rule(QUERY.to_owned()).expect("the rules hold for all data");
        answer == Value::from(true)
    }
}

fn load_compiled(company: &Company) -> Loaded {
    let vm = compiled(RULES, data(&company.org)?)?;
    Ok(Box::new(Compiled { vm, inputs: Inputs::of(&company.org) }))
}

struct Compiled {
    vm: RegoVM,
    inputs: Inputs,
}

impl Engine for Compiled {
    fn decide(&mut self, question: &Question) -> bool {
        self.vm.set_input(self.inputs.input(question));
        is_allowed(&mut self.vm)
    }
}

fn is_allowed(vm: &mut RegoVM) -> bool {
    vm.execute_entry_point_by_index(0).expect("the rules hold for all data") == Value::from(true)
}

fn load_table(company: &Company) -> Loaded {
    let row = |level: Parts| (0..2 * ALL).map(|relation| Value::from(level & relation != 0)).collect::<Vec<_>>();
    let reaches = (0..2 * ALL).map(|level| Value::from(row(level))).collect::<Vec<_>>();
    let data = BTreeMap::from([(Value::from("reaches"), Value::from(reaches))]);
    Ok(Box::new(Table { vm: compiled(TABLE, Value::from(data))?, staff: Staff::of(&company.org) }))
}

struct Table {
    vm: RegoVM,
    staff: Staff,
}

impl Engine for Table {
    fn decide(&mut self, question: &Question) -> bool {
        let Some(Facts { level, required, relation }) = self.staff.facts(question) else { return false };
        let input = [level, required, relation].map(|parts| Value::from(u32::from(parts)));
        self.vm.set_input(Value::from(Vec::from(input)));
        is_allowed(&mut self.vm)
    }
}
