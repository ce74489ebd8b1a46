//! The subjects that contain a user.

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
