//! The look-up of fields: which permission decides on reading or writing one.

use crate::policy::near::names_near;
use crate::policy::schema::Schema;
use crate::policy::schema::field::Field;
use crate::policy::unknown::{UnknownPermission, Why};
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::permission::Permission;

impl Schema {
    /// The permission that decides whether a user reads this field of a record, beside `read`, which decides about the
    /// record itself: the one that the field names or, if it names none, `read`.
    ///
    /// Look it up once, at start-up. It is a permission like any other: its [`Scope`](crate::Scope) holds the records whose
    /// field a user may see, and its condition belongs wherever a list is filtered, sorted, grouped or summed by the
    /// field. [`Principal::readable`](crate::Principal::readable) answers for all fields of one record.
    ///
    /// ```
    /// use orgscope::Policy;
    /// use orgscope::document::{Action, Document, Field, ResourceType, Section};
    ///
    /// let deal = ResourceType::new("deal").action(Action::new("read")).action(Action::new("read_amount").requires("read"))
    ///     .field("amount", Field::read_by("read_amount"));
    /// let policy = Policy::from_document(Document::new().section(Section::new("crm").resource(deal)))?;
    /// let (schema, read) = (policy.schema(), policy.schema().permission_named("deal.read")?);
    ///
    /// assert_eq!(schema.permission_to_read("amount", read)?, schema.permission_named("deal.read_amount")?);
    /// let misspelt = schema.permission_to_read("amuont", read).unwrap_err();
    /// assert_eq!(misspelt.to_string(), "`deal` has no field `amuont`: its fields are `amount`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// When the type of the records has no such field, or `read` is of another schema.
    pub fn permission_to_read<R>(&self, field: &str, read: Permission<R>) -> Result<Permission<R>, UnknownPermission> {
        self.permission_of_field(field, read, |field| field.read)
    }

    /// The permission that decides whether a user writes this field of a record, beside `update`, which decides about the
    /// record itself: the one that the field names or, if it names none, `update`.
    ///
    /// # Errors
    ///
    /// When the type of the records has no such field, or `update` is of another schema.
    pub fn permission_to_write<R>(
        &self,
        field: &str,
        update: Permission<R>,
    ) -> Result<Permission<R>, UnknownPermission> {
        self.permission_of_field(field, update, |field| field.write)
    }

    fn permission_of_field<R>(
        &self,
        name: &str,
        asked: Permission<R>,
        named: impl Fn(&Field) -> Option<ActionIndex>,
    ) -> Result<Permission<R>, UnknownPermission> {
        let unknown = |why: Why| Err(UnknownPermission::new(name, why));
        if asked.schema != self.fingerprint() {
            return unknown(Why::OtherSchema(name.to_owned()));
        }
        let resource = self.resource_of(asked.action);
        if self.action(asked.action).toggle {
            return unknown(Why::FieldOfToggle(self.action_name(asked.action)));
        }
        match resource.fields.iter().find(|field| field.name == name) {
            Some(field) => Ok(Permission::new(named(field).unwrap_or(asked.action), asked.schema)),
            None if resource.fields.is_empty() => unknown(Why::NoFields(resource.name.clone())),
            None => {
                let known = names_near(name, resource.fields.iter().map(|field| field.name.as_str()), true);
                unknown(Why::Field { resource: resource.name.clone(), field: name.to_owned(), known })
            }
        }
    }
}
