//! From facts back to commands, to undo a change.

use crate::document::{self, Command, Dates, Department, Group, Levels, User, Word};
use crate::policy::fact::{Change, DepartmentState, Fact, RoleState, UserState};
use crate::policy::schema::Schema;
use crate::policy::tenure::entry;
use crate::vocabulary::id::{DepartmentId, RoleId, UserId};
use crate::vocabulary::level::Level;
use crate::vocabulary::period::Tenure;
use crate::vocabulary::post::Post;
use crate::vocabulary::time::Time;

/// The commands for the facts of one command, or for their inverses.
pub(crate) fn commands(facts: &[Fact], schema: &Schema) -> Vec<Command> {
    // Removing something also removes everything that names it.
    if let Some(removal) = facts.iter().find_map(removal) {
        return vec![removal];
    }
    let mut commands: Vec<Command> = Vec::new();
    for fact in facts {
        let is_part = commands.first_mut().is_some_and(|coming| is_part_of(coming, fact, schema));
        if !is_part {
            push_commands(&mut commands, fact, schema);
        }
    }
    commands
}

/// The command for a fact that removes something.
fn removal(fact: &Fact) -> Option<Command> {
    match fact {
        Fact::Department(Change { key, after: None, .. }) => Some(Command::RemoveDepartment { id: key.clone() }),
        Fact::User(Change { key, after: None, .. }) => Some(Command::RemoveUser { id: key.clone() }),
        Fact::Group(Change { key, after: None, .. }) => Some(Command::RemoveGroup { id: key.clone() }),
        Fact::Role(Change { key, after: None, .. }) => Some(Command::DeleteRole { id: key.clone() }),
        Fact::Department(_)
        | Fact::User(_)
        | Fact::Group(_)
        | Fact::Role(_)
        | Fact::Post(_)
        | Fact::Member(_)
        | Fact::Cell(_)
        | Fact::Assignment(_) => None,
    }
}

/// Merges a fact into the command that adds the thing that the fact is a part of. Returns `false` if this command does
/// not.
fn is_part_of(coming: &mut Command, fact: &Fact, schema: &Schema) -> bool {
    match (coming, fact) {
        (Command::AddUser { id, departments, heads, deputy_of, .. }, Fact::Post(Change { key, after, .. }))
            if key.0 == *id =>
        {
            let list = match key.2 {
                Post::Member => departments,
                Post::Head => heads,
                Post::Deputy => deputy_of,
            };
            list.push(entry(key.1.clone(), *after));
        }
        (Command::AddGroup(group), Fact::Member(Change { key, after, .. })) if key.1 == group.id => {
            group.members.push(entry(key.0.clone(), *after));
        }
        (Command::CreateRole(role), Fact::Cell(Change { key: (id, case), after: Some(level), .. }))
            if *id == role.id =>
        {
            let word = Word::Known(schema.grant_of(case.action, *level));
            let name = schema.action_name(case.action);
            match schema.variant_name(*case) {
                None => _ = role.grants.insert(name, Levels::Alike(word)),
                Some(variant) => role.grants.entry(name).or_default().set(variant.to_owned(), word),
            }
        }
        (Command::CreateRole(role), Fact::Assignment(Change { key, after, .. })) if key.0 == role.id => {
            role.assigned_to.push(key.1.clone().written(after.period()));
        }
        (
            _,
            Fact::Department(_)
            | Fact::User(_)
            | Fact::Post(_)
            | Fact::Group(_)
            | Fact::Member(_)
            | Fact::Role(_)
            | Fact::Cell(_)
            | Fact::Assignment(_),
        ) => return false,
    }
    true
}

fn push_commands(commands: &mut Vec<Command>, fact: &Fact, schema: &Schema) {
    match fact {
        Fact::Department(change) => push_department(commands, change),
        Fact::User(change) => push_user(commands, change),
        Fact::Group(Change { key, before, after }) => commands.extend(after.as_ref().map(|state| match before {
            None => Command::AddGroup(Group { id: key.clone(), name: state.name.clone(), members: Vec::new() }),
            Some(_) => Command::RenameGroup { id: key.clone(), name: state.name.clone() },
        })),
        Fact::Role(change) => push_role(commands, change, schema),
        Fact::Post(Change { key: (user, department, post), after, .. }) => {
            let (user, department, there) = (user.clone(), department.clone(), after.is_there());
            let (from, until) = ends(*after);
            commands.push(match (post, there) {
                (Post::Member, true) => Command::JoinDepartment { user, department, from, until },
                (Post::Member, false) => Command::LeaveDepartment { user, department },
                (Post::Head, _) => Command::SetHead { user, department, head: there, from, until },
                (Post::Deputy, _) => Command::SetDeputy { user, department, deputy: there, from, until },
            });
        }
        Fact::Member(Change { key: (user, group), after, .. }) => {
            let (user, group) = (user.clone(), group.clone());
            let (from, until) = ends(*after);
            commands.push(if after.is_there() {
                Command::JoinGroup { user, group, from, until }
            } else {
                Command::LeaveGroup { user, group }
            });
        }
        Fact::Cell(Change { key: (role, case), after, .. }) => {
            let variant = schema.variant_name(*case).map(str::to_owned);
            // Beside the levels of variants, none is `deny`.
            let level = if variant.is_some() { *after } else { Some(after.unwrap_or(Level::Deny)) };
            commands.push(Command::SetLevel {
                role: role.clone(),
                permission: schema.action_name(case.action),
                variant,
                level: level.map(|level| Word::Known(schema.grant_of(case.action, level))),
            });
        }
        Fact::Assignment(Change { key: (role, assignment), after, .. }) => {
            let assignment = assignment.clone().written(after.period());
            commands.push(if after.is_there() {
                Command::assign(role.clone(), assignment)
            } else {
                Command::unassign(role.clone(), assignment)
            });
        }
    }
}

/// The ends of a tenure, as fields of a command.
fn ends(tenure: Tenure) -> (Option<Word<Time>>, Option<Word<Time>>) {
    Dates::fields(tenure.period().map(Into::into))
}

fn push_department(commands: &mut Vec<Command>, change: &Change<DepartmentId, Option<DepartmentState>>) {
    let Change { key, before, after: Some(DepartmentState { name, parent }) } = change else { return };
    let (id, name, parent) = (key.clone(), name.clone(), parent.clone());
    match before {
        None => commands.push(Command::AddDepartment(Department { id, name, parent })),
        Some(before) => {
            if before.name != name {
                commands.push(Command::RenameDepartment { id: id.clone(), name });
            }
            if before.parent != parent {
                commands.push(Command::MoveDepartment { id, parent });
            }
        }
    }
}

fn push_user(commands: &mut Vec<Command>, change: &Change<UserId, Option<UserState>>) {
    let Change { key, before, after: Some(UserState { name, active, admin }) } = change else { return };
    let name = name.as_deref().map(str::to_owned);
    match before {
        None => {
            let mut user = User::new(key.clone());
            (user.name, user.active) = (name, (!active).then_some(false));
            commands.push(Command::add_user(user));
        }
        Some(before) => {
            if before.name.as_deref() != name.as_deref() {
                commands.push(Command::RenameUser { id: key.clone(), name });
            }
            if before.active != *active {
                commands.push(Command::set_active(key.clone(), *active));
            }
        }
    }
    if before.as_ref().is_some_and(|before| before.admin) != *admin {
        commands.push(Command::set_administrator(key.clone(), *admin));
    }
}

fn push_role(commands: &mut Vec<Command>, change: &Change<RoleId, Option<RoleState>>, schema: &Schema) {
    let Change { key, before, after: Some(state) } = change else { return };
    match before {
        None => {
            let mut role =
                document::Role::new(key.clone(), schema.section(state.section).name.clone(), state.name.clone());
            (role.hidden, role.locked) = (state.hidden, state.locked);
            commands.push(Command::CreateRole(role));
        }
        Some(before) => {
            if before.name != state.name {
                commands.push(Command::rename_role(key.clone(), state.name.clone()));
            }
            if before.hidden != state.hidden {
                commands.push(Command::set_hidden(key.clone(), state.hidden));
            }
        }
    }
}
