//! A sales company: who sees which contact, and why. Run it with `cargo run --example crm`.

mod support {
    pub(crate) mod access;
    pub(crate) mod table;
}

use std::error::Error;
use std::fmt::Write;
use std::iter;

use orgscope::document::User;
use orgscope::id::RecordId;
use orgscope::world::{World, document};
use orgscope::{Facts, Handle, Owner, Resource, Share, UserId};
use support::access::{self, Listed, ids, join, reach, why};
use support::table::table;

const LEGEND: &str = "✎ may read and update   ✓ may read   · neither   → shared with";

/// A contact of this application. It names its owners, and nothing about departments or roles.
#[derive(Clone)]
struct Contact {
    id: RecordId,
    owners: Vec<Owner>,
    open: bool,
    shared_with: Vec<Share>,
}

impl Resource for Contact {
    const TYPE: &'static str = "contact";

    fn facts(&self) -> Facts<'_> {
        Facts::owned_by_each(&self.owners).open(self.open).shared_with_each(&self.shared_with)
    }
}

impl Contact {
    /// Converts a record of the file. Returns `None` if it is not a contact but a deal, say.
    fn from_record(record: &document::Record) -> Option<Self> {
        let owners = record.each_owner().collect();
        let id = record.id.clone().filter(|_| record.resource == Self::TYPE)?;
        Some(Self { id, owners, open: record.open, shared_with: record.shared_with.clone() })
    }
}

impl Listed for Contact {
    fn id(&self) -> &RecordId {
        &self.id
    }

    fn whose(&self) -> String {
        access::whose(&self.owners, self.open, &self.shared_with)
    }
}

/// The story, as text.
pub(crate) fn story() -> Result<String, Box<dyn Error>> {
    let file: document::World = serde_json::from_str(include_str!("data/crm.json"))?;
    let people = file.document.org.users.clone();
    let world = World::from_document(file)?;
    let contacts: Vec<_> = world.records().filter_map(Contact::from_record).collect();
    let contact = |id: &str| {
        let found = contacts.iter().find(|contact| contact.id.as_text() == Some(id));
        found.ok_or_else(|| format!("there is no contact `{id}`"))
    };

    // At start-up: a misspelt action fails here, and not in a request.
    let authz = Handle::new(world.policy().clone());
    let read = authz.permission::<Contact>("read")?;
    let update = authz.permission::<Contact>("update")?;
    let add = authz.permission::<Contact>("add")?;

    // One snapshot for the whole request, so that all its answers come from one state of the company.
    let snapshot = authz.load();

    let mut text =
        "WHO SEES WHICH CONTACT, AND WHY\n\nThe people, and the levels that their roles give them:\n\n".to_owned();
    let mut levels = table(["", "name", "member of", "contact.read", "contact.update"]);
    for User { id, name, departments, .. } in &people {
        let (read, update) = (snapshot.principal(id).grant(read), snapshot.principal(id).grant(update));
        let name = name.clone().unwrap_or_default();
        levels.add_row([
            id.to_string(),
            name,
            join(departments.iter().map(|entry| &entry.id)),
            read.to_string(),
            update.to_string(),
        ]);
    }
    writeln!(text, "{}\n\nThe contacts:\n", levels.trim_fmt())?;
    writeln!(text, "{}", reach(&snapshot, [read, update], &contacts, &people, LEGEND))?;

    for (question, permission, id) in [
        ("Do the sales teams see each other? Who may read c-nick:", read, "c-nick"),
        ("And the other way round. Who may read c-seth:", read, "c-seth"),
        ("Reading is not updating. Who may update c-seth:", update, "c-seth"),
        ("An open contact, for those whose level has `open`. Who may read c-nora:", read, "c-nora"),
        ("A shared contact; a share needs some level. Who may read c-shared:", read, "c-shared"),
    ] {
        writeln!(text, "\n{}", why(&snapshot, question, permission, contact(id)?, &people))?;
    }

    // The contact that an administrator created. To reassign it, the application stores another owner. Nothing else
    // about access is stored, so there is nothing else to update.
    let created = contact("c-root")?;
    let given_to = |owner: &str| Contact { owners: vec![Owner::User(owner.into())], ..created.clone() };
    snapshot.principal("root").require_create(add, created)?;
    let may_give_to_nick =
        |giver: &&UserId| snapshot.principal(*giver).may_reassign(update, created, ["nick"]).is_allow();
    let givers = people.iter().map(|person| &person.id).filter(may_give_to_nick);
    writeln!(text, "\n\nAN ADMINISTRATOR'S CONTACT GOES TO A SALESPERSON\n")?;
    writeln!(text, "root created c-root and owns it. Who may give it to nick? {}.", join(givers))?;
    writeln!(text, "Owned by root, then by nick, then by seth: access follows the owner.\n")?;
    let in_turn = [created.clone(), given_to("nick"), given_to("seth")];
    writeln!(text, "{}", reach(&snapshot, [read, update], &in_turn, &people, LEGEND))?;

    writeln!(
        text,
        "\nWhile nick owns it, who may give it to whom? People without a row may not give it to anybody.\n"
    )?;
    let nicks = given_to("nick");
    let mut gifts = table(iter::once("gives to".to_owned()).chain(ids(&people)));
    for giver in &people {
        let giver = snapshot.principal(&giver.id);
        let may: Vec<_> = people.iter().map(|to| giver.may_reassign(update, &nicks, [&to.id]).is_allow()).collect();
        if may.contains(&true) {
            let marks = may.iter().map(|may| if *may { "✓" } else { "·" }.to_owned());
            gifts.add_row(giver.id().map(ToString::to_string).into_iter().chain(marks));
        }
    }
    writeln!(text, "{}", gifts.trim_fmt())?;
    Ok(text)
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", story()?);
    Ok(())
}
