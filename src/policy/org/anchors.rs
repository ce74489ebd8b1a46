//! The departments of a user, with the user's posts in each.

use smallvec::SmallVec;

use crate::vocabulary::index::DepartmentSlot;
use crate::vocabulary::post::Post;

/// Distinct departments with posts, in the canonical order of their ids.
///
/// One list, and not one for each post: with three lists a user takes two thirds more memory, and compiling a large
/// company, which reads all users, takes a twentieth longer. Nearly everybody has at most two departments, which are
/// stored inline.
#[derive(Debug, Default)]
pub(crate) struct Anchors(SmallVec<[Anchor; 2]>);

#[derive(Clone, Copy, Debug)]
struct Anchor {
    department: DepartmentSlot,
    posts: Posts,
}

/// A set of posts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Posts(u8);

impl Posts {
    fn contains(self, post: Post) -> bool {
        self.0 & mark(post) != 0
    }

    fn with(self, post: Post, there: bool) -> Self {
        Self(if there { self.0 | mark(post) } else { self.0 & !mark(post) })
    }
}

fn mark(post: Post) -> u8 {
    1 << post as u8
}

/// Copies the slice as a whole, because users are copied with their neighbours.
impl Clone for Anchors {
    fn clone(&self) -> Self {
        Self(SmallVec::from_slice(&self.0))
    }
}

impl Anchors {
    /// Builds the list from posts in departments. A department may come with several posts.
    pub(crate) fn of<Id: Ord>(
        posts: impl IntoIterator<Item = (Post, DepartmentSlot)>,
        id: impl Fn(DepartmentSlot) -> Id,
    ) -> Self {
        let anchor = |(post, department)| Anchor { department, posts: Posts::default().with(post, true) };
        let mut anchors: SmallVec<[Anchor; 2]> = posts.into_iter().map(anchor).collect();
        anchors.sort_by_key(|anchor| id(anchor.department));
        anchors.dedup_by(|next, first| {
            let is_same = next.department == first.department;
            first.posts.0 |= if is_same { next.posts.0 } else { 0 };
            is_same
        });
        Self(anchors)
    }

    /// All departments.
    pub(crate) fn iter(&self) -> impl Iterator<Item = DepartmentSlot> + Clone {
        self.0.iter().map(|anchor| anchor.department)
    }

    /// The departments where the user has this post.
    pub(crate) fn by(&self, post: Post) -> impl Iterator<Item = DepartmentSlot> + Clone {
        self.0.iter().filter(move |anchor| anchor.posts.contains(post)).map(|anchor| anchor.department)
    }

    /// Where the user has this post and no other.
    pub(crate) fn by_alone(&self, post: Post) -> impl Iterator<Item = DepartmentSlot> + Clone {
        let alone = Posts::default().with(post, true);
        self.0.iter().filter(move |anchor| anchor.posts == alone).map(|anchor| anchor.department)
    }

    pub(crate) fn have(&self, department: DepartmentSlot, post: Post) -> bool {
        self.0.iter().any(|anchor| anchor.department == department && anchor.posts.contains(post))
    }

    /// Adds or removes a post in a department. Returns whether the department was added or removed.
    pub(crate) fn set<Id: Ord>(
        &mut self,
        department: DepartmentSlot,
        post: Post,
        there: bool,
        id: impl Fn(DepartmentSlot) -> Id,
    ) -> bool {
        let posts = |before: Posts| before.with(post, there);
        match self.0.binary_search_by_key(&id(department), |anchor| id(anchor.department)) {
            Ok(place) => {
                self.0[place].posts = posts(self.0[place].posts);
                let is_gone = self.0[place].posts == Posts::default();
                if is_gone {
                    self.0.remove(place);
                }
                is_gone
            }
            Err(place) => {
                if there {
                    self.0.insert(place, Anchor { department, posts: posts(Posts::default()) });
                }
                there
            }
        }
    }
}
