//! karu: rules that match patterns in the JSON of a request.
//!
//! It stores nothing: the request must contain everything that a rule needs, including departments.

use std::collections::HashMap;
use std::fmt::Write;

use karu::rule::IndexedPolicy;
use karu::{Condition, Effect, Path, Pattern, Rule, compile};
use serde_json::{Value, json};

use crate::engine::{Company, Encoding, Engine, Loaded, Question, Walker};
use crate::hand::{Facts, Staff};
use crate::org::{ALL, Org, PARTS, Parts};

pub(crate) const ENCODINGS: [Encoding; 2] = [
    // As its documentation teaches: rules in its language for the reach of each role; the request is an object with the
    // principal and the resource, each with its departments. A karu rule can't use another, so a required permission is
    // a second evaluation of the same request.
    Encoding { engine: "karu", name: "rules for roles, lists in JSON", walker: Walker::Engine, load: load_taught },
    // The fastest: its source looks up each step of a path, by name in an object and by index in an array, and compares
    // values of JSON. So an array of flags, overwritten for each check: no name is looked up and nothing is allocated.
    // A required permission is a second evaluation.
    Encoding { engine: "karu", name: "flags in an array", walker: Walker::Application, load: load_flags },
];

fn load_taught(company: &Company) -> Loaded {
    let org = &company.org;
    let policy = IndexedPolicy::from(compile(&rules(org)).map_err(|error| error.to_string())?);
    let numbers = |departments: &[usize]| departments.iter().map(|it| Value::from(*it)).collect();
    let users = org.users.iter().map(|person| {
        let above: Vec<_> = person.departments.iter().flat_map(|department| org.upwards(*department)).collect();
        let user = User {
            roles: person.roles.iter().map(|role| Value::from(org.roles[*role].name.as_str())).collect(),
            anchors: numbers(&person.anchors),
            departments: numbers(&person.departments),
            above: numbers(&above),
        };
        (person.id, user)
    });
    let (permissions, requires) = (org.permissions.clone(), org.requires.clone());
    Ok(Box::new(Taught { policy, users: users.collect(), permissions, requires }))
}

/// A rule for each role and part of a level, with its actions.
fn rules(org: &Org) -> String {
    let mut text = String::new();
    for (at, role) in org.roles.iter().enumerate() {
        for (part, name) in PARTS {
            let actions = org.permissions.iter().zip(&role.parts).filter(|(_, parts)| **parts & part != 0);
            let actions: Vec<_> = actions.map(|(permission, _)| format!("action == \"{permission}\"")).collect();
            if actions.is_empty() {
                continue;
            }
            let reaches = match name {
                "own" => " and resource.owner == principal.id",
                "open" => " and resource.open == true",
                "department" => " and exists it in principal.anchors: it in resource.departments",
                "below" => " and exists it in principal.anchors: it in resource.above",
                _ => "",
            };
            let (actions, role) = (actions.join(" or "), &role.name);
            writeln!(text, "allow role_{at}_{name} if \"{role}\" in principal.roles and ({actions}){reaches};")
                .expect("text takes all that is written");
        }
    }
    text
}

struct User {
    roles: Vec<Value>,
    anchors: Vec<Value>,
    departments: Vec<Value>,
    above: Vec<Value>,
}

struct Taught {
    policy: IndexedPolicy,
    users: HashMap<i64, User>,
    permissions: Vec<String>,
    requires: Vec<Option<usize>>,
}

impl Engine for Taught {
    fn decide(&mut self, question: &Question) -> bool {
        let (user, owner) = (&self.users[&question.user], &self.users[&question.owner]);
        let mut request = json!({
            "principal": { "id": question.user, "roles": user.roles, "anchors": user.anchors },
            "action": self.permissions[question.permission],
            "resource": {
                "owner": question.owner,
                "open": question.open,
                "departments": owner.departments,
                "above": owner.above,
            },
        });
        let allowed = self.policy.evaluate(&request) == Effect::Allow;
        allowed
            && self.requires[question.permission].is_none_or(|required| {
                request["action"] = self.permissions[required].as_str().into();
                self.policy.evaluate(&request) == Effect::Allow
            })
    }
}

fn load_flags(company: &Company) -> Loaded {
    // A part of the level, and the same part of the relation; `all` does not need the relation.
    let flag = |at| Condition::eq(Path::root().index(at), Pattern::literal(true));
    let rules = PARTS.into_iter().enumerate().map(|(at, (part, name))| match part {
        ALL => Rule::allow(name, vec![flag(at)]),
        _ => Rule::allow(name, vec![flag(at), flag(RELATION + at)]),
    });
    let policy = IndexedPolicy::new(rules.collect());
    let request = Value::Array(vec![Value::Bool(false); 2 * PARTS.len()]);
    Ok(Box::new(Flags { policy, request, staff: Staff::of(&company.org) }))
}

/// The index of the first flag of the relation, after those of the level.
const RELATION: usize = PARTS.len();

struct Flags {
    policy: IndexedPolicy,
    request: Value,
    staff: Staff,
}

impl Flags {
    fn set(&mut self, from: usize, parts: Parts) {
        let Value::Array(flags) = &mut self.request else { unreachable!("it is made as an array") };
        for (flag, (part, _)) in flags[from..].iter_mut().zip(PARTS) {
            *flag = Value::Bool(parts & part != 0);
        }
    }

    fn reaches(&mut self, level: Parts) -> bool {
        self.set(0, level);
        self.policy.evaluate(&self.request) == Effect::Allow
    }
}

impl Engine for Flags {
    fn decide(&mut self, question: &Question) -> bool {
        let Some(Facts { level, required, relation }) = self.staff.facts(question) else { return false };
        self.set(RELATION, relation);
        self.reaches(level) && (required == ALL || self.reaches(required))
    }
}
