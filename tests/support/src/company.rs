//! Generated companies for benches: forests of departments, people, groups and roles, and streams of requests.
//!
//! Everything is generated from a seed, so every run on every machine asks the same questions of the same company.

use std::iter;

use fastrand::Rng;
use orgscope::document::{Action, Department, Document, Group, ResourceType, Role, Section, User};
use orgscope::{DepartmentId, Grant, GroupId, Level, Subject, UserId};

/// The size of a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The number of users.
    pub users: u32,
    /// The number of departments.
    pub departments: u32,
    /// The number of roles.
    pub roles: u32,
}

impl Size {
    /// A thousand users.
    pub const SMALL: Self = Self { users: 1_000, departments: 100, roles: 20 };
    /// A hundred thousand users.
    pub const MEDIUM: Self = Self { users: 100_000, departments: 10_000, roles: 80 };
    /// A million users.
    pub const LARGE: Self = Self { users: 1_000_000, departments: 100_000, roles: 200 };
    /// The three sizes, the smallest first.
    pub const EACH: [Self; 3] = [Self::SMALL, Self::MEDIUM, Self::LARGE];

    /// The name in tables of figures: `1k`, `100k` or `1M`, by its users.
    pub const fn name(self) -> &'static str {
        match self.users {
            1_000 => "1k",
            100_000 => "100k",
            1_000_000 => "1M",
            _ => "other",
        }
    }

    /// The name of a row for this size, which replaces `{}`.
    pub fn in_row(self, row: &str) -> String {
        row.replace("{}", self.name())
    }
}

/// The kind of the ids of users, departments and groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ids {
    /// Integers from 1 on, as a database counts them.
    Integer,
    /// Integers spread over the whole range, as a service draws them at random.
    Scattered,
    /// Text of 36 characters that reads like a UUID.
    Text,
}

/// The distribution of requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// Any user asks about a record of any other. Nothing is close in memory, and most is denied.
    Uniform,
    /// Most people ask about their own records and those of their own and the neighbouring departments. About half is
    /// allowed.
    Realistic,
}

/// A question: may this user do this to a record of this owner?
#[derive(Clone, Debug)]
pub struct Request {
    /// The user.
    pub user: UserId,
    /// The index in [`permissions`].
    pub permission: usize,
    /// The owner of the record.
    pub owner: UserId,
    /// Whether the record is open.
    pub open: bool,
}

/// A company, with the departments of its users.
#[derive(Clone, Debug)]
pub struct Company {
    /// The company as a document. It may be taken out, because requests do not read it.
    pub document: Document,
    users: Vec<UserId>,
    parents: Vec<Option<u32>>,
    children: Vec<Vec<u32>>,
    /// The departments that each user is a member of.
    departments: Vec<Vec<u32>>,
    /// The members of each department.
    members: Vec<Vec<u32>>,
}

const CRM_TYPES: [&str; 4] = ["lead", "deal", "contact", "company"];
const CRM_ACTIONS: [&str; 7] = ["read", "add", "update", "delete", "assign", "export", "import"];
const MAILBOX_ACTIONS: [&str; 3] = ["view", "edit", "read_mail"];

/// The permissions of requests: the levelled ones of the schema, as pairs of a type and an action.
pub fn permissions() -> Vec<(&'static str, &'static str)> {
    let crm = CRM_TYPES.into_iter().flat_map(|name| CRM_ACTIONS.map(|action| (name, action)));
    crm.chain(MAILBOX_ACTIONS.map(|action| ("mailbox", action))).collect()
}

impl Company {
    /// The company of this size. Linear in it.
    pub fn generate(size: Size, ids: Ids) -> Self {
        let mut rng = Rng::with_seed(0x0c0a_57e5);
        let parents = forest(size.departments, &mut rng);
        let mut children = vec![Vec::new(); parents.len()];
        for (department, parent) in (0..).zip(&parents) {
            if let Some(parent) = parent {
                children[*parent as usize].push(department);
            }
        }
        let departments: Vec<_> = (0..size.users).map(|user| memberships(user, size.departments, &mut rng)).collect();
        let mut members = vec![Vec::new(); parents.len()];
        for (user, departments) in (0..).zip(&departments) {
            for department in departments {
                members[*department as usize].push(user);
            }
        }
        let users = (0..size.users).map(|user| ids.user(user)).collect();
        let mut company = Self { document: Document::new(), users, parents, children, departments, members };
        company.document = company.write(size, ids, &mut rng);
        company
    }

    fn write(&self, size: Size, ids: Ids, rng: &mut Rng) -> Document {
        let departments: Vec<_> = (0..size.departments).map(|department| ids.department(department)).collect();
        let mut document = Document::new().section(crm()).section(webmail());
        document.org.departments = iter::zip(&departments, &self.parents)
            .map(|(id, parent)| {
                let department = Department::new(id.clone());
                parent.iter().fold(department, |it, parent| it.parent(departments[*parent as usize].clone()))
            })
            .collect();
        document.org.users = self.staff(&departments, rng);
        // Groups of 100 on average, so many that everybody is in one on average.
        let groups: Vec<_> = (0..size.users.div_ceil(100)).map(|group| ids.group(group)).collect();
        document.org.groups = groups.iter().map(|id| self.workgroup(id.clone(), rng)).collect();
        document.roles = self.roles(size, &departments, &groups, rng);
        document
    }

    /// The users, in their departments, with the heads and the deputies among them.
    fn staff(&self, departments: &[DepartmentId], rng: &mut Rng) -> Vec<User> {
        let mut staff: Vec<_> = iter::zip(&self.users, &self.departments)
            .map(|(id, memberships)| {
                let user = User::new(id.clone());
                memberships
                    .iter()
                    .fold(user, |user, department| user.member_of(departments[*department as usize].clone()))
            })
            .collect();
        for (id, members) in iter::zip(departments, &self.members) {
            if chance(rng, 0.97) {
                staff[self.leader(members, rng)].heads.push(id.clone().into());
            }
            if chance(rng, 0.2) {
                staff[self.leader(members, rng)].deputy_of.push(id.clone().into());
            }
        }
        for user in &mut staff {
            user.active = chance(rng, 0.01).then_some(false);
        }
        for administrator in &mut staff[..=self.users.len() / 50_000] {
            (administrator.admin, administrator.active) = (true, None);
        }
        staff
    }

    /// One of the members in nine cases out of ten, otherwise somebody from elsewhere.
    fn leader(&self, members: &[u32], rng: &mut Rng) -> usize {
        let member = rng.choice(members).filter(|_| chance(rng, 0.9));
        member.map_or_else(|| rng.usize(..self.users.len()), |member| *member as usize)
    }

    fn workgroup(&self, id: GroupId, rng: &mut Rng) -> Group {
        let mut group = Group::new(id);
        let size = rng.usize(5..=200).min(self.users.len());
        group.members = distinct(size, || rng.usize(..self.users.len()))
            .into_iter()
            .map(|user| self.users[user].clone().into())
            .collect();
        group
    }

    /// The standard roles, and custom ones: two of the CRM for each of webmail.
    fn roles(&self, size: Size, departments: &[DepartmentId], groups: &[GroupId], rng: &mut Rng) -> Vec<Role> {
        let mut roles = standard_roles();
        for number in roles.len()..size.roles as usize {
            let (id, name) = (format!("role-{number}"), format!("Role {number}"));
            let role = if number % 3 == 0 {
                mailbox_grants(Role::new(id, "webmail", name), rng)
            } else {
                crm_grants(Role::new(id, "crm", name), rng)
            };
            roles.push(self.assigned(role, departments, groups, rng));
        }
        roles
    }

    /// Assigns a role to some departments, with or without those below, to some groups, or to some people.
    fn assigned(&self, role: Role, departments: &[DepartmentId], groups: &[GroupId], rng: &mut Rng) -> Role {
        let kind = rng.u32(..4);
        let bound = [departments.len(), departments.len(), groups.len(), self.users.len()][kind as usize];
        let subjects = if kind == 3 { rng.usize(1..=20) } else { rng.usize(1..=3) };
        let subjects = distinct(subjects.min(bound), || rng.usize(..bound)).into_iter().map(|it| match kind {
            0 => Subject::department(departments[it].clone()),
            1 => Subject::department_sub(departments[it].clone()),
            2 => Subject::group(groups[it].clone()),
            _ => Subject::user(self.users[it].clone()),
        });
        subjects.fold(role, Role::assigned_to)
    }

    /// An endless stream of requests: the same for the same mix and seed.
    pub fn requests(&self, mix: Mix, seed: u64) -> impl Iterator<Item = Request> {
        let mut rng = Rng::with_seed(seed);
        let permissions = permissions().len();
        iter::repeat_with(move || {
            let user = rng.usize(..self.users.len());
            let owner = match mix {
                Mix::Realistic if chance(&mut rng, 0.7) => self.somebody_near(user, &mut rng),
                _ => rng.usize(..self.users.len()),
            };
            Request {
                user: self.users[user].clone(),
                permission: rng.usize(..permissions),
                owner: self.users[owner].clone(),
                open: chance(&mut rng, 0.1),
            }
        })
    }

    /// The user, or somebody in one of their departments, in the one above or in one below it.
    fn somebody_near(&self, user: usize, rng: &mut Rng) -> usize {
        if chance(rng, 0.5) {
            return user;
        }
        let Some(home) = rng.choice(&self.departments[user]).copied() else { return user };
        let near = match rng.u32(..4) {
            0 => self.parents[home as usize],
            1 => rng.choice(&self.children[home as usize]).copied(),
            _ => None,
        };
        rng.choice(&self.members[near.unwrap_or(home) as usize]).map_or(user, |somebody| *somebody as usize)
    }
}

impl Ids {
    fn user(self, number: u32) -> UserId {
        match self {
            Self::Integer => UserId::from(number + 1),
            Self::Scattered => UserId::from(scattered(1, number)),
            Self::Text => UserId::from(uuid(1, number)),
        }
    }

    fn department(self, number: u32) -> DepartmentId {
        match self {
            Self::Integer => DepartmentId::from(number + 1),
            Self::Scattered => DepartmentId::from(scattered(2, number)),
            Self::Text => DepartmentId::from(uuid(2, number)),
        }
    }

    fn group(self, number: u32) -> GroupId {
        match self {
            Self::Integer => GroupId::from(number + 1),
            Self::Scattered => GroupId::from(scattered(3, number)),
            Self::Text => GroupId::from(uuid(3, number)),
        }
    }
}

/// A scattered integer. Distinct, because the numbers are permuted.
fn scattered(kind: u64, number: u32) -> i64 {
    scramble(kind << 32 | u64::from(number)).cast_signed()
}

/// Text like a UUID. Distinct, because the first half is a permutation of the kind and the number.
fn uuid(kind: u64, number: u32) -> String {
    let first = scramble(kind << 32 | u64::from(number));
    let second = scramble(first);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        first >> 32,
        first >> 16 & 0xffff,
        first & 0xffff,
        second >> 48,
        second & 0xffff_ffff_ffff
    )
}

/// The finalizer of `SplitMix64`, a permutation: neighbouring numbers have images far apart.
const fn scramble(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

fn chance(rng: &mut Rng, probability: f64) -> bool {
    rng.f64() < probability
}

/// This many distinct numbers.
fn distinct(count: usize, mut any: impl FnMut() -> usize) -> Vec<usize> {
    let mut numbers = Vec::with_capacity(count);
    while numbers.len() < count {
        let number = any();
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    numbers
}

/// The parents of departments, level by level: three roots, and 3 to 12 children for each department that has any.
fn forest(departments: u32, rng: &mut Rng) -> Vec<Option<u32>> {
    const ROOTS: u32 = 3;
    const CHILDREN: std::ops::RangeInclusive<u32> = 3..=12;
    const MEAN_CHILDREN: f64 = 7.5;
    // The growth of levels with which six or seven of them hold all departments.
    let growth = f64::from(departments.div_ceil(ROOTS)).powf(1.0 / 5.5);
    let mut parents = vec![None; ROOTS.min(departments) as usize];
    let mut parent = 0;
    while parents.len() < departments as usize {
        let is_last = parent as usize + 1 == parents.len();
        if is_last || chance(rng, growth / MEAN_CHILDREN) {
            let children = rng.u32(CHILDREN) as usize;
            parents.resize((parents.len() + children).min(departments as usize), Some(parent));
        }
        parent += 1;
    }
    parents
}

/// The departments of a user: one; two to five for one user in twenty; fifty for one in ten thousand, at least for one.
fn memberships(user: u32, departments: u32, rng: &mut Rng) -> Vec<u32> {
    let count = match user {
        _ if user % 10_000 == 500 => 50,
        _ if chance(rng, 0.05) => rng.usize(2..=5),
        _ => 1,
    };
    let any = distinct(count.min(departments as usize), || rng.u32(..departments) as usize);
    any.into_iter().filter_map(|department| u32::try_from(department).ok()).collect()
}

/// The section of a customer database.
fn crm() -> Section {
    let actions = CRM_ACTIONS.map(|name| match name {
        "read" => Action::new(name).shared(),
        "update" | "delete" | "export" => Action::new(name).requires("read"),
        _ => Action::new(name),
    });
    let resource = |name| actions.iter().cloned().fold(ResourceType::new(name), ResourceType::action);
    let section = Section::new("crm").managed_by("crm_settings.manage").resource(resource("lead").pool());
    let section = CRM_TYPES[1..].iter().fold(section, |section, name| section.resource(resource(name)));
    section.resource(ResourceType::new("crm_settings").action(Action::toggle("manage")))
}

/// The section of the mailboxes: nobody can take away a user's own mailbox, and only its owner reads its letters.
fn webmail() -> Section {
    let reaches = [Level::Department, Level::DepartmentSub, Level::All];
    Section::new("webmail")
        .managed_by("webmail_settings.manage")
        .resource(
            ResourceType::new("mailbox")
                .action(Action::new("view").levels(reaches).floor(Level::Own).shared())
                .action(Action::new("edit").levels(reaches).floor(Level::Own).requires("view"))
                .action(Action::toggle("connect"))
                .action(Action::toggle("edit_crm_link"))
                .action(Action::new("read_mail").levels([]).floor(Level::Own).shared().without_admin_bypass()),
        )
        .resource(ResourceType::new("webmail_settings").action(Action::toggle("manage")))
}

/// The levels to read, to change and to take away.
type Reach = [Level; 3];

/// The reaches of CRM roles, from the most common to the rarest.
const REACHES: [Reach; 6] = [
    [Level::Department, Level::Own, Level::Deny],
    [Level::DepartmentOpen, Level::Department, Level::Own],
    [Level::DepartmentSub, Level::Department, Level::Own],
    [Level::OwnOpen, Level::Own, Level::Deny],
    [Level::DepartmentSubOpen, Level::DepartmentSub, Level::Department],
    [Level::All, Level::DepartmentSub, Level::Department],
];

/// The roles that every company has.
fn standard_roles() -> Vec<Role> {
    let crm = |id: &str, name: &str, reach| {
        CRM_TYPES.iter().fold(Role::new(id, "crm", name), |role, on| grants(role, on, reach))
    };
    let webmail = |id: &str, name: &str| {
        Role::new(id, "webmail", name)
            .grant("mailbox.connect", Grant::Allow)
            .grant("mailbox.edit_crm_link", Grant::Allow)
    };
    vec![
        crm("crm-administrator", "Administrator", [Level::All; 3])
            .grant("crm_settings.manage", Grant::Allow)
            .locked()
            .assigned_to(Subject::Administrators),
        crm("crm-employee", "Employee", [Level::OwnOpen, Level::Own, Level::Own]).assigned_to(Subject::Employees),
        crm("crm-head", "Head of department", [Level::DepartmentSub, Level::DepartmentSub, Level::Department])
            .assigned_to(Subject::Supervisors),
        crm("crm-deputy", "Deputy", [Level::DepartmentSub, Level::Department, Level::Deny])
            .assigned_to(Subject::Deputies),
        grants(Role::new("crm-directory", "crm", "Directory"), "company", [Level::All, Level::Deny, Level::Deny])
            .assigned_to(Subject::Everyone),
        webmail("webmail-administrator", "Administrator")
            .grant("mailbox.view", Level::All)
            .grant("mailbox.edit", Level::All)
            .grant("webmail_settings.manage", Grant::Allow)
            .locked()
            .assigned_to(Subject::Administrators),
        webmail("webmail-employee", "Employee").assigned_to(Subject::Employees),
        webmail("webmail-head", "Supervisor")
            .grant("mailbox.view", Level::DepartmentSub)
            .assigned_to(Subject::Supervisors),
    ]
}

/// Grants a role one of the common reaches on some types.
fn crm_grants(role: Role, rng: &mut Rng) -> Role {
    let reach = REACHES[rng.usize(..REACHES.len()).min(rng.usize(..REACHES.len()))];
    let types = distinct(rng.usize(1..=CRM_TYPES.len()), || rng.usize(..CRM_TYPES.len()));
    types.into_iter().fold(role, |role, on| grants(role, CRM_TYPES[on], reach))
}

fn grants(role: Role, on: &str, [read, change, take]: Reach) -> Role {
    let level = |action| match action {
        "read" => read,
        "delete" | "export" | "import" => take,
        _ => change,
    };
    let granted = CRM_ACTIONS.into_iter().filter(|action| level(action) != Level::Deny);
    granted.fold(role, |role, action| role.grant(format!("{on}.{action}"), level(action)))
}

fn mailbox_grants(role: Role, rng: &mut Rng) -> Role {
    let view = if chance(rng, 0.5) { Level::Department } else { Level::DepartmentSub };
    let role = role.grant("mailbox.view", view);
    if chance(rng, 0.5) { role.grant("mailbox.edit", Level::Department) } else { role }
}
