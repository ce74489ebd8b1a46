//! Findings: content that is valid but probably not meant.

mod cells;
mod code;
mod holders;
mod ids;
mod periods;
mod plain;
mod variants;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use crate::policy::Policy;
use crate::policy::org::User;
use crate::policy::role::Role;
use crate::policy::validate::{Problem, Severity, names};
use crate::query::lint::cells::{Cells, Other};
use crate::query::lint::code::Code;
use crate::query::lint::holders::Holders;
use crate::query::lint::plain::{Reached, reached};
use crate::query::names::listed;
use crate::snapshot::people::Tree;
use crate::vocabulary::id::{Id, RoleId};
use crate::vocabulary::index::{ActionIndex, Case, CellIndex, DepartmentSlot, Idx};
use crate::vocabulary::level::{DEPARTMENT, Grant, Level, SUB};
use crate::vocabulary::place::Place;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

impl Policy {
    /// The code of each finding of [`lint`](Self::lint), with its severity.
    pub const LINT_CODES: &'static [(&'static str, Severity)] = code::ALL;

    /// Finds what is valid but probably not meant: near-duplicate ids, departments without a head, grants and roles that
    /// change nothing, levels that reach further than they seem to. [`docs::lint`](crate::docs::lint) lists the codes of
    /// the findings, and when each is reported.
    ///
    /// A finding says what is so now; people who come or move may change it. The findings come in the order of ids,
    /// departments, schema and roles. To allow some, drop them by [`code`](Problem::code).
    ///
    /// It costs the company; and for each set of roles that users have, those of its cells that may be superfluous.
    ///
    /// ```
    /// use orgscope::Policy;
    /// use orgscope::document::{Document, User};
    /// use orgscope::error::Severity;
    ///
    /// let policy = Policy::from_document(Document::new().user(User::new("Ann")).user(User::new("ann ")))?;
    /// let mut findings = policy.lint();
    /// assert_eq!(
    ///     findings[0].to_string(),
    ///     r#"org.users: `"Ann"`, `"ann "` are separate ids that differ only by case and blanks"#,
    /// );
    /// assert_eq!((findings[0].code(), findings[0].severity()), ("near_duplicate_ids", Severity::Warning));
    ///
    /// findings.retain(|finding| finding.code() != "near_duplicate_ids");
    /// assert_eq!(findings, []);
    /// # Ok::<(), orgscope::PolicyError>(())
    /// ```
    pub fn lint(&self) -> Vec<Problem> {
        let tree = Tree::of(&self.org);
        let holders = Holders::of(self, &tree);
        let roles = self.roles.iter().map(|(id, role)| (id, &**role)).collect();
        let mut lint = Lint { policy: self, roles, found: Vec::new() };
        lint.ids();
        lint.departments(&tree, &holders);
        let known = Known::of(self, &tree, holders);
        lint.floors(&known.cells);
        lint.schema();
        lint.ended();
        for place in 0..lint.roles.len() {
            lint.role(place, &known);
        }
        lint.found
    }
}

struct Lint<'p> {
    policy: &'p Policy,
    /// The roles, in canonical order.
    roles: Vec<(&'p RoleId, &'p Role)>,
    found: Vec<Problem>,
}

/// What the findings about roles rest on. Roles are known by their positions.
struct Known<'p> {
    holders: Holders<'p>,
    cells: Cells<'p>,
    /// For each cell of each role, whether some holder has less by other roles.
    needed: Vec<Vec<bool>>,
    /// For each role another one that makes it superfluous.
    superfluous: Vec<Option<Other>>,
    /// By role, for each of the words that mean people with a post: the cells that reach as plain members.
    plain: [(Subject, BTreeMap<usize, Vec<Reached>>); 2],
    /// For each action one that it requires, directly or not, and that nobody is given.
    never_given: Vec<Option<ActionIndex>>,
}

impl<'p> Known<'p> {
    /// How many of the active supervisors (or deputies) are plain members of some department, and how many there are.
    fn plain_members(&self, word: &Subject) -> (usize, usize) {
        let post = if *word == Subject::Supervisors { Post::Head } else { Post::Deputy };
        let leaders = self.holders.active.iter().filter(|(_, user)| user.is(post));
        let plain = leaders.clone().filter(|(_, user)| user.anchors.by_alone(Post::Member).next().is_some());
        (plain.count(), leaders.count())
    }

    fn of(policy: &'p Policy, tree: &Tree, holders: Holders<'p>) -> Self {
        let cells = Cells::of(policy);
        let plain = [(Subject::Supervisors, Post::Head), (Subject::Deputies, Post::Deputy)].map(|(word, post)| {
            let reached = reached((&word, post), tree, &holders, &cells);
            (word, reached)
        });
        Self {
            needed: cells.needed(&holders),
            superfluous: cells.superfluous(&holders),
            plain,
            never_given: never_given(policy),
            holders,
            cells,
        }
    }
}

impl Known<'_> {
    /// The levels of a role, as written, that are needed somewhere.
    fn needed_of(&self, role: &Role, place: usize) -> BTreeSet<Case> {
        let cells = self.cells.of_role(place).iter().zip(&self.needed[place]).filter(|(_, is_needed)| **is_needed);
        let written = |at: CellIndex| {
            let case = self.cells.grid().case_at(at);
            role.own_level(case).map_or(Case::default_of(case.action), |_| case)
        };
        cells.map(|((at, _), _)| written(*at)).collect()
    }
}

/// Whether a role is assigned to this word, and measured from wherever each user is.
fn is_assigned_to(role: &Role, word: &Subject) -> bool {
    role.assigned_to.contains(&word.clone().into())
}

/// An id in a path: text in quotes, so that it is not taken for a number.
fn key<Kind>(id: &Id<Kind>) -> String {
    format!("[id={id:?}]")
}

impl Lint<'_> {
    fn add(&mut self, path: impl Display, code: Code, message: impl Display) {
        self.found.push(Problem::new(path, code, message));
    }

    fn ids(&mut self) {
        let Policy { org, roles, .. } = self.policy;
        self.near_duplicates("org.departments", org.departments().map(|(id, _)| id));
        self.near_duplicates("org.users", org.users().keys());
        self.near_duplicates("org.groups", org.groups().keys());
        self.near_duplicates("roles", roles.keys());
    }

    fn near_duplicates<'i, Kind: 'i>(&mut self, path: &str, ids: impl Iterator<Item = &'i Id<Kind>>) {
        for (ids, differences) in ids::near_duplicates(ids) {
            let written: Vec<String> = ids.iter().map(|id| format!("{id:?}")).collect();
            let ids = names(written.iter().map(String::as_str));
            let by = if differences.is_empty() { "the way they are written".to_owned() } else { listed(&differences) };
            let message = format_args!("{ids} are separate ids that differ only by {by}");
            self.add(path, code::NEAR_DUPLICATE_IDS, message);
        }
    }

    fn departments(&mut self, tree: &Tree, holders: &Holders) {
        if holders.active.is_empty() {
            return;
        }
        let org = &self.policy.org;
        let marked = |departments: &mut dyn Iterator<Item = DepartmentSlot>| {
            let mut marked = vec![false; tree.slots()];
            departments.for_each(|department| marked[department.index()] = true);
            marked
        };
        let active = || holders.active.iter().map(|(_, user)| *user);
        let headed = marked(&mut active().flat_map(|user| user.anchors.by(Post::Head)));
        let peopled = marked(&mut active().flat_map(User::anchors));
        let ever_headed = marked(&mut org.users().values().flat_map(|user| user.anchors.by(Post::Head)));
        let mut headed_above = vec![false; tree.slots()];
        for department in tree.preorder() {
            headed_above[department.index()] =
                org.parent(*department).is_some_and(|above| headed[above.index()] || headed_above[above.index()]);
        }
        let [direct, with_sub] = self.levels_of_heads();
        let count = |marked: &[bool]| marked.iter().filter(|is_marked| **is_marked).count();
        let most_are_headed = 2 * count(&headed) >= count(&peopled);
        for (id, department) in org.departments() {
            let place = department.index();
            let is_leaf = !org.has_children(department);
            let (code, message) = if !org.has_people(department) && is_leaf {
                if self.policy.dated.has_people(department) {
                    continue;
                }
                (code::EMPTY_DEPARTMENT, "nobody is a member, head or deputy of it")
            } else if org.has_people(department) && !peopled[place] && is_leaf {
                (code::INACTIVE_DEPARTMENT, "all its people are inactive")
            } else if headed[place] || !(direct || with_sub) {
                continue;
            } else if ever_headed[place] {
                (code::INACTIVE_HEAD, "no head of it is active")
            } else if peopled[place] && most_are_headed && (direct || !headed_above[place]) {
                (code::NO_HEAD, "it has no head")
            } else {
                continue;
            };
            self.add(format_args!("org.departments{}", key(id)), code, message);
        }
    }

    fn roles_for(&self, word: &Subject) -> impl Iterator<Item = &Role> {
        self.roles.iter().map(|(_, role)| *role).filter(|role| is_assigned_to(role, word))
    }

    /// Whether roles for supervisors have levels that are measured from the departments that they head, without and with
    /// those below. In a list of departments they are measured from these.
    fn levels_of_heads(&self) -> [bool; 2] {
        let schema = &self.policy.schema;
        let levels = self.roles.iter().flat_map(|(_, role)| {
            let theirs = role.assigned_to.iter().filter(|to| to.subject == Subject::Supervisors);
            let places = theirs.filter_map(|to| match to.place {
                None => Some(false),
                Some(Place::Subject) => Some(true),
                Some(Place::Departments(_)) => None,
            });
            places.flat_map(|in_place| {
                let counts = move |(case, level): (&Case, &Level)| {
                    if in_place { schema.level_in_place(case.action, *level) } else { *level }
                };
                role.grants.iter().map(counts)
            })
        });
        let parts: Vec<u8> =
            levels.filter(|level| *level != Level::All).map(|level| level.parts() & (DEPARTMENT | SUB)).collect();
        [DEPARTMENT, DEPARTMENT | SUB].map(|wanted| parts.contains(&wanted))
    }

    fn floors(&mut self, cells: &Cells<'_>) {
        let (schema, grid) = (&self.policy.schema, cells.grid());
        let mut everyones = vec![Level::Deny; grid.actions().len()];
        for role in self.roles_for(&Subject::Everyone) {
            grid.levels_of(role, |at, _, level| everyones[at.index()] = everyones[at.index()].join(level));
        }
        for (place, rules) in schema.actions().iter().enumerate() {
            if rules.floor == Level::Deny {
                continue;
            }
            let mut by_roles = grid
                .columns(ActionIndex::new(place))
                .map(|column| everyones[grid.at(ActionIndex::new(place), column).index()]);
            let action = ActionIndex::new(place);
            let path = format_args!("schema {}.floor", schema.action_name(action));
            let floor = schema.grant_of(action, rules.floor);
            if rules.reaches_nothing_by(rules.floor) {
                let message = format_args!("the floor {}", reaches_nothing(floor));
                self.add(path, code::USELESS_FLOOR, message);
            } else if by_roles.all(|level| level.includes(rules.floor)) {
                let message = format_args!("everyone has as much by roles, so the floor `{floor}` adds nothing");
                self.add(path, code::USELESS_FLOOR, message);
            } else if rules.floor == Level::All && !rules.toggle {
                self.add(path, code::EVERYONE_HAS_ALL, EVERYONE_HAS_ALL);
            }
        }
    }

    fn role(&mut self, place: usize, known: &Known) {
        let (id, role) = self.roles[place];
        let path = format!("roles{}", key(id));
        let audience = &known.holders.audiences[known.holders.audience_of[place]];
        let is_unassigned = role.assigned_to.iter().next().is_none();
        self.shorter_period(&path, place);
        // What is yet to begin may bring somebody.
        let is_pending = self.policy.dated.assignments_of(id).any(|(_, period)| self.is_pending(period))
            || (!is_unassigned && self.are_people_pending());
        if audience.crowds.is_empty() && !known.holders.active.is_empty() && !known.holders.is_held_in_place(role) {
            if is_pending {
                return;
            }
            let path = format_args!("{path}.assigned_to");
            if !is_unassigned {
                let message = "nobody has this role: no active user is among those whom it is assigned to";
                self.add(path, code::NOBODY_HAS_ROLE, message);
                return;
            }
            if !role.hidden && !role.locked {
                self.add(path, code::UNASSIGNED_ROLE, "nobody has this role: it is assigned to nobody");
                return;
            }
        }
        for (subject, why) in &audience.superfluous {
            let message = format!("{} adds nobody: {why}", self.subject(subject));
            self.add(format_args!("{path}.assigned_to"), code::USELESS_ASSIGNMENT, message);
        }
        if let Some(other) = known.superfluous[place] {
            let message = self.superfluous(other);
            self.add(path, code::USELESS_ROLE, message);
            return;
        }
        self.cells(&path, place, known);
        self.variants(&path, place, known);
        self.toggles_in_places(&path, role);
        self.useless_place(&path, role);
        for (word, reached) in &known.plain {
            self.plain_members(&path, word, reached.get(&place).map_or(&[], Vec::as_slice), known);
        }
    }

    /// A toggle is not measured from departments, so a place does not narrow it.
    fn toggles_in_places(&mut self, path: &str, role: &Role) {
        let schema = &self.policy.schema;
        let toggles: Vec<Case> = role.grants.keys().copied().filter(|case| schema.action(case.action).toggle).collect();
        let Some(to) = role.assigned_to.iter().find(|to| to.place.is_some()).filter(|_| !toggles.is_empty()) else {
            return;
        };
        let message = format!(
            "a toggle is not measured from departments, so no place narrows it: for example, the assignment to {} gives it \
             wholly",
            self.subject(&to.subject)
        );
        self.add_of(path, code::TOGGLE_IN_PLACE, &toggles, &message);
    }

    /// A place that narrows no level, because none is measured from departments. Toggles alone are reported as such.
    fn useless_place(&mut self, path: &str, role: &Role) {
        let schema = &self.policy.schema;
        let is_measured =
            |(case, level): (&Case, &Level)| !schema.action(case.action).toggle && level.includes(Level::Department);
        let has_levels = role.grants.keys().any(|case| !schema.action(case.action).toggle);
        if !has_levels || role.grants.iter().any(is_measured) {
            return;
        }
        if let Some(to) = role.assigned_to.iter().find(|to| to.place.is_some()) {
            let message = format!(
                "nothing that the role grants is measured from departments, so no place changes anything: for example, that \
                 of the assignment to {}",
                self.subject(&to.subject)
            );
            self.add(format_args!("{path}.assigned_to"), code::USELESS_PLACE, message);
        }
    }

    fn superfluous(&self, other: Other) -> String {
        let (Other::Same(place) | Other::More(place)) = other;
        let (id, Role { name, .. }) = self.roles[place];
        match other {
            Other::Same(_) => format!("it grants exactly what the role `{id}` ({name}) grants"),
            Other::More(_) => format!(
                "whoever has it has the role `{id}` ({name}) too, which grants as much and more: it adds nothing"
            ),
        }
    }

    /// Reports the cells of a role. What is true of several is said once.
    fn cells(&mut self, path: &str, place: usize, known: &Known) {
        let (schema, role) = (&self.policy.schema, self.roles[place].1);
        let has_holders = !known.holders.audiences[known.holders.audience_of[place]].crowds.is_empty();
        let has_place = role.has_place();
        let mut said: BTreeMap<(Code, String), Vec<Case>> = BTreeMap::new();
        let needed = known.needed_of(role, place);
        // A variant's own `deny` is there to deny.
        for (case, level) in role.grants.iter().filter(|(_, level)| **level != Level::Deny) {
            let rules = schema.action(case.action);
            let grant = schema.grant_of(case.action, *level);
            let is_needed = needed.contains(case);
            if rules.reaches_nothing_by(*level) {
                said.entry((code::USELESS_CELL, reaches_nothing(grant))).or_default().push(*case);
            } else if !has_place && rules.floor.includes(*level) {
                let floor = schema.grant_of(case.action, rules.floor);
                let message = format!("`{grant}` can never matter: the floor gives `{floor}` to every active user");
                said.entry((code::USELESS_CELL, message)).or_default().push(*case);
            } else if !has_place && has_holders && !is_needed {
                let message = format!("`{grant}` can never matter: whoever has this role has as much by others");
                said.entry((code::USELESS_CELL, message)).or_default().push(*case);
            } else if let Some(required) = known.never_given[case.action.index()] {
                let required = schema.action_name(required);
                let message =
                    format!("`{grant}` can never matter: it requires `{required}`, which no floor and no role gives");
                said.entry((code::UNMET_REQUIREMENT, message)).or_default().push(*case);
            }
            if *level == Level::All && !rules.toggle && is_assigned_to(role, &Subject::Everyone) {
                said.entry((code::EVERYONE_HAS_ALL, EVERYONE_HAS_ALL.to_owned())).or_default().push(*case);
            }
        }
        let mut said: Vec<((Code, String), Vec<Case>)> = said.into_iter().collect();
        said.sort_by_key(|(_, cases)| cases[0]);
        for ((code, message), cases) in said {
            self.add_of(path, code, &cases, &message);
        }
    }

    /// Says something of one cell, or of several.
    fn add_of(&mut self, path: &str, code: Code, cases: &[Case], message: &str) {
        let schema = &self.policy.schema;
        let within = |case: &Case| {
            let variant = schema.variant_name(*case).map_or_else(String::new, |variant| format!("[{variant:?}]"));
            format!("[{:?}]{variant}", schema.action_name(case.action))
        };
        match cases {
            [one] => self.add(format_args!("{path}.grants{}", within(one)), code, message),
            several => {
                let several: Vec<String> = several.iter().map(|case| schema.name_of_case(*case)).collect();
                // The list puts its own around each.
                let several = names(several.iter().map(|name| name.trim_matches('`')));
                self.add(format_args!("{path}.grants"), code, format_args!("{several}: {message}"));
            }
        }
    }

    fn plain_members(&mut self, path: &str, word: &Subject, reached: &[Reached], known: &Known) {
        let mut said: BTreeMap<String, Vec<Case>> = BTreeMap::new();
        let (of, total) = known.plain_members(word);
        for Reached { at, level, user, department } in reached {
            let (id, _) = known.holders.active[*user];
            let plain = self.department(*department);
            let message = format!(
                "by the assignment to {word}, `{level}` also reaches colleagues in departments where they are plain members \
                 ({of} of {total} {word}), for example user `{id}` in {plain}; assigned in the place `subject`, it would not"
            );
            said.entry(message).or_default().push(known.cells.grid().case_at(*at));
        }
        for (message, cases) in said {
            self.add_of(path, code::PLAIN_MEMBER_REACHED, &cases, &message);
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

fn reaches_nothing(grant: Grant) -> String {
    format!("`{grant}` reaches nothing: the permission is denied for own records")
}

const EVERYONE_HAS_ALL: &str = "everyone has `all`: every user reaches every record of the type";

fn with_name(id: impl Display, name: Option<&str>) -> String {
    name.map_or_else(|| format!("`{id}`"), |name| format!("`{id}` ({name})"))
}

/// For each action one that it requires, directly or not, and that only the bypass of administrators gives, who need no
/// role for it either.
fn never_given(policy: &Policy) -> Vec<Option<ActionIndex>> {
    let schema = &policy.schema;
    let granted = policy.roles.values().flat_map(|role| &role.grants).filter(|(_, level)| **level != Level::Deny);
    let given: BTreeSet<ActionIndex> = granted.map(|(case, _)| case.action).collect();
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
