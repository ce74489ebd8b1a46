//! Random worlds whose roles are edited by delegates, and the rules for them, written from the documentation and not
//! from the code of the guard.

use orgscope::document::Unowned;
use orgscope::document::{
    Action, Assignment, Delegation, Document, Levels, Place, ResourceType, Role, Section, User, Variant, Word,
};
use orgscope::id::{OwnerRef, VariantId};
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::{AnyRecord, DepartmentId, Facts, Grant, Level, Owner, Permission, Policy, Share, Subject, UserId};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::commands::delegates;
use crate::random::{self, Record, World, world};

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
            let names = |resource: &ResourceType| {
                let names = resource.variants.iter().map(|variant| variant.name.clone());
                (resource.name.clone(), names.collect::<Vec<_>>())
            };
            let variants: Vec<_> = section.resources.iter().map(names).collect();
            let actions = section.resources.iter_mut().flat_map(|resource| {
                let name = resource.name.clone();
                resource.actions.iter_mut().map(move |action| (format!("{name}.{}", action.name), action))
            });
            let mut actions: Vec<_> = actions.collect();
            let nth = usize::from(manage) % (actions.len() + 1);
            let Some((name, action)) = actions.get_mut(nth) else { return world };
            action.admin_bypass = None;
            let (name, managed) = (name.clone(), name.split('.').next().unwrap_or_default().to_owned());
            section.manage = Some(name.clone());
            // Nothing that it requires may be denied for own records.
            for (name, action) in &mut actions {
                action.except_own &= !name.starts_with(&format!("{managed}."));
            }
            if let (Some(levels), Some(user)) = (delegate, document.org.users.first()) {
                let place = random::place(manage / 32, document.org.departments.len());
                let to = random::assignment(Subject::User(user.id.clone()), place);
                let role = Role::new(delegates(), "crm", "Delegates").assigned_to(to);
                let cells = actions.iter().zip(levels);
                let role = cells.fold(role, |role, ((name, action), number)| {
                    let mut grants = (0..8).map(|n| random::grant(action, number.wrapping_add(n)));
                    let grant = grants.find(|grant| *grant != Grant::DENY).unwrap_or(Grant::DENY);
                    let role = role.grant(name.clone(), grant);
                    // Of variants now and then less, or more.
                    let resource = variants.iter().find(|(resource, _)| name.starts_with(&format!("{resource}.")));
                    let own = resource.into_iter().flat_map(|(_, variants)| variants).enumerate();
                    let own = own.filter(|(nth, _)| !action.toggle && (usize::from(number) + nth) % 3 == 0);
                    own.fold(role, |role, (nth, variant)| {
                        let level =
                            random::grant(action, number.wrapping_mul(7).wrapping_add(u8::try_from(nth).unwrap()));
                        role.grant_variant(name.clone(), variant.clone(), level)
                    })
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

/// How the record of a levelled permission to manage is decided for a user.
fn decides(policy: &Policy, user: &UserId, manage: Permission, facts: Facts<'_>) -> bool {
    let name = policy.schema().name(manage).unwrap();
    Reference::new(policy).decide(user, manage, &AnyRecord::new(resource_of(&name), facts))
}

/// A value of each variant of a permission's type, after none.
pub fn values(document: &Document, permission: &str) -> Vec<Option<VariantId>> {
    let (resource, _) = rules(document, permission);
    let first = |variant: &Variant| values_of(variant)[0].clone();
    std::iter::once(None).chain(resource.variants.iter().map(first).map(Some)).collect()
}

fn values_for(policy: &Policy, levelled: Permission) -> Vec<Option<VariantId>> {
    values(&policy.to_document(), &policy.schema().name(levelled).unwrap())
}

/// Whether a levelled permission to manage is decided allow for every record: then for one of each variant that is
/// closed, shared with nobody, and of somebody unknown.
fn decides_every(policy: &Policy, user: &UserId, manage: Permission) -> bool {
    let facts = Facts::owned_by(Owner::user("nobody knows them"));
    values_for(policy, manage).iter().all(|value| decides(policy, user, manage, facts.clone().variant(value)))
}

/// Whether a levelled permission to manage is decided allow for some conceivable record: then for an open one of
/// everybody's, that is shared with the user. Nothing about a record but what is their own takes an answer back, and
/// that does not happen where they manage.
fn decides_some(policy: &Policy, user: &UserId, manage: Permission) -> bool {
    let org = policy.to_document().org;
    let users = org.users.iter().map(|known| Owner::User(known.id.borrowed()));
    let departments = org.departments.iter().map(|known| Owner::Department(known.id.borrowed()));
    let facts = Facts::owned_by_each(users.chain(departments)).open(true).shared_with(Share::User(user.borrowed()));
    values_for(policy, manage).iter().any(|value| decides(policy, user, manage, facts.clone().variant(value)))
}

/// Whether a user who is not an administrator edits the roles of a section.
pub fn manages(policy: &Policy, user: &UserId, section: &str) -> bool {
    match manage(policy, section) {
        None => false,
        Some(AnyPermission::Toggle(toggle)) => Reference::new(policy).decide(user, toggle, &()),
        Some(AnyPermission::Levelled(levelled)) => decides_some(policy, user, levelled),
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
    let anchors = anchors(user);
    match subject {
        Subject::User(id) => user.id == *id,
        Subject::Department(id) => anchors.contains(id),
        Subject::DepartmentSub(id) => anchors.iter().any(|anchor| above(document, anchor).contains(id)),
        Subject::Group(id) => document
            .org
            .groups
            .iter()
            .any(|group| group.id == *id && group.members.iter().any(|member| member.id == user.id)),
        Subject::Supervisors => !user.heads.is_empty(),
        Subject::Deputies => !user.deputy_of.is_empty(),
        Subject::Employees => !anchors.is_empty(),
        Subject::Administrators => user.admin,
        Subject::Everyone => true,
    }
}

/// What a word says, in a document without unknown ones.
pub fn known<T: Clone>(word: &Word<T>) -> T {
    match word {
        Word::Known(known) => known.clone(),
        Word::Unknown(word) => unreachable!("{word}"),
    }
}

/// The level of a grant. For a toggle, `all` stands for `allow`.
pub fn as_level(grant: Grant) -> Level {
    match grant {
        Grant::Allow => Level::All,
        Grant::Level(level) => level,
    }
}

/// The name of a variant, or of none.
pub type InVariant<'v> = Option<&'v str>;

/// The level of a cell of a role, for records of a variant: its own, or else the default.
pub fn cell(role: Option<&Role>, permission: &str, variant: InVariant<'_>) -> Level {
    let word = match role.and_then(|role| role.grants.get(permission)) {
        None => return Level::Deny,
        Some(Levels::Alike(word)) => Some(word),
        Some(Levels::ByVariant { default, variants }) => {
            variant.and_then(|variant| variants.get(variant)).or(default.as_ref())
        }
    };
    word.map_or(Level::Deny, |word| as_level(known(word)))
}

/// The variants of a permission's type by their names, after none.
pub fn variants<'d>(document: &'d Document, permission: &str) -> Vec<InVariant<'d>> {
    let (resource, action) = rules(document, permission);
    let named = resource.variants.iter().filter(|_| !action.toggle).map(|variant| Some(variant.name.as_str()));
    std::iter::once(None).chain(named).collect()
}

/// The values that mean a variant: those written, or its name.
pub fn values_of(variant: &Variant) -> Vec<VariantId> {
    variant.values.clone().unwrap_or_else(|| vec![VariantId::from(variant.name.as_str())])
}

/// The name of the variant of a type that a value means.
pub fn meaning<'d>(resource: &'d ResourceType, value: &VariantId) -> InVariant<'d> {
    let meant = resource.variants.iter().find(|variant| values_of(variant).contains(value));
    meant.map(|variant| variant.name.as_str())
}

/// The name of a record's variant, for a permission of its type.
pub fn variant_of<'d>(document: &'d Document, permission: &str, record: &Record) -> InVariant<'d> {
    let (resource, _) = rules(document, permission);
    meaning(resource, record.variant.as_ref()?)
}

/// The type of a permission, by its name.
fn resource_of(permission: &str) -> &str {
    permission.split('.').next().unwrap_or_default()
}

/// The type and the action of a permission.
fn rules<'d>(document: &'d Document, permission: &str) -> (&'d ResourceType, &'d Action) {
    let mut all = document.schema.sections.iter().flat_map(|section| &section.resources);
    let resource = all.find(|resource| resource.name == resource_of(permission)).unwrap();
    let is_it = |action: &&Action| format!("{}.{}", resource.name, action.name) == permission;
    (resource, resource.actions.iter().find(is_it).unwrap())
}

/// Whether a permission is a toggle.
pub fn is_toggle(document: &Document, permission: &str) -> bool {
    rules(document, permission).1.toggle
}

/// A permission and all that it requires, directly or not.
pub fn needed(document: &Document, permission: &str) -> Vec<String> {
    let (resource, action) = rules(document, permission);
    let required = action.requires.iter().flat_map(|name| needed(document, &format!("{}.{name}", resource.name)));
    std::iter::once(permission.to_owned()).chain(required).collect()
}

/// The level as it counts in a place: one that reaches everything reaches what `department+sub` does, and open records
/// if the action has a level for these.
pub fn in_place(action: &Action, level: Level) -> Level {
    let is_open = |word: &Word<Level>| known(word) != Level::All && parts(known(word)).contains('O');
    match level {
        Level::All if action.toggle => Level::All,
        Level::All if action.levels.as_ref().is_none_or(|levels| levels.iter().any(is_open)) => {
            Level::DepartmentSubOpen
        }
        Level::All => Level::DepartmentSub,
        level => level,
    }
}

/// A grant of a user: a level, as it counts where it is given, and the departments that it is measured from.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The level as it counts there.
    pub level: Level,
    /// The level of the role's cell, if an assignment gives it.
    pub by: Option<(Level, Assignment)>,
    /// The departments.
    pub from: Vec<DepartmentId>,
}

impl Held {
    /// Whether the level has this part.
    pub fn has(&self, part: char) -> bool {
        parts(self.level).contains(part)
    }

    /// Whether an assignment with a place gives it.
    pub fn has_place(&self) -> bool {
        self.by.as_ref().is_some_and(|(_, by)| by.place.is_some())
    }
}

fn anchors(user: &User) -> Vec<DepartmentId> {
    let mut anchors: Vec<_> =
        user.departments.iter().chain(&user.heads).chain(&user.deputy_of).map(|post| post.id.clone()).collect();
    anchors.sort();
    anchors.dedup();
    anchors
}

fn user<'d>(document: &'d Document, id: &UserId) -> Option<&'d User> {
    document.org.users.iter().find(|known| known.id == *id)
}

/// The departments that the place of an assignment lists.
pub fn listed(to: &Assignment) -> Vec<DepartmentId> {
    match to.place.as_ref().map(known) {
        Some(Place::Departments(listed)) => listed.to_vec(),
        _ => vec![],
    }
}

/// The departments that a place stands for, for a user who is in the subject.
fn departments_of(document: &Document, user: &User, to: &Assignment) -> Vec<DepartmentId> {
    let mut anchors = anchors(user);
    match (to.place.as_ref().map(known), known(&to.to)) {
        (Some(Place::Departments(listed)), _) => return listed.to_vec(),
        (Some(Place::Subject), Subject::Department(id)) => return vec![id],
        (Some(Place::Subject), Subject::DepartmentSub(id)) => {
            anchors.retain(|anchor| above(document, anchor).contains(&id));
        }
        (Some(Place::Subject), Subject::Supervisors) => {
            anchors.retain(|anchor| user.heads.iter().any(|post| post.id == *anchor));
        }
        (Some(Place::Subject), Subject::Deputies) => {
            anchors.retain(|anchor| user.deputy_of.iter().any(|post| post.id == *anchor));
        }
        _ => {}
    }
    anchors
}

/// The grants of a user for a permission: the floor, those of the assignments that they are in, and the bypass.
pub fn grants(document: &Document, id: &UserId, permission: &str, variant: InVariant<'_>) -> Vec<Held> {
    let Some(user) = user(document, id).filter(|user| user.active != Some(false)) else { return Vec::new() };
    let (_, action) = rules(document, permission);
    let floor = action.floor.as_ref().map_or(Level::Deny, |word| as_level(known(word)));
    let mut grants = vec![Held { level: floor, by: None, from: anchors(user) }];
    for role in &document.roles {
        let level = cell(Some(role), permission, variant);
        for to in role.assigned_to.iter().filter(|to| is_in(document, &known(&to.to), id)) {
            let counts = if to.place.is_some() { in_place(action, level) } else { level };
            let from = departments_of(document, user, to);
            grants.push(Held { level: counts, by: Some((level, to.clone())), from });
        }
    }
    if user.admin && action.admin_bypass != Some(false) {
        grants.push(Held { level: Level::All, by: None, from: anchors(user) });
    }
    grants.retain(|held| held.level != Level::Deny);
    grants
}

/// Whether a user has `department` at a department, or `department+sub`.
fn has_at(document: &Document, grants: &[Held], part: char, department: &DepartmentId) -> bool {
    let above = above(document, department);
    grants.iter().any(|held| {
        (held.level == Level::All && !held.has_place())
            || (held.has('T') && above.iter().any(|above| held.from.contains(above)))
            || (part == 'D' && held.has('D') && held.from.contains(department))
    })
}

/// What a user has of the parts of levels: at a department, or without a place.
fn parts_at(document: &Document, grants: &[Held], at: Option<&DepartmentId>) -> String {
    let has = |part: &char| match (part, at) {
        ('S' | 'O', _) => grants.iter().any(|held| held.has(*part)),
        (_, None) => grants.iter().any(|held| held.has(*part) && !held.has_place()),
        ('D' | 'T', Some(department)) => has_at(document, grants, *part, department),
        _ => false,
    };
    parts(Level::All).chars().filter(has).collect()
}

/// Where a user has less than what would be given, and what they have there.
pub type Lacking = Vec<(Option<DepartmentId>, String)>;

/// Where a user has less than an assignment would be given by a level for a permission.
pub fn lacking(
    document: &Document,
    actor: &UserId,
    (permission, variant): (&str, InVariant<'_>),
    level: Level,
    to: &Assignment,
) -> Lacking {
    let (grants, (_, action)) = (grants(document, actor, permission, variant), rules(document, permission));
    let given = if to.place.is_some() { in_place(action, level) } else { level };
    let mut given = parts(given).to_owned();
    if action.toggle {
        let has_it = given.is_empty() || grants.iter().any(|held| held.level == Level::All);
        return if has_it { vec![] } else { vec![(None, String::new())] };
    }
    let places = match (to.place.as_ref().map(known), known(&to.to)) {
        (Some(Place::Departments(listed)), _) => listed.iter().cloned().map(Some).collect(),
        (Some(Place::Subject), Subject::Department(id)) => vec![Some(id)],
        (Some(Place::Subject), Subject::DepartmentSub(id)) => {
            given.push_str(if given.contains('D') { "T" } else { "" });
            vec![Some(id)]
        }
        _ => vec![None],
    };
    let own = |at: Option<DepartmentId>| (parts_at(document, &grants, at.as_ref()), at);
    let mut all = places.into_iter().map(own).collect::<Vec<_>>();
    all.retain(|(own, _)| given.chars().any(|part| !own.contains(part)));
    all.into_iter().map(|(own, at)| (at, own)).collect()
}

/// Where a user has less than a cell would be raised to: anywhere, or where its role is assigned.
pub fn lacking_for_cell(
    document: &Document,
    actor: &UserId,
    (permission, variant): (&str, InVariant<'_>),
    level: Level,
    to: &[Assignment],
) -> Lacking {
    let grants = grants(document, actor, permission, variant);
    let has = |part: &char| grants.iter().any(|held| held.has(*part));
    let own: String = parts(Level::All).chars().filter(has).collect();
    if parts(level).chars().any(|part| !own.contains(part)) {
        return vec![(None, own)];
    }
    to.iter().flat_map(|to| lacking(document, actor, (permission, variant), level, to)).collect()
}

/// Whether a grant reaches a record, or unlocks its shares, requirements and one's own records aside.
pub fn reaches(document: &Document, id: &UserId, permission: &str, held: &Held, record: &Record) -> bool {
    let (resource, action) = rules(document, permission);
    let is_own = is_own(resource, id, record);
    let is_reached = |by: &dyn Fn(&DepartmentId) -> bool| {
        record.owners.iter().any(|owner| match owner {
            Owner::Department(department) => by(department),
            Owner::User(owner) => {
                user(document, owner).is_some_and(|owner| owner.departments.iter().any(|post| by(&post.id)))
            }
        })
    };
    let is_below = |department: &DepartmentId| above(document, department).iter().any(|it| held.from.contains(it));
    held.has('A')
        || (held.has('O') && record.open)
        || (held.has('S') && is_own)
        || (held.has('D') && is_reached(&|department| held.from.contains(department)))
        || (held.has('T') && is_reached(&is_below))
        || (action.shared && is_shared_with(document, id, record))
}

/// Whether a record counts as the user's own.
pub fn is_own(resource: &ResourceType, id: &UserId, record: &Record) -> bool {
    let is_pooled = known(&resource.unowned) == Unowned::Pool && record.owners.is_empty();
    is_pooled || record.owners.contains(&Owner::User(id.clone()))
}

fn is_shared_with(document: &Document, id: &UserId, record: &Record) -> bool {
    record.shared_with.iter().any(|share| {
        let subject = match share {
            Share::User(user) => Subject::User(user.clone()),
            Share::Department(department) => Subject::Department(department.clone()),
            Share::DepartmentSub(department) => Subject::DepartmentSub(department.clone()),
            Share::Group(group) => Subject::Group(group.clone()),
        };
        // An unknown department contains nobody.
        let is_known = |it: &DepartmentId| document.org.departments.iter().any(|known| known.id == *it);
        let is_real = !matches!(&subject, Subject::DepartmentSub(it) if !is_known(it));
        is_real && is_in(document, &subject, id)
    })
}

/// The grants by which a user may do this to this record, requirements aside.
pub fn ways<'g>(
    document: &Document,
    id: &UserId,
    permission: &str,
    grants: &'g [Held],
    record: &Record,
) -> Vec<&'g Held> {
    let (resource, action) = rules(document, permission);
    let stops = action.except_own && is_own(resource, id, record);
    grants.iter().filter(|held| !stops && reaches(document, id, permission, held, record)).collect()
}

/// Whether an assignment is inside the reach of a delegate's permission to manage a section. A toggle reaches all.
pub fn is_inside(policy: &Policy, section: &str, delegate: &UserId, to: &Assignment) -> bool {
    let Some(AnyPermission::Levelled(_)) = manage(policy, section) else { return true };
    is_subject_inside(policy, section, delegate, &known(&to.to))
        && listed(to).into_iter().all(|id| is_subject_inside(policy, section, delegate, &Subject::DepartmentSub(id)))
}

/// Whether a subject is inside the reach of a delegate's levelled permission to manage a section.
pub fn is_subject_inside(policy: &Policy, section: &str, delegate: &UserId, subject: &Subject) -> bool {
    let document = policy.to_document();
    let Some(AnyPermission::Levelled(manage)) = self::manage(policy, section) else { unreachable!("it is levelled") };
    let decided = |owner: OwnerRef<'_>| decides(policy, delegate, manage, Facts::owned_by(owner));
    let is_below = |id: &DepartmentId| {
        let needed = needed(&document, &policy.schema().name(manage).unwrap());
        needed.iter().all(|it| {
            let grants = grants(&document, delegate, it, None);
            // A toggle is not measured.
            if is_toggle(&document, it) { !grants.is_empty() } else { has_at(&document, &grants, 'T', id) }
        })
    };
    match subject {
        Subject::User(id) => decided(Owner::User(id.borrowed())),
        Subject::Department(id) => decided(Owner::Department(id.borrowed())),
        Subject::DepartmentSub(id) => decided(Owner::Department(id.borrowed())) && is_below(id),
        Subject::Group(id) => {
            let group = document.org.groups.iter().find(|group| group.id == *id);
            let members = group.map_or(&[][..], |group| &group.members);
            match members {
                [] => decides_every(policy, delegate, manage),
                members => members.iter().all(|member| decided(Owner::User(member.id.borrowed()))),
            }
        }
        _ => decides_every(policy, delegate, manage),
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
        Some(AnyPermission::Levelled(levelled)) if decides_every(policy, user, levelled) => Managed::Wholly,
        Some(AnyPermission::Levelled(levelled)) if decides_some(policy, user, levelled) => Managed::InPart,
        _ => Managed::Not,
    };
    document.org.users.iter().map(|user| by(&user.id)).max().unwrap_or(Managed::Not)
}

/// The first section that somebody managed to a greater extent before.
pub fn locked_out<'p>(before: &'p Policy, after: &Policy) -> Option<&'p str> {
    before.schema().sections().find(|section| managed(after, section) < managed(before, section))
}
