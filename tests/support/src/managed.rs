//! Random worlds whose roles are edited by delegates, and the rules for them, written from the documentation and not
//! from the code of the guard.

use orgscope::document::Delegation;
use orgscope::document::{Action, Document, ResourceType, Role, Section, Word};
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::{AnyRecord, DepartmentId, Facts, Grant, Level, Owner, Permission, Policy, Subject, UserId};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::commands::delegates;
use crate::random::{self, World, world};

/// A random world with a permission to manage (in some worlds none), a mode of delegation, locked roles, and usually a
/// role that lets the first user manage and grant something. It has a second section, which the first user may manage
/// too.
pub fn managed_world() -> impl Strategy<Value = World> {
    let delegate = prop::option::weighted(0.7, vec(any::<u8>(), 10));
    (world(), any::<u16>(), prop::bool::weighted(0.3), any::<u8>(), delegate, any::<[u8; 4]>()).prop_map(
        |(mut world, manage, open, locked, delegate, desk)| {
            let document = &mut world.document;
            add_desk(document, desk);
            if open {
                document.delegation = Word::Known(Delegation::Open);
            }
            for (r, role) in document.roles.iter_mut().enumerate().filter(|(_, role)| role.section == "crm") {
                role.locked = r == 5 || (r < 5 && locked % 16 == u8::try_from(r).unwrap());
                role.hidden = locked & (1 << r) != 0;
            }
            let section = &mut document.schema.sections[0];
            let actions = section.resources.iter_mut().flat_map(|resource| {
                let name = resource.name.clone();
                resource.actions.iter_mut().map(move |action| (format!("{name}.{}", action.name), action))
            });
            let mut actions: Vec<_> = actions.collect();
            let nth = usize::from(manage) % (actions.len() + 1);
            let Some((name, action)) = actions.get_mut(nth) else { return world };
            action.admin_bypass = None;
            section.manage = Some(name.clone());
            if let (Some(levels), Some(user)) = (delegate, document.org.users.first()) {
                let role = Role::new(delegates(), "crm", "Delegates").assigned_to(Subject::User(user.id.clone()));
                let cells = actions.iter().zip(levels);
                let role = cells.fold(role, |role, ((name, action), number)| {
                    let mut grants = (0..8).map(|n| random::grant(action, number.wrapping_add(n)));
                    role.grant(name.clone(), grants.find(|grant| *grant != Grant::DENY).unwrap_or(Grant::DENY))
                });
                document.roles.push(role);
            }
            world
        },
    )
}

/// Adds a section with a role that manages it and one that does not.
fn add_desk(document: &mut Document, [kind, manage, answer, to]: [u8; 4]) {
    let manager = match kind % 3 {
        0 => Action::toggle("manage"),
        1 => Action::new("manage"),
        _ => Action::new("manage").requires("answer"),
    };
    let ticket = ResourceType::new("ticket").action(Action::new("answer")).action(manager.clone());
    document.schema.sections.push(Section::new("desk").managed_by("ticket.manage").resource(ticket));
    let clerk = Role::new(6, "desk", "Clerk")
        .grant("ticket.manage", random::grant(&manager, manage))
        .grant("ticket.answer", random::grant(&Action::new("answer"), answer));
    let to = match (to % 4, document.org.users.first()) {
        (0 | 1, Some(user)) => Some(Subject::User(user.id.clone())),
        (2, _) => Some(Subject::Supervisors),
        _ => None,
    };
    let helper = Role::new(7, "desk", "Helper").assigned_to(Subject::Employees);
    document.roles.extend([to.into_iter().fold(clerk, Role::assigned_to), helper]);
}

/// All users whose ids random commands use.
pub fn everybody() -> Vec<UserId> {
    (0..random::NAMES).map(random::user).collect()
}

/// The permission to manage a section.
pub fn manage(policy: &Policy, section: &str) -> Option<AnyPermission> {
    let document = policy.to_document();
    let name = document.schema.sections.iter().find(|known| known.name == section)?.manage.clone()?;
    Some(policy.schema().any_permission(&name).unwrap())
}

/// The names of a section's levelled permission to manage and of all that it requires, directly or not.
pub fn needed_to_manage(document: &Document, section: &str) -> Vec<String> {
    let Some(section) = document.schema.sections.iter().find(|known| known.name == section) else { return Vec::new() };
    let mut needed: Vec<String> = section.manage.iter().cloned().collect();
    let mut next = 0;
    while let Some((resource, action)) = needed.get(next).and_then(|name| name.split_once('.')) {
        let resource = section.resources.iter().find(|known| known.name == resource).unwrap();
        let action = resource.actions.iter().find(|known| known.name == action).unwrap();
        let required = action.requires.iter().map(|other| format!("{}.{other}", resource.name));
        let new: Vec<String> = required.filter(|name| !needed.contains(name)).collect();
        needed.extend(new);
        next += 1;
    }
    needed
}

/// Whether a permission is allowed to a user for the record with these facts.
fn is_allowed(policy: &Policy, user: &UserId, permission: Permission, facts: Facts<'_>) -> bool {
    let name = policy.schema().name(permission).unwrap();
    let record = AnyRecord::new(name.split('.').next().unwrap(), facts);
    Reference::new(policy).decide(user, permission, &record)
}

/// Whether a permission is allowed to a user for some record: if for any, then for an open one of their own.
fn is_allowed_somewhere(policy: &Policy, user: &UserId, permission: Permission) -> bool {
    is_allowed(policy, user, permission, Facts::owned_by(user).open(true))
}

/// Whether a permission is allowed to a user for every record: then also for one whose owner nobody knows.
fn is_allowed_everywhere(policy: &Policy, user: &UserId, permission: Permission) -> bool {
    is_allowed(policy, user, permission, Facts::owned_by("an owner in no company"))
}

/// Whether a user who is not an administrator edits the roles of a section.
pub fn manages(policy: &Policy, user: &UserId, section: &str) -> bool {
    match manage(policy, section) {
        None => false,
        Some(AnyPermission::Toggle(toggle)) => Reference::new(policy).decide(user, toggle, &()),
        Some(AnyPermission::Levelled(levelled)) => is_allowed_somewhere(policy, user, levelled),
    }
}

/// The parts of a level, copied from the table of levels.
pub fn parts(level: Level) -> &'static str {
    match level {
        Level::Deny => "",
        Level::Own => "S",
        Level::Department => "SD",
        Level::DepartmentSub => "SDT",
        Level::OwnOpen => "SO",
        Level::DepartmentOpen => "SDO",
        Level::DepartmentSubOpen => "SDTO",
        Level::All => "SDTOA",
    }
}

/// The parts that a level has and another does not have.
pub fn gained(before: Level, after: Level) -> Vec<char> {
    parts(after).chars().filter(|part| !parts(before).contains(*part)).collect()
}

/// Whether a user is an active administrator.
pub fn is_administrator(document: &Document, user: &UserId) -> bool {
    document.org.users.iter().any(|known| known.id == *user && known.admin && known.active != Some(false))
}

/// A department and all above it, upwards.
pub fn above(document: &Document, department: &DepartmentId) -> Vec<DepartmentId> {
    let parent = |id: &DepartmentId| {
        document.org.departments.iter().find(|known| known.id == *id).and_then(|known| known.parent.clone())
    };
    std::iter::successors(Some(department.clone()), parent).collect()
}

/// Whether a subject contains a user.
pub fn is_in(document: &Document, subject: &Subject, user: &UserId) -> bool {
    let Some(user) = document.org.users.iter().find(|known| known.id == *user) else { return false };
    let anchors: Vec<_> = user.departments.iter().chain(&user.heads).chain(&user.deputy_of).collect();
    match subject {
        Subject::User(id) => user.id == *id,
        Subject::Department(id) => anchors.contains(&id),
        Subject::DepartmentSub(id) => anchors.iter().any(|anchor| above(document, anchor).contains(id)),
        Subject::Group(id) => {
            document.org.groups.iter().any(|group| group.id == *id && group.members.contains(&user.id))
        }
        Subject::Supervisors => !user.heads.is_empty(),
        Subject::Deputies => !user.deputy_of.is_empty(),
        Subject::Employees => !anchors.is_empty(),
        Subject::Administrators => user.admin,
        Subject::Everyone => true,
    }
}

/// Whether a subject is inside the reach of a delegate's levelled permission to manage a section.
pub fn is_inside(policy: &Policy, section: &str, delegate: &UserId, subject: &Subject) -> bool {
    let (reference, document) = (Reference::new(policy), policy.to_document());
    let Some(AnyPermission::Levelled(manage)) = self::manage(policy, section) else { return true };
    let decided = |owner: Owner<&str>| is_allowed(policy, delegate, manage, Facts::owned_by(owner));
    let everywhere = || is_allowed_everywhere(policy, delegate, manage);
    let reaches_below = |name: &String| {
        let permission = policy.schema().any_permission(name).unwrap();
        matches!(permission, AnyPermission::Toggle(_)) || parts(reference.level(delegate, permission)).contains('T')
    };
    match subject {
        Subject::User(id) => decided(Owner::User(id.borrowed())),
        Subject::Department(id) => decided(Owner::Department(id.borrowed())),
        Subject::DepartmentSub(id) => {
            needed_to_manage(&document, section).iter().all(reaches_below) && decided(Owner::Department(id.borrowed()))
        }
        Subject::Group(id) => {
            let group = document.org.groups.iter().find(|group| group.id == *id);
            let members = group.map_or(&[][..], |group| &group.members);
            match members {
                [] => everywhere(),
                members => members.iter().all(|member| decided(Owner::User(member.borrowed()))),
            }
        }
        _ => everywhere(),
    }
}

/// The extent to which somebody can manage a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Managed {
    /// Nobody manages any of it.
    Not,
    /// Somebody manages a part of it, and nobody all of it.
    InPart,
    /// Somebody manages all of it.
    Wholly,
}

/// The extent to which somebody can manage a section under a policy.
pub fn managed(policy: &Policy, section: &str) -> Managed {
    let (reference, document) = (Reference::new(policy), policy.to_document());
    let manage = manage(policy, section);
    let by = |user: &UserId| match manage {
        _ if is_administrator(&document, user) => Managed::Wholly,
        Some(AnyPermission::Toggle(toggle)) if reference.decide(user, toggle, &()) => Managed::Wholly,
        Some(AnyPermission::Levelled(levelled)) if is_allowed_everywhere(policy, user, levelled) => Managed::Wholly,
        Some(AnyPermission::Levelled(levelled)) if is_allowed_somewhere(policy, user, levelled) => Managed::InPart,
        None | Some(_) => Managed::Not,
    };
    document.org.users.iter().map(|user| by(&user.id)).max().unwrap_or(Managed::Not)
}

/// The first section that somebody managed to a greater extent before.
pub fn locked_out<'p>(before: &'p Policy, after: &Policy) -> Option<&'p str> {
    before.schema().sections().find(|section| managed(after, section) < managed(before, section))
}
