//! Cedar: policies over entities with parents and attributes.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fmt::Write;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    RestrictedExpression,
};

use crate::engine::{Company, Encoding, Engine, Loaded, Question, Walker};
use crate::hand::{Facts, Staff};
use crate::org::{ALL, Org, PARTS, Parts};

pub(crate) const ENCODINGS: [Encoding; 3] = [
    // As its documentation teaches: roles as parents of users, departments as parents of departments, a policy for each
    // role and reach, the flag in the context. The owner stands for the record, because a record of its own would have
    // to be added to a copy of all entities for each check. A policy can't use the decision on another action, so a
    // required permission is a second request.
    Encoding { engine: "cedar-policy", name: "a policy for each role", walker: Walker::Engine, load: load_roles },
    // Its source evaluates all policies of a set, whatever their scope, so the cost is their number. Hence a set of one
    // policy for each permission, the levels joined in an entity for each set of roles, and the flag in the action, so
    // that the context is empty.
    Encoding { engine: "cedar-policy", name: "one policy, levels prepared", walker: Walker::Engine, load: load_levels },
    // The fastest: levels and relations are the only entities, and a relation is in all levels that reach it.
    Encoding {
        engine: "cedar-policy",
        name: "levels and relations alone",
        walker: Walker::Application,
        load: load_facts,
    },
];

fn uid(name: &str, id: &str) -> Result<EntityUid, Box<dyn Error>> {
    Ok(EntityUid::from_type_name_and_id(name.parse()?, EntityId::new(id)))
}

fn set_of(uids: impl IntoIterator<Item = EntityUid>) -> RestrictedExpression {
    RestrictedExpression::new_set(uids.into_iter().map(RestrictedExpression::new_entity_uid))
}

/// Converts ids of users to ids of Cedar.
struct Users(EntityTypeName);

impl Users {
    fn new() -> Result<Self, Box<dyn Error>> {
        Ok(Self("User".parse()?))
    }

    fn uid(&self, id: i64) -> EntityUid {
        EntityUid::from_type_name_and_id(self.0.clone(), EntityId::new(id.to_string()))
    }
}

/// The departments, each with its parent.
fn departments(org: &Org) -> Result<(Vec<EntityUid>, Vec<Entity>), Box<dyn Error>> {
    let uids = (0..org.parents.len()).map(|it| uid("Department", &it.to_string())).collect::<Result<Vec<_>, _>>()?;
    let parents = org.parents.iter().map(|parent| parent.map(|parent| uids[parent].clone()).into_iter().collect());
    let entities = uids.iter().cloned().zip(parents).map(|(uid, parents)| Entity::new_no_attrs(uid, parents)).collect();
    Ok((uids, entities))
}

/// The departments, the users and others. A user has either roles as parents or a row as an attribute, and passes an
/// empty list for the other.
fn entities(
    org: &Org,
    roles: &[EntityUid],
    rows: &[EntityUid],
    others: Vec<Entity>,
) -> Result<Entities, Box<dyn Error>> {
    let (departments, mut entities) = departments(org)?;
    entities.extend(others);
    let users = Users::new()?;
    for person in &org.users {
        let uids = |numbers: &[usize]| numbers.iter().map(|it| departments[*it].clone()).collect::<Vec<_>>();
        let mut attributes = HashMap::from([
            ("anchors".to_owned(), set_of(uids(&person.anchors))),
            ("departments".to_owned(), set_of(uids(&person.departments))),
        ]);
        attributes.extend(
            rows.get(person.row).map(|row| ("row".to_owned(), RestrictedExpression::new_entity_uid(row.clone()))),
        );
        let mut parents: HashSet<_> = uids(&person.departments).into_iter().collect();
        parents.extend(person.roles.iter().filter_map(|role| roles.get(*role)).cloned());
        entities.push(Entity::new(users.uid(person.id), attributes, parents)?);
    }
    Ok(Entities::from_entities(entities, None)?)
}

fn is_allowed(policies: &PolicySet, entities: &Entities, request: [EntityUid; 3], context: Context) -> bool {
    let [principal, action, resource] = request;
    let request = Request::new(principal, action, resource, context, None).expect("there is no schema to be against");
    Authorizer::new().is_authorized(&request, policies, entities).decision() == Decision::Allow
}

fn load_roles(company: &Company) -> Loaded {
    let org = &company.org;
    let roles = org.roles.iter().map(|role| uid("Role", &role.name)).collect::<Result<Vec<_>, _>>()?;
    let actions = org.permissions.iter().map(|name| uid("Action", name)).collect::<Result<_, _>>()?;
    let others = roles.iter().map(|role| Entity::with_uid(role.clone())).collect();
    Ok(Box::new(Roles {
        policies: role_policies(org)?.parse()?,
        entities: entities(org, &roles, &[], others)?,
        users: Users::new()?,
        actions,
        requires: org.requires.clone(),
    }))
}

fn role_policies(org: &Org) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for role in &org.roles {
        for (part, name) in PARTS {
            let actions = org.permissions.iter().zip(&role.parts).filter(|(_, parts)| **parts & part != 0);
            let actions: Vec<_> = actions.map(|(permission, _)| format!("Action::\"{permission}\"")).collect();
            if !actions.is_empty() {
                let (role, actions) = (&role.name, actions.join(", "));
                let when = condition(name, "context.open");
                writeln!(
                    text,
                    "permit (principal in Role::\"{role}\", action in [{actions}], resource) when {{ {when} }};"
                )?;
            }
        }
    }
    Ok(text)
}

/// The condition under which a part of a level reaches a record, for which its owner stands.
fn condition<'c>(part: &str, open: &'c str) -> &'c str {
    match part {
        "own" => "principal == resource",
        "department" => "principal.anchors.containsAny(resource.departments)",
        "below" => "resource in principal.anchors",
        "open" => open,
        _ => "true",
    }
}

struct Roles {
    policies: PolicySet,
    entities: Entities,
    users: Users,
    actions: Vec<EntityUid>,
    requires: Vec<Option<usize>>,
}

impl Engine for Roles {
    fn decide(&mut self, question: &Question) -> bool {
        let allows = |permission: usize| {
            let open = RestrictedExpression::new_bool(question.open);
            let context = Context::from_pairs([("open".to_owned(), open)]).expect("one key is no duplicate");
            let (user, owner) = (self.users.uid(question.user), self.users.uid(question.owner));
            is_allowed(&self.policies, &self.entities, [user, self.actions[permission].clone(), owner], context)
        };
        allows(question.permission) && self.requires[question.permission].is_none_or(allows)
    }
}

fn load_levels(company: &Company) -> Loaded {
    let org = &company.org;
    let rows = (0..org.rows.len()).map(|row| uid("Row", &row.to_string())).collect::<Result<Vec<_>, _>>()?;
    let levels = rows.iter().zip(&org.rows).map(|(uid, row)| {
        let flags = org.permissions.iter().zip(row).flat_map(|(permission, level)| {
            PARTS
                .map(|(part, name)| (format!("{permission}.{name}"), RestrictedExpression::new_bool(level & part != 0)))
        });
        Ok(Entity::new(uid.clone(), flags.collect(), HashSet::new())?)
    });
    let levels = levels.collect::<Result<_, Box<dyn Error>>>()?;
    let policies = (0..org.permissions.len()).map(|permission| Ok(level_policy(org, permission).parse()?));
    Ok(Box::new(Levels {
        policies: policies.collect::<Result<_, Box<dyn Error>>>()?,
        entities: entities(org, &[], &rows, levels)?,
        users: Users::new()?,
        closed: uid("Action", "closed")?,
        open: uid("Action", "open")?,
    }))
}

fn level_policy(org: &Org, permission: usize) -> String {
    let reached = |permission: usize| {
        let open = "action == Action::\"open\"";
        let flag = |name| format!("principal.row[\"{}.{name}\"]", org.permissions[permission]);
        PARTS.map(|(_, name)| format!("{} && {}", flag(name), condition(name, open))).join(" || ")
    };
    let required = org.requires[permission].map(|required| format!(" && ({})", reached(required)));
    format!(
        "permit (principal, action, resource) when {{ ({}){} }};",
        reached(permission),
        required.unwrap_or_default()
    )
}

struct Levels {
    policies: Vec<PolicySet>,
    entities: Entities,
    users: Users,
    closed: EntityUid,
    open: EntityUid,
}

impl Engine for Levels {
    fn decide(&mut self, question: &Question) -> bool {
        let (user, owner) = (self.users.uid(question.user), self.users.uid(question.owner));
        let action = if question.open { &self.open } else { &self.closed };
        let policies = &self.policies[question.permission];
        is_allowed(policies, &self.entities, [user, action.clone(), owner], Context::empty())
    }
}

fn load_facts(company: &Company) -> Loaded {
    let each = |name| (0..2 * ALL).map(|parts| uid(name, &parts.to_string())).collect::<Result<Vec<_>, _>>();
    let (levels, relations) = (each("Level")?, each("Relation")?);
    let reached_by = |relation: Parts| {
        (0..)
            .zip(&levels)
            .filter(move |(level, _): &(Parts, _)| level & relation != 0)
            .map(|(_, level)| level.clone())
            .collect()
    };
    let related = (0..).zip(&relations).map(|(relation, uid)| Entity::new_no_attrs(uid.clone(), reached_by(relation)));
    let entities = Entities::from_entities(related.chain(levels.iter().cloned().map(Entity::with_uid)), None)?;
    Ok(Box::new(LevelsAndRelations {
        policies: "permit (principal, action, resource) when { resource in principal };".parse()?,
        entities,
        action: uid("Action", "any")?,
        levels,
        relations,
        staff: Staff::of(&company.org),
    }))
}

struct LevelsAndRelations {
    policies: PolicySet,
    entities: Entities,
    action: EntityUid,
    levels: Vec<EntityUid>,
    relations: Vec<EntityUid>,
    staff: Staff,
}

impl Engine for LevelsAndRelations {
    fn decide(&mut self, question: &Question) -> bool {
        let Some(Facts { level, required, relation }) = self.staff.facts(question) else { return false };
        let reaches = |level: Parts| {
            let (level, relation) = (&self.levels[usize::from(level)], &self.relations[usize::from(relation)]);
            let request = [level.clone(), self.action.clone(), relation.clone()];
            is_allowed(&self.policies, &self.entities, request, Context::empty())
        };
        reaches(level) && (required == ALL || reaches(required))
    }
}
