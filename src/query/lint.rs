//! What is legal and probably not meant.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Display;

use crate::policy::Policy;
use crate::policy::org::User;
use crate::policy::role::Role;
use crate::policy::validate::{Problem, names};
use crate::vocabulary::id::{Id, RoleId, UserId};
use crate::vocabulary::index::{ActionIndex, DepartmentSlot, Idx};
use crate::vocabulary::level::{DEPARTMENT, Level, SUB};
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

impl Policy {
    /// What is legal and probably not meant, in the order of departments, schema and roles:
    ///
    /// - a department without an active head, or without anybody who is active;
    /// - a floor that is no more than what every active user has by roles, or that reaches every record;
    /// - a role that nobody has, one whose people all have another that grants as much, two roles that grant the same;
    /// - a level that can never matter: within the floor, within what all who have the role have by others, or of an action
    ///   that requires one that nobody is given;
    /// - `all` for everyone;
    /// - an assignment that adds nobody;
    /// - a level of supervisors or deputies that reaches through departments where one of them is a plain member.
    ///
    /// Each says what is so now; people who come or move may change it. It costs each user's subjects (places, groups,
    /// and departments above) times those of the roles that are assigned to them, and comparing roles: the pairs of
    /// those in a section times their permissions and, where one grants as much as another, their people.
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
    pub fn lint(&self) -> Vec<Problem> {
        let mut lint = Lint::new(self);
        lint.departments();
        lint.floors();
        for (place, id) in self.roles.keys().enumerate() {
            lint.role(place, id);
        }
        lint.found
    }
}

struct Lint<'p> {
    policy: &'p Policy,
    /// The active users, in canonical order.
    active: Vec<(&'p UserId, &'p User)>,
    /// The roles, in canonical order; for each the places of the active users who have it.
    roles: Vec<&'p Role>,
    holders: Vec<BTreeSet<usize>>,
    /// For each active user the places of their roles.
    roles_of: Vec<Vec<usize>>,
    /// What of the subjects of each role is superfluous.
    superfluous: Vec<Vec<(&'p Subject, &'static str)>>,
    /// For each action one that it requires, directly or not, and that nobody is given.
    never_given: Vec<Option<ActionIndex>>,
    found: Vec<Problem>,
}

/// An id in a path: text in quotes, so that it is no number.
fn key<Kind>(id: &Id<Kind>) -> String {
    format!("[id={id:?}]")
}

impl<'p> Lint<'p> {
    fn new(policy: &'p Policy) -> Self {
        let active: Vec<_> = policy.org.users().iter().filter(|(_, user)| user.active).collect();
        let mut lint = Self {
            policy,
            roles_of: vec![Vec::new(); active.len()],
            active,
            roles: policy.roles.values().map(|role| &**role).collect(),
            holders: vec![BTreeSet::new(); policy.roles.len()],
            superfluous: Vec::new(),
            never_given: never_given(policy),
            found: Vec::new(),
        };
        lint.meet();
        lint
    }

    fn add(&mut self, path: impl Display, code: &'static str, message: impl Display) {
        self.found.push(Problem::new(path, code, message));
    }

    /// Finds out, user by user, which subjects of which roles meet them.
    fn meet(&mut self) {
        let mut by_subject: HashMap<&'p Subject, Vec<usize>> = HashMap::new();
        for (place, role) in self.policy.roles.values().enumerate() {
            for subject in role.assigned_to.iter() {
                by_subject.entry(subject).or_default().push(place);
            }
        }
        // For each role, the subjects that meet each user who has it.
        let mut met: Vec<Vec<Vec<&'p Subject>>> = vec![Vec::new(); self.roles.len()];
        for (user, (id, _)) in self.active.iter().enumerate() {
            let mut theirs: BTreeMap<usize, Vec<&'p Subject>> = BTreeMap::new();
            for subject in self.policy.org.subjects_of(id) {
                if let Some((subject, places)) = by_subject.get_key_value(&subject) {
                    for place in places {
                        theirs.entry(*place).or_default().push(subject);
                    }
                }
            }
            for (place, mut subjects) in theirs {
                // Who has several places below a department meets it by each of them.
                subjects.sort_unstable();
                subjects.dedup();
                self.holders[place].insert(user);
                self.roles_of[user].push(place);
                met[place].push(subjects);
            }
        }
        self.superfluous = self.roles.iter().zip(&met).map(|(role, met)| superfluous(role, met)).collect();
    }

    fn departments(&mut self) {
        let org = &self.policy.org;
        let (mut headed, mut peopled): (BTreeSet<DepartmentSlot>, BTreeSet<DepartmentSlot>) = Default::default();
        for (_, user) in &self.active {
            headed.extend(user.anchors.by(Post::Head));
            peopled.extend(user.anchors());
        }
        let mut formerly: BTreeSet<DepartmentSlot> = BTreeSet::new();
        for user in org.users().values() {
            formerly.extend(user.anchors.by(Post::Head));
        }
        for (id, department) in org.departments() {
            let what = match (org.has_people(department), peopled.contains(&department)) {
                (false, _) => ("empty_department", "nobody is a member, head or deputy of it"),
                (true, false) => ("inactive_department", "all its people are inactive"),
                _ if headed.contains(&department) => continue,
                _ if formerly.contains(&department) => ("inactive_head", "no head of it is active"),
                _ => ("no_head", "it has no head"),
            };
            self.add(format_args!("org.departments{}", key(id)), what.0, what.1);
        }
    }

    // What users have

    /// What an active user has for an action by roles: those that are wanted.
    fn level(&self, user: usize, action: ActionIndex, wanted: impl Fn(usize, Level) -> bool) -> Level {
        let levels =
            self.roles_of[user].iter().filter_map(|place| Some((*place, *self.roles[*place].grants.get(&action)?)));
        levels.filter(|(place, level)| wanted(*place, *level)).fold(Level::Deny, |all, (_, level)| all.join(level))
    }

    /// Whether all who have a role have as much of an action by others. Of two roles that give the same only the later
    /// is superfluous.
    fn is_had_by_others(&self, place: usize, action: ActionIndex, level: Level) -> bool {
        let other = |role: usize, theirs: Level| role != place && (role < place || theirs > level);
        let mut holders = self.holders[place].iter();
        !self.holders[place].is_empty() && holders.all(|user| self.level(*user, action, other).includes(level))
    }

    fn floors(&mut self) {
        let schema = &self.policy.schema;
        for (index, rules) in schema.actions().iter().enumerate() {
            let action = ActionIndex::new(index);
            if rules.floor == Level::Deny || self.active.is_empty() {
                continue;
            }
            let path = format!("schema {}.floor", schema.action_name(action));
            let floor = schema.grant_of(action, rules.floor);
            if (0..self.active.len()).all(|user| self.level(user, action, |_, _| true).includes(rules.floor)) {
                self.add(
                    path,
                    "useless_floor",
                    format_args!("every active user has as much by roles, so the floor `{floor}` adds nothing"),
                );
            } else if rules.floor == Level::All && !rules.toggle {
                self.add(path, "everyone_has_all", "everyone has `all`: every user reaches every record of the type");
            }
        }
    }

    fn role(&mut self, place: usize, id: &RoleId) {
        let (path, role) = (format!("roles{}", key(id)), self.roles[place]);
        if role.assigned_to.iter().next().is_none() {
            self.add(
                format_args!("{path}.assigned_to"),
                "unassigned_role",
                "nobody has this role: it is assigned to nobody",
            );
        } else if self.holders[place].is_empty() {
            let message = "nobody has this role: no active user is among those whom it is assigned to";
            self.add(format_args!("{path}.assigned_to"), "nobody_has_role", message);
        } else {
            for (subject, why) in std::mem::take(&mut self.superfluous[place]) {
                let subject = self.subject(subject);
                self.add(
                    format_args!("{path}.assigned_to"),
                    "useless_assignment",
                    format_args!("{subject} adds nobody: {why}"),
                );
            }
        }
        if let Some(superfluous) = self.made_superfluous_by(place) {
            self.add(path, "useless_role", superfluous);
            return;
        }
        self.cells(&path, place, role);
        self.plain_members(&path, place, role);
    }

    /// Another role that makes this one superfluous. Of two that do so to each other the second is.
    fn made_superfluous_by(&self, place: usize) -> Option<String> {
        let (role, holders) = (self.roles[place], &self.holders[place]);
        if role.grants.is_empty() {
            return None;
        }
        self.policy.roles.iter().zip(&self.roles).enumerate().find_map(|(other_place, ((id, _), other))| {
            if other_place == place || other.section != role.section {
                return None;
            }
            let name = &other.name;
            if other.grants == role.grants {
                let message = format!("it grants exactly what the role `{id}` ({name}) grants");
                return (other_place < place).then_some(message);
            }
            let within = |(action, level): (&ActionIndex, &Level)| {
                other.grants.get(action).is_some_and(|more| more.includes(*level))
            };
            let superfluous =
                !holders.is_empty() && role.grants.iter().all(within) && holders.is_subset(&self.holders[other_place]);
            superfluous.then(|| {
                format!(
                    "whoever has it has the role `{id}` ({name}) too, which grants as much and more: it adds nothing"
                )
            })
        })
    }

    /// What is to be said of the cells of a role. The same is said once, of all permissions that it is true of.
    fn cells(&mut self, path: &str, place: usize, role: &Role) {
        let schema = &self.policy.schema;
        let mut said: BTreeMap<(&'static str, String), Vec<ActionIndex>> = BTreeMap::new();
        for (action, level) in &role.grants {
            let rules = schema.action(*action);
            let grant = schema.grant_of(*action, *level);
            if rules.floor.includes(*level) {
                let floor = schema.grant_of(*action, rules.floor);
                let message = format!("`{grant}` can never matter: the floor gives `{floor}` to every active user");
                said.entry(("useless_cell", message)).or_default().push(*action);
            } else if self.is_had_by_others(place, *action, *level) {
                let message = format!("`{grant}` can never matter: whoever has this role has as much by others");
                said.entry(("useless_cell", message)).or_default().push(*action);
            } else if let Some(required) = self.never_given[action.index()] {
                let required = schema.action_name(required);
                let message =
                    format!("`{grant}` can never matter: it requires `{required}`, which no floor and no role gives");
                said.entry(("useless_cell", message)).or_default().push(*action);
            }
            if *level == Level::All && !rules.toggle && role.assigned_to.contains(&Subject::Everyone) {
                let message = "everyone has `all`: every user reaches every record of the type".to_owned();
                said.entry(("everyone_has_all", message)).or_default().push(*action);
            }
        }
        let mut said: Vec<((&'static str, String), Vec<ActionIndex>)> = said.into_iter().collect();
        said.sort_by_key(|(_, actions)| actions[0]);
        for ((code, message), actions) in said {
            self.add_of(path, code, &actions, &message);
        }
    }

    /// Says something of one cell, or of several.
    fn add_of(&mut self, path: &str, code: &'static str, actions: &[ActionIndex], message: &str) {
        let schema = &self.policy.schema;
        let permissions: Vec<String> = actions.iter().map(|action| schema.action_name(*action)).collect();
        match &permissions[..] {
            [one] => self.add(format_args!("{path}.grants[{one:?}]"), code, message),
            several => {
                let several = names(several.iter().map(String::as_str));
                self.add(format_args!("{path}.grants"), code, format_args!("{several}: {message}"));
            }
        }
    }

    /// A level of supervisors or deputies with which one of them reaches colleagues in a department where they are
    /// neither, and which they have by nothing else.
    fn plain_members(&mut self, path: &str, place: usize, role: &Role) {
        let org = &self.policy.org;
        for (subject, post) in [(Subject::Supervisors, Post::Head), (Subject::Deputies, Post::Deputy)] {
            if !role.assigned_to.contains(&subject) {
                continue;
            }
            let is_only_way =
                |id: &UserId| !org.subjects_of(id).any(|other| other != subject && role.assigned_to.contains(&other));
            let holders = self.holders[place].iter().map(|user| (*user, self.active[*user]));
            let holders = holders.filter(|(_, (id, user))| user.is(post) && is_only_way(id));
            // For each of them a department where they are a plain member, under a level without and with those below.
            let plain: Vec<(usize, [Option<DepartmentSlot>; 2])> = holders
                .map(|(place, (_, user))| {
                    let is_post = |department: DepartmentSlot| {
                        [Post::Head, Post::Deputy].into_iter().any(|post| user.anchors.have(department, post))
                    };
                    let is_below = |department: DepartmentSlot| org.with_those_above(department).any(is_post);
                    let mut plain = user.departments().filter(|department| !is_post(*department));
                    (place, [plain.clone().next(), plain.find(|department| !is_below(*department))])
                })
                .collect();
            let mut said: BTreeMap<String, Vec<ActionIndex>> = BTreeMap::new();
            for (action, level) in &role.grants {
                if *level == Level::All || level.parts() & DEPARTMENT == 0 {
                    continue;
                }
                let with_sub = usize::from(level.parts() & SUB != 0);
                let through = plain.iter().find_map(|(user, plain)| {
                    let others = self.level(*user, *action, |role, _| role != place);
                    plain[with_sub].filter(|_| !others.includes(*level)).map(|plain| (self.active[*user].0, plain))
                });
                if let Some((id, plain)) = through {
                    let plain = self.department(plain);
                    let message = format!(
                        "by the assignment to {subject}, `{level}` also reaches through departments where they are plain \
                         members: for example user `{id}` through {plain}"
                    );
                    said.entry(message).or_default().push(*action);
                }
            }
            for (message, actions) in said {
                self.add_of(path, "plain_member_reached", &actions, &message);
            }
        }
    }

    /// `` `7` (Sales) ``
    fn department(&self, department: DepartmentSlot) -> String {
        let org = &self.policy.org;
        with_name(org.department_id(department), org.name_of(department))
    }

    /// `` `department+sub 7` (Sales) ``
    fn subject(&self, subject: &Subject) -> String {
        let org = &self.policy.org;
        let name = match subject {
            Subject::User(id) => org.users().get(id).and_then(|user| user.name.as_deref()),
            Subject::Department(id) | Subject::DepartmentSub(id) => {
                org.department(id).and_then(|department| org.name_of(department))
            }
            Subject::Group(id) => org.groups().get(id).and_then(|group| group.name.as_deref()),
            _ => None,
        };
        with_name(subject, name)
    }
}

fn with_name(id: impl Display, name: Option<&str>) -> String {
    name.map_or_else(|| format!("`{id}`"), |name| format!("`{id}` ({name})"))
}

/// The subjects of a role that add nobody, given the subjects of each user who has it. One adds nobody if each of its
/// users is met by another one that stays; those that come later go first.
fn superfluous<'p>(role: &'p Role, met: &[Vec<&'p Subject>]) -> Vec<(&'p Subject, &'static str)> {
    let mut users: HashMap<&Subject, Vec<usize>> = HashMap::new();
    for (user, subjects) in met.iter().enumerate() {
        for subject in subjects {
            users.entry(subject).or_default().push(user);
        }
    }
    let mut ways: Vec<usize> = met.iter().map(Vec::len).collect();
    let mut found = Vec::new();
    let subjects: Vec<&Subject> = role.assigned_to.iter().collect();
    for subject in subjects.into_iter().rev() {
        match users.get(subject) {
            None => found.push((subject, "it has no active user")),
            Some(users) if users.iter().all(|user| ways[*user] > 1) => {
                for user in users {
                    ways[*user] -= 1;
                }
                found.push((subject, "whoever it means has the role by another assignment"));
            }
            Some(_) => {}
        }
    }
    found.reverse();
    found
}

/// For each action one that it requires, directly or not, and that only the bypass of administrators gives, who need no
/// role for it either.
fn never_given(policy: &Policy) -> Vec<Option<ActionIndex>> {
    let schema = &policy.schema;
    let given: BTreeSet<ActionIndex> = policy.roles.values().flat_map(|role| role.grants.keys().copied()).collect();
    // Without a bypass for the action itself, an administrator might need its very level, and have the other by the
    // bypass.
    let without = |by_bypass: bool| {
        let mut missing: Vec<Option<ActionIndex>> = vec![None; schema.actions().len()];
        for action in schema.required_first() {
            missing[action.index()] = schema.action(*action).requires.iter().find_map(|required| {
                let rules = schema.action(*required);
                let is_given =
                    rules.floor != Level::Deny || given.contains(required) || (by_bypass && rules.admin_bypass);
                if is_given { missing[required.index()] } else { Some(*required) }
            });
        }
        missing
    };
    let [strictly, by_bypass] = [false, true].map(without);
    let each = schema.actions().iter().zip(strictly).zip(by_bypass);
    each.map(|((rules, strictly), by_bypass)| if rules.admin_bypass { strictly } else { by_bypass }).collect()
}
