//! Queries about a record as it will be: with an owner, or in a variant. Each takes several checks.

use crate::query::check::Decision;
use crate::query::denied::{Checked, Denied};
use crate::query::principal::Principal;
use crate::vocabulary::facts::{Facts, Record, VariantValue};
use crate::vocabulary::id::VariantRef;
use crate::vocabulary::index::ActionIndex;
use crate::vocabulary::permission::Permission;
use crate::vocabulary::subject::OwnerRef;

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
        Decision::of(self.create(add, proposed, |_, _, _| ()).is_ok())
    }

    /// Requires that this user may create this record, by the rules of [`may_create`](Self::may_create).
    ///
    /// # Errors
    ///
    /// When the user may not. If an owner is out of reach, the error names the first.
    pub fn require_create<R: Record>(&self, add: Permission<R>, proposed: &R) -> Result<(), Denied> {
        let of = proposed.dynamic_type();
        self.create(add, proposed, |asked, checked, facts| self.denied((asked, add.schema), checked, of, facts))
    }

    fn create<R: Record, D>(
        &self,
        add: Permission<R>,
        proposed: &R,
        denied: impl Fn(ActionIndex, Checked, &Facts<'_>) -> D,
    ) -> Result<(), D> {
        let scope = self.scope(add);
        let may = scope.contains(proposed);
        proposed.with_facts(|facts| {
            if !may {
                return Err(denied(add.action, Checked::Record, facts));
            }
            for owner in facts.owners.as_slice() {
                let alone = Facts { variant: facts.variant, ..Facts::owned_by(*owner) };
                if !scope.contains_facts(&alone) {
                    return Err(denied(add.action, Checked::OwnerAlone((*owner).into()), &alone));
                }
            }
            Ok(())
        })
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
        owners: impl IntoIterator<Item: Into<OwnerRef<'o>>>,
    ) -> Decision {
        Decision::of(self.reassign(update, record, owners, |_, _, _| ()).is_ok())
    }

    /// Requires that this user may reassign this record, by the rules of [`may_reassign`](Self::may_reassign).
    ///
    /// # Errors
    ///
    /// When the user may not. The error says which of the two checks denies it.
    pub fn require_reassign<'o, R: Record>(
        &self,
        update: Permission<R>,
        record: &R,
        owners: impl IntoIterator<Item: Into<OwnerRef<'o>>>,
    ) -> Result<(), Denied> {
        let of = record.dynamic_type();
        self.reassign(update, record, owners, |asked, checked, facts| {
            self.denied((asked, update.schema), checked, of, facts)
        })
    }

    fn reassign<'o, R: Record, D>(
        &self,
        update: Permission<R>,
        record: &R,
        owners: impl IntoIterator<Item: Into<OwnerRef<'o>>>,
        denied: impl Fn(ActionIndex, Checked, &Facts<'_>) -> D,
    ) -> Result<(), D> {
        let may_update = self.check(update, record).is_allow();
        record.with_facts(|facts| {
            if !may_update {
                return Err(denied(update.action, Checked::Record, facts));
            }
            let Some(assign) = self.snapshot.schema().sibling(update.action, ASSIGN) else { return Ok(()) };
            let as_it_will_be = Facts { owners: owners.into_iter().map(Into::into).collect(), ..facts.clone() };
            if self.admits_here(Permission::<R>::new(assign, update.schema), &as_it_will_be) {
                Ok(())
            } else {
                Err(denied(assign, Checked::AsItWillBe, &as_it_will_be))
            }
        })
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
        Decision::of(self.move_to(update, record, to.into(), |_, _, _| ()).is_ok())
    }

    /// Requires that this user may move this record to that variant, by the rules of [`may_move`](Self::may_move).
    ///
    /// # Errors
    ///
    /// When the user may not. The error says which of the two checks denies it.
    pub fn require_move<'v, R: Record>(
        &self,
        update: Permission<R>,
        record: &R,
        to: impl Into<VariantValue<'v>>,
    ) -> Result<(), Denied> {
        let of = record.dynamic_type();
        self.move_to(update, record, to.into(), |asked, checked, facts| {
            self.denied((asked, update.schema), checked, of, facts)
        })
    }

    fn move_to<R: Record, D>(
        &self,
        update: Permission<R>,
        record: &R,
        to: VariantValue<'_>,
        denied: impl Fn(ActionIndex, Checked, &Facts<'_>) -> D,
    ) -> Result<(), D> {
        let may_update = self.check(update, record).is_allow();
        record.with_facts(|facts| {
            if !may_update {
                return Err(denied(update.action, Checked::Record, facts));
            }
            let schema = self.snapshot.schema();
            let Some(enter) = schema.sibling(update.action, ENTER) else { return Ok(()) };
            let meaning = |value: Option<VariantRef<'_>>| schema.variant_with(update.action, value?);
            let as_it_will_be = Facts { variant: to.value(), ..facts.clone() };
            if meaning(facts.variant) == meaning(to.value())
                || self.admits_here(Permission::<R>::new(enter, update.schema), &as_it_will_be)
            {
                Ok(())
            } else {
                Err(denied(enter, Checked::AsItWillBe, &as_it_will_be))
            }
        })
    }
}
