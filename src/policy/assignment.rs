//! Assignments: the subjects that a role is given to must be there.

use crate::policy::org::Org;
use crate::vocabulary::subject::Subject;

/// Whether what a subject names is there; if not, what is missing.
pub(crate) fn check_subject(subject: &Subject, org: &Org) -> Result<(), String> {
    let (known, kind, id) = match subject {
        Subject::User(id) => (org.users().contains_key(id), "user", id.to_string()),
        Subject::Department(id) | Subject::DepartmentSub(id) => {
            (org.department(id).is_some(), "department", id.to_string())
        }
        Subject::Group(id) => (org.groups().contains_key(id), "group", id.to_string()),
        Subject::Supervisors | Subject::Deputies | Subject::Employees | Subject::Administrators | Subject::Everyone => {
            return Ok(());
        }
    };
    if known { Ok(()) } else { Err(format!("there is no {kind} `{id}`")) }
}
