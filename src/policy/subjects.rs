//! The subjects that contain a user, and the departments that an assignment's place stands for.

use smallvec::SmallVec;

use crate::policy::org::{Org, User};
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::DepartmentSlot;
use crate::vocabulary::place::Place;
use crate::vocabulary::post::Post;
use crate::vocabulary::subject::Subject;

impl Org {
    /// Every subject that contains this user, active or not. A subject may be repeated. For an unknown user there is
    /// none.
    pub(crate) fn subjects_of<'o>(&'o self, id: &'o UserId) -> impl Iterator<Item = Subject> + 'o {
        self.users().get(id).into_iter().flat_map(|user| self.subjects_with(id, user))
    }

    /// The same for a user with these posts and groups.
    pub(crate) fn subjects_with<'o>(&'o self, id: &'o UserId, user: &'o User) -> impl Iterator<Item = Subject> + 'o {
        let above = user.anchors().flat_map(|department| self.with_those_above(department));
        let above = above.map(|department| Subject::DepartmentSub(self.department_id(department).clone()));
        self.here(id, user).chain(above)
    }

    /// The same without the departments with those below, of which a user has one for each department above.
    pub(crate) fn subjects_here<'o>(&'o self, id: &'o UserId) -> impl Iterator<Item = Subject> + 'o {
        self.users().get(id).into_iter().flat_map(|user| self.here(id, user))
    }

    fn here<'o>(&'o self, id: &'o UserId, user: &'o User) -> impl Iterator<Item = Subject> + 'o {
        let here = user.anchors().map(|department| Subject::Department(self.department_id(department).clone()));
        [Subject::User(id.clone())]
            .into_iter()
            .chain(user.dynamic_subjects())
            .chain(self.groups_of(user).cloned().map(Subject::Group))
            .chain(here)
    }

    /// The departments that a place stands for if it is the place of an assignment to this subject, which contains the
    /// user.
    pub(crate) fn departments_of(
        &self,
        place: &Place,
        subject: &Subject,
        user: &User,
    ) -> SmallVec<[DepartmentSlot; 2]> {
        match (place, subject) {
            (Place::Departments(ids), _) => self.slots_of(ids),
            (Place::Subject, Subject::Department(id)) => self.department(id).into_iter().collect(),
            (Place::Subject, Subject::DepartmentSub(id)) => {
                let outermost = self.department(id);
                let is_in =
                    |anchor: &DepartmentSlot| self.with_those_above(*anchor).any(|above| Some(above) == outermost);
                user.anchors().filter(is_in).collect()
            }
            (Place::Subject, Subject::Supervisors) => user.anchors.by(Post::Head).collect(),
            (Place::Subject, Subject::Deputies) => user.anchors.by(Post::Deputy).collect(),
            (
                Place::Subject,
                Subject::User(_) | Subject::Group(_) | Subject::Employees | Subject::Administrators | Subject::Everyone,
            ) => user.anchors().collect(),
        }
    }
}

impl User {
    /// The subjects without an id that contain the user.
    pub(crate) fn dynamic_subjects(&self) -> impl Iterator<Item = Subject> {
        let subjects = [
            (true, Subject::Everyone),
            (self.anchors().next().is_some(), Subject::Employees),
            (self.is(Post::Head), Subject::Supervisors),
            (self.is(Post::Deputy), Subject::Deputies),
            (self.admin, Subject::Administrators),
        ];
        subjects.into_iter().filter(|(is_there, _)| *is_there).map(|(_, subject)| subject)
    }
}
