//! The sections and columns of a matrix: a column for each role, or for one user.

use std::collections::BTreeMap;

use orgscope::document::Role;
use orgscope::{Policy, Principal, Schema, UserId};

use super::cell::Cell;

/// A section with the names of its permissions, in the order of the schema.
pub(super) struct Section<'a> {
    pub(super) name: &'a str,
    pub(super) permissions: Vec<String>,
}

impl<'a> Section<'a> {
    pub(super) fn of(name: &'a str, schema: &Schema) -> Self {
        let permissions = schema.permissions(name);
        Self { name, permissions: permissions.filter_map(|permission| schema.name(permission)).collect() }
    }
}

/// The grants of a role, or of a user.
pub(super) struct Column<'a> {
    /// The id, as it is printed everywhere.
    pub(super) id: String,
    /// What the heading of a table says besides the id.
    pub(super) mark: String,
    /// The section of a role, or `None` for a user, whose grants may be in every section.
    pub(super) section: Option<String>,
    /// By permission; what is left out is `deny`.
    pub(super) grants: BTreeMap<String, Cell>,
    /// For the names of departments.
    pub(super) policy: &'a Policy,
}

impl<'a> Column<'a> {
    pub(super) fn of_role(role: Role, policy: &'a Policy) -> Self {
        let marks = [(role.locked, " (locked)"), (role.hidden, " (hidden)")];
        let marks = marks.into_iter().filter(|(marked, _)| *marked).map(|(_, mark)| mark);
        let grants = role.grants.into_iter();
        let grants = grants.filter_map(|(permission, levels)| Some((permission, Cell::of_levels(levels)?)));
        let (id, section) = (role.id.to_string(), Some(role.section));
        Self { id, mark: marks.collect(), section, grants: grants.collect(), policy }
    }

    pub(super) fn of_user(id: &UserId, user: Principal<'_>, policy: &'a Policy) -> Self {
        let mark = match (user.id(), user.is_active()) {
            (None, _) => " (no such user)",
            (Some(_), false) => " (inactive)",
            (Some(_), true) => "",
        };
        let rights = user.rights();
        let all = rights.sections().flat_map(|(_, rights)| rights);
        let grants = all.filter_map(|(permission, grant)| {
            Some((permission.to_owned(), Cell::of_rights(grant, permission, &rights)?))
        });
        Self { id: id.to_string(), mark: mark.to_owned(), section: None, grants: grants.collect(), policy }
    }

    pub(super) fn is_in(&self, section: &str) -> bool {
        self.section.as_ref().is_none_or(|own| own == section)
    }

    pub(super) fn heading(&self) -> String {
        format!("{}{}", self.id, self.mark)
    }

    /// What is granted for a permission, if it is more than `deny`.
    pub(super) fn granted(&self, permission: &str) -> Option<&Cell> {
        self.grants.get(permission)
    }

    /// The cell as a table shows it, with names.
    pub(super) fn cell(&self, permission: &str) -> String {
        let named = |cell: &Cell| cell.named(&|department| self.policy.department_name(department));
        self.granted(permission).map_or_else(|| "-".to_owned(), named)
    }

    /// The cell for machines, with ids.
    pub(super) fn text(&self, permission: &str) -> String {
        self.granted(permission).unwrap_or(Cell::NOTHING).to_string()
    }
}
