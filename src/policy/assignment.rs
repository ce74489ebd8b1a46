//! Assignments: the subjects that a role is given to must be there, and whom they contain.

use crate::policy::org::Org;
use crate::vocabulary::id::UserId;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

impl Org {
    /// Every subject that contains this user, active or not; one may come more than once. None contains a stranger.
    pub(crate) fn subjects_of<'o>(&'o self, id: &'o UserId) -> impl Iterator<Item = Subject> + 'o {
        self.users().get(id).into_iter().flat_map(move |user| {
            let places = [
                (true, Subject::Everyone),
                (user.anchors().next().is_some(), Subject::Employees),
                (user.is(Post::Head), Subject::Supervisors),
                (user.is(Post::Deputy), Subject::Deputies),
                (user.admin, Subject::Administrators),
            ];
            let here = user.anchors().map(|department| Subject::Department(self.department_id(department).clone()));
            let above = user.anchors().flat_map(|department| self.with_those_above(department));
            let above = above.map(|department| Subject::DepartmentSub(self.department_id(department).clone()));
            [Subject::User(id.clone())]
                .into_iter()
                .chain(places.into_iter().filter(|(is_there, _)| *is_there).map(|(_, subject)| subject))
                .chain(self.groups_of(user).cloned().map(Subject::Group))
                .chain(here)
                .chain(above)
        })
    }
}

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
