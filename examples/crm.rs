//! A sales company: who sees which contact, and why not. Run it with `cargo run --example crm`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::iter;

use comfy_table::{ColumnConstraint, ContentArrangement, LineStyle, Row, Table, TableStyle, Width};
use orgscope::document::User;
use orgscope::world::{World, document};
use orgscope::{Decision, Facts, Handle, Owner, Permission, RecordId, Resource, Share, Snapshot, UserId};

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

    fn whose(&self) -> String {
        let owners = self.owners.iter().map(|owner| match owner {
            Owner::User(id) => id.to_string(),
            Owner::Department(id) => format!("dept {id}"),
        });
        let shares = self.shared_with.iter().map(|share| match share {
            Share::User(id) => format!("→{id}"),
            Share::Department(id) | Share::DepartmentSub(id) => format!("→{id}"),
            Share::Group(id) => format!("→{id}"),
        });
        let open = self.open.then(|| "open".to_owned());
        let words: Vec<_> = owners.chain(open).chain(shares).collect();
        if words.is_empty() { "nobody".to_owned() } else { words.join(" ") }
    }
}

/// The story, as text.
///
/// # Errors
///
/// When the file is not a valid world, or lacks what the story is about.
pub fn story() -> Result<String, Box<dyn Error>> {
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
    writeln!(text, "{}", reach(&snapshot, [read, update], &contacts, &people))?;

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
    writeln!(text, "{}", reach(&snapshot, [read, update], &in_turn, &people))?;

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

/// Who reaches these contacts: a row for each contact, a column for each person.
fn reach(
    snapshot: &Snapshot,
    [read, update]: [Permission<Contact>; 2],
    contacts: &[Contact],
    people: &[User],
) -> String {
    let mut marks = table(["", "whose"].map(str::to_owned).into_iter().chain(ids(people)));
    for contact in contacts {
        let mark = |person: &User| {
            let principal = snapshot.principal(&person.id);
            let mark = match (principal.check(read, contact), principal.check(update, contact)) {
                (_, Decision::Allow) => "✎",
                (Decision::Allow, Decision::Deny) => "✓",
                (Decision::Deny, Decision::Deny) => "·",
            };
            mark.to_owned()
        };
        marks.add_row([contact.id.to_string(), contact.whose()].into_iter().chain(people.iter().map(mark)));
    }
    format!("{}\n\n✎ reads and updates   ✓ reads   · neither   → shared with", marks.trim_fmt())
}

/// Why each person may do this, or may not: a row for each reason.
fn why(
    snapshot: &Snapshot,
    question: &str,
    permission: Permission<Contact>,
    contact: &Contact,
    people: &[User],
) -> String {
    let mut ids_by_reason = BTreeMap::<_, Vec<_>>::new();
    for User { id, .. } in people {
        let reason = snapshot.principal(id).reason(permission, contact);
        ids_by_reason.entry(reason.to_string()).or_default().push(id);
    }
    let mut reasons = table(["", question]);
    for (reason, ids) in ids_by_reason {
        reasons.add_row([join(ids), reason]);
    }
    // Ids wrap sooner than reasons.
    reasons.set_constraints([ColumnConstraint::UpperBoundary(Width::Fixed(24))]);
    reasons.trim_fmt()
}

/// A table with a line below its header and no others.
fn table<T: Into<Row>>(header: T) -> Table {
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(100).set_header(header);
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 1));
    });
    table
}

fn ids(people: &[User]) -> impl Iterator<Item = String> {
    people.iter().map(|person| person.id.to_string())
}

fn join(items: impl IntoIterator<Item: ToString>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

fn main() -> Result<(), Box<dyn Error>> {
    print!("{}", story()?);
    Ok(())
}
