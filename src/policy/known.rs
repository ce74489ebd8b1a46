//! References into the model: everything that a document or a command names must exist.

use crate::document::Word;
use crate::policy::near::names_near;
use crate::policy::org::Org;
use crate::policy::rules::{Invalid, Kind, grant, spelled};
use crate::policy::schema::Schema;
use crate::vocabulary::id::{DepartmentId, GroupId, UserId};
use crate::vocabulary::index::{ActionIndex, DepartmentSlot, SectionIndex};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::subject::Subject;

impl Org {
    pub(crate) fn known_department(&self, id: &DepartmentId) -> Result<DepartmentSlot, Invalid> {
        self.department(id).ok_or_else(|| Invalid::unknown(Kind::Department, id))
    }

    pub(crate) fn known_user(&self, id: &UserId) -> Result<(), Invalid> {
        if self.users().contains_key(id) { Ok(()) } else { Err(Invalid::unknown(Kind::User, id)) }
    }

    pub(crate) fn known_group(&self, id: &GroupId) -> Result<(), Invalid> {
        if self.groups().contains_key(id) { Ok(()) } else { Err(Invalid::unknown(Kind::Group, id)) }
    }

    /// The subject, if it is spelled correctly and its id exists.
    pub(crate) fn known_subject<'w>(&self, word: &'w Word<Subject>) -> Result<&'w Subject, Invalid> {
        let subject = spelled(word)?;
        match subject {
            Subject::User(id) => self.known_user(id)?,
            Subject::Department(id) | Subject::DepartmentSub(id) => _ = self.known_department(id)?,
            Subject::Group(id) => self.known_group(id)?,
            Subject::Supervisors
            | Subject::Deputies
            | Subject::Employees
            | Subject::Administrators
            | Subject::Everyone => {}
        }
        Ok(subject)
    }
}

impl Schema {
    pub(crate) fn known_section(&self, name: &str, suggest: bool) -> Result<SectionIndex, Invalid> {
        self.section_named(name).ok_or_else(|| Invalid::UnknownSection {
            name: name.to_owned(),
            known: names_near(name, self.sections(), suggest),
        })
    }

    /// The action with this name.
    pub(crate) fn known_action(&self, permission: &str, suggest: bool) -> Result<ActionIndex, Invalid> {
        self.find_action(permission, suggest).map_err(Invalid::UnknownPermission)
    }

    /// Checks that an action belongs to a section.
    pub(crate) fn check_section(&self, action: ActionIndex, section: SectionIndex) -> Result<(), Invalid> {
        let own = self.resource_of(action).section;
        if own == section {
            return Ok(());
        }
        let name = |section| self.section(section).name.clone();
        Err(Invalid::OtherSection { permission: self.action_name(action), section: name(own), expected: name(section) })
    }

    /// The action of a permission of this section.
    pub(crate) fn action_of(&self, section: SectionIndex, permission: &str) -> Result<ActionIndex, Invalid> {
        let action = self.known_action(permission, true)?;
        self.check_section(action, section)?;
        Ok(action)
    }

    /// The level that a word stands for. For a toggle, `all` stands for `allow`.
    pub(crate) fn known_level(&self, action: ActionIndex, word: &Word<Grant>) -> Result<Level, Invalid> {
        self.level_of(action, grant(word)?)
    }
}
