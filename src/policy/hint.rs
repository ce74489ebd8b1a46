//! Suggestions for the unknown ids of a policy.

use crate::policy::Policy;
use crate::policy::near::near_id;
use crate::policy::rules::{Invalid, Kind};

/// The hint for the word that is a place, in a list of departments.
const THE_WORD: &str = "as a place, the word stands alone, as in `\"in\": \"subject\"`";

impl Policy {
    /// Adds a suggestion to an error about an unknown id.
    pub(crate) fn with_hint(&self, invalid: Invalid) -> Invalid {
        let Invalid::UnknownId { kind, id, hint: None } = invalid else { return invalid };
        let org = &self.org;
        let hint = match kind {
            Kind::Department => near_id(&id, org.departments().map(|(id, _)| id), |id| org.department(id).is_some())
                .or_else(|| (id == "subject").then(|| THE_WORD.to_owned())),
            Kind::User => near_id(&id, org.users().keys(), |id| org.users().contains_key(id)),
            Kind::Group => near_id(&id, org.groups().keys(), |id| org.groups().contains_key(id)),
            Kind::Role => near_id(&id, self.roles.keys(), |id| self.roles.contains_key(id)),
            Kind::Record => None,
        };
        Invalid::UnknownId { kind, id, hint }
    }
}
