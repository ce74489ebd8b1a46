//! Hash maps and a walk up the tree, as a good engineer would write them in an hour.

use std::collections::HashMap;
use std::hash::BuildHasher;

use crate::engine::{Company, Encoding, Engine, Loaded, Question, Walker};
use crate::org::{ALL, BELOW, DEPARTMENT, OPEN, OWN, Org, Parts};

pub(crate) const ENCODINGS: [Encoding; 2] = [
    Encoding { engine: "hand-written", name: "std maps, roles joined", walker: Walker::Application, load: load_plain },
    // The fastest of several variants: levels joined at loading, once for each set of roles, and a faster hasher.
    Encoding {
        engine: "hand-written",
        name: "levels prepared, foldhash",
        walker: Walker::Application,
        load: load_fast,
    },
];

fn load_plain(company: &Company) -> Loaded {
    Ok(Box::new(Plain(Staff::of(&company.org))))
}

fn load_fast(company: &Company) -> Loaded {
    Ok(Box::new(Fast(Staff::of(&company.org))))
}

/// The people by id, with their levels.
pub(crate) struct Staff<H = foldhash::fast::FixedState> {
    users: HashMap<i64, User, H>,
    parents: Vec<Option<usize>>,
    roles: Vec<Vec<Parts>>,
    rows: Vec<Vec<Parts>>,
    requires: Vec<Option<usize>>,
}

struct User {
    id: i64,
    row: usize,
    roles: Vec<usize>,
    departments: Vec<usize>,
    anchors: Vec<usize>,
}

impl<H: BuildHasher + Default> Staff<H> {
    pub(crate) fn of(org: &Org) -> Self {
        let users = org.users.iter().map(|person| {
            let user = User {
                id: person.id,
                row: person.row,
                roles: person.roles.clone(),
                departments: person.departments.clone(),
                anchors: person.anchors.clone(),
            };
            (person.id, user)
        });
        Self {
            users: users.collect(),
            parents: org.parents.clone(),
            roles: org.roles.iter().map(|role| role.parts.clone()).collect(),
            rows: org.rows.clone(),
            requires: org.requires.clone(),
        }
    }

    /// The facts of a question for peers that hold no company.
    #[inline]
    pub(crate) fn facts(&self, question: &Question) -> Option<Facts> {
        let (user, owner) = (self.users.get(&question.user)?, self.users.get(&question.owner)?);
        let row = &self.rows[user.row];
        let required = self.requires[question.permission].map_or(ALL, |required| row[required]);
        let level = row[question.permission];
        // Only relations that one of the levels needs, which is worth a test because of the two walks.
        let asked = |part| (level | required) & part != 0;
        let mut relation = ALL;
        relation |= if user.id == owner.id { OWN } else { 0 };
        relation |= if question.open { OPEN } else { 0 };
        relation |= if asked(DEPARTMENT) && user.shares_department(owner) { DEPARTMENT } else { 0 };
        relation |= if asked(BELOW) && self.is_above(user, owner) { BELOW } else { 0 };
        Some(Facts { level, required, relation })
    }

    /// Decides a question.
    #[inline]
    pub(crate) fn allows(&self, question: &Question) -> bool {
        let (Some(user), Some(owner)) = (self.users.get(&question.user), self.users.get(&question.owner)) else {
            return false;
        };
        let row = &self.rows[user.row];
        let allows = |permission: usize| self.reaches(row[permission], user, owner, question.open);
        allows(question.permission) && self.requires[question.permission].is_none_or(allows)
    }

    /// Whether the user has this part of a level, and it reaches the record. The requirement is another question.
    pub(crate) fn allows_by(&self, part: Parts, question: &Question) -> bool {
        let (Some(user), Some(owner)) = (self.users.get(&question.user), self.users.get(&question.owner)) else {
            return false;
        };
        self.reaches(self.rows[user.row][question.permission] & part, user, owner, question.open)
    }

    /// In the order of cost.
    #[inline]
    fn reaches(&self, level: Parts, user: &User, owner: &User, open: bool) -> bool {
        level & ALL != 0
            || level & OPEN != 0 && open
            || level & OWN != 0 && user.id == owner.id
            || level & DEPARTMENT != 0 && user.shares_department(owner)
            || level & BELOW != 0 && self.is_above(user, owner)
    }

    /// Whether the owner is a member of a department that the user is in, or of one below it.
    fn is_above(&self, user: &User, owner: &User) -> bool {
        owner.departments.iter().any(|department| {
            let mut at = Some(*department);
            while let Some(department) = at {
                if user.anchors.contains(&department) {
                    return true;
                }
                at = self.parents[department];
            }
            false
        })
    }
}

impl User {
    fn shares_department(&self, owner: &Self) -> bool {
        owner.departments.iter().any(|department| self.anchors.contains(department))
    }
}

/// The facts that an application computes if it walks the tree itself: the engine only compares level and relation.
pub(crate) struct Facts {
    pub(crate) level: Parts,
    /// The level for the required permission; `ALL` if there is none.
    pub(crate) required: Parts,
    pub(crate) relation: Parts,
}

struct Plain(Staff<std::hash::RandomState>);

impl Engine for Plain {
    fn decide(&mut self, question: &Question) -> bool {
        let staff = &self.0;
        let (Some(user), Some(owner)) = (staff.users.get(&question.user), staff.users.get(&question.owner)) else {
            return false;
        };
        let level = |permission: usize| user.roles.iter().fold(0, |level, role| level | staff.roles[*role][permission]);
        let allows = |permission| staff.reaches(level(permission), user, owner, question.open);
        allows(question.permission) && staff.requires[question.permission].is_none_or(allows)
    }
}

struct Fast(Staff);

impl Engine for Fast {
    #[inline]
    fn decide(&mut self, question: &Question) -> bool {
        self.0.allows(question)
    }
}
