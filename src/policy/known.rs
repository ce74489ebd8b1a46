//! References into the model: everything that a document or a command names must exist.

use std::collections::BTreeSet;

use crate::document::{self, Word};
use crate::policy::assignment::Assignment;
use crate::policy::near::names_near;
use crate::policy::org::Org;
use crate::policy::rules::{Invalid, Kind, grant, spelled, spelled_place};
use crate::policy::schema::Schema;
use crate::policy::tenure::known_tenure;
use crate::vocabulary::id::{DepartmentId, GroupId, UserId};
use crate::vocabulary::index::{ActionIndex, DepartmentSlot, SectionIndex};
use crate::vocabulary::level::{Grant, Level};
use crate::vocabulary::period::Tenure;
use crate::vocabulary::place::Place;
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

impl Org {
    /// The assignment and its tenure. Passes on each problem, with the path within the assignment. One whose period is
    /// invalid counts as always there, so that the same one twice is found too.
    pub(crate) fn known_assignment(
        &self,
        written: &document::Assignment,
        mut problem: impl FnMut(String, Invalid),
    ) -> Option<(Assignment, Tenure)> {
        let document::Assignment { to, place, dates } = written;
        // Short for a subject alone, which has no field `to`.
        let to_path = if place.is_some() || dates.is_some() { ".to" } else { "" };
        let subject = self.known_subject(to).map_err(|invalid| problem(to_path.to_owned(), invalid)).ok();
        let place =
            place.as_ref().map(|word| self.known_place(word, |path, invalid| problem(format!(".in{path}"), invalid)));
        let place = place.map_or(Some(None), |place| place.map(Some));
        let tenure = known_tenure(dates.as_deref(), |path, invalid| problem(path.to_owned(), invalid));
        Some((Assignment { subject: subject?.clone(), place: place? }, tenure.unwrap_or(Tenure::Always)))
    }

    fn known_place(&self, word: &Word<Place>, mut problem: impl FnMut(String, Invalid)) -> Option<Place> {
        let place = spelled_place(word).map_err(|invalid| problem(String::new(), invalid)).ok()?;
        let Place::Departments(listed) = place else { return Some(Place::Subject) };
        if listed.is_empty() {
            problem(String::new(), Invalid::EmptyPlace);
            return None;
        }
        let mut is_valid = true;
        let mut seen = BTreeSet::new();
        for (position, id) in listed.iter().enumerate() {
            let invalid = match self.department(id) {
                None => Invalid::unknown(Kind::Department, id),
                Some(_) if !seen.insert(id) => Invalid::repeated(id, "in"),
                Some(_) => continue,
            };
            problem(format!("[{position}]"), invalid);
            is_valid = false;
        }
        is_valid.then(|| place.sorted())
    }

    /// The same for a command: the first problem is its error.
    pub(crate) fn assignment(&self, written: &document::Assignment) -> Result<(Assignment, Tenure), Invalid> {
        let mut first = None;
        let known = self.known_assignment(written, |_, invalid| _ = first.get_or_insert(invalid));
        first.map_or_else(|| known.ok_or(Invalid::EmptyPlace), Err)
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
