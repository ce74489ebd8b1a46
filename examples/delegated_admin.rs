//! Delegated administration: an administrator lets a head edit the roles of the webmail for his own people. The head
//! sets up a team, is refused when he reaches too far, and undoes a mistake. Run it with
//! `cargo run --example delegated_admin`.

use std::error::Error;
use std::fmt::Write;

use orgscope::document::{Action, Department, Document, Role, User};
use orgscope::log::AuditEntry;
use orgscope::{
    Command, Editor, Facts, Grant, Handle, Level, Permission, Policy, Receipt, Resource, Subject, UserId, presets,
};

/// A mailbox of one person.
struct Mailbox(UserId);

impl Resource for Mailbox {
    const TYPE: &'static str = "mailbox";

    fn facts(&self) -> Facts<'_> {
        Facts::owned_by(&self.0)
    }
}

/// The company, with the default roles of a webmail. The permission to manage them is levelled here, so that it reaches
/// only some people.
fn document() -> Document {
    let mut webmail = presets::webmail();
    for resource in &mut webmail.schema.sections[0].resources {
        if resource.name == "webmail_settings" {
            resource.actions =
                vec![Action::new("manage").levels([Level::Department, Level::DepartmentSub, Level::All])];
        }
    }
    for role in &mut webmail.roles {
        if role.locked {
            *role = role.clone().grant("webmail_settings.manage", Level::All);
        }
    }
    Document::new()
        .merge(webmail)
        .department(Department::new("acme").name("Acme"))
        .department(Department::new("sales").name("Sales").parent("acme"))
        .department(Department::new("north").name("Sales North").parent("sales"))
        .department(Department::new("support").name("Support").parent("acme"))
        .user(User::new("root").name("Root, the administrator").administrator())
        .user(User::new("sam").name("Sam, head of sales").member_of("sales").head_of("sales"))
        .user(User::new("nina").name("Nina, in the north").member_of("north"))
        .user(User::new("nick").name("Nick, in the north").member_of("north"))
        .user(User::new("tom").name("Tom, support").member_of("support"))
}

/// The application: a policy, a log, and a clock that is the same in every run.
struct Application {
    authz: Handle,
    log: Vec<AuditEntry>,
    text: String,
    minutes: u32,
}

impl Application {
    fn title(&mut self, title: &str) -> Result<(), Box<dyn Error>> {
        Ok(write!(self.text, "{}{title}\n\n", if self.text.is_empty() { "" } else { "\n\n" })?)
    }

    /// An editor for a user, at the current time.
    fn user(&mut self, user: &str) -> Editor<'_> {
        self.minutes += 1;
        self.authz.as_user(user).at(format!("2026-11-22T09:{:02}:00Z", self.minutes))
    }

    /// Applies a batch, appends its entry to the log, and prints its effect.
    fn apply(&mut self, user: &str, what: &str, commands: &[Command]) -> Result<Receipt, Box<dyn Error>> {
        let receipt = self.user(user).apply(commands)?;
        self.log.push(receipt.audit().clone());
        let people: Vec<String> = receipt.affected().users().map(ToString::to_string).collect();
        let people = if people.is_empty() { "nobody".to_owned() } else { people.join(", ") };
        writeln!(self.text, "{user} {what}.")?;
        writeln!(self.text, "  revision {}, for {people}", receipt.after().revision())?;
        Ok(receipt)
    }

    /// Prints the reason why a batch is refused.
    fn refused(&mut self, user: &str, what: &str, seen: u64, command: Command) -> Result<(), Box<dyn Error>> {
        let Err(refusal) = self.user(user).if_unchanged_since(seen).apply([command]) else {
            return Err(format!("{user} {what}: this should be refused").into());
        };
        writeln!(self.text, "{user} {what}.\n  {}: {refusal}", refusal.kind())?;
        Ok(())
    }

    /// Prints the users who may do this to each mailbox.
    fn reach(&mut self, action: &str) -> Result<(), Box<dyn Error>> {
        let snapshot = self.authz.load();
        let permission: Permission<Mailbox> = snapshot.schema().permission(action)?;
        for owner in ["sam", "nina", "nick", "tom"] {
            let mailbox = Mailbox(owner.into());
            let mut who: Vec<String> = snapshot.who_can(permission, &mailbox).map(ToString::to_string).collect();
            who.sort();
            writeln!(self.text, "  who may {action} the mailbox of {owner}: {}", who.join(", "))?;
        }
        Ok(())
    }
}

/// The story, as text.
pub(crate) fn story() -> Result<String, Box<dyn Error>> {
    let authz = Handle::new(Policy::from_document(document())?);
    let stored = authz.checkpoint();
    let mut app = Application { authz, log: Vec::new(), text: String::new(), minutes: 0 };

    app.title("THE ADMINISTRATOR DELEGATES")?;
    app.apply(
        "root",
        "clones the role of the supervisors, and lets sam edit roles for his people",
        &[
            Command::clone_role("webmail-supervisor", "mail-lead", "Mail lead"),
            Command::set_level("mail-lead", "mailbox.edit", Level::DepartmentSub),
            Command::set_level("mail-lead", "webmail_settings.manage", Level::DepartmentSub),
            Command::assign("mail-lead", Subject::user("sam")),
        ],
    )?;
    app.reach("edit")?;

    app.title("THE HEAD SETS UP A TEAM")?;
    let desk = Role::new("north-desk", "webmail", "North desk")
        .grant("mailbox.view", Level::Department)
        .grant("mailbox.connect", Grant::Allow)
        .assigned_to(Subject::department("north"));
    let set_up = [Command::create_role(desk)];
    let run = app.authz.as_user("sam").dry_run(&set_up)?;
    let seen_by = run.after().principal("nina").scope(run.after().schema().permission::<Mailbox>("view")?);
    writeln!(app.text, "Would nina see the mailbox of nick?  {}", seen_by.contains(&Mailbox("nick".into())))?;
    app.apply("sam", "creates a role for the desk of the north", &set_up)?;
    app.reach("view")?;

    app.title("HE IS REFUSED WHERE HE REACHES TOO FAR")?;
    let page = app.authz.load().revision();
    let assign = |subject| Command::assign("north-desk", subject);
    let view = |level| Command::set_level("north-desk", "mailbox.view", level);
    app.refused("sam", "hires somebody", page, Command::add_user(User::new("olga")))?;
    app.refused("nick", "helps himself", page, view(Level::All))?;
    app.refused("sam", "assigns the role to a user who does not exist", page, assign(Subject::user("olga")))?;
    app.refused("sam", "hides the administrators' role", page, Command::set_hidden("webmail-administrator", true))?;
    app.refused("sam", "assigns the role to tom", page, assign(Subject::user("tom")))?;
    app.refused("sam", "assigns it to all supervisors", page, assign(Subject::Supervisors))?;
    app.refused("sam", "lets the desk see everything", page, view(Level::All))?;
    app.refused("root", "deactivates the only administrator", page, Command::set_active("root", false))?;
    app.apply("root", "lets the desk see the departments below as well", &[view(Level::DepartmentSub)])?;
    app.refused("sam", "changes the same cell, on a page that he loaded before", page, view(Level::Deny))?;

    app.title("HE UNDOES A MISTAKE")?;
    let mistake = app.apply("sam", "deletes the role of the desk", &[Command::delete_role("north-desk")])?;
    app.reach("view")?;
    for command in mistake.undo() {
        writeln!(app.text, "  to undo it: {}", serde_json::to_string(command)?)?;
    }
    app.apply("sam", "undoes it", mistake.undo())?;
    app.reach("view")?;

    app.title("THE AUDIT TRAIL")?;
    for entry in &app.log {
        let (revision, at, by) = (entry.revision(), entry.at().unwrap_or_default(), entry.by());
        writeln!(app.text, "{revision}  {at}  {by}  {}…", &entry.hash().to_string()[..16])?;
        for command in entry.commands() {
            writeln!(app.text, "     {}", serde_json::to_string(command)?)?;
        }
    }
    let again = Handle::restore(stored, app.log)?;
    let same = again.checkpoint() == app.authz.checkpoint();
    writeln!(app.text, "\nThe first state and these entries restore the present state: {same}")?;
    Ok(app.text)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", story()?);
    Ok(())
}
