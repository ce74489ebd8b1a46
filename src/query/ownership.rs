//! Two queries about the future owners of a record. Each takes several checks.

use crate::query::check::Decision;
use crate::query::principal::Principal;
use crate::vocabulary::facts::{Facts, Record};
use crate::vocabulary::permission::Permission;
use crate::vocabulary::subject::Owner;

/// The action that reassigning checks, on the type of the update.
const ASSIGN: &str = "assign";

impl Principal<'_> {
    /// Decides whether this user may create this record, with the owners that it names.
    ///
    /// Two things must hold: `add` allows the record as proposed, and it allows each of its owners alone, without the
    /// open flag and without shares. So the level must reach every named owner: with `own` the creator can name only
    /// themselves, with `department` any member of their departments. For a plain [`check`](Self::check) of `add`, one
    /// owner in reach suffices.
    ///
    /// ```
    /// # use orgscope::document::{Action, Document, ResourceType, Role, Section, User};
    /// # use orgscope::{Decision, Level, Policy, Snapshot, Subject};
    /// use orgscope::{AnyRecord, Facts};
    /// # let contact = ResourceType::new("contact").action(Action::new("add"));
    /// # let document = Document::new()
    /// #     .section(Section::new("crm").resource(contact))
    /// #     .user(User::new("ann"))
    /// #     .role(Role::new("seller", "crm", "Seller").grant("contact.add", Level::Own).assigned_to(Subject::Everyone));
    /// # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
    /// # let add = snapshot.schema().permission_named("contact.add")?;
    /// let ann = snapshot.principal("ann");
    /// let hers = AnyRecord::new("contact", Facts::owned_by("ann"));
    /// let also_bobs = AnyRecord::new("contact", Facts::owned_by_each(["ann", "bob"]));
    ///
    /// assert_eq!(ann.may_create(add, &hers), Decision::Allow);
    /// assert_eq!(ann.may_create(add, &also_bobs), Decision::Deny);
    /// assert_eq!(ann.check(add, &also_bobs), Decision::Allow);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn may_create<R: Record>(&self, add: Permission<R>, proposed: &R) -> Decision {
        let scope = self.scope(add);
        let each_alone = |facts: &Facts<'_>| {
            facts.owners.as_slice().iter().all(|owner| scope.contains_facts(&Facts::owned_by(*owner)))
        };
        Decision::of(scope.contains(proposed) && proposed.with_facts(each_alone))
    }

    /// Decides whether this user may reassign this record to those owners.
    ///
    /// It checks `update` on the record as it is and, if its type has an action named `assign`, that action on the
    /// record as it will be. The user may lose sight of the record; that is allowed.
    ///
    /// One new owner in reach suffices for `assign`, as for any check. If naming others matters, call this for each new
    /// owner alone.
    ///
    /// ```
    /// # use orgscope::document::{Action, Department, Document, ResourceType, Role, Section, User};
    /// # use orgscope::{Decision, Level, Policy, Snapshot, Subject};
    /// use orgscope::{AnyRecord, Facts};
    /// # let contact = ResourceType::new("contact").action(Action::new("update")).action(Action::new("assign"));
    /// # let document = Document::new()
    /// #     .section(Section::new("crm").resource(contact))
    /// #     .department(Department::new("sales"))
    /// #     .user(User::new("ann").member_of("sales"))
    /// #     .user(User::new("bob").member_of("sales"))
    /// #     .user(User::new("eve"))
    /// #     .role(Role::new("seller", "crm", "Seller").grant("contact.update", Level::Own)
    /// #         .grant("contact.assign", Level::Department).assigned_to(Subject::Everyone));
    /// # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
    /// # let update = snapshot.schema().permission_named("contact.update")?;
    /// let ann = snapshot.principal("ann");
    /// let hers = AnyRecord::new("contact", Facts::owned_by("ann"));
    ///
    /// assert_eq!(ann.may_reassign(update, &hers, ["bob"]), Decision::Allow);
    /// assert_eq!(ann.may_reassign(update, &hers, ["eve"]), Decision::Deny);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn may_reassign<'o, R: Record>(
        &self,
        update: Permission<R>,
        record: &R,
        owners: impl IntoIterator<Item: Into<Owner<&'o str>>>,
    ) -> Decision {
        if !self.check(update, record).is_allow() {
            return Decision::Deny;
        }
        let Some(assign) = self.snapshot.schema().sibling(update.action, ASSIGN) else { return Decision::Allow };
        let assign = self.scope(Permission::<R>::new(assign, update.schema));
        let as_it_will_be = |facts: &Facts<'_>| {
            let owners = owners.into_iter().map(Into::into).collect();
            assign.contains_facts(&Facts { owners, ..facts.clone() })
        };
        Decision::of(record.with_facts(as_it_will_be))
    }
}
