//! A sales company: who sees which contact, and why not. Run it with `cargo run --example crm`.

mod support {
    pub(crate) mod access;
    pub(crate) mod table;
}

use std::error::Error;
use std::fmt::Write;
use std::iter;

use orgscope::document::User;
use orgscope::world::{World, document};
use orgscope::{Facts, Handle, Owner, RecordId, Resource, Share, UserId};
use support::access::{self, Listed, ids, join, reach, why};
use support::table::table;

const LEGEND: &str = "✎ reads and updates   ✓ reads   · neither   → shared with";

/// A contact as this application keeps it. It says who owns it, and nothing about departments or roles.
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
    /// The contact in a record of the file; none if it is something else, a deal for example.
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
fn story() -> Result<String, Box<dyn Error>> {
    let file: document::World = serde_json::from_str(include_str!("data/crm.json"))?;
    let people = file.document.org.users.clone();
    let world = World::from_document(file)?;
    let contacts: Vec<_> = world.records().filter_map(Contact::from_record).collect();
    let contact = |id: &str| {
        let found = contacts.iter().find(|contact| contact.id.as_text() == Some(id));
        found.ok_or_else(|| format!("there is no contact `{id}`"))
    };

    // At start-up: a misspelt action fails here, and not in front of a customer.
    let authz = Handle::new(world.policy().clone());
    let read = authz.permission::<Contact>("read")?;
    let update = authz.permission::<Contact>("update")?;
    let add = authz.permission::<Contact>("add")?;

    // Once for each request, so that all its answers come from one state of the company.
    let snapshot = authz.load();

    let mut text = "WHO SEES WHICH CONTACT, AND WHY NOT\n\nThe people, and what their roles come to:\n\n".to_owned();
    let mut levels = table(["", "name", "member of", "contact.read", "contact.update"]);
    for User { id, name, departments, .. } in &people {
        let (read, update) = (snapshot.principal(id).grant(read), snapshot.principal(id).grant(update));
        let name = name.clone().unwrap_or_default();
        levels.add_row([id.to_string(), name, join(departments), read.to_string(), update.to_string()]);
    }
    writeln!(text, "{}\n\nThe contacts:\n", levels.trim_fmt())?;
    writeln!(text, "{}", reach(&snapshot, [read, update], &contacts, &people, LEGEND))?;

    for (question, permission, id) in [
        ("Do the sales teams see each other? Who reads c-nick, and who does not:", read, "c-nick"),
        ("And the other way round. Who reads c-seth:", read, "c-seth"),
        ("To read is not to update. Who updates c-seth:", update, "c-seth"),
        ("It is open, to those whose level has `open`. Who reads c-nora:", read, "c-nora"),
        ("It is shared, and a share needs some level. Who reads c-shared:", read, "c-shared"),
    ] {
        writeln!(text, "\n{}", why(&snapshot, question, permission, contact(id)?, &people))?;
    }

    // The contact that an administrator created. To reassign it the application writes another owner into it: nothing
    // else is stored, so there is nothing else to bring up to date.
    let created = contact("c-root")?;
    let given_to = |owner: &str| Contact { owners: vec![Owner::User(owner.into())], ..created.clone() };
    snapshot.principal("root").may_create(add, created).require()?;
    let may_give_to_nick =
        |giver: &&UserId| snapshot.principal(*giver).may_reassign(update, created, ["nick"]).is_allow();
    let givers = people.iter().map(|person| &person.id).filter(may_give_to_nick);
    writeln!(text, "\n\nAN ADMINISTRATOR'S CONTACT GOES TO A SALESPERSON\n")?;
    writeln!(text, "root created c-root, and owns it. Who may give it to nick? {}.", join(givers))?;
    writeln!(text, "As it was, then nick's, then seth's: access follows the owner.\n")?;
    let in_turn = [created.clone(), given_to("nick"), given_to("seth")];
    writeln!(text, "{}", reach(&snapshot, [read, update], &in_turn, &people, LEGEND))?;

    writeln!(text, "\nWhile it is nick's, who may give it to whom? Who has no row may give it to nobody.\n")?;
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

#[test]
fn the_story_is_as_pinned() {
    orgscope_testing::story::is_as_pinned("crm", story(), include_str!("../tests/data/examples/crm.txt"));
}
