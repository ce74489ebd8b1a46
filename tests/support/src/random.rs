//! Random worlds: documents that are valid by construction, and arbitrary records.

use orgscope::document::Delegation;
use orgscope::document::{
    Action, Assignment, Department, Document, Field, Group, Levels, Place, ResourceType, Role, Section, User, Variant,
    Word,
};
use orgscope::id::VariantId;
use orgscope::{AnyRecord, DepartmentId, Facts, Grant, GroupId, Level, Owner, Policy, RoleId, Share, Subject, UserId};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::scaled;

/// Configures a property for this many random worlds, [`scaled`].
pub fn worlds(whole: u32) -> ProptestConfig {
    ProptestConfig { cases: scaled(whole), ..ProptestConfig::default() }
}

/// A world: a document, and records to ask about.
#[derive(Clone, Debug)]
pub struct World {
    /// The document, which is valid.
    pub document: Document,
    /// The records, which are arbitrary.
    pub records: Vec<Record>,
}

/// A record that owns the data of its facts.
#[derive(Clone, Debug)]
pub struct Record {
    /// The name of its type.
    pub resource: String,
    /// The owners, known and unknown.
    pub owners: Vec<Owner>,
    /// Whether it is open.
    pub open: bool,
    /// The subjects that it is shared with.
    pub shared_with: Vec<Share>,
    /// The value of its variant, known and unknown.
    pub variant: Option<VariantId>,
}

impl Record {
    /// The record as a check takes it.
    pub fn as_any(&self) -> AnyRecord<'_> {
        let facts = Facts::owned_by_each(&self.owners).open(self.open).shared_with_each(&self.shared_with);
        AnyRecord::new(&self.resource, facts.variant(&self.variant))
    }
}

impl World {
    /// The document as a policy.
    pub fn policy(&self) -> Policy {
        Policy::from_document(self.document.clone()).expect("random documents are valid")
    }

    /// All users of the document, and an unknown one.
    pub fn askers(&self) -> Vec<UserId> {
        self.document.org.users.iter().map(|user| user.id.clone()).chain([UserId::from("stranger")]).collect()
    }
}

impl World {
    /// The same world without variants, for what is tested with them elsewhere.
    pub fn without_variants(mut self) -> Self {
        let sections = &mut self.document.schema.sections;
        sections.iter_mut().flat_map(|section| &mut section.resources).for_each(|resource| resource.variants.clear());
        for role in &mut self.document.roles {
            for levels in role.grants.values_mut() {
                if let Levels::ByVariant { default, .. } = levels {
                    *levels = Levels::Alike(default.clone().unwrap_or(Word::Known(Grant::DENY)));
                }
            }
        }
        self
    }
}

/// The number of ids of each kind.
pub const NAMES: usize = 12;
const MOST_DEPARTMENTS: usize = 12;
const MOST_USERS: usize = 8;
const GROUPS: usize = 3;
const TYPES: [&str; 3] = ["contact", "deal", "mailbox"];

/// Ids that a careless program confuses: integers and their texts, other cases, accents, quotes, blanks.
fn nth_text(nth: usize) -> &'static str {
    ["1", "01", "a", "A", "ä", "a ", "o'neil", "%", "\"q\"", "-1", "\u{1F600}", "null"][nth]
}

/// The id of a department, of [`NAMES`].
pub fn department(nth: usize) -> DepartmentId {
    if nth.is_multiple_of(2) { DepartmentId::from(i64::try_from(nth).unwrap() - 2) } else { nth_text(nth).into() }
}

/// The id of a user, of [`NAMES`].
pub fn user(nth: usize) -> UserId {
    if nth.is_multiple_of(2) { UserId::from(i64::try_from(nth).unwrap() - 2) } else { nth_text(nth).into() }
}

/// The id of a group, of [`NAMES`].
pub fn group(nth: usize) -> GroupId {
    if nth == 0 { GroupId::from(1) } else { nth_text(nth).into() }
}

/// The name of a variant, of [`VARIANTS`].
pub fn variant_name(nth: usize) -> &'static str {
    ["new", "won", "7"][nth % VARIANTS]
}

/// The number of variants that a type has at most.
pub const VARIANTS: usize = 3;

/// The values that mean the variants of a type: each of a few values that a careless program confuses means one of them,
/// or none.
fn variants(meanings: [u8; 8]) -> Vec<Variant> {
    let count = usize::from(meanings[7]) % 16;
    // Most types have none.
    let count = if count > VARIANTS { 0 } else { count };
    let variant = |nth: usize| {
        let values: Vec<VariantId> =
            (0..VALUES).filter(|value| usize::from(meanings[*value]) % (VARIANTS + 2) == nth).map(value).collect();
        if values.is_empty() {
            Variant::new(variant_name(nth), [100 + i64::try_from(nth).unwrap()])
        } else {
            Variant::new(variant_name(nth), values)
        }
    };
    (0..count).map(variant).collect()
}

/// The number of values of variants.
const VALUES: usize = 7;

/// A value of a variant.
fn value(nth: usize) -> VariantId {
    match nth {
        0 => VariantId::from(7),
        1 => VariantId::from("7"),
        2 => VariantId::from(-1),
        3 => VariantId::from("new"),
        4 => VariantId::from("New"),
        5 => VariantId::from("new "),
        _ => VariantId::from("\u{1F600}"),
    }
}

/// The bits of a mask, as numbers below a bound.
fn bits(mask: u16, bound: usize) -> impl Iterator<Item = usize> {
    (0..bound.min(16)).filter(move |bit| mask & (1 << bit) != 0)
}

/// Mostly few bits: most people are in one or two departments, some in many.
fn few() -> impl Strategy<Value = u16> {
    (0..10_u8, any::<u16>(), any::<u16>()).prop_map(|(kind, a, b)| match kind {
        0..2 => 0,
        2..7 => 1 << (a % 16),
        7..9 => a & b,
        _ => a,
    })
}

#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a key of its own in documents")]
struct RawAction {
    of_type: usize,
    toggle: bool,
    levels: u16,
    floor: u8,
    requires: u16,
    shared: bool,
    bypass: bool,
    except_own: bool,
}

fn raw_action() -> impl Strategy<Value = RawAction> {
    let often = prop::bool::weighted(0.8);
    let seldom = prop::bool::weighted(0.15);
    (0..TYPES.len(), prop::bool::weighted(0.2), any::<u16>(), 0..24u8, few(), any::<bool>(), often, seldom).prop_map(
        |(of_type, toggle, levels, floor, requires, shared, bypass, except_own)| RawAction {
            of_type,
            toggle,
            levels,
            floor,
            requires,
            shared,
            bypass,
            except_own,
        },
    )
}

/// A section of three resource types. Each action requires only actions before it, so there is no cycle.
fn section(actions: &[RawAction], pools: u8, meanings: &[[u8; 8]; 3]) -> Section {
    let mut section = Section::new("crm");
    for (t, name) in TYPES.iter().enumerate() {
        let ours: Vec<&RawAction> = actions.iter().filter(|action| action.of_type == t).collect();
        let mut resource = ResourceType::new(*name);
        if pools & (1 << t) != 0 {
            resource = resource.pool();
        }
        resource.variants = variants(meanings[t]);
        let levelled: Vec<String> =
            ours.iter().enumerate().filter(|(_, raw)| !raw.toggle).map(|(a, _)| format!("action{a}")).collect();
        if let (Some(first), Some(last), true) = (levelled.first(), levelled.last(), pools & (8 << t) != 0) {
            resource = resource
                .field("amount", Field::read_by(last).and_written_by(first))
                .field("note", Field::written_by(last))
                .field("cost", Field::read_by(first));
        }
        for (a, raw) in ours.iter().enumerate() {
            let name = format!("action{a}");
            let mut action = if raw.toggle { Action::toggle(name) } else { Action::new(name) };
            if !raw.toggle {
                action.shared = raw.shared;
                action.except_own = raw.except_own;
                // All eight levels, or some of them.
                if raw.levels % 2 == 0 {
                    action = action.levels(bits(raw.levels, 8).map(|bit| Level::EACH[bit]));
                }
            }
            match (raw.toggle, raw.floor) {
                (true, floor) if floor % 4 == 0 => action = action.floor(Grant::Allow),
                (false, floor) if floor < 8 => action = action.floor(Level::EACH[usize::from(floor)]),
                _ => {}
            }
            for required in bits(raw.requires, a).filter(|required| !raw.toggle || ours[*required].toggle) {
                action = action.requires(format!("action{required}"));
            }
            if !raw.bypass {
                action = action.without_admin_bypass();
            }
            resource = resource.action(action);
        }
        section = section.resource(resource);
    }
    section
}

/// The grant that a number stands for, among those that the action takes.
pub fn grant(action: &Action, number: u8) -> Grant {
    if action.toggle {
        return if number.is_multiple_of(2) { Grant::Allow } else { Grant::DENY };
    }
    let allowed: Vec<Level> = match &action.levels {
        None => Level::EACH.to_vec(),
        Some(levels) => {
            let known = levels.iter().filter_map(|word| match word {
                Word::Known(level) => Some(*level),
                Word::Unknown(_) => None,
            });
            std::iter::once(Level::Deny).chain(known).collect()
        }
    };
    Grant::Level(allowed[usize::from(number) % allowed.len()])
}

fn subject(kind: u8, nth: usize, departments: usize, users: usize, groups: usize) -> Subject {
    match kind % 9 {
        0 if users > 0 => Subject::User(user(nth % users)),
        1 if departments > 0 => Subject::Department(department(nth % departments)),
        2 if departments > 0 => Subject::DepartmentSub(department(nth % departments)),
        3 if groups > 0 => Subject::Group(group(nth % groups)),
        4 => Subject::Supervisors,
        5 => Subject::Deputies,
        6 => Subject::Employees,
        7 => Subject::Administrators,
        _ => Subject::Everyone,
    }
}

/// A number for [`place`], with few departments.
fn raw_place() -> impl Strategy<Value = u16> {
    (0..5_u16, few()).prop_map(|(kind, few)| kind + 5 * (few % 4096))
}

/// The place that a number stands for: mostly none.
pub fn place(raw: u16, departments: usize) -> Option<Place> {
    match raw % 5 {
        0..3 => None,
        3 => Some(Place::Subject),
        _ => {
            let listed: Vec<DepartmentId> = bits(raw / 5, departments).map(department).collect();
            (!listed.is_empty()).then(|| Place::departments(listed))
        }
    }
}

/// An assignment to a subject in a place.
pub fn assignment(to: Subject, place: Option<Place>) -> Assignment {
    let mut assignment = Assignment::from(to);
    assignment.place = place.map(Word::Known);
    assignment
}

type RawRole = (Vec<(bool, u8, u16)>, Vec<(u8, usize, u16)>);
type RawRecord = (usize, Vec<(u8, usize)>, bool, Vec<(u8, usize)>, usize);

fn record((resource, owners, open, shares, variant): RawRecord) -> Record {
    // Some are unknown: beyond the users, departments and groups of the world.
    let owner = |(kind, nth): (u8, usize)| match kind % 3 {
        0 => Owner::Department(department(nth % MOST_DEPARTMENTS)),
        _ => Owner::User(user(nth % (MOST_USERS + 2))),
    };
    let share = |(kind, nth): (u8, usize)| match kind % 4 {
        0 => Share::User(user(nth % (MOST_USERS + 2))),
        1 => Share::Department(department(nth % MOST_DEPARTMENTS)),
        2 => Share::DepartmentSub(department(nth % MOST_DEPARTMENTS)),
        _ => Share::Group(group(nth % (GROUPS + 1))),
    };
    Record {
        resource: TYPES[resource].to_owned(),
        owners: owners.into_iter().map(owner).collect(),
        open,
        shared_with: shares.into_iter().map(share).collect(),
        variant: (variant <= VALUES).then(|| if variant == VALUES { VariantId::from(404) } else { value(variant) }),
    }
}

/// A random world: a forest of up to 12 departments, up to 8 users in none, one or several of them, heads and deputies,
/// groups, up to 6 roles, and records without, with unknown, several and department owners.
pub fn world() -> impl Strategy<Value = World> {
    let org = (
        vec(any::<u8>(), 0..=MOST_DEPARTMENTS),
        vec((few(), few(), few(), prop::bool::weighted(0.85), prop::bool::weighted(0.15)), 0..=MOST_USERS),
        vec(few(), 0..=GROUPS),
    );
    let schema = (vec(raw_action(), 1..=9), any::<u8>(), any::<[[u8; 8]; 3]>());
    let roles = vec(
        (
            vec((prop::bool::weighted(0.6), any::<u8>(), any::<u16>()), 9),
            vec((any::<u8>(), 0..64usize, raw_place()), 0..=3),
        ),
        0..=6,
    );
    let records = vec(
        (
            0..TYPES.len(),
            vec((any::<u8>(), 0..64usize), 0..=3),
            any::<bool>(),
            vec((any::<u8>(), 0..64usize), 0..=2),
            0..VALUES + 3,
        ),
        1..=10,
    );
    (org, schema, roles, records).prop_map(
        |((departments, users, groups), (actions, pools, meanings), roles, records)| World {
            document: document(&departments, &users, &groups, &section(&actions, pools, &meanings), &roles),
            records: records.into_iter().map(record).collect(),
        },
    )
}

fn document(
    departments: &[u8],
    users: &[(u16, u16, u16, bool, bool)],
    groups: &[u16],
    section: &Section,
    roles: &[RawRole],
) -> Document {
    let mut document = Document::new().section(section.clone()).delegation(Delegation::Contained);
    for (d, parent) in departments.iter().enumerate() {
        // Below an earlier department, or a root.
        let parent = usize::from(*parent) % (d + 1);
        let new = Department::new(department(d));
        document = document.department(if parent == d { new } else { new.parent(department(parent)) });
    }
    for (u, (member, head, deputy, active, admin)) in users.iter().enumerate() {
        let mut new = User::new(user(u));
        new.departments = bits(*member, departments.len()).map(department).map(Into::into).collect();
        new.heads = bits(*head, departments.len()).map(department).map(Into::into).collect();
        new.deputy_of = bits(*deputy, departments.len()).map(department).map(Into::into).collect();
        new.active = Some(*active);
        new.admin = *admin;
        document = document.user(new);
    }
    for (g, members) in groups.iter().enumerate() {
        let new = Group::new(group(g));
        document = document.group(bits(*members, users.len()).map(user).fold(new, Group::member));
    }
    for (r, (grants, subjects)) in roles.iter().enumerate() {
        let mut role = Role::new(RoleId::from(i64::try_from(r).unwrap()), "crm", format!("Role {r}"));
        let actions = section.resources.iter().flat_map(|resource| resource.actions.iter().map(move |a| (resource, a)));
        for ((resource, action), (given, number, by_variant)) in actions.zip(grants) {
            let permission = format!("{}.{}", resource.name, action.name);
            if *given {
                role = role.grant(permission.clone(), grant(action, *number));
            }
            if !action.toggle {
                role = varied(role, &permission, resource, action, *by_variant);
            }
        }
        for (kind, nth, raw) in subjects {
            let subject = subject(*kind, *nth, departments.len(), users.len(), groups.len());
            let assignment = assignment(subject, place(*raw, departments.len()));
            if !role.assigned_to.contains(&assignment) {
                role = role.assigned_to(assignment);
            }
        }
        document = document.role(role);
    }
    document
}

/// The role with levels of variants by a number: one in four of them has its own.
fn varied(role: Role, permission: &str, resource: &ResourceType, action: &Action, number: u16) -> Role {
    let own = resource.variants.iter().enumerate().filter(|(nth, _)| (number >> (2 * nth)).is_multiple_of(4));
    own.fold(role, |role, (nth, variant)| {
        let level = u8::try_from(number >> (6 + 3 * nth) & 7).unwrap();
        role.grant_variant(permission, variant.name.clone(), grant(action, level))
    })
}
