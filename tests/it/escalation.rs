//! Who edits roles hands out no more than they have, and only where they reach.

use std::collections::{BTreeMap, BTreeSet};

use orgscope::document::{Action, Assignment, Delegation, Levels, Place, ResourceType, Role, Section, Word};
use orgscope::permission::AnyPermission;
use orgscope::reference::Reference;
use orgscope::rules::{RefusalKind, Rule};
use orgscope::{Command, DepartmentId, Document, Grant, Handle, Level, Owner, Policy, RoleId, Subject, Time, UserId};
use orgscope_testing::commands::{RawCommand, command};
use orgscope_testing::dated::{self, HOURS, dated_for_a_delegate, dates, holds, hour, period, plain, turns};
use orgscope_testing::managed::{
    Held, InVariant, Lacking, as_level, cell, everybody, gained, grants, is_administrator, is_in, is_inside,
    is_subject_inside, is_toggle, known, lacking, lacking_for_cell, listed, manage, managed_world, manages, needed,
    parts, reaches, values, variant_of, variants, ways,
};
use orgscope_testing::random::{self, Record, World};
use orgscope_testing::scaled;
use orgscope_testing::square::{decide, permissions};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::exhaustive::{assignments as each_assignment, company_of_places};

/// An accepted command of a delegate: the state before, and after.
struct Step {
    before: Policy,
    after: Policy,
}

/// The first user, who most often is one that manages, or another.
fn delegate(document: &Document, who: u8) -> UserId {
    let users = document.org.users.len().max(1);
    random::user(if who < 192 { 0 } else { usize::from(who) % users })
}

/// A command about roles, most often one that assigns a role or sets a level.
fn about_roles((kind, numbers): RawCommand) -> RawCommand {
    ([18, 19, 20, 21, 22, 23, 23, 24, 25, 25, 25, 25][usize::from(kind % 12)], numbers)
}

/// A command that gives something: most often one that assigns a role of the document in a period.
fn gift(world: &World, handle: &Handle, (kind, [a, b, c, d]): RawCommand, number: u32) -> Command {
    let (document, period) = (&world.document, period(number));
    let pick = |number: u8, len: usize| usize::from(number) % len.max(1);
    let of = |section: &Role| section.section == "crm";
    let roles: Vec<&Role> = document.roles.iter().filter(|role| of(role)).collect();
    let (Some(role), false) = (roles.get(pick(a, roles.len())), kind.is_multiple_of(5)) else {
        return dated::during(command(about_roles((kind, [a, b, c, d])), world, handle), period);
    };
    let departments = document.org.departments.len();
    let subject = match (c % 5, departments) {
        (0, 1..) => Subject::Department(random::department(pick(b, departments))),
        (1, _) => Subject::Supervisors,
        (2, _) => Subject::Employees,
        _ => Subject::User(random::user(pick(b, document.org.users.len()))),
    };
    let place = random::place(u16::from(d % 6) + 5 * (1 << (d / 6 % 12)), departments.max(1));
    let to = random::assignment(subject, place.filter(|_| departments > 0));
    dated::during(Command::assign(role.id.clone(), to), period)
}

/// Lets a user, who is no administrator, apply what they may of a batch about roles. Returns the batch command by
/// command, because each is judged on the state that those before it left.
fn accepted(world: &World, who: u8, raw: Vec<RawCommand>) -> Option<(UserId, Vec<Step>)> {
    let handle = Handle::new(world.policy());
    let document = handle.load().policy().to_document();
    let delegate = delegate(&document, who);
    if is_administrator(&document, &delegate) {
        return None;
    }
    let mut commands: Vec<Command> = raw.into_iter().map(|raw| command(about_roles(raw), world, &handle)).collect();
    while let Err(refusal) = handle.as_user(delegate.clone()).apply(&commands) {
        commands.remove(refusal.command()?);
    }
    let single = Handle::new(world.policy());
    let step = |command| {
        let before = single.load().policy().clone();
        single.as_host().force().apply([command]).unwrap();
        Step { before, after: single.load().policy().clone() }
    };
    let steps: Vec<Step> = commands.into_iter().map(step).collect();
    assert_eq!(single.load().policy().to_document(), handle.load().policy().to_document());
    Some((delegate, steps))
}

fn role<'d>(document: &'d Document, id: &RoleId) -> Option<&'d Role> {
    document.roles.iter().find(|role| role.id == *id)
}

fn assignments(role: Option<&Role>) -> &[Assignment] {
    role.map_or(&[], |role| &role.assigned_to)
}

/// All roles of a section before or after, as they were and as they are.
fn both<'d>(was: &'d Document, is: &'d Document, section: &str) -> Vec<(Option<&'d Role>, Option<&'d Role>)> {
    let mut ids: Vec<&RoleId> =
        was.roles.iter().chain(&is.roles).filter(|role| role.section == section).map(|role| &role.id).collect();
    ids.sort();
    ids.dedup();
    ids.into_iter().map(|id| (role(was, id), role(is, id))).collect()
}

/// All assignments through which a change of a role reaches anybody: all if it changes itself, else those that come or
/// go.
fn touched<'d>((was, is): (Option<&'d Role>, Option<&'d Role>)) -> Vec<&'d Assignment> {
    let itself = |role: &'d Role| (&role.name, role.hidden, &role.grants);
    let changed = was.map(itself) != is.map(itself);
    let (had, has) = (assignments(was), assignments(is));
    let gone = had.iter().filter(|it| changed || !has.contains(it));
    gone.chain(has.iter().filter(|it| changed || !had.contains(it))).collect()
}

/// The random records, and a closed one of each user and of each department.
fn records(world: &World, document: &Document, permission: &str) -> Vec<Record> {
    let resource = permission.split('.').next().unwrap();
    let users = document.org.users.iter().map(|user| Owner::User(user.id.clone()));
    let departments = document.org.departments.iter().map(|department| Owner::Department(department.id.clone()));
    let values = values(document, permission);
    let of = |owner: Owner| {
        values.iter().map(move |variant| Record {
            resource: resource.to_owned(),
            owners: vec![owner.clone()],
            open: false,
            shared_with: vec![],
            variant: variant.clone(),
        })
    };
    let random = world.records.iter().filter(|record| record.resource == resource).cloned();
    random.chain(users.chain(departments).flat_map(of)).collect()
}

/// Whether rule 1 applies to a permission of a section: in open mode to what the reach of delegates rests on.
fn is_contained(policy: &Policy, section: &str, permission: &str) -> bool {
    let document = policy.to_document();
    let Some(manage) = manage(policy, section) else { return true };
    document.delegation == Word::Known(Delegation::Contained)
        || (matches!(manage, AnyPermission::Levelled(_))
            && needed(&document, &policy.schema().name(manage).unwrap()).iter().any(|it| it == permission))
}

fn nothing_escapes(world: &World, delegate: &UserId, step: &Step) {
    let (was, is) = (step.before.to_document(), step.after.to_document());
    assert_eq!((&was.schema, &was.org), (&is.schema, &is.org));
    // Locked roles are as they were.
    for locked in was.roles.iter().filter(|role| role.locked) {
        assert_eq!(role(&is, &locked.id), Some(locked));
    }
    for section in step.before.schema().sections() {
        let roles = both(&was, &is, section);
        if !manages(&step.before, delegate, section) {
            let same = roles.iter().all(|(was, is)| was == is);
            assert!(same, "{delegate:?} does not manage section {section}");
            continue;
        }
        // Roles change only where all who have them are within reach.
        let is_inside = |to: &&Assignment| is_inside(&step.before, section, delegate, to);
        for to in roles.iter().flat_map(|role| touched(*role)) {
            assert!(is_inside(&to), "{to:?} is outside");
        }
        let names: Vec<String> =
            step.before.schema().permissions(section).filter_map(|it| step.before.schema().name(it)).collect();
        for permission in names.iter().filter(|it| is_contained(&step.before, section, it)) {
            for variant in variants(&was, permission) {
                cells_are_covered(delegate, &was, &roles, (permission, variant));
                gains_are_covered(world, delegate, (&was, &is), (permission, variant));
            }
        }
        // The same, seen from the people: whoever has other grants is in a subject that is inside.
        let possible: Vec<&Assignment> =
            roles.iter().flat_map(|(was, is)| assignments(*was).iter().chain(assignments(*is))).collect();
        for user in everybody() {
            let differ = |it: &String, variant| grants(&was, &user, it, variant) != grants(&is, &user, it, variant);
            let other = names.iter().any(|it| variants(&was, it).into_iter().any(|variant| differ(it, variant)));
            let by = |to: &&&Assignment| is_in(&was, &known(&to.to), &user) && is_inside(to);
            assert!(!other || possible.iter().any(|to| by(&to)), "{user:?} is out of reach");
        }
    }
    if was.delegation == Word::Known(Delegation::Contained) {
        gains_nothing(world, delegate, step);
    }
}

/// What is new in a cell, or new to an assignment, is covered by the delegate's grants.
fn cells_are_covered(
    delegate: &UserId,
    document: &Document,
    roles: &[(Option<&Role>, Option<&Role>)],
    (permission, variant): (&str, InVariant<'_>),
) {
    for (was, is) in roles {
        let (had, has) = (cell(*was, permission, variant), cell(*is, permission, variant));
        let is_raised = !gained(had, has).is_empty();
        let new = assignments(*is).iter().filter(|to| is_raised || !assignments(*was).contains(to));
        for to in new {
            let lacking = lacking(document, delegate, (permission, variant), has, to);
            assert_eq!(lacking, [], "{delegate:?} gives `{has}` for `{permission}` to {to:?}");
        }
    }
}

/// Whoever gains a part of a level, or a record, gains it by grants that those of the delegate cover. Requirements are
/// permissions of their own.
fn gains_are_covered(
    world: &World,
    delegate: &UserId,
    (was, is): (&Document, &Document),
    (permission, variant): (&str, InVariant<'_>),
) {
    let own = grants(was, delegate, permission, variant);
    let mut records = records(world, is, permission);
    records.retain(|record| variant_of(is, permission, record) == variant);
    for user in everybody() {
        let (had, has) = (grants(was, &user, permission, variant), grants(is, &user, permission, variant));
        if had == has {
            continue;
        }
        let everywhere = |grants: &[Held], part| grants.iter().any(|it| it.has(part) && !it.has_place());
        for part in "SDTOA".chars().filter(|part| !everywhere(&had, *part) && everywhere(&has, *part)) {
            let is_free = "SO".contains(part) || is_toggle(was, permission);
            let has_it = everywhere(&own, part) || (is_free && own.iter().any(|held| held.has(part)));
            assert!(has_it, "{user:?} gained {part} of `{permission}`");
        }
        for record in &records {
            let gained = ways(is, &user, permission, &has, record);
            if gained.is_empty() || !ways(was, &user, permission, &had, record).is_empty() {
                continue;
            }
            for held in gained {
                let (level, to) = held.by.as_ref().expect("no command about roles changes a floor or a bypass");
                let lacking = lacking(was, delegate, (permission, variant), *level, to);
                assert_eq!(lacking, [], "{user:?} gained {record:?} for `{permission}` by {held:?}");
                // In departments that do not depend on who is there, the delegate reaches what is reached.
                let is_listed = match to.place.as_ref().map(known) {
                    Some(Place::Departments(_)) => true,
                    Some(Place::Subject) => matches!(known(&to.to), Subject::Department(_) | Subject::DepartmentSub(_)),
                    _ => false,
                };
                let is_theirs = record.owners.contains(&Owner::User(user.clone())) || record.owners.is_empty();
                if is_listed && !is_theirs && !record.open && record.shared_with.is_empty() {
                    let is_reached = own.iter().any(|held| reaches(was, delegate, permission, held, record));
                    assert!(is_reached, "{user:?} gained {record:?} for `{permission}`, which {delegate:?} has not");
                }
            }
        }
    }
}

/// The delegate gets nothing for any record.
fn gains_nothing(world: &World, delegate: &UserId, Step { before, after }: &Step) {
    let document = before.to_document();
    for permission in permissions(before) {
        let name = before.schema().name(permission).unwrap();
        for record in records(world, &document, &name) {
            let [was, is] =
                [before, after].map(|it| decide(Reference::new(it), delegate, permission, &record.as_any()));
            assert!(was || !is, "{delegate:?} gained {record:?} for `{name}`");
        }
    }
}

/// The section whose roles a command edits, or its refusal because the actor may not edit them at all, or not this one.
fn edited(document: &Document, policy: &Policy, actor: &UserId, command: &Command) -> Result<String, RefusalKind> {
    let (named, section) = match command {
        Command::CreateRole(new) => (None, new.section.clone()),
        Command::SetLevelForAllRoles { section, .. } => (None, section.clone()),
        Command::CloneRole { from: id, .. }
        | Command::RenameRole { id, .. }
        | Command::DeleteRole { id }
        | Command::SetHidden { role: id, .. }
        | Command::SetLevel { role: id, .. }
        | Command::Assign { role: id, .. }
        | Command::Unassign { role: id, .. } => {
            let role = role(document, id).unwrap();
            (Some(role), role.section.clone())
        }
        other => unreachable!("{other:?} is not about roles"),
    };
    let creates_locked = matches!(command, Command::CreateRole(new) if new.locked);
    if creates_locked || !manages(policy, actor, &section) {
        return Err(RefusalKind::NotPermitted);
    }
    if named.is_some_and(|role| role.locked) && !matches!(command, Command::CloneRole { .. }) {
        return Err(RefusalKind::LockedRole);
    }
    Ok(section)
}

/// The refusal of a valid command by the rules for delegates as they are written, whatever the code that refuses.
fn expected(document: &Document, policy: &Policy, actor: &UserId, command: &Command) -> Option<RefusalKind> {
    let section = match edited(document, policy, actor, command) {
        Ok(section) => section,
        Err(refused) => return Some(refused),
    };
    let is_outside = |to: &Assignment| !is_inside(policy, &section, actor, to);
    if reached(document, command).iter().any(|(_, to)| is_outside(to)) {
        return Some(RefusalKind::OutsideReach);
    }
    let contained = |it: &str| is_contained(policy, &section, it);
    let exceeds = given(document, command)
        .iter()
        .any(|given| contained(&given.permission) && !given.lacking(document, actor, command).is_empty());
    exceeds.then_some(RefusalKind::ExceedsOwnLevel)
}

/// The same in a company with periods, at the instant of the state.
fn expected_at(document: &Document, now: Option<Time>, actor: &UserId, command: &Command) -> Option<RefusalKind> {
    let present = plain(document, now);
    let policy = Policy::from_document(present.clone()).unwrap();
    let section = match edited(&present, &policy, actor, command) {
        Ok(section) => section,
        Err(refused) => return Some(refused),
    };
    // Inside is what is inside now. The members of a group are all who are stated.
    let is_levelled = matches!(manage(&policy, &section), Some(AnyPermission::Levelled(_)));
    let is_outside = |to: &Assignment| {
        let members = match known(&to.to) {
            Subject::Group(id) => document.org.groups.iter().find(|group| group.id == id).map(|group| &group.members),
            _ => None,
        };
        match members {
            Some(members) if is_levelled && !members.is_empty() => {
                let mut parts: Vec<Subject> = members.iter().map(|member| Subject::User(member.id.clone())).collect();
                parts.extend(listed(to).into_iter().map(Subject::DepartmentSub));
                !parts.iter().all(|part| is_subject_inside(&policy, &section, actor, part))
            }
            _ => !is_inside(&policy, &section, actor, to),
        }
    };
    if reached(document, command).iter().any(|(_, to)| is_outside(to)) {
        return Some(RefusalKind::OutsideReach);
    }
    // Every instant at which anything begins or ends, from now on.
    let ends = match command {
        Command::Assign { from, until, .. } => [from, until].into_iter().flatten().map(known).collect(),
        Command::CreateRole(new) => turns(&Document::new().role(new.clone())),
        _ => Vec::new(),
    };
    let all = turns(document).into_iter().chain(ends).map(Some).filter(|turn| *turn > now);
    let instants: Vec<Option<Time>> = [now, Some(now.unwrap_or(Time::MIN))].into_iter().chain(all).collect();
    let exceeds = |Given { role: id, permission, variant, level, to }: &Given| {
        let case = (permission.as_str(), variant.as_deref());
        let lacks = |to: &Assignment| {
            let same = |other: &&Assignment| known(&other.to) == known(&to.to) && sorted(other) == sorted(to);
            let before = match command {
                Command::Assign { .. } => assignments(role(document, id)).iter().find(same),
                _ => None,
            };
            let given = instants.iter().filter(|instant| {
                holds(to.dates.as_deref(), **instant)
                    && !before.is_some_and(|before| holds(before.dates.as_deref(), **instant))
            });
            let mut undated = to.clone();
            undated.dates = None;
            given
                .into_iter()
                .any(|instant| !lacking(&plain(document, *instant), actor, case, *level, &undated).is_empty())
        };
        let is_raised = !matches!(command, Command::Assign { .. });
        (is_raised && !lacking_for_cell(&present, actor, case, *level, &[]).is_empty()) || to.iter().any(lacks)
    };
    let given = given(document, command);
    let contained = given.iter().filter(|given| is_contained(&policy, &section, &given.permission));
    contained.into_iter().any(exceeds).then_some(RefusalKind::ExceedsOwnLevel)
}

/// The place of an assignment, as a set.
fn sorted(to: &Assignment) -> Option<(bool, BTreeSet<DepartmentId>)> {
    to.place.as_ref().map(|place| match known(place) {
        Place::Departments(listed) => (true, listed.iter().cloned().collect()),
        _ => (false, BTreeSet::new()),
    })
}

/// The roles that a command edits, deletes, assigns or unassigns, each with the assignments that must be inside for it.
fn reached(document: &Document, command: &Command) -> Vec<(RoleId, Assignment)> {
    let of = |id: &RoleId, to: &[Assignment]| to.iter().map(|to| (id.clone(), to.clone())).collect();
    match command {
        Command::Assign { role, subject: to, place, .. } | Command::Unassign { role, subject: to, place } => {
            of(role, &[assignment(to, place.as_ref())])
        }
        Command::CreateRole(new) => of(&new.id, &new.assigned_to),
        Command::RenameRole { id, .. }
        | Command::DeleteRole { id }
        | Command::SetHidden { role: id, .. }
        | Command::SetLevel { role: id, .. } => of(id, assignments(role(document, id))),
        Command::SetLevelForAllRoles { section, permissions, .. } if !permissions.is_empty() => {
            let theirs = document.roles.iter().filter(|role| role.section == *section && !role.locked);
            theirs.flat_map(|role| of(&role.id, &role.assigned_to)).collect::<Vec<_>>()
        }
        _ => vec![],
    }
}

fn assignment(to: &Word<Subject>, place: Option<&Word<Place>>) -> Assignment {
    random::assignment(known(to), place.map(known))
}

/// A level that a command gives to assignments: by raising a cell, or by assigning its role.
struct Given {
    role: RoleId,
    permission: String,
    variant: Option<String>,
    level: Level,
    to: Vec<Assignment>,
}

impl Given {
    fn lacking(&self, document: &Document, actor: &UserId, command: &Command) -> Lacking {
        let Self { permission, variant, level, to, .. } = self;
        let case = (permission.as_str(), variant.as_deref());
        if matches!(command, Command::Assign { .. }) {
            lacking(document, actor, case, *level, &to[0])
        } else {
            lacking_for_cell(document, actor, case, *level, to)
        }
    }
}

/// The role after a command that sets levels, which is valid.
fn after_levels(was: &Role, permissions: &[String], variant: InVariant<'_>, level: Option<&Word<Grant>>) -> Role {
    let mut role = was.clone();
    for permission in permissions {
        let old = role.grants.remove(permission).unwrap_or_default();
        let (default, mut variants) = match old {
            Levels::Alike(word) => (Some(word), BTreeMap::new()),
            Levels::ByVariant { default, variants } => (default, variants),
        };
        let levels = match (variant, level) {
            (None, level) => Levels::ByVariant { default: level.cloned(), variants },
            (Some(variant), Some(level)) => {
                variants.insert(variant.to_owned(), level.clone());
                Levels::ByVariant { default, variants }
            }
            (Some(variant), None) => {
                variants.remove(variant);
                Levels::ByVariant { default, variants }
            }
        };
        role.grants.insert(permission.clone(), levels);
    }
    role
}

/// All that a command gives.
fn given(document: &Document, command: &Command) -> Vec<Given> {
    let of = |was: &Role, is: &Role, permission: &String, to: &[Assignment]| -> Vec<Given> {
        let given = |variant: InVariant<'_>| {
            let (had, has) = (cell(Some(was), permission, variant), cell(Some(is), permission, variant));
            (!gained(had, has).is_empty()).then(|| Given {
                role: is.id.clone(),
                permission: permission.clone(),
                variant: variant.map(str::to_owned),
                level: has,
                to: to.to_vec(),
            })
        };
        variants(document, permission).into_iter().filter_map(given).collect()
    };
    let empty = |role: &Role| {
        let mut empty = role.clone();
        empty.grants.clear();
        empty
    };
    match command {
        Command::Assign { role: id, subject, place, from, until } => {
            let mut to = assignment(subject, place.as_ref());
            to.dates = dates(from.as_ref(), until.as_ref());
            let role = role(document, id).unwrap();
            role.grants.keys().flat_map(|it| of(&empty(role), role, it, std::slice::from_ref(&to))).collect()
        }
        Command::CreateRole(new) => {
            new.grants.keys().flat_map(|it| of(&empty(new), new, it, &new.assigned_to)).collect()
        }
        Command::SetLevel { role: id, permission, variant, level } => {
            let was = role(document, id).unwrap();
            let is = after_levels(was, std::slice::from_ref(permission), variant.as_deref(), level.as_ref());
            of(was, &is, permission, &was.assigned_to)
        }
        Command::SetLevelForAllRoles { section, permissions, variant, level } => {
            let theirs = document.roles.iter().filter(|role| role.section == *section && !role.locked);
            let each = theirs.flat_map(|was| {
                let mut was_alike = was.clone();
                if variant.is_none() {
                    // All records alike: variants lose their own levels.
                    was_alike.grants.retain(|it, _| !permissions.contains(it));
                }
                let is = after_levels(&was_alike, permissions, variant.as_deref(), level.as_ref());
                permissions.iter().flat_map(|it| of(was, &is, it, &was.assigned_to)).collect::<Vec<_>>()
            });
            each.collect()
        }
        _ => vec![],
    }
}

proptest! {
    #![proptest_config(random::worlds(4_000))]

    #[test]
    fn no_escalation(world in managed_world(), who in any::<u8>(), raw in vec(any::<RawCommand>(), 1..16)) {
        if let Some((delegate, steps)) = accepted(&world, who, raw) {
            for step in &steps {
                nothing_escapes(&world, &delegate, step);
            }
        }
    }

    /// A command is refused by the rules for delegates if, and only if, they say so as they are written.
    #[test]
    fn no_rule_is_too_strict(world in managed_world(), who in any::<u8>(), raw in any::<RawCommand>()) {
        let handle = Handle::new(world.policy());
        let policy = world.policy();
        let document = policy.to_document();
        let delegate = delegate(&document, who);
        let is_active = document.org.users.iter().any(|user| user.id == delegate && user.active != Some(false));
        if is_administrator(&document, &delegate) || !is_active {
            return Ok(());
        }
        let command = command(about_roles(raw), &world, &handle);
        if handle.as_host().force().dry_run([command.clone()]).is_err() {
            return Ok(());
        }
        let expected = expected(&document, &policy, &delegate, &command);
        let verdict = handle.as_user(delegate.clone()).dry_run([command.clone()]);
        let Err(refusal) = verdict else {
            prop_assert_eq!(expected, None);
            return Ok(());
        };
        let kind = Some(refusal.kind()).filter(|kind| *kind != RefusalKind::WouldLockOut);
        prop_assert_eq!(kind, expected, "{}", refusal);
        match refusal.rule() {
            Rule::OwnLevel { role: id, permission, variant, level, own, at, assigned, delegation, .. } => {
                prop_assert_eq!(Word::Known(*delegation), document.delegation.clone());
                prop_assert_eq!(*assigned, matches!(command, Command::Assign { .. }));
                let given = given(&document, &command);
                let given = given.iter().find(|it| {
                    (&it.role, &it.permission, &it.variant) == (id, permission, variant)
                }).unwrap();
                prop_assert_eq!(given.level, as_level(*level));
                let told = (at.clone(), parts(as_level(*own)).to_owned());
                let lacking = given.lacking(&document, &delegate, &command);
                prop_assert!(lacking.contains(&told), "{:?} is none of {:?}", told, lacking);
                handle.as_host().force().apply([command.clone()]).unwrap();
                let now = handle.load().policy().to_document();
                prop_assert_eq!(cell(role(&now, id), permission, variant.as_deref()), as_level(*level));
            }
            Rule::Reach { role: id, subject, member, department, manage, level, .. } => {
                let section = document.schema.sections.iter().find(|section| section.manage.as_ref() == Some(manage));
                let section = section.unwrap().name.as_str();
                let token = policy.schema().any_permission(manage).unwrap();
                prop_assert_eq!(Reference::new(&policy).level(&delegate, token), *level);
                let is_inside = |subject: &Subject| is_subject_inside(&policy, section, &delegate, subject);
                // What is told is out of reach: the department of a place, a member of a group, or the subject.
                let told = match (department, member) {
                    (Some(department), _) => Subject::DepartmentSub(department.clone()),
                    (None, Some(member)) => Subject::User(member.clone()),
                    (None, None) => subject.clone(),
                };
                prop_assert!(!is_inside(&told));
                prop_assert_eq!(is_inside(subject), department.is_some());
                prop_assert!(member.as_ref().is_none_or(|member| is_in(&document, subject, member)));
                // And it is of an assignment that the command must reach.
                let is_told = |(role, to): &(RoleId, Assignment)| {
                    role == id
                        && known(&to.to) == *subject
                        && department.as_ref().is_none_or(|department| listed(to).contains(department))
                };
                prop_assert!(reached(&document, &command).iter().any(is_told));
            }
            Rule::Locked { role: id } => prop_assert!(role(&document, id).unwrap().locked),
            _ => {}
        }
    }

    /// The same with periods, at any instant: a delegate gives nothing for longer than they have it.
    #[test]
    fn nothing_is_given_for_longer_than_it_is_had(
        world in managed_world(), seed in any::<u64>(), who in any::<u8>(), at in -1..HOURS + 2,
        raw in any::<RawCommand>(), number in any::<u32>(),
    ) {
        let world = dated_for_a_delegate(world, seed);
        let handle = Handle::new(world.policy());
        if at >= 0 {
            handle.advance(hour(at));
        }
        let (document, now) = (handle.load().policy().to_document(), handle.load().instant());
        let delegate = delegate(&document, who);
        let is_active = document.org.users.iter().any(|user| user.id == delegate && user.active != Some(false));
        let command = gift(&world, &handle, raw, number);
        let is_valid = handle.as_host().force().dry_run([command.clone()]).is_ok();
        if is_administrator(&document, &delegate) || !is_active || !is_valid {
            return Ok(());
        }
        let verdict = handle.as_user(delegate.clone()).dry_run([command.clone()]);
        let kind = verdict.as_ref().err().map(orgscope::Refusal::kind).filter(|kind| *kind != RefusalKind::WouldLockOut);
        prop_assert_eq!(kind, expected_at(&document, now, &delegate, &command), "{:?}", command);
        // If it is told from when on, everything is covered before.
        if let Err(Some(Rule::OwnLevel { from: Some(from), .. })) = verdict.as_ref().map_err(|it| Some(it.rule())) {
            prop_assert!(Some(*from) > now);
        }
    }

    /// The grants in the model of these rules are those of the reference.
    #[test]
    fn the_rules_rest_on_the_grants_of_the_reference(world in managed_world()) {
        let policy = world.policy();
        let document = policy.to_document();
        for permission in permissions(&policy) {
            let name = policy.schema().name(permission).unwrap();
            for user in everybody() {
                let of = |variant| {
                    let held = |it: String| (it.clone(), grants(&document, &user, &it, variant));
                    (variant, needed(&document, &name).into_iter().map(held).collect::<Vec<_>>())
                };
                let all: Vec<_> = variants(&document, &name).into_iter().map(of).collect();
                for record in records(&world, &document, &name) {
                    let variant = variant_of(&document, &name, &record).filter(|_| !is_toggle(&document, &name));
                    let (_, all) = all.iter().find(|(other, _)| *other == variant).unwrap();
                    let may = all.iter().all(|(it, grants)| !ways(&document, &user, it, grants, &record).is_empty());
                    let decided = decide(Reference::new(&policy), &user, permission, &record.as_any());
                    prop_assert_eq!(may, decided, "{:?} {} {:?}", user, name, record);
                }
            }
        }
    }
}

/// Every level that a delegate has by one assignment, and every level that they would give by another, in every place of
/// two departments: exactly what is covered is accepted.
#[test]
fn all_that_is_covered_may_be_assigned() {
    let open: Vec<(String, Level, Level)> = Level::EACH
        .into_iter()
        .flat_map(|own| Level::EACH.into_iter().map(move |level| (own.to_string(), own, level)))
        .collect();
    let closed = [Level::Own, Level::Department, Level::DepartmentSub, Level::All];
    let cells = open.into_iter().chain(closed.map(|level| ("closed".to_owned(), Level::All, level)));
    let cells: Vec<(String, Level, Level)> = cells.collect();
    // An action for each level of the delegate, and a role for each that would be given for it.
    let actions = Level::EACH.into_iter().map(|level| Action::new(level.to_string()));
    let contact = actions.fold(ResourceType::new("contact"), ResourceType::action);
    let settings = ResourceType::new("settings").action(Action::toggle("manage"));
    let section = Section::new("crm").managed_by("settings.manage").resource(settings);
    let section = section.resource(contact.action(Action::new("closed").levels(closed)));
    let manager = Role::new("manager", "crm", "Manager").grant("settings.manage", Grant::Allow);
    let base = Document::new().section(section).role(manager.assigned_to(Subject::user(0)));
    let id = |(action, _, level): &(String, Level, Level)| format!("{action}|{level}");
    let base = cells.iter().fold(base, |document, cell @ (action, _, level)| {
        document.role(Role::new(id(cell), "crm", id(cell)).grant(format!("contact.{action}"), *level))
    });
    let own = cells
        .iter()
        .fold(Role::new("own", "crm", "Own"), |role, (action, own, _)| role.grant(format!("contact.{action}"), *own));
    // A member of the upper department, of the lower one, who heads the lower one, and who is deputy of the upper one
    // and head of the lower one.
    let worlds = each_assignment().into_iter().flat_map(|by| [1, 2, 9, 24].map(|posts| (by.clone(), posts)));
    let whole = u32::try_from(worlds.clone().count()).unwrap();
    let step = usize::try_from(whole / scaled(whole).min(whole)).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for (by, posts) in worlds.step_by(step) {
        let document = company_of_places(base.clone().role(own.clone().assigned_to(by.clone())), Some(0), posts);
        let handle = Handle::new(Policy::from_document(document).unwrap());
        let (document, delegate) = (handle.load().policy().to_document(), UserId::from(0));
        for (cell @ (action, _, level), to) in
            cells.iter().flat_map(|cell| each_assignment().into_iter().map(move |to| (cell, to)))
        {
            let lacking = lacking(&document, &delegate, (&format!("contact.{action}"), None), *level, &to);
            let verdict = handle.as_user(0).dry_run([Command::assign(id(cell), to.clone())]).map(|_| ());
            assert_eq!(verdict.is_ok(), lacking.is_empty(), "`{action}` by {by:?}, `{level}` to {to:?}: {verdict:?}");
            (accepted, refused) = (accepted + u64::from(lacking.is_empty()), refused + u64::from(!lacking.is_empty()));
        }
    }
    assert!(accepted > refused / 10 && refused > accepted / 10, "{accepted} accepted, {refused} refused");
}

/// The same for periods: in a share of the worlds, it is a later instant that decides.
#[test]
fn later_instants_do_decide() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let strategy = (managed_world(), any::<u64>(), any::<RawCommand>(), any::<u32>(), 0..HOURS);
    let (worlds, mut given, mut later) = (scaled(4_000), 0, 0);
    for _ in 0..worlds {
        let (world, seed, raw, number, at) = strategy.new_tree(&mut runner).unwrap().current();
        let world = dated_for_a_delegate(world, seed);
        let handle = Handle::new(world.policy());
        handle.advance(hour(at));
        let command = gift(&world, &handle, raw, number);
        match handle.as_user(random::user(0)).dry_run([command]) {
            Ok(_) => given += 1,
            Err(refusal) => later += u32::from(matches!(refusal.rule(), Rule::OwnLevel { from: Some(_), .. })),
        }
    }
    assert!(given > worlds / 10 && later > worlds / 60, "{worlds} worlds: {given} accepted, {later} refused for later");
}

/// How often the properties above are about something: a share of the worlds must have delegates whose batches are
/// accepted and change somebody's grants.
#[test]
fn the_random_delegates_do_change_things() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let strategy = (managed_world(), any::<u8>(), vec(any::<RawCommand>(), 1..16));
    let (worlds, mut batches, mut effective, mut levelled, mut placed, mut varied) = (scaled(1_000), 0, 0, 0, 0, 0);
    for _ in 0..worlds {
        let (world, who, raw) = strategy.new_tree(&mut runner).unwrap().current();
        let Some((_, steps)) = accepted(&world, who, raw) else { continue };
        let [Some(first), Some(last)] = [steps.first(), steps.last()] else { continue };
        batches += 1;
        let (was, is) = (first.before.to_document(), last.after.to_document());
        let names = permissions(&first.before).into_iter().filter_map(|it| first.before.schema().name(it));
        varied += u32::from(names.clone().any(|it| {
            variants(&was, &it).into_iter().flatten().any(|variant| {
                let of = |document, user| grants(document, user, &it, Some(variant));
                everybody().iter().any(|user| of(&was, user) != of(&is, user))
            })
        }));
        let mut others = names.flat_map(|it| {
            let other = |user: &UserId| (grants(&was, user, &it, None), grants(&is, user, &it, None));
            everybody().iter().map(other).collect::<Vec<_>>()
        });
        let changed = others.clone().any(|(had, has)| had != has);
        effective += u32::from(changed);
        levelled += u32::from(changed && matches!(manage(&first.before, "crm"), Some(AnyPermission::Levelled(_))));
        placed += u32::from(others.any(|(had, has)| has.iter().any(|held| held.has_place() && !had.contains(held))));
    }
    assert!(
        batches > worlds / 5 && effective > worlds * 3 / 50 && levelled > worlds / 50 && placed >= worlds / 100,
        "{worlds} worlds: {batches} batches, {effective} changes, {levelled} of them levelled, {placed} with places"
    );
    assert!(varied >= worlds / 100, "{worlds} worlds: {varied} changes of variants");
}
