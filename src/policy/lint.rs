//! What is legal and probably not meant.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use petgraph::stable_graph::NodeIndex;

use crate::policy::Policy;
use crate::policy::org::User;
use crate::policy::role::Role;
use crate::policy::validate::on_one_line;
use crate::vocabulary::id::{Id, RoleId, UserId};
use crate::vocabulary::level::{DEPARTMENT, Level, SUB};
use crate::vocabulary::permission::ActionIndex;
use crate::vocabulary::subject::Subject;

/// Something in a policy that is legal and probably not meant. [`Policy::lint`] finds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    path: String,
    message: String,
}

impl Finding {
    /// Where it is. What has an id is named by it, wherever it stands in a file: `roles[id="seller"].assigned_to`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is there, in a sentence.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

impl Policy {
    /// What is legal and probably not meant, in the order of departments, schema and roles:
    ///
    /// - a department without a head, or without anybody;
    /// - a floor of `own` that everyone has by a role already;
    /// - a role that nobody has, one whose people all have another that grants as much, two roles that grant the same;
    /// - a level that can never matter: within the floor, within what everyone has, or of an action that requires one that
    ///   nobody is given;
    /// - `all` for everyone;
    /// - an assignment that adds nobody;
    /// - a level of supervisors or deputies that reaches through departments where one of them is a plain member.
    ///
    /// Each says what is so now; people who come or move may change it. It costs the roles times the users.
    ///
    /// ```
    /// use orgscope::document::{Department, Document};
    /// use orgscope::Policy;
    ///
    /// let policy = Policy::from_document(Document::new().department(Department::new("sales")))?;
    /// let found: Vec<String> = policy.lint().iter().map(ToString::to_string).collect();
    /// assert_eq!(found, [r#"org.departments[id="sales"]: nobody is a member, head or deputy of it"#]);
    /// # Ok::<(), orgscope::PolicyError>(())
    /// ```
    pub fn lint(&self) -> Vec<Finding> {
        let mut lint = Lint { policy: self, holders: Vec::new(), found: Vec::new() };
        for role in self.roles.values() {
            lint.holders.push(lint.holders_of(role));
        }
        lint.departments();
        lint.floors();
        for (place, (id, role)) in self.roles.iter().enumerate() {
            lint.role(place, id, role);
        }
        lint.found
    }
}

struct Lint<'p> {
    policy: &'p Policy,
    /// For each role, in canonical order, the active users who have it.
    holders: Vec<BTreeSet<&'p UserId>>,
    found: Vec<Finding>,
}

/// An id in a path: text in quotes, so that it is no number.
fn key<Kind>(id: &Id<Kind>) -> String {
    format!("[id={id:?}]")
}

impl<'p> Lint<'p> {
    fn add(&mut self, path: impl Display, message: impl Display) {
        self.found.push(Finding { path: on_one_line(path.to_string()), message: on_one_line(message.to_string()) });
    }

    fn active(&self) -> impl Iterator<Item = (&'p UserId, &'p User)> {
        self.policy.org.users().iter().filter(|(_, user)| user.active)
    }

    fn is_met(&self, id: &UserId, user: &User, subject: &Subject) -> bool {
        let org = &self.policy.org;
        let anchored = |wanted: &dyn Fn(NodeIndex) -> bool| user.anchors().any(wanted);
        match subject {
            Subject::User(named) => named == id,
            Subject::Department(department) => {
                org.department(department).is_some_and(|department| anchored(&|anchor| anchor == department))
            }
            Subject::DepartmentSub(department) => org.department(department).is_some_and(|department| {
                anchored(&|anchor| org.with_those_above(anchor).any(|above| above == department))
            }),
            Subject::Group(group) => org.groups().get(group).is_some_and(|group| group.members.contains(id)),
            Subject::Supervisors => !user.heads.is_empty(),
            Subject::Deputies => !user.deputy_of.is_empty(),
            Subject::Employees => anchored(&|_| true),
            Subject::Administrators => user.admin,
            Subject::Everyone => true,
        }
    }

    fn of_subject(&self, subject: &Subject) -> BTreeSet<&'p UserId> {
        self.active().filter(|(id, user)| self.is_met(id, user, subject)).map(|(id, _)| id).collect()
    }

    fn holders_of(&self, role: &Role) -> BTreeSet<&'p UserId> {
        let has = |(id, user): &(&'p UserId, &'p User)| role.assigned_to.iter().any(|s| self.is_met(id, user, s));
        self.active().filter(has).map(|(id, _)| id).collect()
    }

    fn departments(&mut self) {
        let org = &self.policy.org;
        let mut headed: BTreeSet<NodeIndex> = BTreeSet::new();
        for user in org.users().values() {
            headed.extend(&user.heads);
        }
        for (id, department) in org.departments() {
            let path = format!("org.departments{}", key(id));
            if !org.has_people(department) {
                self.add(path, "nobody is a member, head or deputy of it");
            } else if !headed.contains(&department) {
                self.add(path, "it has no head");
            }
        }
    }

    /// The level that everyone has by roles for an action.
    fn of_everyone(&self, action: ActionIndex, but: Option<&RoleId>) -> Level {
        let everyones = self
            .policy
            .roles
            .iter()
            .filter(|(id, role)| Some(*id) != but && role.assigned_to.contains(&Subject::Everyone));
        let levels = everyones.filter_map(|(_, role)| role.grants.get(&action).copied());
        levels.fold(Level::Deny, Level::join)
    }

    fn floors(&mut self) {
        let schema = &self.policy.schema;
        for (place, rules) in schema.actions().iter().enumerate() {
            let Ok(action) = ActionIndex::try_from(place) else { continue };
            if rules.floor == Level::Own && self.of_everyone(action, None).includes(Level::Own) {
                let name = schema.action_name(action);
                self.add(
                    format_args!("schema {name}.floor"),
                    format_args!(
                        "everyone has `{}` by a role, so the floor `own` adds nothing",
                        self.of_everyone(action, None)
                    ),
                );
            }
        }
    }

    fn role(&mut self, place: usize, id: &RoleId, role: &Role) {
        let path = format!("roles{}", key(id));
        if role.assigned_to.iter().next().is_none() {
            self.add(format_args!("{path}.assigned_to"), "nobody has this role: it is assigned to nobody");
        } else if self.holders[place].is_empty() {
            self.add(
                format_args!("{path}.assigned_to"),
                "nobody has this role: there is no active user among whom it is assigned to",
            );
        } else {
            self.assignments(&path, place, role);
        }
        self.other_roles(&path, place, id, role);
        for (action, level) in &role.grants {
            self.cell(&path, id, role, *action, *level);
        }
        self.plain_members(&path, role);
    }

    /// Assignments whose people all have the role by others, or that have none.
    fn assignments(&mut self, path: &str, place: usize, role: &Role) {
        let all = self.holders[place].len();
        for subject in role.assigned_to.iter() {
            let others: Vec<&Subject> = role.assigned_to.iter().filter(|other| *other != subject).collect();
            let without = self.active().filter(|(id, user)| others.iter().any(|other| self.is_met(id, user, other)));
            if without.count() == all {
                let why = if self.of_subject(subject).is_empty() {
                    "it has no active user"
                } else {
                    "whoever it means has the role by another assignment"
                };
                self.add(format_args!("{path}.assigned_to"), format_args!("`{subject}` adds nobody: {why}"));
            }
        }
    }

    /// Roles that make this one superfluous. Of two that do so to each other only the second is told.
    fn other_roles(&mut self, path: &str, place: usize, id: &RoleId, role: &Role) {
        if role.grants.is_empty() {
            return;
        }
        for (other_place, (other_id, other)) in self.policy.roles.iter().enumerate() {
            if other_id == id || other.section != role.section {
                continue;
            }
            let name = &other.name;
            if other.grants == role.grants {
                if other_place < place {
                    self.add(path, format_args!("it grants exactly what the role `{other_id}` ({name}) grants"));
                }
                continue;
            }
            let within = |(action, level): (&ActionIndex, &Level)| {
                other.grants.get(action).is_some_and(|more| more.includes(*level))
            };
            let holders = &self.holders[place];
            if !holders.is_empty() && role.grants.iter().all(within) && holders.is_subset(&self.holders[other_place]) {
                self.add(
                    path,
                    format_args!(
                        "whoever has it has the role `{other_id}` ({name}) too, which grants as much and more: it adds nothing"
                    ),
                );
            }
        }
    }

    fn cell(&mut self, path: &str, id: &RoleId, role: &Role, action: ActionIndex, level: Level) {
        let schema = &self.policy.schema;
        let rules = schema.action(action);
        let name = schema.action_name(action);
        let grant = schema.grant_of(action, level);
        let path = format!("{path}.grants[{name:?}]");
        let everyones = self.of_everyone(action, Some(id));
        if rules.floor.includes(level) {
            let floor = schema.grant_of(action, rules.floor);
            self.add(&path, format_args!("`{grant}` can never matter: the floor gives `{floor}` to every active user"));
        } else if everyones.includes(level) && !role.assigned_to.contains(&Subject::Everyone) {
            let everyones = schema.grant_of(action, everyones);
            self.add(&path, format_args!("`{grant}` can never matter: everyone has `{everyones}` by another role"));
        } else if let Some(required) = self.never_given(action) {
            let required = schema.action_name(required);
            self.add(
                &path,
                format_args!("`{grant}` can never matter: it requires `{required}`, which no floor and no role gives"),
            );
        }
        if level == Level::All && !rules.toggle && role.assigned_to.contains(&Subject::Everyone) {
            self.add(&path, "everyone has `all`: every user reaches every record of the type");
        }
    }

    /// An action that an action requires, directly or not, and that only the bypass of administrators gives, who need no
    /// role for it either.
    fn never_given(&self, action: ActionIndex) -> Option<ActionIndex> {
        let schema = &self.policy.schema;
        let mut waiting: Vec<ActionIndex> = schema.action(action).requires.clone();
        let mut seen = BTreeSet::new();
        while let Some(required) = waiting.pop() {
            if !seen.insert(required) {
                continue;
            }
            let rules = schema.action(required);
            let given = self.policy.roles.values().any(|role| role.grants.contains_key(&required));
            // Without a bypass here, an administrator might need this very level.
            let bypass = rules.admin_bypass && !schema.action(action).admin_bypass;
            if rules.floor == Level::Deny && !given && !bypass {
                return Some(required);
            }
            waiting.extend(&rules.requires);
        }
        None
    }

    /// A level of supervisors or deputies with which one of them reaches colleagues in a department where they are neither.
    fn plain_members(&mut self, path: &str, role: &Role) {
        let org = &self.policy.org;
        for (subject, posts) in [
            (Subject::Supervisors, (|user| &user.heads[..]) as fn(&User) -> &[NodeIndex]),
            (Subject::Deputies, |user| &user.deputy_of[..]),
        ] {
            if !role.assigned_to.contains(&subject) {
                continue;
            }
            for (action, level) in &role.grants {
                if *level == Level::All || level.parts() & DEPARTMENT == 0 {
                    continue;
                }
                let through = self.active().filter(|(_, user)| !posts(user).is_empty()).find_map(|(id, user)| {
                    let by_post = |department: NodeIndex| {
                        let mut upwards = org.with_those_above(department);
                        posts(user).contains(&department)
                            || level.parts() & SUB != 0 && upwards.any(|above| posts(user).contains(&above))
                    };
                    user.departments.iter().find(|department| !by_post(**department)).map(|plain| (id, *plain))
                });
                if let Some((id, plain)) = through {
                    let (name, plain) = (self.policy.schema.action_name(*action), org.department_id(plain));
                    self.add(
                        format_args!("{path}.grants[{name:?}]"),
                        format_args!(
                            "by the assignment to {subject}, `{level}` also reaches through departments where they are plain \
                             members: user `{id}` through `{plain}`"
                        ),
                    );
                }
            }
        }
    }
}
