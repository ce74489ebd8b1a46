//! The mailboxes of a company: who sees them, who changes their settings, who reads the mail, and what changes when
//! somebody is hired. Run it with `cargo run --example webmail`.

mod support {
    pub(crate) mod access;
    pub(crate) mod table;
}

use std::error::Error;
use std::fmt::Write;
use std::slice;

use orgscope::document::User;
use orgscope::id::RecordId;
use orgscope::world::{World, document};
use orgscope::{Facts, Handle, Owner, Policy, Resource, Share};
use support::access::{self, Listed, join, reach, why};
use support::table::table;

const LEGEND: &str = "✎ may see it and change its settings   ✓ may see it   · neither   → shared with";

/// A connected mailbox of this application: of a person or a department, and perhaps shared.
struct Mailbox {
    id: RecordId,
    owners: Vec<Owner>,
    shared_with: Vec<Share>,
}

impl Resource for Mailbox {
    const TYPE: &'static str = "mailbox";

    fn facts(&self) -> Facts<'_> {
        Facts::owned_by_each(&self.owners).shared_with_each(&self.shared_with)
    }
}

impl Mailbox {
    /// Converts a record of the file. Returns `None` if it is not a mailbox.
    fn from_record(record: &document::Record) -> Option<Self> {
        let owners = record.each_owner().collect();
        let id = record.id.clone().filter(|_| record.resource == Self::TYPE)?;
        Some(Self { id, owners, shared_with: record.shared_with.clone() })
    }
}

impl Listed for Mailbox {
    fn id(&self) -> &RecordId {
        &self.id
    }

    fn whose(&self) -> String {
        access::whose(&self.owners, false, &self.shared_with)
    }
}

/// The story, as text.
pub(crate) fn story() -> Result<String, Box<dyn Error>> {
    let file: document::World = serde_json::from_str(include_str!("data/webmail.json"))?;
    let mut people = file.document.org.users.clone();
    let world = World::from_document(file)?;
    let mailboxes: Vec<_> = world.records().filter_map(Mailbox::from_record).collect();
    let mailbox = |id: &str| {
        let found = mailboxes.iter().find(|mailbox| mailbox.id.as_text() == Some(id));
        found.ok_or_else(|| format!("there is no mailbox `{id}`"))
    };

    // At start-up: a misspelt action fails here, and not in a request.
    let authz = Handle::new(world.policy().clone());
    let view = authz.permission::<Mailbox>("view")?;
    let edit = authz.permission::<Mailbox>("edit")?;
    let read_mail = authz.permission::<Mailbox>("read_mail")?;
    let connect = authz.toggle("mailbox.connect")?;
    let manage = authz.toggle("webmail_settings.manage")?;

    // One snapshot for the whole request, so that all its answers come from one state of the company.
    let snapshot = authz.load();

    let mut text = "WHO SEES WHICH MAILBOX, AND WHO CHANGES ITS SETTINGS\n\n".to_owned();
    writeln!(text, "{}", reach(&snapshot, [view, edit], &mailboxes, &people, LEGEND))?;
    for (question, permission, id) in [
        ("A supervisor sees the mailboxes of the team. Who may see m-nick:", view, "m-nick"),
        ("Seeing is not changing. Who may change the settings of m-nick:", edit, "m-nick"),
        ("Managing a mailbox is not reading the mail. Who may read the mail of m-nick:", read_mail, "m-nick"),
        ("A mailbox of a department, shared with a group. Who may see m-info:", view, "m-info"),
        ("And who may read its mail:", read_mail, "m-info"),
    ] {
        writeln!(text, "\n{}", why(&snapshot, question, permission, mailbox(id)?, &people))?;
    }

    writeln!(text, "\n\nWHOSE MAIL EACH PERSON READS, AND WHO CONNECTS MAILBOXES AND MANAGES ROLES\n")?;
    let mut rights = table(["", "name", "reads the mail of", "connects", "manages"]);
    for User { id, name, .. } in &people {
        let principal = snapshot.principal(id);
        let mail = principal.scope(read_mail);
        let mail = join(mail.filter(&mailboxes).map(|mailbox| &mailbox.id));
        let toggles = [connect, manage].map(|toggle| principal.check(toggle, &()).is_allow());
        let [connects, manages] = toggles.map(|may| if may { "✓" } else { "·" });
        rights.add_row([&id.to_string(), name.as_deref().unwrap_or_default(), &mail, connects, manages]);
    }
    writeln!(text, "{}\n\n", rights.trim_fmt())?;

    // Somebody is hired. A new policy replaces the old one, while requests that are running keep the old one. The
    // schema is the same, so the permissions that were looked up at start-up stay valid.
    let olga = User::new("olga").name("Olga, new in Sales North").member_of("sales-north");
    people.push(olga.clone());
    let policy = Policy::from_document(authz.load().policy().to_document().user(olga))?;
    if !authz.replace(policy).keeps_permissions() {
        return Err("the permissions must be looked up again".into());
    }
    let after = authz.load();
    let new = Mailbox { id: "m-olga".into(), owners: vec![Owner::User("olga".into())], shared_with: Vec::new() };

    writeln!(text, "OLGA IS HIRED, AND THE HEAD OF HER DEPARTMENT CONNECTS A MAILBOX FOR HER\n")?;
    writeln!(text, "May nina connect it?  {}", after.principal("nina").reason(connect, &()))?;
    writeln!(
        text,
        "May olga see it, in a request that began before?  {}",
        snapshot.principal("olga").reason(view, &new)
    )?;
    writeln!(text, "And in the next request?  {}\n", after.principal("olga").reason(view, &new))?;
    writeln!(text, "{}\n", reach(&after, [view, edit], slice::from_ref(&new), &people, LEGEND))?;
    writeln!(text, "{}", why(&after, "Who may set it up:", edit, &new, &people))?;
    Ok(text)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", story()?);
    Ok(())
}
