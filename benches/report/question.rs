//! Questions about contacts.

use orgscope::{Facts, Permission, Resource, Snapshot};
use orgscope_testing::company::Request;

pub(crate) const ACTIONS: [&str; 7] = ["read", "add", "update", "delete", "assign", "export", "import"];

pub(crate) struct Contact {
    pub(crate) owner: i64,
    pub(crate) open: bool,
}

impl Resource for Contact {
    const TYPE: &'static str = "contact";

    #[inline]
    fn facts(&self) -> Facts<'_> {
        Facts::owned_by(self.owner).open(self.open)
    }
}

/// May this user do this to this contact? Users are indexes in the order of their ids.
pub(crate) struct Question {
    pub(crate) user: usize,
    pub(crate) owner: usize,
    pub(crate) permission: Permission<Contact>,
    pub(crate) contact: Contact,
}

impl Question {
    pub(crate) fn new(snapshot: &Snapshot, request: &Request) -> Self {
        let action = request.permission % ACTIONS.len();
        let owner = request.owner.as_integer();
        Self {
            user: place(request.user.as_integer()),
            owner: place(owner),
            permission: snapshot.schema().permission(ACTIONS[action]).expect("the schema has it"),
            contact: Contact { owner: owner.expect("ids are integers"), open: request.open },
        }
    }

    /// The id of the user.
    pub(crate) fn id(&self) -> i64 {
        i64::try_from(self.user).expect("ids are integers") + 1
    }
}

fn place(id: Option<i64>) -> usize {
    usize::try_from(id.expect("ids are integers") - 1).expect("ids count from one")
}
