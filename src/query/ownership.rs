//! Queries about a record as it will be: with an owner, or in a variant. Each takes several checks.

use crate::query::check::Decision;
use crate::query::principal::Principal;
use crate::vocabulary::facts::{Facts, Record, VariantValue};
use crate::vocabulary::id::VariantRef;
use crate::vocabulary::permission::Permission;
use crate::vocabulary::subject::Owner;

/// The action that reassigning checks, on the type of the update.
const ASSIGN: &str = "assign";
/// The action that moving a record into a variant checks.
const ENTER: &str = "enter";

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
            facts.owners.as_slice().iter().all(|owner| {
                let alone = Facts { variant: facts.variant, ..Facts::owned_by(*owner) };
                scope.contains_facts(&alone)
            })
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

    /// Decides whether this user may move this record to that variant: to another stage or pipeline.
    ///
    /// It checks `update` on the record as it is and, if the variant changes and its type has an action named `enter`, that
    /// action on the record as it will be. So `enter` need not require the update: a user may close a deal and then no
    /// longer change it. Two values that mean the same variant are no change, and neither are two that mean none.
    ///
    /// ```
    /// # use orgscope::document::{Action, Document, ResourceType, Role, Section, User};
    /// # use orgscope::{Decision, Level, Policy, Snapshot, Subject};
    /// use orgscope::{AnyRecord, Facts};
    /// # let deal = ResourceType::new("deal").variant("new").variant("talk").variant("won")
    /// #     .action(Action::new("update")).action(Action::new("enter"));
    /// # let document = Document::new()
    /// #     .section(Section::new("crm").resource(deal))
    /// #     .user(User::new("ann"))
    /// #     .role(Role::new("seller", "crm", "Seller").grant("deal.update", Level::Own).grant("deal.enter", Level::Own)
    /// #         .grant_variant("deal.enter", "won", Level::Deny).assigned_to(Subject::Everyone));
    /// # let snapshot = Snapshot::compile(&Policy::from_document(document)?);
    /// # let update = snapshot.schema().permission_named("deal.update")?;
    /// let ann = snapshot.principal("ann");
    /// let hers = AnyRecord::new("deal", Facts::owned_by("ann").variant("new"));
    ///
    /// assert_eq!(ann.may_move(update, &hers, "talk"), Decision::Allow);
    /// assert_eq!(ann.may_move(update, &hers, "won"), Decision::Deny);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn may_move<'v, R: Record>(
        &self,
        update: Permission<R>,
        record: &R,
        to: impl Into<VariantValue<'v>>,
    ) -> Decision {
        if !self.check(update, record).is_allow() {
            return Decision::Deny;
        }
        let schema = self.snapshot.schema();
        let Some(enter) = schema.sibling(update.action, ENTER) else { return Decision::Allow };
        let to = to.into().value();
        let meaning = |value: Option<VariantRef<'_>>| schema.variant_with(update.action, value?);
        Decision::of(record.with_facts(|facts| {
            meaning(facts.variant) == meaning(to)
                || self.admits_here(Permission::<R>::new(enter, update.schema), &Facts { variant: to, ..facts.clone() })
        }))
    }
}
