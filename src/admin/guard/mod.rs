//! The rules of what a user may change, one file each.
//!
//! Each command is judged on the state after the commands before it. The rules are checked in the order of the
//! refusals:
//!
//! 1. May the user change such things at all? (`permitted`)
//! 2. Is the command valid? ([`change`](crate::policy::change))
//! 3. Does it leave locked roles alone? (`locked`)
//! 4. Does it stay within the user's reach? (`reach`)
//! 5. Does it give nothing that the user does not have? (`containment`, by `cover`)
//!
//! Lock-out is judged at the end of a batch. The rules read the area of a command from [`About`](about::About), and its
//! changes from its facts.
//!
//! The rules use the same levels and decisions as every other query.

pub(crate) mod about;
mod containment;
pub(crate) mod cover;
pub(crate) mod lock_out;
mod locked;
pub(crate) mod permitted;
mod reach;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use crate::admin::conflict::Basis;
use crate::admin::guard::about::{Edit, Raises};
use crate::admin::guard::cover::Grants;
use crate::admin::refusal::Rule;
use crate::policy::Policy;
use crate::policy::fact::Fact;
use crate::query::principal::Principal;
use crate::snapshot::Snapshot;
use crate::snapshot::relation::Relation;
use crate::snapshot::rights::zone::Zone;
use crate::vocabulary::id::UserId;
use crate::vocabulary::index::{ActionIndex, Case, CellIndex};
use crate::vocabulary::level::Level;
use crate::vocabulary::mode::Delegation;
use crate::vocabulary::period::{Period, Tenure};
use crate::vocabulary::time::Time;

pub(crate) use locked::leaves_locked_roles_alone;

/// A user who edits the roles of one section by its permission to manage, in the state that a command is applied to.
pub(crate) struct Delegate<'s> {
    user: &'s UserId,
    principal: Principal<'s>,
    snapshot: &'s Snapshot,
    manage: ActionIndex,
    /// The delegate's grants that were gathered so far: a command may ask for the same ones for each role and department.
    known: RefCell<Known<'s>>,
    /// The instants at which what the delegate has may change.
    turns: OnceCell<BTreeSet<Time>>,
}

/// Grants by case and instant.
type Known<'s> = HashMap<(Case, Option<Time>), Rc<Grants<'s>>>;

impl<'s> Delegate<'s> {
    pub(crate) fn new(user: &'s UserId, snapshot: &'s Snapshot, manage: ActionIndex) -> Self {
        Self {
            user,
            principal: snapshot.principal(user),
            snapshot,
            manage,
            known: RefCell::default(),
            turns: OnceCell::new(),
        }
    }

    /// Checks whether a delegate may issue this valid command, which changed these facts and led to `after`.
    pub(crate) fn check(&self, edit: &Edit<'_>, facts: &[Fact], after: &Policy) -> Result<(), Box<Rule>> {
        leaves_locked_roles_alone(edit, self.policy())?;
        self.stays_within_reach(edit)?;
        self.grants_at_most_own(edit, facts, after)
    }

    /// Adds the topics that the rules read: the delegate's levels for the cells that are raised or assigned, the cells
    /// of a role that is assigned, the places where cells are given, and the subjects that the permission to manage must
    /// reach. The topics that decide
    /// whether the user manages at all come from [`permitted::rests_on`].
    pub(crate) fn rests_on<'b>(&self, edit: &Edit<'b>, policy: &'b Policy, basis: &mut Basis<'b>)
    where
        's: 'b,
    {
        let schema = &policy.schema;
        let named = |permission: &String| schema.action_named(permission);
        let actions: Vec<ActionIndex> = match edit.raises {
            Raises::Nothing => Vec::new(),
            Raises::Cells(permissions) => permissions.iter().filter_map(named).collect(),
            Raises::New(grants) => grants.keys().filter_map(named).collect(),
            Raises::Assigned(role) => {
                basis.rests_on_cells_of(role);
                policy.roles.get(role).into_iter().flat_map(|role| role.actions()).collect()
            }
        };
        basis.rests_on_levels_of(self.user, schema.resource_of(self.manage).section, actions);
        if self.has_reach() {
            edit.changed(policy).into_iter().for_each(|(role, _)| basis.rests_on_reach_of_role(role));
            edit.assignments().for_each(|(_, to)| basis.rests_on_reach_of_written(to));
        } else if policy.delegation == Delegation::Contained && !matches!(edit.raises, Raises::Nothing) {
            edit.changed(policy).into_iter().for_each(|(role, _)| basis.rests_on_places_of_role(role));
            edit.assignments().for_each(|(_, to)| basis.rests_on_place_of_written(to));
        }
    }

    fn policy(&self) -> &'s Policy {
        self.snapshot.policy()
    }

    /// The delegate's level for a permission, before requirements and for a record without variant.
    fn level(&self, action: ActionIndex) -> Level {
        self.principal.asker.row.level(CellIndex::default_of(action))
    }

    /// Whether the permission to manage is levelled, and so has a reach.
    fn has_reach(&self) -> bool {
        !self.policy().schema.action(self.manage).toggle
    }

    /// The delegate's grants for a case.
    fn grants(&self, case: Case) -> Rc<Grants<'s>> {
        self.grants_at(case, self.policy().instant())
    }

    /// The delegate's grants for a case at an instant.
    fn grants_at(&self, case: Case, instant: Option<Time>) -> Rc<Grants<'s>> {
        let gather = || Rc::new(Grants::of(self.user, case, instant, self.policy(), self.snapshot.people.tree()));
        self.known.borrow_mut().entry((case, instant)).or_insert_with(gather).clone()
    }

    /// Instants between which what the delegate has stays the same: one for each part of the time from now on at which
    /// something holds after a change, and did not before.
    fn instants(&self, before: Tenure, after: Tenure) -> Vec<Option<Time>> {
        let now = self.policy().instant();
        let turns = self.turns.get_or_init(|| self.policy().turns_of(self.user));
        let ends = [after.period().and_then(Period::start), before.period().and_then(Period::end)];
        let later = ends.into_iter().flatten().chain(turns.iter().copied()).map(Some).filter(|turn| *turn > now);
        // As long as none has been told, also the state without any.
        let first = [now, Some(now.unwrap_or(Time::MIN))];
        let is_given = |instant: &Option<Time>| after.holds_at(*instant) && !before.holds_at(*instant);
        let instants: BTreeSet<Option<Time>> = first.into_iter().chain(later).filter(is_given).collect();
        let parts = if turns.is_empty() { 1 } else { instants.len() };
        instants.into_iter().take(parts).collect()
    }
}

/// The first denied permission among those that the permission to manage requires, directly or not, in the same case.
fn denied_requirement(
    principal: &Principal<'_>,
    manage: Case,
    relation: Relation,
    is_within: impl Fn(&Zone) -> bool,
) -> Option<String> {
    let needed =
        principal.snapshot.schema().needed(manage.action).into_iter().filter(|action| *action != manage.action);
    let mut denied =
        needed.filter(|action| !principal.admits_alone(Case { action: *action, ..manage }, relation, &is_within));
    denied.next().map(|action| principal.snapshot.schema().action_name(action))
}
