//! Ready-made sections, with the roles that most companies start with.
//!
//! A preset is a document with one section and its default roles, whose ids begin with the name of the section. Merged
//! into the document of a company they are like any others: an administrator clones, renames and edits them, except the
//! locked one.
//!
//! ```
//! use orgscope::document::{Department, Document, User};
//! use orgscope::{Policy, presets};
//!
//! let document = Document::new()
//!     .merge(presets::webmail())
//!     .merge(presets::crm())
//!     .department(Department::new("sales"))
//!     .user(User::new("nina").member_of("sales").head_of("sales"))
//!     .user(User::new("root").administrator());
//! let policy = Policy::from_document(document)?;
//! assert_eq!(policy.schema().sections().collect::<Vec<_>>(), ["webmail", "crm"]);
//! # Ok::<(), orgscope::PolicyError>(())
//! ```

use crate::document::{Action, Document, Field, ResourceType, Role, Section};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::subject::Subject;

/// Mailboxes: seeing them, changing their settings, reading the mail, connecting new ones, and managing the roles.
///
/// All users see and set up their own mailboxes, whatever their roles. Seeing a mailbox does not allow changing it, and
/// managing it does not allow reading the mail: only the owner reads it, and the users that the mailbox is shared with.
/// Not even administrators do.
///
/// | | `webmail-administrator` | `webmail-supervisor` | `webmail-manager` |
/// |---|---|---|---|
/// | assigned to | administrators; locked | supervisors, in what they head | employees |
/// | `mailbox.view` | `all` | `department+sub` | |
/// | `mailbox.edit` | `all` | | |
/// | `mailbox.connect`, `mailbox.edit_crm_link` | `allow` | `allow` | `allow` |
/// | `webmail_settings.manage` | `allow` | | |
pub fn webmail() -> Document {
    let reach = [Level::Department, Level::DepartmentSub, Level::All];
    let mailbox = ResourceType::new("mailbox")
        .action(Action::new("view").levels(reach).floor(Level::Own).shared())
        .action(Action::new("edit").levels(reach).floor(Level::Own).requires("view"))
        .action(Action::toggle("connect"))
        .action(Action::toggle("edit_crm_link"))
        .action(Action::new("read_mail").levels([]).floor(Level::Own).shared().without_admin_bypass());
    let section = section("webmail", "webmail_settings").resource(mailbox).resource(settings("webmail_settings"));
    let role = |name: &str| {
        Role::new(format!("webmail-{}", name.to_lowercase()), "webmail", name)
            .grant("mailbox.connect", Grant::Allow)
            .grant("mailbox.edit_crm_link", Grant::Allow)
    };
    let administrator = role("Administrator")
        .grant("mailbox.view", Level::All)
        .grant("mailbox.edit", Level::All)
        .grant("webmail_settings.manage", Grant::Allow)
        .assigned_to(Subject::Administrators)
        .locked();
    let supervisor =
        role("Supervisor").grant("mailbox.view", Level::DepartmentSub).assigned_to(Subject::Supervisors.in_subject());
    let manager = role("Manager").assigned_to(Subject::Employees);
    [administrator, supervisor, manager].into_iter().fold(Document::new().section(section), Document::role)
}

/// The records of a CRM, with its four classic roles.
///
/// Leads, deals, contacts, companies, quotes and invoices can be read, added, updated, deleted, assigned, exported and
/// imported; web forms can be read and edited. Updating, deleting or exporting a record requires reading it. A lead
/// without an owner counts as everybody's own.
///
/// A deal is in a stage, which is its variant: `open`, `won` or `lost`; moving it there is `deal.enter`. Its field `amount`
/// has actions of its own, so a deal that is shared with a user does not show them its amount. A manager changes the amount
/// of their own deals as long as these are open, and does not open them again.
///
/// | | `crm-administrator` | `crm-chief-executive` | `crm-head-of-department` | `crm-manager` |
/// |---|---|---|---|---|
/// | assigned to | administrators; locked | nobody yet | supervisors, in what they head | employees |
/// | companies | `all` | `all` | `all` | `all` |
/// | all other records | `all` | `all` | `department` | `own` |
/// | `deal.edit_amount` | `all` | `all` | `department` | `own` in `open` |
/// | `deal.enter` | `all` | `all` | `department` | `own`, and not in `open` |
/// | `crm_settings.manage` | `allow` | | | |
pub fn crm() -> Document {
    const RECORDS: [&str; 6] = ["lead", "deal", "contact", "company", "quote", "invoice"];
    const ACTIONS: [&str; 7] = ["read", "add", "update", "delete", "assign", "export", "import"];
    let action = |name: &str| match name {
        "read" => Action::new(name).shared(),
        // These actions check the owner, and an open record may have any owner.
        "add" | "assign" | "import" => {
            Action::new(name).levels([Level::Own, Level::Department, Level::DepartmentSub, Level::All])
        }
        _ => Action::new(name).requires("read"),
    };
    let mut section = section("crm", "crm_settings");
    for record in RECORDS {
        let resource = ResourceType::new(record);
        let resource = if record == "lead" { resource.pool() } else { resource };
        let resource = ACTIONS.into_iter().map(action).fold(resource, ResourceType::action);
        section = section.resource(if record == "deal" { with_stages_and_amount(resource) } else { resource });
    }
    let webform = ResourceType::new("webform").action(Action::new("read")).action(Action::new("edit").requires("read"));
    let section = section.resource(webform).resource(settings("crm_settings"));
    let role = |name: &str, level: Level| {
        let id = format!("crm-{}", name.to_lowercase().replace(' ', "-"));
        let mut role = Role::new(id, "crm", name).grant("webform.read", level).grant("webform.edit", level);
        for record in RECORDS {
            let level = if record == "company" { Level::All } else { level };
            for action in ACTIONS {
                role = role.grant(format!("{record}.{action}"), level);
            }
        }
        ["deal.enter", "deal.read_amount", "deal.edit_amount"]
            .into_iter()
            .fold(role, |role, each| role.grant(each, level))
    };
    let administrator = role("Administrator", Level::All)
        .grant("crm_settings.manage", Grant::Allow)
        .assigned_to(Subject::Administrators)
        .locked();
    let chief_executive = role("Chief executive", Level::All);
    let head = role("Head of department", Level::Department).assigned_to(Subject::Supervisors.in_subject());
    let manager = role("Manager", Level::Own)
        .grant("deal.edit_amount", Level::Deny)
        .grant_variant("deal.edit_amount", "open", Level::Own)
        .grant_variant("deal.enter", "open", Level::Deny)
        .assigned_to(Subject::Employees);
    [administrator, chief_executive, head, manager].into_iter().fold(Document::new().section(section), Document::role)
}

/// Deals: their stages, and an amount that not everybody sees who sees the deal.
fn with_stages_and_amount(deal: ResourceType) -> ResourceType {
    ["open", "won", "lost"]
        .into_iter()
        .fold(deal, ResourceType::variant)
        .action(Action::new("enter"))
        .action(Action::new("read_amount").requires("read"))
        .action(Action::new("edit_amount").requires("update"))
        .field("amount", Field::read_by("read_amount").and_written_by("edit_amount"))
}

/// A section whose roles the users with the toggle `manage` of its settings may edit.
fn section(name: &str, settings: &str) -> Section {
    Section::new(name).managed_by(format!("{settings}.manage"))
}

fn settings(name: &str) -> ResourceType {
    ResourceType::new(name).action(Action::toggle("manage"))
}
