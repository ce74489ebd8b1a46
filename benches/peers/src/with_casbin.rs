//! casbin: policy rules, each of which a script matches with the request.

use std::collections::HashMap;

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};

use crate::engine::{Company, Encoding, Engine, Loaded, Question, Walker};
use crate::hand::{Facts, Staff};
use crate::org::{Org, PARTS};

pub(crate) const ENCODINGS: [Encoding; 2] = [
    // As its documentation teaches: RBAC, with a relation for roles and others for the departments of a record's owner.
    // A matcher is evaluated once for each rule; the permission comes first in it, so most evaluations end there. It
    // has no way to iterate over the departments of a user, so each is a request of its own, as is a required
    // permission. All relations share one graph, whatever their names, so the members of a department and those below
    // it are different nodes.
    Encoding { engine: "casbin", name: "RBAC, relations for departments", walker: Walker::Engine, load: load_rbac },
    // The fastest: its source runs the script once for each rule, with the values of the request and of the rule in its
    // scope, and once if there are no rules. So no rules, and three integers. (Its cache of decisions can't be used:
    // the key is a hash of the request alone.)
    Encoding { engine: "casbin", name: "no rules, three integers", walker: Walker::Application, load: load_integers },
];

const RBAC: &str = "
[request_definition]
r = sub, team, dept, act, owner, open

[policy_definition]
p = role, act, reach

[role_definition]
g = _, _
g2 = _, _
g3 = _, _

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.act == p.act && g(r.sub, p.role) && (p.reach == \"all\" || p.reach == \"own\" && r.sub == r.owner \
    || p.reach == \"open\" && r.open == \"yes\" || p.reach == \"department\" && g2(r.owner, r.team) \
    || p.reach == \"below\" && g3(r.owner, r.dept))
";

const INTEGERS: &str = "
[request_definition]
r = level, required, relation

[policy_definition]
p = none

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = (r.level & r.relation) != 0 && (r.required & r.relation) != 0
";

/// casbin can only be set up asynchronously.
fn enforcer(model: &str, links: Vec<(&str, Vec<Vec<String>>)>) -> casbin::Result<Enforcer> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(casbin::error::Error::from)?;
    runtime.block_on(async {
        let model = DefaultModel::from_str(model).await?;
        let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
        for (kind, rules) in links {
            if kind == "p" {
                enforcer.add_policies(rules).await?;
            } else {
                enforcer.add_named_grouping_policies(kind, rules).await?;
            }
        }
        Ok(enforcer)
    })
}

fn load_rbac(company: &Company) -> Loaded {
    let org = &company.org;
    let links = vec![("p", rules(org)), ("g", role_links(org)), ("g2", teams(org)), ("g3", tree(org))];
    let anchors = org.users.iter().map(|person| (person.id, person.anchors.iter().map(|it| nodes(*it)).collect()));
    Ok(Box::new(Rbac {
        enforcer: enforcer(RBAC, links)?,
        anchors: anchors.collect(),
        permissions: org.permissions.clone(),
        requires: org.requires.clone(),
    }))
}

fn rules(org: &Org) -> Vec<Vec<String>> {
    let mut rules = Vec::new();
    for role in &org.roles {
        for (permission, parts) in org.permissions.iter().zip(&role.parts) {
            let reaches = PARTS.into_iter().filter(|(part, _)| parts & part != 0);
            rules.extend(reaches.map(|(_, reach)| vec![role.name.clone(), permission.clone(), reach.to_owned()]));
        }
    }
    rules
}

fn role_links(org: &Org) -> Vec<Vec<String>> {
    let links = org.users.iter().flat_map(|person| person.roles.iter().map(move |role| (person.id, *role)));
    links.map(|(user, role)| vec![user.to_string(), org.roles[role].name.clone()]).collect()
}

/// The nodes of a department: for its members alone, and for those below it too.
fn nodes(department: usize) -> [String; 2] {
    [format!("team-{department}"), format!("department-{department}")]
}

fn teams(org: &Org) -> Vec<Vec<String>> {
    memberships(org).map(|(user, [team, _])| vec![user, team]).collect()
}

fn tree(org: &Org) -> Vec<Vec<String>> {
    let parents = org.parents.iter().enumerate().filter_map(|(department, parent)| Some((department, (*parent)?)));
    let parents = parents.map(|(department, parent)| [department, parent].map(|it| nodes(it)[1].clone()).into());
    memberships(org).map(|(user, [_, department])| vec![user, department]).chain(parents).collect()
}

fn memberships(org: &Org) -> impl Iterator<Item = (String, [String; 2])> {
    org.users.iter().flat_map(|person| person.departments.iter().map(|it| (person.id.to_string(), nodes(*it))))
}

struct Rbac {
    enforcer: Enforcer,
    anchors: HashMap<i64, Vec<[String; 2]>>,
    permissions: Vec<String>,
    requires: Vec<Option<usize>>,
}

impl Rbac {
    fn reaches(&self, question: &Question, permission: usize, [team, department]: &[String; 2]) -> bool {
        let (user, owner) = (question.user.to_string(), question.owner.to_string());
        let open = if question.open { "yes" } else { "no" };
        let request = (user, team, department, self.permissions[permission].as_str(), owner, open);
        self.enforcer.enforce(request).expect("the request has the form of the model")
    }
}

impl Engine for Rbac {
    fn decide(&mut self, question: &Question) -> bool {
        let anchors = &self.anchors[&question.user];
        let allows = |permission| anchors.iter().any(|department| self.reaches(question, permission, department));
        allows(question.permission) && self.requires[question.permission].is_none_or(allows)
    }
}

fn load_integers(company: &Company) -> Loaded {
    Ok(Box::new(Integers { enforcer: enforcer(INTEGERS, Vec::new())?, staff: Staff::of(&company.org) }))
}

struct Integers {
    enforcer: Enforcer,
    staff: Staff,
}

impl Engine for Integers {
    fn decide(&mut self, question: &Question) -> bool {
        let Some(Facts { level, required, relation }) = self.staff.facts(question) else { return false };
        let request = vec![i32::from(level), i32::from(required), i32::from(relation)];
        self.enforcer.enforce(request).expect("the request has the form of the model")
    }
}
