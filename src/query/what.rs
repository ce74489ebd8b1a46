//! The rights of one user.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::query::principal::Principal;
use crate::vocabulary::id::UserId;
use crate::vocabulary::level::Grant;

/// The effective rights of a user, section by section, for example to show or hide buttons.
///
/// Each level is the floor joined with the levels of all roles, or everything by an administrator's bypass, and `deny`
/// if a requirement is denied for every record. So if it is `deny`, no record is allowed; otherwise a check decides on
/// each record.
///
/// It serialises compactly, for a browser: `{"format": 1, "user": "ann", "sections": {"crm": {"contact.read":
/// "own"}}}`. Anything left out is `deny`. A user who may not ask has no rights, and for an unknown user `user` is
/// missing. `format` changes if the meaning of this data ever does.
///
/// ```
/// # use orgscope::document::{Action, Document, ResourceType, Section, User};
/// # use orgscope::{Level, Policy, Snapshot};
/// # let contact = ResourceType::new("contact").action(Action::new("read").floor(Level::Own)).action(Action::new("delete"));
/// # let document = Document::new().section(Section::new("crm").resource(contact)).user(User::new("ann"));
/// # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
/// let rights = snapshot.principal("ann").rights();
/// assert!(rights.has("contact.read") && !rights.has("contact.delete"));
/// assert_eq!(
///     serde_json::to_string(&rights)?,
///     r#"{"format":1,"user":"ann","sections":{"crm":{"contact.read":"own"}}}"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    user: Option<UserId>,
    /// In the order of the schema.
    sections: Vec<(String, Vec<(String, Grant)>)>,
}

impl Principal<'_> {
    /// The effective rights of this user. Linear in the schema.
    pub fn rights(&self) -> Rights {
        let schema = self.snapshot.schema();
        let rights = |section: &str| {
            let permissions = schema.permissions(section);
            permissions.filter_map(|each| Some((schema.name(each)?, self.grant(each)))).collect()
        };
        let sections = schema.sections().map(|section| (section.to_owned(), rights(section))).collect();
        Rights { user: self.id().cloned(), sections }
    }
}

impl Rights {
    /// The user, if the snapshot knows them.
    pub fn user(&self) -> Option<&UserId> {
        self.user.as_ref()
    }

    /// The sections and their permissions, in the order of the schema, each with the user's grant.
    pub fn sections(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = (&str, Grant)>)> {
        self.sections.iter().map(|(section, rights)| {
            (section.as_str(), rights.iter().map(|(permission, grant)| (permission.as_str(), *grant)))
        })
    }

    /// The user's grant for the permission with this name; `deny` if the schema has none.
    pub fn grant(&self, permission: &str) -> Grant {
        let mut all = self.sections.iter().flat_map(|(_, rights)| rights);
        all.find(|(name, _)| name == permission).map_or(Grant::DENY, |(_, grant)| *grant)
    }

    /// Whether the user's grant for the permission with this name is not `deny`.
    pub fn has(&self, permission: &str) -> bool {
        self.grant(permission) != Grant::DENY
    }
}

/// Permissions with a user's grants, as data. Those left out are `deny`.
pub(crate) struct Granted<'a>(pub(crate) &'a [(String, Grant)]);

impl Serialize for Granted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (permission, grant) in self.0.iter().filter(|(_, grant)| *grant != Grant::DENY) {
            map.serialize_entry(permission, grant)?;
        }
        map.end()
    }
}

impl Serialize for Rights {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            format: u32,
            #[serde(skip_serializing_if = "Option::is_none")]
            user: Option<&'a UserId>,
            sections: Sections<'a>,
        }
        struct Sections<'a>(&'a [(String, Vec<(String, Grant)>)]);

        impl Serialize for Sections<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let has = |(_, rights): &&(String, Vec<(String, Grant)>)| {
                    rights.iter().any(|(_, grant)| *grant != Grant::DENY)
                };
                let sections = self.0.iter().filter(has);
                serializer.collect_map(sections.map(|(section, rights)| (section, Granted(rights))))
            }
        }

        Written { format: 1, user: self.user(), sections: Sections(&self.sections) }.serialize(serializer)
    }
}
